//! Levels among which jobs choose and that are alike, as one level: so that the relaxation has one mode where a job has one
//! for each of a hundred servers.
//!
//! Levels that every job may use in the same ways, but never two of them at once, can be exchanged, one for the other,
//! without changing the problem. The bound
//! is concave in the multipliers, so the mean over all exchanges is as good as any: alike levels may as well have equal
//! multipliers. With those, it is the bound of one level that has the room of all of them. Where rooms differ it still is a
//! bound, since what is kept by each is kept in all.

use std::collections::BTreeMap;

use super::certificate::Certificate;
use crate::formulation::Seconds;
use crate::schedule::instance::{Event, Instance, Level, Linear, Mode, segments};
use crate::schedule::presolve::gcd;

/// An instance with such levels made one.
pub struct Pool {
    /// The instance.
    pub instance: Instance,
    /// For each level of the original which one it is part of, and how many of its units one of the level's is.
    part_of: Vec<(u32, i64)>,
}

/// What jobs may do to a level, by job.
type Uses = Vec<(usize, Use)>;

/// What a job may do to a level.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Use {
    /// How many of its modes do nothing to it; with none, there is no choice.
    without: usize,
    /// What the others do, each once.
    ways: Vec<Way>,
}

/// What a mode does to a level, as `(offset, change in units)`, and what it costs for each objective: to stay may be as
/// cheap as nothing else.
type Way = (Vec<(Seconds, i64)>, Vec<Linear>);

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
        let mut pools: Vec<Vec<usize>> = Vec::new();
        for levels in alternatives(instance, alike.into_values().collect()) {
            match levels {
                Ok(pool) => pools.push(pool),
                Err(apart) => pools.extend(apart.into_iter().map(|level| vec![level])),
            }
        }
        if pools.len() == instance.levels.len() {
            return None;
        }
        // In the order of the first of each.
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

/// The sets of levels of which no mode uses two, and as an error those of which one does: both ends of a way are used
/// in the same way too, and one of them may be the narrow one.
fn alternatives(
    instance: &Instance,
    sets: Vec<Vec<usize>>,
) -> impl Iterator<Item = Result<Vec<usize>, Vec<usize>>> {
    let mut set_of = vec![0; instance.levels.len()];
    for (set, levels) in sets.iter().enumerate() {
        for &level in levels {
            set_of[level] = set;
        }
    }
    let mut together = vec![false; sets.len()];
    for mode in instance.jobs.iter().flat_map(|job| &job.modes) {
        let used = mode.events.chunk_by(|a, b| a.level == b.level);
        let mut sets: Vec<usize> = used.map(|own| set_of[own[0].level as usize]).collect();
        sets.sort_unstable();
        for pair in sets.windows(2).filter(|pair| pair[0] == pair[1]) {
            together[pair[0]] = true;
        }
    }
    let sets = sets.into_iter().zip(together);
    sets.map(|(levels, together)| if together { Err(levels) } else { Ok(levels) })
}

/// For each level what jobs may do to it.
fn uses(instance: &Instance) -> Vec<Uses> {
    let mut uses: Vec<Uses> = vec![Vec::new(); instance.levels.len()];
    for (index, job) in instance.jobs.iter().enumerate() {
        for mode in &job.modes {
            for events in mode.events.chunk_by(|a, b| a.level == b.level) {
                let level = events[0].level as usize;
                let unit = instance.levels[level].unit;
                let way = events.iter().map(|event| (event.at, event.change * unit));
                let way: Way = (way.collect(), mode.cost.clone());
                let uses = &mut uses[level];
                if uses.last().is_none_or(|&(last, _)| last != index) {
                    let without = job.modes.len();
                    let ways = Vec::new();
                    uses.push((index, Use { without, ways }));
                }
                let Some((_, own)) = uses.last_mut() else {
                    continue;
                };
                own.without -= 1;
                if let Err(at) = own.ways.binary_search(&way) {
                    own.ways.insert(at, way);
                }
            }
        }
    }
    // How many modes do without is no matter, as long as some do.
    for (_, own) in uses.iter_mut().flatten() {
        own.without = own.without.min(1);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::instance::{Goal, Job, Origin};

    /// A job that takes 1 of all levels of one of the ways for 5 s.
    fn job(ways: &[&[u32]]) -> Job {
        let mode = |levels: &&[u32]| {
            let change = |&level: &u32| {
                let event = |at, change| Event { level, at, change };
                [event(0, 1), event(5, -1)]
            };
            let events: Vec<Event> = levels.iter().flat_map(change).collect();
            Mode {
                choice: vec![0],
                offset: vec![0],
                span: 5,
                segments: segments(&events),
                events,
                starts: crate::schedule::instance::domain::Domain::interval(0, 100),
                cost: vec![Linear {
                    slope: 1,
                    constant: 5,
                }],
            }
        };
        Job {
            members: Vec::new(),
            modes: ways.iter().map(mode).collect(),
        }
    }

    fn instance(rooms: &[i64], jobs: Vec<Job>) -> Instance {
        let level = |(&room, index): (&i64, usize)| Level {
            room: vec![(0, room)],
            unit: 1,
            origin: Origin::Resource(index),
            parts: 1,
        };
        Instance {
            jobs,
            levels: rooms.iter().zip(0..).map(level).collect(),
            horizon: 100,
            goals: vec![Goal {
                constant: 0,
                makespan: 0,
            }],
            actions: 0,
        }
    }

    #[test]
    fn levels_to_choose_from_are_one_and_both_ends_of_a_way_are_two() {
        // Two jobs leave through level 0 to one of three levels.
        let ways: [&[u32]; 3] = [&[0, 1], &[0, 2], &[0, 3]];
        let open = instance(&[1, 2, 2, 4], vec![job(&ways), job(&ways)]);
        let pool = Pool::of(&open).expect("three are alike");
        let rooms: Vec<i64> = pool.instance.levels.iter().map(|l| l.room[0].1).collect();
        assert_eq!(rooms, [1, 8]);
        assert!(pool.instance.jobs.iter().all(|job| job.modes.len() == 1));
        // One of them is cheaper.
        let mut cheap = open.clone();
        for job in &mut cheap.jobs {
            job.modes[0].cost[0].constant = 0;
        }
        let pool = Pool::of(&cheap).expect("two are alike");
        assert_eq!(pool.instance.levels.len(), 3);
        // Used together by each mode, though in the same way: the narrow one counts.
        let both: [&[u32]; 2] = [&[0, 1], &[0, 1]];
        assert!(Pool::of(&instance(&[1, 8], vec![job(&both), job(&both)])).is_none());
    }
}
