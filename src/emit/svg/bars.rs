//! A bar for each action, one below the other by start.

use svg::node::element::{Group, Rectangle, Title};

use super::axis::Axis;
use super::paint::{INK, MUTED, fitting, px, text, text_width};
use crate::datacenter::Datacenter;
use crate::emit::amount;
use crate::emit::clock::Clock;
use crate::emit::text::{printable, shorten};
use crate::plan::{Plan, Planned};
use crate::request::Task;

/// Rows share that height, as long as each is legible.
const HEIGHT: f64 = 1100.0;
const ROW: std::ops::RangeInclusive<f64> = 2.5..=22.0;
/// Lower rows have no text.
const LOWEST_WITH_TEXT: f64 = 8.5;
const NAME_LENGTH: usize = 60;

/// How kinds of actions are told apart: a name for the legend and a colour.
fn look(action: &Planned) -> (&'static str, &'static str) {
    match action.task {
        Task::Boot(_) => ("boot", "#e69f00"),
        Task::Migrate { .. } if action.post_copy => ("migrate by post-copy", "#56b4e9"),
        Task::Migrate { .. } => ("migrate", "#0072b2"),
        Task::Shutdown(_) => ("shut down", "#d55e00"),
        Task::Start(_) => ("start VM", "#009e73"),
        Task::Stop(_) => ("stop VM", "#cc79a7"),
    }
}

/// The bars from `top` on, and their height.
pub fn draw(
    datacenter: &Datacenter,
    plan: &Plan,
    clock: &Clock,
    axis: &Axis,
    top: f64,
) -> (Group, f64) {
    if plan.actions.is_empty() {
        let (left, _) = axis.range();
        let nothing = text("nothing to do", left + 12.0, top + 26.0, 13.0, MUTED);
        return (Group::new().add(nothing), 44.0);
    }
    let row = (HEIGHT / plan.actions.len() as f64).clamp(*ROW.start(), *ROW.end());
    let mut group = Group::new();
    for (at, action) in plan.actions.iter().enumerate() {
        let y = top + 4.0 + row * at as f64;
        group = group.add(bar(datacenter, action, clock, axis, y, row));
        if row >= LOWEST_WITH_TEXT {
            group = group.add(label(datacenter, action, axis, y, row));
        }
    }
    (group, 8.0 + row * plan.actions.len() as f64)
}

fn bar(
    datacenter: &Datacenter,
    action: &Planned,
    clock: &Clock,
    axis: &Axis,
    y: f64,
    row: f64,
) -> Rectangle {
    let (x, end) = (axis.x(action.start), axis.x(action.end));
    let space = if row > 5.0 { row * 0.16 } else { 0.3 };
    let bar = Rectangle::new()
        .set("x", px(x))
        .set("y", px(y + space))
        // So short that it would not be seen, it is a line.
        .set("width", px((end - x).max(1.5)))
        .set("height", px(row - 2.0 * space))
        .set("rx", px((row * 0.12).min(2.5)));
    paint(bar, action).add(Title::new(tooltip(datacenter, action, clock)))
}

/// The colour of the action; what is implied is paler, with an edge.
fn paint(bar: Rectangle, action: &Planned) -> Rectangle {
    let (_, colour) = look(action);
    let bar = bar.set("fill", colour);
    if action.inferred {
        bar.set("fill-opacity", 0.4).set("stroke", colour)
    } else {
        bar
    }
}

/// Beside the bar: behind it, or before it where there is more room.
fn label(
    datacenter: &Datacenter,
    action: &Planned,
    axis: &Axis,
    y: f64,
    row: f64,
) -> svg::node::element::Text {
    let size = (row * 0.62).min(12.0);
    let (left, right) = axis.range();
    let (x, end) = (axis.x(action.start), axis.x(action.end));
    let (before, behind) = (x - left - 8.0, right - end - 8.0);
    let name = name(datacenter, action);
    let width = text_width(&name, size);
    let behind_it = width <= behind || (width > before && behind >= before);
    let name = fitting(&name, size, if behind_it { behind } else { before });
    let (x, anchor) = if behind_it {
        (end + 6.0, "start")
    } else {
        (x - 6.0, "end")
    };
    text(&name, x, y + row / 2.0 + size * 0.36, size, INK).set("text-anchor", anchor)
}

fn name(datacenter: &Datacenter, action: &Planned) -> String {
    let name = match action.task {
        Task::Migrate { vm, to } => {
            format!("{} → {}", datacenter[vm].name, datacenter[to].name)
        }
        Task::Boot(server) | Task::Shutdown(server) => datacenter[server].name.clone(),
        Task::Start(vm) | Task::Stop(vm) => datacenter[vm].name.clone(),
    };
    shorten(&printable(&name), NAME_LENGTH)
}

fn tooltip(datacenter: &Datacenter, action: &Planned, clock: &Clock) -> String {
    let mut lines = vec![printable(&action.id)];
    if let Task::Migrate { to, .. } = action.task {
        let (from, to) = (&datacenter[action.from].name, &datacenter[to].name);
        lines.push(format!("{} → {}", printable(from), printable(to)));
    }
    lines.push(format!(
        "{} to {}, {}",
        clock.at(action.start),
        clock.at(action.end),
        amount::duration(action.end - action.start)
    ));
    lines.extend(action.rate.map(amount::rate));
    if action.inferred {
        lines.push("implied by the plan".to_owned());
    }
    lines.join("\n")
}

/// What the colours mean, between `left` and `right`, and its height: 0 without actions.
pub fn legend(plan: &Plan, left: f64, right: f64, top: f64) -> (Group, f64) {
    let mut kinds: Vec<&Planned> = Vec::new();
    for action in &plan.actions {
        let key = |a: &Planned| (look(a), a.inferred);
        if !kinds.iter().any(|k| key(k) == key(action)) {
            kinds.push(action);
        }
    }
    let mut group = Group::new();
    let (mut x, mut y) = (left, top + 8.0);
    for &action in &kinds {
        let (name, _) = look(action);
        let name = match action.inferred {
            true => format!("{name} (implied)"),
            false => name.to_owned(),
        };
        let width = 20.0 + text_width(&name, 12.0) + 22.0;
        if x + width > right {
            (x, y) = (left, y + 20.0);
        }
        let swatch = Rectangle::new()
            .set("x", px(x))
            .set("y", px(y))
            .set("width", 14)
            .set("height", 10)
            .set("rx", 2);
        group = group
            .add(paint(swatch, action))
            .add(text(&name, x + 20.0, y + 9.5, 12.0, INK));
        x += width;
    }
    let height = if kinds.is_empty() {
        0.0
    } else {
        y + 14.0 - top
    };
    (group, height)
}
