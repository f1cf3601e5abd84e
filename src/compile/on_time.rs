//! What a file expects of a plan: of the plan itself, and of what becomes of it when durations vary.

use super::Checked;
use crate::diag::{Code, Diagnostic};
use crate::expect;
use crate::plan::Plan;
use crate::request::ExpectationKind;
use crate::simulate::{Series, Stage, Trouble, series};

/// How `expect on time` has durations vary: migrations of the papers' testbed that were planned alike varied by 6 %.
pub const USUAL: Trouble = Trouble {
    seed: 1,
    spread: 0.06,
    failures: 0.0,
};
/// A plan is carried out so often, one of many actions less often.
const SEEDS: u64 = 1000;
const FEWEST: u64 = 100;
const ACTIONS: u64 = 200_000;

impl Checked {
    /// The expectations that a plan of the request at `index` does not meet.
    pub fn unmet(&self, index: usize, plan: &Plan) -> Vec<Diagnostic> {
        let request = &self.analysis.requests[index];
        let mut unmet = expect::unmet(request, plan);
        let asked = request.expectations.iter().filter_map(|e| match e.kind {
            ExpectationKind::OnTime(share) => Some((share, e.origin)),
            _ => None,
        });
        let mut asked = asked.peekable();
        if asked.peek().is_none() {
            return unmet;
        }
        let Some(found) = self.carried_out(index, plan) else {
            return unmet;
        };
        for (share, origin) in asked {
            let Some((message, label)) = missed(&plan.name, share, &found) else {
                continue;
            };
            unmet.push(match origin {
                Some(span) => Diagnostic::new(Code::Unexpected, span, message, label),
                None => Diagnostic::without_place(Code::Unexpected, format!("{message}: {label}")),
            });
        }
        unmet
    }

    /// What becomes of a plan when durations vary.
    fn carried_out(&self, index: usize, plan: &Plan) -> Option<Series> {
        let settled = self.settled_by(index, plan)?;
        let datacenter = &self.analysis.datacenter;
        let stage = Stage::new(datacenter, &settled.request, &settled.problem, plan)?;
        let seeds = ACTIONS / (plan.actions.len() as u64).max(1);
        let seeds = seeds.clamp(FEWEST, SEEDS);
        Some(series(&stage, stage.law(), &USUAL, seeds))
    }
}

/// What is said of a plan that is not on time as often as expected: in so many millionths of all cases.
fn missed(name: &str, share: u32, found: &Series) -> Option<(String, String)> {
    let enough =
        u128::from(found.on_time) * 1_000_000 >= u128::from(share) * u128::from(found.seeds);
    if enough {
        return None;
    }
    let percent = |share: f64| {
        let text = format!("{share:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let is = percent(found.on_time as f64 * 100.0 / found.seeds as f64);
    let mut message = format!(
        "`{name}` is on time in {is} % of {} courses in which durations vary by {} %",
        found.seeds,
        percent(USUAL.spread * 100.0)
    );
    let worst = found.missed.iter().chain(&found.unmet);
    if let Some((rule, count)) = worst.max_by_key(|(_, count)| *count) {
        message += &format!(": in {count} `{rule}` is missed");
    }
    let expected = percent(f64::from(share) / 1e4);
    Some((message, format!("{expected} % are expected")))
}
