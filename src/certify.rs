//! Checks that no plan is better than a bound, and trusts nobody for it.
//!
//! A certificate shows that a schedule *below* the bound does not exist: multipliers price the starts of all actions
//! ([`Certificate`]), and where that leaves some, clauses that say exactly what is left are refuted by a proof in DRAT.
//! `CERTIFICATES.md` has the format and the mathematics.
//!
//! Nothing here uses the scheduler; the scheduler uses [`Refutation`] to write certificates that hold.

mod blocks;
mod clauses;
mod describe;
mod format;
mod price;
mod problem;
mod rup;
mod seal;
mod starts;
mod sum;
mod together;

pub use describe::describe;
pub use format::{Certificate, Clauses, FORMAT, Kind, LastEnd, Multipliers, Proof, read, write};

use crate::formulation::{Formulation, Seconds};
pub use clauses::Cnf;
use price::Prices;
use problem::{Hypothesis, Problem};

/// The most starts that clauses are made for.
const MOST_STARTS: usize = 100_000;

/// Why a certificate does not show what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It is of another plan.
    #[error("it is of the plan `{0}`")]
    OtherPlan(String),
    /// It does not say what the plan says.
    #[error("it bounds `{certificate}` from below by {bound}, the plan says {claimed}")]
    OtherBound {
        /// The objective.
        certificate: String,
        /// What the certificate shows.
        bound: i64,
        /// What the plan says.
        claimed: i64,
    },
    /// Its objectives are not the plan's.
    #[error("its objectives are not those of the plan")]
    OtherObjectives,
    /// There is not one weight, at least 0, for each objective up to the one that is bounded.
    #[error(
        "it does not have one weight, at least 0, for each objective up to the one that is bounded"
    )]
    Weights,
    /// A level is unknown, has another name, comes twice, or is in units below 1.
    #[error("there is no level `{0}`, it has another name or unit, or it comes twice")]
    UnknownLevel(String),
    /// A level's unit does not divide what actions take and give.
    #[error("the unit of `{0}` does not divide all that actions take and give of it")]
    Unit(String),
    /// Multipliers are negative, not ordered in time, or do not end in 0.
    #[error(
        "multipliers of `{0}` are negative, not ordered from second 0 on, or do not end with 0"
    )]
    Steps(String),
    /// Lateness is rewarded without limit.
    #[error(
        "`{0}` rewards lateness more than the last end costs, so there is no bound without a deadline"
    )]
    NoHorizon(String),
    /// Numbers or combinations beyond what is checked.
    #[error("numbers are too large to be added up, or groups of actions have too many modes")]
    TooLarge,
    /// The last end can be earlier.
    #[error("it does not show that nothing ends before {0} s")]
    LastEnd(Seconds),
    /// The multipliers alone do not show it.
    #[error("its multipliers do not show it, and there is no proof of what they leave open")]
    Open,
    /// The problem that it is of is another one.
    #[error("`{0}` is not the problem of this plan")]
    OtherProblem(String),
    /// The clauses are not those of the problem.
    #[error("the clauses in `{0}` are not those of what the multipliers leave open")]
    OtherClauses(String),
    /// The proof is wrong.
    #[error("`{file}`, line {line}: {why}")]
    Proof {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What does not hold.
        why: &'static str,
    },
    /// A file of clauses or of a proof cannot be read.
    #[error("`{0}` cannot be read: {1}")]
    Unreadable(String, String),
}

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
            // The earlier objectives are at their values, this one is better than its bound.
            limits[at] = claim.lower_bound.saturating_sub(1);
            check_proof(f, &limits[..=at], proof, load)
        };
        limits[at] = claim.value;
        match result {
            Ok(clauses) => checked.push(Checked {
                objective: proof.name.clone(),
                lower_bound: claim.lower_bound,
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

fn check_proof(
    f: &Formulation,
    limits: &[i64],
    proof: &Proof,
    load: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Option<(usize, usize)>, Rejection> {
    let refutation = Refutation {
        limits,
        weights: &proof.weights,
        multipliers: &proof.multipliers,
        last_end: proof.last_end.as_ref(),
    };
    let Some(cnf) = refutation.open(f)? else {
        return Ok(None);
    };
    let Some(files) = &proof.clauses else {
        return Err(Rejection::Open);
    };
    let read = |name: &str| load(name).map_err(|why| Rejection::Unreadable(name.to_owned(), why));
    if read(&files.cnf)? != cnf.dimacs() {
        return Err(Rejection::OtherClauses(files.cnf.clone()));
    }
    let steps = rup::check(&cnf, &read(&files.drat)?).map_err(|(line, why)| Rejection::Proof {
        file: files.drat.clone(),
        line,
        why,
    })?;
    Ok(Some((cnf.count(), steps)))
}

/// An argument that there is no schedule with which the first objectives are within limits.
#[derive(Debug, Clone, Copy)]
pub struct Refutation<'a> {
    /// The most that each may be.
    pub limits: &'a [i64],
    /// Their weights; 0 for each that the argument does not need.
    pub weights: &'a [i64],
    /// The multipliers.
    pub multipliers: &'a [Multipliers],
    /// What is known of the last end.
    pub last_end: Option<&'a LastEnd>,
}

impl Refutation<'_> {
    /// By how much the weighted limits would have to be lower; None where the multipliers show all of it.
    ///
    /// # Errors
    /// Where the argument is wrong.
    pub fn slack(&self, f: &Formulation) -> Result<Option<i128>, Rejection> {
        let problem = self.problem(f)?;
        Ok(Prices::new(&problem, self.limits, self.weights, self.multipliers)?.slack())
    }

    /// Whether the multipliers show it; else clauses that can be satisfied if there is such a schedule.
    ///
    /// # Errors
    /// Where the argument is wrong, or leaves too much open.
    pub fn open(&self, f: &Formulation) -> Result<Option<Cnf>, Rejection> {
        let problem = self.problem(f)?;
        let prices = Prices::new(&problem, self.limits, self.weights, self.multipliers)?;
        let Some(slack) = prices.slack() else {
            return Ok(None);
        };
        let starts = prices.starts(slack, MOST_STARTS).ok_or(Rejection::Open)?;
        Cnf::new(&problem, &starts, self.limits)
            .map(Some)
            .ok_or(Rejection::Open)
    }

    fn problem(&self, f: &Formulation) -> Result<Problem, Rejection> {
        let last_end = self.last_end.map_or(Ok(0), |last_end| shown(f, last_end))?;
        let hypothesis = Hypothesis {
            limits: self.limits,
            deadline: None,
            last_end,
        };
        Problem::new(f, &hypothesis)
    }
}

/// The name of a level.
pub fn level_name(f: &Formulation, kind: Kind, index: usize) -> String {
    match kind {
        Kind::Resource => f.resources[index].name.clone(),
        Kind::Precedence => {
            let order = &f.precedences[index];
            format!("{} -> {}", f[order.first].name, f[order.then].name)
        }
        Kind::End => f.actions[index].name.clone(),
    }
}

/// By when nothing can have ended, if multipliers show it.
fn shown(f: &Formulation, last_end: &LastEnd) -> Result<Seconds, Rejection> {
    let wrong = Rejection::LastEnd(last_end.at_least);
    if !(1..1 << 40).contains(&last_end.at_least) {
        return Err(wrong);
    }
    let hypothesis = Hypothesis {
        limits: &[],
        deadline: Some(last_end.at_least - 1),
        last_end: 0,
    };
    let problem = Problem::new(f, &hypothesis)?;
    let prices = Prices::new(&problem, &[], &[], &last_end.multipliers)?;
    if prices.slack().is_some() {
        Err(wrong)
    } else {
        Ok(last_end.at_least)
    }
}
