//! Quantities and rules in words, for names and messages.

use super::Cause;
use crate::datacenter::{Datacenter, Node, ServerId, Stock, VmId};
use crate::request::{
    Direction, Period, Request, Rule, RuleKind, Seconds, Shared, Start, Subject, show_moment,
};
use crate::show::{show_bytes, show_count, show_milliseconds, show_power, show_rate, show_seconds};

/// How many names are listed before `and N more`.
const LISTED: usize = 5;

/// `a, b and 3 more`
pub(super) fn list<S: AsRef<str>>(names: impl ExactSizeIterator<Item = S>) -> String {
    let total = names.len();
    let shown: Vec<String> = names
        .take(LISTED)
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    match total {
        0 => "none".to_owned(),
        _ if total > LISTED => format!("{} and {} more", shown.join(", "), total - LISTED),
        _ => shown.join(", "),
    }
}

/// `1.5 kW`
pub(super) fn power(mw: i128) -> String {
    show_power(natural(mw))
}

/// `500 Mbit/s`
pub(super) fn rate(bits: i128) -> String {
    show_rate(natural(bits))
}

/// `4 GiB`
pub(super) fn memory(bytes: i128) -> String {
    show_bytes(natural(bytes))
}

/// `2.5 CPUs`
/// An amount of a stock: `4 GiB`.
pub(super) fn amount(dc: &Datacenter, stock: Stock, amount: i128) -> String {
    dc.measure(stock).show(natural(amount))
}

/// `1 h 5 min 20 s`
pub(super) fn duration(seconds: Seconds) -> String {
    show_seconds(seconds)
}

/// Levels are never negative.
fn natural(value: i128) -> u64 {
    u64::try_from(value.max(0)).unwrap_or(u64::MAX)
}

/// A rule as it could be written: `budget 9 kW from 06:00 to 08:00`.
pub(super) fn rule(dc: &Datacenter, request: &Request, rule: &Rule) -> String {
    kind(dc, request, &rule.kind)
}

fn kind(dc: &Datacenter, request: &Request, rule: &RuleKind) -> String {
    let start = request.start.as_ref();
    let moment = |at: Seconds| show_moment(start, at);
    let period = |p: &Period| period(start, p);
    match rule {
        RuleKind::Sync { vms, .. } => {
            format!("sync {}", vm_names(dc, vms))
        }
        RuleKind::Before { first, then } => {
            format!("before {} -> {}", subjects(dc, first), subjects(dc, then))
        }
        RuleKind::By { subjects: s, time } => {
            format!("before {} by {}", subjects(dc, s), moment(*time))
        }
        RuleKind::After { subjects: s, time } => {
            format!("after {} from {}", subjects(dc, s), moment(*time))
        }
        RuleKind::Seq { subjects: s } => format!("seq {}", subjects(dc, s)),
        RuleKind::Freeze {
            subjects: s,
            period: p,
        } => format!("freeze {}{}", subjects(dc, s), period(p)),
        RuleKind::Allow {
            subjects: s,
            periods,
        } => {
            let periods: Vec<String> = periods.iter().map(period).collect();
            format!("allow {}{}", subjects(dc, s), periods.join(" and"))
        }
        RuleKind::Spread { vms, over } => {
            let over = match over {
                Shared::Server => "",
                Shared::Rack => " over racks",
                Shared::Site => " over sites",
            };
            format!("spread {}{over}", vm_names(dc, vms))
        }
        RuleKind::Gather { vms } => format!("gather {}", vm_names(dc, vms)),
        RuleKind::Lonely { vms } => format!("lonely {}", vm_names(dc, vms)),
        RuleKind::Prefer { rule, weight } => {
            format!("prefer {} weight {weight}", kind(dc, request, rule))
        }
        RuleKind::Downtime { vms, most } => format!(
            "downtime of {} <= {}",
            vm_names(dc, vms),
            show_milliseconds(*most)
        ),
        RuleKind::Pin { vms } => format!("pin {}", vm_names(dc, vms)),
        RuleKind::Keep {
            vms,
            servers,
            is_off,
        } => {
            let word = if *is_off { "off" } else { "on" };
            let servers = server_names(dc, servers);
            format!("keep {} {word} {servers}", vm_names(dc, vms))
        }
        RuleKind::Reserve { count, servers } => {
            format!("reserve {count} of {}", server_names(dc, servers))
        }
        RuleKind::AtMostVms {
            count,
            servers,
            period: p,
        } => {
            let servers = server_names(dc, servers);
            format!("at most {count} vms on {servers}{}", period(p))
        }
        RuleKind::AtMostOff {
            count,
            servers,
            period: p,
        } => {
            let servers = server_names(dc, servers);
            format!("at most {count} of {servers} off{}", period(p))
        }
        RuleKind::Budget {
            power: mw,
            servers,
            period: p,
        } => {
            let on = servers
                .as_ref()
                .map(|servers| on_servers(dc, servers))
                .unwrap_or_default();
            format!("budget {}{on}{}", power(i128::from(*mw)), period(p))
        }
        RuleKind::AtMostMigrations {
            count,
            scope,
            period: p,
        } => {
            let scope = scope.as_ref().map(|(direction, servers)| {
                let word = match direction {
                    Direction::From => "from",
                    Direction::To => "to",
                    Direction::In => "in",
                };
                format!(" {word} {}", server_names(dc, servers))
            });
            format!(
                "at most {}{}{}",
                show_count(*count as usize, "migration"),
                scope.unwrap_or_default(),
                period(p)
            )
        }
        RuleKind::AtMostOn {
            count,
            servers,
            period: p,
        } => {
            format!(
                "at most {count} of {} on{}",
                server_names(dc, servers),
                period(p)
            )
        }
        RuleKind::Limit {
            nodes,
            rate: bits,
            period: p,
        } => {
            let nodes = names(nodes.iter().map(|&node: &Node| dc.node_name(node)));
            format!("limit {nodes} to {}{}", rate(i128::from(*bits)), period(p))
        }
        RuleKind::Any {
            count,
            servers,
            is_shutdown,
            ..
        } => {
            let word = if *is_shutdown { "shutdown" } else { "empty" };
            let count = count.map_or(String::new(), |count| format!("{count} "));
            format!("{word} any {count}of {}", server_names(dc, servers))
        }
        RuleKind::Roll { count, turns, .. } => {
            let servers: Vec<ServerId> = turns.iter().map(|turn| turn.server).collect();
            format!("roll {} by {count}", server_names(dc, &servers))
        }
        RuleKind::Weight {
            subjects: s,
            factor,
        } => format!("weight {factor} on {}", subjects(dc, s)),
    }
}

/// What the members of a `spread` never share, in words.
pub(super) fn place(over: Shared) -> &'static str {
    match over {
        Shared::Server => "server",
        Shared::Rack => "rack",
        Shared::Site => "site",
    }
}

/// An order that the steps imply, in words.
pub(super) fn implied(dc: &Datacenter, request: &Request, cause: Cause) -> String {
    match cause {
        Cause::VmInOrder(vm) => format!("order of the steps of {}", dc[vm].name),
        Cause::ServerInOrder(server) => format!("order of the steps of {}", dc[server].name),
        Cause::Pause(step) => {
            let text = request.steps[step].text.as_deref().unwrap_or_default();
            format!("pause \"{text}\"")
        }
        Cause::Up(server) => format!("{} is up before a VM arrives", dc[server].name),
        Cause::Empty(server) => format!("{} is empty before its shutdown", dc[server].name),
        Cause::Stays => String::from("who need not move"),
        Cause::Begun => String::from("what has begun goes on"),
        _ => String::from("what the datacenter has"),
    }
}

fn period(start: Option<&Start>, period: &Period) -> String {
    let moment = |at: Seconds| show_moment(start, at);
    match (period.from, period.to) {
        (0, None) => String::new(),
        (from, None) => format!(" from {}", moment(from)),
        (0, Some(to)) => format!(" until {}", moment(to)),
        (from, Some(to)) => format!(" from {} to {}", moment(from), moment(to)),
    }
}

fn on_servers(dc: &Datacenter, servers: &[ServerId]) -> String {
    format!(" on {}", server_names(dc, servers))
}

fn server_names(dc: &Datacenter, servers: &[ServerId]) -> String {
    names(servers.iter().map(|&server| dc[server].name.as_str()))
}

fn vm_names(dc: &Datacenter, vms: &[VmId]) -> String {
    names(vms.iter().map(|&vm| vm_name(dc, vm)))
}

fn vm_name(dc: &Datacenter, vm: VmId) -> &str {
    &dc[vm].name
}

fn subjects(dc: &Datacenter, subjects: &[Subject]) -> String {
    names(subjects.iter().map(|&subject| match subject {
        Subject::Vm(vm) => dc[vm].name.as_str(),
        Subject::Server(server) | Subject::Own(server) => dc[server].name.as_str(),
    }))
}

/// `a, b, …`: labels stay short.
fn names<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHORT: usize = 3;
    let more = names.len() > SHORT;
    let mut shown: Vec<&str> = names.take(SHORT).collect();
    if more {
        shown.push("…");
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_in_words() {
        assert_eq!(power(9_000_000), "9 kW");
        assert_eq!(rate(888_888_888), "888.889 Mbit/s");
        assert_eq!(memory(4 << 30), "4 GiB");
        assert_eq!(duration(3920), "1 h 5 min 20 s");
        assert_eq!(list(["a", "b"].iter()), "`a`, `b`");
        assert_eq!(
            list((0..9).map(|n| n.to_string())),
            "`0`, `1`, `2`, `3`, `4` and 4 more"
        );
    }
}
