//! What a plan draws and carries over time: exact sweeps over all servers, actions and links.

use std::collections::BTreeMap;

use super::Profile;
use crate::datacenter::{Datacenter, Node, ServerId};
use crate::formulate::{Carrier, Problem};
use crate::formulation::{Schedule, Seconds, UNLIMITED, Unit};
use crate::request::{Period, Request, RuleKind, Task};

/// A level as its changes, by instant.
#[derive(Default)]
struct Changes(BTreeMap<Seconds, i128>);

impl Changes {
    fn add(&mut self, at: Seconds, change: i128) {
        *self.0.entry(at).or_default() += change;
    }

    /// `(from, level)`, ordered, the first at 0, each different from the one before.
    fn level(&self, initial: i128) -> Vec<(Seconds, i128)> {
        let mut level = initial;
        let mut steps = Vec::new();
        if self.0.keys().next() != Some(&0) {
            steps.push((0, level));
        }
        for (&at, &change) in &self.0 {
            level += change;
            if steps.last().is_none_or(|&(_, before)| before != level) {
                steps.push((at, level));
            }
        }
        steps
    }
}

/// The power and the energy of a plan.
pub(super) struct Drawn {
    /// mW at most at any second of the plan; what is drawn before it where the plan does nothing.
    pub peak: u64,
    /// mJ from the plan's start to its last end.
    pub energy: u64,
    pub profile: Profile,
}

/// What all servers and actions draw.
///
/// A migration's and a boot's energy are those of the model: what a budget sees of a migration allows for its
/// fixed energy in every second, which only one second has.
pub(super) fn drawn(
    dc: &Datacenter,
    request: &Request,
    problem: &Problem,
    schedule: &Schedule,
) -> Drawn {
    let f = &problem.formulation;
    let makespan = f.makespan(schedule);
    // What servers draw, and what actions draw on top.
    let (mut base, mut top) = (Changes::default(), Changes::default());
    let mut energy: i128 = 0;
    for (action, work) in f.ids().zip(&problem.work) {
        let (start, end) = (schedule.start[action.0 as usize], f.end(schedule, action));
        let mode = schedule.mode[action.0 as usize] as usize;
        let power = i128::from(work.power[mode]);
        top.add(start, power);
        top.add(end, -power);
        energy += i128::from(work.energy[mode]);
        let Some(from) = work.from else { continue };
        let here = &dc[from];
        let hosting = i128::from(here.hosting);
        match work.task {
            Task::Boot(_) => base.add(start, here.power.into()),
            Task::Shutdown(_) => base.add(end, -i128::from(here.power)),
            Task::Start(_) => base.add(start, hosting),
            Task::Stop(_) => base.add(end, -hosting),
            Task::Migrate { to, .. } => base.add(end, i128::from(dc[to].hosting) - hosting),
            Task::Run(_) | Task::Pause => {}
        }
    }
    let initial = initial_power(dc);
    let steps = base.level(initial);
    for (at, &(from, level)) in steps.iter().enumerate() {
        let to = steps
            .get(at + 1)
            .map_or(makespan, |&(next, _)| next)
            .min(makespan);
        energy += level * i128::from((to - from).max(0));
    }
    for (at, change) in base.0 {
        top.add(at, change);
    }
    let level = top.level(initial);
    let during = level.iter().filter(|&&(from, _)| from < makespan.max(1));
    let peak = during.map(|&(_, level)| level).max().unwrap_or(initial);
    Drawn {
        peak: natural(peak),
        energy: natural(energy),
        profile: Profile {
            name: "power".to_owned(),
            unit: Unit::Power,
            level: narrow(level),
            guests: Vec::new(),
            capacity: budget(request),
        },
    }
}

/// What is drawn before the plan starts.
fn initial_power(dc: &Datacenter) -> i128 {
    let on = dc
        .servers
        .iter()
        .filter(|server| server.on)
        .map(|server| i128::from(server.power));
    let running = dc.vms.iter().filter(|vm| vm.running);
    on.sum::<i128>()
        + running
            .map(|vm| i128::from(dc[vm.host.value].hosting))
            .sum::<i128>()
}

/// The least that the budgets on all servers allow; [`UNLIMITED`] where none does.
fn budget(request: &Request) -> Vec<(Seconds, i64)> {
    let budgets: Vec<(Period, i64)> = request
        .rules
        .iter()
        .filter_map(|rule| match rule.kind {
            RuleKind::Budget {
                power,
                servers: None,
                period,
            } => Some((period, i64::try_from(power).unwrap_or(UNLIMITED))),
            _ => None,
        })
        .collect();
    let mut instants: Vec<Seconds> = vec![0];
    instants.extend(
        budgets
            .iter()
            .flat_map(|(period, _)| [Some(period.from), period.to])
            .flatten(),
    );
    instants.retain(|&at| at >= 0);
    instants.sort_unstable();
    instants.dedup();
    let mut profile: Vec<(Seconds, i64)> = Vec::new();
    for at in instants {
        let holds = |period: &Period| period.from <= at && period.to.is_none_or(|to| at < to);
        let limits = budgets
            .iter()
            .filter(|(period, _)| holds(period))
            .map(|&(_, power)| power);
        let least = limits.min().unwrap_or(UNLIMITED);
        if profile.last().is_none_or(|&(_, before)| before != least) {
            profile.push((at, least));
        }
    }
    match profile.as_slice() {
        [(_, UNLIMITED)] => Vec::new(),
        _ => profile,
    }
}

/// The network elements that carry something: links by direction, then switches.
pub(super) fn carried(dc: &Datacenter, problem: &Problem, schedule: &Schedule) -> Vec<Profile> {
    let f = &problem.formulation;
    let mut carriers: BTreeMap<Carrier, Load> = BTreeMap::new();
    for (action, work) in f.ids().zip(&problem.work) {
        let at = action.0 as usize;
        let Some(rate) = f[action].modes[schedule.mode[at] as usize].rate else {
            continue;
        };
        let (start, end) = (schedule.start[at], f.end(schedule, action));
        let mut carry = |carrier| {
            let load = carriers.entry(carrier).or_default();
            load.all.add(start, rate.into());
            load.all.add(end, -i128::from(rate));
        };
        for &(link, forward) in &work.path {
            carry(Carrier::Link(link, forward));
            let to = if forward { dc[link].b } else { dc[link].a };
            if let Node::Switch(switch) = to {
                carry(Carrier::Switch(switch));
            }
        }
    }
    for &(carrier, rate) in &problem.loads.initial {
        carriers.entry(carrier).or_default().initial += i128::from(rate);
    }
    for change in &problem.loads.changes {
        let start = schedule.start[change.action.0 as usize];
        let comes = change
            .comes
            .iter()
            .map(|&(carrier, rate)| (carrier, start, i128::from(rate)));
        let end = f.end(schedule, change.action);
        let goes = change
            .goes
            .iter()
            .map(|&(carrier, rate)| (carrier, end, -i128::from(rate)));
        for (carrier, at, change) in comes.chain(goes) {
            let load = carriers.entry(carrier).or_default();
            load.all.add(at, change);
            load.guests.add(at, change);
        }
    }
    let profiles = carriers.into_iter().filter_map(|(carrier, load)| {
        let (name, capacity) = match carrier {
            Carrier::Link(id, forward) => {
                let link = &dc[id];
                let (a, b) = (dc.node_name(link.a), dc.node_name(link.b));
                let (from, to) = if forward { (a, b) } else { (b, a) };
                (format!("link {from} -> {to}"), link.rate.value)
            }
            Carrier::Switch(id) => (format!("switch {}", dc[id].name), dc[id].capacity?.value),
        };
        let guests = narrow(load.guests.level(load.initial));
        Some(Profile {
            name,
            unit: Unit::Rate,
            level: narrow(load.all.level(load.initial)),
            guests: if guests.iter().any(|&(_, rate)| rate != 0) {
                guests
            } else {
                Vec::new()
            },
            capacity: vec![(0, i64::try_from(capacity).unwrap_or(UNLIMITED))],
        })
    });
    profiles.collect()
}

/// What a network element carries.
#[derive(Default)]
struct Load {
    /// What guests send over it before anything happens.
    initial: i128,
    all: Changes,
    guests: Changes,
}

/// The memory that running VMs take of each server that one of them leaves or reaches, or where one starts or stops.
pub(super) fn taken(dc: &Datacenter, problem: &Problem, schedule: &Schedule) -> Vec<Profile> {
    let f = &problem.formulation;
    let mut servers: BTreeMap<ServerId, Changes> = BTreeMap::new();
    for (action, work) in f.ids().zip(&problem.work) {
        let (start, end) = (schedule.start[action.0 as usize], f.end(schedule, action));
        let (Some(vm), Some(from)) = (work.task.vm(), work.from) else {
            continue;
        };
        let memory = i128::from(dc[vm].memory.value);
        let mut change = |server, at, change| servers.entry(server).or_default().add(at, change);
        match work.task {
            Task::Migrate { to, .. } => {
                change(to, start, memory);
                change(from, end, -memory);
            }
            Task::Start(_) => change(from, start, memory),
            _ => change(from, end, -memory),
        }
    }
    let mut initial = vec![0; dc.servers.len()];
    for vm in dc.vms.iter().filter(|vm| vm.running) {
        initial[vm.host.value.0 as usize] += i128::from(vm.memory.value);
    }
    let profiles = servers.into_iter().map(|(id, changes)| {
        let limit = dc[id].memory.map(|at| at.value);
        let limit = limit.map(|limit| (0, i64::try_from(limit).unwrap_or(UNLIMITED)));
        Profile {
            name: format!("memory {}", dc[id].name),
            unit: Unit::Memory,
            level: narrow(changes.level(initial[id.0 as usize])),
            guests: Vec::new(),
            capacity: limit.into_iter().collect(),
        }
    });
    profiles.collect()
}

fn natural(value: i128) -> u64 {
    u64::try_from(value.max(0)).unwrap_or(u64::MAX)
}

fn narrow(level: Vec<(Seconds, i128)>) -> Vec<(Seconds, i64)> {
    let narrow = |value: i128| i64::try_from(value).unwrap_or(UNLIMITED);
    level
        .into_iter()
        .map(|(from, level)| (from, narrow(level)))
        .collect()
}
