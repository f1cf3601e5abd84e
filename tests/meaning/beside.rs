//! Small files that once failed and lie beside the project on some machines: each does what was asked of it then.

use mvm::compile::{Checked, check};
use mvm::diag::Severity;
use mvm::diag::render::plain;
use mvm::emit;
use mvm::plan::Plan;
use mvm::schedule::{Effort, Options, Quiet};

use crate::support::{Folder, root};

/// A case; None, with a word, where there are none.
fn case(name: &str) -> Option<Checked> {
    let folder = root().join("../shared/cases");
    if !folder.exists() {
        eprintln!("skipped: {} is not here", folder.display());
        return None;
    }
    Some(check(&format!("{name}.mvm"), &Folder(&folder)))
}

/// The errors of a case, as they are drawn.
fn errors(checked: &Checked) -> Vec<String> {
    let all = checked.diagnostics.iter();
    let errors = all.filter(|found| found.severity() == Severity::Error);
    let drawn = errors.map(|found| plain(&checked.map, std::slice::from_ref(found)));
    drawn.collect()
}

fn plan(checked: &Checked, effort: Effort) -> Plan {
    let options = Options {
        effort,
        ..Options::default()
    };
    let plan = checked.plan(0, &options, &mut Quiet);
    plan.expect("a plan")
}

#[test]
fn mistakes_are_told_once_with_what_to_do() {
    let cases = [
        ("clock-forward", ["`01:30`", "`03:30`"]),
        ("same-error-24-times", ["24 times", "E0555"]),
        ("zero-padding", ["24 times", "E0555"]),
        ("mistake-03", ["`web[*]`", "`vms like \"web*\"`"]),
        ("mistake-20", ["expected `->`", "write `->`"]),
        ("mistake-21", ["`max`", "`at most`"]),
        ("mistake-22", ["leave out `parallel`", "run at once"]),
        ("mistake-24", ["`Europe/Munich`", "`Europe/Berlin`"]),
        ("mistake-25", ["expected `to`", "22:00 to 06:00"]),
        ("mistake-27", ["`minimise`", "did you mean `minimize`"]),
        ("mistake-29", ["no deadline", "`before web1 by"]),
    ];
    for (name, words) in cases {
        let Some(checked) = case(name) else { return };
        let [only] = &errors(&checked)[..] else {
            panic!("{name}: {:#?}", errors(&checked));
        };
        for word in words {
            assert!(only.contains(word), "{name}: {only}");
        }
    }
}

#[test]
fn what_cannot_be_true_is_a_warning_at_its_place() {
    let Some(checked) = case("mistake-18") else {
        return;
    };
    let codes: Vec<&str> = checked
        .diagnostics
        .iter()
        .map(|d| d.code.as_str())
        .collect();
    assert_eq!(codes, ["W0010", "W0013"]);
}

#[test]
fn there_is_a_plan() {
    let cases = [
        ("memory-cycle-8", Effort::Instant),
        ("rolling-mixed-5", Effort::Instant),
        ("rolling-40", Effort::Instant),
        ("stopped-stays", Effort::Fast),
        ("single-node", Effort::Fast),
        ("rack-by-rack", Effort::Instant),
    ];
    for (name, effort) in cases {
        let Some(checked) = case(name) else { return };
        assert_eq!(errors(&checked), [""; 0], "{name}");
        plan(&checked, effort);
    }
}

#[test]
fn what_is_small_is_proved() {
    for name in ["roll3", "small-800w"] {
        let Some(checked) = case(name) else { return };
        let plan = plan(&checked, Effort::Normal);
        let first = &plan.objectives[0];
        assert_eq!(first.value, first.lower_bound, "{name}");
    }
}

#[test]
fn addresses_are_those_of_the_servers_themselves() {
    let Some(checked) = case("rack-address") else {
        return;
    };
    let found = plan(&checked, Effort::Fast);
    let datacenter = &checked.analysis.datacenter;
    let text = emit::script(datacenter, &found);
    assert!(text.contains("qemu+ssh://kvm-01.example.com/system"));
    assert!(!text.contains("//r1.kvm-01"));
}
