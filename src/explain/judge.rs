//! Judges changes by planning with them. All of it together may spend a counted effort.

use std::collections::BTreeSet;

use crate::change::Change;
use crate::datacenter::Datacenter;
use crate::diag::has_errors;
use crate::formulate::{Cause, Problem, formulate};
use crate::formulation::{Formulation, Schedule, SourceId, UNLIMITED};
use crate::plan::verify;
use crate::request::Request;
use crate::schedule::{Effort, Feasibility, Monitor, Options, Progress, feasible};

use super::earliest::{Earliest, earliest, named};

/// Effort of all changes of one explanation: seconds.
const IN_ALL: u64 = 80_000_000;

/// Effort of a search by SAT.
pub(super) const FULL: u64 = 6_000_000;

/// Effort of what is quick.
pub(super) const QUICK: u64 = 0;

/// What it takes, for each action, to formulate a problem and to try it quickly.
const FORMULATED: u64 = 250;

/// What it takes, for each action, to search for the earliest end.
const SEARCHED: u64 = 50_000;

/// With more actions no earliest end is searched.
const MOST_SEARCHED: usize = 500;

/// What a change is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The whole plan.
    Plan,
    /// The conflict alone; another one may remain.
    Conflict,
}

/// What a change does.
#[derive(Debug)]
pub(super) enum Verdict {
    /// With it, this schedule holds.
    Helps(Schedule),
    /// No schedule exists with it.
    Fails,
    /// The effort was spent before either was known.
    Unknown,
}

/// Judges changes of one plan.
pub(super) struct Judge<'a> {
    pub datacenter: &'a Datacenter,
    pub request: &'a Request,
    causes: BTreeSet<Cause>,
    left: u64,
    monitor: &'a mut dyn Monitor,
}

impl<'a> Judge<'a> {
    /// With a purse of its own; the conflict is between what these causes demand.
    pub fn new(
        datacenter: &'a Datacenter,
        request: &'a Request,
        causes: BTreeSet<Cause>,
        monitor: &'a mut dyn Monitor,
    ) -> Self {
        Judge {
            datacenter,
            request,
            causes,
            left: IN_ALL,
            monitor,
        }
    }

    /// Whether nothing more can be judged.
    pub fn is_over(&self) -> bool {
        self.left == 0 || self.monitor.stop()
    }

    /// What a change does, as far as an effort can tell.
    pub fn verdict(&mut self, change: Change, scope: Scope, effort: u64) -> Verdict {
        let Some(f) = self.formulated(change, scope) else {
            return Verdict::Fails;
        };
        if self.is_over() {
            return Verdict::Unknown;
        }
        let effort = effort.min(self.left);
        let found = feasible(&f.formulation, &|_| true, effort, self.monitor);
        // What a search that came to an end has spent is not known; it is far less as a rule.
        self.pay(match found {
            Feasibility::Unknown => effort,
            Feasibility::Feasible(_) | Feasibility::Infeasible => effort / 16,
        });
        match found {
            // The checker has the last word on what is offered.
            Feasibility::Feasible(schedule) if verify(&f.formulation, &schedule).is_empty() => {
                Verdict::Helps(schedule)
            }
            Feasibility::Infeasible => Verdict::Fails,
            Feasibility::Feasible(_) | Feasibility::Unknown => Verdict::Unknown,
        }
    }

    /// Whether a schedule holds with a change.
    pub fn holds(&mut self, change: Change, scope: Scope, schedule: &Schedule) -> bool {
        self.formulated(change, scope)
            .is_some_and(|f| verify(&f.formulation, schedule).is_empty())
    }

    /// The earliest end of what the rule at that index is about, with a change; None where it is not searched.
    pub fn earliest(&mut self, change: Change, rule: usize) -> Option<Earliest> {
        let problem = self.formulated(change, Scope::Plan)?;
        let actions = problem.formulation.actions.len();
        let price = SEARCHED * actions as u64;
        if actions > MOST_SEARCHED || self.left < price || self.is_over() {
            return None;
        }
        self.pay(price);
        let options = Options {
            effort: Effort::Brief,
            time_limit: None,
        };
        let actions = named(&problem, rule);
        earliest(&problem.formulation, &actions, &options, self.monitor)
    }

    /// The problem with a change; None where the model alone says that it has no schedule.
    fn formulated(&mut self, change: Change, scope: Scope) -> Option<Problem> {
        self.monitor.report(&Progress {
            phase: "trying changes",
            best: None,
            bound: None,
            done: Some((1000 * (IN_ALL - self.left) / IN_ALL) as u32),
        });
        let (datacenter, request) = change.apply(self.datacenter, self.request);
        let (problem, findings) = formulate(&datacenter, &request);
        let mut problem = problem?;
        self.pay(FORMULATED * problem.formulation.actions.len() as u64);
        match scope {
            Scope::Plan if has_errors(&findings) => return None,
            Scope::Plan => {}
            Scope::Conflict => reduce(&mut problem, &self.causes),
        }
        Some(problem)
    }

    fn pay(&mut self, price: u64) {
        self.left = self.left.saturating_sub(price);
    }
}

/// Leaves what the causes demand.
fn reduce(problem: &mut Problem, causes: &BTreeSet<Cause>) {
    let known = &problem.causes;
    let is_kept = |source: SourceId| causes.contains(&known[source.0 as usize]);
    let Formulation {
        resources,
        precedences,
        groups,
        windows,
        ..
    } = &mut problem.formulation;
    precedences.retain(|precedence| is_kept(precedence.source));
    groups.retain(|group| is_kept(group.source));
    windows.retain(|window| is_kept(window.source));
    for resource in resources.iter_mut().filter(|r| !is_kept(r.source)) {
        resource.capacity = vec![(0, UNLIMITED)];
    }
}
