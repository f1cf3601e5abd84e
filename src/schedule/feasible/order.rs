//! Whether jobs can run one after the other, and in which order: feasibility without time.
//!
//! Where each job takes what it takes at its start and gives back at its end, a schedule exists only if an order does in
//! which one job runs at a time: take the jobs by their ends. When a job runs in that order, all that ended before it
//! have given back, and no other one has taken anything, so no level is higher than just before its end in the schedule.
//!
//! Orders are searched in layers (beam search, Lowerre 1976), in wider and wider ones. A layer's states are sets of jobs that have run.
//! What hurts nobody runs at once; states from which some job can no longer run, even if nothing else takes anything, are
//! dropped. Where all others were kept and no order was found, there is none.

use std::collections::{BTreeMap, HashSet};

use crate::schedule::control::Control;
use crate::schedule::instance::{Event, Instance, Mode, Origin, swings};
use crate::schedule::propagate::precedences;

/// The width of the first layers, and how much wider the next ones are.
const WIDTH: usize = 4;

/// The widest layers.
const WIDEST: usize = 1 << 14;

/// What a job counts that has run, beside its weight; as much as a whole level does.
const RUN: i64 = 1_000_000;

/// What came of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Each job can run after the ones before it.
    Found(Vec<usize>),
    /// There is no order, and so no schedule.
    None,
    /// Neither was shown.
    Unknown,
}

/// What a job does to a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Need {
    level: usize,
    /// Most that it adds while it runs.
    peak: i64,
    /// What it leaves behind.
    net: i64,
}

/// A problem without time.
struct Problem {
    /// For each job what it does to levels that some job changes for good, whatever its mode.
    needs: Vec<Vec<Need>>,
    /// For each job those that come after it.
    after: Vec<Vec<usize>>,
    /// For each job how many come before it.
    waits: Vec<u32>,
    /// For each job the one before it in number that is like it in all respects.
    twin: Vec<Option<usize>>,
    /// For each job what it counts when it has run: the harder to place, the more.
    weight: Vec<i64>,
    levels: Vec<Level>,
    /// Whether a schedule exists only if an order does.
    is_exact: bool,
}

/// A level whose room is what it is where it is most.
struct Level {
    room: i64,
    /// Its room if all jobs that give some have run.
    size: i64,
    /// What a job adds at most while it runs beyond what it leaves behind.
    passing: i64,
}

impl Level {
    /// What a share of it counts.
    fn square(&self, share: i64) -> i64 {
        let thousandths = 1000 * i128::from(share) / i128::from(self.size.max(share).max(1));
        thousandths.pow(2) as i64
    }
}

/// A set of jobs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Set(Vec<u64>);

impl Set {
    fn new(jobs: usize) -> Set {
        Set(vec![0; jobs.div_ceil(64)])
    }

    fn has(&self, job: usize) -> bool {
        self.0[job / 64] >> (job % 64) & 1 == 1
    }

    fn add(&mut self, job: usize) {
        self.0[job / 64] |= 1 << (job % 64);
    }
}

/// Some jobs have run.
#[derive(Clone)]
struct State {
    done: Set,
    left: usize,
    /// For each level what they have left behind.
    level: Vec<i64>,
    /// For each level what all others together may leave behind.
    coming: Vec<i64>,
    /// For each job how many of those before it have run.
    ready: Vec<u32>,
    /// What the jobs that have run count.
    run: i64,
    /// The step that led here.
    step: usize,
}

/// Jobs that ran after those of another step.
struct Step {
    before: usize,
    jobs: Vec<usize>,
}

/// Searches an order of an instance's jobs; the effort is how often a job may be looked at.
pub fn search(instance: &Instance, effort: u64, control: &Control) -> Order {
    let problem = Problem::new(instance);
    let mut left = effort;
    let mut width = WIDTH;
    while left > 0 && width <= WIDEST && !control.stopped() {
        match problem.layers(width, &mut left, control) {
            Order::Unknown => width *= WIDTH,
            Order::None if !problem.is_exact => return Order::Unknown,
            order => return order,
        }
    }
    Order::Unknown
}

impl Problem {
    fn new(instance: &Instance) -> Problem {
        let jobs = instance.jobs.len();
        let mut orders: Vec<(usize, usize)> = precedences(instance).collect();
        orders.sort_unstable();
        orders.dedup();
        let mut before = vec![Vec::new(); jobs];
        let mut after = before.clone();
        for (first, then) in orders {
            before[then].push(first);
            after[first].push(then);
        }
        let needs: Vec<Vec<Need>> = (0..jobs).map(|job| needs(instance, job)).collect();
        let mut lasts = vec![false; instance.levels.len()];
        for need in needs.iter().flatten() {
            let level = &instance.levels[need.level];
            lasts[need.level] |= need.net != 0 && matches!(level.origin, Origin::Resource(_));
        }
        // Only these are counted, and numbered.
        let kept: Vec<usize> = (0..lasts.len()).filter(|&level| lasts[level]).collect();
        let numbered = |need: Need| {
            let level = kept.binary_search(&need.level).ok()?;
            Some(Need { level, ..need })
        };
        let numbered = |own: Vec<Need>| own.into_iter().filter_map(numbered).collect();
        let needs: Vec<Vec<Need>> = needs.into_iter().map(numbered).collect();
        let levels = kept.iter().map(|&level| {
            let rooms = instance.levels[level].room.iter();
            let room = rooms.map(|&(_, room)| room).max().unwrap_or(0);
            Level {
                room,
                size: room,
                passing: 0,
            }
        });
        let mut levels: Vec<Level> = levels.collect();
        for need in needs.iter().flatten() {
            let level = &mut levels[need.level];
            level.size -= need.net.min(0);
            level.passing = level.passing.max(need.peak - need.net.max(0));
        }
        let weight = |own: &Vec<Need>| {
            let shares = own.iter().map(|need| levels[need.level].square(need.peak));
            RUN + shares.max().unwrap_or(0)
        };
        let weight = needs.iter().map(weight).collect();
        let mut last_like = BTreeMap::new();
        let twin =
            (0..jobs).map(|job| last_like.insert((&needs[job], &before[job], &after[job]), job));
        let twin = twin.collect();
        Problem {
            waits: before.iter().map(|before| before.len() as u32).collect(),
            weight,
            needs,
            after,
            twin,
            levels,
            is_exact: instance
                .jobs
                .iter()
                .flat_map(|job| &job.modes)
                .all(is_simple),
        }
    }

    /// Searches layers of a width.
    fn layers(&self, width: usize, effort: &mut u64, control: &Control) -> Order {
        let jobs = self.needs.len();
        let mut steps = vec![Step {
            before: 0,
            jobs: Vec::new(),
        }];
        let mut layer = vec![self.first(&mut steps[0].jobs)];
        let mut all = true;
        while !layer.is_empty() {
            if let Some(end) = layer.iter().find(|state| state.left == 0) {
                return Order::Found(path(&steps, end.step));
            }
            let mut next: Vec<(i64, State, Vec<usize>)> = Vec::new();
            let mut seen = HashSet::new();
            for state in &layer {
                let spent = next.len();
                for job in 0..jobs {
                    let waits = self.twin[job].is_some_and(|twin| !state.done.has(twin));
                    if waits || !self.can_run(state, job) {
                        continue;
                    }
                    let mut child = state.clone();
                    let mut ran = vec![job];
                    self.run(&mut child, job);
                    self.settle(&mut child, &mut ran);
                    if seen.insert(child.done.clone()) {
                        next.push((self.score(&child), child, ran));
                    }
                }
                // Those that were looked at, and then all jobs once for each child.
                let spent = ((next.len() - spent + 1) * jobs) as u64;
                if spent >= *effort || control.stopped() {
                    *effort = 0;
                    return Order::Unknown;
                }
                *effort -= spent;
                if next.len() > 4 * width + 1_000 {
                    all = false;
                    best(&mut next, 2 * width);
                }
            }
            let most = next.len();
            best(&mut next, most);
            layer.clear();
            for (_, mut state, ran) in next {
                if layer.len() == width {
                    all = false;
                    break;
                }
                if self.is_open(&state) {
                    steps.push(Step {
                        before: state.step,
                        jobs: ran,
                    });
                    state.step = steps.len() - 1;
                    layer.push(state);
                }
            }
        }
        if all { Order::None } else { Order::Unknown }
    }

    /// Nothing has run but what hurts nobody.
    fn first(&self, ran: &mut Vec<usize>) -> State {
        let jobs = self.needs.len();
        let mut first = State {
            done: Set::new(jobs),
            left: jobs,
            level: vec![0; self.levels.len()],
            coming: vec![0; self.levels.len()],
            ready: vec![0; jobs],
            run: 0,
            step: 0,
        };
        for need in self.needs.iter().flatten() {
            first.coming[need.level] += need.net.max(0);
        }
        self.settle(&mut first, ran);
        first
    }

    /// The higher, the nearer to the end: what has run, most of all what is hard to place; room that is free in one place;
    /// and jobs that nearly all have run which they wait for.
    fn score(&self, state: &State) -> i64 {
        let levels = self.levels.iter().zip(&state.level);
        let free: i64 = levels
            .map(|(level, &held)| level.square(level.room - held))
            .sum();
        let waiting = state.ready.iter().zip(&self.waits).enumerate();
        let waiting = waiting.filter(|&(job, (_, &waits))| waits > 1 && !state.done.has(job));
        let near = waiting.map(|(_, (&ready, &waits))| {
            let (ready, waits) = (i64::from(ready), i64::from(waits));
            RUN * ready * ready / (waits * waits)
        });
        state.run + free + near.sum::<i64>()
    }

    fn can_run(&self, state: &State, job: usize) -> bool {
        let fits =
            |need: &Need| state.level[need.level] + need.peak <= self.levels[need.level].room;
        !state.done.has(job)
            && self.needs[job].iter().all(fits)
            && state.ready[job] == self.waits[job]
    }

    fn run(&self, state: &mut State, job: usize) {
        state.done.add(job);
        state.left -= 1;
        state.run += self.weight[job];
        for &then in &self.after[job] {
            state.ready[then] += 1;
        }
        for need in &self.needs[job] {
            state.level[need.level] += need.net;
            state.coming[need.level] -= need.net.max(0);
        }
    }

    /// Runs all that hurts nobody: what leaves something behind only where there is room for all that may come.
    fn settle(&self, state: &mut State, ran: &mut Vec<usize>) {
        loop {
            let before = state.left;
            for job in 0..self.needs.len() {
                let ample = |at: usize| {
                    let level = &self.levels[at];
                    state.level[at] + state.coming[at] + level.passing <= level.room
                };
                let hurts = self.needs[job]
                    .iter()
                    .any(|need| need.net > 0 && !ample(need.level));
                if !hurts && self.can_run(state, job) {
                    self.run(state, job);
                    ran.push(job);
                }
            }
            if state.left == before {
                return;
            }
        }
    }

    /// Whether all others could run if what runs took nothing.
    fn is_open(&self, state: &State) -> bool {
        let mut free = state.clone();
        loop {
            let before = free.left;
            for job in 0..self.needs.len() {
                if self.can_run(&free, job) {
                    free.done.add(job);
                    free.left -= 1;
                    for &then in &self.after[job] {
                        free.ready[then] += 1;
                    }
                    for need in &self.needs[job] {
                        free.level[need.level] += need.net.min(0);
                    }
                }
            }
            if free.left == before {
                return free.left == 0;
            }
        }
    }
}

/// Whether a mode takes what it takes at its start, and gives back at its end.
fn is_simple(mode: &Mode) -> bool {
    let mut events = mode.events.iter();
    let takes = |event: &Event| event.at == 0 && event.change > 0;
    let gives = |event: &Event| event.at == mode.span && event.change < 0;
    mode.span > 0 && events.all(|event| takes(event) || gives(event))
}

/// Keeps so many states of the highest score, the best first; among equals the one that was found first.
fn best(states: &mut Vec<(i64, State, Vec<usize>)>, most: usize) {
    states.sort_by_key(|&(score, ..)| -score);
    states.truncate(most);
}

/// The least that a job does to each level, whatever its mode.
fn needs(instance: &Instance, job: usize) -> Vec<Need> {
    let modes = &instance.jobs[job].modes;
    let mut all: Vec<(usize, i64, i64)> = Vec::new();
    for mode in modes {
        all.extend(
            swings(mode)
                .iter()
                .map(|&(level, swing)| (level as usize, swing.peak, swing.net)),
        );
    }
    all.sort_unstable();
    let own = all.chunk_by(|a, b| a.0 == b.0).map(|own| {
        // A mode that does not touch it does nothing to it.
        let (peak, net) = if own.len() == modes.len() {
            (i64::MAX, i64::MAX)
        } else {
            (0, 0)
        };
        let least = own.iter().fold((peak, net), |least, &(_, peak, net)| {
            (least.0.min(peak), least.1.min(net))
        });
        Need {
            level: own[0].0,
            peak: least.0,
            net: least.1,
        }
    });
    own.collect()
}

fn path(steps: &[Step], last: usize) -> Vec<usize> {
    let mut parts = Vec::new();
    let mut at = last;
    while at > 0 {
        parts.push(&steps[at].jobs);
        at = steps[at].before;
    }
    parts.push(&steps[0].jobs);
    parts.into_iter().rev().flatten().copied().collect()
}
