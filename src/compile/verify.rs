//! Whether all that a plan in a file says is true.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Checked, Prospect};
use crate::certify::{self, Certificate, Rejection};
use crate::datacenter::Datacenter;
use crate::emit::json::{self, PlanFile};
use crate::formulate::{Problem, Work};
use crate::plan::{Claim, Claims, Plan, SourceFile, replay};
use crate::request::{GoalKind, Request};
use crate::schedule::{Bounded, Solution};

/// No more differences between a plan and what it should be are told.
const MOST_TOLD: usize = 20;

impl Checked {
    /// Everything that a plan in a file says and that does not hold, in words; nothing if all of it does.
    ///
    /// Its bounds are taken as they are: that no plan is better takes a certificate. All else is computed anew.
    pub fn verify(&self, file: &PlanFile) -> Vec<String> {
        match self.restore(file) {
            Ok(plan) => plan.by.map_or(Vec::new(), |by| by.breaks),
            Err(mistakes) => mistakes,
        }
    }

    /// The plan that a file holds, with all that follows from it, if everything that the file says holds.
    ///
    /// # Errors
    /// As [`Checked::verify`] says it.
    pub fn restore(&self, file: &PlanFile) -> Result<Plan, Vec<String>> {
        let requests = &self.analysis.requests;
        let index = requests.iter().position(|r| r.name == file.plan);
        let Some(index) = index else {
            return Err(vec![format!(
                "`{}` is no plan of `{}`",
                file.plan, self.source.file
            )]);
        };
        let since = file.since(&self.analysis.datacenter)?;
        if let Some(own) = self.seen_by(index, since.as_ref()) {
            return own.restore(file);
        }
        if let Prospect::After(_) = self.prospects[index] {
            return Err(vec![format!(
                "`{}` does not say from where it starts",
                file.plan
            )]);
        }
        if requests[index].bandwidth != file.bandwidth {
            return Err(vec![format!(
                "`{}` was planned with other rates to choose from than it is checked with",
                file.plan
            )]);
        }
        if let Some(by) = &file.by {
            let plan = self.restore_other(index, file, &by.planner)?;
            let mistakes = differences(file, &PlanFile::new(&self.analysis.datacenter, &plan));
            return if mistakes.is_empty() {
                Ok(plan)
            } else {
                Err(mistakes)
            };
        }
        let settled = self.settled(index, file)?;
        let (request, problem) = (&*settled.request, &*settled.problem);
        let again = self.again(file, request, problem);
        let mut mistakes = match &again {
            Ok(plan) => differences(file, &PlanFile::new(&self.analysis.datacenter, plan)),
            Err(mistakes) => mistakes.clone(),
        };
        mistakes.extend(misnamed(&self.analysis.datacenter, problem, file));
        match again {
            Ok(plan) if mistakes.is_empty() => Ok(plan),
            _ => Err(mistakes),
        }
    }

    /// The plan of the file's own schedule and bounds: whatever is computed from them is computed anew.
    fn again(
        &self,
        file: &PlanFile,
        request: &Request,
        problem: &Problem,
    ) -> Result<Plan, Vec<String>> {
        let claims = claims(file);
        let schedule = replay(&self.analysis.datacenter, request, problem, &claims)?;
        let bounded =
            |&(_, value, lower_bound): &(String, i64, i64)| Bounded { value, lower_bound };
        let solution = Solution {
            schedule,
            objectives: claims.objectives.iter().map(bounded).collect(),
            slot: 1,
            reproducible: file.reproducible,
        };
        let plan = self.assemble(request, problem, &solution)?;
        Ok(self.as_made_from(plan, file))
    }

    /// The plan, with what its file says that it was made from.
    pub(super) fn as_made_from(&self, mut plan: Plan, file: &PlanFile) -> Plan {
        // What the plan was made from is said apart, where that is another text.
        let texts = plan.source.take().map(|source| source.texts);
        plan.source = file.source.as_ref().map(|source| SourceFile {
            texts: texts.unwrap_or_default(),
            file: source.file.clone(),
            sha256: source.sha256.clone(),
            files: (source.files.iter())
                .map(|input| (input.file.clone(), input.sha256.clone()))
                .collect(),
        });
        plan
    }

    /// Checks what shows the bounds of a plan in a file that holds (see [`Checked::verify`]); `load` reads the files
    /// that the certificate names.
    ///
    /// # Errors
    /// What does not hold, by the name of the objective, or of the plan.
    pub fn check_certificate(
        &self,
        file: &PlanFile,
        certificate: &Certificate,
        load: &dyn Fn(&str) -> Result<String, String>,
    ) -> Result<Vec<certify::Checked>, Vec<(String, Rejection)>> {
        let at = self
            .analysis
            .requests
            .iter()
            .position(|r| r.name == file.plan);
        let since = file.since(&self.analysis.datacenter).ok().flatten();
        if let Some(own) = at.and_then(|at| self.seen_by(at, since.as_ref())) {
            return own.check_certificate(file, certificate, load);
        }
        let mut requests = self.analysis.requests.iter().zip(&self.prospects);
        let prospect = requests.find(|(request, _)| request.name == file.plan);
        let Some((_, Prospect::Open(problem))) = prospect else {
            return Err(vec![(
                file.plan.clone(),
                Rejection::OtherPlan(certificate.plan.clone()),
            )]);
        };
        let claims = claims(file).objectives.into_iter();
        let claims: Vec<certify::Claim> = claims
            .map(|(_, value, lower_bound)| certify::Claim { value, lower_bound })
            .collect();
        certify::check(&problem.formulation, &file.plan, &claims, certificate, load)
    }
}

/// What a plan says and what it should say, by place.
fn differences(file: &PlanFile, again: &PlanFile) -> Vec<String> {
    let value = |file| serde_json::to_value(file).expect("a plan is plain data with text keys");
    let mut found = Vec::new();
    compare(&value(file), &value(again), "", &mut found);
    let more = found.len().saturating_sub(MOST_TOLD);
    found.truncate(MOST_TOLD);
    if more > 0 {
        found.push(format!("and {more} more differences"));
    }
    found
}

fn compare(claimed: &Value, real: &Value, place: &str, found: &mut Vec<String>) {
    match (claimed, real) {
        (Value::Object(claimed), Value::Object(real)) => {
            for (key, value) in real {
                let place = format!("{place}{}{key}", if place.is_empty() { "" } else { "." });
                match claimed.get(key) {
                    Some(claimed) => compare(claimed, value, &place, found),
                    None => found.push(format!("`{place}` is missing: it is {value}")),
                }
            }
            for (key, value) in claimed.iter().filter(|(key, _)| !real.contains_key(*key)) {
                let place = format!("{place}{}{key}", if place.is_empty() { "" } else { "." });
                found.push(format!(
                    "`{place}` is not there at all, but the plan says {value}"
                ));
            }
        }
        (Value::Array(claimed), Value::Array(real)) if claimed.len() == real.len() => {
            for (at, (claimed, real)) in claimed.iter().zip(real).enumerate() {
                // An action is known by its id.
                let place = match real.get("id").and_then(Value::as_str) {
                    Some(id) => format!("{place}[{id}]"),
                    None => format!("{place}[{at}]"),
                };
                compare(claimed, real, &place, found);
            }
        }
        _ if claimed == real => {}
        _ => found.push(format!("`{place}` is {real}, not {claimed}")),
    }
}

/// What a plan in a file says, in the units of the model.
fn claims(file: &PlanFile) -> Claims {
    let objective = |o: &json::Objective| {
        let goal = GoalKind::ALL.iter().find(|goal| goal.name() == o.name);
        let scale = i128::from(1000 / goal.map_or(1, |goal| goal.scale()));
        let whole = |milli: i128| {
            if milli % scale == 0 {
                i64::try_from(milli / scale).unwrap_or(i64::MAX)
            } else {
                i64::MIN
            }
        };
        (o.name.clone(), whole(o.value.0), whole(o.lower_bound.0))
    };
    let objectives = if file.objectives.is_empty() {
        file.objective.as_slice()
    } else {
        &file.objectives
    };
    let amount = |milli: i128| u64::try_from(milli).unwrap_or(u64::MAX);
    Claims {
        actions: file.actions.iter().map(claim).collect(),
        makespan: file.makespan,
        peak_power: amount(file.peak_power_w.0),
        energy: amount(file.energy_j.0),
        objectives: objectives.iter().map(objective).collect(),
    }
}

fn claim(action: &json::Action) -> Claim {
    Claim {
        id: action.id.clone(),
        start: action.start,
        end: action.end,
        rate: action
            .bandwidth_mbps
            .map(|rate| u64::try_from(rate.0).unwrap_or(u64::MAX)),
        after: action.after.clone(),
        not_before: action.not_before,
    }
}

/// Actions whose kind, VM or servers are not those of the action that has their id.
fn misnamed(datacenter: &Datacenter, problem: &Problem, file: &PlanFile) -> Vec<String> {
    let names: BTreeMap<&str, &Work> = problem
        .formulation
        .actions
        .iter()
        .map(|a| a.name.as_str())
        .zip(&problem.work)
        .collect();
    let wrong = file.actions.iter().filter(|action| {
        let Some(work) = names.get(action.id.as_str()) else {
            return false;
        };
        let (vm, to) = (work.task.vm(), work.task.to());
        let from = work.from.map(|from| datacenter[from].name.as_str());
        let (from, at) = if to.is_some() {
            (from, None)
        } else {
            (None, from)
        };
        action.kind != work.task.into()
            || action.vm.as_deref() != vm.map(|vm| datacenter[vm].name.as_str())
            || action.to.as_deref() != to.map(|to| datacenter[to].name.as_str())
            || action.from.as_deref() != from
            || action.server.as_deref() != at
            || action.text.as_deref() != work.text.as_deref()
    });
    wrong
        .map(|action| {
            format!(
                "`{}` does not have the kind, VM or servers that this action has",
                action.id
            )
        })
        .collect()
}
