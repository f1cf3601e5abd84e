//! What has come of a plan, where the machines say something else than its journal.

use std::collections::{BTreeMap, BTreeSet};

use crate::datacenter::{Datacenter, ServerId, Vm, VmId};
use crate::request::{Actor, Request, Task};
use crate::since::Progress;

/// What has come of a plan beside what the machines say: what failed by the journal and they show is done; what was done and they do not show
/// is not. Of those for whom something runs nothing is believed yet: whoever goes on with it looks what became of it.
pub(super) fn confronted(
    mut progress: Progress,
    failed: Vec<Task>,
    request: &Request,
    (start, live): (&Datacenter, &Datacenter),
    surprises: &mut Vec<String>,
) -> Progress {
    let mut actual = start.clone();
    progress.make(&mut actual);
    let busy: BTreeSet<Actor> = (progress.running.iter())
        .map(|running| running.task.actor())
        .collect();
    let ids: BTreeMap<&str, ServerId> = (start.servers.iter())
        .map(|server| server.name.as_str())
        .zip((0..).map(ServerId))
        .collect();
    let id = |server: ServerId| ids.get(live[server].name.as_str()).copied();
    let vms: BTreeMap<&str, &Vm> = live.vms.iter().map(|vm| (vm.name.as_str(), vm)).collect();
    for (vm, at) in actual.vms.iter_mut().zip((0..).map(VmId)) {
        let is = vms.get(vm.name.as_str());
        let is = is.filter(|_| !busy.contains(&Actor::Vm(at)));
        if let Some((is, host)) = is.and_then(|is| Some((is, id(is.host.value)?))) {
            vm.pool = vm.pool.filter(|_| vm.host.value == host);
            (vm.host.value, vm.running) = (host, is.running);
        }
    }
    for (server, at) in live.servers.iter().zip((0..).map(ServerId)) {
        if let Some(own) = id(at).filter(|own| !busy.contains(&Actor::Server(*own))) {
            actual.servers[own.0 as usize].on = server.on;
        }
    }
    for task in failed {
        if is_so(&actual, task) && !busy.contains(&task.actor()) {
            let words = words(&actual, task);
            surprises.push(format!("{words} failed by the journal, and is done"));
            progress.done.push(task);
        }
    }
    // Only the last that was done of its kind to somebody shows.
    let mut seen = BTreeSet::new();
    let mut shows = |task: Task| match task {
        Task::Migrate { vm, .. } => seen.insert((0, vm.0)),
        Task::Start(vm) | Task::Stop(vm) => seen.insert((1, vm.0)),
        Task::Boot(server) | Task::Shutdown(server) => seen.insert((2, server.0)),
        Task::Run(_) | Task::Pause => false,
    };
    // Where a plan chose the place, another one of those it had is as good, but not the one that was to be left.
    let done = progress.done.as_slice();
    let is_elsewhere = |at: usize| {
        let Task::Migrate { vm, to } = done[at] else {
            return false;
        };
        let there = actual[vm].host.value;
        let earlier = done[..at].iter().rev();
        let mut earlier = earlier
            .filter(|task| task.vm() == Some(vm))
            .filter_map(|task| task.to());
        let before = earlier.next().unwrap_or(start[vm].host.value);
        let among = request
            .steps
            .iter()
            .filter(|step| step.task.vm() == Some(vm));
        let mut among = among.filter_map(|step| step.among.as_deref());
        there != before && among.any(|among| among.contains(&to) && among.contains(&there))
    };
    let mut kept = Vec::new();
    for (at, &task) in done.iter().enumerate().rev() {
        if !shows(task) || is_so(&actual, task) || busy.contains(&task.actor()) {
            kept.push(task);
        } else if is_elsewhere(at) {
            kept.push(task);
            let (vm, to) = (task.vm(), task.to());
            let is = vm.map(|vm| (&actual[vm].name, &actual[actual[vm].host.value].name));
            if let Some(((vm, is), to)) = is.zip(to) {
                let was = &actual[to].name;
                surprises.push(format!("`{vm}` is on `{is}`, not on `{was}`"));
            }
        } else {
            let task = words(&actual, task);
            surprises.push(format!("{task} was done by the journal, and is not"));
        }
    }
    kept.reverse();
    progress.done = kept;
    progress.seen(start, &actual)
}

/// Whether everything is as a task makes it; never of one that leaves no trace.
fn is_so(datacenter: &Datacenter, task: Task) -> bool {
    match task {
        Task::Migrate { vm, to } => datacenter[vm].host.value == to,
        Task::Start(vm) => datacenter[vm].running,
        Task::Stop(vm) => !datacenter[vm].running,
        Task::Boot(server) => datacenter[server].on,
        Task::Shutdown(server) => !datacenter[server].on,
        Task::Run(_) | Task::Pause => false,
    }
}

/// Steps that come next and of which everything is as it should be already, by somebody else's hand, are done.
pub(super) fn skip_what_is_so(
    progress: &mut Progress,
    request: &Request,
    start: &Datacenter,
    surprises: &mut Vec<String>,
) {
    let mut actual = start.clone();
    progress.make(&mut actual);
    loop {
        let mut met = BTreeSet::new();
        let left = progress.left(request);
        let next = left
            .steps
            .iter()
            .filter(|step| met.insert(step.task.actor()));
        let so: Vec<Task> = next
            .filter(|step| !step.is_begun && step.among.is_none() && is_so(&actual, step.task))
            .map(|step| step.task)
            .collect();
        if so.is_empty() {
            return;
        }
        for &task in &so {
            surprises.push(format!("{} is done already", words(&actual, task)));
        }
        progress.done.extend(so);
    }
}

fn words(datacenter: &Datacenter, task: Task) -> String {
    let of = |what: &str, name: &str| format!("`{what} {name}`");
    match task {
        Task::Migrate { vm, to } => format!(
            "`migrate {} to {}`",
            datacenter[vm].name, datacenter[to].name
        ),
        Task::Start(vm) => of("start", &datacenter[vm].name),
        Task::Stop(vm) => of("stop", &datacenter[vm].name),
        Task::Boot(server) => of("boot", &datacenter[server].name),
        Task::Shutdown(server) => of("shutdown", &datacenter[server].name),
        Task::Run(server) => of("run", &datacenter[server].name),
        Task::Pause => String::from("`pause`"),
    }
}
