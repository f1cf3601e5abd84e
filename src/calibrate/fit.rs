//! The fit, and what it is worth on what it has not seen.

use std::collections::{BTreeMap, BTreeSet};

use super::{LinkClass, Sample, predicted};
use crate::migration::Transfer;
use crate::request::Model;

/// Thousandths of the nominal rate between which the usable share is looked for. Above 1: traffic that is shaped to a
/// nominal rate often gets a little more.
const SHARES: std::ops::RangeInclusive<u32> = 400..=1200;
/// Steps in which shares are tried first.
const STEP: u32 = 20;
/// Milliseconds for both ends together: those tried first, and the most.
const OVERHEADS: [u64; 9] = [0, 250, 500, 1000, 1500, 2000, 3000, 5000, 10_000];
/// A class with fewer migrations keeps the share that it has.
const FEW: usize = 8;
/// Parts of the measurements that are left out in turns, at most.
const PARTS: u32 = 10;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// The model that it is for.
    pub model: Model,
    /// Each class of links that was measured, in order.
    pub classes: Vec<ClassFit>,
    /// Milliseconds that both ends of a migration need together besides the copy.
    pub overhead_ms: u64,
    /// The least and the most that this was with a part of the measurements left out.
    pub overhead_range: (u64, u64),
    /// Migrations that were measured.
    pub samples: usize,
    /// Mean of `|predicted - measured| / measured` with the file's own figures.
    pub before: f64,
    /// The same with the fitted ones, over the migrations that they were fitted to.
    pub after: f64,
    /// The same, each migration predicted by figures that were fitted without its part of the measurements; None where
    /// the measurements have only one part.
    pub unseen: Option<f64>,
    /// No figures whatever can do better: each migration predicted by the median of its like.
    pub floor: f64,
}

/// A class of links.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassFit {
    /// The class.
    pub class: LinkClass,
    /// Migrations whose narrowest link is of it.
    pub samples: usize,
    /// Thousandths of the nominal rate that they got; None where too few were measured.
    pub share: Option<u32>,
    /// The least and the most that this was with a part of the measurements left out.
    pub range: (u32, u32),
}

/// Fits shares and overhead to what was measured; None without measurements.
pub fn calibrate(model: Model, samples: &[Sample]) -> Option<Calibration> {
    if samples.is_empty() {
        return None;
    }
    let mut cache = Predictions::new(model);
    let all: Vec<&Sample> = samples.iter().collect();
    let before = cache.before(samples);
    let best = cache.fit(&all);
    let after = cache.mean_error(&best, &all);
    let parts: BTreeSet<u32> = samples.iter().map(|s| s.part % PARTS).collect();
    let mut others = Vec::new();
    let mut unseen = 0.0;
    if parts.len() > 1 {
        for part in parts {
            let (test, train): (Vec<&Sample>, Vec<&Sample>) =
                samples.iter().partition(|s| s.part % PARTS == part);
            let figures = cache.fit(&train);
            unseen += cache.mean_error(&figures, &test) * test.len() as f64;
            others.push(figures);
        }
    }
    let range = |of: &dyn Fn(&Figures) -> Option<u64>| {
        let found = || others.iter().chain([&best]).filter_map(of);
        (found().min().unwrap_or(0), found().max().unwrap_or(0))
    };
    let mut count: BTreeMap<&LinkClass, usize> = BTreeMap::new();
    for sample in samples {
        *count.entry(&sample.class).or_default() += 1;
    }
    let classes = count.into_iter().map(|(class, samples)| {
        let (least, most) = range(&|f| f.shares.get(class).map(|&share| share.into()));
        ClassFit {
            class: class.clone(),
            samples,
            share: best.shares.get(class).copied(),
            range: (least as u32, most as u32),
        }
    });
    Some(Calibration {
        model,
        classes: classes.collect(),
        overhead_ms: best.overhead_ms,
        overhead_range: range(&|f| Some(f.overhead_ms)),
        samples: samples.len(),
        before,
        after,
        unseen: (!others.is_empty()).then(|| unseen / samples.len() as f64),
        floor: floor(samples),
    })
}

/// What is fitted.
#[derive(Debug, Clone, PartialEq)]
struct Figures {
    /// Thousandths of the nominal rate; a class that is not there keeps its own.
    shares: BTreeMap<LinkClass, u32>,
    overhead_ms: u64,
}

/// Predictions without overhead, each computed once.
struct Predictions {
    model: Model,
    known: BTreeMap<Transfer, Option<f64>>,
}

impl Predictions {
    fn new(model: Model) -> Self {
        Predictions {
            model,
            known: BTreeMap::new(),
        }
    }

    /// The mean error with the file's own figures.
    fn before(&mut self, samples: &[Sample]) -> f64 {
        let errors = samples
            .iter()
            .map(|sample| self.error(sample, None, sample.transfer.overhead_ms));
        errors.sum::<f64>() / samples.len() as f64
    }

    /// Seconds of a sample's copy, with that share of its link's nominal rate.
    fn copy(&mut self, sample: &Sample, share: Option<u32>) -> Option<f64> {
        let mut transfer = Transfer {
            overhead_ms: 0,
            ..sample.transfer
        };
        if let Some(share) = share {
            // What a migration gets of its narrowest link changes as that link's share does.
            let usable = u128::from(sample.class.nominal) * u128::from(share) / 1000;
            let rate = u128::from(transfer.rate) * usable / u128::from(sample.class.usable.max(1));
            transfer.rate = u64::try_from(rate).unwrap_or(u64::MAX).max(1);
        }
        let model = self.model;
        *self
            .known
            .entry(transfer)
            .or_insert_with(|| predicted(model, &transfer))
    }

    fn error(&mut self, sample: &Sample, share: Option<u32>, overhead_ms: u64) -> f64 {
        let measured = f64::from(sample.seconds);
        // A migration that ended although it never does by the model is as wrong as can be.
        let copy = self.copy(sample, share);
        copy.map_or(1.0, |copy| {
            ((copy + overhead_ms as f64 / 1e3 - measured) / measured).abs()
        })
    }

    fn mean_error(&mut self, figures: &Figures, samples: &[&Sample]) -> f64 {
        let errors = samples.iter().map(|sample| {
            let share = figures.shares.get(&sample.class).copied();
            self.error(sample, share, figures.overhead_ms)
        });
        errors.sum::<f64>() / samples.len() as f64
    }

    /// The best figures for some samples.
    fn fit(&mut self, samples: &[&Sample]) -> Figures {
        let mut classes: BTreeMap<&LinkClass, Vec<&Sample>> = BTreeMap::new();
        for sample in samples {
            classes.entry(&sample.class).or_default().push(sample);
        }
        let mut best = (f64::INFINITY, 0, BTreeMap::new());
        let mut tried = BTreeSet::new();
        // Ever smaller steps around the best overhead.
        let mut overheads: Vec<u64> = OVERHEADS.to_vec();
        for step in [100, 50, 10] {
            for overhead_ms in overheads {
                if tried.insert(overhead_ms) {
                    let (error, shares) = self.shares(&classes, overhead_ms);
                    if error < best.0 {
                        best = (error, overhead_ms, shares);
                    }
                }
            }
            let around = |by: u64| [best.1.saturating_sub(by), best.1 + by];
            overheads = [around(step), around(2 * step)].concat();
        }
        let shares = best.2.into_iter();
        Figures {
            shares: shares
                .map(|(class, share)| (class.clone(), share))
                .collect(),
            overhead_ms: best.1,
        }
    }

    /// The best share of each class at an overhead, and the sum of errors.
    fn shares<'c>(
        &mut self,
        classes: &BTreeMap<&'c LinkClass, Vec<&Sample>>,
        overhead_ms: u64,
    ) -> (f64, BTreeMap<&'c LinkClass, u32>) {
        let mut shares = BTreeMap::new();
        let mut sum = 0.0;
        for (class, samples) in classes {
            let mut total = |share: Option<u32>| -> f64 {
                let errors = samples.iter();
                errors
                    .map(|sample| self.error(sample, share, overhead_ms))
                    .sum()
            };
            if samples.len() < FEW {
                sum += total(None);
                continue;
            }
            let mut best = (f64::INFINITY, 0);
            let mut look = |share: u32| {
                let error = total(Some(share));
                if error < best.0 {
                    best = (error, share);
                }
            };
            SHARES.step_by(STEP as usize).for_each(&mut look);
            let near = best.1;
            let mut look = |share: u32| {
                let error = total(Some(share));
                if error < best.0 {
                    best = (error, share);
                }
            };
            (near - STEP + 1..near + STEP).for_each(&mut look);
            sum += best.0;
            shares.insert(*class, best.1);
        }
        (sum, shares)
    }
}

/// The mean error of predicting each migration by the median of those that are planned alike.
fn floor(samples: &[Sample]) -> f64 {
    let mut alike: BTreeMap<(&LinkClass, &Transfer), Vec<u32>> = BTreeMap::new();
    for sample in samples {
        let key = (&sample.class, &sample.transfer);
        alike.entry(key).or_default().push(sample.seconds);
    }
    let errors = alike.into_values().map(|mut seconds| {
        seconds.sort_unstable();
        let median = f64::from(seconds[seconds.len() / 2]);
        let errors = seconds
            .iter()
            .map(|&s| (median - f64::from(s)).abs() / f64::from(s));
        errors.sum::<f64>()
    });
    errors.sum::<f64>() / samples.len() as f64
}
