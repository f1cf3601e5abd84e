//! Certificates of the bounds that were found: what the relaxation knew, in the terms of the formulation, and proofs
//! by SAT, solved once more without assumptions and with the bound among the clauses.

use crate::certify::{
    self, Certificate, Clauses, Cnf, FORMAT, Kind, LastEnd, Multipliers, Proof, Refutation,
    level_name,
};
use crate::formulation::{Formulation, SourceId};

use crate::schedule::Solution;
use crate::schedule::bound::certificate::FRACTION;
use crate::schedule::bound::evidence::{Evidence, place};
use crate::schedule::control::Control;
use crate::schedule::exact::sat::{self, Refuted};
use crate::schedule::instance::Instance;
use crate::schedule::propagate::makespan;

/// A certificate and the files that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The certificate.
    pub certificate: Certificate,
    /// Names and contents.
    pub files: Vec<(String, String)>,
}

/// What a certificate is written of.
pub struct Task<'a, 'm> {
    /// The problem.
    pub formulation: &'a Formulation,
    /// What was found.
    pub solution: &'a Solution,
    /// What the relaxation knew.
    pub evidence: &'a [Evidence],
    /// The bytes that a proof may have.
    pub effort: u64,
    /// Who listens.
    pub control: &'a Control<'m>,
}

impl Task<'_, '_> {
    /// Writes the certificate; `stem` is how the names of its files begin. What cannot be shown within the effort is
    /// bounded by less than the solution says.
    pub fn write(&self, plan: &str, stem: &str) -> Written {
        self.control.report("certificate", None, None, None);
        let last_end = last_end(self.formulation);
        let problem = format!("{stem}.problem.json");
        let mut files = vec![(problem.clone(), certify::describe(self.formulation))];
        let objectives = (0..self.formulation.objectives.len()).map(|goal| {
            let (shown, open) = self.by_multipliers(goal, last_end.as_ref());
            if let Some((mut proof, cnf)) = open
                && let Refuted::Proof(drat) =
                    sat::refute(&cnf, self.effort, &|| self.control.stopped())
            {
                let name = |suffix| format!("{stem}.{}.{suffix}", proof.name);
                let clauses = Clauses {
                    cnf: name("cnf"),
                    drat: name("drat"),
                };
                files.push((clauses.cnf.clone(), cnf.dimacs()));
                files.push((clauses.drat.clone(), drat));
                proof.lower_bound = self.solution.objectives[goal].lower_bound;
                proof.clauses = Some(clauses);
                return proof;
            }
            shown
        });
        let certificate = Certificate {
            format: FORMAT.to_owned(),
            plan: plan.to_owned(),
            problem,
            objectives: objectives.collect(),
        };
        Written { certificate, files }
    }

    /// The shortest proof by multipliers; else the one that shows most, and the one with the clauses for what it leaves open.
    fn by_multipliers(
        &self,
        goal: usize,
        last_end: Option<&LastEnd>,
    ) -> (Proof, Option<(Proof, Cnf)>) {
        let Task {
            formulation: f,
            solution,
            ..
        } = self;
        let bounded = solution.objectives[goal];
        let values = solution.objectives[..=goal].iter().map(|o| o.value);
        let mut limits: Vec<i64> = values.collect();
        limits[goal] = bounded.lower_bound.saturating_sub(1);
        // Of all, and of those that clauses may be made of.
        let mut best: [Option<(i128, Proof)>; 2] = [None, None];
        for mut proof in self.attempts(goal, last_end) {
            match refutation(&proof, &limits).slack(f) {
                Ok(None) => {
                    proof.lower_bound = bounded.lower_bound;
                    return (proof, None);
                }
                Ok(Some(slack)) => {
                    // The limit was too high by a little more than what is left over.
                    let excess = slack.div_euclid(1 << FRACTION) + 1;
                    let shown = i128::from(bounded.lower_bound) - excess;
                    proof.lower_bound = i64::try_from(shown).unwrap_or(i64::MIN);
                    let is_plain = [true, proof.turns.is_none()];
                    for (best, _) in best.iter_mut().zip(is_plain).filter(|&(_, is)| is) {
                        if best.as_ref().is_none_or(|(least, _)| slack < *least) {
                            *best = Some((slack, proof.clone()));
                        }
                    }
                }
                Err(_) => {}
            }
        }
        let [best, plain] = best.map(|best| best.map(|(_, proof)| proof));
        // Nothing is shown at all, such as where lateness is rewarded without limit.
        let best = best.unwrap_or_else(|| self.blank(goal));
        let open = plain.and_then(|proof| {
            let cnf = refutation(&proof, &limits).open(f).ok().flatten()?;
            Some((proof, cnf))
        });
        (best, open)
    }

    /// Proofs to try, the short ones first.
    fn attempts(&self, goal: usize, last_end: Option<&LastEnd>) -> Vec<Proof> {
        let f = self.formulation;
        let mut bare = vec![self.blank(goal)];
        for evidence in self.evidence.iter().rev().filter(|e| e.goal == goal) {
            let mut proof = self.blank(goal);
            for (weight, &earlier) in proof.weights[..goal].iter_mut().zip(&evidence.earlier) {
                *weight = earlier;
            }
            proof.turns = evidence.turns.clone();
            proof.multipliers = named(f, evidence.multipliers.clone());
            if f.objectives[..=goal].iter().all(|o| o.makespan == 0) {
                // Where the last end costs nothing, its levels bound nothing.
                proof.multipliers.retain(|row| row.kind != Kind::End);
            }
            bare.push(proof);
        }
        let with_last_end = |proof: Proof| {
            let more = last_end.map(|last_end| Proof {
                last_end: Some(last_end.clone()),
                ..proof.clone()
            });
            [Some(proof), more].into_iter().flatten()
        };
        bare.into_iter().flat_map(with_last_end).collect()
    }

    /// A proof without multipliers, which shows nothing yet.
    fn blank(&self, goal: usize) -> Proof {
        let mut weights = vec![0; goal + 1];
        weights[goal] = 1 << FRACTION;
        Proof {
            name: self.formulation.objectives[goal].name.clone(),
            lower_bound: i64::MIN,
            weights,
            last_end: None,
            multipliers: Vec::new(),
            turns: None,
            clauses: None,
        }
    }
}

/// What shows that not everything can be over before a second, where an objective weighs the last end.
fn last_end(f: &Formulation) -> Option<LastEnd> {
    if f.objectives.iter().all(|objective| objective.makespan == 0) {
        return None;
    }
    let instance = Instance::new(f, &|_: SourceId| true).ok()?;
    let bound = makespan::bound(&instance);
    let rows = bound.overfull.map(|overfull| {
        let level = &instance.levels[overfull.level];
        let (kind, index) = place(&instance, level.origin);
        Multipliers {
            kind,
            index,
            name: String::new(),
            unit: level.unit,
            steps: vec![(overfull.from, 1), (overfull.to, 0)],
        }
    });
    Some(LastEnd {
        at_least: bound.least,
        multipliers: named(f, rows.into_iter().collect()),
    })
}

fn named(f: &Formulation, mut rows: Vec<Multipliers>) -> Vec<Multipliers> {
    for row in &mut rows {
        row.name = level_name(f, row.kind, row.index);
    }
    rows
}

fn refutation<'a>(proof: &'a Proof, limits: &'a [i64]) -> Refutation<'a> {
    Refutation {
        limits,
        weights: &proof.weights,
        multipliers: &proof.multipliers,
        last_end: proof.last_end.as_ref(),
        turns: proof.turns.as_ref(),
    }
}
