use std::collections::BTreeSet;

use super::*;
use crate::compile::check;
use crate::datacenter::{LinkId, Stock, SwitchId, VmId};
use crate::formulate::Cause;
use crate::source::fixture::OneText;

const TEXT: &str = "\
switch core capacity 10Gbps
server a, b { memory 4GiB power 100W boot 90s extra 20W shutdown 40s link 1Gbps to core }
server c { cpu 8 link 1Gbps to core bond 2 }
vm web, other { memory 2GiB idle on a }
plan p {
  start 02:00
  migrate web, other to b at 400Mbps
  before web by 02:01
  after web from 02:00:10
  budget 300W
  at most 1 migrations
  seq web, other
  sync web, other
  freeze web from 03:00 to 04:00
  allow other from 02:00 to 03:00 and from 05:00 to 06:00
  limit core to 2Gbps until 02:30
}
";

fn input() -> (Datacenter, Request) {
    let checked = check("plan.mvm", &OneText(TEXT));
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    let request = checked.analysis.requests[0].clone();
    (checked.analysis.datacenter, request)
}

/// Every number of the input that stands for itself.
fn numbers(dc: &Datacenter, plan: &Request) -> Vec<Number> {
    let rules = (0..plan.rules.len()).map(Cause::Rule);
    let links = (0..).map(LinkId).take(dc.links.len()).map(Cause::Link);
    let switches = (0..).map(SwitchId).take(1).map(Cause::Switch);
    let servers = (0..).map(ServerId).take(dc.servers.len());
    let servers = servers.flat_map(|server| {
        let of: [fn(ServerId) -> Cause; 4] = [
            |server| Cause::Stock(Stock::Memory, server),
            |server| Cause::Stock(Stock::Cpu, server),
            Cause::Up,
            Cause::Empty,
        ];
        of.map(|of| of(server))
    });
    let causes = rules.chain(links).chain(switches).chain(servers);
    causes
        .flat_map(|cause| Number::of(cause, dc, plan))
        .collect()
}

fn value(number: Number, input: &(Datacenter, Request)) -> u64 {
    number
        .value(&input.0, &input.1)
        .expect("it is one of the input")
}

#[test]
fn every_number_of_the_input_is_known() {
    let (dc, plan) = input();
    // Five rules with a number, a pace, two edges of one period, three of two others (the first begins with the plan),
    // one of the limit; three links, a switch; memory of two servers, CPU of one, boots and shutdowns of all.
    assert_eq!(numbers(&dc, &plan).len(), 5 + 1 + 2 + 3 + 1 + 3 + 1 + 3 + 6);
}

#[test]
fn a_number_that_is_set_has_that_value_and_nothing_else_changes() {
    let before = input();
    let (dc, plan) = &before;
    let numbers = numbers(dc, plan);
    for &number in &numbers {
        let step = number.quantity(dc, plan).step();
        // A pace only ever falls.
        let set = match number {
            Number::Pace(_) => value(number, &before) - step,
            _ => value(number, &before) + step,
        };
        let after = Change::Set(number, set).apply(dc, plan);
        for &other in &numbers {
            let expected = if other == number {
                set
            } else {
                value(other, &before)
            };
            assert_eq!(value(other, &after), expected, "{number:?}, {other:?}");
        }
        if !matches!(number, Number::Pace(_)) {
            let back = Change::Set(number, value(number, &before)).apply(&after.0, &after.1);
            assert_eq!(back, before);
        }
    }
}

#[test]
fn what_one_text_says_of_several_is_changed_together() {
    let before = input();
    let (dc, plan) = &before;
    let (one, two) = (ServerId(1), ServerId(2));
    for (number, alike, single) in [
        (
            Number::Boot(one),
            Number::BootsLike(ServerId(0)),
            Number::Boot(two),
        ),
        (
            Number::Shutdown(one),
            Number::ShutdownsLike(ServerId(0)),
            Number::Shutdown(two),
        ),
        (
            Number::Link(LinkId(1)),
            Number::LinksLike(LinkId(0)),
            Number::Link(LinkId(2)),
        ),
    ] {
        assert_eq!(number.alike(dc), Some(alike));
        assert_eq!(single.alike(dc), None);
        let (old, other) = (value(number, &before), value(single, &before));
        assert_eq!(value(alike, &before), old);
        let after = Change::Set(alike, 2 * old).apply(dc, plan);
        assert_eq!(value(number, &after), 2 * old);
        assert_eq!(value(single, &after), other);
    }
}

#[test]
fn what_allows_more_is_on_the_right_side() {
    let input = input();
    let (dc, plan) = &input;
    let numbers = numbers(dc, plan);
    for &number in &numbers {
        let easiest = number.easiest(dc, plan);
        match number.allows_more_when_higher(plan) {
            true => assert!(easiest > value(number, &input), "{number:?}"),
            false => assert!(easiest < value(number, &input), "{number:?}"),
        }
    }
    let falling = numbers
        .into_iter()
        .filter(|number| !number.allows_more_when_higher(plan));
    let kinds: BTreeSet<&str> = falling
        .map(|number| match number {
            Number::Rule(1) => "after",
            Number::From(7, 1) => "the beginning of what is allowed",
            Number::To(6 | 8, 0) => "the end of what is not",
            Number::Pace(5) => "a pace",
            Number::Boot(_) | Number::Shutdown(_) => "boots and shutdowns",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds.len(), 5, "{kinds:?}");
}

#[test]
fn a_rule_is_dropped_and_a_stop_comes_first() {
    let (dc, plan) = input();
    let (_, without) = Change::Drop(0).apply(&dc, &plan);
    assert_eq!(without.rules, plan.rules[1..]);
    let (_, with) = Change::StopOver(0, ServerId(2)).apply(&dc, &plan);
    let tasks: Vec<Task> = with.steps.iter().map(|step| step.task).collect();
    let to = |vm, server| Task::Migrate {
        vm: VmId(vm),
        to: ServerId(server),
    };
    assert_eq!(tasks, [to(0, 2), to(0, 1), to(1, 1)]);
}

#[test]
fn what_is_not_there_changes_nothing() {
    let (dc, plan) = input();
    for change in [
        Change::Drop(99),
        Change::StopOver(99, ServerId(2)),
        Change::Set(Number::Rule(99), 1),
        Change::Set(Number::From(7, 99), 1),
        Change::Set(Number::To(99, 0), 1),
        Change::Set(Number::Pace(99), 1),
    ] {
        assert_eq!(change.apply(&dc, &plan), (dc.clone(), plan.clone()));
    }
}

#[test]
fn changes_in_words() {
    let (dc, plan) = input();
    let words: Vec<String> = [
        Change::Set(Number::Rule(0), 1261),
        Change::Set(Number::Rule(1), 5),
        Change::Set(Number::Rule(2), 9_420_000),
        Change::Set(Number::Rule(3), 2),
        Change::Set(Number::Pace(5), 200_000_000),
        Change::Set(Number::From(6, 0), 3660),
        Change::Set(Number::To(7, 1), 15_000),
        Change::Set(Number::Link(LinkId(0)), 20_000_000_000),
        Change::Set(Number::LinksLike(LinkId(0)), 20_000_000_000),
        Change::Set(Number::Link(LinkId(2)), 1_500_000_000),
        Change::Set(Number::Stock(Stock::Memory, ServerId(1)), 3 << 29),
        Change::Set(Number::Stock(Stock::Memory, ServerId(1)), 4097 << 20),
        Change::Set(Number::Boot(ServerId(1)), 95),
        Change::Set(Number::ShutdownsLike(ServerId(0)), 7),
        Change::Drop(4),
        Change::StopOver(0, ServerId(2)),
    ]
    .iter()
    .map(|change| change.condition(&dc, &plan))
    .collect();
    assert_eq!(
        words,
        [
            "with a deadline at 02:21:01",
            "with a beginning at 02:00:05",
            "with a budget of 9.42 kW",
            "with 2 migrations at once",
            "with `at 200Mbps` or less for each migration of `sync web, other`",
            "with `freeze web from 03:01 to 04:00`",
            "with `allow other until 03:00 and from 05:00 to 06:10`",
            "with 20 Gbit/s on the link `a` - `core`",
            "with 20 Gbit/s on each link like `a` - `core`",
            "with 2 x 1.5 Gbit/s on the link `c` - `core`",
            "with 1.5 GiB of memory in `b`",
            "with 4097 MiB of memory in `b`",
            "with a boot of `b` in 95 s",
            "with a shutdown of each server like `a` in 7 s",
            "without `seq web, other`",
            "with a stop of `web` on `c`",
        ]
    );
}
