//! An instance as `.mvm` text: classes for what is alike, a line for each run of neighbours.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::super::write::quantity::{cpus, data};
use super::{End, Instance, Network, Node, Step, StepKind, Vm, network};

/// Writes the instance, with one plan of that name.
pub fn write(instance: &Instance, name: &str) -> String {
    let inferred = instance.network.is_none().then(|| network::infer(instance));
    let network = instance.network.as_ref().or(inferred.as_ref());
    let mut out = String::new();
    header(&mut out, instance, inferred.is_some());
    if let Some(network) = network {
        switches(&mut out, network);
        servers(&mut out, instance, network);
    }
    vms(&mut out, instance);
    plan(&mut out, instance, inferred.as_ref(), name);
    out
}

fn header(out: &mut String, instance: &Instance, inferred: bool) {
    let _ = writeln!(
        out,
        "// Imported from BtrPlace: {} VMs on {} servers.",
        instance.vms.len(),
        instance.nodes.len()
    );
    let _ = writeln!(
        out,
        "//\n// As in its scheduler, 8/9 of a link's rate carry data, and a migration's downtime does not\n// count in its duration."
    );
    if inferred {
        let _ = writeln!(
            out,
            "//\n// The file says nothing of the network: each server has the most that its plan uses at one moment, on\n// one switch that never blocks. Correct the rates where you know better."
        );
    }
    let _ = writeln!(out, "\nclass link lan {{ usable 8/9 }}\n");
}

fn switches(out: &mut String, network: &Network) {
    let mut uplinks: BTreeMap<u64, Vec<(u64, u64)>> = network
        .switches
        .keys()
        .map(|&id| (id, Vec::new()))
        .collect();
    for link in &network.links {
        if let End::Switch(id) = link.from {
            uplinks
                .entry(id)
                .or_default()
                .push((link.switch, link.rate));
        }
    }
    let mut runs = Runs::default();
    for (&id, links) in &uplinks {
        runs.push(
            (
                links.is_empty(),
                network.switches.get(&id).copied().flatten(),
                links.clone(),
            ),
            id,
        );
    }
    // Those that lead nowhere come first: a reader meets the core before what hangs on it.
    runs.0.sort_by_key(|(key, ids)| (!key.0, ids.clone()));
    for ((_, capacity, links), ids) in runs.0 {
        let _ = write!(out, "switch {}", names("switch", &ids));
        if let Some(capacity) = capacity {
            let _ = write!(out, " capacity {}", rate(capacity));
        }
        for (to, mbps) in links {
            let _ = write!(out, " link : lan {} to switch{to}", rate(mbps));
        }
        out.push('\n');
    }
    out.push('\n');
}

fn servers(out: &mut String, instance: &Instance, network: &Network) {
    let mut links: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
    for link in &network.links {
        if let End::Node(id) = link.from {
            links.entry(id).or_default().push((link.switch, link.rate));
        }
    }
    let kind = |node: &Node| Node {
        online: true,
        ..node.clone()
    };
    let kinds: BTreeSet<Node> = instance.nodes.values().map(kind).collect();
    let kinds: Vec<Node> = kinds.into_iter().collect();
    for (at, node) in kinds.iter().enumerate() {
        let _ = write!(out, "class server s{} {{", at + 1);
        if let Some(memory) = node.memory {
            let _ = write!(out, " memory {}", data(memory));
        }
        if let Some(cpu) = node.cpu {
            let _ = write!(out, " cpu {}", cpus(cpu));
        }
        let _ = writeln!(out, " boot {}s shutdown {}s }}", node.boot, node.shutdown);
    }
    out.push('\n');
    let mut runs = Runs::default();
    for (&id, node) in &instance.nodes {
        let class = kinds.iter().position(|k| *k == kind(node)).unwrap_or(0);
        runs.push(
            (
                class,
                node.online,
                links.get(&id).cloned().unwrap_or_default(),
            ),
            id,
        );
    }
    for ((class, online, links), ids) in runs.0 {
        let _ = write!(out, "server {} : s{}", names("node", &ids), class + 1);
        for (to, mbps) in links {
            let _ = write!(out, " link : lan {} to switch{to}", rate(mbps));
        }
        let _ = writeln!(out, "{}", if online { "" } else { " off" });
    }
    out.push('\n');
}

fn vms(out: &mut String, instance: &Instance) {
    let texts: BTreeMap<u64, String> = instance
        .vms
        .iter()
        .map(|(&id, vm)| (id, properties(vm)))
        .collect();
    let classes: BTreeSet<&String> = texts.values().collect();
    let classes: Vec<&String> = classes.into_iter().collect();
    for (at, text) in classes.iter().enumerate() {
        let _ = writeln!(out, "class vm w{} {{ {text} }}", at + 1);
    }
    out.push('\n');
    let mut runs = Runs::default();
    for (&id, vm) in &instance.vms {
        let class = classes.iter().position(|&c| *c == texts[&id]).unwrap_or(0);
        runs.push((class, vm.host), id);
    }
    for ((class, host), ids) in runs.0 {
        let _ = writeln!(
            out,
            "vm {} : w{} on node{host}",
            names("vm", &ids),
            class + 1
        );
    }
    out.push('\n');
}

fn properties(vm: &Vm) -> String {
    let mut text = format!("memory {}", data(vm.memory));
    if vm.cpu > 0 {
        let _ = write!(text, " cpu {}", cpus(vm.cpu));
    }
    let _ = write!(text, " used {}MB", vm.used);
    if vm.hot > 0.0 {
        let _ = write!(text, " hot {}MB in {}s", vm.hot, vm.hot_seconds);
    }
    if vm.cold > 0.0 {
        let _ = write!(text, " cold {}MB/s", vm.cold);
    }
    if vm.hot <= 0.0 && vm.cold <= 0.0 {
        text += " idle";
    }
    text + " downtime 0ms"
}

fn plan(out: &mut String, instance: &Instance, inferred: Option<&Network>, name: &str) {
    let _ = writeln!(out, "plan {} {{", quoted(name));
    let below = inferred.map(|network| network::below_their_paths(instance, network));
    let mut runs = Runs::default();
    for (at, Step { kind, time }) in instance.steps.iter().enumerate() {
        let (word, of, to, id) = match *kind {
            StepKind::Migrate { vm, to, .. } => ("migrate", "vm", Some(to), vm),
            StepKind::Boot(node) => ("boot", "node", None, node),
            StepKind::Shutdown(node) => ("shutdown", "node", None, node),
        };
        let takes = time.map(|(_, takes)| takes);
        let rate = below.as_ref().and_then(|below| below.get(&at).copied());
        runs.push((word, of, to, takes, rate), id);
    }
    for ((word, of, to, takes, rate), ids) in runs.0 {
        let _ = write!(out, "  {word} {}", names(of, &ids));
        if let Some(to) = to {
            let _ = write!(out, " to node{to}");
        }
        if let Some(seconds) = takes {
            let _ = write!(out, " takes {seconds}s");
        }
        if let Some(rate) = rate {
            let _ = write!(out, " at {rate}bps");
        }
        out.push('\n');
    }
    let _ = writeln!(out, "  minimize mttr\n}}");
}

/// Element numbers in the order given; neighbours with the same key share an entry.
struct Runs<K>(Vec<(K, Vec<u64>)>);

impl<K> Default for Runs<K> {
    fn default() -> Self {
        Runs(Vec::new())
    }
}

impl<K: PartialEq> Runs<K> {
    fn push(&mut self, key: K, id: u64) {
        match self.0.last_mut() {
            Some((last, ids)) if *last == key => ids.push(id),
            _ => self.0.push((key, vec![id])),
        }
    }
}

/// `node7`, `node[0..3,7]`
fn names(prefix: &str, ids: &[u64]) -> String {
    if let [id] = ids {
        return format!("{prefix}{id}");
    }
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for &id in ids {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == id => *last = id,
            _ => spans.push((id, id)),
        }
    }
    let spans = spans.iter().map(|&(first, last)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}..{last}")
        }
    });
    format!("{prefix}[{}]", spans.collect::<Vec<_>>().join(", "))
}

fn rate(mbps: u64) -> String {
    if mbps.is_multiple_of(1000) {
        format!("{}Gbps", mbps / 1000)
    } else {
        format!("{mbps}Mbps")
    }
}

/// The name as an identifier where it is one, in quotes otherwise.
fn quoted(name: &str) -> String {
    let mut text = String::from("\"");
    for c in name.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text + "\""
}
