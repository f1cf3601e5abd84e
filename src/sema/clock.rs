//! Clock times: when a plan starts, and how many seconds after that a moment is.
//!
//! Time zones come from the database that jiff bundles, never from the machine. Where the clocks change, a time
//! that is skipped is moved forward by what was skipped (RFC 5545, as most calendars do), and a time that occurs
//! twice is the first occurrence that is not before the start.

mod words;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{self, AmbiguousOffset, Offset, TimeZone};
use jiff::{ToSpan, Zoned};

use super::quantity::convert::MAX_SECONDS;
use crate::diag::suggest;
use crate::request::{Seconds, Start};
use crate::source::Span;
use crate::syntax::ast::{Clock, Day, Word};

const DAY: i64 = 86_400;

/// The largest offset of a zone that is given as one, in hours; no place on earth has a larger one.
const MAX_OFFSET_HOURS: i32 = 14;

/// What is wrong with a clock time, and where; [`words`] says it in words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ClockError {
    /// The place.
    pub span: Span,
    /// What is wrong.
    pub kind: ClockErrorKind,
}

/// What is wrong with a clock time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ClockErrorKind {
    /// No day has such a time.
    NoSuchTime { text: String },
    /// No calendar has such a date.
    NoSuchDate { text: String },
    /// No time zone has that name.
    UnknownZone {
        name: String,
        candidate: Option<String>,
    },
    /// A start on a weekday: of which week?
    WeekdayStart,
    /// The plan has no start, so that no clock runs.
    NoStart,
    /// A date or weekday, but the start has no date.
    StartWithoutDate { start: Option<Span> },
    /// The moment is before the start.
    BeforeStart { start: Option<Span> },
    /// The moment is more than 366 days after the start.
    TooFar,
}

/// When a plan starts. Without a zone, a start with a date is in UTC; without a date, the zone is only checked.
///
/// # Errors
/// A time, date or zone that does not exist, or a weekday.
pub(crate) fn start(clock: &Clock, zone: Option<&Word>) -> Result<Start, ClockError> {
    let time = parse_time(&clock.time)?;
    let origin = Some(zone.map_or(clock.span, |zone| clock.span.to(zone.span)));
    let zone = zone.map_or(Ok(TimeZone::UTC), parse_zone)?;
    let instant = match &clock.day {
        None => None,
        Some(Day::Weekday(word)) => return Err(error(word.span, ClockErrorKind::WeekdayStart)),
        Some(Day::Date(word)) => {
            let moment = parse_date(word)?.to_datetime(time);
            let zoned = zone.to_ambiguous_zoned(moment).compatible();
            Some(zoned.map_err(|_| no_such_date(word))?)
        }
    };
    let time = instant.as_ref().map_or(time, Zoned::time);
    Ok(Start {
        time_of_day: seconds_of(time) as u32,
        instant,
        origin,
    })
}

/// Seconds from the start to the first such moment at or after it.
///
/// # Errors
/// A time or date that does not exist; a day where the start has none; a moment before the start or more than
/// 366 days after it.
pub(crate) fn moment(clock: &Clock, start: Option<&Start>) -> Result<Seconds, ClockError> {
    let time = parse_time(&clock.time)?;
    let day = clock.day.as_ref().map(parse_day).transpose()?;
    let start = start.ok_or(error(clock.span, ClockErrorKind::NoStart))?;
    let Some(instant) = &start.instant else {
        return match day {
            None => Ok((seconds_of(time) - i64::from(start.time_of_day)).rem_euclid(DAY)),
            Some(_) => {
                let start = start.origin;
                Err(error(
                    clock.span,
                    ClockErrorKind::StartWithoutDate { start },
                ))
            }
        };
    };
    let found = match day {
        Some(ParsedDay::Date(date)) => {
            occurrence(date.to_datetime(time), instant).ok_or(ClockErrorKind::BeforeStart {
                start: start.origin,
            })
        }
        Some(ParsedDay::Weekday(weekday)) => first_day(instant, time, |d| d.weekday() == weekday),
        None => first_day(instant, time, |_| true),
    };
    let seconds = found
        .map_err(|kind| error(clock.span, kind))?
        .duration_since(instant)
        .as_secs();
    within_reach(seconds, clock.span)
}

/// The moment, unless it is too far away.
///
/// # Errors
/// It is more than 366 days after the start.
pub(crate) fn within_reach(seconds: Seconds, span: Span) -> Result<Seconds, ClockError> {
    if seconds > MAX_SECONDS as i64 {
        return Err(error(span, ClockErrorKind::TooFar));
    }
    Ok(seconds)
}

/// The first such time at or after the start, on a day that is wanted. Eight days hold each weekday's next time.
fn first_day(
    start: &Zoned,
    time: Time,
    wanted: impl Fn(Date) -> bool,
) -> Result<Zoned, ClockErrorKind> {
    (0..=8)
        .filter_map(|days: i64| start.date().checked_add(days.days()).ok())
        .filter(|date| wanted(*date))
        .find_map(|date| occurrence(date.to_datetime(time), start))
        .ok_or(ClockErrorKind::TooFar)
}

/// The first occurrence of a local time at or after the start, in the start's zone.
fn occurrence(local: DateTime, start: &Zoned) -> Option<Zoned> {
    let ambiguous = start.time_zone().to_ambiguous_zoned(local);
    let twice = matches!(ambiguous.offset(), AmbiguousOffset::Fold { .. });
    let first = ambiguous.clone().compatible();
    let second = if twice { ambiguous.later().ok() } else { None };
    first.into_iter().chain(second).find(|at| at >= start)
}

fn error(span: Span, kind: ClockErrorKind) -> ClockError {
    ClockError { span, kind }
}

fn no_such_date(word: &Word) -> ClockError {
    let text = word.text.clone();
    error(word.span, ClockErrorKind::NoSuchDate { text })
}

/// Seconds after midnight.
fn seconds_of(time: Time) -> i64 {
    i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

/// `8:05`, `08:05:30`
fn parse_time(word: &Word) -> Result<Time, ClockError> {
    let parts: Option<Vec<i8>> = word.text.split(':').map(|part| part.parse().ok()).collect();
    let time = match parts.as_deref() {
        Some([hour, minute]) => Time::new(*hour, *minute, 0, 0).ok(),
        Some([hour, minute, second]) => Time::new(*hour, *minute, *second, 0).ok(),
        _ => None,
    };
    time.ok_or_else(|| {
        let text = word.text.clone();
        error(word.span, ClockErrorKind::NoSuchTime { text })
    })
}

enum ParsedDay {
    Date(Date),
    Weekday(Weekday),
}

fn parse_day(day: &Day) -> Result<ParsedDay, ClockError> {
    match day {
        Day::Date(word) => Ok(ParsedDay::Date(parse_date(word)?)),
        Day::Weekday(word) => {
            let weekday = match word.text.as_str() {
                "Mon" => Weekday::Monday,
                "Tue" => Weekday::Tuesday,
                "Wed" => Weekday::Wednesday,
                "Thu" => Weekday::Thursday,
                "Fri" => Weekday::Friday,
                "Sat" => Weekday::Saturday,
                "Sun" => Weekday::Sunday,
                _ => return Err(no_such_date(word)),
            };
            Ok(ParsedDay::Weekday(weekday))
        }
    }
}

/// `2026-11-28`
fn parse_date(word: &Word) -> Result<Date, ClockError> {
    let mut parts = word.text.splitn(3, '-');
    let mut next = || parts.next().and_then(|part| part.parse::<i16>().ok());
    let (year, month, day) = (next(), next(), next());
    let date = year.zip(month).zip(day).and_then(|((year, month), day)| {
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    });
    date.ok_or_else(|| no_such_date(word))
}

/// `UTC`, `+01:00`, `Europe/Paris`
fn parse_zone(word: &Word) -> Result<TimeZone, ClockError> {
    let name = word.text.as_str();
    if name == "UTC" {
        return Ok(TimeZone::UTC);
    }
    let known = match name.strip_prefix(['+', '-']) {
        Some(digits) => parse_offset(digits).and_then(|seconds| {
            let seconds = if name.starts_with('-') {
                -seconds
            } else {
                seconds
            };
            Offset::from_seconds(seconds).ok().map(TimeZone::fixed)
        }),
        None => tz::db().get(name).ok(),
    };
    known.ok_or_else(|| {
        let candidate = likely_zone(name);
        let name = name.to_owned();
        error(word.span, ClockErrorKind::UnknownZone { name, candidate })
    })
}

/// Seconds of `01:00`.
fn parse_offset(text: &str) -> Option<i32> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let in_range = (0..=MAX_OFFSET_HOURS).contains(&hours) && (0..60).contains(&minutes);
    in_range.then_some(hours * 3_600 + minutes * 60)
}

/// The zone of the same city elsewhere (`France/Paris`), or the one with a similar name.
fn likely_zone(name: &str) -> Option<String> {
    let names: Vec<String> = tz::db().available().map(|name| name.to_string()).collect();
    let city = name.rsplit('/').next()?;
    let same_city = names.iter().find(|zone| {
        let (_, other) = zone.rsplit_once('/').unwrap_or(("", ""));
        other.eq_ignore_ascii_case(city)
    });
    let similar = || suggest::closest(name, names.iter().map(String::as_str)).map(str::to_owned);
    same_city.cloned().or_else(similar)
}

#[cfg(test)]
mod tests;
