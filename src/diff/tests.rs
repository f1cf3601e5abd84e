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

/// What is told of two plans of these actions.
fn told(old: &PlanFile, new: &PlanFile) -> String {
    let difference = compare(old, new);
    let told = [
        text(&difference, old, new),
        markdown(&difference, old, new),
        json(&difference),
    ];
    told.join("────\n")
}

/// A plan of that goal with these actions; `more` is between its figures and its actions.
fn of(goal: &str, more: &str, actions: &[&str]) -> PlanFile {
    let actions = actions.join(",\n");
    let text = format!(
        r#"{{ "format": "mvm-plan/1", "plan": "night", "start": "2026-11-22T22:00:00+01:00", "status": "optimal",
        "objective": {goal}, "slot": 1, "makespan": 100, "peak_power_w": 200, "energy_j": 5000, {more}
        "actions": [{actions}] }}"#
    );
    read(&text).expect("it is a plan")
}

fn migrate(vm: &str, to: &str, (start, end): (i64, i64), more: &str) -> String {
    format!(
        r#"{{ "id": "migrate {vm}", "kind": "migrate", "vm": "{vm}", "from": "s1", "to": "{to}", "start": {start}, "end": {end},
        "bandwidth_mbps": 1000, {more} "after": [] }}"#
    )
}

fn command(server: &str, start: i64, text: &str, more: &str) -> String {
    format!(
        r#"{{ "id": "run {server}", "kind": "run", "server": "{server}", "text": "{text}", "start": {start}, "end": {}, {more} "after": [] }}"#,
        start + 60
    )
}

const MOVES: &str = r#"{ "name": "moves", "value": 2, "lower_bound": 2, "gap": 0 }"#;

/// Each in words: where to, how, what is carried out and for how long it is waited, which wishes are kept, and in their units what
/// is minimised.
#[test]
fn places_ways_wishes_and_orders_are_told() {
    let wishes = |cost: i64| {
        format!(
            r#""objectives": [{{ "name": "moves", "value": {}, "lower_bound": 2, "gap": 0 }},
            {{ "name": "balance", "value": 66, "lower_bound": 60, "gap": {} }}, {{ "name": "downtime", "value": 0.06, "lower_bound": 0.03, "gap": 0.5 }}],
            "preferences": [{{ "rule": "prefer spread db1, db2 weight 5", "cost": {cost} }}],"#,
            2 + cost,
            if cost > 0 { "0.0909091" } else { "0.09090999" }
        )
    };
    let old = of(
        MOVES,
        &wishes(0),
        &[
            &migrate("web", "s2", (0, 10), ""),
            &migrate("db1", "s2", (0, 10), ""),
            &migrate("db2", "s3", (0, 10), ""),
            &command("s1", 10, "true", ""),
            &command("s2", 70, "true", ""),
            &command("s3", 130, "true", ""),
        ],
    );
    let new = of(
        MOVES,
        &wishes(5),
        &[
            &migrate("web", "s4", (0, 10), ""),
            &migrate("db1", "s2", (0, 10), r#""copy": "post","#),
            &migrate(
                "db2",
                "s3",
                (5, 15),
                r#""timeout": { "late_after": 20, "limit": 600, "policy": "suspend" },"#,
            ),
            &command("s3", 10, "true", r#""retry": { "times": 2, "pause": 60 },"#),
            &command("s1", 70, "true", ""),
            &command("s2", 130, "reboot | tee", ""),
        ],
    );
    let difference = compare(&old, &new);
    insta::assert_snapshot!("places", told(&old, &new));
    insta::assert_snapshot!("places_picture", picture(&difference, &old, &new));
}

/// What was done has not vanished, and what is left is later or earlier by the clock.
#[test]
fn a_plan_that_goes_on_is_told_from_then_on() {
    let old = of(
        MOVES,
        "",
        &[
            &migrate("a", "s2", (0, 10), ""),
            &migrate("b", "s2", (10, 40), r#""may_start": [{ "last": 20 }],"#),
            &migrate("c", "s2", (40, 70), ""),
            &migrate("d", "s2", (70, 100), ""),
        ],
    );
    let since = r#""since": { "after": "night", "progress": { "elapsed": 30, "done": [{ "kind": "migrate", "vm": "a", "server": "s2" }],
        "running": [{ "kind": "migrate", "vm": "b", "server": "s2", "left": 10, "copy": "pre", "bandwidth_mbps": 1000 }] } },"#;
    let mut new = of(
        MOVES,
        since,
        &[
            &migrate("b", "s2", (0, 10), ""),
            &migrate("c", "s3", (20, 50), ""),
            &migrate("d", "s2", (40, 70), ""),
        ],
    );
    new.start = Some(String::from("2026-11-22T22:00:30+01:00"));
    let difference = compare(&old, &new);
    assert!(difference.vanish.is_empty() && difference.appear.is_empty());
    insta::assert_snapshot!("goes_on", told(&old, &new));
    insta::assert_snapshot!("goes_on_picture", picture(&difference, &old, &new));
    // The way back from elsewhere.
    let from = |server: &str| {
        let vms = ["a", "b", "c", "d"]
            .map(|vm| format!(r#"{{ "vm": "{vm}", "server": "{server}", "running": true }}"#));
        format!(
            r#""since": {{ "after": "there", "vms": [{}] }},"#,
            vms.join(", ")
        )
    };
    let actions = [migrate("a", "s2", (0, 10), "")];
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    let (old, new) = (
        of(MOVES, &from("s3"), &actions),
        of(MOVES, &from("s4"), &actions),
    );
    insta::assert_snapshot!("begins", told(&old, &new));
}
