//! The words of every message about syntax.

use super::text::Flaw;
use crate::diag::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// A file beyond the limit.
pub(super) fn file_too_large(at: Span, size: usize, limit: usize) -> Diagnostic {
    Diagnostic::new(
        Code::TooLarge,
        at,
        format!(
            "the file has {} MiB, more than {} MiB",
            size >> 20,
            limit >> 20
        ),
        "too large",
    )
    .with_help("split it into files that `use` one another")
}

/// A statement or declaration beyond the limit.
pub(super) fn piece_too_long(at: Span, limit: usize) -> Diagnostic {
    Diagnostic::new(
        Code::TooLarge,
        at,
        format!("what begins here is longer than {} MiB", limit >> 20),
        "too long",
    )
    .with_help("choose with ranges, filters or named sets instead of a long list")
}

/// Nesting beyond the limit.
pub(super) fn too_deep(at: Span, limit: usize) -> Diagnostic {
    Diagnostic::new(
        Code::NestingTooDeep,
        at,
        format!("brackets nest deeper than {limit}"),
        "one too many",
    )
    .with_help("name a part of it with `let` or `set`")
}

/// Something wrong inside a string.
pub(super) fn flawed_string(file: FileId, base: usize, flaw: &Flaw) -> Diagnostic {
    let place =
        |range: &std::ops::Range<usize>| Span::new(file, base + range.start..base + range.end);
    match flaw {
        Flaw::Escape(range) => Diagnostic::new(
            Code::BadEscape,
            place(range),
            "no such escape in a string",
            "unknown escape",
        )
        .with_help(r#"the escapes are `\"`, `\\`, `\n`, `\t` and `\u{e9}`"#),
        Flaw::Control(range, c) => Diagnostic::new(
            Code::BadEscape,
            place(range),
            format!(
                "a string holds the control character U+{:04X}",
                u32::from(*c)
            ),
            "control character",
        )
        .with_help(format!(r"write it as `\u{{{:x}}}`", u32::from(*c))),
    }
}

/// Text that does not fit.
pub(super) fn unexpected(at: Span, expected: &[&str], found: Option<&str>) -> Diagnostic {
    let found = found.map_or("the end of the file".to_owned(), |text| format!("`{text}`"));
    let expected = expected.join(", ");
    Diagnostic::new(
        Code::Syntax,
        at,
        format!("expected {expected}, found {found}"),
        "not expected here",
    )
}

/// A class or plan without braces.
pub(super) fn missing_brace(at: Span, what: &str, found: Option<&str>) -> Diagnostic {
    let found = found.map_or("the end of the file".to_owned(), |text| format!("`{text}`"));
    Diagnostic::new(
        Code::Syntax,
        at,
        format!("expected `{{` after the name of the {what}, found {found}"),
        "expected `{`",
    )
}

/// An opening bracket without its closing one.
pub(super) fn unclosed(at: Span, open: &str) -> Diagnostic {
    Diagnostic::new(
        Code::UnclosedBrace,
        at,
        format!("this `{open}` is never closed"),
        "opened here",
    )
}

/// An item inside something that holds none.
pub(super) fn misplaced_item(at: Span, word: &str, place: &str) -> Diagnostic {
    Diagnostic::new(
        Code::MisplacedStatement,
        at,
        format!("`{word}` cannot stand in {place}"),
        "not here",
    )
    .with_help("move it to the top level of the file")
}
