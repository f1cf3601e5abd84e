//! Which sources contradict one another: a set that is infeasible, and no longer so without any one of them
//! (deletion, in halves first; Chinneck 2008). How much is tried is counted.

use std::collections::BTreeSet;

use crate::formulation::{Formulation, SourceId};

use super::control::Control;
use super::feasible;
use super::instance::{Instance, Refusal};
use super::{Core, Feasibility};

/// A minimal infeasible set of sources, as far as the checks can tell; the whole set is infeasible.
pub fn conflict(formulation: &Formulation, control: &Control) -> Core {
    let mut kept: Vec<SourceId> = used(formulation);
    let mut minimal = true;
    // A proof by presolve alone is quick; only what it cannot show is left to SAT.
    let presolve = refused(formulation, &kept);
    let mut size = kept.len().div_ceil(2);
    while size > 0 && !control.stopped() {
        minimal = true;
        let mut at = 0;
        while at < kept.len() {
            let mut fewer = kept.clone();
            fewer.drain(at..(at + size).min(kept.len()));
            let verdict = if presolve && !refused(formulation, &fewer) && size > 1 {
                Feasibility::Unknown
            } else {
                check(formulation, &fewer, control)
            };
            minimal &= verdict != Feasibility::Unknown;
            if verdict == Feasibility::Infeasible {
                kept = fewer;
            } else {
                at += size;
            }
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    minimal &= !control.stopped();
    Core {
        sources: kept,
        minimal,
    }
}

/// The sources that any constraint comes from.
fn used(formulation: &Formulation) -> Vec<SourceId> {
    let mut sources = BTreeSet::new();
    sources.extend(formulation.resources.iter().map(|r| r.source));
    sources.extend(formulation.precedences.iter().map(|p| p.source));
    sources.extend(formulation.groups.iter().map(|g| g.source));
    sources.extend(formulation.windows.iter().map(|w| w.source));
    sources.into_iter().collect()
}

fn refused(formulation: &Formulation, kept: &[SourceId]) -> bool {
    let instance = Instance::new(formulation, &|source| kept.binary_search(&source).is_ok());
    matches!(instance, Err(Refusal::Infeasible))
}

fn check(formulation: &Formulation, kept: &[SourceId], control: &Control) -> Feasibility {
    feasible::check(
        formulation,
        &|source| kept.binary_search(&source).is_ok(),
        control,
    )
}
