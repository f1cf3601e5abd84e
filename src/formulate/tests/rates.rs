//! Migrations with several rates to choose from.

use super::*;
use crate::compile::{Prospect, check};
use crate::datacenter::{Copy, Manner};
use crate::source::Loader;

/// `(seconds, Mbit/s)` of each mode.
pub(super) fn modes(problem: &Problem, action: &str) -> Vec<(Seconds, u64)> {
    let mut actions = problem.formulation.actions.iter();
    let action = actions.find(|a| a.name == action).unwrap();
    let modes = action.modes.iter();
    modes
        .map(|mode| (mode.duration, mode.rate.unwrap() / 1_000_000))
        .collect()
}

/// What each mode of an action takes of a resource.
fn takes(problem: &Problem, action: &str, resource: &str) -> Vec<i64> {
    let f = &problem.formulation;
    let action = f.actions.iter().find(|a| a.name == action).unwrap();
    let modes = action.modes.iter().map(|mode| {
        let mut demands = mode.demands.iter();
        demands
            .find(|d| f[d.resource].name == resource)
            .unwrap()
            .take
    });
    modes.collect()
}

#[test]
fn slack_lengthens_what_the_model_computes() {
    let (mut dc, s) = star(2);
    let x = dc.vm("x", s[0]).memory(GB(1)).id();
    let y = dc.vm("y", s[0]).memory(GB(1)).slack(0).id();
    let z = dc.vm("z", s[0]).memory(GB(1)).slack(1_000_000).id();
    let w = dc.vm("w", s[0]).memory(GB(1)).id();
    let mut plan = RequestBuilder::new("p");
    plan.slack(200_000);
    for vm in [x, y, z] {
        plan.migrate(vm, s[1]);
    }
    plan.migrate(w, s[1]).takes(Secs(8));
    let problem = problem(dc, plan);
    let lasts = |action: &str| modes(&problem, action)[0].0;
    // 8 s at 1 Gbit/s; 1.6 s on top are 2 s.
    assert_eq!(lasts("migrate x"), 10);
    assert_eq!(lasts("migrate y"), 8);
    assert_eq!(lasts("migrate z"), 16);
    assert_eq!(lasts("migrate w"), 8);
}

#[test]
fn partners_of_a_sync_share_what_cannot_carry_both() {
    let (mut dc, s) = star(3);
    let x = dc.vm("x", s[0]).memory(GB(1)).id();
    let y = dc.vm("y", s[0]).memory(GB(2)).id();
    let z = dc.vm("z", s[0]).memory(GB(1)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[1]);
    plan.migrate(y, s[2]);
    plan.migrate(z, s[1]);
    plan.sync([x, y]);
    let problem = problem(dc, plan);
    // At 1 Gbit/s the one would leave nothing to the other.
    assert_eq!(modes(&problem, "migrate x"), [(16, 500)]);
    assert_eq!(modes(&problem, "migrate y"), [(32, 500)]);
    assert_eq!(modes(&problem, "migrate z"), [(8, 1000)]);
    assert_eq!(
        takes(&problem, "migrate x", "link s1 -> core"),
        [500_000_000]
    );
}

#[test]
fn those_that_a_third_joins_share_with_it() {
    let (mut dc, s) = star(2);
    let [x, y, z] = ["x", "y", "z"].map(|name| dc.vm(name, s[0]).memory(GB(1)).id());
    let mut plan = RequestBuilder::new("p");
    for vm in [x, y, z] {
        plan.migrate(vm, s[1]);
    }
    plan.sync([x, y]);
    plan.sync([y, z]);
    let problem = problem(dc, plan);
    for action in ["migrate x", "migrate y", "migrate z"] {
        assert_eq!(modes(&problem, action), [(24, 333)]);
    }
}

#[test]
fn a_partner_keeps_its_highest_rate_where_the_other_can_give_way() {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").capacity(Gbps(12)).id();
    let server = |dc: &mut DatacenterBuilder, name: &str, rate: u64| {
        dc.server(name).link(core, Gbps(rate)).id()
    };
    let [a, b] = ["a", "b"].map(|name| server(&mut dc, name, 4));
    let [c, d] = ["c", "d"].map(|name| server(&mut dc, name, 10));
    let x = dc.vm("x", a).memory(GB(4)).id();
    let y = dc.vm("y", c).memory(GB(4)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, b);
    plan.migrate(y, d);
    plan.sync([x, y]);
    let problem = problem(dc, plan);
    assert_eq!(modes(&problem, "migrate x"), [(8, 4000)]);
    // 10 Gbit/s and 4 are too much for 12: its fair share is what the other leaves.
    assert_eq!(modes(&problem, "migrate y"), [(4, 8000)]);
}

#[test]
fn a_given_rate_or_duration_stays_the_only_one() {
    let (mut dc, s) = star(3);
    let x = dc.vm("x", s[0]).memory(GB(1)).id();
    let y = dc.vm("y", s[0]).memory(GB(2)).id();
    let z = dc.vm("z", s[1]).memory(GB(1)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[1]).rate(Mbps(800));
    plan.migrate(y, s[2]);
    plan.migrate(z, s[0]).takes(Secs(100));
    plan.sync([x, y]);
    plan.limit(s[0], Mbps(400), Period::between(Secs(0), Secs(60)));
    let problem = problem(dc, plan);
    assert_eq!(modes(&problem, "migrate x"), [(10, 800)]);
    // The other has the rest.
    assert_eq!(modes(&problem, "migrate y"), [(80, 200)]);
    assert_eq!(modes(&problem, "migrate z"), [(100, 1000)]);
}

#[test]
fn a_limit_in_a_period_adds_its_rate() {
    let (mut dc, s) = star(4);
    let x = dc.vm("x", s[0]).memory(GB(1)).id();
    let y = dc.vm("y", s[1]).memory(GB(1)).id();
    let z = dc.vm("z", s[2]).memory(GB(1)).id();
    let mut plan = RequestBuilder::new("p");
    for vm in [x, y] {
        plan.migrate(vm, s[3]);
    }
    plan.migrate(z, s[2 - 1]);
    plan.sync([x, y]);
    let core = SwitchId(0);
    plan.limit(core, Mbps(400), Period::between(Secs(0), Secs(600)));
    plan.limit(core, Mbps(250), Period::between(Secs(600), Secs(900)));
    plan.limit(core, Mbps(200), Period::between(Secs(900), Secs(1000)));
    plan.limit(core, Mbps(100), Period::between(Secs(1000), Secs(1200)));
    let problem = problem(dc, plan);
    // What is left of many: the highest rates and the lowest.
    let alone = [(8, 1000), (20, 400), (32, 250), (80, 100)];
    assert_eq!(modes(&problem, "migrate z"), alone);
    // Of 1 Gbit/s into one server, and of 400, 250 and 100 Mbit/s through the core.
    let shared = [(16, 500), (40, 200), (160, 50)];
    assert_eq!(modes(&problem, "migrate x"), shared);
    assert_eq!(modes(&problem, "migrate y"), shared);
    let name = "limit core";
    assert_eq!(
        takes(&problem, "migrate x", name),
        [500_000_000, 200_000_000, 50_000_000]
    );
    assert_eq!(
        problem.work.iter().map(|w| w.energy.len()).max(),
        Some(alone.len())
    );
}

#[test]
fn a_rate_at_which_a_vm_does_not_converge_is_no_mode() {
    let (mut dc, s) = star(2);
    // 50 MB/s are rewritten: nothing ends at 400 Mbit/s.
    let busy = |dc: &mut DatacenterBuilder, name: &str, copy| {
        let vm = dc.vm(name, s[0]).memory(GB(1));
        vm.hot(MB(50), Secs(1)).copy(copy).id()
    };
    let x = busy(&mut dc, "x", Copy::Pre);
    let y = busy(&mut dc, "y", Copy::Either);
    let z = busy(&mut dc, "z", Copy::Post);
    let mut plan = RequestBuilder::new("p");
    for vm in [x, y, z] {
        plan.migrate(vm, s[1]);
    }
    plan.limit(s[0], Mbps(400), Period::between(Secs(0), Secs(60)));
    let problem = problem(dc, plan);
    assert_eq!(modes(&problem, "migrate x").len(), 1);
    // It is by pre-copy at the highest rate, and so at every one.
    assert_eq!(modes(&problem, "migrate y").len(), 1);
    assert_eq!(problem.work[1].manner, Manner::Pre);
    assert_eq!(modes(&problem, "migrate z"), [(8, 1000), (20, 400)]);
}

#[test]
fn power_and_energy_follow_the_rate() {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").id();
    let model = MigrationEnergy {
        per_byte_nj: 512,
        fixed_mj: 20_000,
    };
    let a = dc
        .server("a")
        .hosting(Watts(10))
        .migration(model)
        .link(core, Gbps(1));
    let a = a.id();
    let b = dc.server("b").hosting(Watts(30)).link(core, Gbps(1)).id();
    let x = dc.vm("x", a).memory(GB(1)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, b);
    plan.limit(a, Mbps(500), Period::between(Secs(0), Secs(60)));
    plan.budget(Watts(90));
    plan.minimize(GoalKind::Energy);
    let problem = problem(dc, plan);
    assert_eq!(modes(&problem, "migrate x"), [(8, 1000), (16, 500)]);
    assert_eq!(problem.work[0].power, [84_000, 52_000]);
    // 125 MB/s for 8 s, and 62.5 MB/s for 16 s.
    assert_eq!(
        problem.work[0].energy,
        [512 * 1000 + 20_000, 512 * 1000 + 20_000]
    );
    // The faster mode alone is too much for the budget, together with the 10 W of the VM.
    let budget = "budget 90 W";
    assert_eq!(takes(&problem, "migrate x", budget), [84_000, 52_000]);
    let energy = &problem.formulation.objectives[0];
    assert_eq!(energy.terms[0].modes, [532_000, 532_000]);
}

#[test]
fn a_sync_that_cannot_hold_is_left_to_the_search() {
    let (mut dc, s) = star(2);
    let x = dc.vm("x", s[0]).memory(GB(1)).id();
    let y = dc.vm("y", s[0]).memory(GB(1)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[1]).takes(Secs(60));
    plan.migrate(y, s[1]);
    plan.sync([x, y]);
    let problem = problem(dc, plan);
    assert_eq!(modes(&problem, "migrate x"), [(60, 1000)]);
    assert_eq!(modes(&problem, "migrate y"), [(8, 1000)]);
}

/// The files of the repository.
struct Repository;

impl Loader for Repository {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).map_err(|error| error.to_string())
    }
}

fn example(path: &str) -> Problem {
    let checked = check(path, &Repository);
    assert_eq!(checked.diagnostics, [], "{path}");
    match &checked.prospects[0] {
        Prospect::Open(problem) => (**problem).clone(),
        _ => panic!("{path} has no plan"),
    }
}

#[test]
fn every_sync_of_the_examples_fits_its_network() {
    let examples = ["scenarios/04-replicas", "scenarios/17-two-sites", "night"];
    for name in examples {
        let problem = example(&format!("examples/{name}.mvm"));
        let f = &problem.formulation;
        assert!(!f.groups.is_empty(), "{name}");
        for group in &f.groups {
            let mut least = vec![0; f.resources.len()];
            for &action in &group.actions {
                let slowest = f[action].modes.last().unwrap();
                for demand in &slowest.demands {
                    least[demand.resource.0 as usize] += demand.take;
                }
            }
            for (resource, least) in f.resources.iter().zip(least) {
                let capacity = resource.capacity[0].1;
                let fits = resource.unit != Unit::Rate || least <= capacity;
                assert!(fits, "{name}: {} needs {least}", resource.name);
            }
        }
    }
}

#[test]
fn the_backup_leaves_four_of_ten() {
    let problem = example("examples/scenarios/08-backup-until-half-past-three.mvm");
    for action in &problem.formulation.actions {
        let rates: Vec<u64> = action.modes.iter().filter_map(|mode| mode.rate).collect();
        assert_eq!(rates, [10_000_000_000, 4_000_000_000]);
    }
}
