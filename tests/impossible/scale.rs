//! Explanations of large plans, with what they take.

use std::time::Instant;

use mvm::compile::{Failure, check};
use mvm::diag::render::{Style, human};
use mvm::schedule::{Monitor, Progress};

use super::{FAST, Text};

/// Remembers what was reported.
#[derive(Default)]
struct Ear {
    phases: Vec<&'static str>,
}

impl Monitor for Ear {
    fn report(&mut self, progress: &Progress) {
        if self.phases.last() != Some(&progress.phase) {
            self.phases.push(progress.phase);
        }
    }

    fn stop(&self) -> bool {
        false
    }
}

/// Two racks go into a third, server by server, two VMs each.
fn decommission(vms: usize, rules: &str) -> String {
    let servers = vms / 4;
    format!(
        "switch core capacity 10Gbps
        rack r[1..2] link 40Gbps to core {{ server s[1..{servers}] {{ memory 16GiB power 110W link 1Gbps }} }}
        rack r3 link 40Gbps to core {{ server s[1..{servers}] {{ memory 32GiB power 110W boot 2min extra 20W link 1Gbps off }} }}
        vm v[1..{vms}] {{ memory 4GiB idle on r[1..2].s[1..{servers}] }}
        plan p {{
          start 02:00
          migrate vms on r1.s[i], r2.s[i] to r3.s[i] for i in 1..{servers}
          shutdown r[1..2].s[1..{servers}]
          {rules}
        }}"
    )
}

/// The picture of a plan that cannot be, and the seconds that it took.
fn explained(text: &str) -> String {
    let checked = check("test.mvm", &Text(text));
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    let (begin, mut ear) = (Instant::now(), Ear::default());
    let outcome = checked.plan(0, &FAST, &mut ear);
    eprintln!("{:.1} s, {:?}", begin.elapsed().as_secs_f32(), ear.phases);
    match outcome {
        Err(Failure::Impossible(why)) => {
            assert!(ear.phases.contains(&"explaining"), "{:?}", ear.phases);
            human(&checked.map, &why, Style::default())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_hundred_vms() {
    let text = decommission(96, "before all by 02:07  budget 11kW  seq v[1..3]");
    let shown = explained(&text);
    eprintln!("{shown}");
    assert!(shown.contains("before all by 02:07"), "{shown}");
    let deadline = ["the earliest end is 02:07:", "is late enough"];
    assert!(deadline.iter().any(|text| shown.contains(text)), "{shown}");
    assert!(!shown.contains("the effort was spent"), "{shown}");
}

#[test]
fn a_thousand_vms() {
    let shown = explained(&decommission(1000, "before all by 02:07"));
    eprintln!("{shown}");
    assert!(shown.contains("before all by 02:07"), "{shown}");
}
