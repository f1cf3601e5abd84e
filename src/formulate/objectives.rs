//! Goals as weights on starts, ends, modes and the last end.

use std::collections::BTreeMap;

use super::modes::Method;
use super::steps::Walk;
use crate::datacenter::Datacenter;
use crate::formulation::{Objective, Term};
use crate::request::{GoalKind, Request, RuleKind, Subject, Task};

/// The objective of a goal.
pub(super) fn objective(
    goal: GoalKind,
    dc: &Datacenter,
    request: &Request,
    walk: &Walk,
    methods: &[Method],
) -> Objective {
    let empty = Objective {
        name: goal.name().to_owned(),
        scale: 1,
        constant: 0,
        makespan: 0,
        terms: vec![Term::default(); walk.deeds.len()],
    };
    match goal {
        GoalKind::Mttr => mttr(empty, request, walk),
        GoalKind::Energy => energy(empty, dc, walk, methods),
        GoalKind::Makespan => Objective {
            makespan: 1,
            ..empty
        },
    }
}

/// The sum over all actions of their end (UCC'15, minMTTR), each as often as `weight` says.
fn mttr(mut objective: Objective, request: &Request, walk: &Walk) -> Objective {
    let mut weights: BTreeMap<Subject, i64> = BTreeMap::new();
    for rule in &request.rules {
        if let RuleKind::Weight { subjects, factor } = &rule.kind {
            weights.extend(
                subjects
                    .iter()
                    .map(|&subject| (subject, i64::from(*factor))),
            );
        }
    }
    for (term, deed) in objective.terms.iter_mut().zip(&walk.deeds) {
        let subject = match deed.task {
            Task::Migrate { vm, .. } | Task::Start(vm) | Task::Stop(vm) => Subject::Vm(vm),
            Task::Boot(server) | Task::Shutdown(server) => Subject::Server(server),
        };
        term.end = weights.get(&subject).copied().unwrap_or(1);
    }
    objective
}

/// The energy of the actions (UCC'15, minEnergy), and what the plan decides about besides, until its last end:
/// how long the servers are on that it boots or shuts down, how long the VMs run that it starts or stops, and,
/// where two servers draw differently for a VM, how long it stays on the first. In mJ.
fn energy(mut objective: Objective, dc: &Datacenter, walk: &Walk, methods: &[Method]) -> Objective {
    objective.scale = 1000;
    for ((term, deed), method) in objective.terms.iter_mut().zip(&walk.deeds).zip(methods) {
        term.modes = method.modes.iter().map(|mode| mw(mode.energy)).collect();
        let here = &dc[deed.from];
        // What begins to draw counts from the start, what ends to draw up to the end.
        match deed.task {
            Task::Boot(_) => term.start = -mw(here.power),
            Task::Shutdown(_) => term.end = mw(here.power),
            Task::Start(_) => term.start = -mw(here.hosting),
            Task::Stop(_) => term.end = mw(here.hosting),
            Task::Migrate { to, .. } => term.end = mw(here.hosting) - mw(dc[to].hosting),
        }
    }
    for (server, actions) in &walk.of_server {
        if !actions.is_empty() && walk.on[server.0 as usize] {
            objective.makespan = objective.makespan.saturating_add(mw(dc[*server].power));
        }
    }
    for (vm, actions) in &walk.of_vm {
        let switched = actions
            .iter()
            .rev()
            .map(|action| &walk.deeds[action.0 as usize]);
        let mut switched =
            switched.filter(|deed| matches!(deed.task, Task::Start(_) | Task::Stop(_)));
        if let Some(deed) = switched.next()
            && matches!(deed.task, Task::Start(_))
        {
            objective.makespan = objective
                .makespan
                .saturating_add(mw(dc[walk.host[vm.0 as usize]].hosting));
        }
    }
    objective
}

/// Quantities beyond this range are refused before (see [`super::formulate`]).
fn mw(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX / 4)
}
