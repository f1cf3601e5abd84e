//! Moments of a plan, as people read them.

use crate::formulation::Seconds;
use crate::plan::Plan;
use crate::request::Start;

/// Writes the moments of one plan.
pub struct Clock<'a> {
    start: Option<&'a Start>,
    /// Whether moments after the start need hours: all are written alike.
    hours: bool,
    /// Whether the clocks change meanwhile: each time of day is written with its offset.
    offsets: bool,
}

impl<'a> Clock<'a> {
    /// The clock of a plan.
    pub fn new(plan: &'a Plan) -> Self {
        let last = plan.actions.iter().map(|a| a.end).max().unwrap_or(0);
        Clock {
            start: plan.start.as_ref(),
            hours: last.max(plan.makespan) >= 3600,
            offsets: plan
                .start
                .as_ref()
                .is_some_and(|start| start.clocks_change_until(last.max(plan.makespan))),
        }
    }

    /// Time of day where the start is known, with its offset where the clocks change meanwhile and `+1d` on the day
    /// after; otherwise the time since the start.
    pub fn at(&self, moment: Seconds) -> String {
        match self.start {
            None => self.since_start(moment),
            Some(start) => {
                let (days, seconds) = start.on_clock(moment);
                let mut text = hms(seconds);
                if self.offsets {
                    text += &start.offset(moment);
                }
                if days != 0 {
                    text += &format!(" {days:+}d");
                }
                text
            }
        }
    }

    /// `+02:00`, or `+1:02:00` where the plan lasts an hour or more.
    pub fn since_start(&self, moment: Seconds) -> String {
        let sign = if moment < 0 { '-' } else { '+' };
        let moment = moment.unsigned_abs();
        let (minutes, seconds) = (moment / 60, moment % 60);
        if self.hours {
            format!("{sign}{}:{:02}:{seconds:02}", minutes / 60, minutes % 60)
        } else {
            format!("{sign}{minutes:02}:{seconds:02}")
        }
    }

    /// The moment as a mark of an axis whose marks are so many seconds apart: without seconds where they are all 0.
    pub fn mark(&self, moment: Seconds, step: Seconds) -> String {
        let text = self.at(moment);
        if step % 60 != 0 || self.start.is_none() {
            return text;
        }
        match text.split_once(' ') {
            Some((time, days)) => format!("{} {days}", &time[..5]),
            None => text[..5].to_owned(),
        }
    }

    /// The time on the wall as a date and time that never runs backwards: where the clocks change meanwhile, that of a
    /// wall whose clock keeps the offset of the start. A plan without a date begins on an arbitrary day.
    pub fn steady(&self, moment: Seconds) -> jiff::civil::DateTime {
        let (start, seconds) = match self.start {
            None => (jiff::civil::date(2000, 1, 1).at(0, 0, 0, 0), 0),
            Some(start) => match &start.instant {
                Some(instant) => (instant.datetime(), 0),
                None => (
                    jiff::civil::date(2000, 1, 1).at(0, 0, 0, 0),
                    Seconds::from(start.time_of_day),
                ),
            },
        };
        let later = jiff::SignedDuration::from_secs(moment.saturating_add(seconds));
        start.checked_add(later).unwrap_or(start)
    }

    /// What the times of [`Clock::steady`] are counted in, where that has to be said: `+02:00`.
    pub fn steady_offset(&self) -> Option<String> {
        let start = self.start.filter(|_| self.offsets)?;
        Some(start.offset(0).trim().to_owned())
    }

    /// Seconds from the last multiple of `step` on the clock to the start.
    pub fn seconds_past(&self, step: Seconds) -> Seconds {
        let seconds = self.start.map_or(0, |start| start.time_of_day);
        Seconds::from(seconds) % step
    }

    /// When the plan starts, in words; None where it is not known.
    pub fn start(&self) -> Option<String> {
        let start = self.start?;
        Some(match &start.instant {
            Some(instant) => {
                let zone = instant.time_zone().iana_name();
                let zone = zone.map_or_else(|| instant.strftime("%:z").to_string(), str::to_owned);
                let offset = if self.offsets {
                    start.offset(0)
                } else {
                    String::new()
                };
                format!(
                    "{}{offset} {zone}",
                    instant.strftime("%a %Y-%m-%d %H:%M:%S")
                )
            }
            None => hms(start.time_of_day.into()),
        })
    }
}

/// `08:15:00`
fn hms(seconds: Seconds) -> String {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    format!("{:02}:{:02}:{seconds:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::fixture;
    use jiff::Zoned;

    #[test]
    fn an_unknown_start_counts_from_zero() {
        let (_, mut plan) = fixture::evening();
        plan.start = None;
        assert_eq!(Clock::new(&plan).at(75), "+01:15");
        plan.makespan = 3600;
        assert_eq!(Clock::new(&plan).at(75), "+0:01:15");
        assert_eq!(Clock::new(&plan).start(), None);
    }

    #[test]
    fn a_time_of_day_runs_past_midnight() {
        let (_, mut plan) = fixture::evening();
        plan.start = Some(Start {
            time_of_day: 86_390,
            instant: None,
            origin: None,
        });
        let clock = Clock::new(&plan);
        assert_eq!(clock.at(9), "23:59:59");
        assert_eq!(clock.at(10), "00:00:00 +1d");
    }

    #[test]
    fn summer_time_is_honoured() {
        let (_, mut plan) = fixture::evening();
        let instant: Zoned = "2026-10-25T02:59:50+02:00[Europe/Paris]"
            .parse()
            .expect("a moment");
        plan.start = Some(Start {
            time_of_day: 10_790,
            instant: Some(instant),
            origin: None,
        });
        let clock = Clock::new(&plan);
        assert_eq!(clock.at(9), "02:59:59 +02:00");
        assert_eq!(clock.at(10), "02:00:00 +01:00");
        assert_eq!(clock.mark(10, 60), "02:00 +01:00");
        assert_eq!(clock.steady(10).to_string(), "2026-10-25T03:00:00");
        assert_eq!(
            clock.start().as_deref(),
            Some("Sun 2026-10-25 02:59:50 +02:00 Europe/Paris")
        );
    }
}
