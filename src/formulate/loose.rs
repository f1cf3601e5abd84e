//! Rules that could be left out: whatever the plan, nothing breaks them.
//!
//! A warning here has to be certain. A deadline in the distant future, say, is no finding, since the plan could
//! come near to it if the objective wanted it to.

use std::collections::{BTreeMap, BTreeSet};

use super::errors;
use super::levels::{Key, Levels};
use super::rules::sides;
use super::scopes::RuleAt;
use super::steps::Walk;
use crate::datacenter::{Datacenter, Node, SwitchKind};
use crate::diag::Diagnostic;
use crate::formulation::{ActionId, Seconds};
use crate::request::{Period, Request, RuleKind, Subject};
use crate::source::Span;

/// Pairs of a `before` up to which it is looked whether the steps imply all of them.
const PAIRS: usize = 400;

/// Why a rule never binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The level never comes to more than this.
    Highest(i128),
    /// What hangs on the network by links of that rate in all is limited to more.
    Links(u64),
    /// The switch carries no more anyway.
    Switch(u64),
    /// Everything that it is about has to end by that time, before its period begins.
    Over(Seconds),
    /// The plan starts at that time, or later.
    Started,
    /// The steps have that order anyway.
    Implied,
}

/// Warns of rules of a file that never bind. A line that stands for several rules, such as a loop, is told only if
/// none of them binds.
pub(super) fn check(
    dc: &Datacenter,
    request: &Request,
    walk: &Walk,
    levels: &Levels,
    findings: &mut Vec<Diagnostic>,
) {
    let mut lines: BTreeMap<Span, Vec<(RuleAt, Option<Why>)>> = BTreeMap::new();
    let ends = latest_ends(request, walk);
    let mut finder = Finder {
        dc,
        request,
        walk,
        levels,
        ends,
        implied: None,
    };
    for (at, rule) in request.rules.iter().enumerate() {
        if let Some(span) = rule.origin {
            let why = finder.why(at);
            lines.entry(span).or_default().push((at, why));
        }
    }
    for rules in lines.values() {
        let &(first, why) = &rules[0];
        if let Some(why) = why
            && rules.iter().all(|(_, why)| why.is_some())
        {
            findings.push(errors::never_binds(levels, first, why));
        }
    }
}

struct Finder<'a> {
    dc: &'a Datacenter,
    request: &'a Request,
    walk: &'a Walk,
    levels: &'a Levels<'a>,
    /// For each action the time by which deadlines want it to have ended.
    ends: Vec<Seconds>,
    /// For each action those that come after it by the steps alone, once that is asked for.
    implied: Option<Vec<Vec<ActionId>>>,
}

impl Finder<'_> {
    fn why(&mut self, at: RuleAt) -> Option<Why> {
        match &self.request.rules[at].kind {
            // `budget 11kW from 06:00` beside one that is lower until then only completes it.
            RuleKind::Budget { period, .. } if self.completes_another(at, period) => None,
            RuleKind::Budget { period, .. } => self
                .never_reached(|key| *key == Key::Power(at))
                .or_else(|| self.over(period, self.all())),
            RuleKind::AtMostMigrations { period, .. } => self
                .never_reached(|key| *key == Key::Migrations(at))
                .or_else(|| self.over(period, self.all())),
            RuleKind::AtMostOn { period, .. } => self
                .never_reached(|key| *key == Key::On(at))
                .or_else(|| self.over(period, self.all())),
            RuleKind::Limit {
                nodes,
                rate,
                period,
            } => self
                .never_reached(|key| matches!(key, Key::Limit(rule, ..) if *rule == at))
                .or_else(|| self.wide(nodes, *rate))
                .or_else(|| self.over(period, self.all())),
            RuleKind::Freeze { subjects, period } => self.over(period, self.of(subjects)),
            RuleKind::After { time, .. } => (*time <= 0).then_some(Why::Started),
            RuleKind::Before { first, then } => self.implied(first, then),
            _ => None,
        }
    }

    /// Whether a budget is for a part of the time, and another one for another part.
    fn completes_another(&self, at: RuleAt, period: &Period) -> bool {
        let mut rules = self.request.rules.iter().enumerate();
        *period != Period::ALWAYS
            && rules.any(|(other, rule)| match &rule.kind {
                RuleKind::Budget { period: p, .. } => other != at && p != period,
                _ => false,
            })
    }

    /// The highest level of the rule, where even all that is ever taken together does not reach its capacity.
    fn never_reached(&self, is_of_rule: impl Fn(&Key) -> bool) -> Option<Why> {
        let mut highest = 0;
        for (_, level) in self.levels.table.iter().filter(|(key, _)| is_of_rule(key)) {
            if level.can_bind() {
                return None;
            }
            highest = highest.max(level.highest());
        }
        Some(Why::Highest(highest))
    }

    /// A limit that is above what the links or switches of its places carry.
    fn wide(&self, nodes: &[Node], rate: u64) -> Option<Why> {
        let mut why = None;
        for &node in nodes {
            let capacity = match node {
                Node::Switch(switch) => self.dc[switch].capacity,
                Node::Server(_) => None,
            };
            why = Some(match capacity {
                Some(capacity) if capacity.value <= rate => Why::Switch(capacity.value),
                _ => {
                    let links = self.links_out_of(node)?;
                    (links <= rate).then_some(Why::Links(links))?
                }
            });
        }
        why
    }

    /// bit/s of all links that lead out of a server, rack or site.
    fn links_out_of(&self, node: Node) -> Option<u64> {
        if matches!(node, Node::Switch(switch)
            if self.dc[switch].kind == SwitchKind::Switch)
        {
            // All traffic through a switch may well be more than what a link carries.
            return None;
        }
        let leaves = |end: Node| !self.dc.is_within(end, node);
        let links = self.dc.links.iter().filter(|link| !link.guests);
        let out = links.filter(|link| leaves(link.a) != leaves(link.b));
        out.map(|link| link.rate.value)
            .try_fold(0u64, |sum, rate| sum.checked_add(rate))
    }

    /// Whether deadlines want all of these actions to have ended before a period begins.
    fn over(&self, period: &Period, actions: impl Iterator<Item = ActionId>) -> Option<Why> {
        let ends = actions.map(|action| self.ends[action.0 as usize]);
        let last = ends.max()?;
        (period.from > 0 && last <= period.from).then_some(Why::Over(last))
    }

    fn all(&self) -> impl Iterator<Item = ActionId> + use<> {
        (0..self.walk.deeds.len() as u32).map(ActionId)
    }

    fn of(&self, subjects: &[Subject]) -> impl Iterator<Item = ActionId> {
        self.walk.actions_of(subjects).into_iter()
    }

    /// Whether the steps already put each end before each start.
    fn implied(&mut self, first: &[Subject], then: &[Subject]) -> Option<Why> {
        let walk = self.walk;
        let (ends, starts) = sides(walk, first, then).ok()?;
        let starts: BTreeSet<ActionId> = starts.into_iter().collect();
        let pairs = ends.len().saturating_mul(starts.len());
        if pairs == 0 || pairs > PAIRS {
            return None;
        }
        let next = self.implied.get_or_insert_with(|| {
            let mut next = vec![Vec::new(); walk.deeds.len()];
            for order in &walk.orders {
                next[order.first.0 as usize].push(order.then);
            }
            next
        });
        let all = ends.iter().all(|&end| {
            let mut seen = BTreeSet::new();
            let mut open = vec![end];
            while let Some(at) = open.pop() {
                open.extend(
                    next[at.0 as usize]
                        .iter()
                        .filter(|&&then| seen.insert(then)),
                );
            }
            starts.is_subset(&seen)
        });
        all.then_some(Why::Implied)
    }
}

/// For each action the time by which it has to have ended, as far as deadlines and windows say.
fn latest_ends(request: &Request, walk: &Walk) -> Vec<Seconds> {
    let mut ends = vec![Seconds::MAX; walk.deeds.len()];
    for rule in &request.rules {
        let (subjects, time) = match &rule.kind {
            RuleKind::By { subjects, time } => (subjects, *time),
            RuleKind::Allow { subjects, periods } => {
                let last = periods.iter().map(|p| p.to.unwrap_or(Seconds::MAX)).max();
                (subjects, last.unwrap_or(Seconds::MAX))
            }
            _ => continue,
        };
        for action in walk.actions_of(subjects) {
            let end = &mut ends[action.0 as usize];
            *end = (*end).min(time);
        }
    }
    ends
}
