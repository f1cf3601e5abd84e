//! Branch and bound against all schedules.

use super::orders::full;
use super::*;
use crate::schedule::control::Control;
use crate::schedule::exact::{Answer, branch};
use crate::schedule::instance::Instance;

fn search(instance: &Instance, value: i64, nodes: u64) -> Option<Answer> {
    let monitor = &mut Quiet;
    let control = Control::new(&Options::default(), monitor);
    branch::minimise(instance, value, nodes, &control)
}

/// Whether the search could be asked.
fn agrees(f: &Formulation) -> bool {
    let horizon = if f.actions.len() > 3 { 10 } else { 14 };
    let Ok(instance) = Instance::new(f, &|_: SourceId| true) else {
        return false;
    };
    let best = brute(f, horizon).map(|values| values[0]);
    match search(&instance, i64::MAX / 4, 1_000_000) {
        None => return false,
        Some(Answer::Optimal(Some(placed))) => {
            let schedule = instance.expand(&placed);
            assert!(holds(f, &schedule), "{schedule:?} {f:#?}");
            let value = instance.values(&placed)[0];
            // The brute force sees short schedules only.
            assert!(
                best.is_none_or(|best| value <= best),
                "{value} {best:?} {f:#?}"
            );
            if f.makespan(&schedule) <= horizon {
                assert_eq!(Some(value), best, "{f:#?}");
            }
            let again = search(&instance, value, 1_000_000);
            assert_eq!(again, Some(Answer::Optimal(None)), "{f:#?}");
            let better = search(&instance, value + 1, 1_000_000);
            assert!(matches!(better, Some(Answer::Optimal(Some(_)))), "{f:#?}");
        }
        Some(Answer::Optimal(None)) => assert_eq!(best, None, "{f:#?}"),
        Some(Answer::Spent(_)) => panic!("{f:#?}"),
    }
    true
}

#[test]
fn branches_hold_the_best_schedule() {
    let mut random = Random::new(7);
    let asked = (0..1_500)
        .filter(|_| agrees(&random_formulation(&mut random)))
        .count();
    assert!(asked > 150, "{asked}");
}

/// Rooms that are full, where a job waits for what others give for good.
#[test]
fn branches_hold_the_best_schedule_of_full_rooms() {
    let mut random = Random::new(8);
    let drawn = (0..600).map(|_| full(&mut random));
    let asked = drawn.filter(|f| f.actions.len() < 5 && agrees(f)).count();
    assert!(asked > 20, "{asked}");
}

/// With no effort nothing is shown, and nothing is claimed.
#[test]
fn branches_take_effort() {
    let mut random = Random::new(8);
    let mut drawn = (0..100).map(|_| full(&mut random));
    let instance = drawn.find_map(|f| Instance::new(&f, &|_: SourceId| true).ok());
    let instance = instance.expect("not all of a hundred are impossible");
    assert_eq!(
        search(&instance, i64::MAX / 4, 0),
        Some(Answer::Spent(None))
    );
}
