//! Whether there is any schedule: by presolve, by lists in several orders, else by SAT. How much is tried is counted.

use crate::formulation::{Formulation, SourceId};

use super::Feasibility;
use super::control::Control;
use super::exact;
use super::instance::{Instance, Placed, Refusal};
use super::list;
use super::random::Random;

/// Starts that a search by SAT may have.
const MOST_STARTS: usize = 60_000;

/// Effort of a search by SAT.
const EFFORT: u64 = 20_000_000;

/// Orders in which lists are tried.
const ORDERS: usize = 20;

/// What came of the search for a first schedule.
pub enum First {
    /// This one.
    Found(Placed),
    /// None exists.
    Infeasible,
    /// The effort was spent.
    Unknown,
}

/// Whether a schedule keeps the constraints whose source is kept.
pub fn check(
    formulation: &Formulation,
    keep: &dyn Fn(SourceId) -> bool,
    control: &Control,
) -> Feasibility {
    let instance = match Instance::new(formulation, keep) {
        Ok(instance) => instance,
        Err(Refusal::Infeasible) => return Feasibility::Infeasible,
        Err(Refusal::TooLarge) => return Feasibility::Unknown,
    };
    match first(&instance, control) {
        First::Found(placed) => Feasibility::Feasible(instance.expand(&placed)),
        First::Infeasible => Feasibility::Infeasible,
        First::Unknown => Feasibility::Unknown,
    }
}

/// A first schedule: by lists in several orders, else by SAT.
pub fn first(instance: &Instance, control: &Control) -> First {
    control.report("first schedule", None, None, None);
    if let Some(placed) = by_lists(instance) {
        return First::Found(placed);
    }
    let Some(candidates) = exact::candidates(instance, None, MOST_STARTS) else {
        return First::Unknown;
    };
    match exact::feasible(instance, &candidates, EFFORT, control) {
        Some(Some(placed)) => First::Found(placed),
        Some(None) => First::Infeasible,
        None => First::Unknown,
    }
}

fn by_lists(instance: &Instance) -> Option<Placed> {
    let jobs = instance.jobs.len();
    let earliest = |job: usize| instance.jobs[job].modes[0].starts.first();
    let mut order: Vec<usize> = (0..jobs).collect();
    order.sort_by_key(|&job| (earliest(job), instance.jobs[job].modes[0].span));
    let mut random = Random::new(1);
    for _ in 0..ORDERS {
        if let Some(placed) = list::generate(instance, &order, true) {
            return Some(placed);
        }
        for at in (1..jobs).rev() {
            order.swap(at, random.below(at + 1));
        }
    }
    None
}
