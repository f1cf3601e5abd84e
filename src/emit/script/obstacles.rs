//! Why a plan cannot be carried out by a script, although it holds.

use std::collections::BTreeSet;

use super::platform::choose;
use crate::datacenter::{CommandKind, Datacenter, Manner, ServerId};
use crate::diag::{Code, Diagnostic};
use crate::plan::Plan;
use crate::request::Task;

/// Names that a message lists.
const TOLD: usize = 3;

/// What the script would need and nobody says: nothing where it can be written.
pub fn obstacles(datacenter: &Datacenter, plan: &Plan) -> Vec<Diagnostic> {
    let switched = unswitched(datacenter, plan);
    switched
        .into_iter()
        .chain(uncarried(datacenter, plan))
        .collect()
}

/// Servers that nothing boots or shuts down.
fn unswitched(datacenter: &Datacenter, plan: &Plan) -> Option<Diagnostic> {
    let acts_on = plan.actions.iter().filter_map(|action| match action.task {
        Task::Boot(server) => Some((server, CommandKind::Boot)),
        Task::Shutdown(server) => Some((server, CommandKind::Shutdown)),
        _ => None,
    });
    let silent = acts_on.filter(|&(server, kind)| {
        datacenter[server].bmc.is_none() && choose(datacenter, server, kind).is_none()
    });
    let (first, names) = named(datacenter, silent.map(|(server, _)| server))?;
    let message = format!(
        "the script cannot boot or shut down {names}: neither a BMC nor a command is given"
    );
    let finding = match datacenter[first].origin {
        Some(span) => Diagnostic::new(Code::NoBmc, span, message, "no `bmc`"),
        None => Diagnostic::without_place(Code::NoBmc, message),
    };
    Some(finding.with_help(
        "give it the host of its BMC, here, in a class or for a range: `bmc \"{name}-ipmi.example.com\"`; or a `command boot` and a \
         `command shutdown`",
    ))
}

/// Servers of a platform of its own that nothing takes a stopped VM from.
fn uncarried(datacenter: &Datacenter, plan: &Plan) -> Option<Diagnostic> {
    let cold = plan.actions.iter().filter(|a| a.is_moved(Manner::Cold));
    let left = cold.filter_map(|action| action.from);
    let has = |server: ServerId, kind| choose(datacenter, server, kind).is_some();
    let stuck =
        left.filter(|&server| has(server, CommandKind::Migrate) && !has(server, CommandKind::Cold));
    let (first, names) = named(datacenter, stuck)?;
    let message =
        format!("the script cannot take a stopped VM from {names}: no command for that is given");
    let finding = match datacenter[first].origin {
        Some(span) => Diagnostic::new(Code::NoCold, span, message, "no `command cold`"),
        None => Diagnostic::without_place(Code::NoCold, message),
    };
    Some(finding.with_help(
        "give it a `command cold` beside its `command migrate`, or say what it can do: `copy pre`",
    ))
}

/// The first of these servers, and all of them by name.
fn named(
    datacenter: &Datacenter,
    servers: impl Iterator<Item = ServerId>,
) -> Option<(ServerId, String)> {
    let servers: BTreeSet<ServerId> = servers.collect();
    let names: Vec<String> = servers
        .iter()
        .take(TOLD)
        .map(|&server| format!("`{}`", datacenter[server].name))
        .collect();
    let more = match servers.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some((*servers.first()?, format!("{}{more}", names.join(", "))))
}
