//! Whether what must lie between two moments is more than a level has room for: energetic reasoning on whole jobs
//! (Baptiste, Le Pape and Nuijten 1999, without the partial overlaps). It finds at once that many migrations do
//! not fit through a link before a deadline.

use std::collections::{BTreeMap, BTreeSet};

use crate::formulation::Seconds;

use super::overfull::Overfull;
use crate::schedule::instance::{Instance, Job, Level, Segment};

/// A use of a level that lies between two moments and holds at least that area, in units of the level times seconds.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// It cannot begin before.
    pub from: Seconds,
    /// It cannot end after.
    pub to: Seconds,
    /// What it holds at least.
    pub area: i128,
}

/// Beginnings of intervals that are tried for a level, from each side.
const MOST_BEGINNINGS: usize = 100;

/// A level that is overfull between two moments.
pub fn overfull(instance: &Instance) -> Option<Overfull> {
    let mut of_level: Vec<Vec<Use>> = vec![Vec::new(); instance.levels.len()];
    for (level, used) in uses(instance).into_iter().flatten() {
        of_level[level as usize].push(used);
    }
    let levels = instance.levels.iter().zip(of_level).enumerate();
    let mut found = levels.filter_map(|(level, (limit, uses))| {
        let (from, to) = exceeds(limit, uses)?;
        Some(Overfull { level, from, to })
    });
    found.next()
}

/// For each job the least that it takes of each level, whatever its mode. Levels that some job relieves are left out,
/// and so are those that one fills for good.
pub fn uses(instance: &Instance) -> Vec<Vec<(u32, Use)>> {
    let mut lasting = vec![false; instance.levels.len()];
    let modes = instance.jobs.iter().flat_map(|job| &job.modes);
    for segment in modes.flat_map(|mode| &mode.segments) {
        lasting[segment.level as usize] |= segment.amount < 0 || segment.to == Seconds::MAX;
    }
    let jobs = instance.jobs.iter();
    jobs.map(|job| least(job, &lasting)).collect()
}

fn least(job: &Job, lasting: &[bool]) -> Vec<(u32, Use)> {
    let mut least: BTreeMap<u32, (Use, usize)> = BTreeMap::new();
    for mode in &job.modes {
        let (Some(first), Some(last)) = (mode.starts.first(), mode.starts.last()) else {
            continue;
        };
        for own in mode.segments.chunk_by(|a, b| a.level == b.level) {
            let level = own[0].level;
            if lasting[level as usize] {
                continue;
            }
            let area = |s: &Segment| i128::from(s.amount) * i128::from(s.to - s.from);
            let used = Use {
                from: first + own[0].from,
                to: last + own[own.len() - 1].to,
                area: own.iter().map(area).sum(),
            };
            let (known, modes) = least.entry(level).or_insert((used, 0));
            known.from = known.from.min(used.from);
            known.to = known.to.max(used.to);
            known.area = known.area.min(used.area);
            *modes += 1;
        }
    }
    // What some mode does without is no use that can be counted on.
    let certain = least.into_iter();
    let certain = certain.filter(|&(_, (_, modes))| modes == job.modes.len());
    certain.map(|(level, (used, _))| (level, used)).collect()
}

fn exceeds(level: &Level, mut uses: Vec<Use>) -> Option<(Seconds, Seconds)> {
    let beginnings: BTreeSet<Seconds> = uses.iter().map(|used| used.from).collect();
    uses.sort_by_key(|used| used.to);
    // The first ones hold the most, the last ones are what windows and deadlines make.
    let first = beginnings.iter().take(MOST_BEGINNINGS);
    let last = beginnings.iter().rev().take(MOST_BEGINNINGS);
    let mut found = first.chain(last).filter_map(|&from| {
        let mut area = 0;
        let inside = uses.iter().filter(|used| used.from >= from);
        let mut inside = inside.peekable();
        while let Some(used) = inside.next() {
            area += used.area;
            let is_last = inside.peek().is_none_or(|next| next.to > used.to);
            if is_last && area > room(level, from, used.to) {
                return Some((from, used.to));
            }
        }
        None
    });
    found.next()
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
