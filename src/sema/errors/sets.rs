//! Sets, filters and pairing.

use super::{cycle, figure, one_of};
use crate::diag::{Code, Diagnostic};
use crate::sema::sets::Wanted;
use crate::sema::world::{Kind, Thing, World, a_kind, a_thing};
use crate::source::Span;
use crate::syntax::ast::{ClassKind, DeclKind, Path, Word};

pub fn wrong_kind(world: &World<'_>, span: Span, thing: Thing, wanted: Wanted) -> Diagnostic {
    let (name, kind) = (world.name_of(thing), world.kind_of(thing));
    let is = a_thing(kind);
    let error = Diagnostic::new(
        Code::WrongKind,
        span,
        format!("expected {}, but `{name}` is {is}", one_of(wanted)),
        format!("`{name}` is {is}"),
    );
    let error = match world.origin_of(thing) {
        Some(origin) => error.with_label(origin, "declared here"),
        None => error,
    };
    match (wanted, kind) {
        (Wanted::Vms, DeclKind::Server | DeclKind::Rack | DeclKind::Site) => {
            error.with_help(format!("the VMs on it are `vms on {name}`"))
        }
        (Wanted::Servers | Wanted::Subjects, DeclKind::Switch) => {
            error.with_help("only racks and sites have servers inside them")
        }
        _ => error,
    }
}

pub fn filter_of_another_kind(world: &World<'_>, span: Span, thing: Thing) -> Diagnostic {
    let (name, kind) = (world.name_of(thing), world.kind_of(thing));
    let (filter, keeps, other) = match kind {
        DeclKind::Vm => ("in", "servers, racks and switches", "on"),
        _ => ("on", "VMs", "in"),
    };
    Diagnostic::new(
        Code::WrongKind,
        span,
        format!(
            "`{filter}` chooses among {keeps}, but `{name}` is {}",
            a_thing(kind)
        ),
        format!("cannot choose among what includes {}", a_thing(kind)),
    )
    .with_help(format!("write `{other}`"))
    // A filter begins with its word.
    .with_fix(
        Span {
            end: span.start + filter.len() as u32,
            ..span
        },
        other,
    )
}

pub fn class_of_another_kind(
    world: &World<'_>,
    path: &Path,
    kind: ClassKind,
    thing: Thing,
) -> Diagnostic {
    let class = a_kind(Kind::Class(kind));
    let name = world.name_of(thing);
    Diagnostic::new(
        Code::WrongKind,
        path.span,
        format!(
            "this is {class}, but `{name}` is {}",
            a_thing(world.kind_of(thing))
        ),
        class.to_owned(),
    )
}

pub fn selects_nothing(span: Span, hint: Option<(Span, String)>) -> Diagnostic {
    let warning = Diagnostic::new(
        Code::EmptySelection,
        span,
        "this selects nothing",
        "nothing is like this",
    );
    match hint {
        Some((place, hint)) => warning
            .with_help(format!("did you mean `{hint}`?"))
            .with_fix(place, hint),
        None => warning,
    }
}

pub fn empty(span: Span, wanted: &str) -> Diagnostic {
    Diagnostic::new(
        Code::EmptySet,
        span,
        format!("{wanted} is needed here, but the set is empty"),
        "selects nothing",
    )
    .with_help("check the names and filters of the set")
}

/// What is paired with what, each as one and as several.
#[derive(Debug, Clone, Copy)]
pub struct Sides {
    left: [&'static str; 2],
    right: [&'static str; 2],
}

/// VMs with the servers that they are on, or go to.
pub const VMS_AND_SERVERS: Sides = Sides {
    left: ["VM", "VMs"],
    right: ["server", "servers"],
};

/// Links with the switches that they lead to.
pub const LINKS_AND_SWITCHES: Sides = Sides {
    left: ["link", "links"],
    right: ["switch", "switches"],
};

pub fn unpaired(span: Span, left: usize, right: usize, sides: Sides) -> Diagnostic {
    let count = |number: usize, [one, several]: [&str; 2]| {
        let noun = if number == 1 { one } else { several };
        format!("{} {noun}", figure(number as u64))
    };
    let (lefts, rights) = (sides.left[1], sides.right[1]);
    let (left, right) = (count(left, sides.left), count(right, sides.right));
    Diagnostic::new(
        Code::Unpaired,
        span,
        format!("{left} cannot be paired with {right}"),
        right,
    )
    .with_help(format!(
        "there must be one of the {rights}, as many as {lefts}, or a number that divides theirs: then consecutive \
         {lefts} share one"
    ))
}

pub fn too_much_work(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        "the sets of this project have too many members together",
        "this one is too much",
    )
    .with_help("repeat fewer statements over large sets")
}

pub fn all_outside_rules(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::NotHere,
        span,
        "`all` is what acts in a plan, so only a plan's rules can use it",
        "nothing acts yet",
    )
    .with_help("write `vms` or `servers` for all of them")
}

pub fn not_placed_yet(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::NotHere,
        span,
        "`on` cannot choose here, since the VMs have no place yet",
        "depends on where the VMs are",
    )
    .with_help("name the servers or VMs in another way")
}

pub fn bad_glob(word: &Word, error: &globset::Error) -> Diagnostic {
    Diagnostic::new(
        Code::BadPattern,
        word.span,
        format!("`{}` is no pattern: {}", word.text, error.kind()),
        "not a pattern",
    )
    .with_help("`*` stands for any text, `?` for one character, `[ab]` for one of them")
}

pub fn set_cycle(span: Span, name: &str, used_at: Option<Span>) -> Diagnostic {
    cycle(span, "the set", name, used_at)
}

pub fn too_deep(span: Span, name: &str, most: u32) -> Diagnostic {
    super::too_deep(span, "the set", name, most)
}
