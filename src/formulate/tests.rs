//! Small cases whose formulation is known.

mod bandwidth;
mod commands;
mod energy;
mod mistakes;
mod rates;
mod stopped;

use mistakes::findings;

use super::*;
use crate::build::*;
use crate::datacenter::{MigrationEnergy, SwitchId};
use crate::formulation::{ActionId, SourceKind, Unit};
use crate::request::{GoalKind, Period, RuleKind};

/// One switch, `count` servers of 110 W and 16 GiB on 1 Gbit/s.
fn star(count: u32) -> (DatacenterBuilder, Vec<ServerId>) {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").id();
    let servers = (1..=count).map(|n| {
        let server = dc
            .server(format!("s{n}"))
            .memory(GiB(16))
            .power(Watts(110))
            .hosting(Watts(10));
        server
            .boot(Secs(120), Watts(20))
            .shutdown(Secs(17))
            .link(core, Gbps(1))
            .id()
    });
    let servers = servers.collect();
    (dc, servers)
}

fn problem(dc: DatacenterBuilder, plan: RequestBuilder) -> Problem {
    let dc = dc.build().unwrap();
    let request = plan.build(&dc).unwrap();
    let (problem, findings) = formulate(&dc, &request);
    assert_eq!(findings, []);
    problem.unwrap()
}

fn names(problem: &Problem) -> Vec<&str> {
    problem
        .formulation
        .actions
        .iter()
        .map(|action| action.name.as_str())
        .collect()
}

/// `(first, then)` by name.
fn orders(problem: &Problem) -> Vec<(&str, &str)> {
    let f = &problem.formulation;
    f.precedences
        .iter()
        .map(|p| (f[p.first].name.as_str(), f[p.then].name.as_str()))
        .collect()
}

fn resource<'p>(problem: &'p Problem, name: &str) -> Option<&'p Resource> {
    problem
        .formulation
        .resources
        .iter()
        .find(|resource| resource.name == name)
}

/// What an action takes of the resource, and gives back.
fn demand(problem: &Problem, action: &str, resource: &str) -> Option<(i64, i64)> {
    let f = &problem.formulation;
    let action = f.actions.iter().find(|a| a.name == action).unwrap();
    let demand = action.modes[0]
        .demands
        .iter()
        .find(|d| f[d.resource].name == resource)?;
    Some((demand.take, demand.give))
}

#[test]
fn steps_imply_boots_and_orders() {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").id();
    let a = dc.server("a").link(core, Gbps(1)).id();
    let b = dc.server("b").off().link(core, Gbps(1)).id();
    let x = dc.vm("x", a).memory(GiB(2)).id();
    let y = dc.vm("y", a).memory(GiB(2)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, b);
    plan.migrate(y, b);
    plan.shutdown(a);
    plan.boot(a);
    plan.migrate(x, a);
    let problem = problem(dc, plan);
    assert_eq!(
        names(&problem),
        [
            "boot b",
            "migrate x",
            "migrate y",
            "shutdown a",
            "boot a",
            "migrate x (2)"
        ]
    );
    assert!(problem.work[0].inferred && !problem.work[4].inferred);
    assert_eq!(
        orders(&problem),
        [
            ("boot b", "migrate x"),
            ("boot b", "migrate y"),
            ("migrate x", "shutdown a"),
            ("migrate y", "shutdown a"),
            ("shutdown a", "boot a"),
            ("migrate x", "migrate x (2)"),
            ("boot a", "migrate x (2)"),
        ]
    );
    assert!(
        problem
            .formulation
            .sources
            .iter()
            .any(|source| source.kind == SourceKind::Implied)
    );
}

#[test]
fn a_boot_may_stand_below_the_migration_that_needs_it() {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").id();
    let a = dc.server("a").link(core, Gbps(1)).id();
    let b = dc.server("b").off().link(core, Gbps(1)).id();
    let x = dc.vm("x", a).memory(GiB(2)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, b);
    plan.boot(b).takes(Secs(77));
    let problem = problem(dc, plan);
    assert_eq!(names(&problem), ["boot b", "migrate x"]);
    assert_eq!(problem.formulation.actions[0].modes[0].duration, 77);
    assert!(!problem.work[0].inferred);
}

#[test]
fn links_bind_in_their_direction_only() {
    let (mut dc, s) = star(3);
    let x = dc.vm("x", s[0]).memory(GiB(2)).id();
    let y = dc.vm("y", s[1]).memory(GiB(2)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[2]);
    plan.migrate(y, s[2]);
    let problem = problem(dc, plan);
    let resources: Vec<&str> = problem
        .formulation
        .resources
        .iter()
        .map(|r| r.name.as_str())
        .collect();
    assert_eq!(resources, ["link core -> s3"]);
    assert_eq!(
        demand(&problem, "migrate x", "link core -> s3"),
        Some((1_000_000_000, 1_000_000_000))
    );
    // 2 GiB at 125 MB/s.
    assert_eq!(problem.formulation.actions[0].modes[0].duration, 17);
}

#[test]
fn host_memory_is_taken_at_the_start_and_given_back_at_the_end() {
    let (mut dc, s) = star(3);
    let x = dc.vm("x", s[0]).memory(GiB(10)).id();
    let y = dc.vm("y", s[1]).memory(GiB(10)).id();
    let mut plan = RequestBuilder::new("p");
    // A swap, with a third server that lends room.
    plan.migrate(x, s[2]);
    plan.migrate(y, s[0]);
    plan.migrate(x, s[1]);
    let problem = problem(dc, plan);
    let memory = resource(&problem, "memory of s1").unwrap();
    assert_eq!((memory.initial, memory.unit), (10 << 30, Unit::Memory));
    assert_eq!(
        demand(&problem, "migrate x", "memory of s1"),
        Some((0, 10 << 30))
    );
    assert_eq!(
        demand(&problem, "migrate y", "memory of s1"),
        Some((10 << 30, 0))
    );
    assert_eq!(
        demand(&problem, "migrate x (2)", "memory of s2"),
        Some((10 << 30, 0))
    );
    assert!(resource(&problem, "memory of s3").is_none());
}

#[test]
fn a_budget_sees_boots_shutdowns_and_hosting() {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").id();
    let model = MigrationEnergy {
        per_byte_nj: 512,
        fixed_mj: 20_000,
    };
    let a = dc
        .server("a")
        .power(Watts(100))
        .hosting(Watts(10))
        .migration(model)
        .link(core, Gbps(1))
        .id();
    let b = dc
        .server("b")
        .power(Watts(200))
        .hosting(Watts(30))
        .boot(Mins(1), Watts(20))
        .off();
    let b = b.link(core, Gbps(1)).id();
    let x = dc.vm("x", a).memory(GiB(2)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, b);
    plan.shutdown(a);
    plan.budget_during(Watts(350), Period::between(Secs(10), Secs(500)));
    plan.rule(RuleKind::Budget {
        power: 260_000,
        servers: Some(vec![b]),
        period: Period::ALWAYS,
    });
    let problem = problem(dc, plan);
    let all = "budget 350 W from +10 s to +8 min 20 s";
    let budget = resource(&problem, all).unwrap();
    assert_eq!(budget.initial, 110_000);
    assert_eq!(
        budget.capacity,
        [(0, UNLIMITED), (10, 350_000), (500, UNLIMITED)]
    );
    assert_eq!(demand(&problem, "boot b", all), Some((220_000, 20_000)));
    // 64 W and 20 W while it runs; at its end 10 W less at `a` and 30 W more at `b`.
    assert_eq!(demand(&problem, "migrate x", all), Some((84_000, 64_000)));
    assert_eq!(demand(&problem, "shutdown a", all), Some((0, 100_000)));
    // Of `b` alone: 84 W, and 30 W from its end on.
    let own = "budget 260 W on b";
    assert_eq!(resource(&problem, own).unwrap().initial, 0);
    assert_eq!(demand(&problem, "migrate x", own), Some((84_000, 54_000)));
    assert_eq!(demand(&problem, "shutdown a", own), None);
}

#[test]
fn hosting_that_grows_at_the_end_is_taken_at_the_start() {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").id();
    let a = dc.server("a").hosting(Watts(10)).link(core, Gbps(1)).id();
    let b = dc.server("b").hosting(Watts(60)).link(core, Gbps(1)).id();
    let x = dc.vm("x", a).memory(GiB(2)).id();
    let y = dc.vm("y", b).memory(GiB(2)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, b);
    plan.migrate(y, a);
    plan.budget(Watts(100));
    let problem = problem(dc, plan);
    assert_eq!(
        demand(&problem, "migrate x", "budget 100 W"),
        Some((50_000, 0))
    );
    assert_eq!(
        demand(&problem, "migrate y", "budget 100 W"),
        Some((0, 50_000))
    );
}

#[test]
fn counts_spread_and_limits() {
    let (mut dc, s) = star(4);
    let x = dc.vm("x", s[0]).memory(GiB(2)).id();
    let y = dc.vm("y", s[1]).memory(GiB(2)).id();
    let z = dc.vm("z", s[2]).memory(GiB(2)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[1]);
    plan.migrate(y, s[3]);
    plan.migrate(z, s[0]);
    plan.at_most_migrations(2);
    plan.spread([x, y]);
    plan.seq([x, z]);
    plan.limit(s[0], Mbps(400), Period::between(Secs(0), Secs(60)));
    plan.limit(SwitchId(0), Mbps(1500), Period::ALWAYS);
    let problem = problem(dc, plan);
    assert_eq!(
        demand(&problem, "migrate z", "at most 2 migrations"),
        Some((1, 1))
    );
    assert_eq!(demand(&problem, "migrate x", "spread on s2"), Some((1, 0)));
    assert_eq!(demand(&problem, "migrate y", "spread on s2"), Some((0, 1)));
    assert_eq!(resource(&problem, "spread on s2").unwrap().initial, 1);
    assert_eq!(demand(&problem, "migrate x", "seq x, z"), Some((1, 1)));
    assert_eq!(demand(&problem, "migrate y", "seq x, z"), None);
    let rate = 1_000_000_000;
    assert_eq!(
        demand(&problem, "migrate x", "limit out of s1"),
        Some((rate, rate))
    );
    assert_eq!(
        demand(&problem, "migrate z", "limit into s1"),
        Some((rate, rate))
    );
    assert_eq!(
        demand(&problem, "migrate y", "limit core"),
        Some((rate, rate))
    );
    assert_eq!(
        resource(&problem, "limit into s1").unwrap().capacity,
        [(0, 400_000_000), (60, UNLIMITED)]
    );
}

#[test]
fn a_standing_limit_slows_migrations_down() {
    let (mut dc, s) = star(2);
    let x = dc.vm("x", s[0]).memory(GB(1)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[1]);
    plan.limit(s[1], Mbps(400), Period::ALWAYS);
    let problem = problem(dc, plan);
    assert_eq!(
        problem.formulation.actions[0].modes[0].rate,
        Some(400_000_000)
    );
    assert_eq!(problem.formulation.actions[0].modes[0].duration, 20);
}

#[test]
fn windows_and_groups() {
    let (mut dc, s) = star(3);
    let x = dc.vm("x", s[0]).memory(GiB(2)).id();
    let y = dc.vm("y", s[1]).memory(GiB(4)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[2]);
    plan.migrate(y, s[2]).rate(Mbps(500));
    plan.sync([x, y]);
    plan.by([x], Mins(30));
    plan.after([y], Secs(10));
    plan.rule(RuleKind::Freeze {
        subjects: vec![x.into()],
        period: Period::between(Secs(100), Secs(200)),
    });
    plan.rule(RuleKind::Allow {
        subjects: vec![y.into()],
        periods: vec![
            Period::between(Secs(600), Secs(900)),
            Period::between(Secs(0), Secs(600)),
        ],
    });
    let problem = problem(dc, plan);
    let f = &problem.formulation;
    assert_eq!(f.groups[0].actions, [ActionId(0), ActionId(1)]);
    assert!(f.groups[0].ends);
    let windows: Vec<_> = f
        .windows
        .iter()
        .map(|w| (w.action.0, w.intervals.as_slice()))
        .collect();
    assert_eq!(
        windows,
        [
            (0, &[(0, 1800)][..]),
            (1, &[(10, Seconds::MAX)][..]),
            (0, &[(0, 100), (200, Seconds::MAX)][..]),
            (1, &[(0, 900)][..]),
        ]
    );
}

#[test]
fn energy_counts_what_the_plan_decides() {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").id();
    let model = MigrationEnergy {
        per_byte_nj: 512,
        fixed_mj: 20_000,
    };
    let a = dc
        .server("a")
        .power(Watts(100))
        .hosting(Watts(10))
        .migration(model)
        .link(core, Gbps(1))
        .id();
    let b = dc
        .server("b")
        .power(Watts(200))
        .hosting(Watts(10))
        .boot(Secs(60), Watts(20))
        .off();
    let b = b.link(core, Gbps(1)).id();
    let x = dc.vm("x", a).memory(GB(1)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, b);
    plan.shutdown(a);
    plan.minimize(GoalKind::Energy);
    let problem = problem(dc, plan);
    let energy = &problem.formulation.objectives[0];
    assert_eq!((energy.scale, energy.makespan), (1000, 200_000));
    assert_eq!(energy.terms[0].start, -200_000);
    assert_eq!(energy.terms[0].modes, [20_000 * 60]);
    assert_eq!(energy.terms[1].end, 0);
    assert_eq!(energy.terms[1].modes, [512 * 1000 + 20_000]);
    assert_eq!(energy.terms[2].end, 100_000);
}

#[test]
fn mttr_weighs_its_subjects() {
    let (mut dc, s) = star(2);
    let x = dc.vm("x", s[0]).memory(GB(1)).id();
    let y = dc.vm("y", s[0]).memory(GB(1)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[1]);
    plan.migrate(y, s[1]);
    plan.rule(RuleKind::Weight {
        subjects: vec![y.into()],
        factor: 10,
    });
    let ends: Vec<i64> = problem(dc, plan).formulation.objectives[0]
        .terms
        .iter()
        .map(|term| term.end)
        .collect();
    assert_eq!(ends, [1, 10]);
}

#[test]
fn two_spines_need_a_route() {
    let build = |route: bool| {
        let mut dc = DatacenterBuilder::new();
        let spines = [dc.switch("spine1").id(), dc.switch("spine2").id()];
        let leaves = ["leaf1", "leaf2"].map(|name| {
            let rack = dc.rack(name);
            rack.link(spines[0], Gbps(10))
                .link(spines[1], Gbps(40))
                .id()
        });
        let a = dc
            .server("a")
            .inside(leaves[0])
            .link(leaves[0], Gbps(25))
            .id();
        let b = dc
            .server("b")
            .inside(leaves[1])
            .link(leaves[1], Gbps(25))
            .id();
        let x = dc.vm("x", a).memory(GB(10)).id();
        if route {
            dc.route(leaves[1], leaves[0], [spines[1]]);
        }
        let mut plan = RequestBuilder::new("p");
        plan.migrate(x, b);
        (dc, plan)
    };
    let (dc, plan) = build(false);
    assert_eq!(
        findings(dc, plan),
        ["E0453: several paths from `a` to `b` are equally short"]
    );
    let (dc, plan) = build(true);
    let problem = problem(dc, plan);
    assert_eq!(
        problem.formulation.actions[0].modes[0].rate,
        Some(25_000_000_000)
    );
}

/// 400 racks of 25 servers with 10 VMs each; those of the first 500 servers move to other racks.
#[test]
fn a_large_datacenter_is_formulated() {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").capacity(Gbps(400)).id();
    let mut servers = Vec::new();
    let mut vms = Vec::new();
    for rack in 0..400 {
        let place = dc.rack(format!("r{rack}")).link(core, Gbps(10)).id();
        for at in 0..25 {
            let server = dc
                .server(format!("r{rack}.s{at}"))
                .inside(place)
                .memory(GiB(64))
                .power(Watts(110));
            let server = server.link(place, Gbps(1)).id();
            servers.push(server);
            vms.extend((0..10).map(|vm| {
                dc.vm(format!("v{rack}-{at}-{vm}"), server)
                    .memory(GiB(2))
                    .id()
            }));
        }
    }
    let mut plan = RequestBuilder::new("p");
    for (at, &vm) in vms[..5000].iter().enumerate() {
        plan.migrate(vm, servers[5000 + at]);
    }
    for &server in &servers[..500] {
        plan.shutdown(server);
    }
    plan.budget(KiloWatts(1150));
    plan.at_most_migrations(30);
    let problem = problem(dc, plan);
    assert_eq!(problem.formulation.actions.len(), 5500);
    assert_eq!(problem.formulation.precedences.len(), 5000);
}
