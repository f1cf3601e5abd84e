//! Whether lower rates for migrations would make a plan better, where its file allows none.

use super::why::Watch;
use super::{Checked, Prospect};
use crate::formulate::formulate;
use crate::plan::{Plan, assemble};
use crate::request::Bandwidth;
use crate::schedule::{Effort, Options, Outcome, schedule};

/// Of a plan with more actions, only one that is further from its bound is tried: for a small one, and where much may be
/// gained, it costs little to look.
const FEW: usize = 200;
const NEAR: f64 = 0.01;

impl Checked {
    /// A better plan of the request at `index` with `bandwidth choose`, where little effort finds one. None says nothing: with
    /// more effort there may be one.
    pub fn with_choice(
        &self,
        index: usize,
        plan: &Plan,
        options: &Options,
        watch: &mut dyn Watch,
    ) -> Option<Plan> {
        if let Some(own) = self.seen_by(index, plan.since.as_ref()) {
            return own.with_choice(index, plan, options, watch);
        }
        let first = plan.objectives.first()?;
        // Whoever wants a plan at once does not wait for a second one.
        let is_in_haste = options.effort == Effort::Instant;
        let is_worth_it = plan.actions.len() <= FEW || first.gap() >= NEAR;
        if plan.bandwidth == Bandwidth::Choose || is_in_haste || !is_worth_it || watch.stop() {
            return None;
        }
        let Prospect::Open(known) = self.prospects.get(index)? else {
            return None;
        };
        let datacenter = &self.analysis.datacenter;
        let mut request = self.analysis.requests[index].clone();
        request.bandwidth = Bandwidth::Choose;
        let (problem, _) = formulate(datacenter, &request);
        // Where no rate is left over there is nothing to choose.
        let problem = problem.filter(|problem| problem.formulation != known.formulation)?;
        let options = Options {
            effort: Effort::Brief,
            time_limit: options.time_limit,
        };
        watch.begin("trying `bandwidth choose`");
        let Outcome::Found(solution) = schedule(&problem.formulation, &options, watch) else {
            return None;
        };
        let mut other = assemble(datacenter, &request, &problem, &solution).ok()?;
        other.since = plan.since.clone();
        let is_better = other.objectives.first()?.value < first.value;
        is_better.then_some(other)
    }
}
