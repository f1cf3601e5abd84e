//! Traffic of guests: what they send is counted second by second from the plan and the file, by other means than the checker's.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use mvm::compile::{Checked, Prospect, check};
use mvm::datacenter::{End, VmId};
use mvm::diag::Code;
use mvm::plan::Plan;
use mvm::request::Task;
use mvm::schedule::{Options, Quiet};
use mvm::simulate::{Stage, Trouble, judge, simulate};
use support::Text;

const MBIT: u64 = 1_000_000;

/// Random numbers that are the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Three servers on one switch with a way out, and VMs that send and receive; all move but the last one, which does not act.
struct Night {
    text: String,
    /// Mbit/s of the way out; of each server it is 100.
    out: u64,
    vms: usize,
}

impl Night {
    fn random(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let out = 60 + 20 * dice.below(3);
        let vms = 2 + dice.below(2) as usize;
        let mut text = format!(
            "switch lan\nswitch world {{ link {out}Mbps to lan }}\nserver n[1..3] {{ link 100Mbps to lan }}\n"
        );
        let mut steps = String::new();
        let mut traffic = String::new();
        for vm in 0..vms {
            let from = 1 + dice.below(3);
            let to = 1 + (from + dice.below(2)) % 3;
            let memory = 10 + 10 * dice.below(4);
            text += &format!("vm v{vm} {{ memory {memory}MB idle on n{from} }}\n");
            steps += &format!("  migrate v{vm} to n{to}\n");
            let rate = 10 * (1 + dice.below(3));
            traffic += &match dice.below(4) {
                0 => format!("traffic v{vm} to still {rate}Mbps\n"),
                1 => format!("traffic world to v{vm} {rate}Mbps\n"),
                2 => String::new(),
                _ => format!("traffic v{vm} to world {rate}Mbps\n"),
            };
        }
        text += &format!(
            "vm still {{ memory 10MB idle on n{} }}\n",
            1 + dice.below(3)
        );
        text += &traffic;
        text += &format!("plan night {{\n{steps}  minimize makespan\n}}\n");
        Night { text, out, vms }
    }

    fn checked(&self) -> Checked {
        check("test.mvm", &Text(&self.text))
    }

    /// Mbit/s that each direction of each link carries: up and down of each server by its number, and of the way out.
    fn capacity(&self, (link, _): (usize, bool)) -> u64 {
        if link == WAY_OUT { self.out } else { 100 }
    }
}

const WAY_OUT: usize = usize::MAX;

/// A link, and whether it is used away from its server, or out.
type Channel = (usize, bool);

/// Where an end is: on a server, or outside.
type Spot = Option<usize>;

/// The directions that are used from one place to another.
fn path(from: Spot, to: Spot) -> Vec<Channel> {
    if from == to {
        return Vec::new();
    }
    let up = from.map_or((WAY_OUT, false), |server| (server, true));
    let down = to.map_or((WAY_OUT, true), |server| (server, false));
    vec![up, down]
}

/// A migration, as far as the network goes.
#[derive(Clone, Copy)]
struct Move {
    vm: VmId,
    from: usize,
    to: usize,
    time: (i64, i64),
    mbit: u64,
}

fn moves(plan: &Plan) -> Vec<Move> {
    let all = plan.actions.iter().filter_map(|planned| {
        let Task::Migrate { vm, to } = planned.task else {
            return None;
        };
        Some(Move {
            vm,
            from: planned.from?.0 as usize,
            to: to.0 as usize,
            time: (planned.start, planned.end),
            mbit: planned.rate? / MBIT,
        })
    });
    all.collect()
}

/// Mbit/s on each direction in a second. While a VM moves, what it sends is where it is, or, as plans count it, at both places.
fn load(checked: &Checked, moves: &[Move], second: i64, both: bool) -> BTreeMap<Channel, u64> {
    let dc = &checked.analysis.datacenter;
    let mut load: BTreeMap<Channel, u64> = BTreeMap::new();
    for one in moves
        .iter()
        .filter(|one| one.time.0 <= second && second < one.time.1)
    {
        for channel in path(Some(one.from), Some(one.to)) {
            *load.entry(channel).or_default() += one.mbit;
        }
    }
    // Where an end is, and where it counts as well.
    let spots = |end: End| -> Vec<Spot> {
        let End::Vm(vm) = end else { return vec![None] };
        let host = dc[vm].host.value.0 as usize;
        match moves.iter().find(|one| one.vm == vm) {
            Some(one) if second >= one.time.1 => vec![Some(one.to)],
            Some(one) if second >= one.time.0 && both => vec![Some(host), Some(one.to)],
            _ => vec![Some(host)],
        }
    };
    for traffic in &dc.traffic {
        let mut used: Vec<Channel> = Vec::new();
        for from in spots(traffic.from) {
            for &to in &spots(traffic.to) {
                used.extend(path(from, to));
            }
        }
        used.sort_unstable();
        used.dedup();
        for channel in used {
            *load.entry(channel).or_default() += traffic.rate / MBIT;
        }
    }
    load
}

fn fits(night: &Night, checked: &Checked, moves: &[Move], both: bool) -> bool {
    let end = moves.iter().map(|one| one.time.1).max().unwrap_or(0);
    (0..=end).all(|second| {
        let load = load(checked, moves, second, both);
        load.iter()
            .all(|(&channel, &mbit)| mbit <= night.capacity(channel))
    })
}

/// The least makespan of all starts and modes, tried one after the other.
fn least(night: &Night, checked: &Checked, horizon: i64) -> Option<i64> {
    let Prospect::Open(problem) = &checked.prospects[0] else {
        return None;
    };
    let f = &problem.formulation;
    let choices: Vec<Vec<Move>> = f
        .ids()
        .map(|action| {
            let work = &problem.work[action.0 as usize];
            let Task::Migrate { vm, to } = work.task else {
                panic!("all of them are migrations");
            };
            let modes = f[action].modes.iter().flat_map(|mode| {
                (0..=horizon - mode.duration).map(move |start| Move {
                    vm,
                    from: work.from.unwrap().0 as usize,
                    to: to.0 as usize,
                    time: (start, start + mode.duration),
                    mbit: mode.rate.unwrap() / MBIT,
                })
            });
            modes.collect()
        })
        .collect();
    let mut best = None;
    let mut picked = vec![0; choices.len()];
    loop {
        let moves: Vec<Move> = choices
            .iter()
            .zip(&picked)
            .map(|(all, &at)| all[at])
            .collect();
        let end = moves.iter().map(|one| one.time.1).max().unwrap_or(0);
        if best.is_none_or(|best| end < best) && fits(night, checked, &moves, true) {
            best = Some(end);
        }
        let next = (0..picked.len()).find(|&at| picked[at] + 1 < choices[at].len());
        let Some(next) = next else { return best };
        picked[next] += 1;
        picked[..next].fill(0);
    }
}

#[test]
fn plans_are_the_best_that_leave_guests_what_they_send() {
    let (mut planned, mut bound) = (0, 0);
    for seed in 0..60 {
        let night = Night::random(seed);
        let checked = night.checked();
        let text = &night.text;
        let Ok(plan) = checked.plan(0, &Options::default(), &mut Quiet) else {
            // Whatever is tried, nothing is found either.
            assert_eq!(least(&night, &checked, 10), None, "{seed}\n{text}");
            continue;
        };
        planned += 1;
        let moves = moves(&plan);
        assert_eq!(moves.len(), night.vms);
        assert!(
            fits(&night, &checked, &moves, true),
            "{seed}\n{text}{plan:#?}"
        );
        assert!(fits(&night, &checked, &moves, false), "{seed}");
        let value = plan.objectives[0].value;
        assert_eq!(value, plan.objectives[0].lower_bound, "{seed} is proved");
        assert_eq!(
            least(&night, &checked, value),
            Some(value),
            "{seed}\n{text}"
        );
        // Carried out, all happens as planned.
        let settled = checked.settled_by(0, &plan).unwrap();
        let dc = &checked.analysis.datacenter;
        let stage = Stage::new(dc, &settled.request, &settled.problem, &plan).unwrap();
        let course = simulate(&stage, stage.law(), &Trouble::NONE);
        assert_eq!(judge(&stage, &course), [], "{seed}");
        assert!(course.is_done() && course.end <= plan.makespan, "{seed}");
        // Without the traffic there would be a plan that does not fit.
        let quiet = text.lines().filter(|line| !line.starts_with("traffic"));
        let quiet = Night {
            text: quiet.map(|line| format!("{line}\n")).collect(),
            ..night
        };
        let without = quiet.checked().plan(0, &Options::default(), &mut Quiet);
        let without = self::moves(&without.unwrap());
        bound += i32::from(!fits(&quiet, &checked, &without, false));
    }
    assert!(planned > 30 && bound > 10, "{planned} {bound}");
}

fn codes(text: &str) -> Vec<Code> {
    let checked = check("test.mvm", &Text(text));
    let impossible = checked.impossible();
    let found = checked.diagnostics.iter().chain(&impossible);
    found.map(|found| found.code).collect()
}

const PAIR: &str = "switch lan\nserver n[1..3] { link 100Mbps to lan }\n\
    vm a { memory 100MB idle on n1 }\nvm b { memory 100MB idle on n2 }\n";

#[test]
fn what_cannot_be_counted_is_refused() {
    let both = format!("{PAIR}traffic a to b 10Mbps\nplan p {{ migrate a, b to n3 }}\n");
    assert_eq!(codes(&both), [Code::TrafficOfBoth]);
    let one = format!("{PAIR}traffic a to b 10Mbps\nplan p {{ migrate a to n3 }}\n");
    assert_eq!(codes(&one), []);
    let server = format!("{PAIR}traffic a to n2 10Mbps\nplan p {{ migrate a to n3 }}\n");
    assert_eq!(codes(&server), [Code::BadLink]);
    let itself = format!("{PAIR}traffic a to a 10Mbps\nplan p {{ migrate a to n3 }}\n");
    assert_eq!(codes(&itself), [Code::BadLink]);
    let nothing_left = format!("{PAIR}traffic a to b 100Mbps\nplan p {{ migrate a to n3 }}\n");
    assert_eq!(codes(&nothing_left), [Code::RateTooHigh]);
}

/// What flows over links for guests alone leaves migrations all that they have.
#[test]
fn links_for_guests_carry_what_they_send() {
    let text = PAIR.replace("to lan }", "to lan link 50Mbps to lan guests }");
    let text = format!("{text}traffic a to b 40Mbps\nplan p {{ migrate a to n3 }}\n");
    let checked = check("test.mvm", &Text(&text));
    let plan = checked.plan(0, &Options::default(), &mut Quiet).unwrap();
    assert_eq!(plan.actions[0].rate, Some(100 * MBIT));
    let full = text.replace("40Mbps", "60Mbps");
    // Both links are too narrow, by the same line: that is one error.
    assert_eq!(codes(&full), [Code::CapTooLow]);
}
