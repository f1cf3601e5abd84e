//! The plan as rows that the engine reads: servers, guests, levels, reasons, actions.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::number;
use super::platform::Platforms;
use super::quote::quote;
use crate::datacenter::{Datacenter, Manner, Pool, ServerId, VmId};
use crate::emit::clock::Clock;
use crate::emit::text::printable;
use crate::emit::{kind_of, server_of, vm_of};
use crate::formulation::Seconds;
use crate::plan::{Plan, Planned, Until};
use crate::request::Task;

/// MiB, rounded up.
fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

/// The servers and VMs of a plan's actions, numbered from 1. Nobody else is asked anything.
struct Cast {
    servers: BTreeMap<ServerId, usize>,
    guests: BTreeMap<VmId, usize>,
}

impl Cast {
    fn new(plan: &Plan) -> Self {
        let mut cast = Cast {
            servers: BTreeMap::new(),
            guests: BTreeMap::new(),
        };
        for action in &plan.actions {
            let servers = [action.from, server_of(action)].into_iter().flatten();
            cast.servers.extend(servers.map(|server| (server, 0)));
            cast.guests.extend(vm_of(action.task).map(|vm| (vm, 0)));
        }
        let servers = cast.servers.values_mut();
        servers.zip(1..).for_each(|(place, number)| *place = number);
        let guests = cast.guests.values_mut();
        guests.zip(1..).for_each(|(place, number)| *place = number);
        cast
    }

    /// The number of a server; 0 where there is none.
    fn server(&self, server: Option<ServerId>) -> usize {
        server.map_or(0, |server| self.servers[&server])
    }
}

/// All rows.
pub fn rows<'a>(datacenter: &'a Datacenter, plan: &Plan, platforms: &mut Platforms<'a>) -> String {
    let cast = Cast::new(plan);
    let mut out = inputs(plan);
    out += &servers(datacenter, plan, &cast, platforms);
    out += &guests(datacenter, &cast);
    let mut reasons = Reasons::default();
    let actions = actions(plan, &cast, &mut reasons);
    out += &reasons.rows();
    out += &levels(plan);
    out + &actions
}

/// What the plan was made from.
fn inputs(plan: &Plan) -> String {
    let files = plan.source.iter().flat_map(|source| &source.files);
    files
        .map(|(file, sha256)| format!("input {sha256} {}\n", quote(file)))
        .collect()
}

fn servers(
    datacenter: &Datacenter,
    plan: &Plan,
    cast: &Cast,
    platforms: &mut Platforms<'_>,
) -> String {
    let needs = needs(datacenter, plan);
    let mut rows =
        "#      number platform on needs name address uri bmc migration own\n".to_owned();
    for (&id, number) in &cast.servers {
        let platform = platforms.number(id);
        let _ = writeln!(
            rows,
            "server {number:>6} {platform:>8} {:>2} {:>5} {} {} {} {} {} {}",
            u8::from(datacenter[id].on),
            needs.get(&id).copied().unwrap_or(0),
            quote(&datacenter[id].name),
            quote(platforms.address(id)),
            quote(&platforms.uri(id)),
            quote(platforms.bmc(id)),
            quote(
                datacenter[id]
                    .migration_address
                    .as_deref()
                    .unwrap_or_default()
            ),
            quote(datacenter.own_name(id)),
        );
    }
    format!("{}{rows}", platforms.rows())
}

/// MiB that each server's guests take at most on top of what they take at the start.
fn needs(datacenter: &Datacenter, plan: &Plan) -> BTreeMap<ServerId, i64> {
    let mut changes: Vec<(i64, i64, ServerId)> = Vec::new();
    for action in &plan.actions {
        let (Some(vm), Some(from)) = (vm_of(action.task), action.from) else {
            continue;
        };
        let memory = mebibytes(datacenter[vm].memory.value) as i64;
        match action.task {
            Task::Migrate { to, .. } => {
                changes.push((action.start, memory, to));
                changes.push((action.end, -memory, from));
            }
            Task::Start(_) => changes.push((action.start, memory, from)),
            Task::Stop(_) => changes.push((action.end, -memory, from)),
            _ => {}
        }
    }
    changes.sort_unstable();
    let mut now: BTreeMap<ServerId, i64> = BTreeMap::new();
    let mut most = BTreeMap::new();
    for (_, change, server) in changes {
        let level = now.entry(server).or_default();
        *level += change;
        let peak = most.entry(server).or_insert(0);
        *peak = (*peak).max(*level);
    }
    most
}

fn guests(datacenter: &Datacenter, cast: &Cast) -> String {
    let mut rows = "#      number   MiB   on runs name\n".to_owned();
    for (&id, number) in &cast.guests {
        let vm = &datacenter[id];
        // Where a VM is that acts, there is an action of its own.
        let host = cast.servers.get(&vm.host.value).copied().unwrap_or(0);
        let _ = writeln!(
            rows,
            "guest {number:>7} {:>5} {host:>4} {:>4} {}",
            mebibytes(vm.memory.value),
            u8::from(vm.running),
            quote(&vm.name),
        );
        if vm.disk.is_some() {
            let _ = writeln!(rows, "has_disk {number:>4}");
        }
    }
    rows
}

/// Texts that rows name by a number, each once.
#[derive(Default)]
struct Reasons<'a>(BTreeMap<&'a str, usize>);

impl<'a> Reasons<'a> {
    fn number(&mut self, text: &'a str) -> usize {
        let next = self.0.len() + 1;
        *self.0.entry(text).or_insert(next)
    }

    fn rows(&self) -> String {
        let mut ordered: Vec<_> = self.0.iter().map(|(text, number)| (number, text)).collect();
        ordered.sort_unstable();
        let row = |(number, text): (&usize, &&str)| {
            format!("why {number:>9} {}\n", quote(&printable(text)))
        };
        ordered.into_iter().map(row).collect()
    }
}

fn levels(plan: &Plan) -> String {
    let mut rows = String::new();
    for (at, level) in plan.timed_levels.iter().enumerate() {
        let pieces: Vec<String> = level
            .capacity
            .iter()
            .map(|(from, capacity)| format!("{from}/{capacity}"))
            .collect();
        let _ = writeln!(
            rows,
            "level {:>7} {} {} '{}' {}",
            at + 1,
            told(level.by_clock),
            level.initial,
            pieces.join(" "),
            quote(&printable(&level.name)),
        );
    }
    rows
}

/// The actions in the order of their starts.
fn actions<'a>(plan: &'a Plan, cast: &Cast, reasons: &mut Reasons<'a>) -> String {
    let clock = Clock::new(plan);
    let mut rows = "#      number kind guest from to KiB/s start end late limit policy retries pause waits openings time title\n".to_owned();
    for (at, action) in plan.actions.iter().enumerate() {
        let _ = writeln!(
            rows,
            "action {:>6} {} {} {} {} {} {} {} {} {} {} {} {} '{}' '{}' '{}' {}",
            number(at),
            match action.is_moved(Manner::Cold) {
                true => Manner::Cold.word(),
                false => kind_of(action.task),
            },
            vm_of(action.task).map_or(0, |vm| cast.guests[&vm]),
            cast.server(action.from),
            cast.server(server_of(action)),
            action.rate.map_or(0, |bits| bits / 8 / 1024),
            action.start,
            action.end,
            action.timeout.late_after,
            action.timeout.limit,
            action.timeout.policy.word(),
            action.retry.times,
            action.retry.pause,
            waits(action, reasons),
            openings(action, reasons),
            clock.at(action.start),
            quote(&printable(&action.title())),
        );
        if let Some(Pool(pool)) = action.pool {
            let _ = writeln!(rows, "in_pool {:>6} {pool}", number(at));
        }
        for (level, take, give) in &action.demands {
            let _ = writeln!(rows, "takes  {:>6} {} {take} {give}", number(at), level + 1);
        }
    }
    rows
}

/// `done/0001/2`: until when, of whom, and why.
fn waits<'a>(action: &'a Planned, reasons: &mut Reasons<'a>) -> String {
    let words: Vec<String> = action
        .after
        .iter()
        .map(|wait| {
            let until = match wait.until {
                Until::Done => "done".to_owned(),
                Until::Over => "over".to_owned(),
                Until::Started(lag) => format!("started+{lag}"),
            };
            let (other, why) = (number(wait.action), reasons.number(&wait.why));
            format!("{until}/{other}/{why}")
        })
        .collect();
    words.join(" ")
}

/// `clock/-/2940/3`: how it is told, the first and the last moment, and what ends it.
fn openings<'a>(action: &'a Planned, reasons: &mut Reasons<'a>) -> String {
    let words: Vec<String> = action
        .openings
        .iter()
        .map(|opening| {
            let moment = |moment: Option<Seconds>| moment.map_or("-".to_owned(), |m| m.to_string());
            let (from, last) = (moment(opening.from), moment(opening.last));
            let closed_by = opening.closed_by.as_deref();
            let why = closed_by.map_or(0, |rule| reasons.number(rule));
            format!("{}/{from}/{last}/{why}", told(opening.by_clock))
        })
        .collect();
    words.join(" ")
}

/// How a moment is told.
fn told(by_clock: bool) -> &'static str {
    if by_clock { "clock" } else { "start" }
}
