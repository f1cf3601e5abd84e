//! Expressions: constants, loop variables and arithmetic, and the integers that each place wants.

use num_bigint::BigInt;
use num_rational::BigRational;

use super::errors::quantities as errors;
use super::names::{Found, Symbol};
use super::properties::Hosting;
use super::quantity::convert::Wanted;
use super::quantity::{Quantity, QuantityError};
use super::world::{Kind, MAX_DEPTH, Progress, Scope, Value, World};
use crate::diag::suggest;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Path, ProductOp, SumOp};

/// The value of an expression. None: an error was reported. `wanted` guides the choice among likely units.
fn evaluate<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    expr: &'a Expr,
    wanted: Option<Wanted>,
) -> Option<Quantity> {
    match &expr.kind {
        ExprKind::Quantity(numbers) => match Quantity::from_literal(numbers) {
            Ok(quantity) => Some(quantity),
            Err((span, error)) => {
                let error = wanted.map_or(error.clone(), |wanted| error.where_wanted(wanted));
                report(world, span, &error)
            }
        },
        ExprKind::Path(path) => named(world, scope, path),
        ExprKind::Negated(inner) => Some(evaluate(world, scope, inner, wanted)?.negate()),
        ExprKind::Sum(first, rest) => {
            let mut sum = evaluate(world, scope, first, wanted);
            for (op, operand) in rest {
                let value = evaluate(world, scope, operand, wanted);
                let (Some(left), Some(right)) = (sum.take(), value) else {
                    continue;
                };
                let result = match op {
                    SumOp::Add => left.add(&right),
                    SumOp::Subtract => left.subtract(&right),
                };
                sum = keep(world, expr.span, result);
            }
            sum
        }
        ExprKind::Product(first, rest) => {
            let mut product = evaluate(world, scope, first, None);
            for (op, operand) in rest {
                let value = evaluate(world, scope, operand, None);
                let (Some(left), Some(right)) = (product.take(), value) else {
                    continue;
                };
                let result = match op {
                    ProductOp::Multiply => left.multiply(&right),
                    ProductOp::Divide => left.divide(&right),
                };
                product = keep(world, expr.span, result);
            }
            product
        }
    }
}

fn keep<T>(world: &mut World<'_>, span: Span, result: Result<T, QuantityError>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => report(world, span, &error),
    }
}

fn report<T>(world: &mut World<'_>, span: Span, error: &QuantityError) -> Option<T> {
    world.sink.push(error.diagnostic(span));
    None
}

/// The value of a loop variable or constant.
fn named(world: &mut World<'_>, scope: &Scope<'_>, path: &Path) -> Option<Quantity> {
    let words: Vec<&str> = path.words.iter().map(|word| word.text.as_str()).collect();
    let name = words.join(".");
    if let Some(variable) = scope.variable(&name) {
        world.recorder.declared(path.span, variable.span);
        return match &variable.value {
            Value::Index {
                number: Some(number),
                ..
            } => Some(Quantity::whole(*number)),
            Value::Index { number: None, .. } | Value::Group(_) => {
                let error = errors::not_a_number(path.span, &name, Kind::Variable);
                world
                    .sink
                    .push(error.with_label(variable.span, "bound here"));
                None
            }
        };
    }
    let kind = match world.names.find(None, &name) {
        Found::Symbol(Symbol::Constant(index)) => {
            world.constants[index].used = true;
            world
                .recorder
                .declared(path.span, world.constants[index].span);
            return constant(world, index, Some(path.span));
        }
        Found::Symbol(Symbol::Poisoned) => return None,
        Found::Symbol(Symbol::Thing(thing)) | Found::Ambiguous(thing, _) => {
            Kind::Thing(world.kind_of(thing))
        }
        Found::Symbol(Symbol::Set(_)) => Kind::Set,
        Found::Symbol(Symbol::Class(_, kind)) => Kind::Class(kind),
        Found::Symbol(Symbol::Plan) => Kind::Plan,
        Found::Nothing => {
            unknown(world, scope, path.span, &name);
            return None;
        }
    };
    world
        .sink
        .push(errors::not_a_number(path.span, &name, kind));
    None
}

fn unknown(world: &mut World<'_>, scope: &Scope<'_>, span: Span, name: &str) {
    if world.names.is_poisoned(name) {
        return;
    }
    let may_suggest = world.sink.may_suggest();
    let constants = world.constants.iter().map(|constant| constant.name);
    let variables = scope.variables.iter().map(|v| v.name.as_str());
    let similar = may_suggest
        .then(|| suggest::closest(name, variables.chain(constants)))
        .flatten();
    let error = errors::unknown_constant(span, name, similar);
    world.sink.push(error);
}

/// The value of a constant, worked out once. `used_at` is the place that refers to it.
pub(super) fn constant(
    world: &mut World<'_>,
    index: usize,
    used_at: Option<Span>,
) -> Option<Quantity> {
    let entry = &mut world.constants[index];
    let (name, span, expr) = (entry.name, entry.span, entry.expr);
    match &entry.value {
        Progress::Done(value) => return value.clone(),
        Progress::Running => {
            world.sink.push(errors::constant_cycle(span, name, used_at));
            return None;
        }
        Progress::Waiting => entry.value = Progress::Running,
    }
    let value = if world.depth >= MAX_DEPTH {
        world.sink.push(errors::too_deep(span, name, MAX_DEPTH));
        None
    } else {
        world.depth += 1;
        let value = evaluate(world, &Scope::default(), expr, None);
        world.depth -= 1;
        value
    };
    world.constants[index].value = Progress::Done(value.clone());
    value
}

macro_rules! wanted {
    ($($(#[$doc:meta])* $name:ident $type:ty = $wanted:ident, |$quantity:ident| $convert:expr;)*) => {$(
        $(#[$doc])*
        ///
        /// None: an error was reported.
        pub(super) fn $name<'a>(
            world: &mut World<'a>,
            scope: &Scope<'_>,
            expr: &'a Expr,
        ) -> Option<$type> {
            let $quantity = evaluate(world, scope, expr, Some(Wanted::$wanted))?;
            let result: Result<$type, QuantityError> = $convert;
            keep(world, expr.span, result)
        }
    )*};
}

wanted! {
    /// An amount of memory in bytes, more than none.
    memory u64 = Bytes, |q| q.bytes().and_then(|bytes| q.positive().map(|_| bytes));
    /// An amount of memory in bytes, perhaps none.
    memory_or_none u64 = Bytes, |q| q.bytes();
    /// Thousandths of a CPU, more than none.
    cpu u64 = Cpu, |q| q.milli_cpus().and_then(|cpus| q.positive().map(|_| cpus));
    /// A rate in bytes per second, perhaps none.
    bytes_per_second u64 = ByteRate, |q| q.byte_rate();
    /// A rate in bit/s, more than none.
    rate u64 = BitRate, |q| q.bit_rate().and_then(|rate| q.positive().map(|_| rate));
    /// A short duration in ms, perhaps none.
    milliseconds u64 = Milliseconds, |q| q.milliseconds();
    /// A short duration in ms, more than none.
    positive_milliseconds u64 = Milliseconds, |q| q.milliseconds().and_then(|ms| q.positive().map(|_| ms));
    /// A duration in whole seconds, perhaps none.
    seconds u32 = Seconds, |q| q.seconds();
    /// A duration in whole seconds, at least one.
    positive_seconds u32 = Seconds, |q| q.seconds().and_then(|s| q.positive().map(|_| s.max(1)));
    /// Power in mW, perhaps none.
    power u64 = Power, |q| q.milliwatts();
    /// Power in mW, more than none.
    positive_power u64 = Power, |q| q.milliwatts().and_then(|p| q.positive().map(|_| p));
    /// Energy in mJ, perhaps none.
    energy u64 = Energy, |q| q.millijoules();
    /// Energy per data in nJ per byte, perhaps none.
    energy_per_data u64 = EnergyPerByte, |q| q.nanojoules_per_byte();
    /// A part of a whole, more than 0 and at most 1.
    share BigRational = Share, |q| q.share().map(|share| share.value.clone());
    /// A number of things, perhaps none.
    count u32 = Count, |q| q.count();
    /// A number of things, at least one.
    positive_count u32 = Count, |q| q.count().and_then(|n| q.positive().map(|_| n));
    /// A ratio in millionths.
    millionths u32 = Millionths, |q| q.millionths();
    /// A factor in millionths, more than none.
    positive_millionths u32 = Millionths, |q| q.millionths().and_then(|n| q.positive().map(|_| n.max(1)));
    /// An index of a name, or a bound or step of a range.
    index i64 = Index, |q| q.index().map(|index| i64::try_from(index).unwrap_or(i64::MAX));
    /// What hosting a VM costs: power, or a share of the server's.
    hosting Hosting = Power, |q| if q.is_number() {
        q.share().map(|share| Hosting::Share(share.value.clone()))
    } else {
        q.milliwatts().map(Hosting::Power)
    };
}

/// A sum of many durations in whole seconds: it may be longer than any single one.
///
/// None: an error was reported.
pub(super) fn long_seconds<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    expr: &'a Expr,
) -> Option<i64> {
    let quantity = evaluate(world, scope, expr, Some(Wanted::Seconds))?;
    if quantity.dimension == Wanted::Seconds.dimension() && quantity.positive().is_ok() {
        let seconds = quantity.value.round().to_integer();
        return Some(i64::try_from(seconds).unwrap_or(i64::MAX));
    }
    keep(world, expr.span, quantity.seconds()).map(i64::from)
}

/// `rate * share`, rounded down: no more than there is.
pub(super) fn usable(rate: u64, share: Option<&BigRational>) -> u64 {
    let Some(share) = share else {
        return rate;
    };
    let exact = BigRational::from_integer(BigInt::from(rate)) * share;
    u64::try_from(exact.floor().to_integer()).unwrap_or(rate)
}

/// `power * share`, rounded to the nearest.
pub(super) fn part(power: u64, share: &BigRational) -> u64 {
    let exact = BigRational::from_integer(BigInt::from(power)) * share;
    u64::try_from(exact.round().to_integer()).unwrap_or(power)
}
