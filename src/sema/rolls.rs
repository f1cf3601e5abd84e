//! `roll`: the same steps for one server after the other, each of which has a turn.

use std::collections::BTreeSet;

use super::bindings;
use super::errors::plans as errors;
use super::expr;
use super::steps::{self, Said};
use super::world::{Scope, World};
use crate::datacenter::{ServerId, VmId};
use crate::request::{Request, Rule, RuleKind, Step, Task, Turn};
use crate::source::Span;
use crate::syntax::ast::{RollStep, RollStepKind, Statement, StatementKind};

/// Adds the steps of a `roll` and the rule that counts its turns, and the servers that it drains for good. None: an error
/// was reported.
pub(super) fn add<'a>(
    world: &mut World<'a>,
    statement: &'a Statement,
    request: &mut Request,
    drained: &mut BTreeSet<ServerId>,
) -> Option<()> {
    let StatementKind::Roll {
        head,
        servers,
        by,
        is_forward,
        steps: body,
    } = &statement.kind
    else {
        return Some(());
    };
    check_body(world, *head, body)?;
    let before = request.steps.len();
    bindings::each(world, &statement.bindings, None, &mut |world, scope| {
        let servers = steps::advised(world, "a `roll` is of servers", |world| {
            steps::servers(world, scope, servers)
        });
        let count = match by {
            Some(by) => expr::positive_count(world, scope, by),
            None => Some(1),
        };
        let (servers, count) = (servers?, count?);
        let mut turns = Vec::new();
        for server in servers {
            let id = (request.rules.iter())
                .map(|rule| match &rule.kind {
                    RuleKind::Roll { turns, .. } => turns.len(),
                    _ => 0,
                })
                .sum::<usize>()
                + turns.len();
            let turn = Turn {
                id: id as u32,
                server,
                is_forward: *is_forward,
                is_begun: false,
            };
            take_turn(world, scope, body, turn, &mut request.steps)?;
            turns.push(turn);
            // Whoever is down in the end is none to choose anyway.
            drained.remove(&server);
        }
        request.rules.push(Rule {
            kind: RuleKind::Roll {
                count,
                turns,
                order: None,
            },
            by_clock: false,
            origin: Some(*head),
        });
        Some(())
    })?;
    if request.steps.len() == before {
        world.sink.push(errors::does_nothing(*head));
    }
    Some(())
}

/// Refuses what leaves a server as it was, and guests that come back who have not left.
fn check_body(world: &mut World<'_>, head: Span, body: &[RollStep]) -> Option<()> {
    let acts =
        |step: &&RollStep| !matches!(step.kind, RollStepKind::Drain { .. } | RollStepKind::Return);
    if !body.iter().any(|step| acts(&step)) {
        let error = errors::roll_does_nothing(head);
        world.sink.push(error);
        return None;
    }
    let mut is_drained = false;
    for step in body {
        match step.kind {
            RollStepKind::Drain { .. } => is_drained = true,
            RollStepKind::Return if !is_drained => {
                world.sink.push(errors::nobody_left(step.span));
                return None;
            }
            RollStepKind::Return => is_drained = false,
            _ => {}
        }
    }
    Some(())
}

/// The steps of one turn.
fn take_turn<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    body: &'a [RollStep],
    turn: Turn,
    known: &mut Vec<Step>,
) -> Option<()> {
    let server = turn.server;
    let mut away: Vec<VmId> = Vec::new();
    for step in body {
        let mut said = Said::default();
        let tasks = match &step.kind {
            RollStepKind::Drain { to } => {
                let among = steps::drained_to(world, scope, to.as_ref())?;
                let first = *among.first()?;
                said.among = Some(among);
                let guests = steps::guests(world, &[server], known);
                away.extend(&guests);
                let task = |vm| Task::Migrate { vm, to: first };
                guests.into_iter().map(task).collect()
            }
            RollStepKind::Return => {
                let task = |vm| Task::Migrate { vm, to: server };
                away.drain(..).map(task).collect()
            }
            RollStepKind::Run { command, takes } => {
                said = steps::command(world, scope, command, takes.as_ref())?;
                vec![Task::Run(server)]
            }
            RollStepKind::Reboot => vec![Task::Shutdown(server), Task::Boot(server)],
            RollStepKind::Boot { takes } => {
                said.takes = steps::duration(world, scope, takes.as_ref())?;
                vec![Task::Boot(server)]
            }
            RollStepKind::Shutdown { takes } => {
                said.takes = steps::duration(world, scope, takes.as_ref())?;
                vec![Task::Shutdown(server)]
            }
        };
        steps::push(world, step.span, tasks, (said, Some(turn)), known)?;
    }
    Some(())
}
