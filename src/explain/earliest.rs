//! The earliest end of some actions of a plan, as far as little effort finds and bounds it.

use std::collections::BTreeSet;

use crate::change::{Change, Number};
use crate::datacenter::Datacenter;
use crate::diag::has_errors;
use crate::formulate::{Cause, Problem, formulate};
use crate::formulation::{
    Action, ActionId, Formulation, Mode, Objective, Precedence, Schedule, Seconds, Source,
    SourceId, SourceKind, Term,
};
use crate::plan::verify;
use crate::request::{LONGEST, Request};
use crate::schedule::{Monitor, Options, Outcome, schedule};

/// How early some actions can end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earliest {
    /// A schedule of the whole plan, which the checker has replayed.
    pub schedule: Schedule,
    /// The last end of these actions in it.
    pub end: Seconds,
    /// They end no earlier in any.
    pub bound: Seconds,
}

/// The earliest end of what the deadline at that index among the rules is about, if it did not have to hold.
pub fn without_deadline(
    datacenter: &Datacenter,
    request: &Request,
    rule: usize,
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Option<Earliest> {
    let late = Change::Set(Number::Rule(rule), LONGEST.unsigned_abs());
    let (datacenter, request) = late.apply(datacenter, request);
    let (problem, findings) = formulate(&datacenter, &request);
    let problem = problem.filter(|_| !has_errors(&findings))?;
    earliest(
        &problem.formulation,
        &named(&problem, rule),
        options,
        monitor,
    )
}

/// The actions that a deadline is about.
pub(super) fn named(problem: &Problem, rule: usize) -> Vec<ActionId> {
    let is_of = |source: SourceId| problem.causes[source.0 as usize] == Cause::Rule(rule);
    let windows = problem.formulation.windows.iter();
    let own = windows.filter(|window| is_of(window.source));
    let named: BTreeSet<ActionId> = own.map(|window| window.action).collect();
    named.into_iter().collect()
}

/// Searches a schedule in which these actions have all ended as early as can be.
pub fn earliest(
    f: &Formulation,
    actions: &[ActionId],
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Option<Earliest> {
    let aimed = if actions.len() == f.actions.len() {
        towards_the_last_end(f)
    } else {
        towards_the_end_of(f, actions)
    };
    let Outcome::Found(mut found) = schedule(&aimed, options, monitor) else {
        return None;
    };
    found.schedule.start.truncate(f.actions.len());
    found.schedule.mode.truncate(f.actions.len());
    if !verify(f, &found.schedule).is_empty() {
        return None;
    }
    let ends = actions.iter().map(|&action| f.end(&found.schedule, action));
    Some(Earliest {
        end: ends.max()?,
        bound: found.objectives.first()?.lower_bound,
        schedule: found.schedule,
    })
}

fn objective(makespan: i64, terms: Vec<Term>) -> Vec<Objective> {
    vec![Objective {
        name: String::from("end"),
        scale: 1,
        constant: 0,
        makespan,
        terms,
    }]
}

fn towards_the_last_end(f: &Formulation) -> Formulation {
    let mut aimed = f.clone();
    aimed.objectives = objective(1, vec![Term::default(); f.actions.len()]);
    aimed
}

/// The same problem with an action behind these whose start is what counts.
fn towards_the_end_of(f: &Formulation, actions: &[ActionId]) -> Formulation {
    let mut aimed = f.clone();
    let (end, source) = (f.actions.len() as u32, f.sources.len() as u32);
    let (end, source) = (ActionId(end), SourceId(source));
    aimed.sources.push(Source {
        label: String::from("end"),
        span: None,
        kind: SourceKind::Implied,
        by_clock: false,
    });
    aimed.actions.push(Action {
        name: String::from("end"),
        modes: vec![Mode {
            duration: 1,
            rate: None,
            demands: Vec::new(),
        }],
        span: None,
    });
    let behind = actions.iter().map(|&first| Precedence {
        first,
        then: end,
        source,
    });
    aimed.precedences.extend(behind);
    let mut terms = vec![Term::default(); f.actions.len()];
    terms.push(Term {
        start: 1,
        ..Term::default()
    });
    aimed.objectives = objective(0, terms);
    aimed
}
