//! Bounds of objectives that come after others, and of those that reward lateness, by the relaxation alone.

use super::*;
use crate::schedule::bound::certificate::Certificate;
use crate::schedule::bound::grid::Grid;
use crate::schedule::bound::relaxation::Relaxation;
use crate::schedule::instance::Instance;
use crate::schedule::presolve::sink::with_sink;

/// An action with one mode.
fn action(name: &str, duration: Seconds, demands: Vec<Demand>) -> Action {
    Action {
        name: name.to_owned(),
        modes: vec![Mode {
            duration,
            rate: None,
            demands,
        }],
        span: None,
    }
}

fn objective(makespan: i64, weights: &[(i64, i64)]) -> Objective {
    let term = |&(start, end): &(i64, i64)| Term {
        start,
        end,
        modes: Vec::new(),
    };
    Objective {
        name: format!("{weights:?}"),
        scale: 1,
        constant: 0,
        makespan,
        terms: weights.iter().map(term).collect(),
    }
}

fn source() -> Source {
    Source {
        kind: SourceKind::Implied,
        by_clock: false,
        label: String::from("order"),
        span: None,
    }
}

/// The certificate of a goal after so many steps, where a schedule has these values.
fn relaxed(f: &Formulation, goal: usize, values: &[i64], steps: usize) -> (Instance, Certificate) {
    let instance = Instance::new(f, &|_: SourceId| true).unwrap();
    let closed = with_sink(&instance, 0);
    let grid = Grid::new(1, closed.horizon, closed.horizon);
    let mut relaxation = Relaxation::new(&closed, goal, values, grid);
    relaxation.improve(steps, values[goal] as f64);
    let certificate = relaxation.certificate();
    (closed, certificate)
}

/// A long and a short action, one at a time. First the long one is to end early, then the short one.
#[test]
fn an_earlier_objective_counts_in_the_bound_of_a_later_one() {
    let one = Demand {
        resource: ResourceId(0),
        take: 1,
        give: 1,
    };
    let f = Formulation {
        actions: vec![action("long", 10, vec![one]), action("short", 1, vec![one])],
        resources: vec![Resource {
            name: String::from("one at a time"),
            unit: Unit::Count,
            initial: 0,
            capacity: vec![(0, 1)],
            source: SourceId(0),
        }],
        objectives: vec![
            objective(0, &[(0, 100), (0, 0)]),
            objective(0, &[(0, 0), (0, 1)]),
        ],
        sources: vec![source()],
        ..Formulation::default()
    };
    let best = brute(&f, 14).unwrap();
    assert_eq!(best, [1000, 11]);
    let (instance, certificate) = relaxed(&f, 1, &best, 2_000);
    assert!(certificate.earlier[0].0 > 0, "{:?}", certificate.earlier);
    let bound = certificate.bound(&instance).unwrap();
    assert!((7..=11).contains(&bound), "{bound}");
    // Where the first objective may be anything, the short action can come first.
    let (instance, certificate) = relaxed(&f, 1, &[1_000_000, 11], 2_000);
    assert_eq!(certificate.bound(&instance), Some(1));
}

/// Servers that boot as late as they can, but before others go down, cost what they draw until the last end: the
/// relaxation knows that before its first step.
#[test]
fn lateness_is_paid_by_the_last_end() {
    let pairs = 20;
    let mut f = Formulation {
        sources: vec![source()],
        ..Formulation::default()
    };
    let mut weights = Vec::new();
    for pair in 0..pairs {
        f.actions
            .push(action(&format!("boot {pair}"), 12, Vec::new()));
        f.actions
            .push(action(&format!("shutdown {pair}"), 2, Vec::new()));
        weights.extend([(-110, 0), (0, 110)]);
        f.precedences.push(Precedence {
            first: ActionId(2 * pair),
            then: ActionId(2 * pair + 1),
            source: SourceId(0),
        });
    }
    f.objectives = vec![objective(110 * i64::from(pairs), &weights)];
    // All at once: each pair draws for 14 s on either side.
    let optimum = i64::from(pairs) * 110 * (14 + 14);
    let (instance, certificate) = relaxed(&f, 0, &[optimum], 0);
    assert!(certificate.bound(&instance) > Some(0));
    let (instance, certificate) = relaxed(&f, 0, &[optimum], 300);
    let bound = certificate.bound(&instance).unwrap();
    assert!(bound <= optimum);
    assert!(bound > optimum * 9 / 10, "{bound} of {optimum}");
}
