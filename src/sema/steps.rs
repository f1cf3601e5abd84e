//! Steps: what is to be done, one action after the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bindings;
use super::errors::{plans as errors, sets as set_errors};
use super::expr;
use super::sets::{self, Wanted};
use super::world::{MAX_THINGS, Scope, Thing, World};
use crate::datacenter::{ServerId, VmId};
use crate::diag::Code;
use crate::request::{Step, Task, Turn};
use crate::source::Span;
use crate::syntax::ast::{Expr, Set, Statement, StatementKind, Word};

/// Adds the steps that a statement asks for, and the servers that it drains. None: an error was reported.
pub(super) fn add<'a>(
    world: &mut World<'a>,
    statement: &'a Statement,
    steps: &mut Vec<Step>,
    drained: &mut BTreeSet<ServerId>,
) -> Option<()> {
    let before = steps.len();
    bindings::each(world, &statement.bindings, None, &mut |world, scope| {
        let (tasks, said) = tasks(world, scope, &statement.kind, steps, drained)?;
        push(world, statement.span, tasks, (said, None), steps)
    })?;
    if steps.len() == before && !statement.bindings.is_empty() {
        world.sink.push(errors::does_nothing(statement.span));
    }
    Some(())
}

/// Adds the tasks of a statement, with what it says of all of them, and the turn of a `roll` that they are a part of.
pub(super) fn push(
    world: &mut World<'_>,
    origin: Span,
    tasks: Vec<Task>,
    (said, turn): (Said, Option<Turn>),
    steps: &mut Vec<Step>,
) -> Option<()> {
    if (steps.len() + tasks.len()) as u64 > MAX_THINGS {
        world.sink.push(errors::too_many_steps(origin, MAX_THINGS));
        return None;
    }
    steps.extend(tasks.into_iter().map(|task| Step {
        task,
        among: said.among.clone(),
        takes: said.takes,
        rate: said.rate,
        manner: None,
        pool: None,
        text: said.text.clone(),
        turn,
        is_optional: said.is_optional,
        is_begun: false,
        origin: Some(origin),
    }));
    Some(())
}

/// Servers that the steps of a statement share.
type Among = Arc<[ServerId]>;

/// What a statement says of all of its tasks.
#[derive(Default)]
pub(super) struct Said {
    /// The servers that they choose among.
    pub among: Option<Among>,
    pub takes: Option<u32>,
    pub rate: Option<u64>,
    pub text: Option<Arc<str>>,
    pub is_optional: bool,
}

/// The tasks of a statement that stands behind those steps.
fn tasks<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    kind: &'a StatementKind,
    before: &[Step],
    drained: &mut BTreeSet<ServerId>,
) -> Option<(Vec<Task>, Said)> {
    let (tasks, takes, rate) = match kind {
        StatementKind::Migrate {
            vms,
            to,
            is_open: true,
            takes,
            rate,
            ..
        } => {
            let rate = rate.as_ref().map(|rate| expr::rate(world, scope, rate));
            let movers = self::vms(world, scope, vms);
            let among = chosen_among(world, scope, to)?;
            let first = among[0];
            let tasks = each(&movers?, |vm| Task::Migrate { vm, to: first });
            let takes = duration(world, scope, takes.as_ref())?;
            let rate = match rate {
                Some(rate) => Some(rate?),
                None => None,
            };
            let said = Said {
                among: Some(among),
                takes,
                rate,
                ..Said::default()
            };
            return Some((tasks, said));
        }
        StatementKind::Drain { servers, to } => {
            let own = advised(world, "a VM leaves its server with `migrate`", |world| {
                self::servers(world, scope, servers)
            });
            let among = drained_to(world, scope, to.as_ref())?;
            let (own, first) = (own?, *among.first()?);
            drained.extend(&own);
            let tasks = each(&guests(world, &own, before), |vm| Task::Migrate {
                vm,
                to: first,
            });
            let said = Said {
                among: Some(among),
                ..Said::default()
            };
            return Some((tasks, said));
        }
        StatementKind::Migrate {
            vms,
            to,
            is_open: false,
            via,
            takes,
            rate,
        } => {
            let rate = rate.as_ref().map(|rate| expr::rate(world, scope, rate));
            (moves(world, scope, vms, to, via.as_ref()), takes, rate)
        }
        StatementKind::Boot { servers, takes } => {
            let servers = advised(world, "a VM is started with `start`", |world| {
                self::servers(world, scope, servers)
            });
            (servers.map(|s| each(&s, Task::Boot)), takes, None)
        }
        StatementKind::Shutdown { servers, takes, .. } => {
            let servers = advised(world, "a VM is stopped with `stop`", |world| {
                self::servers(world, scope, servers)
            });
            (servers.map(|s| each(&s, Task::Shutdown)), takes, None)
        }
        StatementKind::Reboot(servers) => {
            let servers = advised(
                world,
                "a VM is restarted with `stop` and `start`",
                |world| self::servers(world, scope, servers),
            )?;
            let down_and_up = |&server: &ServerId| [Task::Shutdown(server), Task::Boot(server)];
            let tasks = servers.iter().flat_map(down_and_up).collect();
            return Some((tasks, Said::default()));
        }
        StatementKind::Run {
            command,
            servers,
            takes,
        } => return run(world, scope, command, servers, takes.as_ref()),
        StatementKind::Pause { question, takes } => {
            let takes = duration(world, scope, takes.as_ref());
            let text = text(world, question, "a `pause` asks nothing");
            let said = Said {
                takes: takes?,
                text: Some(text?),
                ..Said::default()
            };
            return Some((vec![Task::Pause], said));
        }
        StatementKind::Start { vms, takes } => {
            let vms = advised(world, "a server is turned on with `boot`", |world| {
                self::vms(world, scope, vms)
            });
            (vms.map(|v| each(&v, Task::Start)), takes, None)
        }
        StatementKind::Stop { vms, takes } => {
            let vms = advised(world, "a server is turned off with `shutdown`", |world| {
                self::vms(world, scope, vms)
            });
            (vms.map(|v| each(&v, Task::Stop)), takes, None)
        }
        _ => return Some((Vec::new(), Said::default())),
    };
    let takes = duration(world, scope, takes.as_ref());
    let rate = match rate {
        Some(rate) => Some(rate?),
        None => None,
    };
    let said = Said {
        takes: takes?,
        rate,
        ..Said::default()
    };
    Some((tasks?, said))
}

/// A command on servers.
fn run<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    command: &'a Word,
    servers: &'a Set,
    takes: Option<&'a Expr>,
) -> Option<(Vec<Task>, Said)> {
    let help = "a command runs on a server: to have it in a guest, let the command go there";
    let servers = advised(world, help, |world| self::servers(world, scope, servers));
    let said = self::command(world, scope, command, takes)?;
    Some((each(&servers?, Task::Run), said))
}

/// What is said of a command. None: an error was reported.
pub(super) fn command<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    command: &'a Word,
    takes: Option<&'a Expr>,
) -> Option<Said> {
    let text = text(world, command, "a `run` has no command");
    if takes.is_none() {
        world.sink.push(errors::no_duration(command.span));
    }
    Some(Said {
        takes: Some(duration(world, scope, takes)??),
        text: Some(text?),
        ..Said::default()
    })
}

/// The servers among which guests of a drained one may go. None: an error was reported.
pub(super) fn drained_to<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    to: Option<&'a Set>,
) -> Option<Among> {
    match to {
        Some(to) => chosen_among(world, scope, to),
        None => {
            let all = 0..world.datacenter.servers.len() as u32;
            Some(all.map(ServerId).collect())
        }
    }
}

/// The text of a step. None: it is empty, and that was reported.
fn text(world: &mut World<'_>, word: &Word, lacking: &str) -> Option<Arc<str>> {
    if word.text.trim().is_empty() {
        world.sink.push(errors::no_text(word.span, lacking));
        return None;
    }
    Some(Arc::from(word.text.as_str()))
}

/// The servers among which a plan chooses. None: an error was reported.
fn chosen_among<'a>(world: &mut World<'a>, scope: &Scope<'_>, to: &'a Set) -> Option<Among> {
    let servers = advised(world, "name the servers that VMs may go to", |world| {
        self::servers(world, scope, to)
    })?;
    if servers.is_empty() {
        world.sink.push(set_errors::empty(to.span, "a server"));
        return None;
    }
    Some(servers.into())
}

/// The VMs that run on servers after some steps; those whose place the plan chooses are not among them.
pub(super) fn guests(world: &World<'_>, servers: &[ServerId], before: &[Step]) -> Vec<VmId> {
    let vms = world.datacenter.vms.iter();
    let mut places: Vec<Option<ServerId>> =
        vms.map(|vm| vm.running.then_some(vm.host.value)).collect();
    let mut hosts: Vec<ServerId> = world
        .datacenter
        .vms
        .iter()
        .map(|vm| vm.host.value)
        .collect();
    for step in before {
        match step.task {
            Task::Migrate { vm, to } => {
                places[vm.0 as usize] = step.among.is_none().then_some(to);
                hosts[vm.0 as usize] = to;
            }
            Task::Start(vm) => places[vm.0 as usize] = Some(hosts[vm.0 as usize]),
            Task::Stop(vm) => places[vm.0 as usize] = None,
            Task::Boot(_) | Task::Shutdown(_) | Task::Run(_) | Task::Pause => {}
        }
    }
    let servers: BTreeSet<ServerId> = servers.iter().copied().collect();
    let there = |place: &Option<ServerId>| place.is_some_and(|place| servers.contains(&place));
    let all = (0..).map(VmId).zip(&places);
    all.filter(|(_, place)| there(place))
        .map(|(vm, _)| vm)
        .collect()
}

/// Leaves out of every choice the servers that the plan drains, but for those that it boots afterwards.
pub(super) fn leave_out_drained(drained: &BTreeSet<ServerId>, steps: &mut [Step]) {
    let booted = |step: &Step| match step.task {
        Task::Boot(server) => Some(server),
        _ => None,
    };
    let back: BTreeSet<ServerId> = steps.iter().filter_map(booted).collect();
    let gone: BTreeSet<ServerId> = drained.difference(&back).copied().collect();
    // Steps of one statement share their servers, and go on sharing them.
    let mut known: Vec<(Among, Among)> = Vec::new();
    for step in steps {
        let Some(among) = &mut step.among else {
            continue;
        };
        let left = match known.iter().find(|(all, _)| Arc::ptr_eq(all, among)) {
            Some((_, left)) => Arc::clone(left),
            None => {
                let left = among
                    .iter()
                    .copied()
                    .filter(|server| !gone.contains(server));
                let left: Among = left.collect();
                known.push((Arc::clone(among), Arc::clone(&left)));
                left
            }
        };
        *among = left;
    }
}

/// Where a set holds things of another kind, says what was likely meant besides.
pub(super) fn advised<'a, T>(
    world: &mut World<'a>,
    help: &str,
    read: impl FnOnce(&mut World<'a>) -> Option<T>,
) -> Option<T> {
    let known = world.sink.len();
    let found = read(world);
    if found.is_none() {
        world.sink.advise(known, Code::WrongKind, help);
    }
    found
}

fn each<T: Copy>(things: &[T], task: impl Fn(T) -> Task) -> Vec<Task> {
    things.iter().map(|thing| task(*thing)).collect()
}

/// The duration after `takes`, if there is one. None: an error was reported.
pub(super) fn duration<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    takes: Option<&'a Expr>,
) -> Option<Option<u32>> {
    match takes {
        Some(takes) => expr::positive_seconds(world, scope, takes).map(Some),
        None => Some(None),
    }
}

/// The migrations of VMs to their targets, each through its stop-over.
fn moves<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    vms: &'a Set,
    to: &'a Set,
    via: Option<&'a Set>,
) -> Option<Vec<Task>> {
    let movers = self::vms(world, scope, vms);
    let targets = advised(world, "name the server that the VM goes to", |world| {
        servers(world, scope, to)
    });
    let stops = via.map(|via| servers(world, scope, via));
    let movers = movers?;
    let stops = match (stops, via) {
        (Some(stops), Some(via)) => paired(world, via, movers.len(), stops?)?,
        _ => vec![None; movers.len()],
    };
    let targets = paired(world, to, movers.len(), targets?)?;
    let mut tasks = Vec::with_capacity(movers.len() * 2);
    for ((vm, stop), target) in movers.into_iter().zip(stops).zip(targets) {
        tasks.extend(
            [stop, target]
                .into_iter()
                .flatten()
                .map(|to| Task::Migrate { vm, to }),
        );
    }
    Some(tasks)
}

/// For each of `count` VMs its server: equally many for each server, in order.
fn paired(
    world: &mut World<'_>,
    set: &Set,
    count: usize,
    servers: Vec<ServerId>,
) -> Option<Vec<Option<ServerId>>> {
    if count == 0 {
        return Some(Vec::new());
    }
    if servers.is_empty() {
        world.sink.push(set_errors::empty(set.span, "a server"));
        return None;
    }
    let Some(share) = sets::pairing(count, servers.len()) else {
        let error =
            set_errors::unpaired(set.span, count, servers.len(), set_errors::VMS_AND_SERVERS);
        world.sink.push(error);
        return None;
    };
    let shared = servers
        .into_iter()
        .flat_map(|server| std::iter::repeat_n(Some(server), share));
    Some(shared.collect())
}

/// The VMs of a set. None: an error was reported.
pub(super) fn vms<'a>(world: &mut World<'a>, scope: &Scope<'_>, set: &'a Set) -> Option<Vec<VmId>> {
    let things = sets::set(world, scope, set, Wanted::Vms)?;
    let vms = things.into_iter().filter_map(|thing| match thing {
        Thing::Vm(id) => Some(id),
        _ => None,
    });
    Some(vms.collect())
}

/// The servers of a set. None: an error was reported.
pub(super) fn servers<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    set: &'a Set,
) -> Option<Vec<ServerId>> {
    let things = sets::set(world, scope, set, Wanted::Servers)?;
    let servers = things.into_iter().filter_map(|thing| match thing {
        Thing::Server(id) => Some(id),
        _ => None,
    });
    Some(servers.collect())
}
