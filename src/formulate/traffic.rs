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
//! All this is linear as long as at most one end of a flow acts in the plan. Where both do, the path depends on where both are. Three
//! things are known then ([`known`]): where one has done all that it does before the other one starts, each sees the other where it is then,
//! and all is as before. Where both migrate in one `sync`, the flow counts where it may be meanwhile ([`together`]). Otherwise each link
//! is counted at one of the two ends ([`shared`]), which may be more than ever flows, but never less.

mod known;
mod loads;
mod shared;
#[cfg(test)]
mod tests;
mod together;

use std::collections::{BTreeMap, BTreeSet};

use super::errors;
use super::levels::Key;
use super::modes::Method;
use super::routes::Network;
use super::steps::Walk;
use crate::datacenter::{Datacenter, End, Node, ServerId, Traffic, VmId};
use crate::diag::Diagnostic;
use crate::formulation::ActionId;
use crate::request::{Request, Subject};
use crate::source::Span;
use known::{Known, Relation};
pub(super) use loads::Whereabouts;
use loads::carrier;
pub use loads::{Carrier, GuestPaths, LoadChange, Loads};
use shared::{Alike, Places, Shared, Users};
use together::{Paths, Together};

/// No plan looks at more pairs of switches for flows of which both ends act: that takes some seconds.
const MOST_PAIRS: usize = 1_000_000;

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
    /// Flows that are counted at one of their ends, and those of a `sync`.
    shared: Vec<Shared>,
    together: Vec<Together>,
    /// What flows between places use, looked at once.
    alike: Option<Alike>,
    users: BTreeMap<Places, Users>,
    /// Pairs of places that were looked at, and the lines of which more would have to be.
    pairs: usize,
    refused: BTreeSet<Option<Span>>,
    /// What each of the shared flows counts while one of its ends is at a server.
    known: BTreeMap<(usize, usize, ServerId), BTreeSet<Key>>,
    whereabouts: Whereabouts,
    /// For each level the first two VMs whose traffic counts there though it may not always flow.
    loose: BTreeMap<Key, [VmId; 2]>,
}

/// Traffic of a VM that acts.
#[derive(Debug, Clone, Copy)]
struct Flow {
    count: Count,
    /// Whether the VM receives it: 0 is the sender, 1 the receiver.
    end: usize,
    /// bit/s
    rate: u64,
    origin: Option<Span>,
}

/// How it is counted.
#[derive(Debug, Clone, Copy)]
enum Count {
    /// On the path from or to where the other end is meanwhile.
    Path(Node),
    /// Index into [`Guests::shared`].
    Shared(usize),
    /// Index into [`Guests::together`].
    Together(usize),
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
    /// The same, without what another migration of the same `sync` has as its own.
    own: BTreeMap<Key, u64>,
}

impl Change {
    /// What its VM has on a level, so that those of one `sync` can be summed.
    pub fn own(&self, key: Key) -> u64 {
        self.own.get(&key).copied().unwrap_or(0)
    }

    /// What comes on a level.
    pub fn comes(&self, key: Key) -> u64 {
        let own = self.takes.iter().filter(|(other, _)| *other == key);
        own.map(|(_, rate)| rate).sum()
    }
}

impl<'a> Guests<'a> {
    /// The traffic in a plan, with where VMs may be of which that was decided. An error is found where both ends of some may be at too many
    /// places.
    pub fn of(
        dc: &'a Datacenter,
        request: &Request,
        walk: &Walk,
        whereabouts: &Whereabouts,
        findings: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut guests = Guests {
            dc,
            network: Network::of_guests(dc),
            of_vm: BTreeMap::new(),
            paths: BTreeMap::new(),
            standing: BTreeMap::new(),
            initial: BTreeMap::new(),
            shared: Vec::new(),
            together: Vec::new(),
            alike: None,
            users: BTreeMap::new(),
            pairs: 0,
            refused: BTreeSet::new(),
            known: BTreeMap::new(),
            whereabouts: BTreeMap::new(),
            loose: BTreeMap::new(),
        };
        let acting = |end: End| match end {
            End::Vm(vm) => Some(vm).filter(|&vm| !walk.actions(Subject::Vm(vm)).is_empty()),
            End::Switch(_) => None,
        };
        let mut known = None;
        for traffic in &dc.traffic {
            let before = findings.len();
            let starts = [place(dc, traffic.from), place(dc, traffic.to)];
            match [acting(traffic.from), acting(traffic.to)] {
                [Some(from), Some(to)] => {
                    let known = known.get_or_insert_with(|| Known::of(dc, request, walk));
                    guests.both(traffic, [from, to], (starts, whereabouts), known, findings);
                    // One is enough of those that are alike.
                    findings.truncate(before + 1);
                }
                [None, None] => {
                    for key in guests.flowing(starts, traffic.origin, findings) {
                        *guests.initial.entry(key).or_default() += traffic.rate;
                        *guests.standing.entry(key).or_default() += traffic.rate;
                    }
                }
                acting => {
                    for (end, vm) in acting.into_iter().enumerate() {
                        if let Some(vm) = vm {
                            guests.seen(traffic, (vm, end), starts[1 - end]);
                        }
                    }
                    guests.begins(traffic, starts, findings);
                }
            }
        }
        guests
    }

    /// Traffic of a VM that acts while the other end is at a place, if it runs.
    fn seen(&mut self, traffic: &Traffic, (vm, end): (VmId, usize), other: Option<Node>) {
        if let Some(other) = other {
            self.count(traffic, (vm, end), Count::Path(other));
        }
    }

    fn count(&mut self, traffic: &Traffic, (vm, end): (VmId, usize), count: Count) {
        self.of_vm.entry(vm).or_default().push(Flow {
            count,
            end,
            rate: traffic.rate,
            origin: traffic.origin,
        });
    }

    /// Traffic flows from where its ends are at the start.
    fn begins(
        &mut self,
        traffic: &Traffic,
        starts: [Option<Node>; 2],
        findings: &mut Vec<Diagnostic>,
    ) {
        for key in self.flowing(starts, traffic.origin, findings) {
            *self.initial.entry(key).or_default() += traffic.rate;
        }
    }

    /// The levels on the path between two ends, if both run.
    fn flowing(
        &mut self,
        ends: [Option<Node>; 2],
        origin: Option<Span>,
        findings: &mut Vec<Diagnostic>,
    ) -> BTreeSet<Key> {
        match ends {
            [Some(from), Some(to)] => self.path((from, to), origin, findings),
            _ => BTreeSet::new(),
        }
    }

    /// Traffic of which both ends act.
    fn both(
        &mut self,
        traffic: &Traffic,
        vms: [VmId; 2],
        (starts, whereabouts): ([Option<Node>; 2], &Whereabouts),
        known: &mut Known,
        findings: &mut Vec<Diagnostic>,
    ) {
        let [from, to] = vms;
        let server = |there: Option<ServerId>| there.map(Node::Server);
        match known.relation(from, to) {
            Relation::Before(there) => {
                self.seen(traffic, (from, 0), starts[1]);
                self.seen(traffic, (to, 1), server(there));
                self.begins(traffic, starts, findings);
            }
            Relation::After(there) => {
                self.seen(traffic, (from, 0), server(there));
                self.seen(traffic, (to, 1), starts[0]);
                self.begins(traffic, starts, findings);
            }
            relation @ (Relation::Starts | Relation::Ends) => {
                let ends = vms.map(|vm| server(known.places(vm).last().copied().flatten()));
                let mut path = |from, to| self.flowing([from, to], traffic.origin, findings);
                let paths = Paths {
                    before: path(starts[0], starts[1]),
                    sender_first: path(ends[0], starts[1]),
                    receiver_first: path(starts[0], ends[1]),
                    after: path(ends[0], ends[1]),
                };
                let together = Together::of(&paths, relation == Relation::Ends);
                for &key in &together.initial {
                    *self.initial.entry(key).or_default() += traffic.rate;
                }
                let at = self.together.len();
                self.together.push(together);
                for (end, vm) in vms.into_iter().enumerate() {
                    self.count(traffic, (vm, end), Count::Together(at));
                }
            }
            Relation::Open => {
                let places = vms.map(|vm| {
                    let known = || known.places(vm);
                    whereabouts.get(&vm).cloned().unwrap_or_else(known)
                });
                let Some(shared) = self.share(traffic, (starts, &places), findings) else {
                    // One line may stand for many pairs.
                    if self.refused.insert(traffic.origin) {
                        let (dc, origin) = (self.dc, traffic.origin);
                        findings.push(errors::too_many_places(dc, origin, vms, MOST_PAIRS));
                    }
                    return;
                };
                let at = self.shared.len();
                for key in shared.keys() {
                    self.loose.entry(key).or_insert(vms);
                }
                self.shared.push(shared);
                for (end, vm) in vms.into_iter().enumerate() {
                    if let Some(Node::Server(start)) = starts[end] {
                        for key in self.counted(at, end, start, traffic.origin, findings) {
                            *self.initial.entry(key).or_default() += traffic.rate;
                        }
                    }
                    self.count(traffic, (vm, end), Count::Shared(at));
                }
                self.whereabouts.extend(vms.into_iter().zip(places));
            }
        }
    }

    /// Gives what a flow uses to one of its ends each, where both may be at so many places; None: at too many.
    fn share(
        &mut self,
        traffic: &Traffic,
        (starts, places): ([Option<Node>; 2], &[Vec<Option<ServerId>>; 2]),
        findings: &mut Vec<Diagnostic>,
    ) -> Option<Shared> {
        let network = &self.network;
        let alike = self.alike.get_or_insert_with(|| Alike::of(network.alike()));
        let first = |place: &Option<ServerId>| place.map(|server| alike.first(server));
        let firsts = places.each_ref().map(|of| of.iter().map(first).collect());
        let firsts: Places = firsts;
        let at_start = starts.map(|start| match start {
            Some(Node::Server(server)) => Some(alike.first(server)),
            _ => None,
        });
        if !self.users.contains_key(&firsts) {
            self.pairs += firsts[0].len() * firsts[1].len();
            if self.pairs > MOST_PAIRS {
                return None;
            }
            let mut pairs = Vec::new();
            for &from in firsts[0].iter().flatten() {
                let others = firsts[1].iter().flatten();
                let others = others.filter_map(|&to| Some((to, alike.beside(from, to)?)));
                pairs.extend(others.map(|(like, to)| (from, like, to)));
            }
            let mut users = Users::new();
            for (from, like, to) in pairs {
                let ends = (Node::Server(from), Node::Server(to));
                for key in self.path(ends, traffic.origin, findings) {
                    if !shared::is_access(self.dc, key) {
                        let [senders, receivers] = users.entry(key).or_default();
                        senders.insert(from);
                        receivers.insert(like);
                    }
                }
            }
            self.users.insert(firsts.clone(), users);
        }
        let carrying = self.flowing(starts, traffic.origin, findings);
        let users = self.users.get(&firsts)?;
        Some(Shared::of(firsts, users, at_start, &carrying))
    }

    /// What a shared flow counts while one of its ends is at a server.
    fn counted(
        &mut self,
        at: usize,
        end: usize,
        server: ServerId,
        origin: Option<Span>,
        findings: &mut Vec<Diagnostic>,
    ) -> BTreeSet<Key> {
        if let Some(known) = self.known.get(&(at, end, server)) {
            return known.clone();
        }
        let (shared, alike) = (&self.shared[at], self.alike.as_ref());
        let like = alike.map_or(server, |alike| alike.first(server));
        let mut keys: BTreeSet<Key> = shared.trunks(end, like).collect();
        let others = shared.places[1 - end].iter().flatten();
        let others = others.filter_map(|&other| alike?.beside(server, other));
        let mut own = BTreeSet::new();
        for other in others.collect::<Vec<_>>() {
            if own.len() == self.network.links(server) {
                break;
            }
            let (here, there) = (Node::Server(server), Node::Server(other));
            let ends = if end == 0 {
                (here, there)
            } else {
                (there, here)
            };
            let path = self.path(ends, origin, findings).into_iter();
            own.extend(path.filter(|&key| shared::is_own(self.dc, key, server)));
        }
        keys.extend(own);
        self.known.insert((at, end, server), keys.clone());
        keys
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
            let (takes, gives, meanwhile) = match flow.count {
                Count::Together(at) => {
                    let together = &self.together[at];
                    let (takes, gives) = (&together.takes[flow.end], &together.gives[flow.end]);
                    (takes.clone(), gives.clone(), together.all.clone())
                }
                _ => {
                    let (old, new) = (self.at(flow, from, findings), self.at(flow, to, findings));
                    let takes = new.difference(&old).copied().collect();
                    let gives = old.difference(&new).copied().collect();
                    (takes, gives, new.union(&old).copied().collect())
                }
            };
            let at_rate = |key: Key| (key, flow.rate);
            change.takes.extend(takes.into_iter().map(at_rate));
            change.gives.extend(gives.into_iter().map(at_rate));
            let is_others = matches!(flow.count, Count::Together(_)) && flow.end == 1;
            for key in meanwhile {
                *change.meanwhile.entry(key).or_default() += flow.rate;
                if !is_others {
                    *change.own.entry(key).or_default() += flow.rate;
                }
            }
        }
        change
    }

    /// What a flow counts while its VM is at a server.
    fn at(
        &mut self,
        flow: Flow,
        server: Option<ServerId>,
        findings: &mut Vec<Diagnostic>,
    ) -> BTreeSet<Key> {
        let Some(server) = server else {
            return BTreeSet::new();
        };
        match flow.count {
            Count::Path(other) => {
                let server = Node::Server(server);
                let ends = if flow.end == 0 {
                    (server, other)
                } else {
                    (other, server)
                };
                self.path(ends, flow.origin, findings)
            }
            Count::Shared(at) => self.counted(at, flow.end, server, flow.origin, findings),
            Count::Together(_) => BTreeSet::new(),
        }
    }

    /// bit/s on a level before anything happens.
    pub fn initial(&self, key: Key) -> u64 {
        self.initial.get(&key).copied().unwrap_or(0)
    }

    /// The first two VMs whose traffic counts on a level though it may not always flow.
    pub fn loose(&self, key: Key) -> Option<[VmId; 2]> {
        self.loose.get(&key).copied()
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
            loose: self
                .loose
                .iter()
                .filter_map(|(&key, &vms)| Some((carrier(key)?, vms)))
                .collect(),
            whereabouts: self.whereabouts.clone(),
        }
    }

    /// All that ever flows at once, at most.
    pub fn highest(&self, methods: &[Method]) -> BTreeMap<Key, u64> {
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
        highest
    }

    /// The rates that a migration could have beside what flows at the start, and beside all that ever flows at once, the higher one
    /// first, where its method begins with what it could have beside what always flows.
    pub fn lower_rates(&self, methods: &[Method]) -> Vec<(ActionId, Vec<u64>)> {
        if self.of_vm.is_empty() {
            return Vec::new();
        }
        let highest = self.highest(methods);
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
            let first = beside(&|key| self.initial(key) + way.guests.comes(key));
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
