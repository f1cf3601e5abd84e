//! One function of bash for each action, with the plain command in it.

use super::platform::Platforms;
use super::quote::{quote, uri_part};
use crate::datacenter::{CommandKind, Datacenter, Manner, Policy, ServerId, VmId};
use crate::emit::amount;
use crate::emit::clock::Clock;
use crate::emit::text::printable;
use crate::plan::Planned;
use crate::request::Task;

/// ms that the model lets a VM stand still unless it is told otherwise: the hypervisor is left to its own then.
const USUAL_DOWNTIME_MS: u64 = 30;

/// Writes the functions of actions.
pub struct Actions<'a, 'p> {
    datacenter: &'a Datacenter,
    clock: Clock<'a>,
    platforms: &'p mut Platforms<'a>,
}

impl<'a, 'p> Actions<'a, 'p> {
    /// Over a datacenter, with the clock of the plan.
    pub fn new(
        datacenter: &'a Datacenter,
        clock: Clock<'a>,
        platforms: &'p mut Platforms<'a>,
    ) -> Self {
        Actions {
            datacenter,
            clock,
            platforms,
        }
    }

    /// The function `action_NUMBER`.
    pub fn function(&mut self, number: &str, action: &Planned) -> String {
        let body = match (action.task, action.from) {
            (Task::Migrate { vm, to }, Some(from)) if action.is_moved(Manner::Cold) => {
                self.cold(action, vm, (from, to))
            }
            (Task::Migrate { vm, to }, Some(from)) => self.migrate(action, vm, (from, to)),
            (Task::Boot(server), _) => self.boot(server),
            (Task::Shutdown(server), _) => self.shutdown(server),
            (Task::Start(vm), Some(server)) => self.start(vm, server),
            (Task::Stop(vm), Some(server)) => self.stop(vm, server),
            (Task::Run(server), _) => self.run(action, server),
            (Task::Pause, _) => format!("  approval {}\n", quote(text(action))),
            (Task::Migrate { .. } | Task::Start(_) | Task::Stop(_), None) => {
                unreachable!("a VM is on a server")
            }
        };
        let comment = self.comment(action);
        let again = match (action.task, action.from) {
            (Task::Migrate { vm, .. }, Some(from)) if action.is_moved(Manner::Cold) => {
                format!("again_{number}() {{\n{}}}\n", self.start(vm, from))
            }
            _ => String::new(),
        };
        format!("\n{comment}action_{number}() {{\n{body}}}\n{again}")
    }

    /// What the plan says of the action.
    fn comment(&self, action: &Planned) -> String {
        let mut what = format!("# {}", printable(&action.id));
        if let (Task::Migrate { to, .. }, Some(from)) = (action.task, action.from) {
            let (from, to) = (&self.datacenter[from], &self.datacenter[to]);
            what += &format!(": {} to {}", printable(&from.name), printable(&to.name));
        }
        if action.inferred {
            what += " (implied by the plan)";
        }
        let mut when = format!(
            "# {} to {}, {}",
            self.clock.at(action.start),
            self.clock.at(action.end),
            amount::duration(action.end - action.start)
        );
        if let Some(rate) = action.rate {
            when += &format!(", {} Mbit/s = {} MiB/s", rate as f64 / 1e6, mebibytes(rate));
        }
        format!("{what}\n{when}\n")
    }

    /// A VM that is stopped, taken to the other server and started there; and what starts it again where it was.
    fn cold(&mut self, action: &Planned, vm: VmId, (from, to): (ServerId, ServerId)) -> String {
        let (from_uri, name) = self.guest(vm, from);
        let to_uri = quote(&self.platforms.uri(to));
        let taken = match self.platforms.command(from, CommandKind::Cold) {
            Some(command) => command,
            None => {
                let offline = format!(
                    "virsh -c {from_uri} migrate --offline --persistent --undefinesource -- {name} {to_uri}"
                );
                match self.datacenter[vm].disk {
                    Some(_) => format!(
                        "{} \\\n    {offline}",
                        self.copy_images(action, vm, (from, to))
                    ),
                    None => offline,
                }
            }
        };
        let (stop, start) = (self.stop(vm, from), self.start(vm, to));
        let (stop, start) = (stop.trim_start(), start.trim_start());
        format!(
            "  stop_cold {} || return\n  copy_cold migrate_vm {name} {from_uri} {to_uri} {taken} || return\n  start_cold {start}",
            stop.trim_end()
        )
    }

    /// The images of a stopped VM, and the words before the command that follows.
    fn copy_images(&self, action: &Planned, vm: VmId, (from, to): (ServerId, ServerId)) -> String {
        let name = quote(&self.datacenter[vm].name);
        let (from_uri, from) = (
            quote(&self.platforms.uri(from)),
            self.platforms.address(from),
        );
        let migration = self.datacenter[to].migration_address.as_deref();
        let to = migration.unwrap_or_else(|| self.platforms.address(to));
        let rate = action.rate.map_or(0, |bits| (bits / 8 / 1024).max(1));
        format!(
            "copy_images {name} {from_uri} {} {} {rate}",
            quote(from),
            quote(to)
        )
    }

    fn migrate(&mut self, action: &Planned, vm: VmId, (from, to): (ServerId, ServerId)) -> String {
        let (from_uri, name) = self.guest(vm, from);
        let to_uri = quote(&self.platforms.uri(to));
        if let Some(command) = self.platforms.command(from, CommandKind::Migrate) {
            return format!("  migrate_vm {name} {from_uri} {to_uri} {command}\n");
        }
        let mut body = String::new();
        let downtime = self.datacenter[vm].workload.downtime_ms;
        if downtime != USUAL_DOWNTIME_MS {
            body += &format!(
                "  virsh -c {from_uri} migrate-setmaxdowntime -- {name} {} || return\n",
                downtime.max(1)
            );
        }
        let migration = self.datacenter[to].migration_address.as_deref();
        let has_disk = self.datacenter[vm].disk.is_some();
        let options = migration_options(action, migration, has_disk).join(" \\\n      ");
        body += &format!("  migrate_vm {name} {from_uri} {to_uri} \\\n");
        body +=
            &format!("    virsh -c {from_uri} migrate {options} \\\n      -- {name} {to_uri}\n");
        body
    }

    fn boot(&mut self, server: ServerId) -> String {
        let own = self.platforms.command(server, CommandKind::Boot);
        let command = own.unwrap_or_else(|| self.platforms.ipmitool(server, "chassis power on"));
        format!("  boot_server {} {command}\n", self.names(server))
    }

    fn shutdown(&mut self, server: ServerId) -> String {
        let own = self.platforms.command(server, CommandKind::Shutdown);
        let command = own.unwrap_or_else(|| self.platforms.ipmitool(server, "chassis power soft"));
        format!("  shutdown_server {} {command}\n", self.names(server))
    }

    fn start(&mut self, vm: VmId, server: ServerId) -> String {
        let (uri, name) = self.guest(vm, server);
        let own = self.platforms.command(server, CommandKind::Start);
        let command = own.unwrap_or_else(|| format!("virsh -c {uri} start -- {name}"));
        format!("  start_vm {name} {uri} {command}\n")
    }

    fn stop(&mut self, vm: VmId, server: ServerId) -> String {
        let (uri, name) = self.guest(vm, server);
        let own = self.platforms.command(server, CommandKind::Stop);
        let command = own.unwrap_or_else(|| format!("virsh -c {uri} shutdown -- {name}"));
        format!("  stop_vm {name} {uri} {command}\n")
    }

    /// A command of the plan's own: for the shell of the server, which it reaches as one word.
    fn run(&mut self, action: &Planned, server: ServerId) -> String {
        let command = quote(text(action));
        let names = self.names(server);
        if let Some(template) = self.platforms.command(server, CommandKind::Run) {
            return format!("  local command={command}\n  run_on {names} {template}\n");
        }
        let address = self.platforms.address(server);
        // An address may say as whom.
        let user = if address.contains('@') { "" } else { "root@" };
        let host = quote(&format!("{user}{address}"));
        format!("  run_on {names} ssh -o BatchMode=yes -- {host} {command}\n")
    }

    /// The name and the address of a server, quoted.
    fn names(&self, server: ServerId) -> String {
        let name = quote(&self.datacenter[server].name);
        format!("{name} {}", quote(self.platforms.address(server)))
    }

    /// The URI of a server and the name of a VM on it, quoted.
    fn guest(&self, vm: VmId, server: ServerId) -> (String, String) {
        let uri = quote(&self.platforms.uri(server));
        (uri, quote(&self.datacenter[vm].name))
    }
}

/// The words of a `run` or a `pause`.
fn text(action: &Planned) -> &str {
    action.text.as_deref().unwrap_or_default()
}

/// MiB/s, which virsh counts in: rounded down, so that no link carries more than was planned, but at least 1.
fn mebibytes(bits: u64) -> u64 {
    (bits / 8 / (1 << 20)).max(1)
}

fn migration_options(action: &Planned, migration: Option<&str>, has_disk: bool) -> Vec<String> {
    let mut usual = "--live --p2p --persistent --undefinesource".to_owned();
    if has_disk {
        usual += " --copy-storage-all";
    }
    let rate = action.rate.map(mebibytes);
    if let Some(rate) = rate {
        usual += &format!(" --bandwidth {rate}");
    }
    let mut options = vec![usual];
    // The network that carries migrations, where it is another one than that of the hypervisors.
    if let Some(host) = migration {
        options.push(format!("--migrateuri tcp://{}", quote(&uri_part(host))));
    }
    // Post-copy has to be announced; the engine switches to it where the plan's limit says so.
    if action.is_moved(Manner::Post) || action.timeout.policy == Policy::Post {
        let limit = rate.map_or_else(String::new, |rate| format!(" --postcopy-bandwidth {rate}"));
        options.push(format!("--postcopy{limit}"));
    }
    // As soon as virsh can: the VM runs at its destination from the start.
    if action.is_moved(Manner::Post) {
        options.push("--timeout 1 --timeout-postcopy".to_owned());
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_rounded_down_and_never_0() {
        assert_eq!(mebibytes(1_000_000_000), 119);
        assert_eq!(mebibytes(8 << 20), 1);
        assert_eq!(mebibytes((16 << 20) - 1), 1);
        assert_eq!(mebibytes(1), 1);
    }
}
