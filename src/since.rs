//! From where a plan starts that comes after another one, and the steps that lead back.

mod progress;

pub use progress::{Progress, Running};

use std::collections::{BTreeMap, BTreeSet};

use crate::datacenter::{At, Datacenter, Pool, ServerId, Vm, VmId};
use crate::request::{Step, Task};
use crate::source::Span;

/// What is not as its file declares when a plan starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Since {
    /// The plan that it comes after; its own name where it only goes on.
    pub after: String,
    /// VMs that are elsewhere, or run or do not.
    pub vms: BTreeMap<VmId, Stand>,
    /// Servers that are on or off.
    pub servers: BTreeMap<ServerId, bool>,
    /// How far it has come itself, where it was begun before.
    pub progress: Option<Progress>,
}

/// Where a VM is, and whether it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// Its server.
    pub on: ServerId,
    /// Whether it runs.
    pub running: bool,
    /// Its pool there, where that is known.
    pub pool: Option<Pool>,
}

impl Stand {
    /// Where a VM is.
    fn of(vm: &Vm) -> Self {
        Stand {
            on: vm.host.value,
            running: vm.running,
            pool: vm.pool.map(|pool| pool.value),
        }
    }

    /// Puts a VM there.
    fn make(self, vm: &mut Vm) {
        (vm.host.value, vm.running) = (self.on, self.running);
        vm.pool = self.pool.map(|value| At {
            value,
            origin: None,
        });
    }
}

/// What may be different once some steps are done: what the plan chooses is not known.
#[derive(Debug, Clone, Default)]
pub struct Ends {
    /// VMs that may be elsewhere, and those that run or do not.
    vms: BTreeMap<VmId, End>,
    servers: BTreeMap<ServerId, bool>,
    /// The servers that the plan may leave as they are.
    perhaps: BTreeSet<ServerId>,
}

/// How a VM ends.
#[derive(Debug, Clone, Copy)]
struct End {
    /// Its server; None: the plan chooses it.
    on: Option<ServerId>,
    running: bool,
    pool: Option<Pool>,
}

impl Ends {
    /// Of steps, done in their order; whoever is off and receives a VM boots.
    pub fn of(datacenter: &Datacenter, steps: &[Step]) -> Self {
        let mut ends = Ends::default();
        for step in steps {
            match step.task {
                Task::Migrate { vm, to } => {
                    let is_open = step.among.is_some();
                    let end = ends.vm(datacenter, vm);
                    (end.on, end.pool) = ((!is_open).then_some(to), step.pool);
                    if !is_open && !datacenter[to].on {
                        ends.servers.entry(to).or_insert(true);
                    }
                }
                Task::Start(vm) => {
                    let end = ends.vm(datacenter, vm);
                    (end.running, end.pool) = (true, step.pool);
                }
                Task::Stop(vm) => ends.vm(datacenter, vm).running = false,
                Task::Boot(server) => _ = ends.servers.insert(server, true),
                Task::Shutdown(server) => {
                    ends.servers.insert(server, false);
                    if step.is_optional {
                        ends.perhaps.insert(server);
                    }
                }
                Task::Run(_) | Task::Pause => {}
            }
        }
        ends.servers.retain(|&id, on| datacenter[id].on != *on);
        ends.vms.retain(|&id, end| {
            let vm = &datacenter[id];
            end.on != Some(vm.host.value) || end.running != vm.running
        });
        ends
    }

    fn vm(&mut self, datacenter: &Datacenter, vm: VmId) -> &mut End {
        let data = &datacenter[vm];
        self.vms.entry(vm).or_insert(End {
            on: Some(data.host.value),
            running: data.running,
            pool: data.pool.map(|pool| pool.value),
        })
    }

    /// What is then not as declared; None where a plan chooses some of it.
    pub fn since(&self, after: &str) -> Option<Since> {
        let vms = self.vms.iter().map(|(&vm, end)| {
            let (on, running, pool) = (end.on?, end.running, end.pool);
            Some((vm, Stand { on, running, pool }))
        });
        self.perhaps.is_empty().then_some(())?;
        Some(Since {
            after: after.to_owned(),
            vms: vms.collect::<Option<_>>()?,
            servers: self.servers.clone(),
            progress: None,
        })
    }

    /// The steps after which all is as declared again: servers that were on are up first, those that were not are down
    /// last. Of what a plan chooses, all that it may have changed.
    pub fn back(&self, datacenter: &Datacenter, origin: Option<Span>) -> Vec<Step> {
        let servers = |was_on: bool| {
            let all = self.servers.keys().copied();
            all.filter(move |&server| datacenter[server].on == was_on)
        };
        let mut tasks: Vec<Task> = servers(true).map(Task::Boot).collect();
        for (&vm, end) in &self.vms {
            let (home, runs) = (datacenter[vm].host.value, datacenter[vm].running);
            let moved = end.on != Some(home);
            if !end.running && (runs || moved) {
                tasks.push(Task::Start(vm));
            }
            if moved {
                tasks.push(Task::Migrate { vm, to: home });
            }
            if !runs && (end.running || moved) {
                tasks.push(Task::Stop(vm));
            }
        }
        tasks.extend(servers(false).map(Task::Shutdown));
        tasks
            .into_iter()
            .map(|task| Step::of(task, origin))
            .collect()
    }
}

impl Since {
    /// The steps after which all is as declared again.
    pub fn back(&self, declared: &Datacenter, origin: Option<Span>) -> Vec<Step> {
        let vms = self.vms.iter().map(|(&vm, stand)| {
            let (on, running, pool) = (Some(stand.on), stand.running, stand.pool);
            (vm, End { on, running, pool })
        });
        let ends = Ends {
            vms: vms.collect(),
            servers: self.servers.clone(),
            perhaps: BTreeSet::new(),
        };
        ends.back(declared, origin)
    }

    /// Puts everything where it is.
    pub fn make(&self, datacenter: &mut Datacenter) {
        for (&vm, stand) in &self.vms {
            if let Some(data) = datacenter.vms.get_mut(vm.0 as usize) {
                stand.make(data);
            }
        }
        for (&server, &on) in &self.servers {
            if let Some(data) = datacenter.servers.get_mut(server.0 as usize) {
                data.on = on;
            }
        }
        if let Some(progress) = &self.progress {
            progress.make(datacenter);
        }
    }
}
