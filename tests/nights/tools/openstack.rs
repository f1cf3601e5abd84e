//! python-openstackclient 7: <https://docs.openstack.org/python-openstackclient/latest/cli/command-objects/server.html>, and the pages on
//! `server migration`, `compute service` and `hypervisor` beside it. What the cloud knows is asked, not the hosts.

use crate::line::Reply;
use crate::tools::{Answer, Wait};
use crate::world::{Power, State, World};

/// `[--os-compute-api-version VERSION] COMMAND…`
pub fn call(world: &mut World, words: &[&str]) -> Answer {
    let (version, words) = match words {
        ["--os-compute-api-version", version, rest @ ..] => (*version, rest),
        rest => ("2.1", rest),
    };
    let version = version
        .split_once('.')
        .and_then(|(_, minor)| minor.parse().ok());
    let version: u32 = version.unwrap_or(1);
    match words {
        [
            "server",
            "migrate",
            "--live-migration",
            "--host",
            to,
            "--wait",
            vm,
        ] if version >= 30 => migrate(world, vm, to),
        ["server", "migrate", ..] => {
            fails("--os-compute-api-version 2.30 or greater is required when using --host")
        }
        [
            "server",
            "list",
            "--all-projects",
            "--host",
            host,
            "-f",
            "value",
            columns @ ..,
        ] => {
            let host = world.host_named(host);
            let rows = host.map_or(String::new(), |host| list(world, host, columns));
            prints(rows)
        }
        ["server", "show", vm, "-f", "value", "-c", "status"] => match place(world, vm) {
            Some(host) => prints(format!("{}\n", status(world, host, vm))),
            None => unknown(vm),
        },
        ["server", "start", vm] => match place(world, vm) {
            Some(host) => start(world, host, vm),
            None => unknown(vm),
        },
        ["server", "stop", vm] => match place(world, vm) {
            Some(host) if world.hosts[host].guests[*vm].state == State::Running => {
                world.stop(vm, host);
                prints("")
            }
            Some(_) => fails("Cannot 'stop' instance while it is in this vm_state (HTTP 409)"),
            None => unknown(vm),
        },
        [
            "server",
            "migration",
            "list",
            "--server",
            vm,
            "--status",
            "running",
            "-f",
            "value",
            "-c",
            "Id",
        ] if version >= 23 => {
            let at = place(world, vm).and_then(|host| world.moving(vm, host));
            prints(at.map_or(String::new(), |at| format!("{}\n", at + 1)))
        }
        ["server", "migration", "abort", vm, id] if version >= 24 => match running(world, vm, id) {
            Some(at) => {
                world.end_move(at, false);
                prints("")
            }
            None => fails("No ServerMigration found"),
        },
        ["server", "migration", "force", "complete", vm, id] if version >= 22 => {
            match running(world, vm, id) {
                Some(at) => {
                    let soon = world.now + 5;
                    let it = &mut world.moves[at];
                    (it.ends, it.arrives) = (it.ends.min(soon), true);
                    prints("")
                }
                None => fails("No ServerMigration found"),
            }
        }
        [
            "compute",
            "service",
            "list",
            "--service",
            "nova-compute",
            "--host",
            host,
            "-f",
            "value",
            "-c",
            "State",
        ] => {
            let is_up = world.host_named(host).map(|host| world.answers(host));
            prints(is_up.map_or("", |up| if up { "up\n" } else { "down\n" }))
        }
        [
            "hypervisor",
            "show",
            host,
            "-f",
            "value",
            "-c",
            "free_ram_mb",
        ] if version < 88 => match world.host_named(host) {
            Some(host) => prints(format!("{}\n", free(world, host))),
            None => fails(&format!("No hypervisor found for {host}")),
        },
        _ => fails(&format!("openstack: {words:?} is not an openstack command")),
    }
}

fn prints(text: impl Into<String>) -> Answer {
    Answer::Now(Reply::out(text))
}

fn fails(text: &str) -> Answer {
    Answer::Now(Reply::err(1, text))
}

fn unknown(vm: &str) -> Answer {
    fails(&format!("No Server found for {vm}"))
}

/// The host that the cloud has the guest on: until a migration is over, where it came from.
fn place(world: &World, vm: &str) -> Option<usize> {
    world
        .hosts
        .iter()
        .position(|host| host.guests.contains_key(vm))
}

fn running(world: &World, vm: &str, id: &str) -> Option<usize> {
    let at = place(world, vm).and_then(|host| world.moving(vm, host))?;
    (id == (at + 1).to_string()).then_some(at)
}

/// A host that has lost its power has its guests still, as far as the cloud knows.
fn status(world: &World, host: usize, vm: &str) -> &'static str {
    if world.moving(vm, host).is_some() {
        return "MIGRATING";
    }
    match world.hosts[host].guests[vm].state {
        State::Off if !world.has_fallen(host, vm) => "SHUTOFF",
        State::Paused => "PAUSED",
        _ => "ACTIVE",
    }
}

fn list(world: &World, host: usize, columns: &[&str]) -> String {
    let has_status = columns.contains(&"Status");
    let rows = world.hosts[host].guests.keys().map(|vm| match has_status {
        true => format!("{vm} {}\n", status(world, host, vm)),
        false => format!("{vm}\n"),
    });
    rows.collect()
}

/// A guest that is stopped keeps its part.
fn free(world: &World, host: usize) -> u64 {
    let guests = world.hosts[host].guests.values();
    let stopped = guests.filter(|g| g.state == State::Off).map(|g| g.memory);
    world.free(host).saturating_sub(stopped.sum())
}

fn start(world: &mut World, host: usize, vm: &str) -> Answer {
    if world.hosts[host].guests[vm].state != State::Off {
        return fails("Cannot 'start' instance while it is in vm_state active (HTTP 409)");
    }
    // The cloud takes it on, and its host carries it out or does not.
    if world.hosts[host].power == Power::On && !world.hosts[host].cut {
        world.start(vm, host);
    }
    prints("")
}

fn migrate(world: &mut World, vm: &str, to: &str) -> Answer {
    let (Some(from), Some(target)) = (place(world, vm), world.host_named(to)) else {
        return unknown(vm);
    };
    if status(world, from, vm) != "ACTIVE" {
        return fails("Cannot 'os-migrateLive' instance while it is in this state (HTTP 409)");
    }
    for host in [from, target] {
        if !world.answers(host) {
            let name = &world.hosts[host].name;
            return fails(&format!(
                "Compute service of {name} is unavailable at this time. (HTTP 400)"
            ));
        }
    }
    if from == target {
        return fails("Migration to the same host is not supported");
    }
    let planned = world.length(vm, target);
    let at = world.begin_move(vm, from, target, None, planned);
    Answer::When(Wait::Move(at))
}
