//! What servers, VMs, links and switches are said to have.

use super::{Command, Expr, ExprKind, Link, Number, Set, Word};
use crate::source::Span;

/// A property with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// From its keyword to its last word.
    pub span: Span,
    /// What it says.
    pub kind: PropertyKind,
}

/// In which ways a VM may be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyKind {
    /// Pre-copy where it converges on the path, post-copy otherwise.
    Either,
    /// All of them.
    Any,
    /// One of these.
    OneOf(Vec<Manner>),
}

/// A way of moving a VM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Pre-copy.
    Pre,
    /// Post-copy.
    Post,
    /// Stopped and started.
    Cold,
}

/// What may be done to a migration that does not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForceKind {
    /// Nothing.
    Never,
    /// Suspend the VM, so that the rest is copied while it stands still.
    Suspend,
    /// Switch to post-copy.
    Post,
}

/// `3x then abort`: how long an action may take, and what is done then.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeout {
    /// How long.
    pub limit: Limit,
    /// What is done then.
    pub policy: Option<Policy>,
}

/// A limit in time.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    /// `3x`
    Times(Word),
    /// `20min`
    Time(Expr),
}

/// What is done about an action that takes too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// It is ended.
    Abort,
    /// The VM is suspended.
    Suspend,
    /// The migration is switched to post-copy.
    Post,
    /// It is waited for.
    Wait,
}

/// `2 after 1min`: how often an action is tried again.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// How often.
    pub times: Expr,
    /// How long after it has failed.
    pub after: Option<Expr>,
}

/// What a server `has` of a kind, or a VM `needs`.
#[derive(Debug, Clone, PartialEq)]
pub enum Feature {
    /// `"rtx 4090"`
    Text(Word),
    /// `icelake`, `96GiB`: a name, or an amount of a resource.
    Amount(Expr),
}

impl Feature {
    /// What it says as a single word or plain number; None where it is more than that.
    pub fn word(&self) -> Option<&Word> {
        match self {
            Feature::Text(word) => Some(word),
            Feature::Amount(expr) => match &expr.kind {
                ExprKind::Path(path) if path.words.len() == 1 => path.words.first(),
                ExprKind::Quantity(numbers) => match numbers.as_slice() {
                    [Number { digits, unit: None }] => Some(digits),
                    _ => None,
                },
                _ => None,
            },
        }
    }

    /// Its place.
    pub fn span(&self) -> Span {
        match self {
            Feature::Text(word) => word.span,
            Feature::Amount(expr) => expr.span,
        }
    }
}

/// What a property says.
#[derive(Debug, Clone, PartialEq)]
pub enum PropertyKind {
    /// `memory 4GiB`: of a server, what its VMs may share; of a VM, what it takes of that.
    Memory(Expr),
    /// `used 2000MB`: a VM's memory in use, which a migration copies.
    Used(Expr),
    /// `cpu 4`
    Cpu(Expr),
    /// `hot 96MiB in 2s`
    Hot { size: Expr, within: Option<Expr> },
    /// `cold 3MiB/s`
    Cold(Expr),
    /// `idle`: a VM that writes nothing.
    Idle,
    /// `slack 20%`: how much longer its migrations may take.
    Slack(Expr),
    /// `downtime 30ms`
    Downtime(Expr),
    /// `copy pre or cold`
    Copy(CopyKind),
    /// `disk 200GiB filled 80GiB writes 5MiB/s`
    Disk {
        size: Expr,
        filled: Option<Expr>,
        writes: Option<Expr>,
    },
    /// `force suspend after 10min`
    Force {
        kind: ForceKind,
        after: Option<Expr>,
    },
    /// `timeout 3x then abort`
    Timeout(Timeout),
    /// `retry 2 after 1min`
    Retry(Retry),
    /// `on r1.s[1..24] pool 0`: where a VM is.
    Placed { set: Set, pool: Option<Expr> },
    /// `off`: a server that is down, a VM that is stopped.
    Off,
    /// `label tier gold`
    Label { key: Word, value: Word },
    /// `has cpu icelake`, `has hugepages 96GiB`: what a server offers.
    Has { key: Word, value: Feature },
    /// `needs cpu icelake`, `needs hugepages 8GiB`: what a VM runs only with.
    Needs { key: Word, value: Feature },
    /// `overbook cpu 4`: what a server gives its VMs of what it has.
    Overbook { key: Word, factor: Expr },
    /// `maintenance`: a server that no VM comes to.
    Maintenance,
    /// `pools 2`: into how many equal parts a server divides what it has.
    Pools(Expr),
    /// `power 110W`: of a server that is on.
    Power(Expr),
    /// `overhead 250ms`: what a migration from or to it takes besides the copy.
    Overhead(Expr),
    /// `hosting 16%` of the server's power, or `hosting 16W`: for each VM on it.
    Hosting(Expr),
    /// `boot 2min extra 20W`
    Boot { takes: Expr, extra: Option<Expr> },
    /// `shutdown 17s`
    Shutdown(Expr),
    /// `migration 0.512J/MB + 20.165J`: energy of a migration from the server.
    Migration { per_data: Expr, fixed: Option<Expr> },
    /// `address "10.0.0.1"`
    Address(Word),
    /// `bmc "{name}-bmc.example.com"`: host of a server's management controller.
    Bmc(Word),
    /// `migration-address "10.1.0.{index}"`: a server in the network that carries migrations.
    MigrationAddress(Word),
    /// `link 10Gbps to core`
    Link(Link),
    /// `capacity 10Gbps` of a switch.
    Capacity(Expr),
    /// `rate 1Gbps` in a class of links.
    Rate(Expr),
    /// `usable 8/9` in a class of links.
    Usable(Expr),
    /// `bond 2` in a class of links.
    Bond(Expr),
    /// `guests` in a class of links: not for migrations.
    Guests,
    /// `command boot "…"`
    Command(Command),
}
