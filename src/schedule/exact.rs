//! The optimum: of few jobs by branch and bound, else by SAT of what remains after the relaxation has excluded starts.

pub mod branch;
pub mod encode;
pub mod sat;

use super::bound::certificate::{Certificate, FRACTION};
use super::control::Control;
use super::instance::{Instance, Placed};
use encode::{Candidates, Model, every};
use sat::{Solver, Verdict};

/// What a search by SAT found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Nothing is better than what is given here, or than what was known.
    Optimal(Option<Placed>),
    /// The effort was spent; perhaps something better was found.
    Spent(Option<Placed>),
}

/// The starts that a schedule no worse than `value` may have; None where they are too many.
pub fn candidates(
    instance: &Instance,
    certificate: Option<(&Certificate, i64)>,
    most: usize,
) -> Option<Candidates> {
    let modes = instance.jobs.iter().map(|job| job.modes.len());
    if modes.sum::<usize>() > most {
        return None;
    }
    let tails = certificate.map(|(certificate, _)| certificate.tails());
    let exact = certificate.map(|(certificate, _)| certificate.exact(instance));
    let mut left = most;
    let mut all = Vec::new();
    for job in &instance.jobs {
        let mut modes: Vec<Vec<_>> = Vec::new();
        if let (Some((certificate, value)), Some(tails), Some(Some(exact))) =
            (certificate, &tails, exact)
        {
            // A start whose price is above the job's least by more than the gap is in no such schedule.
            let gap = (i128::from(value) << FRACTION) - exact;
            let least = job
                .modes
                .iter()
                .map(|mode| certificate.least(mode, tails))
                .min()?;
            for mode in &job.modes {
                modes.push(certificate.starts_below(mode, least + gap, tails, left)?);
            }
        } else {
            for mode in &job.modes {
                if mode.starts.count() > left as i64 {
                    return None;
                }
                modes.push(every(mode, 1));
            }
        }
        left = left.checked_sub(modes.iter().map(Vec::len).sum())?;
        all.push(modes);
    }
    Some(all)
}

/// Searches schedules better than `known` in one goal, the earlier ones being no worse than its values.
pub fn minimise(
    instance: &Instance,
    candidates: &Candidates,
    goal: usize,
    known: &[i64],
    effort: u64,
    control: &Control,
) -> Answer {
    if candidates
        .iter()
        .any(|modes| modes.iter().all(Vec::is_empty))
    {
        return Answer::Optimal(None);
    }
    let mut model = Model::new(instance, candidates);
    for (earlier, &value) in known[..goal].iter().enumerate() {
        model.limit(earlier, value);
    }
    let stop = || control.stopped();
    let mut solver = Solver::stoppable(effort, &stop);
    let mut best = None;
    let mut value = known[goal];
    loop {
        model.limit(goal, value - 1);
        match solver.solve(&model.clauses, &[]) {
            Verdict::Sat(bits) => {
                let placed = model.decode(&bits);
                value = instance.values(&placed)[goal];
                control.report("sat", Some(value), None, None);
                best = Some(placed);
            }
            Verdict::Unsat(_) => return Answer::Optimal(best),
            Verdict::Spent => return Answer::Spent(best),
        }
    }
}

/// Whether there is any schedule with these starts; None where the effort was spent.
pub fn feasible(
    instance: &Instance,
    candidates: &Candidates,
    effort: u64,
    control: &Control,
) -> Option<Option<Placed>> {
    if candidates
        .iter()
        .any(|modes| modes.iter().all(Vec::is_empty))
    {
        return Some(None);
    }
    let model = Model::new(instance, candidates);
    let stop = || control.stopped();
    let mut solver = Solver::stoppable(effort, &stop);
    match solver.solve(&model.clauses, &[]) {
        Verdict::Sat(bits) => Some(Some(model.decode(&bits))),
        Verdict::Unsat(_) => Some(None),
        Verdict::Spent => None,
    }
}
