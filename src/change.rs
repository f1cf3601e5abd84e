//! One number of the input made different, or one rule left out: what could make an impossible plan possible, or
//! a long one shorter.
//!
//! A change is applied to the datacenter and the request before anything is formulated, since a number can mean more
//! than the constraint that it stands for: the rate of a link also decides how long migrations over it take.

mod words;

use crate::datacenter::{Datacenter, Link, LinkId, ServerId, SwitchId};
use crate::formulate::Cause;
use crate::request::{Request, RuleKind, Step, Task};

/// A change of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The number has that value, in the unit of the number.
    Set(Number, u64),
    /// The rule at that index is not there; those after it move up.
    Drop(usize),
    /// The VM that the step at that index migrates goes to that server first.
    StopOver(usize, ServerId),
}

/// A number of the input that limits what can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// The number of the rule at that index: s of `by` and `after`, mW of a budget, how many things `at most`,
    /// bit/s of a limit.
    Rule(usize),
    /// bit/s that one migration can have of a link: those of each lane.
    Link(LinkId),
    /// The same of every link that is written where that one is.
    LinksLike(LinkId),
    /// bit/s that a switch carries.
    Switch(SwitchId),
    /// Bytes of a server's memory.
    Memory(ServerId),
    /// Thousandths of a CPU of a server.
    Cpu(ServerId),
}

impl Number {
    /// The number that a source of constraints has, if it has one.
    pub fn of(cause: Cause, datacenter: &Datacenter, request: &Request) -> Option<Number> {
        let number = match cause {
            Cause::Rule(at) => Number::Rule(at),
            Cause::Link(link) => Number::Link(link),
            Cause::Switch(switch) => Number::Switch(switch),
            Cause::Memory(server) => Number::Memory(server),
            Cause::Cpu(server) => Number::Cpu(server),
            Cause::VmInOrder(_) | Cause::ServerInOrder(_) | Cause::Up(_) | Cause::Empty(_) => {
                return None;
            }
        };
        number.value(datacenter, request).map(|_| number)
    }

    /// Its value; None where nothing is limited, as by a rule without a number.
    pub fn value(self, datacenter: &Datacenter, request: &Request) -> Option<u64> {
        match self {
            Number::Rule(at) => match request.rules.get(at)?.kind {
                RuleKind::By { time, .. } | RuleKind::After { time, .. } => {
                    u64::try_from(time).ok()
                }
                RuleKind::Budget { power, .. } => Some(power),
                RuleKind::AtMostMigrations { count, .. } | RuleKind::AtMostOn { count, .. } => {
                    Some(count.into())
                }
                RuleKind::Limit { rate, .. } => Some(rate),
                _ => None,
            },
            Number::Link(link) | Number::LinksLike(link) => {
                Some(datacenter[link].rate_per_migration())
            }
            Number::Switch(switch) => datacenter[switch].capacity.map(|at| at.value),
            Number::Memory(server) => datacenter[server].memory.map(|at| at.value),
            Number::Cpu(server) => datacenter[server].cpu.map(|at| at.value),
        }
    }

    /// What values are multiples of, so that the value that is written is the value that is meant: 1 s, 1 W,
    /// 1 Mbit/s, 1 MiB, one thing or CPU.
    pub fn step(self, request: &Request) -> u64 {
        match self {
            Number::Rule(at) => match request.rules.get(at).map(|rule| &rule.kind) {
                Some(RuleKind::Budget { .. }) => 1_000,
                Some(RuleKind::Limit { .. }) => 1_000_000,
                _ => 1,
            },
            Number::Link(_) | Number::LinksLike(_) | Number::Switch(_) => 1_000_000,
            Number::Memory(_) => 1 << 20,
            Number::Cpu(_) => 1_000,
        }
    }

    /// Whether a higher value allows more: of `after` alone it is the lower one.
    pub fn allows_more_when_higher(self, request: &Request) -> bool {
        let Number::Rule(at) = self else { return true };
        let rule = request.rules.get(at).map(|rule| &rule.kind);
        !matches!(rule, Some(RuleKind::After { .. }))
    }
}

impl Change {
    /// The input with the change. What the change is about is in the input; otherwise nothing changes.
    pub fn apply(&self, datacenter: &Datacenter, request: &Request) -> (Datacenter, Request) {
        let (mut datacenter, mut request) = (datacenter.clone(), request.clone());
        self.make(&mut datacenter, &mut request);
        (datacenter, request)
    }

    /// Makes the change in place.
    pub fn make(&self, datacenter: &mut Datacenter, request: &mut Request) {
        match *self {
            Change::Set(number, value) => set(number, value, datacenter, request),
            Change::Drop(rule) => {
                if rule < request.rules.len() {
                    request.rules.remove(rule);
                }
            }
            Change::StopOver(step, at) => {
                if let Some(&Step {
                    task: Task::Migrate { vm, .. },
                    origin,
                    ..
                }) = request.steps.get(step)
                {
                    let stop = Step {
                        task: Task::Migrate { vm, to: at },
                        takes: None,
                        rate: None,
                        origin,
                    };
                    request.steps.insert(step, stop);
                }
            }
        }
    }
}

fn set(number: Number, to: u64, datacenter: &mut Datacenter, request: &mut Request) {
    let seconds = || i64::try_from(to).unwrap_or(i64::MAX);
    let things = || u32::try_from(to).unwrap_or(u32::MAX);
    match number {
        Number::Rule(at) => match request.rules.get_mut(at).map(|rule| &mut rule.kind) {
            Some(RuleKind::By { time, .. } | RuleKind::After { time, .. }) => *time = seconds(),
            Some(RuleKind::Budget { power, .. }) => *power = to,
            Some(RuleKind::AtMostMigrations { count, .. } | RuleKind::AtMostOn { count, .. }) => {
                *count = things()
            }
            Some(RuleKind::Limit { rate, .. }) => *rate = to,
            _ => {}
        },
        Number::Link(link) => set_rate(&mut datacenter.links[link.0 as usize], to),
        Number::LinksLike(link) => {
            let like = datacenter[link].rate.origin;
            set_rate(&mut datacenter.links[link.0 as usize], to);
            let links = datacenter.links.iter_mut();
            for link in links.filter(|link| like.is_some() && link.rate.origin == like) {
                set_rate(link, to);
            }
        }
        Number::Switch(switch) => {
            if let Some(capacity) = &mut datacenter.switches[switch.0 as usize].capacity {
                capacity.value = to;
            }
        }
        Number::Memory(server) => {
            if let Some(memory) = &mut datacenter.servers[server.0 as usize].memory {
                memory.value = to;
            }
        }
        Number::Cpu(server) => {
            if let Some(cpu) = &mut datacenter.servers[server.0 as usize].cpu {
                cpu.value = to;
            }
        }
    }
}

fn set_rate(link: &mut Link, of_a_lane: u64) {
    link.rate.value = of_a_lane.saturating_mul(link.lanes.max(1).into());
}

#[cfg(test)]
mod tests;
