//! Jobs that take turns, with those that hang on them, as one: a *cell*. The relaxation prices a cell as a whole, and pays nothing for what
//! holds within it, which its schedules keep exactly (Lagrangian decomposition; Fisher, "The Lagrangian relaxation method for solving integer
//! programming problems", 1981).
//!
//! A level that never has room for two of its jobs at once is a *machine*: a server's link that each migration fills. The linear program lets
//! halves of them share it, so that each half is over early and half of what comes after them begins early; under a power budget,
//! where a server that goes down gives room to all others, that is most of what lies between it and a schedule. With prices for the
//! budget alone, the best order of the few migrations of one server is found by going through all of them ([`turns`]), together with
//! the boot before the first one and the shutdowns after the last ones.

pub mod turns;

use std::cmp::Reverse;

use crate::formulation::Seconds;
use crate::schedule::instance::{Event, Instance, Job, Mode, Origin, segments};
use crate::schedule::propagate::links::links;

/// The most states of a cell: how many jobs of each kind are over.
const MOST_STATES: usize = 256;

/// Cells are compared with so many others: where more differ, hardly any are alike.
const MOST_DIFFERENT: usize = 64;

/// The cells of an instance.
#[derive(Debug, Clone)]
pub struct Cells {
    /// The same jobs without the levels that cells keep.
    pub instance: Instance,
    /// For each level of that which one it was.
    pub levels: Vec<usize>,
    /// The cells; no job is in two of them.
    pub cells: Vec<Cell>,
    /// For each cell the first one that differs from it in nothing but its jobs.
    pub like: Vec<usize>,
    /// Jobs in no cell.
    pub single: Vec<usize>,
}

/// Jobs that take turns, and jobs that come before or after some of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The level that never has room for two of them.
    pub machine: usize,
    /// Those that take turns, alike ones together.
    pub kinds: Vec<Kind>,
    /// Those that hang on them.
    pub hangers: Vec<Hanger>,
}

/// Jobs that may be exchanged for one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// The jobs.
    pub jobs: Vec<usize>,
    /// The kinds that are over before one of these begins.
    pub after: Vec<usize>,
}

/// A job that comes before or after jobs that take turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hanger {
    /// The job.
    pub job: usize,
    /// Whether it comes after the last end of the jobs that it hangs on, or before the first start.
    pub side: Side,
    /// The kinds of these, in order: all jobs of each.
    pub kinds: Vec<usize>,
    /// By so many seconds later it may start, at the earliest after that end, or at the latest after that start.
    pub lag: Seconds,
}

/// On which side of others a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Before the first of them.
    Before,
    /// After the last.
    After,
}

impl Cells {
    /// None where there are no machines.
    pub fn of(instance: &Instance) -> Option<Cells> {
        let machines = machines(instance);
        let links = Links::new(instance);
        let mut of: Vec<Option<usize>> = vec![None; instance.jobs.len()];
        let mut turns: Vec<(usize, Vec<usize>)> = Vec::new();
        for machine in &machines {
            let free = machine.jobs.iter().copied();
            let free: Vec<usize> = free.filter(|&job| of[job].is_none()).collect();
            if free.len() > 1 {
                free.iter().for_each(|&job| of[job] = Some(turns.len()));
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
            let hung = hung(&links, jobs, &of);
            let machines = jobs
                .iter()
                .flat_map(|&job| machines_of[job].iter().copied());
            let kept = kept(&links, machines, jobs, &hung);
            let Some(cell) = cell(instance, &links, (*machine, jobs), &hung, &kept) else {
                continue;
            };
            for hung in &hung {
                of[hung.job] = Some(usize::MAX);
            }
            kept.iter().for_each(|&level| is_kept[level] = true);
            cells.push(cell);
        }
        (!cells.is_empty()).then(|| Cells::new(instance, cells, &is_kept))
    }

    fn new(instance: &Instance, cells: Vec<Cell>, is_kept: &[bool]) -> Cells {
        let levels: Vec<usize> = (0..is_kept.len())
            .filter(|&level| !is_kept[level])
            .collect();
        let instance = without(instance, &levels);
        let mut single = vec![true; instance.jobs.len()];
        for job in cells.iter().flat_map(Cell::jobs) {
            single[job] = false;
        }
        let mut different: Vec<usize> = Vec::new();
        let like = cells.iter().enumerate().map(|(at, cell)| {
            let mut known = different.iter().copied();
            let first = known.find(|&first| cells[first].is_like(cell, &instance));
            if first.is_none() && different.len() < MOST_DIFFERENT {
                different.push(at);
            }
            first.unwrap_or(at)
        });
        let like: Vec<usize> = like.collect();
        Cells {
            like,
            single: (0..single.len()).filter(|&job| single[job]).collect(),
            instance,
            levels,
            cells,
        }
    }

    /// How many numbers a step of the relaxation touches in so many slots.
    pub fn numbers(&self, slots: usize) -> usize {
        let events = |job: usize| {
            let modes = self.instance.jobs[job].modes.iter();
            modes.map(|mode| 1 + mode.events.len()).sum::<usize>()
        };
        let distinct = self.cells.iter().zip(&self.like).enumerate();
        let distinct = distinct.filter(|&(at, (_, &like))| at == like);
        let cells = distinct.map(|(_, (cell, _))| {
            let next = cell.kinds.iter().map(|kind| events(kind.jobs[0]));
            let hung = cell.hangers.iter().map(|hanger| events(hanger.job));
            cell.states() * cell.kinds.len() + next.sum::<usize>() + hung.sum::<usize>()
        });
        let single = self.single.iter().map(|&job| events(job));
        (6 * self.levels.len() + cells.sum::<usize>() + single.sum::<usize>()) * slots
    }
}

impl Cell {
    /// All of its jobs.
    pub fn jobs(&self) -> impl Iterator<Item = usize> {
        let turns = self.kinds.iter().flat_map(|kind| kind.jobs.iter().copied());
        turns.chain(self.hangers.iter().map(|hanger| hanger.job))
    }

    /// How many states there are.
    pub fn states(&self) -> usize {
        self.kinds.iter().map(|kind| kind.jobs.len() + 1).product()
    }

    fn is_like(&self, other: &Cell, instance: &Instance) -> bool {
        let alike = |a: usize, b: usize| instance.jobs[a].modes == instance.jobs[b].modes;
        let kinds = self.kinds.iter().zip(&other.kinds);
        let hangers = self.hangers.iter().zip(&other.hangers);
        (self.kinds.len(), self.hangers.len()) == (other.kinds.len(), other.hangers.len())
            && kinds.into_iter().all(|(a, b)| {
                (a.jobs.len(), &a.after) == (b.jobs.len(), &b.after) && alike(a.jobs[0], b.jobs[0])
            })
            && hangers.into_iter().all(|(a, b)| {
                (a.side, &a.kinds, a.lag) == (b.side, &b.kinds, b.lag) && alike(a.job, b.job)
            })
    }
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
struct Links {
    of: Vec<Vec<Link>>,
}

impl Links {
    fn new(instance: &Instance) -> Links {
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
        Links { of }
    }
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
fn hung(links: &Links, jobs: &[usize], of: &[Option<usize>]) -> Vec<Hung> {
    let own = jobs.iter().flat_map(|&job| {
        let links = links.of[job].iter();
        links.map(move |&link| match link.first == job {
            true => (link.then, Side::After, job, link),
            false => (link.first, Side::Before, job, link),
        })
    });
    let mut own: Vec<(usize, Side, usize, Link)> =
        own.filter(|&(hanger, ..)| of[hanger].is_none()).collect();
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
    links: &Links,
    machines: impl Iterator<Item = &'a Machine>,
    jobs: &[usize],
    hung: &[Hung],
) -> Vec<usize> {
    let within = jobs.iter().flat_map(|&job| &links.of[job]);
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
    links: &Links,
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
    let orders = |job: usize| -> Vec<(usize, usize)> {
        let own = links.of[job].iter();
        let kept = own.filter(|link| kept.binary_search(&link.level).is_ok());
        let mut orders: Vec<(usize, usize)> = kept
            .map(|link| match link.first == job {
                true => (usize::MAX, link.then),
                false => (link.first, usize::MAX),
            })
            .collect();
        orders.sort_unstable();
        orders
    };
    let mut kinds: Vec<(Vec<usize>, Nature)> = Vec::new();
    for &job in jobs {
        let nature = (modes(job), orders(job));
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
    let hangers = hung.iter().map(|hung| Hanger {
        job: hung.job,
        side: hung.side,
        kinds: in_order(&mut hung.on.iter().copied()),
        lag: hung.lag,
    });
    // A job that hangs on some of a kind hangs on all of it, or their orders differ.
    let hangers: Vec<Hanger> = hangers.collect();
    let kinds = kinds.iter().map(|(jobs, (_, orders))| Kind {
        jobs: jobs.clone(),
        after: in_order(&mut orders.iter().map(|&(first, _)| first)),
    });
    Some(Cell {
        machine,
        kinds: kinds.collect(),
        hangers,
    })
}

/// A mode with the events that are left, their levels renamed.
fn reduced(mode: &Mode, is_left: impl Fn(&Event) -> bool, name: impl Fn(u32) -> u32) -> Mode {
    let left = mode.events.iter().filter(|event| is_left(event));
    let events: Vec<Event> = left
        .map(|event| Event {
            level: name(event.level),
            ..*event
        })
        .collect();
    Mode {
        choice: mode.choice.clone(),
        offset: mode.offset.clone(),
        span: mode.span,
        segments: segments(&events),
        events,
        starts: mode.starts.clone(),
        cost: mode.cost.clone(),
    }
}

/// The instance with some of its levels alone, which are in order.
fn without(instance: &Instance, levels: &[usize]) -> Instance {
    let place = |level: u32| levels.binary_search(&(level as usize)).ok();
    let jobs = instance.jobs.iter().map(|job| Job {
        members: job.members.clone(),
        modes: job
            .modes
            .iter()
            .map(|mode| {
                reduced(
                    mode,
                    |event| place(event.level).is_some(),
                    |level| place(level).unwrap_or(0) as u32,
                )
            })
            .collect(),
    });
    let levels = levels.iter().map(|&level| instance.levels[level].clone());
    instance.part(jobs.collect(), levels.collect())
}
