//! The independent checker: replays a schedule against a formulation, in exact integers.
//!
//! It sweeps over the events of each level, ends before starts at one instant, and knows nothing of how the
//! schedule was found.

use crate::formulation::{
    Action, ActionId, Formulation, Group, Precedence, Resource, ResourceId, Schedule, Seconds,
    SourceId, SourceKind, Unit, Window,
};
use crate::show::{show_bytes, show_power, show_rate, show_seconds};

/// A way in which a schedule does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// The schedule does not have one start and one mode for each action.
    Incomplete {
        /// Actions of the formulation.
        actions: usize,
        /// Starts of the schedule.
        starts: usize,
        /// Modes of the schedule.
        modes: usize,
    },
    /// An action has no such mode.
    UnknownMode {
        /// The action.
        action: ActionId,
        /// The index.
        mode: u32,
    },
    /// An action starts before the plan does, or ends beyond the range of integers.
    OutOfTime {
        /// The action.
        action: ActionId,
        /// Its start.
        start: Seconds,
    },
    /// A level is above its capacity.
    Level {
        /// The resource.
        resource: ResourceId,
        /// The first such instant.
        at: Seconds,
        /// The level then.
        level: i128,
        /// The capacity then.
        capacity: i64,
    },
    /// An action starts before another one has ended.
    Order {
        /// The order.
        precedence: Precedence,
        /// When the first one ends.
        end: Seconds,
        /// When the other one starts.
        start: Seconds,
    },
    /// Members of a group do not start or end together.
    Apart {
        /// The group, by its index.
        group: usize,
        /// Two members.
        members: [ActionId; 2],
        /// Their starts, or ends.
        times: [Seconds; 2],
    },
    /// An action does not lie in one of the intervals of its window.
    Outside {
        /// The window, by its index.
        window: usize,
        /// When the action runs.
        time: (Seconds, Seconds),
    },
}

/// All ways in which a schedule does not hold; none if it does.
pub fn verify(formulation: &Formulation, schedule: &Schedule) -> Vec<Violation> {
    // Every part of a formulation is named here, so that a new kind of constraint cannot be forgotten.
    let Formulation {
        actions,
        resources,
        precedences,
        groups,
        windows,
        objectives: _,
        sources: _,
    } = formulation;
    let run = match times(actions, schedule) {
        Ok(run) => run,
        Err(violations) => return violations,
    };
    let mut found = levels(resources, &run);
    found.extend(
        precedences
            .iter()
            .filter_map(|precedence| order(precedence, &run)),
    );
    found.extend(
        groups
            .iter()
            .enumerate()
            .filter_map(|(at, group)| apart(at, group, &run)),
    );
    found.extend(
        windows
            .iter()
            .enumerate()
            .filter_map(|(at, window)| outside(at, window, &run)),
    );
    found
}

/// An action in its mode, at its time.
struct Run<'f> {
    start: Seconds,
    end: Seconds,
    mode: &'f crate::formulation::Mode,
    /// Its index.
    at: usize,
}

fn times<'f>(actions: &'f [Action], schedule: &Schedule) -> Result<Vec<Run<'f>>, Vec<Violation>> {
    let Schedule { start, mode } = schedule;
    if start.len() != actions.len() || mode.len() != actions.len() {
        return Err(vec![Violation::Incomplete {
            actions: actions.len(),
            starts: start.len(),
            modes: mode.len(),
        }]);
    }
    let mut found = Vec::new();
    let mut run = Vec::new();
    for (id, action) in (0..).map(ActionId).zip(actions) {
        let (start, index) = (start[id.0 as usize], mode[id.0 as usize]);
        let Some(mode) = action.modes.get(index as usize) else {
            found.push(Violation::UnknownMode {
                action: id,
                mode: index,
            });
            continue;
        };
        match start.checked_add(mode.duration) {
            Some(end) if start >= 0 && end > start => run.push(Run {
                start,
                end,
                mode,
                at: index as usize,
            }),
            _ => found.push(Violation::OutOfTime { action: id, start }),
        }
    }
    if found.is_empty() {
        Ok(run)
    } else {
        Err(found)
    }
}

/// The first violation of each resource.
fn levels(resources: &[Resource], run: &[Run]) -> Vec<Violation> {
    let mut events: Vec<Vec<(Seconds, i128)>> = vec![Vec::new(); resources.len()];
    for action in run {
        for demand in &action.mode.demands {
            let events = &mut events[demand.resource.0 as usize];
            events.push((action.start, i128::from(demand.take)));
            events.push((action.end, -i128::from(demand.give)));
        }
    }
    let all = (0..).map(ResourceId).zip(resources).zip(&mut events);
    all.filter_map(|((id, resource), events)| {
        let (at, level, capacity) = first_excess(resource, events)?;
        Some(Violation::Level {
            resource: id,
            at,
            level,
            capacity,
        })
    })
    .collect()
}

/// `(instant, level, capacity)`
fn first_excess(
    resource: &Resource,
    events: &mut [(Seconds, i128)],
) -> Option<(Seconds, i128, i64)> {
    events.sort_unstable();
    let mut level = i128::from(resource.initial);
    let mut next = 0;
    let mut instants: Vec<Seconds> = events.iter().map(|&(at, _)| at).collect();
    instants.extend(resource.capacity.iter().map(|&(from, _)| from));
    instants.push(0);
    instants.sort_unstable();
    instants.dedup();
    for at in instants {
        // Everything that starts or ends at this instant counts before the level is looked at.
        while let Some(&(_, change)) = events.get(next).filter(|&&(time, _)| time <= at) {
            level += change;
            next += 1;
        }
        let capacity = resource.capacity_at(at);
        if level > i128::from(capacity) {
            return Some((at, level, capacity));
        }
    }
    None
}

fn order(precedence: &Precedence, run: &[Run]) -> Option<Violation> {
    let end = run[precedence.first.0 as usize].end;
    let start = run[precedence.then.0 as usize].start;
    (end > start).then_some(Violation::Order {
        precedence: *precedence,
        end,
        start,
    })
}

fn apart(at: usize, group: &Group, run: &[Run]) -> Option<Violation> {
    let time = |action: ActionId| {
        let run = &run[action.0 as usize];
        if group.ends { run.end } else { run.start }
    };
    let (&first, others) = group.actions.split_first()?;
    let other = others
        .iter()
        .copied()
        .find(|&other| time(other) != time(first))?;
    Some(Violation::Apart {
        group: at,
        members: [first, other],
        times: [time(first), time(other)],
    })
}

fn outside(at: usize, window: &Window, run: &[Run]) -> Option<Violation> {
    let Run {
        start,
        end,
        at: mode,
        ..
    } = run[window.action.0 as usize];
    if !window.is_of(mode) {
        return None;
    }
    let inside = |&(from, to): &(Seconds, Seconds)| from <= start && end <= to;
    (!window.intervals.iter().any(inside)).then_some(Violation::Outside {
        window: at,
        time: (start, end),
    })
}

impl Violation {
    /// The source of what is violated; None where the schedule itself is malformed.
    pub fn source(&self, formulation: &Formulation) -> Option<SourceId> {
        match self {
            Violation::Incomplete { .. }
            | Violation::UnknownMode { .. }
            | Violation::OutOfTime { .. } => None,
            Violation::Level { resource, .. } => Some(formulation[*resource].source),
            Violation::Order { precedence, .. } => Some(precedence.source),
            Violation::Apart { group, .. } => Some(formulation.groups[*group].source),
            Violation::Outside { window, .. } => Some(formulation.windows[*window].source),
        }
    }

    /// What is violated, when first and by how much.
    pub fn words(&self, formulation: &Formulation) -> String {
        let name = |action: &ActionId| &formulation[*action].name;
        let what = match self {
            Violation::Incomplete {
                actions,
                starts,
                modes,
            } => {
                format!("{actions} actions, but {starts} starts and {modes} modes")
            }
            Violation::UnknownMode { action, mode } => {
                format!("`{}` has no mode {mode}", name(action))
            }
            Violation::OutOfTime { action, start } => {
                format!("`{}` starts at {start} s, or never ends", name(action))
            }
            Violation::Level {
                resource,
                at,
                level,
                capacity,
            } => {
                let Resource { name, unit, .. } = &formulation[*resource];
                let excess = amount(*unit, level - i128::from(*capacity));
                let (level, capacity) =
                    (amount(*unit, *level), amount(*unit, i128::from(*capacity)));
                format!(
                    "`{name}` is {level} at {}, {excess} more than {capacity}",
                    show_seconds(*at)
                )
            }
            Violation::Order {
                precedence,
                end,
                start,
            } => format!(
                "`{}` starts at {}, before `{}` has ended at {}",
                name(&precedence.then),
                show_seconds(*start),
                name(&precedence.first),
                show_seconds(*end)
            ),
            Violation::Apart {
                group,
                members,
                times,
            } => format!(
                "`{}` and `{}` do not {} together, but at {} and {}",
                name(&members[0]),
                name(&members[1]),
                if formulation.groups[*group].ends {
                    "end"
                } else {
                    "start"
                },
                show_seconds(times[0]),
                show_seconds(times[1])
            ),
            Violation::Outside { window, time } => format!(
                "`{}` runs from {} to {}, when it may not",
                name(&formulation.windows[*window].action),
                show_seconds(time.0),
                show_seconds(time.1)
            ),
        };
        // A level of the datacenter is its own source.
        let source = self.source(formulation).map(|source| &formulation[source]);
        match source
            .filter(|source| !what.contains(&source.label) && source.kind != SourceKind::Capacity)
        {
            Some(source) => format!("{what} ({})", source.label),
            None => what,
        }
    }
}

fn amount(unit: Unit, value: i128) -> String {
    let natural = u64::try_from(value.max(0)).unwrap_or(u64::MAX);
    match unit {
        Unit::Rate => show_rate(natural),
        Unit::Memory => show_bytes(natural),
        Unit::Cpu => format!("{natural} thousandths of a CPU"),
        Unit::Power => show_power(natural),
        Unit::Count => natural.to_string(),
    }
}
