//! Goals as weights on starts, ends, modes and the last end.

use super::modes::{Method, Mode, Way};
use super::steps::{Deed, Walk};
use crate::datacenter::{Datacenter, VmId};
use crate::formulation::{Objective, Term};
use crate::request::{GoalKind, Request, RuleKind, Task};

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
        scale: goal.scale(),
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
        GoalKind::Moves => moves(empty, walk, methods),
        // They are made of what is known once all else is there (see [`super::preferences`]).
        GoalKind::Preferences | GoalKind::Balance => empty,
        GoalKind::Downtime => downtime(empty, dc, walk, methods),
        GoalKind::Power => power(empty, dc, walk, methods),
        GoalKind::ServersOn => servers_on(empty, walk, methods),
    }
}

/// The sum over all actions of their end (UCC'15, minMTTR), each as often as `weight` says.
fn mttr(mut objective: Objective, request: &Request, walk: &Walk) -> Objective {
    for term in &mut objective.terms {
        term.end = 1;
    }
    // Of several, the last one counts.
    for rule in &request.rules {
        if let RuleKind::Weight { subjects, factor } = &rule.kind {
            for action in walk.actions_of(subjects) {
                objective.terms[action.0 as usize].end = i64::from(*factor);
            }
        }
    }
    objective
}

/// The migrations, but for those of VMs that stay.
fn moves(mut objective: Objective, walk: &Walk, methods: &[Method]) -> Objective {
    for ((term, deed), method) in objective.terms.iter_mut().zip(&walk.deeds).zip(methods) {
        if matches!(deed.task, Task::Migrate { .. }) {
            let moves = |mode| !method.way(mode).is_some_and(|way| way.stays());
            term.modes = method
                .modes
                .iter()
                .map(|mode| i64::from(moves(mode)))
                .collect();
        }
    }
    objective
}

/// The servers that are on in the end: those of which that is certain, and of the others those whose shutdown is left out.
fn servers_on(mut objective: Objective, walk: &Walk, methods: &[Method]) -> Objective {
    let certain = walk.on.iter().filter(|on| **on).count();
    objective.constant = i64::try_from(certain).unwrap_or(i64::MAX / 4);
    for ((term, deed), method) in objective.terms.iter_mut().zip(&walk.deeds).zip(methods) {
        if deed.is_optional && matches!(deed.task, Task::Shutdown(_)) {
            let stays = |mode| method.way(mode).is_some_and(Way::stays);
            term.modes = method
                .modes
                .iter()
                .map(|mode| i64::from(stays(mode)))
                .collect();
            objective.constant -= 1;
        }
    }
    objective
}

/// What is drawn in the end: by the servers that are on then, and for each VM that runs by then, by the server where it is.
fn power(mut objective: Objective, dc: &Datacenter, walk: &Walk, methods: &[Method]) -> Objective {
    let certain = dc.servers.iter().zip(&walk.on).filter(|(_, on)| **on);
    let mut drawn: i64 = certain.map(|(server, _)| mw(server.power)).sum();
    for ((term, deed), method) in objective.terms.iter_mut().zip(&walk.deeds).zip(methods) {
        if let (Task::Shutdown(server), true) = (deed.task, deed.is_optional) {
            let power = mw(dc[server].power);
            let stays = |mode| method.way(mode).is_some_and(Way::stays);
            let left = |mode| if stays(mode) { power } else { 0 };
            term.modes = method.modes.iter().map(left).collect();
            drawn -= power;
        }
    }
    let running = (0..)
        .map(VmId)
        .zip(&walk.running)
        .filter(|(_, runs)| **runs);
    for (vm, _) in running {
        let Some(last) = walk.migrations(vm).last() else {
            drawn += mw(dc[walk.host[vm.0 as usize]].hosting);
            continue;
        };
        let method = &methods[last.0 as usize];
        let hosting = |mode| {
            let to = method.way(mode).and_then(|way| way.to);
            to.map_or(0, |to| mw(dc[to].hosting))
        };
        objective.terms[last.0 as usize].modes = method.modes.iter().map(hosting).collect();
    }
    objective.constant = drawn;
    objective
}

/// How long VMs stand still: in each migration, and from the start of a stop to the end of the next start.
fn downtime(
    mut objective: Objective,
    dc: &Datacenter,
    walk: &Walk,
    methods: &[Method],
) -> Objective {
    let ms = |value: u64| i64::try_from(value).unwrap_or(i64::MAX / 4);
    for ((term, deed), method) in objective.terms.iter_mut().zip(&walk.deeds).zip(methods) {
        let Task::Migrate { vm, .. } = deed.task else {
            continue;
        };
        let stands_still = |mode: &Mode| match method.way(mode) {
            Some(way) if !way.stays() => ms(dc[vm].stands_still(way.manner, mode.duration)),
            _ => 0,
        };
        term.modes = method.modes.iter().map(stands_still).collect();
    }
    for actions in walk.of_vm.values() {
        let mut stopped = None;
        for &action in actions {
            match walk.deeds[action.0 as usize].task {
                Task::Stop(_) => stopped = Some(action),
                Task::Start(_) => {
                    if let Some(stop) = stopped.take() {
                        objective.terms[stop.0 as usize].start -= 1000;
                        objective.terms[action.0 as usize].end += 1000;
                    }
                }
                _ => {}
            }
        }
    }
    objective
}

/// The energy of the actions (UCC'15, minEnergy), and what the plan decides about besides, until its last end: how
/// long the servers are on that it boots or shuts down, how long the VMs run that it starts or stops, and, where
/// servers draw differently for a VM, how long it stays on each. In mJ.
///
/// What each of them draws counts from what it draws at least, whatever the plan: that much no plan can save. So the
/// energy of the whole datacenter is this one and a constant times the plan's length.
fn energy(mut objective: Objective, dc: &Datacenter, walk: &Walk, methods: &[Method]) -> Objective {
    for ((term, deed), method) in objective.terms.iter_mut().zip(&walk.deeds).zip(methods) {
        term.modes = method.modes.iter().map(|mode| mw(mode.energy)).collect();
        let Some(from) = deed.from else { continue };
        let here = &dc[from];
        // What begins to draw counts from the start, what ends to draw up to the end.
        match deed.task {
            Task::Boot(_) => term.start = -mw(here.power),
            Task::Shutdown(_) => term.end = mw(here.power),
            Task::Start(_) => term.start = -mw(here.hosting),
            Task::Stop(_) => term.end = mw(here.hosting),
            Task::Migrate { to, .. } => term.end = mw(here.hosting) - mw(dc[to].hosting),
            Task::Run(_) | Task::Pause => {}
        }
    }
    let servers = walk.of_server.values();
    let vms = walk.of_vm.values();
    for actions in servers.chain(vms) {
        let deeds = actions.iter().map(|action| &walk.deeds[action.0 as usize]);
        let levels: Vec<i64> = deeds
            .filter_map(|deed| levels(dc, deed))
            .flatten()
            .collect();
        if let (Some(last), Some(least)) = (levels.last(), levels.iter().min()) {
            objective.makespan = objective.makespan.saturating_add(last - least);
        }
    }
    objective
}

/// The mW that a server or VM draws before and after an action of its own that changes it.
fn levels(dc: &Datacenter, deed: &Deed) -> Option<[i64; 2]> {
    let here = &dc[deed.from?];
    Some(match deed.task {
        Task::Boot(_) => [0, mw(here.power)],
        Task::Shutdown(_) => [mw(here.power), 0],
        Task::Start(_) => [0, mw(here.hosting)],
        Task::Stop(_) => [mw(here.hosting), 0],
        Task::Migrate { to, .. } => [mw(here.hosting), mw(dc[to].hosting)],
        Task::Run(_) | Task::Pause => return None,
    })
}

/// Quantities beyond this range are refused before (see [`super::formulate`]).
fn mw(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX / 4)
}
