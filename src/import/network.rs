//! The network of inventories whose source knows none: what LLDP tells, and an assumption for the rest.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::inventory::{Inventory, Link, Switch};
use super::write::quantity;

/// A port of a host and the switch at its other end.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// The host's name.
    pub host: String,
    /// The switch's name, or its number where it has none.
    pub switch: String,
    /// bit/s of the port, where it is told.
    pub rate: Option<u64>,
}

/// The neighbours in what `lldpcli show neighbors -f json` (or `json0`) printed on a host, version 1.0 of lldpd.
pub fn neighbours(host: &str, told: &Value) -> Vec<Neighbour> {
    let mut found = Vec::new();
    for lldp in list(told.get("lldp")) {
        for interfaces in list(lldp.get("interface")) {
            let Some(interfaces) = interfaces.as_object() else {
                continue;
            };
            // In `json0` an interface has its name inside.
            let ports: Vec<&Map<String, Value>> = match interfaces.contains_key("chassis") {
                true => vec![interfaces],
                false => interfaces.values().filter_map(Value::as_object).collect(),
            };
            for port in ports {
                if let Some(switch) = switch(port) {
                    found.push(Neighbour {
                        host: host.to_owned(),
                        switch,
                        rate: rate(port),
                    });
                }
            }
        }
    }
    found
}

/// The name of the switch behind a port.
fn switch(port: &Map<String, Value>) -> Option<String> {
    let chassis = list(port.get("chassis")).next()?.as_object()?;
    // In `json` the chassis is called by its name; without one, and in `json0`, its parts stand there.
    let parts = [
        "id",
        "name",
        "descr",
        "mgmt-ip",
        "capability",
        "mgmt-iface",
        "ttl",
    ];
    match chassis.get("name").and_then(text) {
        Some(name) => Some(name),
        None => match chassis
            .iter()
            .find(|(key, value)| !parts.contains(&key.as_str()) && value.is_object())
        {
            Some((name, _)) => Some(name.clone()),
            None => chassis.get("id").and_then(text),
        },
    }
}

/// The text of a value, or of the `value` in it, in a list or not.
fn text(value: &Value) -> Option<String> {
    let value = list(Some(value)).next()?;
    let text = value.as_str().or_else(|| value.get("value")?.as_str());
    text.map(str::to_owned)
}

/// bit/s of a medium such as `1000BaseTFD - …` or `10GigBaseSR - …`.
fn rate(port: &Map<String, Value>) -> Option<u64> {
    let negotiation = list(list(port.get("port")).next()?.get("auto-negotiation")).next()?;
    let current = list(negotiation.get("current")).next()?;
    let medium = text(current)?.to_ascii_lowercase();
    let (speed, _) = medium.split_once("base")?;
    let speed = speed.rsplit(' ').next()?;
    let digits = speed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let scale = if digits.len() < speed.len() {
        1_000_000_000
    } else {
        1_000_000
    };
    digits
        .parse::<u64>()
        .ok()?
        .checked_mul(scale)
        .filter(|&rate| rate > 0)
}

/// A list's items, or the one value that stands for a list.
fn list(value: Option<&Value>) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Some(Value::Array(items)) => Box::new(items.iter()),
        Some(value) => Box::new(std::iter::once(value)),
        None => Box::new(std::iter::empty()),
    }
}

/// Gives servers the links that LLDP tells, in place of those that they had; ports that do not tell their rate have `otherwise`.
/// Ports of one rate to one switch are a bond. Returns hosts that the inventory does not have, and ports without a rate.
pub fn connect(
    inventory: &mut Inventory,
    neighbours: &[Neighbour],
    otherwise: Option<u64>,
) -> Vec<String> {
    let mut left_out = Vec::new();
    let mut links: BTreeMap<&str, BTreeMap<(&str, u64), u32>> = BTreeMap::new();
    for Neighbour { host, switch, rate } in neighbours {
        let known = inventory
            .servers
            .iter()
            .find(|server| server.name == *host || short(&server.name) == short(host));
        match (known, rate.or(otherwise)) {
            (None, _) => left_out.push(format!("the inventory has no server `{host}`")),
            (_, None) => left_out.push(format!(
                "the port of `{host}` at `{switch}` does not tell its rate: say it with `--links`"
            )),
            (Some(_), Some(rate)) => {
                *links
                    .entry(host)
                    .or_default()
                    .entry((switch, rate))
                    .or_default() += 1
            }
        }
    }
    let mut added: Vec<String> = Vec::new();
    for (host, links) in links {
        let found = inventory
            .servers
            .iter_mut()
            .find(|server| server.name == host || short(&server.name) == short(host));
        let Some(server) = found else { continue };
        server.links = links
            .iter()
            .map(|(&(switch, rate), &bond)| Link {
                to: switch.to_owned(),
                rate,
                bond: bond.min(64),
            })
            .collect();
        added.extend(links.keys().map(|(switch, _)| (*switch).to_owned()));
    }
    added.sort();
    added.dedup();
    for name in added {
        if !inventory.switches.iter().any(|switch| switch.name == name) {
            inventory.switches.push(Switch {
                name,
                ..Switch::default()
            });
        }
    }
    left_out
}

/// The name of a host without its domain.
fn short(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// Gives every server without a link one of that rate to one switch, and says so.
pub fn assume(inventory: &mut Inventory, rate: u64) {
    let mut name = String::from("lan");
    while inventory.names().contains(name.as_str()) {
        name.push('_');
    }
    let unlinked: Vec<usize> = (0..inventory.servers.len())
        .filter(|&at| inventory.servers[at].links.is_empty())
        .collect();
    if unlinked.is_empty() {
        return;
    }
    let which = match unlinked.len() == inventory.servers.len() {
        true => "each server",
        false => "each server of which nothing else is known",
    };
    inventory.remarks.push(format!(
        "ASSUMED: {which} has one link of {} to one switch that never blocks.",
        quantity::rate(rate)
    ));
    for at in unlinked {
        inventory.servers[at].links.push(Link {
            to: name.clone(),
            rate,
            bond: 1,
        });
    }
    inventory.switches.insert(
        0,
        Switch {
            name,
            ..Switch::default()
        },
    );
}
