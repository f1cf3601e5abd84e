//! Blocks: actions that groups tie together, with the ways to do them.

use crate::formulation::{ActionId, Formulation, Group, Seconds};

use super::model::{Block, Change, Way};
use super::rejection::Rejection;

/// The most ways that a block may have.
const MOST_WAYS: usize = 4096;

/// The blocks of a formulation, ordered by their first actions; nothing is known of their starts.
///
/// # Errors
/// Where a group has too many ways.
pub fn blocks(f: &Formulation) -> Result<Vec<Block>, Rejection> {
    let mut orders = vec![Vec::new(); f.actions.len()];
    for (at, order) in f.precedences.iter().enumerate() {
        orders[order.first.0 as usize].push((f.resources.len() + at, false));
        orders[order.then.0 as usize].push((f.resources.len() + at, true));
    }
    let mut all = Vec::new();
    for members in components(f) {
        let groups: Vec<&Group> = f
            .groups
            .iter()
            .filter(|g| members.len() > 1 && members.contains(&g.actions[0]))
            .collect();
        let counts: Vec<usize> = members.iter().map(|&a| f[a].modes.len()).collect();
        let total = counts
            .iter()
            .try_fold(1_usize, |product, &count| product.checked_mul(count));
        let total = total
            .filter(|&total| total <= MOST_WAYS)
            .ok_or(Rejection::TooLarge)?;
        let ways = (0..total).filter_map(|mut number| {
            // The number's digits choose the modes, the last action's fastest.
            let mut choice = vec![0; members.len()];
            for (digit, &count) in choice.iter_mut().zip(&counts).rev() {
                (*digit, number) = (number % count, number / count);
            }
            way(f, &members, &groups, &choice, &orders)
        });
        let (ways, name) = (ways.collect(), f[members[0]].name.clone());
        all.push(Block {
            members,
            name,
            ways,
        });
    }
    Ok(all)
}

/// The actions that groups tie together, ordered by the first of each.
fn components(f: &Formulation) -> Vec<Vec<ActionId>> {
    let mut block_of: Vec<usize> = (0..f.actions.len()).collect();
    let mut members: Vec<Vec<ActionId>> = f.ids().map(|action| vec![action]).collect();
    for group in &f.groups {
        let mut blocks: Vec<usize> = group
            .actions
            .iter()
            .map(|a| block_of[a.0 as usize])
            .collect();
        blocks.sort_unstable();
        blocks.dedup();
        for &other in &blocks[1..] {
            let moved = std::mem::take(&mut members[other]);
            for action in &moved {
                block_of[action.0 as usize] = blocks[0];
            }
            members[blocks[0]].extend(moved);
        }
    }
    members.retain(|members| !members.is_empty());
    for members in &mut members {
        members.sort_unstable();
    }
    members
}

/// A choice of modes, unless groups or orders inside of the block contradict it.
fn way(
    f: &Formulation,
    members: &[ActionId],
    groups: &[&Group],
    choice: &[usize],
    orders: &[Vec<(usize, bool)>],
) -> Option<Way> {
    let duration = |at: usize| f[members[at]].modes[choice[at]].duration;
    let offsets = offsets(members, groups, &duration)?;
    let runs: Vec<(Seconds, Seconds)> = (0..members.len())
        .map(|at| (offsets[at], duration(at)))
        .collect();
    let mut changes = Vec::new();
    let mut costs = vec![(0_i128, 0_i128); f.objectives.len()];
    for (at, (&action, &(start, duration))) in members.iter().zip(&runs).enumerate() {
        let end = start + duration;
        for demand in &f[action].modes[choice[at]].demands {
            let level = demand.resource.0 as usize;
            changes.push(Change {
                level,
                at: start,
                by: i128::from(demand.take),
            });
            changes.push(Change {
                level,
                at: end,
                by: -i128::from(demand.give),
            });
        }
        for &(level, takes) in &orders[action.0 as usize] {
            let (at, by) = if takes { (start, 1) } else { (end, -1) };
            changes.push(Change { level, at, by });
        }
        for (cost, objective) in costs.iter_mut().zip(&f.objectives) {
            let term = &objective.terms[action.0 as usize];
            cost.0 +=
                i128::from(term.start) * i128::from(start) + i128::from(term.end) * i128::from(end);
            cost.0 += term.modes.get(choice[at]).copied().map_or(0, i128::from);
            cost.1 += i128::from(term.start) + i128::from(term.end);
        }
    }
    changes.sort_unstable();
    changes.dedup_by(|later, kept| {
        let same = (later.level, later.at) == (kept.level, kept.at);
        kept.by += if same { later.by } else { 0 };
        same
    });
    changes.retain(|change| change.by != 0);
    let span = runs
        .iter()
        .map(|&(start, duration)| start + duration)
        .max()?;
    Some(Way {
        choice: choice.to_vec(),
        runs,
        span,
        changes,
        starts: Vec::new(),
        costs,
    })
}

/// The start of each member after the block's; None where the groups contradict one another.
fn offsets(
    members: &[ActionId],
    groups: &[&Group],
    duration: &dyn Fn(usize) -> Seconds,
) -> Option<Vec<Seconds>> {
    let mut known = vec![None; members.len()];
    known[0] = Some(0);
    let mut changed = true;
    while changed {
        changed = false;
        for group in groups {
            let shift = |at: usize| if group.ends { duration(at) } else { 0 };
            let own: Vec<usize> = group
                .actions
                .iter()
                .filter_map(|a| members.binary_search(a).ok())
                .collect();
            let Some(moment) = own.iter().find_map(|&at| Some(known[at]? + shift(at))) else {
                continue;
            };
            for &at in &own {
                match known[at] {
                    None => (known[at], changed) = (Some(moment - shift(at)), true),
                    Some(start) if start != moment - shift(at) => return None,
                    Some(_) => {}
                }
            }
        }
    }
    let first = known.iter().flatten().min().copied()?;
    known
        .iter()
        .map(|offset| offset.map(|offset| offset - first))
        .collect()
}
