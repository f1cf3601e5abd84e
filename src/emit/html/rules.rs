//! The rules, each with what is left before it would be broken.

use maud::{Markup, html};

use super::sources::place;
use crate::emit::amount;
use crate::emit::clock::Clock;
use crate::emit::text::printable;
use crate::formulation::Unit;
use crate::plan::{Plan, Slack};
use crate::show::show_bytes;

/// The rules as a table.
pub fn section(plan: &Plan, clock: &Clock) -> Markup {
    html! {
        section #rules aria-labelledby="rules-title" {
            h2 #rules-title { "Rules, and what they leave" }
            @if plan.kept.is_empty() && plan.preferences.is_empty() {
                p.note { "The plan has no rules of its own." }
            } @else {
                div.scroll { table {
                    thead { tr { th scope="col" { "Rule" } th scope="col" { "Leaves" } th scope="col" { "Written" } } }
                    tbody { @for kept in &plan.kept { tr {
                        th scope="row" { code { (printable(&kept.rule)) } }
                        td { (meter(kept.slack)) (slack(plan, kept.slack, clock)) }
                        td { (place(plan, kept.origin)) }
                    } } @for wish in &plan.preferences { tr {
                        th scope="row" { code { (printable(&wish.rule)) } }
                        td { @if wish.cost == 0 { "kept" } @else { "not kept, at a cost of " (wish.cost) } }
                        td { (place(plan, wish.origin)) }
                    } } }
                } }
            }
        }
    }
}

/// How much of a level is used, as a bar.
fn meter(slack: Slack) -> Markup {
    match slack {
        Slack::Room { left, limit, .. } if limit > 0 => {
            let used = (limit - left) as f64 / limit as f64 * 100.0;
            html! { span.meter aria-hidden="true" { span style=(format!("width:{:.1}%", used.clamp(0.0, 100.0))) {} } }
        }
        _ => html! {},
    }
}

/// What is left, in words.
pub fn slack(plan: &Plan, slack: Slack, clock: &Clock) -> Markup {
    match slack {
        Slack::Room {
            unit,
            left,
            limit,
            at,
        } => html! {
            (amount_of(unit, left)) " of " (amount_of(unit, limit)) " at " (clock.at(at))
        },
        Slack::Time { left, action } => html! {
            (amount::duration(left)) " to " code { (printable(&plan.actions[action].id)) }
        },
        Slack::Order { left, action } => html! {
            (amount::duration(left)) " before " code { (printable(&plan.actions[action].id)) }
        },
        Slack::Equal => html! { "nothing: moments are equal, as it asks" },
        Slack::Throughout => html! { "kept throughout" },
    }
}

fn amount_of(unit: Unit, value: i64) -> String {
    let natural = u64::try_from(value).unwrap_or(0);
    match unit {
        Unit::Power => amount::power(natural),
        Unit::Rate => amount::rate(natural),
        Unit::Memory => show_bytes(natural),
        Unit::Cpu => crate::show::show_cpus(natural),
        Unit::Count => value.to_string(),
    }
}
