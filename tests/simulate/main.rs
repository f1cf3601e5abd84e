//! Plans of all examples, carried out in the simulator: without chance as they are planned; with it, no limit is ever broken.

#![allow(clippy::unwrap_used)]

mod grid5000;
mod on_time;
mod program;
mod qemu;
mod simgrid;
#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mvm::compile::{Checked, Prospect, check};
use mvm::emit::json::PlanFile;
use mvm::plan::{Plan, Until, assemble};
use mvm::schedule::{Bounded, Feasibility, Quiet, Solution, feasible};
use mvm::simulate::{Breach, Stage, Trouble, judge, simulate};
use support::{Folder, files, root};

/// Bytes of proof that the search for a first schedule may write.
const EFFORT: u64 = 1 << 20;
/// Seeds for each plan.
const SEEDS: u64 = 60;

/// A line for each plan of each example that `look` is asked about, in order; the plans of a file one after the other, files at
/// the same time.
fn each_plan(look: &(dyn Fn(&Stage) -> String + Sync)) -> String {
    let all = files("examples", ".mvm");
    let next = AtomicUsize::new(0);
    let lines = Mutex::new(vec![String::new(); all.len()]);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, |n| n.get()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = all.get(at) else { return };
                    let text = of_file(path, look);
                    lines.lock().unwrap()[at] = text;
                }
            });
        }
    });
    lines.into_inner().unwrap().concat()
}

fn of_file(path: &str, look: &dyn Fn(&Stage) -> String) -> String {
    let checked = check(path, &Folder(root()));
    let mut text = String::new();
    for (index, prospect) in checked.prospects.iter().enumerate() {
        if !matches!(prospect, Prospect::Open(_)) {
            continue;
        }
        let Some(plan) = planned(&checked, index) else {
            continue;
        };
        let dc = &checked.analysis.datacenter;
        let settled = checked.settled(index, &PlanFile::new(dc, &plan)).unwrap();
        let stage = Stage::new(dc, &settled.request, &settled.problem, &plan).unwrap();
        let _ = writeln!(text, "{path} {}: {}", plan.name, look(&stage));
    }
    text
}

/// The first plan that there is, however good: what takes time is to find a better one.
fn planned(checked: &Checked, index: usize) -> Option<Plan> {
    let Prospect::Open(problem) = &checked.prospects[index] else {
        return None;
    };
    let f = &problem.formulation;
    let Feasibility::Feasible(schedule) = feasible(f, &|_| true, EFFORT, &mut Quiet) else {
        return None;
    };
    let objectives = f.objectives.iter().map(|objective| {
        let value = f.value(objective, &schedule)?;
        let lower_bound = value.min(0);
        Some(Bounded { value, lower_bound })
    });
    let solution = Solution {
        objectives: objectives.collect::<Option<_>>()?,
        schedule,
        slot: 1,
        reproducible: true,
    };
    let request = &checked.analysis.requests[index];
    assemble(&checked.analysis.datacenter, request, problem, &solution).ok()
}

/// When each action starts and ends if all that it waits for takes as long as its model says, by the order alone.
fn earliest(stage: &Stage, lengths: &[i64]) -> Vec<(i64, i64)> {
    let mut times: Vec<(i64, i64)> = Vec::new();
    for (action, length) in stage.plan().actions.iter().zip(lengths) {
        let waits = action.after.iter().map(|wait| match wait.until {
            Until::Started(lag) => times[wait.action].0 + lag,
            Until::Done | Until::Over => times[wait.action].1,
        });
        let mut start = waits.max().unwrap_or(0);
        loop {
            let before = start;
            for by_clock in [true, false] {
                let mut openings = action.openings(by_clock);
                let open = openings.find(|o| o.last.is_none_or(|last| last >= start));
                start = start.max(open.and_then(|open| open.from).unwrap_or(start));
            }
            if start == before {
                break;
            }
        }
        times.push((start, start + length));
    }
    times
}

/// Without chance each action takes as long as its model says, and starts as soon as what it waits for lets it.
fn nothing_goes_wrong(stage: &Stage) -> String {
    let plan = stage.plan();
    let course = simulate(stage, stage.law(), &Trouble::NONE);
    assert!(course.is_done(), "{}", plan.name);
    assert_eq!(judge(stage, &course), [], "{}", plan.name);
    let mut lengths = Vec::new();
    let (mut early, mut slack) = (0, 0);
    for (planned, happened) in plan.actions.iter().zip(&course.actions) {
        let (start, end) = (happened.start().unwrap(), happened.end().unwrap());
        let (length, known) = (end - start, planned.end - planned.start);
        assert!(start <= planned.start, "{}: {}", plan.name, planned.id);
        match planned.assumed.slack {
            0 => assert_eq!(length, known, "{}: {}", plan.name, planned.id),
            _ => assert!(length <= known, "{}: {}", plan.name, planned.id),
        }
        slack += i64::from(length < known);
        early += i64::from(end < planned.end);
        lengths.push(length);
    }
    // A level that falls is looked at before each start: there the order alone does not tell the times.
    if plan.timed_levels.is_empty() {
        let really = course.actions.iter();
        let really = really.map(|a| (a.start().unwrap(), a.end().unwrap()));
        let really: Vec<(i64, i64)> = really.collect();
        assert_eq!(really, earliest(stage, &lengths), "{}", plan.name);
    }
    if early == 0 {
        assert_eq!(course.energy, plan.energy, "{}", plan.name);
        assert_eq!(course.peak_power, plan.peak_power, "{}", plan.name);
    }
    let count = plan.actions.len();
    match early {
        0 => format!("{count} actions, all as planned"),
        _ => format!("{count} actions, {early} end earlier, {slack} of them by their slack"),
    }
}

/// Durations that vary by a third, and starts that fail: only what is late by itself misses anything.
fn no_limit_is_broken(stage: &Stage) -> String {
    let plan = stage.plan();
    let (mut missed, mut overrun) = (0, 0);
    for seed in 0..SEEDS {
        let trouble = Trouble {
            seed,
            spread: 0.33,
            failures: if seed % 3 == 0 { 0.05 } else { 0.0 },
        };
        let course = simulate(stage, stage.law(), &trouble);
        let found = judge(stage, &course);
        let forbidden = found.iter().find(|b| matches!(b, Breach::Forbidden { .. }));
        assert_eq!(forbidden, None, "{}, seed {seed}", plan.name);
        missed += u64::from(!found.is_empty());
        // A limit that falls while somebody is late: no order of actions keeps that.
        overrun += u64::from(found.iter().any(|breach| stage.is_level(breach.source())));
    }
    match (missed, overrun) {
        (0, _) => String::from("nothing is missed"),
        (_, 0) => format!("a time is missed in {missed} of {SEEDS} seeds"),
        _ => format!(
            "a time is missed in {missed} of {SEEDS} seeds, a limit that falls in {overrun}"
        ),
    }
}

/// Planned once, since that is what takes time.
#[test]
fn every_example_happens_as_planned_and_breaks_no_limit_whatever_is_late() {
    let text = each_plan(&|stage| {
        let (as_planned, at_random) = (nothing_goes_wrong(stage), no_limit_is_broken(stage));
        format!("{as_planned}; {at_random}")
    });
    insta::assert_snapshot!(text);
}
