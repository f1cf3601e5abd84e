//! Resources: what each action does to every level, and which of the levels can bind at all.

use std::collections::BTreeMap;

use super::Cause;
use super::modes::{Method, Mode};
use super::places::{self, Flow};
use super::routes::{self, Path};
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

impl Key {
    /// The levels on which a migration along a path holds its rate: each link in its direction, each switch
    /// with a capacity, and each limited place as often as the path touches it.
    pub fn network(dc: &Datacenter, scopes: &Scopes, path: &Path) -> Vec<Key> {
        let links = path.iter().map(|hop| Key::Link(hop.link, hop.forward));
        let switches = routes::switches(dc, path).filter(|&switch| dc[switch].capacity.is_some());
        let mut keys: Vec<Key> = links.chain(switches.map(Key::Switch)).collect();
        if scopes.limits.is_empty() {
            return keys;
        }
        for (node, flow) in places::flows(dc, path) {
            let rules = scopes.limits.get(&node).into_iter().flatten();
            keys.extend(rules.map(|&rule| Key::Limit(rule, node, flow)));
        }
        keys
    }
}

/// What one action does to a level.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub action: ActionId,
    /// For each mode.
    pub effects: Vec<Effect>,
}

/// What a mode takes of a level at its start and gives back at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Effect {
    pub take: i128,
    pub give: i128,
}

impl Change {
    /// The most that a mode takes.
    pub fn most(&self) -> i128 {
        let takes = self.effects.iter().map(|effect| effect.take);
        takes.max().unwrap_or(0)
    }

    /// The least that a mode takes.
    pub fn least(&self) -> i128 {
        let takes = self.effects.iter().map(|effect| effect.take);
        takes.min().unwrap_or(0)
    }

    /// What is left on the level afterwards, at least. Modes hardly differ in it: what is held only while a
    /// migration runs is given back whole.
    pub fn lasting(&self) -> i128 {
        let lasting = self.effects.iter().map(|effect| effect.take - effect.give);
        lasting.min().unwrap_or(0)
    }
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
        let highest = self.highest();
        self.capacity
            .iter()
            .any(|&(_, capacity)| highest > capacity)
    }

    /// The level with all that is ever taken and nothing given back.
    pub fn highest(&self) -> i128 {
        self.initial + self.changes.iter().map(Change::most).sum::<i128>()
    }
}

/// All levels that actions touch.
pub(super) struct Levels<'a> {
    dc: &'a Datacenter,
    request: &'a Request,
    walk: &'a Walk,
    methods: &'a [Method],
    pub table: BTreeMap<Key, Level>,
}

impl<'a> Levels<'a> {
    /// Everything that the actions do to links, switches, servers and rules.
    pub fn of(
        dc: &'a Datacenter,
        request: &'a Request,
        walk: &'a Walk,
        methods: &'a [Method],
        scopes: &Scopes,
    ) -> Self {
        let mut levels = Levels {
            dc,
            request,
            walk,
            methods,
            table: BTreeMap::new(),
        };
        for (at, (deed, method)) in walk.deeds.iter().zip(methods).enumerate() {
            let action = ActionId(at as u32);
            for key in Key::network(dc, scopes, &method.path) {
                levels.change_by_mode(key, action, |mode| {
                    let rate = mode.rate.unwrap_or(0);
                    (rate, rate)
                });
            }
            levels.hosts(action, deed);
            levels.power(action, deed, scopes);
            levels.counts(action, deed, scopes);
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

    /// The request that the levels are of.
    pub fn request(&self) -> &'a Request {
        self.request
    }

    /// A rule of the request.
    pub fn rule(&self, at: RuleAt) -> &'a Rule {
        &self.request.rules[at]
    }

    /// Takes and gives the same in each mode.
    fn change(&mut self, key: Key, action: ActionId, take: u64, give: u64) {
        self.change_by_mode(key, action, |_| (take, give));
    }

    fn change_by_mode(&mut self, key: Key, action: ActionId, of: impl Fn(&Mode) -> (u64, u64)) {
        let modes = &self.methods[action.0 as usize].modes;
        let effects: Vec<Effect> = modes
            .iter()
            .map(of)
            .map(|(take, give)| Effect {
                take: take.into(),
                give: give.into(),
            })
            .collect();
        if effects.iter().all(|of| of.take == 0 && of.give == 0) {
            return;
        }
        let changes = &mut self.table.entry(key).or_default().changes;
        match changes.last_mut() {
            Some(last) if last.action == action => {
                for (sum, effect) in last.effects.iter_mut().zip(effects) {
                    sum.take += effect.take;
                    sum.give += effect.give;
                }
            }
            _ => changes.push(Change { action, effects }),
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

    fn power(&mut self, action: ActionId, deed: &Deed, scopes: &Scopes) {
        let dc = self.dc;
        for rule in scopes.budgets_of(deed.from, arrival(deed.task)) {
            self.change_by_mode(Key::Power(rule), action, |mode| {
                Self::drawn(dc, rule, deed, mode, scopes)
            });
        }
    }

    /// What an action takes of the power that a budget limits, and gives back.
    fn drawn(
        dc: &Datacenter,
        rule: RuleAt,
        deed: &Deed,
        mode: &Mode,
        scopes: &Scopes,
    ) -> (u64, u64) {
        let here = &dc[deed.from];
        match deed.task {
            Task::Boot(_) => (here.power.saturating_add(mode.power), mode.power),
            Task::Shutdown(_) => (0, here.power),
            Task::Start(_) => (here.hosting, 0),
            Task::Stop(_) => (0, here.hosting),
            Task::Migrate { to, .. } => {
                let hosting = |server: ServerId| match scopes.budget_covers(rule, server) {
                    true => dc[server].hosting,
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
                    for action in self.walk.actions_of(subjects) {
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
        let capacity = |name: String, unit, cause, span| Described {
            label: name.clone(),
            name,
            unit,
            cause,
            span,
        };
        let rule = |name: String, unit, at: RuleAt| Described {
            name,
            label: words::rule(dc, self.request, &self.request.rules[at]),
            unit,
            cause: Cause::Rule(at),
            span: self.request.rules[at].origin,
        };
        match key {
            Key::Link(id, forward) => {
                let link = &dc[id];
                let (a, b) = (dc.node_name(link.a), dc.node_name(link.b));
                let (from, to) = if forward { (a, b) } else { (b, a) };
                let name = format!("link {from} -> {to}");
                let mut described = capacity(name, Unit::Rate, Cause::Link(id), link.rate.origin);
                described.label = format!("link {a} - {b}");
                described
            }
            Key::Switch(id) => {
                let span = dc[id].capacity.and_then(|at| at.origin);
                let name = format!("switch {}", dc[id].name);
                capacity(name, Unit::Rate, Cause::Switch(id), span)
            }
            Key::Memory(id) => {
                let span = dc[id].memory.and_then(|at| at.origin);
                let name = format!("memory of {}", dc[id].name);
                capacity(name, Unit::Memory, Cause::Memory(id), span)
            }
            Key::Cpu(id) => {
                let span = dc[id].cpu.and_then(|at| at.origin);
                let name = format!("cpu of {}", dc[id].name);
                capacity(name, Unit::Cpu, Cause::Cpu(id), span)
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
            Key::Power(at) => rule(
                words::rule(dc, self.request, &self.request.rules[at]),
                Unit::Power,
                at,
            ),
            Key::Migrations(at) | Key::On(at) | Key::Seq(at) => rule(
                words::rule(dc, self.request, &self.request.rules[at]),
                Unit::Count,
                at,
            ),
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
    /// Where it comes from.
    pub cause: Cause,
    /// Where its limit is written.
    pub span: Option<Span>,
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
