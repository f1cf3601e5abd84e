//! How servers are reached and asked: addresses, and the datacenter's commands for the engine's questions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::quote::{quote, uri_part};
use super::template::Templates;
use crate::datacenter::{CommandKind, Datacenter, ServerId};

/// The URI of a server's hypervisor, unless the datacenter gives another.
const URI: &str = "qemu+ssh://{address}/system";

/// What the engine asks of a platform.
const QUESTIONS: [CommandKind; 10] = [
    CommandKind::Guests,
    CommandKind::Defined,
    CommandKind::Answers,
    CommandKind::Power,
    CommandKind::Free,
    CommandKind::Migrating,
    CommandKind::Abort,
    CommandKind::Suspend,
    CommandKind::Post,
    CommandKind::Clock,
];

/// How the servers of a datacenter are reached and asked.
pub struct Platforms<'a> {
    datacenter: &'a Datacenter,
    /// Addresses that several servers would have: these go by their full names.
    shared: BTreeSet<&'a str>,
    /// The sets of commands by which servers are asked, each numbered once.
    numbers: BTreeMap<Vec<(&'static str, String)>, usize>,
    /// All templates of the script.
    pub templates: Templates<'a>,
}

impl<'a> Platforms<'a> {
    /// Of a datacenter.
    pub fn new(datacenter: &'a Datacenter) -> Self {
        let servers = (0..datacenter.servers.len() as u32).map(ServerId);
        let mut seen = BTreeSet::new();
        let shared = servers
            .map(|server| datacenter.address(server))
            .filter(|address| !seen.insert(*address))
            .collect();
        Platforms {
            datacenter,
            shared,
            numbers: BTreeMap::new(),
            templates: Templates::default(),
        }
    }

    /// The number of a server's set of commands.
    pub fn number(&mut self, server: ServerId) -> usize {
        let mut set = Vec::new();
        for kind in QUESTIONS {
            if let Some(call) = self.command(server, kind) {
                set.push((kind.word(), call));
            }
        }
        let next = self.numbers.len() + 1;
        *self.numbers.entry(set).or_insert(next)
    }

    /// The rows of those that have commands.
    pub fn rows(&self) -> String {
        let mut ordered: Vec<_> = self.numbers.iter().map(|(set, n)| (n, set)).collect();
        ordered.sort_unstable();
        let mut out = String::new();
        for (number, set) in ordered.into_iter().filter(|(_, set)| !set.is_empty()) {
            let words: Vec<String> = set
                .iter()
                .map(|(kind, call)| format!("{kind} {call}"))
                .collect();
            let _ = writeln!(out, "platform {number:>4} {}", words.join(" "));
        }
        out
    }

    /// What commands reach a server by.
    pub fn address(&self, server: ServerId) -> &'a str {
        let address = self.datacenter.address(server);
        if self.datacenter[server].address.is_none() && self.shared.contains(address) {
            return &self.datacenter[server].name;
        }
        address
    }

    /// The URI of a server's hypervisor.
    pub fn uri(&self, server: ServerId) -> String {
        let template = choose(self.datacenter, server, CommandKind::Uri).unwrap_or(URI);
        template
            .replace("{server}", &uri_part(&self.datacenter[server].name))
            .replace("{name}", &uri_part(self.datacenter.own_name(server)))
            .replace("{address}", &uri_part(self.address(server)))
    }

    /// The server's BMC; nothing where none is given.
    pub fn bmc(&self, server: ServerId) -> &'a str {
        self.datacenter[server].bmc.as_deref().unwrap_or_default()
    }

    /// `ipmitool` with what it says to a server's BMC. Where none is given (see `obstacles`), what fails with that reason.
    pub fn ipmitool(&self, server: ServerId, words: &str) -> String {
        match self.bmc(server) {
            "" => String::from("no_bmc"),
            bmc => format!(
                "ipmitool -I lanplus -H {} -U \"${{MVM_BMC_USER:-admin}}\" -E {words}",
                quote(bmc)
            ),
        }
    }

    /// A command of the datacenter's own for a server.
    pub fn command(&mut self, server: ServerId, kind: CommandKind) -> Option<String> {
        let template = choose(self.datacenter, server, kind)?;
        Some(self.templates.call(template))
    }
}

/// The server's template, otherwise the datacenter's.
pub fn choose(datacenter: &Datacenter, server: ServerId, kind: CommandKind) -> Option<&str> {
    let own = datacenter[server].commands.get(kind);
    own.or_else(|| datacenter.commands.get(kind))
}
