//! From a datacenter and a request to the scheduling problem: routes, durations, what the steps imply.

mod checks;
mod errors;
mod levels;
mod modes;
mod objectives;
mod order;
mod places;
mod routes;
mod rules;
mod scopes;
mod steps;
mod words;
#[cfg(test)]
mod tests;

use crate::datacenter::{Datacenter, LinkId, ServerId};
use crate::diag::{Diagnostic, has_errors};
use crate::formulation::{
    Action, Demand, Formulation, Mode, Resource, ResourceId, Seconds, UNLIMITED,
};
use crate::request::{Request, Task};

use levels::{Key, Level, Levels};
use rules::Sources;

/// A scheduling problem, and what its actions mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The problem.
    pub formulation: Formulation,
    /// What each action does, in the order of [`Formulation::actions`].
    pub work: Vec<Work>,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The task.
    pub task: Task,
    /// Where the VM is before it, or the server itself.
    pub from: ServerId,
    /// Whether the plan implies it without saying it, such as the boot of a server that is off.
    pub inferred: bool,
    /// Whether the migration is done by post-copy.
    pub post_copy: bool,
    /// The links that a migration uses, forward (from the link's `a` to its `b`) or not.
    pub path: Vec<(LinkId, bool)>,
    /// mW drawn on top of what the servers draw, for each mode: what a budget sees (see `migration`).
    pub power: Vec<u64>,
    /// mJ of the action, for each mode.
    pub energy: Vec<u64>,
}

/// Builds the scheduling problem. None, with errors, where the model already says that no plan can exist.
pub fn formulate(datacenter: &Datacenter, request: &Request) -> (Option<Problem>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    checks::quantities(datacenter, request, &mut findings);
    if has_errors(&findings) {
        return (None, findings);
    }
    let walk = steps::walk(datacenter, request, &mut findings);
    let modes = modes::modes(datacenter, request, &walk.deeds, &mut findings);
    if has_errors(&findings) {
        return (None, findings);
    }
    let mut out = Formulation::default();
    for (deed, mode) in walk.deeds.iter().zip(&modes) {
        out.actions.push(Action {
            name: deed.name.clone(),
            modes: vec![Mode {
                duration: mode.duration,
                rate: mode.rate,
                demands: Vec::new(),
            }],
            span: deed.origin,
        });
    }
    let mut sources = Sources::new(datacenter, request);
    rules::constrain(
        request,
        &walk,
        &modes,
        &mut sources,
        &mut out,
        &mut findings,
    );
    order::check(&out, &mut findings);
    let levels = Levels::of(datacenter, request, &walk, &modes);
    checks::levels(&levels, &walk, &mut findings);
    if has_errors(&findings) {
        return (None, findings);
    }
    for (&key, level) in levels.table.iter().filter(|(_, level)| level.can_bind()) {
        add_resource(&levels, key, level, &mut sources, &mut out);
    }
    for goal in &request.goals {
        let objective = objectives::objective(goal.kind, datacenter, request, &walk, &modes);
        out.objectives.push(objective);
    }
    let work = walk.deeds.iter().zip(&modes).map(|(deed, mode)| Work {
        task: deed.task,
        from: deed.from,
        inferred: deed.inferred,
        post_copy: mode.post_copy,
        path: mode
            .path
            .iter()
            .map(|hop| (hop.link, hop.forward))
            .collect(),
        power: vec![mode.power],
        energy: vec![mode.energy],
    });
    let work = work.collect();
    (
        Some(Problem {
            formulation: out,
            work,
        }),
        findings,
    )
}

fn add_resource(
    levels: &Levels,
    key: Key,
    level: &Level,
    sources: &mut Sources,
    out: &mut Formulation,
) {
    let described = levels.describe(key);
    let source = sources.level(&described, out);
    let resource = ResourceId(out.resources.len() as u32);
    let capacity = level
        .capacity
        .iter()
        .map(|&(from, capacity)| (from, narrow(capacity)));
    out.resources.push(Resource {
        name: described.name,
        unit: described.unit,
        initial: narrow(level.initial),
        capacity: capacity.collect::<Vec<(Seconds, i64)>>(),
        source,
    });
    for change in &level.changes {
        for mode in &mut out.actions[change.action.0 as usize].modes {
            mode.demands.push(Demand {
                resource,
                take: narrow(change.take),
                give: narrow(change.give),
            });
        }
    }
}

/// Levels that leave this range are refused before (see [`checks::levels`]).
fn narrow(value: i128) -> i64 {
    value.clamp(0, i128::from(UNLIMITED)) as i64
}
