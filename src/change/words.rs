//! Changes in words.

use super::{Change, Number};
use crate::datacenter::Datacenter;
use crate::formulate::{cpu_in_words, rule_in_words};
use crate::request::{Request, RuleKind, Task, show_moment};
use crate::show::{show_bytes, show_count, show_power, show_rate};

impl Number {
    /// A value of it: `9.42 kW`, `08:21`, `20 Gbit/s`.
    pub fn show(self, value: u64, datacenter: &Datacenter, request: &Request) -> String {
        match self {
            Number::Rule(at) => match request.rules.get(at).map(|rule| &rule.kind) {
                Some(RuleKind::By { .. } | RuleKind::After { .. }) => {
                    let moment = i64::try_from(value).unwrap_or(i64::MAX);
                    show_moment(request.start.as_ref(), moment)
                }
                Some(RuleKind::Budget { .. }) => show_power(value),
                Some(RuleKind::Limit { .. }) => show_rate(value),
                _ => value.to_string(),
            },
            Number::Link(link) | Number::LinksLike(link) => match datacenter[link].lanes {
                0 | 1 => show_rate(value),
                lanes => format!("{lanes} x {}", show_rate(value)),
            },
            Number::Switch(_) => show_rate(value),
            Number::Memory(_) => show_bytes_exactly(value),
            Number::Cpu(_) => cpu_in_words(value),
        }
    }
}

impl Change {
    /// What would then be there, to be followed by what comes of it: `a budget of 9.42 kW`, ``20 Gbit/s on the link
    /// `r1` - `core` ``, ``no `seq a, b` ``.
    pub fn show(&self, datacenter: &Datacenter, request: &Request) -> String {
        let dc = datacenter;
        match *self {
            Change::Set(number, value) => {
                let value = number.show(value, dc, request);
                match number {
                    Number::Rule(at) => set_rule(&request.rules[at].kind, value),
                    Number::Link(link) => {
                        let (a, b) = (dc.node_name(dc[link].a), dc.node_name(dc[link].b));
                        format!("{value} on the link `{a}` - `{b}`")
                    }
                    Number::LinksLike(link) => {
                        let (a, b) = (dc.node_name(dc[link].a), dc.node_name(dc[link].b));
                        format!("{value} on each link like `{a}` - `{b}`")
                    }
                    Number::Switch(switch) => format!("{value} through `{}`", dc[switch].name),
                    Number::Memory(server) => format!("{value} of memory in `{}`", dc[server].name),
                    Number::Cpu(server) => format!("{value} in `{}`", dc[server].name),
                }
            }
            Change::Drop(rule) => {
                format!("no `{}`", rule_in_words(dc, request, &request.rules[rule]))
            }
            Change::StopOver(step, at) => match request.steps[step].task {
                Task::Migrate { vm, .. } => {
                    format!("a stop of `{}` on `{}`", dc[vm].name, dc[at].name)
                }
                _ => String::from("nothing else"),
            },
        }
    }
}

fn set_rule(kind: &RuleKind, value: String) -> String {
    match kind {
        RuleKind::By { .. } => format!("a deadline at {value}"),
        RuleKind::After { .. } => format!("a beginning at {value}"),
        RuleKind::Budget { .. } => format!("a budget of {value}"),
        RuleKind::Limit { .. } => format!("a limit of {value}"),
        RuleKind::AtMostOn { .. } => {
            let count = value.parse().unwrap_or(usize::MAX);
            format!("{} on at once", show_count(count, "server"))
        }
        _ => {
            let count = value.parse().unwrap_or(usize::MAX);
            format!("{} at once", show_count(count, "migration"))
        }
    }
}

/// Memory in whole units or quarters, else in MiB, so that nothing is rounded away.
fn show_bytes_exactly(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    let short = bytes.is_multiple_of(MIB << 8) || !bytes.is_multiple_of(MIB);
    if short {
        show_bytes(bytes)
    } else {
        format!("{} MiB", bytes / MIB)
    }
}
