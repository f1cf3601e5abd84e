//! The plan: a schedule with names, dependencies and figures, verified.

mod depend;
mod execution;
mod figures;
mod others;
mod replay;
mod slack;
mod verify;

pub use crate::datacenter::{Policy, Retry};
pub use depend::{Chance, Dependencies, Needed, depend, timed};
pub use execution::{Opening, TimedLevel, Timeout, Until, Wait};
pub use others::{By, Others, others};
pub use replay::{Claim, Claims, replay};
pub use slack::{Kept, Slack};
pub use verify::{Violation, verify};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::datacenter::{Datacenter, Manner, Pool, ServerId};
use crate::formulate::{Assumed, Problem, decide, rule_in_words};
use crate::formulation::{ActionId, Formulation, Schedule, Seconds, SourceId, Unit};
use crate::request::{Bandwidth, GoalKind, Request, Start, Task};
use crate::schedule::Solution;
use crate::since::Since;
use crate::source::Span;

/// A plan that was verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// When it starts, as far as that is known.
    pub start: Option<Start>,
    /// The objectives, the most important first.
    pub objectives: Vec<Achieved>,
    /// Seconds in a slot of the encoding that was solved last.
    pub slot: Seconds,
    /// False where a time limit or an interrupt ended the search.
    pub reproducible: bool,
    /// Which rates its migrations may have.
    pub bandwidth: Bandwidth,
    /// The last end.
    pub makespan: Seconds,
    /// mW that all servers and actions draw at most at any second.
    pub peak_power: u64,
    /// mJ that all servers and actions take from the plan's start to its last end.
    pub energy: u64,
    /// The actions, by start, then by name.
    pub actions: Vec<Planned>,
    /// Levels over time: power first, then the network's, then the memory of servers.
    pub profiles: Vec<Profile>,
    /// Its rules, each with what is left before it would be broken.
    pub kept: Vec<Kept>,
    /// The rules that are only preferred, each with what it costs.
    pub preferences: Vec<Preference>,
    /// Levels that have to be looked at right before a start.
    pub timed_levels: Vec<TimedLevel>,
    /// What holds its end, from its start on without a hole, where that was asked for.
    pub held: Vec<Held>,
    /// What the plan was made from.
    pub source: Option<SourceFile>,
    /// Whose plan it is, where it is not mvm's own: then it need not hold.
    pub by: Option<By>,
    /// From where it starts, where that is not what its file declares.
    pub since: Option<Since>,
}

/// A part of what holds the end of a plan: one that begins earlier, or takes less, may let the plan end earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its first second.
    pub from: Seconds,
    /// One past its last second.
    pub to: Seconds,
    /// The action that runs then or waits, or several of a kind.
    pub what: String,
    /// Why it begins no earlier.
    pub why: String,
}

/// A rule that is only preferred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// In words of the language.
    pub rule: String,
    /// What it costs that it is not kept; 0: it is.
    pub cost: i64,
    /// Where it is written.
    pub origin: Option<Span>,
}

/// The file that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path, relative to the project's root.
    pub file: String,
    /// SHA-256 of it, of all files that it uses and of the standard library, in hexadecimal.
    pub sha256: String,
    /// It and all files of the project that it uses, each with its own SHA-256, in the order in which they are read.
    pub files: Vec<(String, String)>,
    /// What it and all files that it uses say, those of the standard library as well, by [`crate::source::FileId`].
    pub texts: Vec<SourceText>,
}

/// A file, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// Its path, relative to the project's root.
    pub file: String,
    /// What it said.
    pub text: Arc<str>,
}

/// An objective's value and bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Achieved {
    /// Which.
    pub goal: GoalKind,
    /// Seconds, or mJ for energy.
    pub value: i64,
    /// No plan has less.
    pub lower_bound: i64,
}

impl Achieved {
    /// (value - bound) / value; 0 where both are 0.
    pub fn gap(&self) -> f64 {
        if self.value == self.lower_bound {
            return 0.0;
        }
        (self.value - self.lower_bound) as f64 / (self.value as f64).abs()
    }
}

/// An action with its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Unique: `migrate vm3`, `boot r3.s1`, and ` (2)` behind it for a second one.
    pub id: String,
    /// What it does.
    pub task: Task,
    /// What a `run` carries out, and what a `pause` asks.
    pub text: Option<Arc<str>>,
    /// Where the VM is before it, or the server itself; None: it is of no server.
    pub from: Option<ServerId>,
    /// Start.
    pub start: Seconds,
    /// End.
    pub end: Seconds,
    /// bit/s of a migration.
    pub rate: Option<u64>,
    /// mW drawn on top of what the servers draw.
    pub power: u64,
    /// How a VM is migrated.
    pub manner: Manner,
    /// The pool of its server that the VM comes to.
    pub pool: Option<Pool>,
    /// What its length assumes besides the model.
    pub assumed: Assumed,
    /// Whether the plan implied it without saying it.
    pub inferred: bool,
    /// Among how many servers the plan has chosen where a migration leads; 0 or 1 where there was no choice.
    pub places: usize,
    /// What it waits for: the transitive reduction, in the order of the actions.
    pub after: Vec<Wait>,
    /// When it may start, in order; empty: at any time.
    pub openings: Vec<Opening>,
    /// `(index, take, give)` of what it does to [`Plan::timed_levels`]: added at its start, taken off at its end.
    pub demands: Vec<(usize, i64, i64)>,
    /// How long it may take.
    pub timeout: Timeout,
    /// How often it is tried again.
    pub retry: Retry,
    /// Where it is asked for.
    pub origin: Option<Span>,
}

impl Planned {
    /// Whether it is a migration of that manner.
    pub fn is_moved(&self, manner: Manner) -> bool {
        matches!(self.task, Task::Migrate { .. }) && self.manner == manner
    }

    /// What it is called: a pause by what it asks, too.
    pub fn title(&self) -> String {
        match (self.task, &self.text) {
            (Task::Pause, Some(text)) => format!("{}: {text}", self.id),
            _ => self.id.clone(),
        }
    }

    /// The actions that must have ended before it starts, well or not.
    pub fn ended_before(&self) -> impl Iterator<Item = usize> {
        let ended = self.after.iter();
        let ended = ended.filter(|wait| matches!(wait.until, Until::Done | Until::Over));
        ended.map(|wait| wait.action)
    }

    /// The moment before which its rules keep it from starting.
    pub fn not_before(&self) -> Option<Seconds> {
        let first = [true, false].map(|by_clock| {
            let mut told = self.openings(by_clock);
            told.next().and_then(|opening| opening.from).unwrap_or(0)
        });
        first.into_iter().max().filter(|&from| from > 0)
    }

    /// Its openings that the clock tells, or those that are counted from the plan's start, in order.
    pub fn openings(&self, by_clock: bool) -> impl DoubleEndedIterator<Item = &Opening> {
        let all = self.openings.iter();
        all.filter(move |opening| opening.by_clock == by_clock)
    }
}

/// A level over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// `power`, `link r1 -> core`, `memory r1.s4`.
    pub name: String,
    /// What it measures.
    pub unit: Unit,
    /// `(from, level)`: ordered, each different from the one before.
    pub level: Vec<(Seconds, i64)>,
    /// What of it guests send, in the same form; empty where they send nothing.
    pub guests: Vec<(Seconds, i64)>,
    /// `(from, capacity)`: ordered; empty where nothing limits it.
    pub capacity: Vec<(Seconds, i64)>,
}

/// Verifies a solution and makes a plan of it.
///
/// # Errors
/// What the checker found; a plan is never made of a solution that does not hold.
pub fn assemble(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    solution: &Solution,
) -> Result<Plan, Vec<String>> {
    if !problem.is_open() {
        let plain = problem.plain();
        let mut solution = solution.clone();
        let actions = plain.formulation.actions.len();
        solution.schedule.start.truncate(actions);
        solution.schedule.mode.truncate(actions);
        return settled(datacenter, request, &plain, &solution);
    }
    holds(problem, &solution.schedule)?;
    let decided = decide(datacenter, request, problem, &solution.schedule);
    let Some(decided) = decided else {
        let what = "what was chosen is none of what the steps leave open";
        return Err(vec![what.to_owned()]);
    };
    let mut solution = Solution {
        schedule: decided.schedule,
        ..solution.clone()
    };
    if solution.schedule.start.is_empty() {
        // Where all stay, the second in which they do is no end of anything.
        let goals = decided.problem.formulation.objectives.iter();
        for (bounded, goal) in solution.objectives.iter_mut().zip(goals) {
            bounded.value = bounded.value.min(goal.constant);
            bounded.lower_bound = bounded.lower_bound.min(bounded.value);
        }
    }
    let mut plan = settled(datacenter, &decided.request, &decided.problem, &solution)?;
    // Among how many places was chosen, the open problem alone knows.
    let actions = problem.formulation.actions.iter();
    let open = actions.zip(&problem.work).map(|(action, work)| {
        let places: BTreeSet<ServerId> = work.open.iter().filter_map(|led| led.to).collect();
        (action.name.as_str(), places.len())
    });
    let open: BTreeMap<&str, usize> = open.collect();
    for action in &mut plan.actions {
        action.places = open.get(action.id.as_str()).copied().unwrap_or(0);
    }
    Ok(plan)
}

fn holds(problem: &Problem, schedule: &Schedule) -> Result<(), Vec<String>> {
    let f = &problem.formulation;
    let violations = verify(f, schedule);
    if violations.is_empty() {
        return Ok(());
    }
    let words = violations.iter().map(|violation| violation.words(f));
    Err(words.collect())
}

/// The plan of a request that leaves nothing open.
fn settled(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    solution: &Solution,
) -> Result<Plan, Vec<String>> {
    let f = &problem.formulation;
    let schedule = &solution.schedule;
    holds(problem, schedule)?;
    let drawn = figures::drawn(datacenter, request, problem, schedule);
    let places = places(f, schedule);
    let power = &drawn.profile.level;
    let kept = slack::kept(datacenter, request, problem, schedule, &places, power);
    let mut profiles = vec![drawn.profile];
    profiles.extend(figures::carried(datacenter, problem, schedule));
    profiles.extend(figures::taken(datacenter, problem, schedule));
    Ok(Plan {
        name: request.name.clone(),
        doc: request.doc.clone(),
        start: request.start.clone(),
        objectives: achieved(request, problem, solution)?,
        slot: solution.slot,
        reproducible: solution.reproducible,
        bandwidth: request.bandwidth,
        makespan: f.makespan(schedule),
        peak_power: drawn.peak,
        energy: drawn.energy,
        actions: planned(datacenter, request, problem, schedule, &depend(f, schedule)),
        profiles,
        kept,
        held: Vec::new(),
        preferences: problem
            .preferred
            .iter()
            .map(|&(rule, cost)| Preference {
                rule: rule_in_words(datacenter, request, &request.rules[rule]),
                cost,
                origin: request.rules[rule].origin,
            })
            .collect(),
        timed_levels: timed(f)
            .iter()
            .map(|&id| TimedLevel {
                name: f[id].name.clone(),
                by_clock: f[f[id].source].by_clock,
                initial: f[id].initial,
                capacity: f[id].capacity.clone(),
            })
            .collect(),
        source: None,
        by: None,
        since: None,
    })
}

/// The objectives with the values that the schedule really has.
fn achieved(
    request: &Request,
    problem: &Problem,
    solution: &Solution,
) -> Result<Vec<Achieved>, Vec<String>> {
    let f = &problem.formulation;
    let mut achieved = Vec::new();
    let mut mistakes = Vec::new();
    if solution.objectives.len() != f.objectives.len() || request.goals.len() != f.objectives.len()
    {
        let (known, bounds) = (f.objectives.len(), solution.objectives.len());
        return Err(vec![format!("{bounds} bounds for {known} objectives")]);
    }
    for ((goal, objective), bounded) in request
        .goals
        .iter()
        .zip(&f.objectives)
        .zip(&solution.objectives)
    {
        let name = &objective.name;
        match f.value(objective, &solution.schedule) {
            Some(value) if value == bounded.value && bounded.lower_bound <= value => {
                achieved.push(Achieved {
                    goal: goal.kind,
                    value,
                    lower_bound: bounded.lower_bound,
                })
            }
            Some(value) if value != bounded.value => {
                mistakes.push(format!("`{name}` is {value}, not {}", bounded.value));
            }
            Some(value) => {
                mistakes.push(format!(
                    "the bound of `{name}`, {}, is above its value, {value}",
                    bounded.lower_bound
                ));
            }
            None => mistakes.push(format!("`{name}` is beyond the range of integers")),
        }
    }
    if mistakes.is_empty() {
        Ok(achieved)
    } else {
        Err(mistakes)
    }
}

/// Where each action stands in the plan: by start, then by name.
fn places(f: &Formulation, schedule: &Schedule) -> Vec<usize> {
    let mut order: Vec<ActionId> = f.ids().collect();
    order.sort_by_key(|&action| (schedule.start[action.0 as usize], &f[action].name));
    let mut place = vec![0; order.len()];
    for (at, action) in order.iter().enumerate() {
        place[action.0 as usize] = at;
    }
    place
}

/// The actions in their places.
fn planned(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    schedule: &Schedule,
    dependencies: &Dependencies,
) -> Vec<Planned> {
    let f = &problem.formulation;
    let timed = timed(f);
    let asking = execution::Asking::new(datacenter, request);
    let place = places(f, schedule);
    let mut order: Vec<ActionId> = f.ids().collect();
    order.sort_by_key(|action| place[action.0 as usize]);
    order
        .iter()
        .map(|&action| {
            let at = action.0 as usize;
            let (work, mode) = (&problem.work[at], schedule.mode[at] as usize);
            let said = |source: SourceId| (f[source].label.clone(), f[source].span);
            let wait = |needed: &Needed| {
                let (why, origin) = said(needed.source);
                let (action, until) = (place[needed.action.0 as usize], needed.until);
                Wait {
                    action,
                    until,
                    why,
                    origin,
                }
            };
            let mut after: Vec<Wait> = dependencies.waits[at].iter().map(wait).collect();
            after.sort_by_key(|wait| wait.action);
            let opening = |chance: &Chance| {
                let closed_by = chance.closed_by.map(said);
                let (rule, origin) = closed_by.map_or((None, None), |(rule, at)| (Some(rule), at));
                Opening {
                    from: Some(chance.from).filter(|&from| from != Seconds::MIN),
                    last: Some(chance.last).filter(|&last| last != Seconds::MAX),
                    by_clock: chance.by_clock,
                    closed_by: rule,
                    origin,
                }
            };
            let demands = f[action].modes[mode].demands.iter().filter_map(|demand| {
                let level = timed.binary_search(&demand.resource).ok()?;
                Some((level, demand.take, demand.give))
            });
            let length = f[action].modes[mode].duration;
            Planned {
                id: f[action].name.clone(),
                task: work.task,
                text: work.text.clone(),
                from: work.from,
                start: schedule.start[at],
                end: f.end(schedule, action),
                rate: f[action].modes[mode].rate,
                power: work.power[mode],
                manner: work.manner,
                pool: work.pools.get(mode).and_then(|pools| pools.entered),
                assumed: work.assumed,
                inferred: work.inferred,
                places: 0,
                after,
                // What has begun need not be let in any more.
                openings: match work.is_begun {
                    true => Vec::new(),
                    false => dependencies.chances[at].iter().map(opening).collect(),
                },
                demands: demands.collect(),
                timeout: asking.timeout(work.task, work.from, (length, work.manner)),
                retry: asking.retry(work.task, work.from),
                origin: f[action].span,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
