//! A file, its plan and its script: made once, played in many nights.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use mvm::compile::{self, Checked, Prospect};
use mvm::datacenter::{Datacenter, ServerId};
use mvm::plan::Plan;
use mvm::request::{Request, Task};
use mvm::schedule::{Effort, Options, Quiet};
use mvm::source::Loader;

use crate::dice::Dice;
use crate::judge::Duties;
use crate::log::Time;
use crate::trouble;
use crate::world::{Guest, Host, Power, State, World};

/// The files in `cases`.
pub const NAMES: [&str; 14] = [
    "freeze",
    "unknown-guest",
    "one-fails",
    "rolling",
    "budget",
    "swap",
    "sync",
    "halt",
    "week",
    "dated",
    "fewer-later",
    "proxmox",
    "openstack",
    "kubevirt",
];

/// A file and what becomes of it.
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// The file, checked.
    pub checked: Checked,
    /// What there is.
    pub datacenter: Datacenter,
    /// What is asked.
    pub request: Request,
    /// What is to be done.
    pub duties: Duties,
    /// When it is done.
    pub plan: Plan,
    /// `plan.sh`, `site.bash`, and `bin` with the tools.
    pub folder: tempfile::TempDir,
}

struct Cases;

impl Loader for Cases {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nights/cases");
        fs::read(folder.join(path)).map_err(|e| e.to_string())
    }
}

impl Scenario {
    /// Plans a file of `cases`.
    pub fn load(name: &str) -> Self {
        let name = NAMES
            .into_iter()
            .find(|known| *known == name)
            .expect("a scenario of that name");
        let checked = compile::check(&format!("{name}.mvm"), &Cases);
        assert!(!checked.has_errors(), "{name}: {:#?}", checked.diagnostics);
        let options = Options {
            effort: Effort::Fast,
            ..Options::default()
        };
        let plan = checked
            .plan(0, &options, &mut Quiet)
            .unwrap_or_else(|e| panic!("{name}: {e:#?}"));
        let Some(Prospect::Open(problem)) = checked.prospects.first() else {
            panic!("{name} is impossible");
        };
        let duties = Duties::new(problem);
        let datacenter = checked.analysis.datacenter.clone();
        let folder = script(&datacenter, &plan);
        let request = checked.analysis.requests[0].clone();
        Scenario {
            name,
            checked,
            datacenter,
            request,
            duties,
            plan,
            folder,
        }
    }

    /// What goes wrong in the night of that number.
    pub fn troubles(&self, number: u64) -> trouble::Night {
        let dice = Dice::of(self.name, number);
        trouble::Night::new(dice, &self.hosts(), self.plan.makespan)
    }

    /// The plan's start, if it has a date, in Unix seconds.
    pub fn date(&self) -> Option<Time> {
        let start = self.plan.start.as_ref()?.instant.as_ref()?;
        Some(start.timestamp().as_second())
    }

    /// The hosts as the file says that they are.
    pub fn hosts(&self) -> Vec<Host> {
        let servers = self.datacenter.servers.iter().map(|server| Host {
            name: server.name.clone(),
            address: server
                .address
                .clone()
                .unwrap_or_else(|| server.name.clone()),
            bmc: server.bmc.clone().unwrap_or_default(),
            power: if server.on { Power::On } else { Power::Off },
            cut: false,
            memory: server.memory.map_or(1 << 30, |memory| memory.value >> 20),
            takes: (server.boot.value.into(), server.shutdown.value.into()),
            guests: BTreeMap::new(),
        });
        let mut hosts: Vec<Host> = servers.collect();
        for vm in &self.datacenter.vms {
            let guest = Guest {
                state: if vm.running {
                    State::Running
                } else {
                    State::Off
                },
                memory: vm.memory.value >> 20,
                stops_in: vm.shutdown.value.into(),
            };
            hosts[vm.host.value.0 as usize]
                .guests
                .insert(vm.name.clone(), guest);
        }
        hosts
    }

    /// What there is, where it is in a world.
    pub fn seen(&self, world: &World) -> Datacenter {
        let mut datacenter = self.datacenter.clone();
        for (at, host) in world.hosts.iter().enumerate() {
            // One that goes down answers as long as it can, and perhaps for ever.
            let is_on = matches!(host.power, Power::On | Power::Halting(..));
            datacenter.servers[at].on = is_on;
            for vm in &mut datacenter.vms {
                if let Some(guest) = host.guests.get(&vm.name) {
                    vm.host.value = ServerId(at as u32);
                    vm.running = guest.state != State::Off;
                }
            }
        }
        datacenter
    }

    /// Seconds that each migration should take.
    pub fn lengths(&self) -> BTreeMap<(String, usize), Time> {
        let actions = self
            .plan
            .actions
            .iter()
            .filter_map(|action| match action.task {
                Task::Migrate { vm, to } => {
                    let name = self.datacenter[vm].name.clone();
                    Some(((name, to.0 as usize), action.end - action.start))
                }
                _ => None,
            });
        actions.collect()
    }
}

/// A folder with a plan's script, `site.bash`, and `bin` with the tools.
pub fn script(datacenter: &Datacenter, plan: &Plan) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let script = mvm::emit::script(datacenter, plan);
    fs::write(folder.path().join("plan.sh"), script).unwrap();
    fs::write(folder.path().join("site.bash"), include_str!("site.bash")).unwrap();
    fs::create_dir(folder.path().join("bin")).unwrap();
    // The tools are functions of the site file; that there are programs is all that is asked of these.
    for tool in ["virsh", "ipmitool", "ssh", "openstack", "kubectl"] {
        let path = folder.path().join("bin").join(tool);
        fs::write(&path, "#!/bin/sh\necho \"$0 was run\" >&2\nexit 99\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}
