//! What there is: servers, switches, links and VMs, as tables of plain data.
//!
//! All quantities are exact integers in one unit each: bytes, bit/s, milliseconds, milliwatts.
//! The module knows neither the language nor the solver: a file that was checked ends here, and so
//! does what a Rust program builds without any text (see [`crate::build`]).

mod commands;
mod manner;
mod pools;
mod stock;

use crate::source::Span;
pub use commands::{CommandKind, Commands};
pub use manner::{Copy, Disk, Manner};
pub use pools::Pool;
pub use stock::{Measure, ONCE, OwnResource, Stock};

/// Index into [`Datacenter::switches`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SwitchId(pub u32);

/// Index into [`Datacenter::servers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerId(pub u32);

/// Index into [`Datacenter::links`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u32);

/// Index into [`Datacenter::vms`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VmId(pub u32);

/// A node of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A server.
    Server(ServerId),
    /// A switch.
    Switch(SwitchId),
}

/// A value and the place that it comes from; None where no file says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub origin: Option<Span>,
}

/// What there is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Datacenter {
    /// Switches, racks and sites, each before those inside it.
    pub switches: Vec<Switch>,
    /// Servers.
    pub servers: Vec<Server>,
    /// Links between them.
    pub links: Vec<Link>,
    /// Virtual machines.
    pub vms: Vec<Vm>,
    /// Routes that are given, since several are possible.
    pub routes: Vec<Route>,
    /// What guests send all the time.
    pub traffic: Vec<Traffic>,
    /// Commands for servers and VMs that give none of their own.
    pub commands: Commands,
    /// For kinds of features their values in an order in which each does what those before it do.
    pub generations: Vec<(String, Vec<String>)>,
    /// Resources of its own, besides memory and CPUs.
    pub resources: Vec<OwnResource>,
}

/// What a switch is to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SwitchKind {
    /// A place with racks in it.
    Site,
    /// A place with servers in it.
    Rack,
    /// Just a switch.
    Switch,
}

/// A switch; a rack or site is its switch.
#[derive(Debug, Clone, PartialEq)]
pub struct Switch {
    /// Full name, such as `paris.r1`.
    pub name: String,
    /// What it is to people.
    pub kind: SwitchKind,
    /// The place that it stands in.
    pub parent: Option<SwitchId>,
    /// bit/s that it carries in all; None: non-blocking.
    pub capacity: Option<At<u64>>,
    /// Labels, by key.
    pub labels: Vec<(String, String)>,
    /// Its declaration.
    pub origin: Option<Span>,
}

/// A server.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// Full name, such as `r1.s4`.
    pub name: String,
    /// The place that it stands in.
    pub parent: Option<SwitchId>,
    /// Bytes that its VMs may share; None: not limited.
    pub memory: Option<At<u64>>,
    /// Thousandths of a CPU that its VMs may share; None: not limited.
    pub cpu: Option<At<u64>>,
    /// What its VMs may share of the datacenter's own resources, by their index.
    pub own: Vec<(u32, At<u64>)>,
    /// Millionths of what it has that its VMs may share together, where that is not all of it and no more.
    pub overbook: Vec<(Stock, u32)>,
    /// Into how many equal parts all that it has is divided, a VM having one of them whole (the nodes of a NUMA machine); 1: it is not.
    pub pools: At<u32>,
    /// Whether it is under maintenance: no VM comes to it.
    pub maintenance: Option<At<()>>,
    /// Whether it is on when the plan starts.
    pub on: bool,
    /// mW while it is on.
    pub power: u64,
    /// mW on top for each VM that it hosts.
    pub hosting: u64,
    /// mW on top while it boots.
    pub boot_power: u64,
    /// Seconds that it takes to boot.
    pub boot: At<u32>,
    /// Seconds that it takes to shut down.
    pub shutdown: At<u32>,
    /// What a migration from it costs.
    pub migration: MigrationEnergy,
    /// Milliseconds that a migration from or to it takes besides the copy; both ends add up.
    pub overhead_ms: u64,
    /// Host name or IP address; None: its own name ([`Datacenter::address`]).
    pub address: Option<String>,
    /// Host name or IP address of its management controller.
    pub bmc: Option<String>,
    /// Its address in the network that carries migrations; None: its address.
    pub migration_address: Option<String>,
    /// Commands of its own.
    pub commands: Commands,
    /// How its platform can move VMs from it and to it.
    pub copy: Copy,
    /// The classes that it is of, those of its classes included.
    pub classes: Vec<String>,
    /// Labels, by key.
    pub labels: Vec<(String, String)>,
    /// What it offers, by kind: `("cpu", "icelake")`.
    pub has: Vec<(String, String)>,
    /// Its declaration.
    pub origin: Option<Span>,
}

/// Energy of a migration, E = alpha * data + beta (UCC'15, equation 5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MigrationEnergy {
    /// alpha: nJ per byte (0.512 J per MB is 512 nJ per byte).
    pub per_byte_nj: u64,
    /// beta: mJ.
    pub fixed_mj: u64,
}

/// A full-duplex link between two nodes, or several bonded ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// One end: the server or the lower switch.
    pub a: Node,
    /// The other end.
    pub b: Node,
    /// Usable bit/s in each direction, all lanes together.
    pub rate: At<u64>,
    /// bit/s of one lane as sold, of which migrations get the usable part.
    pub nominal: u64,
    /// The last of its classes.
    pub class: Option<String>,
    /// Bonded interfaces: one migration uses one of them.
    pub lanes: u32,
    /// Whether it is for the guests' traffic alone: no migration uses it.
    pub guests: bool,
    /// Its declaration.
    pub origin: Option<Span>,
}

impl Link {
    /// bit/s that one migration can have.
    pub fn rate_per_migration(&self) -> u64 {
        self.rate.value / u64::from(self.lanes.max(1))
    }
}

/// What the script may do to a migration that does not end by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// Nothing.
    Never,
    /// Suspend the VM after so many seconds, so that the rest is copied while it stands still.
    Suspend(u32),
    /// Switch to post-copy after so many seconds.
    Post(u32),
}

/// What is done about an action that is past its limit in time.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// It is ended, and has failed.
    Abort,
    /// The VM is suspended, so that the rest is copied while it stands still.
    Suspend,
    /// The migration is switched to post-copy.
    Post,
    /// It is waited for.
    Wait,
}

impl Policy {
    /// Its name in files.
    pub fn word(self) -> &'static str {
        match self {
            Policy::Abort => "abort",
            Policy::Suspend => "suspend",
            Policy::Post => "post",
            Policy::Wait => "wait",
        }
    }
}

/// How long an action may take, as a file says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// When something is done about it.
    pub limit: Limit,
    /// What; None: what is usual.
    pub policy: Option<Policy>,
}

/// A limit in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// That many thousandths of the planned length.
    Times(u32),
    /// So many seconds.
    Seconds(u32),
}

/// How often an action that failed is tried again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retry {
    /// So many times; 0: never.
    pub times: u32,
    /// Seconds before each of them.
    pub pause: u32,
}

/// A virtual machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Vm {
    /// Full name.
    pub name: String,
    /// Where it is when the plan starts, and the place that says so.
    pub host: At<ServerId>,
    /// Its pool there; None: nobody says it, or the server is not divided.
    pub pool: Option<At<Pool>>,
    /// Whether it runs then.
    pub running: bool,
    /// Bytes that it takes of its server's memory.
    pub memory: At<u64>,
    /// Thousandths of a CPU that it takes of its server's.
    pub cpu: At<u64>,
    /// What it takes of the datacenter's own resources, by their index.
    pub own: Vec<(u32, At<u64>)>,
    /// What a migration has to copy.
    pub workload: Workload,
    /// How it may be moved.
    pub copy: Copy,
    /// Its disk, where that lies on its server; None: wherever it is, all servers reach it.
    pub disk: Option<Disk>,
    /// What may be done to a migration that does not end.
    pub force: Force,
    /// Millionths by which its migrations are planned longer than the model has them; None: what the plan says.
    pub slack: Option<u32>,
    /// How long its actions may take.
    pub timeout: Option<Patience>,
    /// How often its actions are tried again.
    pub retry: Option<Retry>,
    /// Seconds that it takes to start.
    pub boot: At<u32>,
    /// Seconds that it takes to stop.
    pub shutdown: At<u32>,
    /// The classes that it is of, those of its classes included.
    pub classes: Vec<String>,
    /// Labels, by key.
    pub labels: Vec<(String, String)>,
    /// What it runs only with, by kind.
    pub needs: Vec<(String, String)>,
    /// Its declaration.
    pub origin: Option<Span>,
}

impl Vm {
    /// Seconds to stop it and to start it.
    pub fn restart(&self) -> u32 {
        self.shutdown.value.saturating_add(self.boot.value)
    }

    /// Whether nothing is known of what such a migration has to send again.
    pub fn is_guessed(&self, manner: Manner) -> bool {
        let disk = self.disk.is_some_and(|disk| disk.unknown);
        match manner {
            Manner::Pre => self.workload.unknown || disk,
            Manner::Post => disk,
            Manner::Cold => false,
        }
    }

    /// Whether a migration of that manner sends anything over the network.
    pub fn is_sent(&self, manner: Manner) -> bool {
        manner != Manner::Cold || self.disk.is_some()
    }

    /// Milliseconds that it stands still in a migration of that manner that takes so many seconds.
    pub fn stands_still(&self, manner: Manner, seconds: i64) -> u64 {
        match manner {
            Manner::Cold => u64::try_from(seconds).unwrap_or(0).saturating_mul(1000),
            Manner::Pre | Manner::Post => self.workload.downtime_ms,
        }
    }
}

/// What a VM does to its memory (UCC'15, section III-C).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Workload {
    /// mu: bytes in use.
    pub used: u64,
    /// HPs: bytes that are rewritten again and again.
    pub hot: u64,
    /// HPd: milliseconds that rewriting them once takes.
    pub hot_ms: u64,
    /// CPr: bytes per second that are rewritten besides.
    pub cold: u64,
    /// Whether nothing is known of what it rewrites: then the two are 0, and pre-copy is planned with a guess (see
    /// [`crate::migration`]).
    pub unknown: bool,
    /// D: milliseconds that the VM may stand still at the end.
    pub downtime_ms: u64,
}

/// A route that is given: migrations between a server at or under `from` and one at or under `to`,
/// either way, pass through `via`.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// One end.
    pub from: Node,
    /// The other end.
    pub to: Node,
    /// What they pass through, seen from `from`.
    pub via: Vec<SwitchId>,
    /// Where it is written.
    pub origin: Option<Span>,
}

/// What flows from one end to another all the time, as long as both run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Who sends it.
    pub from: End,
    /// Who receives it.
    pub to: End,
    /// bit/s
    pub rate: u64,
    /// Where it is written.
    pub origin: Option<Span>,
}

/// An end of traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A VM, wherever it runs.
    Vm(VmId),
    /// A switch, behind which the rest of the world is.
    Switch(SwitchId),
}

macro_rules! index {
    ($($id:ident $table:ident $item:ty;)*) => {$(
        impl std::ops::Index<$id> for Datacenter {
            type Output = $item;
            fn index(&self, id: $id) -> &$item { &self.$table[id.0 as usize] }
        }
    )*};
}
index! {
    SwitchId switches Switch;
    ServerId servers Server;
    LinkId links Link;
    VmId vms Vm;
}

impl Datacenter {
    /// The name of a node.
    pub fn node_name(&self, node: Node) -> &str {
        match node {
            Node::Server(id) => &self[id].name,
            Node::Switch(id) => &self[id].name,
        }
    }

    /// A server's name without that of its place: `s4` of `r1.s4`.
    pub fn own_name(&self, server: ServerId) -> &str {
        let server = &self[server];
        let inside = server.parent.and_then(|place| {
            let rest = server.name.strip_prefix(self[place].name.as_str())?;
            rest.strip_prefix('.')
        });
        inside.unwrap_or(&server.name)
    }

    /// The host name or IP address of a server; its own name where none is given.
    pub fn address(&self, server: ServerId) -> &str {
        let given = self[server].address.as_deref();
        given.unwrap_or_else(|| self.own_name(server))
    }

    /// The place that a node stands in.
    pub fn parent(&self, node: Node) -> Option<SwitchId> {
        match node {
            Node::Server(id) => self[id].parent,
            Node::Switch(id) => self[id].parent,
        }
    }

    /// Something that a VM needs and a server does not offer: neither it nor a later generation of it, or nothing of a resource.
    pub fn lacks(&self, server: ServerId, vm: VmId) -> Option<(String, String)> {
        let offers = |(key, wanted): &(String, String)| {
            let order = self.generations.iter().find(|(kind, _)| kind == key);
            let rank = |value: &String| order?.1.iter().position(|known| known == value);
            let has = self[server].has.iter().filter(|(kind, _)| kind == key);
            let mut has = has.map(|(_, value)| value);
            has.any(|value| {
                let later = rank(value).zip(rank(wanted)).is_some_and(|(a, b)| a >= b);
                value == wanted || later
            })
        };
        let lacking = self[vm].needs.iter().find(|need| !offers(need));
        lacking.cloned().or_else(|| self.lacks_own(server, vm))
    }

    /// Whether `node` is `place` or stands somewhere inside it.
    pub fn is_within(&self, node: Node, place: Node) -> bool {
        let mut at = Some(node);
        while let Some(node) = at {
            if node == place {
                return true;
            }
            at = self.parent(node).map(Node::Switch);
        }
        false
    }
}
