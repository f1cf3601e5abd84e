//! List scheduling: one job after the other, each at the best start that the jobs before it leave
//! (serial generation, Kolisch 1996), and shifting of finished schedules.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::formulation::Seconds;

use super::partial::{Partial, Place};
use crate::schedule::instance::{Instance, Placed};

/// A schedule made by placing jobs in an order; a job that does not fit yet waits until others have made room.
/// None where all that wait are stuck, as in a swap of VMs in the wrong order.
pub fn generate(instance: &Instance, order: &[usize], by_time: bool) -> Option<Placed> {
    let mut partial = Partial::new(instance);
    let place = if by_time { place_by_time } else { place_all };
    if !place(&mut partial, instance, order, i64::MAX) {
        return None;
    }
    shift_late(&mut partial, instance, order);
    partial.finish()
}

/// A job that is to be placed.
struct Waiting {
    job: usize,
    /// Where it would go, when it was last looked at.
    place: Option<Place>,
    /// How many were placed by then.
    seen: usize,
    /// What it costs at least in the first objective.
    cost: i64,
}

impl Waiting {
    /// Where it would go now that so many are placed.
    fn look(&self, partial: &Partial, instance: &Instance, placed: usize) -> Option<Place> {
        if self.seen == placed && self.place.is_some() {
            return self.place;
        }
        // Others only take more room, unless they make some for good.
        let known = self.place.filter(|_| !partial.counts_on_others(self.job));
        best_place(partial, instance, self.job, known)
    }
}

/// What is to be placed, and what it costs at least: others only take more room, unless they make some for good.
fn waiting(partial: &Partial, instance: &Instance, order: &[usize]) -> (Vec<Waiting>, i64) {
    let mut spent: i64 = 0;
    let waiting = order.iter().map(|&job| {
        let place = (!partial.counts_on_others(job))
            .then(|| best_place(partial, instance, job, None))
            .flatten();
        let cost = match place {
            Some(place) => cost(instance, job, place),
            None => cheapest(instance, job),
        };
        spent += cost;
        Waiting {
            job,
            place,
            seen: 0,
            cost,
        }
    });
    (waiting.collect(), spent)
}

/// Places jobs in an order; says whether all found a place, and cost no more than `most` of the first objective.
pub fn place_all(partial: &mut Partial, instance: &Instance, order: &[usize], most: i64) -> bool {
    partial.expect(order);
    let (mut waiting, mut spent) = waiting(partial, instance, order);
    let mut placed = 0;
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|waiting| {
            if spent > most {
                return true;
            }
            match waiting.look(partial, instance, placed) {
                Some(place) => {
                    spent += cost(instance, waiting.job, place) - waiting.cost;
                    partial.insert(waiting.job, place);
                    placed += 1;
                    false
                }
                None => true,
            }
        });
        if spent > most || waiting.len() == before {
            return false;
        }
    }
    true
}

/// Places jobs by time: always the one that can start first, among equals the first in the order (parallel
/// generation). It leaves fewer gaps than placing them one after the other. Says whether all found a place, and
/// cost no more than `most` of the first objective.
pub fn place_by_time(
    partial: &mut Partial,
    instance: &Instance,
    order: &[usize],
    most: i64,
) -> bool {
    partial.expect(order);
    let (mut waiting, mut spent) = waiting(partial, instance, order);
    let starts = waiting
        .iter()
        .map(|w| w.place.map_or(0, |place| place.start));
    let mut queue: BinaryHeap<Reverse<(Seconds, usize)>> = starts.zip(0..).map(Reverse).collect();
    let mut stuck = Stuck::new(instance, waiting.len());
    let mut placed = 0;
    while let Some(Reverse((time, rank))) = queue.pop() {
        if spent > most {
            return false;
        }
        let waiting = &mut waiting[rank];
        let job = waiting.job;
        let Some(place) = waiting.look(partial, instance, placed) else {
            stuck.add(rank, partial.counted(job));
            continue;
        };
        let now = cost(instance, job, place);
        spent += now - waiting.cost;
        waiting.cost = now;
        if place.start > time {
            queue.push(Reverse((place.start, rank)));
            waiting.place = Some(place);
            waiting.seen = placed;
            continue;
        }
        placed += 1;
        partial.insert(job, place);
        let mode = &instance.jobs[job].modes[place.mode as usize];
        for segment in mode.segments.iter().filter(|segment| segment.amount < 0) {
            // It made room for good: others may now have a place.
            queue.extend(stuck.relieve(segment.level).map(|rank| Reverse((0, rank))));
        }
    }
    stuck.count == 0 && spent <= most
}

/// Jobs, by their ranks, that find no place until one of their levels has more room.
struct Stuck {
    is_stuck: Vec<bool>,
    count: usize,
    /// For each level those that wait for it, and some that no longer do.
    waiting: Vec<Vec<usize>>,
}

impl Stuck {
    fn new(instance: &Instance, jobs: usize) -> Self {
        Stuck {
            is_stuck: vec![false; jobs],
            count: 0,
            waiting: vec![Vec::new(); instance.levels.len()],
        }
    }

    fn add(&mut self, rank: usize, levels: impl Iterator<Item = u32>) {
        self.is_stuck[rank] = true;
        self.count += 1;
        levels.for_each(|level| self.waiting[level as usize].push(rank));
    }

    /// Those that may find a place now.
    fn relieve(&mut self, level: u32) -> impl Iterator<Item = usize> {
        let waiting = self.waiting[level as usize].drain(..);
        let (is_stuck, count) = (&mut self.is_stuck, &mut self.count);
        waiting.filter(move |&rank| {
            let was_stuck = std::mem::take(&mut is_stuck[rank]);
            *count -= usize::from(was_stuck);
            was_stuck
        })
    }
}

/// What a place costs in the first objective, as far as being placed early helps.
pub fn cost(instance: &Instance, job: usize, place: Place) -> i64 {
    let cost = instance.jobs[job].modes[place.mode as usize].cost[0];
    if cost.slope < 0 {
        0
    } else {
        cost.at(place.start)
    }
}

/// The least of that over all places.
fn cheapest(instance: &Instance, job: usize) -> i64 {
    let modes = instance.jobs[job].modes.iter().zip(0..);
    let first = modes.filter_map(|(modes, mode)| {
        let start = modes.starts.first()?;
        Some(cost(instance, job, Place { mode, start }))
    });
    first.min().unwrap_or(0)
}

/// The mode and earliest start that cost least; `known` is where that was before others were placed, if it is known.
fn best_place(
    partial: &Partial,
    instance: &Instance,
    job: usize,
    known: Option<Place>,
) -> Option<Place> {
    let modes = &instance.jobs[job].modes;
    if let [_] = modes[..] {
        let from = known.map_or(0, |place| place.start);
        let start = partial.earliest(job, 0, (from, Seconds::MAX))?;
        return Some(Place { mode: 0, start });
    }
    let from = known.map_or(0, |place| place.start);
    let places = partial.places(job, from);
    places.min_by_key(|place| price(instance, job, *place))
}

/// What a place costs in each objective, its end standing for the makespan.
fn price(instance: &Instance, job: usize, place: Place) -> (Vec<i64>, Seconds) {
    let mode = &instance.jobs[job].modes[place.mode as usize];
    let end = place.start + mode.span;
    let goals = instance.goals.iter().zip(&mode.cost);
    let costs = goals.map(|(goal, cost)| {
        cost.at(place.start)
            .saturating_add(goal.makespan.saturating_mul(end))
    });
    (costs.collect(), end)
}

/// Whether a job had better run late: the first objective that cares says so.
pub fn wants_late(instance: &Instance, job: usize) -> bool {
    let cost = &instance.jobs[job].modes[0].cost;
    cost.iter()
        .find(|cost| cost.slope != 0)
        .is_some_and(|cost| cost.slope < 0)
}

/// Moves those of the jobs that had better run late as late as the others allow, the last first.
pub fn shift_late(partial: &mut Partial, instance: &Instance, jobs: &[usize]) {
    let wanting = jobs
        .iter()
        .copied()
        .filter(|&job| wants_late(instance, job));
    let mut late: Vec<usize> = wanting.collect();
    if late.is_empty() {
        return;
    }
    // With an objective that counts the last end, lateness must not move it.
    let ends = |job: usize| {
        let place = partial.place(job)?;
        Some(place.start + instance.jobs[job].modes[place.mode as usize].span)
    };
    let makespan = (0..instance.jobs.len()).filter_map(ends).max().unwrap_or(0);
    late.sort_by_key(|&job| Reverse(partial.place(job).map(|place| place.start)));
    for job in late {
        let Some(old) = partial.remove(job) else {
            continue;
        };
        let span = instance.jobs[job].modes[old.mode as usize].span;
        let latest = partial.latest(job, old.mode, makespan - span);
        let start = latest.unwrap_or(old.start).max(old.start);
        partial.insert(job, Place { start, ..old });
        if !partial.holds(job) {
            partial.remove(job);
            partial.insert(job, old);
        }
    }
}

/// Moves a job to an earlier or cheaper place, if there is one; says where it was.
pub fn advance(partial: &mut Partial, instance: &Instance, job: usize) -> Option<Place> {
    if wants_late(instance, job) {
        return None;
    }
    let old = partial.remove(job)?;
    let better = if instance.jobs[job].modes.len() == 1 {
        let start = partial.earliest(job, 0, (0, old.start - 1));
        start.map(|start| Place { mode: 0, start })
    } else {
        let best = best_place(partial, instance, job, None);
        best.filter(|best| price(instance, job, *best) < price(instance, job, old))
    };
    partial.insert(job, better.unwrap_or(old));
    better?;
    // What it made room for may still need that.
    if partial.holds(job) && partial.has_room(job, old.mode) {
        return Some(old);
    }
    partial.remove(job);
    partial.insert(job, old);
    None
}

/// Moves each job to its best place among the others, in the order of the starts; never worse.
pub fn compact(partial: &mut Partial, instance: &Instance) {
    let mut order: Vec<usize> = (0..instance.jobs.len()).collect();
    order.sort_by_key(|&job| partial.place(job).map(|place| place.start));
    for &job in &order {
        advance(partial, instance, job);
    }
    shift_late(partial, instance, &order);
}
