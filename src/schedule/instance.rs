//! Jobs with events, the only form that the other parts of the scheduler read; presolve makes them of a formulation.
//!
//! Groups are merged: actions that start or end together have fixed offsets, so they are one *job* whose modes
//! are the combinations of theirs. Everything that limits jobs is then of one kind: an *event* changes a *level*
//! by a fixed amount at a fixed offset from the job's start, and a level never exceeds its room. A precedence
//! `a -> b` is a level without room: `b` adds one at its start, `a` takes it away at its end.

pub mod domain;

use crate::formulation::{ActionId, Schedule, Seconds};

use domain::Domain;

/// No sum of user values may reach this; four of them add up without overflow.
const RANGE: i128 = 1 << 61;

/// A problem in the form that the search reads.
#[derive(Debug, Clone)]
pub struct Instance {
    /// What gets a start.
    pub jobs: Vec<Job>,
    /// What limits it.
    pub levels: Vec<Level>,
    /// Some optimal schedule ends by then, and a feasible one does if any exists.
    pub horizon: Seconds,
    /// For each objective its constant and the weight of the last end.
    pub goals: Vec<Goal>,
    /// How many actions the jobs are made of.
    pub actions: usize,
}

/// Actions that move together.
#[derive(Debug, Clone)]
pub struct Job {
    /// The actions.
    pub members: Vec<ActionId>,
    /// The ways to do them; at least one.
    pub modes: Vec<Mode>,
}

/// A way to do a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mode {
    /// For each member its mode.
    pub choice: Vec<u32>,
    /// For each member its start, counted from the job's.
    pub offset: Vec<Seconds>,
    /// From the job's start to its last end.
    pub span: Seconds,
    /// What it does to levels, ordered by level and then time.
    pub events: Vec<Event>,
    /// The same as what is added to a level between two offsets.
    pub segments: Vec<Segment>,
    /// When it may start.
    pub starts: Domain,
    /// For each objective its cost, linear in the start.
    pub cost: Vec<Linear>,
}

/// A change of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Index of the level.
    pub level: u32,
    /// Seconds after the job's start.
    pub at: Seconds,
    /// Added from then on; never 0.
    pub change: i64,
}

/// What a job adds to a level between two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Index of the level.
    pub level: u32,
    /// Seconds after the job's start.
    pub from: Seconds,
    /// Seconds after the job's start; [`Seconds::MAX`] where it stays for good.
    pub to: Seconds,
    /// Never 0.
    pub amount: i64,
}

/// `constant + slope * start`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Linear {
    /// Cost of each second that the job starts later.
    pub slope: i64,
    /// Cost at start 0.
    pub constant: i64,
}

impl Linear {
    /// The cost of a start.
    pub fn at(self, start: Seconds) -> i64 {
        self.constant + self.slope * start
    }

    /// The same of starts that are counted from a moment on.
    pub fn after(self, moment: Seconds) -> Linear {
        Linear {
            slope: self.slope,
            constant: self.at(moment),
        }
    }
}

/// The parts of an objective that belong to no job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goal {
    /// Fixed part.
    pub constant: i64,
    /// Weight of the last end.
    pub makespan: i64,
}

/// A limit over time, divided by the greatest common divisor of what jobs change.
#[derive(Debug, Clone)]
pub struct Level {
    /// `(from, room)`: what jobs may add up to from that second on; the first at 0.
    pub room: Vec<(Seconds, i64)>,
    /// What it was divided by.
    pub unit: i64,
    /// Where it comes from.
    pub origin: Origin,
    /// Of how many levels that are alike it has the room; 1 outside of a [pool](super::bound::pool).
    pub parts: usize,
}

/// Where a level comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Index of the resource.
    Resource(usize),
    /// Index of the precedence.
    Precedence(usize),
    /// Index of the job that the sink comes after.
    End(usize),
}

/// When and how each job runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Start of each job.
    pub start: Vec<Seconds>,
    /// Mode of each job.
    pub mode: Vec<u32>,
}

/// Why there is no instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No schedule exists.
    Infeasible,
    /// Numbers or combinations beyond what the search handles.
    TooLarge,
}

impl Instance {
    /// Some jobs alone, with levels of their own.
    pub fn part(&self, jobs: Vec<Job>, levels: Vec<Level>) -> Instance {
        Instance {
            jobs,
            levels,
            horizon: self.horizon,
            goals: self.goals.clone(),
            actions: self.actions,
        }
    }

    /// Whether nothing that a goal is about depends on when it happens.
    pub fn is_timeless(&self, goal: usize) -> bool {
        let mut modes = self.jobs.iter().flat_map(|job| &job.modes);
        self.goals[goal].makespan == 0 && modes.all(|mode| mode.cost[goal].slope == 0)
    }

    /// The schedule of the formulation's actions.
    pub fn expand(&self, placed: &Placed) -> Schedule {
        let mut schedule = Schedule {
            start: vec![0; self.actions],
            mode: vec![0; self.actions],
        };
        for (index, job) in self.jobs.iter().enumerate() {
            let mode = &job.modes[placed.mode[index] as usize];
            for (at, action) in job.members.iter().enumerate() {
                schedule.start[action.0 as usize] = placed.start[index] + mode.offset[at];
                schedule.mode[action.0 as usize] = mode.choice[at];
            }
        }
        schedule
    }

    /// The mode that a job runs in.
    pub fn mode(&self, placed: &Placed, job: usize) -> &Mode {
        &self.jobs[job].modes[placed.mode[job] as usize]
    }

    /// The last end.
    pub fn makespan(&self, placed: &Placed) -> Seconds {
        (0..self.jobs.len())
            .map(|job| placed.start[job] + self.mode(placed, job).span)
            .max()
            .unwrap_or(0)
    }

    /// The values of the objectives.
    pub fn values(&self, placed: &Placed) -> Vec<i64> {
        let makespan = self.makespan(placed);
        let goals = self.goals.iter().enumerate();
        goals
            .map(|(goal, parts)| {
                let jobs = 0..self.jobs.len();
                let sum: i64 = jobs
                    .map(|job| self.mode(placed, job).cost[goal].at(placed.start[job]))
                    .sum();
                parts.constant + parts.makespan * makespan + sum
            })
            .collect()
    }

    /// All events.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        let modes = self.jobs.iter().flat_map(|job| &job.modes);
        modes.flat_map(|mode| &mode.events)
    }

    /// The jobs that change each level.
    pub fn users(&self) -> Vec<Vec<usize>> {
        let mut users = vec![Vec::new(); self.levels.len()];
        for (index, job) in self.jobs.iter().enumerate() {
            for event in job.modes.iter().flat_map(|mode| &mode.events) {
                let users: &mut Vec<usize> = &mut users[event.level as usize];
                if users.last() != Some(&index) {
                    users.push(index);
                }
            }
        }
        users
    }

    /// Refuses numbers whose sums could overflow.
    pub fn check_range(&self) -> Result<(), Refusal> {
        let mut peak = vec![0_i128; self.levels.len()];
        for event in self.events() {
            peak[event.level as usize] += i128::from(event.change.unsigned_abs());
        }
        let horizon = i128::from(self.horizon);
        let rooms = self.levels.iter().flat_map(|level| &level.room);
        let mut fits = peak.iter().all(|&sum| sum < RANGE)
            && rooms
                .map(|&(_, room)| i128::from(room).abs())
                .all(|r| r < RANGE);
        for (goal, parts) in self.goals.iter().enumerate() {
            let mut sum = i128::from(parts.constant).abs() + i128::from(parts.makespan) * horizon;
            for mode in self.jobs.iter().flat_map(|job| &job.modes) {
                let Linear { slope, constant } = mode.cost[goal];
                sum += i128::from(slope).abs() * horizon + i128::from(constant).abs();
            }
            fits &= sum < RANGE;
        }
        if fits { Ok(()) } else { Err(Refusal::TooLarge) }
    }
}

/// What a mode does to one level, as extremes over time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Swing {
    /// Most that it adds at any time; >= 0.
    pub peak: i64,
    /// Most that it relieves at any time; >= 0.
    pub relief: i64,
    /// What it leaves behind.
    pub net: i64,
}

/// What a mode does to each level that it touches.
pub fn swings(mode: &Mode) -> Vec<(u32, Swing)> {
    let mut all: Vec<(u32, Swing)> = Vec::new();
    for event in &mode.events {
        if all.last().is_none_or(|&(level, _)| level != event.level) {
            all.push((event.level, Swing::default()));
        }
        let (_, swing) = all.last_mut().expect("pushed above");
        swing.net += event.change;
        swing.peak = swing.peak.max(swing.net);
        swing.relief = swing.relief.max(-swing.net);
    }
    all
}

/// For each level the largest measure over a job's modes.
pub fn worst(job: &Job, measure: impl Fn(Swing) -> i64) -> Vec<(u32, i64)> {
    let mut all: Vec<(u32, i64)> = job
        .modes
        .iter()
        .flat_map(swings)
        .map(|(level, swing)| (level, measure(swing)))
        .collect();
    all.sort_unstable_by_key(|&(level, value)| (level, std::cmp::Reverse(value)));
    all.dedup_by_key(|&mut (level, _)| level);
    all
}

/// What events add up to between each and the next.
pub fn segments(events: &[Event]) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut amount = 0;
    for (at, event) in events.iter().enumerate() {
        amount += event.change;
        let next = events.get(at + 1).filter(|next| next.level == event.level);
        if amount != 0 {
            segments.push(Segment {
                level: event.level,
                from: event.at,
                to: next.map_or(Seconds::MAX, |next| next.at),
                amount,
            });
        }
        if next.is_none() {
            amount = 0;
        }
    }
    segments
}
