//! BtrPlace instances and reconfiguration plans (JSON of the scheduler's `json` module) as `.mvm` text.
//!
//! Element 7 becomes `vm7`, `node7`, `switch7`. A `fence` to one node is a migration to it, `offline` shuts a node
//! down once it is empty, `online` boots it. Of a plan, the actions give destinations and durations (`takes`), and
//! its `origin` the rest. The objective is `mttr`.
//!
//! Three conventions of the authors' scheduler go into the text: 8/9 of a link's rate carry data, the downtime does
//! not count in a migration's duration, and a VM of which nothing is said is idle, which is to rewrite 5 MB in 2 s (in
//! `CNetwork`, "minimal observed value on idle VM"); so nothing is unknown here. Memory in use is in MB there, placement
//! memory in GiB.

mod network;
mod read;
mod replay;
mod write;

use std::collections::BTreeMap;

use crate::diag::Diagnostic;

/// Reads an instance or a plan and writes it as `.mvm` text with one plan called `name`. A plan is replayed before:
/// what is written allows it.
///
/// # Errors
/// All that the file holds and mvm does not know, or that contradicts itself.
pub fn import(json: &[u8], name: &str) -> Result<String, Vec<Diagnostic>> {
    let instance = read::read(json)?;
    let text = write::write(&instance, name);
    replay::replay(&instance, &text)?;
    Ok(text)
}

/// What an instance says, resolved by element number.
#[derive(Debug, Default, PartialEq)]
struct Instance {
    nodes: BTreeMap<u64, Node>,
    vms: BTreeMap<u64, Vm>,
    /// None: the file has no network view.
    network: Option<Network>,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    online: bool,
    /// Bytes.
    memory: Option<u64>,
    /// Thousandths of a CPU.
    cpu: Option<u64>,
    boot: u64,
    shutdown: u64,
}

#[derive(Debug, Clone, PartialEq)]
struct Vm {
    host: u64,
    /// Bytes.
    memory: u64,
    /// Thousandths of a CPU.
    cpu: u64,
    /// MB, MB, seconds and MB/s, as decimal numbers of the file.
    used: f64,
    hot: f64,
    hot_seconds: f64,
    cold: f64,
}

/// Switches by number with their capacity, and links, in Mbit/s.
#[derive(Debug, Default, PartialEq)]
struct Network {
    switches: BTreeMap<u64, Option<u64>>,
    links: Vec<Link>,
}

#[derive(Debug, PartialEq)]
struct Link {
    from: End,
    switch: u64,
    rate: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Node(u64),
    Switch(u64),
}

#[derive(Debug, PartialEq)]
struct Step {
    kind: StepKind,
    /// Start and length in seconds, where a plan gives them.
    time: Option<(u64, u64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StepKind {
    /// `rate` in Mbit/s, where a plan gives it.
    Migrate {
        vm: u64,
        to: u64,
        rate: Option<u64>,
    },
    Boot(u64),
    Shutdown(u64),
}
