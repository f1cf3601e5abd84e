//! Why a certificate is refused.

use crate::formulation::Seconds;

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
    /// Of a cell, counted from 0, something is not as it says, or a block of it is in another one, too.
    #[error(
        "of cell {0}, what takes turns, comes before or after is not as it says, or is in two cells"
    )]
    Cell(usize),
    /// Numbers or combinations beyond what is checked.
    #[error("numbers are too large to be added up, or groups of actions have too many modes")]
    TooLarge,
    /// The last end can be earlier.
    #[error("it does not show that nothing ends before {0} s")]
    LastEnd(Seconds),
    /// The multipliers alone do not show it.
    #[error("its multipliers do not show it, and there is no proof of what they leave open{}", blamed(.0))]
    Open(Option<Suspect>),
    /// The problem that it is of is another one.
    #[error("`{0}` is not the problem of this plan")]
    OtherProblem(String),
    /// The clauses are not those of the problem.
    #[error("the clauses in `{file}` are not those of what the multipliers leave open{}", blamed(.suspect))]
    OtherClauses {
        /// The file.
        file: String,
        /// What to look at first.
        suspect: Option<Suspect>,
    },
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

/// A number that fits the others of a certificate least: with another one in its place, they show the most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suspect {
    /// A multiplier.
    Multiplier {
        /// Its level.
        name: String,
        /// The second from which on it holds.
        from: Seconds,
        /// It.
        value: i64,
    },
    /// A weight.
    Weight {
        /// Its objective.
        name: String,
        /// It.
        value: i64,
    },
}

fn blamed(suspect: &Option<Suspect>) -> String {
    match suspect {
        None => String::new(),
        Some(Suspect::Multiplier { name, from, value }) => format!(
            "; the multiplier {value} of `{name}` from second {from} on fits the others least"
        ),
        Some(Suspect::Weight { name, value }) => {
            format!("; the weight {value} of `{name}` fits the multipliers least")
        }
    }
}
