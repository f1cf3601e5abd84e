//! A difference in words, for a terminal and for a review; and as a picture.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Changed, Difference, Value, What};
use crate::emit::amount;
use crate::emit::json::{Action, Kind, PlanFile};
use crate::emit::text::printable;
use crate::emit::{Pair, pairs};
use crate::show::{show_count, show_seconds};

/// Actions that a line names.
const NAMED: usize = 3;
/// Rows of the picture.
const ROWS: usize = 60;

/// A moment of a plan: time of day where it is known.
fn moment(start: Option<&str>, at: i64) -> String {
    let day = |text: &str| text.get(..19)?.parse::<jiff::civil::DateTime>().ok();
    let known = start.and_then(day).and_then(|from| {
        let to = from.checked_add(jiff::SignedDuration::from_secs(at)).ok()?;
        let days = (to.date() - from.date()).get_days();
        let time = to.strftime("%H:%M:%S").to_string();
        Some(match days {
            0 => time,
            days => format!("{time} {days:+}d"),
        })
    });
    known.unwrap_or_else(|| format!("+{}:{:02}", at / 60, at % 60))
}

/// What an action does, without its times: `migrate web1 r1.s1 → r3.s1`.
fn deed(action: &Action) -> String {
    match way(action) {
        Some(way) => format!("{} {way}", printable(&action.id)),
        None => printable(&action.id),
    }
}

/// `r1.s1 → r3.s1`
fn way(action: &Action) -> Option<String> {
    let (from, to) = (action.from.as_ref()?, action.to.as_ref()?);
    Some(format!("{} → {}", printable(from), printable(to)))
}

fn rate(action: &Action) -> Option<String> {
    let bits = action.bandwidth_mbps?.0;
    Some(amount::rate(u64::try_from(bits).unwrap_or(0)))
}

fn value(name: &str, value: &Value) -> String {
    let whole = |milli: i128| i64::try_from(milli / 1000).unwrap_or(i64::MAX);
    match value {
        Value::Words(words) => printable(words),
        Value::Share(share) => format!("{} %", share.0 as f64 / 1e4),
        Value::Number(number) => match name {
            "makespan" => show_seconds(whole(number.0)),
            "peak power" => amount::power(u64::try_from(number.0).unwrap_or(0)),
            "energy" => amount::energy(number.0),
            _ => format!("{} s", whole(number.0)),
        },
    }
}

/// `mttr 7,770 s → 7,176 s (-7.6 %)`
fn figures(difference: &Difference) -> Vec<(String, String)> {
    let figures = difference.figures.iter().map(|figure| {
        let words = |known: &Option<Value>| {
            known
                .as_ref()
                .map_or(String::from("none"), |v| value(&figure.name, v))
        };
        let mut text = format!("{} → {}", words(&figure.old), words(&figure.new));
        if let (Some(Value::Number(old)), Some(Value::Number(new))) = (&figure.old, &figure.new)
            && old.0 != 0
        {
            let percent = (new.0 - old.0) as f64 / old.0 as f64 * 100.0;
            let _ = write!(text, " ({percent:+.1} %)");
        }
        (figure.name.clone(), text)
    });
    figures.collect()
}

/// In what an action is not the same; those with the same words share a line.
fn change(changed: &Changed) -> String {
    let (old, new) = (&changed.old, &changed.new);
    let by = |seconds: i64, more: &str, less: &str| match seconds {
        more_seconds if more_seconds > 0 => format!("{} {more}", show_seconds(more_seconds)),
        less_seconds => format!("{} {less}", show_seconds(-less_seconds)),
    };
    let parts = changed.what.iter().map(|what| match what {
        What::Start => by(new.start - old.start, "later", "earlier"),
        What::Length => by(
            (new.end - new.start) - (old.end - old.start),
            "longer",
            "shorter",
        ),
        What::Rate => {
            let words = |action| rate(action).unwrap_or_else(|| String::from("none"));
            format!("{} → {}", words(old), words(new))
        }
        What::Place => {
            let place = |a: &Action| {
                a.to.as_ref()
                    .or(a.server.as_ref())
                    .map_or(String::new(), |s| printable(s))
            };
            match old.from == new.from {
                true => format!("to {} instead of {}", place(new), place(old)),
                false => {
                    let way = |action| way(action).unwrap_or_else(|| place(action));
                    format!("{} instead of {}", way(new), way(old))
                }
            }
        }
        What::Text => String::from("says something else"),
        What::Waits => String::from("waits for others"),
        What::Execution => String::from("is carried out differently"),
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// `migrate web1, migrate web2, migrate web3 and 9 more`
fn names(ids: &[&str]) -> String {
    let named: Vec<String> = ids.iter().take(NAMED).map(|id| printable(id)).collect();
    match ids.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// What happened to how many: `(what, whom, details)`.
fn rows(difference: &Difference, old: &PlanFile, new: &PlanFile) -> Vec<[String; 3]> {
    let times = |file: &PlanFile, action: &Action| {
        let at = |second| moment(file.start.as_deref(), second);
        format!("{} to {}", at(action.start), at(action.end))
    };
    let mut rows = Vec::new();
    for action in &difference.appear {
        rows.push(["appears".to_owned(), deed(action), times(new, action)]);
    }
    for action in &difference.vanish {
        rows.push(["vanishes".to_owned(), deed(action), times(old, action)]);
    }
    let mut alike: Vec<(String, Vec<&str>)> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for changed in &difference.change {
        let words = change(changed);
        let at = *known.entry(words.clone()).or_insert_with(|| {
            alike.push((words, Vec::new()));
            alike.len() - 1
        });
        alike[at].1.push(&changed.new.id);
    }
    rows.extend(
        alike
            .into_iter()
            .map(|(words, ids)| [String::from("changes"), names(&ids), words]),
    );
    rows
}

/// For a terminal.
pub fn text(difference: &Difference, old: &PlanFile, new: &PlanFile) -> String {
    let name = printable(&difference.plan);
    if difference.is_none() && difference.inputs.is_empty() {
        return format!("{name}: the plans are the same\n");
    }
    let mut out = format!("{name}\n");
    for input in &difference.inputs {
        let _ = writeln!(
            out,
            "  input {} {}",
            printable(&input.file),
            input.is.name()
        );
    }
    for (name, words) in figures(difference) {
        let _ = writeln!(out, "  {name} {words}");
    }
    if difference.is_none() {
        out += "  nothing that is done is another\n";
        return out;
    }
    for [what, whom, details] in rows(difference, old, new) {
        let _ = writeln!(out, "  {what:<8}  {whom}: {details}");
    }
    let _ = writeln!(out, "  {} as before", show_count(difference.same, "action"));
    out
}

/// For a comment of a review.
pub fn markdown(difference: &Difference, old: &PlanFile, new: &PlanFile) -> String {
    let cell = |text: &str| {
        let mut safe = String::new();
        for c in text.chars() {
            if r"\`*_{}[]<>#|~!&".contains(c) {
                safe.push('\\');
            }
            safe.push(c);
        }
        safe
    };
    let mut out = format!(
        "### Plan `{}`\n\n",
        printable(&difference.plan).replace('`', "'")
    );
    if difference.is_none() {
        out += "What is done, and when, is the same.\n";
    }
    let inputs: Vec<String> = difference
        .inputs
        .iter()
        .map(|i| format!("{} {}", cell(&printable(&i.file)), i.is.name()))
        .collect();
    if !inputs.is_empty() {
        let _ = writeln!(out, "Inputs: {}.\n", inputs.join(", "));
    }
    let figures = figures(difference);
    if !figures.is_empty() {
        out += "| | before → after |\n|---|---|\n";
        for (name, words) in figures {
            let _ = writeln!(out, "| {} | {} |", cell(&name), cell(&words));
        }
        out.push('\n');
    }
    let rows = rows(difference, old, new);
    if !rows.is_empty() {
        let counts = [
            (difference.appear.len(), "appear"),
            (difference.vanish.len(), "vanish"),
            (difference.change.len(), "change"),
            (difference.same, "stay"),
        ];
        let counts: Vec<String> = counts
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{n} {what}"))
            .collect();
        let _ = writeln!(
            out,
            "<details><summary>Actions: {}</summary>\n",
            counts.join(", ")
        );
        out += "| | action | |\n|---|---|---|\n";
        for [what, whom, details] in rows {
            let _ = writeln!(out, "| {what} | {} | {} |", cell(&whom), cell(&details));
        }
        out += "\n</details>\n";
    }
    out
}

/// For programs.
pub fn json(difference: &Difference) -> String {
    let text = serde_json::to_string_pretty(difference).expect("plain data with text keys");
    text + "\n"
}

/// Both charts, one action below the other: before, and after. Of many actions those that are not the same.
pub fn picture(difference: &Difference, old: &PlanFile, new: &PlanFile) -> String {
    let mut all: BTreeMap<&str, Pair> = BTreeMap::new();
    for (file, is_new) in [(old, false), (new, true)] {
        for action in &file.actions {
            let pair = all.entry(&action.id).or_insert_with(|| Pair {
                name: printable(&action.id),
                kind: action.kind.name(),
                old: None,
                new: None,
            });
            let time = Some((action.start, action.end));
            match is_new {
                true => pair.new = time,
                false => pair.old = time,
            }
        }
    }
    let mut shown: Vec<Pair> = all.into_values().collect();
    if shown.len() > ROWS {
        shown.retain(|pair| pair.old != pair.new);
    }
    shown.sort_by_key(|pair| (pair.new.or(pair.old), pair.name.clone()));
    let more = shown.len().saturating_sub(ROWS);
    shown.truncate(ROWS);
    let title = format!("{}: before and after", printable(&difference.plan));
    let labels = |at: i64| moment(new.start.as_deref(), at);
    let caption = "above: before, below: after";
    pairs(&title, caption, &shown, more, &labels)
}

/// A plan as lines that a comparison of texts reads well: figures, then the actions by name.
pub fn listing(file: &PlanFile) -> String {
    let mut out = format!("plan {}\n", printable(&file.plan));
    for (name, known) in super::all_figures(file) {
        let _ = writeln!(out, "{name} {}", value(&name, &known));
    }
    let mut actions: Vec<&Action> = file.actions.iter().collect();
    actions.sort_by(|a, b| a.id.cmp(&b.id));
    for action in actions {
        let at = |second| moment(file.start.as_deref(), second);
        let _ = write!(
            out,
            "{}, {} to {}",
            deed(action),
            at(action.start),
            at(action.end)
        );
        if let Some(rate) = rate(action) {
            let _ = write!(out, ", {rate}");
        }
        if let (Some(text), Kind::Run | Kind::Pause) = (&action.text, action.kind) {
            let _ = write!(out, ": {}", printable(text));
        }
        out.push('\n');
    }
    out
}
