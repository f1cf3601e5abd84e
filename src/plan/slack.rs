//! How far each rule of a plan is from being broken.

use std::collections::BTreeMap;

use crate::datacenter::Datacenter;
use crate::formulate::{Cause, Problem, rule_in_words};
use crate::formulation::{
    ActionId, Formulation, Resource, ResourceId, Schedule, Seconds, SourceId, UNLIMITED, Unit,
};
use crate::request::{Period, Request, RuleKind};
use crate::source::Span;

/// A rule, and what it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The rule, in words.
    pub rule: String,
    /// Where it is written.
    pub origin: Option<Span>,
    /// What is left before it would be broken; of rules from the same text the least.
    pub slack: Slack,
}

/// What a rule leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slack {
    /// Something on a level.
    Room {
        /// What the level measures.
        unit: Unit,
        /// The least that is left of the limit.
        left: i64,
        /// The limit then.
        limit: i64,
        /// When that is so for the first time.
        at: Seconds,
    },
    /// Time in a window.
    Time {
        /// The least time that is left.
        left: Seconds,
        /// The action that it is left to: an index into [`super::Plan::actions`].
        action: usize,
    },
    /// Time between two actions, of which one comes first.
    Order {
        /// The least time between them.
        left: Seconds,
        /// The second one: an index into [`super::Plan::actions`].
        action: usize,
    },
    /// Nothing: it makes moments equal, and they are.
    Equal,
    /// It is about places, or about nothing that the plan does, and holds throughout.
    Throughout,
}

impl Slack {
    /// What is left as a share of what there is; a rule with a smaller one is nearer to its limit. Time is measured by the length
    /// of the plan.
    pub fn share(self, makespan: Seconds) -> f64 {
        match self {
            Slack::Room { left, limit, .. } => left as f64 / limit.max(1) as f64,
            Slack::Time { left, .. } | Slack::Order { left, .. } => {
                left as f64 / makespan.max(1) as f64
            }
            Slack::Equal | Slack::Throughout => f64::INFINITY,
        }
    }
}

/// Every rule of a request with what a schedule that holds leaves of it, in the order in which they are written; those from the
/// same text are one. `place` is where each action of the formulation stands in the plan, `power` what all servers draw over time.
pub(super) fn kept(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    schedule: &Schedule,
    place: &[usize],
    power: &[(Seconds, i64)],
) -> Vec<Kept> {
    let f = &problem.formulation;
    let makespan = f.makespan(schedule);
    let mut slacks = vec![Slack::Throughout; request.rules.len()];
    let mut note = |source: SourceId, slack: Slack| {
        if let Cause::Rule(rule) = problem.causes[source.0 as usize] {
            let known = &mut slacks[rule];
            *known = tighter(*known, slack, makespan);
        }
    };
    let rooms = rooms(problem, schedule, makespan);
    rooms.for_each(|(source, slack)| note(source, slack));
    let start = |action: ActionId| schedule.start[action.0 as usize];
    for precedence in &f.precedences {
        let left = start(precedence.then) - f.end(schedule, precedence.first);
        let action = place[precedence.then.0 as usize];
        note(precedence.source, Slack::Order { left, action });
    }
    for window in &f.windows {
        let (from, to) = (start(window.action), f.end(schedule, window.action));
        let action = place[window.action.0 as usize];
        let mut around = window.intervals.iter();
        if let Some(&(open, close)) = around.find(|&&(a, b)| a <= from && to <= b) {
            // A window that is open from the beginning on keeps nothing from starting.
            let before = (open > 0).then_some(from - open);
            let behind = (close < Seconds::MAX).then_some(close - to);
            let left = before.into_iter().chain(behind).min();
            left.into_iter()
                .for_each(|left| note(window.source, Slack::Time { left, action }));
        }
    }
    f.groups
        .iter()
        .for_each(|group| note(group.source, Slack::Equal));
    // A budget that nothing can exceed has no level.
    for (rule, slack) in request.rules.iter().zip(&mut slacks) {
        if let (
            RuleKind::Budget {
                power: limit,
                servers: None,
                period,
            },
            Slack::Throughout,
        ) = (&rule.kind, *slack)
        {
            *slack = below(
                i64::try_from(*limit).unwrap_or(UNLIMITED),
                *period,
                power,
                makespan,
            );
        }
    }
    let mut kept: Vec<Kept> = Vec::new();
    let mut known: BTreeMap<(Option<Span>, String), usize> = BTreeMap::new();
    let rules = request.rules.iter().zip(slacks);
    // What is only preferred may be broken, at a price that is told elsewhere.
    for (rule, slack) in rules.filter(|(rule, _)| !matches!(rule.kind, RuleKind::Prefer { .. })) {
        let words = rule_in_words(datacenter, request, rule);
        let at = *known
            .entry((rule.origin, words.clone()))
            .or_insert_with(|| {
                kept.push(Kept {
                    rule: words,
                    origin: rule.origin,
                    slack,
                });
                kept.len() - 1
            });
        kept[at].slack = tighter(kept[at].slack, slack, makespan);
    }
    kept
}

/// What a level leaves of a limit in a period.
fn below(limit: i64, period: Period, level: &[(Seconds, i64)], makespan: Seconds) -> Slack {
    let ends = level
        .iter()
        .skip(1)
        .map(|&(from, _)| from)
        .chain([makespan.max(1)]);
    let pieces = level.iter().zip(ends).filter(|((from, _), to)| {
        *to > period.from.max(0) && period.to.is_none_or(|end| *from < end)
    });
    let least = pieces
        .map(|(&(from, value), _)| (limit - value, from.max(period.from)))
        .min();
    match least {
        None => Slack::Throughout,
        Some((left, at)) => Slack::Room {
            unit: Unit::Power,
            left,
            limit,
            at,
        },
    }
}

/// The one that is nearer to its limit; of two alike the first.
fn tighter(a: Slack, b: Slack, makespan: Seconds) -> Slack {
    match (a, b) {
        (Slack::Throughout, b) => b,
        (a, b) if b.share(makespan) < a.share(makespan) => b,
        (a, _) => a,
    }
}

/// The least room on each level that a rule limits.
fn rooms(
    problem: &Problem,
    schedule: &Schedule,
    makespan: Seconds,
) -> impl Iterator<Item = (SourceId, Slack)> {
    let f = &problem.formulation;
    let is_rule =
        |resource: &Resource| matches!(problem.causes[resource.source.0 as usize], Cause::Rule(_));
    let levels = changes(f, schedule, &|id| is_rule(&f[id]));
    levels.into_iter().filter_map(move |(id, changes)| {
        let resource = &f[id];
        let (left, at) = least(resource, &changes, makespan)?;
        let (unit, limit) = (resource.unit, resource.capacity_at(at));
        let slack = Slack::Room {
            unit,
            left,
            limit,
            at,
        };
        Some((resource.source, slack))
    })
}

/// What actions do to the levels that are wanted, by the moment.
fn changes(
    f: &Formulation,
    schedule: &Schedule,
    wanted: &dyn Fn(ResourceId) -> bool,
) -> BTreeMap<ResourceId, BTreeMap<Seconds, i128>> {
    let mut all: BTreeMap<ResourceId, BTreeMap<Seconds, i128>> = BTreeMap::new();
    for action in f.ids() {
        let (start, end) = (schedule.start[action.0 as usize], f.end(schedule, action));
        let mode = schedule.mode[action.0 as usize] as usize;
        let demands = f[action].modes[mode].demands.iter();
        for demand in demands.filter(|demand| wanted(demand.resource)) {
            let level = all.entry(demand.resource).or_default();
            *level.entry(start).or_default() += i128::from(demand.take);
            *level.entry(end).or_default() -= i128::from(demand.give);
        }
    }
    all
}

/// The least that a level leaves of its capacity before the plan ends, and when; None where nothing limits it.
fn least(
    resource: &Resource,
    changes: &BTreeMap<Seconds, i128>,
    makespan: Seconds,
) -> Option<(i64, Seconds)> {
    let capacities = resource.capacity.iter().map(|&(from, _)| from);
    let mut moments: Vec<Seconds> = changes.keys().copied().chain(capacities).collect();
    moments.retain(|&at| at < makespan.max(1));
    moments.sort_unstable();
    moments.dedup();
    let mut level = i128::from(resource.initial);
    let rooms = moments.into_iter().filter_map(|at| {
        level += changes.get(&at).copied().unwrap_or(0);
        let capacity = resource.capacity_at(at);
        let left = i64::try_from(i128::from(capacity) - level).ok()?;
        (capacity < UNLIMITED).then_some((left, at))
    });
    rooms.min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{Options, Quiet};

    struct Text(&'static str);

    impl crate::source::Loader for Text {
        fn load(&self, _: &str) -> Result<Vec<u8>, String> {
            Ok(self.0.as_bytes().to_vec())
        }
    }

    /// One migration after the other takes the same time; each rule leaves what a calculation by hand says.
    #[test]
    fn every_rule_leaves_what_it_leaves() {
        let text = "switch tor\n\
            server s[1..2] { memory 8GiB power 100W link 1Gbps to tor }\n\
            vm a { memory 2GiB idle on s1 }\n\
            vm b { memory 2GiB idle on s1 }\n\
            vm c { memory 2GiB idle on s1 }\n\
            plan p {\n\
              migrate a, b to s2\n\
              before a -> b\n\
              before b by 10min\n\
              seq a, b\n\
              budget 1kW\n\
              pin c\n\
            }\n";
        let checked = crate::compile::check("p.mvm", &Text(text));
        assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
        let plan = checked.plan(0, &Options::default(), &mut Quiet);
        let plan = plan.expect("it has a plan");
        let of = |begin: &str| {
            let kept = plan.kept.iter().find(|kept| kept.rule.starts_with(begin));
            kept.unwrap_or_else(|| panic!("{begin}: {:?}", plan.kept))
                .slack
        };
        assert_eq!(of("before a -> b"), Slack::Order { left: 0, action: 1 });
        let left = 600 - plan.makespan;
        assert_eq!(of("before b by"), Slack::Time { left, action: 1 });
        let Slack::Room {
            unit,
            left,
            limit,
            at,
        } = of("seq")
        else {
            panic!("{:?}", of("seq"));
        };
        assert_eq!((unit, left, limit, at), (Unit::Count, 0, 1, 0));
        let Slack::Room {
            unit, left, limit, ..
        } = of("budget")
        else {
            panic!("{:?}", of("budget"));
        };
        assert_eq!((unit, limit), (Unit::Power, 1_000_000));
        assert_eq!(left, 1_000_000 - plan.peak_power as i64);
        assert_eq!(of("pin"), Slack::Throughout);
        assert_eq!(plan.kept.len(), 5);
    }
}
