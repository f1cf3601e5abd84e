//! Where VMs go, stop and start whose place is open: where each may be, and what the boots and shutdowns there ask of it.

use std::collections::BTreeSet;

use super::super::errors;
use super::super::scopes::RuleAt;
use super::{Pools, Walker};
use crate::datacenter::{Pool, ServerId, VmId};
use crate::diag::Diagnostic;
use crate::formulation::ActionId;
use crate::request::{Step, Subject, Task};

/// A way that an action may go, where that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Choice {
    /// Where the VM is before it.
    pub from: ServerId,
    /// What is done then.
    pub task: Task,
    pub pools: Pools,
    /// What the VM is where it leaves, and where it arrives.
    pub leaves: Stay,
    pub arrives: Stay,
}

impl Choice {
    /// Whether the VM stays where it is.
    pub fn stays(&self) -> bool {
        matches!(self.task, Task::Migrate { to, .. } if to == self.from)
    }
}

/// A server, and the pool there where it is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub server: ServerId,
    pub pool: Option<Pool>,
}

/// Where a VM may be whose place was chosen.
#[derive(Debug, Clone)]
pub(super) struct Whereabouts {
    /// By which action.
    pub by: ActionId,
    pub spots: Vec<(Spot, Stay)>,
    /// Whether only the pool was chosen: all are of one server.
    pub is_one_server: bool,
}

/// Why a server is none to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum LeftOut {
    /// The VM is there already.
    ItsOwn,
    /// It is off by then, or goes down with the VM.
    IsOff,
    /// It lacks what the VM needs.
    Lacks,
    /// It is under maintenance by then.
    Maintenance,
    /// This rule does not let the VM be there.
    Forbidden(RuleAt),
}

/// What a VM is on a server that it chose, as far as that server is switched on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Stay {
    /// The server stays on.
    Settled,
    /// It comes after the last boot of the server, or after its turn in a `roll`.
    AfterBoot,
    /// It moves on, and may come and go before or after the server is switched.
    Guest,
}

/// No plan chooses among more ways in all, which take some gigabytes.
const MOST_WAYS: usize = 1_000_000;

impl Walker<'_> {
    /// Whether the plan chooses where a migration leads, or where it comes from.
    pub(super) fn is_open(&self, step: &Step, vm: VmId, to: ServerId) -> bool {
        let is_pool_open = step.pool.is_none() && self.dc.is_divided(to);
        step.among.is_some() || is_pool_open || self.chosen.contains_key(&vm)
    }

    /// The places of a server among which a VM that comes there can choose.
    fn spots(&self, server: ServerId, decided: Option<Pool>) -> Vec<Spot> {
        let pools: Vec<Option<Pool>> = match (self.dc.is_divided(server), decided) {
            (true, None) => self.dc.pools(server).map(Some).collect(),
            (_, decided) => vec![decided],
        };
        let spots = pools.into_iter().map(|pool| Spot { server, pool });
        spots.collect()
    }

    /// A VM leaves its pool, which is known, and comes to another one, or to none.
    pub(super) fn enter(&mut self, action: ActionId, vm: VmId, entered: Option<Pool>) {
        let left = std::mem::replace(&mut self.pools[vm.0 as usize], entered);
        self.walk.deeds[action.0 as usize].pools = Pools { left, entered };
    }

    /// A VM starts where it stopped: in a pool of its own choice, and on whichever server was chosen before.
    pub(super) fn start_there(
        &mut self,
        step: &Step,
        vm: VmId,
        places: &[(ServerId, Stay)],
    ) -> ActionId {
        let came_by = self.chosen.remove(&vm).map(|known| known.by);
        let ways = |&(server, arrives): &(ServerId, Stay)| {
            let spots = self.spots(server, step.pool).into_iter();
            spots.map(move |spot| Choice {
                from: server,
                task: step.task,
                pools: Pools {
                    left: None,
                    entered: spot.pool,
                },
                leaves: Stay::Settled,
                arrives,
            })
        };
        let open: Vec<Choice> = places.iter().flat_map(ways).collect();
        let action = self.act(step, open.first().map(|first| first.from), false);
        self.pools[vm.0 as usize] = None;
        if let ([only], None) = (open.as_slice(), came_by) {
            self.enter(action, vm, only.pools.entered);
            return action;
        }
        let spots = open.iter().map(|choice| {
            let (server, pool) = (choice.from, choice.pools.entered);
            (Spot { server, pool }, choice.arrives)
        });
        let whereabouts = Whereabouts {
            by: action,
            spots: spots.collect(),
            is_one_server: came_by.is_none(),
        };
        self.chosen.insert(vm, whereabouts);
        self.go_on(action, open, came_by, came_by.is_none());
        action
    }

    /// A VM stops where it is, and its pool is free then.
    pub(super) fn stop_there(&mut self, step: &Step, vm: VmId) {
        let host = self.walk.host[vm.0 as usize];
        let known = self.chosen.remove(&vm);
        let first = known.as_ref().and_then(|known| known.spots.first());
        let from = first.map_or(host, |(spot, _)| spot.server);
        let action = self.act(step, Some(from), false);
        let Some(known) = known else {
            self.left.entry(host).or_default().push(action);
            self.enter(action, vm, None);
            return;
        };
        let open = known.spots.iter().map(|&(spot, leaves)| Choice {
            from: spot.server,
            task: step.task,
            pools: Pools {
                left: spot.pool,
                entered: None,
            },
            leaves,
            arrives: Stay::Settled,
        });
        self.go_on(action, open.collect(), Some(known.by), known.is_one_server);
        self.pools[vm.0 as usize] = None;
        if known.is_one_server {
            self.left.entry(host).or_default().push(action);
            return;
        }
        // On the disk of which of them it is then.
        let servers: BTreeSet<ServerId> = known.spots.iter().map(|(spot, _)| spot.server).collect();
        let spots = servers.into_iter().map(|server| {
            let spot = Spot { server, pool: None };
            (spot, Stay::Settled)
        });
        let whereabouts = Whereabouts {
            by: action,
            spots: spots.collect(),
            is_one_server: false,
        };
        self.chosen.insert(vm, whereabouts);
    }

    /// Where a VM can start that has stopped, and what it would be there; on one server, or one of those that were chosen.
    pub(super) fn starting_places(
        &mut self,
        at: usize,
        vm: VmId,
        findings: &mut Vec<Diagnostic>,
    ) -> Vec<(ServerId, Stay)> {
        if let Some(known) = self.chosen.get(&vm) {
            let servers = known.spots.iter().map(|(spot, _)| spot.server);
            let up = servers.filter_map(|server| Some((server, self.stay(at, vm, server).ok()?)));
            return up.collect();
        }
        let host = self.walk.host[vm.0 as usize];
        let is_up = self.is_on(host) || self.boot_written_later(host, findings);
        let settled = is_up.then_some((host, Stay::Settled));
        settled.into_iter().collect()
    }

    /// Notes among what an action chooses, what has brought its VM there, if that was chosen, and, where it is not known on which
    /// server it happens, that it may be on each of them.
    fn go_on(
        &mut self,
        action: ActionId,
        open: Vec<Choice>,
        came_by: Option<ActionId>,
        is_known: bool,
    ) {
        let turn = self.walk.deeds[action.0 as usize].turn;
        let elsewhere = open.iter().filter(|choice| !is_known && !choice.stays());
        for choice in elsewhere {
            for server in [Some(choice.from), choice.task.to()].into_iter().flatten() {
                self.walk.maybe_at.entry(server).or_insert(action);
                // A turn closes its server: who may choose it comes before or after that, whatever is written first.
                let is_own = turn.is_some_and(|turn| turn.server == server);
                if is_own || !self.rolled.contains_key(&server) {
                    self.beside_commands(server, action);
                }
            }
        }
        let deed = &mut self.walk.deeds[action.0 as usize];
        (deed.open, deed.came_by) = (open, came_by);
        if let Some(by) = came_by {
            self.walk.deeds[by.0 as usize].goes_on = true;
        }
    }

    /// A migration to one of several places, or from one of them.
    pub(super) fn choose(&mut self, at: usize, vm: VmId, findings: &mut Vec<Diagnostic>) {
        let step = &self.steps[at];
        let Task::Migrate { to, .. } = step.task else {
            return;
        };
        if self.bad_vms.contains(&vm) {
            return;
        }
        if !self.walk.running[vm.0 as usize] {
            findings.push(errors::migrates_while_stopped(self.dc, step, vm));
            self.bad_vms.insert(vm);
            return;
        }
        let host = self.walk.host[vm.0 as usize];
        let known = self.chosen.get(&vm);
        let came_by = known.map(|known| known.by);
        let is_known = known.is_none_or(|known| known.is_one_server);
        let places = known.map_or_else(
            || {
                let pool = self.pools[vm.0 as usize];
                vec![(Spot { server: host, pool }, Stay::Settled)]
            },
            |known| known.spots.clone(),
        );
        self.check_move(step, vm, step.among.is_none().then_some(to), findings);
        let mut left_out = Vec::new();
        let targets: Vec<(Spot, Stay)> = match &step.among {
            Some(among) => {
                let mut targets = Vec::new();
                for &server in among.iter() {
                    let is_its = |(spot, stay): &(Spot, Stay)| {
                        spot.server == server && *stay == Stay::Settled
                    };
                    let is_own = places.iter().all(is_its);
                    match self.stay(at, vm, server) {
                        Ok(_) if is_own && (step.turn.is_some() || !self.may_stay(vm, server)) => {
                            left_out.push((server, LeftOut::ItsOwn));
                        }
                        // Who stays where it is stays in its pool.
                        Ok(stay) if is_own => targets.push((places[0].0, stay)),
                        Ok(stay) => {
                            let spots = self.spots(server, None).into_iter();
                            targets.extend(spots.map(|spot| (spot, stay)));
                        }
                        Err(why) => left_out.push((server, why)),
                    }
                }
                targets
            }
            None => {
                if !self.is_on(to) && !self.boot_written_later(to, findings) {
                    self.infer_boot(step, to);
                }
                let spots = self.spots(to, step.pool).into_iter();
                spots.map(|spot| (spot, Stay::Settled)).collect()
            }
        };
        let ways = |&(from, leaves): &(Spot, Stay)| {
            // Who was brought to a place that was chosen moves on in any case.
            let targets = targets
                .iter()
                .filter(move |(to, _)| to.server != from.server || came_by.is_none());
            targets.map(move |&(to, arrives)| Choice {
                from: from.server,
                task: Task::Migrate { vm, to: to.server },
                pools: Pools {
                    left: from.pool,
                    entered: to.pool,
                },
                leaves,
                arrives,
            })
        };
        let mut open: Vec<Choice> = places.iter().flat_map(ways).collect();
        // To stay comes last.
        open.sort_by_key(Choice::stays);
        self.ways += open.len();
        if self.ways > MOST_WAYS {
            // Said once, where it is too much for the first time.
            if self.ways - open.len() <= MOST_WAYS {
                findings.push(errors::too_many_ways(step, MOST_WAYS));
            }
            self.bad_vms.insert(vm);
            return;
        }
        if open.first().is_some_and(Choice::stays) {
            // It can be nowhere else.
            return;
        }
        let Some(&first) = open.first() else {
            let (dc, request) = (self.dc, self.request);
            findings.push(errors::nowhere_to_go(dc, request, step, vm, &left_out));
            self.bad_vms.insert(vm);
            return;
        };
        let step = Step {
            task: first.task,
            ..step.clone()
        };
        let action = self.act(&step, Some(first.from), false);
        // Where only pools are chosen, it is known where that happens.
        let is_certain = step.among.is_none() && is_known;
        self.go_on(action, open, came_by, is_certain);
        if step.among.is_none() {
            self.after_boot(to, action);
        }
        if is_known {
            self.left.entry(host).or_default().push(action);
        }
        for &(from, _) in &places {
            if let Some(tenants) = self.tenants.get_mut(&from.server) {
                tenants.remove(&vm);
            }
        }
        let is_one_server = step.among.is_none();
        self.pools[vm.0 as usize] = None;
        match targets[..] {
            [(only, _)] if is_one_server => {
                self.chosen.remove(&vm);
                self.pools[vm.0 as usize] = only.pool;
            }
            _ => {
                let whereabouts = Whereabouts {
                    by: action,
                    spots: targets,
                    is_one_server,
                };
                self.chosen.insert(vm, whereabouts);
            }
        }
        if is_one_server && let Some(tenants) = self.tenants.get_mut(&to) {
            tenants.insert(vm);
        }
        let Task::Migrate { to, .. } = step.task else {
            return;
        };
        self.walk.host[vm.0 as usize] = to;
    }

    /// Whether a VM that may choose its own server can be left there: it has no other step, and the server stays on.
    fn may_stay(&self, vm: VmId, server: ServerId) -> bool {
        let is_single = self.leaving[&vm].len() == 1 && !self.walk.of_vm.contains_key(&vm);
        // Its server may be one of those that the plan may shut down, by which it decides.
        let own = self.walk.actions(Subject::Own(server)).iter();
        let mut own = own.map(|action| &self.walk.deeds[action.0 as usize]);
        let is_switched = self.switching.contains_key(&server)
            || self.rolled.contains_key(&server)
            || own.any(|deed| !deed.is_optional);
        is_single && !is_switched
    }

    /// What a VM that arrives by a step would be on a server, or why it may not go there.
    fn stay(&self, at: usize, vm: VmId, server: ServerId) -> Result<Stay, LeftOut> {
        if let Some(rule) = self.permits.forbids(vm, server) {
            return Err(LeftOut::Forbidden(rule));
        }
        if self.dc.lacks(server, vm).is_some() || self.short_pool(server, vm).is_some() {
            return Err(LeftOut::Lacks);
        }
        let moves_on = self.leaving[&vm].iter().any(|&leaves| leaves > at);
        if let Some(&comes_back) = self.rolled.get(&server) {
            let is_forward = self.steps[at].turn.is_some_and(|turn| turn.is_forward);
            return match comes_back {
                _ if moves_on && !is_forward && !self.is_under_maintenance(server) => {
                    Ok(Stay::Guest)
                }
                true => Ok(Stay::AfterBoot),
                false => Err(LeftOut::IsOff),
            };
        }
        let turns = self.switching.get(&server);
        let last = turns.and_then(|turns| turns.back());
        let Some(&last) = last else {
            if self.is_under_maintenance(server) {
                return Err(LeftOut::Maintenance);
            }
            let own = self.walk.actions(Subject::Own(server)).iter();
            let boots = own
                .copied()
                .any(|action| !self.walk.deeds[action.0 as usize].is_optional);
            let stay = if boots {
                Stay::AfterBoot
            } else {
                Stay::Settled
            };
            return self.is_on(server).then_some(stay).ok_or(LeftOut::IsOff);
        };
        if moves_on && !self.is_under_maintenance(server) {
            return Ok(Stay::Guest);
        }
        let comes_back = matches!(self.steps[last].task, Task::Boot(_));
        comes_back.then_some(Stay::AfterBoot).ok_or(LeftOut::IsOff)
    }
}
