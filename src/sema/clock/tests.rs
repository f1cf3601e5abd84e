use super::*;
use crate::source::FileId;

fn word(text: &str) -> Word {
    Word {
        text: text.to_owned(),
        span: Span::new(FileId(0), 0..1),
    }
}

/// `2026-11-28 22:00`, `Sat 22:00`, `22:00`, `22:00 CEST`
fn clock(text: &str) -> Clock {
    let is_which = |which: &&str| !which.contains(':') || which.contains(['+', '-']);
    let (text, which) = match text.rsplit_once(' ').filter(|(_, which)| is_which(which)) {
        Some((text, which)) => (text, Some(word(which))),
        None => (text, None),
    };
    let (day, time) = text
        .split_once(' ')
        .map_or((None, text), |(day, time)| (Some(day), time));
    let day = day.map(|day| match day.len() {
        3 => Day::Weekday(word(day)),
        _ => Day::Date(word(day)),
    });
    Clock {
        span: Span::new(FileId(0), 0..1),
        day,
        time: word(time),
        which,
    }
}

fn starting(text: &str, zone: &str) -> Start {
    start(&clock(text), Some(&word(zone))).expect(text)
}

fn at(text: &str, start: &Start) -> Result<Seconds, ClockErrorKind> {
    moment(&clock(text), Some(start)).map_err(|error| error.kind)
}

#[test]
fn without_a_date_the_clock_goes_round() {
    let start = starting("22:00", "Europe/Paris");
    assert_eq!((start.time_of_day, &start.instant), (79_200, &None));
    assert_eq!(at("22:00", &start), Ok(0));
    assert_eq!(at("06:00", &start), Ok(8 * 3_600));
    assert_eq!(at("21:59:59", &start), Ok(DAY - 1));
    assert!(matches!(
        at("Sat 06:00", &start),
        Err(ClockErrorKind::StartWithoutDate { .. })
    ));
    assert!(matches!(
        at("2026-11-28 06:00", &start),
        Err(ClockErrorKind::StartWithoutDate { .. })
    ));
}

#[test]
fn with_a_date_weekdays_and_dates_are_known() {
    // A Friday.
    let start = starting("2026-11-27 22:00", "+01:00");
    assert_eq!(at("06:00", &start), Ok(8 * 3_600));
    assert_eq!(at("Fri 22:00", &start), Ok(0));
    assert_eq!(at("Fri 21:00", &start), Ok(7 * DAY - 3_600));
    assert_eq!(at("Sat 22:00", &start), Ok(DAY));
    assert_eq!(at("2026-11-30 00:00", &start), Ok(2 * DAY + 7_200));
    assert!(matches!(
        at("2026-11-27 21:59", &start),
        Err(ClockErrorKind::BeforeStart { .. })
    ));
    assert_eq!(at("2027-11-28 22:00", &start), Ok(366 * DAY));
    assert_eq!(at("2027-11-28 22:01", &start), Err(ClockErrorKind::TooFar));
}

#[test]
fn the_clocks_go_forward() {
    // At 02:00 it is 03:00.
    let begin = starting("2026-03-28 22:00", "Europe/Paris");
    assert_eq!(at("06:00", &begin), Ok(7 * 3_600));
    assert_eq!(at("01:59", &begin), Ok(3 * 3_600 + 59 * 60));
    assert_eq!(at("03:00", &begin), Ok(4 * 3_600));
    assert_eq!(at("Sun 22:00", &begin), Ok(23 * 3_600));
    assert_eq!(at("03:00 CEST", &begin), Ok(4 * 3_600));
    let skipped = |found: Result<Seconds, ClockErrorKind>| match found {
        Err(ClockErrorKind::Skipped { neighbours, .. }) => neighbours.join(" "),
        other => panic!("{other:?}"),
    };
    for text in ["02:30", "Sun 02:30", "2026-03-29 02:30"] {
        assert_eq!(skipped(at(text, &begin)), "01:30 03:30");
    }
    assert_eq!(skipped(at("02:00", &begin)), "01:00 03:00");
    // What is over by the start is not offered, and a gap that is over leaves the next day.
    let before = starting("2026-03-29 01:45", "Europe/Paris");
    assert_eq!(skipped(at("02:30", &before)), "03:30");
    let after = starting("2026-03-29 03:10", "Europe/Paris");
    assert_eq!(at("02:30", &after), Ok(DAY - 2_400));
    assert!(matches!(
        at("2026-03-29 02:30", &after),
        Err(ClockErrorKind::BeforeStart { .. })
    ));
    let start = start(&clock("2026-03-29 02:30"), Some(&word("Europe/Paris")));
    assert!(matches!(
        start.map_err(|error| error.kind),
        Err(ClockErrorKind::Skipped { .. })
    ));
}

#[test]
fn the_clocks_go_back() {
    // At 03:00 it is 02:00 again.
    let begin = starting("2026-10-24 22:00", "Europe/Paris");
    assert_eq!(at("06:00", &begin), Ok(9 * 3_600));
    assert_eq!(at("03:00", &begin), Ok(6 * 3_600));
    let both = moments(&clock("02:30"), Some(&begin));
    let (first, second) = (4 * 3_600 + 1_800, 5 * 3_600 + 1_800);
    assert_eq!(
        both,
        Ok(Moments {
            first,
            second: Some(second)
        })
    );
    match at("Sun 02:30", &begin) {
        Err(ClockErrorKind::Twice { choices, .. }) => {
            assert_eq!(choices, ["02:30 CEST", "02:30 CET"]);
        }
        other => panic!("{other:?}"),
    }
    for (text, found) in [
        ("02:30 CEST", first),
        ("02:30 +02:00", first),
        ("02:30 CET", second),
        ("2026-10-25 02:30 +01:00", second),
        ("06:00 CET", 9 * 3_600),
    ] {
        assert_eq!(at(text, &begin), Ok(found), "{text}");
    }
    for text in ["06:00 CEST", "02:30 EST", "02:30 +03:00"] {
        assert!(
            matches!(at(text, &begin), Err(ClockErrorKind::AnotherOffset { .. })),
            "{text}"
        );
    }
    // Only the second 02:30 is not before the first 02:45.
    let between = starting("2026-10-25 02:45 CEST", "Europe/Paris");
    assert_eq!(at("02:30", &between), Ok(45 * 60));
    assert_eq!(at("2026-10-25 02:30", &between), Ok(45 * 60));
    let late = starting("2026-10-25 02:45 CET", "Europe/Paris");
    assert_eq!(at("03:45", &late), Ok(3_600));
    let start = start(&clock("2026-10-25 02:45"), Some(&word("Europe/Paris")));
    assert!(matches!(
        start.map_err(|error| error.kind),
        Err(ClockErrorKind::Twice { .. })
    ));
    // A zone whose offsets have no letters.
    let azores = starting("2026-10-24 22:00", "Atlantic/Azores");
    match at("00:30", &azores) {
        Err(ClockErrorKind::Twice { choices, .. }) => {
            assert_eq!(choices, ["00:30 +00:00", "00:30 -01:00"]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(at("00:30 -01:00", &azores), Ok(3 * 3_600 + 1_800));
}

#[test]
fn an_offset_needs_a_date() {
    let start = starting("22:00", "Europe/Paris");
    assert!(matches!(
        at("02:30 CEST", &start),
        Err(ClockErrorKind::OffsetWithoutDate { .. })
    ));
}

#[test]
fn zones_are_known_or_suggested() {
    let zone = |name: &str| start(&clock("2026-11-27 22:00"), Some(&word(name)));
    let suggested = |name: &str| match zone(name).map_err(|error| error.kind) {
        Err(ClockErrorKind::UnknownZone { candidate, .. }) => candidate,
        other => panic!("{other:?}"),
    };
    for name in ["UTC", "+05:30", "-03:00", "America/Argentina/Buenos_Aires"] {
        assert!(zone(name).is_ok(), "{name}");
    }
    assert_eq!(suggested("Europe/Pariss").as_deref(), Some("Europe/Paris"));
    assert_eq!(suggested("France/Paris").as_deref(), Some("Europe/Paris"));
    assert_eq!(suggested("Middle/Earthlings"), None);
    assert_eq!(suggested("+15:00"), None);
    let utc = start(&clock("2026-11-27 22:00"), None).expect("no zone");
    assert_eq!(
        utc.instant.expect("a date").timestamp().to_string(),
        "2026-11-27T22:00:00Z"
    );
}

#[test]
fn what_does_not_exist_is_an_error() {
    let kind = |text: &str| start(&clock(text), None).map_err(|error| error.kind);
    for text in ["24:00", "12:60", "12:00:60", "99:99"] {
        assert!(
            matches!(kind(text), Err(ClockErrorKind::NoSuchTime { .. })),
            "{text}"
        );
    }
    for text in ["2026-02-29 12:00", "2026-13-01 12:00", "2026-00-01 12:00"] {
        assert!(
            matches!(kind(text), Err(ClockErrorKind::NoSuchDate { .. })),
            "{text}"
        );
    }
    assert_eq!(kind("Sat 12:00"), Err(ClockErrorKind::WeekdayStart));
    let moment = moment(&clock("12:00"), None).map_err(|error| error.kind);
    assert_eq!(moment, Err(ClockErrorKind::NoStart));
    // The ends of the calendar.
    for date in ["0000-01-01 00:00", "9999-12-31 23:59:59"] {
        for zone in ["+14:00", "-14:00", "Europe/Paris"] {
            if let Ok(start) = start(&clock(date), Some(&word(zone))) {
                let _ = at("Mon 00:00", &start);
                let _ = at("12:00", &start);
            }
        }
    }
}
