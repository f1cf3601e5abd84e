//! The plan as a picture: its actions, and on the same axis of time the power and the busiest links.
//!
//! Few actions have a bar each. Of many there is a lane for each server, and where there are more servers than lanes fit, a row for
//! each rack with how many run at once. The picture is never higher than 4,000, and what it cannot write it tells on demand.
//!
//! Colours are those of Okabe and Ito, which people with any kind of colour vision tell apart. No font or script from
//! elsewhere is named: the picture shows alike in a browser, in a repository and in a document.

mod axis;
mod bars;
mod chart;
mod crowds;
mod lanes;
mod levels;
mod look;
mod paint;
mod pairs;
mod panels;

pub use chart::{Curve, Labels, chart};
pub use pairs::{Pair, pairs};
pub use panels::{Panel, PanelBar, panels};

use svg::Document;
use svg::node::element::{Group, Rectangle, Style};

use self::axis::Axis;
use self::look::Arrival;
use self::paint::{INK, MUTED, text, text_width};
use super::amount;
use super::clock::Clock;
use super::text::{printable, shorten};
use crate::datacenter::Datacenter;
use crate::plan::Plan;
use crate::request::GoalKind;

/// Width of the picture.
const WIDTH: f64 = 1200.0;
/// Where the axis of time begins: names of levels stand to the left of it.
const LEFT: f64 = 150.0;
/// Where it ends.
const RIGHT: f64 = WIDTH - 90.0;
/// Around everything.
const MARGIN: f64 = 24.0;
/// Between the parts.
const GAP: f64 = 30.0;

const STYLE: &str = "text{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}";

/// The plan as a picture.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    let clock = Clock::new(plan);
    let axis = Axis::new(plan, &clock, LEFT, RIGHT);
    let mut picture = Group::new();
    let mut y = MARGIN + 14.0;
    for line in head(plan, &clock, &mut y) {
        picture = picture.add(line);
    }
    let chart = Chart::of(datacenter, plan);
    let (legend, height) = look::legend(plan, chart.arrival(), MARGIN, RIGHT, y);
    y += height + GAP;
    picture = picture.add(legend);

    let top = y;
    let (actions, height) = chart.draw(datacenter, plan, &clock, &axis, y);
    y += height;
    let (panels, height) = levels::draw(plan, &clock, &axis, y + GAP);
    if height > 0.0 {
        y += GAP + height;
    }
    picture = picture.add(axis.draw(top, y)).add(actions).add(panels);
    let height = (y + MARGIN + 8.0).round();
    document(height, picture)
}

/// A picture of that height on white.
fn document(height: f64, picture: Group) -> String {
    let document = Document::new()
        .set("viewBox", format!("0 0 {WIDTH} {height}"))
        .set("width", WIDTH)
        .set("height", height)
        .add(Style::new(STYLE))
        .add(
            Rectangle::new()
                .set("width", "100%")
                .set("height", "100%")
                .set("fill", "#ffffff"),
        )
        .add(picture);
    format!("{document}\n")
}

/// The chart of the actions that shows each as far apart as there is room.
enum Chart<'a> {
    Nothing,
    Bars,
    Lanes(lanes::Lanes<'a>),
    Crowds,
}

impl<'a> Chart<'a> {
    fn of(datacenter: &Datacenter, plan: &'a Plan) -> Self {
        match plan.actions.len() {
            0 => Chart::Nothing,
            few if few <= bars::MOST => Chart::Bars,
            _ => lanes::Lanes::of(datacenter, plan).map_or(Chart::Crowds, Chart::Lanes),
        }
    }

    fn arrival(&self) -> Arrival {
        match self {
            Chart::Nothing | Chart::Bars => Arrival::Absent,
            Chart::Lanes(_) => Arrival::Hollow,
            Chart::Crowds => Arrival::Pale,
        }
    }

    /// From `top` on, with its height.
    fn draw(
        &self,
        datacenter: &Datacenter,
        plan: &Plan,
        clock: &Clock,
        axis: &Axis,
        top: f64,
    ) -> (Group, f64) {
        match self {
            Chart::Nothing => {
                let (left, _) = axis.range();
                let nothing = text("nothing to do", left + 12.0, top + 26.0, 13.0, MUTED);
                (Group::new().add(nothing), 44.0)
            }
            Chart::Bars => bars::draw(datacenter, plan, clock, axis, top),
            Chart::Lanes(lanes) => lanes.draw(datacenter, clock, axis, top),
            Chart::Crowds => crowds::draw(datacenter, plan, clock, axis, top),
        }
    }
}

/// Name and figures; `y` is moved below them.
fn head(plan: &Plan, clock: &Clock, y: &mut f64) -> Vec<svg::node::element::Text> {
    let name = shorten(&printable(&plan.name), 80);
    let mut lines = vec![text(&name, MARGIN, *y, 20.0, INK).set("font-weight", 600)];
    let mut facts = Vec::new();
    if let Some(by) = &plan.by {
        facts.push(format!("as {} plans it", printable(&by.planner)));
    }
    if let Some(start) = clock.start() {
        facts.push(format!("from {start}"));
    }
    let is_goal = |goal| plan.objectives.iter().any(|o| o.goal == goal);
    if !is_goal(GoalKind::Makespan) {
        facts.push(format!("makespan {}", amount::duration(plan.makespan)));
    }
    for achieved in &plan.objectives {
        let value = amount::objective(achieved.goal, achieved.value);
        let (goal, quality) = (achieved.goal.name(), amount::quality(achieved));
        facts.push(format!("{goal} {value} ({quality})"));
    }
    if !is_goal(GoalKind::Energy) {
        facts.push(format!("energy {}", amount::energy(plan.energy.into())));
    }
    facts.push(format!("peak power {}", amount::power(plan.peak_power)));
    *y += 4.0;
    // As many facts on a line as it holds.
    let mut line = String::new();
    for fact in facts {
        let longer = format!("{line}   ·   {fact}");
        if line.is_empty() {
            line = fact;
        } else if text_width(&longer, 13.0) <= WIDTH - 2.0 * MARGIN {
            line = longer;
        } else {
            *y += 18.0;
            lines.push(text(&line, MARGIN, *y, 13.0, MUTED));
            line = fact;
        }
    }
    *y += 18.0;
    lines.push(text(&line, MARGIN, *y, 13.0, MUTED));
    *y += 12.0;
    lines
}
