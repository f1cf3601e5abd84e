//! The chain has no holes, its reasons are true, and what is claimed of changes holds.

use proptest::prelude::*;

use super::*;
use crate::change::Change;
use crate::compile::{self, Checked};
use crate::formulation::{Action, Demand, Group, Mode, Objective, Precedence, Resource, Source};
use crate::formulation::{SourceKind, Term, Unit, Window};
use crate::schedule::{Effort, Feasibility, Options, Quiet, feasible};
use crate::source::fixture::OneText;

const FAST: Options = Options {
    effort: Effort::Fast,
    time_limit: None,
};

fn checked(text: &'static str) -> Checked {
    let checked = compile::check("plan.mvm", &OneText(text));
    assert_eq!(checked.diagnostics, [], "{text}");
    checked
}

fn why(text: &'static str) -> compile::Held {
    let checked = checked(text);
    let plan = checked.plan(0, &FAST, &mut Quiet).expect("there is a plan");
    let held = checked
        .why(0, &plan, &FAST, &mut Quiet)
        .expect("the plan is of this file");
    assert_whole(&held.chain, plan.makespan);
    held
}

/// Each second of the makespan is in the chain, once.
fn assert_whole(chain: &Chain, makespan: Seconds) {
    let mut at = 0;
    for link in &chain.links {
        assert_eq!(link.from, at, "{chain:#?}");
        assert!(link.to > at, "{chain:#?}");
        at = link.to;
    }
    assert_eq!(at, makespan, "{chain:#?}");
}

const TWO_SERVERS: &str = "\
use std.link.{ethernet1, ethernet10}
switch core
rack r1 link : ethernet1 to core { server s[1..2] { memory 64GiB power 100W link : ethernet10 } }
rack r2 link : ethernet1 to core { server t[1..2] { memory 64GiB power 100W link : ethernet10 off } }
vm web[1..4] { memory 4GiB idle on s1 }
vm db[1..2]  { memory 8GiB idle on s2 }

plan away {
  start 22:00
  migrate web[1..4] to t1
  migrate db[1..2] to t2
  shutdown s[1..2]
  before db1 -> web[1..4]
  minimize makespan
}
";

#[test]
fn a_link_that_is_full() {
    insta::assert_snapshot!(why(TWO_SERVERS).text);
}

const TIGHT: &str = "\
switch tor
server a { memory 64GiB power 100W link 10Gbps to tor }
server b { memory 64GiB power 100W link 10Gbps to tor }
server c[1..2] { memory 64GiB power 100W boot 2min extra 50W link 10Gbps to tor off }
vm v[1..2] { memory 10GiB idle on a }
vm w[1..2] { memory 10GiB idle on b }

plan tight {
  start 01:00
  migrate v[1..2] to c1
  migrate w[1..2] to c2
  sync w1, w2
  shutdown a, b
  seq v1, w1
  after w[1..2] from 01:10
  budget 400W
  minimize mttr
}
";

#[test]
fn a_budget_and_the_clock() {
    insta::assert_snapshot!(why(TIGHT).text);
}

#[test]
fn nothing_to_do() {
    let held = why(
        "switch tor\nserver s { memory 8GiB link 1Gbps to tor }\nvm v { memory 1GiB on s }\nplan p { stop v }",
    );
    assert_eq!(held.chain.links.len(), 1);
    assert!(held.bindings.is_empty());
}

#[test]
fn what_is_claimed_of_a_change_comes_of_planning_with_it() {
    let held = why(TWO_SERVERS);
    let checked = checked(TWO_SERVERS);
    assert!(!held.tried.is_empty());
    for (changes, tried) in &held.tried {
        let again = checked.plan_with(0, changes, &FAST, &mut Quiet);
        assert_eq!(again, *tried);
    }
    // The links between the racks are what holds it: with twice the rate it ends earlier.
    let before = held.chain.links.last().expect("there are links").to;
    let (changes, tried) = &held.tried[0];
    assert!(matches!(changes[0], Change::Set(..)), "{changes:?}");
    let Tried::Planned(plan) = tried else {
        panic!("{tried:?}");
    };
    assert!(plan.makespan < before);
}

/// What a problem is made of.
#[derive(Debug)]
struct Parts {
    /// Duration, and what it takes of the level.
    actions: Vec<(i64, i64)>,
    capacity: i64,
    /// Which action comes before which.
    orders: Vec<(usize, usize)>,
    /// Whether the second and the third end together.
    group: bool,
    /// When the first may begin; soon after, the capacity rises.
    opens: i64,
}

impl Parts {
    fn problem(&self) -> Formulation {
        let source = |kind| Source {
            label: String::from("rule"),
            span: None,
            kind,
            by_clock: false,
        };
        let id = |at: usize| ActionId(at as u32);
        let actions = self.actions.iter().enumerate();
        let count = self.actions.len();
        let orders = self.orders.iter().filter(|&&(a, b)| a < b && b < count);
        let group = self.group && count > 3 && !self.orders.contains(&(1, 2));
        Formulation {
            actions: actions.map(|(at, part)| action(at, *part)).collect(),
            resources: vec![Resource {
                name: String::from("level"),
                unit: Unit::Count,
                initial: 0,
                capacity: vec![(0, self.capacity), (self.opens + 3, self.capacity + 1)],
                source: SourceId(1),
            }],
            precedences: orders
                .map(|&(first, then)| Precedence {
                    first: id(first),
                    then: id(then),
                    source: SourceId(2),
                })
                .collect(),
            groups: Vec::from_iter(group.then(|| Group {
                actions: vec![id(1), id(2)],
                ends: true,
                source: SourceId(0),
            })),
            windows: vec![Window {
                action: id(0),
                modes: None,
                intervals: vec![(self.opens, Seconds::MAX)],
                source: SourceId(0),
            }],
            objectives: vec![Objective {
                name: String::from("end"),
                scale: 1,
                constant: 0,
                makespan: 1,
                terms: vec![Term::default(); count],
            }],
            sources: [SourceKind::Rule, SourceKind::Capacity, SourceKind::Implied]
                .map(source)
                .to_vec(),
        }
    }
}

fn action(at: usize, (duration, take): (i64, i64)) -> Action {
    Action {
        name: format!("act {at}"),
        modes: vec![Mode {
            duration,
            rate: None,
            demands: vec![Demand {
                resource: ResourceId(0),
                take,
                give: take,
            }],
        }],
        span: None,
    }
}

prop_compose! {
    fn parts()(
        actions in prop::collection::vec((1_i64..9, 1_i64..4), 1..7),
        capacity in 3_i64..6,
        orders in prop::collection::vec((0_usize..6, 0_usize..6), 0..5),
        group in any::<bool>(),
        opens in 0_i64..6,
    ) -> Parts {
        Parts { actions, capacity, orders, group, opens }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the schedule: no second is missing, and no reason is made up.
    #[test]
    fn chains_have_no_holes(parts in parts(), late in 0_i64..3) {
        let f = parts.problem();
        let Feasibility::Feasible(mut schedule) = feasible(&f, &|_| true, 0, &mut Quiet) else {
            return Ok(());
        };
        // Everything may also be later than it has to be.
        schedule.start.iter_mut().for_each(|start| *start += late);
        let chain = chain(&f, &schedule);
        assert_whole(&chain, f.makespan(&schedule));
        for link in &chain.links {
            if !link.runs {
                continue;
            }
            let mut earlier = schedule.clone();
            earlier.start[link.holder.0 as usize] -= 1;
            // Alone, the holder cannot begin a second earlier, unless nothing holds it.
            let violated = earlier.start[link.holder.0 as usize] < 0
                || !crate::plan::verify(&f, &earlier).is_empty();
            prop_assert_eq!(violated, link.reason != Reason::Nothing || in_group(&f, link.holder));
            if let Reason::Order { first, .. } | Reason::Full { until: first, .. } = link.reason {
                prop_assert_eq!(f.end(&schedule, first), schedule.start[link.holder.0 as usize]);
            }
        }
    }
}

fn in_group(f: &Formulation, action: ActionId) -> bool {
    f.groups.iter().any(|group| group.actions.contains(&action))
}
