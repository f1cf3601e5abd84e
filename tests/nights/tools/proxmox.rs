//! qm, pct and pvesh of Proxmox VE 9: <https://pve.proxmox.com/pve-docs/qm.1.html>, <https://pve.proxmox.com/pve-docs/pct.1.html>,
//! <https://pve.proxmox.com/pve-docs/api-viewer/#/nodes/{node}/tasks>.

use crate::line::Reply;
use crate::tools::{Answer, Wait};
use crate::world::{Power, State, World};

/// A command on a node; None if it is none of these tools.
pub fn call(world: &mut World, host: usize, words: &[&str]) -> Option<Answer> {
    Some(match words {
        ["pveversion", ..] => prints("pve-manager/9.0.3/025864202ebb6109\n"),
        ["qm", "list", "&&", "pct", "list"] => prints(qm_list(world, host) + &pct_list()),
        ["qm", "config", vm] => match world.hosts[host].guests.get(*vm) {
            Some(guest) => {
                let lock = world.moving(vm, host).map_or("", |_| "lock: migrate\n");
                prints(format!(
                    "boot: order=scsi0\ncores: 4\n{lock}memory: {}\nname: vm{vm}\n",
                    guest.memory
                ))
            }
            None => unknown(world, host, vm),
        },
        ["qm", "migrate", vm, to, options @ ..] => migrate(world, host, vm, to, options),
        ["qm", "start", vm] => match world.hosts[host].guests.get(*vm).map(|g| g.state) {
            None => unknown(world, host, vm),
            Some(State::Off) if world.hosts[host].power == Power::On => {
                match world.start(vm, host) {
                    true => prints(""),
                    false => fails("start failed: QEMU exited with code 1"),
                }
            }
            Some(State::Off) => fails("the node goes down"),
            Some(_) => fails(&format!("VM {vm} already running")),
        },
        ["qm", "shutdown", vm, "--timeout", seconds] => shutdown(world, host, vm, seconds),
        ["qm", "suspend", vm, "--skiplock", "1"] => match world.moving(vm, host) {
            Some(at) => {
                let soon = world.now + 5;
                let it = &mut world.moves[at];
                (it.ends, it.arrives) = (it.ends.min(soon), true);
                prints("")
            }
            None => fails("VM is not being migrated"),
        },
        [
            "for",
            "task",
            "in",
            "$(pvesh",
            "get",
            "/nodes/localhost/tasks",
            rest @ ..,
        ] => {
            let vm = rest.iter().skip_while(|&&w| w != "--vmid").nth(1);
            // Where there is none, the list of tasks is empty.
            if let Some(at) = vm.and_then(|vm| world.moving(vm, host)) {
                world.end_move(at, false);
            }
            prints("")
        }
        _ => return None,
    })
}

fn prints(text: impl Into<String>) -> Answer {
    Answer::Now(Reply::out(text))
}

fn fails(text: &str) -> Answer {
    Answer::Now(Reply::err(255, text))
}

fn unknown(world: &World, host: usize, vm: &str) -> Answer {
    let node = own_name(&world.hosts[host].name);
    Answer::Now(Reply::err(
        2,
        format!("Configuration file 'nodes/{node}/qemu-server/{vm}.conf' does not exist"),
    ))
}

fn own_name(server: &str) -> &str {
    server.rsplit('.').next().unwrap_or(server)
}

/// The VMs whose configuration is on the node: one that comes has its own at the source until it is there. One without a name
/// is called `VM` and its number. Nothing at all where there is none.
fn qm_list(world: &World, host: usize) -> String {
    let guests = &world.hosts[host].guests;
    if guests.is_empty() {
        return String::new();
    }
    let row = |vmid: &str, name: &str, status: &str, memory: &str, disk: &str, pid: &str| {
        format!("{vmid:>10} {name:<20} {status:<10} {memory:<10} {disk:>12} {pid:<10}\n")
    };
    let head = row("VMID", "NAME", "STATUS", "MEM(MB)", "BOOTDISK(GB)", "PID");
    let rows = guests.iter().map(|(vm, guest)| {
        let off = guest.state == State::Off;
        let (status, pid) = if off {
            ("stopped", "0")
        } else {
            ("running", "1234")
        };
        let memory = guest.memory.to_string();
        row(vm, &format!("VM {vm}"), status, &memory, "32.00", pid)
    });
    head + &rows.collect::<String>()
}

/// One container that does not run.
fn pct_list() -> String {
    "VMID       Status     Lock         Name                \n900        stopped                 archive             \n".to_owned()
}

/// It waits until the guest is off, or gives up.
fn shutdown(world: &mut World, host: usize, vm: &str, seconds: &str) -> Answer {
    let Some(state) = world.hosts[host].guests.get(vm).map(|guest| guest.state) else {
        return unknown(world, host, vm);
    };
    if state == State::Off {
        return fails(&format!("VM {vm} not running"));
    }
    if state == State::Running {
        world.stop(vm, host);
    }
    let patience = seconds.parse().unwrap_or(60);
    match world.hosts[host].guests.get(vm).map(|guest| guest.state) {
        Some(State::Stopping(end, true)) if end <= world.now + patience => {
            Answer::When(Wait::Until(end, Reply::default()))
        }
        _ => Answer::When(Wait::Until(
            world.now + patience,
            Reply::err(255, "VM quit/powerdown failed - got timeout"),
        )),
    }
}

fn migrate(world: &mut World, from: usize, vm: &str, to: &str, options: &[&str]) -> Answer {
    let Some(guest) = world.hosts[from].guests.get(vm).copied() else {
        return unknown(world, from, vm);
    };
    let target = world
        .hosts
        .iter()
        .position(|host| own_name(&host.name) == to);
    let Some(target) = target else {
        return fails(&format!(
            "400 Parameter verification failed.\ntarget: no such cluster node '{to}'"
        ));
    };
    if !options.contains(&"--online") && guest.state != State::Off {
        return fails("can't migrate running VM without --online");
    }
    if target == from {
        return fails("400 Parameter verification failed.\ntarget: target is local node.");
    }
    if world.moving(vm, from).is_some() {
        return fails("VM is locked (migrate)");
    }
    if !world.answers(target) {
        let why = format!(
            "ERROR: migration aborted: Can't connect to destination address of node '{to}'"
        );
        return Answer::When(Wait::Until(world.now + 3, Reply::err(255, why)));
    }
    let value = |name: &str| {
        let mut at = options.iter().skip_while(|&&o| o != name);
        at.nth(1).copied()
    };
    // The address of the destination in that network must be one of its own.
    if value("--migration_network").is_some_and(|cidr| !cidr.ends_with("/32")) {
        return fails(
            "400 Parameter verification failed.\nmigration_network: value does not look like a valid CIDR network",
        );
    }
    let rate = value("--bwlimit").and_then(|kib| kib.parse::<u64>().ok());
    let planned = world.length(vm, target);
    let at = world.begin_move(vm, from, target, rate.map(|kib| kib << 13), planned);
    Answer::When(Wait::Move(at))
}
