//! What several blocks take of one level takes its time, and a block that comes before or after all of them has to wait for it.
//!
//! A *use* is what a block takes of a level from a first to a last moment and then gives back; it lasts at least as
//! long as its area needs. Uses of blocks that all come after `a` and are over by `to` need `area / room` seconds in
//! all, so `a` must let them go that much before `to`.

use crate::formulation::Seconds;

use super::model::{Block, Change, Problem, Way};
use super::windows::{keep, moment};

/// What a block takes of a level.
#[derive(Debug, Clone, Copy)]
struct Use {
    level: usize,
    from: Seconds,
    to: Seconds,
    area: i128,
}

/// A use on the other side of an order: between them lies at least `delay`, which may be negative.
struct Beside {
    used: Use,
    delay: Seconds,
}

/// Tightens starts by `orders`, given as level, first and then; whether any was dropped.
pub fn tighten(problem: &mut Problem, orders: &[(usize, usize, usize)]) -> bool {
    let rooms = rooms(problem);
    let uses: Vec<Vec<Use>> = problem
        .blocks
        .iter()
        .map(|block| uses(block, &rooms))
        .collect();
    let mut after = vec![Vec::new(); problem.blocks.len()];
    let mut before = after.clone();
    for &(order, first, then) in orders {
        after[first].push((order, then));
        before[then].push((order, first));
    }
    for others in after.iter_mut().chain(&mut before) {
        // A block is counted once, however many orders lead to it.
        others.sort_unstable_by_key(|&(order, other)| (other, order));
        others.dedup_by_key(|&mut (_, other)| other);
    }
    let mut changed = false;
    for at in 0..problem.blocks.len() {
        let beside = |others: &[(usize, usize)], delay: &dyn Fn(&Way, usize, usize) -> Seconds| {
            let mut all = Vec::new();
            for &(order, other) in others {
                let ways = &problem.blocks[other].ways;
                all.extend(uses[other].iter().map(|&used| {
                    let delays = ways.iter().map(|way| delay(way, order, used.level));
                    let delay = delays.min().unwrap_or(0);
                    Beside { used, delay }
                }));
            }
            all
        };
        let latest = beside(&after[at], &|way, order, level| {
            edges(way, level).map_or(0, |(from, _)| from - moment(way, order))
        });
        let earliest = beside(&before[at], &|way, order, level| {
            edges(way, level).map_or(0, |(_, to)| moment(way, order) - to)
        });
        let latest = latest_release(latest, &rooms);
        let earliest = earliest_release(earliest, &rooms);
        for way in &mut problem.blocks[at].ways {
            let moments = after[at].iter().map(|&(order, _)| moment(way, order));
            if let Some((latest, moment)) = latest.zip(moments.min()) {
                changed |= keep(way, (0, latest - moment));
            }
            let moments = before[at].iter().map(|&(order, _)| moment(way, order));
            if let Some((earliest, moment)) = earliest.zip(moments.max()) {
                changed |= keep(way, (earliest - moment, Seconds::MAX));
            }
        }
    }
    changed
}

/// By when uses that come after must be let go.
fn latest_release(mut after: Vec<Beside>, rooms: &[Option<(i128, i128)>]) -> Option<Seconds> {
    after.sort_by_key(|b| (b.used.level, b.used.to));
    let mut latest = None;
    for own in after.chunk_by(|a, b| a.used.level == b.used.level) {
        let (mut area, mut delay) = (0, Seconds::MAX);
        for Beside { used, delay: own } in own {
            area += used.area;
            delay = delay.min(*own);
            let release = used.to - seconds(area, rooms[used.level]) - delay;
            latest = Some(latest.map_or(release, |latest: Seconds| latest.min(release)));
        }
    }
    latest
}

/// From when on uses that come before can have let go.
fn earliest_release(mut before: Vec<Beside>, rooms: &[Option<(i128, i128)>]) -> Option<Seconds> {
    before.sort_by_key(|b| (b.used.level, -b.used.from));
    let mut earliest = None;
    for own in before.chunk_by(|a, b| a.used.level == b.used.level) {
        let (mut area, mut delay) = (0, Seconds::MAX);
        for Beside { used, delay: own } in own {
            area += used.area;
            delay = delay.min(*own);
            let release = used.from + seconds(area, rooms[used.level]) + delay;
            earliest = Some(earliest.map_or(release, |earliest: Seconds| earliest.max(release)));
        }
    }
    earliest
}

/// How long an area needs at least.
fn seconds(area: i128, room: Option<(i128, i128)>) -> Seconds {
    let Some((unit, room)) = room else { return 0 };
    let (area, room) = (area / unit, room.max(1));
    // Beyond that no start is left anyway.
    Seconds::try_from((area + room - 1) / room).map_or(1 << 41, |seconds| seconds.min(1 << 41))
}

/// For each level what divides all its changes, and its most room in that unit; None where what some block takes is
/// not given back, or a block relieves it.
fn rooms(problem: &Problem) -> Vec<Option<(i128, i128)>> {
    let mut units = vec![Some(0_i128); problem.levels.len()];
    for way in problem.blocks.iter().flat_map(|block| &block.ways) {
        for own in way.changes.chunk_by(|a, b| a.level == b.level) {
            let mut sum = 0;
            let mut least = 0;
            for change in own {
                sum += change.by;
                least = sum.min(least);
                let unit = &mut units[change.level];
                *unit = unit.map(|unit| divisor(unit, change.by));
            }
            if sum != 0 || least < 0 {
                units[own[0].level] = None;
            }
        }
    }
    let levels = problem.levels.iter().zip(units);
    let rooms = levels.map(|(level, unit)| {
        let unit = unit?.max(1);
        let most = level.room.iter().map(|&(_, room)| room).max()?;
        Some((unit, most.div_euclid(unit)))
    });
    rooms.collect()
}

fn divisor(a: i128, b: i128) -> i128 {
    if b == 0 { a.abs() } else { divisor(b, a % b) }
}

/// The least that a block takes of each level in any way, and the bounds of when it does.
fn uses(block: &Block, rooms: &[Option<(i128, i128)>]) -> Vec<Use> {
    let Some(first) = block.ways.first() else {
        return Vec::new();
    };
    let levels = first
        .changes
        .chunk_by(|a, b| a.level == b.level)
        .map(|own| own[0].level);
    let levels = levels.filter(|&level| rooms[level].is_some());
    let of_level = levels.filter_map(|level| {
        let own = block.ways.iter().map(|way| {
            let (first, last) = edges(way, level)?;
            Some(Use {
                level,
                from: way.starts.first()?.0 + first,
                to: way.starts.last()?.1 + last,
                area: area(way, level),
            })
        });
        own.reduce(|some, other| {
            let (some, other) = (some?, other?);
            Some(Use {
                level,
                from: some.from.min(other.from),
                to: some.to.max(other.to),
                area: some.area.min(other.area),
            })
        })?
    });
    of_level.collect()
}

/// The first and the last change of a level, after a way's start.
fn edges(way: &Way, level: usize) -> Option<(Seconds, Seconds)> {
    let own = own(way, level);
    Some((own.first()?.at, own.last()?.at))
}

fn area(way: &Way, level: usize) -> i128 {
    // What changes later counts for less time.
    own(way, level)
        .iter()
        .map(|change| -change.by * i128::from(change.at))
        .sum()
}

fn own(way: &Way, level: usize) -> &[Change] {
    let from = way.changes.partition_point(|change| change.level < level);
    let to = way.changes.partition_point(|change| change.level <= level);
    &way.changes[from..to]
}
