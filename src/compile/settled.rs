//! A plan beside what it decided: the request without open destinations, and its problem.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Checked, Prospect};
use crate::datacenter::ServerId;
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

impl Checked {
    /// The request at `index` as a plan in a file has decided it.
    ///
    /// # Errors
    /// In words, where the plan is none of it.
    pub fn settled(&self, index: usize, file: &PlanFile) -> Result<Settled<'_>, Vec<String>> {
        self.settle(index, &|| {
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
    pub(super) fn settled_by(&self, index: usize, plan: &Plan) -> Option<Settled<'_>> {
        let settled = self.settle(index, &|| {
            let said = plan.actions.iter().map(|action| {
                let said = Said {
                    from: action.from,
                    to: action.task.to(),
                    start: action.start,
                    length: action.end - action.start,
                    rate: action.rate,
                };
                (action.id.as_str(), said)
            });
            Some(said.collect())
        });
        settled.ok()
    }

    fn settle<'s>(
        &self,
        index: usize,
        said: &dyn Fn() -> Option<BTreeMap<&'s str, Said>>,
    ) -> Result<Settled<'_>, Vec<String>> {
        let request = &self.analysis.requests[index];
        let Prospect::Open(problem) = &self.prospects[index] else {
            return Err(vec![format!("`{}` cannot be planned", request.name)]);
        };
        if !request.is_open() {
            return Ok(Settled {
                request: Cow::Borrowed(request),
                problem: Cow::Borrowed(problem),
            });
        }
        let refused = || {
            vec![format!(
                "`{}` leaves places to choose, and what the plan chose is none of them",
                request.name
            )]
        };
        let schedule = said().and_then(|said| schedule_of(problem, &said));
        let schedule = schedule.ok_or_else(refused)?;
        let violations = verify(&problem.formulation, &schedule);
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
