//! Why a plan takes as long as it does, with what was tried: the driver of [`crate::critical`].

use super::{Checked, Prospect};
use crate::change::Change;
use crate::critical::{self, Binding, Chain, Chosen, Tried, Why};
use crate::diag::has_errors;
use crate::formulate::formulate;
use crate::plan::{Plan, assemble};
use crate::schedule::{Monitor, Options, Outcome, Quiet, schedule};

/// Changes that are tried: those of what binds longest.
const TRIED: usize = 3;

/// Things that bind and are told.
const TOLD: usize = 5;

/// Is told what is being planned, besides how it goes.
pub trait Watch: Monitor {
    /// A plan with a change is being computed.
    fn begin(&mut self, what: &str);
}

impl Watch for Quiet {
    fn begin(&mut self, _: &str) {}
}

/// What holds the end of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The chain from the plan's start to its end.
    pub chain: Chain,
    /// What binds along it, what binds longest first.
    pub bindings: Vec<Binding>,
    /// What came of changing what binds.
    pub tried: Vec<(Vec<Change>, Tried)>,
    /// What else those migrations could have done that the plan had to decide about.
    pub chosen: Vec<Chosen>,
    /// All of it in words.
    pub text: String,
}

impl Checked {
    /// What holds the end of a plan of the request at `index`, and what came of planning with the changes that are
    /// likeliest to help. None where the plan is not one of this file.
    pub fn why(
        &self,
        index: usize,
        plan: &Plan,
        options: &Options,
        watch: &mut dyn Watch,
    ) -> Option<Held> {
        if let Some(own) = self.seen_by(index, plan.since.as_ref()) {
            return own.why(index, plan, options, watch);
        }
        let settled = self.settled_by(index, plan)?;
        let datacenter = &self.analysis.datacenter;
        let (request, problem) = (&*settled.request, &*settled.problem);
        let schedule = critical::schedule_of(&problem.formulation, plan)?;
        let chain = critical::chain(&problem.formulation, &schedule);
        let mut bindings = critical::bindings(datacenter, request, problem, &schedule, &chain);
        bindings.truncate(TOLD);
        let mut tried: Vec<(Vec<Change>, Tried)> = Vec::new();
        for Binding { changes, .. } in &bindings {
            let is_known = tried.iter().any(|(known, _)| known == changes);
            if changes.is_empty() || is_known || tried.len() == TRIED || watch.stop() {
                continue;
            }
            watch.begin(&critical::trying(datacenter, request, changes));
            let outcome = self.plan_with(index, changes, options, watch);
            tried.push((changes.clone(), outcome));
        }
        let why = Why {
            datacenter,
            request,
            problem,
            plan,
            map: &self.map,
        };
        let mut text = critical::show(&why, &chain, &bindings, &tried);
        let chosen = match &self.prospects[index] {
            Prospect::Open(open) => critical::chosen(datacenter, request, open, plan),
            _ => Vec::new(),
        };
        text += &critical::show_chosen(datacenter, &chosen);
        Some(Held {
            chosen,
            chain,
            bindings,
            tried,
            text,
        })
    }

    /// Lets a plan of the request at `index` tell what holds its end; one that is not of this file tells nothing.
    pub fn hold(&self, index: usize, plan: &mut Plan) {
        let held = self.settled_by(index, plan).and_then(|settled| {
            let problem = &*settled.problem;
            let schedule = critical::schedule_of(&problem.formulation, plan)?;
            let chain = critical::chain(&problem.formulation, &schedule);
            let why = Why {
                datacenter: &self.analysis.datacenter,
                request: &settled.request,
                problem,
                plan,
                map: &self.map,
            };
            Some(why.held(&chain))
        });
        plan.held = held.unwrap_or_default();
    }

    /// Plans the request at `index` with changes of the input, one after the other.
    pub fn plan_with(
        &self,
        index: usize,
        changes: &[Change],
        options: &Options,
        monitor: &mut dyn Monitor,
    ) -> Tried {
        let mut datacenter = self.analysis.datacenter.clone();
        let mut request = self.analysis.requests[index].clone();
        for change in changes {
            change.make(&mut datacenter, &mut request);
        }
        let (problem, findings) = formulate(&datacenter, &request);
        let Some(problem) = problem.filter(|_| !has_errors(&findings)) else {
            return Tried::Impossible;
        };
        match schedule(&problem.formulation, options, monitor) {
            Outcome::Found(solution) => assemble(&datacenter, &request, &problem, &solution)
                .map_or(Tried::Unknown, |plan| Tried::Planned(Box::new(plan))),
            Outcome::Infeasible(_) => Tried::Impossible,
            Outcome::Unknown => Tried::Unknown,
        }
    }
}
