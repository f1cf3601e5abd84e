//! What acts in a plan: `all`, and what rules may ask about.

use super::world::{Thing, World};
use crate::datacenter::ServerId;
use crate::request::{Step, Task};

/// What acts in a plan.
#[derive(Debug, Default)]
pub(super) struct Acting {
    /// In the order of the steps.
    all: Vec<Thing>,
    /// How often each VM migrates.
    pub migrations: Vec<u32>,
    /// Whether each VM acts.
    vms: Vec<bool>,
    /// Whether each server acts.
    servers: Vec<bool>,
    /// Whether something happens to each server or on it.
    busy: Vec<bool>,
    /// Whether all steps could be read, so that what does not act can be told.
    pub complete: bool,
}

impl Acting {
    /// What acts in those steps. A server that is off and receives VMs acts too: it is booted.
    pub fn of(world: &mut World<'_>, steps: &[Step], complete: bool) -> Acting {
        let datacenter = &world.datacenter;
        let mut acting = Acting {
            all: Vec::new(),
            migrations: vec![0; datacenter.vms.len()],
            vms: vec![false; datacenter.vms.len()],
            servers: vec![false; datacenter.servers.len()],
            busy: vec![false; datacenter.servers.len()],
            complete,
        };
        let mut host: Vec<ServerId> = datacenter.vms.iter().map(|vm| vm.host.value).collect();
        let mut on: Vec<bool> = datacenter.servers.iter().map(|server| server.on).collect();
        for step in steps {
            match step.task {
                Task::Migrate { vm, to } => {
                    let from = std::mem::replace(&mut host[vm.0 as usize], to);
                    acting.touch(from);
                    acting.touch(to);
                    if let Some(among) = &step.among {
                        among.iter().for_each(|&server| acting.touch(server));
                        acting.migrations[vm.0 as usize] += 1;
                        acting.add(Thing::Vm(vm));
                        continue;
                    }
                    acting.migrations[vm.0 as usize] += 1;
                    acting.add(Thing::Vm(vm));
                    if !std::mem::replace(&mut on[to.0 as usize], true) {
                        acting.add(Thing::Server(to));
                    }
                }
                Task::Start(vm) | Task::Stop(vm) => {
                    acting.touch(host[vm.0 as usize]);
                    acting.add(Thing::Vm(vm));
                }
                Task::Boot(server) => {
                    on[server.0 as usize] = true;
                    acting.add(Thing::Server(server));
                }
                Task::Shutdown(server) => {
                    on[server.0 as usize] = false;
                    acting.add(Thing::Server(server));
                }
                Task::Run(server) => acting.add(Thing::Server(server)),
                // Of nobody: no rule is about it.
                Task::Pause => {}
            }
        }
        acting
    }

    /// Something happens on a server. That of a VM may not be known, after an error.
    fn touch(&mut self, server: ServerId) {
        if let Some(busy) = self.busy.get_mut(server.0 as usize) {
            *busy = true;
        }
    }

    fn add(&mut self, thing: Thing) {
        let acts = match thing {
            Thing::Vm(id) => &mut self.vms[id.0 as usize],
            Thing::Server(id) => &mut self.servers[id.0 as usize],
            Thing::Switch(_) => return,
        };
        if !std::mem::replace(acts, true) {
            self.all.push(thing);
        }
    }

    /// Everything that acts, in the order of the steps.
    pub fn all(&self) -> &[Thing] {
        &self.all
    }

    /// Whether a rule about the thing has something to be about.
    pub fn acts(&self, thing: Thing) -> bool {
        match thing {
            Thing::Vm(id) => self.vms[id.0 as usize],
            Thing::Server(id) => self.servers[id.0 as usize] || self.busy[id.0 as usize],
            Thing::Switch(_) => false,
        }
    }
}
