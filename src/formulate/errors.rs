//! The wording of what is wrong with a plan's model.

mod levels;
mod loose;
mod routes;
mod rules;
mod steps;

pub(super) use levels::*;
pub(super) use loose::*;
pub(super) use routes::*;
pub(super) use rules::*;
pub(super) use steps::*;

use crate::datacenter::{Datacenter, VmId};
use crate::diag::{Code, Diagnostic};
use crate::source::Span;

/// A diagnostic at a place, or without one where a program built the model and no file did.
fn at(
    code: Code,
    span: Option<Span>,
    message: impl Into<String>,
    label: impl Into<String>,
) -> Diagnostic {
    match span {
        Some(span) => Diagnostic::new(code, span, message, label),
        None => Diagnostic::without_place(code, message),
    }
}

/// Adds another place, where there is one.
fn also(diagnostic: Diagnostic, span: Option<Span>, text: impl Into<String>) -> Diagnostic {
    match span {
        Some(span) => diagnostic.with_label(span, text),
        None => diagnostic,
    }
}

fn vm_names<'a>(dc: &'a Datacenter, vms: &'a [VmId]) -> impl ExactSizeIterator<Item = &'a str> {
    vms.iter().map(|&vm| dc[vm].name.as_str())
}
