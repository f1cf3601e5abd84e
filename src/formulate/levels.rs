//! Resources: what each action does to every level, and which of the levels can bind at all.

use std::collections::BTreeMap;

use super::modes::Mode;
use super::places::{self, Flow};
use super::routes;
use super::scopes::{RuleAt, Scopes};
use super::steps::{Deed, Walk};
use super::words;
use crate::datacenter::{Datacenter, LinkId, Node, ServerId, SwitchId, VmId};
use crate::formulation::{ActionId, Seconds, UNLIMITED, Unit};
use crate::request::{Period, Request, Rule, RuleKind, Subject, Task};
use crate::source::Span;

/// A level, by what it measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A link, forward or not.
    Link(LinkId, bool),
    /// All traffic of a switch with a capacity.
    Switch(SwitchId),
    Memory(ServerId),
    Cpu(ServerId),
    /// The power that a `budget` limits.
    Power(RuleAt),
    /// The migrations that an `at most` counts.
    Migrations(RuleAt),
    /// The servers that an `at most` counts.
    On(RuleAt),
    /// The traffic that a `limit` limits, at one node.
    Limit(RuleAt, Node, Flow),
    /// The actions of a `seq`.
    Seq(RuleAt),
    /// The members of a `spread` on one server.
    Spread(RuleAt, ServerId),
}

/// What one action does to a level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub action: ActionId,
    pub take: i128,
    pub give: i128,
}

/// A level and everything that moves it.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    pub initial: i128,
    /// `(from, capacity)`, ordered, the first at 0.
    pub capacity: Vec<(Seconds, i128)>,
    /// One for each action, in order.
    pub changes: Vec<Change>,
}

impl Level {
    /// Whether the level could ever be above a capacity.
    pub fn can_bind(&self) -> bool {
        let highest = self.initial + self.changes.iter().map(|change| change.take).sum::<i128>();
        self.capacity
            .iter()
            .any(|&(_, capacity)| highest > capacity)
    }
}

/// All levels that actions touch.
pub(super) struct Levels<'a> {
    dc: &'a Datacenter,
    request: &'a Request,
    walk: &'a Walk,
    pub table: BTreeMap<Key, Level>,
}

impl<'a> Levels<'a> {
    /// Everything that the actions do to links, switches, servers and rules.
    pub fn of(dc: &'a Datacenter, request: &'a Request, walk: &'a Walk, modes: &[Mode]) -> Self {
        let mut levels = Levels {
            dc,
            request,
            walk,
            table: BTreeMap::new(),
        };
        let scopes = Scopes::of(request);
        for (at, (deed, mode)) in walk.deeds.iter().zip(modes).enumerate() {
            let action = ActionId(at as u32);
            levels.network(action, mode, &scopes);
            levels.hosts(action, deed);
            levels.power(action, deed, mode, &scopes);
            levels.counts(action, deed, &scopes);
        }
        levels.subjects();
        levels.initial_levels();
        levels.capacities();
        levels
    }

    /// The datacenter that the levels are of.
    pub fn dc(&self) -> &'a Datacenter {
        self.dc
    }

    /// A rule of the request.
    pub fn rule(&self, at: RuleAt) -> &'a Rule {
        &self.request.rules[at]
    }

    /// Where a level's limit is written.
    pub fn span(&self, described: &Described) -> Option<Span> {
        match described.origin {
            Origin::Rule(at) => self.rule(at).origin,
            Origin::Capacity(span) => span,
        }
    }

    fn change(&mut self, key: Key, action: ActionId, take: u64, give: u64) {
        let (take, give) = (i128::from(take), i128::from(give));
        if take == 0 && give == 0 {
            return;
        }
        let changes = &mut self.table.entry(key).or_default().changes;
        match changes.last_mut() {
            Some(last) if last.action == action => {
                last.take += take;
                last.give += give;
            }
            _ => changes.push(Change { action, take, give }),
        }
    }

    /// A rate is held on each link in its direction, on each switch, and at each limited place.
    fn network(&mut self, action: ActionId, mode: &Mode, scopes: &Scopes) {
        let Some(rate) = mode.rate else { return };
        for hop in &mode.path {
            self.change(Key::Link(hop.link, hop.forward), action, rate, rate);
        }
        for switch in routes::switches(self.dc, &mode.path) {
            if self.dc[switch].capacity.is_some() {
                self.change(Key::Switch(switch), action, rate, rate);
            }
        }
        if scopes.limits.is_empty() {
            return;
        }
        for (node, flow) in places::flows(self.dc, &mode.path) {
            for &rule in scopes.limits.get(&node).into_iter().flatten() {
                self.change(Key::Limit(rule, node, flow), action, rate, rate);
            }
        }
    }

    /// A VM occupies its destination from the start of a migration and its source until the end. A stopped
    /// one occupies nothing.
    fn hosts(&mut self, action: ActionId, deed: &Deed) {
        let (vm, arrives, leaves) = match deed.task {
            Task::Migrate { vm, to } => (vm, Some(to), Some(deed.from)),
            Task::Start(vm) => (vm, Some(deed.from), None),
            Task::Stop(vm) => (vm, None, Some(deed.from)),
            Task::Boot(_) | Task::Shutdown(_) => return,
        };
        let vm = &self.dc[vm];
        let (memory, cpu) = (vm.memory.value, vm.cpu.value);
        let mut both = |server: ServerId, arrives: bool| {
            let (taken, given) = if arrives { (1, 0) } else { (0, 1) };
            if self.dc[server].memory.is_some() {
                self.change(Key::Memory(server), action, memory * taken, memory * given);
            }
            if self.dc[server].cpu.is_some() {
                self.change(Key::Cpu(server), action, cpu * taken, cpu * given);
            }
        };
        if let Some(server) = arrives {
            both(server, true);
        }
        if let Some(server) = leaves {
            both(server, false);
        }
    }

    fn power(&mut self, action: ActionId, deed: &Deed, mode: &Mode, scopes: &Scopes) {
        for rule in scopes.budgets_of(deed.from, arrival(deed.task)) {
            let (take, give) = self.drawn(rule, deed, mode, scopes);
            self.change(Key::Power(rule), action, take, give);
        }
    }

    /// What an action takes of the power that a budget limits, and gives back.
    fn drawn(&self, rule: RuleAt, deed: &Deed, mode: &Mode, scopes: &Scopes) -> (u64, u64) {
        let here = &self.dc[deed.from];
        match deed.task {
            Task::Boot(_) => (here.power.saturating_add(mode.power), mode.power),
            Task::Shutdown(_) => (0, here.power),
            Task::Start(_) => (here.hosting, 0),
            Task::Stop(_) => (0, here.hosting),
            Task::Migrate { to, .. } => {
                let hosting = |server: ServerId| match scopes.budget_covers(rule, server) {
                    true => self.dc[server].hosting,
                    false => 0,
                };
                let (leaves, arrives) = (hosting(deed.from), hosting(to));
                // Hosting moves at the end. Where more arrives than leaves, the difference is taken at the
                // start already, so that nothing is negative and the level is never below the truth.
                let take = mode.power.max(arrives.saturating_sub(leaves));
                (take, take.saturating_add(leaves).saturating_sub(arrives))
            }
        }
    }

    fn counts(&mut self, action: ActionId, deed: &Deed, scopes: &Scopes) {
        match deed.task {
            Task::Migrate { to, .. } => {
                for rule in scopes.migrations_of(deed.from, to) {
                    self.change(Key::Migrations(rule), action, 1, 1);
                }
            }
            Task::Boot(server) => {
                for &rule in scopes.on.get(&server).into_iter().flatten() {
                    self.change(Key::On(rule), action, 1, 0);
                }
            }
            Task::Shutdown(server) => {
                for &rule in scopes.on.get(&server).into_iter().flatten() {
                    self.change(Key::On(rule), action, 0, 1);
                }
            }
            Task::Start(_) | Task::Stop(_) => {}
        }
    }

    /// `seq` and `spread`, which name their subjects.
    fn subjects(&mut self) {
        for (rule, kind) in self.request.rules.iter().map(|rule| &rule.kind).enumerate() {
            match kind {
                RuleKind::Seq { subjects } => {
                    let mut actions: Vec<ActionId> = subjects
                        .iter()
                        .flat_map(|&subject| self.walk.actions(subject))
                        .copied()
                        .collect();
                    actions.sort();
                    actions.dedup();
                    for action in actions {
                        self.change(Key::Seq(rule), action, 1, 1);
                    }
                }
                RuleKind::Spread { vms } => self.spread(rule, vms),
                _ => {}
            }
        }
    }

    fn spread(&mut self, rule: RuleAt, vms: &[VmId]) {
        for &vm in vms {
            for &action in self.walk.actions(Subject::Vm(vm)) {
                let deed = &self.walk.deeds[action.0 as usize];
                if let Task::Migrate { to, .. } = deed.task {
                    self.change(Key::Spread(rule, to), action, 1, 0);
                    self.change(Key::Spread(rule, deed.from), action, 0, 1);
                }
            }
            let host = Key::Spread(rule, self.dc[vm].host.value);
            self.table.entry(host).or_default().initial += 1;
        }
    }

    /// What is on and where the VMs are before anything has started.
    fn initial_levels(&mut self) {
        for vm in self.dc.vms.iter().filter(|vm| vm.running) {
            if let Some(level) = self.table.get_mut(&Key::Memory(vm.host.value)) {
                level.initial += i128::from(vm.memory.value);
            }
            if let Some(level) = self.table.get_mut(&Key::Cpu(vm.host.value)) {
                level.initial += i128::from(vm.cpu.value);
            }
        }
        let mut hosted = vec![0u64; self.dc.servers.len()];
        for vm in self.dc.vms.iter().filter(|vm| vm.running) {
            hosted[vm.host.value.0 as usize] += 1;
        }
        let drawn = |server: ServerId| -> i128 {
            let data = &self.dc[server];
            let hosting = i128::from(hosted[server.0 as usize]) * i128::from(data.hosting);
            hosting + if data.on { i128::from(data.power) } else { 0 }
        };
        for (at, rule) in self.request.rules.iter().enumerate() {
            match &rule.kind {
                RuleKind::Budget { servers, .. } => {
                    let initial = match servers {
                        Some(servers) => servers.iter().map(|&server| drawn(server)).sum(),
                        None => (0..self.dc.servers.len() as u32)
                            .map(ServerId)
                            .map(drawn)
                            .sum(),
                    };
                    // A budget limits what stays on even where no action touches it.
                    self.table.entry(Key::Power(at)).or_default().initial = initial;
                }
                RuleKind::AtMostOn { servers, .. } => {
                    let on = servers.iter().filter(|&&server| self.dc[server].on).count();
                    self.table.entry(Key::On(at)).or_default().initial = on as i128;
                }
                _ => {}
            }
        }
    }

    fn capacities(&mut self) {
        let (dc, request) = (self.dc, self.request);
        for (&key, level) in &mut self.table {
            let always = |capacity: u64| vec![(0, i128::from(capacity))];
            let rule = |at: RuleAt| -> Vec<(Seconds, i128)> {
                match request.rules[at].kind {
                    RuleKind::Budget { power, period, .. } => during(period, power),
                    RuleKind::AtMostMigrations { count, period, .. } => {
                        during(period, count.into())
                    }
                    RuleKind::AtMostOn { count, period, .. } => during(period, count.into()),
                    RuleKind::Limit { rate, period, .. } => during(period, rate),
                    _ => always(1),
                }
            };
            level.capacity = match key {
                Key::Link(link, _) => always(dc[link].rate.value),
                Key::Switch(switch) => limit(dc[switch].capacity.map(|at| at.value)),
                Key::Memory(server) => limit(dc[server].memory.map(|at| at.value)),
                Key::Cpu(server) => limit(dc[server].cpu.map(|at| at.value)),
                Key::Power(at) | Key::Migrations(at) | Key::On(at) => rule(at),
                Key::Limit(at, ..) | Key::Seq(at) | Key::Spread(at, _) => rule(at),
            };
        }
    }

    /// The name of a level's resource, what it measures and where it comes from.
    pub fn describe(&self, key: Key) -> Described {
        let dc = self.dc;
        let capacity = |name: String, unit, span| Described {
            label: name.clone(),
            name,
            unit,
            origin: Origin::Capacity(span),
        };
        let rule = |name: String, unit, at: RuleAt| Described {
            name,
            label: words::rule(dc, &self.request.rules[at]),
            unit,
            origin: Origin::Rule(at),
        };
        match key {
            Key::Link(id, forward) => {
                let link = &dc[id];
                let (a, b) = (dc.node_name(link.a), dc.node_name(link.b));
                let (from, to) = if forward { (a, b) } else { (b, a) };
                let mut described =
                    capacity(format!("link {from} -> {to}"), Unit::Rate, link.rate.origin);
                described.label = format!("link {a} - {b}");
                described
            }
            Key::Switch(id) => {
                let span = dc[id].capacity.and_then(|at| at.origin);
                capacity(format!("switch {}", dc[id].name), Unit::Rate, span)
            }
            Key::Memory(id) => {
                let span = dc[id].memory.and_then(|at| at.origin);
                capacity(format!("memory of {}", dc[id].name), Unit::Memory, span)
            }
            Key::Cpu(id) => {
                let span = dc[id].cpu.and_then(|at| at.origin);
                capacity(format!("cpu of {}", dc[id].name), Unit::Cpu, span)
            }
            Key::Limit(at, node, flow) => {
                let place = dc.node_name(node);
                let name = match flow {
                    Flow::Out => format!("limit out of {place}"),
                    Flow::In => format!("limit into {place}"),
                    Flow::Through => format!("limit {place}"),
                };
                rule(name, Unit::Rate, at)
            }
            Key::Power(at) => rule(words::rule(dc, &self.request.rules[at]), Unit::Power, at),
            Key::Migrations(at) | Key::On(at) | Key::Seq(at) => {
                rule(words::rule(dc, &self.request.rules[at]), Unit::Count, at)
            }
            Key::Spread(at, server) => {
                rule(format!("spread on {}", dc[server].name), Unit::Count, at)
            }
        }
    }
}

/// A level in words.
pub(super) struct Described {
    pub name: String,
    /// The label of its source, which several levels may share.
    pub label: String,
    pub unit: Unit,
    pub origin: Origin,
}

/// Where a level comes from.
pub(super) enum Origin {
    Rule(RuleAt),
    Capacity(Option<Span>),
}

fn arrival(task: Task) -> Option<ServerId> {
    match task {
        Task::Migrate { to, .. } => Some(to),
        _ => None,
    }
}

fn limit(capacity: Option<u64>) -> Vec<(Seconds, i128)> {
    vec![(0, capacity.map_or(i128::from(UNLIMITED), i128::from))]
}

/// A capacity in a period, and none outside.
fn during(period: Period, capacity: u64) -> Vec<(Seconds, i128)> {
    let from = period.from.max(0);
    let mut profile = Vec::new();
    if from > 0 {
        profile.push((0, i128::from(UNLIMITED)));
    }
    if period.to.is_none_or(|to| to > from) {
        profile.push((from, i128::from(capacity)));
    }
    if let Some(to) = period.to
        && to > from
    {
        profile.push((to, i128::from(UNLIMITED)));
    }
    if profile.is_empty() {
        profile.push((0, i128::from(UNLIMITED)));
    }
    profile
}
