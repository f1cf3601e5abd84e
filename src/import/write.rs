//! An inventory as `.mvm` text that people can read and go on with: like neighbours share a line, and what
//! several lines have in common is a class.

pub mod names;
pub mod quantity;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use self::names::{identifier, name, patterns, string};
use self::quantity::{cpus, data, duration, power, rate};
use super::inventory::{Inventory, Link, Route, Server, Set, Switch, Vm};

/// Width up to which comments are filled.
const WIDTH: usize = 110;

/// What says how a server's hypervisor is reached.
const COMMAND: &str = "command uri";

/// Properties shorter than this are written out rather than put into a class.
const SHORT: usize = 24;

/// Writes the inventory.
pub fn write(inventory: &Inventory) -> String {
    let mut out = String::new();
    comment(&mut out, &format!("Imported from {}.", inventory.source));
    for remark in &inventory.remarks {
        out.push_str("//\n");
        comment(&mut out, remark);
    }
    let taken = inventory.names();
    let platforms: BTreeSet<&str> = inventory
        .servers
        .iter()
        .filter_map(|s| s.platform)
        .collect();
    let uses = platforms
        .iter()
        .map(|name| format!("use std.platform.{name}\n"));
    section(&mut out, uses.collect());
    section(&mut out, switches(&inventory.switches));
    section(&mut out, servers(&inventory.servers, &taken));
    section(&mut out, routes(&inventory.routes));
    section(&mut out, vms(&inventory.vms, &taken));
    section(&mut out, sets(&inventory.sets));
    out
}

fn section(out: &mut String, lines: String) {
    if !lines.is_empty() {
        out.push('\n');
        out.push_str(&lines);
    }
}

/// A comment, filled.
fn comment(out: &mut String, text: &str) {
    let mut line = String::from("//");
    for word in text.split_whitespace() {
        if line.len() > 2 && line.len() + 1 + word.len() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = String::from("//");
        }
        line.push(' ');
        line.push_str(word);
    }
    out.push_str(&line);
    out.push('\n');
}

/// A thing to declare.
struct Entry<'a> {
    name: &'a str,
    /// The class of the standard library that it is of.
    platform: Option<&'a str>,
    /// What may be a class.
    common: String,
    /// What may not: links, places, labels, what is had and needed.
    own: String,
    remark: Option<&'a str>,
}

fn switches(switches: &[Switch]) -> String {
    let entries: Vec<Entry<'_>> = switches.iter().map(switch).collect();
    declare("switch", None, &BTreeSet::new(), &entries)
}

fn switch(switch: &Switch) -> Entry<'_> {
    let mut common = Words::default();
    common.put("capacity", switch.capacity.map(rate));
    Entry {
        name: &switch.name,
        platform: None,
        common: common.0,
        own: links(&switch.links),
        remark: None,
    }
}

fn servers(servers: &[Server], taken: &BTreeSet<&str>) -> String {
    let entries: Vec<Entry<'_>> = servers.iter().map(server).collect();
    declare("server", Some("host"), taken, &entries)
}

fn server(server: &Server) -> Entry<'_> {
    let mut common = Words::default();
    common.put("memory", server.memory.map(data));
    common.put("cpu", server.cpu.map(cpus));
    common.put("power", server.power.map(power));
    common.put(COMMAND, server.uri.as_deref().map(string));
    let mut own = Words(links(&server.links));
    own.put("address", server.address.as_deref().map(string));
    pairs(&mut own, "label", &server.labels);
    pairs(&mut own, "has", &server.has);
    own.word(if server.off { "off" } else { "" });
    Entry {
        name: &server.name,
        platform: server.platform,
        common: common.0,
        own: own.0,
        remark: server.remark.as_deref(),
    }
}

fn vms(vms: &[Vm], taken: &BTreeSet<&str>) -> String {
    let entries: Vec<Entry<'_>> = vms.iter().map(vm).collect();
    declare("vm", Some("guest"), taken, &entries)
}

fn vm(vm: &Vm) -> Entry<'_> {
    let mut common = Words::default();
    common.put("memory", vm.memory.map(data));
    common.put("used", vm.used.map(data));
    common.put("cpu", vm.cpu.map(cpus));
    let hot = |(bytes, ms)| format!("{} in {}", data(bytes), duration(ms));
    common.put("hot", vm.hot.map(hot));
    common.put("cold", vm.cold.map(|bytes| format!("{}/s", data(bytes))));
    common.put("downtime", vm.downtime.map(duration));
    let mut own = Words::default();
    own.put("on", Some(name(&vm.host)));
    pairs(&mut own, "label", &vm.labels);
    pairs(&mut own, "needs", &vm.needs);
    own.word(if vm.off { "off" } else { "" });
    Entry {
        name: &vm.name,
        platform: None,
        common: common.0,
        own: own.0,
        remark: vm.remark.as_deref(),
    }
}

fn links(links: &[Link]) -> String {
    let mut words = Words::default();
    for link in links {
        let bond = match link.bond {
            1 => String::new(),
            lanes => format!(" bond {lanes}"),
        };
        words.word(&format!(
            "link {}{bond} to {}",
            rate(link.rate),
            name(&link.to)
        ));
    }
    words.0
}

/// A property for each pair of a key and a value.
fn pairs(words: &mut Words, property: &str, pairs: &[(String, String)]) {
    for (key, value) in pairs {
        words.word(&format!("{property} {} {}", name(key), name(value)));
    }
}

fn routes(routes: &[Route]) -> String {
    let list = |names: &[String]| patterns(names.iter().map(String::as_str)).join(", ");
    let mut out = String::new();
    for Route { from, to, via } in routes {
        let _ = writeln!(
            out,
            "route {} to {} via {}",
            list(from),
            list(to),
            list(via)
        );
    }
    out
}

fn sets(sets: &[Set]) -> String {
    let mut out = String::new();
    for Set {
        name,
        members,
        remark,
    } in sets
    {
        if let Some(remark) = remark {
            comment(&mut out, remark);
        }
        let members = patterns(members.iter().map(String::as_str)).join(", ");
        let _ = writeln!(out, "set {} = {members}", identifier(name));
    }
    out
}

/// Declares the things: a line for each run of neighbours that are alike, and before them a class, called after
/// `class` and like nothing else, for what several lines would repeat.
fn declare(
    kind: &str,
    class: Option<&str>,
    taken: &BTreeSet<&str>,
    entries: &[Entry<'_>],
) -> String {
    let mut runs: Vec<&[Entry<'_>]> = Vec::new();
    let alike = |a: &Entry<'_>, b: &Entry<'_>| {
        (a.platform, &a.common, &a.own, a.remark) == (b.platform, &b.common, &b.own, b.remark)
    };
    runs.extend(entries.chunk_by(alike));
    let lines: Vec<(String, &Entry<'_>)> = runs
        .iter()
        .flat_map(|run| {
            let names = patterns(run.iter().map(|entry| entry.name));
            names.into_iter().map(|names| (names, &run[0]))
        })
        .collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, entry) in &lines {
        *uses.entry(&entry.common).or_default() += 1;
    }
    let mut classes: BTreeMap<&str, String> = BTreeMap::new();
    let mut number = 0;
    let mut out = String::new();
    let mut declared = String::new();
    for (names, entry) in &lines {
        let common = entry.common.as_str();
        let is_class = common.len() > SHORT && uses[common] > 1;
        let mut line = Words(format!("{kind} {names}"));
        let mut of: Vec<&str> = entry.platform.into_iter().collect();
        if let Some(prefix) = class.filter(|_| is_class) {
            of.push(classes.entry(common).or_insert_with(|| {
                let mut next = String::new();
                while next.is_empty() || taken.contains(next.as_str()) {
                    number += 1;
                    next = format!("{prefix}_{number}");
                }
                let _ = writeln!(out, "class {kind} {next} {{ {common} }}");
                next
            }));
        }
        if !of.is_empty() {
            line.word(&format!(": {}", of.join(", ")));
        }
        let mut properties = Words::default();
        if class.is_none() || !is_class {
            properties.word(common);
        }
        properties.word(&entry.own);
        // Commands stand only between braces.
        match properties.0.contains(COMMAND) {
            true => line.word(&format!("{{ {} }}", properties.0)),
            false => line.word(&properties.0),
        }
        if let Some(remark) = entry.remark {
            line.word(&format!(" // {}", one_line(remark)));
        }
        declared.push_str(&line.0);
        declared.push('\n');
    }
    out + &declared
}

/// The text without what ends a line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words with a blank between them.
#[derive(Default)]
struct Words(String);

impl Words {
    fn word(&mut self, word: &str) {
        if !self.0.is_empty() && !word.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(word);
    }

    fn put(&mut self, key: &str, value: Option<String>) {
        if let Some(value) = value {
            self.word(&format!("{key} {value}"));
        }
    }
}
