//! `kubectl` of a cluster with KubeVirt 1.6: <https://kubevirt.io/user-guide/compute/live_migration/> and the API's reference. What the
//! cluster knows is asked, not the nodes.

use serde_json::Value;

use crate::line::Reply;
use crate::tools::{Answer, Wait};
use crate::world::{State, World};

const ROWS: &str = "custom-columns=NS:.metadata.namespace,NAME:.metadata.name,PHASE:.status.phase";
const STOPPED: &str =
    "custom-columns=NS:.metadata.namespace,NAME:.metadata.name,STATUS:.status.printableStatus";
const PHASES: &str = "custom-columns=PHASE:.status.phase";
const READY: &str = "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}";

/// The words, and behind them the input where it is read.
pub fn call(world: &mut World, words: &[&str]) -> Answer {
    match words {
        ["create", "-f", "-", "-o", "name", text] => create(world, text),
        [
            "wait",
            "-n",
            namespace,
            "--for",
            "jsonpath={.status.migrationState.completed}=true",
            "--timeout",
            _,
            name,
        ] => {
            match migration(world, namespace, name) {
                Some(at) if world.moves[at].outcome.is_some() => {
                    prints(format!("{name} condition met\n"))
                }
                // Whoever is waited for is deleted where it is aborted.
                Some(at) => Answer::When(Wait::Move(at)),
                None => missing(name),
            }
        }
        [
            "get",
            "-n",
            namespace,
            name,
            "-o",
            "jsonpath={.status.phase}",
        ] => match migration(world, namespace, name) {
            Some(at) => prints(phase(world, at)),
            None => missing(name),
        },
        ["get", "vmi", "-A", "-l", label, "--no-headers", "-o", rows] if *rows == ROWS => {
            let host = label.strip_prefix("kubevirt.io/nodeName=");
            let host = host.and_then(|name| world.host_named(name));
            prints(host.map_or(String::new(), |host| instances(world, host)))
        }
        ["get", "vm", "-A", "--no-headers", "-o", rows] if *rows == STOPPED => {
            let all = world.hosts.iter().enumerate();
            let stopped = all.flat_map(|(at, host)| {
                host.guests
                    .iter()
                    .map(move |(vm, guest)| (at, vm, guest.state))
            });
            let stopped = stopped
                .filter(|(at, vm, state)| *state == State::Off && !world.has_fallen(*at, vm));
            prints(
                stopped
                    .map(|(_, vm, _)| format!("{}   Stopped\n", full(vm)))
                    .collect::<String>(),
            )
        }
        [
            "get",
            "vmim",
            "-n",
            namespace,
            "-l",
            label,
            "--no-headers",
            "-o",
            phases,
        ] if *phases == PHASES => {
            let vm = instance(namespace, label);
            let all = (0..world.moves.len()).filter(|&at| world.moves[at].vm == vm);
            prints(
                all.map(|at| format!("{}\n", phase(world, at)))
                    .collect::<String>(),
            )
        }
        [
            "delete",
            "vmim",
            "-n",
            namespace,
            "-l",
            label,
            "--wait=false",
        ] => {
            let vm = instance(namespace, label);
            if let Some(at) = place(world, &vm).and_then(|host| world.moving(&vm, host)) {
                world.end_move(at, false);
            }
            prints("")
        }
        ["get", "node", name, "-o", ready] if *ready == READY => match world.host_named(name) {
            Some(host) => prints(if world.answers(host) {
                "True"
            } else {
                "Unknown"
            }),
            None => missing(name),
        },
        [
            "patch",
            "vm",
            "-n",
            namespace,
            name,
            "--type",
            "merge",
            "-p",
            change,
        ] => {
            let vm = short(namespace, name);
            let Some(host) = place(world, &vm) else {
                return missing(name);
            };
            let is_running = world.hosts[host].guests[&vm].state == State::Running;
            match (change.contains("Halted"), is_running) {
                (true, true) => world.stop(&vm, host),
                (false, false) if world.answers(host) => drop(world.start(&vm, host)),
                _ => {}
            }
            prints(format!("virtualmachine.kubevirt.io/{name} patched\n"))
        }
        _ => fails(&format!("error: unknown command {words:?}")),
    }
}

fn prints(text: impl Into<String>) -> Answer {
    Answer::Now(Reply::out(text))
}

fn fails(text: &str) -> Answer {
    Answer::Now(Reply::err(1, text))
}

fn missing(name: &str) -> Answer {
    fails(&format!(
        "Error from server (NotFound): \"{name}\" not found"
    ))
}

/// `default   web1`, as columns are.
fn full(vm: &str) -> String {
    match vm.contains('/') {
        true => vm.replacen('/', "   ", 1),
        false => format!("default   {vm}"),
    }
}

/// The name that files have.
fn short(namespace: &str, name: &str) -> String {
    match namespace {
        "default" => name.to_owned(),
        _ => format!("{namespace}/{name}"),
    }
}

fn instance(namespace: &str, label: &str) -> String {
    let name = label.strip_prefix("kubevirt.io/vmi-name=");
    short(namespace, name.unwrap_or_default())
}

/// The node that the cluster has the VM on: until a migration is over, where it came from.
fn place(world: &World, vm: &str) -> Option<usize> {
    let mut hosts = world.hosts.iter();
    hosts.position(|host| host.guests.contains_key(vm))
}

/// Instances of VMs that are stopped are gone.
fn instances(world: &World, host: usize) -> String {
    let guests = world.hosts[host].guests.iter();
    let there =
        guests.filter(|(vm, guest)| guest.state != State::Off || world.has_fallen(host, vm));
    there
        .map(|(vm, _)| format!("{}   Running\n", full(vm)))
        .collect()
}

fn create(world: &mut World, text: &str) -> Answer {
    let Ok(wanted) = serde_json::from_str::<Value>(text) else {
        return fails("error: error parsing STDIN");
    };
    let part = |path: &str| {
        wanted
            .pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    if part("/kind") != "VirtualMachineInstanceMigration" || part("/apiVersion") != "kubevirt.io/v1"
    {
        return fails("error: no matches for kind");
    }
    let vm = short(part("/metadata/namespace"), part("/spec/vmiName"));
    let node = part("/spec/addedNodeSelector/kubernetes.io~1hostname");
    let (Some(from), Some(to)) = (place(world, &vm), world.host_named(node)) else {
        return fails("admission webhook denied the request: the VMI does not exist");
    };
    if world.moving(&vm, from).is_some() {
        return fails("admission webhook denied the request: in-flight migration detected");
    }
    if world.hosts[from].guests[&vm].state != State::Running || from == to {
        return fails("admission webhook denied the request: Cannot migrate VMI");
    }
    if !world.answers(from) || !world.answers(to) {
        return fails("no node is available for the target pod");
    }
    let planned = world.length(&vm, to);
    let at = world.begin_move(&vm, from, to, None, planned);
    prints(format!(
        "virtualmachineinstancemigration.kubevirt.io/mvm-{at}\n"
    ))
}

fn migration(world: &World, namespace: &str, name: &str) -> Option<usize> {
    let at = name.strip_prefix("virtualmachineinstancemigration.kubevirt.io/mvm-")?;
    let at: usize = at.parse().ok()?;
    let of_namespace = full(&world.moves.get(at)?.vm).starts_with(&format!("{namespace} "));
    of_namespace.then_some(at)
}

fn phase(world: &World, at: usize) -> &'static str {
    match world.moves[at].outcome {
        Some(true) => "Succeeded",
        Some(false) => "Failed",
        None => "Running",
    }
}
