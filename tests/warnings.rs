//! Rules that can never bind are told, and rules that might are not. What is guessed is told once.

mod support;

use mvm::compile::check;
use mvm::diag::Code;
use support::Text;

/// Whether a rule is said never to bind in a plan that moves two VMs under some other rules.
fn is_loose(rules: &str) -> bool {
    let text = format!(
        "switch core capacity 10Gbps
rack r1 {{ link 4Gbps to core server s[1..2] {{ power 100W migration 0J/MB + 50J link 1Gbps }} }}
rack r2 {{ link 4Gbps to core server t[1..2] {{ power 100W migration 0J/MB + 50J link 1Gbps }} }}
vm a[1..2] {{ memory 2GiB idle on r1.s[1..2] }}
plan p {{
  start 22:00
  migrate a[1..2] to r2.t[1..2]
  shutdown r1.s[1..2]
  {rules}
}}
"
    );
    let checked = check("test.mvm", &Text(&text));
    assert!(
        !checked.has_errors() && checked.impossible().is_empty(),
        "{rules}: {:#?} {:#?}",
        checked.diagnostics,
        checked.impossible()
    );
    assert!(
        checked
            .diagnostics
            .iter()
            .all(|d| d.code == Code::NeverBinds),
        "{rules}: {:#?}",
        checked.diagnostics
    );
    !checked.diagnostics.is_empty()
}

#[test]
fn what_can_never_bind_is_told() {
    for rules in [
        "budget 500W",
        "at most 2 migrations",
        "at most 1 migration to t1",
        "at most 4 of servers on",
        "limit r1 to 4Gbps",
        "limit core to 10Gbps",
        "limit s1 to 1Gbps",
        "after a1 from 22:00",
        "before a1 -> s1",
        "before all by 23:00 freeze a1 from 23:30 to 23:45",
        "before all by 23:00 budget 450W from 23:00",
    ] {
        assert!(is_loose(rules), "{rules}");
    }
}

#[test]
fn what_might_bind_is_not() {
    for rules in [
        "budget 450W",
        "at most 1 migrations",
        "at most 3 of servers on from 23:00",
        "limit r1 to 1Gbps",
        "limit core to 1500Mbps",
        "after a1 from 22:01",
        "before a1 -> s2",
        "before a1 -> a2",
        "before all by 23:00",
        "freeze a1 from 23:30 to 23:45",
        "budget 450W until 23:00 budget 500W from 23:00",
        "before all by 23:00 freeze a1 from 22:30 to 22:45",
    ] {
        assert!(!is_loose(rules), "{rules}");
    }
}

/// What is said of guesses in a file with two plans: one moves `a` to `s2`, one all others.
fn guesses(vms: &str, move_a: &str) -> Vec<String> {
    let text = format!(
        "use std.workload.idle
switch core
server s[1..2] {{ link 1Gbps to core }}
server down {{ link 1Gbps to core off }}
vm a {{ memory 2GiB on s1 }}
{vms}
plan one {{ {move_a} }}
plan two {{ migrate vms except a to s2 }}
"
    );
    let checked = check("test.mvm", &Text(&text));
    assert!(!checked.has_errors(), "{vms}: {:#?}", checked.diagnostics);
    let found = checked.diagnostics.into_iter();
    found
        .map(|finding| {
            assert_eq!(finding.code, Code::Guessed, "{vms}");
            finding.message
        })
        .collect()
}

#[test]
fn what_is_guessed_is_told_once() {
    let told = guesses("vm b[1..3] { memory 2GiB on s1 }", "migrate a to s2");
    assert_eq!(
        told,
        ["nothing is known of what 4 VMs rewrite: `a`, `b1`, `b2`, …"]
    );
    let told = guesses("vm b : idle { memory 2GiB on s1 }", "migrate a to s2");
    assert_eq!(told, ["nothing is known of what 1 VM rewrites: `a`"]);
}

#[test]
fn what_needs_no_guess_is_not() {
    for vms in [
        "vm b { memory 2GiB idle on s1 }",
        "vm b : idle { memory 2GiB on s1 }",
        "vm b { memory 2GiB cold 0MiB/s on s1 }",
        "vm b { memory 2GiB hot 1MiB on s1 }",
        "vm b { memory 2GiB copy post on s1 }",
    ] {
        // Neither a duration that is given nor a stop depends on what `a` rewrites.
        for move_a in ["migrate a to s2 takes 5s", "stop a"] {
            assert_eq!(guesses(vms, move_a), [""; 0], "{vms} {move_a}");
        }
    }
}

/// A deadline that only the guess misses: no plan exists, and beside that the guess is told.
#[test]
fn a_guess_that_makes_a_plan_impossible_is_told() {
    let planned = |word: &str| {
        let text = format!(
            "switch core\nserver s[1..2] {{ link 1Gbps to core }}\nvm a {{ memory 2GiB {word} on s1 }}\n\
             plan p {{ migrate a to s2 before all by +25s }}\n"
        );
        let checked = check("test.mvm", &Text(&text));
        let codes: Vec<Code> = checked.diagnostics.iter().map(|d| d.code).collect();
        (codes, checked.impossible().is_empty())
    };
    assert_eq!(planned("idle"), (vec![], true));
    assert_eq!(planned(""), (vec![Code::Guessed], false));
}
