//! Servers and places in rules: all that happens to them and on them.

use mvm::compile::{Checked, check};
use mvm::diag::Code;
use mvm::formulate::Problem;
use mvm::formulation::ActionId;
use mvm::plan::Plan;
use mvm::request::Task;
use mvm::schedule::{Effort, Options, Quiet};

use crate::support::Text;

const RACKS: &str = include_str!("rack-by-rack.mvm");

fn checked(text: &str) -> Checked {
    let checked = check("test.mvm", &Text(text));
    assert!(!checked.has_errors(), "{:#?}", checked.diagnostics);
    checked
}

fn planned(checked: &Checked) -> Plan {
    let options = Options {
        effort: Effort::Fast,
        time_limit: None,
    };
    checked.plan(0, &options, &mut Quiet).expect("a plan")
}

#[test]
fn racks_are_drained_one_after_the_other() {
    let checked = checked(RACKS);
    let plan = planned(&checked);
    let datacenter = &checked.analysis.datacenter;
    let touches = |rack: &str, action: &&mvm::plan::Planned| {
        let to = match action.task {
            Task::Migrate { to, .. } => Some(to),
            _ => action.from,
        };
        [action.from, to]
            .into_iter()
            .flatten()
            .any(|server| datacenter[server].name.starts_with(rack))
    };
    for (one, next) in [("r1.", "r2."), ("r2.", "r3."), ("r3.", "r4.")] {
        let end = plan.actions.iter().filter(|a| touches(one, a));
        let start = plan.actions.iter().filter(|a| touches(next, a));
        assert_eq!(end.clone().count(), 16 * 2 + 8 * 2);
        let (end, start) = (end.map(|a| a.end).max(), start.map(|a| a.start).min());
        assert!(
            end <= start,
            "{one} ends at {end:?}, {next} starts at {start:?}"
        );
    }
}

const SMALL: &str = "switch tor
server s[1..3] { memory 64GiB power 100W link 1Gbps to tor }
vm a, b { memory 2GiB idle on s1 }
vm c    { memory 2GiB idle on s2 }
vm d    { memory 2GiB idle on s2 off }
";

/// The problem of a plan with some rules, and the findings.
fn problem(rules: &str) -> (Checked, Problem) {
    let text = format!(
        "{SMALL}plan p {{ start 22:00 migrate a, b to s3 migrate c to s1 start d shutdown s3 boot s3 takes 1min {rules} }}"
    )
    // The VMs move away from s3 again, before it is shut down.
    .replace("shutdown s3", "migrate a, b to s1 shutdown s3");
    let checked = checked(&text);
    let (problem, findings) =
        mvm::formulate::formulate(&checked.analysis.datacenter, &checked.analysis.requests[0]);
    let findings: Vec<_> = findings
        .iter()
        .filter(|f| f.code != Code::NeverBinds)
        .collect();
    assert!(findings.is_empty(), "{findings:#?}");
    (checked, problem.expect("a problem"))
}

/// The actions that have windows.
fn windowed(problem: &Problem) -> Vec<&str> {
    let windows = problem.formulation.windows.iter();
    windows
        .map(|window| problem.formulation.action(window.action))
        .collect()
}

trait Named {
    fn action(&self, id: ActionId) -> &str;
}

impl Named for mvm::formulation::Formulation {
    fn action(&self, id: ActionId) -> &str {
        &self.actions[id.0 as usize].name
    }
}

#[test]
fn windows_of_a_server_hold_all_that_happens_there() {
    for rule in [
        "freeze s2 from 23:00 to 23:30",
        "allow s2 from 22:00 to 23:30",
        "after s2 from 22:10",
        "before s2 by 23:30",
    ] {
        let (_, problem) = problem(rule);
        assert_eq!(windowed(&problem), ["migrate c", "start d"], "{rule}");
    }
    let (_, problem) = problem("freeze s3 from 23:00 to 23:30");
    assert_eq!(
        windowed(&problem),
        [
            "migrate a",
            "migrate b",
            "migrate a (2)",
            "migrate b (2)",
            "shutdown s3",
            "boot s3"
        ]
    );
    // What is left out of `all` does not come back with the server that it moves to.
    let (_, problem) = problem_except();
    assert!(!windowed(&problem).iter().any(|name| name.contains(" a")));
}

fn problem_except() -> (Checked, Problem) {
    problem("freeze all except a from 23:00 to 23:30")
}

#[test]
fn weights_and_turns_of_a_server_hold_all_that_happens_there() {
    let (_, problem) = problem("weight 10 on s2");
    let heavy: Vec<&str> = problem.formulation.objectives[0]
        .terms
        .iter()
        .zip(&problem.formulation.actions)
        .filter(|(term, _)| term.end == 10)
        .map(|(_, action)| action.name.as_str())
        .collect();
    assert_eq!(heavy, ["migrate c", "start d"]);
    let (checked, problem) = self::problem("seq s2");
    assert_eq!(checked.diagnostics, []);
    let seq = problem
        .formulation
        .resources
        .iter()
        .position(|r| r.name.starts_with("seq"));
    let seq = seq.expect("a level of `seq`") as u32;
    let actions = problem.formulation.actions.iter();
    let taking = actions.filter(|a| a.modes[0].demands.iter().any(|d| d.resource.0 == seq));
    assert_eq!(taking.count(), 2);
}

#[test]
fn a_step_belongs_to_the_side_that_names_its_vm() {
    let orders = |rule: &str| {
        let (_, problem) = problem(rule);
        let formulation = &problem.formulation;
        let of_rule = formulation.precedences.iter().filter(|precedence| {
            let source = &formulation.sources[precedence.source.0 as usize];
            source.label.starts_with("before")
        });
        let pairs = of_rule.map(|p| {
            let (first, then) = (formulation.action(p.first), formulation.action(p.then));
            format!("{first} < {then}")
        });
        pairs.collect::<Vec<_>>().join("; ")
    };
    assert_eq!(orders("before c -> s2"), "migrate c < start d");
    assert_eq!(orders("before s2 -> c"), "start d < migrate c");
    assert_eq!(
        orders("before s2 -> s3"),
        "migrate c < migrate a; migrate c < migrate b; start d < migrate a; start d < migrate b"
    );
}
