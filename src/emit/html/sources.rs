//! The files that the plan was made from, with lines to point at.

use maud::{Markup, html};

use crate::emit::text::printable;
use crate::plan::{Plan, SourceText};
use crate::source::Span;

/// The files, those of the user open.
pub fn section(plan: &Plan) -> Markup {
    let texts = plan.source.iter().flat_map(|source| &source.texts);
    html! {
        @if plan.source.is_some() {
            section #sources aria-labelledby="sources-title" {
                h2 #sources-title { "Sources" }
                @for (at, text) in texts.enumerate() {
                    details open[!is_library(text)] {
                        summary { (printable(&text.file)) " " code.hash { (hash(plan, text)) } }
                        ol.source { @for (line, said) in text.text.lines().enumerate() {
                            li id=(anchor(at, line + 1)) { code { (printable(said)) } }
                        } }
                    }
                }
            }
        }
    }
}

/// How its SHA-256 begins; nothing of the standard library's files.
fn hash<'a>(plan: &'a Plan, text: &SourceText) -> &'a str {
    let files = plan.source.iter().flat_map(|source| &source.files);
    let mut known = files.filter(|(file, _)| *file == text.file);
    known
        .next()
        .and_then(|(_, hash)| hash.get(..12))
        .unwrap_or_default()
}

/// Whether it is of the standard library, whose files are in the program.
fn is_library(text: &SourceText) -> bool {
    text.file.starts_with("<std>/")
}

fn anchor(file: usize, line: usize) -> String {
    format!("f{file}-{line}")
}

/// Where something is written, as `(file, line)` from 1 on; None where that text is not at hand.
pub fn line(plan: &Plan, span: Option<Span>) -> Option<(usize, usize)> {
    let span = span?;
    let file = span.file.0 as usize;
    let text = &plan.source.as_ref()?.texts.get(file)?.text;
    let before = text.as_bytes().get(..span.range().start)?;
    Some((
        file,
        1 + before.iter().filter(|&&byte| byte == b'\n').count(),
    ))
}

/// A link to the line.
pub fn place(plan: &Plan, span: Option<Span>) -> Markup {
    let texts = plan.source.as_ref().map(|source| &source.texts);
    html! {
        @if let (Some((file, line)), Some(texts)) = (line(plan, span), texts) {
            a href=(format!("#{}", anchor(file, line))) {
                @if file == 0 { "line " (line) } @else { (printable(&texts[file].file)) ":" (line) }
            }
        }
    }
}
