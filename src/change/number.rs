//! The numbers of the input that limit what can be done: where each stands, what it measures, which way it allows
//! more.

use crate::datacenter::{Datacenter, Link, LinkId, Measure, Server, ServerId, Stock, SwitchId};
use crate::formulate::Cause;
use crate::request::{LONGEST, Period, Request, RuleKind, Step, Task};
use crate::source::Span;

/// A number of the input that limits what can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// The number of the rule at that index: s of `by` and `after`, mW of a budget, how many things `at most`,
    /// bit/s of a limit.
    Rule(usize),
    /// s at which a period of the rule at that index begins. `allow` may have several, other rules have one.
    From(usize, usize),
    /// s at which it ends.
    To(usize, usize),
    /// bit/s that the migrations of the `sync` at that index are given, where their steps say so: the most of them.
    Pace(usize),
    /// bit/s that one migration can have of a link: those of each lane.
    Link(LinkId),
    /// The same of every link that is written where that one is.
    LinksLike(LinkId),
    /// bit/s that a switch carries.
    Switch(SwitchId),
    /// What a server has of a stock: bytes of memory, thousandths of a CPU.
    Stock(Stock, ServerId),
    /// s that a server takes to boot.
    Boot(ServerId),
    /// The same of every server for which it is written where it is for that one.
    BootsLike(ServerId),
    /// s that a server takes to shut down.
    Shutdown(ServerId),
    /// The same of every server for which it is written where it is for that one.
    ShutdownsLike(ServerId),
}

/// What a number measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// s after the plan's start.
    Moment,
    /// s
    Duration,
    /// ms
    Short,
    /// mW
    Power,
    /// bit/s
    Rate,
    /// Bytes.
    Memory,
    /// Thousandths of a CPU.
    Cpu,
    /// Things.
    Count,
}

impl Quantity {
    /// What values are multiples of, so that the value that is written is the value that is meant: 1 s, 1 W,
    /// 1 Mbit/s, 1 MiB, one thing or CPU.
    pub fn step(self) -> u64 {
        match self {
            Quantity::Moment | Quantity::Duration | Quantity::Count => 1,
            Quantity::Short => 10,
            Quantity::Power | Quantity::Cpu => 1_000,
            Quantity::Rate => 1_000_000,
            Quantity::Memory => 1 << 20,
        }
    }

    /// The largest value that makes sense: a year, a terawatt, 10 Tbit/s, a petabyte, a million million CPUs.
    fn largest(self) -> u64 {
        match self {
            Quantity::Moment | Quantity::Duration => LONGEST.unsigned_abs(),
            Quantity::Short => LONGEST.unsigned_abs() * 1000,
            Quantity::Rate => 10_000_000_000_000,
            Quantity::Power | Quantity::Memory | Quantity::Cpu => 1 << 50,
            Quantity::Count => u32::MAX.into(),
        }
    }
}

impl Number {
    /// The numbers that a source of constraints has, the most telling first.
    pub fn of(cause: Cause, datacenter: &Datacenter, request: &Request) -> Vec<Number> {
        let mut numbers = match cause {
            Cause::Rule(at) => {
                let periods = request.rules.get(at).map_or(0, |r| r.kind.periods().len());
                let edges = (0..periods).flat_map(|k| [Number::From(at, k), Number::To(at, k)]);
                [Number::Rule(at), Number::Pace(at)]
                    .into_iter()
                    .chain(edges)
                    .collect()
            }
            Cause::Link(link) => vec![Number::Link(link)],
            Cause::Switch(switch) => vec![Number::Switch(switch)],
            Cause::Stock(stock, server) => vec![Number::Stock(stock, server)],
            Cause::Up(server) => vec![Number::Boot(server)],
            Cause::Empty(server) => vec![Number::Shutdown(server)],
            Cause::VmInOrder(_)
            | Cause::ServerInOrder(_)
            | Cause::Pause(_)
            | Cause::Stays
            | Cause::Begun => Vec::new(),
        };
        numbers.retain(|number| number.value(datacenter, request).is_some());
        numbers
    }

    /// The number that stands for this one and for all others that the same text says; None where there are none.
    pub fn alike(self, datacenter: &Datacenter) -> Option<Number> {
        match self {
            Number::Link(link) => {
                let place = datacenter[link].rate.origin?;
                let mut alike = (0..).map(LinkId).zip(&datacenter.links);
                let mut alike = alike
                    .by_ref()
                    .filter(|(_, other)| other.rate.origin == Some(place));
                let (first, _) = alike.next()?;
                alike.next().map(|_| Number::LinksLike(first))
            }
            Number::Boot(server) => {
                first_alike(datacenter, server, boot_place).map(Number::BootsLike)
            }
            Number::Shutdown(server) => {
                first_alike(datacenter, server, shutdown_place).map(Number::ShutdownsLike)
            }
            Number::Rule(_)
            | Number::From(..)
            | Number::To(..)
            | Number::Pace(_)
            | Number::LinksLike(_)
            | Number::Switch(_)
            | Number::Stock(..)
            | Number::BootsLike(_)
            | Number::ShutdownsLike(_) => None,
        }
    }

    /// Its value; None where nothing is limited, as by a rule without a number.
    pub fn value(self, datacenter: &Datacenter, request: &Request) -> Option<u64> {
        let kind = |at: usize| request.rules.get(at).map(|rule| &rule.kind);
        let moment = |at: i64| u64::try_from(at).ok();
        match self {
            Number::Rule(at) => match *kind(at)? {
                RuleKind::By { time, .. } | RuleKind::After { time, .. } => moment(time),
                RuleKind::Budget { power, .. } => Some(power),
                RuleKind::AtMostMigrations { count, .. }
                | RuleKind::AtMostOn { count, .. }
                | RuleKind::Roll { count, .. } => Some(count.into()),
                RuleKind::Limit { rate, .. } => Some(rate),
                RuleKind::Downtime { most, .. } => Some(most),
                _ => None,
            },
            // What begins with the plan has no beginning of its own.
            Number::From(at, nth) => {
                let from = kind(at)?.periods().get(nth)?.from;
                moment(from).filter(|&from| from > 0)
            }
            Number::To(at, nth) => moment(kind(at)?.periods().get(nth)?.to?),
            Number::Pace(at) => {
                let rates = request
                    .steps
                    .iter()
                    .filter(|step| is_synced(step, kind(at)));
                rates.filter_map(|step| step.rate).max()
            }
            Number::Link(link) | Number::LinksLike(link) => {
                Some(datacenter[link].rate_per_migration())
            }
            Number::Switch(switch) => datacenter[switch].capacity.map(|at| at.value),
            Number::Stock(stock, server) => datacenter[server].has_of(stock).map(|at| at.value),
            Number::Boot(server) | Number::BootsLike(server) => {
                Some(datacenter[server].boot.value.into())
            }
            Number::Shutdown(server) | Number::ShutdownsLike(server) => {
                Some(datacenter[server].shutdown.value.into())
            }
        }
    }

    /// Gives it another value. What it is about is in the input; otherwise nothing changes.
    pub(super) fn set(self, to: u64, datacenter: &mut Datacenter, request: &mut Request) {
        let moment = i64::try_from(to).unwrap_or(i64::MAX);
        let few = u32::try_from(to).unwrap_or(u32::MAX);
        match self {
            Number::Rule(at) => match kind_mut(request, at) {
                Some(RuleKind::By { time, .. } | RuleKind::After { time, .. }) => *time = moment,
                Some(RuleKind::Budget { power, .. }) => *power = to,
                Some(
                    RuleKind::AtMostMigrations { count, .. }
                    | RuleKind::AtMostOn { count, .. }
                    | RuleKind::Roll { count, .. },
                ) => *count = few,
                Some(RuleKind::Limit { rate, .. }) => *rate = to,
                Some(RuleKind::Downtime { most, .. }) => *most = to,
                _ => {}
            },
            Number::From(at, nth) => {
                if let Some(period) = period_mut(request, at, nth) {
                    period.from = moment;
                }
            }
            Number::To(at, nth) => {
                if let Some(period) = period_mut(request, at, nth) {
                    period.to = Some(moment);
                }
            }
            Number::Pace(at) => {
                let rule = request.rules.get(at).map(|rule| &rule.kind);
                for step in &mut request.steps {
                    if is_synced(step, rule) {
                        step.rate = step.rate.map(|rate| rate.min(to));
                    }
                }
            }
            Number::Link(link) => set_rate(&mut datacenter.links[link.0 as usize], to),
            Number::LinksLike(link) => {
                let place = datacenter[link].rate.origin;
                let alike = |link: &&mut Link| place.is_some() && link.rate.origin == place;
                let alike = datacenter.links.iter_mut().filter(alike);
                alike.for_each(|link| set_rate(link, to));
            }
            Number::Switch(switch) => {
                if let Some(capacity) = &mut datacenter.switches[switch.0 as usize].capacity {
                    capacity.value = to;
                }
            }
            Number::Stock(stock, server) => {
                if let Some(has) = datacenter.servers[server.0 as usize].has_of_mut(stock) {
                    has.value = to;
                }
            }
            Number::Boot(server) => datacenter.servers[server.0 as usize].boot.value = few,
            Number::BootsLike(server) => {
                for server in servers_alike(datacenter, server, boot_place) {
                    server.boot.value = few;
                }
            }
            Number::Shutdown(server) => datacenter.servers[server.0 as usize].shutdown.value = few,
            Number::ShutdownsLike(server) => {
                for server in servers_alike(datacenter, server, shutdown_place) {
                    server.shutdown.value = few;
                }
            }
        }
    }

    /// What it measures.
    pub fn quantity(self, datacenter: &Datacenter, request: &Request) -> Quantity {
        match self {
            Number::Rule(at) => match request.rules.get(at).map(|rule| &rule.kind) {
                Some(RuleKind::By { .. } | RuleKind::After { .. }) => Quantity::Moment,
                Some(RuleKind::Budget { .. }) => Quantity::Power,
                Some(RuleKind::Limit { .. }) => Quantity::Rate,
                Some(RuleKind::Downtime { .. }) => Quantity::Short,
                _ => Quantity::Count,
            },
            Number::From(..) | Number::To(..) => Quantity::Moment,
            Number::Pace(_) | Number::Link(_) | Number::LinksLike(_) | Number::Switch(_) => {
                Quantity::Rate
            }
            Number::Stock(stock, _) => match datacenter.measure(stock) {
                Measure::Bytes => Quantity::Memory,
                Measure::Cpus => Quantity::Cpu,
                Measure::Count => Quantity::Count,
            },
            Number::Boot(_)
            | Number::BootsLike(_)
            | Number::Shutdown(_)
            | Number::ShutdownsLike(_) => Quantity::Duration,
        }
    }

    /// Whether a higher value allows more; otherwise a lower one does.
    pub fn allows_more_when_higher(self, request: &Request) -> bool {
        let kind = |at: usize| request.rules.get(at).map(|rule| &rule.kind);
        let is_allowed = |at: usize| matches!(kind(at), Some(RuleKind::Allow { .. }));
        match self {
            Number::Rule(at) => !matches!(kind(at), Some(RuleKind::After { .. })),
            Number::From(at, _) => !is_allowed(at),
            Number::To(at, _) => is_allowed(at),
            Number::Link(_) | Number::LinksLike(_) | Number::Switch(_) | Number::Stock(..) => true,
            Number::Pace(_)
            | Number::Boot(_)
            | Number::BootsLike(_)
            | Number::Shutdown(_)
            | Number::ShutdownsLike(_) => false,
        }
    }

    /// The value that allows the most of those that make sense. A period that is left is never empty: no rule at all
    /// is another change.
    pub fn easiest(self, datacenter: &Datacenter, request: &Request) -> u64 {
        let quantity = self.quantity(datacenter, request);
        let period = |at: usize, nth: usize| {
            let kind = request.rules.get(at).map(|rule| &rule.kind);
            kind.and_then(|kind| kind.periods().get(nth).copied())
                .unwrap_or(Period::ALWAYS)
        };
        let seconds = |at: i64| u64::try_from(at).unwrap_or(0);
        match (self, self.allows_more_when_higher(request)) {
            (Number::From(at, nth), true) => {
                let to = period(at, nth).to.unwrap_or(LONGEST);
                seconds(to.saturating_sub(1)).max(self.value(datacenter, request).unwrap_or(0))
            }
            (Number::To(at, nth), false) => {
                let from = seconds(period(at, nth).from.saturating_add(1));
                from.min(self.value(datacenter, request).unwrap_or(from))
            }
            (_, true) => quantity.largest(),
            // No action takes no time, and none gets no rate.
            (_, false) if quantity == Quantity::Moment => 0,
            (_, false) => quantity.step(),
        }
    }
}

fn kind_mut(request: &mut Request, at: usize) -> Option<&mut RuleKind> {
    request.rules.get_mut(at).map(|rule| &mut rule.kind)
}

fn period_mut(request: &mut Request, at: usize, nth: usize) -> Option<&mut Period> {
    kind_mut(request, at).and_then(|kind| kind.periods_mut().get_mut(nth))
}

/// Whether a step migrates a VM that a `sync` is about.
fn is_synced(step: &Step, kind: Option<&RuleKind>) -> bool {
    match (step.task, kind) {
        (Task::Migrate { vm, .. }, Some(RuleKind::Sync { vms, .. })) => vms.contains(&vm),
        _ => false,
    }
}

fn set_rate(link: &mut Link, of_a_lane: u64) {
    link.rate.value = of_a_lane.saturating_mul(link.lanes.max(1).into());
}

/// Where it is written how long a server boots: with the server, where nothing is said of it.
fn boot_place(server: &Server) -> Option<Span> {
    server.boot.origin.or(server.origin)
}

fn shutdown_place(server: &Server) -> Option<Span> {
    server.shutdown.origin.or(server.origin)
}

/// Where something about a server is written.
type Place = fn(&Server) -> Option<Span>;

/// The first server that has the same place as a server, where there are several.
fn first_alike(datacenter: &Datacenter, server: ServerId, place: Place) -> Option<ServerId> {
    let own = place(&datacenter[server])?;
    let servers = (0..).map(ServerId).zip(&datacenter.servers);
    let mut alike = servers.filter(|(_, other)| place(other) == Some(own));
    let (first, _) = alike.next()?;
    alike.next().map(|_| first)
}

fn servers_alike(
    datacenter: &mut Datacenter,
    server: ServerId,
    place: Place,
) -> impl Iterator<Item = &mut Server> {
    let own = place(&datacenter[server]);
    let servers = datacenter.servers.iter_mut();
    servers.filter(move |other| own.is_some() && place(other) == own)
}
