//! Jobs that take turns, with those that hang on them, as one: a *cell*. The relaxation prices a cell as a whole, and pays nothing for what
//! holds within it, which its schedules keep exactly (Lagrangian decomposition; Fisher, "The Lagrangian relaxation method for solving integer
//! programming problems", 1981).
//!
//! A level that never has room for two of its jobs at once is a *machine*: a server's link that each migration fills. The linear program lets
//! halves of them share it, so that each half is over early and half of what comes after them begins early; under a power budget,
//! where a server that goes down gives room to all others, that is most of what lies between it and a schedule. With prices for the
//! budget alone, the best order of the few migrations of one server is found by going through all of them ([`turns`]), together with
//! the boot before the first one and the shutdowns after the last ones.

mod find;
pub mod turns;

use crate::formulation::Seconds;
use crate::schedule::instance::{Event, Instance, Job, Mode, segments};

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
        let (cells, is_kept) = find::cells(instance);
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
