//! Schedules of a given value, where a goal has no times, such as moves or servers that are on.
//!
//! Neighbourhood search hardly finds these: before a server can go down, each of its guests has to leave, and none of them gains
//! anything by that. But what such a goal is about is decided by the modes alone. So first SAT chooses modes with which all levels have room
//! when everything is over, the goal being one of these: each mode takes what it costs, and gives nothing back. Then
//! a schedule is looked for in which each job has that mode.

use super::First;
use crate::formulation::Formulation;
use crate::schedule::construct::list;
use crate::schedule::construct::partial::Partial;
use crate::schedule::control::Control;
use crate::schedule::exact;
use crate::schedule::instance::domain::Domain;
use crate::schedule::instance::{
    Event, Instance, Job, Level, Mode, Origin, Placed, segments, swings,
};

/// Modes that SAT may choose among.
const MOST_MODES: usize = 30_000;

/// The same problem, in which such a goal has at most that value.
pub fn limited(instance: &Instance, goal: usize, limit: i64) -> Instance {
    let mut limited = instance.clone();
    let level = limited.levels.len() as u32;
    let mut room = limit - limited.goals[goal].constant;
    for job in &mut limited.jobs {
        let costs = job.modes.iter().map(|mode| mode.cost[goal].constant);
        let least = costs.min().unwrap_or(0);
        room -= least;
        for mode in &mut job.modes {
            let change = mode.cost[goal].constant - least;
            if change > 0 {
                mode.events.push(Event {
                    level,
                    at: 0,
                    change,
                });
                mode.segments = segments(&mode.events);
            }
        }
    }
    limited.levels.push(Level {
        room: vec![(0, room)],
        unit: 1,
        // A resource like any other, but of no formulation.
        origin: Origin::Resource(usize::MAX),
        parts: 1,
    });
    limited
}

/// A schedule, if modes with which all has room in the end lead to one.
pub fn search(
    formulation: &Formulation,
    instance: &Instance,
    effort: u64,
    control: &Control,
) -> First {
    let over = over(instance);
    let Some(candidates) = exact::candidates(&over, None, MOST_MODES) else {
        return First::Unknown;
    };
    let modes = match exact::feasible(&over, &candidates, effort, control) {
        Some(Some(placed)) => placed.mode,
        Some(None) => return First::Infeasible,
        None => return First::Unknown,
    };
    let mut chosen = instance.clone();
    for (job, &mode) in chosen.jobs.iter_mut().zip(&modes) {
        job.modes = vec![job.modes[mode as usize].clone()];
    }
    match super::first(formulation, &chosen, &|_| true, effort, control) {
        First::Found(Placed { start, .. }) => {
            let found = Placed { start, mode: modes };
            First::Found(relaxed(instance, &found).unwrap_or(found))
        }
        // With other modes there may be one.
        First::Infeasible | First::Unknown => First::Unknown,
    }
}

/// The same with each job at the best place that the others leave it, one after the other: SAT says what is possible, not what is best.
fn relaxed(instance: &Instance, found: &Placed) -> Option<Placed> {
    let mut partial = Partial::from_placed(instance, found);
    list::compact(&mut partial, instance);
    partial.finish()
}

/// When everything is over: each job has left behind what it does.
fn over(instance: &Instance) -> Instance {
    let mode = |mode: &Mode| {
        let left = swings(mode).into_iter().filter(|(_, swing)| swing.net != 0);
        let events: Vec<Event> = left
            .map(|(level, swing)| Event {
                level,
                at: 0,
                change: swing.net,
            })
            .collect();
        Mode {
            span: 1,
            offset: vec![0; mode.offset.len()],
            segments: segments(&events),
            events,
            starts: match mode.starts.first() {
                Some(_) => Domain::interval(0, 0),
                None => Domain::interval(0, -1),
            },
            ..mode.clone()
        }
    };
    let jobs = instance.jobs.iter().map(|job| Job {
        members: job.members.clone(),
        modes: job.modes.iter().map(mode).collect(),
    });
    let levels = instance.levels.iter().map(|level| Level {
        room: level
            .room
            .last()
            .map_or(Vec::new(), |&(_, room)| vec![(0, room)]),
        ..level.clone()
    });
    instance.part(jobs.collect(), levels.collect())
}
