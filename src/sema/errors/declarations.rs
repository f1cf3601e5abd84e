//! Declarations of things.

use super::figure;
use crate::datacenter::{At, Pool, Server};
use crate::diag::{Code, Diagnostic};
use crate::sema::world::{Kind, a_thing};
use crate::source::Span;
use crate::syntax::ast::DeclKind;

pub fn module_without_names(span: Span, module: &str) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownName,
        span,
        format!("`{module}` is a module, not a class"),
        "which of its classes?",
    )
    .with_help(format!("write `use {module}.*` for all of them"))
}

pub fn too_many_things(span: Span, most: u64) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        format!(
            "more than {} servers, switches and VMs are declared",
            figure(most)
        ),
        "too many with these",
    )
}

pub fn misplaced(span: Span, child: DeclKind, parent: DeclKind) -> Diagnostic {
    let (child_name, parent_name) = (a_thing(child), a_thing(parent));
    let error = Diagnostic::new(
        Code::Misplaced,
        span,
        format!("{child_name} cannot stand inside {parent_name}"),
        "not in these braces",
    );
    match child {
        DeclKind::Vm => error.with_help("declare it outside, and say where it is with `on`"),
        _ => error.with_help("declare it outside"),
    }
}

pub fn dotted(span: Span, place: &str, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::Misplaced,
        span,
        "a name that is declared has no dots",
        "names a place too",
    )
    .with_help(format!(
        "declare `{name}` in the braces of `{place}`, or write the whole name in quotes"
    ))
}

pub fn any_index(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::BadIndex,
        span,
        "`*` stands for what is declared, so it cannot declare",
        "which ones?",
    )
    .with_help("write a range, such as `[1..24]`")
}

pub fn shared_address(span: Span, count: usize) -> Diagnostic {
    Diagnostic::new(
        Code::BadProperty,
        span,
        format!("one address cannot be that of {count} servers"),
        "the same for all of them",
    )
    .with_help("write what differs in braces, as in `\"10.0.0.{index}\"` or `\"{name}.example.com\"`, or declare each of them on its own")
}

pub fn share_of_no_power(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MissingProperty,
        span,
        "a share of the server's power, but the server has none",
        "a share of what?",
    )
    .with_help("give the server its `power`, or the cost of hosting in W")
}

pub fn vm_without_memory(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MissingProperty,
        span,
        "how much memory the VM has is not said",
        "neither `memory` nor `used`",
    )
    .with_help("write `memory 4GiB`, or `used 2GiB` for what a migration copies")
}

pub fn vm_without_host(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MissingProperty,
        span,
        "where the VM is when a plan starts is not said",
        "`on` is missing",
    )
    .with_help("write `on` and its server")
}

pub fn runs_on_server_that_is_off(
    span: Span,
    vm: &str,
    server: &str,
    declared: Option<Span>,
) -> Diagnostic {
    let error = Diagnostic::new(
        Code::RunsOnServerThatIsOff,
        span,
        format!("`{vm}` runs on `{server}`, which is off"),
        "a server that is off runs nothing",
    )
    .with_help("place it on another server, or declare the VM `off` too");
    match declared {
        Some(declared) => error.with_label(declared, "declared `off`"),
        None => error,
    }
}

pub fn no_such_pool(pool: At<Pool>, server: &Server, span: Span) -> Diagnostic {
    let Pool(number) = pool.value;
    let (message, help) = match server.pools.value {
        1 => (
            format!("`{}` is not divided into pools", server.name),
            "leave the pool out, or say `pools 2` of the server".to_owned(),
        ),
        pools => (
            format!("`{}` has no pool {number}", server.name),
            format!("its pools are 0 to {}", pools - 1),
        ),
    };
    let at = pool.origin.unwrap_or(span);
    let error = Diagnostic::new(Code::OutOfRange, at, message, "no such pool").with_help(help);
    match server.pools.origin {
        Some(divided) => error.with_label(divided, "divided here"),
        None => error,
    }
}

pub fn unused(span: Span, name: &str, kind: Kind) -> Diagnostic {
    let what = match kind {
        Kind::Constant => "constant",
        Kind::Set => "set",
        _ => "class",
    };
    Diagnostic::new(
        Code::Unused,
        span,
        format!("the {what} `{name}` is not used"),
        "nothing refers to it",
    )
    .with_help("use it, or remove it")
}

pub fn crowded(
    span: Span,
    server: &Server,
    vms: usize,
    what: &str,
    (taken, has): (String, String),
    origin: Option<Span>,
) -> Diagnostic {
    let who = match vms {
        1 => "a VM takes".to_owned(),
        _ => format!("{vms} VMs take"),
    };
    let warning = Diagnostic::new(
        Code::Crowded,
        span,
        format!(
            "on `{}` {who} {taken} of {what}, and it has {has}",
            server.name
        ),
        "more than there is",
    )
    .with_help(
        "check the amounts and the place: from the start, the server holds more than it has",
    );
    match origin {
        Some(origin) => warning.with_label(origin, format!("{has} here")),
        None => warning,
    }
}
