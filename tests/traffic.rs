//! Traffic of guests: what they send is counted second by second from the plan and the file, by other means than the checker's.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use mvm::compile::{Checked, Failure, Prospect, check};
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
    rule: Rule,
}

/// What is said of the first two VMs.
#[derive(Clone, Copy)]
enum Rule {
    Nothing,
    Before,
    After,
    Starts,
    Ends,
}

impl Rule {
    fn text(self) -> &'static str {
        match self {
            Rule::Nothing => "",
            Rule::Before => "  before v0 -> v1\n",
            Rule::After => "  before v1 -> v0\n",
            Rule::Starts => "  sync starts v0, v1\n",
            Rule::Ends => "  sync ends v0, v1\n",
        }
    }

    /// Whether what counts is what may flow: where one of two that move together leaves the server that the other one reaches, something flows
    /// until the first of them ends, and counts until a certain one does.
    fn is_exact(self, moves: &[Move]) -> bool {
        match (self, moves) {
            (Rule::Starts | Rule::Ends, [one, other, ..]) => {
                one.from != other.to && one.to != other.from
            }
            _ => true,
        }
    }

    fn holds(self, moves: &[Move]) -> bool {
        let [one, other, ..] = moves else {
            return true;
        };
        match self {
            Rule::Nothing => true,
            Rule::Before => one.time.1 <= other.time.0,
            Rule::After => other.time.1 <= one.time.0,
            Rule::Starts => one.time.0 == other.time.0,
            Rule::Ends => one.time.1 == other.time.1,
        }
    }
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
        let rule = Rule::Nothing;
        Night {
            text,
            out,
            vms,
            rule,
        }
    }

    /// One in which the first two VMs also talk to each other, and a rule says something about when they move.
    fn talking(seed: u64) -> Self {
        let night = Night::random(seed);
        let mut dice = Dice(seed.wrapping_mul(0x517c_c1b7_2722_0a95) | 1);
        let rules = [Rule::Before, Rule::After, Rule::Starts, Rule::Ends];
        let rule = rules[dice.below(4) as usize];
        let talk = format!(
            "traffic v0 to v1 {}Mbps\ntraffic v1 to v0 {}Mbps\nplan",
            10 * (1 + dice.below(4)),
            10 * (1 + dice.below(3)),
        );
        let text = night.text.replace("plan", &talk);
        let text = text.replace("  minimize", &format!("{}  minimize", rule.text()));
        Night {
            text,
            rule,
            ..night
        }
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
    if choices.iter().any(Vec::is_empty) {
        return None;
    }
    let mut best = None;
    let mut picked = vec![0; choices.len()];
    loop {
        let moves: Vec<Move> = choices
            .iter()
            .zip(&picked)
            .map(|(all, &at)| all[at])
            .collect();
        let end = moves.iter().map(|one| one.time.1).max().unwrap_or(0);
        let is_better = night.rule.holds(&moves) && best.is_none_or(|best| end < best);
        if is_better && fits(night, checked, &moves, true) {
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
    let (planned, bound) = are_the_best(60, Night::random);
    assert!(planned > 30 && bound > 10, "{planned} {bound}");
}

/// Where it is said when two VMs move that talk.
#[test]
fn plans_are_the_best_where_guests_that_talk_move_in_order_or_together() {
    let (planned, bound) = are_the_best(120, Night::talking);
    assert!(planned > 40 && bound > 10, "{planned} {bound}");
}

/// How many of so many nights have a plan, and of how many another one would be better if guests sent nothing.
fn are_the_best(nights: u64, night: fn(u64) -> Night) -> (i32, i32) {
    let (mut planned, mut bound) = (0, 0);
    for seed in 0..nights {
        let night = night(seed);
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
        let least = least(&night, &checked, value).unwrap();
        assert!(least <= value, "{seed}\n{text}");
        assert!(
            least == value || !night.rule.is_exact(&moves),
            "{seed}\n{text}"
        );
        // Carried out, all happens as planned.
        let settled = checked.settled_by(0, &plan).unwrap();
        let dc = &checked.analysis.datacenter;
        let stage = Stage::new(dc, &settled.request, &settled.problem, &plan).unwrap();
        let course = simulate(&stage, stage.law(), &Trouble::NONE);
        assert_eq!(judge(&stage, &course), [], "{seed}");
        // Those that start together are over together, for whoever waits for one of them.
        let is_on_time = course.end <= plan.makespan || matches!(night.rule, Rule::Starts);
        assert!(course.is_done() && is_on_time, "{seed}");
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
    (planned, bound)
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

/// Two racks of two servers behind narrow links, and guests that talk to one another while they come and go.
struct Talk {
    text: String,
}

/// Mbit/s of each server, and of each rack's and the world's link to the core.
const SERVER: u64 = 100;
const TRUNK: u64 = 100;

impl Talk {
    fn random(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut text = format!(
            "switch core\nswitch world {{ link {TRUNK}Mbps to core }}\n\
             rack r[1..2] link {TRUNK}Mbps to core {{ server s[1..2] {{ link {SERVER}Mbps }} }}\n"
        );
        let vms = 2 + dice.below(3) as usize;
        let mut steps = String::new();
        let is_post = dice.below(3) == 0;
        let copy = if is_post { " copy post" } else { "" };
        let mut moving = Vec::new();
        for vm in 0..vms {
            let place = |dice: &mut Dice| (1 + dice.below(2), 1 + dice.below(2));
            let from = place(&mut dice);
            let mut to = place(&mut dice);
            if to == from {
                to.1 = 3 - to.1;
            }
            let memory = 10 + 10 * dice.below(4);
            let what = dice.below(8);
            let state = if what == 0 { " off" } else { "" };
            text += &format!(
                "vm v{vm} {{ memory {memory}MB idle on r{}.s{}{copy}{state} }}\n",
                from.0, from.1
            );
            steps += &match what {
                0 => format!("  start v{vm}\n"),
                1 => format!("  stop v{vm}\n"),
                2 => format!("  migrate v{vm} to any of r[1..2].s[1..2]\n"),
                3 => format!(
                    "  migrate v{vm} to r{}.s{}\n  migrate v{vm} to r{}.s{}\n",
                    to.0, to.1, from.0, from.1
                ),
                _ => {
                    moving.push(vm);
                    format!("  migrate v{vm} to r{}.s{}\n", to.0, to.1)
                }
            };
        }
        for _ in 0..2 + dice.below(3) {
            let from = dice.below(vms as u64);
            let to = (from + 1 + dice.below(vms as u64 - 1)) % vms as u64;
            let rate = 10 * (1 + dice.below(4));
            text += &match dice.below(6) {
                0 => format!("traffic v{from} to world {rate}Mbps\n"),
                _ => format!("traffic v{from} to v{to} {rate}Mbps\n"),
            };
        }
        let rule = match (dice.below(4), &moving[..]) {
            (0, [one, other, ..]) => format!("  sync v{one}, v{other}\n"),
            (1, [one, other, ..]) => format!("  sync starts v{one}, v{other}\n"),
            (2, _) => "  before v1 -> v0\n".to_owned(),
            _ => String::new(),
        };
        text += &format!("plan talk {{\n{steps}{rule}  minimize makespan\n}}\n");
        Talk { text }
    }
}

/// The links in one direction between two servers, by their names, or the world.
fn way(from: &str, to: &str) -> Vec<String> {
    if from == to {
        return Vec::new();
    }
    let rack = |place: &str| place.split('.').next().unwrap().to_owned();
    let (a, b) = (rack(from), rack(to));
    let mut links = Vec::new();
    if from != a {
        links.push(format!("{from} up"));
    }
    if a != b {
        links.extend([format!("{a} up"), format!("{b} down")]);
    }
    if to != b {
        links.push(format!("{to} down"));
    }
    links
}

/// Mbit/s on each link in each second, by where guests really are: those that migrate count at both places, those that start or stop as if
/// they ran.
fn talk(checked: &Checked, plan: &Plan, second: i64) -> BTreeMap<String, u64> {
    let dc = &checked.analysis.datacenter;
    let name = |server: mvm::datacenter::ServerId| dc[server].name.clone();
    let mut load: BTreeMap<String, u64> = BTreeMap::new();
    let mut places: Vec<Vec<Option<String>>> = (dc.vms.iter())
        .map(|vm| vec![vm.running.then(|| name(vm.host.value))])
        .collect();
    let mut actions: Vec<_> = plan.actions.iter().collect();
    actions.sort_by_key(|planned| planned.start);
    for planned in actions.into_iter().filter(|one| one.start <= second) {
        let from = planned.from.map(name);
        let (vm, to) = match planned.task {
            Task::Migrate { vm, to } => (vm, Some(name(to))),
            Task::Start(vm) => (vm, from.clone()),
            Task::Stop(vm) => (vm, None),
            _ => continue,
        };
        let places = &mut places[vm.0 as usize];
        if second >= planned.end {
            *places = vec![to];
            continue;
        }
        if let Some(rate) = planned.rate {
            for link in way(&from.unwrap(), to.as_ref().unwrap()) {
                *load.entry(link).or_default() += rate / MBIT;
            }
        }
        places.push(to);
    }
    let spots = |end: End| match end {
        End::Vm(vm) => places[vm.0 as usize].clone(),
        End::Switch(_) => vec![Some("world".to_owned())],
    };
    for traffic in &dc.traffic {
        let (from, to) = (spots(traffic.from), spots(traffic.to));
        let pairs = from.iter().flatten();
        let pairs = pairs.flat_map(|from| to.iter().flatten().map(move |to| way(from, to)));
        let used: std::collections::BTreeSet<String> = pairs.flatten().collect();
        for link in used {
            *load.entry(link).or_default() += traffic.rate / MBIT;
        }
    }
    load
}

fn overbooked(checked: &Checked, plan: &Plan) -> Option<(i64, String, u64)> {
    (0..=plan.makespan).find_map(|second| {
        let load = talk(checked, plan, second);
        let most = |link: &str| if link.contains('.') { SERVER } else { TRUNK };
        let over = load.into_iter().find(|(link, mbit)| *mbit > most(link));
        over.map(|(link, mbit)| (second, link, mbit))
    })
}

/// Whoever comes and goes at both ends of what flows, no link ever carries more than it can.
#[test]
fn guests_that_talk_leave_no_link_overbooked() {
    let (mut planned, mut bound) = (0, 0);
    for seed in 0..400 {
        let talk = Talk::random(seed);
        let text = &talk.text;
        let checked = check("test.mvm", &Text(text));
        let options = Options::default();
        let plan = match checked.plan(0, &options, &mut Quiet) {
            Ok(plan) => plan,
            Err(Failure::Input | Failure::Impossible(_)) => continue,
            Err(why) => panic!("{seed} {why:?}\n{text}"),
        };
        planned += 1;
        assert_eq!(overbooked(&checked, &plan), None, "{seed}\n{text}{plan:#?}");
        // Carried out, all happens as planned.
        let settled = checked.settled_by(0, &plan).unwrap();
        let dc = &checked.analysis.datacenter;
        let stage = Stage::new(dc, &settled.request, &settled.problem, &plan).unwrap();
        let course = simulate(&stage, stage.law(), &Trouble::NONE);
        assert_eq!(judge(&stage, &course), [], "{seed}");
        assert!(course.is_done() && course.end <= plan.makespan, "{seed}");
        // Without what they send there would be a plan that does not fit.
        let quiet = text.lines().filter(|line| !line.starts_with("traffic"));
        let quiet: String = quiet.map(|line| format!("{line}\n")).collect();
        let without = check("test.mvm", &Text(&quiet));
        let without = without.plan(0, &options, &mut Quiet).unwrap();
        bound += i32::from(overbooked(&checked, &without).is_some());
    }
    assert!(planned > 200 && bound > 60, "{planned} {bound}");
}

/// A rate that leaves room for all that might have come is a rate of the plan in which less has come.
#[test]
fn rates_are_kept_when_all_is_decided() {
    let text = "switch lan\nswitch world { link 1Gbps to lan }\n\
        server n[1..2], n4 { memory 10GiB link 100Mbps to lan }\n\
        server n3 { memory 20GiB link 1Gbps to lan }\n\
        vm v { memory 100MB idle on n1 }\n\
        vm w, x { memory 6GiB used 100MB idle on n3 }\n\
        traffic w, x to world 30Mbps\n\
        plan p {\n  migrate w, x to any of n1, n4\n  migrate v to n2\n  before w, x -> v\n}\n";
    let checked = check("test.mvm", &Text(text));
    let plan = checked.plan(0, &Options::default(), &mut Quiet).unwrap();
    let of_v = plan.actions.iter().find(|one| one.id == "migrate v");
    // One of them is on its server by then, both might have been.
    assert_eq!(of_v.unwrap().rate, Some(40 * MBIT));
}

/// Two racks, an uplink of 100 Mbit/s each, and two guests that talk and move from one to the other.
fn move_of_two(talk: &str, rest: &str) -> String {
    format!(
        "switch core\nrack r[1..2] link 100Mbps to core {{ server s[1..3] {{ link 1Gbps }} }}\n\
         vm a {{ memory 100MB idle on r1.s1 }}\nvm b {{ memory 100MB idle on r1.s2 }}\n\
         vm c {{ memory 100MB idle on r1.s3 }}\n{talk}\n\
         plan p {{\n  migrate a to r2.s1\n  migrate b to r2.s2\n{rest}  minimize makespan\n}}\n"
    )
}

fn makespan(text: &str) -> (i64, i64) {
    let checked = check("test.mvm", &Text(text));
    let plan = checked.plan(0, &Options::default(), &mut Quiet).unwrap();
    (plan.objectives[0].value, plan.objectives[0].lower_bound)
}

/// What flows only while two are apart is counted only then, if it is said when they move.
#[test]
fn guests_that_are_apart_for_a_while() {
    // 100 MB at 100 Mbit/s are 8 s each. What `a` sends from the other rack comes back over links that no migration uses.
    let full = "traffic a to b 100Mbps";
    assert_eq!(makespan(&move_of_two(full, "  before a -> b\n")), (16, 16));
    // Else it might be `b` that goes first.
    assert_eq!(codes(&move_of_two(full, "")), [Code::RateTooHigh]);
    assert_eq!(
        codes(&move_of_two(full, "  before b -> a\n")),
        [Code::RateTooHigh, Code::RateTooHigh]
    );
    // In one `sync` 40 of the 100 Mbit/s are theirs meanwhile, and the others 30 each: 27 s. Then `c` has all of it, for 8 s.
    let some = "traffic a to b 40Mbps";
    let last = "  migrate c to r2.s3 at 100Mbps\n  before a, b -> c\n";
    assert_eq!(
        makespan(&move_of_two(some, &format!("{last}  sync a, b\n"))),
        (35, 35)
    );
    // One after the other they have 60 each, for 13 s.
    let ordered = format!("{last}  before b -> a\n");
    assert_eq!(makespan(&move_of_two(some, &ordered)), (34, 34));
    let unsaid = check("test.mvm", &Text(&move_of_two(some, last)));
    let Err(Failure::Impossible(why)) = unsaid.plan(0, &Options::default(), &mut Quiet) else {
        panic!("`b` may have gone before `a`");
    };
    let help = why[0].help.last().unwrap();
    assert!(help.starts_with("`sync a, b` or `before a -> b`"), "{help}");
}
