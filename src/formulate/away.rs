//! Servers whose guests do not fit together where they wait are not away at once.
//!
//! From the start of a server's shutdown to the end of its next boot, its guests that come back are where they wait. So on each
//! server where guests wait, these times are jobs that take the memory of all of them at once: a cumulative constraint, which the levels
//! of the single guests imply but whose relaxation they do not give, since that lets halves of several servers' guests wait together.
//! Of it stand here the counts that dual feasible functions make of it (Fekete and Schepers, "New classes of fast lower bounds for
//! bin packing problems", 2001, section 3): of those that take more than a `k + 1`st of the room, at most `k`; and of those that
//! exclude one another in pairs, one.
//!
//! Each has its place longer than it is down. *Before:* a guest takes its room from the start of its move on, and moves before the shutdown
//! starts. When the last of these moves starts, all guests have their room and none has given it back, and the shutdown comes no
//! sooner than the shortest move takes. *Behind:* nobody comes back before the boot has ended, and gives room back when it has come back. So the
//! place is held until guests have come back that give enough, which takes the least time in which some of them can.
//!
//! Enough is what leaves no more than a `k + 1`st of the room: then `k + 1` of them, each holding more at some
//! moment, would hold more than all of it. Of those that exclude one another in pairs, enough is what the least of the others needs. For if the
//! places of two of them overlapped, one would get its place while the other one has its own. The first would hold all that it takes
//! from then on, so it needs what the other one has not given back: that one would have given its place back already.

use std::collections::BTreeMap;

use super::Cause;
use super::implied::{Count, Held, least_time};
use super::levels::{Key, Levels};
use super::rules::Sources;
use crate::datacenter::{ServerId, Stock, VmId};
use crate::formulation::{ActionId, Formulation};
use crate::request::{Subject, Task};

/// Counts that are looked for: at most so many of those that take more than a share of the room.
const COUNTS: u64 = 4;

/// On no server more levels are added than that.
const MOST: usize = 40;

/// A server is away from the start of one action to the end of another one, and its guests wait meanwhile.
#[derive(Debug, Clone)]
struct Away {
    leaves: ActionId,
    returns: ActionId,
    /// What its guests take in all.
    takes: u64,
    guests: Vec<Guest>,
}

/// A guest that waits, and what it takes.
#[derive(Debug, Clone, Copy)]
struct Guest {
    takes: u64,
    /// What brought it, and what puts that before the server leaves.
    came: (ActionId, Cause),
    /// What it does next, behind the server's return.
    goes: Option<ActionId>,
}

/// A guest that waits on a server after an action, and the next one that it does.
struct Waits {
    vm: VmId,
    on: ServerId,
    came: ActionId,
    goes: Option<ActionId>,
}

impl Levels<'_> {
    /// The counts of servers which are away.
    pub(super) fn away(&self, sources: &mut Sources, out: &mut Formulation) -> Vec<Count> {
        let mut counts = Vec::new();
        for ((stock, server), away) in self.all_away() {
            let Some(room) = self.room_for_guests(stock, server) else {
                continue;
            };
            let memory = self.describe(Key::Stock(stock, server));
            for (most, among) in counted(room, &away) {
                let held = (0..among.len()).map(|at| self.held(room, most, &among, at));
                counts.push(Count {
                    name: format!("servers away whose guests share {}", memory.name),
                    most,
                    source: sources.level(&memory, out),
                    held: held.collect(),
                });
            }
        }
        counts
    }

    /// From when to when one of those that are counted has its place.
    fn held(&self, room: u64, most: u64, among: &[&Away], at: usize) -> Held {
        let away = among[at];
        let others = (0..among.len()).filter(|&other| other != at);
        let least = others.map(|other| among[other].takes).min().unwrap_or(0);
        // With no more than that it does not have its place any more.
        let little = match most {
            1 => room.saturating_sub(least),
            most => room / (most + 1),
        };
        let back = away.guests.iter();
        let back = back.filter_map(|guest| Some((guest.takes, guest.goes?)));
        let back: Vec<(u64, ActionId)> = back.collect();
        let all: u64 = back.iter().map(|&(takes, _)| takes).sum();
        // Where too few come back, nobody ever has its place after it.
        let wanted = away.takes.saturating_sub(little).min(all);
        let moves = away.guests.iter().map(|guest| self.shortest(guest.came.0));
        let lead = moves.min().unwrap_or(0);
        let down = self.shortest(away.leaves) + self.shortest(away.returns);
        Held {
            action: away.leaves,
            lead: away.guests.first().map(|guest| (lead, guest.came.1)),
            length: lead + down + least_time(self, &back, wanted),
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
        let orders: BTreeMap<(ActionId, ActionId), Cause> = (walk.orders.iter())
            .map(|order| ((order.first, order.then), order.cause))
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
                    let Some(&left) = orders.get(&(guest.came, leaves)) else {
                        continue;
                    };
                    let is_back = |goes| up.iter().any(|&up| orders.contains_key(&(up, goes)));
                    if !guest.goes.is_none_or(is_back) {
                        continue;
                    }
                    for stock in self.dc().stocks() {
                        let takes = self.dc()[guest.vm].takes_of(stock);
                        if takes == 0 {
                            continue;
                        }
                        let away = here.entry((stock, guest.on)).or_insert(Away {
                            leaves,
                            returns,
                            takes: 0,
                            guests: Vec::new(),
                        });
                        away.takes = away.takes.saturating_add(takes);
                        away.guests.push(Guest {
                            takes,
                            came: (guest.came, left),
                            goes: guest.goes,
                        });
                    }
                }
                for (place, away) in here {
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
            deed.open.len() <= 1 && !deed.is_optional
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
