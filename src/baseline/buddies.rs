//! Memory Buddies (Wood, Tarasuk-Levin, Shenoy, Desnoyers, Cecchet and Corner, VEE 2009) as UCC'15, section V-B, compares with it:
//! a fixed number of migrations at once, in a random order.
//!
//! It neither boots nor shuts down servers. As the authors' executor does for it, all boots come first and all shutdowns last. That
//! executor gives `--timeout 600` to each migration, which suspends the VM then.

use super::{Patience, Policy, View, caps};
use crate::formulation::ActionId;
use crate::request::Task;

pub(super) fn policy(view: &View, most: u32) -> Policy {
    let boots = view.with(|task| matches!(task, Task::Boot(_)));
    let shutdowns = view.with(|task| matches!(task, Task::Shutdown(_)));
    let moves = caps::all(view);
    let before = |first: &[ActionId], then: &[ActionId]| -> Vec<(ActionId, ActionId)> {
        let pairs = first
            .iter()
            .flat_map(|&one| then.iter().map(move |&other| (one, other)));
        pairs.collect()
    };
    // A server that goes down and comes back is not booted first.
    let mut orders = Vec::new();
    if !returns(view) {
        orders = before(&boots, &moves);
        orders.extend(before(&moves, &shutdowns));
    }
    Policy {
        orders,
        caps: vec![caps::in_all(view, most)],
        order: shuffled(moves, view.seed),
        patience: Patience::Suspend(600),
    }
}

/// Whether a server is both shut down and booted.
fn returns(view: &View) -> bool {
    let work = || view.problem.work.iter().map(|work| work.task);
    work().any(|task| match task {
        Task::Shutdown(server) => work().any(|other| other == Task::Boot(server)),
        _ => false,
    })
}

/// In an order that follows from the seed (Fisher and Yates, numbers by Knuth's MMIX generator).
fn shuffled(mut actions: Vec<ActionId>, seed: u64) -> Vec<ActionId> {
    let mut state = seed;
    for at in (1..actions.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = ((state >> 33) as usize) % (at + 1);
        actions.swap(at, other);
    }
    actions
}
