//! What each level holds at least at every moment, wherever jobs start: the sum of what no start of a job avoids
//! (timetabling with compulsory parts, Lahrichi 1982; here with levels that jobs may relieve).

use std::collections::BTreeMap;

use crate::formulation::Seconds;

use super::overfull::Overfull;
use crate::schedule::instance::{Instance, Job, Mode, Segment};

/// A level that is overfull at some moment.
pub fn overfull(instance: &Instance) -> Option<Overfull> {
    let mut changes: Vec<Vec<(Seconds, i64)>> = vec![Vec::new(); instance.levels.len()];
    for job in &instance.jobs {
        for (level, modes) in held(job) {
            compulsory(job, (level, &modes), &mut changes[level as usize]);
        }
    }
    let levels = instance.levels.iter().zip(changes).enumerate();
    let mut found = levels.filter_map(|(level, (limit, changes))| {
        let from = exceeds(&limit.room, changes)?;
        let to = from + 1;
        Some(Overfull { level, from, to })
    });
    found.next()
}

/// The levels that a job may have to hold or relieve, and the modes that touch them: what some mode does without, and none relieves, it
/// does not.
fn held(job: &Job) -> Vec<(u32, Vec<&Mode>)> {
    // The modes that touch each level, and whether one relieves it.
    let mut touched: BTreeMap<u32, (Vec<&Mode>, bool)> = BTreeMap::new();
    for mode in &job.modes {
        for own in mode.segments.chunk_by(|a, b| a.level == b.level) {
            let (modes, relieved) = touched.entry(own[0].level).or_default();
            modes.push(mode);
            *relieved |= own.iter().any(|segment| segment.amount < 0);
        }
    }
    let held = |(level, (modes, relieved)): (u32, (Vec<_>, bool))| {
        (relieved || modes.len() == job.modes.len()).then_some((level, modes))
    };
    touched.into_iter().filter_map(held).collect()
}

/// Adds how the least that a job holds of a level changes over time.
fn compulsory(job: &Job, (level, modes): (u32, &[&Mode]), changes: &mut Vec<(Seconds, i64)>) {
    let mut ways = Vec::new();
    let mut moments = Vec::new();
    for mode in modes {
        let (Some(first), Some(last)) = (mode.starts.first(), mode.starts.last()) else {
            continue;
        };
        let begin = mode.segments.partition_point(|s| s.level < level);
        let end = mode.segments.partition_point(|s| s.level <= level);
        let own = &mode.segments[begin..end];
        for segment in own {
            for edge in [segment.from, segment.to]
                .into_iter()
                .filter(|&edge| edge < Seconds::MAX)
            {
                moments.extend([first + edge, last + edge]);
            }
        }
        ways.push((first, last, own));
    }
    // Of those that leave it alone, one says as much as all.
    let possible = job.modes.iter().filter(|mode| !mode.starts.is_empty());
    if possible.count() > ways.len() {
        ways.push((0, 0, &[]));
    }
    moments.sort_unstable();
    moments.dedup();
    let mut held = 0;
    for moment in moments {
        let now = ways
            .iter()
            .map(|(first, last, own)| least(own, moment - last, moment - first))
            .min()
            .unwrap_or(0);
        if now != held {
            changes.push((moment, now - held));
            held = now;
        }
    }
}

/// The least that segments hold at any of the offsets from one to another, both included.
fn least(own: &[Segment], from: Seconds, to: Seconds) -> i64 {
    let (mut least, mut covered) = (i64::MAX, from);
    for segment in own {
        if segment.to <= covered || segment.from > to {
            continue;
        }
        if segment.from > covered {
            least = least.min(0);
        }
        least = least.min(segment.amount);
        covered = segment.to;
    }
    if covered <= to { least.min(0) } else { least }
}

/// The first moment at which the sum of the changes exceeds the room.
fn exceeds(room: &[(Seconds, i64)], mut changes: Vec<(Seconds, i64)>) -> Option<Seconds> {
    changes.sort_unstable();
    let mut moments: Vec<Seconds> = changes
        .iter()
        .map(|&(at, _)| at.max(0))
        .chain(room.iter().map(|&(from, _)| from))
        .collect();
    moments.sort_unstable();
    moments.dedup();
    let (mut held, mut next, mut limit) = (0, 0, 0);
    for moment in moments {
        while next < changes.len() && changes[next].0 <= moment {
            held += changes[next].1;
            next += 1;
        }
        while limit + 1 < room.len() && room[limit + 1].0 <= moment {
            limit += 1;
        }
        if held > room[limit].1 {
            return Some(moment);
        }
    }
    None
}
