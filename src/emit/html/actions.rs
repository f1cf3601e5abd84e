//! The actions as a table, in parts: a closed part costs the browser nothing.

use maud::{Markup, html};

use crate::datacenter::{Datacenter, Manner, ServerId};
use crate::emit::amount;
use crate::emit::clock::Clock;
use crate::emit::text::printable;
use crate::emit::{kind_of, server_of};
use crate::plan::{Plan, Planned};
use crate::request::Task;

/// Rows of a part.
const PART: usize = 250;
/// Actions that a row names of those that it waits for.
const NAMED: usize = 2;

/// The table.
pub fn section(datacenter: &Datacenter, plan: &Plan, clock: &Clock) -> Markup {
    html! {
        section #actions aria-labelledby="actions-title" {
            h2 #actions-title { "Actions" }
            @if plan.actions.is_empty() { p.note { "Nothing to do." } }
            @for (at, part) in plan.actions.chunks(PART).enumerate() {
                @let first = at * PART;
                details.part open[at == 0] {
                    summary { (first + 1) "–" (first + part.len()) ", from " (clock.at(part[0].start)) }
                    (table(datacenter, plan, clock, first, part))
                }
            }
            @if plan.actions.iter().any(|action| action.inferred) {
                p.note { "* not written in the plan, but implied by it" }
            }
            @if plan.actions.iter().any(|action| action.places > 1) {
                p.note { "Where so many servers are told, the plan has chosen among them." }
            }
        }
    }
}

fn table(
    datacenter: &Datacenter,
    plan: &Plan,
    clock: &Clock,
    first: usize,
    part: &[Planned],
) -> Markup {
    let heads = [
        "Start",
        "End",
        "Takes",
        "Action",
        "From",
        "To",
        "Rate",
        "Waits for",
    ];
    html! {
        div.scroll { table.actions {
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody { @for (at, action) in part.iter().enumerate() {
                (row(datacenter, plan, clock, first + at, action))
            } }
        } }
    }
}

fn row(datacenter: &Datacenter, plan: &Plan, clock: &Clock, at: usize, action: &Planned) -> Markup {
    let (from, to) = match action.task {
        Task::Migrate { to, .. } => (action.from, Some(to)),
        _ => (None, server_of(action)),
    };
    let name = |server: Option<ServerId>| server.map(|id| printable(&datacenter[id].name));
    let mut waits: Vec<usize> = action.after.iter().map(|wait| wait.action).collect();
    // Those that end last are those that hold it.
    waits.sort_by_key(|&other| std::cmp::Reverse(plan.actions[other].end));
    let more = waits.len().saturating_sub(NAMED);
    let waits: Vec<String> = waits
        .iter()
        .take(NAMED)
        .map(|&other| printable(&plan.actions[other].id))
        .collect();
    html! {
        tr id=(format!("a{at}")) {
            td.t { (clock.at(action.start)) }
            td.t { (clock.at(action.end)) }
            td.n { (amount::duration(action.end - action.start)) }
            th scope="row" {
                span.dot.(kind_of(action.task)).post[action.is_moved(Manner::Post)].cold[action.is_moved(Manner::Cold)] {}
                (printable(&action.id)) @if action.inferred { "*" }
                @if let Some(text) = &action.text { small { (printable(text)) } }
            }
            td { @if let Some(from) = name(from) { (from) } }
            td { @if let Some(to) = name(to) { (to) @if action.places > 1 { " " small { "of " (action.places) } } } }
            td.n { @if let Some(rate) = action.rate { (amount::rate(rate)) } }
            td { (waits.join(", ")) @if more > 0 { " and " (more) " more" } }
        }
    }
}
