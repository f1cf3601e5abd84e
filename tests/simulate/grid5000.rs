//! The simulator against a real testbed: 25 plans of ten migrations that the papers' authors carried out four times each. Their data lie
//! beside the project on some machines only.

use std::collections::BTreeMap;
use std::fs;

use mvm::calibrate::{Calibration, Sample, calibrate, migrations, runs};
use mvm::compile::{Checked, Prospect, check};
use mvm::datacenter::{Datacenter, Node, Policy};
use mvm::formulate::{Problem, formulate};
use mvm::formulation::{ActionId, Schedule};
use mvm::import::btrplace;
use mvm::plan::{Others, Plan, Timeout, others};
use mvm::request::{Model, Request, Task};
use mvm::simulate::{Law, Stage, Trouble, simulate};

use crate::support::{Text, data};

/// A plan that was carried out.
struct Published {
    checked: Checked,
    /// When each action starts and ends by the plan.
    times: BTreeMap<String, (i64, i64)>,
    /// Seconds that each took, in each run; and from the first start to the last end.
    measured: Vec<(BTreeMap<String, i64>, i64)>,
}

fn published(number: u32) -> Option<Published> {
    let file = data(&format!("grid5000/plans/random.{number}.json"))?;
    let input = fs::read(file).unwrap();
    let text = btrplace::import(&input, "random.json").unwrap();
    let json: serde_json::Value = serde_json::from_slice(&input).unwrap();
    let times = json["actions"].as_array().unwrap().iter().map(|action| {
        let time = |key: &str| action[key].as_i64().unwrap();
        (
            format!("migrate vm{}", action["vm"]),
            (time("start"), time("end")),
        )
    });
    let measured = (1..=4).map(|run| {
        let file = data(&format!("grid5000/runs/run{run}.{number}.csv")).unwrap();
        let text = fs::read_to_string(file).unwrap();
        let each = runs::read(&text).unwrap();
        let each = each.into_iter().map(|run| (run.action, run.seconds));
        // The columns are in Unix seconds.
        let moments = text.lines().skip(1).map(|line| {
            let cells: Vec<&str> = line.split(';').collect();
            let at = |column: usize| cells[column].parse::<i64>().unwrap();
            (at(1), at(2))
        });
        let moments: Vec<(i64, i64)> = moments.collect();
        let first = moments.iter().map(|m| m.0).min().unwrap();
        let last = moments.iter().map(|m| m.1).max().unwrap();
        (each.collect(), last - first)
    });
    Some(Published {
        checked: check("test.mvm", &Text(&text)),
        times: times.collect(),
        measured: measured.collect(),
    })
}

impl Published {
    fn problem(&self) -> &Problem {
        match &self.checked.prospects[0] {
            Prospect::Open(problem) => problem,
            _ => panic!("it cannot be planned"),
        }
    }

    /// What was measured, for a fit.
    fn samples(&self, part: u32) -> Vec<Sample> {
        let problem = self.problem();
        let f = &problem.formulation;
        let fastest: BTreeMap<&str, Option<u64>> = f
            .actions
            .iter()
            .map(|action| (action.name.as_str(), action.modes[0].rate))
            .collect();
        let rate = |id: &str| fastest.get(id).copied().flatten();
        let known = migrations(&self.checked.analysis.datacenter, problem, &rate);
        let runs = self.measured.iter().flat_map(|(run, _)| run);
        runs.map(|(name, &seconds)| Sample {
            class: known[name].class.clone(),
            transfer: known[name].transfer,
            seconds: u32::try_from(seconds).unwrap(),
            part,
        })
        .collect()
    }

    /// The datacenter whose links carry what Ethernet leaves of them for TCP, or what was fitted where that is more, and whose servers need
    /// what was fitted besides the copy.
    fn fitted(&self, found: &Calibration) -> Datacenter {
        let mut dc = self.checked.analysis.datacenter.clone();
        for link in &mut dc.links {
            link.rate.value = fitted_rate(found, link.nominal).max(link.nominal * 941 / 1000);
        }
        for server in &mut dc.servers {
            server.overhead_ms = found.overhead_ms / 2;
        }
        dc
    }

    /// The request with rates at which a migration alone was measured, and without the durations that the authors planned with: those of
    /// the model are to be held against what was measured.
    fn request(&self, found: &Calibration) -> Request {
        let dc = &self.checked.analysis.datacenter;
        let mut request = self.checked.analysis.requests[0].clone();
        for step in &mut request.steps {
            let Task::Migrate { vm, to } = step.task else {
                continue;
            };
            let ends = [dc[vm].host.value, to].map(Node::Server);
            let links = dc.links.iter().filter(|link| ends.contains(&link.a));
            let narrowest = links.map(|link| link.nominal).min().unwrap();
            step.takes = None;
            step.rate = Some(fitted_rate(found, narrowest));
        }
        request
    }

    /// The published plan, as the authors' executor carries it out: an action waits for all that should have ended before it starts.
    fn plan(&self, dc: &Datacenter, request: &Request, problem: &Problem) -> Plan {
        let f = &problem.formulation;
        let time = |action: ActionId| self.times[&f[action].name];
        let waits = f.ids().map(|action| {
            let before = f.ids().filter(|&other| time(other).1 <= time(action).0);
            before.map(|other| (other, String::new())).collect()
        });
        let timeout = |action: ActionId| Timeout {
            policy: Policy::Wait,
            ..Timeout::usual(f[action].modes[0].duration)
        };
        let said = Others {
            planner: String::from("mVM"),
            schedule: Schedule {
                start: f.ids().map(|action| time(action).0).collect(),
                mode: vec![0; f.actions.len()],
            },
            waits: waits.collect(),
            levels: Vec::new(),
            demands: vec![Vec::new(); f.actions.len()],
            timeouts: f.ids().map(timeout).collect(),
        };
        others(dc, request, problem, said)
    }
}

/// bit/s of a migration over links of a nominal rate, as fitted.
fn fitted_rate(found: &Calibration, nominal: u64) -> u64 {
    let mut classes = found.classes.iter();
    let fit = classes.find(|fit| fit.class.nominal == nominal);
    let share = fit.and_then(|fit| fit.share);
    nominal * u64::from(share.expect("both classes were measured")) / 1000
}

/// Mean errors of durations and of completions, of plans whose figures were fitted without them.
fn errors(plans: &[Published], law: Law) -> (f64, f64) {
    let (mut durations, mut completions) = (Vec::new(), Vec::new());
    for half in 0..2 {
        let (own, fitted): (Vec<_>, Vec<_>) =
            plans.iter().zip(0..).partition(|(_, at)| at % 2 == half);
        let samples: Vec<Sample> = fitted
            .iter()
            .flat_map(|(plan, at)| plan.samples(*at))
            .collect();
        let found = calibrate(Model::Fluid, &samples).unwrap();
        for (plan, _) in own {
            let dc = plan.fitted(&found);
            let request = plan.request(&found);
            let (problem, _) = formulate(&dc, &request);
            let problem = problem.unwrap();
            let made = plan.plan(&dc, &request, &problem);
            let stage = Stage::new(&dc, &request, &problem, &made).unwrap();
            let course = simulate(&stage, law, &Trouble::NONE);
            let off = |is: i64, measured: i64| ((is - measured) as f64 / measured as f64).abs();
            for (run, end) in &plan.measured {
                completions.push(off(course.end, *end));
                for (planned, happened) in made.actions.iter().zip(&course.actions) {
                    let took = happened.end().unwrap() - happened.start().unwrap();
                    durations.push(off(took, run[&planned.id]));
                }
            }
        }
    }
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    (mean(&durations), mean(&completions))
}

#[test]
fn measured_migrations_take_what_they_take_in_the_simulator() {
    let plans: Option<Vec<Published>> = (1..=25).map(published).collect();
    let Some(plans) = plans else { return };
    let (durations, completions) = errors(&plans, Law::Pages);
    println!(
        "durations are {:.1} % off, completions {:.1} %",
        durations * 100.0,
        completions * 100.0
    );
    assert!(durations <= 0.08, "{durations}");
    assert!(completions <= 0.08, "{completions}");
}
