//! The JSON of an instance or plan, checked.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{End, Instance, Link, Network, Node, Step, StepKind, Vm};
use crate::diag::{Code, Diagnostic};

/// MB of hot pages, and the seconds in which they are rewritten, of a VM without these attributes: what the authors'
/// scheduler takes as that of an idle VM. Without an attribute for it, it has no cold pages.
const IDLE: (f64, f64) = (5.0, 2.0);

/// The largest amount there is: no limit.
const UNLIMITED: u64 = i32::MAX as u64;

/// Reads an instance or a plan.
pub fn read(json: &[u8]) -> Result<Instance, Vec<Diagnostic>> {
    let root: Value = serde_json::from_slice(json).map_err(|e| {
        vec![
            Diagnostic::without_place(Code::ImportNotJson, format!("this is not JSON: {e}"))
                .with_help("give a BtrPlace instance or reconfiguration plan in JSON"),
        ]
    })?;
    let mut reader = Reader::default();
    let instance = reader.root(&root);
    if reader.problems.is_empty() {
        Ok(instance)
    } else {
        Err(reader.problems)
    }
}

/// Collects what is wrong while it reads.
#[derive(Default)]
struct Reader {
    problems: Vec<Diagnostic>,
}

/// What one `shareableResource` view says.
#[derive(Default)]
struct Shared {
    nodes: BTreeMap<u64, u64>,
    vms: BTreeMap<u64, u64>,
    capacity: Option<u64>,
    consumption: u64,
}

impl Shared {
    fn node(&self, id: u64) -> Option<u64> {
        self.nodes.get(&id).copied().or(self.capacity)
    }

    fn vm(&self, id: u64) -> u64 {
        self.vms.get(&id).copied().unwrap_or(self.consumption)
    }
}

impl Reader {
    fn shape(&mut self, place: &str, expected: &str) {
        self.problems.push(Diagnostic::without_place(
            Code::ImportShape,
            format!("`{place}` is not {expected}"),
        ));
    }

    fn unknown(&mut self, place: &str, what: &str, help: &str) {
        self.problems.push(
            Diagnostic::without_place(
                Code::ImportUnknown,
                format!("`{place}`: {what} is not known here"),
            )
            .with_help(help),
        );
    }

    fn contradiction(&mut self, message: String) {
        self.problems.push(Diagnostic::without_place(
            Code::ImportContradiction,
            message,
        ));
    }

    fn root(&mut self, root: &Value) -> Instance {
        let plan = root.get("actions").is_some();
        let model = root.get(if plan { "origin" } else { "model" });
        let Some(model) = model.and_then(Value::as_object) else {
            self.shape(
                if plan { "origin" } else { "model" },
                "an object with a model",
            );
            return Instance::default();
        };
        let mut instance = self.model(model);
        if plan {
            self.actions(&root["actions"], &mut instance);
        } else {
            self.constraints(root.get("constraints"), &mut instance);
            self.objective(root.get("objective"));
        }
        instance
    }

    fn model(&mut self, model: &Map<String, Value>) -> Instance {
        let mut instance = Instance::default();
        let views = self.array(model.get("views"), "views");
        let mut memory = Shared::default();
        let mut cpu = Shared::default();
        for (at, view) in views.iter().enumerate() {
            let place = format!("views[{at}]");
            match view.get("id").and_then(Value::as_str) {
                Some("shareableResource") => match view.get("rcId").and_then(Value::as_str) {
                    Some("mem" | "memory" | "ram") => memory = self.shared(view, &place, 1 << 30),
                    Some("cpu" | "ucpu") => cpu = self.shared(view, &place, 1_000),
                    // As mvm itself writes plans.
                    Some("memory_mib") => memory = self.shared(view, &place, 1 << 20),
                    Some("cpu_thousandths") => cpu = self.shared(view, &place, 1),
                    other => self.unknown(
                        &place,
                        &format!("the resource `{}`", other.unwrap_or("?")),
                        "resources are `mem` (GiB) and `cpu`, or `memory_mib` and `cpu_thousandths`",
                    ),
                },
                Some("net") => instance.network = Some(self.network(view, &place)),
                Some("EnergyView" | "ns") => {}
                other => self.unknown(
                    &place,
                    &format!("the view `{}`", other.unwrap_or("?")),
                    "views are `shareableResource`, `net`, `EnergyView` and `ns`",
                ),
            }
        }
        self.mapping(model, &memory, &cpu, &mut instance);
        instance
    }

    fn mapping(
        &mut self,
        model: &Map<String, Value>,
        memory: &Shared,
        cpu: &Shared,
        instance: &mut Instance,
    ) {
        let Some(mapping) = model.get("mapping").and_then(Value::as_object) else {
            return self.shape("mapping", "an object");
        };
        for key in mapping.keys() {
            if !["onlineNodes", "offlineNodes", "readyVMs"].contains(&key.as_str()) {
                self.unknown(
                    "mapping",
                    &format!("`{key}`"),
                    "a mapping has `onlineNodes`, `offlineNodes` and `readyVMs`",
                );
            }
        }
        let Some(online) = mapping.get("onlineNodes").and_then(Value::as_object) else {
            return self.shape("mapping.onlineNodes", "an object");
        };
        let attributes = model.get("attributes");
        for (key, hosted) in online {
            let place = format!("mapping.onlineNodes.{key}");
            let Ok(id) = key.parse::<u64>() else {
                self.shape(&place, "named by a number");
                continue;
            };
            instance
                .nodes
                .insert(id, self.node(attributes, id, true, memory, cpu));
            if !self.ids(hosted.get("sleepingVMs"), &place).is_empty() {
                self.unknown(
                    &place,
                    "a sleeping VM",
                    "resume it before the plan, or leave it out",
                );
            }
            for vm in self.ids(hosted.get("runningVMs"), &place) {
                let state = self.vm(attributes, vm, id, memory, cpu);
                if instance.vms.insert(vm, state).is_some() {
                    self.contradiction(format!("VM {vm} runs on two nodes"));
                }
            }
        }
        for id in self.ids(mapping.get("offlineNodes"), "mapping.offlineNodes") {
            if instance
                .nodes
                .insert(id, self.node(attributes, id, false, memory, cpu))
                .is_some()
            {
                self.contradiction(format!("node {id} is online and offline"));
            }
        }
        if !self
            .ids(mapping.get("readyVMs"), "mapping.readyVMs")
            .is_empty()
        {
            self.unknown(
                "mapping.readyVMs",
                "a VM that runs nowhere",
                "place it on a node, or leave it out",
            );
        }
    }

    fn node(
        &mut self,
        attributes: Option<&Value>,
        id: u64,
        online: bool,
        memory: &Shared,
        cpu: &Shared,
    ) -> Node {
        // An action without a duration takes one second there.
        let mut seconds = |name| {
            self.attribute(attributes, "nodes", id, &[name])
                .map_or(1, |s| s.round() as u64)
        };
        Node {
            online,
            memory: memory.node(id),
            cpu: cpu.node(id),
            boot: seconds("boot"),
            shutdown: seconds("shutdown"),
        }
    }

    fn vm(
        &mut self,
        attributes: Option<&Value>,
        id: u64,
        host: u64,
        memory: &Shared,
        cpu: &Shared,
    ) -> Vm {
        let mut value = |names: &[&str]| self.attribute(attributes, "vms", id, names);
        let (used, hot) = (
            value(&["memUsed"]),
            value(&["hotDirtySize", "maxDirtySize"]),
        );
        let hot_seconds = value(&["hotDirtyDuration", "maxDirtyDuration"]);
        let cold = value(&["coldDirtyRate", "dirtyRate"]);
        if used.is_none_or(|mb| mb == 0.0) {
            self.contradiction(format!(
                "VM {id} has no `memUsed`: what does its migration copy?"
            ));
        }
        Vm {
            host,
            memory: memory.vm(id),
            cpu: cpu.vm(id),
            used: used.unwrap_or(0.0),
            hot: hot.unwrap_or(IDLE.0),
            hot_seconds: hot_seconds.filter(|&s| s > 0.0).unwrap_or(IDLE.1),
            cold: cold.unwrap_or(0.0),
        }
    }

    /// The first of the attributes that is there; it must be a number that is not negative.
    fn attribute(
        &mut self,
        attributes: Option<&Value>,
        kind: &str,
        id: u64,
        names: &[&str],
    ) -> Option<f64> {
        let of = attributes?.get(kind)?.get(id.to_string())?;
        let (name, value) = names.iter().find_map(|name| Some((name, of.get(name)?)))?;
        let number = value.as_f64().filter(|&v| v >= 0.0);
        if number.is_none() {
            self.shape(
                &format!("attributes.{kind}.{id}.{name}"),
                "a number that is not negative",
            );
        }
        number
    }

    /// A view of amounts, each of them so many of ours.
    fn shared(&mut self, view: &Value, place: &str, scale: u64) -> Shared {
        let scaled = |amount: &Value| amount.as_u64()?.checked_mul(scale);
        let mut table = |key: &str| -> BTreeMap<u64, u64> {
            let Some(entries) = view.get(key).and_then(Value::as_object) else {
                return BTreeMap::new();
            };
            let parsed = entries
                .iter()
                .map(|(id, amount)| Some((id.parse().ok()?, scaled(amount)?)));
            parsed.collect::<Option<_>>().unwrap_or_else(|| {
                self.shape(
                    &format!("{place}.{key}"),
                    "a table from numbers to whole amounts",
                );
                BTreeMap::new()
            })
        };
        Shared {
            nodes: table("nodes"),
            vms: table("vms"),
            capacity: view
                .get("defCapacity")
                .filter(|amount| amount.as_u64() != Some(UNLIMITED))
                .and_then(scaled)
                .filter(|&c| c > 0),
            consumption: view.get("defConsumption").and_then(scaled).unwrap_or(0),
        }
    }

    fn network(&mut self, view: &Value, place: &str) -> Network {
        let mut network = Network::default();
        match view
            .get("routing")
            .and_then(|r| r.get("type"))
            .and_then(Value::as_str)
        {
            None | Some("default") => {}
            Some(other) => self.unknown(
                &format!("{place}.routing"),
                &format!("`{other}` routing"),
                "only `default` routing is read: write `route … to … via …` for the others",
            ),
        }
        for switch in self.array(view.get("switches"), &format!("{place}.switches")) {
            match (
                switch.get("id").and_then(Value::as_u64),
                switch.get("capacity").and_then(Value::as_i64),
            ) {
                (Some(id), Some(capacity)) => {
                    network
                        .switches
                        .insert(id, u64::try_from(capacity).ok().filter(|&c| c > 0));
                }
                _ => self.shape(
                    &format!("{place}.switches"),
                    "a list of switches with `id` and `capacity`",
                ),
            }
        }
        for link in self.array(view.get("links"), &format!("{place}.links")) {
            let element = link.get("physicalElement");
            let number =
                |of: Option<&Value>, key: &str| of.and_then(|o| o.get(key)).and_then(Value::as_u64);
            let from = match (
                element.and_then(|e| e.get("type")).and_then(Value::as_str),
                number(element, "id"),
            ) {
                (Some("node"), Some(id)) => Some(End::Node(id)),
                (Some("switch"), Some(id)) => Some(End::Switch(id)),
                _ => None,
            };
            match (
                from,
                number(Some(&link), "switch"),
                number(Some(&link), "capacity"),
            ) {
                (Some(from), Some(switch), Some(rate)) if rate > 0 => {
                    network.links.push(Link { from, switch, rate })
                }
                _ => self.shape(
                    &format!("{place}.links"),
                    "a list of links with `physicalElement`, `switch` and a positive `capacity`",
                ),
            }
        }
        network
    }

    fn constraints(&mut self, constraints: Option<&Value>, instance: &mut Instance) {
        for (at, constraint) in self.array(constraints, "constraints").iter().enumerate() {
            let place = format!("constraints[{at}]");
            let vm = constraint.get("vm").and_then(Value::as_u64);
            let node = constraint.get("node").and_then(Value::as_u64);
            match (constraint.get("id").and_then(Value::as_str).unwrap_or("?"), vm, node) {
                ("fence", Some(vm), _) => self.fence(constraint, vm, &place, instance),
                ("offline", _, Some(node)) => instance.step(StepKind::Shutdown(node), None),
                ("online", _, Some(node)) => instance.step(StepKind::Boot(node), None),
                ("root" | "running" | "noDelay", ..) if vm.is_some() => {}
                (other, ..) => self.unknown(&place, &format!("the constraint `{other}`"), "constraints are `fence` to one node, `offline` and `online`; write others by hand after the import"),
            }
        }
        instance.order();
        self.check(instance);
    }

    fn fence(&mut self, constraint: &Value, vm: u64, place: &str, instance: &mut Instance) {
        match self.ids(constraint.get("nodes"), place).as_slice() {
            [to] => {
                if instance.vms.get(&vm).is_none_or(|state| state.host != *to) {
                    instance.step(
                        StepKind::Migrate {
                            vm,
                            to: *to,
                            rate: None,
                        },
                        None,
                    );
                }
            }
            _ => self.unknown(
                place,
                "a `fence` to several nodes",
                "mvm takes the destination as given: name one node",
            ),
        }
    }

    fn objective(&mut self, objective: Option<&Value>) {
        if let Some(id) = objective.and_then(|o| o.get("id")).and_then(Value::as_str)
            && !id.starts_with("minimizeMTTR")
            && id != "minMTTR"
        {
            self.unknown(
                "objective",
                &format!("`{id}`"),
                "the objective is `minimizeMTTR`",
            );
        }
    }

    fn actions(&mut self, actions: &Value, instance: &mut Instance) {
        for (at, action) in self.array(Some(actions), "actions").iter().enumerate() {
            let place = format!("actions[{at}]");
            let number = |key: &str| action.get(key).and_then(Value::as_u64);
            let time = number("end").zip(number("start"));
            let time = time.and_then(|(end, start)| Some((start, end.checked_sub(start)?)));
            let time = time.filter(|&(_, takes)| takes > 0);
            if time.is_none() {
                self.shape(&place, "an action with a `start` before its `end`");
                continue;
            }
            let kind = match action.get("id").and_then(Value::as_str) {
                Some("migrateVM") => {
                    number("vm")
                        .zip(number("to"))
                        .map(|(vm, to)| StepKind::Migrate {
                            vm,
                            to,
                            rate: number("bw"),
                        })
                }
                Some("bootNode") => number("node").map(StepKind::Boot),
                Some("shutdownNode") => number("node").map(StepKind::Shutdown),
                other => {
                    self.unknown(
                        &place,
                        &format!("the action `{}`", other.unwrap_or("?")),
                        "actions are `migrateVM`, `bootNode` and `shutdownNode`",
                    );
                    continue;
                }
            };
            match kind {
                Some(kind) => instance.step(kind, time),
                None => self.shape(&place, "an action with its `vm` and `to`, or its `node`"),
            }
        }
        instance.order();
        self.check(instance);
    }

    /// Every number that a step or link uses is one of the model's.
    fn check(&mut self, instance: &Instance) {
        let mut missing = BTreeSet::new();
        let mut need = |known: bool, what: String| {
            if !known {
                missing.insert(what);
            }
        };
        for step in &instance.steps {
            match step.kind {
                StepKind::Migrate { vm, to, .. } => {
                    need(instance.vms.contains_key(&vm), format!("VM {vm}"));
                    need(instance.nodes.contains_key(&to), format!("node {to}"));
                }
                StepKind::Boot(node) | StepKind::Shutdown(node) => {
                    need(instance.nodes.contains_key(&node), format!("node {node}"))
                }
            }
        }
        for link in instance.network.iter().flat_map(|n| &n.links) {
            let switches = instance.network.as_ref().map(|n| &n.switches);
            let known = |id: u64| switches.is_some_and(|s| s.contains_key(&id));
            need(known(link.switch), format!("switch {}", link.switch));
            match link.from {
                End::Node(id) => need(instance.nodes.contains_key(&id), format!("node {id}")),
                End::Switch(id) => need(known(id), format!("switch {id}")),
            }
        }
        for what in missing {
            self.contradiction(format!("{what} is used and not in the model"));
        }
    }

    fn array(&mut self, value: Option<&Value>, place: &str) -> Vec<Value> {
        match value {
            None => Vec::new(),
            Some(Value::Array(items)) => items.clone(),
            Some(_) => {
                self.shape(place, "a list");
                Vec::new()
            }
        }
    }

    fn ids(&mut self, value: Option<&Value>, place: &str) -> Vec<u64> {
        let items = self.array(value, place);
        items
            .iter()
            .map(Value::as_u64)
            .collect::<Option<_>>()
            .unwrap_or_else(|| {
                self.shape(place, "a list of element numbers");
                Vec::new()
            })
    }
}

impl Instance {
    fn step(&mut self, kind: StepKind, time: Option<(u64, u64)>) {
        self.steps.push(Step { kind, time });
    }

    /// Boots first, shutdowns last: in the language a server's shutdown is written after what empties it. Several
    /// steps of one thing come in the order of their times.
    fn order(&mut self) {
        self.steps.sort_by_key(|step| match step.kind {
            StepKind::Boot(node) => (0, node, step.time),
            StepKind::Migrate { vm, .. } => (1, vm, step.time),
            StepKind::Shutdown(node) => (2, node, step.time),
        });
    }
}
