//! Curves over an axis: power over time, shares of a distribution, times over sizes.

use svg::node::element::{Group, Polyline};

use super::axis::line;
use super::paint::{AXIS, GRID, INK, LIMIT, MUTED, px, text, text_width};
use super::{MARGIN, WIDTH};

const LEFT: f64 = 90.0;
const RIGHT: f64 = WIDTH - 40.0;
const HEIGHT: f64 = 340.0;
/// Colours of Okabe and Ito, for one curve after the other.
const COLOURS: [&str; 6] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
];

/// A curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// What it shows.
    pub name: String,
    /// Ordered by x.
    pub points: Vec<(f64, f64)>,
    /// Whether each value holds up to the next one, as a level does.
    pub steps: bool,
}

/// What a chart says beside its curves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Labels {
    /// Above it.
    pub title: String,
    /// Of the axes, with their units.
    pub x: String,
    /// The same.
    pub y: String,
    /// A line that no curve should cross.
    pub limit: Option<f64>,
}

/// The curves, from 0 to the highest value.
pub fn chart(labels: &Labels, curves: &[Curve]) -> String {
    let all = || curves.iter().flat_map(|curve| &curve.points);
    let (low, high) = (
        all().map(|p| p.0).fold(f64::INFINITY, f64::min).min(0.0),
        all().map(|p| p.0).fold(f64::NEG_INFINITY, f64::max),
    );
    let top = all()
        .map(|p| p.1)
        .fold(labels.limit.unwrap_or(0.0), f64::max);
    let (high, top) = (rounded(high.max(low + 1e-9)), rounded(top.max(1e-9)));
    let bottom = MARGIN + 50.0 + HEIGHT;
    let x = |at: f64| LEFT + (RIGHT - LEFT) * (at - low) / (high - low);
    let y = |at: f64| bottom - HEIGHT * at / top;
    let mut picture = Group::new()
        .add(text(&labels.title, MARGIN, MARGIN + 14.0, 18.0, INK).set("font-weight", 600))
        .add(text(&labels.y, MARGIN, MARGIN + 36.0, 12.0, MUTED))
        .add(text(&labels.x, RIGHT, bottom + 38.0, 12.0, MUTED).set("text-anchor", "end"));
    for mark in 0..=5 {
        let share = f64::from(mark) / 5.0;
        let (at, level) = (low + (high - low) * share, top * share);
        let label =
            text(&short(at), x(at), bottom + 18.0, 11.0, MUTED).set("text-anchor", "middle");
        let side = text(&short(level), LEFT - 8.0, y(level) + 4.0, 11.0, MUTED);
        picture = picture
            .add(line(
                LEFT,
                y(level),
                RIGHT,
                y(level),
                if mark == 0 { AXIS } else { GRID },
            ))
            .add(label)
            .add(side.set("text-anchor", "end"));
    }
    if let Some(limit) = labels.limit {
        picture = picture.add(line(LEFT, y(limit), RIGHT, y(limit), LIMIT));
    }
    let mut beside = LEFT;
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let mut points = Vec::new();
        let mut before: Option<f64> = None;
        for &(at, level) in &curve.points {
            if let Some(before) = before.filter(|_| curve.steps) {
                points.push((x(at), y(before)));
            }
            points.push((x(at), y(level)));
            before = Some(level);
        }
        let points: Vec<String> = points
            .iter()
            .map(|&(x, y)| format!("{},{}", px(x), px(y)))
            .collect();
        let drawn = Polyline::new()
            .set("points", points.join(" "))
            .set("fill", "none")
            .set("stroke", *colour)
            .set("stroke-width", 2);
        let name = text(&curve.name, beside + 20.0, bottom + 38.0, 12.0, INK);
        let mark = line(beside, bottom + 34.0, beside + 14.0, bottom + 34.0, colour);
        picture = picture
            .add(drawn)
            .add(mark.set("stroke-width", 3))
            .add(name);
        beside += 44.0 + text_width(&curve.name, 12.0);
    }
    super::document((bottom + 50.0).round(), picture)
}

/// The next higher number that reads well.
fn rounded(value: f64) -> f64 {
    let mut scale = 1e-9;
    loop {
        for step in [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0] {
            if value <= scale * step * (1.0 + 1e-12) || scale > 1e18 {
                return scale * step;
            }
        }
        scale *= 10.0;
    }
}

fn short(value: f64) -> String {
    let text = match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    };
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_numbers_that_read_well() {
        assert_eq!(
            [7.3, 10.0, 101.0, 0.45].map(rounded),
            [8.0, 10.0, 150.0, 0.5]
        );
        assert_eq!(
            [0.0, 0.5, 20.0, 1500.0].map(short),
            ["0", "0.5", "20", "1500"]
        );
    }

    #[test]
    fn a_level_has_edges_and_a_curve_has_none() {
        let curve = |steps| Curve {
            name: "power".to_owned(),
            points: vec![(0.0, 5.0), (10.0, 10.0)],
            steps,
        };
        let labels = Labels {
            title: "t".to_owned(),
            limit: Some(9.0),
            ..Labels::default()
        };
        let points = |steps| {
            let text = chart(&labels, &[curve(steps)]);
            let start = text.find("points=\"").unwrap_or(0) + 8;
            text[start..]
                .split('"')
                .next()
                .unwrap_or("")
                .split(' ')
                .count()
        };
        assert_eq!((points(true), points(false)), (3, 2));
    }
}
