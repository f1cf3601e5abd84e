//! The cheapest schedule of a [cell](super): which job is next, and when.
//!
//! What is left costs the same whatever was done in which order before, as long as the same jobs are over by the same second: so from the
//! last state to the first, and for each second, the least that all can cost which is still to come (Held and Karp, "A dynamic
//! programming approach to sequencing problems", 1962). A job that hangs on others is paid for with the first or the last of these: before a
//! start or after an end, its own cheapest second is known.
//!
//! Time goes in slots, from the first to a last one, which stands for all that comes after it. What starts within a slot may be followed
//! as if it had started with it, so that in slots of more than a second, and in the last one, all costs no more than it does.

use std::ops::Add;

use super::{Cell, Hanger, Side};
use crate::formulation::Seconds;
use crate::schedule::instance::{Instance, Mode};

/// The prices of a cell's jobs, and what follows from them.
pub struct Turns<'a, T> {
    cell: &'a Cell,
    /// More than anything costs.
    none: T,
    /// For each kind and mode how many slots it spans, and its price in each slot.
    kinds: Vec<Vec<(usize, Vec<T>)>>,
    hangers: Vec<Hung<'a, T>>,
    /// For each kind by how much a state grows with one more of its jobs that is over.
    strides: Vec<usize>,
    /// For each state and moment the least cost of what is to come.
    rest: Vec<Vec<T>>,
}

/// What hangs on others.
struct Hung<'a, T> {
    hanger: &'a Hanger,
    /// For each mode its price in each slot.
    modes: Vec<Vec<T>>,
    /// The least of all modes in a slot and those after it, or before it.
    least: Vec<T>,
    /// By how many slots it may start later than the others end, or start.
    lag: Seconds,
}

/// Which slot a job starts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The job.
    pub job: usize,
    /// Its mode.
    pub mode: usize,
    /// The slot.
    pub slot: usize,
}

impl<'a, T: Copy + PartialOrd + Add<Output = T>> Turns<'a, T> {
    /// In slots of so many seconds, with the least price of a mode in each of them, or `none` where it may not start. `zero` is what
    /// nothing costs.
    pub fn new(
        cell: &'a Cell,
        instance: &Instance,
        slot: Seconds,
        (zero, none): (T, T),
        mut prices: impl FnMut(&Mode) -> Vec<T>,
    ) -> Self {
        let kinds = cell.kinds.iter().map(|kind| {
            let modes = instance.jobs[kind.jobs[0]].modes.iter();
            let priced = modes.map(|mode| ((mode.span / slot) as usize, prices(mode)));
            priced.collect::<Vec<_>>()
        });
        let kinds: Vec<_> = kinds.collect();
        let hangers = cell.hangers.iter().map(|hanger| {
            let modes = instance.jobs[hanger.job].modes.iter();
            let modes = modes.map(&mut prices).collect();
            Hung::new(hanger, slot, modes)
        });
        let mut states = 1;
        let strides = cell.kinds.iter().map(|kind| {
            let stride = states;
            states *= kind.jobs.len() + 1;
            stride
        });
        let mut turns = Turns {
            cell,
            none,
            kinds,
            hangers: hangers.collect(),
            strides: strides.collect(),
            rest: Vec::new(),
        };
        let slots = turns.kinds[0][0].1.len();
        turns.rest = vec![vec![zero; slots]; states];
        for state in (0..states - 1).rev() {
            turns.rest[state] = turns.from(state);
        }
        turns
    }

    /// The least cost of all.
    pub fn least(&self) -> T {
        self.rest[0][0]
    }

    /// How many jobs of a kind are over.
    fn over(&self, state: usize, kind: usize) -> usize {
        state / self.strides[kind] % (self.cell.kinds[kind].jobs.len() + 1)
    }

    fn is_over(&self, state: usize, kind: usize) -> bool {
        self.over(state, kind) == self.cell.kinds[kind].jobs.len()
    }

    /// The kinds that may be next.
    fn next(&self, state: usize) -> impl Iterator<Item = usize> {
        (0..self.kinds.len()).filter(move |&kind| {
            let mut after = self.cell.kinds[kind].after.iter();
            !self.is_over(state, kind) && after.all(|&first| self.is_over(state, first))
        })
    }

    /// The hangers that are paid for with a job of a kind: those that come before it and no other one, those that come after it and
    /// no later one.
    fn paid(&self, state: usize, kind: usize) -> Vec<&Hung<'a, T>> {
        let next = state + self.strides[kind];
        let paid = self.hangers.iter().filter(|hung| {
            let Hanger { side, kinds, .. } = hung.hanger;
            kinds.contains(&kind)
                && match side {
                    Side::Before => kinds.iter().all(|&kind| self.over(state, kind) == 0),
                    Side::After => kinds.iter().all(|&kind| self.is_over(next, kind)),
                }
        });
        paid.collect()
    }

    /// The least cost of what is to come if a mode, of a job of a kind, starts in a slot, with what is paid for with it.
    fn cost(&self, next: usize, mode: &(usize, Vec<T>), paid: &[&Hung<T>], start: usize) -> T {
        let (span, prices) = mode;
        let end = (start + span).min(prices.len() - 1);
        let mut cost = prices[start] + self.rest[next][end];
        for hung in paid {
            let reach = hung.reach(start, *span);
            cost = cost + reach.map_or(self.none, |at| hung.least[at]);
        }
        cost
    }

    /// For each slot the least cost of what is to come after a state.
    fn from(&self, state: usize) -> Vec<T> {
        let last = self.rest[0].len() - 1;
        let mut least = vec![self.none; last + 1];
        for kind in self.next(state) {
            let (next, paid) = (state + self.strides[kind], self.paid(state, kind));
            for mode in &self.kinds[kind] {
                for (start, least) in least.iter_mut().enumerate() {
                    let cost = self.cost(next, mode, &paid, start);
                    *least = if cost < *least { cost } else { *least };
                }
            }
        }
        for at in (0..last).rev() {
            if least[at + 1] < least[at] {
                least[at] = least[at + 1];
            }
        }
        least
    }

    /// Where the jobs of the cheapest schedule are; of jobs of a kind, those that come first begin first.
    pub fn placed(&self) -> Vec<At> {
        let last = self.rest[0].len() - 1;
        let mut placed = Vec::new();
        let (mut state, mut at) = (0, 0);
        while state + 1 < self.rest.len() {
            let rest = &self.rest[state];
            // It waits as long as that costs nothing.
            while at < last && rest[at + 1] == rest[at] {
                at += 1;
            }
            let mut best: Option<(T, usize, usize)> = None;
            for kind in self.next(state) {
                let (next, paid) = (state + self.strides[kind], self.paid(state, kind));
                for (index, mode) in self.kinds[kind].iter().enumerate() {
                    let cost = self.cost(next, mode, &paid, at);
                    if best.is_none_or(|(least, ..)| cost < least) {
                        best = Some((cost, kind, index));
                    }
                }
            }
            let Some((_, kind, mode)) = best else {
                break;
            };
            let span = self.kinds[kind][mode].0;
            let jobs = &self.cell.kinds[kind].jobs;
            placed.push(At {
                job: jobs[self.over(state, kind)],
                mode,
                slot: at,
            });
            for hung in self.paid(state, kind) {
                placed.extend(hung.cheapest(at, span));
            }
            state += self.strides[kind];
            at = (at + span).min(last);
        }
        placed
    }
}

impl<'a, T: Copy + PartialOrd> Hung<'a, T> {
    fn new(hanger: &'a Hanger, slot: Seconds, modes: Vec<Vec<T>>) -> Self {
        let mut least = modes[0].clone();
        for prices in &modes[1..] {
            for (least, &price) in least.iter_mut().zip(prices) {
                *least = if price < *least { price } else { *least };
            }
        }
        let mut keep = |from: usize, to: usize| {
            if least[from] < least[to] {
                least[to] = least[from];
            }
        };
        let slots = modes[0].len() - 1;
        let lag = match hanger.side {
            Side::After => {
                (0..slots).rev().for_each(|at| keep(at + 1, at));
                hanger.lag.div_euclid(slot)
            }
            // The other one may start at the end of its slot.
            Side::Before => {
                (0..slots).for_each(|at| keep(at, at + 1));
                (hanger.lag + slot - 1).div_euclid(slot)
            }
        };
        Hung {
            hanger,
            modes,
            least,
            lag,
        }
    }

    /// The first slot that it may start in after a job that starts in a slot and spans so many, or the last one before it.
    fn reach(&self, start: usize, span: usize) -> Option<usize> {
        let last = self.least.len() - 1;
        let shift = |at: usize| (at as Seconds + self.lag).min(last as Seconds);
        match self.hanger.side {
            Side::After => Some(shift((start + span).min(last)).max(0) as usize),
            Side::Before if start == last => Some(last),
            Side::Before => usize::try_from(shift(start)).ok(),
        }
    }

    /// Where it costs least beside such a job.
    fn cheapest(&self, start: usize, span: usize) -> Option<At> {
        let at = self.reach(start, span)?;
        let slots = match self.hanger.side {
            Side::After => at..self.least.len(),
            Side::Before => 0..at + 1,
        };
        let mut best = (0, slots.start);
        for (mode, prices) in self.modes.iter().enumerate() {
            for at in slots.clone() {
                if prices[at] < self.modes[best.0][best.1] {
                    best = (mode, at);
                }
            }
        }
        let (mode, slot) = best;
        Some(At {
            job: self.hanger.job,
            mode,
            slot,
        })
    }
}
