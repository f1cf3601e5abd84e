//! What the file asks to be done, in the order in which each VM and each server has it to do.

use mvm::datacenter::{Datacenter, LinkId, ServerId, VmId};
use mvm::formulate::Problem;
use mvm::formulation::Seconds;
use mvm::request::{Subject, Task};

/// Something to do.
#[derive(Debug, Clone)]
pub struct Duty {
    /// Its name.
    pub name: String,
    /// What.
    pub task: Task,
    /// Where the VM is before, or the server itself.
    pub from: ServerId,
    /// The links that a migration uses, and whether forwards.
    pub path: Vec<(LinkId, bool)>,
    /// Its ways: seconds, bit/s, and mW that a budget sees.
    modes: Vec<(Seconds, u64, u64)>,
}

impl Duty {
    /// The seconds and bit/s that are foreseen for a migration that was told such a rate.
    pub fn mode(&self, told: Option<u64>) -> (Seconds, u64) {
        // Tools count in MiB/s or KiB/s and round down.
        let near = |rate: u64| told.is_none_or(|told| told <= rate && rate < told + (1 << 23));
        let mode = self
            .modes
            .iter()
            .find(|(_, rate, _)| near(*rate))
            .or(self.modes.first());
        let (length, rate, _) = mode.copied().unwrap_or((1, 0, 0));
        (length, told.unwrap_or(rate))
    }

    /// mW on top of what the servers draw.
    pub fn power(&self, rate: u64) -> u64 {
        let of = |mode: &&(Seconds, u64, u64)| mode.1 >= rate;
        self.modes
            .iter()
            .rfind(of)
            .or(self.modes.first())
            .map_or(0, |mode| mode.2)
    }

    /// Whose action it is.
    pub fn subject(&self) -> Subject {
        subject(self.task)
    }
}

fn subject(task: Task) -> Subject {
    match task {
        Task::Migrate { vm, .. } | Task::Start(vm) | Task::Stop(vm) => Subject::Vm(vm),
        Task::Boot(server) | Task::Shutdown(server) | Task::Run(server) => Subject::Server(server),
        Task::Pause => unreachable!("no night has a pause"),
    }
}

/// All that is to be done.
#[derive(Debug, Clone, Default)]
pub struct Duties {
    /// In the order of the file.
    pub all: Vec<Duty>,
}

impl Duties {
    /// What a problem asks for.
    pub fn new(problem: &Problem) -> Self {
        let actions = problem.formulation.actions.iter().zip(&problem.work);
        let all = actions.map(|(action, work)| Duty {
            name: action.name.clone(),
            task: work.task,
            from: work.from.expect("no night has a pause"),
            path: work.path.clone(),
            modes: (action.modes.iter().zip(&work.power))
                .map(|(mode, &power)| (mode.duration, mode.rate.unwrap_or(0), power))
                .collect(),
        });
        Duties { all: all.collect() }
    }

    /// The duties of whoever does that, in order.
    pub fn of(&self, task: Task) -> Vec<usize> {
        self.by(subject(task))
    }

    /// The duties of a VM or server, in order.
    pub fn by(&self, subject: Subject) -> Vec<usize> {
        let all = 0..self.all.len();
        all.filter(|&duty| self.all[duty].subject() == subject)
            .collect()
    }

    /// The migrations of a VM, in order.
    pub fn migrations(&self, vm: VmId) -> Vec<usize> {
        let is_move = |&duty: &usize| matches!(self.all[duty].task, Task::Migrate { .. });
        self.by(Subject::Vm(vm))
            .into_iter()
            .filter(is_move)
            .collect()
    }

    /// A task in words.
    pub fn words(&self, dc: &Datacenter, task: Task) -> String {
        match task {
            Task::Migrate { vm, to } => format!("migrate {} to {}", dc[vm].name, dc[to].name),
            Task::Boot(server) => format!("boot {}", dc[server].name),
            Task::Shutdown(server) => format!("shutdown {}", dc[server].name),
            Task::Start(vm) => format!("start {}", dc[vm].name),
            Task::Stop(vm) => format!("stop {}", dc[vm].name),
            Task::Run(server) => format!("run {}", dc[server].name),
            Task::Pause => "pause".to_owned(),
        }
    }
}
