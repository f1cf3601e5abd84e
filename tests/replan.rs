//! What is left of a plan that was begun.

#![allow(clippy::unwrap_used)]

mod support;

use mvm::compile::{self, Checked, Failure, Nothing, Rest};
use mvm::datacenter::{Datacenter, VmId};
use mvm::diag::render;
use mvm::emit::json::PlanFile;
use mvm::plan::Plan;
use mvm::request::Task;
use mvm::run::{Journal, Line, What};
use mvm::schedule::{Effort, Options, Quiet};
use support::{Folder, Text, root};

/// Plans without things that take long to plan, of many kinds of steps and rules.
const FILES: [&str; 17] = [
    "examples/numa.mvm",
    "examples/scenarios/05-primary-last.mvm",
    "examples/scenarios/06-payroll.mvm",
    "examples/scenarios/09-budgets.mvm",
    "examples/scenarios/13-waves.mvm",
    "examples/scenarios/14-drain.mvm",
    "examples/scenarios/25-the-way-back.mvm",
    "examples/scenarios/27-local-disks.mvm",
    "examples/scenarios/28-rolling-upgrade.mvm",
    "examples/scenarios/30-look-then-upgrade.mvm",
    "tests/nights/cases/budget.mvm",
    "tests/nights/cases/fewer-later.mvm",
    "tests/nights/cases/freeze.mvm",
    "tests/nights/cases/rolling.mvm",
    "tests/nights/cases/swap.mvm",
    "tests/nights/cases/sync.mvm",
    "tests/nights/cases/halt.mvm",
];

/// When the plans of these tests start, where the file does not say.
const START: i64 = 1_796_004_000;

fn options() -> Options {
    Options {
        effort: Effort::Fast,
        ..Options::default()
    }
}

fn planned(checked: &Checked, index: usize) -> Option<(Plan, PlanFile)> {
    let plan = checked.plan(index, &options(), &mut Quiet).ok()?;
    let own = plan.since.as_ref().map(|since| checked.since(index, since));
    let datacenter = &own.as_ref().unwrap_or(checked).analysis.datacenter;
    let file = PlanFile::new(datacenter, &plan);
    Some((plan, file))
}

/// The journal of a plan that has gone as planned until a moment.
fn as_planned(plan: &Plan, until: i64) -> Journal {
    let date = plan.start.as_ref().and_then(|start| start.instant.as_ref());
    let started = date.map_or(START, |date| date.timestamp().as_second());
    let mut lines = Vec::new();
    for (action, planned) in plan.actions.iter().enumerate() {
        for (at, what) in [(planned.start, What::Started), (planned.end, What::Ended)] {
            if at <= until {
                lines.push(Line {
                    at: started + at,
                    what,
                    action,
                    title: planned.title(),
                });
            }
        }
    }
    lines.sort_by_key(|line| (line.at, line.what == What::Started));
    Journal {
        hash: String::new(),
        started,
        plan: plan.name.clone(),
        lines,
    }
}

/// The rest of a plan, planned and checked against its file.
fn replanned(checked: &Checked, rest: &Rest) -> Plan {
    let plan = rest.checked.plan(rest.index, &options(), &mut Quiet);
    let plan = plan.unwrap_or_else(|why| {
        panic!(
            "{why:#?}\n{}",
            render::plain(&rest.checked.map, &rest.checked.diagnostics)
        )
    });
    let file = PlanFile::new(&rest.checked.analysis.datacenter, &plan);
    let text = serde_json::to_string(&file).unwrap();
    let file = mvm::emit::json::read(&text).unwrap();
    assert_eq!(checked.verify(&file), Vec::<String>::new(), "{text}");
    plan
}

/// Whatever moment it is, there is a plan for the rest, and it is no worse than going on as planned where that is the best.
#[test]
fn the_rest_of_a_plan_that_goes_as_planned_can_be_planned() {
    let mut compared = 0;
    for path in FILES {
        let checked = compile::check(path, &Folder(root()));
        for index in 0..checked.analysis.requests.len() {
            let Some((plan, file)) = planned(&checked, index) else {
                continue;
            };
            for part in 1..4 {
                let now = plan.makespan * part / 4;
                let journal = as_planned(&plan, now);
                let rest = match checked.rest(&file, &journal, None, journal.started + now) {
                    Ok(rest) => rest,
                    Err(Nothing::Finished) => continue,
                    Err(Nothing::Wrong(why)) => panic!("{path}, {}, {now}: {why:?}", plan.name),
                };
                assert_eq!(rest.surprises, Vec::<String>::new(), "{path}, {now}");
                let again = replanned(&checked, &rest);
                let [first] = &again.objectives[..] else {
                    continue;
                };
                let left = plan.actions.iter().filter(|action| action.end > now);
                let left: i64 = left.map(|action| action.end - now).sum();
                let is_sum = checked.analysis.requests[index]
                    .rules
                    .iter()
                    .all(|rule| !matches!(rule.kind, mvm::request::RuleKind::Weight { .. }));
                if first.goal.name() == "mttr" && is_sum && first.value == first.lower_bound {
                    compared += 1;
                    assert!(
                        first.value <= left,
                        "{path}, {now}: {} > {left}",
                        first.value
                    );
                }
            }
        }
    }
    assert!(compared > 20, "only {compared} are proved");
}

const ROLL: &str = r#"
switch core
server s[1..4] { memory 64GiB link 10Gbps to core }
vm web[1..4] { memory 8GiB idle on s[1..2] }
vm db { memory 16GiB idle on s1 }

plan tonight {
  start 2026-11-30 02:00 UTC
  roll s[1..2] by 1 {
    drain
    reboot
    return
  }
  before all by 02:10
}
"#;

/// A journal by action and seconds: started, and ended where that is not 0.
fn journal(plan: &Plan, events: &[(&str, i64, i64)]) -> Journal {
    let mut journal = as_planned(plan, -1);
    for &(id, start, end) in events {
        let action = plan.actions.iter().position(|action| action.id == id);
        let action = action.unwrap_or_else(|| panic!("{id}"));
        let mut note = |at, what| {
            journal.lines.push(Line {
                at: journal.started + at,
                what,
                action,
                title: plan.actions[action].title(),
            });
        };
        note(start, What::Started);
        if end > 0 {
            note(end, What::Ended);
        }
    }
    journal
}

#[test]
fn what_is_different_is_said() {
    let checked = compile::check("test.mvm", &Text(ROLL));
    let (plan, file) = planned(&checked, 0).unwrap();
    let begun = [
        ("migrate web1", 0, 9),
        ("migrate web2", 9, 20),
        ("migrate db", 20, 0),
    ];
    let journal = journal(&plan, &begun);
    let rest = checked.rest(&file, &journal, None, journal.started + 25);
    let rest = rest.ok().unwrap();
    let again = replanned(&checked, &rest);
    let file = PlanFile::new(&rest.checked.analysis.datacenter, &again);
    insta::assert_snapshot!(format!("{}\n{}", rest.standing(), rest.difference(&file)));
    insta::assert_snapshot!(rest.journal(&again, String::from("abc")));
}

/// A deadline that cannot be kept any more is named with the time that can.
#[test]
fn what_cannot_be_kept_any_more_is_said() {
    let checked = compile::check("test.mvm", &Text(ROLL));
    let (plan, file) = planned(&checked, 0).unwrap();
    let late = journal(&plan, &[("migrate web1", 0, 300)]);
    let rest = checked.rest(&file, &late, None, late.started + 310);
    let rest = rest.ok().unwrap();
    let why = rest.checked.plan(rest.index, &options(), &mut Quiet);
    let Err(Failure::Impossible(why)) = why else {
        panic!("{why:#?}");
    };
    insta::assert_snapshot!(render::plain(&rest.checked.map, &why));
}

fn on(datacenter: &Datacenter, vm: &str) -> (VmId, String) {
    let at = datacenter.vms.iter().position(|v| v.name == vm).unwrap();
    let host = datacenter[datacenter.vms[at].host.value].name.clone();
    (VmId(at as u32), host)
}

/// Where the machines are not as the journal says, the machines are believed.
#[test]
fn the_machines_are_believed() {
    let checked = compile::check("test.mvm", &Text(ROLL));
    let (plan, file) = planned(&checked, 0).unwrap();
    let begun = [("migrate web1", 0, 9), ("migrate web2", 9, 20)];
    let journal = journal(&plan, &begun);
    // web1 is back where it was, web3 was taken away by hand.
    let mut live = checked.analysis.datacenter.clone();
    let to = |datacenter: &mut Datacenter, vm: &str, server: &str| {
        let host = datacenter.servers.iter().position(|s| s.name == server);
        let (at, _) = on(datacenter, vm);
        datacenter.vms[at.0 as usize].host.value = mvm::datacenter::ServerId(host.unwrap() as u32);
    };
    let gone = |id: &str| {
        let action = plan.actions.iter().find(|action| action.id == id).unwrap();
        let to = action.task.to().unwrap();
        checked.analysis.datacenter[to].name.clone()
    };
    to(&mut live, "web2", &gone("migrate web2"));
    to(&mut live, "web3", &gone("migrate web3"));
    let rest = checked.rest(&file, &journal, Some(&live), journal.started + 25);
    let rest = rest.ok().unwrap();
    let again = replanned(&checked, &rest);
    insta::assert_snapshot!(rest.surprises.join("\n"));
    let moves = |id: &str| again.actions.iter().any(|action| action.id == id);
    assert!(moves("migrate web1 (2)"), "it leaves again, and comes back");
    assert_eq!(on(&rest.checked.analysis.datacenter, "web1").1, "s1");
    assert_ne!(on(&rest.checked.analysis.datacenter, "web3").1, "s2");
}

/// 02:40, half of it is done, and a server has died: its guest was started elsewhere, another one has not arrived. The file says so.
#[test]
fn a_server_has_died_half_way() {
    let path = root().join("examples/scenarios/19-half-done.mvm");
    let text = std::fs::read_to_string(path).unwrap();
    let checked = compile::check("test.mvm", &Text(&text));
    let (plan, file) = planned(&checked, 0).unwrap();
    let mut journal = as_planned(&plan, 600);
    let lost = plan
        .actions
        .iter()
        .position(|a| a.start < 600 && a.end > 600)
        .unwrap();
    assert_eq!(plan.actions[lost].id, "migrate web5");
    journal.lines.push(Line {
        at: journal.started + 600,
        what: What::Failed,
        action: lost,
        title: plan.actions[lost].title(),
    });
    let mended = text.replace("server s1      { memory", "server s1 { maintenance memory");
    assert_ne!(mended, text);
    let checked = compile::check("test.mvm", &Text(&mended));
    let mut live = checked.analysis.datacenter.clone();
    for action in plan.actions.iter().filter(|action| action.end <= 600) {
        if let Task::Migrate { vm, to } = action.task {
            live.vms[vm.0 as usize].host.value = to;
        }
    }
    let server = |name: &str| live.servers.iter().position(|s| s.name == name).unwrap();
    let (dead, other) = (server("r2.s1"), server("r2.s2"));
    live.servers[dead].on = false;
    for vm in &mut live.vms {
        if vm.host.value.0 as usize == dead {
            vm.host.value.0 = other as u32;
        }
    }
    let rest = checked.rest(&file, &journal, Some(&live), journal.started + 600);
    let rest = rest.ok().unwrap();
    let again = replanned(&checked, &rest);
    let file = PlanFile::new(&rest.checked.analysis.datacenter, &again);
    insta::assert_snapshot!(format!(
        "{}\n{}\n{}",
        rest.standing(),
        rest.surprises.join("\n"),
        rest.difference(&file)
    ));
    assert!(
        again
            .actions
            .iter()
            .all(|a| a.task.to().is_none_or(|to| to.0 as usize != dead))
    );
}

/// The rest of a rest is that of the plan.
#[test]
fn a_plan_of_a_rest_is_planned_again() {
    let checked = compile::check("test.mvm", &Text(ROLL));
    let (plan, file) = planned(&checked, 0).unwrap();
    let first = as_planned(&plan, 60);
    let rest = checked
        .rest(&file, &first, None, first.started + 60)
        .ok()
        .unwrap();
    let second = replanned(&checked, &rest);
    let file = PlanFile::new(&rest.checked.analysis.datacenter, &second);
    let journal = as_planned(&second, 140);
    assert_eq!(journal.started, first.started + 60);
    let rest = checked
        .rest(&file, &journal, None, journal.started + 140)
        .ok()
        .unwrap();
    let third = replanned(&checked, &rest);
    let at_once = as_planned(&plan, 200);
    let rest = checked.rest(
        &PlanFile::new(&checked.analysis.datacenter, &plan),
        &at_once,
        None,
        at_once.started + 200,
    );
    let direct = replanned(&checked, &rest.ok().unwrap());
    assert_eq!(third.makespan, direct.makespan);
    assert_eq!(third.start, direct.start);
}
