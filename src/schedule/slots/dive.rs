//! A schedule from the relaxation, slot by slot: what starts in a slot is fixed, and what is left is relaxed again (relax
//! and fix: Pochet, Wolsey 2006).
//!
//! Multipliers say what it costs each job to start later, and the relaxation, which of those with equal costs it would
//! rather start. So several sets of jobs are made that fill the slot well; the one that leaves the least bound is fixed.

use rayon::prelude::*;

use crate::formulation::Seconds;

use crate::schedule::bound::grid::Grid;
use crate::schedule::bound::relaxation::Relaxation;
use crate::schedule::construct::list;
use crate::schedule::construct::partial::{Partial, Place};
use crate::schedule::instance::{Event, Instance, Job, Level, Mode, Placed, segments, worst};
use crate::schedule::random::Random;

/// How much work is done for a schedule.
#[derive(Debug, Clone, Copy, Default)]
pub struct Work {
    /// Steps of the relaxation in each slot.
    pub steps: usize,
    /// Sets of jobs in a batch.
    pub sets: usize,
    /// Batches that are compared in each slot, at most.
    pub batches: usize,
    /// Steps by which they are compared.
    pub trial: usize,
    /// Exchanges by which each is made better.
    pub exchanges: usize,
}

/// How far apart sets are: what is added by chance to the share of a job that starts in the slot.
const SPREAD: f64 = 0.3;

/// What is added to the share of a job that is in the best set so far.
const ALIKE: f64 = 0.3;

/// A set that raises the bound by no more than that share is good enough.
const LOST: f64 = 1e-5;

/// How often all exchanges for a set may look whether a job fits.
const MOST_LOOKS: usize = 1_000_000;

/// Jobs that start together, as indices into those that are left.
type Set = Vec<(usize, Place)>;

/// What is left to be fixed.
struct Rest {
    /// The jobs that have no place, and the levels that they could exceed.
    instance: Instance,
    /// Which levels those are.
    levels: Vec<usize>,
}

/// What a set costs, and what it leaves; None where some job would be too late.
struct After {
    spent: i64,
    rest: Option<Rest>,
}

struct Dive<'a> {
    instance: &'a Instance,
    grid: Grid,
    work: Work,
    partial: Partial<'a>,
    /// For each job what it takes at most of each level.
    peaks: Vec<Vec<(u32, i64)>>,
    left: Vec<usize>,
    /// What a unit of each level costs in each slot.
    prices: Vec<f32>,
    /// The share of each job left that the relaxation starts in the slot.
    early: Vec<f64>,
    /// What each job left gains if it starts in the slot rather than later.
    gain: Vec<f64>,
    /// What all left cost at least.
    floor: f64,
    random: Random,
}

/// A schedule, and what a unit of each level cost in each slot when the jobs of a slot were chosen, for each slot.
#[derive(Debug, Clone)]
pub struct Dived {
    /// The schedule.
    pub placed: Placed,
    /// From each slot on the prices; as many slots as the schedule has.
    pub prices: Vec<Vec<f32>>,
}

impl Dived {
    /// Where to begin: with what a relaxation has found.
    pub fn nothing(instance: &Instance, prices: Vec<f32>) -> Dived {
        let jobs = instance.jobs.len();
        Dived {
            placed: Placed {
                start: vec![0; jobs],
                mode: vec![0; jobs],
            },
            prices: vec![prices],
        }
    }
}

/// A schedule on a grid whose slots are seconds: what starts before a slot stays where it is known to be, all else is
/// fixed slot by slot. None where that leads nowhere. The instance has no makespan of its own (see `sink`).
pub fn dive(
    instance: &Instance,
    grid: Grid,
    known: &Dived,
    (from, seed): (Seconds, u64),
    work: Work,
    stopped: &dyn Fn() -> bool,
) -> Option<Dived> {
    let prices = known.prices.get(..from as usize)?.to_vec();
    Dive::new(instance, grid, known, (from, seed), work)?.from(from, prices, stopped)
}

impl<'a> Dive<'a> {
    /// What starts before a slot, as it is known to be; None where prices from there on are not known.
    fn new(
        instance: &'a Instance,
        grid: Grid,
        known: &Dived,
        (from, seed): (Seconds, u64),
        work: Work,
    ) -> Option<Self> {
        let mut dive = Dive {
            instance,
            grid,
            work,
            partial: Partial::new(instance),
            peaks: instance.jobs.iter().map(peaks).collect(),
            left: Vec::new(),
            prices: known.prices.get(from as usize)?.clone(),
            early: Vec::new(),
            gain: Vec::new(),
            floor: 0.0,
            random: Random::new(seed),
        };
        for job in 0..instance.jobs.len() {
            let (start, mode) = (known.placed.start[job], known.placed.mode[job]);
            if start < from {
                dive.partial.insert(job, Place { mode, start });
            } else {
                dive.left.push(job);
            }
        }
        Some(dive)
    }

    fn from(
        &mut self,
        from: Seconds,
        mut prices: Vec<Vec<f32>>,
        stopped: &dyn Fn() -> bool,
    ) -> Option<Dived> {
        for now in from..self.grid.end() {
            if self.left.is_empty() {
                break;
            }
            if stopped() {
                return None;
            }
            prices.push(self.prices.clone());
            self.relax(now)?;
            for (at, place) in self.best_set(now) {
                self.partial.insert(self.left[at], place);
            }
            let all: Vec<usize> = (0..self.instance.levels.len()).collect();
            self.prices = rows(&self.prices, self.grid_from(now).slots + 1, &all, 1);
            let partial = &self.partial;
            self.left.retain(|&job| partial.place(job).is_none());
        }
        // What had better be late, or does not end within the slots.
        let left = std::mem::take(&mut self.left);
        list::place_by_time(&mut self.partial, self.instance, &left, i64::MAX);
        list::shift_late(&mut self.partial, self.instance, &left);
        let placed = self.partial.finish()?;
        Some(Dived { placed, prices })
    }

    fn relax(&mut self, now: Seconds) -> Option<()> {
        let rest = self.rest(now)?;
        let grid = self.grid_from(now);
        let width = grid.slots + 1;
        let known = rows(&self.prices, width, &rest.levels, 0);
        let mut relaxation = Relaxation::at(&rest.instance, 0, &[], grid, &known);
        relaxation.watch(0);
        relaxation.improve(self.work.steps, f64::INFINITY);
        self.prices.fill(0.0);
        let found = relaxation.prices();
        for (row, &level) in found.chunks(width).zip(&rest.levels) {
            self.prices[level * width..][..width].copy_from_slice(row);
        }
        self.early = relaxation.early().to_vec();
        self.gain = relaxation.gains(0);
        self.floor = relaxation.best();
        Some(())
    }

    /// The slots that are left.
    fn grid_from(&self, now: Seconds) -> Grid {
        let Grid {
            slot,
            slots,
            horizon,
        } = self.grid;
        Grid {
            slot,
            slots: slots - now as usize,
            horizon: horizon - now,
        }
    }

    /// The jobs that have no place, from a moment on that counts as 0, with the room that the others leave; None where one
    /// is too late.
    fn rest(&self, from: Seconds) -> Option<Rest> {
        let placed = |job: usize| self.partial.place(job).is_some();
        let left = self.left.iter().copied().filter(|&job| !placed(job));
        let mut wanted = vec![0_i64; self.instance.levels.len()];
        for &(level, peak) in left.clone().flat_map(|job| &self.peaks[job]) {
            let wanted = &mut wanted[level as usize];
            *wanted = wanted.saturating_add(peak);
        }
        // Where there is room for all at once, there is nothing to decide: that leaves out most orders.
        let (mut levels, mut kept) = (Vec::new(), Vec::new());
        let mut index = vec![None; wanted.len()];
        for (level, wanted) in wanted.into_iter().enumerate().filter(|&(_, w)| w > 0) {
            let room = self.partial.room(level, from);
            if room.iter().any(|&(_, room)| room < wanted) {
                index[level] = Some(levels.len() as u32);
                kept.push(level);
                levels.push(Level {
                    room,
                    ..self.instance.levels[level].clone()
                });
            }
        }
        let job = |job: usize| {
            let job = &self.instance.jobs[job];
            let modes = job.modes.iter().filter_map(|mode| {
                let mut starts = mode.starts.clone();
                starts.intersect(&[(from, Seconds::MAX)]);
                starts.advance(from);
                let events = mode.events.iter().filter_map(|&event| {
                    let level = index[event.level as usize]?;
                    Some(Event { level, ..event })
                });
                let events: Vec<Event> = events.collect();
                (!starts.is_empty()).then(|| Mode {
                    choice: mode.choice.clone(),
                    offset: mode.offset.clone(),
                    span: mode.span,
                    segments: segments(&events),
                    events,
                    starts,
                    cost: mode.cost.iter().map(|cost| cost.after(from)).collect(),
                })
            });
            let modes: Vec<Mode> = modes.collect();
            (!modes.is_empty()).then(|| Job {
                members: job.members.clone(),
                modes,
            })
        };
        let jobs = left.map(job).collect::<Option<_>>()?;
        let mut instance = self.instance.part(jobs, levels);
        instance.horizon -= from;
        Some(Rest {
            instance,
            levels: kept,
        })
    }

    /// The set after which the least bound is left, of those tried: batches that vary the best one so far, as long as
    /// that helps and is needed.
    fn best_set(&mut self, now: Seconds) -> Set {
        let mut best = self.set(now, 0.0, &[]);
        if self.work.sets < 2 || best.len() == self.left.len() {
            return best;
        }
        let mut sets = vec![best.clone()];
        let (mut least, mut like) = (f64::INFINITY, Vec::new());
        for _ in 0..self.work.batches {
            while sets.len() < self.work.sets {
                sets.push(self.set(now, SPREAD, &like));
            }
            let after: Vec<After> = sets.iter().map(|set| self.after(now, set)).collect();
            let bounds = after.par_iter().map(|after| self.bound(now + 1, after));
            let bounds: Vec<f64> = bounds.collect();
            let before = least;
            for (bound, set) in bounds.into_iter().zip(sets.drain(..)) {
                if bound < least {
                    (least, best) = (bound, set);
                }
            }
            if least >= before || least - self.floor < LOST * self.floor.abs() {
                break;
            }
            like = best.iter().map(|&(at, _)| at).collect();
        }
        best
    }

    /// What is left after a set.
    fn after(&mut self, now: Seconds, set: &Set) -> After {
        let mut spent = 0;
        for &(at, place) in set {
            self.partial.insert(self.left[at], place);
            let mode = &self.instance.jobs[self.left[at]].modes[place.mode as usize];
            spent += mode.cost[0].at(place.start);
        }
        let rest = self.rest(now + 1);
        for &(at, _) in set {
            self.partial.remove(self.left[at]);
        }
        After { spent, rest }
    }

    /// What all would cost at least.
    fn bound(&self, from: Seconds, after: &After) -> f64 {
        let Some(rest) = &after.rest else {
            return f64::INFINITY;
        };
        let grid = self.grid_from(from);
        let prices = rows(&self.prices, grid.slots + 2, &rest.levels, 1);
        let mut relaxation = Relaxation::at(&rest.instance, 0, &[], grid, &prices);
        relaxation.improve(self.work.trial, f64::INFINITY);
        relaxation.best() + after.spent as f64
    }

    /// A set of jobs that start now: those that the relaxation starts most of, or that are in a set that this one is to be
    /// like, and whoever else fits, made better by exchanges.
    fn set(&mut self, now: Seconds, spread: f64, like: &[usize]) -> Set {
        let most = self.gain.iter().filter(|gain| gain.is_finite()).copied();
        let most = most.fold(1e-9, f64::max);
        // Among equals, who gains more.
        let keys = self.early.iter().zip(&self.gain);
        let keys = keys.map(|(early, gain)| early + 1e-3 * gain / most);
        let mut keys: Vec<f64> = keys.map(|key| key + spread * self.random.unit()).collect();
        for &at in like {
            keys[at] += ALIKE;
        }
        let late =
            |at: usize| list::wants_late(self.instance, self.left[at]) && self.early[at] < 0.5;
        let mut order: Vec<usize> = (0..self.left.len()).filter(|&at| !late(at)).collect();
        order.sort_by(|&a, &b| keys[b].total_cmp(&keys[a]));
        let (mut set, mut out) = (Set::new(), Vec::new());
        for at in order {
            match self.fit(at, now) {
                Some(place) => _ = self.add(at, place, &mut set),
                None => out.push(at),
            }
        }
        // Each looks at all who are out.
        let affordable = MOST_LOOKS / out.len().max(1);
        for _ in 0..self.work.exchanges.min(affordable) {
            if out.is_empty() {
                break;
            }
            let which = self.random.below(out.len());
            self.exchange(now, which, &mut set, &mut out);
        }
        for &(at, _) in &set {
            self.partial.remove(self.left[at]);
        }
        set
    }

    /// Where a job would start now, if there is room.
    fn fit(&self, at: usize, now: Seconds) -> Option<Place> {
        let job = self.left[at];
        let modes = 0..self.instance.jobs[job].modes.len() as u32;
        let fits = modes.filter_map(|mode| {
            let start = self.partial.earliest(job, mode, (now, now))?;
            Some(Place { mode, start })
        });
        fits.min_by_key(|&place| list::cost(self.instance, job, place))
    }

    /// Puts a job in the place of those that gain least, and whoever fits then besides, unless less is gained so.
    fn exchange(&mut self, now: Seconds, which: usize, set: &mut Set, out: &mut Vec<usize>) {
        let at = out[which];
        let (mut ejected, mut lost) = (Set::new(), 0.0);
        let place = loop {
            if let Some(place) = self.fit(at, now) {
                break Some(place);
            }
            let Some(user) = self.least_in_the_way(now, at, set) else {
                break None;
            };
            let user = set.swap_remove(user);
            self.partial.remove(self.left[user.0]);
            lost += self.gain[user.0];
            ejected.push(user);
            if lost > self.gain[at] {
                break None;
            }
        };
        let mut added = Set::new();
        if let Some(place) = place {
            lost -= self.add(at, place, &mut added);
            for &other in out.iter().filter(|&&other| other != at) {
                if let Some(place) = self.fit(other, now) {
                    lost -= self.add(other, place, &mut added);
                }
            }
        }
        if added.is_empty() || lost > 0.0 {
            for (at, _) in added {
                self.partial.remove(self.left[at]);
            }
            for &(at, place) in &ejected {
                self.partial.insert(self.left[at], place);
            }
            set.extend(ejected);
        } else {
            out.retain(|at| added.iter().all(|(added, _)| added != at));
            out.extend(ejected.into_iter().map(|(at, _)| at));
            set.extend(added);
        }
    }

    /// Starts a job; says what that gains.
    fn add(&mut self, at: usize, place: Place, set: &mut Set) -> f64 {
        self.partial.insert(self.left[at], place);
        set.push((at, place));
        self.gain[at]
    }

    /// Which of a set gains least of those that use the level that a job has not enough of.
    fn least_in_the_way(&self, now: Seconds, at: usize, set: &Set) -> Option<usize> {
        let level = self.partial.blocking(self.left[at], now)?;
        let uses = |&which: &usize| {
            let (user, place) = set[which];
            let mode = &self.instance.jobs[self.left[user]].modes[place.mode as usize];
            let mut segments = mode.segments.iter();
            // Others of the set may count on what is given at once.
            let gives = segments.clone().any(|s| s.amount < 0 && s.from == 0);
            !gives && segments.any(|s| s.amount > 0 && s.level == level)
        };
        let users = (0..set.len()).filter(uses);
        users.min_by(|&a, &b| self.gain[set[a].0].total_cmp(&self.gain[set[b].0]))
    }
}

/// What a job takes at most of each level.
fn peaks(job: &Job) -> Vec<(u32, i64)> {
    let mut peaks = worst(job, |swing| swing.peak);
    peaks.retain(|&(_, peak)| peak > 0);
    peaks
}

/// Some of the rows of so many slots, without the first slots of each.
fn rows(prices: &[f32], width: usize, levels: &[usize], without: usize) -> Vec<f32> {
    let rows = levels.iter().map(|level| &prices[level * width..][..width]);
    rows.flat_map(|row| &row[without..]).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulation::Formulation;
    use crate::schedule::presolve::sink::{with_sink, without_sink};
    use crate::schedule::tests::{holds, random_formulation};

    /// A small problem, the same with the last end as a job, and slots for it.
    fn problem(random: &mut Random) -> Option<(Formulation, Instance, Instance, Grid)> {
        let formulation = random_formulation(random);
        let instance = Instance::new(&formulation, &|_| true).ok()?;
        let closed = with_sink(&instance, 0);
        let grid = Grid::new(1, 20, closed.horizon);
        Some((formulation, instance, closed, grid))
    }

    /// Nothing fixed, and nothing costs anything.
    fn nothing(closed: &Instance, grid: Grid) -> Dived {
        Dived::nothing(closed, vec![0.0; closed.levels.len() * (grid.slots + 1)])
    }

    /// What is left costs what it did, though its time begins later: else a set that leaves more would seem cheaper.
    #[test]
    fn what_is_left_costs_what_it_did() {
        let mut random = Random::new(7);
        let mut compared = 0;
        for _ in 0..400 {
            let Some((_, _, closed, grid)) = problem(&mut random) else {
                continue;
            };
            let known = nothing(&closed, grid);
            let dive = Dive::new(&closed, grid, &known, (0, 1), Work::default());
            let Some(rest) = dive.as_ref().and_then(|dive| dive.rest(3)) else {
                continue;
            };
            for (job, left) in closed.jobs.iter().zip(&rest.instance.jobs) {
                for left in &left.modes {
                    let mut modes = job.modes.iter();
                    let mode = modes.find(|mode| mode.choice == left.choice);
                    let (mode, first) = (mode.expect("same modes"), left.starts.first());
                    let first = first.expect("some start");
                    assert_eq!(left.cost[0].at(first), mode.cost[0].at(first + 3));
                    compared += usize::from(mode.cost[0].slope != 0);
                }
            }
        }
        assert!(compared > 50, "{compared}");
    }

    /// What is fixed slot by slot keeps every constraint, and so does what is fixed again.
    #[test]
    fn every_schedule_holds() {
        let mut random = Random::new(5);
        let work = Work {
            steps: 20,
            sets: 3,
            batches: 3,
            trial: 5,
            exchanges: 20,
        };
        let (mut found, mut again) = (0, 0);
        for round in 0..400 {
            let Some((formulation, instance, closed, grid)) = problem(&mut random) else {
                continue;
            };
            let mut known = nothing(&closed, grid);
            for from in [0, 1, 3] {
                let Some(dived) = dive(&closed, grid, &known, (from, round), work, &|| false)
                else {
                    break;
                };
                let placed = without_sink(&instance, dived.placed.clone());
                assert!(
                    holds(&formulation, &instance.expand(&placed)),
                    "{formulation:#?}"
                );
                let kept = |job: usize| {
                    known.placed.start[job] >= from
                        || dived.placed.start[job] == known.placed.start[job]
                };
                assert!((0..closed.jobs.len()).all(|job| from == 0 || kept(job)));
                found += usize::from(from == 0);
                again += usize::from(from > 0);
                known = dived;
                if known.prices.len() <= 3 {
                    break;
                }
            }
        }
        assert!(found > 100 && again > 100, "{found} found, {again} again");
    }
}
