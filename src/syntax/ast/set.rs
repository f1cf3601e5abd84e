//! Names, sets of them, and what runs over them.

use super::{DeclKind, Expr, Path, Word};
use crate::source::Span;

/// `r[1..2].s[*]`: a pattern of names.
#[derive(Debug, Clone, PartialEq)]
pub struct Names {
    /// Its place.
    pub span: Span,
    /// The parts between the dots; at least one.
    pub segments: Vec<Segment>,
}

/// `web[1..48]`, `"prod-web."[001..500]`
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its place.
    pub span: Span,
    /// Text and brackets, alternating as they come; the first is text.
    pub parts: Vec<Part>,
}

/// A piece of a name.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Literal text, and whether it was quoted.
    Text { word: Word, quoted: bool },
    /// `[1..3, 7]`
    Indices { span: Span, indices: Vec<Index> },
}

/// What stands between the commas of a bracket.
#[derive(Debug, Clone, PartialEq)]
pub enum Index {
    /// `*`: whatever is declared.
    Any(Span),
    /// `"frontend"`
    Text(Word),
    /// `001..500`, with the width of the first number; both bounds as written.
    Padded {
        span: Span,
        first: Word,
        last: Option<Word>,
    },
    /// `i + 1`
    One(Expr),
    /// `1..24 by 2`; descending where the first is the larger one.
    Range {
        span: Span,
        first: Expr,
        last: Expr,
        step: Option<Expr>,
    },
}

/// A set: what the operands choose, in order and without repetition.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    /// Its place.
    pub span: Span,
    /// At least one.
    pub operands: Vec<Chosen>,
}

/// An atom and the filters behind it, applied from left to right.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Its place.
    pub span: Span,
    /// What to filter.
    pub atom: Atom,
    /// The filters.
    pub filters: Vec<Filter>,
}

/// The simplest set.
#[derive(Debug, Clone, PartialEq)]
pub enum Atom {
    /// `( … )`
    Set(Box<Set>),
    /// `all`: everything that acts in the plan.
    All(Span),
    /// `vms`, `servers`, …
    Kind { kind: DeclKind, span: Span },
    /// Things, a named set, or a loop variable.
    Names(Names),
}

/// A filter with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Its place.
    pub span: Span,
    /// What it keeps.
    pub kind: FilterKind,
}

/// What a filter keeps.
#[derive(Debug, Clone, PartialEq)]
pub enum FilterKind {
    /// `on r1`: VMs that are there when the plan starts.
    On(Vec<Atom>),
    /// `in r1`: servers, racks and switches inside.
    In(Vec<Atom>),
    /// `of stressed`: what has that class.
    Of(Path),
    /// `with tier gold`
    With { key: Word, value: Word },
    /// `like "prod-*"`
    Like(Word),
    /// `except db1, db2`
    Except(Vec<Atom>),
    /// `and web[1..3]`: what is also there.
    And(Vec<Atom>),
}

/// `for i in 1..24`
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// Its place.
    pub span: Span,
    /// The variable.
    pub name: Word,
    /// What it runs over.
    pub over: Over,
}

/// What a loop variable runs over.
#[derive(Debug, Clone, PartialEq)]
pub enum Over {
    /// `1..24 by 2`, `[1, 3, 7..9]`
    Indices(Vec<Index>),
    /// The members of a set, one by one.
    Each(Chosen),
    /// `vms on r1 by 8`: groups of that size, the last one perhaps smaller.
    GroupsOf { set: Chosen, size: Expr },
    /// `vms on r1 into 3`: so many groups of equal size, the first ones larger by one where it does not divide.
    Groups { set: Chosen, count: Expr },
}

// -------------------------------------------------------------------------------- plans
