//! The power budgets of the examples, added up from their plans' JSON by other means than the checker's: the figures of
//! the papers, second by second.

mod support;

use serde_json::Value;
use support::root;

const SERVER: f64 = 110.0;
const BOOT: f64 = 20.0;
const VM: f64 = 0.16 * SERVER;

/// The plan of an example, as it stands beside it.
fn plan(path: &str) -> Value {
    let path = root().join(path).with_extension("decommission.plan.json");
    let text = std::fs::read_to_string(path).expect("it is there");
    serde_json::from_str(&text).expect("it is JSON")
}

/// W in each second, with `on` servers and `vms` VMs at the start.
fn power(plan: &Value, on: usize, vms: usize) -> Vec<f64> {
    let makespan = plan["makespan"].as_u64().expect("a number") as usize;
    let mut watts = vec![on as f64 * SERVER + vms as f64 * VM; makespan + 1];
    for action in plan["actions"].as_array().expect("a list") {
        let time = |key: &str| action[key].as_u64().expect("a number") as usize;
        let (start, end) = (time("start"), time("end"));
        let mut add = |from: usize, to: usize, amount: f64| {
            watts[from..to].iter_mut().for_each(|w| *w += amount)
        };
        match action["kind"].as_str().expect("a word") {
            "boot" => {
                add(start, makespan + 1, SERVER);
                add(start, end, BOOT);
            }
            "shutdown" => add(end, makespan + 1, -SERVER),
            "migrate" => {
                let mbps = action["bandwidth_mbps"].as_f64().expect("a number");
                // As the authors' scheduler counts: more than the paper's energy model in all but the first second.
                add(start, end, mbps / 16.0 + 20.0);
            }
            other => panic!("{other}"),
        }
    }
    watts
}

#[test]
fn no_second_draws_more_than_the_budget() {
    for (path, on, vms, budget) in [
        ("examples/decommission/budget-9kw.mvm", 48, 96, 9000.0),
        ("examples/compas/decommission-5200w.mvm", 24, 96, 5200.0),
        ("examples/compas/decommission-5000w.mvm", 24, 96, 5000.0),
    ] {
        let plan = plan(path);
        let peak = power(&plan, on, vms).into_iter().fold(0.0, f64::max);
        assert!(peak <= budget, "{path}: {peak} W");
        assert!(
            peak > 0.9 * budget,
            "{path}: {peak} W: the budget is hardly used"
        );
        assert!(plan["peak_power_w"].as_f64().expect("a number") <= budget);
    }
}

#[test]
fn without_a_budget_the_peak_is_that_of_the_papers() {
    // "10 kW" in figure 7 of UCC'15, 5.9 kW in section 4.2 of ComPAS'15.
    let peak = |path, on| power(&plan(path), on, 96).into_iter().fold(0.0, f64::max);
    let ucc = peak("examples/decommission/plain.mvm", 48);
    assert!((10_000.0..10_500.0).contains(&ucc), "{ucc} W");
    let compas = peak("examples/compas/decommission-plain.mvm", 24);
    assert!((5_850.0..6_000.0).contains(&compas), "{compas} W");
}
