//! Resources: what each action does to every level, and which of the levels can bind at all.

mod describe;

use std::collections::BTreeMap;

pub(super) use describe::Described;

use super::modes::{Method, Mode, Way};
use super::placement::ends;
use super::places::{self, Flow};
use super::routes::{self, Path};
use super::scopes::{RuleAt, Scopes};
use super::steps::{Deed, Stay, Walk};
use super::traffic::Guests;
use crate::datacenter::{Datacenter, LinkId, Node, Pool, ServerId, Stock, SwitchId, VmId};
use crate::formulation::{ActionId, Seconds, UNLIMITED};
use crate::request::{Period, Request, Rule, RuleKind, Subject, Task};

/// A level, by what it measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A link, forward or not.
    Link(LinkId, bool),
    /// All traffic of a switch with a capacity.
    Switch(SwitchId),
    /// What the VMs on a server take of a stock.
    Stock(Stock, ServerId),
    /// What those in one of its pools take.
    Pool(Stock, ServerId, Pool),
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
    /// The members of a `spread` at one place.
    Spread(RuleAt, Node),
    /// Those of a `spread` that are at one place from the start and in the end.
    Mended(RuleAt, Node),
    /// That the first VM of a `gather` and another one end at one place: two levels for each such pair.
    Gather(RuleAt, u32, bool),
    /// Who is on a server beside a VM of a `lonely`.
    Lonely(RuleAt, VmId, ServerId),
    /// The memory that a `reserve` leaves.
    Reserve(RuleAt),
    /// The VMs that an `at most` counts.
    Vms(RuleAt),
    /// The VMs on a server that may be chosen, as a rule counts them.
    Vacant(RuleAt, ServerId),
    /// The servers that are chosen, and those that are not.
    Chosen(RuleAt, bool),
    /// The servers that are off, as far as an `at most` counts them.
    Off(RuleAt),
    /// The boot of a server, before those that choose it arrive.
    Up(ServerId),
    /// The guests of a server that goes down: who chose it has left by then, or comes after it.
    Empty(ServerId),
    /// Where that action has brought its VM, before another one takes it from there.
    Came(ActionId, ServerId, Option<Pool>),
}

impl Key {
    /// The levels of a path that say what the network carries: each link in its direction, each switch with a capacity.
    pub fn carried<'p>(dc: &'p Datacenter, path: &'p Path) -> impl Iterator<Item = Key> + 'p {
        let links = path.iter().map(|hop| Key::Link(hop.link, hop.forward));
        let switches = routes::switches(dc, path).filter(|&switch| dc[switch].capacity.is_some());
        links.chain(switches.map(Key::Switch))
    }

    /// bit/s that such a level carries.
    pub fn carries(self, dc: &Datacenter) -> Option<u64> {
        match self {
            Key::Link(link, _) => Some(dc[link].rate.value),
            Key::Switch(switch) => dc[switch].capacity.map(|at| at.value),
            _ => None,
        }
    }

    /// The levels on which a migration along a path holds its rate: each link in its direction, each switch
    /// with a capacity, and each limited place as often as the path touches it.
    pub fn network(dc: &Datacenter, scopes: &Scopes, path: &Path) -> Vec<Key> {
        let mut keys: Vec<Key> = Key::carried(dc, path).collect();
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
    /// For each mode that does anything, in order.
    pub effects: Vec<(u32, Effect)>,
    /// Whether all modes do.
    pub is_certain: bool,
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
        let takes = self.effects.iter().map(|(_, effect)| effect.take);
        takes.max().unwrap_or(0)
    }

    /// The least that a mode takes.
    pub fn least(&self) -> i128 {
        self.least_of(|effect| effect.take)
    }

    /// What is left on the level afterwards, at least.
    pub fn lasting(&self) -> i128 {
        self.least_of(|effect| effect.take - effect.give)
    }

    fn least_of(&self, of: impl Fn(&Effect) -> i128) -> i128 {
        let some = self.effects.iter().map(|(_, effect)| of(effect));
        // Modes without an effect leave the level as it is.
        let others = (!self.is_certain).then_some(0);
        some.chain(others).min().unwrap_or(0)
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
        guests: &Guests,
    ) -> Self {
        let mut levels = Levels {
            dc,
            request,
            walk,
            methods,
            table: BTreeMap::new(),
        };
        for (at, deed) in walk.deeds.iter().enumerate() {
            let action = ActionId(at as u32);
            levels.network(action, scopes);
            levels.guests(action);
            levels.hosts(action, deed);
            levels.power(action, deed, scopes);
            levels.counts(action, deed, scopes);
            levels.chosen(action, deed);
        }
        levels.switched();
        levels.subjects();
        levels.initial_levels(guests);
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
    pub fn change(&mut self, key: Key, action: ActionId, take: u64, give: u64) {
        for mode in 0..self.methods[action.0 as usize].modes.len() {
            self.change_in(key, action, mode, (take, give));
        }
    }

    /// The same, but in a mode in which the VM stays, or the server stays on.
    pub fn change_moving(&mut self, key: Key, action: ActionId, take: u64, give: u64) {
        let method = &self.methods[action.0 as usize];
        for (at, mode) in method.modes.iter().enumerate() {
            if !method.way(mode).is_some_and(Way::stays) {
                self.change_in(key, action, at, (take, give));
            }
        }
    }

    /// Takes and gives in one mode; modes come in order.
    pub fn change_in(&mut self, key: Key, action: ActionId, mode: usize, (take, give): (u64, u64)) {
        if take == 0 && give == 0 {
            return;
        }
        let modes = self.methods[action.0 as usize].modes.len();
        let mode = mode as u32;
        let changes = &mut self.table.entry(key).or_default().changes;
        if changes.last().is_none_or(|last| last.action != action) {
            changes.push(Change {
                action,
                effects: Vec::new(),
                is_certain: false,
            });
        }
        let Some(change) = changes.last_mut() else {
            return;
        };
        let at = change.effects.partition_point(|&(other, _)| other < mode);
        if change
            .effects
            .get(at)
            .is_none_or(|&(other, _)| other != mode)
        {
            let nothing = Effect { take: 0, give: 0 };
            change.effects.insert(at, (mode, nothing));
            change.is_certain = change.effects.len() == modes;
        }
        let (_, effect) = &mut change.effects[at];
        effect.take += i128::from(take);
        effect.give += i128::from(give);
    }

    /// The walk that the levels are of.
    pub fn walk(&self) -> &'a Walk {
        self.walk
    }

    /// The modes of an action, and their ways.
    pub fn ways(
        &self,
        action: ActionId,
    ) -> impl Iterator<Item = (usize, &'a Mode, &'a Way)> + use<'a> {
        let method = &self.methods[action.0 as usize];
        let modes = method.modes.iter().enumerate();
        modes.filter_map(|(at, mode)| Some((at, mode, method.way(mode)?)))
    }

    /// How long an action takes in its shortest mode.
    pub fn shortest(&self, action: ActionId) -> Seconds {
        let lengths = self.ways(action).map(|(_, mode, _)| mode.duration);
        lengths.min().unwrap_or(0)
    }

    /// A migration holds its rate on its whole path.
    fn network(&mut self, action: ActionId, scopes: &Scopes) {
        for (at, mode, way) in self.ways(action) {
            let rate = mode.rate.unwrap_or(0);
            for key in Key::network(self.dc, scopes, &way.path) {
                self.change_in(key, action, at, (rate, rate));
            }
        }
    }

    /// What guests send comes at the start of an action and goes at its end.
    fn guests(&mut self, action: ActionId) {
        for (at, _, way) in self.ways(action) {
            for &(key, rate) in &way.guests.takes {
                self.change_in(key, action, at, (rate, 0));
            }
            for &(key, rate) in &way.guests.gives {
                self.change_in(key, action, at, (0, rate));
            }
        }
    }

    /// A VM occupies its destination from the start of a migration and its source until the end. A stopped
    /// one occupies nothing.
    fn hosts(&mut self, action: ActionId, deed: &Deed) {
        let Some(vm) = deed.task.vm() else { return };
        let vm = &self.dc[vm];
        for (at, _, way) in self.ways(action) {
            let (arrives, leaves) = ends(deed.task, way);
            let arrives = arrives.map(|server| (server, way.pools.entered, 1, 0));
            let leaves = leaves.map(|server| (server, way.pools.left, 0, 1));
            for (server, pool, taken, given) in [arrives, leaves].into_iter().flatten() {
                for stock in self.dc.stocks() {
                    if self.dc[server].has_of(stock).is_some() {
                        let amount = vm.takes_of(stock);
                        let effect = (amount * taken, amount * given);
                        self.change_in(Key::Stock(stock, server), action, at, effect);
                        if let Some(pool) = pool {
                            let key = Key::Pool(stock, server, pool);
                            self.change_in(key, action, at, effect);
                        }
                    }
                }
            }
        }
    }

    fn power(&mut self, action: ActionId, deed: &Deed, scopes: &Scopes) {
        let dc = self.dc;
        for (at, mode, way) in self.ways(action) {
            for rule in scopes.budgets_of(way.from, way.to) {
                let effect = Self::drawn(dc, rule, deed.task, (mode, way), scopes);
                self.change_in(Key::Power(rule), action, at, effect);
            }
        }
    }

    /// What an action takes of the power that a budget limits, and gives back.
    fn drawn(
        dc: &Datacenter,
        rule: RuleAt,
        task: Task,
        (mode, way): (&Mode, &Way),
        scopes: &Scopes,
    ) -> (u64, u64) {
        let here = &dc[way.from];
        match task {
            Task::Shutdown(_) if way.stays() => (0, 0),
            Task::Boot(_) => (here.power.saturating_add(mode.power), mode.power),
            Task::Shutdown(_) => (0, here.power),
            Task::Start(_) => (here.hosting, 0),
            Task::Stop(_) => (0, here.hosting),
            Task::Run(_) | Task::Pause => (0, 0),
            Task::Migrate { .. } => {
                let hosting = |server: ServerId| match scopes.budget_covers(rule, server) {
                    true => dc[server].hosting,
                    false => 0,
                };
                let (leaves, arrives) = (hosting(way.from), way.to.map_or(0, hosting));
                // Hosting moves at the end. Where more arrives than leaves, the difference is taken at the
                // start already, so that nothing is negative and the level is never below the truth.
                let take = mode.power.max(arrives.saturating_sub(leaves));
                (take, take.saturating_add(leaves).saturating_sub(arrives))
            }
        }
    }

    fn counts(&mut self, action: ActionId, deed: &Deed, scopes: &Scopes) {
        match deed.task {
            Task::Migrate { .. } => {
                let moving = self.ways(action).filter(|(_, _, way)| !way.stays());
                for (at, _, way) in moving {
                    for rule in scopes.migrations_of(way.from, way.to) {
                        self.change_in(Key::Migrations(rule), action, at, (1, 1));
                    }
                }
            }
            Task::Boot(server) => {
                for &rule in scopes.on.get(&server).into_iter().flatten() {
                    self.change(Key::On(rule), action, 1, 0);
                }
            }
            Task::Shutdown(server) => {
                for &rule in scopes.on.get(&server).into_iter().flatten() {
                    self.change_moving(Key::On(rule), action, 0, 1);
                }
            }
            Task::Start(_) | Task::Stop(_) | Task::Run(_) | Task::Pause => {}
        }
    }

    /// `seq` and `spread`, which name their subjects.
    fn subjects(&mut self) {
        for (rule, kind) in self.request.rules.iter().map(|rule| &rule.kind).enumerate() {
            match kind {
                RuleKind::Seq { subjects } => {
                    for action in self.walk.actions_of(subjects) {
                        self.change_moving(Key::Seq(rule), action, 1, 1);
                    }
                }
                kind => self.place(rule, kind),
            }
        }
    }

    /// What the choice of a place means for the boots and shutdowns there, and for the next choice of the VM.
    fn chosen(&mut self, action: ActionId, deed: &Deed) {
        for (at, _, way) in self.ways(action) {
            if let Some(came_by) = deed.came_by {
                let key = Key::Came(came_by, way.from, way.pools.left);
                self.change_in(key, action, at, (1, 0));
            }
            if way.leaves == Stay::Guest {
                self.change_in(Key::Empty(way.from), action, at, (0, 1));
            }
            if deed.goes_on {
                let key = Key::Came(action, way.to.unwrap_or(way.from), way.pools.entered);
                self.change_in(key, action, at, (0, 1));
            }
            let (Some(to), _) = ends(deed.task, way) else {
                continue;
            };
            match way.arrives {
                Stay::Settled => {}
                Stay::AfterBoot => self.change_in(Key::Up(to), action, at, (1, 0)),
                Stay::Guest => self.change_in(Key::Empty(to), action, at, (1, 0)),
            }
        }
    }

    /// What the boots, shutdowns and turns of servers mean for those that may choose them.
    fn switched(&mut self) {
        let count = |level: &Level| level.changes.len() as u64;
        let keys = self.table.iter().filter_map(|(&key, level)| match key {
            Key::Up(server) | Key::Empty(server) => Some((key, server, count(level))),
            _ => None,
        });
        for (key, server, most) in keys.collect::<Vec<_>>() {
            let closed = self.closed(server);
            if let Key::Up(_) = key {
                let last = closed.iter().rev().find_map(|&(_, opens)| opens);
                if let Some(last) = last {
                    self.change(key, last, 0, most);
                }
                continue;
            }
            for (closes, opens) in closed {
                if let Some(closes) = closes {
                    self.change(key, closes, most, 0);
                }
                if let Some(opens) = opens {
                    self.change(key, opens, 0, most);
                }
            }
            let level = self.table.entry(key).or_default();
            level.initial = if self.dc[server].on { 0 } else { most.into() };
            level.capacity = vec![(0, most.into())];
        }
    }

    /// When nobody can be on a server: from the start of an action to the end of another one, each of which may be missing.
    fn closed(&self, server: ServerId) -> Vec<(Option<ActionId>, Option<ActionId>)> {
        let own = self.walk.actions(Subject::Own(server));
        let deed = |action: &ActionId| &self.walk.deeds[action.0 as usize];
        let turns = own.chunk_by(|one, other| {
            let turn = deed(one).turn;
            turn.is_some() && turn == deed(other).turn
        });
        let closed = turns.map(|actions| {
            let (first, last) = (&actions[0], &actions[actions.len() - 1]);
            let has_turn = deed(first).turn.is_some();
            let closes = match deed(first).task {
                Task::Shutdown(_) => true,
                Task::Run(_) => has_turn,
                _ => false,
            };
            let opens = match deed(last).task {
                Task::Boot(_) => true,
                Task::Run(_) => has_turn,
                _ => false,
            };
            (closes.then_some(*first), opens.then_some(*last))
        });
        closed.collect()
    }

    /// What is on, where the VMs are and what they send before anything has started.
    fn initial_levels(&mut self, guests: &Guests) {
        for (&key, level) in &mut self.table {
            level.initial += i128::from(guests.initial(key));
        }
        let there = self.dc.vms.iter().zip(self.dc.first_pools());
        for (vm, pool) in there.filter(|(vm, _)| vm.running) {
            let host = vm.host.value;
            for stock in self.dc.stocks() {
                let pool = pool.map(|pool| Key::Pool(stock, host, pool));
                for key in [Some(Key::Stock(stock, host)), pool].into_iter().flatten() {
                    if let Some(level) = self.table.get_mut(&key) {
                        level.initial += i128::from(vm.takes_of(stock));
                    }
                }
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
            if !level.capacity.is_empty() {
                continue;
            }
            let always = |capacity: u64| vec![(0, i128::from(capacity))];
            let rule = |at: RuleAt| -> Vec<(Seconds, i128)> {
                match request.rules[at].kind {
                    RuleKind::Budget { power, period, .. } => during(period, power),
                    RuleKind::AtMostMigrations { count, period, .. } => {
                        during(period, count.into())
                    }
                    RuleKind::AtMostOn { count, period, .. }
                    | RuleKind::AtMostOff { count, period, .. }
                    | RuleKind::AtMostVms { count, period, .. } => during(period, count.into()),
                    RuleKind::Limit { rate, period, .. } => during(period, rate),
                    _ => always(1),
                }
            };
            level.capacity = match key {
                Key::Link(link, _) => always(dc[link].rate.value),
                Key::Switch(switch) => limit(dc[switch].capacity.map(|at| at.value)),
                Key::Stock(stock, server) => {
                    limit(request.gives(dc, server, stock).map(|at| at.value))
                }
                Key::Pool(stock, server, _) => {
                    let pools = u64::from(dc[server].pools.value.max(1));
                    limit(request.gives(dc, server, stock).map(|at| at.value / pools))
                }
                Key::Power(at) | Key::Migrations(at) | Key::On(at) => rule(at),
                Key::Limit(at, ..) | Key::Seq(at) | Key::Spread(at, _) => rule(at),
                Key::Vms(at) | Key::Off(at) => rule(at),
                Key::Gather(at, ..) | Key::Lonely(at, ..) | Key::Reserve(at) => rule(at),
                Key::Mended(at, _) | Key::Vacant(at, _) | Key::Chosen(at, _) => rule(at),
                Key::Up(_) | Key::Came(..) | Key::Empty(_) => always(0),
            };
        }
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
