//! The transitive reduction of two kinds of waits.
//!
//! An action is done only if all that it waits for as done are done: a wait until an action is done follows from
//! a path of such waits. An action that never runs counts as over only once all that it waits for are over: a wait
//! until an action is over follows from any path.

use super::{Ended, Needed, Order};
use crate::formulation::{ActionId, Seconds};
use crate::plan::execution::Until;

/// The waits of each action, without those that follow from the rest.
pub(super) fn reduce(order: &Order) -> Vec<Vec<Needed>> {
    let size = order.ended.len();
    let mut by_start: Vec<ActionId> = order.formulation.ids().collect();
    by_start.sort_by_key(|&action| (order.start(action), action));
    let mut done = Paths::new(order, size);
    let mut any = Paths::new(order, size);
    let mut waits = vec![Vec::new(); size];
    for action in by_start {
        let all = &order.ended[action.0 as usize];
        let of = |wanted: Ended| {
            let wanted = all.iter().filter(move |(_, known)| known.0 == wanted);
            wanted.map(|(&other, _)| other)
        };
        let kept_done = done.unreached(of(Ended::Done), &[]);
        let kept_over = any.unreached(of(Ended::Over), &kept_done);
        done.next[action.0 as usize] = kept_done.clone();
        any.next[action.0 as usize] = [&kept_done[..], &kept_over[..]].concat();

        let needed = |until| {
            move |other: &ActionId| Needed {
                action: *other,
                until,
                source: all[other].1,
            }
        };
        let waits: &mut Vec<Needed> = &mut waits[action.0 as usize];
        waits.extend(kept_done.iter().map(needed(Until::Done)));
        waits.extend(kept_over.iter().map(needed(Until::Over)));
        if let Some((other, lag, source)) = order.started[action.0 as usize] {
            waits.push(Needed {
                action: other,
                until: Until::Started(lag),
                source,
            });
        }
        waits.sort_unstable_by_key(|needed| needed.action);
    }
    waits
}

/// Waits that were kept, to be followed.
struct Paths<'a> {
    order: &'a Order<'a>,
    next: Vec<Vec<ActionId>>,
    /// In which turn each action was reached last.
    reached: Vec<usize>,
    turn: usize,
}

impl<'a> Paths<'a> {
    fn new(order: &'a Order<'a>, size: usize) -> Self {
        Paths {
            order,
            next: vec![Vec::new(); size],
            reached: vec![0; size],
            turn: 0,
        }
    }

    /// The candidates to which no path leads from another one, nor from `beside`.
    fn unreached(
        &mut self,
        candidates: impl Iterator<Item = ActionId>,
        beside: &[ActionId],
    ) -> Vec<ActionId> {
        let order = self.order;
        self.turn += 1;
        let mut open: Vec<(ActionId, bool)> = candidates.map(|action| (action, true)).collect();
        let starts = open.iter().map(|&(action, _)| order.start(action));
        let Some(earliest) = starts.min() else {
            return Vec::new();
        };
        // An action starts after those that it waits for, so the latest one cannot follow from the others.
        open.extend(beside.iter().map(|&action| (action, false)));
        open.sort_by_key(|&(action, _)| std::cmp::Reverse((order.start(action), action)));
        let mut kept = Vec::new();
        for (action, is_candidate) in open {
            if self.reached[action.0 as usize] == self.turn {
                continue;
            }
            if is_candidate {
                kept.push(action);
            }
            self.follow(action, earliest);
        }
        kept.sort_unstable();
        kept
    }

    fn follow(&mut self, action: ActionId, earliest: Seconds) {
        let mut open = vec![action];
        while let Some(at) = open.pop() {
            for &before in &self.next[at.0 as usize] {
                let reached = &mut self.reached[before.0 as usize];
                // What started before all candidates leads to none of them.
                if *reached != self.turn && self.order.start(before) >= earliest {
                    *reached = self.turn;
                    open.push(before);
                }
            }
        }
    }
}
