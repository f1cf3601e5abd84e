//! Whether there is any schedule: by presolve, by lists in several orders, by a search of orders without time, else by
//! SAT. How much is tried is counted.

pub mod lasting;
pub mod order;

use std::collections::BTreeSet;

use crate::formulation::{Formulation, Seconds, SourceId};

use super::Feasibility;
use super::construct::list;
use super::control::Control;
use super::exact;
use super::instance::{Instance, Job, Placed, Refusal};
use super::random::Random;
use order::Order;

/// Starts that a search by SAT may have.
const MOST_STARTS: usize = 60_000;

/// The effort that there must be for each start: writing down what it means takes time, too.
const FOR_A_START: u64 = 300;

/// Effort of a search by SAT.
pub const EFFORT: u64 = 20_000_000;

/// Looks at a job in a search of orders, for each byte of effort.
const LOOKS: u64 = 50;

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
    effort: u64,
    control: &Control,
) -> Feasibility {
    let instance = match Instance::new(formulation, keep) {
        Ok(instance) => instance,
        Err(Refusal::Infeasible) => return Feasibility::Infeasible,
        Err(Refusal::TooLarge) => return Feasibility::Unknown,
    };
    match first(formulation, &instance, keep, effort, control) {
        First::Found(placed) => Feasibility::Feasible(instance.expand(&placed)),
        First::Infeasible => Feasibility::Infeasible,
        First::Unknown => Feasibility::Unknown,
    }
}

/// A first schedule: by lists, by an order without time, else by SAT.
pub fn first(
    formulation: &Formulation,
    instance: &Instance,
    keep: &dyn Fn(SourceId) -> bool,
    effort: u64,
    control: &Control,
) -> First {
    if let Some(placed) = by_lists(instance) {
        return First::Found(placed);
    }
    match order::search(instance, effort.saturating_mul(LOOKS), control) {
        Order::Found(order) => {
            if let Some(placed) = list::generate(instance, &order, false) {
                return First::Found(placed);
            }
        }
        Order::None => return First::Infeasible,
        Order::Unknown => {}
    }
    let narrow = pushed_left(formulation, instance, keep);
    let most = MOST_STARTS.min(usize::try_from(effort / FOR_A_START).unwrap_or(usize::MAX));
    let Some(candidates) = exact::candidates(&narrow, None, most) else {
        return First::Unknown;
    };
    match exact::feasible(&narrow, &candidates, effort, control) {
        Some(Some(placed)) => First::Found(placed),
        Some(None) => First::Infeasible,
        None => First::Unknown,
    }
}

/// The same with only those starts that a schedule has in which nothing can be pushed to the left.
///
/// Take the stretches of time in which something runs without a break, the first one first, and push each to the
/// left as one block. What stops it is the block before it, which it then joins, or a moment from which on more is
/// allowed: some start or end in it is then at that moment. All jobs in a row bound the length of a block, so
/// every start is no farther than that from such a moment, however far away the horizon is.
fn pushed_left(
    formulation: &Formulation,
    instance: &Instance,
    keep: &dyn Fn(SourceId) -> bool,
) -> Instance {
    let spans = |job: &Job| job.modes.iter().map(|mode| mode.span).max();
    let length: Seconds = instance.jobs.iter().filter_map(spans).sum();
    let mut edges = BTreeSet::from([0]);
    let windows = formulation.windows.iter().filter(|w| keep(w.source));
    edges.extend(windows.flat_map(|w| w.intervals.iter().map(|&(from, _)| from)));
    for level in &instance.levels {
        let rises = level.room.windows(2).filter(|pair| pair[1].1 > pair[0].1);
        edges.extend(rises.map(|pair| pair[1].0));
    }
    let mut near: Vec<(Seconds, Seconds)> = Vec::new();
    for edge in edges {
        let (from, to) = (edge - length, edge + length);
        match near.last_mut() {
            Some(last) if from <= last.1 => last.1 = to,
            _ => near.push((from, to)),
        }
    }
    let mut narrow = instance.clone();
    for mode in narrow.jobs.iter_mut().flat_map(|job| &mut job.modes) {
        mode.starts.intersect(&near);
    }
    narrow
}

fn by_lists(instance: &Instance) -> Option<Placed> {
    let jobs = instance.jobs.len();
    let earliest = |job: usize| instance.jobs[job].modes[0].starts.first();
    let mut order: Vec<usize> = (0..jobs).collect();
    order.sort_by_key(|&job| (earliest(job), instance.jobs[job].modes[0].span));
    // As it is written, work is often in an order that is possible.
    let written: Vec<usize> = (0..jobs).collect();
    let first = list::generate(instance, &order, true);
    if let Some(placed) = first.or_else(|| list::generate(instance, &written, false)) {
        return Some(placed);
    }
    let mut random = Random::new(1);
    let mut again = (1..ORDERS).map(|_| {
        for at in (1..jobs).rev() {
            order.swap(at, random.below(at + 1));
        }
        list::generate(instance, &order, true)
    });
    again.find_map(|placed| placed)
}
