//! Why a plan cannot be carried out by a script, although it holds.

use std::collections::BTreeSet;

use super::platform::choose;
use crate::datacenter::{CommandKind, Datacenter, ServerId};
use crate::diag::{Code, Diagnostic};
use crate::plan::Plan;
use crate::request::Task;

/// Names that a message lists.
const TOLD: usize = 3;

/// What the script would need and nobody says: nothing where it can be written.
pub fn obstacles(datacenter: &Datacenter, plan: &Plan) -> Vec<Diagnostic> {
    let acts_on = plan.actions.iter().filter_map(|action| match action.task {
        Task::Boot(server) => Some((server, CommandKind::Boot)),
        Task::Shutdown(server) => Some((server, CommandKind::Shutdown)),
        _ => None,
    });
    let silent: BTreeSet<ServerId> = acts_on
        .filter(|&(server, kind)| {
            datacenter[server].bmc.is_none() && choose(datacenter, server, kind).is_none()
        })
        .map(|(server, _)| server)
        .collect();
    let Some(&first) = silent.first() else {
        return Vec::new();
    };
    let names: Vec<String> = silent
        .iter()
        .take(TOLD)
        .map(|&server| format!("`{}`", datacenter[server].name))
        .collect();
    let more = match silent.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "the script cannot boot or shut down {}{more}: neither a BMC nor a command is given",
        names.join(", ")
    );
    let finding = match datacenter[first].origin {
        Some(span) => Diagnostic::new(Code::NoBmc, span, message, "no `bmc`"),
        None => Diagnostic::without_place(Code::NoBmc, message),
    };
    vec![finding.with_help(
        "give it the host of its BMC, here, in a class or for a range: `bmc \"{name}-ipmi.example.com\"`; or a `command boot` and a \
         `command shutdown`",
    )]
}
