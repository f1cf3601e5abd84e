//! Classes and modules of the standard library.

use crate::diag::{Code, Diagnostic};
use crate::sema::world::{Kind, a_kind};
use crate::source::Span;
use crate::syntax::ast::ClassKind;

fn no(wanted: Option<ClassKind>) -> &'static str {
    match wanted {
        None => "no class",
        Some(ClassKind::Server) => "no class of servers",
        Some(ClassKind::Vm) => "no class of VMs",
        Some(ClassKind::Link) => "no class of links",
        Some(ClassKind::Switch) => "no class of switches",
    }
}

pub fn unknown(
    span: Span,
    name: &str,
    wanted: Option<ClassKind>,
    similar: Option<&str>,
    importable: Option<&str>,
    others: &[&str],
) -> Diagnostic {
    let error = Diagnostic::new(
        Code::UnknownName,
        span,
        format!("{} is called `{name}`", no(wanted)),
        "not declared",
    );
    match (importable, similar) {
        (Some(path), _) => error
            .with_help(format!("add `use {path}` to the file"))
            .with_fix(Span::new(span.file, 0..0), format!("use {path}\n")),
        (None, Some(similar)) => {
            let last = similar.rsplit('.').next().unwrap_or(similar);
            let in_group = !name.is_empty() && span.range().len() < name.len();
            let text = if in_group { last } else { similar };
            error
                .with_help(format!("did you mean `{text}`?"))
                .with_fix(span, text)
        }
        (None, None) => match others {
            [] => error,
            [only] => error.with_note(format!("there is `{only}`")),
            several => error.with_note(format!("there are `{}`", several.join("`, `"))),
        },
    }
}

pub fn unknown_module(span: Span, module: &str, similar: Option<&str>, all: &[&str]) -> Diagnostic {
    let error = Diagnostic::new(
        Code::UnknownName,
        span,
        format!("no module is called `{module}`"),
        "not in the standard library",
    );
    match similar {
        Some(similar) => error
            .with_help(format!("did you mean `{similar}`?"))
            // The place begins with the module.
            .with_fix(
                Span {
                    end: span.start + module.len() as u32,
                    ..span
                },
                similar,
            ),
        None => error.with_help(format!(
            "the modules are `{}`; files are used by their path in quotes",
            all.join("`, `")
        )),
    }
}

pub fn not_that_class(span: Span, name: &str, kind: Kind, wanted: Option<ClassKind>) -> Diagnostic {
    let is = a_kind(kind);
    let expected = wanted.map_or("a class", |wanted| a_kind(Kind::Class(wanted)));
    Diagnostic::new(
        Code::WrongKind,
        span,
        format!("expected {expected}, but `{name}` is {is}"),
        format!("this is {is}"),
    )
}

pub fn cycle(span: Span, name: &str) -> Diagnostic {
    super::cycle(span, "the class", name, None)
}

pub fn too_deep(span: Span, name: &str, most: u32) -> Diagnostic {
    super::too_deep(span, "the class", name, most)
}
