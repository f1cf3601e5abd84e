//! Certificates of the bounds that were found: what the relaxation knew, in the terms of the formulation, and proofs
//! by SAT, solved once more without assumptions and with the bound among the clauses.

use crate::certify::{Certificate, Clauses, FORMAT, Kind, LastEnd, Multipliers, Proof, Refutation, level_name};
use crate::formulation::{Formulation, SourceId};

use super::certificate::{Certificate as Relaxed, FRACTION};
use super::control::Control;
use super::instance::{Instance, Origin};
use super::sat::{self, Refuted};
use super::{Solution, makespan};

/// The multipliers that the relaxation of an objective has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Index of the objective.
    pub goal: usize,
    /// The multipliers; levels have no names yet.
    multipliers: Vec<Multipliers>,
}

impl Evidence {
    /// From a certificate of an instance.
    pub(super) fn new(instance: &Instance, certificate: &Relaxed) -> Evidence {
        let grid = certificate.grid;
        let rows = instance.levels.iter().zip(&certificate.multipliers);
        let multipliers = rows.filter_map(|(level, row)| {
            let mut steps: Vec<_> = row.iter().enumerate().map(|(slot, &m)| (grid.slot * slot as i64, m)).collect();
            steps.push((grid.horizon, 0));
            // Each step differs from the one before it, and from 0 at first.
            let mut before = 0;
            steps.retain(|&(_, m)| std::mem::replace(&mut before, m) != m);
            let (kind, index) = place(instance, level.origin);
            (!steps.is_empty()).then(|| Multipliers { kind, index, name: String::new(), unit: level.unit, steps })
        });
        Evidence { goal: certificate.goal, multipliers: multipliers.collect() }
    }
}

/// What a level is in the formulation.
fn place(instance: &Instance, origin: Origin) -> (Kind, usize) {
    match origin {
        Origin::Resource(index) => (Kind::Resource, index),
        Origin::Precedence(index) => (Kind::Precedence, index),
        Origin::End(job) => (Kind::End, instance.jobs[job].members[0].0 as usize),
    }
}

/// A certificate and the files that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The certificate.
    pub certificate: Certificate,
    /// Names and contents.
    pub files: Vec<(String, String)>,
}

/// Writes the certificate of a solution; `stem` is how the names of its files begin. What cannot be shown within the
/// effort is bounded by less than the solution says.
pub(super) fn write(f: &Formulation, plan: &str, stem: &str, solution: &Solution, evidence: &[Evidence], effort: u64, control: &Control) -> Written {
    let mut files = Vec::new();
    let last_end = last_end(f);
    let objectives = (0..f.objectives.len()).map(|goal| {
        let own = evidence.iter().rev().find(|evidence| evidence.goal == goal);
        let multipliers = own.map(|evidence| evidence.multipliers.clone()).unwrap_or_default();
        let author = Author { f, goal, solution, last_end: last_end.as_ref(), multipliers: named(f, multipliers) };
        let (mut proof, open) = author.proof();
        if let Some(found) = open.and_then(|cnf| {
            control.report("certificate", None, None, None);
            match sat::refute(&cnf, effort, &|| control.stopped()) {
                Refuted::Proof(drat) => Some((cnf.dimacs(), drat)),
                Refuted::Satisfiable | Refuted::Spent => None,
            }
        }) {
            let name = |suffix| format!("{stem}.{}.{suffix}", proof.name);
            let clauses = Clauses { cnf: name("cnf"), drat: name("drat") };
            files.push((clauses.cnf.clone(), found.0));
            files.push((clauses.drat.clone(), found.1));
            proof.lower_bound = solution.objectives[goal].lower_bound;
            proof.clauses = Some(clauses);
        }
        proof
    });
    let certificate = Certificate { format: FORMAT.to_owned(), plan: plan.to_owned(), objectives: objectives.collect() };
    Written { certificate, files }
}

/// What shows that nothing can have ended before a second, where a resource shows more than the longest path does.
fn last_end(f: &Formulation) -> Option<LastEnd> {
    if f.objectives.iter().all(|objective| objective.makespan == 0) {
        return None;
    }
    let instance = Instance::new(f, &|_: SourceId| true).ok()?;
    let full = makespan::full(&instance)?;
    let level = &instance.levels[full.level];
    let (kind, index) = place(&instance, level.origin);
    // All that is used from the head on would have to be over by then.
    let steps = vec![(full.head, 1), (full.end - 1 - full.tail, 0)];
    let row = Multipliers { kind, index, name: String::new(), unit: level.unit, steps };
    Some(LastEnd { at_least: full.end, multipliers: named(f, vec![row]) })
}

fn named(f: &Formulation, mut rows: Vec<Multipliers>) -> Vec<Multipliers> {
    for row in &mut rows {
        row.name = level_name(f, row.kind, row.index);
    }
    rows
}

/// Writes the proof of one objective.
struct Author<'a> {
    f: &'a Formulation,
    goal: usize,
    solution: &'a Solution,
    last_end: Option<&'a LastEnd>,
    multipliers: Vec<Multipliers>,
}

impl Author<'_> {
    /// The shortest proof by multipliers; else what they show, and clauses for the rest.
    fn proof(&self) -> (Proof, Option<crate::certify::Cnf>) {
        let bounded = self.solution.objectives[self.goal];
        let mut limits: Vec<i64> = self.solution.objectives[..=self.goal].iter().map(|o| o.value).collect();
        limits[self.goal] = bounded.lower_bound.saturating_sub(1);
        let mut weights = vec![0; self.goal + 1];
        weights[self.goal] = 1 << FRACTION;
        let mut proof = Proof {
            name: self.f.objectives[self.goal].name.clone(),
            lower_bound: bounded.lower_bound,
            weights,
            last_end: None,
            multipliers: Vec::new(),
            clauses: None,
        };
        let attempts = [(None, false), (self.last_end, false), (None, true), (self.last_end, true)];
        for (last_end, relaxed) in attempts {
            proof.last_end = last_end.cloned();
            proof.multipliers = if relaxed { self.multipliers.clone() } else { Vec::new() };
            if refutation(&proof, &limits).slack(self.f) == Ok(None) {
                return (proof, None);
            }
        }
        match refutation(&proof, &limits).slack(self.f) {
            Ok(Some(slack)) => {
                let cnf = refutation(&proof, &limits).open(self.f).ok().flatten();
                // By that much the limit was too high.
                let excess = slack.div_euclid(1 << FRACTION) + 1;
                let shown = i128::from(bounded.lower_bound) - excess;
                proof.lower_bound = i64::try_from(shown).unwrap_or(i64::MIN);
                (proof, cnf)
            }
            _ => {
                proof.lower_bound = i64::MIN;
                (proof, None)
            }
        }
    }
}

fn refutation<'a>(proof: &'a Proof, limits: &'a [i64]) -> Refutation<'a> {
    Refutation { limits, weights: &proof.weights, multipliers: &proof.multipliers, last_end: proof.last_end.as_ref() }
}
