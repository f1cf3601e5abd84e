//! From where a plan starts that comes after another one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Fixed, Kind, Micro, PlanFile};
use crate::datacenter::{Datacenter, Manner, Pool, ServerId, VmId};
use crate::request::{LONGEST, Task};
use crate::since::{self, Stand};

/// What is not as the file declares it when the plan starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Since {
    /// The plan that it comes after.
    pub after: String,
    /// VMs that are elsewhere, or run or do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vms: Vec<VmSince>,
    /// Servers that are on or off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<ServerSince>,
    /// How far it has come itself; only where it goes on with what was begun before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

/// Where a VM is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VmSince {
    /// Its name.
    pub vm: String,
    /// Its server.
    pub server: String,
    /// Whether it runs.
    pub running: bool,
    /// Its pool there; only where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<u32>,
}

/// Whether a server is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerSince {
    /// Its name.
    pub server: String,
    /// Whether it is on.
    pub on: bool,
}

/// How far a plan has come that was begun before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// Seconds from its start until this one's.
    pub elapsed: i64,
    /// Seconds from the date in its file until it really started.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub late: i64,
    /// What was done, in the order in which it ended.
    pub done: Vec<Deed>,
    /// What runs when this one starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<Running>,
    /// VMs that are not where that has brought them, or run or do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vms: Vec<VmSince>,
    /// Servers that are on or off against that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<ServerSince>,
}

fn is_zero(late: &i64) -> bool {
    *late == 0
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deed {
    /// What.
    pub kind: Kind,
    /// The VM; of `migrate`, `start` and `stop`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vm: Option<String>,
    /// The server; of a migration the one that the VM went to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

/// Something that has begun and not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Running {
    /// What.
    pub kind: Kind,
    /// The VM; of `migrate`, `start` and `stop`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vm: Option<String>,
    /// The server; of a migration the one that the VM goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Seconds that are left of it.
    pub left: u32,
    /// How the VM is moved; of a migration only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<Manner>,
    /// The pool of its server that the VM comes to; only where that is divided into pools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<u32>,
    /// Mbit/s; of a migration only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth_mbps: Option<Micro>,
}

impl Deed {
    fn new(datacenter: &Datacenter, task: Task) -> Self {
        let server = match task {
            Task::Migrate { to, .. } => Some(to),
            Task::Boot(server) | Task::Shutdown(server) | Task::Run(server) => Some(server),
            Task::Start(_) | Task::Stop(_) | Task::Pause => None,
        };
        Deed {
            kind: task.into(),
            vm: task.vm().map(|vm| datacenter[vm].name.clone()),
            server: server.map(|server| datacenter[server].name.clone()),
        }
    }
}

/// What names stand for.
struct Names<'a> {
    servers: BTreeMap<&'a str, ServerId>,
    vms: BTreeMap<&'a str, VmId>,
}

impl<'a> Names<'a> {
    fn of(datacenter: &'a Datacenter) -> Self {
        let servers = datacenter.servers.iter().map(|server| server.name.as_str());
        let vms = datacenter.vms.iter().map(|vm| vm.name.as_str());
        Names {
            servers: servers.zip((0..).map(ServerId)).collect(),
            vms: vms.zip((0..).map(VmId)).collect(),
        }
    }

    fn server(&self, name: &str) -> Result<ServerId, Vec<String>> {
        self.servers.get(name).copied().ok_or_else(|| unknown(name))
    }

    fn vm(&self, name: &str) -> Result<VmId, Vec<String>> {
        self.vms.get(name).copied().ok_or_else(|| unknown(name))
    }

    fn task(
        &self,
        kind: Kind,
        vm: Option<&String>,
        server: Option<&String>,
    ) -> Result<Task, Vec<String>> {
        let missing = || vec![String::from("an action has no VM, or no server")];
        let vm = || self.vm(vm.ok_or_else(missing)?);
        let server = || self.server(server.ok_or_else(missing)?);
        Ok(match kind {
            Kind::Migrate => Task::Migrate {
                vm: vm()?,
                to: server()?,
            },
            Kind::Boot => Task::Boot(server()?),
            Kind::Shutdown => Task::Shutdown(server()?),
            Kind::Start => Task::Start(vm()?),
            Kind::Stop => Task::Stop(vm()?),
            Kind::Run => Task::Run(server()?),
            Kind::Pause => Task::Pause,
        })
    }

    fn vms(&self, told: &[VmSince]) -> Result<BTreeMap<VmId, Stand>, Vec<String>> {
        let stand = |told: &VmSince| {
            let stand = Stand {
                on: self.server(&told.server)?,
                running: told.running,
                pool: told.pool.map(Pool),
            };
            Ok((self.vm(&told.vm)?, stand))
        };
        told.iter().map(stand).collect()
    }

    fn servers(&self, told: &[ServerSince]) -> Result<BTreeMap<ServerId, bool>, Vec<String>> {
        let state = |told: &ServerSince| Ok((self.server(&told.server)?, told.on));
        told.iter().map(state).collect()
    }

    fn progress(&self, told: &Progress) -> Result<since::Progress, Vec<String>> {
        let done = told.done.iter();
        let done = done.map(|deed| self.task(deed.kind, deed.vm.as_ref(), deed.server.as_ref()));
        let wrong = |what: &str| vec![format!("{what} is out of range")];
        let running = |running: &Running| {
            let rate = running.bandwidth_mbps.map(|rate| u64::try_from(rate.0));
            let known = 1..=LONGEST;
            if !known.contains(&running.left.into()) {
                return Err(wrong("what is left of an action"));
            }
            Ok(since::Running {
                task: self.task(running.kind, running.vm.as_ref(), running.server.as_ref())?,
                left: running.left,
                rate: rate.transpose().map_err(|_| wrong("a rate"))?,
                manner: running.copy,
                pool: running.pool.map(Pool),
            })
        };
        let is_known = (0..=LONGEST).contains(&told.elapsed);
        if !is_known || !(-LONGEST..=LONGEST).contains(&told.late) {
            return Err(wrong("the time since the start"));
        }
        Ok(since::Progress {
            elapsed: told.elapsed,
            late: told.late,
            done: done.collect::<Result<_, _>>()?,
            running: told.running.iter().map(running).collect::<Result<_, _>>()?,
            vms: self.vms(&told.vms)?,
            servers: self.servers(&told.servers)?,
        })
    }
}

fn unknown(name: &str) -> Vec<String> {
    vec![format!("`{name}` is not there")]
}

fn vms(datacenter: &Datacenter, known: &BTreeMap<VmId, Stand>) -> Vec<VmSince> {
    let told = known.iter().map(|(&vm, stand)| VmSince {
        vm: datacenter[vm].name.clone(),
        server: datacenter[stand.on].name.clone(),
        running: stand.running,
        pool: stand.pool.map(|Pool(pool)| pool),
    });
    told.collect()
}

fn servers(datacenter: &Datacenter, known: &BTreeMap<ServerId, bool>) -> Vec<ServerSince> {
    let told = known.iter().map(|(&server, &on)| ServerSince {
        server: datacenter[server].name.clone(),
        on,
    });
    told.collect()
}

impl Progress {
    fn new(datacenter: &Datacenter, progress: &since::Progress) -> Self {
        let done = progress.done.iter();
        let running = progress.running.iter().map(|running| {
            let Deed { kind, vm, server } = Deed::new(datacenter, running.task);
            Running {
                kind,
                vm,
                server,
                left: running.left,
                copy: running.manner,
                pool: running.pool.map(|Pool(pool)| pool),
                bandwidth_mbps: running.rate.map(|rate| Fixed(rate.into())),
            }
        });
        Progress {
            elapsed: progress.elapsed,
            late: progress.late,
            done: done.map(|&task| Deed::new(datacenter, task)).collect(),
            running: running.collect(),
            vms: vms(datacenter, &progress.vms),
            servers: servers(datacenter, &progress.servers),
        }
    }
}

impl Since {
    /// As it stands in a file.
    pub(super) fn new(datacenter: &Datacenter, since: &since::Since) -> Self {
        let progress = since.progress.as_ref();
        Since {
            after: since.after.clone(),
            vms: vms(datacenter, &since.vms),
            servers: servers(datacenter, &since.servers),
            progress: progress.map(|progress| Progress::new(datacenter, progress)),
        }
    }
}

impl PlanFile {
    /// From where it starts, in terms of a datacenter.
    ///
    /// # Errors
    /// Names that are not there.
    pub fn since(&self, datacenter: &Datacenter) -> Result<Option<since::Since>, Vec<String>> {
        let Some(told) = &self.since else {
            return Ok(None);
        };
        let names = Names::of(datacenter);
        let progress = told.progress.as_ref();
        Ok(Some(since::Since {
            after: told.after.clone(),
            vms: names.vms(&told.vms)?,
            servers: names.servers(&told.servers)?,
            progress: progress.map(|told| names.progress(told)).transpose()?,
        }))
    }

    /// What its actions do, in terms of a datacenter.
    ///
    /// # Errors
    /// Names that are not there.
    pub fn tasks(&self, datacenter: &Datacenter) -> Result<Vec<Task>, Vec<String>> {
        let names = Names::of(datacenter);
        let task = |action: &Action| {
            let server = action.to.as_ref().or(action.server.as_ref());
            names.task(action.kind, action.vm.as_ref(), server)
        };
        self.actions.iter().map(task).collect()
    }
}
