//! Plans: steps, rules and moments.

use super::figure;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Period, Word};

pub fn no_steps(name: &Word) -> Diagnostic {
    Diagnostic::new(
        Code::NoSteps,
        name.span,
        format!("the plan `{}` does nothing", name.text),
        "has no steps",
    )
    .with_help("add a step, such as `migrate vms on s1 to s2`")
}

pub fn does_nothing(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::EmptySelection,
        span,
        "this statement does nothing",
        "its sets are empty each time",
    )
}

pub fn roll_does_nothing(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MissingProperty,
        span,
        "nothing is done with the servers of this `roll`",
        "no `run`, `reboot`, `shutdown` or `boot`",
    )
    .with_help("to empty servers, write `drain` without a `roll`")
}

pub fn nobody_left(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MissingProperty,
        span,
        "nobody has left the server who could come back",
        "no `drain` before it",
    )
    .with_help("write `drain` before what is done with the empty server, and `return` behind it")
}

pub fn no_earlier_plan(other: &Word, known: &[&str]) -> Diagnostic {
    let error = Diagnostic::new(
        Code::UnknownName,
        other.span,
        format!("no plan above is called `{}`", other.text),
        "which plan?",
    );
    match crate::diag::suggest::closest(&other.text, known.iter().copied()) {
        Some(near) => error.with_help(format!("`{near}` is one")),
        None => {
            error.with_help("a way back stands below the plan that it undoes, in the same file")
        }
    }
}

pub fn reverses_a_way_back(other: &Word) -> Diagnostic {
    Diagnostic::new(
        Code::NotHere,
        other.span,
        format!("`{}` is a way back itself", other.text),
        "leads back already",
    )
    .with_help("write its plan once more: that is the way there")
}

pub fn step_of_way_back(step: Span, other: Span) -> Diagnostic {
    Diagnostic::new(
        Code::NotHere,
        step,
        "the way back of a plan has no steps of its own",
        "a step",
    )
    .with_label(other, "this plan says what is undone")
    .with_help("write what else is to be done as a plan of its own")
}

pub fn too_many_of(count: Span, asked: u32, servers: usize) -> Diagnostic {
    let there = crate::show::show_count(servers, "server");
    Diagnostic::new(
        Code::OutOfRange,
        count,
        format!("{asked} are asked for of {there}"),
        "more than there are",
    )
}

pub fn no_duration(command: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MissingProperty,
        command,
        "nothing says how long this command takes",
        "no `takes`",
    )
    .with_help("say behind the servers how long to plan with, such as `takes 10min`: it may take less or more")
}

pub fn no_text(span: Span, lacking: &str) -> Diagnostic {
    Diagnostic::new(
        Code::MissingProperty,
        span,
        lacking,
        "nothing between the quotes",
    )
}

pub fn minimize_twice(span: Span, earlier: Span) -> Diagnostic {
    Diagnostic::new(
        Code::SaidTwice,
        span,
        "the plan says twice what to minimise",
        "again",
    )
    .with_label(earlier, "here first")
    .with_help("list the goals in one statement, the most important first: `minimize mttr, energy`")
}

pub fn goal_twice(name: &str, span: Span, earlier: Option<Span>) -> Diagnostic {
    let error = Diagnostic::new(
        Code::SaidTwice,
        span,
        format!("`{name}` is minimised twice"),
        "again",
    );
    match earlier {
        Some(earlier) => error.with_label(earlier, "here first"),
        None => error,
    }
}

pub fn start_twice(span: Span, earlier: Span) -> Diagnostic {
    Diagnostic::new(
        Code::SaidTwice,
        span,
        "the plan says twice when it starts",
        "again",
    )
    .with_label(earlier, "here first")
    .with_help("keep one of them")
    .with_fix(span, "")
}

pub fn said_twice(word: &str, span: Span, earlier: Span) -> Diagnostic {
    Diagnostic::new(
        Code::SaidTwice,
        span,
        format!("the plan says twice what its `{word}` is"),
        "again",
    )
    .with_label(earlier, "here first")
    .with_help("keep one of them")
    .with_fix(span, "")
}

pub fn not_repeated(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::NotRepeated,
        span,
        "a statement about the whole plan is not repeated",
        "no loop here",
    )
    .with_help("leave the `for` out")
}

pub fn empty_period(period: &Period, daily: bool) -> Diagnostic {
    let error = Diagnostic::new(
        Code::EmptyPeriod,
        period.span,
        "the period ends before it begins",
        "nothing lies in it",
    )
    .with_note("a time of day is the first one at or after the plan's start");
    if daily {
        error.with_help(
            "the plan starts inside of it: write `until` for what is left of it, or add `+ 1d` to the second time",
        )
    } else {
        error
    }
}

/// A number where a time of day was most likely meant.
pub fn no_clock_time(span: Span, meant: &str) -> Diagnostic {
    Diagnostic::new(
        Code::NoSuchTime,
        span,
        "expected a moment, found a number",
        "neither a time of day nor a duration",
    )
    .with_help(format!(
        "a time of day is written `{meant}`; so long after the start of the plan is written like `90min`"
    ))
    .with_fix(span, meant)
}

pub fn too_many_steps(span: Span, most: u64) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        format!("more than {} steps", figure(most)),
        "too many with these",
    )
}

pub fn too_many_rules(span: Span, most: u64) -> Diagnostic {
    Diagnostic::new(
        Code::TooMuch,
        span,
        format!("more than {} rules", figure(most)),
        "too many with these",
    )
}

pub fn weight_too_large(span: Span, most: u32) -> Diagnostic {
    Diagnostic::new(
        Code::OutOfRange,
        span,
        format!("a weight is at most {}", figure(most.into())),
        "too much",
    )
}

pub fn never_migrates(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::SyncWithoutMigration,
        span,
        format!("`{name}` never migrates in this plan, so it cannot be in step with others"),
        format!("`{name}` stays where it is"),
    )
    .with_help(format!("migrate `{name}`, or leave it out"))
}

pub fn never_acts(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::NeverActs,
        span,
        "nothing of this acts in the plan, so there is nothing to order",
        "never acts",
    )
    .with_help("add a step for it, or remove the order")
}

pub fn before_itself(span: Span, name: &str, earlier: Span) -> Diagnostic {
    Diagnostic::new(
        Code::BeforeItself,
        span,
        format!("`{name}` would have to end before it starts"),
        format!("`{name}` comes after this arrow"),
    )
    .with_label(earlier, "and before it")
    .with_help(format!(
        "take `{name}` out of one side, with `except` perhaps"
    ))
}

pub fn idle(span: Span, name: &str, (idle, all): (usize, usize)) -> Diagnostic {
    let message = match idle {
        1 => format!("`{name}` never acts in this plan"),
        idle if idle == all => format!("none of these {all} VMs acts in this plan"),
        idle => format!("{idle} of these {all} VMs never act in this plan, such as `{name}`"),
    };
    Diagnostic::new(Code::Idle, span, message, "has no effect")
        .with_help("add a step for it, or leave it out of the rule")
}

pub fn only_one(span: Span, rule: &str, set: Span) -> Diagnostic {
    Diagnostic::new(
        Code::OnlyOne,
        set,
        format!("`{rule}` is about several, but this is one"),
        "only one",
    )
    .with_label(span, "has no effect")
    .with_help("add the others, or remove the rule")
}
