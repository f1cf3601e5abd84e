//! What holds the makespan of a plan: the chain of actions from its end back to its start, each with the reason why
//! it begins no earlier, and what binds along it.
//!
//! An action begins no earlier because another one has to end first (an order, or a level that has no room until
//! then), because the clock says so (a window, a budget that rises), or because an action that it is in step with
//! cannot. Followed back from the last end, these reasons lead to the plan's start without a hole, as the critical
//! path does in project scheduling where resources are limited (Wiest, "Some properties of schedules for large
//! projects with limited resources", 1964). The module replays a finished schedule and knows nothing of how it came
//! about.

mod binding;
mod blockers;
mod chosen;
mod words;

pub use binding::{Binding, Binds, bindings};
pub use chosen::{Chosen, chosen, show_chosen};
pub use words::{Tried, Why, show, trying};

use crate::formulation::{ActionId, Formulation, ResourceId, Schedule, Seconds, SourceId};
use crate::plan::Plan;
use blockers::Timeline;

/// The chain that is as long as the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// From 0 to the last end, each beginning where the one before it ends.
    pub links: Vec<Link>,
}

/// A part of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its first second.
    pub from: Seconds,
    /// One past its last second.
    pub to: Seconds,
    /// The action that runs then, or waits.
    pub action: ActionId,
    /// Whether it runs.
    pub runs: bool,
    /// Why it begins no earlier; of a wait, what it waits for.
    pub reason: Reason,
    /// The action whose reason that is: itself, or one that it starts together with.
    pub holder: ActionId,
    /// The action that it starts or ends together with, where that makes the difference, and what says so.
    pub with: Option<(ActionId, SourceId)>,
}

/// Why an action begins no earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The plan begins with it.
    Beginning,
    /// Another action ends first.
    Order {
        /// The other action.
        first: ActionId,
        /// What says so.
        source: SourceId,
    },
    /// A level has no room for it until another action gives back.
    Full {
        /// The level.
        resource: ResourceId,
        /// The action that gives back.
        until: ActionId,
    },
    /// A window opens, or a capacity rises, at that moment.
    Moment {
        /// What says so.
        source: SourceId,
    },
    /// Nothing: it could begin earlier, but the plan would be no better.
    Nothing,
}

/// The chain that ends with the last action of a schedule that holds; empty without actions.
pub fn chain(formulation: &Formulation, schedule: &Schedule) -> Chain {
    let timeline = Timeline::new(formulation, schedule);
    let mut links = Vec::new();
    let last = formulation
        .ids()
        .max_by_key(|&action| (timeline.end(action), std::cmp::Reverse(action)));
    let mut next = last;
    while let Some(action) = next {
        let cursor = links
            .last()
            .map_or(timeline.end(action), |link: &Link| link.from);
        next = step(&timeline, action, cursor, &mut links);
    }
    links.reverse();
    Chain { links }
}

/// Adds the link of an action that ends at `cursor`, and the wait before it. The action that comes before.
fn step(
    timeline: &Timeline,
    action: ActionId,
    cursor: Seconds,
    links: &mut Vec<Link>,
) -> Option<ActionId> {
    let held = timeline.held(action);
    let start = timeline.start(held.action);
    let link = |from, to, runs| Link {
        from,
        to,
        action: held.action,
        runs,
        reason: held.reason,
        holder: held.holder,
        with: held.with,
    };
    links.push(link(start, cursor, true));
    match held.reason {
        Reason::Beginning => None,
        Reason::Order { first, .. } => Some(first),
        Reason::Full { until, .. } => Some(until),
        Reason::Moment { .. } | Reason::Nothing => {
            let before = timeline.related_before(held.holder);
            let from = before.map_or(0, |action| timeline.end(action));
            if from < start {
                links.push(link(from, start, false));
            }
            before
        }
    }
}

/// The schedule that a plan of a formulation is; None for a plan of another one.
pub fn schedule_of(formulation: &Formulation, plan: &Plan) -> Option<Schedule> {
    let places: std::collections::BTreeMap<&str, usize> = plan
        .actions
        .iter()
        .enumerate()
        .map(|(at, action)| (action.id.as_str(), at))
        .collect();
    let mut schedule = Schedule {
        start: Vec::new(),
        mode: Vec::new(),
    };
    for action in &formulation.actions {
        let planned = &plan.actions[*places.get(action.name.as_str())?];
        let duration = planned.end - planned.start;
        let mode = action
            .modes
            .iter()
            .position(|mode| mode.duration == duration && mode.rate == planned.rate)?;
        schedule.start.push(planned.start);
        schedule.mode.push(mode as u32);
    }
    Some(schedule)
}

#[cfg(test)]
mod tests;
