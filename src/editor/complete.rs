//! What could be written at a place.

use std::collections::BTreeSet;

use super::View;
use super::declarations::DeclarationKind;
use super::manual;
use crate::sema::Referent;
use crate::sema::quantity::unit::UNITS;
use crate::syntax::ast::{ClassKind, DeclKind, ItemKind, Use, UseNames, Word};
use crate::syntax::lexeme::LexemeKind;
use crate::syntax::{Next, Slot, lexemes, next};

/// Candidates of one kind that are offered at once: more of them only hide the others.
const MANY: usize = 200;

/// Something that could be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What is written.
    pub text: String,
    /// What it is.
    pub kind: CandidateKind,
    /// The same in a few words.
    pub detail: String,
    /// What is known of it, in Markdown.
    pub about: Option<String>,
    /// Whether it is of the kind that is probably wanted.
    pub is_likely: bool,
}

/// What could be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandidateKind {
    /// A word of the language.
    Keyword,
    /// A name that is declared.
    Name(DeclarationKind),
    /// A module of the standard library, or a file.
    Module,
    /// The key or value of a label, a time zone.
    Value,
    /// A unit.
    Unit,
}

/// What could be written, and from where on that takes the place of what is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// The first byte of the word that is being written.
    pub start: usize,
    /// In no order that means anything.
    pub candidates: Vec<Candidate>,
    /// Whether there are more, which a longer beginning would bring.
    pub is_cut: bool,
}

impl View {
    /// What could be written at byte `at` of a text, which may be newer than the view; `files` are paths of files that could be
    /// used.
    pub fn complete(&self, text: &str, at: usize, files: &[String]) -> Completion {
        let before = &text[..at];
        let start = word_start(before);
        let word = &before[start..];
        let next = next(&before[..start]);
        let mut offer = Offer {
            view: self,
            next: &next,
            behind: &text[at..],
            word: word.trim_start_matches('"'),
            found: Completion {
                start,
                ..Completion::default()
            },
        };
        let is_behind_number = before[..start].ends_with(|c: char| c.is_ascii_digit());
        let is_quoted = word.starts_with('"');
        let in_use = next.before.first().is_some_and(|word| word == "use");
        if next.slots.contains(&Slot::File) || is_quoted && in_use {
            offer.files(files);
        } else if is_behind_number && next.slots.contains(&Slot::Unit) {
            offer.units();
        } else {
            if !is_quoted {
                offer.keywords();
            }
            for slot in &next.slots {
                offer.slot(*slot);
            }
        }
        offer.found
    }
}

/// Where the word begins that ends at the end of the text: a path, a name in quotes, or a unit behind its number.
fn word_start(before: &str) -> usize {
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let last = lexemes(&before[line..]).into_iter().last();
    let is_open_text = last.is_some_and(|last| {
        let text = &before[line..][last.range()];
        last.kind == LexemeKind::Text && (text.len() < 2 || !text.ends_with('"'))
    });
    if let Some(last) = last.filter(|_| is_open_text) {
        return line + last.start;
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    // `Europe/Par`
    let zone = before
        .trim_end_matches(|c: char| is_word(c) || matches!(c, '/' | '+'))
        .len();
    if before[zone..].starts_with(|c: char| c.is_ascii_uppercase()) {
        return zone;
    }
    let mut start = before.trim_end_matches(is_word).len();
    // `r[1..2].s`: what stands in brackets before a dot is of the word.
    while before[start..].starts_with('.') && before[line..start].ends_with(']') {
        let Some(open) = before[line..start].rfind('[') else {
            break;
        };
        start = before[..line + open].trim_end_matches(is_word).len();
    }
    let digits =
        before[start..].trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '_'));
    match before[start..].starts_with(|c: char| c.is_ascii_digit()) {
        true => before.len() - digits.len(),
        false => start,
    }
}

struct Offer<'v> {
    view: &'v View,
    next: &'v Next,
    /// The text behind the place.
    behind: &'v str,
    /// What it has to begin with.
    word: &'v str,
    found: Completion,
}

impl Offer<'_> {
    fn add(&mut self, text: &str, kind: CandidateKind, detail: &str, is_likely: bool) {
        self.add_about(text, kind, detail, None, is_likely);
    }

    fn add_about(
        &mut self,
        text: &str,
        kind: CandidateKind,
        detail: &str,
        about: Option<String>,
        is_likely: bool,
    ) {
        // Names in quotes are found without them as well.
        let known = text.trim_start_matches('"').get(..self.word.len());
        if known.is_some_and(|known| known.eq_ignore_ascii_case(self.word)) {
            self.found.candidates.push(Candidate {
                text: text.to_owned(),
                kind,
                detail: detail.to_owned(),
                about,
                is_likely,
            });
        }
    }

    fn keywords(&mut self) {
        let inside = self.next.inside.last().map(String::as_str);
        for word in &self.next.words {
            let begins = self.next.before.is_empty();
            if inside.is_some_and(|inside| !manual::fits(word, inside, begins)) {
                continue;
            }
            self.add_about(
                word,
                CandidateKind::Keyword,
                "",
                manual::about(word, self.next.before.first().map(String::as_str), inside),
                true,
            );
        }
    }

    fn slot(&mut self, slot: Slot) {
        match slot {
            Slot::Things => {
                let wanted = wanted(&self.next.before);
                self.names(|kind| match kind {
                    DeclarationKind::Thing(kind) => Some(wanted.is_none_or(|wanted| wanted(kind))),
                    DeclarationKind::Set => Some(true),
                    _ => None,
                });
                self.variables();
            }
            Slot::Constant => {
                self.names(|kind| (kind == DeclarationKind::Constant).then_some(true));
                self.variables();
            }
            Slot::Class => {
                let wanted = class_kind(&self.next.before);
                self.names(|kind| match kind {
                    DeclarationKind::Class(kind) => {
                        wanted.is_none_or(|wanted| wanted == kind).then_some(true)
                    }
                    _ => None,
                });
                self.imported(wanted);
            }
            Slot::Module => self.modules(),
            Slot::LabelKey | Slot::LabelValue => self.labels(slot),
            Slot::Zone => {
                for zone in jiff::tz::db().available() {
                    self.limited(zone.as_str(), CandidateKind::Value, "time zone");
                }
            }
            Slot::Unit => self.units(),
            Slot::File => {}
        }
    }

    /// Declared names; `fits`: whether a kind may stand here, and if so whether it is likely.
    fn names(&mut self, fits: impl Fn(DeclarationKind) -> Option<bool>) {
        let view = self.view;
        let mut known = BTreeSet::new();
        for (at, declaration) in view.declarations.iter().enumerate() {
            let Some(is_likely) = fits(declaration.kind) else {
                continue;
            };
            let library = view
                .map()
                .name_of(declaration.span.file)
                .strip_prefix("<std>/");
            let name = match library.and_then(|file| file.strip_suffix(".mvm")) {
                Some(module) => format!("std.{module}.{}", declaration.name),
                None => self.as_begun(view.full_name(at)),
            };
            if self.found.candidates.len() >= MANY {
                self.found.is_cut = true;
                return;
            }
            if known.insert(name.clone()) {
                let kind = CandidateKind::Name(declaration.kind);
                let (detail, doc) = (declaration.kind.words(), declaration.doc.clone());
                self.add_about(&name, kind, detail, doc, is_likely && library.is_none());
            }
        }
    }

    /// A full name, with the places in it as they are written already: `r2.s[1..4]` where `r2.` stands and `r[1..2].s[1..4]` is known.
    fn as_begun(&self, name: String) -> String {
        let (mut written, known) = (segments(self.word), segments(&name));
        written.pop();
        let is_of = |(written, known): (&&str, &&str)| {
            let (stem, index) = known.split_at(known.find('[').unwrap_or(known.len()));
            let rest = written.strip_prefix(stem);
            rest.is_some_and(|rest| {
                rest.is_empty() == index.is_empty()
                    && (rest.starts_with('[') || rest.chars().all(|c| c.is_ascii_digit()))
            })
        };
        if written.is_empty()
            || known.len() != written.len() + 1
            || !written.iter().zip(&known).all(is_of)
        {
            return name;
        }
        written.extend(known.last());
        written.join(".")
    }

    /// The loop variables of the sentence at hand, whose `for` may well stand behind the place.
    fn variables(&mut self) {
        let behind = self.behind.lines().next().unwrap_or_default();
        let behind = lexemes(behind)
            .into_iter()
            .map(|token| &behind[token.range()]);
        let tokens: Vec<&str> = self
            .next
            .before
            .iter()
            .map(String::as_str)
            .chain(behind)
            .collect();
        for window in tokens.windows(3) {
            if matches!(window[0], "for" | ",") && window[2] == "in" {
                self.add(
                    window[1],
                    CandidateKind::Name(DeclarationKind::Variable),
                    "loop variable",
                    true,
                );
            }
        }
    }

    /// Classes of the standard library under the names that the files gave them.
    fn imported(&mut self, wanted: Option<ClassKind>) {
        let view = self.view;
        let mut add = |word: &Word, name: &str| {
            let Some(Referent::Declared(class)) = view.index.references.get(&word.span) else {
                return;
            };
            let Some(declaration) = view.declared_at(*class).map(|at| view.declaration(at)) else {
                return;
            };
            let fits = |kind| wanted.is_none_or(|wanted| DeclarationKind::Class(wanted) == kind);
            if fits(declaration.kind) {
                let kind = CandidateKind::Name(declaration.kind);
                self.add_about(
                    name,
                    kind,
                    declaration.kind.words(),
                    declaration.doc.clone(),
                    true,
                );
            }
        };
        for item in view.index.files.iter().flat_map(|file| &file.items) {
            match &item.kind {
                ItemKind::Use(Use::Path {
                    path,
                    names: UseNames::Last { rename },
                }) => {
                    if let Some(last) = path.last() {
                        add(last, &rename.as_ref().unwrap_or(last).text);
                    }
                }
                ItemKind::Use(Use::Path {
                    names: UseNames::Some(words),
                    ..
                }) => {
                    for word in words {
                        add(word, &word.text);
                    }
                }
                _ => {}
            }
        }
    }

    fn modules(&mut self) {
        let view = self.view;
        let path: String = self
            .next
            .before
            .iter()
            .skip(1)
            .map(String::as_str)
            .collect();
        let prefix = path.split('{').next().unwrap_or_default().to_owned();
        for declaration in view
            .declarations
            .iter()
            .filter(|d| matches!(d.kind, DeclarationKind::Class(_)))
        {
            let file = view.map().name_of(declaration.span.file);
            let module = file
                .strip_prefix("<std>/")
                .and_then(|file| file.strip_suffix(".mvm"));
            let Some(module) = module else { continue };
            let full = format!("std.{module}.{}", declaration.name);
            let kind = CandidateKind::Name(declaration.kind);
            if let Some(rest) = full.strip_prefix(prefix.as_str()) {
                self.add_about(
                    rest,
                    kind,
                    declaration.kind.words(),
                    declaration.doc.clone(),
                    true,
                );
            }
        }
    }

    /// Files to use.
    fn files(&mut self, files: &[String]) {
        for file in files {
            self.limited(&format!("\"{file}\""), CandidateKind::Module, "file");
        }
    }

    fn labels(&mut self, slot: Slot) {
        let datacenter = &self.view.checked.analysis.datacenter;
        let of_vms = datacenter.vms.iter().map(|vm| &vm.labels);
        let all = of_vms
            .chain(datacenter.servers.iter().map(|server| &server.labels))
            .chain(datacenter.switches.iter().map(|switch| &switch.labels))
            .flatten();
        let key = self
            .next
            .before
            .last()
            .map_or("", |key| key.trim_matches('"'));
        let texts: BTreeSet<&String> = match slot {
            Slot::LabelKey => all.map(|(key, _)| key).collect(),
            _ => all
                .filter(|(known, _)| known == key)
                .map(|(_, value)| value)
                .collect(),
        };
        for text in texts {
            let is_word = crate::syntax::is_name(text);
            let text = if is_word {
                text.clone()
            } else {
                format!("\"{text}\"")
            };
            self.limited(&text, CandidateKind::Value, "label");
        }
    }

    /// Units; likely are those of the kind that the reference shows behind the keyword.
    fn units(&mut self) {
        let keyword = self
            .next
            .before
            .iter()
            .rev()
            .find_map(|word| manual::unit_behind(word));
        let dimension = UNITS
            .iter()
            .find(|unit| Some(unit.name) == keyword)
            .map(|unit| unit.dimension);
        for unit in UNITS {
            let is_likely = dimension.is_none_or(|dimension| dimension == unit.dimension);
            self.add(unit.name, CandidateKind::Unit, "unit", is_likely);
        }
    }

    fn limited(&mut self, text: &str, kind: CandidateKind, detail: &str) {
        match self.found.candidates.len() < MANY {
            true => self.add(text, kind, detail, true),
            false => self.found.is_cut = true,
        }
    }
}

impl View {
    /// The name of a declaration with those of the places around it, as a reference says it.
    fn full_name(&self, at: usize) -> String {
        let declaration = &self.declarations[at];
        match declaration
            .parent
            .filter(|_| matches!(declaration.kind, DeclarationKind::Thing(_)))
        {
            Some(parent) => format!("{}.{}", self.full_name(parent), declaration.name),
            None => declaration.name.clone(),
        }
    }
}

/// The parts of a name between its dots, but for those in brackets and quotes.
fn segments(name: &str) -> Vec<&str> {
    let (mut depth, mut is_quoted) = (0_usize, false);
    name.split(|c: char| {
        match c {
            '"' => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == '.' && depth == 0 && !is_quoted
    })
    .collect()
}

/// Which things are wanted behind the last word that says so.
fn wanted(before: &[String]) -> Option<fn(DeclKind) -> bool> {
    before.iter().rev().find_map(|word| match word.as_str() {
        "migrate" | "start" | "stop" | "sync" | "spread" | "gather" | "lonely" | "pin" => {
            Some((|kind| kind == DeclKind::Vm) as fn(DeclKind) -> bool)
        }
        "traffic" => Some(|kind| kind != DeclKind::Server),
        "to" if before.first().is_some_and(|word| word == "traffic") => {
            Some(|kind| kind != DeclKind::Server)
        }
        "to" | "on" | "in" | "via" | "boot" | "shutdown" | "reboot" | "drain" | "reserve"
        | "limit" | "route" => Some(|kind| kind != DeclKind::Vm),
        _ => None,
    })
}

/// The classes that fit behind the `:` of a sentence.
fn class_kind(before: &[String]) -> Option<ClassKind> {
    let is_link = before
        .iter()
        .rev()
        .nth(1)
        .is_some_and(|word| word == "link");
    let first = match before.first().map(String::as_str) {
        Some("class") => before.get(1).map(String::as_str),
        first => first,
    };
    match first {
        _ if is_link => Some(ClassKind::Link),
        Some("server") => Some(ClassKind::Server),
        Some("vm") => Some(ClassKind::Vm),
        Some("link") => Some(ClassKind::Link),
        Some("switch" | "rack" | "site") => Some(ClassKind::Switch),
        _ => None,
    }
}
