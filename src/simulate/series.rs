//! A plan carried out many times, each with a seed of its own: how often what is missed.

use std::collections::BTreeMap;

use super::{Course, Law, Stage, Trouble, judge, simulate};
use crate::expect;
use crate::formulation::SourceId;
use crate::request::{ExpectationKind, Request};
use crate::show::{show_energy, show_power, show_seconds};

/// What came of many seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// How many there were.
    pub seeds: u64,
    /// In how many all was done.
    pub done: u64,
    /// In how many all was done in time, and as it was expected.
    pub on_time: u64,
    /// Seconds to the last end.
    pub end: Quantiles,
    /// mJ
    pub energy: Quantiles,
    /// mW
    pub peak_power: Quantiles,
    /// ms for which VMs stood still, all together.
    pub downtime: Quantiles,
    /// For each rule that was missed, in words, in how many seeds.
    pub missed: Vec<(String, u64)>,
    /// For each expectation that was not met, in words, in how many seeds.
    pub unmet: Vec<(String, u64)>,
    /// For each action that was not done, by its place in the plan, in how many seeds.
    pub undone: Vec<(usize, u64)>,
    /// The first seed in which something was missed.
    pub first: Option<u64>,
}

/// Of a figure over all seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quantiles {
    /// The least.
    pub least: i64,
    /// Half of all are at most this.
    pub median: i64,
    /// 95 of 100 are at most this.
    pub usual: i64,
    /// The most.
    pub most: i64,
}

impl Quantiles {
    fn of(mut all: Vec<i64>) -> Self {
        all.sort_unstable();
        let at = |share: usize| {
            let rank = (all.len() * share).div_ceil(100);
            all.get(rank.saturating_sub(1)).copied().unwrap_or(0)
        };
        Quantiles {
            least: at(0),
            median: at(50),
            usual: at(95),
            most: at(100),
        }
    }
}

/// Carries the plan out once for each of so many seeds, from that of `trouble` on.
pub fn series(stage: &Stage, law: Law, trouble: &Trouble, seeds: u64) -> Series {
    let expected = expectations(stage.request);
    let (mut ends, mut energies, mut peaks, mut downtimes) = (vec![], vec![], vec![], vec![]);
    let mut missed: BTreeMap<SourceId, u64> = BTreeMap::new();
    let mut unmet = vec![0; expected.len()];
    let mut undone: BTreeMap<usize, u64> = BTreeMap::new();
    let (mut done, mut on_time, mut first) = (0, 0, None);
    for seed in (trouble.seed..).take(usize::try_from(seeds).unwrap_or(usize::MAX)) {
        let course = simulate(stage, law, &Trouble { seed, ..*trouble });
        ends.push(course.end);
        energies.push(natural(course.energy));
        peaks.push(natural(course.peak_power));
        downtimes.push((course.downtime().0 * 1e3).round() as i64);
        let mut broken: Vec<SourceId> = judge(stage, &course).iter().map(|b| b.source()).collect();
        broken.sort_unstable();
        broken.dedup();
        for &source in &broken {
            *missed.entry(source).or_default() += 1;
        }
        let mut is_missed = !broken.is_empty();
        let left = course.actions.iter().enumerate();
        for (at, _) in left.filter(|(_, action)| action.fate != super::Fate::Done) {
            *undone.entry(at).or_default() += 1;
            is_missed = true;
        }
        for (request, count) in expected.iter().zip(&mut unmet) {
            if !is_met(request, stage, &course) {
                *count += 1;
                is_missed = true;
            }
        }
        done += u64::from(course.is_done());
        on_time += u64::from(!is_missed);
        if is_missed {
            first.get_or_insert(seed);
        }
    }
    let f = &stage.problem.formulation;
    let words = expected.iter().map(|one| words(one.expectations[0].kind));
    Series {
        seeds,
        done,
        on_time,
        end: Quantiles::of(ends),
        energy: Quantiles::of(energies),
        peak_power: Quantiles::of(peaks),
        downtime: Quantiles::of(downtimes),
        missed: missed
            .into_iter()
            .map(|(source, count)| (f[source].label.clone(), count))
            .collect(),
        unmet: words.zip(unmet).filter(|(_, count)| *count > 0).collect(),
        undone: undone.into_iter().collect(),
        first,
    }
}

/// The request with one expectation that a course can miss, for each of them.
fn expectations(request: &Request) -> Vec<Request> {
    let all = request.expectations.iter().filter(|expectation| {
        matches!(
            expectation.kind,
            ExpectationKind::Makespan(_)
                | ExpectationKind::Mttr(_)
                | ExpectationKind::Energy(_)
                | ExpectationKind::Peak(_)
        )
    });
    all.map(|expectation| Request {
        expectations: vec![expectation.clone()],
        ..request.clone()
    })
    .collect()
}

fn is_met(request: &Request, stage: &Stage, course: &Course) -> bool {
    expect::unmet(request, &course.as_plan(stage)).is_empty()
}

fn words(kind: ExpectationKind) -> String {
    match kind {
        ExpectationKind::Makespan(most) => format!("makespan at most {}", show_seconds(most)),
        ExpectationKind::Mttr(most) => format!("mttr at most {}", show_seconds(most)),
        ExpectationKind::Energy(most) => {
            format!(
                "energy at most {}",
                show_energy(u64::try_from(most).unwrap_or(0))
            )
        }
        ExpectationKind::Peak(most) => format!("peak at most {}", show_power(most)),
        ExpectationKind::Impossible => String::from("impossible"),
        ExpectationKind::Possible => String::from("possible"),
        ExpectationKind::Optimal => String::from("optimal"),
        ExpectationKind::Gap(_) => String::from("gap"),
        ExpectationKind::OnTime(_) => String::from("on time"),
    }
}

fn natural(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_there() {
        let found = Quantiles::of((1..=20).rev().collect());
        let expected = Quantiles {
            least: 1,
            median: 10,
            usual: 19,
            most: 20,
        };
        assert_eq!(found, expected);
        assert_eq!(Quantiles::of(vec![7]).usual, 7);
        assert_eq!(Quantiles::of(Vec::new()), Quantiles::default());
    }
}
