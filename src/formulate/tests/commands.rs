//! Commands on servers, and pauses.

use super::*;
use crate::diag::Code;
use crate::request::{Subject, USUAL_PAUSE};

/// Whether each of a chain is ordered before the next.
fn assert_chain(problem: &Problem, chain: &[&str]) {
    let orders = orders(problem);
    for two in chain.windows(2) {
        let two = (two[0], two[1]);
        assert!(orders.contains(&two), "{two:?} is in {orders:?}");
    }
}

fn duration(problem: &Problem, name: &str) -> i64 {
    let actions = &problem.formulation.actions;
    let action = actions.iter().find(|action| action.name == name).unwrap();
    action.modes[0].duration
}

#[test]
fn a_command_stands_among_all_that_happens_on_its_server() {
    let (mut dc, s) = star(3);
    let vm = |dc: &mut DatacenterBuilder, name, at| dc.vm(name, at).memory(GB(1)).id();
    let away = vm(&mut dc, "away", s[0]);
    let stays = vm(&mut dc, "stays", s[0]);
    let guest = vm(&mut dc, "guest", s[1]);
    let mut plan = RequestBuilder::new("p");
    plan.migrate(away, s[1]);
    plan.migrate(guest, s[0]);
    plan.run("upgrade", s[0], Secs(600));
    plan.run("check", s[0], Secs(60));
    plan.stop(stays);
    plan.migrate(away, s[0]);
    plan.migrate(guest, s[2]);
    let problem = problem(dc, plan);
    assert_chain(
        &problem,
        &["migrate away", "run s1", "run s1 (2)", "stop stays"],
    );
    assert_chain(&problem, &["migrate guest", "run s1"]);
    assert_chain(&problem, &["run s1 (2)", "migrate away (2)"]);
    assert_chain(&problem, &["run s1 (2)", "migrate guest (2)"]);
    assert_eq!(duration(&problem, "run s1"), 600);
    let at = names(&problem).iter().position(|&name| name == "run s1");
    let text = &problem.work[at.unwrap()].text;
    assert_eq!(text.as_deref(), Some("upgrade"));
}

#[test]
fn a_command_comes_before_the_reboot_behind_it_and_after_the_one_before_it() {
    let (mut dc, s) = star(2);
    let vm = dc.vm("vm", s[0]).memory(GB(1)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(vm, s[1]);
    plan.run("upgrade", s[0], Secs(600));
    plan.reboot(s[0]);
    plan.run("check", s[0], Secs(60));
    plan.migrate(vm, s[0]);
    let problem = problem(dc, plan);
    let chain = [
        "migrate vm",
        "run s1",
        "shutdown s1",
        "boot s1",
        "run s1 (2)",
        "migrate vm (2)",
    ];
    assert_chain(&problem, &chain);
}

#[test]
fn a_rule_about_a_server_is_about_its_commands() {
    let (dc, s) = star(2);
    let mut plan = RequestBuilder::new("p");
    plan.run("a", s[0], Secs(60));
    plan.run("b", s[1], Secs(60));
    plan.before([s[1]], [s[0]]);
    plan.after([Subject::Own(s[1])], Secs(30));
    let problem = problem(dc, plan);
    assert_eq!(orders(&problem), [("run s2", "run s1")]);
    assert_eq!(problem.formulation.windows.len(), 1);
}

#[test]
fn a_command_on_a_server_that_is_off_is_refused() {
    for is_booted in [false, true] {
        let (dc, s) = star(1);
        let dc = dc.build().unwrap();
        let mut plan = RequestBuilder::new("p");
        plan.shutdown(s[0]);
        plan.run("a", s[0], Secs(60));
        if is_booted {
            plan.boot(s[0]);
        }
        let request = plan.build(&dc).unwrap();
        let (problem, findings) = formulate(&dc, &request);
        assert_eq!(problem, None);
        // The boot that is then without sense is not told besides.
        let codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::CommandOnServerThatIsOff]);
    }
}

#[test]
fn what_is_written_before_a_pause_has_ended_and_the_rest_comes_later() {
    let (mut dc, s) = star(3);
    let v: Vec<VmId> = (1..=3)
        .map(|n| dc.vm(format!("v{n}"), s[0]).memory(GB(1)).id())
        .collect();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(v[0], s[1]);
    plan.migrate(v[1], s[1]);
    plan.migrate(v[1], s[2]);
    plan.pause("go?");
    plan.migrate(v[2], s[1]);
    plan.migrate(v[2], s[2]);
    plan.migrate(v[0], s[2]);
    plan.pause("and now?").takes(Secs(300));
    plan.pause("sure?");
    plan.shutdown(s[0]);
    let problem = problem(dc, plan);
    let by_pauses: Vec<(&str, &str)> = orders(&problem)
        .into_iter()
        .filter(|(first, then)| first.starts_with("pause") || then.starts_with("pause"))
        .collect();
    assert_eq!(
        by_pauses,
        [
            ("migrate v1", "pause"),
            ("migrate v2 (2)", "pause"),
            ("pause", "migrate v3"),
            ("pause", "migrate v1 (2)"),
            ("migrate v3 (2)", "pause (2)"),
            ("migrate v1 (2)", "pause (2)"),
            ("pause (2)", "pause (3)"),
            ("pause (3)", "shutdown s1"),
        ]
    );
    assert_eq!(duration(&problem, "pause"), i64::from(USUAL_PAUSE));
    assert_eq!(duration(&problem, "pause (2)"), 300);
    let pause = problem.work.iter().find(|work| work.task == Task::Pause);
    assert_eq!(pause.unwrap().from, None);
}

#[test]
fn a_boot_behind_a_pause_is_not_done_before_it() {
    let (mut dc, s) = star(1);
    let core = dc.switch("other").id();
    let off = dc.server("off").off().link(core, Gbps(1)).id();
    let _ = dc.link(s[0], core, Gbps(1));
    let vm = dc.vm("vm", s[0]).memory(GB(1)).id();
    let dc = dc.build().unwrap();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(vm, off);
    plan.pause("go?");
    plan.boot(off);
    let request = plan.build(&dc).unwrap();
    let (_, findings) = formulate(&dc, &request);
    let codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::ServerIsOnAlready]);
}

#[test]
fn what_a_command_or_a_pause_needs_is_asked_for() {
    use crate::build::BuildError;
    let (dc, s) = star(1);
    let dc = dc.build().unwrap();
    let mut plan = RequestBuilder::new("p");
    plan.step(Task::Run(s[0]));
    plan.pause(" ");
    plan.run("a", ServerId(7), Secs(60));
    assert_eq!(
        plan.build(&dc).unwrap_err().0,
        [
            BuildError::UnknownServer(ServerId(7)),
            BuildError::NoText,
            BuildError::NoText
        ]
    );
}
