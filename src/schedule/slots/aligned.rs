//! The problem in long slots, for the search only: all times are rounded to multiples of a slot that nearly divides
//! most durations.
//!
//! Migrations of like VMs over like links take nearly the same time, or nearly twice as long. In seconds, whoever is
//! moved leaves a gap into which hardly anything else fits; in long slots any of them does, and a schedule of some
//! tens of slots is soon rearranged as a whole. What comes of it is an order, from which a schedule in seconds is
//! generated, so that nothing of the rounding remains.

use crate::formulation::Seconds;

use crate::schedule::bound::grid::Grid;
use crate::schedule::instance::domain::Domain;
use crate::schedule::instance::{Event, Instance, Job, Level, Linear, Mode, Placed, segments};
use crate::schedule::presolve::seal::seal;
use crate::schedule::presolve::sink::with_sink;

/// The share of all durations that rounding may change.
const WASTE: f64 = 0.05;

/// Slots of a schedule: with fewer there is nothing to arrange, with more it is the seconds that are rearranged.
const SLOTS: std::ops::RangeInclusive<Seconds> = 6..=600;

/// The longest slot, in seconds: few actions take longer than that.
const LONGEST: Seconds = 7_200;

/// Costs are counted in this part of their unit: durations are rounded, what a second costs is not.
const PART: i64 = 64;

/// The same jobs and levels in long slots.
#[derive(Debug, Clone)]
pub struct Aligned {
    /// Its seconds are slots.
    pub instance: Instance,
    /// The same with the last end as a job, and with levels sealed.
    pub closed: Instance,
    /// How long a slot is.
    pub slot: Seconds,
}

impl Aligned {
    /// None where no slot fits the durations of a schedule of that length, or numbers become too large.
    pub fn new(instance: &Instance, makespan: Seconds) -> Option<Aligned> {
        let slot = slot(&durations(instance), makespan)?;
        let jobs = instance.jobs.iter().map(|job| {
            let modes = job.modes.iter().map(|mode| align(mode, slot));
            Some(Job {
                members: job.members.clone(),
                modes: modes.collect::<Option<_>>()?,
            })
        });
        let jobs: Vec<Job> = jobs.collect::<Option<_>>()?;
        let levels = instance.levels.iter().map(|level| Level {
            room: room(&level.room, slot),
            ..level.clone()
        });
        let mut aligned = instance.part(jobs, levels.collect());
        aligned.horizon = instance.horizon.div_euclid(slot) + 1;
        for goal in &mut aligned.goals {
            goal.constant = 0;
            goal.makespan = goal.makespan.checked_mul(PART * slot)?;
        }
        let mut modes = aligned.jobs.iter().flat_map(|job| &job.modes);
        if modes.any(|mode| mode.starts.is_empty()) || aligned.check_range().is_err() {
            return None;
        }
        let mut closed = with_sink(&aligned, 0);
        seal(&mut closed);
        Some(Aligned {
            instance: aligned,
            closed,
            slot,
        })
    }

    /// What a unit of each level costs in each slot of a grid of seconds, from what it costs in each long slot.
    pub fn in_seconds(&self, long: Grid, prices: &[f32], grid: Grid) -> Vec<f32> {
        let mut all = Vec::with_capacity(self.closed.levels.len() * (grid.slots + 1));
        let edges = (0..=grid.slots).map(|slot| grid.slot * slot as Seconds);
        let edges: Vec<(usize, f32)> = edges
            .map(|at| (at / self.slot, (at % self.slot) as f32 / self.slot as f32))
            .map(|(slot, over)| ((slot as usize).min(long.slots), over))
            .collect();
        let mut before = vec![0.0; long.slots + 1];
        for row in prices.chunks(long.slots + 1) {
            for slot in 0..long.slots {
                before[slot + 1] = before[slot] + row[slot] / PART as f32;
            }
            let until = |&(slot, over): &(usize, f32)| {
                // What comes after the last long slot that counts costs nothing.
                let next = before.get(slot + 1).unwrap_or(&before[slot]);
                before[slot] + (next - before[slot]) * over
            };
            let slots = edges
                .windows(2)
                .map(|edge| until(&edge[1]) - until(&edge[0]));
            all.extend(slots.map(|price| price.max(0.0)));
            all.push(0.0);
        }
        all
    }

    /// Jobs in the order of a schedule in long slots, the shorter ones first.
    pub fn order(&self, of: &Instance, placed: &Placed) -> Vec<usize> {
        let mut order: Vec<usize> = (0..of.jobs.len()).collect();
        order.sort_by_key(|&job| (placed.start[job], of.jobs[job].modes[0].span));
        order
    }
}

/// How long something is taken of a level, with how many jobs do so.
fn durations(instance: &Instance) -> Vec<(Seconds, usize)> {
    let mut all: Vec<Seconds> = Vec::new();
    for mode in instance.jobs.iter().map(|job| &job.modes[0]) {
        let finite = mode.segments.iter().filter(|s| s.to != Seconds::MAX);
        let lengths = finite.filter(|s| s.amount > 0).map(|s| s.to - s.from);
        all.extend(lengths.max());
    }
    all.sort_unstable();
    let counted = all.chunk_by(|a, b| a == b);
    counted.map(|same| (same[0], same.len())).collect()
}

/// The longest slot with which little is rounded.
fn slot(durations: &[(Seconds, usize)], makespan: Seconds) -> Option<Seconds> {
    let sum = |of: &dyn Fn(Seconds) -> Seconds| -> f64 {
        let parts = durations
            .iter()
            .map(|&(d, count)| of(d) as f64 * count as f64);
        parts.sum()
    };
    let longest = (makespan / SLOTS.start()).min(LONGEST);
    let shortest = (makespan / SLOTS.end()).max(1) + 1;
    let all = sum(&|d| d);
    let fits = |slot: Seconds| sum(&|d| (rounded(d, slot) * slot - d).abs()) <= WASTE * all;
    (shortest..=longest).rev().find(|&slot| fits(slot))
}

/// The nearest number of slots.
fn rounded(time: Seconds, slot: Seconds) -> Seconds {
    (time + slot / 2).div_euclid(slot)
}

/// A mode in slots; None where its cost becomes too large.
fn align(mode: &Mode, slot: Seconds) -> Option<Mode> {
    let mut events: Vec<Event> = Vec::new();
    for event in &mode.events {
        let at = rounded(event.at, slot);
        match events.last_mut() {
            Some(last) if (last.level, last.at) == (event.level, at) => last.change += event.change,
            _ => events.push(Event { at, ..*event }),
        }
    }
    events.retain(|event| event.change != 0);
    let span = rounded(mode.span, slot);
    // A job that is shorter than its slots say had better be early: of two that take turns, the one with more weight
    // for each second is first (Smith 1956).
    let nominal = if span == 0 { mode.span } else { span * slot };
    let cost = mode.cost.iter().map(|cost| {
        let slope = i128::from(cost.slope) * i128::from(PART * slot);
        let weighted = slope * i128::from(nominal) / i128::from(mode.span.max(1));
        let slope = if slope < 0 { slope } else { weighted };
        Some(Linear {
            slope: i64::try_from(slope).ok()?,
            constant: 0,
        })
    });
    let starts = mode.starts.intervals().iter().map(|&(first, last)| {
        let first = (first + slot - 1).div_euclid(slot);
        (first, last.div_euclid(slot))
    });
    let mut open = Domain::interval(0, Seconds::MAX / 2);
    open.intersect(&starts.collect::<Vec<_>>());
    Some(Mode {
        segments: segments(&events),
        events,
        span,
        starts: open,
        cost: cost.collect::<Option<_>>()?,
        choice: mode.choice.clone(),
        offset: mode.offset.iter().map(|&at| rounded(at, slot)).collect(),
    })
}

/// For each slot the least room in it.
fn room(steps: &[(Seconds, i64)], slot: Seconds) -> Vec<(Seconds, i64)> {
    let edges = steps.iter().flat_map(|&(from, _)| {
        let at = from.div_euclid(slot);
        [at, at + 1]
    });
    let mut edges: Vec<Seconds> = edges.collect();
    edges.sort_unstable();
    edges.dedup();
    let least = |at: Seconds| {
        let (from, to) = (at * slot, at * slot + slot);
        let first = steps.partition_point(|step| step.0 <= from).max(1) - 1;
        let inside = steps[first..].iter().take_while(|step| step.0 < to);
        inside.map(|&(_, room)| room).min().unwrap_or(0)
    };
    let mut room: Vec<(Seconds, i64)> = edges.into_iter().map(|at| (at, least(at))).collect();
    room.dedup_by_key(|&mut (_, room)| room);
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_slot_that_fits_is_taken() {
        assert_eq!(slot(&[(18, 9), (20, 9), (36, 9), (38, 9)], 400), Some(19));
        // Two of 19 seconds are as long as one of 38, but no longer slot fits the short ones.
        assert_eq!(slot(&[(10, 1), (20, 1), (40, 1)], 400), Some(10));
        // A server that boots in 70 s among many migrations hardly counts.
        assert_eq!(slot(&[(20, 90), (70, 1)], 2_000), Some(20));
        // Nothing to arrange in less than six slots.
        assert_eq!(slot(&[(10, 5)], 55), Some(5));
        assert_eq!(slot(&[(2, 5)], 9), None);
        // A schedule that waits for years is not cut by trying each length.
        assert_eq!(slot(&[(20, 5)], 1 << 40), None);
    }

    #[test]
    fn a_slot_has_the_least_room_of_its_seconds() {
        assert_eq!(room(&[(0, 3)], 10), [(0, 3)]);
        assert_eq!(
            room(&[(0, 3), (10, 1), (25, 5)], 10),
            [(0, 3), (1, 1), (3, 5)]
        );
        assert_eq!(
            room(&[(0, 3), (12, 1), (15, 3)], 10),
            [(0, 3), (1, 1), (2, 3)]
        );
    }

    #[test]
    fn what_is_shorter_than_its_slots_is_worth_more() {
        let mode = |span: Seconds| Mode {
            choice: vec![0],
            offset: vec![0],
            span,
            events: [(0, 1), (span, -1)]
                .map(|(at, change)| Event {
                    level: 0,
                    at,
                    change,
                })
                .to_vec(),
            segments: Vec::new(),
            starts: Domain::interval(5, 100),
            cost: vec![Linear {
                slope: 1,
                constant: span,
            }],
        };
        let aligned = |span| align(&mode(span), 19).expect("small");
        let (short, long) = (aligned(18), aligned(38));
        assert_eq!((short.span, long.span), (1, 2));
        assert_eq!(long.cost[0].slope, 19 * PART);
        assert_eq!(short.cost[0].slope, 19 * 19 * PART / 18);
        assert_eq!(short.starts.intervals(), [(1, 5)]);
        assert_eq!(long.segments.len(), 1);
        assert_eq!((long.segments[0].from, long.segments[0].to), (0, 2));
        // Nothing is left of what takes no time in slots.
        assert_eq!(aligned(2).events, []);
    }
}
