//! An OpenStack cloud, as python-openstackclient (6 and 7) prints it with `-f json`: any of
//! `server list --all-projects --long`, `hypervisor list --long`, `flavor list --all`, `server group list --all-projects --long`,
//! in any order. Which is which, their columns tell.

use std::collections::{BTreeMap, BTreeSet};

use super::inventory::{Inventory, Names, Server, Set, Vm};
use super::value::Found;
use super::{Imported, json};
use crate::diag::{Code, Diagnostic};
use crate::source::FileId;

/// Memory in MiB and CPUs of a flavor.
type Flavor = (Option<u64>, Option<u64>);

/// Reads the lists.
///
/// # Errors
/// What is no such list; a cloud without hypervisors or servers.
pub fn import(files: &[(FileId, &str)], name: &str) -> Result<Imported, Vec<Diagnostic>> {
    let mut values = Vec::new();
    for (file, text) in files {
        values.push(json::parse(*file, text)?);
    }
    let (mut servers, mut hypervisors, mut flavors, mut groups) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for value in &values {
        let list = Found::root(value);
        let items = list.items();
        let has = |name: &str| items.first().is_some_and(|item| item.get(name).is_some());
        match () {
            () if list.is_list() && items.is_empty() => {}
            () if has("Hypervisor Hostname") => hypervisors = items,
            () if has("RAM") => flavors = items,
            () if has("Members") && (has("Policy") || has("Policies")) => groups = items,
            () if has("Status") && has("Name") => servers = items,
            () => {
                let message = "this is no list of servers, hypervisors, flavors or server groups: give `--long` and `-f json`";
                return Err(vec![list.finding(Code::ImportShape, message)]);
            }
        }
    }
    if hypervisors.is_empty() {
        let message = "no file is a list of hypervisors: add what `openstack hypervisor list --long -f json` prints";
        return Err(vec![Diagnostic::without_place(Code::ImportShape, message)]);
    }
    let mut findings = Vec::new();
    let mut inventory = Inventory {
        source: format!("the OpenStack cloud {name}"),
        ..Inventory::default()
    };
    let hosts: BTreeSet<String> = servers.iter().filter_map(host).collect();
    let mut shorts: BTreeMap<String, usize> = BTreeMap::new();
    for item in &hypervisors {
        let full = item.text_of("Hypervisor Hostname").unwrap_or_default();
        *shorts.entry(short(&full).to_owned()).or_default() += 1;
    }
    for item in &hypervisors {
        match item.text_of("Hypervisor Hostname") {
            Some(full) => inventory.servers.push(Server {
                memory: item.bytes_of("Memory MB", "MiB"),
                cpu: item.thousandths_of("vCPUs"),
                address: item.text_of("Host IP"),
                off: item.text_of("State").is_some_and(|state| state == "down"),
                // The compute service's name is what `--host` wants, and may be the short one.
                name: match short(&full) {
                    own if hosts.contains(own) && shorts.get(own) == Some(&1) => own.to_owned(),
                    _ => full,
                },
                platform: Some("openstack"),
                ..Server::default()
            }),
            None => findings.push(item.left_out("a hypervisor without a name is left out")),
        }
    }
    let flavors = flavors_by_name(&flavors);
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for item in servers.iter().filter_map(|item| item.text_of("Name")) {
        *count.entry(item).or_default() += 1;
    }
    let mut by_id: BTreeMap<String, String> = BTreeMap::new();
    let mut names = Names::default();
    for server in &inventory.servers {
        names.take(server.name.clone(), &server.name);
    }
    for item in &servers {
        match vm(item, &count, &flavors, &inventory.servers) {
            Ok((id, mut vm)) => {
                vm.name = names.take(vm.name.clone(), &id);
                by_id.insert(id, vm.name.clone());
                inventory.vms.push(vm);
            }
            Err(why) => findings.push(item.left_out(&why)),
        }
    }
    inventory.sets = sets(&groups, &by_id, &mut names, &mut inventory.remarks);
    inventory.remarks.push(String::from(
        "The memory of a host is all that it has: what the cloud keeps for the host itself, or promises twice, is not in the list.",
    ));
    inventory.servers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Imported {
        inventory,
        findings,
    })
}

/// Flavors by name and by number.
fn flavors_by_name(flavors: &[Found<'_>]) -> BTreeMap<String, Flavor> {
    let mut known = BTreeMap::new();
    for item in flavors {
        let flavor = (item.bytes_of("RAM", "MiB"), item.thousandths_of("VCPUs"));
        for name in ["Name", "ID"].iter().filter_map(|key| item.text_of(key)) {
            known.insert(name, flavor);
        }
    }
    known
}

/// A host's name without its domain.
fn short(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// Where a server is.
fn host(item: &Found<'_>) -> Option<String> {
    let keys = [
        "Host",
        "OS-EXT-SRV-ATTR:host",
        "OS-EXT-SRV-ATTR:hypervisor_hostname",
    ];
    keys.iter().find_map(|key| item.text_of(key))
}

/// The identifier and the VM, or why it is none.
fn vm(
    item: &Found<'_>,
    count: &BTreeMap<String, usize>,
    flavors: &BTreeMap<String, Flavor>,
    hosts: &[Server],
) -> Result<(String, Vm), String> {
    let id = item.text_of("ID").unwrap_or_default();
    // Where a name is not enough, the client takes the identifier.
    let own = item.text_of("Name");
    let alone = own.clone().filter(|name| count.get(name) == Some(&1));
    let name = alone.clone().unwrap_or_else(|| id.clone());
    let labels = own.filter(|_| alone.is_none());
    let labels = labels.map(|name| (String::from("name"), name));
    let status = item.text_of("Status").unwrap_or_default();
    let off = match status.as_str() {
        "ACTIVE" | "PAUSED" | "REBOOT" | "VERIFY_RESIZE" | "MIGRATING" => false,
        "SHUTOFF" | "SUSPENDED" => true,
        other => return Err(format!("`{name}` is left out: its status is {other}")),
    };
    let host = host(item).ok_or_else(|| {
        format!("`{name}` is left out: it is on no host (give `--long`, as an administrator)")
    })?;
    if !hosts.iter().any(|server| server.name == host) {
        return Err(format!(
            "`{name}` is left out: no hypervisor is called `{host}`"
        ));
    }
    let flavor = ["Flavor Name", "Flavor ID", "Flavor"]
        .iter()
        .filter_map(|key| item.text_of(key))
        .find_map(|name| flavors.get(&name));
    let Some(&(Some(memory), cpu)) = flavor else {
        return Err(format!(
            "`{name}` is left out: the memory of its flavor is not known (add `openstack flavor list --all -f json`)"
        ));
    };
    let migrating =
        (status == "MIGRATING").then(|| String::from("was migrating when the list was made"));
    let vm = Vm {
        name,
        host,
        memory: Some(memory),
        cpu,
        off,
        labels: labels.into_iter().collect(),
        remark: migrating,
        ..Vm::default()
    };
    Ok((id, vm))
}

/// Server groups: those of which no two may share a host are sets to be spread; others are told.
fn sets(
    groups: &[Found<'_>],
    by_id: &BTreeMap<String, String>,
    names: &mut Names,
    remarks: &mut Vec<String>,
) -> Vec<Set> {
    let mut sets = Vec::new();
    for item in groups {
        let name = item.text_of("Name").unwrap_or_default();
        let policy = |key: &str| {
            let found = item.get(key)?;
            found.text().or_else(|| found.items().first()?.text())
        };
        let policy = policy("Policy")
            .or_else(|| policy("Policies"))
            .unwrap_or_default();
        let ids: Vec<String> = match item.get("Members") {
            Some(list) if list.is_list() => list.items().iter().filter_map(Found::text).collect(),
            Some(text) => text
                .text()
                .unwrap_or_default()
                .split(',')
                .map(|id| id.trim().to_owned())
                .collect(),
            None => Vec::new(),
        };
        let members: Vec<String> = ids.iter().filter_map(|id| by_id.get(id).cloned()).collect();
        if members.len() < 2 {
            continue;
        }
        let identifier = super::write::names::identifier(&name);
        let identifier = names.take(identifier.clone(), &format!("{identifier}_group"));
        // A further one would have a number behind a dash.
        let identifier = super::write::names::identifier(&identifier);
        match policy.as_str() {
            "anti-affinity" | "soft-anti-affinity" => sets.push(Set {
                remark: Some(format!("Server group {name}, {policy}. In each plan: spread {identifier}")),
                name: identifier,
                members,
            }),
            _ => remarks.push(format!(
                "Server group {name} ({policy}): {} are to be on one host; the language has no rule for that.",
                members.join(", ")
            )),
        }
    }
    sets
}
