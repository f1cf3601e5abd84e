//! The plan as a picture: its actions as bars, and on the same axis of time the power and the busiest links.
//!
//! Colours are those of Okabe and Ito, which people with any kind of colour vision tell apart. No font or script from
//! elsewhere is named: the picture shows alike in a browser, in a repository and in a document.

mod axis;
mod bars;
mod levels;
mod paint;

use svg::Document;
use svg::node::element::{Group, Rectangle, Style};

use self::axis::Axis;
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
    let (legend, height) = bars::legend(plan, MARGIN, RIGHT, y);
    y += height + GAP;
    picture = picture.add(legend);

    let top = y;
    let (bars, height) = bars::draw(datacenter, plan, &clock, &axis, y);
    y += height;
    let (panels, height) = levels::draw(plan, &clock, &axis, y + GAP);
    if height > 0.0 {
        y += GAP + height;
    }
    picture = picture.add(axis.draw(top, y)).add(bars).add(panels);
    let height = (y + MARGIN + 8.0).round();
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

/// Name and figures; `y` is moved below them.
fn head(plan: &Plan, clock: &Clock, y: &mut f64) -> Vec<svg::node::element::Text> {
    let name = shorten(&printable(&plan.name), 80);
    let mut lines = vec![text(&name, MARGIN, *y, 20.0, INK).set("font-weight", 600)];
    let mut facts = Vec::new();
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
