//! Which instants a time on the clock is, on a given day: one, or two where the clocks go back, or none where
//! they go forward.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Zoned};

use super::{ClockErrorKind, parse_offset};
use crate::syntax::ast::Word;

/// The instants of a time on the clock.
pub(super) struct Instants {
    pub first: Zoned,
    /// The same time once more, after the clocks went back.
    pub second: Option<Zoned>,
}

/// The instants at or after `from` at which the clock of a zone shows `local`, of two those that `which` asks for.
/// None: it is over by then.
///
/// # Errors
/// The clocks skip the time, or it is not the one that `which` names.
pub(super) fn instants(
    local: DateTime,
    zone: &TimeZone,
    which: Option<&Word>,
    from: Option<&Zoned>,
) -> Result<Option<Instants>, ClockErrorKind> {
    let ambiguous = zone.to_ambiguous_zoned(local);
    let offset = ambiguous.offset();
    // At the ends of the calendar there is neither.
    let (Ok(earlier), Ok(later)) = (ambiguous.clone().earlier(), ambiguous.later()) else {
        return Err(ClockErrorKind::TooFar);
    };
    let is_ahead = |at: &Zoned| from.is_none_or(|from| at >= from);
    let mut found = match offset {
        AmbiguousOffset::Gap { before, after } => {
            // Between its neighbours, the offset says on which side of the gap the start is.
            let is_over =
                |from: &Zoned| &later < from || (&earlier < from && from.offset() == after);
            if from.is_some_and(is_over) {
                return Ok(None);
            }
            let skipped = SignedDuration::from_secs((after.seconds() - before.seconds()).into());
            let neighbours = [&earlier, &later].into_iter().filter(|at| is_ahead(at));
            return Err(ClockErrorKind::Skipped {
                date: local.date().to_string(),
                skipped,
                neighbours: neighbours
                    .map(|at| hour_and_minute(at.datetime()))
                    .collect(),
            });
        }
        AmbiguousOffset::Fold { .. } => vec![earlier, later],
        AmbiguousOffset::Unambiguous { .. } => vec![earlier],
    };
    found.retain(is_ahead);
    if let (Some(which), Some(first)) = (which, found.first()) {
        let is = name_of(first);
        found.retain(|at| is_called(at, &which.text));
        if found.is_empty() {
            return Err(ClockErrorKind::AnotherOffset {
                date: local.date().to_string(),
                which: which.clone(),
                is,
            });
        }
    }
    let mut found = found.into_iter();
    Ok(found.next().map(|first| Instants {
        first,
        second: found.next(),
    }))
}

/// `CEST`, or `-03:00` where the zone has no letters for it: tells two equal times of one night apart.
pub(super) fn name_of(at: &Zoned) -> String {
    let info = at.time_zone().to_offset_info(at.timestamp());
    let name = info.abbreviation();
    if name.bytes().all(|b| b.is_ascii_uppercase()) {
        name.to_owned()
    } else {
        at.strftime("%:z").to_string()
    }
}

/// Whether that is the name of the offset at that instant, or the offset itself.
fn is_called(at: &Zoned, which: &str) -> bool {
    match which.strip_prefix(['+', '-']) {
        Some(digits) => {
            let sign = if which.starts_with('-') { -1 } else { 1 };
            parse_offset(digits).and_then(|seconds| Offset::from_seconds(sign * seconds).ok())
                == Some(at.offset())
        }
        None => name_of(at) == which,
    }
}

/// `02:30`, `02:30:15`
pub(super) fn hour_and_minute(at: DateTime) -> String {
    match at.second() {
        0 => at.strftime("%H:%M").to_string(),
        _ => at.strftime("%H:%M:%S").to_string(),
    }
}
