//! The smallest changes with which a plan exists: values are searched by doubling and halving, and each is judged by
//! planning with it. How many are judged is counted.

use std::collections::BTreeSet;

use crate::change::{Change, Number};
use crate::datacenter::{Datacenter, LinkId};
use crate::diag::has_errors;
use crate::formulate::{Cause, Problem, formulate};
use crate::formulation::SourceId;
use crate::plan::verify;
use crate::request::{LONGEST, Request, RuleKind};
use crate::schedule::{Core, Feasibility, Monitor, Progress, feasible};

use super::Offer;

/// Changes that are judged for one explanation.
const MOST_JUDGED: u32 = 300;

/// Effort of each.
const EFFORT: u64 = 4_000_000;

/// How many may spend all of it for one member: then the best value so far is what it is.
const MOST_SPENT: u32 = 3;

/// Members of a core for which changes are searched.
const MOST_MEMBERS: usize = 12;

/// No power, memory or CPU above this is searched: a terawatt, a petabyte, a million million CPUs.
const LARGEST: u64 = 1 << 50;

/// No rate above this is searched: 10 Tbit/s.
const FASTEST: u64 = 10_000_000_000_000;

/// What a change is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The whole plan.
    Plan,
    /// The conflict alone; another one may remain.
    Conflict,
}

/// Judges changes of one plan.
pub(super) struct Search<'a> {
    datacenter: &'a Datacenter,
    request: &'a Request,
    problem: &'a Problem,
    core: &'a Core,
    causes: BTreeSet<Cause>,
    left: u32,
    spent: u32,
    monitor: &'a mut dyn Monitor,
}

impl<'a> Search<'a> {
    pub fn new(
        datacenter: &'a Datacenter,
        request: &'a Request,
        problem: &'a Problem,
        core: &'a Core,
        monitor: &'a mut dyn Monitor,
    ) -> Self {
        let causes = core.sources.iter();
        Search {
            datacenter,
            request,
            problem,
            core,
            causes: causes
                .map(|source| problem.causes[source.0 as usize])
                .collect(),
            left: MOST_JUDGED,
            spent: 0,
            monitor,
        }
    }

    /// The smallest change of each member that has one.
    pub fn offers(&mut self) -> Vec<Offer> {
        let changeable = |source: &SourceId| {
            let cause = self.problem.causes[source.0 as usize];
            let number = Number::of(cause, self.datacenter, self.request);
            number.is_some() || matches!(cause, Cause::Rule(_))
        };
        let members = self.core.sources.iter().copied().filter(changeable);
        let members: Vec<SourceId> = members.take(MOST_MEMBERS).collect();
        let mut offers: Vec<Offer> = Vec::new();
        for offer in members.into_iter().filter_map(|source| self.offer(source)) {
            // Two links of one line have one change.
            if offers.iter().all(|known| known.change != offer.change) {
                offers.push(offer);
            }
        }
        offers
    }

    /// Whether the whole plan is possible with a change; false where that is not known.
    pub fn helps(&mut self, change: Change) -> bool {
        self.judge(change, Scope::Plan) == Some(true)
    }

    fn offer(&mut self, source: SourceId) -> Option<Offer> {
        self.spent = 0;
        let cause = self.problem.causes[source.0 as usize];
        let number = Number::of(cause, self.datacenter, self.request);
        for (number, scope) in number.map(|n| self.numbers(n)).unwrap_or_default() {
            if let Some((value, least)) = self.least(number, scope) {
                return Some(Offer {
                    source: Some(source),
                    change: Change::Set(number, value),
                    least,
                    is_enough: scope == Scope::Plan,
                });
            }
        }
        let Cause::Rule(rule) = cause else {
            return None;
        };
        let change = Change::Drop(rule);
        let is_enough = self.helps(change);
        // Without a member of a minimal core the others can hold.
        (is_enough || self.core.minimal).then_some(Offer {
            source: Some(source),
            change,
            least: true,
            is_enough,
        })
    }

    /// What is tried of a number: by itself, then with those that the file gives together with it, then what solves
    /// this conflict at least.
    fn numbers(&self, number: Number) -> Vec<(Number, Scope)> {
        let mut numbers = vec![(number, Scope::Plan)];
        if let Number::Link(link) = number {
            let like = self.datacenter[link].rate.origin;
            let mut links = (0..).map(LinkId).zip(&self.datacenter.links);
            let first = links.find(|(_, other)| other.rate.origin == like);
            if let (Some(_), Some((first, _))) = (like, first) {
                numbers.push((Number::LinksLike(first), Scope::Plan));
            }
        }
        numbers.push((number, Scope::Conflict));
        numbers
    }

    /// The value nearest to the present one that is known to help, and whether one step less is known not to.
    fn least(&mut self, number: Number, scope: Scope) -> Option<(u64, bool)> {
        let present = number.value(self.datacenter, self.request)?;
        if number.allows_more_when_higher(self.request) {
            self.least_above(number, present, scope)
        } else {
            self.nearest_below(number, present, scope)
        }
    }

    fn least_above(&mut self, number: Number, present: u64, scope: Scope) -> Option<(u64, bool)> {
        let step = number.step(self.request);
        let most = self.most(number) / step;
        // With no rate is the most the easiest: a migration then draws more power than there is.
        if !self.is_rate(number) && !self.reaches(number, most * step, scope) {
            return None;
        }
        let (mut low, mut ahead) = (present / step, 1);
        let mut high = loop {
            let value = (present / step).saturating_add(ahead).min(most);
            if self.reaches(number, value * step, scope) {
                break value;
            }
            if value >= most {
                return None;
            }
            (low, ahead) = (value, ahead.saturating_mul(2));
        };
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.reaches(number, middle * step, scope) {
                high = middle;
            } else {
                low = middle;
            }
        }
        let less = Change::Set(number, (high - 1) * step);
        Some((high * step, self.judge(less, scope) == Some(false)))
    }

    fn nearest_below(&mut self, number: Number, present: u64, scope: Scope) -> Option<(u64, bool)> {
        if present == 0 || !self.reaches(number, 0, scope) {
            return None;
        }
        let (mut low, mut high) = (0, present);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.reaches(number, middle, scope) {
                low = middle;
            } else {
                high = middle;
            }
        }
        let more = Change::Set(number, low + 1);
        Some((low, self.judge(more, scope) == Some(false)))
    }

    fn most(&self, number: Number) -> u64 {
        if self.is_rate(number) {
            return FASTEST;
        }
        let Number::Rule(rule) = number else {
            return LARGEST;
        };
        match self.request.rules[rule].kind {
            RuleKind::By { .. } => LONGEST.unsigned_abs(),
            RuleKind::AtMostMigrations { .. } | RuleKind::AtMostOn { .. } => u32::MAX.into(),
            _ => LARGEST,
        }
    }

    fn is_rate(&self, number: Number) -> bool {
        match number {
            Number::Link(_) | Number::LinksLike(_) | Number::Switch(_) => true,
            Number::Rule(rule) => matches!(self.request.rules[rule].kind, RuleKind::Limit { .. }),
            Number::Memory(_) | Number::Cpu(_) => false,
        }
    }

    fn reaches(&mut self, number: Number, value: u64, scope: Scope) -> bool {
        self.judge(Change::Set(number, value), scope) == Some(true)
    }

    /// Whether a schedule exists with a change; None where the effort was spent before that was known.
    fn judge(&mut self, change: Change, scope: Scope) -> Option<bool> {
        self.left = self.left.checked_sub(1)?;
        if self.spent >= MOST_SPENT || self.monitor.stop() {
            return None;
        }
        self.monitor.report(&Progress {
            phase: "trying changes",
            best: None,
            bound: None,
            done: Some(1000 * (MOST_JUDGED - self.left) / MOST_JUDGED),
        });
        let (datacenter, request) = change.apply(self.datacenter, self.request);
        let (problem, findings) = formulate(&datacenter, &request);
        let Some(problem) = problem else {
            return Some(false);
        };
        if scope == Scope::Plan && has_errors(&findings) {
            return Some(false);
        }
        let causes = &self.causes;
        let keep = |source: SourceId| {
            scope == Scope::Plan || causes.contains(&problem.causes[source.0 as usize])
        };
        match feasible(&problem.formulation, &keep, EFFORT, self.monitor) {
            Feasibility::Infeasible => Some(false),
            Feasibility::Unknown => {
                self.spent += 1;
                None
            }
            Feasibility::Feasible(schedule) => {
                // The checker has the last word on what is offered.
                let holds =
                    scope == Scope::Conflict || verify(&problem.formulation, &schedule).is_empty();
                holds.then_some(true)
            }
        }
    }
}
