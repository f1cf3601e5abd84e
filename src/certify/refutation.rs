//! The whole argument: multipliers, and clauses for what they leave open.

use crate::formulation::{Formulation, Seconds};

use super::blame;
use super::clauses::clauses;
use super::cnf::Cnf;
use super::format::{Clauses, LastEnd, Multipliers, Turns};
use super::model::Problem;
use super::price::Prices;
use super::problem::Hypothesis;
use super::rejection::Rejection;
use super::rup;
use super::turns::{self, Checked};
use super::work::Work;

/// The most starts that clauses are made for.
const MOST_STARTS: usize = 100_000;

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
    /// Actions that are priced together.
    pub turns: Option<&'a Turns>,
}

impl Refutation<'_> {
    /// By how much the weighted limits would have to be lower; None where the multipliers show all of it.
    ///
    /// # Errors
    /// Where the argument is wrong.
    pub fn slack(&self, f: &Formulation) -> Result<Option<i128>, Rejection> {
        let problem = self.problem(f)?;
        let cells = self.cells(&problem)?;
        Ok(Prices::new(&problem, self.limits, self.weights, self.multipliers)?.slack(&cells))
    }

    /// Whether the multipliers show it; else clauses that can be satisfied if there is such a schedule.
    ///
    /// # Errors
    /// Where the argument is wrong, or leaves too much open.
    pub fn open(&self, f: &Formulation) -> Result<Option<Cnf>, Rejection> {
        let problem = self.problem(f)?;
        let prices = Prices::new(&problem, self.limits, self.weights, self.multipliers)?;
        let cells = self.cells(&problem)?;
        let Some(slack) = prices.slack(&cells) else {
            return Ok(None);
        };
        if !cells.is_empty() {
            return Err(Rejection::Open(None));
        }
        let mut work = Work::of_writing();
        let starts = prices.starts(slack, MOST_STARTS);
        let cnf = starts.and_then(|s| clauses(&problem, &s, self.limits, &mut work));
        let cnf = cnf.ok_or(Rejection::Open(None))?;
        // What costs more than its text is worth is not read again.
        if work.spent > Work::of_reading(cnf.dimacs().len()).most {
            return Err(Rejection::Open(None));
        }
        Ok(Some(cnf))
    }

    /// Checks the whole argument, with the files of clauses and their proof where there are some; how many clauses and
    /// steps these have. `work` counts what it costs.
    pub(super) fn refute(
        &self,
        f: &Formulation,
        files: Option<&Clauses>,
        load: &dyn Fn(&str) -> Result<String, String>,
        work: &mut Work,
    ) -> Result<Option<(usize, usize)>, Rejection> {
        let problem = self.problem(f)?;
        let prices = Prices::new(&problem, self.limits, self.weights, self.multipliers)?;
        let cells = self.cells(&problem)?;
        let Some(slack) = prices.slack(&cells) else {
            return Ok(None);
        };
        let (limits, weights) = (self.limits, self.weights);
        let suspect = || blame::suspect(f, &problem, limits, weights, self.multipliers, &cells);
        // Of blocks that are priced together, no start alone is excluded: there are no clauses for what is left.
        let Some(files) = files.filter(|_| cells.is_empty()) else {
            return Err(Rejection::Open(suspect()));
        };
        let read =
            |name: &str| load(name).map_err(|why| Rejection::Unreadable(name.to_owned(), why));
        let text = read(&files.cnf)?;
        *work = Work::of_reading(text.len());
        // Each start that is left has a line of its own, but for one of each block.
        let most = text.lines().count() + problem.blocks.len();
        let starts = prices.starts(slack, most);
        let cnf = starts.and_then(|s| clauses(&problem, &s, self.limits, work));
        let Some(cnf) = cnf.filter(|cnf| cnf.dimacs() == text) else {
            return Err(Rejection::OtherClauses {
                file: files.cnf.clone(),
                suspect: suspect(),
            });
        };
        let steps =
            rup::check(&cnf, &read(&files.drat)?).map_err(|(line, why)| Rejection::Proof {
                file: files.drat.clone(),
                line,
                why,
            })?;
        Ok(Some((cnf.count(), steps)))
    }

    /// What is priced together.
    fn cells(&self, problem: &Problem) -> Result<Vec<Checked>, Rejection> {
        self.turns
            .map_or(Ok(Vec::new()), |turns| turns::check(problem, turns))
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
    if prices.slack(&[]).is_some() {
        Err(wrong)
    } else {
        Ok(last_end.at_least)
    }
}
