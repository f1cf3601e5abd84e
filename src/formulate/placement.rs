//! Where VMs may be: what rules permit, and the rules that are levels.
//!
//! A rule about places is a level that modes take from: which place a VM chooses is in its mode. Two kinds limit
//! what is there at one moment (`spread`, `lonely`, `reserve`, counts); `gather` limits what is chosen in all, by
//! levels of which nothing is given back.

use std::collections::{BTreeMap, BTreeSet};

use super::errors;
use super::levels::{Key, Levels};
use super::modes::{Method, Way};
use super::scopes::RuleAt;
use super::steps::Walk;
use crate::datacenter::{Datacenter, Node, ServerId, Stock, SwitchKind, VmId};
use crate::diag::Diagnostic;
use crate::formulation::ActionId;
use crate::request::{GoalKind, Request, RuleKind, Shared, Subject, Task};

/// Where rules let VMs be, and which of them they let move.
#[derive(Default)]
pub(super) struct Permits {
    /// For each VM the rules that keep it on servers, or off them.
    kept: BTreeMap<VmId, Vec<RuleAt>>,
    pinned: BTreeMap<VmId, RuleAt>,
    /// The servers of each rule, and whether it keeps VMs off them.
    servers: BTreeMap<RuleAt, (BTreeSet<ServerId>, bool)>,
}

impl Permits {
    pub fn of(request: &Request) -> Self {
        let mut permits = Permits::default();
        for (at, rule) in request.rules.iter().enumerate() {
            match &rule.kind {
                RuleKind::Keep {
                    vms,
                    servers,
                    is_off,
                } => {
                    let servers = servers.iter().copied().collect();
                    permits.servers.insert(at, (servers, *is_off));
                    for &vm in vms {
                        permits.kept.entry(vm).or_default().push(at);
                    }
                }
                RuleKind::Pin { vms } => permits.pinned.extend(vms.iter().map(|&vm| (vm, at))),
                _ => {}
            }
        }
        permits
    }

    /// The rule that keeps a VM from a server, if any does.
    pub fn forbids(&self, vm: VmId, server: ServerId) -> Option<RuleAt> {
        let rules = self.kept.get(&vm)?.iter().copied();
        let mut forbidding = rules.filter(|rule| {
            let (servers, is_off) = &self.servers[rule];
            servers.contains(&server) == *is_off
        });
        forbidding.next()
    }

    /// The rule that keeps a VM from moving, if any does.
    pub fn pins(&self, vm: VmId) -> Option<RuleAt> {
        self.pinned.get(&vm).copied()
    }

    /// VMs that rules say something of, in order.
    pub fn kept(&self) -> impl Iterator<Item = VmId> {
        self.kept.keys().copied()
    }
}

/// The server itself, or the rack or site that it stands in; the server where it stands in none.
pub(super) fn shared(dc: &Datacenter, over: Shared, server: ServerId) -> Node {
    let wanted = match over {
        Shared::Server => return Node::Server(server),
        Shared::Rack => SwitchKind::Rack,
        Shared::Site => SwitchKind::Site,
    };
    let mut at = dc[server].parent;
    while let Some(switch) = at {
        if dc[switch].kind == wanted {
            return Node::Switch(switch);
        }
        at = dc[switch].parent;
    }
    Node::Server(server)
}

/// Finds choices among servers that draw differently for a VM, where energy is a goal.
pub(super) fn check_energy(
    dc: &Datacenter,
    request: &Request,
    walk: &Walk,
    methods: &[Method],
    findings: &mut Vec<Diagnostic>,
) {
    let goal = request
        .goals
        .iter()
        .find(|goal| goal.kind == GoalKind::Energy);
    let Some(goal) = goal else { return };
    for rule in &request.rules {
        if let RuleKind::Any {
            count,
            servers,
            is_shutdown: true,
            chosen: None,
        } = &rule.kind
        {
            if count.is_none() {
                findings.push(errors::energy_of_any_number(goal.origin, rule));
                return;
            }
            let first = servers.first().copied();
            let differs = |&&server: &&ServerId| {
                first.is_some_and(|first| dc[server].power != dc[first].power)
            };
            if let (Some(first), Some(&other)) = (first, servers.iter().find(differs)) {
                let pair = (first, other);
                findings.push(errors::energy_of_shutdown(dc, goal.origin, rule, pair));
                return;
            }
        }
    }
    for (deed, method) in walk.deeds.iter().zip(methods) {
        let places = method.ways.iter().flat_map(|way| [Some(way.from), way.to]);
        let places: Vec<ServerId> = match deed.open.is_empty() {
            true => continue,
            false => places.flatten().collect(),
        };
        let differs = |&&server: &&ServerId| dc[server].hosting != dc[places[0]].hosting;
        if let Some(&other) = places.iter().find(differs) {
            let pair = (places[0], other);
            findings.push(errors::energy_of_choice(dc, goal.origin, deed, pair));
            return;
        }
    }
}

/// A mode of an action.
pub(super) type Chosen = (ActionId, usize);

/// Where a VM is in the end, and the mode that takes it there, if it moves.
pub(super) type Ending = (Option<Chosen>, ServerId);

/// Finds choices for which there is too little memory, or of another stock, in all, wherever each VM goes.
pub(super) fn check_room(
    dc: &Datacenter,
    request: &Request,
    walk: &Walk,
    methods: &[Method],
    findings: &mut Vec<Diagnostic>,
) {
    let finally: Vec<(VmId, ActionId)> = walk
        .of_vm
        .keys()
        .filter_map(|&vm| Some((vm, walk.migrations(vm).last()?)))
        .collect();
    // VMs that choose among the same servers, and what is on each server in any case.
    let mut choosing: BTreeMap<Vec<ServerId>, Vec<(VmId, ActionId)>> = BTreeMap::new();
    let mut settled: BTreeMap<ServerId, Vec<VmId>> = BTreeMap::new();
    let chooses: BTreeMap<VmId, ActionId> = finally
        .into_iter()
        .filter(|(_, action)| methods[action.0 as usize].only_way().is_none())
        .collect();
    for (id, running) in (0..).map(VmId).zip(&walk.running) {
        if !*running {
            continue;
        }
        match chooses.get(&id) {
            None => settled
                .entry(walk.host[id.0 as usize])
                .or_default()
                .push(id),
            Some(&action) => {
                let ways = methods[action.0 as usize].ways.iter();
                let mut places: Vec<ServerId> = ways.filter_map(|way| way.to).collect();
                places.sort_unstable();
                places.dedup();
                choosing.entry(places).or_default().push((id, action));
            }
        }
    }
    for (places, vms) in &choosing {
        for stock in dc.stocks() {
            let needs = |vm: VmId| i128::from(dc[vm].takes_of(stock));
            let free = |&server: &ServerId| -> Option<i128> {
                let there = settled.get(&server).into_iter().flatten();
                let taken: i128 = there.map(|&vm| needs(vm)).sum();
                let has = request.gives(dc, server, stock)?;
                Some((i128::from(has.value) - taken).max(0))
            };
            let free: Option<Vec<i128>> = places.iter().map(free).collect();
            let needed: i128 = vms.iter().map(|&(vm, _)| needs(vm)).sum();
            let Some(free) = free else { continue };
            let free: i128 = free.iter().sum();
            if needed > free {
                let origin = walk.deeds[vms[0].1.0 as usize].origin;
                let vms: Vec<VmId> = vms.iter().map(|&(vm, _)| vm).collect();
                let finding =
                    errors::no_room_anywhere(dc, origin, &vms, places, stock, (needed, free));
                findings.push(finding);
            }
        }
    }
}

impl Levels<'_> {
    /// The levels of a rule about places.
    pub(super) fn place(&mut self, rule: RuleAt, kind: &RuleKind) {
        match kind {
            RuleKind::Spread { vms, over } => self.spread(rule, vms, *over),
            RuleKind::Gather { vms } => self.gather(rule, vms),
            RuleKind::Lonely { vms } => self.lonely(rule, vms),
            RuleKind::Reserve { count, servers } => self.reserve(rule, *count, servers),
            RuleKind::AtMostVms { servers, .. } => self.count_vms(rule, servers),
            RuleKind::AtMostOff { servers, .. } => self.count_off(rule, servers),
            RuleKind::Any {
                count,
                servers,
                is_shutdown,
                chosen: None,
            } => match is_shutdown {
                true => {
                    self.vacate(rule, servers);
                    self.choose(rule, *count, servers);
                }
                false => self.count_ends(rule, servers),
            },
            _ => {}
        }
    }

    /// For each mode of a VM's actions: where it arrives at the start, and where it leaves at the end.
    fn stays(&self, vm: VmId) -> Vec<(ActionId, usize, Option<ServerId>, Option<ServerId>)> {
        let actions = self.walk().actions(Subject::Vm(vm)).iter();
        let each = actions.flat_map(|&action| {
            let task = self.walk().deeds[action.0 as usize].task;
            self.ways(action).map(move |(mode, _, way)| {
                let (arrives, leaves) = ends(task, way);
                (action, mode, arrives, leaves)
            })
        });
        each.collect()
    }

    fn running(&self) -> Vec<VmId> {
        let all = (0..).map(VmId).zip(&self.dc().vms);
        all.filter(|(_, vm)| vm.running).map(|(id, _)| id).collect()
    }

    /// VMs that have an action, or run.
    fn present(&self) -> Vec<VmId> {
        let acting = self.walk().of_vm.keys().copied();
        let all: BTreeSet<VmId> = acting.chain(self.running()).collect();
        all.into_iter().collect()
    }

    /// One of the VMs at each place. Where the inventory has several, they leave one by one: a newcomer then takes as much
    /// as all of them, and of those that were there at most one is there in the end.
    fn spread(&mut self, rule: RuleAt, vms: &[VmId], over: Shared) {
        let dc = self.dc();
        let place = |server: ServerId| shared(dc, over, server);
        let mut first: BTreeMap<Node, Vec<VmId>> = BTreeMap::new();
        for &vm in vms {
            let there = first.entry(place(dc[vm].host.value)).or_default();
            there.push(vm);
        }
        let weight = |node: Node| first.get(&node).map_or(1, |vms| vms.len().max(1) as u64);
        for &vm in vms {
            let home = place(dc[vm].host.value);
            for (action, mode, arrives, leaves) in self.stays(vm) {
                let (arrives, leaves) = (arrives.map(place), leaves.map(place));
                if arrives == leaves {
                    continue;
                }
                if let Some(to) = arrives {
                    let effect = (weight(to), 0);
                    self.change_in(Key::Spread(rule, to), action, mode, effect);
                }
                if let Some(from) = leaves {
                    // Where it is from the start it holds one part of what is held there.
                    let held = if from == home { 1 } else { weight(from) };
                    self.change_in(Key::Spread(rule, from), action, mode, (0, held));
                }
            }
        }
        for (&node, there) in &first {
            let level = self.table.entry(Key::Spread(rule, node)).or_default();
            level.initial = there.len() as i128;
            let moves = |vm: &&VmId| self.walk().migrations(**vm).next().is_some();
            let staying = there.iter().filter(|vm| !moves(vm)).count();
            if there.len() < 2 || staying > 1 {
                continue;
            }
            let level = self.table.entry(Key::Spread(rule, node)).or_default();
            level.capacity = vec![(0, there.len() as i128)];
            self.mend(rule, node, (there, staying), &place);
        }
    }

    /// At most one of the VMs that are at a place from the start is there in the end.
    fn mend(
        &mut self,
        rule: RuleAt,
        node: Node,
        (there, staying): (&[VmId], usize),
        place: &dyn Fn(ServerId) -> Node,
    ) {
        let key = Key::Mended(rule, node);
        for &vm in there {
            for (chosen, server) in self.last_places(vm) {
                if let Some((action, mode)) = chosen
                    && place(server) == node
                {
                    self.change_in(key, action, mode, (1, 0));
                }
            }
        }
        let level = self.table.entry(key).or_default();
        level.initial = staying as i128;
        level.capacity = vec![(0, 1)];
    }

    /// The place that the first VM ends at has a number `k` of `n`: it takes `k` of a level of `n` and `n - k` of another
    /// one, and each of the others takes the opposite of both. So the numbers are equal.
    fn gather(&mut self, rule: RuleAt, vms: &[VmId]) {
        let ends: Vec<Vec<Ending>> = vms.iter().map(|&vm| self.last_places(vm)).collect();
        let places: BTreeSet<ServerId> = ends.iter().flatten().map(|&(_, server)| server).collect();
        let number: BTreeMap<ServerId, u64> = places.iter().copied().zip(1..).collect();
        let most = places.len() as u64;
        for (pair, ends_of_other) in ends.iter().skip(1).enumerate() {
            for is_first in [true, false] {
                let members = [(&ends[0], is_first), (ends_of_other, !is_first)];
                let key = Key::Gather(rule, pair as u32, is_first);
                self.table.entry(key).or_default().capacity = vec![(0, most.into())];
                for (ends, counts_up) in members {
                    for &(chosen, server) in ends {
                        let k = number[&server];
                        let take = if counts_up { k } else { most - k };
                        match chosen {
                            Some((action, mode)) => self.change_in(key, action, mode, (take, 0)),
                            None => {
                                let level = self.table.entry(key).or_default();
                                level.initial += i128::from(take);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Where a VM is in the end, in each mode of its last migration; where it is anyway if it has none.
    pub(super) fn last_places(&self, vm: VmId) -> Vec<Ending> {
        let Some(last) = self.walk().migrations(vm).last() else {
            return vec![(None, self.dc()[vm].host.value)];
        };
        let ways = self.ways(last);
        ways.filter_map(|(mode, _, way)| Some((Some((last, mode)), way.to?)))
            .collect()
    }

    /// On each server one of these VMs takes as much as all others together that may be there.
    fn lonely(&mut self, rule: RuleAt, vms: &[VmId]) {
        let lonely: BTreeSet<VmId> = vms.iter().copied().collect();
        let present = self.present();
        let stays: BTreeMap<VmId, _> = present.iter().map(|&vm| (vm, self.stays(vm))).collect();
        let dc = self.dc();
        let is_at = |vm: VmId, server: ServerId| dc[vm].running && dc[vm].host.value == server;
        let mut others_at: BTreeMap<ServerId, Vec<(ActionId, usize, bool)>> = BTreeMap::new();
        let mut initially: BTreeMap<ServerId, u64> = BTreeMap::new();
        for (&vm, stays) in stays.iter().filter(|(vm, _)| !lonely.contains(vm)) {
            if dc[vm].running {
                *initially.entry(dc[vm].host.value).or_default() += 1;
            }
            for &(action, mode, arrives, leaves) in stays {
                let arrives = arrives.map(|server| (server, true));
                let leaves = leaves.map(|server| (server, false));
                for (server, comes) in [arrives, leaves].into_iter().flatten() {
                    let at = others_at.entry(server).or_default();
                    at.push((action, mode, comes));
                }
            }
        }
        for (&vm, own) in stays.iter().filter(|(vm, _)| lonely.contains(vm)) {
            let arriving = own.iter().filter_map(|&(_, _, arrives, _)| arrives);
            let host = dc[vm].running.then_some(dc[vm].host.value);
            let servers: BTreeSet<ServerId> = arriving.chain(host).collect();
            for server in servers {
                let key = Key::Lonely(rule, vm, server);
                let others = others_at.get(&server).map_or(&[][..], Vec::as_slice);
                let there = initially.get(&server).copied().unwrap_or(0);
                let coming = others.iter().filter(|(_, _, comes)| *comes);
                let coming: BTreeSet<ActionId> = coming.map(|&(action, ..)| action).collect();
                let most = there + coming.len() as u64;
                if most == 0 {
                    continue;
                }
                for &(action, mode, arrives, leaves) in own {
                    if arrives == Some(server) {
                        self.change_in(key, action, mode, (most, 0));
                    }
                    if leaves == Some(server) {
                        self.change_in(key, action, mode, (0, most));
                    }
                }
                for &(action, mode, comes) in others {
                    let effect = if comes { (1, 0) } else { (0, 1) };
                    self.change_in(key, action, mode, effect);
                }
                let level = self.table.entry(key).or_default();
                let own = if is_at(vm, server) { most } else { 0 };
                level.initial = i128::from(there + own);
                level.capacity = vec![(0, most.into())];
            }
        }
    }

    fn reserve(&mut self, rule: RuleAt, count: u32, servers: &[ServerId]) {
        let (dc, key) = (self.dc(), Key::Reserve(rule));
        let own: BTreeSet<ServerId> = servers.iter().copied().collect();
        let request = self.request();
        let size = |server: ServerId| {
            let memory = request.gives(dc, server, Stock::Memory);
            memory.map_or(0, |memory| memory.value)
        };
        let mut initial: i128 = 0;
        for vm in self.present() {
            let memory = dc[vm].memory.value;
            if dc[vm].running && own.contains(&dc[vm].host.value) {
                initial += i128::from(memory);
            }
            for (action, mode, arrives, leaves) in self.stays(vm) {
                if arrives.is_some_and(|server| own.contains(&server)) {
                    self.change_in(key, action, mode, (memory, 0));
                }
                if leaves.is_some_and(|server| own.contains(&server)) {
                    self.change_in(key, action, mode, (0, memory));
                }
            }
        }
        let mut sizes: Vec<u64> = own.iter().map(|&server| size(server)).collect();
        sizes.sort_unstable();
        let kept = sizes.len().saturating_sub(count as usize);
        let capacity: i128 = sizes[..kept].iter().map(|&size| i128::from(size)).sum();
        for &server in &own {
            if !dc[server].on {
                initial += i128::from(size(server));
            }
            for action in self.walk().actions(Subject::Own(server)).to_vec() {
                match self.walk().deeds[action.0 as usize].task {
                    Task::Boot(_) => self.change(key, action, 0, size(server)),
                    Task::Shutdown(_) => self.change_moving(key, action, size(server), 0),
                    _ => {}
                }
            }
        }
        let level = self.table.entry(key).or_default();
        level.initial = initial;
        level.capacity = vec![(0, capacity)];
    }

    fn count_vms(&mut self, rule: RuleAt, servers: &[ServerId]) {
        let (dc, key) = (self.dc(), Key::Vms(rule));
        let own: BTreeSet<ServerId> = servers.iter().copied().collect();
        for vm in self.present() {
            for (action, mode, arrives, leaves) in self.stays(vm) {
                let arrives = arrives.is_some_and(|server| own.contains(&server));
                let leaves = leaves.is_some_and(|server| own.contains(&server));
                match (arrives, leaves) {
                    (true, false) => self.change_in(key, action, mode, (1, 0)),
                    (false, true) => self.change_in(key, action, mode, (0, 1)),
                    _ => {}
                }
            }
        }
        let there = |vm: &&VmId| own.contains(&dc[**vm].host.value);
        let initial = self.running().iter().filter(there).count();
        self.table.entry(key).or_default().initial = initial as i128;
    }

    /// What VMs take on each of the servers; whatever takes all of it needs a server without any.
    fn vacate(&mut self, rule: RuleAt, servers: &[ServerId]) {
        let dc = self.dc();
        let own: BTreeSet<ServerId> = servers.iter().copied().collect();
        for vm in self.present() {
            for (action, mode, arrives, leaves) in self.stays(vm) {
                if let Some(to) = arrives.filter(|server| own.contains(server)) {
                    let effect = (self.share(vm, to), 0);
                    self.change_in(Key::Vacant(rule, to), action, mode, effect);
                }
                if let Some(from) = leaves.filter(|server| own.contains(server)) {
                    let effect = (0, self.share(vm, from));
                    self.change_in(Key::Vacant(rule, from), action, mode, effect);
                }
            }
        }
        for vm in self.running() {
            let host = dc[vm].host.value;
            if own.contains(&host) {
                let share = self.share(vm, host);
                let level = self.table.entry(Key::Vacant(rule, host)).or_default();
                level.initial += i128::from(share);
            }
        }
        self.room_for_all(rule, &own);
    }

    /// What VMs take of each of the servers when the plan has ended.
    fn count_ends(&mut self, rule: RuleAt, servers: &[ServerId]) {
        let own: BTreeSet<ServerId> = servers.iter().copied().collect();
        let running = self.walk().running.iter();
        let running: Vec<VmId> = (0..)
            .map(VmId)
            .zip(running)
            .filter(|(_, on)| **on)
            .map(|(vm, _)| vm)
            .collect();
        for vm in running {
            for (chosen, server) in self.last_places(vm) {
                if !own.contains(&server) {
                    continue;
                }
                let (key, share) = (Key::Vacant(rule, server), self.share(vm, server));
                match chosen {
                    Some((action, mode)) => self.change_in(key, action, mode, (share, 0)),
                    None => {
                        let level = self.table.entry(key).or_default();
                        level.initial += i128::from(share);
                    }
                }
            }
        }
        self.room_for_all(rule, &own);
    }

    /// What a VM takes of a server: of its memory, since then halves of several servers are not free together (the relaxation knows
    /// no better); where that is not limited each counts as one.
    fn share(&self, vm: VmId, server: ServerId) -> u64 {
        let dc = self.dc();
        let memory = self.request().gives(dc, server, Stock::Memory);
        memory.map_or(1, |_| dc[vm].memory.value.max(1))
    }

    /// The levels of a server's VMs have room for all that may be there at once.
    fn room_for_all(&mut self, rule: RuleAt, servers: &BTreeSet<ServerId>) {
        let (dc, request) = (self.dc(), self.request());
        for &server in servers {
            let level = self.table.entry(Key::Vacant(rule, server)).or_default();
            // A server without VMs is vacant whatever is done.
            let highest = level.highest().max(1);
            let most = request
                .gives(dc, server, Stock::Memory)
                .map_or(highest, |memory| {
                    highest.min(level.initial.max(memory.value.into()))
                });
            level.capacity = vec![(0, most.max(1))];
        }
    }

    /// Whether each of the servers is shut down: so many are, once nobody is on them, and all others are not.
    fn choose(&mut self, rule: RuleAt, count: Option<u32>, servers: &[ServerId]) {
        for &server in servers {
            let own = self.walk().actions(Subject::Own(server)).to_vec();
            for action in own {
                let Some((last, ..)) = self.ways(action).find(|(_, _, way)| way.stays()) else {
                    continue;
                };
                let vacant = Key::Vacant(rule, server);
                let most = self.table[&vacant].capacity[0].1 as u64;
                self.change_moving(vacant, action, most, 0);
                if count.is_some() {
                    self.change_moving(Key::Chosen(rule, true), action, 1, 0);
                    self.change_in(Key::Chosen(rule, false), action, last, (1, 0));
                }
            }
        }
        let Some(count) = count else { return };
        let others = servers.len() as i128 - i128::from(count);
        for (is_chosen, most) in [(true, i128::from(count)), (false, others)] {
            let level = self.table.entry(Key::Chosen(rule, is_chosen)).or_default();
            level.capacity = vec![(0, most)];
        }
    }

    fn count_off(&mut self, rule: RuleAt, servers: &[ServerId]) {
        let (dc, key) = (self.dc(), Key::Off(rule));
        let own: BTreeSet<ServerId> = servers.iter().copied().collect();
        for &server in &own {
            for action in self.walk().actions(Subject::Own(server)).to_vec() {
                match self.walk().deeds[action.0 as usize].task {
                    Task::Boot(_) => self.change(key, action, 0, 1),
                    Task::Shutdown(_) => self.change_moving(key, action, 1, 0),
                    _ => {}
                }
            }
        }
        let initial = own.iter().filter(|&&server| !dc[server].on).count();
        self.table.entry(key).or_default().initial = initial as i128;
    }
}

/// Where a VM occupies something from the start on, and where it does so until the end.
pub(super) fn ends(task: Task, way: &Way) -> (Option<ServerId>, Option<ServerId>) {
    match task {
        Task::Migrate { .. } if way.stays() => (None, None),
        Task::Migrate { .. } => (way.to, Some(way.from)),
        Task::Start(_) => (Some(way.from), None),
        Task::Stop(_) => (None, Some(way.from)),
        _ => (None, None),
    }
}
