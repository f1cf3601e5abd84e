//! The plan as a reconfiguration plan of BtrPlace (JSON of its scheduler's `json` module, 1.10): the servers and VMs before
//! the plan as `origin`, and the `actions`.
//!
//! Elements have numbers there; the views `ns` give them their names. Memory is in MiB (the resource `memory_mib`) and CPUs in
//! thousandths (`cpu_thousandths`); attributes are in MB and seconds, as those of its authors' plans. Of the network there is as much as there:
//! the `bw` of each migration in Mbit/s, of which 8/9 carry data. A stopped VM is a `readyVM`, which is on no node.

use serde_json::{Map, Value, json};

use super::json::document;
use crate::datacenter::{Datacenter, ServerId, Vm, VmId};
use crate::diag::{Code, Diagnostic};
use crate::plan::{Plan, Planned};
use crate::request::Task;

const MIB: u64 = 1 << 20;

/// More than any server has: BtrPlace has no servers without a limit.
const UNLIMITED: i64 = i32::MAX as i64;

/// VMs that are named in a message.
const TOLD: usize = 3;

/// Why BtrPlace cannot say what the plan says: nothing where it can.
pub fn obstacles(datacenter: &Datacenter, plan: &Plan) -> Vec<Diagnostic> {
    let odd = |vm: &&Vm| !vm.memory.value.is_multiple_of(MIB);
    let odd: Vec<&Vm> = datacenter.vms.iter().filter(odd).collect();
    let mut found = Vec::new();
    if let Some(first) = odd.first() {
        let names: Vec<String> = odd
            .iter()
            .take(TOLD)
            .map(|vm| format!("`{}`", vm.name))
            .collect();
        let more = match odd.len() - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!(
            "BtrPlace counts in whole numbers, and the memory of {}{more} is no whole number of MiB",
            names.join(", ")
        );
        found.push(match first.memory.origin {
            Some(span) => Diagnostic::new(Code::NotForBtrplace, span, message, "this memory"),
            None => Diagnostic::without_place(Code::NotForBtrplace, message),
        });
    }
    if plan.makespan > UNLIMITED {
        let message = "BtrPlace counts seconds up to 2,147,483,647, and the plan ends later";
        found.push(Diagnostic::without_place(Code::NotForBtrplace, message));
    }
    found
}

/// The plan as a reconfiguration plan.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    let origin = json!({
        "mapping": mapping(datacenter),
        "attributes": attributes(datacenter),
        "views": views(datacenter),
    });
    let actions: Vec<Value> = plan.actions.iter().filter_map(action).collect();
    document(&json!({ "origin": origin, "actions": actions }))
}

fn servers(datacenter: &Datacenter) -> impl Iterator<Item = ServerId> + use<> {
    (0..datacenter.servers.len() as u32).map(ServerId)
}

fn vms(datacenter: &Datacenter) -> impl Iterator<Item = VmId> + use<> {
    (0..datacenter.vms.len() as u32).map(VmId)
}

fn mapping(datacenter: &Datacenter) -> Value {
    let runs = |vm: &VmId| datacenter[*vm].running;
    let ready: Vec<u32> = vms(datacenter)
        .filter(|vm| !runs(vm))
        .map(|vm| vm.0)
        .collect();
    let mut hosted = vec![Vec::new(); datacenter.servers.len()];
    for vm in vms(datacenter).filter(runs) {
        hosted[datacenter[vm].host.value.0 as usize].push(vm.0);
    }
    let online = servers(datacenter)
        .zip(&hosted)
        .filter(|(id, _)| datacenter[*id].on);
    let online: Map<String, Value> = online
        .map(|(id, hosted)| {
            (
                id.0.to_string(),
                json!({ "runningVMs": hosted, "sleepingVMs": [] }),
            )
        })
        .collect();
    let offline: Vec<u32> = servers(datacenter)
        .filter(|&id| !datacenter[id].on)
        .map(|id| id.0)
        .collect();
    json!({ "onlineNodes": online, "offlineNodes": offline, "readyVMs": ready })
}

fn attributes(datacenter: &Datacenter) -> Value {
    let node = |id: ServerId| {
        let server = &datacenter[id];
        let value = json!({ "boot": server.boot.value, "shutdown": server.shutdown.value });
        (id.0.to_string(), value)
    };
    let vm = |id: VmId| {
        let workload = &datacenter[id].workload;
        let value = json!({
            "memUsed": megabytes(workload.used),
            "hotDirtySize": megabytes(workload.hot),
            "hotDirtyDuration": number(workload.hot_ms as f64 / 1e3),
            "coldDirtyRate": megabytes(workload.cold),
        });
        (id.0.to_string(), value)
    };
    let nodes: Map<String, Value> = servers(datacenter).map(node).collect();
    let vms: Map<String, Value> = vms(datacenter).map(vm).collect();
    json!({ "nodes": nodes, "vms": vms })
}

fn views(datacenter: &Datacenter) -> Value {
    let memory = resource(
        datacenter,
        "memory_mib",
        |server| datacenter[server].memory.map(|memory| memory.value / MIB),
        |vm| datacenter[vm].memory.value / MIB,
    );
    let cpu = resource(
        datacenter,
        "cpu_thousandths",
        |server| datacenter[server].cpu.map(|cpu| cpu.value),
        |vm| datacenter[vm].cpu.value,
    );
    let nodes = servers(datacenter).map(|id| (datacenter[id].name.as_str(), id.0));
    let vms = vms(datacenter).map(|id| (datacenter[id].name.as_str(), id.0));
    json!([memory, cpu, names("node", nodes), names("vm", vms)])
}

fn resource(
    datacenter: &Datacenter,
    name: &str,
    has: impl Fn(ServerId) -> Option<u64>,
    takes: impl Fn(VmId) -> u64,
) -> Value {
    let nodes =
        servers(datacenter).filter_map(|id| Some((id.0.to_string(), Value::from(has(id)?))));
    let vms = vms(datacenter).map(|id| (id.0.to_string(), Value::from(takes(id))));
    json!({
        "id": "shareableResource",
        "rcId": name,
        "defCapacity": UNLIMITED,
        "defConsumption": 0,
        "nodes": nodes.collect::<Map<_, _>>(),
        "vms": vms.collect::<Map<_, _>>(),
    })
}

fn names<'a>(of: &str, names: impl Iterator<Item = (&'a str, u32)>) -> Value {
    let names = names.map(|(name, id)| (name.to_owned(), Value::from(id)));
    json!({ "id": "ns", "type": of, "map": names.collect::<Map<_, _>>() })
}

/// None of what BtrPlace has no action for: commands and pauses.
fn action(action: &Planned) -> Option<Value> {
    let at = action.from?;
    let mut value = match action.task {
        Task::Migrate { vm, to } => json!({
            "id": "migrateVM", "vm": vm.0, "from": at.0, "to": to.0, "bw": nominal(action.rate.unwrap_or(0)),
        }),
        Task::Boot(server) => json!({ "id": "bootNode", "node": server.0 }),
        Task::Shutdown(server) => json!({ "id": "shutdownNode", "node": server.0 }),
        Task::Start(vm) => json!({ "id": "bootVM", "vm": vm.0, "to": at.0 }),
        Task::Stop(vm) => json!({ "id": "shutdownVM", "vm": vm.0, "on": at.0 }),
        Task::Run(_) | Task::Pause => return None,
    };
    if let Some(object) = value.as_object_mut() {
        object.insert(String::from("start"), action.start.into());
        object.insert(String::from("end"), action.end.into());
        object.insert(String::from("hooks"), json!({ "pre": [], "post": [] }));
    }
    Some(value)
}

/// Mbit/s of a link whose data, 8/9 of them, are so many bit/s.
fn nominal(bits: u64) -> u64 {
    let mbps = (u128::from(bits) * 9 + 4_000_000) / 8_000_000;
    u64::try_from(mbps).unwrap_or(u64::MAX).max(1)
}

fn megabytes(bytes: u64) -> Value {
    number(bytes as f64 / 1e6)
}

/// A number that is written as an integer where it is one.
fn number(value: f64) -> Value {
    match value.fract() == 0.0 && value.abs() < 2e9 {
        true => Value::from(value as i64),
        false => Value::from(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_links() {
        assert_eq!(nominal(888_888_888), 1_000);
        assert_eq!(nominal(8_000_000_000), 9_000);
        assert_eq!(nominal(1), 1);
    }
}
