//! Bounds of the last end that neither the longest path nor one level alone shows.

use super::*;
use crate::certify::Claim;
use crate::schedule::Bounded;

/// Servers that boot under a budget which not all of them fit into, each to take two VMs through its own link before
/// one that stands for their source goes down.
fn replacement(servers: usize, room: i64) -> Formulation {
    let (mut f, source) = with_rule();
    f.resources.push(resource("budget", room, source));
    for server in 0..servers {
        let link = ResourceId(f.resources.len() as u32);
        f.resources
            .push(resource(&format!("link {server}"), 1, source));
        let first = f.actions.len() as u32;
        let steps = [
            ("boot", 10, ResourceId(0), 1, 0),
            ("migrate a", 10, link, 1, 1),
            ("migrate b", 10, link, 1, 1),
            ("shutdown", 5, ResourceId(0), 0, 1),
        ];
        for (name, duration, resource, take, give) in steps {
            f.actions.push(Action {
                name: format!("{name} {server}"),
                modes: vec![Mode {
                    duration,
                    rate: None,
                    demands: vec![Demand {
                        resource,
                        take,
                        give,
                    }],
                }],
                span: None,
            });
        }
        for (first, then) in [(0, 1), (0, 2), (1, 3), (2, 3)].map(|(a, b)| (first + a, first + b)) {
            f.precedences.push(Precedence {
                first: ActionId(first),
                then: ActionId(then),
                source,
            });
        }
    }
    f.objectives.push(Objective {
        name: "makespan".to_owned(),
        scale: 1,
        constant: 0,
        makespan: 1,
        terms: vec![Term::default(); f.actions.len()],
    });
    f
}

#[test]
fn a_budget_holds_servers_until_others_are_empty() {
    // The third server boots when the first is empty: after 10 + 2 * 10 + 5 seconds.
    let f = replacement(3, 2);
    let (outcome, written) = certified(&f, &Options::default(), &mut Quiet, "p", "p");
    let (Outcome::Found(solution), Some(written)) = (outcome, written) else {
        panic!("no schedule");
    };
    let expected = Bounded {
        value: 70,
        lower_bound: 70,
    };
    assert_eq!(solution.objectives, [expected]);
    let proof = &written.certificate.objectives[0];
    assert!(proof.clauses.is_none(), "multipliers are enough: {proof:?}");
    let load = |name: &str| {
        let file = written.files.iter().find(|(known, _)| known == name);
        file.map(|(_, text)| text.clone())
            .ok_or(String::from("gone"))
    };
    let check = |lower_bound| {
        let mut certificate = written.certificate.clone();
        certificate.objectives[0].lower_bound = lower_bound;
        if let Some(last_end) = &mut certificate.objectives[0].last_end {
            last_end.at_least = lower_bound;
        }
        let claim = Claim {
            value: 70,
            lower_bound,
        };
        certify::check(&f, "p", &[claim], &certificate, &load)
    };
    assert!(check(70).is_ok());
    assert!(check(71).is_err(), "a schedule of 70 seconds is known");
}

#[test]
fn a_deadline_against_a_budget_is_excluded() {
    // Twenty servers are far more than a search could try.
    let mut f = replacement(20, 12);
    for action in f.ids() {
        f.windows.push(Window {
            action,
            modes: None,
            intervals: vec![(0, 69)],
            source: SourceId(0),
        });
    }
    let all = |_: SourceId| true;
    assert_eq!(feasible(&f, &all, 0, &mut Quiet), Feasibility::Infeasible);
    for window in &mut f.windows {
        window.intervals = vec![(0, 70)];
    }
    let found = feasible(&f, &all, 0, &mut Quiet);
    assert!(matches!(found, Feasibility::Feasible(_)), "{found:?}");
}
