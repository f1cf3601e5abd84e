//! Repeated statements.

use super::figure;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::Word;

pub fn too_many_variables(span: Span, most: usize) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        format!("a statement has at most {most} loop variables"),
        "one too many",
    )
}

pub fn variable_twice(word: &Word, earlier: Span) -> Diagnostic {
    Diagnostic::new(
        Code::DuplicateName,
        word.span,
        format!("the loop variable `{}` is bound twice", word.text),
        "bound again",
    )
    .with_label(earlier, "bound here first")
}

pub fn unused_variable(word: &Word) -> Diagnostic {
    Diagnostic::new(
        Code::Unused,
        word.span,
        format!("the statement does not depend on `{}`", word.text),
        "repeats the same statement",
    )
    .with_help("use the variable, or leave the loop out")
}

pub fn too_many_repetitions(span: Span, most: u64) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        format!("the statement is repeated more than {} times", figure(most)),
        "too many combinations with this",
    )
}

pub fn any_index_in_for(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::BadIndex,
        span,
        "`*` has no name here whose indices it could stand for",
        "which indices?",
    )
    .with_help(
        "write a range, or let the variable run over a set, such as `for s in servers in r1`",
    )
}
