//! The domains of a host: what they are from their `dumpxml`, what they do from `dommemstat` and `domstats`.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;

use super::Saved;
use super::dirty::{self, Window};
use super::text::{at, blocks, bytes, document, unit};
use crate::import::inventory::Vm;
use crate::import::write::quantity::data;

/// States that `virsh list` prints.
const STATES: [&str; 9] = [
    "running",
    "idle",
    "paused",
    "in shutdown",
    "shut off",
    "crashed",
    "dying",
    "pmsuspended",
    "no state",
];

/// A domain; its VM's host is not yet set.
pub struct Domain {
    pub uuid: Option<String>,
    pub vm: Vm,
}

/// What was measured of a domain.
#[derive(Default)]
struct Measured {
    /// Bytes that the host counts for it.
    rss: Option<u64>,
    windows: Vec<Window>,
}

/// The domains, and in words which are left out.
pub fn domains(saved: &Saved) -> (Vec<Domain>, Vec<String>) {
    let measured = measured(saved);
    let states = states(&saved.list);
    let (mut found, mut troubles) = (Vec::new(), Vec::new());
    // The root element ends at the beginning of a line, what is inside it does not.
    for text in saved.domains.split_inclusive("\n</domain>") {
        if text.trim().is_empty() {
            continue;
        }
        match domain(text.trim_start(), &states, &measured) {
            Ok(domain) => found.push(domain),
            Err(why) => troubles.push(why),
        }
    }
    let known: BTreeSet<&str> = found
        .iter()
        .map(|domain: &Domain| domain.vm.name.as_str())
        .collect();
    for (name, _) in states.iter().filter(|(name, _)| !known.contains(*name)) {
        let of_it = |trouble: &String| trouble.contains(&format!("`{name}`"));
        if !troubles.iter().chain(&saved.troubles).any(of_it) {
            troubles.push(format!(
                "the domain `{name}` is left out: it is in the list, and nothing else is said of it"
            ));
        }
    }
    (found, troubles)
}

fn domain(
    text: &str,
    states: &BTreeMap<&str, &str>,
    measured: &BTreeMap<&str, Measured>,
) -> Result<Domain, String> {
    let document = document(text)
        .map_err(|why| format!("a domain is left out: its XML cannot be read: {why}"))?;
    let root = document.root_element();
    let of = |path: &[&str]| at(root, path);
    let name = of(&["name"])
        .and_then(|node| node.text())
        .unwrap_or_default();
    if !root.has_tag_name("domain") || name.is_empty() {
        return Err(String::from("a domain is left out: its XML has no name"));
    }
    let most = of(&["memory"]).and_then(bytes);
    let memory = of(&["currentMemory"])
        .and_then(bytes)
        .or(most)
        .filter(|&bytes| bytes > 0);
    let memory =
        memory.ok_or_else(|| format!("the domain `{name}` is left out: it says no memory"))?;
    let cpus = of(&["vcpu"]).and_then(|node| node.attribute("current").or(node.text()));
    // Only what runs has a number.
    let runs = root.attribute("id").is_some();
    let state = states.get(name).copied().unwrap_or_default();
    if state == "crashed" || state == "dying" {
        return Err(format!(
            "the domain `{name}` is left out: its state is `{state}`"
        ));
    }
    let mut remarks = Vec::new();
    if runs && matches!(state, "paused" | "pmsuspended" | "in shutdown") {
        remarks.push(state.to_owned());
    }
    if let Some(most) = most.filter(|&most| most > memory) {
        remarks.push(format!("may grow to {}", data(most)));
    }
    let nothing = Measured::default();
    let known = measured.get(name).filter(|_| runs).unwrap_or(&nothing);
    // It changes all the time: whole MiB are what there is to know of it.
    let used = known
        .rss
        .map(|rss| rss.next_multiple_of(1 << 20).min(memory));
    let rewrites = dirty::fit(&known.windows);
    remarks.extend(rewrites.as_ref().map(|fit| fit.words.clone()));
    let vm = Vm {
        name: name.to_owned(),
        memory: Some(memory),
        cpu: cpus.and_then(|count| count.trim().parse::<u64>().ok()?.checked_mul(1_000)),
        used,
        hot: rewrites
            .as_ref()
            .and_then(|fit| fit.hot)
            .map(|(hot, ms)| (hot.min(used.unwrap_or(memory)), ms)),
        cold: rewrites.as_ref().map(|fit| fit.cold),
        off: !runs,
        labels: labels(root),
        remark: Some(remarks.join("; ")).filter(|text| !text.is_empty()),
        ..Vm::default()
    };
    let uuid = of(&["uuid"])
        .and_then(|node| node.text())
        .map(str::to_owned);
    Ok(Domain { uuid, vm })
}

/// Where its disks are, and how large its pages.
fn labels(root: Node<'_, '_>) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    let backing = at(root, &["memoryBacking", "hugepages"]);
    if let Some(pages) = backing {
        let size = at(pages, &["page"]).and_then(|page| {
            let size: u64 = page.attribute("size")?.parse().ok()?;
            size.checked_mul(unit(page.attribute("unit").unwrap_or("KiB"))?)
        });
        labels.push((
            String::from("hugepages"),
            size.map_or_else(|| String::from("default"), data),
        ));
    }
    let disks = at(root, &["devices"])
        .into_iter()
        .flat_map(|devices| devices.children());
    let disks = disks.filter(|node| {
        node.has_tag_name("disk") && node.attribute("device").unwrap_or("disk") == "disk"
    });
    let kinds: BTreeSet<&str> = disks
        .map(|disk| match disk.attribute("type") {
            Some("network") => "network",
            Some("volume") => "volume",
            Some("block") => "block",
            _ => "file",
        })
        .collect();
    if !kinds.is_empty() {
        let kinds: Vec<&str> = kinds.into_iter().collect();
        labels.push((String::from("storage"), kinds.join(" ")));
    }
    labels
}

/// Names and states of `list --all`.
fn states(list: &str) -> BTreeMap<&str, &str> {
    let state = |line| {
        let line: &str = str::trim(line);
        let (number, rest) = line.split_once(' ')?;
        if number != "-" && !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let state = STATES
            .into_iter()
            .find(|state| rest.ends_with(&format!(" {state}")))?;
        Some((rest[..rest.len() - state.len()].trim(), state))
    };
    list.lines().filter_map(state).collect()
}

/// What was measured, by the names of the domains.
fn measured(saved: &Saved) -> BTreeMap<&str, Measured> {
    let mut measured: BTreeMap<&str, Measured> = BTreeMap::new();
    let kib = |value: &str| {
        value
            .parse::<u64>()
            .ok()?
            .checked_mul(1 << 10)
            .filter(|&bytes| bytes > 0)
    };
    for (name, pairs) in blocks(&saved.domstats)
        .into_iter()
        .chain(blocks(&saved.dommemstat))
    {
        let of = measured.entry(name).or_default();
        let value = |key: &str| {
            pairs
                .iter()
                .find(|(own, _)| *own == key)
                .map(|(_, value)| *value)
        };
        of.rss = value("rss")
            .or_else(|| value("balloon.rss"))
            .and_then(kib)
            .or(of.rss);
        let number = |key: &str| value(key)?.parse::<u32>().ok();
        // 2: measured.
        if let (Some(2), Some(seconds), Some(rate)) = (
            number("dirtyrate.calc_status"),
            number("dirtyrate.calc_period"),
            number("dirtyrate.megabytes_per_second"),
        ) && seconds > 0
        {
            let window = Window { seconds, rate };
            // A measurement that is printed twice counts once.
            let started = value("dirtyrate.calc_start_time");
            if started.is_none() || !of.windows.contains(&window) {
                of.windows.push(window);
            }
        }
    }
    measured
}
