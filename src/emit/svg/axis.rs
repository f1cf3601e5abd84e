//! The axis of time, which all parts of the picture share.

use svg::node::element::{Group, Line};

use super::paint::{AXIS, GRID, MUTED, px, text, text_width};
use crate::emit::clock::Clock;
use crate::formulation::Seconds;
use crate::plan::Plan;

/// Seconds between marks, as people divide time.
const STEPS: [Seconds; 20] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
    172_800, 604_800,
];
/// Marks are further apart than their text is wide, and this.
const SPACE: f64 = 26.0;
const SIZE: f64 = 12.0;

/// Where each moment of a plan stands.
pub struct Axis {
    left: f64,
    right: f64,
    end: Seconds,
    marks: Vec<(Seconds, String)>,
}

impl Axis {
    /// From the start of the plan to its end, between two places.
    pub fn new(plan: &Plan, clock: &Clock, left: f64, right: f64) -> Self {
        let end = plan.makespan.max(1);
        let mut axis = Axis {
            left,
            right,
            end,
            marks: Vec::new(),
        };
        let fits = STEPS.iter().find(|&&step| {
            let label = text_width(&clock.mark(0, step), SIZE);
            axis.width(step) >= label + SPACE
        });
        // Beyond years, a few marks wherever they fall.
        let step = fits.copied().unwrap_or(end / 4).max(1);
        let first = (step - clock.seconds_past(step)) % step;
        let moments = (0..).map(|i| first + i * step);
        let mut day = None;
        for moment in moments.take_while(|&moment| moment <= end) {
            let mark = clock.mark(moment, step);
            // The day is said once, where it begins.
            let (time, on) = mark.split_once(' ').unwrap_or((&mark, ""));
            let label = if day.as_deref() == Some(on) {
                time
            } else {
                &mark
            };
            axis.marks.push((moment, label.to_owned()));
            day = Some(on.to_owned());
        }
        axis
    }

    /// The place of a moment.
    pub fn x(&self, moment: Seconds) -> f64 {
        self.left + self.width(moment.clamp(0, self.end))
    }

    /// How wide so many seconds are.
    fn width(&self, seconds: Seconds) -> f64 {
        (self.right - self.left) * seconds as f64 / self.end as f64
    }

    /// Where it begins and ends.
    pub fn range(&self) -> (f64, f64) {
        (self.left, self.right)
    }

    /// Lines from `top` to `bottom`, with the moments at both ends.
    pub fn draw(&self, top: f64, bottom: f64) -> Group {
        let mut group = Group::new();
        for (moment, label) in &self.marks {
            let x = self.x(*moment);
            group = group.add(line(x, top, x, bottom, GRID));
            for y in [top - 8.0, bottom + 18.0] {
                let label = text(label, x, y, SIZE, MUTED).set("text-anchor", "middle");
                group = group.add(label);
            }
        }
        group
            .add(line(self.left, top, self.right, top, AXIS))
            .add(line(self.left, bottom, self.right, bottom, AXIS))
    }
}

/// A thin line.
pub fn line(x1: f64, y1: f64, x2: f64, y2: f64, colour: &str) -> Line {
    Line::new()
        .set("x1", px(x1))
        .set("y1", px(y1))
        .set("x2", px(x2))
        .set("y2", px(y2))
        .set("stroke", colour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::fixture;

    fn marks(makespan: Seconds, known: bool) -> Vec<String> {
        let (_, mut plan) = fixture::evening();
        plan.makespan = makespan;
        if !known {
            plan.start = None;
        }
        let axis = Axis::new(&plan, &Clock::new(&plan), 0.0, 1000.0);
        axis.marks.into_iter().map(|m| m.1).collect()
    }

    #[test]
    fn marks_stand_at_round_times_of_the_clock() {
        assert_eq!(
            marks(317, true).join(", "),
            "23:58:00, 23:58:30, 23:59:00, 23:59:30, 00:00:00 +1d, \
             00:00:30, 00:01:00, 00:01:30, 00:02:00, 00:02:30, 00:03:00"
        );
        assert_eq!(marks(20_000, true)[..2], ["00:00 +1d", "00:30"]);
    }

    #[test]
    fn any_length_has_marks_and_not_too_many() {
        for makespan in [0, 1, 59, 3600, 86_400, 31_536_000, i64::from(u32::MAX)] {
            let marks = marks(makespan, false);
            assert!((1..30).contains(&marks.len()), "{makespan}: {marks:?}");
        }
    }
}
