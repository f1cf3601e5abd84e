//! Diagnostics as plain text, by codespan-reporting: the one renderer that knows it.

use codespan_reporting::diagnostic::{self as codespan, LabelStyle};
use codespan_reporting::term::{self, Chars, Config, DisplayStyle};

use super::{helps, in_order, is_on_a_long_line, printable, trimmed};
use crate::diag::{Diagnostic, Label, Severity};
use crate::source::{FileId, SourceMap};

/// One line each: `file:line:col: error[E0203]: message`, for editors and problem matchers.
pub fn short(map: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let config = Config {
        display_style: DisplayStyle::Short,
        ..Config::default()
    };
    let map = printable::sources(map);
    in_order(diagnostics)
        .into_iter()
        .map(|diagnostic| {
            let primary = diagnostic.primary.iter();
            let labels = primary.map(|label| converted(&map, label, LabelStyle::Primary));
            let bare = header(diagnostic).with_labels(labels.collect());
            emitted(&map, &config, &bare, diagnostic)
        })
        .collect()
}

/// Pictures in ASCII without colours, for logs.
pub fn plain(map: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let config = Config {
        chars: Chars::ascii(),
        ..Config::default()
    };
    let map = printable::sources(map);
    in_order(diagnostics)
        .into_iter()
        .map(|diagnostic| trimmed(&plain_one(&map, &config, diagnostic)))
        .collect()
}

fn plain_one(map: &SourceMap, config: &Config, diagnostic: &Diagnostic) -> String {
    let labels = || diagnostic.primary.iter().chain(&diagnostic.secondary);
    let mut notes: Vec<String> = Vec::new();
    if labels().any(|label| is_on_a_long_line(map, label.span)) {
        notes.extend(labels().map(|label| described(map, label)));
    }
    let drawn = notes.is_empty();
    let given = diagnostic.notes.iter().map(|note| printable::line(note));
    notes.extend(given.map(|note| format!("note: {note}")));
    let help = helps(map, diagnostic).into_iter();
    notes.extend(help.map(|help| format!("help: {help}")));
    let mut picture = header(diagnostic).with_notes(notes);
    if drawn {
        let primary = diagnostic.primary.iter();
        let secondary = diagnostic.secondary.iter();
        picture = picture
            .with_labels_iter(primary.map(|l| converted(map, l, LabelStyle::Primary)))
            .with_labels_iter(secondary.map(|l| converted(map, l, LabelStyle::Secondary)));
    }
    emitted(map, config, &picture, diagnostic)
}

/// A place in words, where its line is too long to be drawn.
fn described(map: &SourceMap, label: &Label) -> String {
    let name = map.name_of(label.span.file);
    let at = map.position(label.span);
    let text = printable::line(&label.text);
    format!("{name}:{}:{}: {text}", at.line, at.column)
}

fn header(diagnostic: &Diagnostic) -> codespan::Diagnostic<FileId> {
    let severity = match diagnostic.severity() {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
    };
    codespan::Diagnostic::new(severity)
        .with_code(diagnostic.code.as_str())
        .with_message(printable::line(&diagnostic.message))
}

fn converted(map: &SourceMap, label: &Label, style: LabelStyle) -> codespan::Label<FileId> {
    let span = map.clamp(label.span);
    codespan::Label::new(style, span.file, span.range()).with_message(printable::line(&label.text))
}

/// The text; the bare message where the renderer refuses.
fn emitted(
    map: &SourceMap,
    config: &Config,
    picture: &codespan::Diagnostic<FileId>,
    diagnostic: &Diagnostic,
) -> String {
    term::emit_into_string(config, map, picture).unwrap_or_else(|_| {
        format!(
            "{}: {}\n",
            diagnostic.code,
            printable::line(&diagnostic.message)
        )
    })
}
