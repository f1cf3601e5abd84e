//! What an importer found: plain tables, by name, that every reader fills and the one writer turns into text.
//!
//! Quantities are the exact integers of [`crate::datacenter`]: bytes, bit/s, milliseconds, milliwatts, thousandths of a CPU.

use std::collections::BTreeSet;

/// What there is, in the order in which it is to be written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inventory {
    /// Where it comes from, in a few words: the first line of the text.
    pub source: String,
    /// Comments at the top: what was assumed, what was left out.
    pub remarks: Vec<String>,
    /// Switches, those first that others lead to.
    pub switches: Vec<Switch>,
    /// Servers.
    pub servers: Vec<Server>,
    /// Given routes.
    pub routes: Vec<Route>,
    /// Virtual machines.
    pub vms: Vec<Vm>,
    /// Named sets.
    pub sets: Vec<Set>,
}

/// A switch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Switch {
    /// Its name.
    pub name: String,
    /// bit/s that it carries in all.
    pub capacity: Option<u64>,
    /// Links to other switches.
    pub links: Vec<Link>,
}

/// A link from the thing that has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The switch that it leads to.
    pub to: String,
    /// bit/s of one lane in each direction.
    pub rate: u64,
    /// Lanes.
    pub bond: u32,
}

/// A server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// Bytes that its VMs may share.
    pub memory: Option<u64>,
    /// Thousandths of a CPU.
    pub cpu: Option<u64>,
    /// mW while it is on.
    pub power: Option<u64>,
    /// Whether it is off.
    pub off: bool,
    /// Host name or IP address, where that is not its name.
    pub address: Option<String>,
    /// The class of `std.platform` that it is of, by its own name; None: libvirt's, which is that of all servers.
    pub platform: Option<&'static str>,
    /// Template of its hypervisor's URI, where that is not the usual one.
    pub uri: Option<String>,
    /// Labels, by key.
    pub labels: Vec<(String, String)>,
    /// What VMs may need of it, by key.
    pub has: Vec<(String, String)>,
    /// Its links.
    pub links: Vec<Link>,
    /// A comment behind it.
    pub remark: Option<String>,
}

/// A virtual machine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vm {
    /// Its name.
    pub name: String,
    /// The server where it is.
    pub host: String,
    /// Bytes that it takes of its server's memory.
    pub memory: Option<u64>,
    /// Bytes in use, where they are known.
    pub used: Option<u64>,
    /// Thousandths of a CPU.
    pub cpu: Option<u64>,
    /// Bytes that are rewritten again and again, and the milliseconds that once takes.
    pub hot: Option<(u64, u64)>,
    /// Bytes per second that are rewritten besides; None: not known.
    pub cold: Option<u64>,
    /// Milliseconds of standstill, where the source says so.
    pub downtime: Option<u64>,
    /// Whether it is stopped.
    pub off: bool,
    /// Labels, by key.
    pub labels: Vec<(String, String)>,
    /// What its server must have, by key.
    pub needs: Vec<(String, String)>,
    /// A comment behind it.
    pub remark: Option<String>,
}

/// Migrations between one of `from` and one of `to` pass through `via`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Servers at one end.
    pub from: Vec<String>,
    /// Servers at the other.
    pub to: Vec<String>,
    /// Switches between, seen from `from`.
    pub via: Vec<String>,
}

/// VMs or servers under a name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Set {
    /// Its name, which becomes an identifier.
    pub name: String,
    /// Its members, in order.
    pub members: Vec<String>,
    /// A comment before it.
    pub remark: Option<String>,
}

impl Inventory {
    /// The names that are taken.
    pub fn names(&self) -> BTreeSet<&str> {
        let switches = self.switches.iter().map(|s| s.name.as_str());
        let servers = self.servers.iter().map(|s| s.name.as_str());
        let vms = self.vms.iter().map(|v| v.name.as_str());
        let sets = self.sets.iter().map(|s| s.name.as_str());
        switches.chain(servers).chain(vms).chain(sets).collect()
    }
}

/// Names that are taken, so that every thing has one of its own.
#[derive(Debug, Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// The name, or where it is taken the other one, or that one with a number.
    pub fn take(&mut self, name: String, otherwise: &str) -> String {
        if self.0.insert(name.clone()) {
            return name;
        }
        let mut free = otherwise.to_owned();
        let mut number = 1;
        while !self.0.insert(free.clone()) {
            number += 1;
            free = format!("{otherwise}-{number}");
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thing_has_a_name_of_its_own() {
        let mut names = Names::default();
        let taken = ["web", "web", "web", "db"]
            .map(|name| names.take(name.to_owned(), &format!("{name}-vm")));
        assert_eq!(taken, ["web", "web-vm", "web-vm-2", "db"]);
    }
}
