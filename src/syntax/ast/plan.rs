//! What plans say.

use super::{Binding, Clock, Expr, Moment, Period, Retry, Set, Timeout, Word};
use crate::source::Span;

/// `plan p { … }`, `plan home reverse tonight { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its name.
    pub name: Word,
    /// The plan whose way back it is.
    pub reverses: Option<Word>,
    /// Its statements.
    pub statements: Vec<Statement>,
}

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// From its first word to its last, the `for` included.
    pub span: Span,
    /// The text of the `///` lines before it.
    pub doc: Option<String>,
    /// What it says.
    pub kind: StatementKind,
    /// `for …`: the statement once for each combination, the last variable running fastest.
    pub bindings: Vec<Binding>,
}

/// A goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// The sum over all actions of their end.
    Mttr,
    /// The energy of the actions and of the servers while they are on.
    Energy,
    /// The last end.
    Makespan,
    /// How many migrations there are.
    Moves,
    /// How long VMs stand still.
    Downtime,
    /// What rules cost that are only preferred.
    Preferences,
    /// The largest share of a server's memory that is in use in the end.
    Balance,
    /// What servers draw in the end.
    Power,
    /// How many servers are on in the end.
    ServersOn,
}

/// `any 2 of`, `any of`: it is open which.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyOf {
    /// How many, where that is not open, too.
    pub count: Option<Expr>,
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    /// `start 2026-11-22 02:00 Europe/Paris`
    StartAt { clock: Clock, zone: Option<Word> },
    /// `migrate a to s2 via s3 takes 51s at 500Mbps`, `migrate a to any of s2, s3`
    Migrate {
        vms: Set,
        to: Set,
        is_open: bool,
        via: Option<Set>,
        takes: Option<Expr>,
        rate: Option<Expr>,
    },
    /// `boot r3.s[*] takes 2min`
    Boot { servers: Set, takes: Option<Expr> },
    /// `shutdown r1.s[*] takes 17s`, `shutdown any 2 of r1.s[*]`, `shutdown any of r1.s[*]`
    Shutdown {
        /// Where it is open which of them.
        any: Option<AnyOf>,
        servers: Set,
        takes: Option<Expr>,
    },
    /// `empty any 3 of r1.s[*] to r2`
    EmptyAny {
        count: Expr,
        servers: Set,
        to: Option<Set>,
    },
    /// `start vm3`
    Start { vms: Set, takes: Option<Expr> },
    /// `stop vm3`
    Stop { vms: Set, takes: Option<Expr> },
    /// `sync ends a, b`
    Sync { edge: Option<Edge>, vms: Set },
    /// `before a -> b -> c by 08:00`: at least one set; with one, `by` is there.
    Before { chain: Vec<Set>, by: Option<Moment> },
    /// `after db1 from 03:00`
    After { subjects: Set, from: Moment },
    /// `seq db[1..3]`
    Seq(Set),
    /// `freeze payroll from 01:00 to 03:00`; without a period it never acts.
    Freeze {
        subjects: Set,
        period: Option<Period>,
    },
    /// `allow all from 22:00 to 06:00 and from Sat 22:00 to Sun 06:00`
    Allow { subjects: Set, periods: Vec<Period> },
    /// `spread db1, db2 over racks`
    Spread { vms: Set, over: Shared },
    /// `gather web1, cache1`
    Gather(Set),
    /// `lonely vault`
    Lonely(Set),
    /// `keep db[1..3] off r4.s[*]`
    Keep {
        vms: Set,
        is_off: bool,
        servers: Set,
    },
    /// `pin vm7`
    Pin(Set),
    /// `reserve 1 of servers in r1`
    Reserve { count: Expr, servers: Set },
    /// `prefer spread db[1..3] weight 5`: a `spread`, `gather` or `keep`.
    Prefer {
        rule: Box<StatementKind>,
        weight: Option<Expr>,
    },
    /// `downtime of web <= 2s`
    Downtime { vms: Set, most: Expr },
    /// `overbook cpu 4 on r1`
    Overbook {
        key: Word,
        factor: Expr,
        on: Option<Set>,
    },
    /// `budget 9kW on r4 from 06:00`
    Budget {
        power: Expr,
        on: Option<Set>,
        period: Option<Period>,
    },
    /// `at most 2 migrations from s1`
    AtMostMigrations {
        count: Expr,
        scope: Option<(ScopeKind, Set)>,
        period: Option<Period>,
    },
    /// `at most 20 vms on r1.s1`
    AtMostVms {
        count: Expr,
        servers: Set,
        period: Option<Period>,
    },
    /// `at most 10 of servers with licence oracle on`
    AtMostOn {
        count: Expr,
        servers: Set,
        /// Whether those that are off are counted.
        is_off: bool,
        period: Option<Period>,
    },
    /// `limit core to 4Gbps until 03:30`
    Limit {
        on: Set,
        rate: Expr,
        period: Option<Period>,
    },
    /// `weight 10 on vms with tier gold`
    Weight { factor: Expr, subjects: Set },
    /// `drain r1.s1 to r2.s[*]`
    Drain { servers: Set, to: Option<Set> },
    /// `reboot r1.s[*]`
    Reboot(Set),
    /// `run "apt-get -y full-upgrade" on r1 takes 10min`
    Run {
        command: Word,
        servers: Set,
        takes: Option<Expr>,
    },
    /// `pause "look at the graphs"`
    Pause { question: Word, takes: Option<Expr> },
    /// `roll r1 by 2 forward { drain  reboot  return }`
    Roll {
        /// All that stands before the braces.
        head: Span,
        servers: Set,
        /// How many are worked on at once; None: one.
        by: Option<Expr>,
        is_forward: bool,
        steps: Vec<RollStep>,
    },
    /// `timeout 20min then wait on db1`
    Timeout { timeout: Timeout, on: Option<Set> },
    /// `retry 2 after 1min on all`
    Retry { retry: Retry, on: Option<Set> },
    /// `minimize mttr, energy`
    Minimize(Vec<(Goal, Span)>),
    /// `expect peak <= 9kW`
    Expect(Expectation),
    /// `bandwidth choose`
    Bandwidth(Bandwidth),
    /// `model fluid`
    Model(Model),
    /// `slack 20%`
    Slack(Expr),
    /// Text that could not be read; a diagnostic says why.
    Broken,
}

/// What is done with each server of a `roll`.
#[derive(Debug, Clone, PartialEq)]
pub struct RollStep {
    /// Its place.
    pub span: Span,
    /// What.
    pub kind: RollStepKind,
}

/// What is done with a server whose turn it is.
#[derive(Debug, Clone, PartialEq)]
pub enum RollStepKind {
    /// `drain to r2`
    Drain { to: Option<Set> },
    /// `run "apt-get -y full-upgrade" takes 10min`
    Run { command: Word, takes: Option<Expr> },
    /// `reboot`
    Reboot,
    /// `boot takes 2min`
    Boot { takes: Option<Expr> },
    /// `shutdown takes 17s`
    Shutdown { takes: Option<Expr> },
    /// `return`: the VMs that it was drained of come back.
    Return,
}

/// What the members of a `spread` never share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// A server.
    Server,
    /// A rack.
    Rack,
    /// A site.
    Site,
}

/// Which ends `sync` makes equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The starts.
    Starts,
    /// The ends.
    Ends,
}

/// Which migrations `at most` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// Those that leave.
    From,
    /// Those that arrive.
    To,
    /// Both.
    In,
}

/// How long a migration takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// The papers' formula.
    Papers,
    /// Dirty pages as a flow.
    Fluid,
    /// `entropy`
    Entropy,
    /// `cloudsim`
    Cloudsim,
    /// `simgrid`
    Simgrid,
    /// `comma`
    Comma,
    /// `liu`
    Liu,
}

/// Which rates migrations may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bandwidth {
    /// The most that their paths allow.
    Max,
    /// Also what others leave over.
    Choose,
}

/// What a plan is expected to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// `impossible`
    Impossible,
    /// `possible`
    Possible,
    /// `optimal`
    Optimal,
    /// `end by 06:00`
    EndBy(Moment),
    /// `on time in 99%`
    OnTime(Expr),
    /// `peak <= 9kW`
    AtMost { metric: Metric, value: Expr },
}

/// A figure of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// The last end.
    Makespan,
    /// The sum of ends.
    Mttr,
    /// Energy.
    Energy,
    /// Peak power.
    Peak,
    /// The gap between value and bound.
    Gap,
}
