//! Diagnostics as JSON, one object to a line, for programs.
//!
//! The keys are always there, in the same order; a later version may add some at the end. Lines and columns count
//! from 1, columns in characters; offsets count bytes from 0, after a byte order mark if there is one. `file`, `start`
//! and `end` are null for a diagnostic without a place, `fix` where no change certainly helps; of several such changes it is the first one of `fixes`.

use serde::Serialize;

use super::render::in_order;
use super::{Diagnostic, Fix, Severity};
use crate::source::{SourceMap, Span};

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    label: Option<&'a str>,
    file: Option<&'a str>,
    start: Option<Place>,
    end: Option<Place>,
    labels: Vec<OtherPlace<'a>>,
    notes: &'a [String],
    help: &'a [String],
    fix: Option<Change<'a>>,
    fixes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Place {
    line: usize,
    column: usize,
    offset: usize,
}

#[derive(Serialize)]
struct OtherPlace<'a> {
    text: &'a str,
    file: &'a str,
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct Change<'a> {
    replacement: &'a str,
    file: &'a str,
    start: Place,
    end: Place,
}

/// One object per line.
pub fn json(map: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in in_order(diagnostics) {
        // Strings and numbers can always be written.
        if let Ok(line) = serde_json::to_string(&finding(map, diagnostic)) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

fn finding<'a>(map: &'a SourceMap, diagnostic: &'a Diagnostic) -> Finding<'a> {
    let primary = diagnostic.primary.as_ref();
    let change = |fix: &'a Fix| Change {
        replacement: &fix.replacement,
        file: map.name_of(fix.span.file),
        start: start(map, fix.span),
        end: end(map, fix.span),
    };
    Finding {
        code: diagnostic.code.as_str(),
        severity: match diagnostic.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: &diagnostic.message,
        label: primary.map(|label| label.text.as_str()),
        file: primary.map(|label| map.name_of(label.span.file)),
        start: primary.map(|label| start(map, label.span)),
        end: primary.map(|label| end(map, label.span)),
        labels: diagnostic
            .secondary
            .iter()
            .map(|label| OtherPlace {
                text: &label.text,
                file: map.name_of(label.span.file),
                start: start(map, label.span),
                end: end(map, label.span),
            })
            .collect(),
        notes: &diagnostic.notes,
        help: &diagnostic.help,
        fix: diagnostic.fixes.first().map(change),
        fixes: diagnostic.fixes.iter().map(change).collect(),
    }
}

fn start(map: &SourceMap, span: Span) -> Place {
    let position = map.position(span);
    Place {
        line: position.line,
        column: position.column,
        offset: map.clamp(span).range().start,
    }
}

fn end(map: &SourceMap, span: Span) -> Place {
    let end = map.clamp(span).end;
    start(
        map,
        Span {
            start: end,
            end,
            ..span
        },
    )
}
