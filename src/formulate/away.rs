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

/// A server is away from the start of one action to the end of another one, and its guests take so much meanwhile.
#[derive(Debug, Clone, Copy)]
struct Away {
    leaves: ActionId,
    returns: ActionId,
    takes: u64,
}

impl Levels<'_> {
    /// Adds the levels that count servers which are away.
    pub(super) fn away(&mut self) {
        for ((stock, server), away) in self.all_away() {
            for (at, (count, among)) in self.counted(stock, server, &away).into_iter().enumerate() {
                let key = Key::Away(stock, server, at as u32);
                let mut changes: Vec<(ActionId, u64, u64)> = (among.iter())
                    .flat_map(|away| [(away.leaves, 1, 0), (away.returns, 0, 1)])
                    .collect();
                changes.sort_unstable();
                for (action, take, give) in changes {
                    self.change(key, action, take, give);
                }
                let level = self.table.entry(key).or_default();
                level.capacity = vec![(0, count.into())];
            }
        }
    }

    /// At most so many of those, for each count that says something.
    fn counted(&self, stock: Stock, server: ServerId, away: &[Away]) -> Vec<(u64, Vec<Away>)> {
        let Some(room) = self.room_for_guests(stock, server) else {
            return Vec::new();
        };
        let mut found: Vec<(u64, Vec<Away>)> = Vec::new();
        for count in 1..=COUNTS {
            let large = |away: &&Away| away.takes.saturating_mul(count + 1) > room;
            let large: Vec<Away> = away.iter().filter(large).copied().collect();
            let is_told = found
                .iter()
                .any(|(fewer, known)| *fewer < count && known.len() == large.len());
            if large.len() as u64 > count && !is_told {
                found.push((count, large));
            }
        }
        // One that takes less than half beside those that leave it no room.
        for small in away.iter().filter(|small| small.takes * 2 <= room) {
            let excludes =
                |other: &&Away| other.takes * 2 > room && other.takes + small.takes > room;
            let mut clique: Vec<Away> = away.iter().filter(excludes).copied().collect();
            if !clique.is_empty() && found.len() < MOST {
                clique.push(*small);
                found.push((1, clique));
            }
        }
        found
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
        let mut all: BTreeMap<(Stock, ServerId), Vec<Away>> = BTreeMap::new();
        let mut guests: BTreeMap<ServerId, Vec<(VmId, ServerId, ActionId, Option<ActionId>)>> =
            BTreeMap::new();
        for (&vm, own) in &walk.of_vm {
            for (at, &action) in own.iter().enumerate() {
                let deed = &walk.deeds[action.0 as usize];
                if let (Task::Migrate { to, .. }, true, Some(from)) =
                    (deed.task, deed.open.is_empty(), deed.from)
                {
                    let next = own.get(at + 1).copied();
                    guests.entry(from).or_default().push((vm, to, action, next));
                }
            }
        }
        for (server, own) in &walk.of_server {
            for (at, pair) in own.windows(2).enumerate() {
                let (Task::Shutdown(_), Task::Boot(_)) = (task(pair[0]), task(pair[1])) else {
                    continue;
                };
                let (leaves, returns) = (pair[0], pair[1]);
                // The boot, and what the server does itself later on.
                let up = &own[at + 1..];
                let mut takes: BTreeMap<(Stock, ServerId), u64> = BTreeMap::new();
                for &(vm, to, action, next) in guests.get(server).into_iter().flatten() {
                    // It has left before, and comes back, or goes on, no earlier.
                    let waits = orders.contains(&(action, leaves))
                        && next
                            .is_none_or(|next| up.iter().any(|&up| orders.contains(&(up, next))));
                    if waits {
                        for stock in self.dc().stocks() {
                            *takes.entry((stock, to)).or_default() += self.dc()[vm].takes_of(stock);
                        }
                    }
                }
                for (place, takes) in takes.into_iter().filter(|(_, takes)| *takes > 0) {
                    all.entry(place).or_default().push(Away {
                        leaves,
                        returns,
                        takes,
                    });
                }
            }
        }
        all
    }
}
