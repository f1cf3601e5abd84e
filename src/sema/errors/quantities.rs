//! Constants in expressions.

use crate::diag::{Code, Diagnostic};
use crate::sema::world::{Kind, a_kind};
use crate::source::Span;

pub fn not_a_number(span: Span, name: &str, kind: Kind) -> Diagnostic {
    let is = match kind {
        Kind::Variable => "a loop variable without a number",
        kind => a_kind(kind),
    };
    Diagnostic::new(
        Code::WrongKind,
        span,
        format!("expected a quantity, but `{name}` is {is}"),
        format!("this is {is}"),
    )
}

pub fn unknown_constant(span: Span, name: &str, similar: Option<&str>) -> Diagnostic {
    let error = Diagnostic::new(
        Code::UnknownName,
        span,
        format!("no constant is called `{name}`"),
        "not declared",
    );
    match similar {
        Some(similar) => error
            .with_help(format!("did you mean `{similar}`?"))
            .with_fix(span, similar),
        None if name == "unknown" => error.with_help(
            "what is not known is left out, and planned with a guess; `slack 20%` plans the migrations of a VM so much longer",
        ),
        None => error,
    }
}

pub fn constant_cycle(span: Span, name: &str, used_at: Option<Span>) -> Diagnostic {
    super::cycle(span, "the constant", name, used_at)
}

pub fn too_deep(span: Span, name: &str, most: u32) -> Diagnostic {
    super::too_deep(span, "the constant", name, most)
}
