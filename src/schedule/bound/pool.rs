//! Levels among which jobs choose and that are alike, as one level: so that the relaxation has one mode where a job has one
//! for each of a hundred servers.
//!
//! Levels that every job may use in the same ways can be exchanged, one for the other, without changing the problem. The bound
//! is concave in the multipliers, so the mean over all exchanges is as good as any: alike levels may as well have equal
//! multipliers. With those, it is the bound of one level that has the room of all of them. Where rooms differ it still is a
//! bound, since what is kept by each is kept in all.

use std::collections::BTreeMap;

use super::certificate::Certificate;
use crate::formulation::Seconds;
use crate::schedule::instance::{Event, Instance, Level, Mode, segments};
use crate::schedule::presolve::gcd;

/// An instance with such levels made one.
pub struct Pool {
    /// The instance.
    pub instance: Instance,
    /// For each level of the original which one it is part of, and how many of its units one of the level's is.
    part_of: Vec<(u32, i64)>,
}

/// What a job may do to a level: each of its modes that does anything, as `(offset, change in units)`.
type Uses = Vec<(usize, Vec<Vec<(Seconds, i64)>>)>;

impl Pool {
    /// None where no levels are alike.
    pub fn of(instance: &Instance) -> Option<Pool> {
        if instance.jobs.iter().all(|job| job.modes.len() == 1) {
            return None;
        }
        let mut alike: BTreeMap<Uses, Vec<usize>> = BTreeMap::new();
        for (level, uses) in uses(instance).into_iter().enumerate() {
            alike.entry(uses).or_default().push(level);
        }
        if alike.len() == instance.levels.len() {
            return None;
        }
        // In the order of the first of each.
        let mut pools: Vec<Vec<usize>> = alike.into_values().collect();
        pools.sort_unstable_by_key(|levels| levels[0]);
        let mut part_of = vec![(0, 1); instance.levels.len()];
        let mut levels = Vec::with_capacity(pools.len());
        for (pool, members) in pools.iter().enumerate() {
            let unit = members.iter().fold(0, |unit, &level| {
                gcd(unit, instance.levels[level].unit.unsigned_abs())
            });
            let unit = unit.max(1) as i64;
            for &level in members {
                part_of[level] = (pool as u32, instance.levels[level].unit / unit);
            }
            levels.push(Level {
                room: sum(instance, members, &part_of),
                unit,
                origin: instance.levels[members[0]].origin,
                parts: members.len(),
            });
        }
        let mut jobs = instance.jobs.clone();
        for job in &mut jobs {
            let mut kept: Vec<Mode> = Vec::new();
            for mut mode in std::mem::take(&mut job.modes) {
                mode.events = pooled(&mode.events, &part_of);
                mode.segments = segments(&mode.events);
                let is_known = |known: &Mode| {
                    known.events == mode.events
                        && (known.span, &known.starts, &known.cost)
                            == (mode.span, &mode.starts, &mode.cost)
                };
                // Modes that differ in their places only come one after the other.
                if !kept.iter().rev().take(8).any(is_known) {
                    kept.push(mode);
                }
            }
            job.modes = kept;
        }
        Some(Pool {
            instance: instance.part(jobs, levels),
            part_of,
        })
    }

    /// The certificate of the same bound for the original.
    pub fn expand(&self, certificate: &Certificate) -> Certificate {
        let rows = self.part_of.iter().map(|&(pool, units)| {
            let row = certificate.multipliers[pool as usize].iter();
            row.map(|&multiplier| multiplier.saturating_mul(units))
                .collect()
        });
        Certificate {
            multipliers: rows.collect(),
            ..certificate.clone()
        }
    }
}

/// For each level what jobs may do to it.
fn uses(instance: &Instance) -> Vec<Uses> {
    let mut uses: Vec<Uses> = vec![Vec::new(); instance.levels.len()];
    for (index, job) in instance.jobs.iter().enumerate() {
        for mode in &job.modes {
            for events in mode.events.chunk_by(|a, b| a.level == b.level) {
                let level = events[0].level as usize;
                let unit = instance.levels[level].unit;
                let use_of = |event: &Event| (event.at, event.change * unit);
                let way: Vec<(Seconds, i64)> = events.iter().map(use_of).collect();
                let uses = &mut uses[level];
                match uses.last_mut() {
                    Some((last, ways)) if *last == index => {
                        if let Err(at) = ways.binary_search(&way) {
                            ways.insert(at, way);
                        }
                    }
                    _ => uses.push((index, vec![way])),
                }
            }
        }
    }
    uses
}

/// The room of several levels, in units of their pool.
fn sum(instance: &Instance, members: &[usize], part_of: &[(u32, i64)]) -> Vec<(Seconds, i64)> {
    let mut changes: BTreeMap<Seconds, i64> = BTreeMap::new();
    for &level in members {
        let (_, units) = part_of[level];
        let mut before = 0;
        for &(from, room) in &instance.levels[level].room {
            *changes.entry(from).or_default() += (room - before) * units;
            before = room;
        }
    }
    let mut room = 0;
    let steps = changes.into_iter().map(|(from, change)| {
        room += change;
        (from, room)
    });
    let mut steps: Vec<(Seconds, i64)> = steps.collect();
    steps.dedup_by_key(|&mut (_, room)| room);
    steps
}

fn pooled(events: &[Event], part_of: &[(u32, i64)]) -> Vec<Event> {
    let renamed = events.iter().map(|event| {
        let (level, units) = part_of[event.level as usize];
        Event {
            level,
            at: event.at,
            change: event.change * units,
        }
    });
    let mut renamed: Vec<Event> = renamed.collect();
    renamed.sort_unstable();
    let mut sums: Vec<Event> = Vec::with_capacity(renamed.len());
    for event in renamed {
        match sums.last_mut() {
            Some(last) if (last.level, last.at) == (event.level, event.at) => {
                last.change += event.change;
            }
            _ => sums.push(event),
        }
    }
    sums.retain(|event| event.change != 0);
    sums
}
