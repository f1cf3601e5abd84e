//! The one namespace: what each name stands for, and how references find it.
//!
//! The tables are only ever asked for a name: nothing is listed in their order.

use std::collections::HashMap;

use super::world::Thing;
use crate::source::Span;
use crate::syntax::ast::ClassKind;

/// Stands for the index in the key of a family of names.
pub(super) const HOLE: char = '\0';

/// Broken names that are told apart; with more, any unknown name may be one of them.
const MAX_POISONED: usize = 1_000;

/// Beginnings with fewer bytes belong to too many words to hide all of them.
const SHORT: usize = 3;

/// Numbers in a name that may each be its index; a name with more is some other kind of code.
const MAX_NUMBERS: usize = 4;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    /// A site, rack, switch, server or VM.
    Thing(Thing),
    /// Index into the table of sets.
    Set(usize),
    /// Index into the table of constants.
    Constant(usize),
    /// Index into the table of classes, and its kind.
    Class(usize, ClassKind),
    /// A plan.
    Plan,
    /// Something whose declaration has an error, which was reported.
    Poisoned,
}

/// A name and its place; None for the standard library's.
#[derive(Debug, Clone, Copy)]
struct Entry {
    symbol: Symbol,
    span: Option<Span>,
}

/// What the last words of full names stand for.
#[derive(Debug, Clone, Copy)]
enum Short {
    One(Thing),
    Several(Thing, Thing),
}

/// The name of something in a place, taken apart.
#[derive(Debug, Clone, Default)]
pub(super) struct FullName {
    /// All of it.
    pub text: String,
    /// Where the names begin that may be used alone: behind the name of each place.
    pub shorts: Vec<usize>,
    /// Where its indices are.
    pub holes: Vec<(usize, usize)>,
}

/// What a reference finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// One meaning.
    Symbol(Symbol),
    /// A short name of several things, two of which are these.
    Ambiguous(Thing, Thing),
    /// No meaning.
    Nothing,
}

/// The namespace.
#[derive(Debug, Default)]
pub(super) struct Names {
    entries: HashMap<String, Entry>,
    shorts: HashMap<String, Short>,
    families: HashMap<String, Vec<Thing>>,
    short_families: HashMap<String, Vec<Thing>>,
    /// Beginnings of names whose declarations could not be read.
    poisoned: Vec<String>,
    /// Whether a file could not be read, so that any name may be missing for that reason alone.
    pub incomplete: bool,
}

impl Names {
    /// Declares a name.
    ///
    /// # Errors
    /// What the name already stands for, and where that is declared.
    pub fn declare(
        &mut self,
        name: &str,
        symbol: Symbol,
        span: Option<Span>,
    ) -> Result<(), (Symbol, Option<Span>)> {
        if let Some(earlier) = self.entries.get(name) {
            let the_same = earlier.symbol == symbol && !matches!(symbol, Symbol::Plan);
            if the_same || earlier.symbol == Symbol::Poisoned {
                return Ok(());
            }
            return Err((earlier.symbol, earlier.span));
        }
        self.entries.insert(name.to_owned(), Entry { symbol, span });
        Ok(())
    }

    /// Makes a thing that was declared known by its short names and to `[*]`.
    pub fn register(&mut self, name: &FullName, thing: Thing) {
        for &at in &name.shorts {
            let short = name.text[at..].to_owned();
            self.shorts
                .entry(short)
                .and_modify(|short| {
                    if let Short::One(first) = *short {
                        *short = Short::Several(first, thing);
                    }
                })
                .or_insert(Short::One(thing));
        }
        for key in keys(name, 0) {
            self.families.entry(key).or_default().push(thing);
        }
        for &at in &name.shorts {
            for key in keys(name, at) {
                self.short_families.entry(key).or_default().push(thing);
            }
        }
    }

    /// Keeps quiet about names that begin like this.
    pub fn poison(&mut self, beginning: &str) {
        if self.poisoned.len() >= MAX_POISONED {
            self.incomplete = true;
        } else if !beginning.is_empty() {
            self.poisoned.push(beginning.to_owned());
        }
    }

    /// Whether a name may well be one whose declaration has an error.
    pub fn is_poisoned(&self, name: &str) -> bool {
        // What goes on behind a short beginning like a word of its own is another one: `s`, but `std`.
        let goes_on = |beginning: &str, rest: &str| {
            beginning.len() >= SHORT || !rest.starts_with(|c: char| c.is_ascii_alphabetic())
        };
        self.incomplete
            || self.poisoned.iter().any(|beginning| {
                name.match_indices(beginning.as_str()).any(|(at, _)| {
                    (at == 0 || name.as_bytes()[at - 1] == b'.')
                        && goes_on(beginning, &name[at + beginning.len()..])
                })
            })
    }

    /// What `name` stands for in the place with the full name `place`: the nearest meaning around it,
    /// then the full name, then a short name that only one thing has.
    pub fn find(&self, place: Option<&str>, name: &str) -> Found {
        let near = enclosing(place).find_map(|place| self.entries.get(&format!("{place}.{name}")));
        if let Some(entry) = near.or_else(|| self.entries.get(name)) {
            return Found::Symbol(entry.symbol);
        }
        match self.shorts.get(name) {
            Some(Short::One(thing)) => Found::Symbol(Symbol::Thing(*thing)),
            Some(Short::Several(a, b)) => Found::Ambiguous(*a, *b),
            None => Found::Nothing,
        }
    }

    /// The things whose name is `key` with some index in place of [`HOLE`], in the order of declaration;
    /// and whether the key is a short one.
    pub fn family(&self, place: Option<&str>, key: &str) -> Option<(&[Thing], bool)> {
        enclosing(place)
            .find_map(|place| self.families.get(&format!("{place}.{key}")))
            .or_else(|| self.families.get(key))
            .map(|things| (things.as_slice(), false))
            .or_else(|| Some((self.short_families.get(key)?.as_slice(), true)))
    }

    /// Whether a short name belongs to several things.
    pub fn is_ambiguous(&self, short: &str) -> Option<(Thing, Thing)> {
        match self.shorts.get(short) {
            Some(Short::Several(a, b)) => Some((*a, *b)),
            _ => None,
        }
    }
}

/// `paris.r1`, `paris`
fn enclosing(place: Option<&str>) -> impl Iterator<Item = &str> {
    std::iter::successors(place, |place| {
        place.rsplit_once('.').map(|(outer, _)| outer)
    })
}

/// The keys of the families that a name from its byte `at` on belongs to: one index left out, or all.
fn keys(name: &FullName, at: usize) -> Vec<String> {
    let holes: Vec<_> = name
        .holes
        .iter()
        .filter(|(start, _)| *start >= at)
        .collect();
    let with_holes = |holes: &[&(usize, usize)]| {
        let mut key = String::with_capacity(name.text.len());
        let mut from = at;
        for (start, end) in holes {
            key.push_str(&name.text[from..*start]);
            key.push(HOLE);
            from = *end;
        }
        key.push_str(&name.text[from..]);
        key
    };
    let mut keys: Vec<String> = holes.iter().map(|hole| with_holes(&[hole])).collect();
    if holes.len() > 1 {
        keys.push(with_holes(&holes));
    }
    keys
}

/// Where the numbers of a name are, as far as they do not touch `holes`; all together in order.
pub(super) fn add_numbers(text: &str, from: usize, holes: &mut Vec<(usize, usize)>) {
    let bytes = text.as_bytes();
    let brackets = holes.len();
    let mut at = from;
    while at < bytes.len() {
        let start = at;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        let touches = |hole: &(usize, usize)| hole.0 <= at && start <= hole.1;
        if start < at && !holes.iter().any(touches) {
            holes.push((start, at));
        }
        at += 1;
    }
    if holes.len() > brackets + MAX_NUMBERS {
        holes.truncate(brackets);
    }
    holes.sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datacenter::ServerId;

    fn name(text: &str) -> FullName {
        let mut holes = Vec::new();
        add_numbers(text, 0, &mut holes);
        FullName {
            text: text.into(),
            shorts: text.match_indices('.').map(|(at, _)| at + 1).collect(),
            holes,
        }
    }

    #[test]
    fn a_short_name_is_good_while_it_is_unique() {
        let mut names = Names::default();
        for (index, text) in ["r1.s1", "r1.s2", "r2.s1"].into_iter().enumerate() {
            let thing = Thing::Server(ServerId(index as u32));
            names
                .declare(text, Symbol::Thing(thing), None)
                .expect("a new name");
            names.register(&name(text), thing);
        }
        let server = |index| Thing::Server(ServerId(index));
        let found = |place, text| names.find(place, text);
        assert_eq!(
            found(None, "r2.s1"),
            Found::Symbol(Symbol::Thing(server(2)))
        );
        assert_eq!(found(None, "s2"), Found::Symbol(Symbol::Thing(server(1))));
        assert_eq!(found(None, "s1"), Found::Ambiguous(server(0), server(2)));
        assert_eq!(
            found(Some("r2"), "s1"),
            Found::Symbol(Symbol::Thing(server(2)))
        );
        assert_eq!(found(None, "s3"), Found::Nothing);
        assert_eq!(
            names.family(None, "r1.s\0"),
            Some((&[server(0), server(1)][..], false))
        );
        assert_eq!(
            names.family(None, "r\0.s1"),
            Some((&[server(0), server(2)][..], false))
        );
        assert_eq!(names.family(None, "r\0.s\0").map(|f| f.0.len()), Some(3));
        assert_eq!(names.family(None, "s\0").map(|f| f.1), Some(true));
    }

    #[test]
    fn poisoned_beginnings_are_those_of_a_word() {
        let mut names = Names::default();
        names.poison("web");
        assert!(names.is_poisoned("web12"));
        assert!(names.is_poisoned("r1.web12"));
        assert!(!names.is_poisoned("r1.cobweb"));
        names.poison("s");
        assert!(names.is_poisoned("s4"));
        assert!(names.is_poisoned("r1.s"));
        assert!(!names.is_poisoned("std.workload.idel"));
    }
}
