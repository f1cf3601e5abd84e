//! A lower bound that anyone can check: multipliers, and one pass of exact arithmetic over them.
//!
//! For multipliers `m >= 0` on level and second (constant within a slot), weak duality says that every schedule costs at least
//!
//! ```text
//! constant + sum over jobs of min over starts t of (cost(t) + sum over events of change * M(t + at)) - sum of m * room
//! ```
//!
//! where `M(x)` is the sum of `m` over the seconds from `x` on: a job's event adds its change to the level in all of them.
//!
//! Earlier objectives that may not exceed a limit are priced in the same way: each has a multiplier, times which its
//! costs are added to those of the objective, and its limit is subtracted.

use crate::formulation::Seconds;

use super::cells::turns::Turns;
use super::cells::{Cell, Cells};
use super::grid::Grid;
use crate::schedule::instance::{Instance, Linear, Mode};

/// Multipliers are integers in units of `2^-FRACTION` of the objective.
pub const FRACTION: u32 = 40;

/// What proves a bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Index of the objective that is bounded.
    pub goal: usize,
    /// For each objective before it: its multiplier and the value that it may not exceed.
    pub earlier: Vec<(i64, i64)>,
    /// How time is cut.
    pub grid: Grid,
    /// For each level and slot the multiplier of each of the slot's seconds; none is negative.
    pub multipliers: Vec<Vec<i64>>,
    /// Jobs that are priced together.
    pub cells: Vec<Cell>,
}

impl Certificate {
    /// A certificate of what cells leave, as one of the instance that they are of: levels that they keep cost nothing.
    pub fn of_all(self, cells: &Cells, instance: &Instance) -> Certificate {
        let mut multipliers = vec![vec![0; self.grid.slots + 1]; instance.levels.len()];
        for (&level, row) in cells.levels.iter().zip(self.multipliers) {
            multipliers[level] = row;
        }
        Certificate {
            multipliers,
            cells: cells.cells.clone(),
            ..self
        }
    }

    /// The bound, in units of `2^-FRACTION`; None if the certificate does not fit the instance, or numbers overflow.
    pub fn exact(&self, instance: &Instance) -> Option<i128> {
        let fits = self.multipliers.len() == instance.levels.len()
            && self
                .multipliers
                .iter()
                .all(|row| row.len() == self.grid.slots + 1 && row.iter().all(|&m| m >= 0));
        let priced = &instance.goals[..=self.goal];
        if !fits
            || priced.iter().any(|goal| goal.makespan != 0)
            || self.earlier.len() > self.goal
            || self.earlier.iter().any(|&(multiplier, _)| multiplier < 0)
        {
            return None;
        }
        let mut bound = i128::from(instance.goals[self.goal].constant) << FRACTION;
        for (goal, &(multiplier, limit)) in instance.goals.iter().zip(&self.earlier) {
            let over = i128::from(goal.constant) - i128::from(limit);
            bound = bound.checked_add(over.checked_mul(i128::from(multiplier))?)?;
        }
        for (level, row) in instance.levels.iter().zip(&self.multipliers) {
            for (sum, &m) in self.grid.sums(&level.room).iter().zip(row) {
                bound = bound.checked_sub(sum.checked_mul(i128::from(m))?)?;
            }
        }
        let tails = self.tails();
        let mut is_single = vec![true; instance.jobs.len()];
        for cell in &self.cells {
            cell.jobs().for_each(|job| is_single[job] = false);
            bound = bound.checked_add(self.least_of(cell, instance, &tails)?)?;
        }
        let single = instance.jobs.iter().zip(is_single);
        for (job, _) in single.filter(|&(_, is_single)| is_single) {
            let least = job
                .modes
                .iter()
                .map(|mode| self.least(mode, &tails))
                .min()?;
            bound = bound.checked_add(least)?;
        }
        Some(bound)
    }

    /// The bound, rounded up: the objective is an integer.
    pub fn bound(&self, instance: &Instance) -> Option<i64> {
        let exact = self.exact(instance)?;
        i64::try_from((exact + (1 << FRACTION) - 1) >> FRACTION).ok()
    }

    /// For each level and slot the sum of multipliers over the seconds from the slot's first on.
    pub fn tails(&self) -> Vec<Vec<i128>> {
        let rows = self.multipliers.iter().map(|row| {
            let mut tail = vec![0; row.len() + 1];
            for slot in (0..row.len()).rev() {
                let length = i128::from(self.grid.length(slot));
                tail[slot] = tail[slot + 1] + i128::from(row[slot]) * length;
            }
            tail
        });
        rows.collect()
    }

    /// `(constant, slope)` of what a mode costs, earlier objectives included, in units of `2^-FRACTION`.
    fn cost(&self, mode: &Mode) -> (i128, i128) {
        let Linear { slope, constant } = mode.cost[self.goal];
        let mut cost = (
            i128::from(constant) << FRACTION,
            i128::from(slope) << FRACTION,
        );
        for (earlier, &(multiplier, _)) in mode.cost.iter().zip(&self.earlier) {
            cost.0 += i128::from(earlier.constant) * i128::from(multiplier);
            cost.1 += i128::from(earlier.slope) * i128::from(multiplier);
        }
        cost
    }

    /// What a start costs, multipliers included.
    fn price(
        &self,
        mode: &Mode,
        (constant, slope): (i128, i128),
        start: Seconds,
        tails: &[Vec<i128>],
    ) -> i128 {
        let mut price = constant + slope * i128::from(start);
        for event in &mode.events {
            let at = start + event.at;
            if at < self.grid.horizon {
                let (slot, over) = self.grid.locate(at);
                let level = event.level as usize;
                let tail = tails[level][slot]
                    - i128::from(self.multipliers[level][slot]) * i128::from(over);
                price += tail * i128::from(event.change);
            }
        }
        price
    }

    /// The least price of a mode. Between two moments at which no event passes a slot's edge the price is linear,
    /// so only those moments and the ends of the domain count.
    pub fn least(&self, mode: &Mode, tails: &[Vec<i128>]) -> i128 {
        let cost = self.cost(mode);
        let mut least = i128::MAX;
        let mut offsets: Vec<Seconds> = mode.events.iter().map(|e| e.at % self.grid.slot).collect();
        offsets.sort_unstable();
        offsets.dedup();
        for &(first, last) in mode.starts.intervals() {
            for start in [first, last] {
                least = least.min(self.price(mode, cost, start, tails));
            }
            for event in &mode.events {
                let edge = self.grid.horizon - event.at;
                if first <= edge && edge <= last {
                    least = least.min(self.price(mode, cost, edge, tails));
                }
            }
            for offset in &offsets {
                let mut start = first + (-offset - first).rem_euclid(self.grid.slot);
                while start <= last.min(self.grid.end()) {
                    least = least.min(self.price(mode, cost, start, tails));
                    start += self.grid.slot;
                }
            }
        }
        least
    }

    /// The least price of a cell; None where numbers are too large.
    fn least_of(&self, cell: &Cell, instance: &Instance, tails: &[Vec<i128>]) -> Option<i128> {
        // What a cell costs is a sum over its jobs.
        const NONE: i128 = i128::MAX >> 16;
        let Grid { slot, slots, .. } = self.grid;
        let prices = |mode: &Mode| {
            let cost = self.cost(mode);
            let mut prices = vec![NONE; slots + 1];
            for &(first, last) in mode.starts.intervals() {
                for start in first..=last.min(self.grid.end() - 1) {
                    let least = &mut prices[(start / slot) as usize];
                    *least = self.price(mode, cost, start, tails).min(*least);
                }
            }
            let mut later = mode.clone();
            later.starts.intersect(&[(self.grid.end(), Seconds::MAX)]);
            prices[slots] = self.least(&later, tails).min(NONE);
            prices
        };
        let least = Turns::new(cell, instance, slot, (0, NONE), prices).least();
        (least < NONE / 2).then_some(least)
    }

    /// The starts of a mode whose price is at most a limit, unless there are more than `most`.
    pub fn starts_below(
        &self,
        mode: &Mode,
        limit: i128,
        tails: &[Vec<i128>],
        most: usize,
    ) -> Option<Vec<Seconds>> {
        let (constant, slope) = self.cost(mode);
        let cost = (constant, slope);
        let mut starts = Vec::new();
        for &(first, last) in mode.starts.intervals() {
            let mut start = first;
            while start <= last {
                // Behind the slots nothing is priced any more but by the cost itself.
                if start > self.grid.end() && slope > 0 && self.free(mode) {
                    let room = (limit - constant).div_euclid(slope);
                    if room < i128::from(start) {
                        break;
                    }
                }
                if self.price(mode, cost, start, tails) <= limit {
                    starts.push(start);
                    if starts.len() > most {
                        return None;
                    }
                }
                start += 1;
            }
        }
        Some(starts)
    }

    /// Whether no multiplier of the last slot touches a mode.
    fn free(&self, mode: &Mode) -> bool {
        let slots = self.grid.slots;
        mode.events
            .iter()
            .all(|event| self.multipliers[event.level as usize][slots] == 0)
    }
}
