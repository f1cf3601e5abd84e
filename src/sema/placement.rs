//! VMs: what they are, and the servers that they are on when the plans start.

use std::rc::Rc;

use super::declare::{Pending, Prepared, enter_thing, names_span};
use super::errors::{declarations as errors, sets as set_errors};
use super::names::FullName;
use super::properties::Traits;
use super::servers::{amounts, features, labels};
use super::sets::{self, Wanted};
use super::world::{Scope, Thing, World};
use crate::datacenter::{At, Copy, Disk, Force, Pool, ServerId, Vm, VmId, Workload};
use crate::source::Span;

/// VMs whose hosts are still to be found: what one declaration made.
#[derive(Debug)]
pub(super) struct PendingVms<'a> {
    prepared: Rc<Prepared<'a>>,
    vms: Vec<VmId>,
}

/// Where a VM is until its host is found.
const NOWHERE: At<ServerId> = At {
    value: ServerId(u32::MAX),
    origin: None,
};

/// What holds of a VM where nobody says it: seconds to start and to stop, ms of downtime and of a hot round.
const BOOT: u32 = 30;
const SHUTDOWN: u32 = 10;
const DOWNTIME: u64 = 30;
const HOT_ROUND: u64 = 1_000;

/// Makes the VMs of a declaration, without hosts.
pub(super) fn make<'a>(
    world: &mut World<'a>,
    prepared: &Rc<Prepared<'a>>,
    names: Vec<FullName>,
    pending: &mut Pending<'a>,
) {
    let traits = &prepared.resolved.traits;
    let span = names_span(prepared.decl);
    if !traits.broken {
        if traits.memory.is_none() && traits.used.is_none() {
            world.sink.push(errors::vm_without_memory(span));
        }
        if traits.placed.is_none() {
            world.sink.push(errors::vm_without_host(span));
        }
    }
    let mut vms = Vec::with_capacity(names.len());
    for name in names {
        let id = VmId(world.datacenter.vms.len() as u32);
        if enter_thing(world, &name, Thing::Vm(id), prepared.decl) {
            let vm = vm(traits, name.text, &prepared.resolved.lineage, span);
            world.datacenter.vms.push(vm);
            vms.push(id);
        }
    }
    pending.vms.push(PendingVms {
        prepared: Rc::clone(prepared),
        vms,
    });
}

fn vm(traits: &Traits<'_>, name: String, lineage: &[String], span: Span) -> Vm {
    fn by_default<T>(value: T) -> At<T> {
        At {
            value,
            origin: None,
        }
    }
    let used = traits.used.or(traits.memory).unwrap_or(by_default(0));
    let (hot, hot_ms) = traits.hot.unwrap_or((0, HOT_ROUND));
    Vm {
        name,
        host: NOWHERE,
        pool: traits.pool.map(|pool| At {
            value: Pool(pool.value),
            origin: pool.origin,
        }),
        running: traits.off.is_none(),
        memory: traits.memory.unwrap_or(used),
        cpu: traits.cpu.unwrap_or(by_default(0)),
        own: amounts(traits),
        workload: Workload {
            used: used.value,
            hot,
            hot_ms,
            cold: traits.cold.unwrap_or(0),
            unknown: traits.hot.is_none() && traits.cold.is_none() && traits.idle.is_none(),
            downtime_ms: traits.downtime.unwrap_or(DOWNTIME),
        },
        copy: traits.copy.unwrap_or(Copy::Pre),
        disk: traits.disk.map(|(filled, writes)| Disk {
            filled,
            writes: writes.unwrap_or(0),
            unknown: writes.is_none() && traits.idle.is_none(),
        }),
        force: traits.force.unwrap_or(Force::Never),
        slack: traits.slack,
        timeout: traits.timeout,
        retry: traits.retry,
        boot: traits.boot.unwrap_or(by_default(BOOT)),
        shutdown: traits.shutdown.unwrap_or(by_default(SHUTDOWN)),
        classes: lineage.to_vec(),
        labels: labels(traits),
        needs: features(&traits.needs),
        origin: Some(span),
    }
}

/// Finds the hosts of all VMs, and lists the VMs of each server.
pub(super) fn place<'a>(world: &mut World<'a>, pending: &[PendingVms<'a>]) {
    for vms in pending {
        place_declaration(world, vms);
    }
    let mut vms_on = vec![Vec::new(); world.datacenter.servers.len()];
    for (index, vm) in world.datacenter.vms.iter().enumerate() {
        if let Some(vms) = vms_on.get_mut(vm.host.value.0 as usize) {
            vms.push(VmId(index as u32));
        }
    }
    world.vms_on = Some(vms_on);
}

fn place_declaration<'a>(world: &mut World<'a>, pending: &PendingVms<'a>) {
    let Some(set) = pending.prepared.resolved.traits.placed else {
        return;
    };
    let Some(hosts) = sets::set(world, &Scope::default(), set, Wanted::Servers) else {
        return;
    };
    if hosts.is_empty() {
        world.sink.push(set_errors::empty(set.span, "a server"));
        return;
    }
    let (left, right) = (pending.vms.len(), hosts.len());
    if left == 0 {
        // All names were taken, which was reported.
        return;
    }
    let Some(share) = sets::pairing(left, right) else {
        world.sink.push(set_errors::unpaired(
            set.span,
            left,
            right,
            set_errors::VMS_AND_SERVERS,
        ));
        return;
    };
    let hosts = hosts
        .iter()
        .flat_map(|host| std::iter::repeat_n(*host, share));
    for (&vm, host) in pending.vms.iter().zip(hosts) {
        let Thing::Server(host) = host else {
            continue;
        };
        world.datacenter.vms[vm.0 as usize].host = At {
            value: host,
            origin: Some(set.span),
        };
        if let Some(pool) = world.datacenter[vm].pool
            && pool.value.0 >= world.datacenter[host].pools.value
        {
            let error = errors::no_such_pool(pool, &world.datacenter[host], set.span);
            world.sink.push(error);
            return;
        }
        if world.datacenter[vm].running && !world.datacenter[host].on {
            let error = errors::runs_on_server_that_is_off(
                set.span,
                &world.datacenter[vm].name,
                &world.datacenter[host].name,
                world.datacenter[host].origin,
            );
            world.sink.push(error);
        }
    }
}
