//! Links and routes.

use super::figure;
use crate::diag::{Code, Diagnostic};
use crate::sema::world::{Thing, World, a_thing};
use crate::source::Span;

pub fn leads_nowhere(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::BadLink,
        span,
        "where the link leads is not said",
        "`to` is missing",
    )
    .with_help("write `to` and a switch; inside a rack or site a link leads to its switch")
}

pub fn to_no_switch(world: &World<'_>, span: Span, thing: Thing) -> Diagnostic {
    let (name, is) = (world.name_of(thing), a_thing(world.kind_of(thing)));
    Diagnostic::new(
        Code::BadLink,
        span,
        format!("a link leads to a switch, but `{name}` is {is}"),
        format!("this is {is}"),
    )
    .with_help("a rack or site is a switch too; let the link begin at the other end")
}

pub fn to_itself(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::BadLink,
        span,
        format!("the link leads from `{name}` to itself"),
        "both ends are the same",
    )
}

pub fn route_to_itself(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::BadLink,
        span,
        "the route begins and ends at the same place",
        "both ends are the same",
    )
}

pub fn too_many_routes(span: Span, most: u64) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        format!("more than {} routes", figure(most)),
        "one for each pair of ends",
    )
}

pub fn too_long_route(span: Span, most: usize) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        format!("a route passes at most {most} switches"),
        "passes more",
    )
}
