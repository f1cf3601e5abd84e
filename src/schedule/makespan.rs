//! Lower bounds of the last end: critical path and energy.

use crate::formulation::Seconds;

use super::instance::{Instance, Job, Level};

/// A use of a level: it cannot begin before the head, holds that much area, and the last end is at least `tail` later.
struct Use {
    head: Seconds,
    area: i128,
    tail: Seconds,
}

/// No schedule ends earlier.
pub fn least(instance: &Instance) -> Seconds {
    let path = instance
        .jobs
        .iter()
        .filter_map(earliest_end)
        .max()
        .unwrap_or(0);
    full(instance).map_or(path, |full| full.end.max(path))
}

/// A level that is full from a moment on, and what that means for the last end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full {
    /// Index of the level.
    pub level: usize,
    /// From when on.
    pub head: Seconds,
    /// The last end is at least so much later than the last use.
    pub tail: Seconds,
    /// The last end is at least that.
    pub end: Seconds,
}

/// The level that bounds the last end best.
pub fn full(instance: &Instance) -> Option<Full> {
    let mut uses: Vec<Vec<Use>> = instance.levels.iter().map(|_| Vec::new()).collect();
    let mut relieved = vec![false; instance.levels.len()];
    for job in &instance.jobs {
        add_uses(job, &mut uses, &mut relieved);
    }
    let levels = instance.levels.iter().zip(uses).zip(&relieved);
    let levels = levels.enumerate().filter(|&(_, (_, &relieved))| !relieved);
    levels
        .filter_map(|(at, ((level, uses), _))| energetic(at, level, uses))
        .max_by_key(|full| full.end)
}

fn earliest_end(job: &Job) -> Option<Seconds> {
    job.modes
        .iter()
        .filter_map(|mode| Some(mode.starts.first()? + mode.span))
        .min()
}

/// The least that a job uses of each level, whatever its mode; levels that a job relieves are left out.
fn add_uses(job: &Job, uses: &mut [Vec<Use>], relieved: &mut [bool]) {
    let mut least: Vec<(u32, Use, usize)> = Vec::new();
    for mode in &job.modes {
        let Some(first) = mode.starts.first() else {
            continue;
        };
        let mut at = 0;
        while at < mode.segments.len() {
            let level = mode.segments[at].level;
            let own = mode.segments[at..]
                .iter()
                .take_while(|s| s.level == level)
                .count();
            let segments = &mode.segments[at..at + own];
            at += own;
            if segments
                .iter()
                .any(|s| s.amount < 0 || s.to == Seconds::MAX)
            {
                relieved[level as usize] = true;
                continue;
            }
            let area = segments
                .iter()
                .map(|s| i128::from(s.amount) * i128::from(s.to - s.from))
                .sum();
            let head = first + segments[0].from;
            let tail = mode.span - segments[own - 1].to;
            match least.iter_mut().find(|(known, _, _)| *known == level) {
                Some((_, known, modes)) => {
                    known.head = known.head.min(head);
                    known.area = known.area.min(area);
                    known.tail = known.tail.min(tail);
                    *modes += 1;
                }
                None => least.push((level, Use { head, area, tail }, 1)),
            }
        }
    }
    for (level, used, modes) in least {
        if modes == job.modes.len() {
            uses[level as usize].push(used);
        }
    }
}

/// From each head on, the room must hold all uses that begin no earlier.
fn energetic(at: usize, level: &Level, mut uses: Vec<Use>) -> Option<Full> {
    uses.sort_by_key(|used| std::cmp::Reverse(used.head));
    let (mut area, mut tail, mut best) = (0, Seconds::MAX, None::<Full>);
    for Use {
        head,
        area: own,
        tail: after,
    } in uses
    {
        area += own;
        tail = tail.min(after);
        if let Some(end) = filled(level, head, area).map(|end| end + tail)
            && best.is_none_or(|best| best.end < end)
        {
            best = Some(Full {
                level: at,
                head,
                tail,
                end,
            });
        }
    }
    best
}

/// When the room from a moment on has held an area; None where it never does.
fn filled(level: &Level, from: Seconds, mut area: i128) -> Option<Seconds> {
    for (at, &(begin, room)) in level.room.iter().enumerate() {
        let end = level.room.get(at + 1).map_or(Seconds::MAX, |next| next.0);
        let begin = begin.max(from);
        if end <= begin || room <= 0 {
            continue;
        }
        let room = i128::from(room);
        if area <= room * i128::from(end - begin) {
            let seconds = (area + room - 1) / room;
            return Seconds::try_from(seconds)
                .ok()
                .map(|seconds| begin + seconds);
        }
        area -= room * i128::from(end - begin);
    }
    None
}
