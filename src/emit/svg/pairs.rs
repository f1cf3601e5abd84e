//! Two plans as one picture: for each action when it was, and below that when it is.

use std::collections::BTreeSet;

use svg::node::element::{Group, Rectangle, Title};

use super::axis::line;
use super::look::colour_of;
use super::paint::{GRID, INK, MUTED, fitting, px, text, text_width};
use super::{MARGIN, WIDTH};
use crate::formulation::Seconds;

const LEFT: f64 = 230.0;
const RIGHT: f64 = WIDTH - 40.0;
const ROW: f64 = 22.0;
const LINE: f64 = 16.0;
/// Marks of the axis.
const MARKS: Seconds = 6;

/// An action of one plan or of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Its name.
    pub name: String,
    /// Its kind, in a word of `mvm-plan/1`.
    pub kind: &'static str,
    /// Start and end in the older plan.
    pub old: Option<(Seconds, Seconds)>,
    /// Start and end in the newer one.
    pub new: Option<(Seconds, Seconds)>,
    /// What is different besides its times; empty where nothing is.
    pub words: String,
}

/// The picture; `more` actions are not in it, and `moment` writes a moment. `captions`, a line each, say which is above and which below.
pub fn pairs(
    title: &str,
    captions: &[String],
    pairs: &[Pair],
    more: usize,
    moment: &dyn Fn(Seconds) -> String,
) -> String {
    let ends = pairs.iter().flat_map(|pair| [pair.old, pair.new]).flatten();
    let end = ends.map(|(_, end)| end).max().unwrap_or(0).max(1);
    // What was planned before the newer plan begins is to the left of that.
    let starts = pairs.iter().flat_map(|pair| [pair.old, pair.new]).flatten();
    let begin = starts.map(|(start, _)| start).min().unwrap_or(0).min(0);
    let x = |at: Seconds| LEFT + (RIGHT - LEFT) * (at - begin) as f64 / (end - begin) as f64;
    let top = MARGIN + 36.0 + LINE * captions.len() as f64;
    let bottom = top + ROW * pairs.len() as f64 + 6.0;
    let mut picture =
        Group::new().add(text(title, MARGIN, MARGIN + 14.0, 18.0, INK).set("font-weight", 600));
    for (row, caption) in captions.iter().enumerate() {
        let y = MARGIN + 34.0 + LINE * row as f64;
        picture = picture.add(text(
            &fitting(caption, 12.0, RIGHT - MARGIN),
            MARGIN,
            y,
            12.0,
            MUTED,
        ));
    }
    let marks = (0..=MARKS).map(|mark| begin + (end - begin) * mark / MARKS);
    let marks: BTreeSet<Seconds> = marks.collect();
    for at in marks {
        let label = text(&moment(at), x(at), top - 8.0, 11.0, MUTED).set("text-anchor", "middle");
        picture = picture
            .add(line(x(at), top, x(at), bottom, GRID))
            .add(label);
    }
    for (row, pair) in pairs.iter().enumerate() {
        let y = top + 4.0 + ROW * row as f64;
        let is_same = pair.old == pair.new && pair.words.is_empty();
        let ink = if is_same { MUTED } else { INK };
        let name = fitting(&pair.name, 11.5, LEFT - MARGIN - 14.0);
        picture =
            picture.add(text(&name, LEFT - 10.0, y + 14.0, 11.5, ink).set("text-anchor", "end"));
        let colour = colour_of(pair.kind);
        for (time, y, fill) in [(pair.old, y, "#ffffff"), (pair.new, y + 9.0, colour)] {
            let Some((from, to)) = time else { continue };
            let mut told = format!("{}\n{} to {}", pair.name, moment(from), moment(to));
            if !pair.words.is_empty() {
                told += &format!("\n{}", pair.words);
            }
            let bar = Rectangle::new()
                .set("x", px(x(from)))
                .set("y", px(y + 1.0))
                .set("width", px((x(to) - x(from)).max(1.5)))
                .set("height", 7)
                .set("rx", 2)
                .set("fill", fill)
                .set("stroke", colour)
                .add(Title::new(told));
            picture = picture.add(bar);
        }
        let behind = [pair.old, pair.new]
            .into_iter()
            .flatten()
            .map(|(_, end)| x(end));
        let behind = behind.fold(LEFT, f64::max) + 8.0;
        if !pair.words.is_empty() && text_width(&pair.words, 10.5) <= WIDTH - 4.0 - behind {
            picture = picture.add(text(&pair.words, behind, y + 13.0, 10.5, MUTED));
        }
    }
    let mut height = bottom + MARGIN;
    if more > 0 {
        let words = format!("and {more} more");
        picture = picture.add(text(&words, LEFT, bottom + 18.0, 12.0, MUTED));
        height += 18.0;
    }
    super::document(height.round(), picture)
}
