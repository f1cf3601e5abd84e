//! What must come after a job and shares a level takes its time there, and so does what must come before it (energy
//! precedence, Laborie 2003): a server whose VMs arrive one after the other through its link has to be up long before
//! the deadline of the last of them.

use crate::formulation::Seconds;

use super::energy::{self, Use};
use super::links::{cut, links};
use crate::schedule::instance::{Instance, Mode, Refusal};

/// A use of a level on the other side of a precedence.
struct Neighbour {
    level: u32,
    used: Use,
    /// The use begins so long after the precedence lets it; before the job, it ends so long after it lets the job go.
    delay: Seconds,
}

/// Tightens the domains of jobs; says whether anything changed.
pub fn tighten(instance: &mut Instance) -> Result<bool, Refusal> {
    let uses = energy::uses(instance);
    let links = links(instance);
    let mut after: Vec<Vec<(u32, usize)>> = vec![Vec::new(); instance.jobs.len()];
    let mut before = after.clone();
    for &(level, first, then) in &links {
        after[first].push((level, then));
        before[then].push((level, first));
    }
    let mut changed = false;
    for job in 0..instance.jobs.len() {
        for neighbours in [&mut after[job], &mut before[job]] {
            // A job is counted once, however many precedences lead to it.
            neighbours.sort_unstable_by_key(|&(level, other)| (other, level));
            neighbours.dedup_by_key(|&mut (_, other)| other);
        }
        let (after, before) = (&after[job], &before[job]);
        // One alone says no more than the precedence itself.
        if after.len() > 1
            && let Some(latest) = latest(instance, &uses, after)
        {
            changed |= bound(instance, job, |mode| {
                let moments = after.iter().map(|&(level, _)| moment(mode, level));
                (Seconds::MIN, latest - moments.min().unwrap_or(0))
            })?;
        }
        if before.len() > 1
            && let Some(earliest) = earliest(instance, &uses, before)
        {
            changed |= bound(instance, job, |mode| {
                let moments = before.iter().map(|&(level, _)| moment(mode, level));
                (earliest - moments.max().unwrap_or(0), Seconds::MAX)
            })?;
        }
    }
    Ok(changed)
}

/// By when the precedences to others must let them go.
fn latest(
    instance: &Instance,
    uses: &[Vec<(u32, Use)>],
    after: &[(u32, usize)],
) -> Option<Seconds> {
    let delay = |mode: &Mode, link: u32, level: u32| {
        let first = mode.segments.iter().find(|s| s.level == level);
        first.map(|s| s.from - moment(mode, link))
    };
    let mut all = neighbours(instance, uses, after, |delays| delays.min(), delay);
    all.sort_by_key(|n| (n.level, n.used.to));
    let bounds = all.chunk_by(|a, b| a.level == b.level).flat_map(|own| {
        let room = most(instance, own[0].level);
        let (mut area, mut delay) = (0, Seconds::MAX);
        own.iter().map(move |n| {
            area += n.used.area;
            delay = delay.min(n.delay);
            n.used.to - seconds(area, room) - delay
        })
    });
    bounds.min()
}

/// From when on the precedences from others can let a job go.
fn earliest(
    instance: &Instance,
    uses: &[Vec<(u32, Use)>],
    before: &[(u32, usize)],
) -> Option<Seconds> {
    let delay = |mode: &Mode, link: u32, level: u32| {
        let last = mode.segments.iter().rfind(|s| s.level == level);
        last.map(|s| s.to - moment(mode, link))
    };
    let mut all = neighbours(instance, uses, before, |delays| delays.max(), delay);
    all.sort_by_key(|n| (n.level, std::cmp::Reverse(n.used.from)));
    let bounds = all.chunk_by(|a, b| a.level == b.level).flat_map(|own| {
        let room = most(instance, own[0].level);
        let (mut area, mut delay) = (0, Seconds::MIN);
        own.iter().map(move |n| {
            area += n.used.area;
            delay = delay.max(n.delay);
            n.used.from + seconds(area, room) - delay
        })
    });
    bounds.max()
}

fn neighbours(
    instance: &Instance,
    uses: &[Vec<(u32, Use)>],
    jobs: &[(u32, usize)],
    extreme: impl Fn(&mut dyn Iterator<Item = Seconds>) -> Option<Seconds>,
    delay: impl Fn(&Mode, u32, u32) -> Option<Seconds>,
) -> Vec<Neighbour> {
    let mut all = Vec::new();
    for &(link, job) in jobs {
        for &(level, used) in &uses[job] {
            let mut delays = instance.jobs[job]
                .modes
                .iter()
                .filter_map(|mode| delay(mode, link, level));
            if let Some(delay) = extreme(&mut delays) {
                all.push(Neighbour { level, used, delay });
            }
        }
    }
    all
}

/// When a mode changes the level of a precedence, after its start.
fn moment(mode: &Mode, level: u32) -> Seconds {
    let event = mode.events.iter().find(|event| event.level == level);
    event.map_or(0, |event| event.at)
}

fn most(instance: &Instance, level: u32) -> i64 {
    let room = instance.levels[level as usize].room.iter();
    room.map(|&(_, room)| room).max().unwrap_or(0).max(1)
}

/// How long an area takes at least.
fn seconds(area: i128, room: i64) -> Seconds {
    let room = i128::from(room);
    Seconds::try_from((area + room - 1) / room).unwrap_or(Seconds::MAX / 4)
}

fn bound(
    instance: &mut Instance,
    job: usize,
    to: impl Fn(&Mode) -> (Seconds, Seconds),
) -> Result<bool, Refusal> {
    let modes = &mut instance.jobs[job].modes;
    let mut changed = false;
    for mode in modes.iter_mut() {
        let to = to(mode);
        changed |= cut(mode, to);
    }
    modes.retain(|mode| !mode.starts.is_empty());
    if modes.is_empty() {
        Err(Refusal::Infeasible)
    } else {
        Ok(changed)
    }
}
