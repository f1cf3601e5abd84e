//! Improvement by simulated annealing. Here stands the large neighbourhood search: it takes related jobs out of a schedule and puts them back in another order
//! (Shaw 1998), accepting what is a little worse as simulated annealing does (Kirkpatrick, Gelatt, Vecchi 1983).
//!
//! A long schedule is searched in several parts of its time at once. What is changed in one part is nothing to
//! another, so all changes hold together; before the next steps they are brought together, and the parts are others.

pub mod order;
mod walk;
pub mod window;

use std::sync::Arc;

use rayon::prelude::*;

use crate::formulation::Seconds;

use super::construct::partial::{Partial, Place};
use super::instance::{Instance, Placed};
use super::random::Random;
use walk::Walk;

/// Parts that are searched at once, at most: of a constant number, a schedule is the same on any machine.
const PARTS: Seconds = 4;

/// A part takes at least so many times as long as a job: jobs that run from one part into another stay where they are.
const SPANS: Seconds = 10;

/// Steps in each part before these are brought together.
const STEPS: usize = 500;

/// A search by simulated annealing, from one schedule on.
pub trait Annealed {
    /// The best schedule so far.
    fn best(&self) -> &Best;

    /// The unit of temperatures: what a typical delay of one job costs in the first objective.
    fn unit(&self) -> f64;

    /// Goes on for a little at a temperature: something worse by that much is accepted once in e times. Says how much work that was.
    fn anneal(&mut self, temperature: f64) -> usize;
}

/// The best schedule that a search has found.
pub struct Best {
    /// The schedule.
    pub placed: Placed,
    /// Its values.
    pub values: Vec<i64>,
}

impl Best {
    fn new(instance: &Instance, placed: &Placed) -> Best {
        Best {
            placed: placed.clone(),
            values: instance.values(placed),
        }
    }
}

/// What is searched, and what guides the search.
struct Setting<'a> {
    instance: &'a Instance,
    /// For each level the jobs that change it.
    users: Vec<Vec<usize>>,
    /// When the relaxation would start each job.
    target: &'a [f64],
}

/// A search from one schedule on.
pub struct Search<'a> {
    instance: &'a Instance,
    random: Random,
    /// All with the same schedule between steps.
    walks: Vec<Walk<'a>>,
    best: Best,
}

impl<'a> Search<'a> {
    /// From a feasible schedule; `target` says when the relaxation would start each job.
    pub fn new(instance: &'a Instance, from: &Placed, target: &'a [f64], seed: u64) -> Self {
        let setting = Arc::new(Setting {
            instance,
            users: instance.users(),
            target,
        });
        let partial = Partial::from_placed(instance, from);
        let seeds = seed..seed + parts(instance, from) as u64;
        let walks = seeds.map(|seed| Walk::new(setting.clone(), partial.clone(), seed));
        Search {
            instance,
            random: Random::new(seed),
            walks: walks.collect(),
            best: Best::new(instance, from),
        }
    }

    /// Takes a number of steps in each part at a temperature: something worse by that much is accepted once in e
    /// times. Says how many steps these were.
    fn run(&mut self, steps: usize, temperature: f64) -> usize {
        let before = self.walks[0].places();
        let parts = self.parts(&before);
        let best = &self.best.values;
        let walks = self.walks.par_iter_mut().zip(parts);
        walks.for_each(|(walk, part)| walk.run(part, steps, temperature, best));
        let mut after = before.clone();
        for walk in &self.walks {
            let places = walk.places();
            for ((now, was), place) in after.iter_mut().zip(&before).zip(places) {
                if place != *was {
                    *now = place;
                }
            }
        }
        let better = self.walks.iter().filter_map(|walk| walk.best());
        let better = better.min_by_key(|&(values, _)| values);
        if let Some(better) = better.map(|(_, places)| places.to_vec()) {
            self.record(&better);
        }
        self.walks[0].go(&after);
        if self.walks[0].values() < &self.best.values[..] {
            self.record(&after);
            after = self.walks[0].places();
        }
        self.walks[1..]
            .par_iter_mut()
            .for_each(|walk| walk.go(&after));
        steps * self.walks.len()
    }

    /// For each walk a part of the time, with about as many jobs as the others but for chance.
    fn parts(&mut self, places: &[Place]) -> Vec<(Seconds, Seconds)> {
        let mut starts: Vec<Seconds> = places.iter().map(|place| place.start).collect();
        starts.sort_unstable();
        let count = self.walks.len();
        let moved = self.random.unit() - 0.5;
        let cuts = (1..count).map(|cut| {
            let rank = (cut as f64 + moved) / count as f64 * starts.len() as f64;
            starts[rank as usize]
        });
        let mut edges = vec![Seconds::MIN];
        edges.extend(cuts);
        edges.push(Seconds::MAX);
        edges.windows(2).map(|edge| (edge[0], edge[1])).collect()
    }

    /// Keeps a schedule that is better than the best.
    fn record(&mut self, places: &[Place]) {
        self.walks[0].go(places);
        if let Some(placed) = self.walks[0].compacted() {
            self.best = Best::new(self.instance, &placed);
        }
    }
}

impl Annealed for Search<'_> {
    fn best(&self) -> &Best {
        &self.best
    }

    fn unit(&self) -> f64 {
        unit(self.instance, &self.best.placed)
    }

    /// The work is a step in a part.
    fn anneal(&mut self, temperature: f64) -> usize {
        self.run(STEPS, temperature)
    }
}

/// How much worse, in the first objective, a schedule is by a typical delay of one job: the unit of temperatures.
fn unit(instance: &Instance, placed: &Placed) -> f64 {
    let mut sum = 0.0;
    for mode in instance.jobs.iter().map(|job| &job.modes[0]) {
        sum += mode.cost[0].slope.abs() as f64 * mode.span as f64;
    }
    let makespan = instance.goals[0].makespan as f64 * instance.makespan(placed) as f64;
    sum / instance.jobs.len().max(1) as f64 + 0.001 * makespan
}

/// In how many parts a schedule is searched.
fn parts(instance: &Instance, placed: &Placed) -> Seconds {
    let spans = instance.jobs.iter().zip(&placed.mode);
    let spans = spans.map(|(job, &mode)| job.modes[mode as usize].span);
    let all = instance
        .makespan(placed)
        .saturating_mul(instance.jobs.len() as Seconds);
    let jobs = spans.sum::<Seconds>().max(1);
    (all / jobs / SPANS).clamp(1, PARTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulation::*;
    use crate::schedule::construct::list;
    use crate::schedule::tests::{holds, random_formulation, resource, rule};

    /// A small problem with every kind of constraint, and beside it many actions that take turns.
    pub(super) fn long(random: &mut Random) -> Formulation {
        let mut f = random_formulation(random);
        let source = SourceId(f.sources.len() as u32);
        f.sources.push(rule("turns".to_string()));
        let first = f.resources.len();
        for room in [2, 1, 1, 1] {
            f.resources
                .push(resource(&format!("turns of {room}"), room, source));
        }
        for index in 0..60 {
            let resources = [first, first + 1 + random.below(3)];
            let demands = resources.map(|resource| Demand {
                resource: ResourceId(resource as u32),
                take: 1,
                give: 1,
            });
            let mode = Mode {
                duration: 1 + random.below(4) as Seconds,
                rate: None,
                demands: demands.to_vec(),
            };
            f.actions.push(Action {
                name: format!("turn {index}"),
                modes: vec![mode],
                span: None,
            });
            for objective in &mut f.objectives {
                objective.terms.push(Term {
                    start: 0,
                    end: 1,
                    modes: vec![0],
                });
            }
        }
        f
    }

    fn searched<'a>(instance: &'a Instance, from: &Placed, target: &'a [f64]) -> Search<'a> {
        let mut search = Search::new(instance, from, target, 1);
        for temperature in [4.0, 2.0, 1.0, 0.5, 0.1] {
            search.run(30, temperature);
        }
        search
    }

    /// Changes in several parts of the time hold together, and are the same however many cores make them.
    #[test]
    fn parts_are_searched_at_once() {
        let mut random = Random::new(3);
        let pools = [1, 3].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            pool.build().expect("some threads")
        });
        let (mut several, mut better) = (0, 0);
        for _ in 0..300 {
            let formulation = long(&mut random);
            let Ok(instance) = Instance::new(&formulation, &|_| true) else {
                continue;
            };
            let order: Vec<usize> = (0..instance.jobs.len()).collect();
            let Some(from) = list::generate(&instance, &order, false) else {
                continue;
            };
            let target = vec![0.0; order.len()];
            let [one, three] = pools
                .each_ref()
                .map(|pool| pool.install(|| searched(&instance, &from, &target)));
            assert_eq!(one.best.placed, three.best.placed);
            let places = one.walks[0].places();
            assert!(one.walks.iter().all(|walk| walk.places() == places));
            let best = instance.expand(&one.best.placed);
            assert!(holds(&formulation, &best), "{formulation:#?}");
            assert_eq!(instance.values(&one.best.placed), one.best.values);
            assert!(one.best.values <= instance.values(&from));
            several += usize::from(one.walks.len() > 1);
            better += usize::from(one.walks.len() > 1 && one.best.values < instance.values(&from));
        }
        assert!(
            several > 50 && better > 20,
            "{several} in parts, {better} of them better"
        );
    }
}
