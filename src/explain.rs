//! Why no plan exists, in terms of the file: which of its lines contradict one another, who waits for whom, and the
//! smallest changes with which a plan exists.

mod deadlock;
mod demand;
mod earliest;
mod judge;
mod search;
mod value;
mod words;

use crate::change::Change;
use crate::datacenter::{Datacenter, ServerId, VmId};
use crate::formulate::Problem;
use crate::formulation::{ActionId, SourceId, SourceKind};
use crate::request::{Request, Task};
use crate::schedule::{Core, Monitor};

pub use deadlock::{Wait, Why};
pub use earliest::{Earliest, without_deadline};
use search::Search;

/// Why no plan exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The sources that contradict one another: rules first, since they are what can be changed.
    pub core: Vec<SourceId>,
    /// Whether the others can hold without any one of them, as far as that was tried.
    pub minimal: bool,
    /// Changes that help, each by itself.
    pub offers: Vec<Offer>,
    /// Members for which none was searched any more, since the effort for all of them was spent.
    pub untried: usize,
    /// A circle of actions that wait for one another; empty where there is none.
    pub circle: Vec<Wait>,
}

/// A change that helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The member of the core that it changes; None for a stop-over, which changes none.
    pub source: Option<SourceId>,
    /// The change.
    pub change: Change,
    /// Whether one step less is known not to help.
    pub least: bool,
    /// Whether the whole plan is then possible; otherwise another conflict remains.
    pub is_enough: bool,
}

/// Servers that are tried as a stop-over, for each VM.
const MOST_STOPS: usize = 4;

/// VMs for which a stop-over is tried.
const MOST_VMS: usize = 4;

/// Explains a core of the problem that the request makes of the datacenter, with changes that help. The effort is
/// counted.
pub fn explain(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    core: &Core,
    monitor: &mut dyn Monitor,
) -> Explanation {
    let mut explanation = outline(problem, core);
    let stops = stops(datacenter, request, problem, &explanation.circle);
    let mut search = Search::new(datacenter, request, problem, core, monitor);
    let stop = stops.into_iter().find(|&change| search.helps(change));
    let (offers, untried) = search.offers();
    explanation.offers.extend(stop.map(|change| Offer {
        source: None,
        change,
        least: true,
        is_enough: true,
    }));
    explanation.offers.extend(offers);
    explanation.untried = untried;
    explanation
}

/// The same without changes, which take most of the effort.
pub fn outline(problem: &Problem, core: &Core) -> Explanation {
    let f = &problem.formulation;
    let keep = |source: SourceId| core.sources.binary_search(&source).is_ok();
    let mut sources = core.sources.clone();
    sources.sort_by_key(|&id| (f[id].kind != SourceKind::Rule, f[id].span, id));
    Explanation {
        core: sources,
        minimal: core.minimal,
        offers: Vec::new(),
        untried: 0,
        circle: deadlock::deadlock(f, &keep).unwrap_or_default(),
    }
}

/// Stop-overs that could break a circle: servers that are on and have the most memory left, for each VM in it.
fn stops(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    circle: &[Wait],
) -> Vec<Change> {
    let mut used: Vec<u64> = vec![0; datacenter.servers.len()];
    for vm in datacenter.vms.iter().filter(|vm| vm.running) {
        let used = &mut used[vm.host.value.0 as usize];
        *used = used.saturating_add(vm.memory.value);
    }
    let room = |server: ServerId| {
        let memory = datacenter[server].memory.map_or(u64::MAX, |at| at.value);
        memory.saturating_sub(used[server.0 as usize])
    };
    let mut changes = Vec::new();
    for wait in circle
        .iter()
        .filter(|w| matches!(w.why, Why::Place(_)))
        .take(MOST_VMS)
    {
        let Some(work) = problem.work.get(wait.action.0 as usize) else {
            continue;
        };
        let Task::Migrate { vm, to } = work.task else {
            continue;
        };
        let Some(step) = step_of(request, problem, wait.action, vm) else {
            continue;
        };
        let on = (0..).map(ServerId).take(datacenter.servers.len());
        let mut free: Vec<ServerId> = on
            .filter(|&server| datacenter[server].on && server != to && Some(server) != work.from)
            .filter(|&server| room(server) >= datacenter[vm].memory.value)
            .collect();
        free.sort_by_key(|&server| (std::cmp::Reverse(room(server)), server));
        let stops = free.into_iter().take(MOST_STOPS);
        changes.extend(stops.map(|server| Change::StopOver(step, server)));
    }
    changes
}

/// The step that asks for a VM's migration: the k-th of the VM's steps for the k-th of its migrations.
fn step_of(request: &Request, problem: &Problem, action: ActionId, vm: VmId) -> Option<usize> {
    let moves = |task: Task| matches!(task, Task::Migrate { vm: moved, .. } if moved == vm);
    let before = problem.work[..action.0 as usize].iter();
    let nth = before.filter(|work| moves(work.task)).count();
    let steps = request.steps.iter().enumerate();
    let mut own = steps.filter(|(_, step)| moves(step.task));
    own.nth(nth).map(|(at, _)| at)
}
