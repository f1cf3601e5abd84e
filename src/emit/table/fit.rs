//! What of a table fits a width: what all names end in is said once, long names lose their middle, and columns that can be missed go.

use std::collections::HashSet;

use unicode_width::UnicodeWidthStr;

use super::Signs;
use crate::datacenter::{Datacenter, Manner, Pool, ServerId};
use crate::emit::amount;
use crate::emit::clock::Clock;
use crate::emit::text::{printable, shorten_within};
use crate::plan::Planned;
use crate::request::Task;

/// Names longer than that are cut in any case.
const LONGEST: usize = 40;
/// Rather than to cut names further, columns go; where none is left that can go, names are cut down to the least.
const LEGIBLE: usize = 10;
const LEAST: usize = 4;
/// Blanks around a cell, and between two of them.
const AROUND: usize = 2;
const BETWEEN: usize = 1;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    What,
    Where,
    Start,
    End,
    Lasts,
    Rate,
    Power,
}

use Column::{End, Lasts, Power, Rate, Start, What, Where};

/// What is shown, all of it first.
const CHOICES: [&[Column]; 5] = [
    &[What, Where, Start, End, Lasts, Rate, Power],
    &[What, Where, Start, End, Lasts, Rate],
    &[What, Where, Start, End, Lasts],
    &[What, Where, Start, End],
    &[What, Where, Start],
];

impl Column {
    pub fn head(self) -> &'static str {
        match self {
            What => "what",
            Where => "where",
            Start => "start",
            End => "end",
            Lasts => "lasts",
            Rate => "rate",
            Power => "power",
        }
    }

    /// Whether it is aligned to the right.
    pub fn is_number(self) -> bool {
        !matches!(self, What | Where)
    }
}

/// An action in parts of which names can be shortened.
pub(super) struct Row {
    verb: String,
    /// Of a VM, or else of a server.
    name: String,
    is_vm: bool,
    marks: String,
    /// Servers: where it is, or from where to where.
    places: Vec<String>,
    /// The pool of the last of them, with a blank before it.
    pool: String,
    /// What a command or a pause says, in place of them.
    text: String,
    /// From `start` on.
    rest: [String; 5],
}

impl Row {
    pub fn new(datacenter: &Datacenter, action: &Planned, clock: &Clock, signs: &Signs) -> Row {
        let id = printable(&action.id);
        let (verb, name) = match action.task {
            Task::Pause => (id.as_str(), ""),
            _ => id.split_once(' ').unwrap_or(("", &id)),
        };
        let mut marks = String::new();
        for (holds, mark) in [
            (action.inferred, "*"),
            (action.is_moved(Manner::Post), signs.post_copy),
            (action.is_moved(Manner::Cold), signs.cold),
            (action.assumed.guessed, "?"),
        ] {
            if holds {
                marks += &format!(" {mark}");
            }
        }
        let server = |id: ServerId| printable(&datacenter[id].name);
        let places = match action.task {
            Task::Migrate { to, .. } => action.from.into_iter().chain([to]).map(server).collect(),
            // A server's own name is already said by what happens.
            Task::Boot(_) | Task::Shutdown(_) => Vec::new(),
            Task::Start(_) | Task::Stop(_) => action.from.into_iter().map(server).collect(),
            Task::Run(_) | Task::Pause => Vec::new(),
        };
        let power = match action.power {
            0 => String::new(),
            power => format!("+{}", amount::power(power)),
        };
        Row {
            verb: verb.to_owned(),
            name: name.to_owned(),
            is_vm: action.task.vm().is_some(),
            marks,
            places,
            pool: action
                .pool
                .map_or(String::new(), |Pool(pool)| format!(" pool {pool}")),
            text: printable(action.text.as_deref().unwrap_or_default()),
            rest: [
                clock.at(action.start),
                clock.at(action.end),
                amount::duration(action.end - action.start),
                action.rate.map(amount::rate).unwrap_or_default(),
                power,
            ],
        }
    }
}

/// How names of one kind are shown.
struct Names<'a> {
    /// All of them, each once.
    all: Vec<&'a str>,
    /// What all end in, which is said once above the table.
    ending: &'a str,
    /// Characters that are kept at the beginning of one that is too long.
    begin: usize,
}

impl<'a> Names<'a> {
    fn new(names: impl Iterator<Item = &'a String>) -> Self {
        let mut all: Vec<&str> = names.map(String::as_str).collect();
        all.sort_unstable();
        all.dedup();
        Names {
            all,
            ending: "",
            begin: LONGEST / 2,
        }
    }

    /// The name as it is shown, in so many characters.
    fn short(&self, name: &str, length: usize, signs: &Signs) -> String {
        let name = name.strip_suffix(self.ending).unwrap_or(name);
        shorten_within(name, length, self.begin, signs.cut)
    }

    /// How wide that is.
    fn width(&self, name: &str, length: usize, signs: &Signs) -> usize {
        match name.is_ascii() {
            true => {
                let rest = name.strip_suffix(self.ending).unwrap_or(name);
                rest.len().min(length)
            }
            false => self.short(name, length, signs).width(),
        }
    }

    /// Cuts names where as many as can be stay different from one another, as near to their middle as that allows. Whether all do.
    fn tell_apart(&mut self, length: usize, signs: &Signs) -> bool {
        let kept = length.saturating_sub(signs.cut.chars().count());
        let mut begins: Vec<usize> = (0..=kept).collect();
        begins.sort_by_key(|begin| begin.abs_diff(kept / 2));
        let mut best = (0, kept / 2);
        for begin in begins {
            self.begin = begin;
            let shown = self.all.iter().map(|name| self.short(name, length, signs));
            let different = shown.collect::<HashSet<_>>().len();
            if different > best.0 {
                best = (different, begin);
            }
            if different == self.all.len() {
                break;
            }
        }
        self.begin = best.1;
        best.0 == self.all.len()
    }

    /// Leaves out what all names end in, from a dot on, where two names or more end in it and something is left of each.
    fn leave_out_ending(&mut self) {
        let [first, others @ ..] = self.all.as_slice() else {
            return;
        };
        if others.is_empty() {
            return;
        }
        let dots = first.match_indices('.').map(|(at, _)| &first[at..]);
        let mut endings = dots.filter(|ending| {
            let mut names = self.all.iter();
            names.all(|name| name.len() > ending.len() && name.ends_with(ending))
        });
        self.ending = endings.next().unwrap_or("");
    }
}

/// What is shown of the rows.
pub(super) struct Layout<'a> {
    columns: &'static [Column],
    /// Characters of a name.
    length: usize,
    vms: Names<'a>,
    servers: Names<'a>,
}

impl<'a> Layout<'a> {
    /// All there is where that fits, or as much as is legible.
    pub fn of(rows: &'a [Row], signs: &Signs, width: Option<usize>) -> Self {
        let named = rows.iter().filter(|row| !row.name.is_empty());
        let vms = named.clone().filter(|row| row.is_vm).map(|row| &row.name);
        let servers = named.filter(|row| !row.is_vm).map(|row| &row.name);
        let servers = servers.chain(rows.iter().flat_map(|row| &row.places));
        let mut layout = Layout {
            columns: CHOICES[0],
            length: LONGEST,
            vms: Names::new(vms),
            servers: Names::new(servers),
        };
        let Some(width) = width else {
            return layout;
        };
        if layout.width(rows, signs) <= width {
            return layout;
        }
        layout.vms.leave_out_ending();
        layout.servers.leave_out_ending();
        for (at, columns) in CHOICES.into_iter().enumerate() {
            let is_last = at + 1 == CHOICES.len();
            layout.columns = columns;
            let least = if is_last { LEAST } else { LEGIBLE };
            let fitting = (least..=LONGEST).rev().find(|&length| {
                layout.length = length;
                layout.width(rows, signs) <= width
            });
            if fitting.is_none() && !is_last {
                continue;
            }
            let vms = layout.vms.tell_apart(layout.length, signs);
            let servers = layout.servers.tell_apart(layout.length, signs);
            if vms && servers {
                break;
            }
        }
        layout
    }

    pub fn columns(&self) -> &'static [Column] {
        self.columns
    }

    /// What is said once of names, a line each.
    pub fn endings(&self) -> Vec<String> {
        let line = |what: &str, ending: &str| {
            (!ending.is_empty()).then(|| format!("names of {what} end in {ending}"))
        };
        let (vms, servers) = (self.vms.ending, self.servers.ending);
        if vms == servers {
            return line("VMs and servers", vms).into_iter().collect();
        }
        let lines = [line("VMs", vms), line("servers", servers)];
        lines.into_iter().flatten().collect()
    }

    /// A cell as it is shown.
    pub fn cell(&self, row: &Row, column: Column, signs: &Signs) -> String {
        match column {
            What => {
                let name = self.names(row).short(&row.name, self.length, signs);
                let is_alone = row.verb.is_empty() || row.name.is_empty();
                let blank = if is_alone { "" } else { " " };
                format!("{}{blank}{name}{}", row.verb, row.marks)
            }
            Where if !row.text.is_empty() => {
                shorten_within(&row.text, self.length, self.length, signs.cut)
            }
            Where => {
                let short = |name: &String| self.servers.short(name, self.length, signs);
                let places: Vec<String> = row.places.iter().map(short).collect();
                places.join(&format!(" {} ", signs.to)) + &row.pool
            }
            Start => row.rest[0].clone(),
            End => row.rest[1].clone(),
            Lasts => row.rest[2].clone(),
            Rate => row.rest[3].clone(),
            Power => row.rest[4].clone(),
        }
    }

    /// The names of which the row's name is one.
    fn names(&self, row: &Row) -> &Names<'a> {
        match row.is_vm {
            true => &self.vms,
            false => &self.servers,
        }
    }

    /// Columns of text that the table takes.
    fn width(&self, rows: &[Row], signs: &Signs) -> usize {
        let widths = self.columns.iter().map(|&column| {
            let cells = rows.iter().map(|row| self.cell_width(row, column, signs));
            cells.max().unwrap_or(0).max(column.head().len()) + AROUND
        });
        widths.sum::<usize>() + BETWEEN * (self.columns.len() - 1)
    }

    fn cell_width(&self, row: &Row, column: Column, signs: &Signs) -> usize {
        match column {
            What => {
                let blank = usize::from(!row.verb.is_empty() && !row.name.is_empty());
                let name = self.names(row).width(&row.name, self.length, signs);
                row.verb.len() + blank + name + row.marks.width()
            }
            Where if !row.text.is_empty() => self.cell(row, column, signs).width(),
            Where => {
                let places = row.places.iter();
                let names = places.map(|name| self.servers.width(name, self.length, signs));
                let arrows = (signs.to.width() + 2) * row.places.len().saturating_sub(1);
                names.sum::<usize>() + arrows + row.pool.len()
            }
            _ => self.cell(row, column, signs).width(),
        }
    }
}
