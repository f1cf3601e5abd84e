//! The plan as a table for the terminal.

mod fit;

use std::collections::BTreeMap;

use comfy_table::presets::{ASCII_HORIZONTAL_ONLY, UTF8_HORIZONTAL_ONLY};
use comfy_table::{CellAlignment, ContentArrangement, Table, TableComponent};

use self::fit::{Layout, Row};
use super::amount;
use super::begin::begin;
use super::clock::Clock;
use super::text::printable;
use crate::datacenter::{Datacenter, Manner};
use crate::plan::Plan;
use crate::request::GoalKind;
use crate::show::show_count;

/// What a table is read on. By default it is as wide as it likes, and all characters can be drawn, as in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Page {
    /// Columns of text that there are.
    pub width: Option<usize>,
    /// Whether only ASCII can be drawn; names stay as they are.
    pub ascii: bool,
}

/// What another planner breaks is told so often.
const BROKEN: usize = 10;

/// Signs of a table, in Unicode or in ASCII.
struct Signs {
    to: &'static str,
    cut: &'static str,
    post_copy: &'static str,
    cold: &'static str,
}

const UNICODE: Signs = Signs {
    to: "→",
    cut: "…",
    post_copy: "†",
    cold: "‡",
};
const ASCII: Signs = Signs {
    to: "->",
    cut: "..",
    post_copy: "+",
    cold: "++",
};

/// The plan as a table, and its figures below.
pub fn emit(datacenter: &Datacenter, plan: &Plan, page: &Page) -> String {
    let clock = Clock::new(plan);
    let signs = if page.ascii { &ASCII } else { &UNICODE };
    let mut out = title(plan, &clock);
    if let Some(begin) = begin(plan) {
        out += &format!("{begin}\n");
    }
    if plan.actions.is_empty() {
        out += "nothing to do\n";
    } else {
        let rows = plan.actions.iter();
        let rows: Vec<Row> = rows
            .map(|action| Row::new(datacenter, action, &clock, signs))
            .collect();
        let layout = Layout::of(&rows, signs, page.width);
        for ending in layout.endings() {
            out += &format!("{ending}\n");
        }
        out += &actions(&rows, &layout, signs, page);
    }
    out.push('\n');
    for (name, value) in figures(plan, &clock) {
        out += &format!("{name:<12} {value}\n");
    }
    for note in footnotes(plan, signs) {
        out += &format!("{note}\n");
    }
    out
}

fn title(plan: &Plan, clock: &Clock) -> String {
    let mut title = printable(&plan.name);
    if let Some(start) = clock.start() {
        title += &format!(", from {start}");
    }
    if let Some(by) = &plan.by {
        title += &format!(", as `{}` plans it", printable(&by.planner));
    }
    title + "\n"
}

fn actions(rows: &[Row], layout: &Layout, signs: &Signs, page: &Page) -> String {
    let columns = layout.columns();
    let heads = columns.iter().map(|column| column.head());
    let cells = |row| {
        let cells = columns.iter();
        cells
            .map(|&column| layout.cell(row, column, signs))
            .collect::<Vec<_>>()
    };
    ruled(heads, rows.iter().map(cells), page, |at| {
        columns[at].is_number()
    })
}

/// Rows below their heads, with a rule between; numbers are aligned to the right. No spaces at the ends of lines: nothing there to
/// see in a comparison.
pub(crate) fn ruled<'a, R: Into<comfy_table::Row>>(
    heads: impl IntoIterator<Item = &'a str>,
    rows: impl IntoIterator<Item = R>,
    page: &Page,
    is_number: impl Fn(usize) -> bool,
) -> String {
    let mut table = Table::new();
    let preset = match page.ascii {
        true => ASCII_HORIZONTAL_ONLY,
        false => UTF8_HORIZONTAL_ONLY,
    };
    table.load_preset(preset);
    table
        .remove_style(TableComponent::HorizontalLines)
        .remove_style(TableComponent::MiddleIntersections)
        .remove_style(TableComponent::LeftBorderIntersections)
        .remove_style(TableComponent::RightBorderIntersections)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(heads);
    for row in rows {
        table.add_row(row);
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        if is_number(at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
        .lines()
        .map(|l| format!("{}\n", l.trim_end()))
        .collect()
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

fn footnotes(plan: &Plan, signs: &Signs) -> Vec<String> {
    let mut notes = Vec::new();
    if plan.actions.iter().any(|a| a.inferred) {
        notes.push("*  not written in the plan, but implied by it".to_owned());
    }
    if plan.actions.iter().any(|a| a.is_moved(Manner::Post)) {
        let sign = signs.post_copy;
        notes.push(format!(
            "{sign}  by post-copy: the VM runs at its destination from the start"
        ));
        notes.push("   (it is lost if its source or the network fails meanwhile)".to_owned());
    }
    if plan.actions.iter().any(|a| a.is_moved(Manner::Cold)) {
        let sign = signs.cold;
        notes.push(format!(
            "{sign}  cold: the VM is stopped, and started at its destination"
        ));
    }
    if plan.actions.iter().any(|a| a.assumed.guessed) {
        notes.push("?  a guess: nothing is known of what the VM rewrites".to_owned());
    }
    for preference in &plan.preferences {
        let rule = printable(&preference.rule);
        notes.push(match preference.cost {
            0 => format!("kept: {rule}"),
            cost => format!("not kept, at a cost of {cost}: {rule}"),
        });
    }
    notes.extend(slack(plan));
    if let Some(by) = &plan.by {
        notes.push(
            "Times are what they would be if links were free; `mvm simulate` has what comes of it."
                .to_owned(),
        );
        notes.extend(
            by.breaks
                .iter()
                .take(BROKEN)
                .map(|what| format!("broken: {}", printable(what))),
        );
        let more = by.breaks.len().saturating_sub(BROKEN);
        if more > 0 {
            notes.push(format!("and {more} more are broken"));
        }
    }
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
