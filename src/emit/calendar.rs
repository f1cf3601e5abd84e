//! The plan as a calendar (iCalendar, RFC 5545): an event for the whole, and one for each action.
//!
//! Events have the same identifiers whenever the plan is made anew, so that a calendar moves them rather than show them twice.
//! Times are in UTC; a calendar shows them in its own zone.

use sha2::{Digest, Sha256};

use super::text::printable;
use super::{amount, kind_of};
use crate::datacenter::Datacenter;
use crate::diag::{Code, Diagnostic};
use crate::formulation::Seconds;
use crate::plan::{Plan, Planned};
use crate::request::Task;

/// The longest line, in octets, without its end.
const LINE: usize = 75;

/// Why the plan has no place in a calendar: nothing where it has one.
pub fn obstacles(plan: &Plan) -> Vec<Diagnostic> {
    if when(plan, 0).is_some() && when(plan, plan.makespan).is_some() {
        return Vec::new();
    }
    let message = format!(
        "no date is known of the plan `{}`, and a calendar needs one",
        plan.name
    );
    let place = plan.start.as_ref().and_then(|start| start.origin);
    let finding = match place {
        Some(span) => Diagnostic::new(Code::NoDate, span, message, "no date"),
        None => Diagnostic::without_place(Code::NoDate, message),
    };
    vec![finding.with_help(
        "say when the plan starts, with its date and zone: `start 2026-11-22 02:00 Europe/Paris`",
    )]
}

/// The plan as a calendar; an empty one where [`Kind::obstacles`](super::Kind::obstacles) has a reason.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    let mut out = String::new();
    for (name, value) in [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//mvm//plan//EN"),
        ("CALSCALE", "GREGORIAN"),
    ] {
        line(&mut out, name, value);
    }
    event(
        &mut out,
        plan,
        "",
        [0, plan.makespan],
        &[
            ("SUMMARY", &text(&plan.name)),
            ("DESCRIPTION", &text(&whole(plan))),
            // It takes nobody's time.
            ("TRANSP", "TRANSPARENT"),
        ],
    );
    for action in &plan.actions {
        event(
            &mut out,
            plan,
            &action.id,
            [action.start, action.end],
            &[
                ("SUMMARY", &text(&summary(datacenter, action))),
                ("DESCRIPTION", &text(&description(datacenter, plan, action))),
                ("CATEGORIES", kind_of(action.task)),
                ("TRANSP", "TRANSPARENT"),
            ],
        );
    }
    line(&mut out, "END", "VCALENDAR");
    out
}

/// The event of an action, or of the whole where `id` is empty.
fn event(out: &mut String, plan: &Plan, id: &str, time: [Seconds; 2], properties: &[(&str, &str)]) {
    let [Some(start), Some(end)] = time.map(|moment| when(plan, moment)) else {
        return;
    };
    line(out, "BEGIN", "VEVENT");
    line(out, "UID", &identifier(plan, id));
    // When the event was made: no clock is read here, and a plan is the same whenever it is made.
    line(out, "DTSTAMP", &when(plan, 0).unwrap_or_default());
    line(out, "DTSTART", &start);
    // What has no length has no end of its own.
    if start != end {
        line(out, "DTEND", &end);
    }
    for (name, value) in properties {
        line(out, name, value);
    }
    line(out, "END", "VEVENT");
}

/// A moment of the plan: `20261122T010000Z`.
fn when(plan: &Plan, moment: Seconds) -> Option<String> {
    let instant = plan.start.as_ref()?.instant_at(moment)?;
    Some(instant.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string())
}

/// The same for the same action of the same plan of the same file, and different for all else.
fn identifier(plan: &Plan, id: &str) -> String {
    let file = plan
        .source
        .as_ref()
        .map_or("", |source| source.file.as_str());
    let mut hash = Sha256::new();
    for part in [file, &plan.name, id] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digits: String = hash
        .finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{digits}@mvm")
}

fn whole(plan: &Plan) -> String {
    let mut lines: Vec<String> = plan
        .doc
        .iter()
        .flat_map(|doc| doc.lines())
        .map(printable)
        .collect();
    lines.extend(plan.objectives.iter().map(|achieved| {
        let value = amount::objective(achieved.goal, achieved.value);
        format!(
            "{}: {value} ({})",
            achieved.goal.name(),
            amount::quality(achieved)
        )
    }));
    lines.push(format!("peak power: {}", amount::power(plan.peak_power)));
    lines.join("\n")
}

fn summary(datacenter: &Datacenter, action: &Planned) -> String {
    let id = printable(&action.id);
    match action.task {
        Task::Migrate { to, .. } => format!("{id} → {}", printable(&datacenter[to].name)),
        _ => id,
    }
}

fn description(datacenter: &Datacenter, plan: &Plan, action: &Planned) -> String {
    let mut lines = vec![format!(
        "lasts {}",
        amount::duration(action.end - action.start)
    )];
    if let (Task::Migrate { .. }, Some(from)) = (action.task, action.from) {
        lines.push(format!("from {}", printable(&datacenter[from].name)));
    }
    lines.extend(action.text.as_deref().map(printable));
    lines.extend(action.rate.map(|rate| format!("at {}", amount::rate(rate))));
    for wait in &action.after {
        let other = printable(&plan.actions[wait.action].id);
        lines.push(format!("waits for {other} ({})", printable(&wait.why)));
    }
    lines.join("\n")
}

/// A value of type TEXT: what would end it or mean something is escaped.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            // The name of a plan may have any.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A content line, folded between characters.
fn line(out: &mut String, name: &str, value: &str) {
    let mut length = 0;
    for c in name.chars().chain([':']).chain(value.chars()) {
        if length + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::fixture;

    /// Names and values of the lines, as RFC 5545 has a reader put them together.
    fn unfolded(calendar: &str) -> Vec<(String, String)> {
        assert!(calendar.ends_with("\r\n"));
        let unfolded = calendar.replace("\r\n ", "");
        let lines = unfolded.split_terminator("\r\n");
        lines
            .map(|line| {
                assert!(!line.contains(['\r', '\n']), "{line}");
                let (name, value) = line.split_once(':').expect("a name and a value");
                (name.to_owned(), value.to_owned())
            })
            .collect()
    }

    /// What the text was before it was escaped.
    fn unescaped(value: &str) -> String {
        let mut out = String::new();
        let mut chars = value.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next().expect("something is escaped") {
                    'n' | 'N' => out.push('\n'),
                    c @ ('\\' | ';' | ',') => out.push(c),
                    c => panic!("`\\{c}` is no escape"),
                },
                ';' | ',' => panic!("`{c}` is not escaped in `{value}`"),
                c => out.push(c),
            }
        }
        out
    }

    /// The hostile names on a date.
    fn hostile() -> (Datacenter, Plan) {
        let (datacenter, mut plan) = fixture::hostile();
        plan.start = fixture::evening().1.start;
        (datacenter, plan)
    }

    #[test]
    fn lines_are_short_and_hold_what_was_said() {
        for (datacenter, plan) in [fixture::evening(), hostile()] {
            let calendar = emit(&datacenter, &plan);
            for line in calendar.split("\r\n") {
                assert!(line.len() <= LINE, "{line}");
            }
            let lines = unfolded(&calendar);
            let all = |name: &str| -> Vec<&str> {
                let of = lines.iter().filter(|(own, _)| own == name);
                of.map(|(_, value)| value.as_str()).collect()
            };
            assert_eq!(all("BEGIN").len(), 2 + plan.actions.len());
            assert_eq!(all("BEGIN").len(), all("END").len());
            let summaries: Vec<String> =
                all("SUMMARY").into_iter().skip(1).map(unescaped).collect();
            let said: Vec<String> = plan
                .actions
                .iter()
                .map(|action| summary(&datacenter, action))
                .collect();
            assert_eq!(summaries, said);
            all("DESCRIPTION")
                .into_iter()
                .for_each(|value| drop(unescaped(value)));
            let mut identifiers = all("UID");
            identifiers.sort_unstable();
            identifiers.dedup();
            assert_eq!(identifiers.len(), 1 + plan.actions.len());
            for time in [all("DTSTART"), all("DTEND"), all("DTSTAMP")].concat() {
                let read = jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", time);
                assert!(read.is_ok(), "{time}");
            }
        }
    }

    #[test]
    fn characters_are_never_parted() {
        for shift in 0..8 {
            let value = "x".repeat(shift) + &"虚é🚀".repeat(30);
            let mut out = String::new();
            line(&mut out, "SUMMARY", &value);
            assert!(out.split("\r\n").all(|line| line.len() <= LINE));
            assert_eq!(unfolded(&out), [(String::from("SUMMARY"), value)]);
        }
    }

    #[test]
    fn a_plan_without_a_date_has_no_place_in_a_calendar() {
        let (_, mut plan) = fixture::evening();
        assert!(obstacles(&plan).is_empty());
        plan.start = None;
        let found = obstacles(&plan);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].code, Code::NoDate);
    }
}
