//! The builder of a [`Request`].

use std::collections::BTreeSet;
use std::sync::Arc;

use super::datacenter::unknown;
use super::quantity::{Power, Rate, Time};
use super::{BuildError, BuildErrors};
use crate::datacenter::{Datacenter, Node, Patience, Retry, ServerId, Stock, VmId};
use crate::request::{
    Asked, Bandwidth, Goal, GoalKind, Model, Overbook, Period, Request, Rule, RuleKind, Seconds,
    Shared, Step, Subject, Task, Turn,
};

/// Builds a [`Request`]. Times count from the plan's start.
#[derive(Debug, Clone)]
pub struct RequestBuilder {
    request: Request,
    /// How many turns were asked for.
    turns: u32,
}

impl From<VmId> for Subject {
    fn from(id: VmId) -> Subject {
        Subject::Vm(id)
    }
}

impl From<ServerId> for Subject {
    fn from(id: ServerId) -> Subject {
        Subject::Server(id)
    }
}

impl Period {
    /// From one moment to another.
    pub fn between(from: impl Into<Time>, to: impl Into<Time>) -> Period {
        Period {
            from: Seconds::from(from.into().seconds()),
            to: Some(Seconds::from(to.into().seconds())),
        }
    }
}

fn subjects<S: Into<Subject>>(subjects: impl IntoIterator<Item = S>) -> Vec<Subject> {
    subjects.into_iter().map(Into::into).collect()
}

impl RequestBuilder {
    /// A plan without steps, rules and goals.
    pub fn new(name: impl Into<String>) -> Self {
        RequestBuilder {
            request: Request {
                name: name.into(),
                doc: None,
                start: None,
                reverses: None,
                steps: Vec::new(),
                rules: Vec::new(),
                goals: Vec::new(),
                expectations: Vec::new(),
                bandwidth: Bandwidth::Max,
                model: Model::default(),
                slack: 0,
                timeouts: Vec::new(),
                retries: Vec::new(),
                overbook: Vec::new(),
                origin: None,
            },
            turns: 0,
        }
    }

    /// Moves a VM from where it is by then.
    pub fn migrate(&mut self, vm: VmId, to: ServerId) -> StepSpec<'_> {
        self.step(Task::Migrate { vm, to })
    }

    /// Moves a VM to one of several servers, whichever the plan chooses.
    ///
    /// # Panics
    /// If there is none.
    pub fn migrate_to_any(
        &mut self,
        vm: VmId,
        among: impl IntoIterator<Item = ServerId>,
    ) -> StepSpec<'_> {
        let among: Arc<[ServerId]> = among.into_iter().collect();
        let to = *among.first().expect("a server to choose");
        let spec = self.step(Task::Migrate { vm, to });
        spec.step.among = Some(among);
        spec
    }

    /// Turns a server on.
    pub fn boot(&mut self, server: ServerId) -> StepSpec<'_> {
        self.step(Task::Boot(server))
    }

    /// Turns a server off.
    pub fn shutdown(&mut self, server: ServerId) -> StepSpec<'_> {
        self.step(Task::Shutdown(server))
    }

    /// Turns a server off and on again.
    pub fn reboot(&mut self, server: ServerId) {
        self.shutdown(server);
        self.boot(server);
    }

    /// Carries out a command on a server that is up, in so long as planned.
    pub fn run(
        &mut self,
        command: impl Into<String>,
        server: ServerId,
        takes: impl Into<Time>,
    ) -> StepSpec<'_> {
        let spec = self.step(Task::Run(server)).takes(takes);
        spec.step.text = Some(command.into().into());
        spec
    }

    /// Asks somebody, and goes on with the steps that follow once that is approved.
    pub fn pause(&mut self, question: impl Into<String>) -> StepSpec<'_> {
        let spec = self.step(Task::Pause);
        spec.step.text = Some(question.into().into());
        spec
    }

    /// How long actions may take: those of some, or all others.
    pub fn timeout(&mut self, value: Patience, subjects: Option<Vec<Subject>>) {
        let origin = None;
        let asked = Asked {
            value,
            subjects,
            origin,
        };
        self.request.timeouts.push(asked);
    }

    /// How often actions are tried again: those of some, or all others.
    pub fn retry(&mut self, value: Retry, subjects: Option<Vec<Subject>>) {
        let origin = None;
        let asked = Asked {
            value,
            subjects,
            origin,
        };
        self.request.retries.push(asked);
    }

    /// Millionths of what servers have of a stock that they give their VMs: these servers, or all.
    pub fn overbook(&mut self, stock: Stock, millionths: u32, servers: Option<Vec<ServerId>>) {
        self.request.overbook.push(Overbook {
            stock,
            factor: millionths,
            servers,
        });
    }

    /// A turn of a server: steps are [put into it](StepSpec::in_turn), and a [roll](RequestBuilder::roll) counts it.
    pub fn turn(&mut self, server: ServerId) -> Turn {
        self.turns += 1;
        Turn {
            id: self.turns,
            server,
            is_forward: false,
            is_begun: false,
        }
    }

    /// At most so many of the turns are begun and not over at once, in whichever order.
    pub fn roll(&mut self, count: u32, turns: impl IntoIterator<Item = Turn>) {
        let (turns, order) = (turns.into_iter().collect(), None);
        self.rule(RuleKind::Roll {
            count,
            turns,
            order,
        });
    }

    /// Starts a VM where it is.
    pub fn start(&mut self, vm: VmId) -> StepSpec<'_> {
        self.step(Task::Start(vm))
    }

    /// Stops a VM.
    pub fn stop(&mut self, vm: VmId) -> StepSpec<'_> {
        self.step(Task::Stop(vm))
    }

    /// Any step.
    pub fn step(&mut self, task: Task) -> StepSpec<'_> {
        self.request.steps.push(Step::of(task, None));
        let last = self.request.steps.len() - 1;
        StepSpec {
            step: &mut self.request.steps[last],
        }
    }

    /// Any rule.
    pub fn rule(&mut self, mut kind: RuleKind) {
        without_repetition(&mut kind);
        self.request.rules.push(Rule {
            kind,
            by_clock: false,
            origin: None,
        });
    }

    /// The VMs' migrations end together; those by post-copy start together.
    pub fn sync(&mut self, vms: impl IntoIterator<Item = VmId>) {
        let vms = vms.into_iter().collect();
        self.rule(RuleKind::Sync { vms, edge: None });
    }

    /// Everything of `first` ends before anything of `then` starts.
    pub fn before<A: Into<Subject>, B: Into<Subject>>(
        &mut self,
        first: impl IntoIterator<Item = A>,
        then: impl IntoIterator<Item = B>,
    ) {
        let (first, then) = (subjects(first), subjects(then));
        self.rule(RuleKind::Before { first, then });
    }

    /// They end by that time.
    pub fn by<S: Into<Subject>>(
        &mut self,
        who: impl IntoIterator<Item = S>,
        time: impl Into<Time>,
    ) {
        let (subjects, time) = (subjects(who), Seconds::from(time.into().seconds()));
        self.rule(RuleKind::By { subjects, time });
    }

    /// They do not start before that time.
    pub fn after<S: Into<Subject>>(
        &mut self,
        who: impl IntoIterator<Item = S>,
        time: impl Into<Time>,
    ) {
        let (subjects, time) = (subjects(who), Seconds::from(time.into().seconds()));
        self.rule(RuleKind::After { subjects, time });
    }

    /// They act one at a time.
    pub fn seq<S: Into<Subject>>(&mut self, who: impl IntoIterator<Item = S>) {
        let subjects = subjects(who);
        self.rule(RuleKind::Seq { subjects });
    }

    /// They never share a server.
    pub fn spread(&mut self, vms: impl IntoIterator<Item = VmId>) {
        let vms = vms.into_iter().collect();
        let over = Shared::Server;
        self.rule(RuleKind::Spread { vms, over });
    }

    /// All servers together draw at most that much, at any time.
    pub fn budget(&mut self, power: impl Into<Power>) {
        self.budget_during(power, Period::ALWAYS);
    }

    /// All servers together draw at most that much during the period.
    pub fn budget_during(&mut self, power: impl Into<Power>, period: Period) {
        let power = power.into().0;
        self.rule(RuleKind::Budget {
            power,
            servers: None,
            period,
        });
    }

    /// At most so many migrations run at once.
    pub fn at_most_migrations(&mut self, count: u32) {
        let (scope, period) = (None, Period::ALWAYS);
        self.rule(RuleKind::AtMostMigrations {
            count,
            scope,
            period,
        });
    }

    /// Migrations get at most that much of a node.
    pub fn limit(&mut self, node: impl Into<Node>, rate: impl Into<Rate>, period: Period) {
        let (nodes, rate) = (vec![node.into()], rate.into().0);
        self.rule(RuleKind::Limit {
            nodes,
            rate,
            period,
        });
    }

    /// How long migrations take, by which model.
    pub fn model(&mut self, model: Model) {
        self.request.model = model;
    }

    /// Millionths by which migrations are planned longer than the model has them, where their VM says nothing of it.
    pub fn slack(&mut self, millionths: u32) {
        self.request.slack = millionths;
    }

    /// Which rates migrations may have; the most that their paths allow where nothing is said.
    pub fn bandwidth(&mut self, bandwidth: Bandwidth) {
        self.request.bandwidth = bandwidth;
    }

    /// A goal, less important than those before it.
    pub fn minimize(&mut self, kind: GoalKind) {
        self.request.goals.push(Goal { kind, origin: None });
    }

    /// The request; without any goal, `mttr` is minimised.
    ///
    /// # Errors
    /// Every id that `datacenter` does not have, and steps that lack the text that they need.
    pub fn build(mut self, datacenter: &Datacenter) -> Result<Request, BuildErrors> {
        if self.request.goals.is_empty() {
            self.minimize(GoalKind::Mttr);
        }
        let steps = self
            .request
            .steps
            .iter()
            .flat_map(|step| named_by_task(step.task));
        let rules = self
            .request
            .rules
            .iter()
            .flat_map(|rule| named_by_rule(&rule.kind));
        let timeouts = self.request.timeouts.iter();
        let timeouts = timeouts.filter_map(|asked| asked.subjects.as_ref());
        let retries = self.request.retries.iter();
        let retries = retries.filter_map(|asked| asked.subjects.as_ref());
        let asked = timeouts.chain(retries).flatten().map(Named::from);
        let silent = self.request.steps.iter().filter_map(unsaid);
        let errors: Vec<BuildError> = steps
            .chain(rules)
            .chain(asked)
            .filter_map(|named| named.unknown_in(datacenter))
            .chain(silent)
            .collect();
        if errors.is_empty() {
            Ok(self.request)
        } else {
            Err(BuildErrors(errors))
        }
    }
}

/// Sets have no repetition.
fn without_repetition(kind: &mut RuleKind) {
    fn distinct<T: Ord + Copy>(items: &mut Vec<T>) {
        let mut seen = BTreeSet::new();
        items.retain(|&item| seen.insert(item));
    }
    match kind {
        RuleKind::Prefer { rule, .. } => without_repetition(rule),
        RuleKind::Sync { vms, .. }
        | RuleKind::Spread { vms, .. }
        | RuleKind::Gather { vms }
        | RuleKind::Lonely { vms }
        | RuleKind::Pin { vms }
        | RuleKind::Downtime { vms, .. } => distinct(vms),
        RuleKind::Keep { vms, servers, .. } => {
            distinct(vms);
            distinct(servers);
        }
        RuleKind::Reserve { servers, .. }
        | RuleKind::AtMostVms { servers, .. }
        | RuleKind::AtMostOff { servers, .. } => distinct(servers),
        RuleKind::Before { first, then } => {
            distinct(first);
            distinct(then);
        }
        RuleKind::By { subjects, .. }
        | RuleKind::After { subjects, .. }
        | RuleKind::Seq { subjects }
        | RuleKind::Freeze { subjects, .. }
        | RuleKind::Allow { subjects, .. }
        | RuleKind::Weight { subjects, .. } => distinct(subjects),
        RuleKind::Budget { servers, .. } => servers.iter_mut().for_each(distinct),
        RuleKind::AtMostMigrations { scope, .. } => {
            scope.iter_mut().for_each(|(_, servers)| distinct(servers))
        }
        RuleKind::AtMostOn { servers, .. } => distinct(servers),
        RuleKind::Limit { nodes, .. } => distinct(nodes),
        RuleKind::Any { servers, .. } => distinct(servers),
        RuleKind::Roll { .. } => {}
    }
}

/// Something that a request names.
enum Named {
    Vm(VmId),
    Node(Node),
}

impl Named {
    fn unknown_in(self, dc: &Datacenter) -> Option<BuildError> {
        match self {
            Named::Vm(vm) => (vm.0 as usize >= dc.vms.len()).then_some(BuildError::UnknownVm(vm)),
            Named::Node(node) => unknown(dc, node),
        }
    }
}

impl From<&Subject> for Named {
    fn from(subject: &Subject) -> Named {
        match *subject {
            Subject::Vm(vm) => Named::Vm(vm),
            Subject::Server(server) | Subject::Own(server) => Named::Node(Node::Server(server)),
        }
    }
}

fn named_by_task(task: Task) -> Vec<Named> {
    match task {
        Task::Migrate { vm, to } => vec![Named::Vm(vm), Named::Node(Node::Server(to))],
        Task::Boot(server) | Task::Shutdown(server) | Task::Run(server) => {
            vec![Named::Node(Node::Server(server))]
        }
        Task::Pause => Vec::new(),
        Task::Start(vm) | Task::Stop(vm) => vec![Named::Vm(vm)],
    }
}

/// Whether a step lacks its text. A `run` with a text has a duration as well: [`RequestBuilder::run`] asks for both.
fn unsaid(step: &Step) -> Option<BuildError> {
    let speaks = matches!(step.task, Task::Run(_) | Task::Pause);
    let is_silent = step.text.as_ref().is_none_or(|text| text.trim().is_empty());
    (speaks && is_silent).then_some(BuildError::NoText)
}

fn named_by_rule(kind: &RuleKind) -> Vec<Named> {
    let of = |subjects: &[Subject]| subjects.iter().map(Named::from).collect();
    let servers = |servers: &[ServerId]| -> Vec<Named> {
        servers
            .iter()
            .map(|&id| Named::Node(Node::Server(id)))
            .collect()
    };
    match kind {
        RuleKind::Prefer { rule, .. } => named_by_rule(rule),
        RuleKind::Sync { vms, .. }
        | RuleKind::Spread { vms, .. }
        | RuleKind::Gather { vms }
        | RuleKind::Lonely { vms }
        | RuleKind::Pin { vms }
        | RuleKind::Downtime { vms, .. } => vms.iter().map(|&vm| Named::Vm(vm)).collect(),
        RuleKind::Keep {
            vms, servers: ids, ..
        } => {
            let vms = vms.iter().map(|&vm| Named::Vm(vm));
            vms.chain(servers(ids)).collect()
        }
        RuleKind::Reserve { servers: ids, .. }
        | RuleKind::AtMostVms { servers: ids, .. }
        | RuleKind::AtMostOff { servers: ids, .. }
        | RuleKind::Any { servers: ids, .. } => servers(ids),
        RuleKind::Before { first, then } => first.iter().chain(then).map(Named::from).collect(),
        RuleKind::By { subjects, .. }
        | RuleKind::After { subjects, .. }
        | RuleKind::Seq { subjects }
        | RuleKind::Freeze { subjects, .. }
        | RuleKind::Allow { subjects, .. }
        | RuleKind::Weight { subjects, .. } => of(subjects),
        RuleKind::Budget {
            servers: Some(ids), ..
        }
        | RuleKind::AtMostMigrations {
            scope: Some((_, ids)),
            ..
        }
        | RuleKind::AtMostOn { servers: ids, .. } => servers(ids),
        RuleKind::Budget { servers: None, .. } | RuleKind::AtMostMigrations { scope: None, .. } => {
            Vec::new()
        }
        RuleKind::Limit { nodes, .. } => nodes.iter().map(|&node| Named::Node(node)).collect(),
        RuleKind::Roll { turns, .. } => {
            let servers = turns.iter().map(|turn| Node::Server(turn.server));
            servers.map(Named::Node).collect()
        }
    }
}

/// A step that is being asked for.
pub struct StepSpec<'b> {
    step: &'b mut Step,
}

impl StepSpec<'_> {
    /// How long it takes, in place of the model's duration.
    pub fn takes(self, time: impl Into<Time>) -> Self {
        self.step.takes = Some(time.into().seconds());
        self
    }

    /// Lets the plan leave it out: for the shutdowns of the servers of a [`RuleKind::Any`].
    pub fn optional(self) -> Self {
        self.step.is_optional = true;
        self
    }

    /// Makes it a part of a server's turn.
    pub fn in_turn(self, turn: Turn) -> Self {
        self.step.turn = Some(turn);
        self
    }

    /// What a migration gets, in place of what its path allows.
    pub fn rate(self, rate: impl Into<Rate>) -> Self {
        self.step.rate = Some(rate.into().0);
        self
    }
}
