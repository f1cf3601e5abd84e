//! The hosts, links and guests of a file, set up; and what they say.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mvm::compile;
use mvm::datacenter::{Datacenter, Node, ServerId};
use mvm::source::Loader;

/// The folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether namespaces can be made here.
pub fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uids = status.lines().find(|line| line.starts_with("Uid:"));
    uids.is_some_and(|line| line.split_whitespace().nth(2) == Some("0"))
}

/// Calls `testbed` with these words.
pub fn call(words: &[&str]) -> Result<(), String> {
    let status = testbed(words).status().map_err(|e| e.to_string())?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("`testbed {}` failed: {status}", words.join(" "))),
    }
}

/// Everything here finds `testbed` and this build of mvm by their names.
fn testbed(words: &[&str]) -> Command {
    let mut command = Command::new(root().join("tests/testbed/testbed"));
    command.args(words).stdin(Stdio::null());
    let own = [
        root().join("tests/testbed"),
        Path::new(env!("CARGO_BIN_EXE_mvm"))
            .parent()
            .unwrap()
            .to_path_buf(),
    ];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = own.into_iter().chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(all).unwrap());
    command.env("TESTBED", folder()).env("LC_ALL", "C.UTF-8");
    command
}

/// Where everything of the testbed lies.
pub fn folder() -> PathBuf {
    root().join("target/testbed")
}

struct Files;

impl Loader for Files {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        fs::read(root().join(path)).map_err(|e| e.to_string())
    }
}

/// What was set up.
pub struct Room {
    /// What the file says.
    pub datacenter: Datacenter,
}

impl Room {
    /// Sets up what a file of the project says.
    pub fn up(file: &str) -> Result<Self, String> {
        let checked = compile::check(file, &Files);
        if checked.has_errors() {
            return Err(format!("{file} has errors: {:#?}", checked.diagnostics));
        }
        let datacenter = checked.analysis.datacenter;
        let rows = rows(&datacenter)?;
        let mut child = testbed(&["up"])
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|e| e.to_string())?;
        child
            .stdin
            .take()
            .unwrap()
            .write_all(rows.as_bytes())
            .map_err(|e| e.to_string())?;
        match child.wait().map_err(|e| e.to_string())?.success() {
            true => Ok(Room { datacenter }),
            false => Err(String::from("it could not be set up")),
        }
    }

    /// A call of `testbed`.
    pub fn testbed(&self, words: &[&str]) -> Command {
        testbed(words)
    }

    /// A command on the operator's machine, or inside of a host.
    pub fn command(&self, host: Option<&str>, words: &[&str]) -> Command {
        let place = host.map_or(vec!["run"], |host| vec!["in", host]);
        testbed(&[&place, words].concat())
    }

    /// What such a command prints; None where it fails.
    fn ask(&self, host: Option<&str>, words: &[&str]) -> Option<String> {
        let output = self.command(host, words).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(text)
    }

    /// The hosts that are on.
    pub fn hosts(&self) -> Vec<&str> {
        let names = self
            .datacenter
            .servers
            .iter()
            .map(|server| server.name.as_str());
        names.filter(|name| first_process(name).is_some()).collect()
    }

    /// Where each guest runs, as each host itself says it: no link between them has to work.
    pub fn places(&self) -> BTreeMap<String, Vec<String>> {
        let mut places: BTreeMap<String, Vec<String>> = self
            .datacenter
            .vms
            .iter()
            .map(|vm| (vm.name.clone(), Vec::new()))
            .collect();
        for host in self.hosts() {
            let names = self
                .ask(
                    Some(host),
                    &["virsh", "-c", "qemu:///system", "list", "--name"],
                )
                .unwrap_or_default();
            for name in names.lines().filter(|line| !line.is_empty()) {
                places
                    .entry(name.to_owned())
                    .or_default()
                    .push(host.to_owned());
            }
        }
        places
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if std::env::var_os("TESTBED_KEEP").is_none() {
            let _ = call(&["down"]);
        }
    }
}

/// The number of a host's first process; None where it is off.
pub fn first_process(host: &str) -> Option<u32> {
    let output = testbed(&["host", host, "power"]).output().ok()?;
    if output.stdout != b"on\n" {
        return None;
    }
    let output = testbed(&["host", host, "pid"]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// What `testbed up` reads.
fn rows(datacenter: &Datacenter) -> Result<String, String> {
    let on = |is_on: bool| if is_on { "on" } else { "off" };
    let node = |node: Node| match node {
        Node::Server(server) => &datacenter[server].name,
        Node::Switch(switch) => &datacenter[switch].name,
    };
    let mut rows = String::new();
    for server in &datacenter.servers {
        rows += &format!("server {} {}\n", server.name, on(server.on));
    }
    for link in datacenter.links.iter().filter(|link| !link.guests) {
        if link.lanes != 1 {
            return Err(String::from("links of the testbed have one lane"));
        }
        rows += &format!("link {} {} {}\n", node(link.a), node(link.b), link.nominal);
    }
    for vm in &datacenter.vms {
        let work = vm.workload;
        rows += &format!(
            "vm {} {} {} {} {} {} {} {}\n",
            vm.name,
            host(datacenter, vm.host.value),
            vm.memory.value >> 20,
            work.used >> 20,
            work.hot >> 10,
            work.hot_ms,
            work.cold >> 10,
            on(vm.running),
        );
    }
    Ok(rows)
}

fn host(datacenter: &Datacenter, server: ServerId) -> &str {
    &datacenter[server].name
}
