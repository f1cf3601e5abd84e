//! What differs between two datacenters, in words.

use std::collections::BTreeMap;

use super::write::quantity::{cpus, data, duration, power, rate};
use crate::datacenter::{Datacenter, Link, Node, Server, ServerId, Switch, SwitchId, Vm};
use crate::diag::{Code, Diagnostic};
use crate::source::Span;

/// What can be said of a thing: a property and its value.
type Facts = Vec<(&'static str, String)>;

/// All things that are added, gone or changed, those of a kind by name.
pub fn differences(before: &Datacenter, after: &Datacenter) -> Vec<String> {
    let (before, after) = (facts(before), facts(after));
    let mut words = Vec::new();
    for (thing, was) in &before {
        match after.get(thing) {
            None => words.push(format!("{} is gone", named(thing))),
            Some(is) => words.extend(changes(thing, was, is)),
        }
    }
    let added = after.keys().filter(|thing| !before.contains_key(*thing));
    words.extend(added.map(|thing| format!("{} is new", named(thing))));
    words
}

/// Where the live state is not what was planned with: servers that are on or off, VMs that are elsewhere, run or do not, or have
/// more memory, each at its place in the file. Servers that the live state does not have are passed over: it may be that of a part.
pub fn displaced(planned: &Datacenter, live: &Datacenter) -> Vec<Diagnostic> {
    let live_servers = by_name(&live.servers, |server| &server.name);
    let live_vms = by_name(&live.vms, |vm| &vm.name);
    let mut found = Vec::new();
    let mut tell = |place: Option<Span>, message: String| {
        found.push(match place {
            Some(span) => {
                Diagnostic::new(Code::StateDiffers, span, message, "the file says otherwise")
            }
            None => Diagnostic::without_place(Code::StateDiffers, message),
        });
    };
    for server in &planned.servers {
        let is = live_servers.get(server.name.as_str());
        if let Some(is) = is.filter(|is| is.on != server.on) {
            tell(
                server.origin,
                format!("the server `{}` is {}", server.name, on(is.on)),
            );
        }
    }
    for vm in &planned.vms {
        let host = &planned[vm.host.value].name;
        let Some(is) = live_vms.get(vm.name.as_str()) else {
            if live_servers.contains_key(host.as_str()) {
                tell(
                    vm.host.origin,
                    format!(
                        "the VM `{}` is not on `{host}`, and on no other server",
                        vm.name
                    ),
                );
            }
            continue;
        };
        let there = &live[is.host.value].name;
        if there != host {
            tell(
                vm.host.origin,
                format!("the VM `{}` is on `{there}`", vm.name),
            );
        }
        if is.running != vm.running {
            let does = if is.running { "runs" } else { "is stopped" };
            tell(vm.origin, format!("the VM `{}` {does}", vm.name));
        }
        if is.memory.value > vm.memory.value {
            let place = vm.memory.origin.or(vm.origin);
            tell(
                place,
                format!("the VM `{}` has {}", vm.name, data(is.memory.value)),
            );
        }
    }
    let servers = by_name(&planned.servers, |server| &server.name);
    let vms = by_name(&planned.vms, |vm| &vm.name);
    for vm in live
        .vms
        .iter()
        .filter(|vm| vm.running && !vms.contains_key(vm.name.as_str()))
    {
        if let Some(server) = servers.get(live[vm.host.value].name.as_str()) {
            let message = format!(
                "the VM `{}` runs on `{}`, and is not in the file",
                vm.name, server.name
            );
            tell(server.origin, message);
        }
    }
    found
}

fn by_name<T>(things: &[T], name: impl Fn(&T) -> &String) -> BTreeMap<&str, &T> {
    things
        .iter()
        .map(|thing| (name(thing).as_str(), thing))
        .collect()
}

fn on(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// Kind and name, in the order in which they are told.
type Thing<'a> = (u8, &'a str);

fn named((kind, name): &Thing<'_>) -> String {
    let kind = ["switch", "server", "VM"][usize::from(*kind)];
    format!("the {kind} `{name}`")
}

fn changes(thing: &Thing<'_>, was: &Facts, is: &Facts) -> Vec<String> {
    let value = |facts: &Facts, key: &str| {
        let found = facts.iter().find(|(own, _)| *own == key);
        found.map(|(_, value)| value.clone())
    };
    let mut keys: Vec<&str> = was.iter().chain(is).map(|(key, _)| *key).collect();
    let mut seen = Vec::new();
    keys.retain(|key| {
        let is_first = !seen.contains(key);
        seen.push(*key);
        is_first
    });
    let change = |key: &&str| {
        let change = match (value(was, key), value(is, key)) {
            (Some(was), Some(is)) if was != is => format!("{key} {was} -> {is}"),
            (Some(was), None) => format!("{key} {was} is gone"),
            (None, Some(is)) => format!("{key} {is} is new"),
            _ => return None,
        };
        Some(format!("{}: {change}", named(thing)))
    };
    keys.iter().filter_map(change).collect()
}

fn facts(dc: &Datacenter) -> BTreeMap<Thing<'_>, Facts> {
    let mut links: BTreeMap<Node, Vec<String>> = BTreeMap::new();
    for link in &dc.links {
        links.entry(link.a).or_default().push(link_words(dc, link));
    }
    let of = |node: Node| links.get(&node).map(|links| links.join(", "));
    let mut facts = BTreeMap::new();
    for (id, item) in (0..).zip(&dc.switches) {
        let links = of(Node::Switch(SwitchId(id)));
        facts.insert((0, item.name.as_str()), switch(item, links));
    }
    for (id, item) in (0..).zip(&dc.servers) {
        let links = of(Node::Server(ServerId(id)));
        facts.insert((1, item.name.as_str()), server(item, links));
    }
    for item in &dc.vms {
        facts.insert((2, item.name.as_str()), vm(dc, item));
    }
    facts
}

fn link_words(dc: &Datacenter, link: &Link) -> String {
    let lanes = match link.lanes {
        1 => String::new(),
        lanes => format!("{lanes} x "),
    };
    format!("{lanes}{} to {}", rate(link.nominal), dc.node_name(link.b))
}

fn switch(switch: &Switch, links: Option<String>) -> Facts {
    let mut facts = Facts::new();
    facts.extend(
        switch
            .capacity
            .map(|capacity| ("capacity", rate(capacity.value))),
    );
    facts.extend(links.map(|links| ("link", links)));
    facts
}

fn server(server: &Server, links: Option<String>) -> Facts {
    let mut facts = vec![("state", on(server.on).to_owned())];
    facts.extend(server.memory.map(|memory| ("memory", data(memory.value))));
    facts.extend(server.cpu.map(|cpu| ("cpu", cpus(cpu.value))));
    facts.extend(
        Some(server.power)
            .filter(|&watts| watts > 0)
            .map(|watts| ("power", power(watts))),
    );
    facts.extend(server.address.clone().map(|address| ("address", address)));
    facts.extend(links.map(|links| ("link", links)));
    facts.extend(pairs("label", &server.labels));
    facts.extend(pairs("has", &server.has));
    facts
}

fn vm(dc: &Datacenter, vm: &Vm) -> Facts {
    let load = &vm.workload;
    let mut facts = vec![
        ("on", dc[vm.host.value].name.clone()),
        (
            "state",
            if vm.running { "running" } else { "stopped" }.to_owned(),
        ),
        ("memory", data(vm.memory.value)),
        ("cpu", cpus(vm.cpu.value)),
        ("used", data(load.used)),
    ];
    if load.hot > 0 {
        facts.push((
            "hot",
            format!("{} in {}", data(load.hot), duration(load.hot_ms)),
        ));
    }
    if load.cold > 0 {
        facts.push(("cold", format!("{}/s", data(load.cold))));
    }
    facts.extend(pairs("label", &vm.labels));
    facts.extend(pairs("needs", &vm.needs));
    facts
}

fn pairs(property: &'static str, pairs: &[(String, String)]) -> Option<(&'static str, String)> {
    let words: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{key} {value}"))
        .collect();
    Some((property, words.join(", "))).filter(|_| !words.is_empty())
}
