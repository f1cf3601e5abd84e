//! What stands where: what each name refers to and what each set holds, for editors. It is kept only where it is asked for.

use std::collections::BTreeMap;

use super::quantity::Quantity;
use super::world::{Scope, Thing};
use crate::source::Span;
use crate::syntax::ast::{Ast, Expr, ExprKind};

/// Members that all sets and patterns together keep; those behind are not complete.
const MAX_MEMBERS: usize = 4_000_000;

/// What stands where in the files of a compilation.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// The files that were read, the standard library first and the entry last.
    pub files: Vec<Ast>,
    /// What the names refer to that are no declarations, by their place.
    pub references: BTreeMap<Span, Referent>,
    /// What sets hold, by their place: over all rounds of a `for`, in order of declaration where it has several.
    pub sets: BTreeMap<Span, Vec<Thing>>,
    /// What constants are worth, by the place of the name that declares each.
    pub values: BTreeMap<Span, String>,
}

/// What a name refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Referent {
    /// What is declared by the name at that place: a constant, set, class or loop variable.
    Declared(Span),
    /// Sites, racks, switches, servers or VMs.
    Things(Vec<Thing>),
}

/// Writes an index.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    index: Option<Index>,
    members: usize,
}

impl Recorder {
    /// One that keeps what it is told.
    pub fn listening() -> Self {
        Recorder {
            index: Some(Index::default()),
            members: 0,
        }
    }

    /// A name refers to what is declared at a place.
    pub fn declared(&mut self, name: Span, declared: Span) {
        if let Some(index) = &mut self.index {
            index.references.insert(name, Referent::Declared(declared));
        }
    }

    /// An index is a loop variable.
    pub fn variable(&mut self, index: &Expr, scope: &Scope<'_>) {
        if let ExprKind::Path(path) = &index.kind
            && let Some(variable) = scope.variable(&path.words[0].text)
        {
            self.declared(path.span, variable.span);
        }
    }

    /// A constant is worth that.
    pub fn value(&mut self, constant: Span, value: &Quantity) {
        if let Some(index) = &mut self.index {
            index.values.insert(constant, value.to_string());
        }
    }

    /// A name refers to things.
    pub fn things(&mut self, name: Span, things: &[Thing]) {
        let Some(index) = &mut self.index else { return };
        let known = index.references.entry(name);
        match known.or_insert_with(|| Referent::Things(Vec::new())) {
            Referent::Things(known) => add(known, things, &mut self.members),
            // The name of a set, which is more to the point than its members.
            Referent::Declared(_) => {}
        }
    }

    /// A set holds things.
    pub fn set(&mut self, set: Span, things: &[Thing]) {
        if let Some(index) = &mut self.index {
            let known = index.sets.entry(set).or_default();
            add(known, things, &mut self.members);
        }
    }

    /// What was written, where something listened.
    pub fn finish(self, files: Vec<Ast>) -> Index {
        let mut index = self.index.unwrap_or_default();
        index.files = files;
        index
    }
}

/// Adds what is not known yet.
fn add(known: &mut Vec<Thing>, things: &[Thing], members: &mut usize) {
    if known.is_empty() {
        let room = MAX_MEMBERS.saturating_sub(*members);
        known.extend(things.iter().take(room));
        *members += known.len();
        return;
    }
    if !known.is_sorted() {
        known.sort_unstable();
    }
    for thing in things {
        if let Err(at) = known.binary_search(thing)
            && *members < MAX_MEMBERS
        {
            known.insert(at, *thing);
            *members += 1;
        }
    }
}
