//! Clock times: when a plan starts, and how many seconds after that a moment is.
//!
//! Time zones come from the database that jiff bundles, never from the machine. Where the clocks change, a time
//! that is skipped is an error, and one that occurs twice is two moments, of which the caller takes both or asks.

mod occur;
mod words;
mod zones;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{self, Offset, TimeZone};
use jiff::{SignedDuration, ToSpan, Zoned};

use occur::Instants;

use super::quantity::convert::MAX_SECONDS;
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
    /// The clocks skip the time on that day; `neighbours` are the times that they show `skipped` earlier and later.
    Skipped {
        date: String,
        skipped: SignedDuration,
        neighbours: Vec<String>,
    },
    /// The clocks show the time twice on that day; the text with the name of either offset tells which.
    Twice { time: Span, choices: [String; 2] },
    /// At that time of that day the offset has another name.
    AnotherOffset {
        date: String,
        which: Word,
        is: String,
    },
    /// The name of an offset, but no date.
    OffsetWithoutDate { which: Word },
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
            let local = parse_date(word)?.to_datetime(time);
            let instants = occur::instants(local, &zone, clock.which.as_ref(), None);
            match instants.map_err(|kind| kind_at(clock, kind))? {
                Some(Instants {
                    first,
                    second: Some(second),
                }) => return Err(twice(clock, &first, &second)),
                Some(only) => Some(only.first),
                None => return Err(no_such_date(word)),
            }
        }
    };
    if instant.is_none() {
        refuse_offset(clock)?;
    }
    Ok(Start {
        time_of_day: seconds_of(time) as u32,
        instant,
        origin,
    })
}

/// A moment on the clock, in seconds from the start.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moments {
    /// The first one at or after the start.
    pub first: Seconds,
    /// The same time once more, where the clocks go back.
    pub second: Option<Seconds>,
}

/// The first such moment at or after the start; both, where the clocks show it twice that night.
///
/// # Errors
/// A time or date that does not exist; a day where the start has none; a moment before the start or more than
/// 366 days after it.
pub(crate) fn moments(clock: &Clock, start: Option<&Start>) -> Result<Moments, ClockError> {
    let time = parse_time(&clock.time)?;
    let day = clock.day.as_ref().map(parse_day).transpose()?;
    let start = start.ok_or(error(clock.span, ClockErrorKind::NoStart))?;
    let Some(instant) = &start.instant else {
        refuse_offset(clock)?;
        return match day {
            None => Ok(Moments {
                first: (seconds_of(time) - i64::from(start.time_of_day)).rem_euclid(DAY),
                second: None,
            }),
            Some(_) => {
                let start = start.origin;
                Err(error(
                    clock.span,
                    ClockErrorKind::StartWithoutDate { start },
                ))
            }
        };
    };
    let found = find(clock, time, day, instant, start.origin)?;
    let seconds = |at: &Zoned| within_reach(at.duration_since(instant).as_secs(), clock.span);
    Ok(Moments {
        first: seconds(&found.first)?,
        second: found.second.as_ref().map(seconds).transpose()?,
    })
}

/// The one moment on the clock that is meant.
///
/// # Errors
/// As [`moments`]; the clocks show the time twice, and nothing says which.
pub(crate) fn moment(clock: &Clock, start: Option<&Start>) -> Result<Seconds, ClockError> {
    let moments = moments(clock, start)?;
    let Some(second) = moments.second else {
        return Ok(moments.first);
    };
    let at = |moment| start.and_then(|start| start.instant_at(moment));
    match (at(moments.first), at(second)) {
        (Some(first), Some(second)) => Err(twice(clock, &first, &second)),
        _ => Ok(moments.first),
    }
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

/// The first such time at or after the start. Eight days hold each weekday's next time.
fn find(
    clock: &Clock,
    time: Time,
    day: Option<ParsedDay>,
    start: &Zoned,
    origin: Option<Span>,
) -> Result<Instants, ClockError> {
    let zone = start.time_zone();
    let on = |date: Date| {
        occur::instants(
            date.to_datetime(time),
            zone,
            clock.which.as_ref(),
            Some(start),
        )
        .map_err(|kind| kind_at(clock, kind))
    };
    if let Some(ParsedDay::Date(date)) = day {
        let before = ClockErrorKind::BeforeStart { start: origin };
        return on(date)?.ok_or(error(clock.span, before));
    }
    let is_wanted = |date: &Date| match day {
        Some(ParsedDay::Weekday(weekday)) => date.weekday() == weekday,
        _ => true,
    };
    let days = (0..=8).filter_map(|days: i64| start.date().checked_add(days.days()).ok());
    for date in days.filter(is_wanted) {
        if let Some(found) = on(date)? {
            return Ok(found);
        }
    }
    Err(error(clock.span, ClockErrorKind::TooFar))
}

/// The name of an offset says nothing where no date is known.
fn refuse_offset(clock: &Clock) -> Result<(), ClockError> {
    match &clock.which {
        Some(which) => {
            let which = which.clone();
            Err(error(
                which.span,
                ClockErrorKind::OffsetWithoutDate { which },
            ))
        }
        None => Ok(()),
    }
}

/// A time that the clocks show twice.
fn twice(clock: &Clock, first: &Zoned, second: &Zoned) -> ClockError {
    let choice = |at: &Zoned| format!("{} {}", clock.time.text, occur::name_of(at));
    let kind = ClockErrorKind::Twice {
        time: clock.time.span,
        choices: [choice(first), choice(second)],
    };
    error(clock.span, kind)
}

/// What is wrong with the time is told at the time, all else at the whole.
fn kind_at(clock: &Clock, kind: ClockErrorKind) -> ClockError {
    let span = match &kind {
        ClockErrorKind::Skipped { .. } => clock.time.span,
        ClockErrorKind::AnotherOffset { which, .. } => which.span,
        _ => clock.span,
    };
    error(span, kind)
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
        let candidate = zones::likely(name);
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

#[cfg(test)]
mod tests;
