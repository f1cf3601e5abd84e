//! The smallest changes with which a plan exists, for each member of a core.

use std::collections::BTreeSet;

use crate::change::{Change, Number};
use crate::datacenter::Datacenter;
use crate::formulate::{Cause, Problem};
use crate::formulation::SourceId;
use crate::request::Request;
use crate::schedule::{Core, Monitor};

use super::Offer;
use super::judge::{FULL, Judge, Scope, Verdict};
use super::value::nearest;

/// Searches changes of one plan.
pub(super) struct Search<'a> {
    problem: &'a Problem,
    core: &'a Core,
    judge: Judge<'a>,
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
        let causes = causes.map(|source| problem.causes[source.0 as usize]);
        Search {
            problem,
            core,
            judge: Judge::new(datacenter, request, causes.collect(), monitor),
        }
    }

    /// The smallest changes of each member that has any, and how many members were left out since the effort was
    /// spent.
    pub fn offers(&mut self) -> (Vec<Offer>, usize) {
        let members = self.members();
        let mut offers: Vec<Offer> = Vec::new();
        for (at, member) in members.iter().enumerate() {
            if self.judge.is_over() {
                return (offers, members.len() - at);
            }
            offers.extend(self.offers_of(member));
        }
        (offers, 0)
    }

    /// Whether the whole plan is possible with a change; false where that is not known.
    pub fn helps(&mut self, change: Change) -> bool {
        let verdict = self.judge.verdict(change, Scope::Plan, FULL);
        matches!(verdict, Verdict::Helps(_))
    }

    /// What can be changed: rules first, since they are the easiest to change.
    fn members(&self) -> Vec<Member> {
        let (datacenter, request) = (self.judge.datacenter, self.judge.request);
        let mut members: Vec<Member> = Vec::new();
        let mut texts: BTreeSet<Number> = BTreeSet::new();
        for &source in &self.core.sources {
            let cause = self.problem.causes[source.0 as usize];
            let numbers = Number::of(cause, datacenter, request);
            // What one text says of several things is changed once.
            let alike = numbers.first().and_then(|number| number.alike(datacenter));
            if alike.is_some_and(|alike| !texts.insert(alike)) {
                continue;
            }
            if !numbers.is_empty() || matches!(cause, Cause::Rule(_)) {
                members.push(Member {
                    source,
                    cause,
                    numbers,
                });
            }
        }
        members.sort_by_key(|member| !matches!(member.cause, Cause::Rule(_)));
        members
    }

    fn offers_of(&mut self, member: &Member) -> Vec<Offer> {
        let offer = |change: Change, least: bool, is_enough: bool| Offer {
            source: Some(member.source),
            change,
            least,
            is_enough,
        };
        let mut offers = Vec::new();
        for &number in &member.numbers {
            let alike = number.alike(self.judge.datacenter);
            let found = [Some(number), alike]
                .into_iter()
                .flatten()
                .find_map(|number| {
                    let (value, least) = nearest(&mut self.judge, number, Scope::Plan)?;
                    Some(offer(Change::Set(number, value), least, true))
                });
            offers.extend(found);
        }
        if !offers.is_empty() {
            return offers;
        }
        if let Some(&number) = member.numbers.first()
            && let Some((value, least)) = nearest(&mut self.judge, number, Scope::Conflict)
        {
            return vec![offer(Change::Set(number, value), least, false)];
        }
        let Cause::Rule(rule) = member.cause else {
            return offers;
        };
        let is_enough = self.helps(Change::Drop(rule));
        // Without a member of a minimal core the others can hold.
        if is_enough || self.core.minimal {
            offers.push(offer(Change::Drop(rule), true, is_enough));
        }
        offers
    }
}

/// A member of a core that can be changed.
struct Member {
    source: SourceId,
    cause: Cause,
    numbers: Vec<Number>,
}
