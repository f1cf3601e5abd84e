//! Levels that nobody takes of any more: where one block comes after all that use a level, and each of them has given
//! back by then what it took, that block may take all the room for good from its start on. It changes no schedule.

use std::collections::BTreeMap;

use super::format::Kind;
use super::model::{Block, Change, Problem, Way};

/// Lets the first block that comes after all users of a level take what room the level always has.
pub fn seal(problem: &mut Problem) {
    let mut users: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, block) in problem.blocks.iter().enumerate() {
        for level in touched(block) {
            users.entry(level).or_default().push(at);
        }
    }
    // An order's level has two users: the one that gives and the one that takes.
    let mut later: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (&level, ends) in &users {
        if let (Kind::Precedence, &[a, b]) = (problem.levels[level].kind, &ends[..]) {
            let gives = |block: usize| {
                problem.blocks[block]
                    .ways
                    .iter()
                    .any(|w| change(w, level) < 0)
            };
            let (first, then) = if gives(a) { (a, b) } else { (b, a) };
            later.entry(then).or_default().push((first, level));
        }
    }
    for (&level, users) in &users {
        let of = &problem.levels[level];
        let unit = unit(&problem.blocks, level);
        let always = of.room.iter().map(|&(_, room)| room).min().unwrap_or(0);
        let room = always.div_euclid(unit.max(1)) * unit;
        if of.kind != Kind::Resource || room <= 0 || users.len() < 2 {
            continue;
        }
        // The order by which a block is known to come after a user that has given back all by then.
        let order = |then: usize, user: usize| {
            let ways = &problem.blocks[user].ways;
            let orders = later[&then].iter().filter(|&&(first, _)| first == user);
            let mut orders = orders.map(|&(_, order)| order);
            orders.find(|&order| ways.iter().all(|way| is_over(way, level, order)))
        };
        let last = later
            .keys()
            .filter(|then| !users.contains(then))
            .find_map(|&then| {
                let orders = users.iter().map(|&user| order(then, user));
                Some((then, orders.collect::<Option<Vec<_>>>()?))
            });
        if let Some((then, orders)) = last {
            for way in &mut problem.blocks[then].ways {
                let moments = way.changes.iter().filter(|c| orders.contains(&c.level));
                let at = moments.map(|c| c.at).max().unwrap_or(way.span);
                way.changes.push(Change {
                    level,
                    at,
                    by: room,
                });
                way.changes.sort_unstable();
            }
        }
    }
}

fn touched(block: &Block) -> Vec<usize> {
    let changes = block.ways.iter().flat_map(|way| &way.changes);
    let mut levels: Vec<usize> = changes.map(|change| change.level).collect();
    levels.sort_unstable();
    levels.dedup();
    levels
}

fn change(way: &Way, level: usize) -> i128 {
    let changes = way.changes.iter().filter(|change| change.level == level);
    changes.map(|change| change.by).sum()
}

/// The greatest number that divides all that blocks take and give of a level.
fn unit(blocks: &[Block], level: usize) -> i128 {
    let ways = blocks.iter().flat_map(|block| &block.ways);
    let changes = ways
        .flat_map(|way| &way.changes)
        .filter(|c| c.level == level);
    changes.fold(0, |unit, change| gcd(unit, change.by.abs()))
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Whether a way has given back all that it took of a level when it gives back what an order asks for.
fn is_over(way: &Way, level: usize, order: usize) -> bool {
    let given = way.changes.iter().find(|change| change.level == order);
    let own = way.changes.iter().filter(|change| change.level == level);
    given.is_some_and(|given| own.map(|own| own.at).all(|at| at <= given.at))
        && change(way, level) == 0
}
