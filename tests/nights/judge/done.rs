//! The end of a night: nothing is lost, and what was not done could not be done.

use mvm::datacenter::ServerId;
use mvm::request::{RuleKind, Subject, Task};

use super::Judge;

impl Judge<'_> {
    pub(super) fn finish(&mut self, status: i32) {
        let undone: Vec<usize> = (0..self.now.done.len())
            .filter(|&duty| self.now.done[duty].is_none())
            .collect();
        match (undone.is_empty(), status) {
            (true, 0 | 6) | (false, 1 | 4 | 5) => {}
            (all, status) => self.wrong(format!(
                "everything is done: {all}, but the status is {status}"
            )),
        }
        for &duty in &undone {
            if self.excuse(duty).is_none() {
                let name = self.file.duties.all[duty].name.clone();
                self.wrong(format!("`{name}` was not done, and nothing was in its way"));
            }
        }
    }

    /// Why a duty could not be done.
    fn excuse(&self, at: usize) -> Option<String> {
        let (duties, now) = (self.file.duties, &self.now);
        let duty = &duties.all[at];
        if now.tried.contains(&at) {
            return Some("it was tried".into());
        }
        if now.active.iter().any(|active| active.duty == at) {
            return Some("it goes on".into());
        }
        let mut earlier = duties
            .of(duty.task)
            .into_iter()
            .take_while(|&other| other != at);
        if earlier.any(|other| now.done[other].is_none()) {
            return Some("what comes before it is not done".into());
        }
        if let Task::Migrate { to, .. } = duty.task {
            let own = duties.by(Subject::Server(to)).into_iter();
            if own
                .take_while(|&other| other < at)
                .any(|other| now.done[other].is_none())
            {
                return Some("what is written before of its destination is not done".into());
            }
        }
        let servers: Vec<ServerId> = match duty.task {
            Task::Migrate { to, .. } => vec![duty.from, to],
            _ => vec![duty.from],
        };
        if servers.iter().any(|server| now.troubled.contains(server)) {
            return Some("a server was out of reach, or had a guest that nobody knows".into());
        }
        let must_run = !matches!(duty.task, Task::Boot(_));
        let boots = |server: ServerId| {
            now.active
                .iter()
                .any(|active| duties.all[active.duty].task == Task::Boot(server))
        };
        if must_run
            && servers
                .iter()
                .any(|&server| !now.on[server.0 as usize] || boots(server))
        {
            return Some("a server is off".into());
        }
        if let Task::Shutdown(server) = duty.task {
            let mut vms = 0..now.place.len();
            if vms.any(|vm| now.runs[vm] && now.place[vm] == server) || now.strays.contains(&server)
            {
                return Some("the server has guests".into());
            }
        }
        self.full(at)
            .or_else(|| self.ruled_out(at))
            .or_else(|| self.too_late(at))
    }

    /// Room that somebody else has not made.
    fn full(&self, at: usize) -> Option<String> {
        let (dc, duties, now) = (self.file.datacenter, self.file.duties, &self.now);
        let duty = &duties.all[at];
        let (vm, to) = match duty.task {
            Task::Migrate { vm, to } => (vm, to),
            Task::Start(vm) => (vm, duty.from),
            _ => return None,
        };
        let undone = |task: fn(&Task) -> bool| {
            let rest = (0..duties.all.len()).filter(|&d| now.done[d].is_none());
            rest.filter(move |&d| task(&duties.all[d].task))
                .collect::<Vec<_>>()
        };
        let leaves = undone(|task| matches!(task, Task::Migrate { .. } | Task::Stop(_)))
            .into_iter()
            .any(|d| duties.all[d].from == to && d != at);
        let goes_there = |d: &usize| match duties.all[*d].task {
            Task::Migrate { to: there, .. } => there == to,
            Task::Start(_) => duties.all[*d].from == to,
            _ => false,
        };
        let vm_of = |d: usize| match duties.all[d].task {
            Task::Migrate { vm, .. } | Task::Start(vm) | Task::Stop(vm) => Some(vm),
            Task::Boot(_) | Task::Shutdown(_) | Task::Run(_) | Task::Pause => None,
        };
        let needs = |stock: mvm::datacenter::Stock| {
            let of = |vm: &mvm::datacenter::Vm| vm.takes_of(stock);
            // Who gets the room that others leave is the plan's choice: it is needed where all that the file brings there does not
            // fit beside what was there at first.
            if leaves {
                let first = dc.vms.iter().filter(|v| v.running && v.host.value == to);
                let comes = (0..duties.all.len()).filter(goes_there).filter_map(vm_of);
                first.map(of).sum::<u64>() + comes.map(|v| of(&dc[v])).sum::<u64>()
            } else {
                let here = (0..dc.vms.len()).filter(|&v| now.runs[v] && now.place[v] == to);
                here.map(|v| of(&dc.vms[v])).sum::<u64>() + of(&dc[vm])
            }
        };
        let lacks = |stock| {
            let gives = self.file.request.gives(dc, to, stock);
            gives.is_some_and(|most| needs(stock) > most.value)
        };
        let mut stocks = dc.stocks();
        stocks
            .any(lacks)
            .then(|| "its destination has no room".into())
    }

    /// A rule that stands against it for ever.
    fn ruled_out(&self, at: usize) -> Option<String> {
        let (duties, now) = (self.file.duties, &self.now);
        let duty = &duties.all[at];
        self.file
            .request
            .rules
            .iter()
            .find_map(|rule| match &rule.kind {
                RuleKind::Before { first, then } if then.contains(&duty.subject()) => {
                    self.first_undone(first)
                }
                RuleKind::Spread { vms, .. } => match duty.task {
                    Task::Migrate { vm, to } if vms.contains(&vm) => self.sharing(vm, to, vms),
                    _ => None,
                },
                RuleKind::Sync { vms, .. } => match duty.task {
                    Task::Migrate { vm, .. } if vms.contains(&vm) => {
                        let mut others = vms.iter().flat_map(|&vm| duties.migrations(vm));
                        others
                            .any(|other| other != at && now.done[other].is_none())
                            .then(|| "its partner did not go".into())
                    }
                    _ => None,
                },
                // What others have not given back.
                RuleKind::Budget { power, servers, .. } => {
                    let takes = match duty.task {
                        Task::Boot(server) => self.file.datacenter[server].power + duty.power(0),
                        Task::Migrate { .. } => duty.power(duty.mode(None).1),
                        _ => 0,
                    };
                    let counts = |&server: &ServerId| {
                        let counts = servers.as_ref().is_none_or(|s| s.contains(&server));
                        counts && !now.on[server.0 as usize] && self.may_be_on(server)
                    };
                    let dc = self.file.datacenter;
                    let all = (0..dc.servers.len() as u32).map(ServerId);
                    let unknown: u64 = all.filter(counts).map(|server| dc[server].power).sum();
                    let level = self.power(now, now.at, servers.as_deref()) + unknown;
                    (level + takes > *power).then(|| "no power is left".into())
                }
                RuleKind::AtMostOn { count, servers, .. } => match duty.task {
                    Task::Boot(server) if servers.contains(&server) => {
                        let on = servers
                            .iter()
                            .filter(|&&server| now.on[server.0 as usize] || self.may_be_on(server))
                            .count();
                        (on >= *count as usize).then(|| "too many servers are on".into())
                    }
                    _ => None,
                },
                _ => None,
            })
    }

    /// Whether nobody knows that it is off: its boot was tried in vain, or it has lost its power.
    fn may_be_on(&self, server: ServerId) -> bool {
        if self.now.lost_power.contains(&server) {
            return true;
        }
        let mut duties = self.file.duties.by(Subject::Server(server)).into_iter();
        duties.any(|duty| {
            let is_boot = self.file.duties.all[duty].task == Task::Boot(server);
            is_boot && self.now.done[duty].is_none() && self.now.tried.contains(&duty)
        })
    }

    /// It could only start earlier, and then something else went on, or the script did not run.
    fn too_late(&self, at: usize) -> Option<String> {
        let (length, _) = self.file.duties.all[at].mode(None);
        let open = self.openings(at, length);
        let last = open.iter().map(|&(_, last)| last).max().unwrap_or(0);
        let ended_later = self.now.done.iter().flatten().any(|&end| end > last);
        (last < self.now.at && (ended_later || self.ran_late(last)))
            .then(|| "it is too late".into())
    }

    /// Whether the script was started, or something failed, after a moment.
    fn ran_late(&self, moment: mvm::formulation::Seconds) -> bool {
        self.now.last_end.is_some_and(|end| end > moment) || self.now.last_start > moment
    }
}
