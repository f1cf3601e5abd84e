//! Whether jobs that never overlap on a level fit between its pauses: each lies wholly in one of the stretches of time that
//! windows leave, and of these each holds only as many as its length allows. What is left over in each of them adds up, which
//! the sum of all that they take ([`super::energy`]) does not see.

use std::collections::{BTreeMap, BTreeSet};

use crate::formulation::Seconds;
use crate::schedule::instance::{Instance, Job};

/// Of a job that takes more than half of a level: how long it does at least, and when it may.
struct Alone {
    length: Seconds,
    stretches: Vec<(Seconds, Seconds)>,
}

/// Whether some level has too few and too short stretches. Levels that some job relieves are left out.
pub fn are_too_short(instance: &Instance) -> bool {
    let modes = instance.jobs.iter().flat_map(|job| &job.modes);
    let relieved = modes
        .flat_map(|mode| &mode.segments)
        .filter(|s| s.amount < 0);
    let relieved: BTreeSet<u32> = relieved.map(|segment| segment.level).collect();
    let mut of_level: BTreeMap<u32, Vec<Alone>> = BTreeMap::new();
    for job in &instance.jobs {
        for (level, alone) in alone(instance, job) {
            of_level.entry(level).or_default().push(alone);
        }
    }
    of_level.retain(|level, _| !relieved.contains(level));
    of_level.values().any(|jobs| {
        let shortest = jobs.iter().map(|job| job.length).min().unwrap_or(1);
        let stretches = jobs.iter().flat_map(|job| job.stretches.iter().copied());
        let fit = |(from, to): (Seconds, Seconds)| (to - from) / shortest;
        let room = joined(stretches).into_iter().map(fit);
        room.fold(0, Seconds::saturating_add) < jobs.len() as Seconds
    })
}

/// The levels of which a job takes more than half in one piece, whatever its mode.
fn alone(instance: &Instance, job: &Job) -> BTreeMap<u32, Alone> {
    let mut found: BTreeMap<u32, (Alone, usize)> = BTreeMap::new();
    for mode in &job.modes {
        for own in mode.segments.chunk_by(|a, b| a.level == b.level) {
            let [segment] = own else { continue };
            let rooms = &instance.levels[segment.level as usize].room;
            let most = rooms.iter().map(|&(_, room)| room).max().unwrap_or(0);
            if segment.amount <= most / 2 || segment.to == Seconds::MAX {
                continue;
            }
            let starts = mode.starts.intervals().iter();
            let stretches = starts.map(|&(first, last)| (first + segment.from, last + segment.to));
            let length = segment.to - segment.from;
            let empty = Alone {
                length,
                stretches: Vec::new(),
            };
            let (alone, modes) = found.entry(segment.level).or_insert((empty, 0));
            alone.length = alone.length.min(length);
            alone.stretches.extend(stretches);
            *modes += 1;
        }
    }
    let certain = found.into_iter();
    let certain = certain.filter(|(_, (_, modes))| *modes == job.modes.len());
    certain.map(|(level, (alone, _))| (level, alone)).collect()
}

/// Stretches that overlap as one.
fn joined(all: impl Iterator<Item = (Seconds, Seconds)>) -> Vec<(Seconds, Seconds)> {
    let mut all: Vec<(Seconds, Seconds)> = all.collect();
    all.sort_unstable();
    let mut joined: Vec<(Seconds, Seconds)> = Vec::new();
    for (from, to) in all {
        match joined.last_mut() {
            Some(last) if from < last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}
