//! What guests put on the network all the time, beside the migrations.
//!
//! Traffic takes the path that a migration between its ends would take, but over the links that guests use: of a server that has some
//! for `guests`, only those. It is a level like any other: what flows from the start on is there before anything happens, and an action
//! that moves, starts or stops a VM changes what is on the paths.
//!
//! While a VM migrates, its traffic counts on both of its paths: on what is only on the new one from the start on, on what is only on the
//! old one up to the end; what both share carries it all the time. The VM runs at one end or at the other, so no link ever carries
//! more than is counted. That of a VM that starts counts from there on, that of one that stops up to its end.
//!
//! All this is linear as long as at most one end of a flow acts in the plan. Where both do, the path depends on where both are: such a plan
//! is refused.

use std::collections::{BTreeMap, BTreeSet};

use super::errors;
use super::levels::Key;
use super::modes::Method;
use super::routes::Network;
use super::steps::Walk;
use crate::datacenter::{Datacenter, End, LinkId, Node, ServerId, SwitchId, VmId};
use crate::diag::Diagnostic;
use crate::formulation::ActionId;
use crate::request::Subject;
use crate::source::Span;

/// The guests' traffic in a plan.
pub(super) struct Guests<'a> {
    dc: &'a Datacenter,
    network: Network<'a>,
    /// What flows to or from each VM that acts.
    of_vm: BTreeMap<VmId, Vec<Flow>>,
    /// The levels on each path that was looked at; none where there is no path, which was said.
    paths: BTreeMap<(Node, Node), BTreeSet<Key>>,
    /// bit/s that are there whatever the plan does, and those before anything happens.
    standing: BTreeMap<Key, u64>,
    initial: BTreeMap<Key, u64>,
}

/// Traffic between a VM that acts and a place that does not.
#[derive(Debug, Clone, Copy)]
struct Flow {
    other: Node,
    /// Whether the VM sends it.
    is_sent: bool,
    /// bit/s
    rate: u64,
    origin: Option<Span>,
}

/// What carries traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carrier {
    /// A link, from its `a` to its `b` or not.
    Link(LinkId, bool),
    /// A switch.
    Switch(SwitchId),
}

/// What guests put on the network in a plan that leaves nothing open, in bit/s.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loads {
    /// Before anything happens.
    pub initial: Vec<(Carrier, u64)>,
    /// What the actions change, in their order; those that change nothing are left out.
    pub changes: Vec<LoadChange>,
}

/// What an action changes.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadChange {
    /// The action.
    pub action: ActionId,
    /// What comes once its VM has moved or runs.
    pub comes: Vec<(Carrier, u64)>,
    /// What goes then.
    pub goes: Vec<(Carrier, u64)>,
}

/// What an action changes on the network, in bit/s.
#[derive(Debug, Clone, Default)]
pub(super) struct Change {
    /// What comes, from its start on.
    pub takes: Vec<(Key, u64)>,
    /// What goes, at its end.
    pub gives: Vec<(Key, u64)>,
    /// What its VM has there while it goes on.
    meanwhile: BTreeMap<Key, u64>,
}

impl<'a> Guests<'a> {
    /// The traffic in a plan; an error is found where both ends of some act in it.
    pub fn of(dc: &'a Datacenter, walk: &Walk, findings: &mut Vec<Diagnostic>) -> Self {
        let mut guests = Guests {
            dc,
            network: Network::of_guests(dc),
            of_vm: BTreeMap::new(),
            paths: BTreeMap::new(),
            standing: BTreeMap::new(),
            initial: BTreeMap::new(),
        };
        let acting = |end: End| match end {
            End::Vm(vm) => Some(vm).filter(|&vm| !walk.actions(Subject::Vm(vm)).is_empty()),
            End::Switch(_) => None,
        };
        let mut refused = BTreeSet::new();
        for traffic in &dc.traffic {
            let (rate, origin) = (traffic.rate, traffic.origin);
            let (from, to) = (place(dc, traffic.from), place(dc, traffic.to));
            let acts = match (acting(traffic.from), acting(traffic.to)) {
                (Some(one), Some(other)) => {
                    // One line may stand for many pairs.
                    if refused.insert(origin) {
                        findings.push(errors::both_ends_act(dc, walk, origin, (one, other)));
                    }
                    continue;
                }
                (Some(vm), None) => Some((vm, to, true)),
                (None, Some(vm)) => Some((vm, from, false)),
                (None, None) => None,
            };
            if let (Some(from), Some(to)) = (from, to) {
                for key in guests.path((from, to), origin, findings) {
                    *guests.initial.entry(key).or_default() += rate;
                    if acts.is_none() {
                        *guests.standing.entry(key).or_default() += rate;
                    }
                }
            }
            if let Some((vm, Some(other), is_sent)) = acts {
                let flow = Flow {
                    other,
                    is_sent,
                    rate,
                    origin,
                };
                guests.of_vm.entry(vm).or_default().push(flow);
            }
        }
        guests
    }

    /// The levels on a path; none, and an error found, where there is no path.
    fn path(
        &mut self,
        (from, to): (Node, Node),
        origin: Option<Span>,
        findings: &mut Vec<Diagnostic>,
    ) -> BTreeSet<Key> {
        if let Some(known) = self.paths.get(&(from, to)) {
            return known.clone();
        }
        let keys: BTreeSet<Key> = match self.network.between(from, to) {
            Ok(path) => Key::carried(self.dc, &path).collect(),
            Err(reason) => {
                let error = errors::no_path(self.dc, origin, (from, to), &reason, errors::GUESTS);
                findings.push(error);
                BTreeSet::new()
            }
        };
        self.paths.insert((from, to), keys.clone());
        keys
    }

    /// What an action changes that brings a VM from one server to another, starts it on one or stops it there.
    pub fn change(
        &mut self,
        vm: VmId,
        (from, to): (Option<ServerId>, Option<ServerId>),
        findings: &mut Vec<Diagnostic>,
    ) -> Change {
        let mut change = Change::default();
        for flow in self.of_vm.get(&vm).cloned().unwrap_or_default() {
            let mut keys = |server: Option<ServerId>| {
                let Some(server) = server.map(Node::Server) else {
                    return BTreeSet::new();
                };
                let ends = match flow.is_sent {
                    true => (server, flow.other),
                    false => (flow.other, server),
                };
                self.path(ends, flow.origin, findings)
            };
            let (old, new) = (keys(from), keys(to));
            let at_rate = |&key: &Key| (key, flow.rate);
            change.takes.extend(new.difference(&old).map(at_rate));
            change.gives.extend(old.difference(&new).map(at_rate));
            for &key in new.union(&old) {
                *change.meanwhile.entry(key).or_default() += flow.rate;
            }
        }
        change
    }

    /// bit/s on a level before anything happens.
    pub fn initial(&self, key: Key) -> u64 {
        self.initial.get(&key).copied().unwrap_or(0)
    }

    /// bit/s on a level that no migration ever has.
    pub fn standing(&self, key: Key) -> u64 {
        self.standing.get(&key).copied().unwrap_or(0)
    }

    /// bit/s on a level that a migration with such a change never has.
    pub fn kept_from(&self, key: Key, change: &Change) -> u64 {
        let own = change.meanwhile.get(&key).copied().unwrap_or(0);
        self.standing(key).saturating_add(own)
    }

    /// What all this comes to where the methods leave nothing open.
    pub fn loads(&self, methods: &[Method]) -> Loads {
        let carried = |&(key, rate): &(Key, u64)| Some((carrier(key)?, rate));
        let all = |known: &[(Key, u64)]| known.iter().filter_map(carried).collect::<Vec<_>>();
        let initial: Vec<(Key, u64)> = self
            .initial
            .iter()
            .map(|(&key, &rate)| (key, rate))
            .collect();
        let changes = methods.iter().zip(0..).filter_map(|(method, at)| {
            let change = &method.ways.first()?.guests;
            let changes = !(change.takes.is_empty() && change.gives.is_empty());
            changes.then(|| LoadChange {
                action: ActionId(at),
                comes: all(&change.takes),
                goes: all(&change.gives),
            })
        });
        Loads {
            initial: all(&initial),
            changes: changes.collect(),
        }
    }

    /// The rates that a migration could have beside what flows at the start, and beside all that ever flows at once, the higher one
    /// first, where its method begins with what it could have beside what always flows.
    pub fn lower_rates(&self, methods: &[Method]) -> Vec<(ActionId, Vec<u64>)> {
        if self.of_vm.is_empty() {
            return Vec::new();
        }
        let mut highest = self.initial.clone();
        for method in methods {
            let mut most: BTreeMap<Key, u64> = BTreeMap::new();
            for way in &method.ways {
                let mut sum: BTreeMap<Key, u64> = BTreeMap::new();
                for &(key, rate) in &way.guests.takes {
                    *sum.entry(key).or_default() += rate;
                }
                for (key, rate) in sum {
                    let most = most.entry(key).or_default();
                    *most = rate.max(*most);
                }
            }
            for (key, rate) in most {
                *highest.entry(key).or_default() += rate;
            }
        }
        let mut lower = Vec::new();
        for (at, method) in methods.iter().enumerate() {
            let (Some(way), Some(most)) = (method.only_way(), method.modes.first()) else {
                continue;
            };
            let Some(most) = most.rate else { continue };
            let beside = |flows: &dyn Fn(Key) -> u64| {
                let left = Key::carried(self.dc, &way.path).map(|key| {
                    let capacity = key.carries(self.dc).unwrap_or(u64::MAX);
                    capacity.saturating_sub(flows(key))
                });
                left.min().unwrap_or(0)
            };
            let comes = |key: Key| {
                let own = way.guests.takes.iter().filter(|(other, _)| *other == key);
                own.map(|(_, rate)| rate).sum::<u64>()
            };
            let first = beside(&|key| self.initial(key) + comes(key));
            let always = beside(&|key| highest.get(&key).copied().unwrap_or(0));
            let mut rates = vec![first, always];
            rates.retain(|&rate| 0 < rate && rate < most);
            rates.dedup();
            if !rates.is_empty() {
                lower.push((ActionId(at as u32), rates));
            }
        }
        lower
    }
}

fn carrier(key: Key) -> Option<Carrier> {
    match key {
        Key::Link(link, forward) => Some(Carrier::Link(link, forward)),
        Key::Switch(switch) => Some(Carrier::Switch(switch)),
        _ => None,
    }
}

/// Where an end is at the start; None: it does not run.
fn place(dc: &Datacenter, end: End) -> Option<Node> {
    match end {
        End::Vm(vm) => {
            let vm = &dc[vm];
            vm.running.then_some(Node::Server(vm.host.value))
        }
        End::Switch(switch) => Some(Node::Switch(switch)),
    }
}
