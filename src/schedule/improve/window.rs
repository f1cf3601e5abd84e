//! Large neighbourhood search by SAT: a few jobs move freely within some seconds, all others stay where they are.
//!
//! It can make several jobs change places at once, which reinsertion one by one cannot. On the two instances where it
//! was measured after annealing (random_vms x2, random_decommissioning_infra x1) it found nothing better.

use std::collections::BTreeSet;

use crate::formulation::Seconds;

use crate::schedule::construct::partial::{Partial, Place};
use crate::schedule::control::Control;
use crate::schedule::exact::encode::Candidates;
use crate::schedule::exact::{self, Answer};
use crate::schedule::instance::{Instance, Job, Placed};
use crate::schedule::random::Random;

/// Jobs and seconds to either side, in turn: few that move far, many that move little.
const SHAPES: [(usize, Seconds); 2] = [(16, 60), (30, 20)];

/// Effort of a window.
const EFFORT: u64 = 1_000_000;

/// A search from one schedule on.
pub struct Windows<'a> {
    instance: &'a Instance,
    partial: Partial<'a>,
    placed: Placed,
    random: Random,
    steps: usize,
}

impl<'a> Windows<'a> {
    /// From a feasible schedule; the instance has no makespan of its own (see `sink`).
    pub fn new(instance: &'a Instance, placed: Placed) -> Self {
        Windows {
            instance,
            partial: Partial::from_placed(instance, &placed),
            placed,
            random: Random::new(1),
            steps: 0,
        }
    }

    /// The schedule so far.
    pub fn placed(&self) -> &Placed {
        &self.placed
    }

    /// Solves a window; says whether that made the first objective better.
    pub fn step(&mut self, control: &Control) -> bool {
        let (size, reach) = SHAPES[self.steps % SHAPES.len()];
        let related = (self.steps / SHAPES.len()).is_multiple_of(2);
        self.steps += 1;
        self.solve_around(size, reach, related, control)
    }

    /// Frees some jobs, near in time or by their levels too, and puts them where they cost least.
    fn solve_around(
        &mut self,
        size: usize,
        reach: Seconds,
        related: bool,
        control: &Control,
    ) -> bool {
        let free = self.choose(size, related);
        for &job in &free {
            self.partial.remove(job);
        }
        let found = self.solve(&free, reach, control);
        for (at, &job) in free.iter().enumerate() {
            if let Some(found) = &found {
                self.placed.start[job] = found.start[at];
                self.placed.mode[job] = found.mode[at];
            }
            let (mode, start) = (self.placed.mode[job], self.placed.start[job]);
            self.partial.insert(job, Place { mode, start });
        }
        found.is_some()
    }

    /// The best places of the free jobs among the others; None where they are there already, or the effort was
    /// spent before anything better was found.
    fn solve(&self, free: &[usize], reach: Seconds, control: &Control) -> Option<Placed> {
        let now = Placed {
            start: free.iter().map(|&job| self.placed.start[job]).collect(),
            mode: free.iter().map(|&job| self.placed.mode[job]).collect(),
        };
        let part = self.part(free);
        let candidates = near(&part, &now, reach);
        let values = part.values(&now);
        match exact::minimise(&part, &candidates, 0, &values, EFFORT, control) {
            Answer::Optimal(found) | Answer::Spent(found) => found,
        }
    }

    /// A job and those nearest to it in time: of all, or first of those that share a level with it. The last
    /// job may be the sink, which moves with every window.
    fn choose(&mut self, size: usize, related: bool) -> Vec<usize> {
        let jobs = &self.instance.jobs;
        let seed = self.random.below(jobs.len());
        let levels = |job: usize| jobs[job].modes[0].events.iter().map(|event| event.level);
        let own: Vec<u32> = levels(seed).collect();
        let mut keyed: Vec<(bool, Seconds, usize)> = (0..jobs.len())
            .map(|job| {
                let sink = jobs[job].members.is_empty();
                let shares =
                    sink || !related || levels(job).any(|level| own.binary_search(&level).is_ok());
                let far = (self.placed.start[job] - self.placed.start[seed]).abs();
                (!shares, if sink { 0 } else { far }, job)
            })
            .collect();
        keyed.sort_unstable();
        keyed
            .into_iter()
            .take(size)
            .map(|(_, _, job)| job)
            .collect()
    }

    /// The free jobs alone, with the room that the others leave.
    fn part(&self, free: &[usize]) -> Instance {
        let mut jobs: Vec<_> = free
            .iter()
            .map(|&job| self.instance.jobs[job].clone())
            .collect();
        let modes = jobs.iter().flat_map(|job| &job.modes);
        let events = modes.flat_map(|mode| &mode.events);
        // In their old order, in which events are sorted.
        let used: BTreeSet<u32> = events.map(|event| event.level).collect();
        let used: Vec<u32> = used.into_iter().collect();
        for mode in jobs.iter_mut().flat_map(|job| &mut job.modes) {
            let events = mode.events.iter_mut().map(|event| &mut event.level);
            let segments = mode.segments.iter_mut().map(|segment| &mut segment.level);
            for level in events.chain(segments) {
                *level = used.partition_point(|&other| other < *level) as u32;
            }
        }
        let levels = used.iter().map(|&level| {
            let mut free = self.instance.levels[level as usize].clone();
            free.room = self.partial.room(level as usize, 0);
            free
        });
        let levels = levels.collect();
        self.instance.part(jobs, levels)
    }
}

/// The starts within a reach.
fn near(instance: &Instance, now: &Placed, reach: Seconds) -> Candidates {
    let starts = |(job, &start): (&Job, &Seconds)| {
        let modes = job.modes.iter().map(|mode| {
            let intervals = mode.starts.intervals().iter();
            let inside = intervals
                .flat_map(|&(first, last)| first.max(start - reach)..=last.min(start + reach));
            inside.collect()
        });
        modes.collect()
    };
    instance.jobs.iter().zip(&now.start).map(starts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulation::Formulation;
    use crate::schedule::presolve::sink::with_sink;
    use crate::schedule::tests::{holds, random_formulation};
    use crate::schedule::{Options, Quiet};

    /// Some schedule, good or bad.
    fn any(instance: &Instance, formulation: &Formulation, random: &mut Random) -> Option<Placed> {
        (0..200).find_map(|_| {
            let mut placed = Placed {
                start: Vec::new(),
                mode: Vec::new(),
            };
            for job in &instance.jobs {
                let mode = random.below(job.modes.len());
                let start = job.modes[mode].starts.next(random.below(12) as Seconds)?;
                placed.start.push(start);
                placed.mode.push(mode as u32);
            }
            let sinks = instance.jobs.iter().zip(&mut placed.start);
            let sink = sinks.filter(|(job, _)| job.members.is_empty());
            sink.for_each(|(_, start)| *start = instance.horizon);
            holds(formulation, &instance.expand(&placed)).then_some(placed)
        })
    }

    #[test]
    fn a_window_keeps_the_rest_and_makes_it_better() {
        let mut random = Random::new(3);
        let (mut tried, mut better) = (0, 0);
        for _ in 0..400 {
            let formulation = random_formulation(&mut random);
            let Ok(instance) = Instance::new(&formulation, &|_| true) else {
                continue;
            };
            let closed = with_sink(&instance, 0);
            let Some(first) = any(&closed, &formulation, &mut random) else {
                continue;
            };
            let (options, mut quiet) = (Options::default(), Quiet);
            let control = Control::new(&options, &mut quiet);
            let mut search = Windows::new(&closed, first);
            for _ in 0..3 {
                let before = closed.values(search.placed())[0];
                let improved = search.solve_around(2, 20, tried % 2 == 0, &control);
                let after = closed.values(search.placed())[0];
                assert_eq!(improved, after < before, "{formulation:#?}");
                assert!(
                    holds(&formulation, &instance.expand(search.placed())),
                    "{formulation:#?}"
                );
                tried += 1;
                better += usize::from(improved);
            }
        }
        assert!(tried > 100 && better > 10, "{better} better of {tried}");
    }
}
