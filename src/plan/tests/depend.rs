//! What actions wait for, and random executions that keep to it.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn after(f: &Formulation, schedule: &Schedule) -> Vec<Vec<u32>> {
    let dependencies = depend(f, schedule);
    dependencies
        .waits
        .iter()
        .map(|waits| waits.iter().map(|needed| needed.action.0).collect())
        .collect()
}

#[test]
fn only_what_takes_anothers_tokens_waits() {
    // Two at a time: the third waits for the first, the fourth for the second, nobody for both.
    let four = ["a", "b", "c", "d"].map(|name| action(name, 5, 1, 1));
    let f = over(vec![(0, 2)], four.to_vec());
    assert_eq!(
        after(&f, &at(&[0, 0, 5, 5])),
        [vec![], vec![], vec![0], vec![1]]
    );
    // There is room for all of them: who ends earlier by chance is not waited for.
    let four = ["a", "b", "c", "d"].map(|name| action(name, 5, 1, 1));
    let f = over(vec![(0, 4)], four.to_vec());
    assert_eq!(
        after(&f, &at(&[0, 0, 5, 5])),
        [(); 4].map(|()| Vec::<u32>::new())
    );
}

#[test]
fn what_leaves_makes_room_for_what_arrives() {
    // `a` leaves a full host, `b` arrives: it waits for `a`, whenever that is.
    let mut f = over(
        vec![(0, 10)],
        vec![action("a", 5, 0, 4), action("b", 5, 4, 0)],
    );
    f.resources[0].initial = 10;
    assert_eq!(after(&f, &at(&[0, 30])), [vec![], vec![0]]);
}

#[test]
fn waits_are_reduced() {
    let mut f = over(
        vec![(0, 1)],
        ["a", "b", "c"].map(|name| action(name, 5, 1, 1)).to_vec(),
    );
    let source = SourceId(0);
    f.precedences.push(Precedence {
        first: ActionId(0),
        then: ActionId(2),
        source,
    });
    // `c` waits for `b`'s room however `b` ends; that `a` has succeeded does not follow from that.
    assert_eq!(after(&f, &at(&[0, 5, 10])), [vec![], vec![0], vec![0, 1]]);
}

#[test]
fn the_clock_gives_tokens_and_opens_windows() {
    let mut f = over(
        vec![(0, 1), (100, 2)],
        ["a", "b", "c"].map(|name| action(name, 200, 1, 1)).to_vec(),
    );
    f.windows.push(Window {
        action: ActionId(2),
        modes: None,
        intervals: vec![(0, 50), (250, Seconds::MAX)],
        source: SourceId(0),
    });
    let schedule = at(&[0, 100, 300]);
    let first = |chances: &Vec<Chance>| chances.first().map(|chance| chance.from);
    let from: Vec<Option<Seconds>> = depend(&f, &schedule).chances.iter().map(first).collect();
    assert_eq!(from, [None, Some(100), Some(250)]);
    assert_eq!(after(&f, &schedule), [vec![], vec![], vec![0]]);
}

#[test]
fn a_group_waits_as_one() {
    let mut f = over(
        vec![(0, 1)],
        vec![
            action("a", 5, 1, 1),
            action("b", 5, 1, 1),
            action("c", 5, 0, 0),
        ],
    );
    f.groups.push(Group {
        actions: vec![ActionId(1), ActionId(2)],
        ends: true,
        source: SourceId(0),
    });
    // `b` leads: `c` starts when it has started, and both wait for `a`.
    assert_eq!(after(&f, &at(&[0, 5, 5])), [vec![], vec![0], vec![0, 1]]);
    let waits = &depend(&f, &at(&[0, 5, 5])).waits;
    assert_eq!(waits[2][1].until, Until::Started(0));
}

fn kinds(f: &Formulation, schedule: &Schedule) -> Vec<Vec<(u32, Until)>> {
    let waits = depend(f, schedule).waits;
    let kinds = waits.iter().map(|waits| {
        let kinds = waits.iter().map(|needed| (needed.action.0, needed.until));
        kinds.collect()
    });
    kinds.collect()
}

#[test]
fn what_fails_gives_back_what_it_took_and_nothing_else() {
    use Until::{Done, Over};
    // `a` only holds its room for a while: `b` gets it whatever becomes of `a`.
    let f = over(
        vec![(0, 4)],
        vec![action("a", 5, 4, 4), action("b", 5, 4, 4)],
    );
    assert_eq!(kinds(&f, &at(&[0, 5])), [vec![], vec![(0, Over)]]);
    // `a` makes room: without its success there is none.
    let mut f = over(
        vec![(0, 4)],
        vec![
            action("a", 5, 0, 4),
            action("b", 5, 4, 4),
            action("c", 5, 4, 4),
        ],
    );
    f.resources[0].initial = 4;
    // `c` gets the room from `b`, which gives it back in any case, if it was ever there.
    assert_eq!(
        kinds(&f, &at(&[0, 5, 10])),
        [vec![], vec![(0, Done)], vec![(0, Done), (1, Over)]]
    );
}

#[test]
fn room_that_depends_on_nobodys_success_comes_first() {
    // At 5 both have given; `c` waits for `b`, which is over in any case, and not for `a`, which may fail.
    let mut f = over(
        vec![(0, 8)],
        vec![
            action("a", 5, 0, 4),
            action("b", 5, 4, 4),
            action("c", 5, 4, 4),
        ],
    );
    f.resources[0].initial = 4;
    assert_eq!(
        kinds(&f, &at(&[0, 0, 5])),
        [vec![], vec![], vec![(1, Until::Over)]]
    );
}

#[test]
fn a_wait_until_done_follows_from_such_waits_alone() {
    use Until::{Done, Over};
    // b until a is over, c until b is done, and c until a is done: the last follows from nothing.
    let mut f = over(
        vec![(0, 1)],
        vec![
            action("a", 5, 1, 1),
            action("b", 5, 1, 1),
            action("c", 5, 0, 0),
        ],
    );
    for first in [0, 1] {
        f.precedences.push(Precedence {
            first: ActionId(first),
            then: ActionId(2),
            source: SourceId(0),
        });
    }
    assert_eq!(
        kinds(&f, &at(&[0, 5, 10])),
        [vec![], vec![(0, Over)], vec![(0, Done), (1, Done)]]
    );
    f.precedences.push(Precedence {
        first: ActionId(0),
        then: ActionId(1),
        source: SourceId(0),
    });
    assert_eq!(
        kinds(&f, &at(&[0, 5, 10])),
        [vec![], vec![(0, Done)], vec![(1, Done)]]
    );
}

#[test]
fn chances_lie_inside_all_windows() {
    let mut f = over(
        vec![(0, 1)],
        vec![action("a", 10, 0, 0), action("b", 10, 0, 0)],
    );
    f.sources.push(Source {
        label: "the other rule".to_owned(),
        span: None,
        kind: SourceKind::Rule,
        by_clock: false,
    });
    let window = |intervals: &[(Seconds, Seconds)], source| Window {
        action: ActionId(0),
        modes: None,
        intervals: intervals.to_vec(),
        source: SourceId(source),
    };
    f.windows.push(window(&[(0, 50), (60, 100), (200, 400)], 0));
    f.windows.push(window(&[(0, 300)], 1));
    let chance = |from, last, rule| Chance {
        from,
        last,
        closed_by: Some(SourceId(rule)),
        by_clock: false,
    };
    let chances = depend(&f, &at(&[0, 0])).chances;
    assert_eq!(
        chances[0],
        [chance(0, 40, 0), chance(60, 90, 0), chance(200, 290, 1)]
    );
    assert_eq!(chances[1], []);
    // From the planned start's chance on.
    let chances = depend(&f, &at(&[70, 0])).chances;
    assert_eq!(chances[0], [chance(60, 90, 0), chance(200, 290, 1)]);
    // In step with `b`, which starts 5 s later: what the clock asks of one is asked of both.
    f.groups.push(Group {
        actions: vec![ActionId(0), ActionId(1)],
        ends: true,
        source: SourceId(0),
    });
    let chances = depend(&f, &at(&[5, 0])).chances;
    assert_eq!(
        chances[1],
        [chance(0, 35, 0), chance(55, 85, 0), chance(195, 285, 1)]
    );
    assert_eq!(chances[0][0], chance(0, 40, 0));

    // What the clock tells is kept apart; one end alone reaches back to before the start.
    f.groups.clear();
    f.sources[1].by_clock = true;
    let chances = depend(&f, &at(&[0, 0])).chances;
    let told = Chance {
        by_clock: true,
        ..chance(Seconds::MIN, 290, 1)
    };
    let counted = [chance(0, 40, 0), chance(60, 90, 0), chance(200, 390, 0)];
    assert_eq!(chances[0], [&[told][..], &counted].concat());
}

#[test]
fn capacities_that_fall_are_told_apart() {
    let mut f = over(vec![(0, 1), (5, 2)], vec![action("a", 5, 1, 1)]);
    assert_eq!(timed(&f), []);
    f.resources[0].capacity.push((9, 1));
    assert_eq!(timed(&f), [ResourceId(0)]);
}

/// What becomes of an action in an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fate {
    /// None: it never starts.
    start: Option<Seconds>,
    /// When it is over.
    over: Seconds,
    /// Whether it succeeds.
    is_done: bool,
}

/// Starts each action as soon as what it waits for allows it, with the lengths that the actions really have, and
/// lets those of `fails` fail in their end.
fn execute(
    f: &Formulation,
    schedule: &Schedule,
    durations: &[Seconds],
    fails: &[bool],
) -> Vec<Fate> {
    let dependencies = depend(f, schedule);
    let mut order: Vec<ActionId> = f.ids().collect();
    order.sort_by_key(|&id| (schedule.start[id.0 as usize], id));
    let nothing = Fate {
        start: None,
        over: 0,
        is_done: false,
    };
    let mut fates = vec![nothing; f.actions.len()];
    for id in order {
        let at = id.0 as usize;
        let mut from = dependencies.chances[at]
            .first()
            .map_or(0, |chance| chance.from);
        let (mut over, mut may_start) = (0, true);
        for needed in &dependencies.waits[at] {
            let other = fates[needed.action.0 as usize];
            over = over.max(other.over);
            match needed.until {
                Until::Over => from = from.max(other.over),
                Until::Done => {
                    may_start &= other.is_done;
                    from = from.max(other.over);
                }
                Until::Started(lag) => {
                    let then = other.start.map(|start| start + lag);
                    let lives = |then: &Seconds| other.is_done || *then <= other.over;
                    match then.filter(lives) {
                        Some(then) => from = from.max(then),
                        None => may_start = false,
                    }
                }
            }
        }
        fates[at] = if may_start {
            Fate {
                start: Some(from),
                over: from + durations[at],
                is_done: !fails[at],
            }
        } else {
            Fate { over, ..nothing }
        };
    }
    fates
}

/// What really happened, as a formulation and a schedule of it: what failed gave back what it took, and what never
/// started did nothing.
fn happened(f: &Formulation, schedule: &Schedule, fates: &[Fate]) -> (Formulation, Schedule) {
    let mut real = f.clone();
    real.precedences.clear();
    real.groups.clear();
    let mut start = Vec::new();
    for (action, fate) in real.actions.iter_mut().zip(fates) {
        let mode = &mut action.modes[0];
        start.push(fate.start.unwrap_or(0));
        mode.duration = fate.start.map_or(1, |start| fate.over - start);
        match fate.start {
            None => mode.demands.clear(),
            Some(_) if !fate.is_done => mode
                .demands
                .iter_mut()
                .for_each(|demand| demand.give = demand.take),
            Some(_) => {}
        }
    }
    let mode = schedule.mode.clone();
    (real, Schedule { start, mode })
}

/// Those from which a path of waits leads to `target`, along waits of which `follows` is true.
fn reaches(
    waits: &[Vec<Needed>],
    from: ActionId,
    target: &dyn Fn(ActionId) -> bool,
    follows: &dyn Fn(Until) -> bool,
) -> bool {
    let (mut open, mut seen) = (vec![from], BTreeSet::new());
    while let Some(at) = open.pop() {
        for needed in waits[at.0 as usize]
            .iter()
            .filter(|needed| follows(needed.until))
        {
            if target(needed.action) {
                return true;
            }
            if seen.insert(needed.action) {
                open.push(needed.action);
            }
        }
    }
    false
}

fn is_done_or_started(until: Until) -> bool {
    until != Until::Over
}

fn ends(until: Until) -> bool {
    matches!(until, Until::Done | Until::Over)
}

proptest! {
    #[test]
    fn neither_delays_nor_failures_break_anything(
        (f, schedule) in scheduled(),
        durations in prop::collection::vec(1i64..40, 9),
        fails in prop::collection::vec(prop::bool::weighted(0.3), 9),
    ) {
        prop_assert!(verify(&f, &schedule).is_empty());
        let fates = execute(&f, &schedule, &durations, &fails);
        let (real, starts) = happened(&f, &schedule, &fates);
        let violations = verify(&real, &starts);
        prop_assert!(violations.is_empty(), "{:?}", violations);
        for precedence in &f.precedences {
            let (first, then) = (fates[precedence.first.0 as usize], fates[precedence.then.0 as usize]);
            prop_assert!(then.start.is_none_or(|start| first.is_done && first.over <= start));
        }
        let waits = depend(&f, &schedule).waits;
        for id in f.ids().filter(|id| fates[id.0 as usize].start.is_none()) {
            let failed = |other: ActionId| {
                let fate = fates[other.0 as usize];
                fate.start.is_some() && !fate.is_done
            };
            prop_assert!(reaches(&waits, id, &failed, &is_done_or_started));
        }
    }

    #[test]
    fn one_failure_stays_one_where_nobody_makes_room(
        (mut f, _) in scheduled(),
        fails in prop::collection::vec(any::<bool>(), 9),
    ) {
        f.precedences.clear();
        f.groups.clear();
        for demand in f.actions.iter_mut().flat_map(|action| &mut action.modes[0].demands) {
            demand.give = demand.take;
        }
        for resource in &mut f.resources {
            resource.capacity = vec![(0, 5)];
        }
        // One after the other: that holds, and nothing is skipped.
        let start = (0..f.actions.len() as Seconds).map(|at| at * 10).collect();
        let schedule = Schedule { start, mode: vec![0; f.actions.len()] };
        prop_assert!(verify(&f, &schedule).is_empty());
        let fates = execute(&f, &schedule, &[7; 9], &fails);
        prop_assert!(fates.iter().all(|fate| fate.start.is_some()));
    }

    #[test]
    fn nobody_waits_longer_than_planned((f, schedule) in scheduled()) {
        let durations: Vec<Seconds> = f.actions.iter().map(|action| action.modes[0].duration).collect();
        let fates = execute(&f, &schedule, &durations, &[false; 9]);
        for (planned, fate) in schedule.start.iter().zip(&fates) {
            prop_assert!(fate.start.unwrap() <= *planned);
        }
    }

    /// No wait follows from the others, and what must hold follows from those that are left.
    #[test]
    fn waits_are_the_transitive_reduction((f, schedule) in scheduled()) {
        let waits = depend(&f, &schedule).waits;
        for id in f.ids() {
            for needed in waits[id.0 as usize].iter().filter(|needed| ends(needed.until)) {
                let mut without = waits.clone();
                without[id.0 as usize].retain(|other| other != needed);
                let it = |other| other == needed.action;
                let follows = match needed.until {
                    Until::Done => reaches(&without, id, &it, &|until| until == Until::Done),
                    _ => reaches(&without, id, &it, &ends),
                };
                prop_assert!(!follows, "{:?} of {:?}", needed, id);
            }
        }
        for precedence in &f.precedences {
            let it = |other| other == precedence.first;
            prop_assert!(reaches(&waits, precedence.then, &it, &|until| until == Until::Done));
        }
    }
}
