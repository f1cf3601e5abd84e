//! What servers do: their boots and shutdowns, written or implied, and the commands that run on them.

use std::collections::BTreeSet;

use super::super::{Cause, errors};
use super::Walker;
use crate::datacenter::{ServerId, VmId};
use crate::diag::Diagnostic;
use crate::formulation::ActionId;
use crate::request::{Step, Subject, Task};

impl Walker<'_> {
    pub(super) fn boot(&mut self, step: &Step, server: ServerId, findings: &mut Vec<Diagnostic>) {
        if self.bad_servers.contains(&server) {
            return;
        }
        if self.is_on(server) {
            findings.push(errors::is_on_already(self.dc, step, server));
            self.bad_servers.insert(server);
            return;
        }
        self.act(step, Some(server), false);
        self.walk.on[server.0 as usize] = true;
    }

    /// A command stands among all that happens to its server and on it as it is written: what is written before it has
    /// ended, what is written behind it starts later.
    pub(super) fn run(&mut self, step: &Step, server: ServerId, findings: &mut Vec<Diagnostic>) {
        if self.bad_servers.contains(&server) {
            return;
        }
        if !self.is_on(server) {
            let is_booted = self.is_booted_later(server);
            let finding = errors::runs_where_nothing_is_up(self.dc, step, server, is_booted);
            findings.push(finding);
            self.bad_servers.insert(server);
            return;
        }
        let action = self.act(step, Some(server), false);
        for first in self.uncommanded.remove(&server).unwrap_or_default() {
            self.order(first, action, Cause::ServerInOrder(server));
        }
        self.commands.insert(server, action);
    }

    /// An action of a VM that happens, or may happen, on a server comes after the command that is written before it, and
    /// before the next one.
    pub(super) fn beside_commands(&mut self, server: ServerId, action: ActionId) {
        let since = self.uncommanded.entry(server).or_default();
        // A migration may choose among several places that are this one at one of its ends.
        if since.last() == Some(&action) {
            return;
        }
        since.push(action);
        if let Some(&command) = self.commands.get(&server) {
            self.order(command, action, Cause::ServerInOrder(server));
        }
    }

    /// Levels say who has left by then, if it is shut down at all. Nothing else may switch it or run on it.
    pub(super) fn shutdown_perhaps(
        &mut self,
        step: &Step,
        server: ServerId,
        findings: &mut Vec<Diagnostic>,
    ) {
        if self.bad_servers.contains(&server) {
            return;
        }
        let own = |other: &&Step| {
            let of = match other.task {
                Task::Boot(of) | Task::Shutdown(of) | Task::Run(of) => of == server,
                _ => false,
            };
            of && !std::ptr::eq(*other, step)
        };
        let mistake = match self.steps.iter().find(own) {
            Some(other) => Some(errors::switched_besides(self.dc, step, server, other)),
            None if !self.is_on(server) => Some(errors::is_off_already(self.dc, step, server)),
            None => None,
        };
        if let Some(mistake) = mistake {
            findings.push(mistake);
            self.bad_servers.insert(server);
            return;
        }
        self.act(step, Some(server), false);
    }

    pub(super) fn shutdown(
        &mut self,
        step: &Step,
        server: ServerId,
        findings: &mut Vec<Diagnostic>,
    ) {
        if self.bad_servers.contains(&server) {
            return;
        }
        // What is stopped stays on its disk while the server is off.
        let tenants = self.tenants.get(&server).into_iter().flatten();
        let remaining: BTreeSet<VmId> = tenants
            .copied()
            .filter(|vm| self.walk.running[vm.0 as usize])
            .collect();
        let mistake = if !self.is_on(server) {
            Some(errors::is_off_already(self.dc, step, server))
        } else if !remaining.is_empty() {
            // VMs with an error of their own may well have been meant to leave.
            let left: Vec<VmId> = remaining.difference(&self.bad_vms).copied().collect();
            self.bad_servers.insert(server);
            if left.is_empty() {
                return;
            }
            let later = self.steps.iter().skip_while(|s| !std::ptr::eq(*s, step));
            let leaves_later = later.skip(1).any(
                |s| matches!(s.task, Task::Migrate { vm, .. } | Task::Stop(vm) if vm == left[0]),
            );
            // A step that brought one of them there is to blame rather than the place where it began.
            let brought = left.iter().find_map(|&vm| {
                let arrives = |action: &ActionId| {
                    let deed = &self.walk.deeds[action.0 as usize];
                    matches!(deed.task, Task::Migrate { to, .. } if to == server)
                        .then_some((vm, deed.origin?))
                };
                self.walk.of_vm.get(&vm)?.iter().rev().find_map(arrives)
            });
            Some(errors::is_not_empty(
                self.dc,
                step,
                server,
                &left,
                leaves_later,
                brought,
            ))
        } else {
            None
        };
        if let Some(mistake) = mistake {
            findings.push(mistake);
            self.bad_servers.insert(server);
            return;
        }
        let action = self.act(step, Some(server), false);
        for first in self.left.remove(&server).unwrap_or_default() {
            self.order(first, action, Cause::Empty(server));
        }
        self.walk.on[server.0 as usize] = false;
    }

    pub(super) fn is_on(&self, server: ServerId) -> bool {
        self.walk.on[server.0 as usize]
    }

    pub(super) fn take_turn(&mut self, server: ServerId) {
        if let Some(turns) = self.switching.get_mut(&server) {
            turns.pop_front();
        }
    }

    /// The step that boots the server next, if it is not shut down before.
    pub(super) fn next_boot(&self, server: ServerId) -> Option<usize> {
        let next = self.switching.get(&server)?.front().copied();
        next.filter(|&at| matches!(self.steps[at].task, Task::Boot(_)))
    }

    fn is_booted_later(&self, server: ServerId) -> bool {
        self.next_boot(server).is_some()
    }

    /// The actions of different things may be written in any order: a server's boot may stand below the
    /// migration that needs it, but not behind a pause.
    pub(super) fn boot_written_later(
        &mut self,
        server: ServerId,
        findings: &mut Vec<Diagnostic>,
    ) -> bool {
        match self.next_boot(server) {
            Some(at) if self.pause_before(at).is_none() => {
                self.done[at] = true;
                self.step(at, findings);
                self.is_on(server)
            }
            _ => false,
        }
    }

    pub(super) fn infer_boot(&mut self, step: &Step, server: ServerId) {
        let boot = Step::of(Task::Boot(server), step.origin);
        self.act(&boot, Some(server), true);
        self.walk.on[server.0 as usize] = true;
    }

    /// A server that the plan has booted is up before `action`.
    pub(super) fn after_boot(&mut self, server: ServerId, action: ActionId) {
        let own = self.walk.actions(Subject::Own(server)).iter();
        // Commands that came since then are waited for anyway.
        match own.last().copied() {
            Some(last) if self.commands.get(&server) != Some(&last) => {
                self.order(last, action, Cause::Up(server));
            }
            _ => {}
        }
    }
}
