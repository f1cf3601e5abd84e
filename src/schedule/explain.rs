//! Which sources contradict one another: a set that is infeasible, and no longer so without any one of them
//! (deletion, in halves first; Chinneck 2008). How much is tried is counted.

use std::collections::BTreeSet;

use crate::formulation::{Formulation, SourceId};

use super::control::Control;
use super::exact;
use super::instance::{Instance, Refusal};

/// Starts that a feasibility check may have.
pub const MOST_STARTS: usize = 60_000;

/// Effort of a feasibility check.
pub const CHECK_EFFORT: u64 = 20_000_000;

/// A minimal infeasible set of sources, as far as the checks can tell; the whole set is infeasible.
pub fn conflict(formulation: &Formulation, control: &Control) -> Vec<SourceId> {
    let mut kept: Vec<SourceId> = used(formulation);
    // A proof by presolve alone is quick; only what it cannot show is left to SAT.
    let presolve = refused(formulation, &kept);
    let mut size = kept.len().div_ceil(2);
    while size > 0 && !control.stopped() {
        let mut at = 0;
        while at < kept.len() {
            let mut fewer = kept.clone();
            fewer.drain(at..(at + size).min(kept.len()));
            let infeasible = if presolve {
                refused(formulation, &fewer)
            } else {
                impossible(formulation, &fewer, control)
            };
            if infeasible {
                kept = fewer;
            } else {
                at += size;
            }
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    kept
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

fn presolved(formulation: &Formulation, kept: &[SourceId]) -> Result<Instance, Refusal> {
    Instance::new(formulation, &|source| kept.binary_search(&source).is_ok())
}

fn refused(formulation: &Formulation, kept: &[SourceId]) -> bool {
    matches!(presolved(formulation, kept), Err(Refusal::Infeasible))
}

fn impossible(formulation: &Formulation, kept: &[SourceId], control: &Control) -> bool {
    match presolved(formulation, kept) {
        Err(Refusal::Infeasible) => true,
        Err(Refusal::TooLarge) => false,
        Ok(instance) => {
            let Some(candidates) = exact::candidates(&instance, None, MOST_STARTS) else {
                return false;
            };
            exact::feasible(&instance, &candidates, CHECK_EFFORT, control) == Some(None)
        }
    }
}
