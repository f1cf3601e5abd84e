//! The bound of a goal, and what it says of where jobs should be: the relaxation in shorter and shorter slots, then with jobs that take turns
//! as one.

use std::rc::Rc;

use super::Run;
use crate::schedule::bound::cells::Cells;
use crate::schedule::bound::certificate::Certificate;
use crate::schedule::bound::evidence::Evidence;
use crate::schedule::bound::grid::Grid;
use crate::schedule::bound::pool::Pool;
use crate::schedule::bound::refine::{self, Next, Refinement};
use crate::schedule::bound::relaxation::Relaxation;
use crate::schedule::construct::list;
use crate::schedule::instance::Instance;
use crate::schedule::slots::arrange::Rough;

/// The share of a value by which a bound must be better to be a better guide.
const MUCH: f64 = 1e-3;

impl Run<'_, '_> {
    /// Bounds a goal; returns when the relaxation would start each job.
    pub(super) fn relax(
        &mut self,
        goal: usize,
        rounds: usize,
        rough: Option<&Rough>,
        pool: Option<&Pool>,
    ) -> Vec<f64> {
        let closed = Rc::clone(&self.closed);
        let relaxed = pool.map_or(&*closed, |pool| &pool.instance);
        let makespan = self.instance.makespan(&self.best);
        let mut refinement = Refinement::new(refine::shortest(makespan), rounds, self.work.refine);
        let mut relaxation = self.begin(relaxed, goal, rough, &refinement);
        // What is proved already only lacks something for others to check.
        let has_evidence = goal > 0 || !self.evidence.is_empty();
        let is_proved = has_evidence && self.bounds[goal] >= self.value(goal);
        while !self.control.stopped() {
            let steps = refinement.steps(self.work.steps, relaxation.numbers());
            relaxation.improve(steps, self.value(goal) as f64);
            let last = relaxation.last();
            let lists = [relaxation.starts(), &last]
                .into_iter()
                .flat_map(|keys| [(keys, true), (keys, false)]);
            for (keys, by_time) in lists.take(self.work.lists) {
                let mut order: Vec<usize> = (0..self.instance.jobs.len()).collect();
                order.sort_by(|&a, &b| keys[a].total_cmp(&keys[b]));
                if let Some(placed) = list::generate(self.instance, &order, by_time) {
                    self.offer(placed);
                }
            }
            let (best, bound) = (self.value(0), relaxation.best());
            let shown = if goal == 0 {
                bound.floor() as i64
            } else {
                i64::MIN
            };
            let shown = Some(shown.max(self.bounds[0]));
            self.control.report("relaxation", Some(best), shown, None);
            // What is proved in floats may not be in the certificate's integers yet.
            let value = self.value(goal);
            let shows = || {
                relaxation
                    .certificate()
                    .bound(relaxed)
                    .is_some_and(|shown| shown >= value)
            };
            if is_proved || bound > value as f64 - 1.0 && shows() {
                break;
            }
            let work = steps * relaxation.numbers();
            match refinement.next(relaxation.grid(), bound, work) {
                Next::Again => {}
                Next::Halve => relaxation = relaxation.halved(),
                Next::Restart => relaxation.restart(),
                Next::Done => break,
            }
        }
        let certificate = relaxation.certificate();
        if let Some(bound) = certificate.bound(relaxed) {
            self.bounds[goal] = self.bounds[goal].max(bound.min(self.value(goal)));
            let certificate = match pool {
                Some(pool) => pool.expand(&certificate),
                None => certificate,
            };
            self.evidence.push(Evidence::new(&closed, &certificate));
            let by_cells = self.price_cells(&certificate);
            self.certificate = Some(certificate);
            if let Some(starts) = by_cells {
                return starts;
            }
        }
        let mut target = relaxation.starts().to_vec();
        target.resize(self.instance.jobs.len().max(target.len()), 0.0);
        target
    }

    /// Bounds a goal better where jobs take turns, from what a relaxation has found; returns when that starts each job, where it is better by much.
    fn price_cells(&mut self, from: &Certificate) -> Option<Vec<f64>> {
        let goal = from.goal;
        let value = self.value(goal);
        if self.work.cells == 0 || self.bounds[goal] >= value {
            return None;
        }
        let cells = Cells::of(&self.closed)?;
        let values = self.instance.values(&self.best);
        let mut relaxation = Relaxation::of_cells(&cells, &values, from);
        let numbers = cells.numbers(from.grid.slots);
        let before = self.bounds[goal];
        let mut rounds = refine::Rounds::new(before as f64, self.work.cells / numbers.max(1));
        while let Some(steps) = rounds.steps().filter(|_| !self.control.stopped()) {
            relaxation.improve(steps, value as f64);
            rounds.after(relaxation.best());
            let bound = relaxation.best().floor() as i64;
            let shown = if goal == 0 {
                bound.max(before)
            } else {
                self.bounds[0]
            };
            self.control
                .report("turns", Some(self.value(0)), Some(shown), None);
        }
        let certificate = relaxation.certificate().of_all(&cells, &self.closed);
        let bound = certificate.bound(&self.closed)?.min(value);
        if bound > before {
            self.bounds[goal] = bound;
            self.evidence
                .push(Evidence::new(&self.closed, &certificate));
        }
        let is_much = (bound - before) as f64 > MUCH * value.abs() as f64;
        is_much.then(|| relaxation.starts().to_vec())
    }

    /// The relaxation in the first slots, from what longer ones have shown.
    fn begin<'c>(
        &self,
        closed: &'c Instance,
        goal: usize,
        rough: Option<&Rough>,
        refinement: &Refinement,
    ) -> Relaxation<'c> {
        let makespan = self.instance.makespan(&self.best);
        let slot = refine::longest(closed, makespan, self.work.steps);
        let grid = Grid::new(slot, makespan + 1, refine::until(closed, goal));
        let values = self.instance.values(&self.best);
        let mut cold = Relaxation::new(closed, goal, &values, grid);
        // Levels may be pooled in another way where some are sealed.
        let fits = |rough: &&Rough| rough.levels() == closed.levels.len();
        let Some(rough) = rough.filter(fits) else {
            return cold;
        };
        let mut warm = Relaxation::at(closed, goal, &values, grid, &rough.in_seconds(grid));
        let upper = values[goal] as f64;
        let steps = refinement.steps(self.work.steps, cold.numbers());
        cold.improve(steps, upper);
        warm.improve(steps, upper);
        // Where its slots do not fit well, it is better to begin anew.
        if warm.best() > cold.best() {
            warm
        } else {
            cold
        }
    }
}
