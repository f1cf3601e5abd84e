//! Whoever reads CERTIFICATES.md can check a certificate: `check.py` is written from that page and from nothing else.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use mvm::certify::{self, Proof};
use mvm::compile;
use mvm::plan::Plan;
use mvm::schedule::{Effort, Options, Quiet, Written};
use targets::{One, SHOP};

/// Servers that are replaced under a budget: VMs leave them one by one, over the link of the new one.
const RENEW: &str = "
switch core
server old[1..10] { memory 8GiB link 1Gbps to core power 100W shutdown 10s }
server new[1..5] { memory 16GiB link 1Gbps to core power 100W boot 30s extra 20W off }
vm small[1..10] { memory 512MiB idle on old[1..10] }
vm large[1..10] { memory 1GiB idle on old[1..10] }
plan renew {
  migrate vms on old[i], old[i + 5] to new[i] for i in 1..5
  shutdown old[*]
  budget 1300W
  minimize mttr
}
";

/// Whether the script confirms the bounds of a plan, and those that are one too high not.
fn confirm(plan: &Plan, written: &Written) {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not here");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    };
    let name = format!("{}.certificate.json", plan.name);
    write(&name, &certify::write(&written.certificate));
    for (name, text) in &written.files {
        write(name, text);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates/check.py");
    let values = plan.objectives.iter().map(|o| o.value.to_string());
    let run = || -> Output {
        let mut command = Command::new("python3");
        command.arg(&script).arg(folder.path()).arg(&plan.name);
        command.args(values.clone()).output().expect("python3 runs")
    };
    let output = run();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), plan.objectives.len());
    for (line, objective) in lines.iter().zip(&plan.objectives) {
        assert!(
            line.contains(&format!(" {} ", objective.lower_bound)),
            "{said}"
        );
    }
    let mut raised = written.certificate.clone();
    raised.objectives[0].lower_bound += 1;
    write(&name, &certify::write(&raised));
    assert!(!run().status.success());
}

fn has(written: &Written, what: impl Fn(&Proof) -> bool) -> bool {
    written.certificate.objectives.iter().any(what)
}

#[test]
fn a_checker_written_from_the_page_confirms_the_bounds() {
    assert!(has(&SHOP.written, |proof| proof.clauses.is_some()));
    confirm(&SHOP.plan, &SHOP.written);
}

#[test]
fn and_those_of_what_takes_turns() {
    let checked = compile::check("input.mvm", &One(RENEW.as_bytes()));
    let options = Options {
        effort: Effort::Fast,
        ..Options::default()
    };
    let (plan, written) = checked
        .plan_certified(0, &options, &mut Quiet, "renew")
        .expect("all can be replaced");
    assert!(has(&written, |proof| proof.turns.is_some()));
    confirm(&plan, &written);
}
