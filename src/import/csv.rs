//! Tables with a header line (RFC 4180; commas, semicolons or tabs), as spreadsheets save them.

use std::collections::BTreeMap;

use ::csv::{ReaderBuilder, StringRecord};

use super::Imported;
use super::rows::{self, Cell, MAX_ROWS, Place, Row};
use crate::diag::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// Reads a table; `file` is where messages point to.
///
/// # Errors
/// A header or cells that say nothing that mvm knows.
pub fn import(file: FileId, text: &str, name: &str) -> Result<Imported, Vec<Diagnostic>> {
    let header = text.lines().next().unwrap_or_default();
    // Spreadsheets of half the world save with semicolons.
    let delimiter = [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|&d| header.bytes().filter(|&b| b == d).count());
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .flexible(true)
        .from_reader(text.as_bytes());
    let first = Place::Line(Span::new(file, 0..header.len()));
    let broken = |e: &::csv::Error| {
        vec![first.finding(Code::ImportShape, &format!("the table cannot be read: {e}"))]
    };
    let titles = reader.headers().map_err(|e| broken(&e))?.clone();
    let columns = columns(&titles, &first)?;
    let mut rows = Vec::new();
    let mut errors = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| broken(&e))?;
        let start = record
            .position()
            .map_or(0, |at| at.byte() as usize)
            .min(text.len());
        let line = text[start..].trim_start_matches(['\r', '\n']);
        let start = text.len() - line.len();
        let length = line.find(['\r', '\n']).unwrap_or(line.len());
        let place = Place::Line(Span::new(file, start..start + length));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() > columns.len() {
            let message = format!(
                "the row has {} cells, the header {}",
                record.len(),
                columns.len()
            );
            errors.push(place.finding(Code::ImportShape, &message));
        }
        if rows.len() == MAX_ROWS {
            return Err(vec![place.finding(
                Code::ImportTooLarge,
                &format!("the table has more than {MAX_ROWS} rows"),
            )]);
        }
        let cells: BTreeMap<String, Cell> = columns
            .iter()
            .zip(record.iter())
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|((name, unit), text)| {
                let cell = Cell {
                    text: text.trim().to_owned(),
                    unit: unit.clone(),
                };
                (name.clone(), cell)
            })
            .collect();
        rows.push(Row { cells, place });
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let inventory = rows::inventory(&rows, format!("the table {name}"))?;
    Ok(Imported {
        inventory,
        findings: Vec::new(),
    })
}

/// The columns that the header names, each with its unit.
#[allow(clippy::type_complexity)]
fn columns(
    titles: &StringRecord,
    place: &Place,
) -> Result<Vec<(String, Option<String>)>, Vec<Diagnostic>> {
    let columns: Vec<(String, Option<String>)> = titles.iter().map(rows::column).collect();
    let mut errors = Vec::new();
    for (at, (name, _)) in columns.iter().enumerate() {
        if let Err(meant) = rows::is_known(name) {
            let error = place.finding(
                Code::ImportUnknown,
                &format!("mvm does not know the column `{name}`"),
            );
            errors.push(match meant {
                Some(meant) => error.with_help(format!("did you mean `{meant}`?")),
                None => error.with_help("a column with more about the things is called `label KEY`; take other columns out"),
            });
        } else if columns[..at].iter().any(|(other, _)| other == name) {
            errors.push(place.finding(
                Code::ImportContradiction,
                &format!("the column `{name}` is there twice"),
            ));
        }
    }
    if !columns.iter().any(|(name, _)| name == "name") {
        errors.push(place.finding(Code::ImportShape, "the table has no column `name`"));
    }
    match errors.is_empty() {
        true => Ok(columns),
        false => Err(errors),
    }
}
