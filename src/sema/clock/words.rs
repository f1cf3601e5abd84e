//! What is wrong with clock times, in words.

use super::{ClockError, ClockErrorKind};
use crate::diag::{Code, Diagnostic};

impl ClockError {
    /// The error at its place.
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        let span = self.span;
        match &self.kind {
            ClockErrorKind::NoSuchTime { text } => {
                let diagnostic = Diagnostic::new(
                    Code::NoSuchTime,
                    span,
                    format!("no day has the time `{text}`"),
                    "not a time of day",
                );
                match text.strip_prefix("24:00") {
                    Some(_) => diagnostic
                        .with_help("midnight is `00:00`, the first moment of the next day")
                        .with_fix(span, "00:00"),
                    None => diagnostic.with_help("times go from `00:00` to `23:59:59`"),
                }
            }
            ClockErrorKind::NoSuchDate { text } => Diagnostic::new(
                Code::NoSuchTime,
                span,
                format!("the calendar has no day `{text}`"),
                "not a date",
            )
            .with_help("dates are written year, month, day, as in `2026-11-28`"),
            ClockErrorKind::Skipped {
                date,
                skipped,
                neighbours,
            } => {
                let minutes = skipped.as_mins();
                let diagnostic = Diagnostic::new(
                    Code::NoSuchTime,
                    span,
                    format!("this time does not exist on {date}: the clocks go forward by {minutes} min over it"),
                    "skipped that night",
                );
                let times: Vec<String> = neighbours.iter().map(|time| format!("`{time}`")).collect();
                let diagnostic = diagnostic.with_help(format!("write {}", times.join(" or ")));
                neighbours
                    .iter()
                    .fold(diagnostic, |d, time| d.with_fix(span, time))
            }
            ClockErrorKind::Twice { time, choices } => {
                let [first, second] = choices;
                Diagnostic::new(
                    Code::TimeTwice,
                    span,
                    "this time comes twice that night, since the clocks go back",
                    "which of both?",
                )
                .with_help(format!("write `{first}` or, for the later one, `{second}`"))
                .with_fix(*time, first)
                .with_fix(*time, second)
            }
            ClockErrorKind::AnotherOffset { date, which, is } => Diagnostic::new(
                Code::NoSuchTime,
                span,
                format!("at this time of {date} the clocks do not show `{}`", which.text),
                "another offset",
            )
            .with_help(format!("it is `{is}` then; write that, or leave it out"))
            .with_fix(span, is),
            ClockErrorKind::OffsetWithoutDate { which } => Diagnostic::new(
                Code::NoClock,
                span,
                format!("`{}` in a plan whose start has no date", which.text),
                "on which date?",
            )
            .with_help("leave it out, or write the date of the start, as in `start 2026-11-28 22:00 Europe/Paris`")
            .with_fix(span, ""),
            ClockErrorKind::UnknownZone { name, candidate } => {
                let diagnostic = Diagnostic::new(
                    Code::UnknownZone,
                    span,
                    format!("no time zone is called `{name}`"),
                    "unknown time zone",
                );
                match candidate {
                    Some(zone) => diagnostic
                        .with_help(format!("did you mean `{zone}`?"))
                        .with_fix(span, zone),
                    None => diagnostic.with_help(
                        "zones are written as in `Europe/Paris`, `UTC` or `+01:00` (at most 14 hours)",
                    ),
                }
            }
            ClockErrorKind::WeekdayStart => Diagnostic::new(
                Code::NoClock,
                span,
                "a plan cannot start on a weekday of an unknown week",
                "which one?",
            )
            .with_help("write the date, as in `start 2026-11-28 22:00 Europe/Paris`"),
            ClockErrorKind::NoStart => Diagnostic::new(
                Code::NoClock,
                span,
                "a clock time in a plan without a start",
                "when is this, seen from the start of the plan?",
            )
            .with_help(
                "give the plan a start, as in `start 22:00 Europe/Paris`, or write how long after the start it is, \
                 as in `90min`",
            ),
            ClockErrorKind::StartWithoutDate { start } => {
                let diagnostic = Diagnostic::new(
                    Code::NoClock,
                    span,
                    "a date or weekday in a plan whose start has no date",
                    "which day is this, seen from the start?",
                )
                .with_help("write the date of the start, as in `start 2026-11-28 22:00 Europe/Paris`");
                match start {
                    Some(place) => diagnostic.with_label(*place, "the plan starts here"),
                    None => diagnostic,
                }
            }
            ClockErrorKind::BeforeStart { start } => {
                let diagnostic = Diagnostic::new(
                    Code::OutsidePlan,
                    span,
                    "the moment is before the plan's start",
                    "over by then",
                )
                .with_help("write a later date, or a time alone, which is the first such time after the start");
                match start {
                    Some(place) => diagnostic.with_label(*place, "the plan starts here"),
                    None => diagnostic,
                }
            }
            ClockErrorKind::TooFar => Diagnostic::new(
                Code::OutsidePlan,
                span,
                "the moment is more than 366 days after the plan's start",
                "too far away",
            ),
        }
    }
}
