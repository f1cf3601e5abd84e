//! Whether a plan is what its file expects it to be.

use crate::diag::{Code, Diagnostic};
use crate::plan::Plan;
use crate::request::{ExpectationKind, GoalKind, Request};
use crate::show::{show_energy, show_power, show_seconds};

/// The expectations that a plan does not meet.
pub fn unmet(request: &Request, plan: &Plan) -> Vec<Diagnostic> {
    let found = request.expectations.iter().filter_map(|expectation| {
        let (message, label) = judge(expectation.kind, plan)?;
        Some(match expectation.origin {
            Some(span) => Diagnostic::new(Code::Unexpected, span, message, label),
            None => Diagnostic::without_place(Code::Unexpected, format!("{message}: {label}")),
        })
    });
    found.collect()
}

/// Whether the file says that no plan exists.
pub fn expects_none(request: &Request) -> bool {
    request
        .expectations
        .iter()
        .any(|e| e.kind == ExpectationKind::Impossible)
}

/// What was expected and what came, where they differ.
fn judge(expectation: ExpectationKind, plan: &Plan) -> Option<(String, String)> {
    let name = &plan.name;
    let more = |what: &str, is: String, expected: String| {
        Some((
            format!("{what} of `{name}` is {is}"),
            format!("at most {expected} is expected"),
        ))
    };
    let value = |goal: GoalKind| {
        plan.objectives
            .iter()
            .find(|o| o.goal == goal)
            .map(|o| o.value)
    };
    match expectation {
        ExpectationKind::Impossible => Some((
            format!("`{name}` has a plan"),
            String::from("none is expected"),
        )),
        ExpectationKind::Possible => None,
        ExpectationKind::Optimal => {
            let open = plan.objectives.iter().find(|o| o.value != o.lower_bound)?;
            Some((
                format!(
                    "`{name}` is not proved optimal: its gap is {:.2} %",
                    open.gap() * 100.0
                ),
                String::from("an optimum is expected"),
            ))
        }
        ExpectationKind::Makespan(most) if plan.makespan > most => more(
            "the makespan",
            show_seconds(plan.makespan),
            show_seconds(most),
        ),
        ExpectationKind::Mttr(most) => {
            let ends =
                value(GoalKind::Mttr).unwrap_or_else(|| plan.actions.iter().map(|a| a.end).sum());
            if ends > most {
                more("the sum of ends", show_seconds(ends), show_seconds(most))
            } else {
                None
            }
        }
        ExpectationKind::Energy(most) => {
            let most = u64::try_from(most).unwrap_or(0);
            if plan.energy > most {
                more("the energy", show_energy(plan.energy), show_energy(most))
            } else {
                None
            }
        }
        ExpectationKind::Peak(most) if plan.peak_power > most => more(
            "the peak power",
            show_power(plan.peak_power),
            show_power(most),
        ),
        ExpectationKind::Gap(most) => {
            let gap = plan.objectives.first()?.gap() * 1e6;
            if gap > f64::from(most) {
                more(
                    "the gap",
                    format!("{:.2} %", gap / 1e4),
                    format!("{:.2} %", f64::from(most) / 1e4),
                )
            } else {
                None
            }
        }
        // That is not of the plan alone: `crate::compile` has it carried out.
        ExpectationKind::OnTime(_) => None,
        ExpectationKind::Makespan(_) | ExpectationKind::Peak(_) => None,
    }
}
