//! How long the slots of the relaxation are: long ones at first, in which multipliers are soon found, then halves of
//! them until seconds, as long as that raises the bound or costs little.
//!
//! A bound holds in slots of any length, for multipliers that are constant within a slot are multipliers too.

use crate::formulation::Seconds;

use super::grid::Grid;
use super::relaxation::numbers;
use crate::schedule::instance::Instance;

/// Slots of a schedule; with more, slots are no longer halved.
const MOST_SLOTS: u64 = 4_000;

/// A round that raises the bound by less than that share is idle.
const IDLE: f64 = 2e-5;

/// What rounds in the same slots must have raised it by to be worth as many again, where they cost much.
const WORTHWHILE: f64 = 1e-4;

/// And where they cost little.
const WORTH_A_TRY: f64 = 1e-5;

/// Numbers that a round may touch without costing much.
const CHEAP: usize = 300_000_000;

/// Numbers that may be touched in all for each unit of effort.
const AFFORDABLE: usize = 4_000_000_000;

/// What to do after a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another round in the same slots.
    Again,
    /// Another in slots half as long.
    Halve,
    /// Another with longer steps again.
    Restart,
    /// Nothing.
    Done,
}

/// Decides that from what rounds have raised the bound by and from what they cost.
#[derive(Debug, Clone)]
pub struct Refinement {
    shortest: Seconds,
    /// Rounds in slots of one length, or until steps are long again.
    rounds: usize,
    affordable: usize,
    /// Rounds so far, the bound before them and after them.
    round: usize,
    before: f64,
    after: f64,
    /// Idle rounds in a row.
    idle: usize,
}

impl Refinement {
    /// For so many rounds in slots of one length, and the work of so many in all.
    pub fn new(shortest: Seconds, rounds: usize, effort: usize) -> Self {
        Refinement {
            shortest,
            rounds,
            affordable: effort.saturating_mul(AFFORDABLE),
            round: 0,
            before: f64::NEG_INFINITY,
            after: f64::NEG_INFINITY,
            idle: 0,
        }
    }

    /// How many of the steps of a round are affordable that each touch so many numbers: at least what a unit of effort is worth, and one.
    pub fn steps(&self, most: usize, numbers: usize) -> usize {
        let affordable = self.affordable.max(AFFORDABLE);
        (affordable / numbers.max(1)).clamp(1, most.max(1))
    }

    /// After a round on a grid that touched so many numbers.
    pub fn next(&mut self, grid: Grid, bound: f64, numbers: usize) -> Next {
        self.affordable = self.affordable.saturating_sub(numbers);
        self.round += 1;
        let little = bound - self.after < IDLE * bound.abs();
        self.idle = if little { self.idle + 1 } else { 0 };
        self.after = bound;
        let last = grid.slot <= self.shortest;
        let cheap = numbers <= CHEAP;
        let (rounds, idle) = if last && cheap {
            (4 * self.rounds, 4)
        } else {
            (self.rounds, 2)
        };
        if self.idle < idle && self.round < rounds && numbers <= self.affordable {
            return Next::Again;
        }
        let cost = if last { numbers } else { 2 * numbers };
        let worthwhile = if cheap { WORTH_A_TRY } else { WORTHWHILE };
        let gained = bound - self.before;
        if cost > self.affordable || gained < worthwhile * bound.abs() {
            return Next::Done;
        }
        (self.round, self.idle) = (0, 0);
        self.before = bound;
        if last { Next::Restart } else { Next::Halve }
    }
}

/// Rounds of steps that are all alike, as long as they are worth it.
#[derive(Debug, Clone)]
pub struct Rounds {
    /// The bound after the last round that has raised it.
    bound: f64,
    /// Steps that are left.
    left: usize,
    /// Rounds since then.
    idle: usize,
    /// So many end it.
    patience: usize,
}

impl Rounds {
    /// Steps of a round.
    pub const STEPS: usize = 100;
    /// Multipliers often go far before they are better again.
    const PATIENCE: usize = 8;

    /// So many steps at most, from a bound on, which the first round raises if any does.
    pub fn new(bound: f64, steps: usize) -> Self {
        Rounds {
            bound,
            left: steps,
            idle: 0,
            patience: 1,
        }
    }

    /// Steps of the next round, if it is worth it.
    pub fn steps(&self) -> Option<usize> {
        let steps = self.left.min(Self::STEPS);
        (steps > 0 && self.idle < self.patience).then_some(steps)
    }

    /// After a round that came to a bound.
    pub fn after(&mut self, bound: f64) {
        self.left = self.left.saturating_sub(Self::STEPS);
        self.idle += 1;
        if bound - self.bound >= IDLE * bound.abs() {
            (self.bound, self.idle, self.patience) = (bound, 0, Self::PATIENCE);
        }
    }
}

/// How many times longer than the horizon time is where an objective has none.
const LASTING: Seconds = 64;

/// Where the last slot ends. An objective without times (moves, servers that are on) pays nothing for what happens late, so a job would
/// wait until hardly anything is left of the levels that it changes for good: time goes on long enough that nearly all is.
pub fn until(instance: &Instance, goal: usize) -> Seconds {
    match instance.is_timeless(goal) {
        true => instance.horizon.saturating_mul(LASTING),
        false => instance.horizon,
    }
}

/// Seconds in the shortest slot for a schedule of that length, a power of two.
pub fn shortest(makespan: Seconds) -> Seconds {
    let seconds = makespan.max(1) as u64;
    seconds.div_ceil(MOST_SLOTS).next_power_of_two() as Seconds
}

/// Seconds in the slots with which bounding begins, a power of two times the shortest: as many as make a round of so
/// many steps cheap, but not so many that most jobs would take less than two slots.
pub fn longest(instance: &Instance, makespan: Seconds, steps: usize) -> Seconds {
    let mut spans: Vec<Seconds> = instance.jobs.iter().map(|job| job.modes[0].span).collect();
    spans.sort_unstable();
    let median = spans.get(spans.len() / 2).copied().unwrap_or(0);
    let numbers = |slot: Seconds| {
        let grid = Grid::new(slot, makespan + 1, instance.horizon);
        steps.saturating_mul(numbers(instance, grid))
    };
    let mut slot = shortest(makespan);
    while slot <= median / 4 && numbers(slot) > CHEAP {
        slot *= 2;
    }
    slot
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(slot: Seconds) -> Grid {
        Grid::new(slot, 100, 1_000)
    }

    #[test]
    fn slots_are_a_power_of_two() {
        assert_eq!(shortest(0), 1);
        assert_eq!(shortest(4_000), 1);
        assert_eq!(shortest(4_001), 2);
        assert_eq!(shortest(9_000), 4);
    }

    #[test]
    fn slots_are_halved_while_that_helps() {
        let mut refinement = Refinement::new(1, 10, 100);
        let mut next = |slot, bound| refinement.next(grid(slot), bound, CHEAP + 1);
        assert_eq!(next(4, 100.0), Next::Again);
        assert_eq!(next(4, 101.0), Next::Again);
        assert_eq!(next(4, 101.0), Next::Again);
        assert_eq!(next(4, 101.0), Next::Halve);
        assert_eq!(next(1, 102.0), Next::Again);
        assert_eq!(next(1, 102.0), Next::Again);
        // Together they have gained, so as many more may.
        assert_eq!(next(1, 102.0), Next::Restart);
        assert_eq!(next(1, 102.0), Next::Again);
        assert_eq!(next(1, 102.0), Next::Done);
    }

    #[test]
    fn a_round_takes_no_more_steps_than_are_affordable() {
        let mut refinement = Refinement::new(1, 10, 3);
        assert_eq!(refinement.steps(100, AFFORDABLE / 200), 100);
        assert_eq!(refinement.steps(100, AFFORDABLE / 20), 60);
        assert_eq!(refinement.steps(100, 5 * AFFORDABLE), 1);
        refinement.next(grid(4), 100.0, AFFORDABLE);
        assert_eq!(refinement.steps(100, AFFORDABLE / 20), 40);
        assert_eq!(Refinement::new(1, 10, 0).steps(100, AFFORDABLE / 20), 20);
    }

    #[test]
    fn what_costs_much_and_hardly_helps_is_left() {
        for (cost, next) in [(CHEAP + 1, Next::Done), (CHEAP, Next::Halve)] {
            let mut refinement = Refinement::new(1, 1, 100);
            assert_eq!(refinement.next(grid(4), 100.0, cost), Next::Halve);
            assert_eq!(refinement.next(grid(2), 100.0015, cost), next);
        }
        let mut refinement = Refinement::new(1, 10, 1);
        assert_eq!(refinement.next(grid(4), 100.0, AFFORDABLE), Next::Done);
    }
}
