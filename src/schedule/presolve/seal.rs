//! Levels that a job seals: where all who take of a level come before one job, nothing takes of it any more once that
//! job has started, so the job may as well take all of it for good.
//!
//! No schedule is lost, and the relaxation gains much: it may no longer start the halves of several predecessors, which
//! use a level one after the other, so that half of each is over early and the job after them starts half early. A
//! server that is shut down once its VMs have left, one by one over its link, is the common case.

use crate::formulation::Seconds;
use crate::schedule::instance::{Event, Instance, Job, Level, Origin, segments};

/// Lets the job that comes after all users of a level take its room for good.
pub fn seal(instance: &mut Instance) {
    let users = instance.users();
    let before = before(instance);
    for (level, users) in users.iter().enumerate() {
        let Level { room, origin, .. } = &instance.levels[level];
        let least = room.iter().map(|&(_, room)| room).min().unwrap_or(0);
        if least <= 0 || !matches!(origin, Origin::Resource(_)) || users.len() < 2 {
            continue;
        }
        let Some(last) = last(instance, level, users, &before) else {
            continue;
        };
        for (mode, at) in instance.jobs[last.job].modes.iter_mut().zip(last.at) {
            let event = Event {
                level: level as u32,
                at,
                change: least,
            };
            let place = mode.events.partition_point(|other| other < &event);
            mode.events.insert(place, event);
            mode.segments = segments(&mode.events);
        }
    }
}

/// An order between two jobs: its level, and who comes before.
#[derive(Clone, Copy)]
struct Order {
    level: u32,
    first: usize,
}

/// For each job the orders that it comes last in.
fn before(instance: &Instance) -> Vec<Vec<Order>> {
    let mut ends = vec![(None, None); instance.levels.len()];
    for (index, job) in instance.jobs.iter().enumerate() {
        for event in job.modes.iter().flat_map(|mode| &mode.events) {
            let (first, then) = &mut ends[event.level as usize];
            *(if event.change < 0 { first } else { then }) = Some(index);
        }
    }
    let mut before = vec![Vec::new(); instance.jobs.len()];
    for (level, (ends, what)) in ends.into_iter().zip(&instance.levels).enumerate() {
        if let (Some(first), Some(then), Origin::Precedence(_)) = (ends.0, ends.1, what.origin)
            && first != then
        {
            let level = level as u32;
            before[then].push(Order { level, first });
        }
    }
    before
}

/// A job that comes after all users of a level, and when in each of its modes it does.
struct Last {
    job: usize,
    at: Vec<Seconds>,
}

fn last(instance: &Instance, level: usize, users: &[usize], before: &[Vec<Order>]) -> Option<Last> {
    let after = |job: usize| {
        let mut at = vec![Seconds::MIN; instance.jobs[job].modes.len()];
        for &user in users {
            let mut orders = before[job].iter().filter(|order| order.first == user);
            let order = orders.find(|order| is_over(&instance.jobs[user], level, order.level))?;
            for (at, mode) in at.iter_mut().zip(&instance.jobs[job].modes) {
                let taken = mode
                    .events
                    .iter()
                    .find(|event| event.level == order.level)?;
                *at = taken.at.max(*at);
            }
        }
        Some(Last { job, at })
    };
    (0..instance.jobs.len())
        .filter(|job| before[*job].len() >= users.len() && !users.contains(job))
        .find_map(after)
}

/// Whether a job has given back all that it took of a level when it gives back an order's.
fn is_over(job: &Job, level: usize, order: u32) -> bool {
    job.modes.iter().all(|mode| {
        let own = mode.events.iter().filter(|e| e.level as usize == level);
        let given = mode.events.iter().find(|event| event.level == order);
        own.clone().map(|event| event.change).sum::<i64>() == 0
            && given.is_some_and(|given| own.clone().all(|event| event.at <= given.at))
    })
}
