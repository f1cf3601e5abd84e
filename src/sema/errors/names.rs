//! Names and patterns of names.

use super::{figure, one_of};
use crate::diag::{Code, Diagnostic};
use crate::sema::sets::Wanted;
use crate::sema::world::{Kind, Thing, World, a_kind};
use crate::source::Span;
use crate::syntax::ast::Word;
use crate::syntax::is_name;

pub fn duplicate(name: &str, span: Span, earlier: Option<Span>) -> Diagnostic {
    let (span, other) = match earlier {
        // What is told later in the same file is the second one, whatever was entered first.
        Some(other) if other.file == span.file && other.start > span.start => (other, Some(span)),
        other => (span, other),
    };
    let error = Diagnostic::new(
        Code::DuplicateName,
        span,
        format!("`{name}` is declared twice"),
        "declared again",
    );
    match other {
        Some(other) if other != span => error.with_label(other, "declared here first"),
        Some(_) => error.with_help("the names of this declaration repeat one another"),
        None => error,
    }
}

pub fn unknown(span: Span, name: &str, wanted: Wanted) -> Diagnostic {
    let message = match wanted {
        Wanted::Anything => format!("nothing is called `{name}`"),
        wanted => format!("{} is called `{name}`", no(wanted)),
    };
    Diagnostic::new(Code::UnknownName, span, message, "not declared")
}

pub fn did_you_mean(error: Diagnostic, span: Span, similar: &str) -> Diagnostic {
    error
        .with_help(format!("did you mean `{similar}`?"))
        .with_fix(span, similar)
}

/// How many have such a name with other numbers, the first and the last of them.
pub fn there_are(error: Diagnostic, (count, first, last): (usize, &str, &str)) -> Diagnostic {
    error.with_note(match count {
        1 => format!("there is `{first}`"),
        2 => format!("there are `{first}` and `{last}`"),
        _ => format!(
            "there are {} of this kind, from `{first}` to `{last}`",
            figure(count as u64)
        ),
    })
}

/// `s[1-4]`, which would be a negative index.
pub fn minus_in_index(span: Span, first: &str, last: &str) -> Diagnostic {
    let range = format!("{first}..{last}");
    Diagnostic::new(
        Code::BadIndex,
        span,
        format!("a range of numbers is written `{range}`"),
        "minus is a subtraction",
    )
    .with_help(format!("write `{range}`"))
    .with_fix(span, range)
}

fn no(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Vms => "no VM",
        Wanted::Servers => "no server",
        Wanted::Switches => "no switch, rack or site",
        Wanted::Places => "no rack or site",
        Wanted::Nodes => "no server, switch, rack or site",
        Wanted::Subjects => "no VM or server",
        Wanted::Anything => "nothing",
    }
}

pub fn no_family(span: Span, pattern: &str, wanted: Wanted) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownName,
        span,
        format!("{} has a name like `{pattern}`", no(wanted)),
        "matches nothing",
    )
    .with_note(
        "`[*]` stands for the numbers, or values of a bracket, of the names that are declared",
    )
}

pub fn ambiguous(world: &World<'_>, span: Span, name: &str, a: Thing, b: Thing) -> Diagnostic {
    let (one, other) = (world.name_of(a), world.name_of(b));
    let error = Diagnostic::new(
        Code::AmbiguousName,
        span,
        format!("`{name}` may be `{one}` or `{other}`"),
        "several things have this short name",
    )
    .with_help(format!("write the full name, such as `{one}`"));
    // Of a range or in quotes, the place holds more than the name.
    let is_plain = span.range().len() == name.len();
    [one, other]
        .into_iter()
        .filter(|full| is_plain && full.split('.').all(is_name))
        .fold(error, |error, full| error.with_fix(span, full))
}

pub fn not_a_thing(span: Span, name: &str, kind: Kind, wanted: Wanted) -> Diagnostic {
    let is = a_kind(kind);
    let error = Diagnostic::new(
        Code::WrongKind,
        span,
        format!("expected {}, but `{name}` is {is}", one_of(wanted)),
        format!("this is {is}"),
    );
    match kind {
        Kind::Class(_) => error.with_help(format!("its members are chosen by `of {name}`")),
        _ => error,
    }
}

pub fn number_for_a_set(span: Span, name: &str, bound: Span) -> Diagnostic {
    Diagnostic::new(
        Code::WrongKind,
        span,
        format!("`{name}` is an index, not a set of things"),
        "a thing is wanted here",
    )
    .with_label(bound, "runs over indices")
    .with_help(format!("use it in a bracket, such as `s[{name}]`"))
}

pub fn too_many(span: Span, count: Option<u64>, most: u64) -> Diagnostic {
    let label = match count {
        Some(count) => format!("{} of them", figure(count)),
        None => "more than can be counted".to_owned(),
    };
    let message = format!("more than {} names or numbers", figure(most));
    Diagnostic::new(Code::TooMuch, span, message, label)
}

pub fn name_too_long(span: Span, most: usize) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        format!("a name has at most {most} bytes"),
        "too long",
    )
}

pub fn step_zero(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::BadIndex,
        span,
        "a range cannot advance by 0",
        "never arrives",
    )
}

pub fn index_too_large(word: &Word) -> Diagnostic {
    Diagnostic::new(
        Code::BadIndex,
        word.span,
        format!("the index {} is too large", word.text),
        "more than nine digits",
    )
}

pub fn generations_twice(kind: &str, span: Span, earlier: Span) -> Diagnostic {
    let message = format!("the generations of `{kind}` are said twice");
    Diagnostic::new(Code::DuplicateName, span, message, "again")
        .with_label(earlier, "here first")
        .with_help("make them one list, the earliest generation first")
}

pub fn resource_twice(name: &str, span: Span, earlier: Option<Span>) -> Diagnostic {
    let Some(earlier) = earlier else {
        let message = format!("`{name}` is a resource that all files know");
        return Diagnostic::new(Code::DuplicateName, span, message, "declared again").with_help(
            format!("say it by its own word: `{name} …` of servers and VMs"),
        );
    };
    let message = format!("the resource `{name}` is declared twice");
    Diagnostic::new(Code::DuplicateName, span, message, "again")
        .with_label(earlier, "here first")
        .with_help("remove one of them")
}
