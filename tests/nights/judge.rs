//! Whether a night was right: what happened, held against the file alone. It knows neither the plan nor the script.

mod done;
mod duties;
mod levels;
mod rules;

pub use duties::Duties;

use std::collections::BTreeSet;

use mvm::datacenter::{Datacenter, ServerId, VmId};
use mvm::formulation::Seconds;
use mvm::request::{Request, Task};

use crate::log::{Entry, Event, Time, Trouble};

/// What a night is held against.
pub struct File<'a> {
    /// What there is.
    pub datacenter: &'a Datacenter,
    /// What is asked.
    pub request: &'a Request,
    /// What is to be done.
    pub duties: &'a Duties,
    /// The start of the plan, in Unix seconds.
    pub start: Time,
}

/// Something that goes on.
#[derive(Debug, Clone)]
struct Active {
    duty: usize,
    began: Seconds,
    length: Seconds,
    rate: u64,
}

impl Active {
    /// When it should end.
    fn end(&self) -> Seconds {
        self.began + self.length
    }
}

/// How things stand at a moment.
#[derive(Debug, Clone)]
struct Now {
    /// Seconds from the plan's start.
    at: Seconds,
    /// Where each VM is.
    place: Vec<ServerId>,
    /// Whether each VM runs.
    runs: Vec<bool>,
    /// Whether each server has power.
    on: Vec<bool>,
    /// Guests that no file knows: where.
    strays: Vec<ServerId>,
    active: Vec<Active>,
    /// When each duty ended well.
    done: Vec<Option<Seconds>>,
    /// Duties that were begun in the present run of the script.
    tried: BTreeSet<usize>,
    /// Duties that were begun before, and did not end well.
    failed: BTreeSet<usize>,
    /// Servers that were out of reach, or had guests that no file knows, in the present run of the script.
    troubled: BTreeSet<ServerId>,
    /// Those of them that are still so.
    broken: BTreeSet<ServerId>,
    /// Those of them that lost their power.
    lost_power: BTreeSet<ServerId>,
    /// VMs that ran on servers that lost their power.
    fallen: BTreeSet<usize>,
    /// Whether the script was told not to wait for the plan's start.
    at_once: bool,
    /// When the script was started last, and when something of it ended last.
    last_start: Seconds,
    last_end: Option<Seconds>,
}

/// Judges a night.
pub struct Judge<'a> {
    file: File<'a>,
    now: Now,
    found: Vec<String>,
}

/// Everything that was wrong in a night whose script was played to its end: `status` is its last one.
pub fn judge(file: File<'_>, log: &[Entry], status: i32) -> Vec<String> {
    let (dc, duties) = (file.datacenter, file.duties.all.len());
    let mut judge = Judge {
        now: Now {
            at: 0,
            place: dc.vms.iter().map(|vm| vm.host.value).collect(),
            runs: dc.vms.iter().map(|vm| vm.running).collect(),
            on: dc.servers.iter().map(|server| server.on).collect(),
            strays: Vec::new(),
            active: Vec::new(),
            done: vec![None; duties],
            tried: BTreeSet::new(),
            failed: BTreeSet::new(),
            troubled: BTreeSet::new(),
            broken: BTreeSet::new(),
            lost_power: BTreeSet::new(),
            fallen: BTreeSet::new(),
            at_once: false,
            last_start: 0,
            last_end: None,
        },
        file,
        found: Vec::new(),
    };
    for entry in log {
        judge.now.at = entry.at - judge.file.start;
        judge.see(&entry.event);
    }
    judge.finish(status);
    judge.found
}

impl Judge<'_> {
    fn wrong(&mut self, what: impl Into<String>) {
        self.found
            .push(format!("at {} s: {}", self.now.at, what.into()));
    }

    fn vm(&self, name: &str) -> Option<VmId> {
        let at = self
            .file
            .datacenter
            .vms
            .iter()
            .position(|vm| vm.name == name)?;
        Some(VmId(at as u32))
    }

    fn server(&self, name: &str) -> ServerId {
        let all = &self.file.datacenter.servers;
        ServerId(
            all.iter()
                .position(|server| server.name == name)
                .unwrap_or(0) as u32,
        )
    }

    fn see(&mut self, event: &Event) {
        match event {
            Event::MoveBegan { vm, from, to, rate } => {
                let Some(vm) = self.vm(vm) else {
                    return self.wrong(format!("`{vm}`, which no file knows, was moved"));
                };
                let (from, to) = (self.server(from), self.server(to));
                if self.now.place[vm.0 as usize] != from {
                    self.wrong("it was moved from where it is not");
                }
                self.begin(Task::Migrate { vm, to }, *rate);
            }
            Event::MoveEnded {
                vm, to, arrived, ..
            } => {
                let Some(vm) = self.vm(vm) else { return };
                let to = self.server(to);
                if *arrived {
                    self.now.place[vm.0 as usize] = to;
                }
                self.end(Task::Migrate { vm, to }, *arrived);
            }
            Event::BootBegan { host } => {
                let server = self.server(host);
                self.begin(Task::Boot(server), None);
                self.now.on[server.0 as usize] = true;
            }
            Event::BootEnded { host, works } => {
                let server = self.server(host);
                self.now.on[server.0 as usize] = *works;
                self.end(Task::Boot(server), *works);
            }
            Event::HaltBegan { host, guests } => {
                if !guests.is_empty() {
                    self.wrong(format!(
                        "{host} was told to go down with {} on it",
                        guests.join(", ")
                    ));
                }
                let server = self.server(host);
                self.begin(Task::Shutdown(server), None);
            }
            Event::HaltEnded {
                host,
                guests,
                works,
            } => {
                let server = self.server(host);
                if *works && !guests.is_empty() {
                    self.wrong(format!("{host} went off with {} on it", guests.join(", ")));
                }
                self.now.on[server.0 as usize] = !works;
                self.end(Task::Shutdown(server), *works);
            }
            Event::Started { vm, works, .. } => {
                let Some(vm) = self.vm(vm) else { return };
                self.begin(Task::Start(vm), None);
                self.now.runs[vm.0 as usize] |= works;
                self.end(Task::Start(vm), *works);
            }
            Event::StopBegan { vm, .. } => {
                let Some(vm) = self.vm(vm) else {
                    return self.wrong(format!("`{vm}`, which no file knows, was stopped"));
                };
                self.begin(Task::Stop(vm), None);
            }
            Event::Stopped { vm, works, .. } => {
                let Some(vm) = self.vm(vm) else { return };
                self.now.runs[vm.0 as usize] = !works;
                self.end(Task::Stop(vm), *works);
            }
            // Whatever a tool would refuse is seen before it is asked.
            Event::Refused { what, why } => self.wrong(format!("{what}: {why}")),
            Event::ScriptBegan { arguments } => {
                self.now.at_once = arguments.contains("--now");
                self.now.failed.append(&mut self.now.tried);
                self.now.troubled = self.now.broken.clone();
                self.now.troubled.extend(&self.now.strays);
                self.now.last_start = self.now.at;
            }
            Event::Mended => {
                for server in std::mem::take(&mut self.now.broken) {
                    self.now.on[server.0 as usize] |= self.now.lost_power.contains(&server);
                }
                self.now.lost_power.clear();
                for vm in std::mem::take(&mut self.now.fallen) {
                    self.now.runs[vm] = true;
                }
                self.now.strays.clear();
            }
            Event::Trouble(trouble) => self.befall(trouble),
            Event::Asked { .. } | Event::ScriptEnded { .. } | Event::Signal { .. } => {}
        }
    }

    fn befall(&mut self, trouble: &Trouble) {
        match trouble {
            Trouble::Guest { host, .. } => {
                let host = self.server(host);
                self.now.strays.push(host);
                self.now.troubled.insert(host);
            }
            Trouble::Crash { host } => {
                let host = self.server(host);
                self.now.troubled.insert(host);
                self.now.broken.insert(host);
                self.now.lost_power.insert(host);
                self.now.on[host.0 as usize] = false;
                for vm in 0..self.now.place.len() {
                    if self.now.runs[vm] && self.now.place[vm] == host {
                        self.now.runs[vm] = false;
                        self.now.fallen.insert(vm);
                    }
                }
            }
            Trouble::Cut { host } => {
                let host = self.server(host);
                self.now.troubled.insert(host);
                self.now.broken.insert(host);
            }
            Trouble::Joined { host } => {
                let host = self.server(host);
                self.now.broken.remove(&host);
            }
            Trouble::Fails { .. } => {}
        }
    }

    /// Something begins: it must be what comes next for its VM or server, and nothing may forbid it now.
    fn begin(&mut self, task: Task, rate: Option<u64>) {
        // A server that lost its power is down.
        if let Task::Boot(server) = task
            && self.now.lost_power.contains(&server)
            && let Some(halt) = self.next(task)
            && self.file.duties.all[halt].task == Task::Shutdown(server)
        {
            self.now.done[halt] = Some(self.now.at);
        }
        let next = self.next(task);
        let Some(duty) = next.filter(|&duty| self.file.duties.all[duty].task == task) else {
            let name = self.file.duties.words(self.file.datacenter, task);
            return self.wrong(format!(
                "{name}: nobody asked for that, or it was done before"
            ));
        };
        if self.now.at < 0 && !self.now.at_once {
            self.wrong("it begins before the plan's start");
        }
        if self.now.active.iter().any(|active| active.duty == duty) {
            self.wrong(format!(
                "{} was begun twice",
                self.file.duties.all[duty].name
            ));
        }
        let (length, rate) = self.file.duties.all[duty].mode(rate);
        let active = Active {
            duty,
            began: self.now.at,
            length,
            rate,
        };
        self.check_rules(&active);
        self.check_levels(&active);
        self.now.active.push(active);
        self.now.tried.insert(duty);
    }

    /// What a VM or server has to do next.
    fn next(&self, task: Task) -> Option<usize> {
        let mut duties = self.file.duties.of(task).into_iter();
        duties.find(|&duty| self.now.done[duty].is_none())
    }

    fn end(&mut self, task: Task, well: bool) {
        let all = &self.file.duties.all;
        let Some(at) = self
            .now
            .active
            .iter()
            .position(|active| all[active.duty].task == task)
        else {
            return;
        };
        let active = self.now.active.remove(at);
        self.now.last_end = Some(self.now.at);
        if well {
            self.now.done[active.duty] = Some(self.now.at);
        }
    }
}
