//! Virtual machine instances of KubeVirt (v1) on their nodes, as `kubectl get nodes,vmi -A -o json` prints them.

use std::collections::BTreeSet;

use super::inventory::{Inventory, Names, Server, Vm};
use super::value::Found;
use super::{Imported, json};
use crate::diag::{Code, Diagnostic};
use crate::source::FileId;

/// Reads a list; `file` is where messages point to.
///
/// # Errors
/// What is no such list.
pub fn import(file: FileId, text: &str, name: &str) -> Result<Imported, Vec<Diagnostic>> {
    let value = json::parse(file, text)?;
    let root = Found::root(&value);
    let Some(list) = root.get("items").filter(Found::is_list) else {
        return Err(vec![root.finding(
            Code::ImportShape,
            "this is not a list of `kubectl`: it has no `items`",
        )]);
    };
    let items = list.items();
    let of_kind = |kind: &str| {
        items
            .iter()
            .filter(move |item| item.text_of("kind").as_deref() == Some(kind))
            .collect::<Vec<_>>()
    };
    let (nodes, instances) = (of_kind("Node"), of_kind("VirtualMachineInstance"));
    if nodes.is_empty() {
        return Err(vec![list.finding(
            Code::ImportShape,
            "the list has no `Node` in it: ask for `nodes,vmi`",
        )]);
    }
    let selector = |item: &&Found<'_>| {
        item.at(&["spec", "nodeSelector"])
            .map(|found| found.texts())
            .unwrap_or_default()
    };
    let selected: BTreeSet<String> = instances
        .iter()
        .flat_map(selector)
        .map(|(key, _)| key)
        .collect();
    let mut findings = Vec::new();
    let mut inventory = Inventory {
        source: format!("the KubeVirt cluster {name}"),
        ..Inventory::default()
    };
    for item in nodes {
        match server(item, &selected) {
            Some(server) => inventory.servers.push(server),
            None => findings.push(item.left_out("a node without a name is left out")),
        }
    }
    let known: BTreeSet<&str> = inventory
        .servers
        .iter()
        .map(|server| server.name.as_str())
        .collect();
    let mut names = Names::default();
    for server in &inventory.servers {
        names.take(server.name.clone(), &server.name);
    }
    let mut vms = Vec::new();
    for item in instances {
        match vm(item) {
            Ok(vm) if !known.contains(vm.host.as_str()) => {
                findings.push(item.left_out(&format!(
                    "`{}` is left out: the list has no node `{}`",
                    vm.name, vm.host
                )));
            }
            Ok(mut vm) => {
                vm.name = names.take(vm.name.clone(), &format!("vm/{}", vm.name));
                vms.push(vm);
            }
            Err(why) => findings.push(item.left_out(&why)),
        }
    }
    if !selected.is_empty() {
        inventory.remarks.push(format!(
            "What node selectors ask for ({}) is what VMs need and nodes have: a VM goes only to nodes that have all of it.",
            selected.iter().cloned().collect::<Vec<_>>().join(", ")
        ));
    }
    inventory.vms = vms;
    Ok(Imported {
        inventory,
        findings,
    })
}

fn server(item: &Found<'_>, selected: &BTreeSet<String>) -> Option<Server> {
    let name = item.get("metadata")?.text_of("name")?;
    let room = item
        .at(&["status", "allocatable"])
        .or_else(|| item.at(&["status", "capacity"]));
    let addresses = item
        .at(&["status", "addresses"])
        .map(|found| found.items())
        .unwrap_or_default();
    let internal = addresses
        .iter()
        .find(|found| found.text_of("type").as_deref() == Some("InternalIP"));
    let labels = item
        .at(&["metadata", "labels"])
        .map(|found| found.texts())
        .unwrap_or_default();
    let conditions = item
        .at(&["status", "conditions"])
        .map(|found| found.items())
        .unwrap_or_default();
    let is = |kind: &str, status: &str| {
        let of = |c: &Found<'_>| {
            c.text_of("type").as_deref() == Some(kind)
                && c.text_of("status").as_deref() == Some(status)
        };
        conditions.iter().any(of)
    };
    let cordoned = item
        .at(&["spec"])
        .and_then(|spec| spec.get("unschedulable"))
        .is_some();
    Some(Server {
        memory: room.as_ref().and_then(|room| room.bytes_of("memory", "B")),
        cpu: room.as_ref().and_then(|room| room.thousandths_of("cpu")),
        address: internal
            .and_then(|found| found.text_of("address"))
            .filter(|address| *address != name),
        has: labels
            .into_iter()
            .filter(|(key, _)| selected.contains(key))
            .collect(),
        off: is("Ready", "Unknown"),
        remark: cordoned.then(|| String::from("cordoned")),
        name,
        platform: Some("kubevirt"),
        ..Server::default()
    })
}

/// The VM, or why it is none.
fn vm(item: &Found<'_>) -> Result<Vm, String> {
    let part = |names: &[&str], name: &str| item.at(names).and_then(|found| found.text_of(name));
    let name = part(&["metadata"], "name").ok_or("an instance without a name is left out")?;
    let name = match part(&["metadata"], "namespace") {
        Some(namespace) if namespace != "default" => format!("{namespace}/{name}"),
        _ => name,
    };
    let host = part(&["status"], "nodeName")
        .ok_or_else(|| format!("`{name}` is left out: it runs on no node"))?;
    let domain = item.at(&["spec", "domain"]);
    let bytes = |names: &[&str], last: &str| domain.as_ref()?.at(names)?.bytes_of(last, "B");
    let memory = bytes(&["memory"], "guest")
        .or_else(|| bytes(&["resources", "requests"], "memory"))
        .ok_or_else(|| format!("`{name}` is left out: it says no memory"))?;
    let cpu = domain.as_ref().and_then(|domain| domain.get("cpu"));
    let count = |name: &str| {
        let given = cpu
            .as_ref()
            .and_then(|cpu| cpu.text_of(name))
            .and_then(|text| text.parse::<u64>().ok());
        given.filter(|&count| count > 0).unwrap_or(1)
    };
    let cpus = count("cores")
        .saturating_mul(count("sockets"))
        .saturating_mul(count("threads"))
        .saturating_mul(1_000);
    let asked = domain
        .as_ref()
        .and_then(|domain| domain.at(&["resources", "requests"]))
        .and_then(|requests| requests.thousandths_of("cpu"));
    let mut remarks = Vec::new();
    if part(&["spec"], "evictionStrategy").as_deref() == Some("None") {
        remarks.push(String::from("eviction strategy None: a drain stops it"));
    }
    let conditions = item
        .at(&["status", "conditions"])
        .map(|found| found.items())
        .unwrap_or_default();
    for condition in &conditions {
        let is = |name: &str, text: &str| condition.text_of(name).as_deref() == Some(text);
        if is("type", "LiveMigratable") && is("status", "False") {
            let why = condition.text_of("reason").unwrap_or_default();
            remarks.push(format!("cannot migrate live: {why}"));
        }
    }
    Ok(Vm {
        name,
        host,
        memory: Some(memory),
        cpu: Some(if cpu.is_some() {
            cpus
        } else {
            asked.unwrap_or(cpus)
        }),
        needs: item
            .at(&["spec", "nodeSelector"])
            .map(|found| found.texts())
            .unwrap_or_default(),
        remark: (!remarks.is_empty()).then(|| remarks.join("; ")),
        ..Vm::default()
    })
}
