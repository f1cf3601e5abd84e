//! Changes in words.

use super::{Change, Number, Quantity};
use crate::datacenter::{Datacenter, LinkId, ServerId, Stock};
use crate::formulate::rule_in_words;
use crate::request::{Request, RuleKind, Task, show_moment};
use crate::show::{
    show_bytes, show_count, show_cpus, show_milliseconds, show_power, show_rate, show_seconds,
};

impl Number {
    /// A value of it: `9.42 kW`, `08:21`, `20 Gbit/s`.
    pub fn show(self, value: u64, datacenter: &Datacenter, request: &Request) -> String {
        let seconds = i64::try_from(value).unwrap_or(i64::MAX);
        match self.quantity(datacenter, request) {
            Quantity::Moment => show_moment(request.start.as_ref(), seconds),
            Quantity::Duration => show_seconds(seconds),
            Quantity::Short => show_milliseconds(value),
            Quantity::Power => show_power(value),
            Quantity::Rate => match self.lanes(datacenter) {
                0 | 1 => show_rate(value),
                lanes => format!("{lanes} x {}", show_rate(value)),
            },
            Quantity::Memory => show_bytes_exactly(value),
            Quantity::Cpu => show_cpus(value),
            Quantity::Count => value.to_string(),
        }
    }

    /// How many lanes have that rate.
    fn lanes(self, datacenter: &Datacenter) -> u32 {
        match self {
            Number::Link(link) | Number::LinksLike(link) => datacenter[link].lanes,
            _ => 1,
        }
    }

    /// What there is where it has a value.
    fn set_in_words(self, to: u64, dc: &Datacenter, request: &Request) -> String {
        let value = self.show(to, dc, request);
        let ends = |link: LinkId| {
            let (a, b) = (dc.node_name(dc[link].a), dc.node_name(dc[link].b));
            format!("`{a}` - `{b}`")
        };
        let server = |server: ServerId| &dc[server].name;
        match self {
            Number::Rule(at) => set_rule(&request.rules[at].kind, value),
            Number::From(at, _) | Number::To(at, _) => {
                // A period is best told by the rule as it would be written.
                let (_, changed) = Change::Set(self, to).apply(dc, request);
                format!("`{}`", rule_in_words(dc, &changed, &changed.rules[at]))
            }
            Number::Pace(at) => {
                let sync = rule_in_words(dc, request, &request.rules[at]);
                let rate = to / Quantity::Rate.step();
                format!("`at {rate}Mbps` or less for each migration of `{sync}`")
            }
            Number::Link(link) => format!("{value} on the link {}", ends(link)),
            Number::LinksLike(link) => format!("{value} on each link like {}", ends(link)),
            Number::Switch(switch) => format!("{value} through `{}`", dc[switch].name),
            Number::Stock(Stock::Cpu, id) => format!("{value} in `{}`", server(id)),
            Number::Stock(stock, id) => {
                format!("{value} of {} in `{}`", dc.stock_name(stock), server(id))
            }
            Number::Boot(id) => format!("a boot of `{}` in {value}", server(id)),
            Number::BootsLike(id) => {
                format!("a boot of each server like `{}` in {value}", server(id))
            }
            Number::Shutdown(id) => format!("a shutdown of `{}` in {value}", server(id)),
            Number::ShutdownsLike(id) => {
                format!("a shutdown of each server like `{}` in {value}", server(id))
            }
        }
    }
}

impl Change {
    /// What would then be there, to be followed by what comes of it: `a budget of 9.42 kW`, ``20 Gbit/s on the link
    /// `r1` - `core` ``, ``no `seq a, b` ``.
    pub fn show(&self, datacenter: &Datacenter, request: &Request) -> String {
        match *self {
            Change::Set(number, value) => number.set_in_words(value, datacenter, request),
            Change::Drop(rule) => format!("no {}", dropped(datacenter, request, rule)),
            Change::StopOver(step, at) => match request.steps[step].task {
                Task::Migrate { vm, .. } => {
                    let (vm, stop) = (&datacenter[vm].name, &datacenter[at].name);
                    format!("a stop of `{vm}` on `{stop}`")
                }
                _ => String::from("nothing else"),
            },
        }
    }

    /// The same as a condition: `with a budget of 9.42 kW`, ``without `seq a, b` ``.
    pub fn condition(&self, datacenter: &Datacenter, request: &Request) -> String {
        match *self {
            Change::Drop(rule) => format!("without {}", dropped(datacenter, request, rule)),
            Change::Set(..) | Change::StopOver(..) => {
                format!("with {}", self.show(datacenter, request))
            }
        }
    }
}

fn dropped(datacenter: &Datacenter, request: &Request, rule: usize) -> String {
    format!(
        "`{}`",
        rule_in_words(datacenter, request, &request.rules[rule])
    )
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
        RuleKind::Roll { .. } => {
            let count = value.parse().unwrap_or(usize::MAX);
            format!("{} worked on at once", show_count(count, "server"))
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
