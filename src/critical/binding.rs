//! What binds along a chain, for how long, and what to change about it.

use std::collections::{BTreeMap, BTreeSet};

use super::blockers::Timeline;
use super::{Chain, Link, Reason};
use crate::change::{Change, Number};
use crate::datacenter::{Datacenter, LinkId};
use crate::formulate::{Cause, Problem};
use crate::formulation::{Schedule, Seconds, SourceId};
use crate::request::{Request, Rule, RuleKind, Task};
use crate::source::Span;

/// Something that the chain would be shorter without, as far as it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// What.
    pub binds: Binds,
    /// When, in order and apart from one another.
    pub periods: Vec<(Seconds, Seconds)>,
    /// What could be different about it: all that one place of the input says, together. Empty where nothing that
    /// is written could.
    pub changes: Vec<Change>,
}

/// What binds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binds {
    /// Levels without room for the next action.
    Full(Vec<SourceId>),
    /// Actions that others wait for.
    Order(Vec<SourceId>),
    /// The clock.
    Moment(Vec<SourceId>),
    /// What these links give to one migration, in bit/s.
    Rate(Vec<LinkId>, u64),
}

impl Binding {
    /// How long it binds in all.
    pub fn seconds(&self) -> Seconds {
        self.periods.iter().map(|(from, to)| to - from).sum()
    }
}

/// What is taken together: what one place of the input says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Full(Option<Span>, Option<SourceId>),
    Order(Option<Span>, Option<SourceId>),
    Moment(Option<Span>, Option<SourceId>),
    Rate(BTreeSet<LinkId>, u64),
}

/// The sources that are taken together, and when they bind.
type Found = (BTreeSet<SourceId>, Vec<(Seconds, Seconds)>);

/// Everything that binds along the chain, what binds longest first.
pub fn bindings(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    schedule: &Schedule,
    chain: &Chain,
) -> Vec<Binding> {
    let mut found: BTreeMap<Key, Found> = BTreeMap::new();
    let timeline = Timeline::new(&problem.formulation, schedule);
    let mut note = |key: Key, source: Option<SourceId>, period: (Seconds, Seconds)| {
        let (sources, periods) = found.entry(key).or_default();
        sources.extend(source);
        periods.push(period);
    };
    // Sources without a place stand for themselves.
    let place = |source: SourceId| {
        let span = problem.formulation[source].span;
        (span, span.is_none().then_some(source))
    };
    for link in &chain.links {
        match link.reason {
            // All levels without room bind, not just the one that the chain tells.
            Reason::Full { .. } if link.runs => {
                for resource in timeline.full(link.holder) {
                    let source = problem.formulation[resource].source;
                    let since = timeline.full_since(resource, link.holder);
                    let until = timeline.start(link.holder);
                    let (span, own) = place(source);
                    note(Key::Full(span, own), Some(source), (since, until));
                }
            }
            Reason::Order { first, source }
                if link.runs && is_told(problem.causes[source.0 as usize]) =>
            {
                let (span, own) = place(source);
                let period = (timeline.start(first), timeline.end(first));
                note(Key::Order(span, own), Some(source), period);
            }
            Reason::Moment { source } if !link.runs => {
                let (span, own) = place(source);
                note(Key::Moment(span, own), Some(source), (link.from, link.to));
            }
            _ => {}
        }
        if link.runs
            && let Some((links, rate)) = bottleneck(datacenter, request, problem, schedule, link)
        {
            note(Key::Rate(links, rate), None, (link.from, link.to));
        }
    }
    let bindings = found.into_iter().map(|(key, (sources, periods))| {
        let sources: Vec<SourceId> = sources.into_iter().collect();
        let changes = match &key {
            Key::Rate(links, rate) => faster(links.iter().copied(), *rate),
            _ => changes(datacenter, request, problem, &sources),
        };
        Binding {
            binds: match key {
                Key::Full(..) => Binds::Full(sources),
                Key::Order(..) => Binds::Order(sources),
                Key::Moment(..) => Binds::Moment(sources),
                Key::Rate(links, rate) => Binds::Rate(links.into_iter().collect(), rate),
            },
            periods: joined(periods),
            changes,
        }
    });
    let mut bindings: Vec<Binding> = both_ends(bindings.collect());
    bindings.sort_by_key(|binding| std::cmp::Reverse(binding.seconds()));
    bindings
}

/// Levels that are full at the very same times, such as the two links of a way, are one thing that binds: more of
/// one alone does not help.
fn both_ends(bindings: Vec<Binding>) -> Vec<Binding> {
    let mut merged: Vec<Binding> = Vec::new();
    for binding in bindings {
        let with_a_number = |of: &Binding| {
            matches!(of.binds, Binds::Full(_))
                && matches!(of.changes.first(), Some(Change::Set(..)))
        };
        let twin = merged.iter_mut().find(|known| {
            with_a_number(known) && with_a_number(&binding) && known.periods == binding.periods
        });
        match (
            twin.map(|twin| (&mut twin.binds, &mut twin.changes)),
            binding,
        ) {
            (
                Some((Binds::Full(known), changes)),
                Binding {
                    binds: Binds::Full(sources),
                    changes: more,
                    ..
                },
            ) => {
                known.extend(sources);
                changes.extend(more);
            }
            (_, binding) => merged.push(binding),
        }
    }
    merged
}

/// Whether an order is worth telling: that the steps of one VM or server have an order is no news.
fn is_told(cause: Cause) -> bool {
    matches!(cause, Cause::Rule(_) | Cause::Up(_) | Cause::Pause(_))
}

/// The links that give a migration no more than its rate, with all that are declared by the same text.
fn bottleneck(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    schedule: &Schedule,
    link: &Link,
) -> Option<(BTreeSet<LinkId>, u64)> {
    let at = link.action.0 as usize;
    let work = &problem.work[at];
    let mode = schedule.mode[at] as usize;
    let rate = problem.formulation[link.action].modes[mode].rate?;
    let is_given = request
        .steps
        .iter()
        .any(|step| step.rate.is_some() && step.task == work.task);
    if is_given || !matches!(work.task, Task::Migrate { .. }) {
        return None;
    }
    let tight: Vec<LinkId> = work
        .path
        .iter()
        .map(|&(link, _)| link)
        .filter(|&link| datacenter[link].rate_per_migration() == rate)
        .collect();
    let alike = tight.iter().flat_map(|&link| alike(datacenter, link));
    let links: BTreeSet<LinkId> = alike.collect();
    (!links.is_empty()).then_some((links, rate))
}

/// The links whose rate comes from the same text; the link alone where no text says it.
fn alike(datacenter: &Datacenter, link: LinkId) -> Vec<LinkId> {
    let rate = datacenter[link].rate;
    if rate.origin.is_none() {
        return vec![link];
    }
    let all = (0..datacenter.links.len() as u32).map(LinkId);
    all.filter(|&other| {
        datacenter[other].rate == rate && datacenter[other].lanes == datacenter[link].lanes
    })
    .collect()
}

fn faster(links: impl Iterator<Item = LinkId>, rate: u64) -> Vec<Change> {
    let double = rate.saturating_mul(2);
    links
        .map(|link| Change::Set(Number::Link(link), double))
        .collect()
}

/// Twice the number where there is one (half of it where less is easier), and not the rule at all where there is none, or it is a budget: what would
/// do then shows in the plan.
fn changes(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    sources: &[SourceId],
) -> Vec<Change> {
    let causes = sources
        .iter()
        .map(|source| problem.causes[source.0 as usize]);
    let eased = |number: Number| {
        let value = number.value(datacenter, request)?;
        let eased = match number.allows_more_when_higher(request) {
            true => value.saturating_mul(2),
            false => (value / 2).max(number.easiest(datacenter, request)),
        };
        Some(Change::Set(number, eased))
    };
    let (mut values, mut dropped) = (BTreeSet::new(), BTreeSet::new());
    for cause in causes {
        match cause {
            Cause::Rule(at) => {
                for at in repeated(request, at) {
                    match request.rules[at].kind {
                        RuleKind::AtMostMigrations { .. }
                        | RuleKind::AtMostOn { .. }
                        | RuleKind::Limit { .. } => values.extend(eased(Number::Rule(at))),
                        _ => {
                            dropped.insert(at);
                        }
                    }
                }
            }
            Cause::Link(link) => {
                let links = alike(datacenter, link).into_iter().map(Number::Link);
                values.extend(links.filter_map(eased));
            }
            cause => {
                let number = Number::of(cause, datacenter, request).into_iter().next();
                let all = number.map(|number| number.alike(datacenter).unwrap_or(number));
                values.extend(all.and_then(eased));
            }
        }
    }
    // A rule that is left out moves those after it up: the last one goes first.
    let dropped = dropped.into_iter().rev().map(Change::Drop);
    values.into_iter().chain(dropped).collect()
}

/// The rules of the same kind that come from the same text, such as those of a loop.
fn repeated(request: &Request, at: usize) -> Vec<usize> {
    let rule = &request.rules[at];
    let same = |other: &Rule| {
        other.origin == rule.origin
            && std::mem::discriminant(&other.kind) == std::mem::discriminant(&rule.kind)
    };
    match rule.origin {
        None => vec![at],
        Some(_) => (0..request.rules.len())
            .filter(|&other| same(&request.rules[other]))
            .collect(),
    }
}

/// Periods in order; those that touch are one.
fn joined(mut periods: Vec<(Seconds, Seconds)>) -> Vec<(Seconds, Seconds)> {
    periods.sort_unstable();
    let mut joined: Vec<(Seconds, Seconds)> = Vec::new();
    for (from, to) in periods.into_iter().filter(|(from, to)| from < to) {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}
