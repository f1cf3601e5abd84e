//! Each kind of difference, and how it is told.

use super::*;
use crate::emit::json::{Input, read};

/// Four plans' worth of text: `times` are starts and ends of three actions, the second of which has that rate.
fn plan(times: [(i64, i64); 3], rate: u64, third: &str, hash: &str) -> PlanFile {
    let [(a, b), (c, d), (e, f)] = times;
    let text = format!(
        r#"{{ "format": "mvm-plan/1", "plan": "p|lan", "start": "2026-11-22T23:59:00+01:00", "status": "optimal",
        "objective": {{ "name": "mttr", "value": {}, "lower_bound": {0}, "gap": 0 }}, "slot": 1, "makespan": {},
        "peak_power_w": 200, "energy_j": 5000, "actions": [
        {{ "id": "boot s2", "kind": "boot", "server": "s2", "start": {a}, "end": {b}, "after": [] }},
        {{ "id": "migrate web", "kind": "migrate", "vm": "web", "from": "s1", "to": "s2", "start": {c}, "end": {d},
           "bandwidth_mbps": {rate}, "after": ["boot s2"] }},
        {{ "id": "{third}", "kind": "shutdown", "server": "s1", "start": {e}, "end": {f}, "after": ["migrate web"] }} ] }}"#,
        b + d + f,
        f
    );
    let mut file = read(&text).expect("it is a plan");
    let files = [("plan.mvm", "11"), ("inventory.mvm", hash)];
    let files = files.map(|(file, hash)| Input {
        file: file.to_owned(),
        sha256: hash.repeat(32),
    });
    file.source = Some(Source {
        file: "plan.mvm".to_owned(),
        sha256: hash.repeat(32),
        files: files.to_vec(),
    });
    file
}

fn before() -> PlanFile {
    plan([(0, 20), (20, 40), (40, 50)], 1000, "shutdown s1", "aa")
}

#[test]
fn a_plan_is_not_different_from_itself() {
    let difference = compare(&before(), &before());
    assert!(difference.is_none() && difference.inputs.is_empty());
    assert_eq!(difference.same, 3);
    assert_eq!(
        text(&difference, &before(), &before()),
        "p|lan: the plans are the same\n"
    );
}

#[test]
fn what_appears_vanishes_moves_and_changes() {
    let (old, new) = (
        before(),
        plan([(0, 20), (30, 70), (70, 80)], 500, "shutdown s1 (2)", "bb"),
    );
    let difference = compare(&old, &new);
    let ids =
        |actions: &[Action]| -> Vec<String> { actions.iter().map(|a| a.id.clone()).collect() };
    assert_eq!(ids(&difference.appear), ["shutdown s1 (2)"]);
    assert_eq!(ids(&difference.vanish), ["shutdown s1"]);
    assert_eq!(difference.change.len(), 1);
    assert_eq!(
        difference.change[0].what,
        [What::Start, What::Length, What::Rate]
    );
    assert_eq!(difference.same, 1);
    let told = [
        text(&difference, &old, &new),
        markdown(&difference, &old, &new),
        json(&difference),
        listing(&new),
    ];
    insta::assert_snapshot!("told", told.join("────\n"));
    insta::assert_snapshot!("picture", picture(&difference, &old, &new));
}

#[test]
fn files_are_told_one_by_one() {
    let (old, mut new) = (
        before(),
        plan([(0, 20), (20, 40), (40, 50)], 1000, "shutdown s1", "cc"),
    );
    if let Some(source) = &mut new.source {
        source.files[0].file = String::from("other.mvm");
    }
    let found = inputs(old.source.as_ref(), new.source.as_ref());
    let found: Vec<(&str, Became)> = found.iter().map(|i| (i.file.as_str(), i.is)).collect();
    let expected = [
        ("inventory.mvm", Became::Changed),
        ("plan.mvm", Became::Removed),
        ("other.mvm", Became::Added),
    ];
    assert_eq!(found, expected);
    // An older version knew only that something was not the same.
    let mut older = before();
    if let Some(source) = &mut older.source {
        source.files.clear();
    }
    assert_eq!(inputs(older.source.as_ref(), new.source.as_ref()).len(), 1);
}
