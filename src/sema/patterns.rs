//! Patterns of names: `r[1..2].s[*]` to the names that they stand for.
//!
//! Every pattern is counted before it is written out.

use super::errors::names as errors;
use super::expr;
use super::names::HOLE;
use super::world::{MAX_THINGS, Scope, Value, World};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Index, Names, Part, Segment, SumOp, Word};

/// Bytes of the longest name.
const MAX_NAME: usize = 250;

/// One name of a pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Expanded {
    /// The name, with [`HOLE`] where the pattern has `*`.
    pub text: String,
    /// Where the values of brackets are.
    pub holes: Vec<(usize, usize)>,
}

/// A part of a pattern.
#[derive(Debug)]
enum Piece {
    Text(String),
    Bracket(Vec<Run>),
}

/// What an index stands for, counted but not written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Run {
    /// Text, or a single index; its number where it has one.
    One { text: String, number: Option<i64> },
    /// Numbers from `first` on, `step` apart (negative: downwards), with zeros in front up to `width`.
    Numbers {
        first: i64,
        step: i64,
        count: u64,
        width: usize,
    },
}

impl Run {
    /// How many values it has.
    pub fn count(&self) -> u64 {
        match self {
            Run::One { .. } => 1,
            Run::Numbers { count, .. } => *count,
        }
    }

    /// How wide its numbers are at least, with zeros in front; 0 where none are.
    pub fn width(&self) -> usize {
        match self {
            Run::One { text, number } => match number {
                Some(_) if text.len() > 1 && text.starts_with('0') => text.len(),
                _ => 0,
            },
            Run::Numbers { width, .. } => *width,
        }
    }

    /// Its values: their text and their number.
    pub fn values(&self) -> Box<dyn Iterator<Item = (String, Option<i64>)> + '_> {
        match self {
            Run::One { text, number } => Box::new(std::iter::once((text.clone(), *number))),
            Run::Numbers {
                first,
                step,
                count,
                width,
            } => Box::new((0..*count).map(move |k| {
                // The bounds are checked, so that no value between them overflows.
                let number = first + step * k as i64;
                (format!("{number:0width$}"), Some(number))
            })),
        }
    }
}

/// All names of a pattern, the last bracket running fastest; at most `most` of them.
///
/// None: an error was reported.
pub(super) fn names<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    names: &'a Names,
    most: u64,
) -> Option<Vec<Expanded>> {
    let mut pieces = Vec::new();
    for (position, segment) in names.segments.iter().enumerate() {
        if position > 0 {
            pieces.push(Piece::Text(".".to_owned()));
        }
        add_segment(world, scope, segment, &mut pieces)?;
    }
    expand(world, names.span, &pieces, most)
}

fn add_segment<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    segment: &'a Segment,
    pieces: &mut Vec<Piece>,
) -> Option<()> {
    for part in &segment.parts {
        pieces.push(match part {
            Part::Text { word, .. } => Piece::Text(word.text.clone()),
            Part::Indices { indices, .. } => Piece::Bracket(runs(world, scope, indices)?),
        });
    }
    Some(())
}

/// Counts the pattern and writes it out.
fn expand(world: &mut World<'_>, span: Span, pieces: &[Piece], most: u64) -> Option<Vec<Expanded>> {
    let count = pieces.iter().try_fold(1u64, |count, piece| match piece {
        Piece::Text(_) => Some(count),
        Piece::Bracket(runs) => count.checked_mul(total(runs)?),
    });
    if count.is_none_or(|count| count > most) {
        world.sink.push(errors::too_many(span, count, most));
        return None;
    }
    if longest(pieces) > MAX_NAME {
        world.sink.push(errors::name_too_long(span, MAX_NAME));
        return None;
    }
    let mut names = vec![Expanded::default()];
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                for name in &mut names {
                    name.text.push_str(text);
                }
            }
            Piece::Bracket(runs) => {
                let values: Vec<String> = runs.iter().flat_map(Run::values).map(|v| v.0).collect();
                names = names
                    .iter()
                    .flat_map(|name| values.iter().map(|value| name.with(value)))
                    .collect();
            }
        }
    }
    Some(names)
}

impl Expanded {
    fn with(&self, value: &str) -> Expanded {
        let mut name = self.clone();
        name.text.push_str(value);
        name.holes.push((self.text.len(), name.text.len()));
        name
    }
}

/// How many values the runs have together; None where that is beyond all bounds.
pub(super) fn total(runs: &[Run]) -> Option<u64> {
    runs.iter()
        .try_fold(0u64, |sum, run| sum.checked_add(run.count()))
}

/// Bytes of the longest name of a pattern.
fn longest(pieces: &[Piece]) -> usize {
    let of_run = |run: &Run| match run {
        Run::One { text, .. } => text.len(),
        Run::Numbers { width, .. } => (*width).max(20),
    };
    let lengths = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text.len(),
        Piece::Bracket(runs) => runs.iter().map(of_run).max().unwrap_or(0),
    });
    lengths.fold(0, usize::saturating_add)
}

/// What stands between the commas of a bracket.
pub(super) fn runs<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    indices: &'a [Index],
) -> Option<Vec<Run>> {
    // Each index is looked at, so that all errors of a bracket show.
    let runs: Vec<Option<Run>> = indices
        .iter()
        .map(|index| run(world, scope, index))
        .collect();
    runs.into_iter().collect()
}

fn run<'a>(world: &mut World<'a>, scope: &Scope<'_>, index: &'a Index) -> Option<Run> {
    let one = |text: String, number| Some(Run::One { text, number });
    match index {
        Index::Any(_) => one(HOLE.to_string(), None),
        Index::Text(word) => one(word.text.clone(), None),
        Index::Padded { span, first, last } => padded(world, *span, first, last.as_ref()),
        Index::One(expr) => {
            if let Some(Value::Index { text, number, .. }) = variable(scope, expr) {
                world.recorder.variable(expr, scope);
                return one(text.to_string(), *number);
            }
            if let Some((first, last)) = range_with_minus(expr) {
                world
                    .sink
                    .push(errors::minus_in_index(expr.span, first, last));
                return None;
            }
            let number = bound(world, scope, expr)?;
            let width = width(scope, expr);
            one(format!("{number:0width$}"), Some(number))
        }
        Index::Range {
            span,
            first,
            last,
            step,
        } => range(world, scope, *span, (first, last), step.as_ref()),
    }
}

/// How wide a calculated index is: as wide as the padded loop variables that it is calculated from.
fn width(scope: &Scope<'_>, expr: &Expr) -> usize {
    match &expr.kind {
        ExprKind::Path(_) => match variable(scope, expr) {
            Some(Value::Index { width, .. }) => *width,
            _ => 0,
        },
        ExprKind::Quantity(_) => 0,
        ExprKind::Negated(inner) => width(scope, inner),
        ExprKind::Sum(first, rest) => rest
            .iter()
            .map(|(_, operand)| width(scope, operand))
            .fold(width(scope, first), usize::max),
        ExprKind::Product(first, rest) => rest
            .iter()
            .map(|(_, operand)| width(scope, operand))
            .fold(width(scope, first), usize::max),
    }
}

/// The value of a loop variable that stands alone.
fn variable<'s>(scope: &Scope<'s>, expr: &Expr) -> Option<&'s Value> {
    match &expr.kind {
        ExprKind::Path(path) if path.words.len() == 1 => {
            Some(&scope.variable(&path.words[0].text)?.value)
        }
        _ => None,
    }
}

/// The numbers of `1-4`, which is no index, but what others write for `1..4`.
fn range_with_minus(expr: &Expr) -> Option<(&str, &str)> {
    let ExprKind::Sum(first, rest) = &expr.kind else {
        return None;
    };
    let [(SumOp::Subtract, last)] = rest.as_slice() else {
        return None;
    };
    let (first, last) = (bare_digits(first)?, bare_digits(last)?);
    let is_negative = first.parse::<u64>().ok()? < last.parse::<u64>().ok()?;
    is_negative.then_some((first, last))
}

/// The digits of a number without a unit.
fn bare_digits(expr: &Expr) -> Option<&str> {
    let ExprKind::Quantity(numbers) = &expr.kind else {
        return None;
    };
    match numbers.as_slice() {
        [number] if number.unit.is_none() => Some(&number.digits.text),
        _ => None,
    }
}

/// `first..last by step`, downwards where `first` is the larger one.
pub(super) fn range<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    span: Span,
    (first, last): (&'a Expr, &'a Expr),
    step: Option<&'a Expr>,
) -> Option<Run> {
    let ends = (bound(world, scope, first), bound(world, scope, last));
    let step = match step {
        None => Some(1),
        Some(expr) => match expr::index(world, scope, expr) {
            Some(0) => {
                world.sink.push(errors::step_zero(expr.span));
                None
            }
            step => step,
        },
    };
    let ((Some(first), Some(last)), Some(step)) = (ends, step) else {
        return None;
    };
    numbers(world, span, first, last, step, 0)
}

fn numbers(
    world: &mut World<'_>,
    span: Span,
    first: i64,
    last: i64,
    step: i64,
    width: usize,
) -> Option<Run> {
    let count = first.abs_diff(last) / step.unsigned_abs() + 1;
    if count > MAX_THINGS {
        world
            .sink
            .push(errors::too_many(span, Some(count), MAX_THINGS));
        return None;
    }
    Some(Run::Numbers {
        first,
        step: if first <= last { step } else { -step },
        count,
        width,
    })
}

/// A bound of a range: a whole number that is not negative.
fn bound<'a>(world: &mut World<'a>, scope: &Scope<'_>, expr: &'a Expr) -> Option<i64> {
    expr::index(world, scope, expr)
}

/// `001..500`
fn padded(world: &mut World<'_>, span: Span, first: &Word, last: Option<&Word>) -> Option<Run> {
    let mut number = |word: &Word| match word.text.parse::<u32>() {
        Ok(number) => Some(i64::from(number)),
        Err(_) => {
            world.sink.push(errors::index_too_large(word));
            None
        }
    };
    let start = number(first)?;
    let Some(last) = last else {
        return Some(Run::One {
            text: first.text.clone(),
            number: Some(start),
        });
    };
    let end = number(last)?;
    numbers(world, span, start, end, 1, first.text.len())
}
