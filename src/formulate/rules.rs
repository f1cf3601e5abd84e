//! Rules and implied orders as precedences, groups and windows, each with its source.

use std::collections::{BTreeMap, BTreeSet};

use super::Cause;
use super::errors;
use super::levels::Described;
use super::modes::Method;
use super::scopes::RuleAt;
use super::steps::Walk;
use super::turns::Turns;
use super::words;
use crate::datacenter::{Datacenter, ServerId, VmId};
use crate::diag::Diagnostic;
use crate::formulation::{
    ActionId, Formulation, Group, Precedence, Seconds, Source, SourceId, SourceKind, Window,
};
use crate::request::{Edge, Period, Request, RuleKind, Subject};

/// No rule makes more precedences than this: a `before` between two sets of 2,000.
pub(super) const PAIRS: usize = 4_000_000;

/// Writes sources into a formulation, each once.
pub(super) struct Sources<'a> {
    dc: &'a Datacenter,
    request: &'a Request,
    known: BTreeMap<Cause, SourceId>,
    /// What each source is, in their order.
    pub causes: Vec<Cause>,
}

impl<'a> Sources<'a> {
    pub fn new(dc: &'a Datacenter, request: &'a Request) -> Self {
        Sources {
            dc,
            request,
            known: BTreeMap::new(),
            causes: Vec::new(),
        }
    }

    /// The datacenter that the constraints are of.
    pub fn dc(&self) -> &'a Datacenter {
        self.dc
    }

    /// The source of a rule.
    pub fn rule(&mut self, at: RuleAt, out: &mut Formulation) -> SourceId {
        let (dc, request) = (self.dc, self.request);
        let rule = &request.rules[at];
        self.source(Cause::Rule(at), out, || Source {
            label: words::rule(dc, request, rule),
            span: rule.origin,
            kind: SourceKind::Rule,
            by_clock: rule.by_clock,
        })
    }

    /// The source of an order that the steps imply. It points at the step of `then`.
    pub fn implied(
        &mut self,
        cause: Cause,
        then: &super::steps::Deed,
        out: &mut Formulation,
    ) -> SourceId {
        let (dc, request) = (self.dc, self.request);
        self.source(cause, out, || Source {
            label: words::implied(dc, request, cause),
            span: then.origin,
            kind: SourceKind::Implied,
            by_clock: false,
        })
    }

    /// The source of what holds whoever need not move, or has begun.
    pub fn held(&mut self, cause: Cause, out: &mut Formulation) -> SourceId {
        let (dc, request) = (self.dc, self.request);
        self.source(cause, out, || Source {
            label: words::implied(dc, request, cause),
            span: None,
            kind: SourceKind::Implied,
            by_clock: false,
        })
    }

    /// The source of a level.
    pub fn level(&mut self, described: &Described, out: &mut Formulation) -> SourceId {
        if let Cause::Rule(at) = described.cause {
            return self.rule(at, out);
        }
        self.source(described.cause, out, || Source {
            label: described.label.clone(),
            span: described.span,
            kind: SourceKind::Capacity,
            by_clock: false,
        })
    }

    fn source(
        &mut self,
        cause: Cause,
        out: &mut Formulation,
        make: impl FnOnce() -> Source,
    ) -> SourceId {
        let causes = &mut self.causes;
        *self.known.entry(cause).or_insert_with(|| {
            out.sources.push(make());
            causes.push(cause);
            SourceId(out.sources.len() as u32 - 1)
        })
    }
}

/// Adds what the steps imply, and the rules that are no levels.
pub(super) fn constrain(
    request: &Request,
    walk: &Walk,
    methods: &[Method],
    sources: &mut Sources,
    out: &mut Formulation,
    findings: &mut Vec<Diagnostic>,
) {
    for order in &walk.orders {
        let source = sources.implied(order.cause, &walk.deeds[order.then.0 as usize], out);
        out.precedences.push(Precedence {
            first: order.first,
            then: order.then,
            source,
        });
    }
    for (at, (deed, method)) in walk.deeds.iter().zip(methods).enumerate() {
        if let (true, Some(mode)) = (deed.is_begun, method.modes.first()) {
            let source = sources.held(Cause::Begun, out);
            out.windows.push(Window {
                action: ActionId(at as u32),
                modes: None,
                intervals: vec![(0, mode.duration)],
                source,
            });
        }
    }
    for (at, rule) in request.rules.iter().enumerate() {
        if let Some(server) = maybe_there(walk, &rule.kind) {
            findings.push(errors::maybe_there(sources.dc, request, rule, server));
            continue;
        }
        match &rule.kind {
            RuleKind::Sync { vms, edge } => match groups(sources.dc, request, at, walk, methods, vms, *edge) {
                Ok((groups, ends)) => {
                    for actions in groups {
                        let source = sources.rule(at, out);
                        out.groups.push(Group { actions, ends, source });
                    }
                }
                Err(finding) => findings.push(*finding),
            },
            RuleKind::Before { first, then } => match sides(walk, first, then) {
                Err(action) => findings.push(errors::on_both_sides(sources.dc, request, rule, &walk.deeds[action.0 as usize])),
                Ok((ends, starts)) if ends.len().saturating_mul(starts.len()) > PAIRS => {
                    findings.push(errors::too_many_pairs(sources.dc, request, rule, ends.len(), starts.len()));
                }
                Ok((ends, starts)) if !ends.is_empty() && !starts.is_empty() => {
                    let source = sources.rule(at, out);
                    let pairs = ends.iter().flat_map(|&first| starts.iter().map(move |&then| (first, then)));
                    out.precedences.extend(pairs.map(|(first, then)| Precedence { first, then, source }));
                }
                Ok(_) => {}
            },
            RuleKind::By { subjects, time } => {
                windows(at, subjects, vec![(0, *time)], walk, sources, out);
            }
            RuleKind::After { subjects, time } => {
                windows(at, subjects, vec![(*time, Seconds::MAX)], walk, sources, out);
            }
            RuleKind::Freeze { subjects, period } => {
                windows(at, subjects, outside(*period), walk, sources, out);
            }
            RuleKind::Allow { subjects, periods } => {
                windows(at, subjects, inside(periods), walk, sources, out);
            }
            RuleKind::Roll { order: Some(order), .. } => {
                let turns = Turns::of(walk);
                for (over, begun) in order {
                    let lasts = turns.last(*over);
                    let pairs = lasts.iter().flat_map(|&first| turns.first(*begun).iter().map(move |&then| (first, then)));
                    for (first, then) in pairs {
                        let source = sources.rule(at, out);
                        out.precedences.push(Precedence { first, then, source });
                    }
                }
            }
            // Levels.
            RuleKind::Roll { order: None, .. }
            | RuleKind::Any { .. }
            | RuleKind::Seq { .. }
            | RuleKind::Spread { .. }
            | RuleKind::Gather { .. }
            | RuleKind::Lonely { .. }
            | RuleKind::Reserve { .. }
            | RuleKind::AtMostVms { .. }
            | RuleKind::AtMostOff { .. }
            | RuleKind::Budget { .. }
            | RuleKind::AtMostMigrations { .. }
            | RuleKind::AtMostOn { .. }
            | RuleKind::Limit { .. }
            // What may be chosen at all.
            | RuleKind::Keep { .. }
            | RuleKind::Pin { .. }
            | RuleKind::Downtime { .. }
                | RuleKind::Prefer { .. }
            // A part of an objective.
            | RuleKind::Weight { .. } => {}
        }
    }
}

/// A server that the rule is about all of, and that migrations may choose: whether they are of it is not known.
fn maybe_there(walk: &Walk, kind: &RuleKind) -> Option<ServerId> {
    let about: Vec<&Subject> = match kind {
        RuleKind::Before { first, then } => first.iter().chain(then).collect(),
        RuleKind::By { subjects, .. }
        | RuleKind::After { subjects, .. }
        | RuleKind::Seq { subjects }
        | RuleKind::Freeze { subjects, .. }
        | RuleKind::Allow { subjects, .. }
        | RuleKind::Weight { subjects, .. } => subjects.iter().collect(),
        _ => return None,
    };
    about.into_iter().find_map(|subject| match subject {
        Subject::Server(server) if walk.maybe_at.contains_key(server) => Some(*server),
        _ => None,
    })
}

/// The actions that end last and those that start first of the two sides of a `before`. An action that both sides
/// are about belongs to the one that names it more exactly: by its VM rather than by a server that it leaves or reaches.
///
/// # Errors
/// An action that both sides name in the same way.
pub(super) fn sides(
    walk: &Walk,
    first: &[Subject],
    then: &[Subject],
) -> Result<(Vec<ActionId>, Vec<ActionId>), ActionId> {
    let exact = |subjects: &[Subject]| -> BTreeSet<ActionId> {
        let exact = subjects.iter().filter(|s| !matches!(s, Subject::Server(_)));
        exact.flat_map(|&s| walk.actions(s)).copied().collect()
    };
    let (exact_first, exact_then) = (exact(first), exact(then));
    let mut ends = walk.actions_of(first);
    let mut starts = walk.actions_of(then);
    let both: Vec<ActionId> = ends.intersection(&starts).copied().collect();
    for action in both {
        match (exact_first.contains(&action), exact_then.contains(&action)) {
            (true, false) => starts.remove(&action),
            (false, true) => ends.remove(&action),
            _ => return Err(action),
        };
    }
    // What the steps put before another one of the same side need not be said.
    let orders = || walk.orders.iter();
    let early: BTreeSet<ActionId> = orders()
        .filter(|order| ends.contains(&order.then))
        .map(|order| order.first)
        .collect();
    let late: BTreeSet<ActionId> = orders()
        .filter(|order| starts.contains(&order.first))
        .map(|order| order.then)
        .collect();
    Ok((
        ends.difference(&early).copied().collect(),
        starts.difference(&late).copied().collect(),
    ))
}

fn windows(
    rule: RuleAt,
    subjects: &[Subject],
    intervals: Vec<(Seconds, Seconds)>,
    walk: &Walk,
    sources: &mut Sources,
    out: &mut Formulation,
) {
    let intervals: Vec<(Seconds, Seconds)> = intervals
        .into_iter()
        .map(|(from, to)| (from.max(0), to))
        .filter(|(from, to)| from < to)
        .collect();
    let is_deadline = matches!(sources.request.rules[rule].kind, RuleKind::By { .. });
    for action in walk.actions_of(subjects) {
        // What has begun may only still end too late.
        if walk.deeds[action.0 as usize].is_begun && !is_deadline {
            continue;
        }
        let source = sources.rule(rule, out);
        out.windows.push(Window {
            action,
            modes: None,
            intervals: intervals.clone(),
            source,
        });
    }
}

/// All times but those of the period.
fn outside(period: Period) -> Vec<(Seconds, Seconds)> {
    let mut intervals = vec![(0, period.from)];
    if let Some(to) = period.to {
        intervals.push((to, Seconds::MAX));
    }
    intervals
}

/// The periods in order; those that touch or overlap are one.
fn inside(periods: &[Period]) -> Vec<(Seconds, Seconds)> {
    let mut sorted: Vec<(Seconds, Seconds)> = periods
        .iter()
        .map(|period| (period.from, period.to.unwrap_or(Seconds::MAX)))
        .collect();
    sorted.sort_unstable();
    let mut intervals: Vec<(Seconds, Seconds)> = Vec::new();
    for (from, to) in sorted {
        match intervals.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => intervals.push((from, to)),
        }
    }
    intervals
}

/// The groups of the k-th migrations, and whether they end together.
fn groups(
    dc: &Datacenter,
    request: &Request,
    at: RuleAt,
    walk: &Walk,
    methods: &[Method],
    vms: &[VmId],
    edge: Option<Edge>,
) -> Result<(Vec<Vec<ActionId>>, bool), Box<Diagnostic>> {
    let rule = &request.rules[at];
    let moves = |vm: &VmId| walk.migrations(*vm).next().is_some();
    let still: Vec<VmId> = vms.iter().copied().filter(|vm| !moves(vm)).collect();
    if !still.is_empty() {
        return Err(Box::new(errors::sync_without_migration(dc, rule, &still)));
    }
    let copies = |vm: &VmId, post_copy: bool| {
        let mut migrations = walk.migrations(*vm);
        migrations.any(|action| methods[action.0 as usize].can_be(post_copy))
    };
    let pre = vms.iter().copied().find(|vm| copies(vm, false));
    let post = vms.iter().copied().find(|vm| copies(vm, true));
    let ends = match (edge, pre, post) {
        (Some(edge), ..) => edge == Edge::Ends,
        (None, Some(pre), Some(post)) => {
            return Err(Box::new(errors::sync_of_both_methods(dc, rule, pre, post)));
        }
        (None, _, post) => post.is_none(),
    };
    let mut rounds = walk.rounds(vms);
    rounds.retain(|round| round.len() > 1);
    Ok((rounds, ends))
}
