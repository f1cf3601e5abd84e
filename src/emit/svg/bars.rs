//! Few actions: a bar for each, one below the other by start.

use svg::node::element::{Group, Rectangle, Title};

use super::axis::Axis;
use super::look;
use super::paint::{INK, fitting, px, text, text_width};
use crate::datacenter::Datacenter;
use crate::emit::clock::Clock;
use crate::plan::{Plan, Planned};

/// Actions that have a row each.
pub const MOST: usize = 50;
const ROW: f64 = 22.0;
const SIZE: f64 = 12.0;

/// The bars from `top` on, and their height.
pub fn draw(
    datacenter: &Datacenter,
    plan: &Plan,
    clock: &Clock,
    axis: &Axis,
    top: f64,
) -> (Group, f64) {
    let mut group = Group::new();
    for (at, action) in plan.actions.iter().enumerate() {
        let y = top + 4.0 + ROW * at as f64;
        group = group
            .add(bar(datacenter, action, clock, axis, y))
            .add(label(datacenter, action, axis, y));
    }
    (group, 8.0 + ROW * plan.actions.len() as f64)
}

fn bar(datacenter: &Datacenter, action: &Planned, clock: &Clock, axis: &Axis, y: f64) -> Rectangle {
    let (x, end) = (axis.x(action.start), axis.x(action.end));
    let space = ROW * 0.16;
    let bar = Rectangle::new()
        .set("x", px(x))
        .set("y", px(y + space))
        // So short that it would not be seen, it is a line.
        .set("width", px((end - x).max(1.5)))
        .set("height", px(ROW - 2.0 * space))
        .set("rx", 2.5);
    look::paint(bar, action).add(Title::new(look::tooltip(datacenter, action, clock)))
}

/// Beside the bar: behind it, or before it where there is more room.
fn label(
    datacenter: &Datacenter,
    action: &Planned,
    axis: &Axis,
    y: f64,
) -> svg::node::element::Text {
    let (left, right) = axis.range();
    let (x, end) = (axis.x(action.start), axis.x(action.end));
    let (before, behind) = (x - left - 8.0, right - end - 8.0);
    let name = look::name(datacenter, action);
    let width = text_width(&name, SIZE);
    let behind_it = width <= behind || (width > before && behind >= before);
    let name = fitting(&name, SIZE, if behind_it { behind } else { before });
    let (x, anchor) = if behind_it {
        (end + 6.0, "start")
    } else {
        (x - 6.0, "end")
    };
    text(&name, x, y + ROW / 2.0 + SIZE * 0.36, SIZE, INK).set("text-anchor", anchor)
}
