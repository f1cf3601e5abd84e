//! A Proxmox VE cluster, as `pvesh get /cluster/resources --output-format json` prints it (versions 7 to 9).

use super::inventory::{Inventory, Names, Server, Vm};
use super::value::Found;
use super::{Imported, json};
use crate::diag::{Code, Diagnostic};
use crate::source::FileId;

/// Reads a cluster; `file` is where messages point to.
///
/// # Errors
/// What is no such list.
pub fn import(file: FileId, text: &str, name: &str) -> Result<Imported, Vec<Diagnostic>> {
    let value = json::parse(file, text)?;
    let root = Found::root(&value);
    // The REST interface wraps the list.
    let list = root.get("data").unwrap_or_else(|| root.clone());
    if !list.is_list() {
        return Err(vec![list.finding(
            Code::ImportShape,
            "this is not the list of a cluster's resources",
        )]);
    }
    let mut findings = Vec::new();
    let mut inventory = Inventory {
        source: format!("the Proxmox VE cluster {name}"),
        ..Inventory::default()
    };
    let items = list.items();
    let mut names = Names::default();
    for item in &items {
        if let (Some("node"), Some(node)) = (item.text_of("type").as_deref(), item.text_of("node"))
        {
            names.take(node.clone(), &node);
        }
    }
    for item in &items {
        let is_template = item
            .text_of("template")
            .is_some_and(|template| template != "0");
        match item.text_of("type").as_deref() {
            Some("node") => match item.text_of("node") {
                Some(node) => inventory.servers.push(Server {
                    off: item
                        .text_of("status")
                        .is_some_and(|status| status != "online"),
                    memory: item.bytes_of("maxmem", "B"),
                    cpu: item.thousandths_of("maxcpu"),
                    name: node,
                    platform: Some("proxmox"),
                    ..Server::default()
                }),
                None => findings.push(item.left_out("a node without a name is left out")),
            },
            Some("qemu") if is_template => {}
            Some("qemu") => findings.extend(vm(item, &mut names, &mut inventory)),
            Some("lxc") => {
                let who = item.text_of("name").unwrap_or_default();
                findings.push(item.left_out(&format!(
                    "the container `{who}` is left out: containers do not migrate live"
                )));
            }
            _ => {}
        }
    }
    if inventory.servers.is_empty() {
        return Err(vec![
            list.finding(Code::ImportShape, "the list has no node in it"),
        ]);
    }
    inventory.remarks.push(String::from(
        "VMs are called by their numbers, as `qm` wants it; `vms with name web` is one by its name. What guests use of their memory, and how fast they write to it, the list does not say.",
    ));
    inventory.servers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Imported {
        inventory,
        findings,
    })
}

/// Adds the VM, or says why not. It is called by its number, as its platform's commands want it.
fn vm(item: &Found<'_>, names: &mut Names, inventory: &mut Inventory) -> Option<Diagnostic> {
    let own = item.text_of("name");
    let Some(number) = item.text_of("vmid") else {
        let who = own.unwrap_or_default();
        return Some(item.left_out(&format!("`{who}` is left out: it has no number")));
    };
    let (Some(host), Some(memory)) = (item.text_of("node"), item.bytes_of("maxmem", "B")) else {
        let message = format!("`{number}` is left out: its node or its memory is missing");
        return Some(item.left_out(&message));
    };
    let label = |key: &str| Some((key.to_owned(), item.text_of(key)?));
    inventory.vms.push(Vm {
        name: names.take(number.clone(), &format!("vm {number}")),
        host,
        memory: Some(memory),
        cpu: item.thousandths_of("maxcpu"),
        off: item
            .text_of("status")
            .is_some_and(|status| status == "stopped"),
        labels: ["name", "pool"].into_iter().filter_map(label).collect(),
        remark: item
            .text_of("lock")
            .map(|lock| format!("locked there: {lock}")),
        ..Vm::default()
    });
    None
}
