//! Files that cannot be used.

use crate::diag::{Code, Diagnostic};
use crate::sema::imports::Refusal;
use crate::source::Span;

/// At the place that names the file; without a place for the file that was asked for.
fn at(code: Code, user: Option<Span>, message: String, label: &str) -> Diagnostic {
    match user {
        Some(span) => Diagnostic::new(code, span, message, label),
        None => Diagnostic::without_place(code, message),
    }
}

pub fn not_read(user: Option<Span>, path: &str, reason: &str) -> Diagnostic {
    let message = format!("cannot read `{path}`: {reason}");
    let error = at(Code::FileNotRead, user, message, "used here");
    match user {
        Some(_) => error.with_help("a path is relative to the folder of the file that uses it"),
        None => error,
    }
}

pub fn too_large(user: Option<Span>, path: &str, most: usize) -> Diagnostic {
    let message = format!("`{path}` is larger than {} MiB", most >> 20);
    at(Code::FileNotRead, user, message, "used here").with_help("split it into several files")
}

pub fn invalid_utf8(span: Span, path: &str, byte: u8) -> Diagnostic {
    Diagnostic::new(
        Code::InvalidUtf8,
        span,
        format!("`{path}` is not UTF-8 text"),
        format!("the byte 0x{byte:02X} does not belong here"),
    )
    .with_help("save the file in the encoding UTF-8")
}

pub fn outside(span: Span, written: &str, reason: Refusal) -> Diagnostic {
    let (message, help) = match reason {
        Refusal::Empty => (
            "the path names no file".to_owned(),
            "write the name of a file, such as `use \"inventory.mvm\"`",
        ),
        Refusal::Absolute => (
            format!("`{written}` does not begin in the folder of this file"),
            "write the path from the folder of this file on",
        ),
        Refusal::Character('\\') => (
            format!("`{written}` has a backslash"),
            "write `/` between the parts of a path",
        ),
        Refusal::Character(c) => (
            format!("the path has the character U+{:04X}", u32::from(c)),
            "remove it",
        ),
        Refusal::Above => (
            format!("`{written}` leads out of the project"),
            "files above the project's root cannot be used: move the file, or run mvm further up",
        ),
    };
    Diagnostic::new(
        Code::FileOutside,
        span,
        message,
        "not a path in the project",
    )
    .with_help(help)
}

pub fn cycle(span: Span, chain: &[String]) -> Diagnostic {
    let mut files: Vec<String> = chain.iter().map(|file| format!("`{file}`")).collect();
    files.extend(files.first().cloned());
    Diagnostic::new(
        Code::ImportCycle,
        span,
        "files use one another in a circle",
        "leads back to a file that is being read",
    )
    .with_note(format!("the circle is {}", files.join(" → ")))
    .with_help("move what both need into a third file")
}

pub fn chain_too_long(span: Span, most: usize) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        format!("more than {most} files use one another in a chain"),
        "one too many",
    )
}

pub fn too_many_files(span: Span, most: usize) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        format!("the project has more than {most} files"),
        "one too many",
    )
}
