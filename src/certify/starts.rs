//! When blocks may start: windows, the horizon, and what orders imply.

use crate::formulation::{Formulation, Seconds};

use super::format::Kind;
use super::model::Problem;
use super::together;
use super::windows::{both, keep, moment};

/// Opens all starts with which a block ends by a moment, inside of the windows of its actions.
pub fn open(f: &Formulation, problem: &mut Problem, last: Seconds) {
    let mut windows = vec![Vec::new(); f.actions.len()];
    for window in &f.windows {
        windows[window.action.0 as usize].push(window);
    }
    for block in &mut problem.blocks {
        for way in &mut block.ways {
            way.starts = vec![(0, last - way.span)];
            let runs = way.runs.iter().zip(&way.choice);
            for (action, (&(offset, duration), &mode)) in block.members.iter().zip(runs) {
                let own = windows[action.0 as usize].iter();
                for window in own.filter(|window| window.is_of(mode)) {
                    let inside = window
                        .intervals
                        .iter()
                        .map(|&(from, to)| (from - offset, to - duration - offset));
                    way.starts = both(&way.starts, &inside.collect::<Vec<_>>());
                }
            }
            way.starts.retain(|&(first, last)| first <= last);
        }
    }
}

/// Keeps the starts with which a block ends by a moment.
pub fn end_by(problem: &mut Problem, last: Seconds) {
    for way in problem.blocks.iter_mut().flat_map(|block| &mut block.ways) {
        way.starts = both(&way.starts, &[(0, last - way.span)]);
    }
}

/// Tightens starts along orders between blocks, from both sides, until nothing changes or long enough.
pub fn tighten(problem: &mut Problem) {
    let orders = orders(problem);
    for _ in 0..=problem.blocks.len() {
        if problem
            .blocks
            .iter()
            .any(|block| block.ways.iter().all(|way| way.starts.is_empty()))
        {
            // It is shown that there is no schedule.
            return;
        }
        let mut changed = along(problem, &orders);
        if !changed {
            changed = together::tighten(problem, &orders);
        }
        if !changed {
            return;
        }
    }
}

/// What is written in order is tightened in one round: from the first on, and from the last back.
fn along(problem: &mut Problem, orders: &[(usize, usize, usize)]) -> bool {
    let mut changed = false;
    for &(level, first, then) in orders {
        let ends = problem.blocks[first].ways.iter();
        let ends = ends.filter_map(|way| Some(way.starts.first()?.0 + moment(way, level)));
        let Some(earliest) = ends.min() else {
            return false;
        };
        for way in &mut problem.blocks[then].ways {
            changed |= keep(way, (earliest - moment(way, level), Seconds::MAX));
        }
    }
    for &(level, first, then) in orders.iter().rev() {
        let starts = problem.blocks[then].ways.iter();
        let starts = starts.filter_map(|way| Some(way.starts.last()?.1 + moment(way, level)));
        let Some(latest) = starts.max() else {
            return false;
        };
        for way in &mut problem.blocks[first].ways {
            changed |= keep(way, (0, latest - moment(way, level)));
        }
    }
    changed
}

/// The orders between two blocks: their level, the block that ends first and the one that starts then.
pub fn orders(problem: &Problem) -> Vec<(usize, usize, usize)> {
    let mut ends = vec![(None, None); problem.levels.len()];
    for (at, block) in problem.blocks.iter().enumerate() {
        for change in block.ways.iter().flat_map(|way| &way.changes) {
            if problem.levels[change.level].kind == Kind::Precedence {
                let (first, then) = &mut ends[change.level];
                *(if change.by < 0 { first } else { then }) = Some(at);
            }
        }
    }
    let ends = ends.into_iter().enumerate();
    let orders = ends.filter_map(|(level, (first, then))| Some((level, first?, then?)));
    orders.filter(|&(_, first, then)| first != then).collect()
}
