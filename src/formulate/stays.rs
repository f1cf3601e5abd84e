//! Migrations that need not happen: one mode of theirs is to stay.
//!
//! To stay is an action like any other, of one second, that takes nothing of the network and is not in the plan. A window
//! of that second holds it there, and what goals make of it is taken off its cost, so that it costs nothing. That is
//! possible only where nothing orders the move among other actions: what waited for it would wait for that second.

use super::Cause;
use super::errors;
use super::modes::Method;
use super::rules::Sources;
use super::steps::Walk;
use crate::datacenter::Datacenter;
use crate::diag::Diagnostic;
use crate::formulation::{Formulation, Objective, SourceId, Window};

/// Makes the second of an objective in which VMs stay cost nothing.
pub(super) fn free(objective: &mut Objective, methods: &[Method]) {
    for (term, method) in objective.terms.iter_mut().zip(methods) {
        if method.may_stay() {
            term.modes.resize(method.modes.len(), 0);
            term.modes[method.modes.len() - 1] -= term.end;
        }
    }
}

/// Holds each VM that may stay at the first second; what says in which times it moves is
/// asked of the other modes. Whether each action has such a mode, which is its last one.
pub(super) fn hold(
    dc: &Datacenter,
    walk: &Walk,
    methods: &[Method],
    sources: &mut Sources,
    out: &mut Formulation,
    findings: &mut Vec<Diagnostic>,
) -> Vec<bool> {
    let may_stay: Vec<bool> = methods.iter().map(Method::may_stay).collect();
    let told = told(out);
    for window in &mut out.windows {
        let at = window.action.0 as usize;
        if may_stay[at] {
            window.modes = Some(0..methods[at].modes.len() as u32 - 1);
        }
    }
    for action in out.ids().filter(|action| may_stay[action.0 as usize]) {
        let at = action.0 as usize;
        if let Some(source) = told[at] {
            findings.push(errors::is_told_when(dc, &walk.deeds[at], &out[source]));
        }
        let modes = methods[at].modes.len() as u32;
        let source = sources.held(Cause::Stays, out);
        out.windows.push(Window {
            action,
            modes: Some(modes - 1..modes),
            intervals: vec![(0, 1)],
            source,
        });
    }
    may_stay
}

/// What puts each action before or behind another one, or beside it, if anything does.
fn told(out: &Formulation) -> Vec<Option<SourceId>> {
    let mut told = vec![None; out.actions.len()];
    for precedence in &out.precedences {
        for action in [precedence.first, precedence.then] {
            told[action.0 as usize] = Some(precedence.source);
        }
    }
    for group in &out.groups {
        for action in &group.actions {
            told[action.0 as usize] = Some(group.source);
        }
    }
    told
}
