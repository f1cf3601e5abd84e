//! Several courses below one another, on one axis of time: who needs how long, and how much goes on at once.

use svg::node::element::{Group, Rectangle, Title};

use super::axis::line;
use super::look::colour_of;
use super::paint::{GRID, INK, MUTED, px, text};
use super::{MARGIN, WIDTH};
use crate::formulation::Seconds;

const RIGHT: f64 = WIDTH - 40.0;
/// Of a line above the bars, of the bars together, of one of them.
const HEAD: f64 = 24.0;
const BARS: f64 = 96.0;
const BAR: f64 = 9.0;
/// Marks of the axis.
const MARKS: Seconds = 8;

/// A course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// Whose it is.
    pub title: String,
    /// What it came to.
    pub note: String,
    /// Its actions.
    pub bars: Vec<PanelBar>,
}

/// An action of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelBar {
    /// Its name.
    pub name: String,
    /// Its kind, in a word of `mvm-plan/1`.
    pub kind: &'static str,
    /// Start and end.
    pub time: (Seconds, Seconds),
}

/// The picture; `moment` writes a moment.
pub fn panels(title: &str, panels: &[Panel], moment: &dyn Fn(Seconds) -> String) -> String {
    let ends = panels.iter().flat_map(|panel| &panel.bars);
    let end = ends.map(|bar| bar.time.1).max().unwrap_or(0).max(1);
    let x = |at: Seconds| MARGIN + (RIGHT - MARGIN) * at as f64 / end as f64;
    let heading = text(title, MARGIN, MARGIN + 14.0, 18.0, INK).set("font-weight", 600);
    let mut picture = Group::new().add(heading);
    let mut y = MARGIN + 40.0;
    let bottom = y + panels.len() as f64 * (HEAD + BARS + 10.0);
    for mark in 0..=MARKS {
        let at = end * mark / MARKS;
        let anchor = match mark {
            0 => "start",
            MARKS => "end",
            _ => "middle",
        };
        let label = text(&moment(at), x(at), y - 6.0, 11.0, MUTED).set("text-anchor", anchor);
        picture = picture.add(line(x(at), y, x(at), bottom, GRID)).add(label);
    }
    for panel in panels {
        let head = text(&panel.title, MARGIN, y + 16.0, 13.0, INK).set("font-weight", 600);
        let note = text(&panel.note, RIGHT, y + 16.0, 12.0, MUTED).set("text-anchor", "end");
        picture = picture.add(head).add(note);
        y += HEAD;
        picture = picture.add(bars(panel, y, &x, moment));
        y += BARS + 10.0;
    }
    super::document((bottom + MARGIN).round(), picture)
}

/// Each bar in the first row that is free.
fn bars(
    panel: &Panel,
    top: f64,
    x: &dyn Fn(Seconds) -> f64,
    moment: &dyn Fn(Seconds) -> String,
) -> Group {
    let mut order: Vec<&PanelBar> = panel.bars.iter().collect();
    order.sort_by_key(|bar| bar.time);
    let mut free: Vec<Seconds> = Vec::new();
    let mut placed = Vec::new();
    for bar in order {
        let row = free.iter().position(|&from| from <= bar.time.0);
        let row = row.unwrap_or_else(|| {
            free.push(0);
            free.len() - 1
        });
        free[row] = bar.time.1;
        placed.push((row, bar));
    }
    let height = (BARS / free.len().max(1) as f64).min(BAR);
    let mut group = Group::new();
    for (row, bar) in placed {
        let (from, to) = bar.time;
        let told = format!("{}\n{} to {}", bar.name, moment(from), moment(to));
        let drawn = Rectangle::new()
            .set("x", px(x(from)))
            .set("y", px(top + height * row as f64))
            .set("width", px((x(to) - x(from) - 0.4).max(0.8)))
            .set("height", px((height - 0.6).max(0.5)))
            .set("fill", colour_of(bar.kind))
            .add(Title::new(told));
        group = group.add(drawn);
    }
    group
}
