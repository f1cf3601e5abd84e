//! Screens as a picture that goes through them.

use std::fmt::Write;

use super::terminal::SIZE;

/// Of one character, in pixels.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;
/// How long a frame is shown.
const SECONDS: usize = 4;
/// Around the screen; the head has what happens.
const MARGIN: f64 = 14.0;
const HEAD: f64 = 34.0;

/// What is on a screen at a moment.
pub struct Frame {
    /// What happens, in words.
    pub title: &'static str,
    /// Runs of characters that look alike.
    runs: Vec<Run>,
    cursor: (u16, u16),
}

#[derive(Clone, PartialEq)]
struct Look {
    ink: String,
    paper: Option<String>,
    is_bold: bool,
    is_underlined: bool,
}

struct Run {
    row: u16,
    column: u16,
    text: String,
    look: Look,
}

/// The sixteen colours of a terminal, on a dark paper.
const COLOURS: [&str; 16] = [
    "#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
    "#6b7280", "#ff7b86", "#b5e08f", "#f5d48a", "#85c5ff", "#dd9af0", "#7fd9e4", "#ffffff",
];
const INK: &str = "#d7dae0";
const PAPER: &str = "#1e2127";

impl Frame {
    /// What a screen shows.
    pub fn new(title: &'static str, screen: &vt100::Screen) -> Frame {
        let mut runs: Vec<Run> = Vec::new();
        for row in 0..SIZE.0 {
            for column in 0..SIZE.1 {
                let Some(cell) = screen.cell(row, column) else {
                    continue;
                };
                if cell.is_wide_continuation() {
                    continue;
                }
                let text = if cell.has_contents() {
                    cell.contents()
                } else {
                    " "
                };
                let look = look(cell);
                match runs.last_mut() {
                    Some(run) if run.row == row && run.look == look => run.text += text,
                    _ => runs.push(Run {
                        row,
                        column,
                        text: text.to_owned(),
                        look,
                    }),
                }
            }
        }
        runs.retain(|run| run.look.paper.is_some() || !run.text.trim().is_empty());
        Frame {
            title,
            runs,
            cursor: screen.cursor_position(),
        }
    }
}

fn look(cell: &vt100::Cell) -> Look {
    let (mut ink, mut paper) = (colour(cell.fgcolor()), colour(cell.bgcolor()));
    if cell.inverse() {
        (ink, paper) = (
            Some(paper.unwrap_or_else(|| PAPER.to_owned())),
            Some(ink.unwrap_or_else(|| INK.to_owned())),
        );
    }
    Look {
        ink: ink.unwrap_or_else(|| INK.to_owned()),
        paper,
        is_bold: cell.bold(),
        is_underlined: cell.underline(),
    }
}

/// A colour; None for what the terminal has.
fn colour(colour: vt100::Color) -> Option<String> {
    match colour {
        vt100::Color::Default => None,
        vt100::Color::Idx(at @ 0..16) => Some(COLOURS[usize::from(at)].to_owned()),
        vt100::Color::Idx(at @ 232..) => {
            let grey = 8 + 10 * (at - 232);
            Some(format!("#{grey:02x}{grey:02x}{grey:02x}"))
        }
        vt100::Color::Idx(at) => {
            let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
            let at = at - 16;
            let [red, green, blue] = [at / 36, at / 6 % 6, at % 6].map(level);
            Some(format!("#{red:02x}{green:02x}{blue:02x}"))
        }
        vt100::Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
    }
}

/// All frames, one after the other, again and again.
pub fn picture(alternative: &str, of: &str, frames: &[Frame]) -> String {
    let (width, height) = (
        f64::from(SIZE.1) * WIDTH + 2.0 * MARGIN,
        f64::from(SIZE.0) * HEIGHT + HEAD + MARGIN,
    );
    let total = frames.len() * SECONDS;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"{0}\">\n\
         <title>{0}</title>\n<desc>{of}</desc>\n<style>\n\
         text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre }}\n\
         .head {{ font: 600 14px system-ui, sans-serif; fill: #9aa2b1 }}\n\
         .b {{ font-weight: 700 }} .u {{ text-decoration: underline }}\n",
        escaped(alternative)
    );
    // One after the other; where nothing moves, the first.
    let share = 100.0 / frames.len() as f64;
    let _ = write!(
        svg,
        "g {{ opacity: 0; animation: show {total}s step-end infinite }}\n\
         @keyframes show {{ 0% {{ opacity: 1 }} {share:.3}% {{ opacity: 0 }} }}\n\
         #f0 {{ opacity: 1 }}\n"
    );
    for number in 1..frames.len() {
        let _ = writeln!(
            svg,
            "#f{number} {{ animation-delay: {}s }}",
            number * SECONDS
        );
    }
    svg +=
        "@media (prefers-reduced-motion: reduce) { g { animation: none !important } }\n</style>\n";
    let _ = writeln!(
        svg,
        "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>"
    );
    for (number, frame) in frames.iter().enumerate() {
        let _ = writeln!(
            svg,
            "<g id=\"f{number}\">\n<text class=\"head\" x=\"{MARGIN}\" y=\"22\">{}. {}</text>",
            number + 1,
            escaped(frame.title)
        );
        for run in &frame.runs {
            draw(&mut svg, run);
        }
        let (row, column) = frame.cursor;
        let _ = writeln!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"{INK}\" opacity=\"0.5\"/>\n</g>",
            left(column),
            top(row)
        );
    }
    svg + "</svg>\n"
}

fn left(column: u16) -> f64 {
    MARGIN + f64::from(column) * WIDTH
}

fn top(row: u16) -> f64 {
    HEAD + f64::from(row) * HEIGHT
}

fn draw(svg: &mut String, run: &Run) {
    let length = run.text.chars().count() as f64 * WIDTH;
    let Look { ink, paper, .. } = &run.look;
    if let Some(paper) = paper {
        let _ = writeln!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"{HEIGHT}\" fill=\"{paper}\"/>",
            left(run.column),
            top(run.row)
        );
    }
    // Each word in its place, whatever font there is.
    let mut column = 0;
    for piece in run.text.split_inclusive(' ') {
        let word = piece.trim_end();
        let count = word.chars().count();
        if count > 0 {
            let classes = [(run.look.is_bold, "b"), (run.look.is_underlined, "u")];
            let classes: Vec<&str> = classes
                .iter()
                .filter(|(is, _)| *is)
                .map(|(_, class)| *class)
                .collect();
            let class = match classes.as_slice() {
                [] => String::new(),
                classes => format!(" class=\"{}\"", classes.join(" ")),
            };
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" fill=\"{ink}\"{class}>{}</text>",
                left(run.column + column),
                top(run.row) + 13.5,
                count as f64 * WIDTH,
                escaped(word)
            );
        }
        column += piece.chars().count() as u16;
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
