//! Planners that others use, to hold ours against: what each of them knows, and nothing else.
//!
//! All of them know what the steps imply (a server is up before a VM arrives, empty before it goes down; the steps of one VM in their
//! order) and the memory and CPUs of hosts, which every hypervisor asks for. None knows links, rates, budgets or the rules of a
//! plan. What each knows beside that is in a file of its own, as a `Policy`: what waits for what, how many migrations may run at
//! once, in which order they are taken, what is done about one that does not end.
//!
//! A plan of theirs says when each action would start if links were free, and breaks whatever limit they do not know: its
//! [`crate::plan::By`] says what. What it really costs shows in [`crate::simulate`].

mod btrplace;
mod buddies;
mod caps;
mod compare;
mod hroller;
mod kubevirt;
mod nova;
mod proxmox;
mod sequential;
mod vsphere;
#[cfg(test)]
mod tests;

pub use compare::{Figures, Row, json, picture, table};

use std::collections::{BTreeMap, BTreeSet};

use crate::datacenter::{Datacenter, Policy as Done, ServerId, VmId};
use crate::formulate::{Cause, Problem};
use crate::formulation::{ActionId, Schedule, Seconds, SourceKind};
use crate::plan::{Others, Plan, TimedLevel, Timeout, Until, others};
use crate::request::{Request, Task};
use crate::run::{Decision, End, Event, Journal, Machine, Zero};

/// For planners that choose at random, unless another seed is asked for.
pub const SEED: u64 = 1;

/// A planner of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Baseline {
    /// One migration after the other.
    Sequential,
    /// At most so many migrations at once, in a random order: Memory Buddies, as UCC'15 compares with it.
    Buddies(u32),
    /// All as soon as hosts have room: BtrPlace without a model of the network.
    Btrplace,
    /// OpenStack's compute service.
    Nova,
    /// KubeVirt.
    Kubevirt,
    /// Proxmox VE.
    Proxmox,
    /// VMware vSphere.
    Vsphere,
    /// Ganeti's scheduler of rolling maintenance.
    Hroller,
}

impl Baseline {
    /// All of them.
    pub const ALL: [Baseline; 10] = [
        Baseline::Sequential,
        Baseline::Buddies(2),
        Baseline::Buddies(3),
        Baseline::Buddies(4),
        Baseline::Btrplace,
        Baseline::Nova,
        Baseline::Kubevirt,
        Baseline::Proxmox,
        Baseline::Vsphere,
        Baseline::Hroller,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Baseline::Sequential => "sequential",
            Baseline::Buddies(2) => "memory-buddies-2",
            Baseline::Buddies(3) => "memory-buddies-3",
            Baseline::Buddies(_) => "memory-buddies-4",
            Baseline::Btrplace => "btrplace",
            Baseline::Nova => "nova",
            Baseline::Kubevirt => "kubevirt",
            Baseline::Proxmox => "proxmox",
            Baseline::Vsphere => "vsphere",
            Baseline::Hroller => "hroller",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Baseline> {
        let mut all = Baseline::ALL.into_iter();
        all.find(|baseline| baseline.name() == name)
    }

    fn policy(self, view: &View) -> Policy {
        match self {
            Baseline::Sequential => sequential::policy(view),
            Baseline::Buddies(most) => buddies::policy(view, most),
            Baseline::Btrplace => btrplace::policy(view),
            Baseline::Nova => nova::policy(view),
            Baseline::Kubevirt => kubevirt::policy(view),
            Baseline::Proxmox => proxmox::policy(view),
            Baseline::Vsphere => vsphere::policy(view),
            Baseline::Hroller => hroller::policy(view),
        }
    }
}

/// What a planner sees.
pub(crate) struct View<'a> {
    pub dc: &'a Datacenter,
    /// What there is to do, in the order in which steps stand.
    pub problem: &'a Problem,
    /// For those that choose at random.
    pub seed: u64,
}

/// A migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Move {
    pub action: ActionId,
    pub vm: VmId,
    pub from: ServerId,
    pub to: ServerId,
}

impl View<'_> {
    /// The migrations, by VM, each VM's in their order.
    pub fn moves(&self) -> Vec<Move> {
        let all = self.problem.formulation.ids().zip(&self.problem.work);
        let moves = all.filter_map(|(action, work)| match (work.task, work.from) {
            (Task::Migrate { vm, to }, Some(from)) => Some(Move {
                action,
                vm,
                from,
                to,
            }),
            _ => None,
        });
        let mut moves: Vec<Move> = moves.collect();
        moves.sort_by_key(|one| (one.vm, one.action));
        moves
    }

    /// The actions with such a task.
    pub fn with(&self, is_it: impl Fn(Task) -> bool) -> Vec<ActionId> {
        let all = self.problem.formulation.ids().zip(&self.problem.work);
        all.filter(|(_, work)| is_it(work.task))
            .map(|(action, _)| action)
            .collect()
    }
}

/// What a planner knows beside the steps and the room on hosts.
#[derive(Default)]
pub(crate) struct Policy {
    /// `(first, then)`
    pub orders: Vec<(ActionId, ActionId)>,
    /// How many migrations may run at once.
    pub caps: Vec<Cap>,
    /// In which order migrations are taken; empty: by VM.
    pub order: Vec<ActionId>,
    /// What is done about a migration that does not end.
    pub patience: Patience,
}

/// So many of some migrations at once.
pub(crate) struct Cap {
    pub name: String,
    pub most: u32,
    pub of: Vec<ActionId>,
}

/// What is done about a migration that does not end.
#[derive(Clone, Copy, Default)]
pub(crate) enum Patience {
    /// It is waited for.
    #[default]
    Wait,
    /// Its VM is suspended after so many seconds.
    Suspend(Seconds),
    /// It is aborted after so many seconds for each GiB of its VM.
    AbortPerGib(Seconds),
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stuck {
    /// These are never begun: hosts have no room for them, or what they wait for is never done.
    #[error("gets stuck: `{first}` is never begun, nor are {others} others")]
    NeverBegun {
        /// The first one.
        first: String,
        /// How many more.
        others: usize,
    },
}

/// The plan of another planner, for a request that leaves nothing open; `seed` is for those that choose at random.
///
/// # Errors
/// If it gets stuck.
pub fn plan(
    baseline: Baseline,
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    seed: u64,
) -> Result<Plan, Stuck> {
    let view = View {
        dc: datacenter,
        problem,
        seed,
    };
    let policy = baseline.policy(&view);
    let f = &problem.formulation;
    let count = f.actions.len();
    let mut waits: Vec<Vec<(ActionId, String)>> = vec![Vec::new(); count];
    for precedence in &f.precedences {
        let source = &f[precedence.source];
        let is_rule = matches!(problem.causes[precedence.source.0 as usize], Cause::Rule(_));
        if !is_rule && source.kind == SourceKind::Implied {
            waits[precedence.then.0 as usize].push((precedence.first, source.label.clone()));
        }
    }
    for &(first, then) in &policy.orders {
        waits[then.0 as usize].push((first, baseline.name().to_owned()));
    }
    let (levels, demands) = levels(&view, &policy);
    let timeouts: Vec<Timeout> = f
        .ids()
        .map(|action| timeout(&view, &policy, action))
        .collect();
    let mut said = Others {
        planner: baseline.name().to_owned(),
        schedule: Schedule {
            start: vec![0; count],
            mode: vec![0; count],
        },
        waits,
        levels,
        demands,
        timeouts,
    };
    said.schedule.start = starts(&view, request, &policy, &said)?;
    Ok(others(datacenter, request, problem, said))
}

/// How long an action may take.
fn timeout(view: &View, policy: &Policy, action: ActionId) -> Timeout {
    let length = view.problem.formulation[action].modes[0].duration;
    let usual = Timeout::usual(length);
    let Task::Migrate { vm, .. } = view.problem.work[action.0 as usize].task else {
        return usual;
    };
    let (limit, policy) = match policy.patience {
        Patience::Wait => (usual.limit, Done::Wait),
        Patience::Suspend(seconds) => (seconds, Done::Suspend),
        Patience::AbortPerGib(seconds) => {
            let gib = view.dc[vm].memory.value.div_ceil(1 << 30).max(1);
            (seconds * i64::try_from(gib).unwrap_or(1), Done::Abort)
        }
    };
    Timeout {
        limit,
        policy,
        ..usual
    }
}

type Demands = Vec<Vec<(usize, i64, i64)>>;

/// What is looked at before an action starts: room on hosts, and how many run.
fn levels(view: &View, policy: &Policy) -> (Vec<TimedLevel>, Demands) {
    let problem = view.problem;
    let mut levels: Vec<TimedLevel> = Vec::new();
    let mut demands: Demands = vec![Vec::new(); problem.work.len()];
    let mut level = |name: String, initial: i64, capacity: i64| {
        levels.push(TimedLevel {
            name,
            by_clock: false,
            initial,
            capacity: vec![(0, capacity)],
        });
        levels.len() - 1
    };
    let mut add = |action: ActionId, level: usize, take: i64, give: i64| {
        demands[action.0 as usize].push((level, take, give));
    };
    // The rooms of a host are those levels of the formulation that its rules do not make.
    for (at, resource) in problem.formulation.resources.iter().enumerate() {
        let cause = problem.causes[resource.source.0 as usize];
        if !matches!(cause, Cause::Stock(..)) {
            continue;
        }
        let known = level(
            resource.name.clone(),
            resource.initial,
            resource.capacity[0].1,
        );
        for action in problem.formulation.ids() {
            let mode = &problem.formulation[action].modes[0];
            let mut of = mode.demands.iter();
            if let Some(demand) = of.find(|demand| demand.resource.0 as usize == at) {
                add(action, known, demand.take, demand.give);
            }
        }
    }
    for cap in &policy.caps {
        let known = level(cap.name.clone(), 0, cap.most.into());
        for &action in &cap.of {
            add(action, known, 1, 1);
        }
    }
    (levels, demands)
}

/// When each action starts if each takes as long as it takes alone.
fn starts(
    view: &View,
    request: &Request,
    policy: &Policy,
    said: &Others,
) -> Result<Vec<Seconds>, Stuck> {
    let (dc, problem) = (view.dc, view.problem);
    let f = &problem.formulation;
    // The machine takes those that are ready in the order in which they stand.
    let mut order: Vec<ActionId> = f.ids().collect();
    let rank: BTreeMap<ActionId, usize> = match policy.order.as_slice() {
        [] => view
            .moves()
            .iter()
            .zip(0..)
            .map(|(one, at)| (one.action, at))
            .collect(),
        order => order
            .iter()
            .zip(0..)
            .map(|(&action, at)| (action, at))
            .collect(),
    };
    order.sort_by_key(|action| (rank.get(action).map_or(0, |at| at + 1), *action));
    let mut place = vec![0; order.len()];
    for (at, action) in order.iter().enumerate() {
        place[action.0 as usize] = at;
    }
    let draft = others(dc, request, problem, said.clone());
    let by_name: BTreeMap<&str, usize> = draft
        .actions
        .iter()
        .enumerate()
        .map(|(at, action)| (action.id.as_str(), at))
        .collect();
    let mut proto = draft.clone();
    proto.actions = order
        .iter()
        .map(|&action| {
            let mut planned = draft.actions[by_name[f[action].name.as_str()]].clone();
            planned.after.clear();
            for (first, why) in &said.waits[action.0 as usize] {
                planned.after.push(crate::plan::Wait {
                    action: place[first.0 as usize],
                    until: Until::Done,
                    why: why.clone(),
                    origin: None,
                });
            }
            planned
        })
        .collect();
    let started = played(&proto);
    let mut never = order.iter().zip(&started).filter(|(_, at)| at.is_none());
    if let Some((first, _)) = never.next() {
        return Err(Stuck::NeverBegun {
            first: f[*first].name.clone(),
            others: never.count(),
        });
    }
    let mut starts = vec![0; order.len()];
    for (action, at) in order.iter().zip(started) {
        starts[action.0 as usize] = at.unwrap_or(0);
    }
    Ok(starts)
}

/// When each action of a plan starts if each takes as long as planned.
fn played(plan: &Plan) -> Vec<Option<Seconds>> {
    let mut started = vec![None; plan.actions.len()];
    let zero = Zero { clock: 0, start: 0 };
    let mut machine = Machine::new(plan, &Journal::default(), zero, 1).looking_each(1 << 40);
    let mut ends: BTreeSet<(Seconds, usize)> = BTreeSet::new();
    let mut now = 0;
    let mut decisions = machine.proceed(now);
    loop {
        while !decisions.is_empty() {
            let mut more = Vec::new();
            for decision in decisions {
                if let Decision::Start { action, .. } = decision {
                    let length = plan.actions[action].end - plan.actions[action].start;
                    started[action] = Some(now);
                    ends.insert((now + length, action));
                    more.extend(machine.take(now, Event::Started(action)));
                }
            }
            decisions = more;
        }
        let Some((end, action)) = ends.pop_first() else {
            return started;
        };
        now = end;
        decisions = machine.take(now, Event::Ended(action, End::Done));
    }
}
