//! All wording of this stage: facts in, diagnostics out.

pub(super) mod classes;
pub(super) mod declarations;
pub(super) mod files;
pub(super) mod names;
pub(super) mod network;
pub(super) mod patience;
pub(super) mod plans;
pub(super) mod properties;
pub(super) mod quantities;
pub(super) mod sets;
pub(super) mod statements;
pub(super) mod templates;
pub(super) mod traffic;

use super::sets::Wanted;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;

/// A number with its thousands apart.
fn figure(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// One that refers to itself.
fn cycle(span: Span, what: &str, name: &str, used_at: Option<Span>) -> Diagnostic {
    let error = Diagnostic::new(
        Code::Cycle,
        span,
        format!("{what} `{name}` is defined by itself"),
        "leads back to itself",
    )
    .with_help("define one of those on the way without the others");
    match used_at {
        Some(place) => error.with_label(place, format!("needs `{name}`")),
        None => error,
    }
}

/// A chain of definitions that is too long.
fn too_deep(span: Span, what: &str, name: &str, most: u32) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        format!("{what} `{name}` is defined by a chain of more than {most} others"),
        "too far from its beginning",
    )
}

/// `a VM`: one of what is wanted.
fn one_of(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Vms => "a VM",
        Wanted::Servers => "a server",
        Wanted::Switches => "a switch, rack or site",
        Wanted::Places => "a rack or site",
        Wanted::Nodes => "a server, switch, rack or site",
        Wanted::Subjects => "a VM or server",
        Wanted::Anything => "a thing",
    }
}
