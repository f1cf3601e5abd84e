//! A plan beside what it decided: the request without open destinations, and its problem.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Checked, Prospect};
use crate::datacenter::{Pool, ServerId};
use crate::emit::json::PlanFile;
use crate::formulate::{Problem, Said, decide, schedule_of};
use crate::plan::{Plan, verify};
use crate::request::Request;

/// What a plan is read beside.
pub struct Settled<'a> {
    /// The request, every destination of it said.
    pub request: Cow<'a, Request>,
    /// Its problem.
    pub problem: Cow<'a, Problem>,
}

impl<'a> Settled<'a> {
    /// A request that leaves nothing open.
    pub(super) fn of(request: &'a Request, problem: &'a Problem) -> Self {
        Settled {
            request: Cow::Borrowed(request),
            problem: problem.plain(),
        }
    }
}

impl Checked {
    /// The request at `index` as a plan in a file has decided it.
    ///
    /// # Errors
    /// In words, where the plan is none of it.
    pub fn settled(&self, index: usize, file: &PlanFile) -> Result<Settled<'_>, Vec<String>> {
        let is_own = file.by.is_none();
        self.settle(index, is_own, &|| {
            let servers = self.analysis.datacenter.servers.iter();
            let ids: BTreeMap<&str, ServerId> = servers
                .map(|server| server.name.as_str())
                .zip((0..).map(ServerId))
                .collect();
            let id = |name: &Option<String>| ids.get(name.as_deref()?).copied();
            let said = file.actions.iter().map(|action| {
                let said = Said {
                    from: id(&action.from).or_else(|| id(&action.server)),
                    to: id(&action.to),
                    manner: action.to.is_some().then_some(action.copy),
                    pool: action.pool.map(Pool),
                    start: action.start,
                    length: action.end.checked_sub(action.start)?,
                    rate: action
                        .bandwidth_mbps
                        .and_then(|rate| u64::try_from(rate.0).ok()),
                };
                Some((action.id.as_str(), said))
            });
            said.collect()
        })
    }

    /// The request at `index` as a plan has decided it; None where the plan is none of it.
    pub fn settled_by(&self, index: usize, plan: &Plan) -> Option<Settled<'_>> {
        let settled = self.settle(index, plan.by.is_none(), &|| Some(said_by(plan).collect()));
        settled.ok()
    }

    fn settle<'s>(
        &self,
        index: usize,
        is_own: bool,
        said: &dyn Fn() -> Option<BTreeMap<&'s str, Said>>,
    ) -> Result<Settled<'_>, Vec<String>> {
        let request = &self.analysis.requests[index];
        let problem = match &self.prospects[index] {
            Prospect::Open(problem) => problem,
            // What others plan need not hold.
            Prospect::Impossible(_, Some(problem)) if !is_own => problem,
            _ => return Err(vec![format!("`{}` cannot be planned", request.name)]),
        };
        self.settle_of(request, problem, is_own, said)
    }

    /// A request that is none of the file's own, with its problem, as a plan of it has decided it.
    pub(super) fn settled_with<'a>(
        &self,
        request: &'a Request,
        problem: &'a Problem,
        plan: &Plan,
    ) -> Option<Settled<'a>> {
        let said = || Some(said_by(plan).collect());
        self.settle_of(request, problem, true, &said).ok()
    }

    fn settle_of<'a, 's>(
        &self,
        request: &'a Request,
        problem: &'a Problem,
        is_own: bool,
        said: &dyn Fn() -> Option<BTreeMap<&'s str, Said>>,
    ) -> Result<Settled<'a>, Vec<String>> {
        if !problem.is_open() {
            return Ok(Settled::of(request, problem));
        }
        let refused = || {
            vec![format!(
                "`{}` leaves places or ways to choose, and what the plan chose is none of them",
                request.name
            )]
        };
        let schedule = said().and_then(|said| schedule_of(problem, &said));
        let schedule = schedule.ok_or_else(refused)?;
        let violations = match is_own {
            true => verify(&problem.formulation, &schedule),
            false => Vec::new(),
        };
        if !violations.is_empty() {
            let words = violations.iter().map(|v| v.words(&problem.formulation));
            return Err(words.collect());
        }
        let decided = decide(&self.analysis.datacenter, request, problem, &schedule);
        let decided = decided.ok_or_else(refused)?;
        Ok(Settled {
            request: Cow::Owned(decided.request),
            problem: Cow::Owned(decided.problem),
        })
    }
}

/// What a plan says about its actions.
fn said_by(plan: &Plan) -> impl Iterator<Item = (&str, Said)> {
    plan.actions.iter().map(|action| {
        let said = Said {
            from: action.from,
            to: action.task.to(),
            manner: action.task.to().map(|_| action.manner),
            pool: action.pool,
            start: action.start,
            length: action.end - action.start,
            rate: action.rate,
        };
        (action.id.as_str(), said)
    })
}
