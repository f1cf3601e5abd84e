//! Amounts and moments.

use super::{Path, Word};
use crate::source::Span;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is. Chains of one precedence are lists, so that a long one nests no deeper than a short one.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `9kW`, `1h30min`, `24`: numbers with their units.
    Quantity(Vec<Number>),
    /// A constant or a loop variable.
    Path(Path),
    /// `- x`
    Negated(Box<Expr>),
    /// `a + b - c`: the first operand and the others with their operator.
    Sum(Box<Expr>, Vec<(SumOp, Expr)>),
    /// `a * b / c`
    Product(Box<Expr>, Vec<(ProductOp, Expr)>),
}

/// `+` or `-`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SumOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
}

/// `*` or `/`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductOp {
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// A number and the unit behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Digits, with a decimal point perhaps; without `_`.
    pub digits: Word,
    /// `GiB`, `Mbps`, `J/MB`, `%`
    pub unit: Option<Word>,
}

// --------------------------------------------------------------------------------- time

/// A moment of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: MomentKind,
}

/// What a moment is.
#[derive(Debug, Clone, PartialEq)]
pub enum MomentKind {
    /// `Sat 22:00 + 1d`: the first such moment at or after the plan's start, and an offset.
    Clock { clock: Clock, offset: Option<Expr> },
    /// `90min`: so long after the plan's start.
    Elapsed(Expr),
}

/// `2026-11-28 22:00`, `Sat 22:00`, `22:00:30`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Its place.
    pub span: Span,
    /// A date or a weekday.
    pub day: Option<Day>,
    /// `22:00:30`, as written.
    pub time: Word,
    /// `CEST` or `+02:00`: which of two such times, where the clocks go back.
    pub which: Option<Word>,
}

/// The day of a clock time, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Day {
    /// `2026-11-28`
    Date(Word),
    /// `Sat`
    Weekday(Word),
}

/// `from 06:00 to 08:00`, `from 06:00`, `until 06:00`
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// Its place.
    pub span: Span,
    /// None: from the plan's start.
    pub from: Option<Moment>,
    /// None: to its end.
    pub to: Option<Moment>,
}

// -------------------------------------------------------------------------- names and sets
