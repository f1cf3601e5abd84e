//! Waves against brute force, the exact search and random problems.

use super::*;
use crate::formulation::*;
use crate::schedule::random::Random;
use crate::schedule::tests::{holds, random_formulation, with_rule};
use crate::schedule::{Effort, Options, Outcome, Quiet, schedule};

const EFFORT: u64 = 1_000_000;

/// A server and its guests: what each takes, and what the server has.
struct Server {
    room: i64,
    guests: Vec<i64>,
}

/// Each server is down for some seconds, at most `by` at once, its guests away meanwhile wherever there is room, and then back where
/// `returns` says so.
fn roll(servers: &[Server], by: i64, returns: bool) -> Formulation {
    let (mut f, source) = with_rule();
    let resource = |f: &mut Formulation, name: String, initial: i64, most: i64| {
        f.resources.push(Resource {
            name,
            unit: Unit::Count,
            initial,
            capacity: vec![(0, most)],
            source,
        });
        ResourceId(f.resources.len() as u32 - 1)
    };
    let guests: i64 = servers.iter().map(|s| s.guests.len() as i64).sum();
    let down = resource(&mut f, "down".to_string(), 0, by);
    let memory: Vec<ResourceId> = servers
        .iter()
        .map(|s| resource(&mut f, "memory".to_string(), s.guests.iter().sum(), s.room))
        .collect();
    let open: Vec<ResourceId> = servers
        .iter()
        .map(|_| resource(&mut f, "open".to_string(), 0, guests))
        .collect();
    let links: Vec<ResourceId> = servers
        .iter()
        .map(|_| resource(&mut f, "link".to_string(), 0, 1))
        .collect();
    let demand = |resource: ResourceId, take: i64, give: i64| Demand {
        resource,
        take,
        give,
    };
    let action = |f: &mut Formulation, modes: Vec<Mode>| {
        let name = format!("action {}", f.actions.len());
        f.actions.push(Action {
            name,
            modes,
            span: None,
        });
        ActionId(f.actions.len() as u32 - 1)
    };
    let mode = |duration: Seconds, demands: Vec<Demand>| Mode {
        duration,
        rate: None,
        demands,
    };
    for (at, server) in servers.iter().enumerate() {
        let closes = vec![demand(down, 1, 0), demand(open[at], guests, 0)];
        let opens = vec![demand(down, 0, 1), demand(open[at], 0, guests)];
        let shutdown = action(&mut f, vec![mode(2, closes)]);
        let boot = action(&mut f, vec![mode(3, opens)]);
        f.precedences.push(Precedence {
            first: shutdown,
            then: boot,
            source,
        });
        for &takes in &server.guests {
            let (mut out, mut back) = (Vec::new(), Vec::new());
            let others = (0..servers.len()).filter(|&other| other != at);
            for other in others {
                let came = resource(&mut f, "came".to_string(), 0, 0);
                let mut there = vec![
                    demand(memory[other], takes, 0),
                    demand(memory[at], 0, takes),
                    demand(links[at], 1, 1),
                    demand(links[other], 1, 1),
                ];
                if returns {
                    there.push(demand(open[other], 1, 0));
                    there.push(demand(came, 0, 1));
                }
                out.push(mode(takes, there));
                let here = vec![
                    demand(memory[at], takes, 0),
                    demand(memory[other], 0, takes),
                    demand(links[at], 1, 1),
                    demand(links[other], 1, 1),
                    demand(open[other], 0, 1),
                    demand(came, 1, 0),
                ];
                back.push(mode(takes, here));
            }
            let out = action(&mut f, out);
            let mut orders = vec![(out, shutdown)];
            if returns {
                orders.push((boot, action(&mut f, back)));
            }
            let orders = orders.into_iter().map(|(first, then)| Precedence {
                first,
                then,
                source,
            });
            f.precedences.extend(orders);
        }
    }
    f.objectives.push(Objective {
        name: "makespan".to_string(),
        scale: 1,
        constant: 0,
        makespan: 1,
        terms: vec![Term::default(); f.actions.len()],
    });
    f
}

fn random_servers(random: &mut Random, most: usize) -> Vec<Server> {
    let servers = 2 + random.below(most - 1);
    let server = |_| {
        let guests: Vec<i64> = (0..random.below(4))
            .map(|_| 1 + random.below(4) as i64)
            .collect();
        let spare = random.below(8) as i64;
        Server {
            room: guests.iter().sum::<i64>() + spare,
            guests,
        }
    };
    (0..servers).map(server).collect()
}

/// The fewest sets of servers whose guests have room on all others at once, by trying all.
fn fewest(servers: &[Server], by: usize) -> Option<usize> {
    fn has_room(free: &mut [i64], guests: &[i64], away: u32) -> bool {
        let Some((&guest, others)) = guests.split_first() else {
            return true;
        };
        (0..free.len()).any(|at| {
            if away >> at & 1 == 1 || free[at] < guest {
                return false;
            }
            free[at] -= guest;
            let fits = has_room(free, others, away);
            free[at] += guest;
            fits
        })
    }
    let can_be_away = |away: u32| {
        let mut free: Vec<i64> = servers
            .iter()
            .map(|s| s.room - s.guests.iter().sum::<i64>())
            .collect();
        let own = servers.iter().zip(0..);
        let guests = own.filter(|&(_, at)| away >> at & 1 == 1);
        let guests: Vec<i64> = guests.flat_map(|(s, _)| s.guests.clone()).collect();
        away.count_ones() as usize <= by && has_room(&mut free, &guests, away)
    };
    let all = (1_u32 << servers.len()) - 1;
    let mut least = vec![None; all as usize + 1];
    least[0] = Some(0);
    for set in 1..=all {
        for away in 1..=set {
            if away & set == away && can_be_away(away) {
                let rest: Option<usize> = least[(set - away) as usize];
                let one_more = rest.map(|rest| rest + 1);
                if one_more.is_some_and(|more| least[set as usize].is_none_or(|l| more < l)) {
                    least[set as usize] = one_more;
                }
            }
        }
    }
    least[all as usize]
}

/// Never fewer waves than there must be, and not often more; and what comes of them keeps every constraint.
#[test]
fn waves_are_as_few_as_they_can_be() {
    let mut random = Random::new(1);
    let (mut tried, mut more) = (0, 0);
    for _ in 0..300 {
        let servers = random_servers(&mut random, 5);
        let by = 1 + random.below(3);
        let f = roll(&servers, by as i64, true);
        let Ok(instance) = Instance::new(&f, &|_| true) else {
            continue;
        };
        let Some(problem) = Problem::new(&instance) else {
            continue;
        };
        let waves = problem.orders().into_iter().filter_map(|order| {
            let mut effort = EFFORT;
            Some(problem.waves(&order, Fit::Best, &mut effort)?.len())
        });
        let least = fewest(&servers, by);
        let found = waves.min();
        assert!(found.is_none() || found >= least, "{found:?} {least:?}");
        if least.is_some() {
            tried += 1;
            more += usize::from(found != least);
        }
        if let Some(placed) = generate(&instance, EFFORT) {
            assert!(holds(&f, &instance.expand(&placed)), "{f:#?}");
        }
    }
    assert!(tried > 20 && 3 * more < tried, "{more} of {tried}");
}

/// Of the smallest ones the optimum is known.
#[test]
fn no_schedule_in_waves_is_better_than_the_best() {
    let mut random = Random::new(2);
    let (mut tried, mut optimal) = (0, 0);
    for _ in 0..120 {
        let servers = random_servers(&mut random, 3);
        let f = roll(&servers, 2, random.below(4) > 0);
        let Ok(instance) = Instance::new(&f, &|_| true) else {
            continue;
        };
        let Some(placed) = generate(&instance, EFFORT) else {
            continue;
        };
        assert!(holds(&f, &instance.expand(&placed)), "{f:#?}");
        let options = Options {
            effort: Effort::Fast,
            ..Options::default()
        };
        let Outcome::Found(best) = schedule(&f, &options, &mut Quiet) else {
            panic!("there is a schedule: {f:#?}");
        };
        let value = instance.values(&placed)[0];
        assert!(value >= best.objectives[0].lower_bound, "{f:#?}");
        assert!(value >= best.objectives[0].value, "{f:#?}");
        tried += 1;
        optimal += usize::from(value == best.objectives[0].lower_bound);
    }
    assert!(tried > 5 && 2 * optimal > tried, "{optimal} of {tried}");
}

/// Of more servers, with and without guests that come back, and beside whatever else there is.
#[test]
fn every_schedule_holds() {
    let mut random = Random::new(3);
    let mut found = 0;
    for round in 0..200 {
        let f = match round % 2 {
            0 => random_formulation(&mut random),
            _ => {
                let servers = random_servers(&mut random, 8);
                let by = 1 + random.below(4) as i64;
                roll(&servers, by, random.below(3) > 0)
            }
        };
        let Ok(instance) = Instance::new(&f, &|_| true) else {
            continue;
        };
        if let Some(placed) = generate(&instance, EFFORT) {
            assert!(holds(&f, &instance.expand(&placed)), "{f:#?}");
            found += 1;
        }
    }
    assert!(found > 10, "{found}");
}

#[test]
fn without_effort_nothing_is_found() {
    let servers = [2, 3, 4].map(|room| Server {
        room,
        guests: vec![1],
    });
    let f = roll(&servers, 1, true);
    let instance = Instance::new(&f, &|_| true).expect("it is possible");
    assert!(generate(&instance, EFFORT).is_some());
    assert!(generate(&instance, 3).is_none());
}
