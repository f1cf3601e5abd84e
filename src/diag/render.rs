//! Diagnostics as text: pictures for people, a line each for editors, plain text for logs, JSON for programs.
//!
//! All forms show the diagnostics in the order of their places. What a source or a message holds is made harmless
//! first: no control character of a file reaches a terminal.

#[cfg(feature = "cli")]
mod picture;
mod printable;
mod text;

pub use super::json::json;
#[cfg(feature = "cli")]
pub use picture::{Style, human};
pub use text::{plain, short};

use super::Diagnostic;
use crate::source::{SourceMap, Span};

/// Lines longer than this, in bytes, are not drawn.
const MAX_LINE: usize = 400;

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
            // Whole lines that go are what the help says.
            if new.is_empty() && old.ends_with('\n') {
                continue;
            }
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

/// Without blanks at the ends of lines.
fn trimmed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(all(test, feature = "cli"))]
mod tests;
