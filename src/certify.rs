//! Checks that no plan is better than a bound, and trusts nobody for it.
//!
//! A certificate shows that a schedule *below* the bound does not exist: multipliers price the starts of all actions
//! ([`Certificate`]), and where that leaves some, clauses that say exactly what is left are refuted by a proof in DRAT.
//! `CERTIFICATES.md` has the format and the mathematics.
//!
//! Nothing here uses the scheduler; the scheduler uses [`Refutation`] to write certificates that hold.

mod blame;
mod blocks;
mod clauses;
mod cnf;
mod describe;
mod format;
mod model;
mod price;
mod problem;
mod refutation;
mod rejection;
mod rup;
mod seal;
mod starts;
mod sum;
#[cfg(test)]
mod tests;
mod together;
mod turns;
mod windows;
mod work;

pub use cnf::Cnf;
pub use describe::describe;
pub use format::{
    Cell, Certificate, Clauses, FORMAT, Kind, LastEnd, Multipliers, Proof, Turns, level_name, read,
    write,
};
pub use refutation::Refutation;
pub use rejection::{Rejection, Suspect};

use crate::formulation::Formulation;
use work::Work;

/// What the objectives of a plan are, and what it says of their bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The objective's value.
    pub value: i64,
    /// No schedule whose earlier objectives have their values has less.
    pub lower_bound: i64,
}

/// What was checked for an objective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The objective.
    pub objective: String,
    /// The bound that holds.
    pub lower_bound: i64,
    /// How many numbers the multipliers have.
    pub numbers: usize,
    /// Clauses, and steps of their proof, where there is one.
    pub clauses: Option<(usize, usize)>,
}

/// Checks the bounds of a plan; `load` reads the files that the certificate names.
///
/// # Errors
/// What does not hold, for each objective, by its name.
pub fn check(
    f: &Formulation,
    plan: &str,
    claims: &[Claim],
    certificate: &Certificate,
    load: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Vec<Checked>, Vec<(String, Rejection)>> {
    let all = |why: Rejection| Err(vec![(plan.to_owned(), why)]);
    if certificate.plan != plan {
        return all(Rejection::OtherPlan(certificate.plan.clone()));
    }
    let names = f.objectives.iter().map(|o| &o.name);
    if claims.len() != f.objectives.len()
        || !certificate.objectives.iter().map(|p| &p.name).eq(names)
    {
        return all(Rejection::OtherObjectives);
    }
    let problem = &certificate.problem;
    match load(problem) {
        Ok(text) if text == describe(f) => {}
        Ok(_) => return all(Rejection::OtherProblem(problem.clone())),
        Err(why) => return all(Rejection::Unreadable(problem.clone(), why)),
    }
    let mut limits: Vec<i64> = claims.iter().map(|claim| claim.value).collect();
    let (mut checked, mut rejected) = (Vec::new(), Vec::new());
    for (at, (proof, claim)) in certificate.objectives.iter().zip(claims).enumerate() {
        let result = if proof.lower_bound < claim.lower_bound {
            Err(Rejection::OtherBound {
                certificate: proof.name.clone(),
                bound: proof.lower_bound,
                claimed: claim.lower_bound,
            })
        } else {
            // The earlier objectives are at their values, this one is better than what the certificate says.
            limits[at] = proof.lower_bound.saturating_sub(1);
            check_proof(f, &limits[..=at], proof, load).0
        };
        limits[at] = claim.value;
        match result {
            Ok(clauses) => checked.push(Checked {
                objective: proof.name.clone(),
                lower_bound: proof.lower_bound,
                numbers: proof.numbers(),
                clauses,
            }),
            Err(why) => rejected.push((proof.name.clone(), why)),
        }
    }
    if rejected.is_empty() {
        Ok(checked)
    } else {
        Err(rejected)
    }
}

/// What a check of one objective says, clauses and steps of their proof, and how much it has cost: no more than what is
/// read is worth.
fn check_proof(
    f: &Formulation,
    limits: &[i64],
    proof: &Proof,
    load: &dyn Fn(&str) -> Result<String, String>,
) -> (Result<Option<(usize, usize)>, Rejection>, Work) {
    let refutation = Refutation {
        limits,
        weights: &proof.weights,
        multipliers: &proof.multipliers,
        last_end: proof.last_end.as_ref(),
        turns: proof.turns.as_ref(),
    };
    let mut work = Work::of_reading(0);
    let result = refutation.refute(f, proof.clauses.as_ref(), load, &mut work);
    (result, work)
}
