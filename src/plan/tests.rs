mod depend;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::build::*;
use crate::datacenter::{Force, Limit, MigrationEnergy, Patience, VmId};
use crate::formulate::formulate;
use crate::formulation::*;
use crate::request::{Asked, Subject};
use crate::schedule::Bounded;

/// An action of that duration that takes and gives back so much of resource 0.
fn action(name: &str, duration: Seconds, take: i64, give: i64) -> Action {
    let demands = match (take, give) {
        (0, 0) => Vec::new(),
        _ => vec![Demand {
            resource: ResourceId(0),
            take,
            give,
        }],
    };
    Action {
        name: name.to_owned(),
        modes: vec![crate::formulation::Mode {
            duration,
            rate: None,
            demands,
        }],
        span: None,
    }
}

/// Actions over one resource of that capacity.
fn over(capacity: Vec<(Seconds, i64)>, actions: Vec<Action>) -> Formulation {
    let terms = vec![
        Term {
            end: 1,
            ..Term::default()
        };
        actions.len()
    ];
    Formulation {
        actions,
        resources: vec![Resource {
            name: "power".to_owned(),
            unit: Unit::Power,
            initial: 0,
            capacity,
            source: SourceId(0),
        }],
        objectives: vec![Objective {
            name: "mttr".to_owned(),
            scale: 1,
            constant: 0,
            makespan: 0,
            terms,
        }],
        sources: vec![Source {
            label: "the rule".to_owned(),
            span: None,
            kind: SourceKind::Rule,
            by_clock: false,
        }],
        ..Formulation::default()
    }
}

fn at(start: &[Seconds]) -> Schedule {
    Schedule {
        start: start.to_vec(),
        mode: vec![0; start.len()],
    }
}

fn words(f: &Formulation, schedule: &Schedule) -> Vec<String> {
    verify(f, schedule)
        .iter()
        .map(|violation| violation.words(f))
        .collect()
}

#[test]
fn levels_count_ends_before_starts() {
    let f = over(
        vec![(0, 1000)],
        vec![action("a", 5, 600, 600), action("b", 5, 600, 600)],
    );
    assert_eq!(words(&f, &at(&[0, 5])), Vec::<String>::new());
    assert_eq!(
        words(&f, &at(&[0, 4])),
        ["`power` is 1.2 W at 4 s, 200 mW more than 1 W (the rule)"]
    );
}

#[test]
fn levels_follow_the_capacity() {
    let f = over(
        vec![(0, 1000), (10, 500), (20, 1000)],
        vec![action("a", 5, 600, 600)],
    );
    assert!(words(&f, &at(&[5])).is_empty());
    assert_eq!(
        words(&f, &at(&[6])),
        ["`power` is 600 mW at 10 s, 100 mW more than 500 mW (the rule)"]
    );
    assert!(words(&f, &at(&[20])).is_empty());
}

#[test]
fn each_kind_of_violation_is_found() {
    let mut f = over(
        vec![(0, 1000)],
        vec![action("a", 5, 0, 0), action("b", 9, 0, 0)],
    );
    let source = SourceId(0);
    f.precedences.push(Precedence {
        first: ActionId(0),
        then: ActionId(1),
        source,
    });
    f.groups.push(Group {
        actions: vec![ActionId(0), ActionId(1)],
        ends: true,
        source,
    });
    f.groups.push(Group {
        actions: vec![ActionId(0), ActionId(1)],
        ends: false,
        source,
    });
    f.windows.push(Window {
        action: ActionId(1),
        modes: None,
        intervals: vec![(0, 10), (20, 28)],
        source,
    });
    f.resources[0].initial = 1001;
    insta::assert_snapshot!(words(&f, &at(&[0, 3])).join("\n"), @r"
    `power` is 1.001 W at 0 s, 1 mW more than 1 W (the rule)
    `b` starts at 3 s, before `a` has ended at 5 s (the rule)
    `a` and `b` do not end together, but at 5 s and 12 s (the rule)
    `a` and `b` do not start together, but at 0 s and 3 s (the rule)
    `b` runs from 3 s to 12 s, when it may not (the rule)
    ");
    // Neither across two intervals nor in one that is too short.
    assert!(
        words(&f, &at(&[0, 19]))
            .iter()
            .any(|words| words.contains("may not"))
    );
    assert!(
        words(&f, &at(&[0, 20]))
            .iter()
            .any(|words| words.contains("may not"))
    );
    assert!(
        !words(&f, &at(&[0, 1]))
            .iter()
            .any(|words| words.contains("may not"))
    );
}

#[test]
fn malformed_schedules_are_found() {
    let f = over(
        vec![(0, 1000)],
        vec![action("a", 5, 0, 0), action("b", 9, 0, 0)],
    );
    assert_eq!(
        words(&f, &at(&[0])),
        ["2 actions, but 1 starts and 1 modes"]
    );
    assert_eq!(
        words(&f, &at(&[-1, Seconds::MAX])),
        [
            "`a` starts at -1 s, or never ends",
            "`b` starts at 9223372036854775807 s, or never ends"
        ]
    );
    let unknown = Schedule {
        start: vec![0, 0],
        mode: vec![0, 3],
    };
    assert_eq!(words(&f, &unknown), ["`b` has no mode 3"]);
}

/// A formulation over three resources whose capacities rise, and a schedule of it that holds: actions in their order,
/// each at the first instant at which the checker agrees.
fn scheduled() -> impl Strategy<Value = (Formulation, Schedule)> {
    let demand = (0i64..4, 0i64..4);
    let one = (1i64..9, prop::collection::vec(demand, 3));
    let actions = prop::collection::vec(one, 1..9);
    let capacities = prop::collection::vec((0i64..3, 3i64..8, 0i64..4), 3);
    let orders = prop::collection::vec((0usize..9, 0usize..9), 0..4);
    let teams = prop::collection::vec((0usize..9, any::<bool>()), 0..3);
    (actions, capacities, orders, teams).prop_map(|(actions, capacities, orders, teams)| {
        let mut f = over(vec![(0, 1)], Vec::new());
        f.resources.clear();
        for (at, (initial, capacity, rise)) in capacities.into_iter().enumerate() {
            f.resources.push(Resource {
                name: format!("r{at}"),
                unit: Unit::Count,
                initial,
                capacity: vec![(0, capacity), (9, capacity + rise)],
                source: SourceId(0),
            });
        }
        let mut schedule = Schedule {
            start: Vec::new(),
            mode: Vec::new(),
        };
        for (at, (duration, demands)) in actions.into_iter().enumerate() {
            let demands = (0..).map(ResourceId).zip(demands);
            let demands = demands.filter(|(_, (take, give))| take + give > 0);
            let demands = demands
                .map(|(resource, (take, give))| Demand {
                    resource,
                    take,
                    give,
                })
                .collect();
            let mut new = action(&format!("a{at}"), duration, 0, 0);
            new.modes[0].demands = demands;
            f.actions.push(new);
            schedule.start.push(0);
            schedule.mode.push(0);
            let known = f.precedences.len();
            let here = |&&(first, then): &&(usize, usize)| {
                then == schedule.start.len() - 1 && first < then
            };
            for &(first, then) in orders.iter().filter(here) {
                let (first, then) = (ActionId(first as u32), ActionId(then as u32));
                f.precedences.push(Precedence {
                    first,
                    then,
                    source: SourceId(0),
                });
            }
            // In step with the action before it, where that finds a place.
            let groups = f.groups.len();
            if let Some(&(_, ends)) = teams.iter().find(|&&(then, _)| then == at && at > 0) {
                f.groups.push(Group {
                    actions: vec![ActionId(at as u32 - 1), ActionId(at as u32)],
                    ends,
                    source: SourceId(0),
                });
            }
            let fits = (0..120).find(|&start| {
                schedule.start[at] = start;
                verify(&f, &schedule).is_empty()
            });
            if fits.is_none() {
                // No place for it: leave it without demands and orders.
                schedule.start[at] = 0;
                f.actions[at].modes[0].demands.clear();
                f.precedences.truncate(known);
                f.groups.truncate(groups);
            }
        }
        (f, schedule)
    })
}

proptest! {
    /// The level at each second, summed up naively, agrees with the checker.
    #[test]
    fn the_checker_agrees_with_adding_up_every_second(
        (mut f, mut schedule) in scheduled(),
        shift in prop::collection::vec(0i64..6, 9),
        fall in 0i64..4,
    ) {
        f.resources[0].capacity.truncate(1);
        f.resources[0].capacity.push((7, fall));
        for (start, shift) in schedule.start.iter_mut().zip(&shift) {
            *start = (*start - shift).max(0);
        }
        let last = f.makespan(&schedule).max(7);
        let mut expected = BTreeMap::new();
        for (id, resource) in (0..).map(ResourceId).zip(&f.resources) {
            for at in 0..=last {
                let mut level = resource.initial;
                for action in f.ids() {
                    for demand in f[action].modes[0].demands.iter().filter(|demand| demand.resource == id) {
                        level += if schedule.start[action.0 as usize] <= at { demand.take } else { 0 };
                        level -= if f.end(&schedule, action) <= at { demand.give } else { 0 };
                    }
                }
                if level > resource.capacity_at(at) {
                    expected.entry(id).or_insert((at, i128::from(level)));
                }
            }
        }
        let found: BTreeMap<_, _> = verify(&f, &schedule)
            .into_iter()
            .filter_map(|violation| match violation {
                Violation::Level { resource, at, level, .. } => Some((resource, (at, level))),
                _ => None,
            })
            .collect();
        prop_assert_eq!(found, expected);
    }
}

/// Two VMs from `a` to `b`, which is off, then `a` goes off.
fn evacuation() -> (Datacenter, Request, Problem) {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").capacity(Gbps(1)).id();
    let model = MigrationEnergy {
        per_byte_nj: 512,
        fixed_mj: 20_000,
    };
    let a = dc
        .server("a")
        .power(Watts(100))
        .hosting(Watts(10))
        .migration(model)
        .shutdown(Secs(20));
    let a = a.link(core, Gbps(1)).id();
    let b = dc
        .server("b")
        .power(Watts(200))
        .hosting(Watts(10))
        .boot(Secs(60), Watts(20))
        .off();
    let b = b.link(core, Gbps(1)).id();
    let x = dc.vm("x", a).memory(GB(1)).id();
    let y = dc.vm("y", a).memory(GB(2)).id();
    let dc = dc.build().unwrap();
    let mut plan = RequestBuilder::new("evacuation");
    plan.migrate(x, b);
    plan.migrate(y, b);
    plan.shutdown(a);
    plan.budget(Watts(450));
    let request = plan.build(&dc).unwrap();
    let (problem, findings) = formulate(&dc, &request);
    assert_eq!(findings, []);
    (dc, request, problem.unwrap())
}

fn waits_in_words(action: &Planned) -> String {
    let waits = action.after.iter();
    let waits: Vec<String> = waits
        .map(|wait| format!("{} {} ({})", wait.action, wait.until.name(), wait.why))
        .collect();
    format!("{}: {}", action.id, waits.join(", "))
}

/// boot b, migrate x, migrate y, shutdown a
fn solution() -> Solution {
    Solution {
        schedule: at(&[0, 60, 68, 84]),
        objectives: vec![Bounded {
            value: 60 + 68 + 84 + 104,
            lower_bound: 300,
        }],
        slot: 1,
        reproducible: true,
    }
}

#[test]
fn a_plan_has_its_figures() {
    let (dc, request, problem) = evacuation();
    let plan = assemble(&dc, &request, &problem, &solution()).unwrap();
    assert_eq!(plan.makespan, 104);
    // Both on, two VMs, and 64 W and 20 W for a migration.
    assert_eq!(plan.peak_power, 404_000);
    // Both servers and VMs all the time, the boot, 3 GB and twice the fixed energy.
    assert_eq!(
        plan.energy,
        320_000 * 104 + 20_000 * 60 + 512 * 3000 + 2 * 20_000
    );
    let names: Vec<&str> = plan
        .profiles
        .iter()
        .map(|profile| profile.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "power",
            "link a -> core",
            "link core -> b",
            "switch core",
            "memory a",
            "memory b"
        ]
    );
    // All that is on `a` goes to `b`: there at the start of each migration, here until its end.
    let (here, there) = (&plan.profiles[4].level, &plan.profiles[5].level);
    assert_eq!((there[0], there[1].0), ((0, 0), 60));
    assert_eq!(here.last(), Some(&(84, 0)));
    assert_eq!(here[0].1, there.last().map_or(0, |&(_, level)| level));
    let power = &plan.profiles[0];
    assert_eq!(
        power.level,
        [(0, 340_000), (60, 404_000), (84, 320_000), (104, 220_000)]
    );
    assert_eq!(power.capacity, [(0, 450_000)]);
    assert_eq!(
        plan.profiles[3].level,
        [(0, 0), (60, 1_000_000_000), (84, 0)]
    );
    let waits: Vec<String> = plan.actions.iter().map(waits_in_words).collect();
    assert_eq!(
        waits,
        [
            "boot b: ",
            "migrate x: 0 done (b is up before a VM arrives)",
            "migrate y: 0 done (b is up before a VM arrives), 1 over (link a - core)",
            "shutdown a: 1 done (a is empty before its shutdown), 2 done (a is empty before its shutdown)",
        ]
    );
    // In JSON, where the kind of a wait is told elsewhere, the boot follows from the migration before.
    assert_eq!(plan.ended_before(), [vec![], vec![0], vec![1], vec![2]]);
}

#[test]
fn a_plan_is_never_made_of_what_does_not_hold() {
    let (dc, request, problem) = evacuation();
    let mut wrong = solution();
    wrong.schedule.start[2] = 66;
    let errors = assemble(&dc, &request, &problem, &wrong).unwrap_err();
    assert_eq!(
        errors[2],
        "`switch core` is 2 Gbit/s at 66 s, 1 Gbit/s more than 1 Gbit/s"
    );
    assert_eq!(errors.len(), 4);
    let mut wrong = solution();
    wrong.objectives[0].value -= 1;
    assert_eq!(
        assemble(&dc, &request, &problem, &wrong),
        Err(vec!["`mttr` is 316, not 315".to_owned()])
    );
    let mut wrong = solution();
    wrong.objectives[0].lower_bound = 317;
    assert!(assemble(&dc, &request, &problem, &wrong).is_err());
}

fn claims(plan: &Plan) -> Claims {
    let claim = |action: &Planned| Claim {
        id: action.id.clone(),
        start: action.start,
        end: action.end,
        rate: action.rate,
        after: action
            .ended_before()
            .map(|at| plan.actions[at].id.clone())
            .collect(),
        not_before: action.not_before(),
    };
    let objective = |achieved: &Achieved| {
        (
            achieved.goal.name().to_owned(),
            achieved.value,
            achieved.lower_bound,
        )
    };
    Claims {
        actions: plan.actions.iter().map(claim).collect(),
        makespan: plan.makespan,
        peak_power: plan.peak_power,
        energy: plan.energy,
        objectives: plan.objectives.iter().map(objective).collect(),
    }
}

#[test]
fn a_plan_from_elsewhere_is_replayed() {
    let (dc, request, problem) = evacuation();
    let plan = assemble(&dc, &request, &problem, &solution()).unwrap();
    let right = claims(&plan);
    let replayed = replay(&dc, &request, &problem, &right);
    assert_eq!(replayed, Ok(solution().schedule));
    let mistakes = |claims: &Claims| {
        let replayed = replay(&dc, &request, &problem, claims);
        replayed.expect_err("it does not hold").join("\n")
    };

    let mut figures = right.clone();
    figures.makespan = 99;
    figures.peak_power -= 1;
    figures.energy += 1;
    figures.objectives[0] = ("mttr".to_owned(), 310, 311);
    figures.actions[3].after.clear();
    figures.actions[2].after = vec![
        "boot b".to_owned(),
        "stop z".to_owned(),
        "shutdown a".to_owned(),
    ];
    insta::assert_snapshot!("replayed_figures", mistakes(&figures));

    let mut actions = right.clone();
    actions.actions[1].end += 1;
    actions.actions[2].rate = None;
    actions.actions[3].id = "shutdown c".to_owned();
    actions.actions.push(actions.actions[0].clone());
    insta::assert_snapshot!("replayed_actions", mistakes(&actions));

    let mut times = right;
    times.actions[2].start -= 2;
    times.actions[2].end -= 2;
    insta::assert_snapshot!("replayed_times", mistakes(&times));
}

#[test]
fn what_is_said_of_some_comes_before_what_is_said_of_all() {
    let (mut dc, mut request, problem) = evacuation();
    let seconds = |seconds, policy| Patience {
        limit: Limit::Seconds(seconds),
        policy,
    };
    let timeouts = |dc: &Datacenter, request: &Request| {
        let plan = assemble(dc, request, &problem, &solution()).unwrap();
        let timeouts = plan.actions.iter();
        let timeouts = timeouts.map(|a| (a.timeout.late_after, a.timeout.limit, a.timeout.policy));
        timeouts.collect::<Vec<_>>()
    };
    use Policy::{Abort, Post, Suspend, Wait};
    // boot b, migrate x, migrate y, shutdown a: nothing is said.
    let usual = [
        (60, 300, Abort),
        (10, 300, Abort),
        (16, 300, Abort),
        (20, 300, Abort),
    ];
    assert_eq!(timeouts(&dc, &request), usual);

    let all = Patience {
        limit: Limit::Times(10_000),
        policy: None,
    };
    request.timeouts.push(Asked {
        value: all,
        subjects: None,
        origin: None,
    });
    dc.vms[0].force = Force::Post(7);
    dc.vms[1].force = Force::Post(7);
    dc.vms[1].timeout = Some(seconds(9, Some(Suspend)));
    let (x, y) = (Subject::Vm(VmId(0)), Subject::Vm(VmId(1)));
    assert_eq!(
        timeouts(&dc, &request),
        [
            (60, 600, Abort),
            (10, 7, Post),
            (16, 9, Suspend),
            (20, 300, Abort)
        ]
    );

    for (limit, subjects) in [(1, vec![x, y]), (2, vec![y])] {
        request.timeouts.push(Asked {
            value: seconds(limit, Some(Wait)),
            subjects: Some(subjects),
            origin: None,
        });
    }
    let some = timeouts(&dc, &request);
    assert_eq!(some[1..3], [(10, 1, Wait), (16, 2, Wait)]);
}
