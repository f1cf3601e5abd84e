//! Brute force against the scheduler on small random problems with every kind of constraint.

mod bounds;
mod branching;
mod certificates;
mod later;
mod orders;
mod turns;

use crate::formulation::*;

use super::feasible::EFFORT;
use super::random::Random;
use super::{
    Core, Effort, Feasibility, Options, Outcome, Quiet, Solution, Written, certified, feasible,
};
use crate::certify;

/// A rule of some file.
pub(in crate::schedule) fn rule(label: String) -> Source {
    Source {
        label,
        span: None,
        kind: SourceKind::Rule,
        by_clock: false,
    }
}

/// A formulation without anything but a rule.
pub(in crate::schedule) fn with_rule() -> (Formulation, SourceId) {
    let f = Formulation {
        sources: vec![rule(String::from("all"))],
        ..Formulation::default()
    };
    (f, SourceId(0))
}

/// A resource of which nothing is taken yet.
pub(in crate::schedule) fn resource(name: &str, capacity: i64, source: SourceId) -> Resource {
    Resource {
        name: name.to_owned(),
        unit: Unit::Count,
        initial: 0,
        capacity: vec![(0, capacity)],
        source,
    }
}

/// Whether a schedule keeps every constraint; naive on purpose.
pub(in crate::schedule) fn holds(f: &Formulation, s: &Schedule) -> bool {
    let end = |a: ActionId| f.end(s, a);
    let start = |a: ActionId| s.start[a.0 as usize];
    let ordered = f.precedences.iter().all(|p| end(p.first) <= start(p.then));
    let grouped = f.groups.iter().all(|g| {
        let moment = |a: ActionId| if g.ends { end(a) } else { start(a) };
        g.actions.iter().all(|&a| moment(a) == moment(g.actions[0]))
    });
    let inside = f.windows.iter().all(|w| {
        w.intervals
            .iter()
            .any(|&(from, to)| from <= start(w.action) && end(w.action) <= to)
    });
    let moments = 0..=f.makespan(s) + 20;
    ordered
        && grouped
        && inside
        && s.start.iter().all(|&t| t >= 0)
        && moments.into_iter().all(|t| level_holds(f, s, t))
}

fn level_holds(f: &Formulation, s: &Schedule, t: Seconds) -> bool {
    f.resources.iter().enumerate().all(|(index, resource)| {
        let mut level = resource.initial;
        for a in f.ids() {
            let mode = &f[a].modes[s.mode[a.0 as usize] as usize];
            for d in mode
                .demands
                .iter()
                .filter(|d| d.resource.0 as usize == index)
            {
                level += if s.start[a.0 as usize] <= t {
                    d.take
                } else {
                    0
                };
                level -= if f.end(s, a) <= t { d.give } else { 0 };
            }
        }
        level <= resource.capacity_at(t)
    })
}

/// The best values of all schedules that end by a horizon, by trying them all.
fn brute(f: &Formulation, horizon: Seconds) -> Option<Vec<i64>> {
    fn go(
        f: &Formulation,
        s: &mut Schedule,
        at: usize,
        horizon: Seconds,
        best: &mut Option<Vec<i64>>,
    ) {
        if at == f.actions.len() {
            if holds(f, s) {
                let values: Vec<i64> = f
                    .objectives
                    .iter()
                    .map(|o| f.value(o, s).expect("in range"))
                    .collect();
                if best.as_ref().is_none_or(|best| values < *best) {
                    *best = Some(values);
                }
            }
            return;
        }
        for mode in 0..f.actions[at].modes.len() {
            s.mode[at] = mode as u32;
            for start in 0..=horizon - f.actions[at].modes[mode].duration {
                s.start[at] = start;
                go(f, s, at + 1, horizon, best);
            }
        }
    }
    let mut schedule = Schedule {
        start: vec![0; f.actions.len()],
        mode: vec![0; f.actions.len()],
    };
    let mut best = None;
    go(f, &mut schedule, 0, horizon, &mut best);
    best
}

pub(in crate::schedule) fn random_formulation(random: &mut Random) -> Formulation {
    let actions = 1 + random.below(4);
    let mut f = Formulation::default();
    let source = |f: &mut Formulation| {
        f.sources.push(rule(format!("source {}", f.sources.len())));
        SourceId(f.sources.len() as u32 - 1)
    };
    for index in 0..random.below(3) {
        let source = source(&mut f);
        let mut capacity = vec![(0, 1 + random.below(5) as i64)];
        if random.below(3) == 0 {
            capacity.push((2 + random.below(4) as i64, random.below(6) as i64));
        }
        f.resources.push(Resource {
            name: format!("resource {index}"),
            unit: Unit::Count,
            initial: random.below(3) as i64,
            capacity,
            source,
        });
    }
    for index in 0..actions {
        let modes = (0..1 + random.below(6) / 4).map(|_| random_mode(random, f.resources.len()));
        let modes = modes.collect();
        f.actions.push(Action {
            name: format!("action {index}"),
            modes,
            span: None,
        });
    }
    let pick = |random: &mut Random| ActionId(random.below(actions) as u32);
    for _ in 0..random.below(3) {
        let (first, then) = (pick(random), pick(random));
        if first != then || random.below(10) == 0 {
            let source = source(&mut f);
            f.precedences.push(Precedence {
                first,
                then,
                source,
            });
        }
    }
    if random.below(4) == 0 && actions > 1 && !f.resources.is_empty() {
        let source = source(&mut f);
        let resource = ResourceId(random.below(f.resources.len()) as u32);
        empty_before(&mut f, resource, pick(random), source);
    }
    for _ in 0..[0, 0, 1, 2][random.below(4)] {
        if actions < 2 {
            break;
        }
        let first = random.below(actions - 1) as u32;
        let source = source(&mut f);
        let actions = vec![ActionId(first), ActionId(first + 1)];
        f.groups.push(Group {
            actions,
            ends: random.below(2) == 0,
            source,
        });
    }
    for _ in 0..[0, 0, 1, 2][random.below(4)] {
        let source = source(&mut f);
        let from = random.below(4) as i64;
        let to = from + 1 + random.below(5) as i64;
        let mut intervals = vec![(from, to)];
        if random.below(2) == 0 {
            intervals.push((to + 1, Seconds::MAX));
        }
        f.windows.push(Window {
            action: pick(random),
            modes: None,
            intervals,
            source,
        });
    }
    for index in 0..1 + random.below(2) {
        let objective = random_objective(random, &f, index);
        f.objectives.push(objective);
    }
    f
}

/// All that is taken of a resource is given back, and an action that takes none of it comes after all who do.
fn empty_before(f: &mut Formulation, resource: ResourceId, last: ActionId, source: SourceId) {
    for (index, action) in f.actions.iter_mut().enumerate() {
        let first = ActionId(index as u32);
        let mut uses = false;
        for mode in &mut action.modes {
            if first == last {
                mode.demands.retain(|demand| demand.resource != resource);
            }
            for demand in mode.demands.iter_mut().filter(|d| d.resource == resource) {
                demand.give = demand.take;
                uses |= demand.take > 0;
            }
        }
        if uses {
            f.precedences.push(Precedence {
                first,
                then: last,
                source,
            });
        }
    }
}

fn random_mode(random: &mut Random, resources: usize) -> Mode {
    let mut demands = Vec::new();
    for resource in 0..resources {
        if random.below(3) > 0 {
            let take = random.below(4) as i64;
            let give = match random.below(3) {
                0 => take,
                1 => 0,
                _ => random.below(4) as i64,
            };
            demands.push(Demand {
                resource: ResourceId(resource as u32),
                take,
                give,
            });
        }
    }
    Mode {
        duration: 1 + random.below(3) as i64,
        rate: None,
        demands,
    }
}

/// Lateness is rewarded for some actions, but never more than the makespan costs.
fn random_objective(random: &mut Random, f: &Formulation, index: usize) -> Objective {
    let reward = random.below(3) == 0;
    let mut rewards = 0;
    let terms = f.actions.iter().map(|action| {
        let start = if reward && random.below(2) == 0 {
            -(random.below(3) as i64)
        } else {
            random.below(3) as i64
        };
        rewards += (-start).max(0);
        let modes = action
            .modes
            .iter()
            .map(|_| random.below(5) as i64)
            .collect();
        Term {
            start,
            end: if start < 0 { 0 } else { random.below(2) as i64 },
            modes,
        }
    });
    let terms = terms.collect();
    Objective {
        name: format!("objective {index}"),
        scale: 1,
        constant: random.below(7) as i64,
        makespan: rewards + random.below(3) as i64,
        terms,
    }
}

/// What the checker says of a certificate.
fn accepted(
    f: &Formulation,
    solution: &Solution,
    written: &Written,
) -> Result<Vec<certify::Checked>, Vec<(String, certify::Rejection)>> {
    let claims: Vec<certify::Claim> = solution
        .objectives
        .iter()
        .map(|o| certify::Claim {
            value: o.value,
            lower_bound: o.lower_bound,
        })
        .collect();
    let load = |name: &str| {
        let file = written.files.iter().find(|(known, _)| known == name);
        file.map(|(_, text)| text.clone())
            .ok_or(String::from("there is no such file"))
    };
    certify::check(f, "p", &claims, &written.certificate, &load)
}

/// Tries a number of random problems from a seed.
fn compare(seed: u64, rounds: usize) {
    let mut random = Random::new(seed);
    let (mut found, mut impossible) = (0, 0);
    for round in 0..rounds {
        let f = random_formulation(&mut random);
        let horizon = if f.actions.len() > 3 { 10 } else { 14 };
        let best = brute(&f, horizon);
        // Most of them are simple enough for little effort.
        let effort = if round % 8 == 0 {
            Effort::Normal
        } else {
            Effort::Fast
        };
        let options = Options {
            effort,
            ..Options::default()
        };
        let (outcome, written) = certified(&f, &options, &mut Quiet, "p", "p");
        match outcome {
            Outcome::Found(solution) => {
                found += 1;
                let written = written.expect("there is a solution");
                if let Err(why) = accepted(&f, &solution, &written) {
                    panic!(
                        "seed {seed} round {round}: {why:?} {f:#?} {solution:?} {:#?}",
                        written.certificate
                    );
                }
                assert!(
                    holds(&f, &solution.schedule),
                    "seed {seed} round {round}: {f:#?} {solution:?}"
                );
                let values: Vec<i64> = f
                    .objectives
                    .iter()
                    .map(|o| f.value(o, &solution.schedule).expect("in range"))
                    .collect();
                let reported: Vec<i64> = solution.objectives.iter().map(|o| o.value).collect();
                assert_eq!(values, reported, "seed {seed} round {round}");
                // The brute force sees short schedules only: it may miss better ones, never the reverse.
                if let Some(best) = best {
                    assert!(
                        values <= best,
                        "seed {seed} round {round}: {values:?} above {best:?} {f:#?} {solution:?}"
                    );
                    if f.makespan(&solution.schedule) <= horizon {
                        assert_eq!(values, best, "seed {seed} round {round}");
                    }
                }
                assert!(
                    solution.is_optimal(),
                    "seed {seed} round {round}: {solution:?} {f:#?}"
                );
            }
            Outcome::Infeasible(core) => {
                impossible += 1;
                assert_eq!(best, None, "seed {seed} round {round}: {f:#?}");
                check_core(&f, &core);
            }
            Outcome::Unknown => panic!("seed {seed} round {round}: unknown {f:#?}"),
        }
    }
    assert!(
        found > rounds / 4 && impossible > 0,
        "{found} found, {impossible} impossible"
    );
}

/// No schedule keeps all of a core, and one keeps what is left without any one member.
fn check_core(f: &Formulation, core: &Core) {
    assert!(core.minimal, "{core:?} {f:#?}");
    let all = feasible(
        f,
        &|source| core.sources.contains(&source),
        EFFORT,
        &mut Quiet,
    );
    assert_eq!(all, Feasibility::Infeasible, "{core:?} {f:#?}");
    for &without in &core.sources {
        let keep = |source| source != without && core.sources.contains(&source);
        let found = feasible(f, &keep, EFFORT, &mut Quiet);
        assert!(matches!(found, Feasibility::Feasible(_)), "{core:?} {f:#?}");
    }
}

#[test]
fn brute_force_agrees() {
    compare(1, 1_200);
}

/// A second thousand, at the same time as the first.
#[test]
fn brute_force_agrees_again() {
    compare(2, 1_200);
}
