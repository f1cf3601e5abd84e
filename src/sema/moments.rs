//! Moments and periods of a plan, in seconds from its start.

use super::clock::{self, Moments};
use super::errors::plans as errors;
use super::expr;
use super::world::{Scope, World};
use crate::request::{Period, Seconds, Start};
use crate::syntax::ast::{self, Expr, ExprKind, Moment, MomentKind, Number, StatementKind};

/// Seconds from the start to a moment. None: an error was reported.
pub(super) fn moment<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    start: Option<&Start>,
    moment: &'a Moment,
) -> Option<Seconds> {
    let known = moments(world, scope, start, moment)?;
    if known.second.is_none() {
        return Some(known.first);
    }
    // The clocks show it twice: which is meant?
    if let MomentKind::Clock { clock, .. } = &moment.kind
        && let Err(error) = clock::moment(clock, start)
    {
        world.sink.push(error.diagnostic());
    }
    None
}

/// Seconds from the start to a moment, twice where the clocks show it twice. None: an error was reported.
fn moments<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    start: Option<&Start>,
    moment: &'a Moment,
) -> Option<Moments> {
    let result = match &moment.kind {
        MomentKind::Elapsed(expr) => {
            if let Some(time) = clock_time(expr) {
                world.sink.push(errors::no_clock_time(expr.span, &time));
                return None;
            }
            return Some(Moments {
                first: i64::from(expr::seconds(world, scope, expr)?),
                second: None,
            });
        }
        MomentKind::Clock { clock, offset } => {
            let offset = match offset {
                Some(offset) => i64::from(expr::seconds(world, scope, offset)?),
                None => 0,
            };
            let later = |seconds| clock::within_reach(seconds + offset, moment.span);
            clock::moments(clock, start).and_then(|moments| {
                Ok(Moments {
                    first: later(moments.first)?,
                    second: moments.second.map(later).transpose()?,
                })
            })
        }
    };
    match result {
        Ok(moments) => Some(moments),
        Err(error) => {
            world.sink.push(error.diagnostic());
            None
        }
    }
}

/// A period; the whole plan where none is said. None: an error was reported.
pub(super) fn period<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    start: Option<&Start>,
    period: Option<&'a ast::Period>,
) -> Option<Period> {
    let Some(period) = period else {
        return Some(Period::ALWAYS);
    };
    let from = match &period.from {
        Some(from) => moment(world, scope, start, from),
        None => Some(0),
    };
    let to = match &period.to {
        Some(to) => moment(world, scope, start, to).map(Some),
        None => Some(None),
    };
    let found = Period {
        from: from?,
        to: to?,
    };
    if found.is_empty() {
        refuse(world, period);
        return None;
    }
    Some(found)
}

/// What a rule that forbids something is about: every such period, two where the clocks show both of its ends twice.
/// Where they show one of them twice, it begins with the first and ends with the second.
pub(super) fn periods<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    start: Option<&Start>,
    period: Option<&'a ast::Period>,
) -> Option<Vec<Period>> {
    let Some(period) = period else {
        return Some(vec![Period::ALWAYS]);
    };
    let mut read = |moment: &'a Option<Moment>| match moment {
        Some(moment) => moments(world, scope, start, moment).map(Some),
        None => Some(None),
    };
    let (from, to) = (read(&period.from), read(&period.to));
    let (from, to) = (from?, to?);
    let first = from.as_ref().map_or(0, |from| from.first);
    let last = to.as_ref().map(|to| to.second.unwrap_or(to.first));
    let whole = Period {
        from: first,
        to: last,
    };
    let both = from.zip(to).and_then(|(from, to)| {
        let once = |from, to| Period { from, to: Some(to) };
        Some([once(from.first, to.first), once(from.second?, to.second?)])
    });
    let found = match both {
        Some(both) if !both.iter().any(Period::is_empty) => both.to_vec(),
        _ => vec![whole],
    };
    if found.iter().any(Period::is_empty) {
        refuse(world, period);
        return None;
    }
    Some(found)
}

/// Whether a rule names a time of day or a date.
pub(super) fn by_clock(kind: &StatementKind) -> bool {
    let is_clock = |moment: &Moment| matches!(moment.kind, MomentKind::Clock { .. });
    let periods: &[ast::Period] = match kind {
        StatementKind::Before { by, .. } => return by.as_ref().is_some_and(is_clock),
        StatementKind::After { from, .. } => return is_clock(from),
        StatementKind::Allow { periods, .. } => periods,
        StatementKind::Freeze { period, .. }
        | StatementKind::Budget { period, .. }
        | StatementKind::AtMostMigrations { period, .. }
        | StatementKind::AtMostVms { period, .. }
        | StatementKind::AtMostOn { period, .. }
        | StatementKind::Limit { period, .. } => period.as_slice(),
        _ => &[],
    };
    let mut moments = periods.iter().flat_map(|period| [&period.from, &period.to]);
    moments.any(|moment| moment.as_ref().is_some_and(is_clock))
}

/// Reports a period that ends before it begins.
fn refuse(world: &mut World<'_>, period: &ast::Period) {
    let begun = match (&period.from, &period.to) {
        (Some(from), Some(to)) => is_daily(from) && is_daily(to),
        _ => false,
    };
    world.sink.push(errors::empty_period(period, begun));
}

/// The time of day that `08.00`, `8am`, `08h00` or `8` was to be, none of which is one.
fn clock_time(expr: &Expr) -> Option<String> {
    let ExprKind::Quantity(numbers) = &expr.kind else {
        return None;
    };
    let unit = |number: &Number| number.unit.as_ref().map(|unit| unit.text.to_lowercase());
    let (first, rest) = numbers.split_first()?;
    let digits = first.digits.text.as_str();
    let (hour, minute) = match (unit(first).as_deref(), rest) {
        (None | Some("am" | "pm"), []) => digits.split_once('.').unwrap_or((digits, "00")),
        (Some("h"), [minutes]) if minutes.unit.is_none() => (digits, minutes.digits.text.as_str()),
        _ => return None,
    };
    let (hour, number): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match unit(first).as_deref() {
        Some("am") if hour == 12 => 0,
        Some("pm") if hour < 12 => hour + 12,
        _ => hour,
    };
    (hour < 24 && number < 60 && minute.len() == 2).then(|| format!("{hour:02}:{minute}"))
}

/// Whether a moment comes every day.
fn is_daily(moment: &Moment) -> bool {
    matches!(&moment.kind, MomentKind::Clock { clock, offset: None } if clock.day.is_none())
}
