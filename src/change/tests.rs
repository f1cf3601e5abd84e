use super::*;
use crate::build::{DatacenterBuilder, Gbps, GiB, RequestBuilder, Secs, Watts};

fn input() -> (Datacenter, Request) {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").id();
    let a = dc
        .server("a")
        .memory(GiB(4))
        .power(Watts(100))
        .link(core, Gbps(1))
        .id();
    let b = dc
        .server("b")
        .memory(GiB(4))
        .power(Watts(100))
        .link(core, Gbps(1))
        .id();
    dc.server("c").link(core, Gbps(1));
    let vm = dc.vm("vm", a).memory(GiB(2)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(vm, b);
    plan.by([vm], Secs(60));
    plan.after([vm], Secs(10));
    plan.budget(Watts(300));
    plan.at_most_migrations(1);
    plan.seq([vm]);
    let dc = dc.build().expect("it is a datacenter");
    let plan = plan.build(&dc).expect("it is a plan");
    (dc, plan)
}

/// Every number of the input.
fn numbers(dc: &Datacenter, plan: &Request) -> Vec<Number> {
    let rules = (0..plan.rules.len()).map(Cause::Rule);
    let links = (0..).map(LinkId).take(dc.links.len()).map(Cause::Link);
    let servers = (0..).map(ServerId).take(dc.servers.len());
    let memory = servers.map(Cause::Memory);
    let causes = rules.chain(links).chain(memory);
    causes
        .filter_map(|cause| Number::of(cause, dc, plan))
        .collect()
}

#[test]
fn a_number_that_is_set_has_that_value_and_nothing_else_changes() {
    let (dc, plan) = input();
    let numbers = numbers(&dc, &plan);
    // Four rules with a number, three links, two servers with memory.
    assert_eq!(numbers.len(), 9);
    for &number in &numbers {
        let value = number.value(&dc, &plan).expect("it is one of them");
        let changed = Change::Set(number, value + number.step(&plan)).apply(&dc, &plan);
        for &other in &numbers {
            let before = other.value(&dc, &plan).expect("it is one of them");
            let step = if other == number {
                other.step(&plan)
            } else {
                0
            };
            assert_eq!(other.value(&changed.0, &changed.1), Some(before + step));
        }
        assert_eq!(
            Change::Set(number, value).apply(&changed.0, &changed.1),
            (dc.clone(), plan.clone())
        );
    }
}

#[test]
fn only_a_beginning_allows_more_when_it_is_lower() {
    let (dc, plan) = input();
    let falling = numbers(&dc, &plan)
        .into_iter()
        .filter(|number| !number.allows_more_when_higher(&plan));
    assert_eq!(falling.collect::<Vec<_>>(), [Number::Rule(1)]);
}

#[test]
fn a_rule_is_dropped_and_a_stop_comes_first() {
    let (dc, plan) = input();
    let (_, without) = Change::Drop(0).apply(&dc, &plan);
    assert_eq!(without.rules, plan.rules[1..]);
    let (_, with) = Change::StopOver(0, ServerId(2)).apply(&dc, &plan);
    let vm = crate::datacenter::VmId(0);
    let tasks: Vec<Task> = with.steps.iter().map(|step| step.task).collect();
    let to = |server| Task::Migrate {
        vm,
        to: ServerId(server),
    };
    assert_eq!(tasks, [to(2), to(1)]);
}

#[test]
fn what_is_not_there_changes_nothing() {
    let (dc, plan) = input();
    for change in [
        Change::Drop(99),
        Change::StopOver(99, ServerId(2)),
        Change::Set(Number::Rule(99), 1),
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
        Change::Set(Number::Link(LinkId(0)), 20_000_000_000),
        Change::Set(Number::Memory(ServerId(1)), 3 << 29),
        Change::Set(Number::Memory(ServerId(1)), 4097 << 20),
        Change::Drop(4),
        Change::StopOver(0, ServerId(2)),
    ]
    .iter()
    .map(|change| change.show(&dc, &plan))
    .collect();
    assert_eq!(
        words,
        [
            "a deadline at +21 min 1 s",
            "a beginning at +5 s",
            "a budget of 9.42 kW",
            "2 migrations at once",
            "20 Gbit/s on the link `a` - `core`",
            "1.5 GiB of memory in `b`",
            "4097 MiB of memory in `b`",
            "no `seq vm`",
            "a stop of `vm` on `c`",
        ]
    );
}
