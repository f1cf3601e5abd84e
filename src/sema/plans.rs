//! Plans: a plan's statements to a request.

use std::collections::BTreeSet;

use super::acting::Acting;
use super::choosing;
use super::clock;
use super::errors::{patience as patience_errors, plans as errors};
use super::moments;
use super::patience;
use super::rolls;
use super::rules;
use super::steps;
use super::stocks;
use super::world::{Scope, World};
use super::{bindings, expr};
use crate::request::{
    Asked, Bandwidth, Expectation, ExpectationKind, Goal, GoalKind, Model, Request, RuleKind, Start,
};
use crate::since::Ends;
use crate::syntax::ast::{self, Item, Metric, Plan, Set, Statement, StatementKind, Word};

/// What a plan asks for.
pub(super) fn request<'a>(
    world: &mut World<'a>,
    item: &'a Item,
    plan: &'a Plan,
    earlier: &[Request],
) -> Request {
    let (start, start_known) = start(world, plan);
    let mut request = Request {
        name: plan.name.text.clone(),
        doc: item.doc.clone(),
        start,
        reverses: None,
        steps: Vec::new(),
        rules: Vec::new(),
        goals: Vec::new(),
        expectations: Vec::new(),
        bandwidth: bandwidth(world, plan),
        model: model(world, plan),
        slack: slack(world, plan),
        timeouts: Vec::new(),
        retries: Vec::new(),
        overbook: Vec::new(),
        origin: Some(plan.name.span),
    };
    let mut steps_complete = true;
    if let Some(other) = &plan.reverses {
        steps_complete = reverse(world, other, earlier, &mut request).is_some();
    }
    let mut drained = BTreeSet::new();
    for statement in &plan.statements {
        if matches!(statement.kind, StatementKind::Broken) {
            steps_complete = false;
        }
        if is_step(&statement.kind)
            && let Some(other) = &plan.reverses
        {
            let error = errors::step_of_way_back(statement.span, other.span);
            world.sink.push(error);
            continue;
        }
        let added = match &statement.kind {
            StatementKind::Roll { .. } => rolls::add(world, statement, &mut request, &mut drained),
            StatementKind::EmptyAny { .. } | StatementKind::Shutdown { any: Some(_), .. } => {
                choosing::add(world, statement, &mut request)
            }
            kind if is_step(kind) => steps::add(world, statement, &mut request.steps, &mut drained),
            _ => Some(()),
        };
        steps_complete &= added.is_some();
    }
    steps::leave_out_drained(&drained, &mut request.steps);
    if request.steps.is_empty() && steps_complete {
        world.sink.push(errors::no_steps(&plan.name));
    }
    let acting = Acting::of(world, &request.steps, steps_complete);
    // Without a start that can be read, every clock time would be said to lack one.
    for statement in &plan.statements {
        if start_known || !needs_clock(&statement.kind) {
            other(world, statement, &acting, &mut request);
        }
    }
    let goal = |kind| Goal { kind, origin: None };
    if request.goals.is_empty() {
        request.goals.push(goal(GoalKind::Mttr));
    }
    // How many servers are shut down where nobody says it, and what is preferred, comes first, unless the plan gives it another place.
    let asks = |is: fn(&RuleKind) -> bool| request.rules.iter().any(|rule| is(&rule.kind));
    let first = [
        (
            GoalKind::ServersOn,
            asks(|kind| matches!(kind, RuleKind::Any { count: None, .. })),
        ),
        (
            GoalKind::Preferences,
            asks(|kind| matches!(kind, RuleKind::Prefer { .. })),
        ),
    ];
    for (kind, is_asked) in first {
        if is_asked && !request.goals.iter().any(|goal| goal.kind == kind) {
            request.goals.insert(0, goal(kind));
        }
    }
    request
}

/// Gives a plan the steps that undo those of another one. None: an error was reported.
fn reverse(
    world: &mut World<'_>,
    other: &Word,
    earlier: &[Request],
    request: &mut Request,
) -> Option<()> {
    let at = earlier.iter().position(|plan| plan.name == other.text);
    let Some(at) = at else {
        let known: Vec<&str> = earlier.iter().map(|plan| plan.name.as_str()).collect();
        world.sink.push(errors::no_earlier_plan(other, &known));
        return None;
    };
    let undone = &earlier[at];
    if let Some(declared) = undone.origin {
        world.recorder.declared(other.span, declared);
    }
    if undone.reverses.is_some() {
        world.sink.push(errors::reverses_a_way_back(other));
        return None;
    }
    let ends = Ends::of(&world.datacenter, &undone.steps);
    request.steps = ends.back(&world.datacenter, Some(other.span));
    request.reverses = Some(at);
    Some(())
}

fn is_step(kind: &StatementKind) -> bool {
    matches!(
        kind,
        StatementKind::Migrate { .. }
            | StatementKind::Drain { .. }
            | StatementKind::Boot { .. }
            | StatementKind::Shutdown { .. }
            | StatementKind::Reboot(_)
            | StatementKind::Start { .. }
            | StatementKind::Stop { .. }
            | StatementKind::Run { .. }
            | StatementKind::Pause { .. }
            | StatementKind::Roll { .. }
            | StatementKind::EmptyAny { .. }
    )
}

/// Whether a statement may hold a clock time.
fn needs_clock(kind: &StatementKind) -> bool {
    match kind {
        StatementKind::Before { by, .. } => by.is_some(),
        StatementKind::After { .. } | StatementKind::Allow { .. } => true,
        StatementKind::Freeze { period, .. }
        | StatementKind::Budget { period, .. }
        | StatementKind::AtMostMigrations { period, .. }
        | StatementKind::AtMostOn { period, .. }
        | StatementKind::AtMostVms { period, .. }
        | StatementKind::Limit { period, .. } => period.is_some(),
        StatementKind::Expect(expectation) => {
            matches!(expectation, ast::Expectation::EndBy(_))
        }
        _ => false,
    }
}

/// The start of a plan, and whether what the plan says about it could be read.
fn start(world: &mut World<'_>, plan: &Plan) -> (Option<Start>, bool) {
    let mut found: Option<&Statement> = None;
    let mut result = (None, true);
    for statement in &plan.statements {
        let StatementKind::StartAt { clock, zone } = &statement.kind else {
            continue;
        };
        if let Some(earlier) = found {
            world
                .sink
                .push(errors::start_twice(statement.span, earlier.span));
            continue;
        }
        found = Some(statement);
        refuse_bindings(world, statement);
        match clock::start(clock, zone.as_ref()) {
            Ok(start) => result = (Some(start), true),
            Err(error) => {
                world.sink.push(error.diagnostic());
                result = (None, false);
            }
        }
    }
    let unread = plan
        .statements
        .iter()
        .any(|statement| matches!(statement.kind, StatementKind::Broken));
    let known = result.1 && (result.0.is_some() || !unread);
    (result.0, known)
}

/// The first statement of a kind that stands once in a plan; further ones are reported.
fn only<'a>(
    world: &mut World<'a>,
    plan: &'a Plan,
    word: &str,
    is_it: impl Fn(&StatementKind) -> bool,
) -> Option<&'a StatementKind> {
    let mut found: Option<&Statement> = None;
    for statement in plan.statements.iter().filter(|s| is_it(&s.kind)) {
        match found {
            Some(earlier) => {
                world
                    .sink
                    .push(errors::said_twice(word, statement.span, earlier.span))
            }
            None => {
                refuse_bindings(world, statement);
                found = Some(statement);
            }
        }
    }
    found.map(|statement| &statement.kind)
}

fn bandwidth<'a>(world: &mut World<'a>, plan: &'a Plan) -> Bandwidth {
    let is_it = |kind: &StatementKind| matches!(kind, StatementKind::Bandwidth(_));
    match only(world, plan, "bandwidth", is_it) {
        Some(StatementKind::Bandwidth(ast::Bandwidth::Choose)) => Bandwidth::Choose,
        _ => Bandwidth::Max,
    }
}

fn model<'a>(world: &mut World<'a>, plan: &'a Plan) -> Model {
    let is_it = |kind: &StatementKind| matches!(kind, StatementKind::Model(_));
    match only(world, plan, "model", is_it) {
        Some(StatementKind::Model(model)) => match model {
            ast::Model::Papers => Model::Papers,
            ast::Model::Fluid => Model::Fluid,
            ast::Model::Entropy => Model::Entropy,
            ast::Model::Cloudsim => Model::Cloudsim,
            ast::Model::Simgrid => Model::Simgrid,
            ast::Model::Comma => Model::Comma,
            ast::Model::Liu => Model::Liu,
        },
        _ => Model::default(),
    }
}

/// Millionths.
fn slack<'a>(world: &mut World<'a>, plan: &'a Plan) -> u32 {
    let is_it = |kind: &StatementKind| matches!(kind, StatementKind::Slack(_));
    match only(world, plan, "slack", is_it) {
        Some(StatementKind::Slack(share)) => expr::millionths(world, &Scope::default(), share),
        _ => None,
    }
    .unwrap_or(0)
}

/// A statement about the plan as a whole cannot be repeated.
fn refuse_bindings(world: &mut World<'_>, statement: &Statement) {
    if let Some(binding) = statement.bindings.first() {
        world.sink.push(errors::not_repeated(binding.span));
    }
}

/// Rules, goals and expectations.
fn other<'a>(
    world: &mut World<'a>,
    statement: &'a Statement,
    acting: &Acting,
    request: &mut Request,
) {
    match &statement.kind {
        StatementKind::Minimize(goals) => {
            refuse_bindings(world, statement);
            minimize(world, statement, goals, request);
        }
        StatementKind::Expect(expectation) => {
            refuse_bindings(world, statement);
            let kind = expect(world, request.start.as_ref(), expectation);
            request.expectations.extend(kind.map(|kind| Expectation {
                kind,
                origin: Some(statement.span),
            }));
        }
        StatementKind::Timeout { timeout, on } => {
            let asked = (on.as_ref(), "timeout");
            let known = &mut request.timeouts;
            ask(world, statement, acting, asked, known, |world, scope| {
                patience::timeout(world, scope, timeout)
            });
        }
        StatementKind::Retry { retry, on } => {
            let asked = (on.as_ref(), "retry");
            let known = &mut request.retries;
            ask(world, statement, acting, asked, known, |world, scope| {
                patience::retry(world, scope, retry)
            });
        }
        StatementKind::Overbook { key, factor, on } => {
            let asked = (key, factor, on.as_ref());
            stocks::overbook_in_plan(world, statement, acting, asked, &mut request.overbook);
        }
        StatementKind::StartAt { .. }
        | StatementKind::Bandwidth(_)
        | StatementKind::Slack(_)
        | StatementKind::Model(_)
        | StatementKind::Broken => {}
        kind if is_step(kind) => {}
        _ => {
            let Request { start, rules, .. } = request;
            bindings::each(
                world,
                &statement.bindings,
                Some(acting.all()),
                &mut |world, scope| {
                    rules::add(world, scope, start.as_ref(), statement, acting, rules)
                },
            );
        }
    }
}

/// Adds what a statement asks of the execution: of some, in each of its repetitions, or of all, once.
fn ask<'a, T>(
    world: &mut World<'a>,
    statement: &'a Statement,
    acting: &Acting,
    (on, word): (Option<&'a Set>, &str),
    known: &mut Vec<Asked<T>>,
    value: impl Fn(&mut World<'a>, &Scope<'_>) -> Option<T>,
) {
    let origin = Some(statement.span);
    let Some(on) = on else {
        refuse_bindings(world, statement);
        let earlier = known.iter().find(|asked| asked.subjects.is_none());
        if let Some(earlier) = earlier.and_then(|asked| asked.origin) {
            let error = patience_errors::twice(word, statement.span, earlier);
            world.sink.push(error);
        } else if let Some(value) = value(world, &Scope::default()) {
            let subjects = None;
            known.push(Asked {
                value,
                subjects,
                origin,
            });
        }
        return;
    };
    let all = Some(acting.all());
    bindings::each(world, &statement.bindings, all, &mut |world, scope| {
        let value = value(world, scope);
        let subjects = rules::subjects_of(world, scope, acting, statement.span, on);
        let (value, subjects) = (value?, Some(subjects?));
        known.push(Asked {
            value,
            subjects,
            origin,
        });
        Some(())
    });
}

fn minimize(
    world: &mut World<'_>,
    statement: &Statement,
    goals: &[(ast::Goal, crate::source::Span)],
    request: &mut Request,
) {
    if let Some(earlier) = request.goals.first().and_then(|goal| goal.origin) {
        world
            .sink
            .push(errors::minimize_twice(statement.span, earlier));
        return;
    }
    for (goal, span) in goals {
        let kind = match goal {
            ast::Goal::Mttr => GoalKind::Mttr,
            ast::Goal::Energy => GoalKind::Energy,
            ast::Goal::Makespan => GoalKind::Makespan,
            ast::Goal::Moves => GoalKind::Moves,
            ast::Goal::Downtime => GoalKind::Downtime,
            ast::Goal::Preferences => GoalKind::Preferences,
            ast::Goal::Balance => GoalKind::Balance,
            ast::Goal::Power => GoalKind::Power,
            ast::Goal::ServersOn => GoalKind::ServersOn,
        };
        if let Some(earlier) = request.goals.iter().find(|goal| goal.kind == kind) {
            let earlier = earlier.origin;
            world
                .sink
                .push(errors::goal_twice(kind.name(), *span, earlier));
            continue;
        }
        request.goals.push(Goal {
            kind,
            origin: Some(*span),
        });
    }
}

fn expect<'a>(
    world: &mut World<'a>,
    start: Option<&Start>,
    expectation: &'a ast::Expectation,
) -> Option<ExpectationKind> {
    let scope = &Scope::default();
    Some(match expectation {
        ast::Expectation::Impossible => ExpectationKind::Impossible,
        ast::Expectation::Possible => ExpectationKind::Possible,
        ast::Expectation::Optimal => ExpectationKind::Optimal,
        ast::Expectation::EndBy(moment) => {
            ExpectationKind::Makespan(moments::moment(world, scope, start, moment)?)
        }
        ast::Expectation::OnTime(share) => {
            ExpectationKind::OnTime(expr::millionths(world, scope, share)?)
        }
        ast::Expectation::AtMost { metric, value } => match metric {
            Metric::Makespan => {
                ExpectationKind::Makespan(expr::seconds(world, scope, value)?.into())
            }
            Metric::Mttr => ExpectationKind::Mttr(expr::long_seconds(world, scope, value)?),
            Metric::Energy => {
                let energy = expr::energy(world, scope, value)?;
                ExpectationKind::Energy(i64::try_from(energy).unwrap_or(i64::MAX))
            }
            Metric::Peak => ExpectationKind::Peak(expr::power(world, scope, value)?),
            Metric::Gap => ExpectationKind::Gap(expr::millionths(world, scope, value)?),
        },
    })
}
