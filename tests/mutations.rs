//! Nothing that a plan or its certificate claims can be changed without being found out: each value is changed in
//! several ways, one at a time, and each key is left out.

#[path = "../fuzz/targets.rs"]
mod targets;

use mvm::certify;
use mvm::compile;
use mvm::emit::json;
use mvm::schedule::{Options, Quiet};
use serde_json::{Value, json};
use targets::SHOP;

/// What may be different in a plan that holds, by the beginning of its place, with why.
const NO_CLAIM_OF_PLAN: &[(&str, &str)] = &[(
    "source",
    "where the plan came from; `mvm verify` says so where the text is another one, and judges the plan by the text that it is given",
)];

/// What may be different in a certificate that shows its bounds.
const NO_CLAIM_OF_CERTIFICATE: &[(&str, &str)] = &[
    (
        "objectives[].weights",
        "part of the argument: with other weights it may show the same bound",
    ),
    ("objectives[].multipliers", "the same"),
];

/// A value of a document that was changed, and where, with `[]` for each place in an array.
struct Change {
    place: String,
    what: String,
    document: Value,
}

/// All documents in which one thing is different.
fn changes(document: &Value) -> Vec<Change> {
    let mut pointers = Vec::new();
    walk(document, String::new(), String::new(), &mut pointers);
    let mut all = Vec::new();
    for (pointer, place) in pointers {
        let value = document.pointer(&pointer).expect("it was walked to");
        for other in others(value) {
            let mut changed = document.clone();
            let what = format!("{pointer} becomes {other}");
            *changed.pointer_mut(&pointer).expect("it was walked to") = other;
            all.push(Change {
                place: place.clone(),
                what,
                document: changed,
            });
        }
        let keys: Vec<String> = value
            .as_object()
            .map_or(Vec::new(), |map| map.keys().cloned().collect());
        for key in keys {
            let mut changed = document.clone();
            let object = changed.pointer_mut(&pointer).and_then(Value::as_object_mut);
            object.expect("it is one").shift_remove(&key);
            all.push(Change {
                place: join(&place, &key),
                what: format!("{pointer}/{key} is left out"),
                document: changed,
            });
        }
    }
    all
}

fn join(place: &str, key: &str) -> String {
    let dot = if place.is_empty() { "" } else { "." };
    format!("{place}{dot}{key}")
}

fn walk(value: &Value, pointer: String, place: String, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                walk(value, format!("{pointer}/{key}"), join(&place, key), found);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                walk(
                    value,
                    format!("{pointer}/{at}"),
                    format!("{place}[]"),
                    found,
                );
            }
        }
        _ => {}
    }
    found.push((pointer, place));
}

/// Other values of the same kind, and some of another.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!(0), json!("2026-11-28T23:30:00+00:00")],
        Value::Bool(value) => vec![json!(!value), Value::Null],
        Value::Number(number) => {
            let mut all = vec![json!("1"), Value::Null];
            if let Some(number) = number.as_i64() {
                let near = [
                    number.saturating_add(1),
                    number.saturating_sub(1),
                    number.saturating_mul(10),
                    number / 10,
                    number.saturating_neg(),
                    0,
                ];
                all.extend(near.iter().filter(|&&n| n != number).map(|&n| json!(n)));
            }
            if let Some(number) = number.as_f64() {
                let near = [number + 0.001, number * 1.5 + 0.5, number + 1.0];
                all.extend(near.iter().filter(|&&n| n != number).map(|&n| json!(n)));
            }
            all
        }
        Value::String(text) => {
            let mut all = vec![json!(""), json!(format!("{text}x")), Value::Null, json!(7)];
            // Words that mean something where they stand.
            for word in [
                "optimal",
                "feasible",
                "mttr",
                "energy",
                "makespan",
                "migrate",
                "boot",
                "shutdown",
                "start",
                "stop",
                "run",
                "pause",
                "a1",
                "a2",
                "b",
                "x1",
                "x2",
                "y1",
                "migrate x1",
                "migrate x2",
                "boot b",
                "done",
                "over",
                "started",
                "abort",
                "suspend",
                "post",
                "wait",
                "choose",
                "max",
                "resource",
                "precedence",
                "end",
            ] {
                if word != text {
                    all.push(json!(word));
                }
            }
            all
        }
        Value::Array(items) => {
            let mut all = vec![Value::Null];
            if let [first, rest @ ..] = &items[..] {
                all.push(json!([]));
                all.push(json!(rest));
                all.push(json!([std::slice::from_ref(first), &items[..]].concat()));
                let reversed: Vec<_> = items.iter().rev().cloned().collect();
                all.push(json!(reversed));
            } else {
                all.extend([json!(["boot b"]), json!([7]), json!([{}])]);
            }
            all.retain(|other| other != value);
            all
        }
        Value::Object(_) => vec![Value::Null, json!({}), json!([])],
    }
}

/// Why a plan with its certificate is refused.
fn refusal(plan: &str, certificate: &str) -> Option<String> {
    let file = match json::read(plan) {
        Ok(file) => file,
        Err(why) => return Some(why.to_string()),
    };
    let mistakes = SHOP.checked.verify(&file);
    if !mistakes.is_empty() {
        return Some(mistakes.join("\n"));
    }
    let certificate = match certify::read(certificate) {
        Ok(certificate) => certificate,
        Err(why) => return Some(why),
    };
    let load = |name: &str| {
        let file = SHOP.written.files.iter().find(|file| file.0 == name);
        file.map(|file| file.1.clone()).ok_or(String::from("gone"))
    };
    let checked = SHOP.checked.check_certificate(&file, &certificate, &load);
    checked.err().map(|why| format!("{why:?}"))
}

/// The changes that pass, but for those that may.
fn passing(
    changes: &[Change],
    free: &[(&str, &str)],
    refused: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let may = |change: &Change| {
        free.iter()
            .any(|(place, _)| change.place.starts_with(place))
    };
    let passing = changes.iter().filter(|change| {
        let text = change.document.to_string();
        !may(change) && !refused(&text)
    });
    passing.map(|change| change.what.clone()).collect()
}

#[test]
fn no_claim_can_be_changed() {
    let plan = json::emit(&SHOP.checked.analysis.datacenter, &SHOP.plan);
    let certificate = certify::write(&SHOP.written.certificate);
    assert_eq!(refusal(&plan, &certificate), None);

    let document: Value = serde_json::from_str(&plan).expect("a plan is JSON");
    let of_plan = changes(&document);
    assert!(of_plan.len() > 500, "{} changes", of_plan.len());
    let found = passing(&of_plan, NO_CLAIM_OF_PLAN, &|text| {
        refusal(text, &certificate).is_some()
    });
    assert!(found.is_empty(), "of the plan:\n{}", found.join("\n"));

    let document: Value = serde_json::from_str(&certificate).expect("a certificate is JSON");
    let of_certificate = changes(&document);
    assert!(
        of_certificate.len() > 100,
        "{} changes",
        of_certificate.len()
    );
    let found = passing(&of_certificate, NO_CLAIM_OF_CERTIFICATE, &|text| {
        refusal(&plan, text).is_some()
    });
    assert!(
        found.is_empty(),
        "of the certificate:\n{}",
        found.join("\n")
    );
}

/// A plan with steps that the shop's has none of.
const UPGRADE: &str = "
switch t
server a[1..2] { memory 16GiB link 1Gbps to t power 100W }
vm x { memory 4GiB idle on a1 }
plan upgrade {
  start 2026-11-28 23:30 UTC
  migrate x to a2
  pause \"look\"
  run \"true\" on a1 takes 10s
  reboot a1
}
";

#[test]
fn no_claim_of_a_command_or_a_pause_can_be_changed() {
    let checked = compile::check("input.mvm", &targets::One(UPGRADE.as_bytes()));
    let plan = checked
        .plan(0, &Options::default(), &mut Quiet)
        .expect("a plan");
    let text = json::emit(&checked.analysis.datacenter, &plan);
    let holds = |text: &str| json::read(text).is_ok_and(|file| checked.verify(&file).is_empty());
    assert!(holds(&text));
    let document: Value = serde_json::from_str(&text).expect("a plan is JSON");
    let of_plan = changes(&document);
    let texts = of_plan.iter().filter(|c| c.place == "actions[].text");
    assert!(texts.count() > 40);
    let found = passing(&of_plan, NO_CLAIM_OF_PLAN, &|text| !holds(text));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Where a list lets something pass, something does, and where it is part of an argument, some of it is needed.
#[test]
fn what_is_free_is_there() {
    let plan = json::emit(&SHOP.checked.analysis.datacenter, &SHOP.plan);
    let certificate = certify::write(&SHOP.written.certificate);
    let counts = |text: &str, place: &str, refused: &dyn Fn(&str) -> bool| {
        let document: Value = serde_json::from_str(text).expect("it is JSON");
        let mut own = changes(&document);
        own.retain(|change| change.place.starts_with(place));
        let refused = own.iter().filter(|c| refused(&c.document.to_string()));
        (refused.count(), own.len())
    };
    for (place, why) in NO_CLAIM_OF_PLAN {
        let refused = |text: &str| refusal(text, &certificate).is_some();
        let (refused, all) = counts(&plan, place, &refused);
        assert!(refused < all, "{place}: {why}");
    }
    for (place, why) in NO_CLAIM_OF_CERTIFICATE {
        let refused = |text: &str| refusal(&plan, text).is_some();
        let (refused, all) = counts(&certificate, place, &refused);
        assert!(
            (1..=all).contains(&refused),
            "{place}: {why}: {refused} of {all}"
        );
    }
}
