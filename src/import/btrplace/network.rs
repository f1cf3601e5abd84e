//! The network of a plan that says nothing of it: one that allows the plan.

use std::collections::BTreeMap;

use super::{End, Instance, Link, Network, StepKind};

/// A migration of a plan.
struct Move {
    /// Place among the steps.
    step: usize,
    from: u64,
    to: u64,
    /// Mbit/s.
    rate: u64,
    /// Start and end, where they are known.
    time: Option<(u64, u64)>,
}

/// One switch that never blocks, and for each node a link that carries, in either direction, the highest sum of the rates that
/// the plan gives it at one moment.
pub fn infer(instance: &Instance) -> Network {
    let mut ways: BTreeMap<(u64, bool), Vec<(u64, i128)>> = BTreeMap::new();
    for own in moves(instance) {
        let (start, end) = own.time.unwrap_or((0, 1));
        for way in [(own.from, false), (own.to, true)] {
            let changes = ways.entry(way).or_default();
            changes.extend([(start, i128::from(own.rate)), (end, -i128::from(own.rate))]);
        }
    }
    let mut rates: BTreeMap<u64, u64> = BTreeMap::new();
    for ((node, _), mut changes) in ways {
        // What ends at a moment makes room for what starts then.
        changes.sort_unstable();
        let sums = changes.iter().scan(0, |sum, change| {
            *sum += change.1;
            Some(*sum)
        });
        let most = u64::try_from(sums.max().unwrap_or(0)).unwrap_or(u64::MAX);
        let known = rates.entry(node).or_default();
        *known = most.max(*known);
    }
    let links = rates.into_iter().filter(|&(_, rate)| rate > 0);
    Network {
        switches: BTreeMap::from([(0, None)]),
        links: links
            .map(|(node, rate)| Link {
                from: End::Node(node),
                switch: 0,
                rate,
            })
            .collect(),
    }
}

/// The migrations, by their places among the steps, whose rates are below what their paths carry; in bit/s of data, 8/9 of
/// the rate.
pub fn below_their_paths(instance: &Instance, network: &Network) -> BTreeMap<usize, u64> {
    let carries = |node: u64| {
        let own = network
            .links
            .iter()
            .find(|link| link.from == End::Node(node));
        own.map_or(0, |link| link.rate)
    };
    let below = moves(instance).into_iter().filter_map(|own| {
        let path = carries(own.from).min(carries(own.to));
        let data = own.rate.checked_mul(1_000_000 * 8)? / 9;
        (own.rate < path).then_some((own.step, data))
    });
    below.collect()
}

/// The migrations whose rates are known, each from where its VM is by then.
fn moves(instance: &Instance) -> Vec<Move> {
    let hosts = instance.vms.iter().map(|(&id, vm)| (id, vm.host));
    let mut hosts: BTreeMap<u64, u64> = hosts.collect();
    let mut moves = Vec::new();
    for (at, step) in instance.steps.iter().enumerate() {
        let StepKind::Migrate { vm, to, rate } = step.kind else {
            continue;
        };
        if let (Some(from), Some(rate)) = (hosts.insert(vm, to), rate) {
            moves.push(Move {
                step: at,
                from,
                to,
                rate,
                time: step
                    .time
                    .map(|(start, takes)| (start, start.saturating_add(takes))),
            });
        }
    }
    moves
}
