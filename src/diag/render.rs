//! Diagnostics as text: pictures for people, a line each for editors, plain text for logs, JSON for programs.
//!
//! All forms show the diagnostics in the order of their places. What a source or a message holds is made harmless
//! first: no control character of a file reaches a terminal.

mod picture;
mod printable;
mod text;

pub use super::json::json;
pub use text::{plain, short};

use self::picture::Pictures;
use super::Diagnostic;
use crate::show::show_count;
use crate::source::{SourceMap, Span};

/// How many diagnostics [`human`] shows; who has that many mends the first ones first.
const MAX_SHOWN: usize = 100;

/// Lines longer than this, in bytes, are not drawn.
const MAX_LINE: usize = 400;

/// How [`human`] draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// With terminal colours.
    pub color: bool,
    /// With ASCII characters only.
    pub ascii: bool,
}

/// Pictures of the sources with the labels drawn in, at most a hundred.
pub fn human(map: &SourceMap, diagnostics: &[Diagnostic], style: Style) -> String {
    let ordered = in_order(diagnostics);
    let map = printable::sources(map);
    let mut pictures = Pictures::new(&map, style);
    let shown: Vec<String> = ordered
        .iter()
        .take(MAX_SHOWN)
        .map(|diagnostic| trimmed(&pictures.draw(diagnostic)))
        .collect();
    let mut out = shown.join("\n");
    if ordered.len() > MAX_SHOWN {
        let more = show_count(ordered.len() - MAX_SHOWN, "more finding");
        out.push_str(&format!("\n… and {more}\n"));
    }
    out
}

/// By file and place, those without a place first; nothing twice.
pub(super) fn in_order(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut ordered: Vec<&Diagnostic> = diagnostics.iter().collect();
    ordered.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    ordered.dedup();
    ordered
}

/// What to do, in lines: the helps, and the fix unless a help already says it.
fn helps(map: &SourceMap, diagnostic: &Diagnostic) -> Vec<String> {
    let mut helps = diagnostic.help.clone();
    for fix in &diagnostic.fixes {
        let new = fix.replacement.trim();
        if !helps.iter().any(|help| help.contains(new)) || new.is_empty() {
            let old = map.snippet(fix.span);
            helps.push(match (old.is_empty(), new.is_empty()) {
                (_, true) => format!("leave out `{}`", old.trim()),
                (true, _) => format!("insert `{new}`"),
                (false, _) => format!("write `{new}` in place of `{old}`"),
            });
        }
    }
    helps.iter().map(|help| printable::line(help)).collect()
}

/// Whether a line that the span touches at its ends is too long to be drawn.
fn is_on_a_long_line(map: &SourceMap, span: Span) -> bool {
    let text = map.text(span.file).as_bytes();
    let range = map.clamp(span).range();
    let line_around = |at: usize| {
        let before = text[..at].iter().rev().take(MAX_LINE);
        let after = text[at..].iter().take(MAX_LINE);
        before.take_while(|byte| **byte != b'\n').count()
            + after.take_while(|byte| **byte != b'\n').count()
    };
    line_around(range.start) >= MAX_LINE || line_around(range.end) >= MAX_LINE
}

/// A short piece of a long text, for places where no picture can be drawn.
fn excerpt(map: &SourceMap, span: Span) -> String {
    const MAX_CHARS: usize = 60;
    let text = map.snippet(span);
    let mut short: String = text.chars().take(MAX_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    printable::line(&short)
}

/// Without blanks at the ends of lines.
fn trimmed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests;
