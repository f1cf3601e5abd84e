//! Schedules in waves: what is done at once is packed first, and only then scheduled.
//!
//! Jobs that are *tied* to one another, by levels without any room of which one takes what another has given, are a *turn*: the guests that
//! leave a server, its shutdown and boot, and the guests that come back. While a turn lasts it holds on each level what its jobs take there
//! before others of it give it back. Where all that some turns hold has room, they may run at once, whenever each of their
//! jobs does: they are a *wave*. A list places one job after the other, and where each finds the earliest place, what is left is in pieces
//! that are too small for the guests of one turn more.
//!
//! So jobs that choose a level choose it for all of a wave together, as items are put into bins of different sizes:
//! the largest first, each where least is left (best fit decreasing; Johnson, Demers, Ullman, Garey, Graham, "Worst-case performance bounds for
//! simple one-dimensional packing algorithms", 1974), and what is packed is packed again for each turn that a wave may have beside. Of waves that
//! have room to spare, the other way, each where most is left, has jobs less often wait for one another, so both are tried. Waves are filled
//! one after the other, each with whichever turn of those that are left has room, and a list then places the jobs in the order of
//! the waves in the modes that were chosen: the end of a wave and the beginning of the next one may well overlap.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::list;
use crate::formulation::Seconds;
use crate::schedule::instance::{Instance, Job, Placed, swings};

/// What is left of each level is compared in such parts of what a job takes.
const PARTS: i128 = 1_000;

/// Where a job of a wave goes, of the places that have room.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// Where least is left.
    Best,
    /// Where most is left.
    Loose,
}

/// The best schedule of those in waves; None where there are no turns to choose among, or none was found. The effort is how often a mode may
/// be looked at.
pub fn generate(instance: &Instance, mut effort: u64) -> Option<Placed> {
    let problem = Problem::new(instance)?;
    let mut best: Option<Placed> = None;
    for order in problem.orders() {
        for fit in [Fit::Best, Fit::Loose] {
            let Some(waves) = problem.waves(&order, fit, &mut effort) else {
                continue;
            };
            for placed in problem.schedules(&waves) {
                let value = |placed: &Placed| instance.values(placed);
                if best
                    .as_ref()
                    .is_none_or(|best| value(&placed) < value(best))
                {
                    best = Some(placed);
                }
            }
        }
    }
    best
}

/// What a mode leaves behind on a level.
#[derive(Clone, Copy)]
struct Net {
    level: usize,
    change: i64,
}

/// What a job does in each of its modes.
struct Deed {
    /// How many jobs of its turn come before it, one after the other.
    depth: usize,
    /// What it takes at least of some level, in parts of the level's room.
    weight: i128,
    modes: Vec<Way>,
}

#[derive(Default)]
struct Way {
    /// On levels with room.
    held: Vec<Net>,
    /// On levels that only tie the modes of one job to those of another one.
    tied: Vec<Net>,
}

/// Turns, and what they hold.
struct Problem<'a> {
    instance: &'a Instance,
    deeds: Vec<Deed>,
    /// The jobs of each turn, in an order that ties allow.
    turns: Vec<Vec<usize>>,
    /// For each level the most room that it ever has.
    room: Vec<i64>,
}

/// Jobs that run at once, each in a mode, in the order of their turns.
type Wave = Vec<(usize, u32)>;

/// What a turn has left behind so far on a level, and the most that it ever had.
#[derive(Clone, Copy, Default)]
struct Hold {
    now: i64,
    most: i64,
}

impl<'a> Problem<'a> {
    fn new(instance: &'a Instance) -> Option<Self> {
        let room = instance.levels.iter().map(|level| {
            let rooms = level.room.iter().map(|&(_, room)| room);
            rooms.max().unwrap_or(0)
        });
        let room: Vec<i64> = room.collect();
        let ties = ties(instance, &room);
        let depths = depths(instance, &ties)?;
        let mut deeds: Vec<Deed> = Vec::with_capacity(depths.len());
        for (job, depth) in instance.jobs.iter().zip(depths) {
            deeds.push(deed(job, depth, &room, &ties));
        }
        let mut turns = components(instance.jobs.len(), &ties);
        for turn in &mut turns {
            turn.sort_by_key(|&job| (deeds[job].depth, job));
        }
        let chooses = |turn: &&Vec<usize>| {
            let mut jobs = turn.iter();
            turn.len() > 1 && jobs.any(|&job| instance.jobs[job].modes.len() > 1)
        };
        let problem = Problem {
            instance,
            deeds,
            turns,
            room,
        };
        (problem.turns.iter().filter(chooses).count() > 1).then_some(problem)
    }

    /// Orders in which turns are put into waves: those that hold most first, since as many more that hold little come after them and waves
    /// become shorter and shorter; and as they are written.
    fn orders(&self) -> [Vec<usize>; 2] {
        let written: Vec<usize> = (0..self.turns.len()).collect();
        let mut largest = written.clone();
        largest.sort_by_key(|&turn| Reverse(self.length(turn)));
        [largest, written]
    }

    /// Seconds of all that a turn does.
    fn length(&self, turn: usize) -> Seconds {
        let spans = |&job: &usize| self.instance.jobs[job].modes[0].span;
        self.turns[turn].iter().map(spans).sum()
    }

    /// Puts all turns into waves, in an order; None where one has no room even alone, or the effort is spent.
    fn waves(&self, order: &[usize], fit: Fit, effort: &mut u64) -> Option<Vec<Wave>> {
        let mut before = vec![0; self.room.len()];
        let mut left = order.to_vec();
        let mut waves = Vec::new();
        while !left.is_empty() {
            let (mut turns, mut wave) = (Vec::new(), Wave::new());
            left.retain(|&turn| {
                turns.push(turn);
                match self.pack(&turns, &before, fit, effort) {
                    Some(packed) => wave = packed,
                    None => {
                        turns.pop();
                    }
                }
                turns.last() != Some(&turn)
            });
            if turns.is_empty() {
                return None;
            }
            for &(job, mode) in &wave {
                for net in &self.deeds[job].modes[mode as usize].held {
                    before[net.level] += net.change;
                }
            }
            waves.push(wave);
        }
        Some(waves)
    }

    /// Modes in which turns may run at once, after what others have left behind.
    fn pack(&self, turns: &[usize], before: &[i64], fit: Fit, effort: &mut u64) -> Option<Wave> {
        let mut held = before.to_vec();
        let mut wave = Wave::new();
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut holds: Vec<BTreeMap<usize, Hold>> = vec![BTreeMap::new(); turns.len()];
        // What is not chosen is held in any case.
        for (at, &turn) in turns.iter().enumerate() {
            for &job in &self.turns[turn] {
                let [way] = &self.deeds[job].modes[..] else {
                    open.push((at, job));
                    continue;
                };
                wave.push((job, 0));
                for net in &way.held {
                    let hold = holds[at].entry(net.level).or_default();
                    hold.now += net.change;
                    hold.most = hold.most.max(hold.now);
                }
            }
            for (&level, hold) in &mut holds[at] {
                held[level] += hold.most;
                hold.now = 0;
                if held[level] > self.room[level] {
                    return None;
                }
            }
        }
        open.sort_by_key(|&(_, job)| {
            let deed = &self.deeds[job];
            (deed.depth, Reverse(deed.weight), job)
        });
        let mut tied: BTreeMap<usize, i64> = BTreeMap::new();
        for (at, job) in open {
            let hold = |net: &Net| holds[at].get(&net.level).copied().unwrap_or_default();
            // What a mode leaves of the level that it leaves least of; None where it has no room.
            let left = |way: &Way| {
                let is_tied = way.tied.iter().all(|net| {
                    net.change < 0 || tied.get(&net.level).copied().unwrap_or(0) + net.change <= 0
                });
                let mut least = i128::MAX;
                for net in way.held.iter().filter(|_| is_tied) {
                    let hold = hold(net);
                    let more = (hold.now + net.change - hold.most).max(0);
                    let left = self.room[net.level] - held[net.level] - more;
                    if more > 0 && left < 0 {
                        return None;
                    }
                    if net.change > 0 {
                        least = least.min(i128::from(left) * PARTS / i128::from(net.change));
                    }
                }
                is_tied.then_some(least)
            };
            *effort = effort.checked_sub(self.deeds[job].modes.len() as u64)?;
            let ways = self.deeds[job].modes.iter().zip(0..);
            let ways = ways.filter_map(|(way, mode)| Some((left(way)?, mode)));
            let (_, mode) = match fit {
                Fit::Best => ways.min()?,
                Fit::Loose => ways.max_by_key(|&(left, mode)| (left, Reverse(mode)))?,
            };
            let way = &self.deeds[job].modes[mode as usize];
            for net in &way.held {
                let hold = holds[at].entry(net.level).or_default();
                hold.now += net.change;
                held[net.level] += (hold.now - hold.most).max(0);
                hold.most = hold.most.max(hold.now);
            }
            for net in &way.tied {
                *tied.entry(net.level).or_default() += net.change;
            }
            wave.push((job, mode));
        }
        Some(wave)
    }

    /// Schedules of the waves, one after the other.
    fn schedules(&self, waves: &[Wave]) -> Vec<Placed> {
        let mut mode = vec![0; self.deeds.len()];
        let mut length = vec![0; self.deeds.len()];
        for turn in 0..self.turns.len() {
            for &job in &self.turns[turn] {
                length[job] = self.length(turn);
            }
        }
        let mut order = Vec::with_capacity(mode.len());
        for wave in waves {
            let from = order.len();
            for &(job, chosen) in wave {
                mode[job] = chosen;
                order.push(job);
            }
            order[from..].sort_by_key(|&job| {
                let span = self.instance.jobs[job].modes[mode[job] as usize].span;
                (
                    self.deeds[job].depth,
                    Reverse(length[job]),
                    Reverse(span),
                    job,
                )
            });
        }
        let jobs = self.instance.jobs.iter().zip(&mode);
        let jobs = jobs.map(|(job, &mode)| Job {
            members: job.members.clone(),
            modes: vec![job.modes[mode as usize].clone()],
        });
        let chosen = self
            .instance
            .part(jobs.collect(), self.instance.levels.clone());
        let lists = [false, true].map(|by_time| list::generate(&chosen, &order, by_time));
        let placed = lists.into_iter().flatten();
        placed
            .map(|Placed { start, .. }| Placed {
                start,
                mode: mode.clone(),
            })
            .collect()
    }
}

/// A level without room, and who changes it.
struct Tie {
    level: usize,
    users: Vec<usize>,
    /// Whether some mode of a user leaves it alone.
    is_chosen: bool,
}

/// Levels without room that tie jobs to one another whatever is chosen, or one job's choice to another one's.
fn ties(instance: &Instance, room: &[i64]) -> Vec<Tie> {
    // For each level the jobs that change it, and in how many modes.
    let mut users: Vec<Vec<(usize, usize)>> = vec![Vec::new(); room.len()];
    for (job, of) in instance.jobs.iter().enumerate() {
        for mode in &of.modes {
            for events in mode.events.chunk_by(|a, b| a.level == b.level) {
                let level = events[0].level as usize;
                match users[level].last_mut() {
                    _ if room[level] > 0 => {}
                    Some((last, modes)) if *last == job => *modes += 1,
                    _ => users[level].push((job, 1)),
                }
            }
        }
    }
    let ties = users.into_iter().enumerate().filter_map(|(level, users)| {
        let all = |&(job, modes): &(usize, usize)| modes == instance.jobs[job].modes.len();
        let is_chosen = !users.iter().all(all);
        let users: Vec<usize> = users.into_iter().map(|(job, _)| job).collect();
        (users.len() > 1 && (!is_chosen || users.len() == 2)).then_some(Tie {
            level,
            users,
            is_chosen,
        })
    });
    ties.collect()
}

/// For each job how many others must come before it, one after the other; None where that is a circle.
fn depths(instance: &Instance, ties: &[Tie]) -> Option<Vec<usize>> {
    let mut gives = vec![Vec::new(); instance.jobs.len()];
    let mut takes = gives.clone();
    for (tie, at) in ties.iter().zip(0..) {
        for &job in &tie.users {
            let modes = &instance.jobs[job].modes;
            let mut events = modes.iter().flat_map(|mode| &mode.events);
            let own = events.find(|event| event.level as usize == tie.level);
            match own {
                Some(event) if event.change < 0 => gives[job].push(at),
                _ => takes[job].push(at),
            }
        }
    }
    // For each tie those who give and have not been seen yet, and the depth of the deepest.
    let mut left: Vec<(usize, usize)> = vec![(0, 0); ties.len()];
    for &tie in gives.iter().flatten() {
        left[tie].0 += 1;
    }
    let mut takers = vec![Vec::new(); ties.len()];
    let mut waits = vec![0; instance.jobs.len()];
    for (job, takes) in takes.iter().enumerate() {
        for &tie in takes {
            takers[tie].push(job);
            waits[job] += usize::from(left[tie].0 > 0);
        }
    }
    let mut depths = vec![0; instance.jobs.len()];
    let mut ready: Vec<usize> = (0..waits.len()).filter(|&job| waits[job] == 0).collect();
    let mut seen = 0;
    while let Some(job) = ready.pop() {
        seen += 1;
        for &tie in &gives[job] {
            left[tie].0 -= 1;
            left[tie].1 = left[tie].1.max(depths[job] + 1);
            if left[tie].0 > 0 {
                continue;
            }
            for &taker in &takers[tie] {
                depths[taker] = depths[taker].max(left[tie].1);
                waits[taker] -= 1;
                if waits[taker] == 0 {
                    ready.push(taker);
                }
            }
        }
    }
    (seen == depths.len()).then_some(depths)
}

/// What a job does to levels that have room, and to those that tie its modes.
fn deed(job: &Job, depth: usize, room: &[i64], ties: &[Tie]) -> Deed {
    let tie = |level: usize| {
        let at = ties.binary_search_by_key(&level, |tie| tie.level);
        at.ok().map(|at| &ties[at])
    };
    let mut weight = i128::MAX;
    let modes = job.modes.iter().map(|mode| {
        let mut way = Way::default();
        let mut share = 0;
        for (level, swing) in swings(mode) {
            let level = level as usize;
            let net = Net {
                level,
                change: swing.net,
            };
            match tie(level) {
                _ if net.change == 0 => {}
                Some(tie) if tie.is_chosen => way.tied.push(net),
                Some(_) => {}
                None => {
                    let taken = i128::from(net.change.max(0)) * PARTS;
                    share = share.max(taken / i128::from(room[level].max(1)));
                    way.held.push(net);
                }
            }
        }
        weight = weight.min(share);
        way
    });
    let modes = modes.collect();
    Deed {
        depth,
        weight,
        modes,
    }
}

/// Jobs that are tied to one another, directly or by others.
fn components(jobs: usize, ties: &[Tie]) -> Vec<Vec<usize>> {
    fn root(of: &mut [usize], mut job: usize) -> usize {
        while of[job] != job {
            of[job] = of[of[job]];
            job = of[job];
        }
        job
    }
    let mut of: Vec<usize> = (0..jobs).collect();
    for tie in ties {
        for &user in &tie.users {
            let (one, other) = (root(&mut of, tie.users[0]), root(&mut of, user));
            of[one.max(other)] = one.min(other);
        }
    }
    let mut turns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for job in 0..jobs {
        turns.entry(root(&mut of, job)).or_default().push(job);
    }
    turns.into_values().collect()
}

#[cfg(test)]
mod tests;
