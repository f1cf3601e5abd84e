//! Traffic of guests.

use super::figure;
use crate::diag::{Code, Diagnostic};
use crate::sema::world::{Thing, World};
use crate::source::Span;

pub fn of_a_server(world: &World<'_>, span: Span, thing: Thing) -> Diagnostic {
    let name = world.name_of(thing);
    Diagnostic::new(
        Code::BadLink,
        span,
        format!("traffic is between VMs and switches, but `{name}` is a server"),
        "this is a server",
    )
    .with_help(format!("name the VMs: `vms on {name}`"))
}

pub fn to_itself(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::BadLink,
        span,
        "the traffic begins and ends at the same place",
        "both ends are the same",
    )
}

pub fn too_many(span: Span, most: u64) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        format!("traffic between more than {} pairs", figure(most)),
        "one for each pair of ends",
    )
}
