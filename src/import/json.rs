//! Objects in JSON with the same keys as the columns of a table: a list of them, or lists under `servers`, `vms` and `switches`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Imported;
use super::rows::{self, Cell, MAX_ROWS, Place, Row};
use crate::diag::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// Reads an inventory; `file` is where messages point to.
///
/// # Errors
/// What is no JSON, no such list, or says nothing that mvm knows.
pub fn import(file: FileId, text: &str, name: &str) -> Result<Imported, Vec<Diagnostic>> {
    let value = parse(file, text)?;
    let mut lists: Vec<(String, Option<&str>, &Vec<Value>)> = Vec::new();
    let mut errors = Vec::new();
    match &value {
        Value::Array(list) => lists.push((String::new(), None, list)),
        Value::Object(of) => {
            for (key, kind) in [("switches", "switch"), ("servers", "server"), ("vms", "vm")] {
                match of.get(key) {
                    Some(Value::Array(list)) => lists.push((key.to_owned(), Some(kind), list)),
                    Some(_) => errors.push(
                        Place::Path(key.to_owned())
                            .finding(Code::ImportShape, "this is not a list"),
                    ),
                    None => {}
                }
            }
            let known = |key: &&String| ["switches", "servers", "vms"].contains(&key.as_str());
            let others = of.keys().filter(|key| !known(key));
            errors.extend(others.map(|key| {
                let message =
                    "mvm does not know this key; keys are `switches`, `servers` and `vms`";
                Place::Path(key.clone()).finding(Code::ImportUnknown, message)
            }));
        }
        _ => errors.push(Diagnostic::without_place(
            Code::ImportShape,
            "the file is not a list, and no object with `servers` and `vms`",
        )),
    }
    let mut rows = Vec::new();
    for (key, kind, list) in lists {
        for (at, value) in list.iter().enumerate() {
            let place = Place::Path(format!("{key}[{at}]"));
            if rows.len() == MAX_ROWS {
                return Err(vec![place.finding(
                    Code::ImportTooLarge,
                    &format!("the file has more than {MAX_ROWS} things"),
                )]);
            }
            match value {
                Value::Object(object) => rows.push(row(object, kind, place, &mut errors)),
                _ => errors.push(place.finding(Code::ImportShape, "this is not an object")),
            }
        }
    }
    if !errors.is_empty() {
        errors.truncate(20);
        return Err(errors);
    }
    let inventory = rows::inventory(&rows, format!("the list {name}"))?;
    Ok(Imported {
        inventory,
        findings: Vec::new(),
    })
}

/// The JSON of a foreign file.
pub fn parse(file: FileId, text: &str) -> Result<Value, Vec<Diagnostic>> {
    serde_json::from_str(text).map_err(|e| {
        let lines = text.split_inclusive('\n').take(e.line().saturating_sub(1));
        let start = lines.map(str::len).sum::<usize>() + e.column().saturating_sub(1);
        let start = start.min(text.len());
        let what = e.to_string();
        let what = what
            .split(" at line")
            .next()
            .unwrap_or("not JSON")
            .to_owned();
        let span = Span::new(file, start..(start + 1).min(text.len()));
        vec![Diagnostic::new(
            Code::ImportNotJson,
            span,
            format!("the file is not JSON: {what}"),
            "here",
        )]
    })
}

fn row(
    object: &Map<String, Value>,
    kind: Option<&str>,
    place: Place,
    errors: &mut Vec<Diagnostic>,
) -> Row {
    let mut cells = BTreeMap::new();
    let mut put = |name: String, value: &Value| {
        let (text, unit) = match value {
            Value::String(text) => (text.clone(), None),
            // Amounts of data are bytes, times seconds, rates bits or bytes per second.
            Value::Number(number) => (number.to_string(), plain(&name)),
            Value::Null => return,
            _ => {
                errors.push(place.finding(
                    Code::ImportShape,
                    &format!("`{name}` is not a text or number"),
                ));
                return;
            }
        };
        if !text.is_empty() {
            let unit = unit.map(str::to_owned);
            cells.insert(name, Cell { text, unit });
        }
    };
    if let Some(kind) = kind {
        put(String::from("kind"), &Value::from(kind));
    }
    let mut unknown = Vec::new();
    for (key, value) in object {
        let (name, _) = rows::column(key);
        match (name.as_str(), value) {
            ("labels", Value::Object(labels)) => {
                for (key, value) in labels {
                    put(format!("label {key}"), value);
                }
            }
            _ => match rows::is_known(&name) {
                Ok(()) => put(name, value),
                Err(meant) => unknown.push((name, meant)),
            },
        }
    }
    for (name, meant) in unknown {
        let error = place.finding(
            Code::ImportUnknown,
            &format!("mvm does not know the key `{name}`"),
        );
        errors.push(match meant {
            Some(meant) => error.with_help(format!("did you mean `{meant}`?")),
            None => error.with_help("what else there is to say goes into `labels`"),
        });
    }
    Row { cells, place }
}

/// The unit of a plain number.
fn plain(column: &str) -> Option<&'static str> {
    match column {
        "memory" | "used" | "hot" => Some("B"),
        "hot in" | "downtime" => Some("s"),
        "cold" => Some("B/s"),
        "link" | "capacity" => Some("bps"),
        _ => None,
    }
}
