//! Properties.

use crate::diag::{Code, Diagnostic, suggest};
use crate::sema::properties::Owner;
use crate::sema::world::{Kind, a_kind};
use crate::source::Span;
use crate::syntax::ast::{ClassKind, Word};

/// What has a property of that keyword.
fn owners(keyword: &str) -> &'static str {
    match keyword {
        "memory" | "cpu" | "copy" | "off" | "shutdown" => "servers and VMs",
        "used" | "hot" | "cold" | "downtime" | "disk" | "force" | "timeout" | "retry" | "on" => {
            "VMs"
        }
        "needs" => "VMs",
        "has" | "overbook" | "maintenance" | "pools" | "power" | "hosting" | "migration"
        | "address" | "bmc" | "migration-address" | "command" | "boot" => "servers",
        "link" => "servers, switches, racks and sites",
        "capacity" => "switches, racks and sites",
        "rate" | "usable" | "bond" | "guests" => "links",
        _ => "servers, switches and VMs",
    }
}

pub fn not_of_that_kind(span: Span, keyword: &str, owner: Owner<'_>) -> Diagnostic {
    let name = owner.name;
    let is = match (owner.kind, owner.what) {
        (ClassKind::Link, Kind::Thing(_)) => "this is a link".to_owned(),
        (_, what) => format!("`{name}` is {}", a_kind(what)),
    };
    if keyword == "boot" && owner.kind == ClassKind::Vm {
        return Diagnostic::new(
            Code::WrongProperty,
            span,
            format!("the boot of a VM draws no power of its own, and {is}"),
            "has `extra`",
        )
        .with_help("leave `extra` out");
    }
    Diagnostic::new(
        Code::WrongProperty,
        span,
        format!("`{keyword}` is a property of {}, but {is}", owners(keyword)),
        is,
    )
}

pub fn twice(span: Span, keyword: &str, detail: &str, earlier: Span) -> Diagnostic {
    let what = match detail {
        "" => keyword.to_owned(),
        detail => format!("{keyword} {detail}"),
    };
    Diagnostic::new(
        Code::PropertyTwice,
        span,
        format!("`{what}` is given twice"),
        "again",
    )
    .with_label(earlier, "here first")
    .with_help("remove one of them")
    .with_fix(span, "")
}

pub fn placed_in_class(span: Span, owner: Owner<'_>) -> Diagnostic {
    Diagnostic::new(
        Code::WrongProperty,
        span,
        format!("the class `{}` cannot say where its VMs are", owner.name),
        "belongs to the VM itself",
    )
    .with_help("write `on …` in the declaration of each VM")
}

pub fn idle_that_writes(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::BadProperty,
        span,
        format!("`{name}` writes nothing, and has `hot` or `cold` pages"),
        "writes nothing",
    )
    .with_help("keep `idle`, or what it rewrites")
}

pub fn never_after(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::BadProperty,
        span,
        "a migration that is never forced has no `after`",
        "never",
    )
    .with_help("write `force never`, or `force suspend after 10min`")
}

pub fn force_without_after(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MissingProperty,
        span,
        "after which time a migration is forced is not said",
        "`after` is missing",
    )
    .with_help("say it, as in `force suspend after 10min`")
}

pub fn bond_out_of_range(span: Span, most: u32) -> Diagnostic {
    Diagnostic::new(
        Code::OutOfRange,
        span,
        format!("a bond has at most {most} interfaces"),
        "too many",
    )
}

pub fn too_many_pools(span: Span, most: u32) -> Diagnostic {
    Diagnostic::new(
        Code::OutOfRange,
        span,
        format!("a server has at most {most} pools"),
        "too many",
    )
}

pub fn link_without_rate(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MissingProperty,
        span,
        "the link has no rate",
        "neither a rate nor a class with one",
    )
    .with_help("write `link 10Gbps`, or a class of links such as `link : ethernet10`")
}

pub fn has_its_own_word(key: &Word) -> Diagnostic {
    let name = &key.text;
    Diagnostic::new(
        Code::BadProperty,
        key.span,
        format!("`{name}` is said by its own word"),
        "no feature, and no resource of one's own",
    )
    .with_help(format!(
        "write `{name}` and the amount, without `has` or `needs`"
    ))
}

pub fn no_resource(key: &Word, value: Span) -> Diagnostic {
    let name = &key.text;
    Diagnostic::new(
        Code::UnknownName,
        key.span,
        format!("`{name}` is no resource"),
        "nothing declares it",
    )
    .with_label(value, "so this amount is one of nothing")
    .with_help(format!(
        "declare it at the top level: `resource {name} in bytes`, or `resource {name}` if it is counted"
    ))
}

pub fn no_amount(key: &Word, value: Span) -> Diagnostic {
    let message = format!("`{}` is a resource, and this is no amount of it", key.text);
    Diagnostic::new(Code::BadProperty, value, message, "an amount is wanted")
}

pub fn unknown_stock(key: &Word, own: &[String]) -> Diagnostic {
    let known = ["memory", "cpu"]
        .into_iter()
        .chain(own.iter().map(String::as_str));
    let finding = Diagnostic::new(
        Code::UnknownName,
        key.span,
        format!("`{}` is no resource", key.text),
        "`memory`, `cpu` or a resource of the file's own is wanted",
    );
    match suggest::closest(&key.text, known) {
        Some(similar) => finding.with_fix(key.span, similar),
        None => finding,
    }
}

pub fn fuller_than_it_is(filled: Span, size: Span) -> Diagnostic {
    let message = "a disk cannot be fuller than it is large";
    Diagnostic::new(Code::BadProperty, filled, message, "more than all of it")
        .with_label(size, "its size")
}
