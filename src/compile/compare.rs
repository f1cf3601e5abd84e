//! A request in the hands of several planners, or planned by several models, each plan carried out with shared bandwidth.

use super::why::Watch;
use super::{Checked, Failure, Prospect};
use crate::baseline::{Baseline, Figures, Row};
use crate::formulate::formulate;
use crate::plan::assemble;
use crate::request::Model;
use crate::schedule::{Options, Outcome, schedule};
use crate::simulate::{Law, Stage, Trouble, simulate};

impl Checked {
    /// mvm, and all other planners, by the model of the request; `seed` is for those that choose at random.
    ///
    /// # Errors
    /// Why there is nothing to compare.
    pub fn compare(
        &self,
        index: usize,
        seed: u64,
        options: &Options,
        watch: &mut dyn Watch,
    ) -> Result<Vec<Row>, Failure> {
        watch.begin("mvm");
        let own = self.plan(index, options, watch);
        let datacenter = &self.analysis.datacenter;
        let row = |planner: &str, outcome| Row {
            planner: planner.to_owned(),
            outcome,
        };
        let mut rows = Vec::new();
        // Where mvm chooses the places, the others have the same ones.
        let settled = match &own {
            Ok(plan) => self.settled_by(index, plan).ok_or(Failure::Unknown)?,
            Err(_) => self.for_others(index, options, watch)?,
        };
        match own {
            Ok(plan) => {
                let stage = Stage::new(datacenter, &settled.request, &settled.problem, &plan);
                let stage = stage.ok_or(Failure::Unknown)?;
                let course = simulate(&stage, stage.law(), &Trouble::NONE);
                rows.push(row("mvm", Ok(Figures::of(&stage, &course))));
            }
            Err(Failure::Impossible(_)) => {
                rows.push(row("mvm", Err(String::from("proves that no plan holds"))));
            }
            Err(other) => return Err(other),
        }
        for baseline in Baseline::ALL {
            watch.begin(baseline.name());
            let plan = self.plan_of(baseline, &settled.request, &settled.problem, seed);
            let outcome = match plan {
                Err(Failure::Stuck(why)) => Err(why),
                Err(other) => return Err(other),
                Ok(plan) => {
                    let stage = Stage::new(datacenter, &settled.request, &settled.problem, &plan);
                    let stage = stage.ok_or(Failure::Unknown)?;
                    let course = simulate(&stage, stage.law(), &Trouble::NONE);
                    Ok(Figures::of(&stage, &course))
                }
            };
            rows.push(row(baseline.name(), outcome));
        }
        Ok(rows)
    }

    /// The request planned by each model, and each plan carried out by `law`: what a wrong model costs.
    ///
    /// # Errors
    /// Why there is nothing to compare.
    pub fn compare_models(
        &self,
        index: usize,
        law: Law,
        options: &Options,
        watch: &mut dyn Watch,
    ) -> Result<Vec<Row>, Failure> {
        if let Prospect::Broken = &self.prospects[index] {
            return Err(Failure::Input);
        }
        let datacenter = &self.analysis.datacenter;
        let mut rows = Vec::new();
        for model in Model::ALL {
            watch.begin(model.name());
            let mut request = self.analysis.requests[index].clone();
            request.model = model;
            let (problem, _) = formulate(datacenter, &request);
            let outcome = match problem {
                None => Err(String::from("has no plan by its durations")),
                Some(problem) => match schedule(&problem.formulation, options, watch) {
                    Outcome::Found(solution) => {
                        let plan = assemble(datacenter, &request, &problem, &solution);
                        let plan = plan.map_err(Failure::Unsound)?;
                        let settled = self.settled_with(&request, &problem, &plan);
                        let settled = settled.ok_or(Failure::Unknown)?;
                        let stage =
                            Stage::new(datacenter, &settled.request, &settled.problem, &plan);
                        let stage = stage.ok_or(Failure::Unknown)?;
                        let course = simulate(&stage, law, &Trouble::NONE);
                        Ok(Figures::of(&stage, &course))
                    }
                    Outcome::Infeasible(_) => Err(String::from("proves that no plan holds")),
                    Outcome::Unknown => Err(String::from("finds no plan within the effort")),
                },
            };
            rows.push(Row {
                planner: model.name().to_owned(),
                outcome,
            });
        }
        Ok(rows)
    }
}
