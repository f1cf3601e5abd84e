//! From a formulation to a schedule and a proof of how good it is.

use std::time::Duration;

use crate::formulation::{Formulation, Schedule, Seconds, SourceId};

/// How much work to spend. Work is counted, never timed: the same effort gives the same plan everywhere.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// A plan, and how far it may be from the best: for whoever waits at a prompt, or plans all day.
    Instant,
    /// A plan that is hardly improved: what a question beside the plan itself is worth.
    Brief,
    /// A good plan at once.
    Fast,
    /// A plan proved optimal or nearly so, in seconds.
    #[default]
    Normal,
    /// As good as it gets, in minutes.
    Best,
}

/// How to schedule.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How much work to spend.
    pub effort: Effort,
    /// Stop after that time, whatever was reached. The result then depends on the machine and says so.
    pub time_limit: Option<Duration>,
}

/// An objective's value and what is known of its optimum: `lower_bound <= optimum <= value`.
///
/// For an objective after the first, the optimum is that among schedules whose earlier objectives have the values reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounded {
    /// The schedule's value.
    pub value: i64,
    /// No schedule has less.
    pub lower_bound: i64,
}

/// A schedule and how good it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// The schedule.
    pub schedule: Schedule,
    /// One for each objective of the formulation.
    pub objectives: Vec<Bounded>,
    /// Seconds in a slot of the encoding that was solved last.
    pub slot: Seconds,
    /// False where a time limit or an interrupt ended the search.
    pub reproducible: bool,
}

impl Solution {
    /// Whether every objective is proved.
    pub fn is_optimal(&self) -> bool {
        self.objectives.iter().all(|o| o.value == o.lower_bound)
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A schedule.
    Found(Solution),
    /// None exists, whatever the horizon: these sources contradict one another.
    Infeasible(Core),
    /// The effort was spent before a schedule was found or excluded.
    Unknown,
}

/// Sources that contradict one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Core {
    /// In order. No schedule keeps all of them.
    pub sources: Vec<SourceId>,
    /// Whether a schedule is known for what is left without those of any one place in the file; otherwise the effort
    /// was spent before all of them were tried.
    pub minimal: bool,
}

/// Whether there is any schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feasibility {
    /// This one, which need not be a good one.
    Feasible(Schedule),
    /// None, whatever the horizon.
    Infeasible,
    /// The effort was spent before one was found or excluded.
    Unknown,
}

/// What the scheduler is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// In a word or two.
    pub phase: &'static str,
    /// The first objective's value so far.
    pub best: Option<i64>,
    /// The first objective's bound so far.
    pub bound: Option<i64>,
    /// How much of the phase is done, in thousandths, where that is known.
    pub done: Option<u32>,
}

/// Is told what the scheduler is doing, and can end it.
pub trait Monitor {
    /// Something changed.
    fn report(&mut self, progress: &Progress);
    /// Whether to end as soon as possible with what there is.
    fn stop(&self) -> bool;
}

/// Hears nothing and never stops.
pub struct Quiet;

impl Monitor for Quiet {
    fn report(&mut self, _: &Progress) {}
    fn stop(&self) -> bool {
        false
    }
}

pub use proof::written::Written;

// Rooms stand in the order of ARCHITECTURE.md: each uses only those above it.
mod control;
mod random;
mod instance;
mod propagate;
mod presolve;
mod bound;
mod construct;
mod exact;
mod feasible;
mod slots;
mod improve;
mod proof;
mod pipeline;
#[cfg(test)]
mod tests;

/// The proof that a certificate may have at most, in bytes.
fn longest_proof(effort: Effort) -> u64 {
    match effort {
        Effort::Instant | Effort::Brief | Effort::Fast => 32 << 20,
        Effort::Normal => 96 << 20,
        Effort::Best => 512 << 20,
    }
}

/// Schedules the actions of a plan and writes what shows its bounds, where there is one; `stem` is how the names of
/// the certificate's files begin.
pub fn certified(
    formulation: &Formulation,
    options: &Options,
    monitor: &mut dyn Monitor,
    plan: &str,
    stem: &str,
) -> (Outcome, Option<Written>) {
    let control = control::Control::new(options, monitor);
    let (outcome, evidence) = pipeline::run(formulation, &control);
    let Outcome::Found(solution) = &outcome else {
        return (outcome, None);
    };
    let task = proof::written::Task {
        formulation,
        solution,
        evidence: &evidence,
        effort: longest_proof(options.effort),
        control: &control,
    };
    let written = task.write(plan, stem);
    (outcome, Some(written))
}

/// Schedules the actions.
pub fn schedule(
    formulation: &Formulation,
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Outcome {
    pipeline::run(formulation, &control::Control::new(options, monitor)).0
}

/// Searches any schedule that keeps the constraints whose source is kept, which takes less than a good one. The effort
/// is that of its search by SAT, in bytes of the proof that it would write, and also says how large a problem is
/// searched so at all: with none, only what is quick is tried.
pub fn feasible(
    formulation: &Formulation,
    keep: &dyn Fn(SourceId) -> bool,
    effort: u64,
    monitor: &mut dyn Monitor,
) -> Feasibility {
    let control = control::Control::new(&Options::default(), monitor);
    feasible::check(formulation, keep, effort, &control)
}
