//! Servers that hold more from the start than they have, which no inventory of a real place says.

use std::collections::BTreeSet;

use super::errors::declarations as errors;
use super::world::World;
use crate::datacenter::{ServerId, VmId};
use crate::request::{Request, Task};

/// Warns of servers on which more memory or CPU is taken than there is. Where a plan does something there, its
/// own checks tell it, as an error.
pub(super) fn warn(world: &mut World<'_>, requests: &[Request]) {
    if world.sink.has_errors() {
        return;
    }
    let dc = &world.datacenter;
    let mut planned: BTreeSet<ServerId> = BTreeSet::new();
    for step in requests.iter().flat_map(|request| &request.steps) {
        match step.task {
            Task::Migrate { vm, to } => {
                planned.extend([dc[vm].host.value, to]);
                planned.extend(step.among.iter().flat_map(|among| among.iter().copied()));
            }
            Task::Start(vm) | Task::Stop(vm) => planned.extend([dc[vm].host.value]),
            Task::Boot(server) | Task::Shutdown(server) => planned.extend([server]),
            // They take and leave memory and CPUs as they are.
            Task::Run(_) | Task::Pause => {}
        }
    }
    let mut tenants: Vec<Vec<VmId>> = vec![Vec::new(); dc.servers.len()];
    for (id, vm) in (0..).map(VmId).zip(&dc.vms) {
        if vm.running {
            tenants[vm.host.value.0 as usize].push(id);
        }
    }
    let mut found = Vec::new();
    for (id, (server, vms)) in (0..).map(ServerId).zip(dc.servers.iter().zip(&tenants)) {
        if planned.contains(&id) {
            continue;
        }
        let sum = |of: fn(&crate::datacenter::Vm) -> u64| -> u128 {
            vms.iter().map(|&vm| u128::from(of(&dc[vm]))).sum()
        };
        let memory = sum(|vm| vm.memory.value);
        let cpu = sum(|vm| vm.cpu.value);
        let place = |of: fn(&crate::datacenter::Vm) -> u64| {
            let largest = vms
                .iter()
                .max_by_key(|&&vm| (of(&dc[vm]), std::cmp::Reverse(vm)));
            largest.and_then(|&vm| dc[vm].host.origin.or(dc[vm].origin))
        };
        if let Some(has) = server.memory.filter(|has| memory > u128::from(has.value))
            && let Some(span) = place(|vm| vm.memory.value)
        {
            let taken = u64::try_from(memory).unwrap_or(u64::MAX);
            let amounts = (errors::bytes(taken), errors::bytes(has.value));
            found.push(errors::crowded(
                span,
                server,
                vms.len(),
                "memory",
                amounts,
                has.origin,
            ));
        }
        if let Some(has) = server.cpu.filter(|has| cpu > u128::from(has.value))
            && let Some(span) = place(|vm| vm.cpu.value)
        {
            let taken = u64::try_from(cpu).unwrap_or(u64::MAX);
            let amounts = (errors::cpus(taken), errors::cpus(has.value));
            found.push(errors::crowded(
                span,
                server,
                vms.len(),
                "CPU",
                amounts,
                has.origin,
            ));
        }
    }
    for warning in found {
        world.sink.push(warning);
    }
}
