//! What carrying a plan out needs beside its times: what each action waits for, when it may start, how long it may
//! take, how often it is tried.

use crate::datacenter::{Datacenter, Force, Policy, Retry, VmId};
use crate::formulation::Seconds;
use crate::request::Task;
use crate::source::{FileId, SourceMap, Span};

/// An action that another one waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Index into [`super::Plan::actions`].
    pub action: usize,
    /// How far that action must have got.
    pub until: Until,
    /// The line or the limit that asks for it, in words.
    pub why: String,
    /// Where that is written.
    pub origin: Option<Span>,
}

/// How far an action must have got before another one may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    /// It has ended, and well: a server that is on, memory that is free, `before`. Where it fails or never
    /// runs, the other one never runs.
    Done,
    /// It is over, however it ended: room on a link, in a power budget, `seq`. An action that never runs is over
    /// once all that it waits for are over.
    Over,
    /// So many seconds have passed since it really started: `sync`, whose members meet although their lengths
    /// differ. Where it fails before that or never starts, the other one never runs.
    Started(Seconds),
}

impl Until {
    /// Its name in plans.
    pub fn name(self) -> &'static str {
        match self {
            Until::Done => "done",
            Until::Over => "over",
            Until::Started(_) => "started",
        }
    }
}

/// A time in which an action may start, so that its planned length lies inside all of its windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The first moment.
    pub from: Seconds,
    /// The last one; None where nothing ends it.
    pub last: Option<Seconds>,
    /// The rule that ends it, in words.
    pub closed_by: Option<String>,
    /// Where that is written.
    pub origin: Option<Span>,
}

/// A level whose capacity falls at some time: no order of actions alone keeps it.
///
/// Right before a start the level then, plus what the action takes, must stay within the capacity over the
/// action's planned length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedLevel {
    /// In words: `budget 9 kW from 06:00`.
    pub name: String,
    /// The level before anything has started.
    pub initial: i64,
    /// `(from, capacity)`: ordered, the first at 0.
    pub capacity: Vec<(Seconds, i64)>,
}

/// How long an action may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeout {
    /// Seconds after its start at which it is said to be late.
    pub late_after: Seconds,
    /// Seconds after its start at which something is done about it.
    pub limit: Seconds,
    /// What is done then. Only a migration can be suspended or switched to post-copy; anything else fails, unless
    /// it is waited for.
    pub policy: Policy,
}

/// No action is late before that many seconds.
pub const LATE_FLOOR: Seconds = 10;
/// Unless the file says otherwise, an action may take that many times as long as planned,
pub const USUAL_FACTOR: Seconds = 3;
/// and that many seconds in any case.
pub const USUAL_FLOOR: Seconds = 300;

impl Timeout {
    /// Of an action of that planned length, unless the file says otherwise.
    pub fn usual(planned: Seconds) -> Self {
        Timeout {
            late_after: planned.max(LATE_FLOOR),
            limit: planned.saturating_mul(USUAL_FACTOR).max(USUAL_FLOOR),
            policy: Policy::Abort,
        }
    }
}

/// How long an action of that planned length may take.
pub(super) fn timeout(datacenter: &Datacenter, task: Task, planned: Seconds) -> Timeout {
    let usual = Timeout::usual(planned);
    let (limit, policy) = match vm_that_migrates(task).map(|vm| datacenter[vm].force) {
        Some(Force::Suspend(seconds)) => (seconds.into(), Policy::Suspend),
        Some(Force::Post(seconds)) => (seconds.into(), Policy::Post),
        Some(Force::Never) | None => (usual.limit, usual.policy),
    };
    Timeout {
        limit,
        policy,
        ..usual
    }
}

/// How often an action is tried again.
pub(super) fn retry() -> Retry {
    Retry { times: 0, pause: 0 }
}

fn vm_that_migrates(task: Task) -> Option<VmId> {
    match task {
        Task::Migrate { vm, .. } => Some(vm),
        _ => None,
    }
}

impl super::Plan {
    /// Adds to each reason where it is written: `budget 9 kW (line 12)`, and the file where that is not
    /// `home`.
    pub fn name_lines(&mut self, sources: &SourceMap, home: Option<FileId>) {
        let place = |span: Span| {
            let line = sources.position(span).line;
            match home == Some(span.file) {
                true => format!(" (line {line})"),
                false => format!(" ({}:{line})", sources.name_of(span.file)),
            }
        };
        for action in &mut self.actions {
            for wait in &mut action.after {
                wait.why += &wait.origin.map(place).unwrap_or_default();
            }
            for opening in &mut action.openings {
                if let (Some(rule), Some(span)) = (&mut opening.closed_by, opening.origin) {
                    *rule += &place(span);
                }
            }
        }
    }
}
