//! What must hold: rules, whose actions they are about, and when.

use super::{Seconds, ServerId, Turn, VmId};
use crate::datacenter::Node;
use crate::source::Span;

/// Whose actions a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A VM's.
    Vm(VmId),
    /// All that happens to a server and on it: what it does itself, the migrations that leave it or arrive, the starts
    /// and stops of VMs on it.
    Server(ServerId),
    /// What a server does itself, such as its boots, shutdowns and commands: its part of `all`.
    Own(ServerId),
}

/// `from <= t < to`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// First second.
    pub from: Seconds,
    /// One past the last second; None: to the end of the plan.
    pub to: Option<Seconds>,
}

impl Period {
    /// From the plan's start to its end.
    pub const ALWAYS: Period = Period { from: 0, to: None };

    /// Whether no second lies in it.
    pub fn is_empty(&self) -> bool {
        self.to.is_some_and(|to| to <= self.from)
    }
}

/// Something that must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What.
    pub kind: RuleKind,
    /// Whether one of its times is a time of day or a date: it stays where it is when the plan is carried out at
    /// another time, while what is counted from the plan's start moves along.
    pub by_clock: bool,
    /// Where it is written.
    pub origin: Option<Span>,
}

/// What must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum RuleKind {
    /// The VMs' migrations end together, or start together. None: what the way of copying asks for:
    /// equal ends with pre-copy, equal starts with post-copy.
    Sync { vms: Vec<VmId>, edge: Option<Edge> },
    /// Each action of `first` ends before any of `then` starts.
    Before {
        first: Vec<Subject>,
        then: Vec<Subject>,
    },
    /// The actions end by that time.
    By {
        subjects: Vec<Subject>,
        time: Seconds,
    },
    /// The actions do not start before that time.
    After {
        subjects: Vec<Subject>,
        time: Seconds,
    },
    /// The subjects act one at a time, in any order.
    Seq { subjects: Vec<Subject> },
    /// No action of theirs runs at any instant of the period.
    Freeze {
        subjects: Vec<Subject>,
        period: Period,
    },
    /// Each action of theirs lies wholly in one of the periods.
    Allow {
        subjects: Vec<Subject>,
        periods: Vec<Period>,
    },
    /// The VMs never share a server, rack or site, not even in between; those that do from the start are taken apart.
    Spread { vms: Vec<VmId>, over: Shared },
    /// The VMs are on one server when the plan has ended.
    Gather { vms: Vec<VmId> },
    /// No other VM is ever on a server with one of these.
    Lonely { vms: Vec<VmId> },
    /// The VMs are only ever on these servers, or never on one of them.
    Keep {
        vms: Vec<VmId>,
        servers: Vec<ServerId>,
        is_off: bool,
    },
    /// The VMs do not move.
    Pin { vms: Vec<VmId> },
    /// A `Spread`, `Gather`, `Lonely` or `Keep` that holds when the plan has ended, or costs so much for each VM or place that breaks it.
    Prefer { rule: Box<RuleKind>, weight: u32 },
    /// No migration of theirs lets a VM stand still for more than that many ms.
    Downtime { vms: Vec<VmId>, most: u64 },
    /// At every moment the memory of the running VMs on these servers fits into those that are on, but for the largest
    /// so many.
    Reserve { count: u32, servers: Vec<ServerId> },
    /// At most so many running VMs are on these servers at once.
    AtMostVms {
        count: u32,
        servers: Vec<ServerId>,
        period: Period,
    },
    /// At most so many of the servers are off at once, or on their way down or up.
    AtMostOff {
        count: u32,
        servers: Vec<ServerId>,
        period: Period,
    },
    /// The servers draw at most that many mW together; None: all servers.
    Budget {
        power: u64,
        servers: Option<Vec<ServerId>>,
        period: Period,
    },
    /// At most so many migrations run at once.
    AtMostMigrations {
        count: u32,
        scope: Option<(Direction, Vec<ServerId>)>,
        period: Period,
    },
    /// At most so many of the servers are on at once.
    AtMostOn {
        count: u32,
        servers: Vec<ServerId>,
        period: Period,
    },
    /// Migrations get at most that many bit/s of a switch (in all), or of the links by which a server
    /// or a rack hangs on the network (in each direction).
    Limit {
        nodes: Vec<Node>,
        rate: u64,
        period: Period,
    },
    /// So many of the servers are chosen: exactly those are shut down, by steps that are optional; or nobody is on them
    /// when the plan has ended, and perhaps on others neither.
    Any {
        /// None: as many as the goals make worth while, where they are shut down.
        count: Option<u32>,
        servers: Vec<ServerId>,
        is_shutdown: bool,
        /// Which; None: that is open.
        chosen: Option<Vec<ServerId>>,
    },
    /// At most so many of the turns are begun and not over at once, in whichever order.
    Roll {
        count: u32,
        turns: Vec<Turn>,
        /// Which turn is over before which other one begins, so that this holds: by their ids. None: that is open.
        order: Option<Vec<(u32, u32)>>,
    },
    /// The minutes of these actions count that many times in `mttr`.
    Weight { subjects: Vec<Subject>, factor: u32 },
}

impl RuleKind {
    /// The periods of a rule, in the order in which they are written.
    pub fn periods(&self) -> &[Period] {
        match self {
            RuleKind::Freeze { period, .. }
            | RuleKind::Budget { period, .. }
            | RuleKind::AtMostMigrations { period, .. }
            | RuleKind::AtMostOn { period, .. }
            | RuleKind::AtMostOff { period, .. }
            | RuleKind::AtMostVms { period, .. }
            | RuleKind::Limit { period, .. } => std::slice::from_ref(period),
            RuleKind::Allow { periods, .. } => periods,
            RuleKind::Sync { .. }
            | RuleKind::Before { .. }
            | RuleKind::By { .. }
            | RuleKind::After { .. }
            | RuleKind::Seq { .. }
            | RuleKind::Spread { .. }
            | RuleKind::Gather { .. }
            | RuleKind::Lonely { .. }
            | RuleKind::Keep { .. }
            | RuleKind::Pin { .. }
            | RuleKind::Downtime { .. }
            | RuleKind::Prefer { .. }
            | RuleKind::Reserve { .. }
            | RuleKind::Roll { .. }
            | RuleKind::Any { .. }
            | RuleKind::Weight { .. } => &[],
        }
    }

    /// The same, to change them.
    pub fn periods_mut(&mut self) -> &mut [Period] {
        match self {
            RuleKind::Freeze { period, .. }
            | RuleKind::Budget { period, .. }
            | RuleKind::AtMostMigrations { period, .. }
            | RuleKind::AtMostOn { period, .. }
            | RuleKind::AtMostOff { period, .. }
            | RuleKind::AtMostVms { period, .. }
            | RuleKind::Limit { period, .. } => std::slice::from_mut(period),
            RuleKind::Allow { periods, .. } => periods,
            RuleKind::Sync { .. }
            | RuleKind::Before { .. }
            | RuleKind::By { .. }
            | RuleKind::After { .. }
            | RuleKind::Seq { .. }
            | RuleKind::Spread { .. }
            | RuleKind::Gather { .. }
            | RuleKind::Lonely { .. }
            | RuleKind::Keep { .. }
            | RuleKind::Pin { .. }
            | RuleKind::Downtime { .. }
            | RuleKind::Prefer { .. }
            | RuleKind::Reserve { .. }
            | RuleKind::Roll { .. }
            | RuleKind::Any { .. }
            | RuleKind::Weight { .. } => &mut [],
        }
    }
}

/// What the members of a `Spread` never share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shared {
    /// A server.
    Server,
    /// A rack.
    Rack,
    /// A site.
    Site,
}

/// Which ends `Sync` makes equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The starts.
    Starts,
    /// The ends.
    Ends,
}

/// Which migrations of a set of servers are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Those that leave one of them.
    From,
    /// Those that arrive at one of them.
    To,
    /// Both, each once.
    In,
}
