//! Whether a course kept all limits: levels, orders and windows of the formulation, held against when actions really ran.
//!
//! Nobody is to blame for an action that takes longer than planned. Whoever starts one is, if a limit is broken then, or would be
//! broken later with all that runs taking as long as planned. So what is found is [`Breach::Forbidden`], which must never
//! happen, or [`Breach::Late`], which only a longer duration than planned brings about: of a deadline, a window, or a limit that
//! falls while an action is late.
//!
//! That members of a `sync` meet is not judged: their starts are told by their planned lengths.

use std::collections::BTreeMap;

use super::stage::Stage;
use super::{Course, Fate, Try};
use crate::formulation::{ActionId, Resource, Seconds, SourceId, Window};

/// A limit that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breach {
    /// By a start: this must not happen.
    Forbidden {
        /// What says so.
        source: SourceId,
        /// What happened.
        what: String,
    },
    /// By an action that took longer than planned, or that was not done by then.
    Late {
        /// What says so.
        source: SourceId,
        /// What happened.
        what: String,
    },
}

impl Breach {
    /// The rule or the limit that was broken.
    pub fn source(&self) -> SourceId {
        match self {
            Breach::Forbidden { source, .. } | Breach::Late { source, .. } => *source,
        }
    }
}

/// All limits that a course broke.
pub fn judge(stage: &Stage, course: &Course) -> Vec<Breach> {
    let judge = Judge { stage, course };
    let f = &stage.problem.formulation;
    let mut found = judge.levels();
    for precedence in &f.precedences {
        let end = judge.end(precedence.first);
        for one in judge.tries(precedence.then) {
            if end.is_none_or(|end| end > one.start) {
                found.push(Breach::Forbidden {
                    source: precedence.source,
                    what: format!(
                        "`{}` starts at {} s, but `{}` has not ended",
                        f[precedence.then].name, one.start, f[precedence.first].name
                    ),
                });
            }
        }
    }
    for window in &f.windows {
        found.extend(judge.window(window));
    }
    found
}

struct Judge<'a> {
    stage: &'a Stage<'a>,
    course: &'a Course,
}

/// What an action does to a level, and when.
struct Change {
    start: Seconds,
    /// When it has really ended, and when it should have.
    end: Seconds,
    planned: Seconds,
    take: i128,
    /// What it gives back at its end.
    give: i128,
}

impl Judge<'_> {
    /// Where an action of the formulation stands in the plan.
    fn place(&self, action: ActionId) -> Option<usize> {
        self.stage.places[action.0 as usize]
    }

    fn tries(&self, action: ActionId) -> &[Try] {
        let place = self.place(action);
        place.map_or(&[], |at| &self.course.actions[at].tries)
    }

    fn end(&self, action: ActionId) -> Option<Seconds> {
        self.course.actions[self.place(action)?].end()
    }

    /// Seconds that an action is planned with.
    fn length(&self, at: usize) -> Seconds {
        let planned = &self.stage.plan.actions[at];
        planned.end - planned.start
    }

    fn levels(&self) -> Vec<Breach> {
        let f = &self.stage.problem.formulation;
        let mut changes: BTreeMap<usize, Vec<Change>> = BTreeMap::new();
        for (at, job) in self.stage.jobs.iter().enumerate() {
            let happened = &self.course.actions[at];
            for demand in &f[job.action].modes[job.mode as usize].demands {
                let known = changes.entry(demand.resource.0 as usize).or_default();
                known.extend(happened.tries.iter().map(|one| Change {
                    start: one.start,
                    end: match one.well || happened.fate != Fate::Open {
                        true => one.end,
                        false => Seconds::MAX,
                    },
                    planned: one.start + self.length(at),
                    take: demand.take.into(),
                    give: if one.well { demand.give } else { demand.take }.into(),
                }));
            }
        }
        let mut found = Vec::new();
        for (at, changes) in &changes {
            found.extend(level(&f.resources[*at], changes));
        }
        found
    }

    fn window(&self, window: &Window) -> Option<Breach> {
        let f = &self.stage.problem.formulation;
        let at = self.place(window.action)?;
        if !window.is_of(self.stage.jobs[at].mode as usize) {
            return None;
        }
        let (happened, length) = (&self.course.actions[at], self.length(at));
        let (name, source) = (&f[window.action].name, window.source);
        let around = |start: Seconds, end: Seconds| {
            let mut all = window.intervals.iter();
            all.any(|&(from, to)| from <= start && end <= to)
        };
        for one in &happened.tries {
            if !around(one.start, one.start + length) {
                let what = format!("`{name}` starts at {} s, when it may not", one.start);
                return Some(Breach::Forbidden { source, what });
            }
            if !around(one.start, one.end) {
                let what = format!("`{name}` ends at {} s, which is too late", one.end);
                return Some(Breach::Late { source, what });
            }
        }
        // What has to be done by a time and never is misses it.
        let last = window.intervals.last()?.1;
        (happened.fate != Fate::Done && last != Seconds::MAX).then(|| Breach::Late {
            source,
            what: format!("`{name}` is not done"),
        })
    }
}

/// The first breach of a level.
fn level(resource: &Resource, changes: &[Change]) -> Option<Breach> {
    let mut moments: Vec<Seconds> = vec![0];
    moments.extend(changes.iter().flat_map(|change| [change.start, change.end]));
    moments.extend(resource.capacity.iter().map(|&(from, _)| from));
    moments.retain(|&at| at != Seconds::MAX);
    moments.sort_unstable();
    moments.dedup();
    let mut late = None;
    // What holds with each action over at its end, or at the latest when it should be.
    let total = |at: Seconds, end: &dyn Fn(&Change) -> Seconds| {
        let all = changes.iter().filter(|change| change.start <= at);
        let sums = all.map(|change| change.take - if end(change) <= at { change.give } else { 0 });
        i128::from(resource.initial) + sums.sum::<i128>()
    };
    let mut events: BTreeMap<Seconds, i128> = BTreeMap::new();
    for change in changes {
        *events.entry(change.start).or_default() += change.take;
        *events.entry(change.end).or_default() -= change.give;
    }
    let mut now = i128::from(resource.initial);
    let mut events = events.into_iter().peekable();
    for &at in &moments {
        while let Some((_, change)) = events.next_if(|(when, _)| *when <= at) {
            now += change;
        }
        let capacity = i128::from(resource.capacity_at(at));
        if now <= capacity {
            continue;
        }
        let starts = changes.iter().any(|c| c.start == at && c.take > 0);
        let foreseen = total(at, &|change| change.end.min(change.planned));
        let what = format!("`{}` is {now} at {at} s, above {capacity}", resource.name);
        let source = resource.source;
        if starts || foreseen > capacity {
            return Some(Breach::Forbidden { source, what });
        }
        late.get_or_insert(Breach::Late { source, what });
    }
    late
}
