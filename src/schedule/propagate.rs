//! What follows at once: modes that can never run, and earliest and latest starts.

mod chains;
mod energy;
mod gaps;
pub mod links;
pub mod makespan;
pub mod overfull;
mod timetable;

use crate::formulation::Seconds;

use super::instance::{Instance, Level, Mode, Refusal, swings, worst};
use links::{cut, links};
use overfull::Overfull;

/// Which job comes before which other one.
pub fn precedences(instance: &Instance) -> impl Iterator<Item = (usize, usize)> {
    links(instance)
        .into_iter()
        .map(|(_, first, then)| (first, then))
}

/// A level that cannot hold what lies between two moments, wherever jobs start inside of their domains.
pub fn overfull(instance: &Instance) -> Option<Overfull> {
    timetable::overfull(instance).or_else(|| energy::overfull(instance))
}

/// Whether nothing can be scheduled, as far as that is seen at once.
pub fn is_hopeless(instance: &Instance) -> bool {
    overfull(instance).is_some() || gaps::are_too_short(instance)
}

/// Drops the modes that no order of jobs makes room for; it finds cycles of precedences, and swaps of VMs
/// between full servers, whatever the horizon.
///
/// Optimistically, each job that can run may relieve its levels as far as it ever does, while nothing else takes
/// anything. What cannot run even so, never can.
pub fn reachable(instance: &mut Instance) -> Result<(), Refusal> {
    let mut best: Vec<i64> = instance
        .levels
        .iter()
        .map(|level| most(&level.room))
        .collect();
    let mut possible: Vec<Vec<bool>> = instance
        .jobs
        .iter()
        .map(|job| vec![false; job.modes.len()])
        .collect();
    let mut waiting: Vec<usize> = (0..instance.jobs.len()).collect();
    loop {
        let before = waiting.len();
        waiting.retain(|&index| {
            let job = &instance.jobs[index];
            let fits = |mode| {
                swings(mode)
                    .iter()
                    .all(|&(l, s)| s.peak <= best[l as usize])
            };
            // What gives before it has taken all may help another one, which then helps it.
            if !job
                .modes
                .iter()
                .any(|mode| fits(mode) || gives_before_it_takes(mode))
            {
                return true;
            }
            for (level, relief) in worst(job, |swing| swing.relief) {
                best[level as usize] += relief;
            }
            false
        });
        if waiting.len() == before {
            break;
        }
    }
    if !waiting.is_empty() {
        return Err(Refusal::Infeasible);
    }
    for (index, job) in instance.jobs.iter().enumerate() {
        let own = worst(job, |swing| swing.relief);
        for (at, mode) in job.modes.iter().enumerate() {
            // A job does not help itself: what it relieves is in its own peak already.
            possible[index][at] = !mode.starts.is_empty()
                && swings(mode).iter().all(|&(level, swing)| {
                    let helped = own.binary_search_by_key(&level, |&(l, _)| l);
                    let helped = helped.map_or(0, |at| own[at].1);
                    swing.peak <= best[level as usize] - helped
                });
        }
    }
    retain_modes(instance, &possible)?;
    settles(instance)
}

/// Whether a mode, of actions that are tied together, takes something when it has given something else.
fn gives_before_it_takes(mode: &Mode) -> bool {
    let taken = mode.events.iter().filter(|event| event.change > 0);
    let given = mode.events.iter().filter(|event| event.change < 0);
    let (last, first) = (taken.map(|e| e.at).max(), given.map(|e| e.at).min());
    last.zip(first).is_some_and(|(last, first)| first <= last)
}

/// In the end, when all jobs are over, every level must have its room.
fn settles(instance: &Instance) -> Result<(), Refusal> {
    let mut end = vec![0; instance.levels.len()];
    for job in &instance.jobs {
        for (level, relief) in worst(job, |swing| -swing.net) {
            let touching = job
                .modes
                .iter()
                .all(|mode| swings(mode).iter().any(|&(l, _)| l == level));
            end[level as usize] -= if touching { relief } else { relief.max(0) };
        }
    }
    let full =
        |(level, end): (&Level, &i64)| level.room.last().is_some_and(|&(_, room)| *end > room);
    if instance.levels.iter().zip(&end).any(full) {
        return Err(Refusal::Infeasible);
    }
    Ok(())
}

/// Tightens the domains along precedences, from both sides.
fn shave(instance: &mut Instance) -> Result<(), Refusal> {
    let links = links(instance);
    // A chain of n jobs needs n rounds; what windows make slower than that is left to the search.
    for _ in 0..=instance.jobs.len() {
        let mut changed = false;
        for &(level, first, then) in &links {
            changed |= push(instance, level, first, then)?;
        }
        if !changed {
            break;
        }
    }
    Ok(())
}

/// The same, with what jobs on one side of a precedence take of a level together.
pub fn tighten(instance: &mut Instance) -> Result<(), Refusal> {
    // What a round finds tightens the next one; after a few there is little left.
    const ROUNDS: usize = 10;
    for job in &mut instance.jobs {
        let possible: Vec<bool> = job.modes.iter().map(|m| !m.starts.is_empty()).collect();
        retain(&mut job.modes, &possible)?;
    }
    for _ in 0..ROUNDS {
        shave(instance)?;
        if !chains::tighten(instance)? {
            break;
        }
    }
    Ok(())
}

fn push(instance: &mut Instance, level: u32, first: usize, then: usize) -> Result<bool, Refusal> {
    let at = |mode: &Mode| {
        let event = mode.events.iter().find(|event| event.level == level);
        event.map_or(0, |event| event.at)
    };
    let modes = &instance.jobs[first].modes;
    let earliest = modes
        .iter()
        .filter_map(|m| Some(m.starts.first()? + at(m)))
        .min();
    let modes = &instance.jobs[then].modes;
    let latest = modes
        .iter()
        .filter_map(|m| Some(m.starts.last()? + at(m)))
        .max();
    let (Some(earliest), Some(latest)) = (earliest, latest) else {
        return Err(Refusal::Infeasible);
    };
    let mut changed = false;
    for mode in &mut instance.jobs[then].modes {
        let bound = earliest - at(mode);
        changed |= cut(mode, (bound, Seconds::MAX));
    }
    for mode in &mut instance.jobs[first].modes {
        let bound = latest - at(mode);
        changed |= cut(mode, (Seconds::MIN, bound));
    }
    for job in [first, then] {
        let possible = instance.jobs[job]
            .modes
            .iter()
            .map(|m| !m.starts.is_empty());
        let possible: Vec<bool> = possible.collect();
        retain(&mut instance.jobs[job].modes, &possible)?;
    }
    Ok(changed)
}

fn retain_modes(instance: &mut Instance, possible: &[Vec<bool>]) -> Result<(), Refusal> {
    for (job, possible) in instance.jobs.iter_mut().zip(possible) {
        retain(&mut job.modes, possible)?;
    }
    Ok(())
}

fn retain(modes: &mut Vec<Mode>, possible: &[bool]) -> Result<(), Refusal> {
    let mut possible = possible.iter();
    modes.retain(|_| possible.next().copied().unwrap_or(false));
    if modes.is_empty() {
        Err(Refusal::Infeasible)
    } else {
        Ok(())
    }
}

fn most(room: &[(Seconds, i64)]) -> i64 {
    room.iter().map(|&(_, room)| room).max().unwrap_or(0)
}
