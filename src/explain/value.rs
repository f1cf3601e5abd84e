//! The value of a number that is nearest to the present one and helps.
//!
//! Along the way from the present value to the one that allows the most, nothing helps up to some point and all
//! helps from another one on. What is quick narrows the gap between the two from both ends; then, for a deadline, the
//! earliest end is searched; what is still open is left to SAT.

use crate::change::{Change, Number, Quantity};
use crate::formulation::Schedule;
use crate::request::RuleKind;

use super::judge::{FULL, Judge, QUICK, Scope, Verdict};

/// Searches by SAT that may come to nothing, for each number.
const MOST_SPENT: u32 = 2;

/// The nearest value that is known to help, and whether one step less is known not to.
pub(super) fn nearest(judge: &mut Judge, number: Number, scope: Scope) -> Option<(u64, bool)> {
    let way = Way::of(judge, number, scope)?;
    let mut gap = way.enter(judge)?;
    way.narrow(judge, &mut gap, QUICK);
    way.exclude(judge, &mut gap);
    if gap.is_open() {
        way.aim(judge, &mut gap);
    }
    if gap.is_open() {
        way.narrow(judge, &mut gap, FULL);
    }
    Some((way.value(gap.helps), !gap.is_open()))
}

/// The way from the present value of a number to the one that allows the most, in steps.
struct Way {
    number: Number,
    scope: Scope,
    /// The present value: in steps of the number, on the near side of what is no whole step.
    present: u64,
    step: u64,
    rises: bool,
    /// Steps to the far end.
    length: u64,
}

/// What is known of a way: at so many steps.
struct Gap {
    /// Up to there nothing helps.
    fails: u64,
    /// That helps.
    helps: u64,
}

impl Gap {
    fn is_open(&self) -> bool {
        self.helps > self.fails + 1
    }
}

impl Way {
    fn of(judge: &Judge, number: Number, scope: Scope) -> Option<Way> {
        let (datacenter, request) = (judge.datacenter, judge.request);
        let present = number.value(datacenter, request)?;
        let easiest = number.easiest(datacenter, request);
        let step = number.quantity(datacenter, request).step();
        let rises = number.allows_more_when_higher(request);
        let (present, length) = if rises {
            let present = present / step;
            (present, (easiest / step).saturating_sub(present))
        } else {
            let present = present.div_ceil(step);
            (present, present.saturating_sub(easiest.div_ceil(step)))
        };
        (length > 0).then_some(Way {
            number,
            scope,
            present,
            step,
            rises,
            length,
        })
    }

    fn value(&self, steps: u64) -> u64 {
        let value = if self.rises {
            self.present.saturating_add(steps)
        } else {
            self.present.saturating_sub(steps)
        };
        value.saturating_mul(self.step)
    }

    fn change(&self, steps: u64) -> Change {
        Change::Set(self.number, self.value(steps))
    }

    fn judge(&self, judge: &mut Judge, steps: u64, effort: u64) -> Verdict {
        judge.verdict(self.change(steps), self.scope, effort)
    }

    /// A first value that helps; None where none is found.
    fn enter(&self, judge: &mut Judge) -> Option<Gap> {
        // Nothing helps where the far end does not. The highest rate alone is not the easiest one: a migration
        // then draws more power than there is; and at the lowest it never ends.
        if self.number.quantity(judge.datacenter, judge.request) != Quantity::Rate {
            let Verdict::Helps(schedule) = self.judge(judge, self.length, FULL) else {
                return None;
            };
            let mut gap = Gap {
                fails: 0,
                helps: self.length,
            };
            self.tighten(judge, &mut gap, 0, &schedule);
            return Some(gap);
        }
        let (mut fails, mut open) = (0, None);
        let mut steps = 1;
        loop {
            match self.judge(judge, steps, QUICK) {
                Verdict::Helps(_) => {
                    return Some(Gap {
                        fails,
                        helps: steps,
                    });
                }
                // What fails farther on says nothing of what is nearer.
                Verdict::Fails if open.is_none() => fails = steps,
                Verdict::Fails => {}
                Verdict::Unknown => open = Some(steps),
            }
            if steps == self.length || judge.is_over() {
                break;
            }
            steps = steps.saturating_mul(2).min(self.length);
        }
        let helps = open?;
        let found = self.judge(judge, helps, FULL);
        matches!(found, Verdict::Helps(_)).then_some(Gap { fails, helps })
    }

    /// Searches lower values that help, above those that an effort cannot judge.
    fn narrow(&self, judge: &mut Judge, gap: &mut Gap, effort: u64) {
        let mut low = gap.fails;
        let mut spent = 0;
        while gap.helps - low > 1 && !judge.is_over() {
            let middle = low + (gap.helps - low) / 2;
            match self.judge(judge, middle, effort) {
                Verdict::Helps(schedule) => {
                    gap.helps = middle;
                    self.tighten(judge, gap, low, &schedule);
                }
                Verdict::Fails => {
                    gap.fails = middle;
                    low = middle;
                }
                Verdict::Unknown => {
                    low = middle;
                    spent += 1;
                    if effort != QUICK && spent == MOST_SPENT {
                        return;
                    }
                }
            }
        }
    }

    /// Searches higher values that are quickly known not to help.
    fn exclude(&self, judge: &mut Judge, gap: &mut Gap) {
        let mut high = gap.helps;
        while high - gap.fails > 1 && !judge.is_over() {
            let middle = gap.fails + (high - gap.fails) / 2;
            match self.judge(judge, middle, QUICK) {
                Verdict::Helps(_) => {
                    gap.helps = middle;
                    high = middle;
                }
                Verdict::Fails => gap.fails = middle,
                Verdict::Unknown => high = middle,
            }
        }
    }

    /// What helps may do so with less: the nearest value, above some, with which the same schedule holds.
    fn tighten(&self, judge: &mut Judge, gap: &mut Gap, above: u64, schedule: &Schedule) {
        let mut low = above;
        while gap.helps - low > 1 {
            let middle = low + (gap.helps - low) / 2;
            if judge.holds(self.change(middle), self.scope, schedule) {
                gap.helps = middle;
            } else {
                low = middle;
            }
        }
    }

    /// Searches the earliest end, where the number is a deadline.
    fn aim(&self, judge: &mut Judge, gap: &mut Gap) {
        let Number::Rule(rule) = self.number else {
            return;
        };
        let is_deadline = matches!(judge.request.rules[rule].kind, RuleKind::By { .. });
        if !is_deadline || self.scope != Scope::Plan {
            return;
        }
        let Some(found) = judge.earliest(self.change(gap.helps), rule) else {
            return;
        };
        let steps = |at: i64| u64::try_from(at).unwrap_or(0).saturating_sub(self.present);
        gap.fails = gap.fails.max(steps(found.bound.saturating_sub(1)));
        let helps = steps(found.end);
        if helps < gap.helps && judge.holds(self.change(helps), self.scope, &found.schedule) {
            gap.helps = helps;
        }
    }
}
