//! Orders without time against all of them, on problems that are full.

use super::*;
use crate::schedule::control::Control;
use crate::schedule::feasible::order::{Order, search};
use crate::schedule::instance::Instance;

/// Things of several sizes that change places between a few full rooms, some of them in a given order.
pub(super) fn full(random: &mut Random) -> Formulation {
    let (mut f, source) = with_rule();
    let rooms = 2 + random.below(3);
    let things = 3 + random.below(4);
    let mut held = vec![0; rooms];
    for thing in 0..things {
        let size = 1 + random.below(4) as i64;
        let from = random.below(rooms);
        let to = (from + 1 + random.below(rooms - 1)) % rooms;
        held[from] += size;
        let demand = |room: usize, take, give| Demand {
            resource: ResourceId(room as u32),
            take,
            give,
        };
        f.actions.push(Action {
            name: format!("thing {thing}"),
            modes: vec![Mode {
                duration: 1 + random.below(3) as i64,
                rate: None,
                demands: vec![demand(from, 0, size), demand(to, size, 0)],
            }],
            span: None,
        });
    }
    for (room, held) in held.into_iter().enumerate() {
        f.resources.push(Resource {
            name: format!("room {room}"),
            unit: Unit::Count,
            initial: held,
            capacity: vec![(0, held + random.below(4) as i64)],
            source,
        });
    }
    for _ in 0..random.below(3) {
        let (first, then) = (random.below(things), random.below(things));
        if first < then {
            f.precedences.push(Precedence {
                first: ActionId(first as u32),
                then: ActionId(then as u32),
                source,
            });
        }
    }
    f.objectives.push(Objective {
        name: "ends".to_owned(),
        scale: 1,
        constant: 0,
        makespan: 0,
        terms: vec![
            Term {
                start: 0,
                end: 1,
                modes: vec![0]
            };
            things
        ],
    });
    f
}

/// The actions one after the other in an order.
fn in_a_row(f: &Formulation, order: &[usize]) -> Schedule {
    let mut schedule = Schedule {
        start: vec![0; f.actions.len()],
        mode: vec![0; f.actions.len()],
    };
    let mut at = 0;
    for &action in order {
        schedule.start[action] = at;
        at += f.actions[action].modes[0].duration;
    }
    schedule
}

fn any_order(f: &Formulation, order: &mut Vec<usize>) -> bool {
    if order.len() == f.actions.len() {
        return holds(f, &in_a_row(f, order));
    }
    (0..f.actions.len()).any(|action| {
        if order.contains(&action) {
            return false;
        }
        order.push(action);
        let found = any_order(f, order);
        order.pop();
        found
    })
}

/// Each order that is found can be followed, and where none is, none of all can.
#[test]
fn an_order_is_found_where_there_is_one() {
    let mut random = Random::new(5);
    let (mut found, mut none, mut refused) = (0, 0, 0);
    for _ in 0..1_500 {
        let f = full(&mut random);
        let exists = any_order(&f, &mut Vec::new());
        let Ok(instance) = Instance::new(&f, &|_: SourceId| true) else {
            assert!(!exists, "{f:#?}");
            refused += 1;
            continue;
        };
        let control = &mut Quiet;
        match search(
            &instance,
            1_000_000,
            &Control::new(&Options::default(), control),
        ) {
            Order::Found(order) => {
                assert!(holds(&f, &in_a_row(&f, &order)), "{order:?} {f:#?}");
                found += 1;
            }
            Order::None => {
                assert!(!exists, "{f:#?}");
                none += 1;
            }
            Order::Unknown => panic!("{f:#?}"),
        }
    }
    assert!(
        found > 100 && none > 10 && refused > 50,
        "{found} found, {none} without, {refused} refused"
    );
}

/// With no effort nothing is shown.
#[test]
fn an_order_takes_effort() {
    let mut random = Random::new(5);
    let mut drawn = (0..100).map(|_| full(&mut random));
    let instance = drawn.find_map(|f| Instance::new(&f, &|_: SourceId| true).ok());
    let instance = instance.expect("not all of a hundred are impossible");
    let control = &mut Quiet;
    let order = search(&instance, 0, &Control::new(&Options::default(), control));
    assert_eq!(order, Order::Unknown);
}

/// What gives before it has taken all may let another one run that then lets it go on; one after the other they cannot.
#[test]
fn tied_actions_may_wait_for_one_that_waits_for_them() {
    let source = SourceId(0);
    let demand = |room: u32, take, give| Demand {
        resource: ResourceId(room),
        take,
        give,
    };
    let action = |name: &str, duration, demands| Action {
        name: name.to_owned(),
        modes: vec![Mode {
            duration,
            rate: None,
            demands,
        }],
        span: None,
    };
    let room = |name: &str| Resource {
        name: name.to_owned(),
        unit: Unit::Count,
        initial: 1,
        capacity: vec![(0, 1)],
        source,
    };
    let tie = |actions: [u32; 2], ends| Group {
        actions: actions.map(ActionId).to_vec(),
        ends,
        source,
    };
    let f = Formulation {
        actions: vec![
            action("leave a at once", 1, vec![demand(0, 0, 1)]),
            action("tie", 9, Vec::new()),
            action("from b to a", 2, vec![demand(0, 1, 0), demand(1, 0, 1)]),
            action("enter b late", 5, vec![demand(1, 1, 0)]),
        ],
        resources: vec![room("a"), room("b")],
        groups: vec![tie([0, 1], false), tie([1, 3], true)],
        sources: vec![rule("all".to_owned())],
        objectives: vec![Objective {
            name: "ends".to_owned(),
            scale: 1,
            constant: 0,
            makespan: 1,
            terms: vec![Term::default(); 4],
        }],
        ..Formulation::default()
    };
    assert_eq!(brute(&f, 12), Some(vec![9]));
    let found = feasible(&f, &|_| true, EFFORT, &mut Quiet);
    let Feasibility::Feasible(schedule) = found else {
        panic!("{found:?}");
    };
    assert!(holds(&f, &schedule), "{schedule:?}");
}
