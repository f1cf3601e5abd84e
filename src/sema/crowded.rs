//! Servers that hold more from the start than they have, which no inventory of a real place says.

use std::collections::BTreeSet;

use super::errors::declarations as errors;
use super::world::World;
use crate::datacenter::{ServerId, VmId};
use crate::request::{Request, Task};

/// Warns of servers on which more memory, or of another stock, is taken than there is. Where a plan does something there, its
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
        for stock in dc.stocks() {
            let takes = |vm: VmId| dc[vm].takes_of(stock);
            let taken: u128 = vms.iter().map(|&vm| u128::from(takes(vm))).sum();
            let gives = server.gives(stock, server.overbooked(stock));
            let Some(gives) = gives.filter(|gives| taken > u128::from(gives.value)) else {
                continue;
            };
            let largest = vms
                .iter()
                .max_by_key(|&&vm| (takes(vm), std::cmp::Reverse(vm)));
            let place = largest.and_then(|&vm| dc[vm].host.origin.or(dc[vm].origin));
            let Some(span) = place else { continue };
            let show = |amount: u64| dc.measure(stock).show(amount);
            let taken = show(u64::try_from(taken).unwrap_or(u64::MAX));
            let amounts = (taken, show(gives.value));
            let what = dc.stock_name(stock);
            let warning = errors::crowded(span, server, vms.len(), what, amounts, gives.origin);
            found.push(warning);
        }
    }
    for warning in found {
        world.sink.push(warning);
    }
}
