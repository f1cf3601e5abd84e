//! Hosts of libvirt and their domains, from what `virsh` prints.
//!
//! Of each host: `nodeinfo`, `capabilities`, `list --all`, the `dumpxml` of its domains, and `dommemstat` and `domstats`. What
//! one of them does not say is left out with a warning; the rest is there.

mod dirty;
mod domain;
mod host;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use self::domain::Domain;
use super::Imported;
use super::inventory::{Inventory, Names, Server, Vm};
use crate::diag::{Code, Diagnostic};

/// What `virsh` printed on one host; empty where it was not asked.
#[derive(Debug, Clone, Default)]
pub struct Saved {
    /// The server's name.
    pub name: String,
    /// How libvirt there is reached, where that is known: `qemu+ssh://s1/system`.
    pub uri: Option<String>,
    /// `nodeinfo`.
    pub nodeinfo: String,
    /// `capabilities`.
    pub capabilities: String,
    /// `list --all`.
    pub list: String,
    /// `dumpxml` of each domain, one after the other.
    pub domains: String,
    /// `dommemstat` of each domain that runs, with a line `Domain: 'NAME'` before it.
    pub dommemstat: String,
    /// `domstats`, as often as it was called, one after the other.
    pub domstats: String,
    /// Calls that failed, in words.
    pub troubles: Vec<String>,
}

/// Reads what was printed on the hosts.
///
/// # Errors
/// That no host said anything.
pub fn import(hosts: &[Saved]) -> Result<Imported, Vec<Diagnostic>> {
    let mut findings = Vec::new();
    let mut servers = Vec::new();
    let mut domains: Vec<(usize, Domain)> = Vec::new();
    for saved in hosts {
        let left_out = |message: &str| {
            Diagnostic::without_place(Code::ImportLeftOut, format!("`{}`: {message}", saved.name))
        };
        findings.extend(saved.troubles.iter().map(|trouble| left_out(trouble)));
        let Some(server) = host::server(saved) else {
            // Where it did not even answer, that is said already.
            if !saved.troubles.is_empty() && saved.nodeinfo.is_empty() {
                continue;
            }
            findings.push(left_out(
                "the host is left out: neither `nodeinfo` nor `capabilities` tells its memory",
            ));
            continue;
        };
        if servers
            .iter()
            .any(|known: &Server| known.name == server.name)
        {
            findings.push(left_out("the host is left out: another one is called so"));
            continue;
        }
        let (found, troubles) = domain::domains(saved);
        findings.extend(troubles.iter().map(|trouble| left_out(trouble)));
        domains.extend(found.into_iter().map(|domain| (servers.len(), domain)));
        servers.push(server);
    }
    if servers.is_empty() {
        findings.push(
            Diagnostic::without_place(Code::ImportShape, "no host said what it has")
                .with_help("give folders with what `virsh nodeinfo` and other calls printed, or `--connect URI`"),
        );
        return Err(findings);
    }
    findings.extend(only_where_they_run(&servers, &mut domains));
    let vms = vms(&servers, domains, &mut findings);
    let mut inventory = Inventory {
        source: match servers.len() {
            1 => format!("libvirt on {}", servers[0].name),
            count => format!("libvirt on {count} hosts"),
        },
        servers,
        vms,
        ..Inventory::default()
    };
    inventory.remarks = remarks(&inventory);
    without_promised_cpus(&mut inventory);
    inventory.servers.sort_by(|a, b| a.name.cmp(&b.name));
    inventory.vms.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Imported {
        inventory,
        findings,
    })
}

/// Leaves out what is only defined on a host while it runs on another, as migrations leave it behind.
fn only_where_they_run(servers: &[Server], domains: &mut Vec<(usize, Domain)>) -> Vec<Diagnostic> {
    let mut best: BTreeMap<String, usize> = BTreeMap::new();
    for (at, (_, domain)) in domains.iter().enumerate() {
        let Some(uuid) = &domain.uuid else { continue };
        let known = best.entry(uuid.clone()).or_insert(at);
        if !domain.vm.off && domains[*known].1.vm.off {
            *known = at;
        }
    }
    let kept: BTreeSet<usize> = best.values().copied().collect();
    let mut findings = Vec::new();
    let mut at = 0;
    domains.retain(|(host, domain)| {
        let keep = domain.uuid.is_none() || kept.contains(&at);
        at += 1;
        if !keep {
            let message = format!(
                "`{}`: the domain `{}` is left out: it is on another host too, by its UUID",
                servers[*host].name, domain.vm.name
            );
            findings.push(Diagnostic::without_place(Code::ImportLeftOut, message));
        }
        keep
    });
    findings
}

/// The VMs, each with a name of its own.
fn vms(
    servers: &[Server],
    domains: Vec<(usize, Domain)>,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Vm> {
    let mut names = Names::default();
    for server in servers {
        names.take(server.name.clone(), &server.name);
    }
    let mut vms = Vec::new();
    for (host, domain) in domains {
        let host = servers[host].name.clone();
        let own = domain.vm.name.clone();
        let name = names.take(own.clone(), &format!("{own} {host}"));
        if name != own {
            let message = format!(
                "`{host}`: the name of the domain `{own}` is taken: it is called `{name}` in the text, and a script needs its own"
            );
            findings.push(Diagnostic::without_place(Code::ImportLeftOut, message));
        }
        vms.push(Vm {
            name,
            host,
            ..domain.vm
        });
    }
    vms
}

/// What is to be known of the text.
fn remarks(inventory: &Inventory) -> Vec<String> {
    let mut remarks = Vec::new();
    if inventory.vms.iter().any(|vm| vm.used.is_some()) {
        remarks.push(String::from(
            "`used` is what the host counts for the VM (rss), at most its memory.",
        ));
    }
    let on_disk = |vm: &&Vm| {
        vm.labels
            .iter()
            .any(|(key, value)| key == "storage" && value != "network")
    };
    let local = inventory.vms.iter().filter(on_disk).count();
    if local > 0 {
        remarks.push(format!(
            "The label `storage` is that of a VM's disks. ASSUMED of {local} whose disks are files or devices: all servers reach them."
        ));
    }
    if inventory.servers.iter().any(|server| {
        server
            .remark
            .as_ref()
            .is_some_and(|text| text.contains("huge pages"))
    }) {
        remarks.push(String::from(
            "A plan counts memory in all: it does not know which of it is in huge pages.",
        ));
    }
    remarks
}

/// Where a host promises more CPUs than it has, as is usual, CPUs limit nothing.
fn without_promised_cpus(inventory: &mut Inventory) {
    let mut promised: BTreeMap<&str, u64> = BTreeMap::new();
    for vm in inventory.vms.iter().filter(|vm| !vm.off) {
        *promised.entry(&vm.host).or_default() += vm.cpu.unwrap_or(0);
    }
    let over = inventory.servers.iter().find_map(|server| {
        let promised = promised.get(server.name.as_str())?;
        let has = server.cpu.filter(|has| promised > has)?;
        Some(format!(
            "CPUs are left out: `{}` promises {} and has {}.",
            server.name,
            promised / 1_000,
            has / 1_000
        ))
    });
    if let Some(over) = over {
        inventory.remarks.push(over);
        inventory
            .servers
            .iter_mut()
            .for_each(|server| server.cpu = None);
        inventory.vms.iter_mut().for_each(|vm| vm.cpu = None);
    }
}
