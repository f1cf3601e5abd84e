//! The plan as a table for the terminal.

use std::collections::BTreeMap;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use super::clock::Clock;
use super::text::{printable, shorten};
use super::{amount, server_of};
use crate::datacenter::{Datacenter, ServerId};
use crate::plan::{Plan, Planned};
use crate::request::{GoalKind, Task};
use crate::show::show_count;

/// Names longer than that are cut, so that a table of usual names fits a terminal.
const NAME_LENGTH: usize = 40;

/// Columns of numbers, which are aligned to the right.
const NUMBERS: std::ops::Range<usize> = 2..7;

/// The plan as a table, and its figures below.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    let clock = Clock::new(plan);
    let mut out = title(plan, &clock);
    if plan.actions.is_empty() {
        out += "nothing to do\n";
    } else {
        out += &actions(datacenter, plan, &clock);
    }
    out.push('\n');
    for (name, value) in figures(plan, &clock) {
        out += &format!("{name:<12} {value}\n");
    }
    for note in footnotes(plan) {
        out += &format!("{note}\n");
    }
    out
}

fn title(plan: &Plan, clock: &Clock) -> String {
    let mut title = printable(&plan.name);
    if let Some(start) = clock.start() {
        title += &format!(", from {start}");
    }
    title + "\n"
}

fn actions(datacenter: &Datacenter, plan: &Plan, clock: &Clock) -> String {
    let mut table = Table::new();
    table
        .load_preset(UTF8_HORIZONTAL_ONLY)
        .remove_style(comfy_table::TableComponent::HorizontalLines)
        .remove_style(comfy_table::TableComponent::MiddleIntersections)
        .remove_style(comfy_table::TableComponent::LeftBorderIntersections)
        .remove_style(comfy_table::TableComponent::RightBorderIntersections)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(["what", "where", "start", "end", "lasts", "rate", "power"]);
    for action in &plan.actions {
        table.add_row(row(datacenter, action, clock));
    }
    for column in NUMBERS {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    // Without spaces at the ends of lines: nothing there to see in a comparison.
    table
        .lines()
        .map(|l| format!("{}\n", l.trim_end()))
        .collect()
}

fn row(datacenter: &Datacenter, action: &Planned, clock: &Clock) -> [String; 7] {
    let name = |id: ServerId| shorten(&printable(&datacenter[id].name), NAME_LENGTH);
    let mut what = shorten(&printable(&action.id), NAME_LENGTH);
    if action.inferred {
        what += " *";
    }
    if action.post_copy {
        what += " †";
    }
    if action.assumed.guessed {
        what += " ?";
    }
    let place = match action.task {
        Task::Migrate { to, .. } => format!("{} → {}", name(action.from), name(to)),
        // A server's own name is already said by what happens.
        Task::Boot(_) | Task::Shutdown(_) => String::new(),
        Task::Start(_) | Task::Stop(_) => name(server_of(action)),
    };
    let power = match action.power {
        0 => String::new(),
        power => format!("+{}", amount::power(power)),
    };
    [
        what,
        place,
        clock.at(action.start),
        clock.at(action.end),
        amount::duration(action.end - action.start),
        action.rate.map(amount::rate).unwrap_or_default(),
        power,
    ]
}

fn figures(plan: &Plan, clock: &Clock) -> Vec<(String, String)> {
    let mut figures: Vec<(String, String)> = plan
        .objectives
        .iter()
        .map(|achieved| {
            let value = amount::objective(achieved.goal, achieved.value);
            let quality = amount::quality(achieved);
            (
                achieved.goal.name().to_owned(),
                format!("{value} ({quality})"),
            )
        })
        .collect();
    let is_goal = |goal| plan.objectives.iter().any(|o| o.goal == goal);
    if !is_goal(GoalKind::Makespan) {
        let makespan = amount::duration(plan.makespan);
        figures.push((GoalKind::Makespan.name().to_owned(), makespan));
    }
    if plan.start.is_some() {
        figures.push(("ends".to_owned(), clock.at(plan.makespan)));
    }
    figures.push(("peak power".to_owned(), amount::power(plan.peak_power)));
    let energy = amount::energy(plan.energy.into());
    if is_goal(GoalKind::Energy) {
        // The objective counts only what the plan can change.
        figures.push(("in all".to_owned(), energy));
    } else {
        figures.push(("energy".to_owned(), energy));
    }
    figures
}

fn footnotes(plan: &Plan) -> Vec<String> {
    let mut notes = Vec::new();
    if plan.actions.iter().any(|a| a.inferred) {
        notes.push("*  not written in the plan, but implied by it".to_owned());
    }
    if plan.actions.iter().any(|a| a.post_copy) {
        notes.push("†  by post-copy: the VM runs at its destination from the start".to_owned());
    }
    if plan.actions.iter().any(|a| a.assumed.guessed) {
        notes.push("?  a guess: nothing is known of what the VM rewrites".to_owned());
    }
    notes.extend(slack(plan));
    if !plan.reproducible {
        notes.push(
            "A time limit or an interrupt ended the search: another run may find another plan."
                .to_owned(),
        );
    }
    if !notes.is_empty() {
        notes.insert(0, String::new());
    }
    notes
}

/// How many migrations have which slack.
fn slack(plan: &Plan) -> impl Iterator<Item = String> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for slack in plan.actions.iter().map(|action| action.assumed.slack) {
        *counts.entry(slack).or_default() += 1;
    }
    counts.remove(&0);
    counts.into_iter().map(|(slack, count)| {
        let migrations = show_count(count, "migration");
        format!("{} of slack in {migrations}", amount::share(slack))
    })
}
