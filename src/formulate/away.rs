//! Servers whose guests do not fit together where they wait are not away at once.
//!
//! From the start of a server's shutdown to the end of its next boot, its guests that come back are where they wait. So on each
//! server where guests wait, these times are jobs that take the memory of all of them at once: a cumulative constraint, which the levels
//! of the single guests imply but whose relaxation they do not give, since that lets halves of several servers' guests wait together.
//! Of it stand here the counts that dual feasible functions make of it (Fekete and Schepers, "New classes of fast lower bounds for
//! bin packing problems", 2001, section 3): of those that take more than a `k + 1`st of the room, at most `k`; and of those that
//! exclude one another in pairs, one.

use std::collections::{BTreeMap, BTreeSet};

use super::levels::{Key, Levels};
use crate::datacenter::{ServerId, Stock, VmId};
use crate::formulation::ActionId;
use crate::request::{Subject, Task};

/// Counts that are looked for: at most so many of those that take more than a share of the room.
const COUNTS: u64 = 4;

/// On no server more levels are added than that.
const MOST: usize = 40;

/// What one that is away counts, in parts that its guests can give.
const WHOLE: u64 = 60;

/// A server is away from the start of one action to the end of another one, and its guests take so much meanwhile.
#[derive(Debug, Clone)]
struct Away {
    leaves: ActionId,
    returns: ActionId,
    takes: u64,
    /// What each guest takes, and the action by which it comes back.
    guests: Vec<(u64, ActionId)>,
}

/// A guest that waits on a server after an action, and the next one that it does.
struct Waits {
    vm: VmId,
    on: ServerId,
    came: ActionId,
    goes: Option<ActionId>,
}

impl Levels<'_> {
    /// Adds the levels that count servers which are away.
    pub(super) fn away(&mut self) {
        for ((stock, server), away) in self.all_away() {
            let Some(room) = self.room_for_guests(stock, server) else {
                continue;
            };
            for (at, (count, among)) in counted(room, &away).into_iter().enumerate() {
                let key = Key::Away(stock, server, at as u32);
                let mut changes = changes(room, count, &among);
                changes.sort_unstable();
                for (action, take, give) in changes {
                    self.change(key, action, take, give);
                }
                let level = self.table.entry(key).or_default();
                level.capacity = vec![(0, (count * WHOLE).into())];
            }
        }
    }

    /// What a server has for those that come and go: all but what those take who never leave it.
    fn room_for_guests(&self, stock: Stock, server: ServerId) -> Option<u64> {
        let gives = self.request().gives(self.dc(), server, stock)?.value;
        let moves = |vm: VmId| !self.walk().actions(Subject::Vm(vm)).is_empty();
        let vms = self.dc().vms.iter().zip((0..).map(VmId));
        let settled = vms.filter(|(vm, id)| vm.running && vm.host.value == server && !moves(*id));
        let taken: u64 = settled.map(|(vm, _)| vm.takes_of(stock)).sum();
        gives.checked_sub(taken)
    }

    /// Who is away while guests wait on each server.
    fn all_away(&self) -> BTreeMap<(Stock, ServerId), Vec<Away>> {
        let walk = self.walk();
        let orders: BTreeSet<(ActionId, ActionId)> = (walk.orders.iter())
            .map(|order| (order.first, order.then))
            .collect();
        let task = |action: ActionId| walk.deeds[action.0 as usize].task;
        let waiting = self.waiting();
        let mut all: BTreeMap<(Stock, ServerId), Vec<Away>> = BTreeMap::new();
        for (server, own) in &walk.of_server {
            for (at, pair) in own.windows(2).enumerate() {
                let (leaves, returns) = (pair[0], pair[1]);
                let (Task::Shutdown(_), Task::Boot(_)) = (task(leaves), task(returns)) else {
                    continue;
                };
                // The boot, and what the server does itself later on.
                let up = &own[at + 1..];
                let mut here: BTreeMap<(Stock, ServerId), Away> = BTreeMap::new();
                for guest in waiting.get(server).into_iter().flatten() {
                    // It has left before, and comes back, or goes on, no earlier.
                    let is_back = |goes| up.iter().any(|&up| orders.contains(&(up, goes)));
                    let waits = orders.contains(&(guest.came, leaves));
                    if !waits || !guest.goes.is_none_or(is_back) {
                        continue;
                    }
                    for stock in self.dc().stocks() {
                        let takes = self.dc()[guest.vm].takes_of(stock);
                        let away = here.entry((stock, guest.on)).or_insert(Away {
                            leaves,
                            returns,
                            takes: 0,
                            guests: Vec::new(),
                        });
                        away.takes = away.takes.saturating_add(takes);
                        away.guests.extend(guest.goes.map(|goes| (takes, goes)));
                    }
                }
                for (place, away) in here.into_iter().filter(|(_, away)| away.takes > 0) {
                    all.entry(place).or_default().push(away);
                }
            }
        }
        all
    }

    /// Those that a migration takes from each server to a place that is not open.
    fn waiting(&self) -> BTreeMap<ServerId, Vec<Waits>> {
        let walk = self.walk();
        let is_settled = |action: ActionId| {
            let deed = &walk.deeds[action.0 as usize];
            deed.open.is_empty() && !deed.is_optional
        };
        let mut waiting: BTreeMap<ServerId, Vec<Waits>> = BTreeMap::new();
        for (&vm, own) in &walk.of_vm {
            for (at, &came) in own.iter().enumerate() {
                let deed = &walk.deeds[came.0 as usize];
                let goes = own.get(at + 1).copied();
                if let (Task::Migrate { to: on, .. }, Some(from)) = (deed.task, deed.from)
                    && is_settled(came)
                    && goes.is_none_or(is_settled)
                {
                    let waits = Waits { vm, on, came, goes };
                    waiting.entry(from).or_default().push(waits);
                }
            }
        }
        waiting
    }
}

/// At most so many of those, for each count that says something.
fn counted(room: u64, away: &[Away]) -> Vec<(u64, Vec<&Away>)> {
    let mut found: Vec<(u64, Vec<&Away>)> = Vec::new();
    for count in 1..=COUNTS {
        let is_large = |away: &&Away| away.takes.saturating_mul(count + 1) > room;
        let large: Vec<&Away> = away.iter().filter(is_large).collect();
        // That fewer of as many are away says more.
        let is_told = found.iter().any(|(_, known)| known.len() == large.len());
        if large.len() as u64 > count && !is_told {
            found.push((count, large));
        }
    }
    // One that takes no more than half beside those that leave it no room.
    for small in away.iter().filter(|small| small.takes * 2 <= room) {
        let excludes = |other: &&Away| other.takes * 2 > room && other.takes + small.takes > room;
        let mut clique: Vec<&Away> = away.iter().filter(excludes).collect();
        if !clique.is_empty() && found.len() < MOST {
            clique.push(small);
            found.push((1, clique));
        }
    }
    found
}

/// What each action takes and gives of the level that counts those. Of one that excludes all others, guests that do not even fit beside the
/// least of these by themselves have to be back before one of them leaves: each gives its part.
fn changes(room: u64, count: u64, among: &[&Away]) -> Vec<(ActionId, u64, u64)> {
    let mut changes = Vec::new();
    for (at, away) in among.iter().enumerate() {
        changes.push((away.leaves, WHOLE, 0));
        let others = among.iter().enumerate().filter(|&(other, _)| other != at);
        let least = others.map(|(_, other)| other.takes).min().unwrap_or(0);
        let is_large = |&&(takes, _): &&(u64, ActionId)| takes.saturating_add(least) > room;
        let large = away.guests.iter().filter(is_large).take(WHOLE as usize);
        let large: Vec<ActionId> = large.map(|&(_, goes)| goes).collect();
        if count > 1 || large.is_empty() {
            changes.push((away.returns, 0, WHOLE));
            continue;
        }
        let (part, rest) = (WHOLE / large.len() as u64, WHOLE % large.len() as u64);
        let parts = large.iter().enumerate();
        changes.extend(parts.map(|(nth, &goes)| (goes, 0, part + u64::from((nth as u64) < rest))));
    }
    changes
}
