//! Which jobs take turns, what hangs on them, and which levels are kept that way.

use std::cmp::Reverse;

use super::{Cell, Hanger, Kind, Side, reduced};
use crate::formulation::Seconds;
use crate::schedule::instance::{Event, Instance, Mode, Origin};
use crate::schedule::propagate::links::links;

/// The most states of a cell: how many jobs of each kind are over.
const MOST_STATES: usize = 256;

/// The cells of an instance, and for each level whether they keep it.
pub fn cells(instance: &Instance) -> (Vec<Cell>, Vec<bool>) {
    let machines = machines(instance);
    let orders = orders(instance);
    let mut is_taken = vec![false; instance.jobs.len()];
    let mut turns: Vec<(usize, Vec<usize>)> = Vec::new();
    for machine in &machines {
        let free = machine.jobs.iter().copied();
        let free: Vec<usize> = free.filter(|&job| !is_taken[job]).collect();
        if free.len() > 1 {
            free.iter().for_each(|&job| is_taken[job] = true);
            turns.push((machine.level, free));
        }
    }
    let mut machines_of: Vec<Vec<&Machine>> = vec![Vec::new(); instance.jobs.len()];
    for machine in &machines {
        machines_of[machine.jobs[0]].push(machine);
    }
    let mut is_kept = vec![false; instance.levels.len()];
    let mut cells = Vec::new();
    for (machine, jobs) in &turns {
        let hung = hung(&orders, jobs, &is_taken);
        let machines = jobs
            .iter()
            .flat_map(|&job| machines_of[job].iter().copied());
        let kept = kept(&orders, machines, jobs, &hung);
        let Some(cell) = cell(instance, &orders, (*machine, jobs), &hung, &kept) else {
            continue;
        };
        for hung in &hung {
            is_taken[hung.job] = true;
        }
        kept.iter().for_each(|&level| is_kept[level] = true);
        cells.push(cell);
    }
    (cells, is_kept)
}

/// A level that never has room for two of its jobs.
struct Machine {
    level: usize,
    /// Those that take turns on it.
    jobs: Vec<usize>,
    /// Those that take of it for good.
    seals: Vec<usize>,
}

/// The machines, those of most jobs first.
fn machines(instance: &Instance) -> Vec<Machine> {
    let mut machines = Vec::new();
    for (level, users) in instance.users().into_iter().enumerate() {
        if !matches!(instance.levels[level].origin, Origin::Resource(_)) {
            continue;
        }
        let room = instance.levels[level].room.iter().map(|&(_, room)| room);
        let most = room.max().unwrap_or(0);
        let fills = |mode: &Mode| {
            let mut own = mode.segments.iter().filter(|s| s.level as usize == level);
            let one = own.next().filter(|_| own.next().is_none());
            one.is_some_and(|s| (s.from, s.to) == (0, mode.span) && s.amount > most / 2)
        };
        let seals = |mode: &Mode| {
            let mut own = mode.segments.iter().filter(|s| s.level as usize == level);
            own.all(|s| s.to == Seconds::MAX && s.amount > 0)
        };
        let modes = |&job: &usize| &instance.jobs[job].modes;
        let (jobs, seals): (Vec<usize>, Vec<usize>) = users
            .into_iter()
            .partition(|job| !modes(job).iter().all(seals));
        if jobs.len() > 1 && jobs.iter().all(|job| modes(job).iter().all(fills)) {
            machines.push(Machine { level, jobs, seals });
        }
    }
    machines.sort_by_key(|machine| Reverse(machine.jobs.len()));
    machines
}

/// An order of two jobs: a moment of `first` is no later than one of `then`.
#[derive(Clone, Copy)]
struct Link {
    level: usize,
    first: usize,
    then: usize,
    /// The least and the most of the moment of `first` after its end, less that of `then` after its start.
    after_end: (Seconds, Seconds),
    /// The same after the start of `first`: of its moment after that, less.
    after_start: (Seconds, Seconds),
}

/// The orders of jobs, by job.
fn orders(instance: &Instance) -> Vec<Vec<Link>> {
    let mut of = vec![Vec::new(); instance.jobs.len()];
    for (level, first, then) in links(instance) {
        let at = |mode: &Mode| {
            let event = mode.events.iter().find(|event| event.level == level);
            event.map_or(0, |event| event.at)
        };
        let range = |job: usize, of: &dyn Fn(&Mode) -> Seconds| {
            let modes = instance.jobs[job].modes.iter().map(of);
            (modes.clone().min().unwrap_or(0), modes.max().unwrap_or(0))
        };
        let end = range(first, &|mode| at(mode) - mode.span);
        let start = range(first, &at);
        let taken = range(then, &at);
        let link = Link {
            level: level as usize,
            first,
            then,
            after_end: (end.0 - taken.1, end.1 - taken.0),
            after_start: (start.0 - taken.1, start.1 - taken.0),
        };
        of[first].push(link);
        of[then].push(link);
    }
    of
}

/// A job that hangs on jobs that take turns.
struct Hung {
    job: usize,
    side: Side,
    /// The jobs.
    on: Vec<usize>,
    lag: Seconds,
    /// The levels that it keeps that way.
    levels: Vec<usize>,
}

/// What hangs on jobs that take turns and is in no cell, on the side on which it hangs on more of them.
fn hung(orders: &[Vec<Link>], jobs: &[usize], is_taken: &[bool]) -> Vec<Hung> {
    let own = jobs.iter().flat_map(|&job| {
        let links = orders[job].iter();
        links.map(move |&link| match link.first == job {
            true => (link.then, Side::After, job, link),
            false => (link.first, Side::Before, job, link),
        })
    });
    let mut own: Vec<(usize, Side, usize, Link)> =
        own.filter(|&(hanger, ..)| !is_taken[hanger]).collect();
    own.sort_by_key(|&(hanger, side, job, link)| (hanger, side, job, link.level));
    let mut all: Vec<Hung> = Vec::new();
    for links in own.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let (job, side, ..) = links[0];
        // The lag of a link, if it is always the same, and the one that holds for all links and modes.
        let lags = links.iter().map(|&(.., link)| match side {
            Side::After => (link.after_end, link.level),
            Side::Before => {
                let (least, most) = link.after_start;
                ((-most, -least), link.level)
            }
        });
        let lag = match side {
            Side::After => lags.clone().map(|((least, _), _)| least).min(),
            Side::Before => lags.clone().map(|((_, most), _)| most).max(),
        };
        let lag = lag.unwrap_or(0);
        let levels = lags.filter(|&(range, _)| range == (lag, lag));
        let mut on: Vec<usize> = links.iter().map(|&(_, _, on, _)| on).collect();
        on.dedup();
        let hung = Hung {
            job,
            side,
            on,
            lag,
            levels: levels.map(|(_, level)| level).collect(),
        };
        match all.last_mut().filter(|last| last.job == job) {
            Some(last) if hung.on.len() > last.on.len() => *last = hung,
            Some(_) => {}
            None => all.push(hung),
        }
    }
    all
}

/// The levels that a cell keeps: orders within it, and machines of which all that is taken is taken within it.
fn kept<'a>(
    orders: &[Vec<Link>],
    machines: impl Iterator<Item = &'a Machine>,
    jobs: &[usize],
    hung: &[Hung],
) -> Vec<usize> {
    let within = jobs.iter().flat_map(|&job| &orders[job]);
    let within = within.filter(|link| {
        // One is over before the other begins.
        jobs.contains(&link.first) && jobs.contains(&link.then) && link.after_end == (0, 0)
    });
    let mut kept: Vec<usize> = within.map(|link| link.level).collect();
    kept.extend(hung.iter().flat_map(|hung| &hung.levels));
    let sealed = |machine: &Machine| {
        machine.seals.iter().all(|&seal| {
            let mut after = hung.iter().filter(|hung| hung.side == Side::After);
            let hung = after.find(|hung| hung.job == seal);
            hung.is_some_and(|hung| machine.jobs.iter().all(|job| hung.on.contains(job)))
        })
    };
    let is_within = |machine: &&'a Machine| {
        machine.jobs.iter().all(|job| jobs.contains(job)) && sealed(machine)
    };
    kept.extend(machines.filter(is_within).map(|machine| machine.level));
    kept.sort_unstable();
    kept.dedup();
    kept
}

/// What jobs that may be exchanged have in common: what they do beside what their cell keeps, and those that come before and after them in it.
type Nature = (Vec<Mode>, Vec<(usize, usize)>);

/// A cell, unless it has too many states.
fn cell(
    instance: &Instance,
    orders: &[Vec<Link>],
    (machine, jobs): (usize, &[usize]),
    hung: &[Hung],
    kept: &[usize],
) -> Option<Cell> {
    // What jobs do beside what the cell keeps; who they come before and after within it.
    let modes = |job: usize| -> Vec<Mode> {
        let modes = instance.jobs[job].modes.iter();
        let rest = |event: &Event| kept.binary_search(&(event.level as usize)).is_err();
        modes
            .map(|mode| reduced(mode, rest, |level| level))
            .collect()
    };
    let within = |job: usize| -> Vec<(usize, usize)> {
        let own = orders[job].iter();
        let kept = own.filter(|link| kept.binary_search(&link.level).is_ok());
        let mut within: Vec<(usize, usize)> = kept
            .map(|link| match link.first == job {
                true => (usize::MAX, link.then),
                false => (link.first, usize::MAX),
            })
            .collect();
        within.sort_unstable();
        within
    };
    let mut kinds: Vec<(Vec<usize>, Nature)> = Vec::new();
    for &job in jobs {
        let nature = (modes(job), within(job));
        match kinds.iter_mut().find(|kind| kind.1 == nature) {
            Some(kind) => kind.0.push(job),
            None => kinds.push((vec![job], nature)),
        }
    }
    let states = kinds.iter().try_fold(1_usize, |states, (jobs, _)| {
        let states = states.checked_mul(jobs.len() + 1);
        states.filter(|&states| states <= MOST_STATES)
    });
    states?;
    let kind_of = |job: &usize| kinds.iter().position(|(jobs, _)| jobs.contains(job));
    let in_order = |jobs: &mut dyn Iterator<Item = usize>| {
        let mut kinds: Vec<usize> = jobs.filter_map(|job| kind_of(&job)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    };
    // A job that hangs on some of a kind hangs on all of it, or their orders differ.
    let hangers = hung.iter().map(|hung| Hanger {
        job: hung.job,
        side: hung.side,
        kinds: in_order(&mut hung.on.iter().copied()),
        lag: hung.lag,
    });
    let kinds = kinds.iter().map(|(jobs, (_, within))| Kind {
        jobs: jobs.clone(),
        after: in_order(&mut within.iter().map(|&(first, _)| first)),
    });
    Some(Cell {
        machine,
        kinds: kinds.collect(),
        hangers: hangers.collect(),
    })
}
