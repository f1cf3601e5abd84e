//! From entries to lines.

use super::WIDTH;
use super::align::align;
use super::break_up::break_up;
use super::line::{Line, Part};
use super::tree::{Body, Entry};

/// Blanks for each brace that is open.
const STEP: usize = 2;

/// The text of all entries.
pub fn lay_out(entries: &[Entry<'_>]) -> String {
    let mut text = String::new();
    put_entries(&mut text, entries, 0);
    text
}

fn put_entries(text: &mut String, entries: &[Entry<'_>], indent: usize) {
    let mut row = Vec::new();
    for entry in entries {
        let line = Line::of(entry, WIDTH.saturating_sub(indent));
        if entry.is_apart || line.is_none() {
            put_row(text, std::mem::take(&mut row), indent);
        }
        if entry.is_apart {
            text.push('\n');
        }
        match line {
            Some(line) => row.push(line),
            None => put_broken(text, entry, indent),
        }
    }
    put_row(text, row, indent);
}

/// Lines in a row.
fn put_row(text: &mut String, mut row: Vec<Line>, indent: usize) {
    align(&mut row, WIDTH.saturating_sub(indent));
    for line in &row {
        text.extend(std::iter::repeat_n(' ', indent));
        for (at, Part { text: part, shift }) in line.parts.iter().chain(&line.comment).enumerate() {
            text.extend(std::iter::repeat_n(' ', shift + usize::from(at > 0)));
            text.push_str(part);
        }
        text.push('\n');
    }
}

/// An entry that takes several lines.
fn put_broken(text: &mut String, entry: &Entry<'_>, indent: usize) {
    let brace = entry.body.as_ref().map(|body| match body {
        Body {
            comment: None,
            entries,
        } if entries.is_empty() => "{}",
        _ => "{",
    });
    break_up(text, &entry.head, brace, indent);
    if let Some(body) = &entry.body
        && brace == Some("{")
    {
        put_comment(text, body.comment);
        text.push('\n');
        put_entries(text, &body.entries, indent + STEP);
        text.extend(std::iter::repeat_n(' ', indent));
        text.push('}');
    }
    put_comment(text, entry.comment);
    text.push('\n');
}

fn put_comment(text: &mut String, comment: Option<&str>) {
    if let Some(comment) = comment {
        text.push_str("  ");
        text.push_str(comment);
    }
}
