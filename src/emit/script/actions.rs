//! One function of bash for each action, with the plain command in it.

use super::quote::{quote, uri_part};
use super::template::Templates;
use crate::datacenter::{CommandKind, Datacenter, Force, ServerId, Vm, VmId};
use crate::emit::clock::Clock;
use crate::emit::text::printable;
use crate::emit::{amount, server_of};
use crate::plan::Planned;
use crate::request::Task;

/// The URI of a server's hypervisor, unless the datacenter gives another.
const URI: &str = "qemu+ssh://{address}/system";

/// ms that the model lets a VM stand still unless it is told otherwise: the hypervisor is left to its own then.
const USUAL_DOWNTIME_MS: u64 = 30;

/// Writes the functions of actions.
pub struct Actions<'a> {
    datacenter: &'a Datacenter,
    clock: Clock<'a>,
    /// The templates that they call.
    pub templates: Templates<'a>,
}

impl<'a> Actions<'a> {
    /// Over a datacenter, with the clock of the plan.
    pub fn new(datacenter: &'a Datacenter, clock: Clock<'a>) -> Self {
        Actions {
            datacenter,
            clock,
            templates: Templates::default(),
        }
    }

    /// The function `action_NUMBER`.
    pub fn function(&mut self, number: &str, action: &Planned) -> String {
        let body = match action.task {
            Task::Migrate { vm, to } => self.migrate(action, vm, to),
            Task::Boot(server) => self.boot(server),
            Task::Shutdown(server) => self.shutdown(server),
            Task::Start(vm) => self.start(vm, server_of(action)),
            Task::Stop(vm) => self.stop(vm, server_of(action)),
        };
        let comment = self.comment(action);
        format!("\n{comment}action_{number}() {{\n{body}}}\n")
    }

    /// What the plan says of the action.
    fn comment(&self, action: &Planned) -> String {
        let mut what = format!("# {}", printable(&action.id));
        if let Task::Migrate { to, .. } = action.task {
            let (from, to) = (&self.datacenter[action.from], &self.datacenter[to]);
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

    fn migrate(&self, action: &Planned, vm: VmId, to: ServerId) -> String {
        let (from, to) = (quote(&self.uri(action.from)), quote(&self.uri(to)));
        let machine = &self.datacenter[vm];
        let name = quote(&machine.name);
        let mut body = format!("  resumed has_moved {name} {from} {to} && return\n");
        let downtime = machine.workload.downtime_ms;
        if downtime != USUAL_DOWNTIME_MS {
            body += &format!(
                "  virsh -c {from} migrate-setmaxdowntime -- {name} {} || return\n",
                downtime.max(1)
            );
        }
        let options = migration_options(action, machine).join(" \\\n      ");
        body += &format!("  migrate_vm {name} {from} {to} \\\n");
        body += &format!("    virsh -c {from} migrate {options} \\\n      -- {name} {to}\n");
        body
    }

    fn boot(&mut self, server: ServerId) -> String {
        let uri = quote(&self.uri(server));
        let command = self.command(server, CommandKind::Boot);
        let (name, address) = self.names(server);
        let command = command.unwrap_or_else(|| format!("bmc {address} chassis power on"));
        format!(
            "  resumed answers {uri} && return\n  boot_server {name} {address} {command} &&\n    \
             until_true \"$MVM_BOOT_TIMEOUT\" answers {uri}\n"
        )
    }

    fn shutdown(&mut self, server: ServerId) -> String {
        let own = self.command(server, CommandKind::Shutdown);
        let (name, address) = self.names(server);
        // A server with a command of its own may have no management controller to ask.
        let (command, off) = match own {
            Some(command) => (command, format!("is_silent {}", quote(&self.uri(server)))),
            None => (
                format!("bmc {address} chassis power soft"),
                format!("is_off {address}"),
            ),
        };
        format!(
            "  resumed {off} && return\n  shutdown_server {name} {address} {command} &&\n    \
             until_true \"$MVM_SHUTDOWN_TIMEOUT\" {off}\n"
        )
    }

    fn start(&mut self, vm: VmId, server: ServerId) -> String {
        let uri = quote(&self.uri(server));
        let name = quote(&self.datacenter[vm].name);
        let command = self
            .vm_command(vm, server, CommandKind::Start)
            .unwrap_or_else(|| format!("virsh -c {uri} start -- {name}"));
        format!("  resumed listed {uri} {name} && return\n  start_vm {name} {uri} {command}\n")
    }

    fn stop(&mut self, vm: VmId, server: ServerId) -> String {
        let uri = quote(&self.uri(server));
        let name = quote(&self.datacenter[vm].name);
        let command = self
            .vm_command(vm, server, CommandKind::Stop)
            .unwrap_or_else(|| format!("virsh -c {uri} shutdown -- {name}"));
        format!(
            "  resumed vm_is_off {name} {uri} && return\n  stop_vm {name} {uri} {command} &&\n    \
             until_true \"$MVM_SHUTDOWN_TIMEOUT\" vm_is_off {name} {uri}\n"
        )
    }

    /// The name and the address of a server, quoted.
    fn names(&self, server: ServerId) -> (String, String) {
        let server = &self.datacenter[server];
        (quote(&server.name), quote(address(server)))
    }

    fn uri(&self, server: ServerId) -> String {
        let template = choose(self.datacenter, server, CommandKind::Uri).unwrap_or(URI);
        let server = &self.datacenter[server];
        template
            .replace("{server}", &uri_part(&server.name))
            .replace("{address}", &uri_part(address(server)))
    }

    fn command(&mut self, server: ServerId, kind: CommandKind) -> Option<String> {
        let template = choose(self.datacenter, server, kind)?;
        let server = &self.datacenter[server];
        let call = self
            .templates
            .call(template, &server.name, address(server), "");
        Some(call)
    }

    fn vm_command(&mut self, vm: VmId, server: ServerId, kind: CommandKind) -> Option<String> {
        let template = choose(self.datacenter, server, kind)?;
        let (vm, server) = (&self.datacenter[vm], &self.datacenter[server]);
        let call = self
            .templates
            .call(template, &server.name, address(server), &vm.name);
        Some(call)
    }
}

/// The server's template, otherwise the datacenter's.
fn choose(datacenter: &Datacenter, server: ServerId, kind: CommandKind) -> Option<&str> {
    let own = datacenter[server].commands.get(kind);
    own.or_else(|| datacenter.commands.get(kind))
}

fn address(server: &crate::datacenter::Server) -> &str {
    server.address.as_deref().unwrap_or(&server.name)
}

/// MiB/s, which virsh counts in: rounded down, so that no link carries more than was planned, but at least 1.
fn mebibytes(bits: u64) -> u64 {
    (bits / 8 / (1 << 20)).max(1)
}

fn migration_options(action: &Planned, vm: &Vm) -> Vec<String> {
    let mut usual = "--live --p2p --persistent --undefinesource".to_owned();
    let rate = action.rate.map(mebibytes);
    if let Some(rate) = rate {
        usual += &format!(" --bandwidth {rate}");
    }
    let mut options = vec![usual];
    let post_copy = |seconds: u32| {
        let limit = rate.map_or_else(String::new, |rate| format!(" --postcopy-bandwidth {rate}"));
        let seconds = seconds.max(1);
        format!("--postcopy{limit} --timeout {seconds} --timeout-postcopy")
    };
    match (action.post_copy, vm.force) {
        // As soon as virsh can: the VM runs at its destination from the start.
        (true, _) => options.push(post_copy(1)),
        (false, Force::Post(seconds)) => options.push(post_copy(seconds)),
        (false, Force::Suspend(seconds)) => {
            options.push(format!("--timeout {} --timeout-suspend", seconds.max(1)));
        }
        (false, Force::Never) => {}
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
