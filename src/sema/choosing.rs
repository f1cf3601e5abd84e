//! `shutdown any 2 of …`, `shutdown any of …` and `empty any 2 of …`: which servers, the plan chooses.

use super::bindings;
use super::errors::plans as errors;
use super::expr;
use super::steps::{self, Said};
use super::world::{Scope, World};
use crate::datacenter::ServerId;
use crate::request::{Request, Rule, RuleKind, Task};
use crate::syntax::ast::{Expr, Set, Statement, StatementKind};

/// What a statement asks for.
struct Asked<'a> {
    /// None: as many as can be.
    count: Option<&'a Expr>,
    servers: &'a Set,
    to: Option<&'a Set>,
    /// Of a shutdown, how long it takes where that is said.
    shutdown: Option<Option<&'a Expr>>,
}

/// Adds the steps of such a statement, which may all be left out, and the rule that says how many are not. None: an error was
/// reported.
pub(super) fn add<'a>(
    world: &mut World<'a>,
    statement: &'a Statement,
    request: &mut Request,
) -> Option<()> {
    let asked = match &statement.kind {
        StatementKind::Shutdown {
            any: Some(any),
            servers,
            takes,
        } => Asked {
            count: any.count.as_ref(),
            servers,
            to: None,
            shutdown: Some(takes.as_ref()),
        },
        StatementKind::EmptyAny { count, servers, to } => Asked {
            count: Some(count),
            servers,
            to: to.as_ref(),
            shutdown: None,
        },
        _ => return Some(()),
    };
    bindings::each(world, &statement.bindings, None, &mut |world, scope| {
        choose(world, scope, statement, &asked, request)
    })
}

fn choose<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    statement: &'a Statement,
    asked: &Asked<'a>,
    request: &mut Request,
) -> Option<()> {
    let servers = steps::advised(world, "a VM leaves its server with `migrate`", |world| {
        steps::servers(world, scope, asked.servers)
    });
    let count = match asked.count {
        Some(count) => expr::positive_count(world, scope, count).map(|n| Some((n, count.span))),
        None => Some(None),
    };
    let to = steps::drained_to(world, scope, asked.to)?;
    let takes = steps::duration(world, scope, asked.shutdown.flatten())?;
    let (servers, count) = (servers?, count?);
    if let Some((count, span)) = count
        && count as usize > servers.len()
    {
        let error = errors::too_many_of(span, count, servers.len());
        world.sink.push(error);
        return None;
    }
    for &server in &servers {
        let guests = steps::guests(world, &[server], &request.steps);
        // Who is on a server that is not chosen may stay there.
        let own = (!to.contains(&server)).then_some(server);
        let among: Vec<ServerId> = to.iter().copied().chain(own).collect();
        let said = Said {
            among: Some(among.into()),
            ..Said::default()
        };
        let first = to[0];
        let tasks = guests.into_iter().map(|vm| Task::Migrate { vm, to: first });
        let tasks = tasks.collect();
        steps::push(
            world,
            statement.span,
            tasks,
            (said, None),
            &mut request.steps,
        )?;
        if asked.shutdown.is_some() {
            let said = Said {
                takes,
                is_optional: true,
                ..Said::default()
            };
            let tasks = vec![Task::Shutdown(server)];
            steps::push(
                world,
                statement.span,
                tasks,
                (said, None),
                &mut request.steps,
            )?;
        }
    }
    request.rules.push(Rule {
        kind: RuleKind::Any {
            count: count.map(|(count, _)| count),
            servers,
            is_shutdown: asked.shutdown.is_some(),
            chosen: None,
        },
        by_clock: false,
        origin: Some(statement.span),
    });
    Some(())
}
