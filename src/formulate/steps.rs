//! The walk over the steps: where each VM is by then, which servers are on, which boots the plan implies,
//! and which actions must come after which because of it.

mod choose;
mod servers;

use choose::Whereabouts;
pub(super) use choose::{Choice, LeftOut, Stay};

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::Cause;
use super::errors;
use super::placement::Permits;
use crate::datacenter::{Datacenter, Manner, Pool, ServerId, Stock, VmId};
use crate::diag::Diagnostic;
use crate::formulation::ActionId;
use crate::request::{Request, Step, Subject, Task, Turn};
use crate::source::Span;

/// An action before its duration is known.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    pub name: String,
    pub task: Task,
    /// Where the VM is before it, or the server itself, one of the places where that is open; None: it is of no server.
    pub from: Option<ServerId>,
    /// The pools that the VM leaves and enters, as far as these are not open.
    pub pools: Pools,
    /// The places among which the plan chooses, where it does.
    pub open: Vec<Choice>,
    /// What decides where the VM is before it, where that is open.
    pub came_by: Option<ActionId>,
    /// Whether a later action takes the VM from where this one has brought it.
    pub goes_on: bool,
    pub inferred: bool,
    /// Seconds, where the step gives them.
    pub takes: Option<u32>,
    /// bit/s, where the step gives them.
    pub rate: Option<u64>,
    /// How a migration is done, where that is decided.
    pub manner: Option<Manner>,
    /// What a `run` carries out, and what a `pause` asks.
    pub text: Option<Arc<str>>,
    /// The turn that it is a part of.
    pub turn: Option<Turn>,
    /// Whether it may be left out.
    pub is_optional: bool,
    /// Whether it runs when the plan starts.
    pub is_begun: bool,
    pub origin: Option<Span>,
}

/// The pools of servers that an action takes a VM from and brings it to; None where a server is not divided, or there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pools {
    /// The one that its VM leaves.
    pub left: Option<Pool>,
    /// The one that it comes to.
    pub entered: Option<Pool>,
}

/// `first` ends before `then` starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    pub first: ActionId,
    pub then: ActionId,
    /// Why steps imply it.
    pub cause: Cause,
}

/// What the walk found.
pub(super) struct Walk {
    pub deeds: Vec<Deed>,
    pub orders: Vec<Order>,
    /// Each VM's actions, in order.
    pub of_vm: BTreeMap<VmId, Vec<ActionId>>,
    /// Each server's boots, shutdowns and commands, in order.
    pub of_server: BTreeMap<ServerId, Vec<ActionId>>,
    /// All that happens to each server and on it, as it is written.
    pub at_server: BTreeMap<ServerId, Vec<ActionId>>,
    /// Where each VM is in the end.
    pub host: Vec<ServerId>,
    /// Which VMs run in the end.
    pub running: Vec<bool>,
    /// Which servers are on in the end.
    pub on: Vec<bool>,
    /// What may happen on a server, if the plan chooses it.
    pub maybe_at: BTreeMap<ServerId, ActionId>,
}

impl Walk {
    /// The actions that a rule about the subject is about.
    pub fn actions(&self, subject: Subject) -> &[ActionId] {
        match subject {
            Subject::Vm(vm) => self.of_vm.get(&vm),
            Subject::Server(server) => self.at_server.get(&server),
            Subject::Own(server) => self.of_server.get(&server),
        }
        .map_or(&[], Vec::as_slice)
    }

    /// The actions that a rule about the subjects is about, each once.
    pub fn actions_of(&self, subjects: &[Subject]) -> BTreeSet<ActionId> {
        let actions = subjects.iter().flat_map(|&subject| self.actions(subject));
        actions.copied().collect()
    }

    /// A VM's migrations, in order.
    pub fn migrations(&self, vm: VmId) -> impl Iterator<Item = ActionId> {
        let actions = self.actions(Subject::Vm(vm)).iter().copied();
        actions.filter(|action| {
            let task = self.deeds[action.0 as usize].task;
            matches!(task, Task::Migrate { .. })
        })
    }

    /// For each k the k-th migrations of the VMs, in the order of the VMs.
    pub fn rounds(&self, vms: &[VmId]) -> Vec<Vec<ActionId>> {
        let mut rounds: Vec<Vec<ActionId>> = Vec::new();
        for &vm in vms {
            for (round, action) in self.migrations(vm).enumerate() {
                if rounds.len() <= round {
                    rounds.push(Vec::new());
                }
                rounds[round].push(action);
            }
        }
        rounds
    }

    /// The VMs that run on a server in the end.
    pub fn running_on(&self, server: ServerId) -> Vec<VmId> {
        let all = (0..).map(VmId).zip(self.host.iter().zip(&self.running));
        all.filter(|&(_, (&host, &running))| host == server && running)
            .map(|(vm, _)| vm)
            .collect()
    }
}

/// Walks over the steps in the order in which they are written.
pub(super) fn walk(dc: &Datacenter, request: &Request, findings: &mut Vec<Diagnostic>) -> Walk {
    let mut walker = Walker::new(dc, request);
    walker.check_hosts(findings);
    walker.check_kept(findings);
    for at in 0..request.steps.len() {
        if !walker.done[at] {
            walker.step(at, findings);
        }
    }
    walker.keep_pauses();
    walker.walk
}

struct Walker<'a> {
    dc: &'a Datacenter,
    request: &'a Request,
    permits: Permits,
    steps: &'a [Step],
    /// Steps that were done before their turn.
    done: Vec<bool>,
    /// The boots and shutdowns of each server that are still to come.
    switching: BTreeMap<ServerId, VecDeque<usize>>,
    /// The VMs on each server, running or stopped.
    tenants: BTreeMap<ServerId, BTreeSet<VmId>>,
    /// What has left or stopped on each server since it was booted.
    left: BTreeMap<ServerId, Vec<ActionId>>,
    /// The last command on each server.
    commands: BTreeMap<ServerId, ActionId>,
    /// What VMs do, or may do, on each server since its last command.
    uncommanded: BTreeMap<ServerId, Vec<ActionId>>,
    /// The pauses, each with its step.
    pauses: Vec<(usize, ActionId)>,
    /// Things with an error, of which nothing more is said.
    bad_vms: BTreeSet<VmId>,
    bad_servers: BTreeSet<ServerId>,
    names: BTreeMap<String, u32>,
    /// Where VMs may be whose place was chosen.
    chosen: BTreeMap<VmId, Whereabouts>,
    /// The pool in which each other VM is.
    pools: Vec<Option<Pool>>,
    /// The steps by which each VM leaves a place.
    leaving: BTreeMap<VmId, Vec<usize>>,
    /// The servers that are closed to guests while they have their turn, and whether each is up afterwards.
    rolled: BTreeMap<ServerId, bool>,
    /// Ways that are open in all.
    ways: usize,
    walk: Walk,
}

impl<'a> Walker<'a> {
    fn new(dc: &'a Datacenter, request: &'a Request) -> Self {
        let mut switching: BTreeMap<ServerId, VecDeque<usize>> = BTreeMap::new();
        for (at, step) in request.steps.iter().enumerate() {
            if let Task::Boot(server) | Task::Shutdown(server) = step.task
                && !step.is_optional
            {
                switching.entry(server).or_default().push_back(at);
            }
        }
        let mut leaving: BTreeMap<VmId, Vec<usize>> = BTreeMap::new();
        for (at, step) in request.steps.iter().enumerate() {
            if let Task::Migrate { vm, .. } | Task::Stop(vm) = step.task {
                leaving.entry(vm).or_default().push(at);
            }
        }
        let mut rolled = BTreeMap::new();
        for step in request.steps.iter().filter(|step| step.turn.is_some()) {
            if let Task::Boot(server) | Task::Run(server) | Task::Shutdown(server) = step.task {
                rolled.insert(server, !matches!(step.task, Task::Shutdown(_)));
            }
        }
        // Only the tenants of servers that are shut down matter.
        let mut tenants: BTreeMap<ServerId, BTreeSet<VmId>> = switching
            .keys()
            .map(|&server| (server, BTreeSet::new()))
            .collect();
        for (vm, host) in dc
            .vms
            .iter()
            .zip(0..)
            .map(|(vm, id)| (VmId(id), vm.host.value))
        {
            if let Some(tenants) = tenants.get_mut(&host) {
                tenants.insert(vm);
            }
        }
        Walker {
            dc,
            request,
            permits: Permits::of(request),
            steps: &request.steps,
            done: vec![false; request.steps.len()],
            switching,
            tenants,
            left: BTreeMap::new(),
            commands: BTreeMap::new(),
            uncommanded: BTreeMap::new(),
            pauses: Vec::new(),
            bad_vms: BTreeSet::new(),
            bad_servers: BTreeSet::new(),
            names: BTreeMap::new(),
            chosen: BTreeMap::new(),
            pools: dc.first_pools(),
            leaving,
            rolled,
            ways: 0,
            walk: Walk {
                deeds: Vec::new(),
                orders: Vec::new(),
                of_vm: BTreeMap::new(),
                of_server: BTreeMap::new(),
                at_server: BTreeMap::new(),
                host: dc.vms.iter().map(|vm| vm.host.value).collect(),
                running: dc.vms.iter().map(|vm| vm.running).collect(),
                on: dc.servers.iter().map(|server| server.on).collect(),
                maybe_at: BTreeMap::new(),
            },
        }
    }

    /// A VM cannot run on a server that is off.
    fn check_hosts(&mut self, findings: &mut Vec<Diagnostic>) {
        let mut stranded: BTreeMap<ServerId, Vec<VmId>> = BTreeMap::new();
        for (id, vm) in (0..).map(VmId).zip(&self.dc.vms) {
            if vm.running && !self.dc[vm.host.value].on {
                stranded.entry(vm.host.value).or_default().push(id);
                self.bad_vms.insert(id);
            }
        }
        for (server, vms) in stranded {
            findings.push(errors::runs_on_server_that_is_off(self.dc, server, &vms));
        }
    }

    /// A VM runs where it has what it needs; one that never moves cannot be where no rule lets it be.
    fn check_kept(&mut self, findings: &mut Vec<Diagnostic>) {
        for vm in (0..self.dc.vms.len() as u32).map(VmId) {
            let (data, host) = (&self.dc[vm], self.dc[vm].host.value);
            if data.running {
                let place = data.host.origin.or(data.origin);
                findings.extend(self.lacking(vm, host, place));
            }
        }
        for vm in self.permits.kept() {
            let (data, host) = (&self.dc[vm], self.dc[vm].host.value);
            let moves = |step: &Step| matches!(step.task, Task::Migrate { vm: of, .. } if of == vm);
            if let Some(rule) = self.permits.forbids(vm, host)
                && !self.steps.iter().any(moves)
            {
                let place = data.host.origin.or(data.origin);
                let (dc, request) = (self.dc, self.request);
                findings.push(errors::kept_out(dc, request, vm, Some(host), place, rule));
            }
        }
    }

    /// What is wrong where a VM needs something that a server does not offer, or more than one of its pools has.
    fn lacking(&self, vm: VmId, server: ServerId, place: Option<Span>) -> Option<Diagnostic> {
        let lacking = self.dc.lacks(server, vm);
        let lacking = lacking.map(|need| errors::lacking(self.dc, vm, server, &need, place));
        lacking.or_else(|| {
            let short = self.short_pool(server, vm)?;
            Some(errors::pools_too_small(self.dc, vm, server, short, place))
        })
    }

    /// A stock of which a VM takes more than each of a server's pools has.
    fn short_pool(&self, server: ServerId, vm: VmId) -> Option<Stock> {
        let dc = self.dc;
        let pools = u64::from(dc[server].pools.value.max(1));
        let mut stocks = dc.stocks().filter(|_| dc.is_divided(server));
        stocks.find(|&stock| {
            let gives = self.request.gives(dc, server, stock);
            gives.is_some_and(|gives| gives.value / pools < dc[vm].takes_of(stock))
        })
    }

    /// Whether the file calls a server `maintenance`, and the plan has not booted it so far.
    fn is_under_maintenance(&self, server: ServerId) -> bool {
        let own = self.walk.actions(Subject::Own(server)).iter();
        let mut tasks = own.map(|action| self.walk.deeds[action.0 as usize].task);
        self.dc[server].maintenance.is_some() && !tasks.any(|task| matches!(task, Task::Boot(_)))
    }

    /// Finds what does not let a VM move, or be where a step puts it.
    fn check_move(
        &self,
        step: &Step,
        vm: VmId,
        to: Option<ServerId>,
        findings: &mut Vec<Diagnostic>,
    ) {
        if let Some(to) = to {
            findings.extend(self.lacking(vm, to, step.origin));
        }
        let is_closed =
            |&to: &ServerId| self.is_under_maintenance(to) && self.next_boot(to).is_none();
        if let Some(to) = to.filter(is_closed) {
            findings.push(errors::under_maintenance(self.dc, vm, to, step.origin));
        }
        let pinned = self.permits.pins(vm).map(|rule| (None, rule));
        let forbidden = to.and_then(|to| Some((Some(to), self.permits.forbids(vm, to)?)));
        if let Some((server, rule)) = pinned.or(forbidden) {
            let (dc, request) = (self.dc, self.request);
            findings.push(errors::kept_out(dc, request, vm, server, step.origin, rule));
        }
    }

    fn step(&mut self, at: usize, findings: &mut Vec<Diagnostic>) {
        let step = &self.steps[at];
        match step.task {
            Task::Migrate { vm, to } => match self.is_open(step, vm, to) {
                true => self.choose(at, vm, findings),
                false => self.migrate(step, vm, to, findings),
            },
            Task::Start(vm) => self.start(at, vm, findings),
            Task::Stop(vm) => self.stop(step, vm, findings),
            Task::Boot(server) => {
                self.take_turn(server);
                self.boot(step, server, findings);
            }
            Task::Shutdown(server) if step.is_optional => {
                self.shutdown_perhaps(step, server, findings);
            }
            Task::Shutdown(server) => {
                self.take_turn(server);
                self.shutdown(step, server, findings);
            }
            Task::Run(server) => self.run(step, server, findings),
            Task::Pause => {
                let action = self.act(step, None, false);
                self.pauses.push((at, action));
            }
        }
    }

    fn migrate(&mut self, step: &Step, vm: VmId, to: ServerId, findings: &mut Vec<Diagnostic>) {
        let from = self.walk.host[vm.0 as usize];
        if self.bad_vms.contains(&vm) {
            return;
        }
        let mistake = if !self.walk.running[vm.0 as usize] {
            Some(errors::migrates_while_stopped(self.dc, step, vm))
        } else if from == to {
            Some(errors::is_already_there(self.dc, step, vm, to))
        } else {
            None
        };
        if let Some(mistake) = mistake {
            findings.push(mistake);
            self.bad_vms.insert(vm);
            return;
        }
        self.check_move(step, vm, Some(to), findings);
        if !self.is_on(to) && !self.boot_written_later(to, findings) {
            self.infer_boot(step, to);
        }
        let action = self.act(step, Some(from), false);
        self.after_boot(to, action);
        self.left.entry(from).or_default().push(action);
        self.walk.host[vm.0 as usize] = to;
        self.enter(action, vm, step.pool);
        if let Some(tenants) = self.tenants.get_mut(&from) {
            tenants.remove(&vm);
        }
        if let Some(tenants) = self.tenants.get_mut(&to) {
            tenants.insert(vm);
        }
    }

    fn start(&mut self, at: usize, vm: VmId, findings: &mut Vec<Diagnostic>) {
        let step = &self.steps[at];
        if self.bad_vms.contains(&vm) {
            return;
        }
        if self.walk.running[vm.0 as usize] {
            findings.push(errors::is_running_already(self.dc, step, vm));
            self.bad_vms.insert(vm);
            return;
        }
        let places = self.starting_places(at, vm, findings);
        if places.is_empty() {
            let host = self.walk.host[vm.0 as usize];
            if !self.bad_servers.contains(&host) {
                findings.push(errors::starts_on_server_that_is_off(
                    self.dc, step, vm, host,
                ));
            }
            self.bad_vms.insert(vm);
            return;
        }
        let is_known = !self.chosen.contains_key(&vm);
        let action = self.start_there(step, vm, &places);
        if let ([(host, _)], true) = (places.as_slice(), is_known) {
            self.after_boot(*host, action);
        }
        self.walk.running[vm.0 as usize] = true;
    }

    fn stop(&mut self, step: &Step, vm: VmId, findings: &mut Vec<Diagnostic>) {
        if self.bad_vms.contains(&vm) {
            return;
        }
        if !self.walk.running[vm.0 as usize] {
            findings.push(errors::is_stopped_already(self.dc, step, vm));
            self.bad_vms.insert(vm);
            return;
        }
        self.stop_there(step, vm);
        self.walk.running[vm.0 as usize] = false;
    }

    /// Notes the action, after the one before it of the same VM or server.
    fn act(&mut self, step: &Step, from: Option<ServerId>, inferred: bool) -> ActionId {
        let action = ActionId(self.walk.deeds.len() as u32);
        let name = self.name(step.task);
        self.walk.deeds.push(Deed {
            name,
            task: step.task,
            from,
            pools: Pools::default(),
            open: Vec::new(),
            came_by: None,
            goes_on: false,
            inferred,
            takes: step.takes,
            rate: step.rate,
            manner: step.manner,
            text: step.text.clone(),
            turn: step.turn,
            is_optional: step.is_optional,
            is_begun: step.is_begun,
            origin: step.origin,
        });
        let (own, cause) = match step.task {
            Task::Migrate { vm, .. } | Task::Start(vm) | Task::Stop(vm) => {
                (self.walk.of_vm.entry(vm).or_default(), Cause::VmInOrder(vm))
            }
            Task::Boot(server) | Task::Shutdown(server) | Task::Run(server) => (
                self.walk.of_server.entry(server).or_default(),
                Cause::ServerInOrder(server),
            ),
            Task::Pause => return action,
        };
        let before = own.last().copied();
        own.push(action);
        let to = match step.task {
            Task::Migrate { to, .. } if step.among.is_none() => Some(to),
            _ => None,
        };
        let of_vm = matches!(cause, Cause::VmInOrder(_));
        for server in [from, to].into_iter().flatten() {
            self.walk.at_server.entry(server).or_default().push(action);
            if of_vm {
                self.beside_commands(server, action);
            }
        }
        if let Some(before) = before {
            self.order(before, action, cause);
        }
        action
    }

    /// The first pause between here and a step further down.
    fn pause_before(&self, at: usize) -> Option<usize> {
        let next = self.done.iter().position(|done| !done)?;
        let between = self.steps.get(next..at)?.iter();
        let mut between = between.zip(next..);
        between.find_map(|(step, at)| matches!(step.task, Task::Pause).then_some(at))
    }

    /// All that is written before a pause has ended by then, all that is written behind it starts later. What the steps
    /// put before something else on the same side need not be said.
    fn keep_pauses(&mut self) {
        let pauses = std::mem::take(&mut self.pauses);
        let count = self.walk.deeds.len() as u32;
        for (place, &(step, pause)) in pauses.iter().enumerate() {
            let first = place.checked_sub(1).map_or(0, |before| pauses[before].1.0);
            let next = pauses.get(place + 1).map_or(count, |next| next.1.0);
            let among = |range: std::ops::Range<u32>, pick: fn(&Order) -> [ActionId; 2]| {
                let orders = self.walk.orders.iter().map(pick);
                let within = orders.filter(|both| both.iter().all(|one| range.contains(&one.0)));
                let bound: BTreeSet<ActionId> = within.map(|[of, _]| of).collect();
                let all = range.map(ActionId);
                all.filter(|one| !bound.contains(one)).collect::<Vec<_>>()
            };
            let before = among(first..pause.0, |order| [order.first, order.then]);
            let behind = among(pause.0 + 1..next, |order| [order.then, order.first]);
            let cause = Cause::Pause(step);
            for first in before {
                self.order(first, pause, cause);
            }
            for then in behind {
                self.order(pause, then, cause);
            }
        }
    }

    fn order(&mut self, first: ActionId, then: ActionId, cause: Cause) {
        self.walk.orders.push(Order { first, then, cause });
    }

    fn name(&mut self, task: Task) -> String {
        let name = match task {
            Task::Migrate { vm, .. } => format!("migrate {}", self.dc[vm].name),
            Task::Boot(server) => format!("boot {}", self.dc[server].name),
            Task::Shutdown(server) => format!("shutdown {}", self.dc[server].name),
            Task::Start(vm) => format!("start {}", self.dc[vm].name),
            Task::Stop(vm) => format!("stop {}", self.dc[vm].name),
            Task::Run(server) => format!("run {}", self.dc[server].name),
            Task::Pause => "pause".to_owned(),
        };
        let times = self.names.entry(name.clone()).or_insert(0);
        *times += 1;
        match *times {
            1 => name,
            times => format!("{name} ({times})"),
        }
    }
}
