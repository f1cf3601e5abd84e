//! Ganeti's hroller: nodes in groups, by colouring a graph, larger groups first; the nodes of a group are emptied at the same time, each
//! of its instances after the other (man hroller(1), "Algorithm for calculating offline reboot groups").
//!
//! An edge joins two nodes if an instance goes from one to the other, or if both have an instance that goes to the same third one.
//! The colouring is greedy, by degree. Of migrations that do not belong to the first move of a VM nothing is known: they follow their
//! VM's own order.

use std::collections::{BTreeMap, BTreeSet};

use super::{Move, Policy, View, caps};
use crate::datacenter::ServerId;
use crate::formulation::ActionId;

pub(super) fn policy(view: &View) -> Policy {
    let moves = first_moves(view);
    let mut groups: BTreeMap<usize, Vec<ActionId>> = BTreeMap::new();
    let colour = colours(&moves);
    for one in &moves {
        groups
            .entry(colour[&one.from])
            .or_default()
            .push(one.action);
    }
    let mut groups: Vec<Vec<ActionId>> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let pairs = groups.windows(2).flat_map(|two| {
        let (first, then) = (&two[0], &two[1]);
        first
            .iter()
            .flat_map(move |&one| then.iter().map(move |&other| (one, other)))
    });
    Policy {
        orders: pairs.collect(),
        caps: caps::out_of_each(view, |_| 1),
        order: groups.concat(),
        ..Policy::default()
    }
}

/// The first migration of each VM.
fn first_moves(view: &View) -> Vec<Move> {
    let mut moves = view.moves();
    moves.dedup_by_key(|one| one.vm);
    moves
}

/// A number for each server that is left, other than those of its neighbours.
fn colours(moves: &[Move]) -> BTreeMap<ServerId, usize> {
    let left: BTreeSet<ServerId> = moves.iter().map(|one| one.from).collect();
    let mut edges: BTreeMap<ServerId, BTreeSet<ServerId>> = left
        .iter()
        .map(|&server| (server, BTreeSet::new()))
        .collect();
    let mut sources: BTreeMap<ServerId, BTreeSet<ServerId>> = BTreeMap::new();
    for one in moves {
        sources.entry(one.to).or_default().insert(one.from);
    }
    let mut join = |a: ServerId, b: ServerId| {
        if a != b && left.contains(&a) && left.contains(&b) {
            edges.entry(a).or_default().insert(b);
            edges.entry(b).or_default().insert(a);
        }
    };
    for (&to, from) in &sources {
        for &one in from {
            join(one, to);
            from.iter().for_each(|&other| join(one, other));
        }
    }
    let mut order: Vec<ServerId> = left.into_iter().collect();
    order.sort_by_key(|server| (std::cmp::Reverse(edges[server].len()), *server));
    let mut colour: BTreeMap<ServerId, usize> = BTreeMap::new();
    for server in order {
        let taken: BTreeSet<usize> = edges[&server]
            .iter()
            .filter_map(|neighbour| colour.get(neighbour).copied())
            .collect();
        let free = (0..).find(|at| !taken.contains(at)).unwrap_or(0);
        colour.insert(server, free);
    }
    colour
}
