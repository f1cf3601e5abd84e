//! What holds the end of the plan.

use maud::{Markup, html};

use crate::emit::clock::Clock;
use crate::emit::text::printable;
use crate::plan::Plan;
use crate::show::show_seconds;

/// The chain from the start to the end as a table; nothing where nobody has asked for it.
pub fn section(plan: &Plan, clock: &Clock) -> Markup {
    html! {
        @if !plan.held.is_empty() { section #held aria-labelledby="held-title" {
            h2 #held-title { "What holds the end" }
            p.note { "From the start to the end, each part begins where the one before it ends: the plan ends no earlier unless one of these does." }
            div.scroll { table {
                thead { tr {
                    th scope="col" { "From" } th scope="col" { "To" } th scope="col" { "Lasts" }
                    th scope="col" { "What" } th scope="col" { "Why no earlier" }
                } }
                tbody { @for held in &plan.held { tr {
                    td { (clock.at(held.from)) } td { (clock.at(held.to)) } td { (show_seconds(held.to - held.from)) }
                    th scope="row" { (printable(&held.what)) }
                    td { (printable(&held.why)) }
                } } }
            } }
        } }
    }
}
