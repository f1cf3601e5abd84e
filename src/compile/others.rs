//! A plan beside those that other planners make of the same request.

use super::{Checked, Failure, Prospect, Settled};
use crate::baseline::{self, Baseline};
use crate::emit::json::PlanFile;
use crate::formulate::Problem;
use crate::plan::Plan;
use crate::request::Request;
use crate::schedule::{Monitor, Options};

impl Checked {
    /// The request at `index`, nothing of it left open, for other planners: where it leaves places open, mvm chooses them first,
    /// with its own plan.
    ///
    /// # Errors
    /// Why there is nothing to plan.
    pub fn for_others(
        &self,
        index: usize,
        options: &Options,
        monitor: &mut dyn Monitor,
    ) -> Result<Settled<'_>, Failure> {
        let request = &self.analysis.requests[index];
        match &self.prospects[index] {
            // Others have no plan whose way back it could be.
            Prospect::Broken | Prospect::After(_) => Err(Failure::Input),
            Prospect::Open(problem) if problem.is_open() => {
                let plan = self.plan(index, options, monitor)?;
                self.settled_by(index, &plan).ok_or(Failure::Unknown)
            }
            // They know no rules, so that these contradict one another does not keep them from planning.
            Prospect::Open(problem) | Prospect::Impossible(_, Some(problem))
                if !problem.is_open() =>
            {
                Ok(Settled::of(request, problem))
            }
            Prospect::Open(_) => Err(Failure::Unknown),
            Prospect::Impossible(why, _) => Err(Failure::Impossible(why.clone())),
        }
    }

    /// The plan of another planner; `seed` is for those that choose at random.
    ///
    /// # Errors
    /// If it gets stuck.
    pub fn plan_of(
        &self,
        baseline: Baseline,
        request: &Request,
        problem: &Problem,
        seed: u64,
    ) -> Result<Plan, Failure> {
        let datacenter = &self.analysis.datacenter;
        let plan = baseline::plan(baseline, datacenter, request, problem, seed);
        let mut plan = plan.map_err(|stuck| Failure::Stuck(stuck.to_string()))?;
        plan.source = Some(self.source.clone());
        plan.name_lines(&self.map, &self.root, request.origin.map(|span| span.file));
        Ok(plan)
    }

    /// The plan of another planner that a file holds, if it is what that planner makes of the source.
    pub(super) fn restore_other(
        &self,
        index: usize,
        file: &PlanFile,
        planner: &str,
    ) -> Result<Plan, Vec<String>> {
        let baseline = Baseline::parse(planner);
        let baseline = baseline.ok_or_else(|| vec![format!("there is no planner `{planner}`")])?;
        let settled = self.settled(index, file)?;
        let plan = self.plan_of(baseline, &settled.request, &settled.problem, baseline::SEED);
        let Ok(plan) = plan else {
            return Err(vec![format!("`{planner}` makes no plan of its source")]);
        };
        Ok(self.as_made_from(plan, file))
    }
}
