//! Templates of addresses and commands.

use crate::diag::suggest;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;

pub fn unknown_placeholder(span: Span, name: &str, known: &[&str]) -> Diagnostic {
    let known_ones: Vec<String> = known.iter().map(|name| format!("`{{{name}}}`")).collect();
    let known_ones = known_ones.join(", ");
    let help = match suggest::closest(name, known.iter().copied()) {
        Some(similar) => format!("did you mean `{{{similar}}}`? Known here: {known_ones}"),
        None => format!("known here: {known_ones}"),
    };
    Diagnostic::new(
        Code::UnknownPlaceholder,
        span,
        format!("`{{{name}}}` stands for nothing here"),
        "in this template",
    )
    .with_help(help)
}

pub fn nothing_for_placeholder(span: Span, name: &str, server: &str) -> Diagnostic {
    let (lacks, help) = match name {
        "index" => (
            "has no index in its name",
            "write `{name}`, or declare it as one of a range, such as `s[1..4]`",
        ),
        _ => (
            "stands in no rack or site",
            "write `{name}`, or declare it inside a rack",
        ),
    };
    Diagnostic::new(
        Code::UnknownPlaceholder,
        span,
        format!("`{{{name}}}` has no value: `{server}` {lacks}"),
        "in this template",
    )
    .with_help(help)
}
