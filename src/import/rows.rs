//! Rows of named cells, from a spreadsheet or from JSON, as an inventory. The columns are in `grammar/IMPORT.md`.

use std::collections::{BTreeMap, BTreeSet};

use super::inventory::{Inventory, Link, Server, Switch, Vm};
use super::units;
use crate::diag::suggest::closest;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;

/// Things that are read.
pub const MAX_ROWS: usize = 200_000;

/// Findings that are told.
const MAX_TOLD: usize = 20;

/// What a row may say.
const COLUMNS: [&str; 17] = [
    "name", "kind", "on", "memory", "used", "cpu", "power", "hot", "hot in", "cold", "downtime",
    "state", "address", "link", "to", "capacity", "bond",
];

/// Where a row stands.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a text.
    Line(Span),
    /// In a value, by its path.
    Path(String),
}

/// A row: cells by the names of their columns, each with the unit that its column gives to plain numbers.
#[derive(Debug)]
pub struct Row {
    pub cells: BTreeMap<String, Cell>,
    pub place: Place,
}

/// A cell that is not empty.
#[derive(Debug)]
pub struct Cell {
    pub text: String,
    pub unit: Option<String>,
}

impl Place {
    /// A finding at the place.
    pub fn finding(&self, code: Code, message: &str) -> Diagnostic {
        match self {
            Place::Line(span) => Diagnostic::new(code, *span, message, "here"),
            Place::Path(path) => Diagnostic::without_place(code, format!("{path}: {message}")),
        }
    }
}

/// A column's name and the unit in parentheses or brackets behind it: `Memory (GiB)`.
pub fn column(title: &str) -> (String, Option<String>) {
    let title = title.trim();
    let (name, unit) = match title.split_once(['(', '[']) {
        Some((name, unit)) => (
            name,
            Some(unit.trim_end_matches([')', ']']).trim().to_owned()),
        ),
        None => (title, None),
    };
    let name = name.trim();
    // The key of a label keeps its case.
    let name = match name
        .get(..6)
        .filter(|start| start.eq_ignore_ascii_case("label "))
    {
        Some(_) => format!("label {}", name[6..].trim()),
        None => name.to_ascii_lowercase().replace('_', " "),
    };
    (name, unit.filter(|unit| !unit.is_empty()))
}

/// Whether rows have such a column; otherwise the one that was probably meant.
pub fn is_known(column: &str) -> Result<(), Option<&'static str>> {
    match COLUMNS.contains(&column)
        || column
            .strip_prefix("label ")
            .is_some_and(|key| !key.is_empty())
    {
        true => Ok(()),
        false => Err(closest(column, COLUMNS)),
    }
}

/// The inventory that the rows say.
///
/// # Errors
/// Cells that are no quantity of their column, and names that contradict one another.
pub fn inventory(rows: &[Row], source: String) -> Result<Inventory, Vec<Diagnostic>> {
    let mut reader = Reader::default();
    for row in rows {
        reader.row(row);
        if reader.errors.len() >= MAX_TOLD {
            break;
        }
    }
    reader.check(rows);
    if !reader.errors.is_empty() {
        return Err(reader.errors);
    }
    Ok(Inventory {
        source,
        ..reader.inventory
    })
}

#[derive(Default)]
struct Reader {
    inventory: Inventory,
    names: BTreeSet<String>,
    errors: Vec<Diagnostic>,
}

impl Reader {
    fn row(&mut self, row: &Row) {
        let Some(name) = row.text("name") else {
            return self.push(row, Code::ImportShape, "the row has no `name`");
        };
        let name = name.to_owned();
        if !self.names.insert(name.clone()) {
            self.push(
                row,
                Code::ImportContradiction,
                &format!("`{name}` is there twice"),
            );
        }
        let kind = row.text("kind").unwrap_or(if row.text("on").is_some() {
            "vm"
        } else {
            "server"
        });
        let memory = self.bytes(row, "memory");
        let cpu = self.number(row, "cpu", "a number of CPUs", |text, _| {
            units::thousandths(text)
        });
        let off = self.state(row);
        let link = self.link(row);
        let labels = row.labels();
        match kind.to_ascii_lowercase().as_str() {
            "vm" => {
                let Some(host) = row.text("on") else {
                    return self.push(
                        row,
                        Code::ImportShape,
                        &format!("the VM `{name}` is on no server: the column `on` is empty"),
                    );
                };
                let hot = self.bytes(row, "hot");
                let time = self.number(row, "hot in", "a time such as `2s`", units::milliseconds);
                let vm = Vm {
                    host: host.to_owned(),
                    used: self.bytes(row, "used"),
                    hot: hot.map(|bytes| (bytes, time.unwrap_or(1_000))),
                    cold: self.number(
                        row,
                        "cold",
                        "a rate such as `3MiB/s`",
                        units::bytes_per_second,
                    ),
                    downtime: self.number(
                        row,
                        "downtime",
                        "a time such as `30ms`",
                        units::milliseconds,
                    ),
                    name,
                    memory,
                    cpu,
                    off,
                    labels,
                    ..Vm::default()
                };
                if vm.memory.is_none() && vm.used.is_none() {
                    self.push(
                        row,
                        Code::ImportShape,
                        "the VM has no `memory`, and no `used`",
                    );
                }
                self.inventory.vms.push(vm);
            }
            "server" => {
                let power = self.number(row, "power", "a power such as `110W`", |text, _| {
                    units::watts(text)
                });
                self.inventory.servers.push(Server {
                    address: row.text("address").map(str::to_owned),
                    links: link.into_iter().collect(),
                    name,
                    memory,
                    cpu,
                    power,
                    off,
                    labels,
                    ..Server::default()
                });
            }
            "switch" => {
                let capacity = self.rate(row, "capacity");
                self.inventory.switches.push(Switch {
                    name,
                    capacity,
                    links: link.into_iter().collect(),
                });
            }
            other => self.push(
                row,
                Code::ImportShape,
                &format!("`{other}` is no kind: kinds are `server`, `vm` and `switch`"),
            ),
        }
    }

    /// Names that rows use are those of other rows.
    fn check(&mut self, rows: &[Row]) {
        let servers: BTreeSet<&str> = self
            .inventory
            .servers
            .iter()
            .map(|s| s.name.as_str())
            .collect();
        let switches: BTreeSet<&str> = self
            .inventory
            .switches
            .iter()
            .map(|s| s.name.as_str())
            .collect();
        let mut found = Vec::new();
        for row in rows {
            for (column, known, what) in [("on", &servers, "server"), ("to", &switches, "switch")] {
                let Some(name) = row.text(column).filter(|name| !known.contains(name)) else {
                    continue;
                };
                let message = format!("`{name}` is no {what} of the file");
                let mut error = row.place.finding(Code::ImportContradiction, &message);
                if let Some(meant) = closest(name, known.iter().copied()) {
                    error = error.with_help(format!("did you mean `{meant}`?"));
                }
                found.push(error);
            }
        }
        self.errors.extend(found);
        self.errors.truncate(MAX_TOLD);
    }

    fn link(&mut self, row: &Row) -> Option<Link> {
        let rate = self.rate(row, "link");
        let bond = self.number(row, "bond", "a number of lanes from 1 to 64", |text, _| {
            text.trim()
                .parse()
                .ok()
                .filter(|lanes| (1..=64).contains(lanes))
        });
        match (rate, row.text("to")) {
            (Some(rate), Some(to)) => Some(Link {
                to: to.to_owned(),
                rate,
                bond: bond.unwrap_or(1) as u32,
            }),
            (None, Some(_)) if row.text("link").is_none() => {
                self.push(
                    row,
                    Code::ImportShape,
                    "there is a switch in `to`, and no rate in `link`",
                );
                None
            }
            (Some(_), None) => {
                self.push(
                    row,
                    Code::ImportShape,
                    "there is a rate in `link`, and no switch in `to`",
                );
                None
            }
            _ => None,
        }
    }

    fn state(&mut self, row: &Row) -> bool {
        match row.text("state").map(str::to_ascii_lowercase).as_deref() {
            None | Some("on" | "up" | "running" | "online") => false,
            Some("off" | "down" | "stopped" | "offline" | "shut off") => true,
            Some(other) => {
                self.push(
                    row,
                    Code::ImportShape,
                    &format!("`{other}` is no state: states are `on` and `off`"),
                );
                false
            }
        }
    }

    fn bytes(&mut self, row: &Row, column: &str) -> Option<u64> {
        self.number(row, column, "an amount such as `64GiB`", units::bytes)
    }

    fn rate(&mut self, row: &Row, column: &str) -> Option<u64> {
        let read = |text: &str, unit: Option<&str>| match text
            .trim()
            .ends_with(|c: char| c.is_ascii_digit())
        {
            true => units::bandwidth(&format!("{text}{}", unit?)),
            false => units::bandwidth(text),
        };
        self.number(row, column, "a rate such as `10Gbps`", read)
    }

    /// The cell as a number; what is none is an error.
    fn number(
        &mut self,
        row: &Row,
        column: &str,
        expected: &str,
        read: impl Fn(&str, Option<&str>) -> Option<u64>,
    ) -> Option<u64> {
        let cell = row.cells.get(column)?;
        let number = read(&cell.text, cell.unit.as_deref());
        if number.is_none() {
            self.push(
                row,
                Code::ImportShape,
                &format!("`{}` in the column `{column}` is not {expected}", cell.text),
            );
        }
        number
    }

    fn push(&mut self, row: &Row, code: Code, message: &str) {
        self.errors.push(row.place.finding(code, message));
    }
}

impl Row {
    fn text(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(|cell| cell.text.as_str())
    }

    fn labels(&self) -> Vec<(String, String)> {
        let label = |(column, cell): (&String, &Cell)| {
            let key = column.strip_prefix("label ")?;
            Some((key.to_owned(), cell.text.clone()))
        };
        self.cells.iter().filter_map(label).collect()
    }
}
