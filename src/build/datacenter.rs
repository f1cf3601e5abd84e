//! The builder of a [`Datacenter`].

use std::collections::BTreeSet;

use super::quantity::{Cpu, Data, Power, Rate, Time};
use super::{BuildError, BuildErrors};
use crate::datacenter::{
    At, Commands, Copy, Datacenter, Disk, End, Force, Link, LinkId, Measure, MigrationEnergy, Node,
    OwnResource, Patience, Pool, Retry, Route, Server, ServerId, Stock, Switch, SwitchId,
    SwitchKind, Traffic, Vm, VmId, Workload,
};

/// Builds a [`Datacenter`]. Ids are valid as soon as they are returned; mistakes are told by [`build`](Self::build).
#[derive(Debug, Clone, Default)]
pub struct DatacenterBuilder {
    dc: Datacenter,
    /// VMs of which `used` was said; that of others is their memory.
    used_given: BTreeSet<VmId>,
}

impl From<ServerId> for Node {
    fn from(id: ServerId) -> Node {
        Node::Server(id)
    }
}

impl From<VmId> for End {
    fn from(id: VmId) -> Self {
        End::Vm(id)
    }
}

impl From<SwitchId> for End {
    fn from(id: SwitchId) -> Self {
        End::Switch(id)
    }
}

impl From<SwitchId> for Node {
    fn from(id: SwitchId) -> Node {
        Node::Switch(id)
    }
}

fn plain<T>(value: T) -> At<T> {
    At {
        value,
        origin: None,
    }
}

impl DatacenterBuilder {
    /// An empty datacenter.
    pub fn new() -> Self {
        Self::default()
    }

    /// A switch; non-blocking unless it is given a capacity.
    pub fn switch(&mut self, name: impl Into<String>) -> SwitchSpec<'_> {
        self.place(name.into(), SwitchKind::Switch)
    }

    /// A rack: a place for servers, and its switch.
    pub fn rack(&mut self, name: impl Into<String>) -> SwitchSpec<'_> {
        self.place(name.into(), SwitchKind::Rack)
    }

    /// A site: a place for racks, and its switch.
    pub fn site(&mut self, name: impl Into<String>) -> SwitchSpec<'_> {
        self.place(name.into(), SwitchKind::Site)
    }

    fn place(&mut self, name: String, kind: SwitchKind) -> SwitchSpec<'_> {
        self.dc.switches.push(Switch {
            name,
            kind,
            parent: None,
            capacity: None,
            labels: Vec::new(),
            origin: None,
        });
        SwitchSpec {
            id: SwitchId(self.dc.switches.len() as u32 - 1),
            builder: self,
        }
    }

    /// A resource of its own, which servers have amounts of and VMs take: hugepages in bytes, licences by number.
    pub fn resource(&mut self, name: impl Into<String>, measure: Measure) -> Stock {
        self.dc.resources.push(OwnResource {
            name: name.into(),
            measure,
            origin: None,
        });
        Stock::Own(self.dc.resources.len() as u32 - 1)
    }

    /// A server that is on, without limits and without power; it boots in 120 s and shuts down in 30 s.
    pub fn server(&mut self, name: impl Into<String>) -> ServerSpec<'_> {
        self.dc.servers.push(Server {
            name: name.into(),
            parent: None,
            memory: None,
            cpu: None,
            on: true,
            power: 0,
            hosting: 0,
            overhead_ms: 0,
            boot_power: 0,
            boot: plain(120),
            shutdown: plain(30),
            migration: MigrationEnergy::default(),
            address: None,
            bmc: None,
            migration_address: None,
            commands: Commands::default(),
            copy: Copy::Any,
            classes: Vec::new(),
            labels: Vec::new(),
            own: Vec::new(),
            overbook: Vec::new(),
            pools: plain(1),
            maintenance: None,
            has: Vec::new(),
            origin: None,
        });
        ServerSpec {
            id: ServerId(self.dc.servers.len() as u32 - 1),
            builder: self,
        }
    }

    /// A VM that runs on `host`, with a downtime of 30 ms and nothing that it rewrites; it boots in 30 s and
    /// stops in 10 s.
    pub fn vm(&mut self, name: impl Into<String>, host: ServerId) -> VmSpec<'_> {
        self.dc.vms.push(Vm {
            name: name.into(),
            host: plain(host),
            pool: None,
            running: true,
            memory: plain(0),
            cpu: plain(0),
            workload: Workload {
                used: 0,
                hot: 0,
                hot_ms: 1000,
                cold: 0,
                unknown: false,
                downtime_ms: 30,
            },
            copy: Copy::Pre,
            disk: None,
            force: Force::Never,
            slack: None,
            timeout: None,
            retry: None,
            boot: plain(30),
            shutdown: plain(10),
            classes: Vec::new(),
            labels: Vec::new(),
            own: Vec::new(),
            needs: Vec::new(),
            origin: None,
        });
        VmSpec {
            id: VmId(self.dc.vms.len() as u32 - 1),
            builder: self,
        }
    }

    /// A full-duplex link of that usable rate in each direction.
    pub fn link(
        &mut self,
        a: impl Into<Node>,
        b: impl Into<Node>,
        rate: impl Into<Rate>,
    ) -> LinkId {
        self.bond(a, b, rate, 1)
    }

    /// Several bonded links of that usable rate each: one migration uses one of them.
    pub fn bond(
        &mut self,
        a: impl Into<Node>,
        b: impl Into<Node>,
        rate: impl Into<Rate>,
        lanes: u32,
    ) -> LinkId {
        let each = rate.into().0;
        self.dc.links.push(Link {
            a: a.into(),
            b: b.into(),
            rate: plain(each.saturating_mul(u64::from(lanes))),
            nominal: each,
            class: None,
            lanes,
            guests: false,
            origin: None,
        });
        LinkId(self.dc.links.len() as u32 - 1)
    }

    /// Migrations between `from` and `to`, either way, pass through `via`.
    pub fn route(
        &mut self,
        from: impl Into<Node>,
        to: impl Into<Node>,
        via: impl IntoIterator<Item = SwitchId>,
    ) {
        self.dc.routes.push(Route {
            from: from.into(),
            to: to.into(),
            via: via.into_iter().collect(),
            origin: None,
        });
    }

    /// So much flows from `from` to `to` all the time, as long as both run.
    pub fn traffic(&mut self, from: impl Into<End>, to: impl Into<End>, rate: impl Into<Rate>) {
        self.dc.traffic.push(Traffic {
            from: from.into(),
            to: to.into(),
            rate: rate.into().0,
            origin: None,
        });
    }

    /// Command templates for servers and VMs that have none of their own.
    pub fn commands(&mut self, commands: Commands) {
        self.dc.commands = commands;
    }

    /// The datacenter.
    ///
    /// # Errors
    /// Every mistake, see [`BuildError`].
    pub fn build(mut self) -> Result<Datacenter, BuildErrors> {
        for (id, vm) in (0..).map(VmId).zip(&mut self.dc.vms) {
            if !self.used_given.contains(&id) {
                vm.workload.used = vm.memory.value;
            } else if vm.memory.value == 0 {
                vm.memory.value = vm.workload.used;
            }
        }
        let errors = mistakes(&self.dc);
        if errors.is_empty() {
            Ok(self.dc)
        } else {
            Err(BuildErrors(errors))
        }
    }
}

fn mistakes(dc: &Datacenter) -> Vec<BuildError> {
    let mut errors = Vec::new();
    let servers = dc.servers.iter().map(|server| &server.name);
    let names = dc.switches.iter().map(|switch| &switch.name).chain(servers);
    let mut seen = BTreeSet::new();
    for name in names.chain(dc.vms.iter().map(|vm| &vm.name)) {
        if name.is_empty() {
            errors.push(BuildError::EmptyName);
        } else if !seen.insert(name) {
            errors.push(BuildError::DuplicateName(name.clone()));
        }
    }
    for (at, switch) in dc.switches.iter().enumerate() {
        if switch.parent.is_some_and(|parent| parent.0 as usize >= at) {
            errors.push(BuildError::MisplacedIn(switch.name.clone()));
        }
        if switch.capacity.is_some_and(|capacity| capacity.value == 0) {
            errors.push(BuildError::Zero(switch.name.clone()));
        }
    }
    let parents = dc.servers.iter().filter_map(|server| server.parent);
    errors.extend(parents.filter_map(|parent| unknown(dc, Node::Switch(parent))));
    for vm in &dc.vms {
        errors.extend(unknown(dc, Node::Server(vm.host.value)));
        if vm.memory.value == 0 {
            errors.push(BuildError::NoMemory(vm.name.clone()));
        }
        let server = dc.servers.get(vm.host.value.0 as usize);
        if let (Some(pool), Some(server)) = (vm.pool, server)
            && pool.value.0 >= server.pools.value
        {
            errors.push(BuildError::NoSuchPool(vm.name.clone()));
        }
    }
    for link in &dc.links {
        let ends = [unknown(dc, link.a), unknown(dc, link.b)];
        if ends.iter().any(Option::is_some) {
            errors.extend(ends.into_iter().flatten());
        } else if link.a == link.b {
            errors.push(BuildError::LinkToItself(dc.node_name(link.a).to_owned()));
        } else if link.rate_per_migration() == 0 {
            errors.push(BuildError::Zero(dc.node_name(link.a).to_owned()));
        }
    }
    for traffic in &dc.traffic {
        errors.extend(
            [traffic.from, traffic.to]
                .into_iter()
                .filter_map(|end| match end {
                    End::Vm(vm) if vm.0 as usize >= dc.vms.len() => Some(BuildError::UnknownVm(vm)),
                    End::Vm(_) => None,
                    End::Switch(switch) => unknown(dc, Node::Switch(switch)),
                }),
        );
    }
    for route in &dc.routes {
        let via = route.via.iter().map(|&switch| Node::Switch(switch));
        errors.extend(
            [route.from, route.to]
                .into_iter()
                .chain(via)
                .filter_map(|node| unknown(dc, node)),
        );
    }
    errors
}

/// The error about a node that does not exist.
pub(super) fn unknown(dc: &Datacenter, node: Node) -> Option<BuildError> {
    match node {
        Node::Server(id) if id.0 as usize >= dc.servers.len() => {
            Some(BuildError::UnknownServer(id))
        }
        Node::Switch(id) if id.0 as usize >= dc.switches.len() => {
            Some(BuildError::UnknownSwitch(id))
        }
        _ => None,
    }
}

/// A switch, rack or site that is being declared.
pub struct SwitchSpec<'b> {
    builder: &'b mut DatacenterBuilder,
    id: SwitchId,
}

impl SwitchSpec<'_> {
    /// Its id.
    pub fn id(&self) -> SwitchId {
        self.id
    }

    fn set(self, change: impl FnOnce(&mut Switch)) -> Self {
        change(&mut self.builder.dc.switches[self.id.0 as usize]);
        self
    }

    /// The place that it stands in.
    pub fn inside(self, place: SwitchId) -> Self {
        self.set(|switch| switch.parent = Some(place))
    }

    /// What it carries in all.
    pub fn capacity(self, rate: impl Into<Rate>) -> Self {
        let rate = rate.into().0;
        self.set(|switch| switch.capacity = Some(plain(rate)))
    }

    /// A link to another node.
    pub fn link(self, to: impl Into<Node>, rate: impl Into<Rate>) -> Self {
        self.builder.link(self.id, to, rate);
        self
    }
}

/// A server that is being declared.
pub struct ServerSpec<'b> {
    builder: &'b mut DatacenterBuilder,
    id: ServerId,
}

impl ServerSpec<'_> {
    /// Its id.
    pub fn id(&self) -> ServerId {
        self.id
    }

    fn set(self, change: impl FnOnce(&mut Server)) -> Self {
        change(&mut self.builder.dc.servers[self.id.0 as usize]);
        self
    }

    /// The place that it stands in.
    pub fn inside(self, place: SwitchId) -> Self {
        self.set(|server| server.parent = Some(place))
    }

    /// A link to another node.
    pub fn link(self, to: impl Into<Node>, rate: impl Into<Rate>) -> Self {
        self.builder.link(self.id, to, rate);
        self
    }

    /// It is off when the plan starts.
    pub fn off(self) -> Self {
        self.set(|server| server.on = false)
    }

    /// Memory that its VMs share.
    pub fn memory(self, memory: impl Into<Data>) -> Self {
        let memory = memory.into().0;
        self.set(|server| server.memory = Some(plain(memory)))
    }

    /// CPUs that its VMs share.
    pub fn cpu(self, cpu: impl Into<Cpu>) -> Self {
        let cpu = cpu.into().0;
        self.set(|server| server.cpu = Some(plain(cpu)))
    }

    /// How much it has of a resource of the datacenter's own: bytes, or things.
    pub fn has_of(self, resource: Stock, amount: u64) -> Self {
        self.set(|server| match resource {
            Stock::Memory => server.memory = Some(plain(amount)),
            Stock::Cpu => server.cpu = Some(plain(amount)),
            Stock::Own(own) => server.own.push((own, plain(amount))),
        })
    }

    /// Millionths of what it has of a resource that its VMs may share together.
    pub fn overbook(self, resource: Stock, millionths: u32) -> Self {
        self.set(|server| server.overbook.push((resource, millionths)))
    }

    /// Divides all that it has into so many equal pools, of which a VM has one whole.
    pub fn pools(self, pools: u32) -> Self {
        self.set(|server| server.pools = plain(pools.max(1)))
    }

    /// No VM comes to it before it is booted.
    pub fn maintenance(self) -> Self {
        self.set(|server| {
            server.maintenance = Some(At {
                value: (),
                origin: None,
            });
        })
    }

    /// What it draws while it is on.
    pub fn power(self, power: impl Into<Power>) -> Self {
        let power = power.into().0;
        self.set(|server| server.power = power)
    }

    /// Milliseconds that a migration from or to it takes besides the copy.
    pub fn overhead(self, milliseconds: u64) -> Self {
        self.set(|server| server.overhead_ms = milliseconds)
    }

    /// What it draws on top for each VM.
    pub fn hosting(self, power: impl Into<Power>) -> Self {
        let power = power.into().0;
        self.set(|server| server.hosting = power)
    }

    /// How long it boots, and what it draws on top while it does.
    pub fn boot(self, time: impl Into<Time>, extra: impl Into<Power>) -> Self {
        let (time, extra) = (time.into().seconds(), extra.into().0);
        self.set(|server| {
            server.boot = plain(time);
            server.boot_power = extra;
        })
    }

    /// How long it shuts down.
    pub fn shutdown(self, time: impl Into<Time>) -> Self {
        let time = time.into().seconds();
        self.set(|server| server.shutdown = plain(time))
    }

    /// What a migration from it costs.
    pub fn migration(self, energy: MigrationEnergy) -> Self {
        self.set(|server| server.migration = energy)
    }

    /// Its host name or IP address.
    pub fn address(self, address: impl Into<String>) -> Self {
        let address = address.into();
        self.set(|server| server.address = Some(address))
    }

    /// Something that it offers, such as `("cpu", "icelake")`.
    pub fn has(self, kind: impl Into<String>, value: impl Into<String>) -> Self {
        let feature = (kind.into(), value.into());
        self.set(|server| server.has.push(feature))
    }

    /// How its platform can move VMs.
    pub fn copy(self, copy: Copy) -> Self {
        self.set(|server| server.copy = copy)
    }

    /// Host name or IP address of its management controller.
    pub fn bmc(self, address: impl Into<String>) -> Self {
        let address = address.into();
        self.set(|server| server.bmc = Some(address))
    }

    /// Its address in the network that carries migrations.
    pub fn migration_address(self, address: impl Into<String>) -> Self {
        let address = address.into();
        self.set(|server| server.migration_address = Some(address))
    }
}

/// A VM that is being declared.
pub struct VmSpec<'b> {
    builder: &'b mut DatacenterBuilder,
    id: VmId,
}

impl VmSpec<'_> {
    /// Its id.
    pub fn id(&self) -> VmId {
        self.id
    }

    fn set(self, change: impl FnOnce(&mut Vm)) -> Self {
        change(&mut self.builder.dc.vms[self.id.0 as usize]);
        self
    }

    /// It does not run when the plan starts.
    pub fn off(self) -> Self {
        self.set(|vm| vm.running = false)
    }

    /// Something that a server must offer for it to run there.
    pub fn needs(self, kind: impl Into<String>, value: impl Into<String>) -> Self {
        let feature = (kind.into(), value.into());
        self.set(|vm| vm.needs.push(feature))
    }

    /// What it takes of its server's memory; also what a migration copies, unless `used` says less.
    pub fn memory(self, memory: impl Into<Data>) -> Self {
        let memory = memory.into().0;
        self.set(|vm| vm.memory = plain(memory))
    }

    /// What a migration copies.
    pub fn used(self, used: impl Into<Data>) -> Self {
        let used = used.into().0;
        self.builder.used_given.insert(self.id);
        self.set(|vm| vm.workload.used = used)
    }

    /// In which pool of its server it is, counted from 0.
    pub fn pool(self, pool: u32) -> Self {
        self.set(|vm| vm.pool = Some(plain(Pool(pool))))
    }

    /// What it takes of its server's CPUs.
    pub fn cpu(self, cpu: impl Into<Cpu>) -> Self {
        let cpu = cpu.into().0;
        self.set(|vm| vm.cpu = plain(cpu))
    }

    /// What it takes of a resource of the datacenter's own: bytes, or things.
    pub fn needs_of(self, resource: Stock, amount: u64) -> Self {
        self.set(|vm| match resource {
            Stock::Memory => vm.memory = plain(amount),
            Stock::Cpu => vm.cpu = plain(amount),
            Stock::Own(own) => vm.own.push((own, plain(amount))),
        })
    }

    /// What it rewrites again and again, and how long rewriting it once takes.
    pub fn hot(self, pages: impl Into<Data>, time: impl Into<Time>) -> Self {
        let (pages, time) = (pages.into().0, time.into().0);
        self.set(|vm| {
            vm.workload.hot = pages;
            vm.workload.hot_ms = time;
        })
    }

    /// What it rewrites besides in each second.
    pub fn cold(self, per_second: impl Into<Data>) -> Self {
        let cold = per_second.into().0;
        self.set(|vm| vm.workload.cold = cold)
    }

    /// Nothing is known of what it rewrites: its migrations are planned with a guess (see [`crate::migration`]).
    pub fn unknown_rates(self) -> Self {
        self.set(|vm| vm.workload.unknown = true)
    }

    /// How long it may stand still at the end of a migration.
    pub fn downtime(self, time: impl Into<Time>) -> Self {
        let time = time.into().0;
        self.set(|vm| vm.workload.downtime_ms = time)
    }

    /// How it may be moved.
    pub fn copy(self, copy: Copy) -> Self {
        self.set(|vm| vm.copy = copy)
    }

    /// A disk on its server, which moves with it: what of it is in use, and what it writes in each second.
    pub fn disk(self, filled: impl Into<Data>, writes: impl Into<Data>) -> Self {
        let (filled, writes) = (filled.into().0, writes.into().0);
        self.set(|vm| {
            vm.disk = Some(Disk {
                filled,
                writes,
                unknown: false,
            });
        })
    }

    /// What may be done to a migration that does not end.
    pub fn force(self, force: Force) -> Self {
        self.set(|vm| vm.force = force)
    }

    /// Millionths by which its migrations are planned longer than the model has them.
    pub fn slack(self, millionths: u32) -> Self {
        self.set(|vm| vm.slack = Some(millionths))
    }

    /// How long its actions may take, and what is done then.
    pub fn timeout(self, timeout: Patience) -> Self {
        self.set(|vm| vm.timeout = Some(timeout))
    }

    /// How often its actions are tried again.
    pub fn retry(self, retry: Retry) -> Self {
        self.set(|vm| vm.retry = Some(retry))
    }

    /// How long it takes to start.
    pub fn boot(self, time: impl Into<Time>) -> Self {
        let time = time.into().seconds();
        self.set(|vm| vm.boot = plain(time))
    }

    /// How long it takes to stop.
    pub fn shutdown(self, time: impl Into<Time>) -> Self {
        let time = time.into().seconds();
        self.set(|vm| vm.shutdown = plain(time))
    }
}
