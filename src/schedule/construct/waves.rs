//! Schedules in waves: what is done at once is packed first, and only then scheduled.
//!
//! Jobs that are *tied* to one another, by levels without any room of which one takes what another has given, are a *turn*: the guests that
//! leave a server, its shutdown and boot, and the guests that come back. While a turn lasts it holds on each level what its jobs take there
//! before others of it give it back. Where all that some turns hold has room, they may run at once, whenever each of their
//! jobs does: they are a *wave*. A list places one job after the other, and where each finds the earliest place, what is left is in pieces
//! that are too small for the guests of one turn more.
//!
//! So jobs that choose a level choose it for all of a wave together, as items are put into bins of different sizes:
//! the largest first, each where least is left (best fit decreasing; Johnson, Demers, Ullman, Garey, Graham, "Worst-case performance bounds for
//! simple one-dimensional packing algorithms", 1974), and what is packed is packed again for each turn that a wave may have beside. Of waves that
//! have room to spare, the other way, each where most is left, has jobs less often wait for one another, so both are tried. Waves are filled
//! one after the other, each with whichever turn of those that are left has room, and a list then places the jobs in the order of
//! the waves in the modes that were chosen: the end of a wave and the beginning of the next one may well overlap.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::list;
use crate::formulation::Seconds;
use crate::schedule::instance::{Instance, Job, Placed, swings};

/// What is left of each level is compared in such parts of what a job takes.
const PARTS: i128 = 1_000;

/// Where a job of a wave goes, of the places that have room.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// Where least is left.
    Best,
    /// Where most is left.
    Loose,
}

/// The best schedule of those in waves; None where there are no turns to choose among, or none was found. The effort is how often a mode may
/// be looked at.
pub fn generate(instance: &Instance, mut effort: u64) -> Option<Placed> {
    let problem = Problem::new(instance)?;
    let mut best: Option<Placed> = None;
    for order in problem.orders() {
        for fit in [Fit::Best, Fit::Loose] {
            let Some(waves) = problem.waves(&order, fit, &mut effort) else {
                continue;
            };
            for placed in problem.schedules(&waves) {
                let value = |placed: &Placed| instance.values(placed);
                if best
                    .as_ref()
                    .is_none_or(|best| value(&placed) < value(best))
                {
                    best = Some(placed);
                }
            }
        }
    }
    best
}

/// What a mode leaves behind on a level.
#[derive(Clone, Copy)]
struct Net {
    level: usize,
    change: i64,
}

/// What a job does in each of its modes.
struct Deed {
    /// How many jobs of its turn come before it, one after the other.
    depth: usize,
    /// What it takes at least of some level, in parts of the level's room.
    weight: i128,
    modes: Vec<Way>,
}

#[derive(Default)]
struct Way {
    /// On levels with room.
    held: Vec<Net>,
    /// On levels that only tie the modes of one job to those of another one.
    tied: Vec<Net>,
}

/// Turns, and what they hold.
struct Problem<'a> {
    instance: &'a Instance,
    deeds: Vec<Deed>,
    /// The jobs of each turn, in an order that ties allow.
    turns: Vec<Vec<usize>>,
    /// For each level the most room that it ever has.
    room: Vec<i64>,
}

/// Jobs that run at once, each in a mode, in the order of their turns.
type Wave = Vec<(usize, u32)>;

/// What a turn has left behind so far on a level, and the most that it ever had.
#[derive(Clone, Copy, Default)]
struct Hold {
    now: i64,
    most: i64,
}

impl<'a> Problem<'a> {
    fn new(instance: &'a Instance) -> Option<Self> {
        let room = instance.levels.iter().map(|level| {
            let rooms = level.room.iter().map(|&(_, room)| room);
            rooms.max().unwrap_or(0)
        });
        let room: Vec<i64> = room.collect();
        let ties = ties(instance, &room);
        let depths = depths(instance, &ties)?;
        let mut deeds: Vec<Deed> = Vec::with_capacity(depths.len());
        for (job, depth) in instance.jobs.iter().zip(depths) {
            deeds.push(deed(job, depth, &room, &ties));
        }
        let mut turns = components(instance.jobs.len(), &ties);
        for turn in &mut turns {
            turn.sort_by_key(|&job| (deeds[job].depth, job));
        }
        let chooses = |turn: &&Vec<usize>| {
            let mut jobs = turn.iter();
            turn.len() > 1 && jobs.any(|&job| instance.jobs[job].modes.len() > 1)
        };
        let problem = Problem {
            instance,
            deeds,
            turns,
            room,
        };
        (problem.turns.iter().filter(chooses).count() > 1).then_some(problem)
    }

    /// Orders in which turns are put into waves: those that hold most first, since as many more that hold little come after them and waves
    /// become shorter and shorter; and as they are written.
    fn orders(&self) -> [Vec<usize>; 2] {
        let written: Vec<usize> = (0..self.turns.len()).collect();
        let mut largest = written.clone();
        largest.sort_by_key(|&turn| Reverse(self.length(turn)));
        [largest, written]
    }

    /// Seconds of all that a turn does.
    fn length(&self, turn: usize) -> Seconds {
        let spans = |&job: &usize| self.instance.jobs[job].modes[0].span;
        self.turns[turn].iter().map(spans).sum()
    }

    /// Puts all turns into waves, in an order; None where one has no room even alone, or the effort is spent.
    fn waves(&self, order: &[usize], fit: Fit, effort: &mut u64) -> Option<Vec<Wave>> {
        let mut before = vec![0; self.room.len()];
        let mut left = order.to_vec();
        let mut waves = Vec::new();
        while !left.is_empty() {
            let (mut turns, mut wave) = (Vec::new(), Wave::new());
            left.retain(|&turn| {
                turns.push(turn);
                match self.pack(&turns, &before, fit, effort) {
                    Some(packed) => wave = packed,
                    None => {
                        turns.pop();
                    }
                }
                turns.last() != Some(&turn)
            });
            if turns.is_empty() {
                return None;
            }
            for &(job, mode) in &wave {
                for net in &self.deeds[job].modes[mode as usize].held {
                    before[net.level] += net.change;
                }
            }
            waves.push(wave);
        }
        Some(waves)
    }

    /// Modes in which turns may run at once, after what others have left behind.
    fn pack(&self, turns: &[usize], before: &[i64], fit: Fit, effort: &mut u64) -> Option<Wave> {
        let mut held = before.to_vec();
        let mut wave = Wave::new();
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut holds: Vec<BTreeMap<usize, Hold>> = vec![BTreeMap::new(); turns.len()];
        // What is not chosen is held in any case.
        for (at, &turn) in turns.iter().enumerate() {
            for &job in &self.turns[turn] {
                let [way] = &self.deeds[job].modes[..] else {
                    open.push((at, job));
                    continue;
                };
                wave.push((job, 0));
                for net in &way.held {
                    let hold = holds[at].entry(net.level).or_default();
                    hold.now += net.change;
                    hold.most = hold.most.max(hold.now);
                }
            }
            for (&level, hold) in &mut holds[at] {
                held[level] += hold.most;
                hold.now = 0;
                if held[level] > self.room[level] {
                    return None;
                }
            }
        }
        open.sort_by_key(|&(_, job)| {
            let deed = &self.deeds[job];
            (deed.depth, Reverse(deed.weight), job)
        });
        let mut tied: BTreeMap<usize, i64> = BTreeMap::new();
        for (at, job) in open {
            let hold = |net: &Net| holds[at].get(&net.level).copied().unwrap_or_default();
            // What a mode leaves of the level that it leaves least of; None where it has no room.
            let left = |way: &Way| {
                let is_tied = way.tied.iter().all(|net| {
                    net.change < 0 || tied.get(&net.level).copied().unwrap_or(0) + net.change <= 0
                });
                let mut least = i128::MAX;
                for net in way.held.iter().filter(|_| is_tied) {
                    let hold = hold(net);
                    let more = (hold.now + net.change - hold.most).max(0);
                    let left = self.room[net.level] - held[net.level] - more;
                    if more > 0 && left < 0 {
                        return None;
                    }
                    if net.change > 0 {
                        least = least.min(i128::from(left) * PARTS / i128::from(net.change));
                    }
                }
                is_tied.then_some(least)
            };
            *effort = effort.checked_sub(self.deeds[job].modes.len() as u64)?;
            let ways = self.deeds[job].modes.iter().zip(0..);
            let ways = ways.filter_map(|(way, mode)| Some((left(way)?, mode)));
            let (_, mode) = match fit {
                Fit::Best => ways.min()?,
                Fit::Loose => ways.max_by_key(|&(left, mode)| (left, Reverse(mode)))?,
            };
            let way = &self.deeds[job].modes[mode as usize];
            for net in &way.held {
                let hold = holds[at].entry(net.level).or_default();
                hold.now += net.change;
                held[net.level] += (hold.now - hold.most).max(0);
                hold.most = hold.most.max(hold.now);
            }
            for net in &way.tied {
                *tied.entry(net.level).or_default() += net.change;
            }
            wave.push((job, mode));
        }
        Some(wave)
    }

    /// Schedules of the waves, one after the other.
    fn schedules(&self, waves: &[Wave]) -> Vec<Placed> {
        let mut mode = vec![0; self.deeds.len()];
        let mut length = vec![0; self.deeds.len()];
        for turn in 0..self.turns.len() {
            for &job in &self.turns[turn] {
                length[job] = self.length(turn);
            }
        }
        let mut order = Vec::with_capacity(mode.len());
        for wave in waves {
            let from = order.len();
            for &(job, chosen) in wave {
                mode[job] = chosen;
                order.push(job);
            }
            order[from..].sort_by_key(|&job| {
                let span = self.instance.jobs[job].modes[mode[job] as usize].span;
                (
                    self.deeds[job].depth,
                    Reverse(length[job]),
                    Reverse(span),
                    job,
                )
            });
        }
        let jobs = self.instance.jobs.iter().zip(&mode);
        let jobs = jobs.map(|(job, &mode)| Job {
            members: job.members.clone(),
            modes: vec![job.modes[mode as usize].clone()],
        });
        let chosen = self
            .instance
            .part(jobs.collect(), self.instance.levels.clone());
        let lists = [false, true].map(|by_time| list::generate(&chosen, &order, by_time));
        let placed = lists.into_iter().flatten();
        placed
            .map(|Placed { start, .. }| Placed {
                start,
                mode: mode.clone(),
            })
            .collect()
    }
}

/// A level without room, and who changes it.
struct Tie {
    level: usize,
    users: Vec<usize>,
    /// Whether some mode of a user leaves it alone.
    is_chosen: bool,
}

/// Levels without room that tie jobs to one another whatever is chosen, or one job's choice to another one's.
fn ties(instance: &Instance, room: &[i64]) -> Vec<Tie> {
    // For each level the jobs that change it, and in how many modes.
    let mut users: Vec<Vec<(usize, usize)>> = vec![Vec::new(); room.len()];
    for (job, of) in instance.jobs.iter().enumerate() {
        for mode in &of.modes {
            for events in mode.events.chunk_by(|a, b| a.level == b.level) {
                let level = events[0].level as usize;
                match users[level].last_mut() {
                    _ if room[level] > 0 => {}
                    Some((last, modes)) if *last == job => *modes += 1,
                    _ => users[level].push((job, 1)),
                }
            }
        }
    }
    let ties = users.into_iter().enumerate().filter_map(|(level, users)| {
        let all = |&(job, modes): &(usize, usize)| modes == instance.jobs[job].modes.len();
        let is_chosen = !users.iter().all(all);
        let users: Vec<usize> = users.into_iter().map(|(job, _)| job).collect();
        (users.len() > 1 && (!is_chosen || users.len() == 2)).then_some(Tie {
            level,
            users,
            is_chosen,
        })
    });
    ties.collect()
}

/// For each job how many others must come before it, one after the other; None where that is a circle.
fn depths(instance: &Instance, ties: &[Tie]) -> Option<Vec<usize>> {
    let mut gives = vec![Vec::new(); instance.jobs.len()];
    let mut takes = gives.clone();
    for (tie, at) in ties.iter().zip(0..) {
        for &job in &tie.users {
            let modes = &instance.jobs[job].modes;
            let mut events = modes.iter().flat_map(|mode| &mode.events);
            let own = events.find(|event| event.level as usize == tie.level);
            match own {
                Some(event) if event.change < 0 => gives[job].push(at),
                _ => takes[job].push(at),
            }
        }
    }
    // For each tie those who give and have not been seen yet, and the depth of the deepest.
    let mut left: Vec<(usize, usize)> = vec![(0, 0); ties.len()];
    for &tie in gives.iter().flatten() {
        left[tie].0 += 1;
    }
    let mut takers = vec![Vec::new(); ties.len()];
    let mut waits = vec![0; instance.jobs.len()];
    for (job, takes) in takes.iter().enumerate() {
        for &tie in takes {
            takers[tie].push(job);
            waits[job] += usize::from(left[tie].0 > 0);
        }
    }
    let mut depths = vec![0; instance.jobs.len()];
    let mut ready: Vec<usize> = (0..waits.len()).filter(|&job| waits[job] == 0).collect();
    let mut seen = 0;
    while let Some(job) = ready.pop() {
        seen += 1;
        for &tie in &gives[job] {
            left[tie].0 -= 1;
            left[tie].1 = left[tie].1.max(depths[job] + 1);
            if left[tie].0 > 0 {
                continue;
            }
            for &taker in &takers[tie] {
                depths[taker] = depths[taker].max(left[tie].1);
                waits[taker] -= 1;
                if waits[taker] == 0 {
                    ready.push(taker);
                }
            }
        }
    }
    (seen == depths.len()).then_some(depths)
}

/// What a job does to levels that have room, and to those that tie its modes.
fn deed(job: &Job, depth: usize, room: &[i64], ties: &[Tie]) -> Deed {
    let tie = |level: usize| {
        let at = ties.binary_search_by_key(&level, |tie| tie.level);
        at.ok().map(|at| &ties[at])
    };
    let mut weight = i128::MAX;
    let modes = job.modes.iter().map(|mode| {
        let mut way = Way::default();
        let mut share = 0;
        for (level, swing) in swings(mode) {
            let level = level as usize;
            let net = Net {
                level,
                change: swing.net,
            };
            match tie(level) {
                _ if net.change == 0 => {}
                Some(tie) if tie.is_chosen => way.tied.push(net),
                Some(_) => {}
                None => {
                    let taken = i128::from(net.change.max(0)) * PARTS;
                    share = share.max(taken / i128::from(room[level].max(1)));
                    way.held.push(net);
                }
            }
        }
        weight = weight.min(share);
        way
    });
    let modes = modes.collect();
    Deed {
        depth,
        weight,
        modes,
    }
}

/// Jobs that are tied to one another, directly or by others.
fn components(jobs: usize, ties: &[Tie]) -> Vec<Vec<usize>> {
    fn root(of: &mut [usize], mut job: usize) -> usize {
        while of[job] != job {
            of[job] = of[of[job]];
            job = of[job];
        }
        job
    }
    let mut of: Vec<usize> = (0..jobs).collect();
    for tie in ties {
        for &user in &tie.users {
            let (one, other) = (root(&mut of, tie.users[0]), root(&mut of, user));
            of[one.max(other)] = one.min(other);
        }
    }
    let mut turns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for job in 0..jobs {
        turns.entry(root(&mut of, job)).or_default().push(job);
    }
    turns.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulation::*;
    use crate::schedule::random::Random;
    use crate::schedule::tests::{holds, random_formulation};
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
        let mut f = Formulation::default();
        f.sources.push(Source {
            label: "roll".to_string(),
            span: None,
            kind: SourceKind::Rule,
            by_clock: false,
        });
        let source = SourceId(0);
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
}
