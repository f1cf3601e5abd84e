//! More servers than lanes: for each place, how many actions run at each moment, kind above kind. A migration is counted in the
//! place that it leaves and, paler, in the place where it arrives.

use std::collections::BTreeMap;

use svg::node::element::path::Data;
use svg::node::element::{Group, Path, Rectangle, Title};

use super::axis::{Axis, line};
use super::look;
use super::paint::{GRID, INK, MUTED, fitting, px, text, text_width};
use crate::datacenter::{Datacenter, Node, ServerId, SwitchId};
use crate::emit::clock::Clock;
use crate::emit::server_of;
use crate::emit::text::printable;
use crate::formulation::Seconds;
use crate::plan::{Plan, Planned};
use crate::request::Task;
use crate::show::show_count;

/// The rows together are no higher, so that the picture stays below 4,000.
const HEIGHT: f64 = 3000.0;
const ROW: std::ops::RangeInclusive<f64> = 26.0..=64.0;
/// Rows from which on larger places tell something.
const ENOUGH: usize = 8;
/// Parts of the time of which details are told on demand, in all rows together, and in one.
const DETAILS: usize = 4000;
const PARTS: std::ops::RangeInclusive<usize> = 12..=60;
/// Actions that such a detail names.
const NAMED: usize = 6;

/// Servers that share a row.
struct Crowd<'a> {
    name: String,
    servers: usize,
    /// With whether they arrive.
    events: Vec<(&'a Planned, bool)>,
}

/// The rows from `top` on, and their height.
pub fn draw(
    datacenter: &Datacenter,
    plan: &Plan,
    clock: &Clock,
    axis: &Axis,
    top: f64,
) -> (Group, f64) {
    let crowds = crowds(datacenter, plan);
    let count = crowds.len().max(1);
    let row = (HEIGHT / count as f64).clamp(*ROW.start(), *ROW.end());
    let parts = (DETAILS / count).clamp(*PARTS.start(), *PARTS.end());
    let rows: Vec<(&Crowd<'_>, Vec<Kind<'_>>)> = crowds
        .iter()
        .map(|crowd| (crowd, kinds(&crowd.events)))
        .collect();
    let most = rows.iter().map(|(_, kinds)| peak(kinds)).max().unwrap_or(1);
    let mut group = Group::new();
    let mut y = top + 4.0;
    for (crowd, kinds) in &rows {
        group = group
            .add(shape(kinds, axis, y, row, most))
            .add(words(crowd, peak(kinds), axis, y, row))
            .add(details(crowd, plan, clock, axis, (y, row), parts));
        y += row;
    }
    (group, y + 4.0 - top)
}

/// The servers on which something happens, in groups of which the rows fit: by the nearest place, or by the places around those
/// where these are many enough to tell something; and where that does not do, neighbours share a row.
fn crowds<'a>(datacenter: &Datacenter, plan: &'a Plan) -> Vec<Crowd<'a>> {
    let mut events: BTreeMap<ServerId, Vec<(&Planned, bool)>> = BTreeMap::new();
    for action in &plan.actions {
        match action.task {
            Task::Migrate { to, .. } => {
                let from = action.from.into_iter();
                for (server, arrives) in from.map(|from| (from, false)).chain([(to, true)]) {
                    events.entry(server).or_default().push((action, arrives));
                }
            }
            // A pause is on no server.
            _ => {
                if let Some(server) = server_of(action) {
                    events.entry(server).or_default().push((action, false));
                }
            }
        }
    }
    let most = (HEIGHT / ROW.start()) as usize;
    let servers: Vec<ServerId> = events.keys().copied().collect();
    let mut units = units(datacenter, &servers, |server| datacenter[server].parent);
    let mut around = 1;
    while units.len() > most {
        let outer = self::units(datacenter, &servers, |server| {
            places(datacenter, server).nth(around)
        });
        if outer.len() < ENOUGH || outer.len() == units.len() {
            break;
        }
        units = outer;
        around += 1;
    }
    let block = units.len().div_ceil(most).max(1);
    let crowds = units.chunks(block).map(|units| {
        let servers = units.iter().flat_map(|unit| &unit.servers);
        let mut all: Vec<(&Planned, bool)> = servers
            .clone()
            .filter_map(|server| events.get(server))
            .flatten()
            .copied()
            .collect();
        all.sort_by_key(|(action, _)| action.start);
        let (first, last) = (&units[0].name, &units[units.len() - 1].name);
        Crowd {
            name: match units.len() {
                1 => printable(first),
                _ => printable(&format!("{first} … {last}")),
            },
            servers: servers.count(),
            events: all,
        }
    });
    crowds.collect()
}

/// Servers that are told together in any case.
struct Unit {
    name: String,
    servers: Vec<ServerId>,
}

/// The servers by their place, or one by one where they have none.
fn units(
    datacenter: &Datacenter,
    servers: &[ServerId],
    place: impl Fn(ServerId) -> Option<SwitchId>,
) -> Vec<Unit> {
    let mut groups: BTreeMap<(Option<SwitchId>, Option<ServerId>), Vec<ServerId>> = BTreeMap::new();
    for &server in servers {
        let place = place(server);
        let alone = place.is_none().then_some(server);
        groups.entry((place, alone)).or_default().push(server);
    }
    let unit = |((place, _), servers): ((Option<SwitchId>, _), Vec<ServerId>)| Unit {
        name: match place {
            Some(place) => datacenter[place].name.clone(),
            None => datacenter[servers[0]].name.clone(),
        },
        servers,
    };
    groups.into_iter().map(unit).collect()
}

/// The place of a server, the place around that, and so on.
fn places(datacenter: &Datacenter, server: ServerId) -> impl Iterator<Item = SwitchId> + '_ {
    std::iter::successors(datacenter[server].parent, |&place| {
        datacenter.parent(Node::Switch(place))
    })
}

/// Of one kind of action, how many run from each moment on.
struct Kind<'a> {
    example: &'a Planned,
    arrives: bool,
    levels: Vec<(Seconds, i64)>,
}

fn kinds<'a>(events: &[(&'a Planned, bool)]) -> Vec<Kind<'a>> {
    let mut all: BTreeMap<(&str, bool, bool), Vec<&'a Planned>> = BTreeMap::new();
    for &(action, arrives) in events {
        let (name, _) = look::look(action);
        let kind = (name, action.inferred, arrives);
        all.entry(kind).or_default().push(action);
    }
    let kinds = all.into_iter().map(|((_, _, arrives), actions)| {
        let mut changes: BTreeMap<Seconds, i64> = BTreeMap::new();
        for action in &actions {
            *changes.entry(action.start).or_default() += 1;
            *changes.entry(action.end).or_default() -= 1;
        }
        let mut level = 0;
        let levels = changes.into_iter().map(|(moment, change)| {
            level += change;
            (moment, level)
        });
        Kind {
            example: actions[0],
            arrives,
            levels: levels.collect(),
        }
    });
    kinds.collect()
}

/// The moments at which something changes, with what runs from then on of each kind.
fn steps(kinds: &[Kind<'_>]) -> Vec<(Seconds, Vec<i64>)> {
    let mut changes: Vec<(Seconds, usize, i64)> = Vec::new();
    for (at, kind) in kinds.iter().enumerate() {
        changes.extend(
            kind.levels
                .iter()
                .map(|&(moment, level)| (moment, at, level)),
        );
    }
    changes.sort_unstable();
    let mut now = vec![0; kinds.len()];
    let mut steps: Vec<(Seconds, Vec<i64>)> = Vec::new();
    for (moment, kind, level) in changes {
        now[kind] = level;
        match steps.last_mut() {
            Some((last, levels)) if *last == moment => levels.clone_from(&now),
            _ => steps.push((moment, now.clone())),
        }
    }
    steps
}

fn peak(kinds: &[Kind<'_>]) -> i64 {
    let steps = steps(kinds);
    let sums = steps.iter().map(|(_, levels)| levels.iter().sum());
    sums.max().unwrap_or(0).max(1)
}

/// Kind above kind, all rows in the same scale.
fn shape(kinds: &[Kind<'_>], axis: &Axis, y: f64, row: f64, most: i64) -> Group {
    let (left, right) = axis.range();
    let floor = y + row - 1.0;
    let unit = (row - 4.0) / most as f64;
    let steps = steps(kinds);
    let mut group = Group::new().add(line(left, floor, right, floor, GRID));
    for (at, kind) in kinds.iter().enumerate() {
        let mut data = Data::new();
        for (step, (from, levels)) in steps.iter().enumerate() {
            if levels[at] == 0 {
                continue;
            }
            let to = steps.get(step + 1).map_or(*from, |next| next.0);
            let below: i64 = levels[..at].iter().sum();
            let bottom = floor - unit * below as f64;
            let top = bottom - unit * levels[at] as f64;
            let (x, end) = (axis.x(*from), axis.x(to).max(axis.x(*from) + 0.5));
            data = data
                .move_to((px(x), px(bottom)))
                .line_to((px(x), px(top)))
                .line_to((px(end), px(top)))
                .line_to((px(end), px(bottom)))
                .close();
        }
        let (_, colour) = look::look(kind.example);
        let opacity = match (kind.arrives, kind.example.inferred) {
            (true, _) => look::PALE,
            (false, true) => look::IMPLIED,
            (false, false) => 1.0,
        };
        group = group.add(
            Path::new()
                .set("d", data)
                .set("fill", colour)
                .set("fill-opacity", opacity),
        );
    }
    group
}

/// The name of the row, how much happens in it, and how much at once.
fn words(crowd: &Crowd<'_>, peak: i64, axis: &Axis, y: f64, row: f64) -> Group {
    let (left, right) = axis.range();
    let here = crowd.events.iter().filter(|(_, arrives)| !arrives).count();
    let actions = show_count(here, "action");
    let counts = format!("{}, {actions}", show_count(crowd.servers, "server"));
    let counts = match text_width(&counts, 10.0) <= left - 16.0 {
        true => counts,
        false => actions,
    };
    let name = fitting(&crowd.name, 12.0, left - 16.0);
    let middle = y + row / 2.0;
    Group::new()
        .add(
            text(&name, left - 10.0, middle - 1.0, 12.0, INK)
                .set("text-anchor", "end")
                .set("font-weight", 600)
                .add(Title::new(crowd.name.clone())),
        )
        .add(text(&counts, left - 10.0, middle + 10.5, 10.0, MUTED).set("text-anchor", "end"))
        .add(text(
            &format!("{peak} at once"),
            right + 6.0,
            middle + 4.0,
            11.0,
            MUTED,
        ))
}

/// What runs in each part of the time, told on demand.
fn details(
    crowd: &Crowd<'_>,
    plan: &Plan,
    clock: &Clock,
    axis: &Axis,
    (y, row): (f64, f64),
    parts: usize,
) -> Group {
    let mut group = Group::new();
    let end = plan.makespan.max(1);
    let moment = |part: usize| end * part as Seconds / parts as Seconds;
    for part in 0..parts {
        let (from, to) = (moment(part), moment(part + 1));
        let running = crowd.events.iter();
        let running = running.filter(|(action, _)| action.start < to && action.end > from);
        let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
        let mut names: Vec<String> = Vec::new();
        for (action, arrives) in running.clone() {
            *counts.entry((look::look(action).0, *arrives)).or_default() += 1;
            if names.len() < NAMED {
                names.push(printable(&action.id));
            }
        }
        if counts.is_empty() {
            continue;
        }
        let mut told = vec![format!(
            "{}, {} to {}",
            crowd.name,
            clock.at(from),
            clock.at(to)
        )];
        told.extend(counts.iter().map(|((name, arrives), count)| {
            let arrives = if *arrives { ", arriving" } else { "" };
            format!("{count} × {name}{arrives}")
        }));
        let all: usize = counts.values().sum();
        told.push(names.join(", ") + if all > names.len() { ", …" } else { "" });
        let area = Rectangle::new()
            .set("x", px(axis.x(from)))
            .set("y", px(y))
            .set("width", px(axis.x(to) - axis.x(from)))
            .set("height", px(row))
            .set("fill-opacity", 0);
        group = group.add(area.add(Title::new(told.join("\n"))));
    }
    group
}
