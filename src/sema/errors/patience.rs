//! Timeouts and retries.

use crate::diag::{Code, Diagnostic};
use crate::source::Span;

pub fn bad_factor(span: Span, most: u32) -> Diagnostic {
    Diagnostic::new(
        Code::OutOfRange,
        span,
        format!("a timeout is 1x to {most}x the planned length"),
        "out of that range",
    )
    .with_help("write `timeout 3x`, or a duration such as `timeout 20min`")
}

pub fn too_many_retries(span: Span, most: u32) -> Diagnostic {
    Diagnostic::new(
        Code::OutOfRange,
        span,
        format!("an action is tried again at most {most} times"),
        "too often",
    )
}

pub fn twice(what: &str, span: Span, earlier: Span) -> Diagnostic {
    Diagnostic::new(
        Code::SaidTwice,
        span,
        format!("the plan has a `{what}` for all actions already"),
        "again",
    )
    .with_label(earlier, "here first")
    .with_help(format!(
        "remove one of them, or say `{what} … on …` for some"
    ))
}
