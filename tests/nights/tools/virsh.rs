//! virsh of libvirt 9.0: <https://libvirt.org/manpages/virsh.html>.

use crate::line::Reply;
use crate::log::Event;
use crate::tools::{Answer, Wait, unreachable};
use crate::world::{Power, State, World};

/// `-c URI COMMAND …`
pub fn call(world: &mut World, words: &[&str]) -> Answer {
    let mut words = words.iter().copied().peekable();
    let mut uri = "";
    while let Some(option) = words.next_if(|word| word.starts_with('-')) {
        if matches!(option, "-c" | "--connect") {
            uri = words.next().unwrap_or_default();
        }
    }
    let Some(command) = words.next() else {
        return fails("error: no command");
    };
    let rest: Vec<&str> = words.collect();
    let Some(address) = address(uri) else {
        return fails(&format!(
            "error: failed to connect to the hypervisor\nerror: '{uri}'"
        ));
    };
    if let Some(answer) = unreachable(
        world,
        address,
        "error: failed to connect to the hypervisor\nerror: ",
    ) {
        return answer;
    }
    let host = world.host_at(address).unwrap_or_default();
    let (options, names) = split(&rest);
    match (command, names.as_slice()) {
        ("version" | "hostname" | "uri", []) => prints("Running hypervisor: QEMU 7.2.7\n"),
        ("list", []) => prints(list(world, host, &options)),
        ("nodememstats", []) => prints(memory(world, host)),
        ("freecell", []) => prints(format!("Total: {} KiB\n\n", world.free(host) * 1024)),
        ("nodeinfo", []) => prints(format!(
            "CPU model:           x86_64\nCPU(s):              64\nMemory size:         {} KiB\n",
            world.hosts[host].memory * 1024
        )),
        ("migrate", [vm, to, ..]) => migrate(world, host, vm, to, &options),
        ("migrate-setmaxdowntime" | "migrate-setspeed", [vm, _]) => {
            of(world, host, vm, |_| String::new())
        }
        ("domstate", [vm]) => of(world, host, vm, |s| format!("{}\n\n", state(s))),
        ("dominfo", [vm]) => info(world, host, vm),
        ("domjobinfo", [vm]) => job(world, host, vm),
        ("domjobabort", [vm]) => match world.moving(vm, host) {
            Some(at) => {
                world.end_move(at, false);
                prints("")
            }
            None => {
                fails("error: Requested operation is not valid: no job is active on the domain")
            }
        },
        ("suspend" | "migrate-postcopy", [vm]) => match world.moving(vm, host) {
            // What is left goes over in a few seconds.
            Some(at) => {
                let soon = world.now + 5;
                let it = &mut world.moves[at];
                it.ends = it.ends.min(soon);
                it.arrives = true;
                prints("")
            }
            None => fails("error: Requested operation is not valid: no migration"),
        },
        ("start", [vm]) => start(world, host, vm),
        ("shutdown", [vm]) => match world.hosts[host].guests.get(*vm).map(|guest| guest.state) {
            Some(state @ (State::Running | State::Stopping(..))) => {
                // One that stops already is not told twice.
                if state == State::Running {
                    world.stop(vm, host);
                }
                prints(format!("Domain '{vm}' is being shutdown\n\n"))
            }
            Some(_) => fails("error: Requested operation is not valid: domain is not running"),
            None => unknown(vm),
        },
        _ => fails(&format!("error: unknown command: {command} {rest:?}")),
    }
}

fn prints(text: impl Into<String>) -> Answer {
    Answer::Now(Reply::out(text))
}

fn fails(text: &str) -> Answer {
    Answer::Now(Reply::err(1, text))
}

fn unknown(vm: &str) -> Answer {
    fails(&format!(
        "error: failed to get domain '{vm}'\nerror: Domain not found: no domain with matching name '{vm}'"
    ))
}

/// The host in `qemu+ssh://root@HOST/system`.
pub fn address(uri: &str) -> Option<&str> {
    let rest = uri.split_once("://")?.1;
    let host = rest.split('/').next()?;
    Some(host.rsplit('@').next().unwrap_or(host))
}

/// The options with their values, and the other words.
fn split<'a>(words: &[&'a str]) -> (Vec<(&'a str, &'a str)>, Vec<&'a str>) {
    const WITH_VALUE: [&str; 5] = [
        "--bandwidth",
        "--timeout",
        "--postcopy-bandwidth",
        "--migrateuri",
        "--domain",
    ];
    let (mut options, mut names) = (Vec::new(), Vec::new());
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        if word == "--" {
            names.extend(words.by_ref());
        } else if WITH_VALUE.contains(&word) {
            options.push((word, words.next().unwrap_or_default()));
        } else if word.starts_with("--") {
            options.push((word, ""));
        } else {
            names.push(word);
        }
    }
    (options, names)
}

fn of(world: &World, host: usize, vm: &str, answer: impl Fn(State) -> String) -> Answer {
    match world.hosts[host].guests.get(vm) {
        Some(guest) => prints(answer(guest.state)),
        None => unknown(vm),
    }
}

fn state(state: State) -> &'static str {
    match state {
        State::Running => "running",
        State::Stopping(..) => "in shutdown",
        State::Paused => "paused",
        State::Off => "shut off",
    }
}

/// All that a host has, those on their way to it too: they are paused until they are there.
fn domains(world: &World, host: usize) -> Vec<(String, State)> {
    let here = world.hosts[host].guests.iter();
    let mut all: Vec<(String, State)> = here.map(|(n, guest)| (n.clone(), guest.state)).collect();
    let coming = world
        .moves
        .iter()
        .filter(|m| m.outcome.is_none() && m.to == host);
    all.extend(coming.map(|m| (m.vm.clone(), State::Paused)));
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn list(world: &World, host: usize, options: &[(&str, &str)]) -> String {
    let has = |option: &str| options.iter().any(|(name, _)| *name == option);
    let wanted = |s: State| {
        let states = [
            "--state-running",
            "--state-paused",
            "--state-shutoff",
            "--state-other",
        ];
        let by_state = !states.into_iter().any(has)
            || match s {
                State::Running => has("--state-running"),
                State::Paused => has("--state-paused"),
                State::Off => has("--state-shutoff"),
                State::Stopping(..) => has("--state-other"),
            };
        let by_activity = match s {
            State::Off => has("--all") || has("--inactive"),
            _ => !has("--inactive"),
        };
        by_state && by_activity
    };
    let found = domains(world, host);
    let found = found.iter().filter(|(_, state)| wanted(*state));
    if has("--name") {
        let names: String = found.map(|(name, _)| format!("{name}\n")).collect();
        return names + "\n";
    }
    let rows = found.enumerate().map(|(at, (name, s))| match s {
        State::Off => format!(" -     {name}   shut off\n"),
        _ => format!(" {}     {name}   {}\n", at + 1, state(*s)),
    });
    format!(
        " Id   Name   State\n--------------------\n{}\n",
        rows.collect::<String>()
    )
}

fn memory(world: &World, host: usize) -> String {
    let (total, free) = (world.hosts[host].memory * 1024, world.free(host) * 1024);
    format!(
        "total  : {total:>20} KiB\nfree   : {free:>20} KiB\nbuffers: {:>20} KiB\ncached : {:>20} KiB\n\n",
        0, 0
    )
}

fn info(world: &World, host: usize, vm: &str) -> Answer {
    match world.hosts[host].guests.get(vm) {
        Some(guest) => {
            let kib = guest.memory * 1024;
            prints(format!(
                "Id:             1\nName:           {vm}\nOS Type:        hvm\nState:          {}\nCPU(s):         1\n\
                 Max memory:     {kib} KiB\nUsed memory:    {kib} KiB\nPersistent:     yes\n\n",
                state(guest.state)
            ))
        }
        None => unknown(vm),
    }
}

fn job(world: &World, host: usize, vm: &str) -> Answer {
    let leaves = world.moving(vm, host).is_some();
    let arrives = world
        .moves
        .iter()
        .any(|m| m.outcome.is_none() && m.vm == vm && m.to == host);
    if leaves || arrives {
        let way = if leaves { "Outgoing" } else { "Incoming" };
        return prints(format!(
            "Job type:         Unbounded   \nOperation:        {way} migration\nTime elapsed:     1000         ms\n\n"
        ));
    }
    of(world, host, vm, |_| {
        "Job type:         None        \n\n".to_owned()
    })
}

fn start(world: &mut World, host: usize, vm: &str) -> Answer {
    match world.hosts[host].guests.get(vm).map(|guest| guest.state) {
        None => unknown(vm),
        Some(State::Off) if world.hosts[host].power == Power::On => match world.start(vm, host) {
            true => prints(format!("Domain '{vm}' started\n\n")),
            false => fails(&format!(
                "error: Failed to start domain '{vm}'\nerror: internal error: qemu unexpectedly closed the monitor"
            )),
        },
        Some(State::Off) => fails("error: Failed to start domain: the host goes down"),
        Some(_) => fails("error: Domain is already active"),
    }
}

fn migrate(world: &mut World, from: usize, vm: &str, to: &str, options: &[(&str, &str)]) -> Answer {
    let refuse = |world: &mut World, why: String| {
        let what = format!("migrate {vm}");
        world.note(Event::Refused {
            what,
            why: why.clone(),
        });
        fails(&why)
    };
    match world.hosts[from].guests.get(vm).map(|guest| guest.state) {
        Some(State::Running) => {}
        Some(_) => {
            return refuse(
                world,
                "error: Requested operation is not valid: domain is not running".into(),
            );
        }
        None => return unknown(vm),
    }
    let Some(to_address) = address(to) else {
        return refuse(world, format!("error: invalid URI {to}"));
    };
    if let Some(answer) = unreachable(world, to_address, "error: ") {
        return answer;
    }
    let to = world.host_at(to_address).unwrap_or_default();
    if to == from {
        return refuse(
            world,
            "error: internal error: Attempt to migrate guest to the same host".into(),
        );
    }
    if world.hosts[to].guests.contains_key(vm) {
        return refuse(
            world,
            format!("error: operation failed: domain '{vm}' already exists with uuid"),
        );
    }
    if world.moving(vm, from).is_some() {
        return refuse(
            world,
            "error: Timed out during operation: cannot acquire state change lock".into(),
        );
    }
    let value = |name: &str| {
        options
            .iter()
            .find(|(o, _)| *o == name)
            .and_then(|(_, v)| v.parse::<u64>().ok())
    };
    let has = |name: &str| options.iter().any(|(o, _)| *o == name);
    let rate = value("--bandwidth").map(|mebibytes| mebibytes << 23);
    let planned = world.length(vm, to);
    let at = world.begin_move(vm, from, to, rate, planned);
    if let Some(seconds) =
        value("--timeout").filter(|_| has("--timeout-suspend") || has("--timeout-postcopy"))
    {
        let by = world.now + seconds as i64 + 5;
        let it = &mut world.moves[at];
        if it.ends > by {
            (it.ends, it.arrives) = (by, true);
        }
    }
    Answer::When(Wait::Move(at))
}
