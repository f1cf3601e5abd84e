//! Lower rates that nothing asks for: where they pay, the search chooses them.

use super::*;
use crate::emit::Kind;
use crate::formulation::{Schedule, Seconds};
use crate::plan::{assemble, verify};
use crate::request::Bandwidth;
use crate::schedule::{Options, Outcome, Quiet, Solution, schedule};

/// Two VMs of 2 GB between servers at 2 Gbit/s, over a switch that can carry 3; `hot` MB are rewritten in 2 s.
fn crowded(hot: u64, bandwidth: Bandwidth) -> (DatacenterBuilder, RequestBuilder) {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").capacity(Gbps(3)).id();
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| dc.server(name).link(core, Gbps(2)).id());
    let vm = |dc: &mut DatacenterBuilder, name: &str, host| {
        dc.vm(name, host)
            .memory(GB(2))
            .hot(MB(hot), Secs(2))
            .downtime(Secs(0))
            .id()
    };
    let (x, y) = (vm(&mut dc, "x", a), vm(&mut dc, "y", c));
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, b);
    plan.migrate(y, d);
    plan.bandwidth(bandwidth);
    (dc, plan)
}

fn solved(problem: &Problem) -> Solution {
    match schedule(&problem.formulation, &Options::default(), &mut Quiet) {
        Outcome::Found(solution) => solution,
        other => panic!("{other:?}"),
    }
}

/// Mbit/s of each action as it was scheduled.
fn chosen(problem: &Problem, solution: &Solution) -> Vec<u64> {
    let f = &problem.formulation;
    let modes = f.actions.iter().zip(&solution.schedule.mode);
    modes
        .map(|(action, &mode)| action.modes[mode as usize].rate.unwrap() / 1_000_000)
        .collect()
}

/// The least value of all schedules of two actions that start by then.
fn brute(problem: &Problem, latest: Seconds) -> i64 {
    let f = &problem.formulation;
    let ways = |at: usize| {
        let modes = 0..f.actions[at].modes.len() as u32;
        modes.flat_map(move |mode| (0..=latest).map(move |start| (mode, start)))
    };
    let both = ways(0).flat_map(|first| ways(1).map(move |then| [first, then]));
    let schedules = both.map(|both| Schedule {
        start: both.map(|(_, start)| start).to_vec(),
        mode: both.map(|(mode, _)| mode).to_vec(),
    });
    let hold = schedules.filter(|schedule| verify(f, schedule).is_empty());
    hold.map(|schedule| f.value(&f.objectives[0], &schedule).unwrap())
        .min()
        .unwrap()
}

#[test]
fn equal_shares_win_where_full_rates_leave_a_third() {
    let (dc, plan) = crowded(0, Bandwidth::Max);
    let full = problem(dc, plan);
    let (dc, plan) = crowded(0, Bandwidth::Choose);
    let (dc, request) = (dc.build().unwrap(), plan);
    let request = request.build(&dc).unwrap();
    let (shared, findings) = formulate(&dc, &request);
    assert_eq!(findings, []);
    let shared = shared.unwrap();
    assert_eq!(rates::modes(&full, "migrate x"), [(8, 2000)]);
    let modes = [(8, 2000), (11, 1500), (16, 1000)];
    assert_eq!(rates::modes(&shared, "migrate x"), modes);

    let (one, other) = (solved(&full), solved(&shared));
    assert_eq!(one.objectives[0].value, 8 + 16);
    assert_eq!(one.objectives[0].value, brute(&full, 20));
    assert_eq!(other.objectives[0].value, 11 + 11);
    assert_eq!(other.objectives[0].value, brute(&shared, 20));
    assert!(one.is_optimal() && other.is_optimal());
    assert_eq!(chosen(&shared, &other), [1500, 1500]);

    let plan = assemble(&dc, &request, &shared, &other).unwrap();
    let shows = |kind: Kind, rate: &str| {
        let text = kind.emit(&dc, &plan);
        assert!(text.contains(rate), "{rate} in {text}");
    };
    shows(Kind::Table, "1.5 Gbit/s");
    shows(Kind::Json, "\"bandwidth_mbps\": 1500");
    shows(Kind::Json, "\"bandwidth\": \"choose\"");
    // MiB/s, as `virsh migrate --bandwidth` has it.
    shows(Kind::Script, "--bandwidth 178");
}

#[test]
fn where_sharing_does_not_pay_the_plan_is_the_same() {
    let (dc, plan) = crowded(300, Bandwidth::Max);
    let full = problem(dc, plan);
    let (dc, plan) = crowded(300, Bandwidth::Choose);
    let shared = problem(dc, plan);
    assert!(rates::modes(&shared, "migrate x").len() > 1);
    let (one, other) = (solved(&full), solved(&shared));
    assert_eq!(chosen(&shared, &other), [2000, 2000]);
    assert_eq!(one, other);
    assert_eq!(other.objectives[0].value, brute(&shared, 20));
}

#[test]
fn nothing_left_over_nothing_to_choose() {
    let problems = [Bandwidth::Max, Bandwidth::Choose].map(|bandwidth| {
        let mut dc = DatacenterBuilder::new();
        let core = dc.switch("core").capacity(Gbps(2)).id();
        let s = ["a", "b", "c", "d", "e", "f"];
        let s = s.map(|name| dc.server(name).link(core, Gbps(1)).id());
        let mut plan = RequestBuilder::new("p");
        for pair in [0, 2, 4] {
            let vm = dc.vm(format!("vm{pair}"), s[pair]).memory(GB(1)).id();
            plan.migrate(vm, s[pair + 1]);
        }
        plan.bandwidth(bandwidth);
        problem(dc, plan)
    });
    assert_eq!(problems[0], problems[1]);
}

#[test]
fn only_a_slower_migration_keeps_a_budget() {
    let plans = [Bandwidth::Max, Bandwidth::Choose].map(|bandwidth| {
        let mut dc = DatacenterBuilder::new();
        let core = dc.switch("core").id();
        let model = MigrationEnergy {
            per_byte_nj: 512,
            fixed_mj: 20_000,
        };
        let server = |dc: &mut DatacenterBuilder, name: &str| {
            let server = dc.server(name).power(Watts(100)).migration(model);
            server.link(core, Gbps(1)).id()
        };
        let (a, b) = (server(&mut dc, "a"), server(&mut dc, "b"));
        let x = dc.vm("x", a).memory(GB(1)).id();
        let mut plan = RequestBuilder::new("p");
        plan.migrate(x, b);
        plan.budget(Watts(260));
        plan.bandwidth(bandwidth);
        let dc = dc.build().unwrap();
        let request = plan.build(&dc).unwrap();
        formulate(&dc, &request)
    });
    let [(_, impossible), (problem, findings)] = plans;
    assert!(
        impossible.iter().any(|found| found.code.says_impossible()),
        "{impossible:?}"
    );
    assert_eq!(findings, []);
    let problem = problem.unwrap();
    // 60 W are left: 40 W for 78.125 MB/s.
    assert_eq!(rates::modes(&problem, "migrate x"), [(8, 1000), (13, 625)]);
    assert_eq!(chosen(&problem, &solved(&problem)), [625]);
}

#[test]
fn only_sharing_keeps_a_deadline() {
    let outcomes = [Bandwidth::Max, Bandwidth::Choose].map(|bandwidth| {
        let (dc, mut plan) = crowded(0, bandwidth);
        plan.by([VmId(0), VmId(1)], Secs(12));
        let problem = problem(dc, plan);
        schedule(&problem.formulation, &Options::default(), &mut Quiet)
    });
    assert!(matches!(outcomes[0], Outcome::Infeasible(_)));
    assert!(matches!(outcomes[1], Outcome::Found(_)));
}

#[test]
fn a_given_rate_and_a_sync_leave_no_choice() {
    let (dc, mut plan) = crowded(0, Bandwidth::Choose);
    plan.sync([VmId(0), VmId(1)]);
    let shared = problem(dc, plan);
    assert_eq!(rates::modes(&shared, "migrate x"), [(11, 1500)]);
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").capacity(Gbps(3)).id();
    let [a, b] = ["a", "b"].map(|name| dc.server(name).link(core, Gbps(2)).id());
    let mut plan = RequestBuilder::new("p");
    let [x, y] = ["x", "y"].map(|name| dc.vm(name, a).memory(GB(1)).id());
    plan.migrate(x, b).rate(Mbps(800));
    plan.migrate(y, b);
    plan.bandwidth(Bandwidth::Choose);
    let given = problem(dc, plan);
    assert_eq!(rates::modes(&given, "migrate x"), [(10, 800)]);
    // What the given rate leaves of the link.
    assert_eq!(rates::modes(&given, "migrate y"), [(4, 2000), (7, 1200)]);
}

/// Fourteen migrations that end together, with four rates each, have more combinations than the search takes.
#[test]
fn a_large_sync_keeps_few_combinations() {
    let (mut dc, s) = star(28);
    let mut plan = RequestBuilder::new("p");
    let mut vms = Vec::new();
    for at in 0..14 {
        let vm = dc.vm(format!("vm{at}"), s[at]).memory(GB(1)).id();
        plan.migrate(vm, s[at + 14]);
        vms.push(vm);
    }
    plan.sync(vms);
    for (period, rate) in [(0, 5600), (1, 4200), (2, 2800)] {
        let period = Period::between(Secs(600 * period), Secs(600 * (period + 1)));
        plan.limit(SwitchId(0), Mbps(rate), period);
    }
    let problem = problem(dc, plan);
    let modes = problem.formulation.actions.iter().map(|a| a.modes.len());
    let combinations: usize = modes.product();
    assert!(combinations > 1 && combinations <= 4096, "{combinations}");
    solved(&problem);
}
