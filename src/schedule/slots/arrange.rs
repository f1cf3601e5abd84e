//! A schedule in long slots: relaxed, fixed slot by slot, and fixed again from some of its slots on.

use rayon::prelude::*;

use crate::formulation::Seconds;

use super::aligned::Aligned;
use super::dive::{self, Dived};
use crate::schedule::bound::grid::Grid;
use crate::schedule::bound::relaxation::{Relaxation, numbers};
use crate::schedule::control::Control;
use crate::schedule::instance::Placed;
use crate::schedule::presolve::sink::without_sink;
use crate::schedule::random::Random;

/// How many at once fix a schedule again from some slot on, each from the best before.
const TOGETHER: usize = 4;

/// Counted work for it.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    /// Steps of the relaxation.
    pub steps: usize,
    /// Work for fixing it once.
    pub dive: dive::Work,
    /// How often it is fixed again from some slot on.
    pub again: usize,
    /// Prices of starts and multipliers that may be computed for all of that.
    pub priced: usize,
}

/// What the relaxation in long slots has found.
pub struct Rough<'a> {
    /// The problem.
    pub aligned: &'a Aligned,
    grid: Grid,
    /// What a unit of each level costs in each slot.
    prices: Vec<f32>,
}

impl<'a> Rough<'a> {
    /// Relaxes the first objective for schedules of about that many seconds.
    pub fn new(aligned: &'a Aligned, makespan: Seconds, work: &Work, control: &Control) -> Self {
        const ROUND: usize = 50;
        let closed = &aligned.closed;
        let makespan = makespan / aligned.slot;
        // What is fixed slot by slot may end a little later.
        let grid = Grid::new(1, makespan + makespan / 8 + 2, closed.horizon);
        let mut relaxation = Relaxation::new(closed, 0, &[], grid);
        let steps = (work.priced / numbers(closed, grid).max(1)).min(work.steps);
        for _ in 0..steps / ROUND {
            if control.stopped() {
                break;
            }
            relaxation.improve(ROUND, f64::INFINITY);
        }
        let prices = relaxation.prices();
        Rough {
            aligned,
            grid,
            prices,
        }
    }

    /// How many levels are priced.
    pub fn levels(&self) -> usize {
        self.aligned.closed.levels.len()
    }

    /// What a unit of each level costs in each slot of a grid of seconds.
    pub fn in_seconds(&self, grid: Grid) -> Vec<f32> {
        self.aligned.in_seconds(self.grid, &self.prices, grid)
    }

    /// A schedule of the aligned problem; None where fixing leads nowhere, or takes too long.
    pub fn fix(&self, work: &Work, control: &Control) -> Option<Placed> {
        let closed = &self.aligned.closed;
        let work = self.affordable(*work)?;
        let dive = |known: &Dived, at: (Seconds, u64), stopped: &dyn Fn() -> bool| {
            dive::dive(closed, self.grid, known, at, work.dive, stopped)
        };
        let first = Dived::nothing(closed, self.prices.clone());
        let mut best = dive(&first, (0, 0), &|| control.stopped())?;
        let mut random = Random::new(1);
        for seed in (1..=work.again as u64).step_by(TOGETHER) {
            if control.stopped() {
                break;
            }
            // Early slots more often: more depends on them.
            let slots = 0.8 * best.prices.len() as f64;
            let mut from = || (slots * random.unit() * random.unit()) as Seconds;
            let attempts: Vec<_> = (seed..).take(TOGETHER).map(|seed| (from(), seed)).collect();
            let attempts = attempts.into_par_iter();
            let others: Vec<_> = attempts.map(|at| dive(&best, at, &|| false)).collect();
            for other in others.into_iter().flatten() {
                if closed.values(&other.placed) <= closed.values(&best.placed) {
                    best = other;
                }
            }
        }
        Some(without_sink(&self.aligned.instance, best.placed))
    }

    /// Less work where slots and jobs are many: rather once and well than again; None where too little would be left.
    fn affordable(&self, mut work: Work) -> Option<Work> {
        // On average half of the jobs and of the slots are left.
        let step = numbers(&self.aligned.closed, self.grid) * self.grid.slots / 4;
        let steps = work.priced / step.max(1);
        let dive = &mut work.dive;
        // Most batches but the first are not needed.
        let whole = dive.steps + 2 * dive.sets * dive.trial;
        work.again = work.again.min((steps / whole).saturating_sub(1));
        dive.sets = dive
            .sets
            .min(steps.saturating_sub(dive.steps) / dive.trial)
            .max(1);
        let least = dive.steps / 5;
        dive.steps = dive.steps.min(steps);
        (steps >= least).then_some(work)
    }
}
