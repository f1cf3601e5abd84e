//! The makespan as a job of its own: it takes no time, comes after all others, and pays for its start.

use crate::formulation::Seconds;
use crate::schedule::instance::domain::Domain;
use crate::schedule::instance::{
    Event, Instance, Job, Level, Linear, Mode, Origin, Placed, segments,
};

/// The same problem with a job for the last end, so that every objective is a sum over jobs; `least` bounds that end.
pub fn with_sink(instance: &Instance, least: Seconds) -> Instance {
    let mut closed = instance.clone();
    if instance.goals.iter().all(|goal| goal.makespan == 0) {
        return closed;
    }
    let mut events = Vec::new();
    for (index, job) in closed.jobs.iter_mut().enumerate() {
        let level = closed.levels.len() as u32;
        closed.levels.push(Level {
            room: vec![(0, 0)],
            unit: 1,
            origin: Origin::End(index),
            parts: 1,
        });
        for mode in &mut job.modes {
            mode.events.push(Event {
                level,
                at: mode.span,
                change: -1,
            });
            mode.segments = segments(&mode.events);
        }
        events.push(Event {
            level,
            at: 0,
            change: 1,
        });
    }
    let cost = closed.goals.iter_mut().map(|goal| Linear {
        slope: std::mem::take(&mut goal.makespan),
        constant: 0,
    });
    let sink = Mode {
        choice: Vec::new(),
        offset: Vec::new(),
        span: 0,
        segments: segments(&events),
        events,
        starts: Domain::interval(least, instance.horizon),
        cost: cost.collect(),
    };
    closed.jobs.push(Job {
        members: Vec::new(),
        modes: vec![sink],
    });
    closed
}

/// A schedule of the problem without the sink.
pub fn without_sink(instance: &Instance, mut placed: Placed) -> Placed {
    placed.start.truncate(instance.jobs.len());
    placed.mode.truncate(instance.jobs.len());
    placed
}
