//! Many actions: a lane for each server that does something, by rack. A migration is on the lane that it leaves and, hollow, on
//! the lane where it arrives.

use std::collections::BTreeMap;

use svg::node::element::{Group, Rectangle, Title};

use super::axis::{Axis, line};
use super::look::{self, Arrival};
use super::paint::{GRID, INK, MUTED, fitting, px, text, text_width};
use crate::datacenter::{Datacenter, ServerId, SwitchId, VmId};
use crate::emit::clock::Clock;
use crate::emit::text::printable;
use crate::emit::{server_of, vm_of};
use crate::formulation::Seconds;
use crate::plan::{Plan, Planned};
use crate::request::Task;
use crate::show::show_count;

/// The lanes together are no higher, so that the picture stays below 4,000.
const HEIGHT: f64 = 3000.0;
/// Of a lane, whose name must be legible.
const LANE: std::ops::RangeInclusive<f64> = 11.0..=20.0;
/// Of what happens at the same time on one lane; more than so many at once are drawn over one another.
const STRIPE: f64 = 4.0;
const STRIPES: usize = 8;
/// Of the line above the lanes of a rack.
const HEAD: f64 = 22.0;
/// Of names beside bars.
const LEAST_BESIDE: f64 = 40.0;
/// Where racks end.
const GAP: f64 = 6.0;

/// What happens on a server: the actions with their stripes, and whether they arrive.
struct Lane<'a> {
    server: ServerId,
    events: Vec<Event<'a>>,
    stripes: usize,
}

struct Event<'a> {
    action: &'a Planned,
    arrives: bool,
    stripe: usize,
}

/// Lanes of the servers of one place.
struct Rack<'a> {
    place: Option<SwitchId>,
    lanes: Vec<Lane<'a>>,
}

/// All lanes.
pub struct Lanes<'a> {
    racks: Vec<Rack<'a>>,
    /// Height of a lane on which not much happens at once.
    height: f64,
}

impl<'a> Lanes<'a> {
    /// None where there are more than fit.
    pub fn of(datacenter: &Datacenter, plan: &'a Plan) -> Option<Self> {
        let racks = racks(datacenter, plan);
        let heads = (HEAD + GAP) * racks.len() as f64;
        let count = racks.iter().flat_map(|rack| &rack.lanes).count();
        let height = (HEIGHT - heads) / count.max(1) as f64;
        let lanes = Lanes {
            height: height.clamp(*LANE.start(), *LANE.end()),
            racks,
        };
        let all = lanes.racks.iter().flat_map(|rack| &rack.lanes);
        let needed = heads + all.map(|lane| lanes.height_of(lane)).sum::<f64>();
        (needed <= HEIGHT).then_some(lanes)
    }

    fn height_of(&self, lane: &Lane<'_>) -> f64 {
        self.height.max(STRIPE * lane.stripes as f64 + 3.0)
    }

    /// The lanes from `top` on, and their height.
    pub fn draw(
        &self,
        datacenter: &Datacenter,
        clock: &Clock,
        axis: &Axis,
        top: f64,
    ) -> (Group, f64) {
        let mut group = Group::new();
        let mut y = top + 4.0;
        for rack in &self.racks {
            group = group.add(head(datacenter, rack, axis, y));
            y += HEAD;
            for lane in &rack.lanes {
                let height = self.height_of(lane);
                group = group.add(draw_lane(datacenter, lane, clock, axis, y, height));
                y += height;
            }
            y += GAP;
        }
        (group, y - top)
    }
}

/// The servers on which something happens, by the place that they stand in, in the order of the datacenter.
fn racks<'a>(datacenter: &Datacenter, plan: &'a Plan) -> Vec<Rack<'a>> {
    let mut events: BTreeMap<(Option<SwitchId>, ServerId), Vec<Event<'a>>> = BTreeMap::new();
    for action in &plan.actions {
        let mut add = |server: ServerId, arrives| {
            let key = (datacenter[server].parent, server);
            let event = Event {
                action,
                arrives,
                stripe: 0,
            };
            events.entry(key).or_default().push(event);
        };
        match action.task {
            Task::Migrate { to, .. } => {
                action.from.into_iter().for_each(|from| add(from, false));
                add(to, true);
            }
            // A pause is on no server.
            _ => server_of(action).into_iter().for_each(|at| add(at, false)),
        }
    }
    let mut racks: Vec<Rack<'a>> = Vec::new();
    for ((place, server), events) in events {
        let lane = Lane::new(server, events);
        match racks.last_mut() {
            Some(rack) if rack.place == place => rack.lanes.push(lane),
            _ => racks.push(Rack {
                place,
                lanes: vec![lane],
            }),
        }
    }
    racks
}

impl<'a> Lane<'a> {
    /// Each event is in the first stripe that is free, so that those at the same time are below one another.
    fn new(server: ServerId, mut events: Vec<Event<'a>>) -> Self {
        events.sort_by_key(|event| event.action.start);
        let mut free: Vec<Seconds> = Vec::new();
        for event in &mut events {
            let (start, end) = (event.action.start, event.action.end);
            let known = free.iter().position(|&from| from <= start);
            event.stripe = match known {
                Some(stripe) => stripe,
                None if free.len() < STRIPES => {
                    free.push(end);
                    free.len() - 1
                }
                None => STRIPES - 1,
            };
            free[event.stripe] = free[event.stripe].max(end);
        }
        Lane {
            server,
            events,
            stripes: free.len(),
        }
    }
}

/// The name of a place, and how much happens there.
fn head(datacenter: &Datacenter, rack: &Rack<'_>, axis: &Axis, y: f64) -> Group {
    let (left, right) = axis.range();
    let name = rack.place.map_or(String::from("in no rack"), |place| {
        printable(&datacenter[place].name)
    });
    let events = rack.lanes.iter().flat_map(|lane| &lane.events);
    let here = events.filter(|event| !event.arrives).count();
    let counts = format!(
        "{}, {} from here",
        show_count(rack.lanes.len(), "server"),
        show_count(here, "action")
    );
    let name = fitting(&name, 12.0, left - 36.0);
    Group::new()
        .add(line(24.0, y + HEAD - 2.0, right, y + HEAD - 2.0, GRID))
        .add(text(&name, 24.0, y + 15.0, 12.0, INK).set("font-weight", 600))
        .add(text(&counts, left + 6.0, y + 15.0, 11.0, MUTED))
}

fn draw_lane(
    datacenter: &Datacenter,
    lane: &Lane<'_>,
    clock: &Clock,
    axis: &Axis,
    y: f64,
    height: f64,
) -> Group {
    let (left, right) = axis.range();
    let size = (height * 0.72).min(11.0);
    let whole = printable(datacenter.own_name(lane.server));
    let name = fitting(&whole, size, left - 48.0);
    let label = text(
        &name,
        left - 10.0,
        y + height / 2.0 + size * 0.36,
        size,
        INK,
    )
    .set("text-anchor", "end")
    .add(Title::new(printable(&datacenter[lane.server].name)));
    let mut group = Group::new()
        .add(line(left, y + height, right, y + height, GRID))
        .add(label);
    let stripe = (height - 3.0) / lane.stripes as f64;
    let mut untold = Vec::new();
    for event in &lane.events {
        let top = y + 1.5 + stripe * event.stripe as f64;
        group = group.add(bar(datacenter, event, clock, axis, top, stripe));
        match inside(datacenter, event, axis, top, stripe) {
            Some(name) => group = group.add(name),
            None => untold.extend(vm_of(event.action.task)),
        }
    }
    match beside(datacenter, lane, &untold, axis, y + height / 2.0) {
        Some(names) => group.add(names),
        None => group,
    }
}

/// Names of VMs that do not fit into their bars: behind the last bar of the lane, or before the first one where there is more room.
fn beside(
    datacenter: &Datacenter,
    lane: &Lane<'_>,
    vms: &[VmId],
    axis: &Axis,
    middle: f64,
) -> Option<svg::node::element::Text> {
    const SIZE: f64 = 9.5;
    let names: Vec<String> = vms
        .iter()
        .map(|&vm| printable(&datacenter[vm].name))
        .collect();
    let names = names.join(", ");
    let first = lane.events.iter().map(|event| event.action.start).min()?;
    let last = lane.events.iter().map(|event| event.action.end).max()?;
    let (left, right) = axis.range();
    let (before, behind) = (axis.x(first) - left - 8.0, right - axis.x(last) - 8.0);
    if names.is_empty() || before.max(behind) < LEAST_BESIDE {
        return None;
    }
    let is_behind = text_width(&names, SIZE) <= behind || behind >= before;
    let (x, anchor, room) = match is_behind {
        true => (axis.x(last) + 5.0, "start", behind),
        false => (axis.x(first) - 5.0, "end", before),
    };
    let names = fitting(&names, SIZE, room);
    Some(text(&names, x, middle + SIZE * 0.36, SIZE, MUTED).set("text-anchor", anchor))
}

fn bar(
    datacenter: &Datacenter,
    event: &Event<'_>,
    clock: &Clock,
    axis: &Axis,
    y: f64,
    height: f64,
) -> Rectangle {
    let (x, end) = (axis.x(event.action.start), axis.x(event.action.end));
    let bar = Rectangle::new()
        .set("x", px(x + 0.4))
        .set("y", px(y + 0.4))
        .set("width", px((end - x - 0.8).max(1.2)))
        .set("height", px((height - 0.8).max(1.2)))
        .set("rx", 1.5);
    let bar = match event.arrives {
        true => Arrival::Hollow.paint(bar, event.action),
        false => look::paint(bar, event.action),
    };
    bar.add(Title::new(look::tooltip(datacenter, event.action, clock)))
}

/// The VM's name in its bar, where it fits whole.
fn inside(
    datacenter: &Datacenter,
    event: &Event<'_>,
    axis: &Axis,
    y: f64,
    height: f64,
) -> Option<svg::node::element::Text> {
    let size = (height * 0.72).min(10.0);
    let vm = vm_of(event.action.task)?;
    let name = printable(&datacenter[vm].name);
    let (x, end) = (axis.x(event.action.start), axis.x(event.action.end));
    if size < 7.0 || text_width(&name, size) > end - x - 6.0 {
        return None;
    }
    let colour = match event.arrives || event.action.inferred {
        true => INK,
        false => "#ffffff",
    };
    let middle = y + height / 2.0 + size * 0.36;
    // A click on the name is one on the bar.
    Some(text(&name, x + 4.0, middle, size, colour).set("pointer-events", "none"))
}
