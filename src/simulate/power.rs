//! What was drawn: the servers that were on, the VMs on them, and the actions.

use std::collections::BTreeMap;

use super::stage::Stage;
use super::{Course, Fate, Happened, Try};
use crate::formulation::Seconds;
use crate::migration;
use crate::request::Task;

/// Changes of a level, by the moment.
type Changes = BTreeMap<Seconds, i128>;

/// The course of what happened, with what was drawn meanwhile.
pub(super) fn figures(stage: &Stage, actions: Vec<Happened>) -> Course {
    let dc = stage.datacenter;
    let end = actions
        .iter()
        .flat_map(|action| &action.tries)
        .map(|one| one.end);
    let end = end.max().unwrap_or(0);
    // What servers draw, what actions draw on top, and the energy of these.
    let (mut base, mut top) = (Changes::new(), Changes::new());
    let mut energy: i128 = 0;
    for (planned, happened) in stage.plan.actions.iter().zip(&actions) {
        let Some(from) = planned.from else { continue };
        let (here, hosting) = (&dc[from], i128::from(dc[from].hosting));
        for one in &happened.tries {
            let lasts = one.well || happened.fate == Fate::Open;
            match planned.task {
                Task::Boot(_) => {
                    add(&mut base, one.start, here.power.into());
                    if !lasts {
                        add(&mut base, one.end, -i128::from(here.power));
                    }
                    add(&mut top, one.start, here.boot_power.into());
                    add(&mut top, one.end, -i128::from(here.boot_power));
                    energy += i128::from(here.boot_power) * i128::from(one.end - one.start);
                }
                Task::Shutdown(_) if one.well => {
                    add(&mut base, one.end, -i128::from(here.power));
                }
                Task::Start(_) => {
                    add(&mut base, one.start, hosting);
                    if !lasts {
                        add(&mut base, one.end, -hosting);
                    }
                }
                Task::Stop(_) if one.well => add(&mut base, one.end, -hosting),
                Task::Migrate { to, .. } => {
                    if one.well {
                        let there = i128::from(dc[to].hosting);
                        add(&mut base, one.end, there - hosting);
                    }
                    energy += copied(&here.migration, one, &mut top);
                }
                Task::Shutdown(_) | Task::Stop(_) | Task::Run(_) | Task::Pause => {}
            }
        }
    }
    let initial = dc.servers.iter().filter(|server| server.on);
    let initial: i128 = initial.map(|server| i128::from(server.power)).sum();
    let guests = dc.vms.iter().filter(|vm| vm.running);
    let hosted: i128 = guests.map(|vm| i128::from(dc[vm.host.value].hosting)).sum();
    let initial = initial + hosted;
    energy += integral(initial, &base, end);
    for (at, change) in base {
        add(&mut top, at, change);
    }
    let mut level = initial;
    let mut power = vec![(0, level)];
    for (at, change) in top {
        level += change;
        match power.last_mut() {
            Some(last) if last.0 == at => last.1 = level,
            Some(last) if last.1 == level => {}
            _ => power.push((at, level)),
        }
    }
    let during = power.iter().filter(|(from, _)| *from < end.max(1));
    let peak = during.map(|&(_, level)| level).max().unwrap_or(initial);
    Course {
        actions,
        end,
        peak_power: natural(peak),
        energy: natural(energy),
        power: power
            .into_iter()
            .map(|(from, level)| (from, i64::try_from(level).unwrap_or(i64::MAX)))
            .collect(),
    }
}

/// What a migration draws at the rates that it had; its energy in mJ.
fn copied(model: &crate::datacenter::MigrationEnergy, one: &Try, top: &mut Changes) -> i128 {
    let ends = one.rates.iter().skip(1).map(|&(from, _)| from);
    for (&(from, rate), to) in one.rates.iter().zip(ends.chain([one.end])) {
        let power = i128::from(migration::power(model, rate.round() as u64));
        add(top, from, power);
        add(top, to, -power);
    }
    // As a second of as many bit/s.
    i128::from(migration::energy(model, one.bits.round() as u64, 1))
}

fn add(changes: &mut Changes, at: Seconds, change: i128) {
    *changes.entry(at).or_default() += change;
}

fn integral(initial: i128, changes: &Changes, end: Seconds) -> i128 {
    let (mut sum, mut level, mut since) = (0, initial, 0);
    for (&at, &change) in changes.range(..=end) {
        sum += level * i128::from(at - since);
        (level, since) = (level + change, at);
    }
    sum + level * i128::from(end - since)
}

fn natural(value: i128) -> u64 {
    u64::try_from(value.max(0)).unwrap_or(u64::MAX)
}
