//! Whether what must lie between two moments is more than a level has room for: energetic reasoning on whole jobs
//! (Baptiste, Le Pape and Nuijten 1999, without the partial overlaps). It finds at once that many migrations do
//! not fit through a link before a deadline.

use std::collections::BTreeSet;

use crate::formulation::Seconds;

use super::instance::{Instance, Job, Level};

/// A use of a level that lies between two moments and holds at least that area, in units of the level times seconds.
#[derive(Debug, Clone, Copy)]
struct Use {
    from: Seconds,
    to: Seconds,
    area: i128,
}

/// Beginnings of intervals that are tried for a level, the latest first.
const MOST_BEGINNINGS: usize = 200;

/// Whether no schedule exists since some level is overfull between two moments.
pub fn is_overfull(instance: &Instance) -> bool {
    let mut uses: Vec<Vec<Use>> = vec![Vec::new(); instance.levels.len()];
    let mut relieved = vec![false; instance.levels.len()];
    for job in &instance.jobs {
        add_uses(job, &mut uses, &mut relieved);
    }
    let levels = instance.levels.iter().zip(uses).zip(relieved);
    levels
        .filter(|&(_, relieved)| !relieved)
        .any(|((level, uses), _)| exceeds(level, uses))
}

/// The least that a job takes of each level, whatever its mode. Levels that a job relieves are left out, and so are
/// those that it fills for good.
fn add_uses(job: &Job, uses: &mut [Vec<Use>], relieved: &mut [bool]) {
    let mut least: Vec<(u32, Use, usize)> = Vec::new();
    for mode in &job.modes {
        let (Some(first), Some(last)) = (mode.starts.first(), mode.starts.last()) else {
            continue;
        };
        for own in mode.segments.chunk_by(|a, b| a.level == b.level) {
            let level = own[0].level;
            if own.iter().any(|s| s.amount < 0 || s.to == Seconds::MAX) {
                relieved[level as usize] = true;
                continue;
            }
            let area =
                |s: &super::instance::Segment| i128::from(s.amount) * i128::from(s.to - s.from);
            let used = Use {
                from: first + own[0].from,
                to: last + own[own.len() - 1].to,
                area: own.iter().map(area).sum(),
            };
            match least.iter_mut().find(|(known, ..)| *known == level) {
                Some((_, known, modes)) => {
                    known.from = known.from.min(used.from);
                    known.to = known.to.max(used.to);
                    known.area = known.area.min(used.area);
                    *modes += 1;
                }
                None => least.push((level, used, 1)),
            }
        }
    }
    for (level, used, modes) in least {
        if modes == job.modes.len() {
            uses[level as usize].push(used);
        }
    }
}

fn exceeds(level: &Level, mut uses: Vec<Use>) -> bool {
    let beginnings: BTreeSet<Seconds> = uses.iter().map(|used| used.from).collect();
    uses.sort_by_key(|used| used.to);
    beginnings.iter().rev().take(MOST_BEGINNINGS).any(|&from| {
        let mut area = 0;
        let inside = uses.iter().filter(|used| used.from >= from);
        let mut inside = inside.peekable();
        while let Some(used) = inside.next() {
            area += used.area;
            let is_last = inside.peek().is_none_or(|next| next.to > used.to);
            if is_last && area > room(level, from, used.to) {
                return true;
            }
        }
        false
    })
}

/// The room of a level between two moments.
fn room(level: &Level, from: Seconds, to: Seconds) -> i128 {
    let mut sum = 0;
    for (at, &(begin, room)) in level.room.iter().enumerate() {
        let end = level.room.get(at + 1).map_or(Seconds::MAX, |next| next.0);
        let (begin, end) = (begin.max(from), end.min(to));
        if begin < end {
            sum += i128::from(room.max(0)) * i128::from(end - begin);
        }
    }
    sum
}
