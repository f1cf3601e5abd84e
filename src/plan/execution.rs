//! What carrying a plan out needs beside its times: what each action waits for, when it may start, how long it may
//! take, how often it is tried.

use std::collections::BTreeMap;

use crate::datacenter::{Datacenter, Force, Limit, Manner, Patience, Policy, Retry, ServerId, Vm};
use crate::formulation::Seconds;
use crate::request::{Asked, Request, Subject, Task};
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

/// A time in which an action may start, so that its planned length lies inside all of its windows that are told alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The first moment; None where nothing begins it.
    pub from: Option<Seconds>,
    /// The last one; None where nothing ends it.
    pub last: Option<Seconds>,
    /// Whether it is told by the clock; else it is counted from when the plan is started.
    pub by_clock: bool,
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
    /// Whether the clock tells its moments; else they are counted from when the plan is started.
    pub by_clock: bool,
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

/// What the file says of how long actions may take and how often they are tried: for some of a plan, of a VM, for
/// all of a plan, the first that says something.
pub(super) struct Asking<'a> {
    datacenter: &'a Datacenter,
    timeouts: Told<Patience>,
    retries: Told<Retry>,
}

/// What a plan says for some, and for all others.
struct Told<T> {
    some: BTreeMap<Subject, T>,
    others: Option<T>,
}

impl<T: Copy> Told<T> {
    fn of(asked: &[Asked<T>]) -> Self {
        let mut told = Told {
            some: BTreeMap::new(),
            others: None,
        };
        for asked in asked {
            match &asked.subjects {
                Some(subjects) => {
                    let each = subjects.iter().map(|&subject| (subject, asked.value));
                    told.some.extend(each);
                }
                None => told.others = Some(asked.value),
            }
        }
        told
    }

    fn about(&self, task: Task, from: Option<ServerId>, own: Option<T>) -> Option<T> {
        // A server stands for all that happens to it and on it; what is said of the VM itself is closer.
        let here = from.map(Subject::Server);
        let subjects = match task {
            Task::Migrate { vm, to } => [Some(Subject::Vm(vm)), here, Some(Subject::Server(to))],
            Task::Start(vm) | Task::Stop(vm) => [Some(Subject::Vm(vm)), here, None],
            Task::Boot(server) | Task::Shutdown(server) | Task::Run(server) => {
                [Some(Subject::Own(server)), here, None]
            }
            Task::Pause => [None; 3],
        };
        let mut subjects = subjects.iter().flatten();
        let some = subjects.find_map(|subject| self.some.get(subject));
        some.copied().or(own).or(self.others)
    }
}

impl<'a> Asking<'a> {
    pub fn new(datacenter: &'a Datacenter, request: &Request) -> Self {
        Asking {
            datacenter,
            timeouts: Told::of(&request.timeouts),
            retries: Told::of(&request.retries),
        }
    }

    /// How long an action of that planned length may take.
    pub fn timeout(
        &self,
        task: Task,
        from: Option<ServerId>,
        (planned, manner): (Seconds, Manner),
    ) -> Timeout {
        let usual = Timeout::usual(planned);
        // Nobody answers for the one who is asked.
        if task == Task::Pause {
            let policy = Policy::Wait;
            return Timeout { policy, ..usual };
        }
        let own = self.vm(task).and_then(|vm| vm.timeout.or(forced(task, vm)));
        let Some(patience) = self.timeouts.about(task, from, own) else {
            return usual;
        };
        Timeout {
            limit: match patience.limit {
                Limit::Seconds(seconds) => seconds.into(),
                Limit::Times(thousandths) => {
                    let limit = planned.saturating_mul(thousandths.into()) / 1000;
                    limit.max(USUAL_FLOOR)
                }
            },
            policy: match patience.policy.unwrap_or(usual.policy) {
                // What stands still anyway has nothing to suspend, and no pages to follow it.
                Policy::Suspend | Policy::Post if manner == Manner::Cold => usual.policy,
                policy => policy,
            },
            ..usual
        }
    }

    /// How often an action is tried again.
    pub fn retry(&self, task: Task, from: Option<ServerId>) -> Retry {
        if task == Task::Pause {
            return Retry::default();
        }
        let own = self.vm(task).and_then(|vm| vm.retry);
        let asked = self.retries.about(task, from, own);
        asked.unwrap_or_default()
    }

    fn vm(&self, task: Task) -> Option<&'a Vm> {
        match task {
            Task::Migrate { vm, .. } | Task::Start(vm) | Task::Stop(vm) => {
                Some(&self.datacenter[vm])
            }
            Task::Boot(_) | Task::Shutdown(_) | Task::Run(_) | Task::Pause => None,
        }
    }
}

/// `force suspend after 10min` says the same as `timeout 10min then suspend`, of migrations alone.
fn forced(task: Task, vm: &Vm) -> Option<Patience> {
    let (seconds, policy) = match (task, vm.force) {
        (Task::Migrate { .. }, Force::Suspend(seconds)) => (seconds, Policy::Suspend),
        (Task::Migrate { .. }, Force::Post(seconds)) => (seconds, Policy::Post),
        _ => return None,
    };
    Some(Patience {
        limit: Limit::Seconds(seconds),
        policy: Some(policy),
    })
}

impl super::Plan {
    /// Seconds from the start to the end of the night that the plan is for: the last moment at which its rules allow
    /// something, where they say so of all that it does; otherwise as long again as it takes, and at least an hour.
    pub fn night(&self) -> Seconds {
        let ends = self.actions.iter().map(|action| {
            let last = |by_clock| action.openings(by_clock).next_back().and_then(|o| o.last);
            let last = [true, false].into_iter().filter_map(last).min();
            last.map(|last| last + action.end - action.start)
        });
        let end: Option<Vec<Seconds>> = ends.collect();
        let end = end.and_then(|ends| ends.into_iter().max());
        end.unwrap_or((2 * self.makespan).max(3600))
    }

    /// For each action those that must have ended before it, well or not: the transitive reduction where it does
    /// not matter which of the two.
    pub fn ended_before(&self) -> Vec<Vec<usize>> {
        let mut kept: Vec<Vec<usize>> = vec![Vec::new(); self.actions.len()];
        let mut reached = vec![usize::MAX; self.actions.len()];
        for (at, action) in self.actions.iter().enumerate() {
            // Actions stand in the order of their starts, so the last one cannot follow from the others.
            let mut candidates: Vec<usize> = action.ended_before().collect();
            candidates.sort_unstable();
            candidates.dedup();
            let earliest = candidates.first().copied().unwrap_or(0);
            while let Some(candidate) = candidates.pop() {
                if reached[candidate] == at {
                    continue;
                }
                kept[at].push(candidate);
                let mut open = vec![candidate];
                while let Some(next) = open.pop() {
                    for &before in &kept[next] {
                        if before >= earliest && reached[before] != at {
                            reached[before] = at;
                            open.push(before);
                        }
                    }
                }
            }
            kept[at].reverse();
        }
        kept
    }

    /// Adds to each reason where it is written: `budget 9 kW (line 12)`, and the file where that is not
    /// `home`: its path in the project that messages show as `root`, whoever asks from where.
    pub fn name_lines(&mut self, sources: &SourceMap, root: &str, home: Option<FileId>) {
        let place = |span: Span| {
            let line = sources.position(span).line;
            match home == Some(span.file) {
                true => format!(" (line {line})"),
                false => format!(" ({}:{line})", sources.name_in(span.file, root)),
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
