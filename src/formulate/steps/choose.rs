//! Migrations whose destination is open: where each may lead, and what the boots and shutdowns there ask of it.

use super::super::errors;
use super::super::scopes::RuleAt;
use super::Walker;
use crate::datacenter::{ServerId, VmId};
use crate::diag::Diagnostic;
use crate::request::{Step, Subject, Task};

/// A way that an action may go, where that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Choice {
    /// Where the VM is before it.
    pub from: ServerId,
    /// What is done then.
    pub task: Task,
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
    pub(super) fn is_open(&self, step: &Step, vm: VmId) -> bool {
        step.among.is_some() || self.chosen.contains_key(&vm)
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
        let (came_by, places) = match self.chosen.get(&vm) {
            Some((by, places)) => (Some(*by), places.clone()),
            None => (None, vec![(host, Stay::Settled)]),
        };
        self.check_move(step, vm, step.among.is_none().then_some(to), findings);
        let mut left_out = Vec::new();
        let targets: Vec<(ServerId, Stay)> = match &step.among {
            Some(among) => {
                let mut targets = Vec::new();
                for &server in among.iter() {
                    match self.stay(at, vm, server) {
                        Ok(_)
                            if places == [(server, Stay::Settled)]
                                && (step.turn.is_some() || !self.may_stay(vm, server)) =>
                        {
                            left_out.push((server, LeftOut::ItsOwn));
                        }
                        Ok(stay) => targets.push((server, stay)),
                        Err(why) => left_out.push((server, why)),
                    }
                }
                targets
            }
            None => {
                if !self.is_on(to) && !self.boot_written_later(to, findings) {
                    self.infer_boot(step, to);
                }
                vec![(to, Stay::Settled)]
            }
        };
        let ways = |&(from, leaves): &(ServerId, Stay)| {
            // Who was brought to a place that was chosen moves on in any case.
            let targets = targets
                .iter()
                .filter(move |(to, _)| *to != from || came_by.is_none());
            targets.map(move |&(to, arrives)| Choice {
                from,
                task: Task::Migrate { vm, to },
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
        for choice in open.iter().filter(|choice| !choice.stays()) {
            let Task::Migrate { to, .. } = choice.task else {
                continue;
            };
            for server in [choice.from, to] {
                self.walk.maybe_at.entry(server).or_insert(action);
                // A turn closes its server: who may choose it comes before or after that, whatever is written first.
                let is_own = step.turn.is_some_and(|turn| turn.server == server);
                if is_own || !self.rolled.contains_key(&server) {
                    self.beside_commands(server, action);
                }
            }
        }
        if step.among.is_none() {
            self.after_boot(to, action);
        }
        if came_by.is_none() {
            self.left.entry(host).or_default().push(action);
        }
        let deed = &mut self.walk.deeds[action.0 as usize];
        (deed.open, deed.came_by) = (open, came_by);
        if let Some(by) = came_by {
            self.walk.deeds[by.0 as usize].goes_on = true;
        }
        for &(from, _) in &places {
            if let Some(tenants) = self.tenants.get_mut(&from) {
                tenants.remove(&vm);
            }
        }
        match step.among {
            Some(_) => {
                self.chosen.insert(vm, (action, targets));
            }
            None => {
                self.chosen.remove(&vm);
                if let Some(tenants) = self.tenants.get_mut(&to) {
                    tenants.insert(vm);
                }
            }
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
        if self.dc.lacks(server, vm).is_some() {
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
