//! The plan as a table for spreadsheets: RFC 4180 with lines that end as everywhere else. Its columns `action`, `start` and
//! `end` are those that `mvm calibrate` reads: put what was measured in the place of what was planned.

use csv::Writer;

use super::clock::Clock;
use super::text::printable;
use super::{kind_of, server_of, vm_of};
use crate::datacenter::{Datacenter, ServerId};
use crate::plan::{Plan, Planned};
use crate::request::Task;

const COLUMNS: [&str; 12] = [
    "action", "kind", "vm", "from", "to", "server", "start", "end", "starts", "ends", "mbps",
    "after",
];

/// The plan as a table: `start` and `end` in seconds from the plan's start, `starts` and `ends` as the clock shows them, `mbps` in
/// Mbit/s, `after` the actions that must have ended before, with a semicolon between them.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    let clock = Clock::new(plan);
    let mut table = Writer::from_writer(Vec::new());
    let mut write =
        |row: [String; 12]| table.write_record(row).expect("a row is written to memory");
    write(COLUMNS.map(str::to_owned));
    for (action, after) in plan.actions.iter().zip(plan.ended_before()) {
        let after = after.iter().map(|&other| plan.actions[other].id.as_str());
        write(row(datacenter, action, after.collect(), &clock));
    }
    let bytes = table.into_inner().expect("memory can be written to");
    String::from_utf8(bytes).expect("a table of texts is text")
}

fn row(datacenter: &Datacenter, action: &Planned, after: Vec<&str>, clock: &Clock) -> [String; 12] {
    let server =
        |id: Option<ServerId>| id.map_or_else(String::new, |id| cell(&datacenter[id].name));
    let (from, to, at) = match action.task {
        Task::Migrate { to, .. } => (server(action.from), server(Some(to)), String::new()),
        _ => (String::new(), String::new(), server(server_of(action))),
    };
    // Without a date it is the time since the start, whose sign would make a formula of it.
    let time = |moment| clock.at(moment).trim_start_matches('+').to_owned();
    let vm = vm_of(action.task).map(|vm| cell(&datacenter[vm].name));
    [
        cell(&action.id),
        kind_of(action.task).to_owned(),
        vm.unwrap_or_default(),
        from,
        to,
        at,
        action.start.to_string(),
        action.end.to_string(),
        time(action.start),
        time(action.end),
        action.rate.map(mbps).unwrap_or_default(),
        cell(&after.join("; ")),
    ]
}

/// A name as a cell: one line, and with an apostrophe before it where a spreadsheet would take it for a formula.
fn cell(text: &str) -> String {
    let text = printable(text);
    match text.starts_with(['=', '+', '-', '@']) {
        true => format!("'{text}"),
        false => text,
    }
}

/// bit/s in Mbit/s, exactly.
fn mbps(bits: u64) -> String {
    let text = format!("{}.{:06}", bits / 1_000_000, bits % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::fixture;

    #[test]
    fn rates_are_exact() {
        for (bits, text) in [
            (1_000_000_000, "1000"),
            (888_888_888, "888.888888"),
            (10, "0.00001"),
            (0, "0"),
        ] {
            assert_eq!(mbps(bits), text);
        }
    }

    #[test]
    fn nothing_is_a_formula_and_every_row_has_all_cells() {
        let (datacenter, plan) = fixture::hostile();
        let text = emit(&datacenter, &plan);
        let mut table = csv::Reader::from_reader(text.as_bytes());
        let mut rows = 0;
        for record in table.records() {
            let record = record.expect("all rows have the same length");
            rows += 1;
            assert!(
                !record
                    .iter()
                    .any(|cell| cell.starts_with(['=', '+', '-', '@'])),
                "{record:?}"
            );
        }
        assert_eq!(rows, plan.actions.len());
    }
}
