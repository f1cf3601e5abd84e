//! Jobs that take turns, priced together: against all of their schedules, and as certificates.

use super::*;
use crate::certify::{Claim, Rejection};
use crate::schedule::bound::cells::turns::Turns;
use crate::schedule::bound::cells::{Cell, Cells};
use crate::schedule::instance::{Instance, Placed};

/// The last second in which anything may start.
const LAST: Seconds = 9;

/// More than anything costs.
const NONE: i64 = 1 << 40;

/// Some jobs on a link that has room for one, jobs before and after some of them, and a budget over all.
fn random_turns(random: &mut Random) -> Formulation {
    let (mut f, source) = with_rule();
    for (name, capacity) in [("link", 1), ("budget", 3)] {
        f.resources.push(resource(name, capacity, source));
    }
    let turns = 2 + random.below(2) as u32;
    let actions = turns + 1 + random.below(2) as u32;
    for action in 0..actions {
        let is_turn = action < turns;
        let modes = (0..1 + random.below(2)).map(|_| Mode {
            duration: 1 + random.below(3) as Seconds,
            rate: None,
            demands: [0, 1]
                .into_iter()
                .filter(|&resource| resource == 1 || is_turn)
                .map(|resource| Demand {
                    resource: ResourceId(resource),
                    take: 1 + i64::from(resource),
                    give: 1 + i64::from(resource),
                })
                .collect(),
        });
        f.actions.push(Action {
            name: format!("action {action}"),
            modes: modes.collect(),
            span: None,
        });
    }
    let mut order = |first: u32, then: u32| {
        f.precedences.push(Precedence {
            first: ActionId(first),
            then: ActionId(then),
            source,
        });
    };
    if random.below(3) == 0 {
        order(0, 1);
    }
    for hanger in turns..actions {
        let is_leader = random.below(2) == 0;
        for turn in 0..turns {
            match (random.below(3), is_leader) {
                (0, _) => {}
                (_, true) => order(hanger, turn),
                (_, false) => order(turn, hanger),
            }
        }
    }
    f.objectives.push(Objective {
        name: "mttr".to_owned(),
        scale: 1,
        constant: 0,
        makespan: 0,
        terms: (0..actions)
            .map(|_| Term {
                start: 0,
                end: 1 + random.below(3) as i64,
                modes: Vec::new(),
            })
            .collect(),
    });
    f
}

/// The least that the jobs of a cell pay, over all of their starts that keep what the cell keeps.
fn least(
    whole: &Instance,
    kept: &[usize],
    cell: &Cell,
    price: &dyn Fn(usize, usize, Seconds) -> i64,
) -> i64 {
    fn go(
        jobs: &[usize],
        at: usize,
        placed: &mut Placed,
        whole: &Instance,
        done: &mut dyn FnMut(&Placed),
    ) {
        let Some(&job) = jobs.get(at) else {
            return done(placed);
        };
        for mode in 0..whole.jobs[job].modes.len() {
            for start in 0..=LAST {
                (placed.mode[job], placed.start[job]) = (mode as u32, start);
                go(jobs, at + 1, placed, whole, done);
            }
        }
    }
    let jobs: Vec<usize> = cell.jobs().collect();
    let mut placed = Placed {
        start: vec![0; whole.jobs.len()],
        mode: vec![0; whole.jobs.len()],
    };
    let mut best = NONE;
    go(&jobs, 0, &mut placed, whole, &mut |placed| {
        let cost: i64 = jobs
            .iter()
            .map(|&job| price(job, placed.mode[job] as usize, placed.start[job]))
            .sum();
        let holds = |&level: &usize| {
            (0..=LAST + 4).all(|second| {
                let mut taken = 0;
                for &job in &jobs {
                    let events = whole.mode(placed, job).events.iter();
                    let own = events.filter(|e| e.level as usize == level);
                    taken += own
                        .filter(|e| placed.start[job] + e.at <= second)
                        .map(|e| e.change)
                        .sum::<i64>();
                }
                taken <= whole.levels[level].room[0].1
            })
        };
        if cost < best && kept.iter().all(holds) {
            best = cost;
        }
    });
    best
}

#[test]
fn the_best_turns_are_the_best_of_all() {
    let mut random = Random::new(11);
    let mut seen = 0;
    for _ in 0..60 {
        let f = random_turns(&mut random);
        let Ok(whole) = Instance::new(&f, &|_| true) else {
            continue;
        };
        let Some(cells) = Cells::of(&whole) else {
            continue;
        };
        let cell = &cells.cells[0];
        let states: usize = cell.jobs().map(|job| whole.jobs[job].modes.len()).product();
        if cell.jobs().count() > 4 || states > 8 {
            continue;
        }
        seen += 1;
        let kept = (0..whole.levels.len()).filter(|level| !cells.levels.contains(level));
        let kept: Vec<usize> = kept.collect();
        // Jobs that may be exchanged pay the same.
        let name = |job: usize| {
            let mut kinds = cell.kinds.iter().map(|kind| &kind.jobs);
            kinds
                .find(|jobs| jobs.contains(&job))
                .map_or(job, |jobs| jobs[0])
        };
        let mut prices = vec![Vec::new(); whole.jobs.len()];
        for (job, prices) in prices.iter_mut().enumerate() {
            for mode in &whole.jobs[job].modes {
                let price = (0..=LAST + 1).map(|start| match mode.starts.next(start) {
                    Some(next) if next == start && start <= LAST => random.below(40) as i64 - 10,
                    _ => NONE,
                });
                prices.push(price.collect::<Vec<i64>>());
            }
        }
        let price =
            |job: usize, mode: usize, start: Seconds| prices[name(job)][mode][start as usize];
        let expected = least(&whole, &kept, cell, &price);
        let of = |mode: &crate::schedule::instance::Mode| {
            let jobs = cells.instance.jobs.iter().enumerate();
            let mut modes = jobs.flat_map(|(job, of)| {
                let modes = of.modes.iter().enumerate();
                modes.map(move |(at, mode)| (job, at, mode))
            });
            let own = modes.find(|(.., other)| std::ptr::eq(*other, mode));
            let (job, at, _) = own.expect("a mode of a job");
            prices[job][at].clone()
        };
        let turns = Turns::new(cell, &cells.instance, 1, (0, NONE), of);
        assert_eq!(
            turns.least().min(NONE / 2),
            expected.min(NONE / 2),
            "{f:#?}"
        );
        if expected < NONE / 2 {
            let paid = turns.placed();
            assert_eq!(paid.len(), cell.jobs().count());
            let paid: i64 = paid
                .iter()
                .map(|at| prices[name(at.job)][at.mode][at.slot])
                .sum();
            assert_eq!(paid, expected, "{f:#?}");
        }
        // In longer slots it is a bound.
        let halves = |mode: &crate::schedule::instance::Mode| {
            let seconds = of(mode);
            let pairs = seconds.chunks(2);
            let mut slots: Vec<i64> = pairs
                .map(|pair| pair.iter().copied().min().unwrap_or(NONE))
                .collect();
            slots.push(NONE);
            slots
        };
        let long = Turns::new(cell, &cells.instance, 2, (0, NONE), halves);
        assert!(long.least() <= expected, "{f:#?}");
    }
    assert!(seen >= 30, "{seen} problems have cells");
}

/// Servers that go down once each of two VMs has left over a link that has room for one, as many at once as a budget allows.
fn evacuation(servers: u32) -> Formulation {
    let (mut f, source) = with_rule();
    f.resources.push(resource("budget", 5, source));
    for server in 0..servers {
        let link = ResourceId(f.resources.len() as u32);
        f.resources
            .push(resource(&format!("link {server}"), 1, source));
        let boot = f.actions.len() as u32;
        let mut add = |name: &str, duration: Seconds, demands: &[(ResourceId, i64, i64)]| {
            let demands = demands.iter().map(|&(resource, take, give)| Demand {
                resource,
                take,
                give,
            });
            f.actions.push(Action {
                name: format!("{name} {server}"),
                modes: vec![Mode {
                    duration,
                    rate: None,
                    demands: demands.collect(),
                }],
                span: None,
            });
        };
        let budget = ResourceId(0);
        add("boot", 4, &[(budget, 2, 0)]);
        for vm in ["a", "b", "c"] {
            add(vm, 3, &[(link, 1, 1), (budget, 1, 1)]);
        }
        add("shutdown", 1, &[(budget, 0, 2)]);
        for vm in 1..=3 {
            for (first, then) in [(0, vm), (vm, 4)] {
                f.precedences.push(Precedence {
                    first: ActionId(boot + first),
                    then: ActionId(boot + then),
                    source,
                });
            }
        }
    }
    f.objectives.push(Objective {
        name: "mttr".to_owned(),
        scale: 1,
        constant: 0,
        makespan: 0,
        terms: vec![
            Term {
                start: 0,
                end: 1,
                modes: Vec::new()
            };
            f.actions.len()
        ],
    });
    f
}

#[test]
fn what_takes_turns_is_bounded_with_a_certificate() {
    let f = evacuation(8);
    let options = Options {
        effort: Effort::Fast,
        ..Options::default()
    };
    let (outcome, written) = certified(&f, &options, &mut Quiet, "p", "p");
    let (Outcome::Found(solution), Some(written)) = (outcome, written) else {
        panic!("no schedule");
    };
    let bounded = solution.objectives[0];
    let proof = &written.certificate.objectives[0];
    assert!(proof.turns.is_some(), "{bounded:?}");
    let load = |name: &str| {
        let file = written.files.iter().find(|(known, _)| known == name);
        file.map(|(_, text)| text.clone())
            .ok_or(String::from("gone"))
    };
    let check = |change: &dyn Fn(&mut certify::Proof)| {
        let mut certificate = written.certificate.clone();
        change(&mut certificate.objectives[0]);
        let claim = Claim {
            value: bounded.value,
            lower_bound: certificate.objectives[0].lower_bound,
        };
        certify::check(&f, "p", &[claim], &certificate, &load)
    };
    assert!(check(&|_| {}).is_ok());
    assert!(check(&|proof| proof.lower_bound = bounded.value + 1).is_err());
    assert!(
        check(&|proof| proof.turns = None).is_err(),
        "alone they pay less"
    );
    // Nothing is believed of what is before or after something else.
    type Change = fn(&mut certify::Cell);
    let claims: [Change; 6] = [
        |cell| cell.machine = 0,
        |cell| cell.machine += 1,
        |cell| cell.orders.push((0, 0)),
        |cell| std::mem::swap(&mut cell.leaders, &mut cell.followers),
        |cell| cell.kinds.push(vec![cell.kinds[0][0] + 5]),
        |cell| cell.kinds[0][0] = 1_000,
    ];
    for (at, claim) in claims.iter().enumerate() {
        let changed = check(&|proof| {
            let turns = proof.turns.as_mut().expect("it has");
            claim(&mut turns.cells[0]);
        });
        let refused = [(String::from("mttr"), Rejection::Cell(0))];
        assert_eq!(changed.map(|_| ()), Err(refused.to_vec()), "claim {at}");
    }
    let refused = |changed: Result<_, Vec<(String, Rejection)>>| {
        let mut whys = changed.err().into_iter().flatten();
        whys.next().map(|(_, why)| why)
    };
    // No block is in two cells.
    let cells = proof.turns.as_ref().map_or(0, |turns| turns.cells.len());
    let twice = check(&|proof| {
        let turns = proof.turns.as_mut().expect("it has");
        let again = turns.cells[0].clone();
        turns.cells.push(again);
    });
    assert_eq!(refused(twice), Some(Rejection::Cell(cells)));
    // A digit more costs no memory.
    let long = check(&|proof| proof.turns.as_mut().expect("it has").slots = 1 << 22);
    assert_eq!(refused(long), Some(Rejection::TooLarge));
}
