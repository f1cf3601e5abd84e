//! A difference in words, for a terminal and for a review; and as a picture.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::rest::beside;
use super::{Changed, Difference, Figure, Value, What};
use crate::datacenter::Manner;
use crate::emit::amount;
use crate::emit::json::{Action, Kind, PlanFile};
use crate::emit::text::{printable, shorten};
use crate::emit::{Pair, pairs};
use crate::request::GoalKind;
use crate::show::{show_count, show_seconds};

/// Actions that a line names.
const NAMED: usize = 3;
/// Turns that an order names.
const TURNS: usize = 6;
/// Facts that the picture tells.
const FACTS: usize = 6;
/// Rows of a comment: services refuse very long ones.
const ROWS_TOLD: usize = 200;
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
    let sign = if at < 0 { '-' } else { '+' };
    let passed = at.unsigned_abs();
    known.unwrap_or_else(|| format!("{sign}{}:{:02}", passed / 60, passed % 60))
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

/// A value in its unit. A share is rounded up: a plan is never said to be better than it is.
fn value(name: &str, value: &Value) -> String {
    match value {
        Value::Words(words) => printable(words),
        Value::Share(share) => {
            let hundredths = (share.0 + 99).div_euclid(100);
            format!("{} %", hundredths as f64 / 100.0)
        }
        Value::Number(number) => match GoalKind::ALL.into_iter().find(|goal| goal.name() == name) {
            Some(goal) => {
                let parts = i128::from(goal.scale()) * number.0 / 1000;
                amount::objective(goal, i64::try_from(parts).unwrap_or(i64::MAX))
            }
            None => amount::power(u64::try_from(number.0).unwrap_or(0)),
        },
    }
}

/// What stands in place of a figure that a plan does not have.
fn usual(name: &str) -> &'static str {
    match name {
        "planner" => "mvm",
        "bandwidth" => "max",
        "search" => "in full",
        _ => "none",
    }
}

/// `mttr`, `7,770 s → 7,176 s (-7.6 %)`
fn figures(difference: &Difference) -> Vec<(String, String)> {
    let words = |figure: &Figure, known: &Option<Value>| match known {
        Some(known) => value(&figure.name, known),
        None => usual(&figure.name).to_owned(),
    };
    let figures = difference.figures.iter().filter_map(|figure| {
        let (old, new) = (words(figure, &figure.old), words(figure, &figure.new));
        if old == new {
            return None;
        }
        let mut text = format!("{old} → {new}");
        if let (Some(Value::Number(old)), Some(Value::Number(new))) = (&figure.old, &figure.new)
            && old.0 != 0
        {
            let percent = (new.0 - old.0) as f64 / old.0 as f64 * 100.0;
            let _ = write!(text, " ({percent:+.1} %)");
        }
        let name = match difference.goes_on {
            Some(_) => "what is left takes",
            None => &figure.name,
        };
        Some((name.to_owned(), text))
    });
    figures.collect()
}

/// How a VM is moved: `by post-copy`.
fn manner(action: &Action) -> &'static str {
    match action.copy {
        Manner::Pre => "by pre-copy",
        Manner::Post => "by post-copy",
        Manner::Cold => "cold",
    }
}

/// How long a text of an action is shown.
const TEXT: usize = 60;

/// What an action says, in quotes.
fn said(action: &Action) -> String {
    let text = action.text.as_deref().unwrap_or_default();
    format!("“{}”", shorten(&printable(text), TEXT))
}

/// For whom an action waits that it did not wait for, and for whom no longer.
fn waits(old: &Action, new: &Action) -> String {
    let only = |one: &Action, other: &Action| -> Vec<String> {
        let ids = one.after.iter().filter(|id| !other.after.contains(id));
        ids.cloned().collect()
    };
    let (more, less) = (only(new, old), only(old, new));
    let list = |ids: &[String]| names(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    match (more.is_empty(), less.is_empty()) {
        (false, false) => format!("waits for {} instead of {}", list(&more), list(&less)),
        (false, true) => format!("also waits for {}", list(&more)),
        _ => format!("no longer waits for {}", list(&less)),
    }
}

/// How an action is carried out differently. When it may start follows from its length: that is told where it `is_all`.
fn execution(old: &Action, new: &Action, is_all: bool) -> String {
    let mut parts = Vec::new();
    let limit = |action: &Action| match action.timeout {
        Some(timeout) => format!(
            "{} after {}",
            timeout.policy.word(),
            show_seconds(timeout.limit)
        ),
        None => String::from("the usual"),
    };
    if old.timeout != new.timeout {
        parts.push(format!("timeout: {} instead of {}", limit(new), limit(old)));
    }
    let tried = |action: &Action| match action.retry {
        Some(retry) => format!(
            "{} more after {}",
            show_count(retry.times as usize, "time"),
            show_seconds(retry.pause.into())
        ),
        None => String::from("once"),
    };
    if old.retry != new.retry {
        parts.push(format!("tried {} instead of {}", tried(new), tried(old)));
    }
    if is_all && (&old.may_start, old.not_before) != (&new.may_start, new.not_before) {
        parts.push(String::from("may start at other times"));
    }
    parts.join(", ")
}

/// In what an action is not the same.
fn change(changed: &Changed) -> String {
    told(changed, &changed.what)
}

/// Some of that.
fn told(changed: &Changed, what: &[What]) -> String {
    let (old, new) = (&changed.old, &changed.new);
    let by = |seconds: i64, more: &str, less: &str| match seconds {
        more_seconds if more_seconds > 0 => format!("{} {more}", show_seconds(more_seconds)),
        less_seconds => format!("{} {less}", show_seconds(-less_seconds)),
    };
    let parts = what.iter().map(|what| match what {
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
        What::Pool => {
            let words = |action: &Action| match action.pool {
                Some(pool) => format!("pool {pool}"),
                None => String::from("no pool"),
            };
            format!("to {} instead of {}", words(new), words(old))
        }
        What::Copy => format!("{} instead of {}", manner(new), manner(old)),
        What::Text => format!("{} instead of {}", said(new), said(old)),
        // Whoever moves in time waits for others: whom, is told where that alone is new.
        What::Waits if changed.what == [What::Waits] => waits(old, new),
        What::Waits => String::from("waits for others"),
        What::Execution => execution(old, new, changed.what == [What::Execution]),
    });
    let parts = parts.filter(|words| !words.is_empty());
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

/// Servers one after the other, those at once together: `s1 and s2, s3`.
fn sequence(groups: &[Vec<String>]) -> String {
    let group = |servers: &Vec<String>| {
        let named: Vec<String> = servers
            .iter()
            .take(NAMED)
            .map(|name| printable(name))
            .collect();
        match servers.len() - named.len() {
            0 => named.join(" and "),
            more => format!("{} and {more} more", named.join(", ")),
        }
    };
    let told: Vec<String> = groups.iter().take(TURNS).map(group).collect();
    match groups.len() - told.len() {
        0 => told.join(", then "),
        _ => format!("{}, …", told.join(", then ")),
    }
}

/// What is true of the plans as wholes, a sentence each.
fn facts(difference: &Difference) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(goes_on) = &difference.goes_on {
        let ids: Vec<&str> = goes_on.done.iter().map(String::as_str).collect();
        let done = match ids.is_empty() {
            true => String::from("nothing is done"),
            false => format!("{} done ({})", show_count(ids.len(), "action"), names(&ids)),
        };
        let elapsed = show_seconds(goes_on.elapsed);
        facts.push(format!(
            "goes on {elapsed} after the start: {done}, {} running",
            goes_on.running
        ));
    }
    let begins = difference.begins.iter().take(NAMED).map(|begin| {
        let told = |words: &Option<String>| match words {
            Some(words) => printable(words),
            None => String::from("as declared"),
        };
        let (name, old, new) = (printable(&begin.name), told(&begin.old), told(&begin.new));
        format!("{name} {new} instead of {old}")
    });
    let begins: Vec<String> = begins.collect();
    if !begins.is_empty() {
        let more = match difference.begins.len() - begins.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        facts.push(format!("begins with {}{more}", begins.join(", ")));
    }
    for kept in &difference.preferences {
        let rule = printable(&kept.rule);
        facts.push(match (kept.old, kept.new) {
            (None, Some(0)) => format!("kept, and new: {rule}"),
            (Some(_), Some(0)) => format!("now kept: {rule}"),
            (Some(0), Some(cost)) => format!("no longer kept, at a cost of {cost}: {rule}"),
            (Some(old), Some(cost)) => {
                format!("not kept, at a cost of {cost} instead of {old}: {rule}")
            }
            (None, Some(cost)) => format!("not kept, at a cost of {cost}, and new: {rule}"),
            (_, None) => format!("no longer asked for: {rule}"),
        });
    }
    facts
}

/// What happened to how many: `(what, whom, details)`.
fn rows(difference: &Difference, old: &PlanFile, new: &PlanFile) -> Vec<[String; 3]> {
    let times = |file: &PlanFile, action: &Action| {
        let at = |second| moment(file.start.as_deref(), second);
        format!("{} to {}", at(action.start), at(action.end))
    };
    let mut rows = Vec::new();
    for order in &difference.orders {
        let what = match order.kind {
            Kind::Run => "commands",
            Kind::Boot => "boots",
            _ => "shutdowns",
        };
        let details = format!(
            "{} instead of {}",
            sequence(&order.new),
            sequence(&order.old)
        );
        rows.push(["order".to_owned(), what.to_owned(), details]);
    }
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
    let old = &beside(old, new);
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
    for fact in facts(difference) {
        let _ = writeln!(out, "  {fact}");
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
    let old = &beside(old, new);
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
    let facts = facts(difference);
    for fact in &facts {
        let _ = writeln!(out, "- {}", cell(fact));
    }
    if !facts.is_empty() {
        out.push('\n');
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
        let more = rows.len().saturating_sub(ROWS_TOLD);
        for [what, whom, details] in rows.into_iter().take(ROWS_TOLD) {
            let _ = writeln!(out, "| {what} | {} | {} |", cell(&whom), cell(&details));
        }
        if more > 0 {
            let _ = writeln!(out, "| | and {more} more | |");
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
    let old = &*beside(old, new);
    let words = difference.change.iter().map(|changed| {
        let besides = |what: &&What| {
            matches!(
                what,
                What::Place | What::Pool | What::Copy | What::Rate | What::Text
            )
        };
        let what: Vec<What> = changed.what.iter().filter(besides).copied().collect();
        (changed.new.id.as_str(), told(changed, &what))
    });
    let words: BTreeMap<&str, String> = words.collect();
    let mut all: BTreeMap<&str, Pair> = BTreeMap::new();
    for (file, is_new) in [(old, false), (new, true)] {
        for action in &file.actions {
            let pair = all.entry(&action.id).or_insert_with(|| Pair {
                name: printable(&action.id),
                kind: action.kind.name(),
                old: None,
                new: None,
                words: words.get(action.id.as_str()).cloned().unwrap_or_default(),
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
        shown.retain(|pair| pair.old != pair.new || !pair.words.is_empty());
    }
    shown.sort_by_key(|pair| (pair.new.or(pair.old), pair.name.clone()));
    let more = shown.len().saturating_sub(ROWS);
    shown.truncate(ROWS);
    let title = format!("{}: before and after", printable(&difference.plan));
    let labels = |at: i64| moment(new.start.as_deref(), at);
    let mut captions = vec![String::from("above: before, below: after")];
    captions.extend(facts(difference).into_iter().take(FACTS));
    pairs(&title, &captions, &shown, more, &labels)
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
