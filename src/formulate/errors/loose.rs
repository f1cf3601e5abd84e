//! Rules that never bind.

use super::super::levels::Levels;
use super::super::loose::Why;
use super::super::scopes::RuleAt;
use super::super::words;
use super::at;
use crate::diag::{Code, Diagnostic};
use crate::request::{RuleKind, show_moment};

pub(in super::super) fn never_binds(levels: &Levels, rule: RuleAt, why: Why) -> Diagnostic {
    let (dc, request) = (levels.dc(), levels.request());
    let data = levels.rule(rule);
    let moment = |time| show_moment(request.start.as_ref(), time);
    let in_words = words::rule(dc, request, data);
    let warning = at(
        Code::NeverBinds,
        data.origin,
        format!("`{in_words}` can never bind"),
        "has no effect on any plan",
    );
    let note = match (why, &data.kind) {
        (Why::Highest(0), RuleKind::AtMostMigrations { .. }) => {
            String::from("no migration of this plan is counted")
        }
        (Why::Highest(0), RuleKind::Limit { .. }) => {
            String::from("no migration of this plan passes there")
        }
        (Why::Highest(highest), RuleKind::Budget { .. }) => format!(
            "with everything on that is ever on, and all actions at once, it would be {}",
            words::power(highest)
        ),
        (Why::Highest(highest), RuleKind::Limit { .. }) => format!(
            "all migrations at once, at their full rates, would take {}",
            words::rate(highest)
        ),
        (Why::Highest(highest), RuleKind::AtMostMigrations { .. }) => {
            format!("there are no more than {highest} of these migrations in all")
        }
        (Why::Highest(highest), _) => {
            format!("no more than {highest} of these servers are ever on")
        }
        (Why::Links(links), _) => format!(
            "its links carry no more than {} anyway",
            words::rate(links.into())
        ),
        (Why::Switch(capacity), _) => format!(
            "the switch carries no more than {} anyway",
            words::rate(capacity.into())
        ),
        (Why::Over(last), _) => format!(
            "everything that it is about has to end by {}, before the period begins",
            moment(last)
        ),
        (Why::Started, _) => String::from("the plan does not start before that time"),
        (Why::Implied, _) => String::from("the steps have this order anyway"),
    };
    let help = match (why, &data.kind) {
        (Why::Highest(highest), RuleKind::Budget { .. }) if highest > 0 => format!(
            "write less than {}, or leave the rule out",
            words::power(highest)
        ),
        (Why::Over(_), _) => String::from("check the times, or leave the rule out"),
        _ => String::from("leave the rule out, or make it stricter"),
    };
    warning.with_note(note).with_help(help)
}
