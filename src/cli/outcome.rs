//! What became of a plan, said and as an exit status.

use super::Status;
use super::terminal::Terminal;
use crate::compile::{Checked, Failure};
use crate::emit::amount;
use crate::expect;
use crate::plan::Plan;
use crate::schedule::{Effort, Monitor, Options};

/// Says in what a plan is not what its file expects.
pub fn expected(checked: &Checked, index: usize, plan: &Plan, terminal: &Terminal) -> Status {
    let unmet = checked.unmet(index, plan);
    terminal.show(&checked.map, &unmet);
    match unmet.is_empty() {
        true => Status::Done,
        false => Status::Missed,
    }
}

/// Says why there is no plan.
pub fn failed(
    checked: &Checked,
    index: usize,
    failure: Failure,
    options: &Options,
    monitor: &dyn Monitor,
    terminal: &Terminal,
) -> Status {
    let request = &checked.analysis.requests[index];
    let name = &request.name;
    match failure {
        Failure::Input => Status::WrongInput,
        Failure::Impossible(_) if expect::expects_none(request) => {
            terminal.say(&format!("{name}: no plan exists, as expected"));
            Status::Done
        }
        Failure::Impossible(diagnostics) => {
            terminal.show(&checked.map, &diagnostics);
            Status::Impossible
        }
        Failure::Unknown if monitor.stop() => {
            terminal.say(&format!(
                "error: interrupted before a plan for `{name}` was found or excluded"
            ));
            Status::Interrupted
        }
        Failure::Unknown => {
            let (spent, more) = match options.time_limit {
                Some(_) => ("time", "; give it more"),
                None if options.effort == Effort::Best => ("effort", ""),
                None => ("effort", "; try `--effort best`"),
            };
            terminal.say(&format!(
                "error: the {spent} was spent before a plan for `{name}` was found or excluded{more}"
            ));
            Status::Undecided
        }
        Failure::Stuck(why) => {
            terminal.say(&format!("error: `{name}` {why}"));
            Status::Undecided
        }
        Failure::Unsound(violations) => {
            terminal.say(&format!("error: the checker refused the schedule of `{name}`; this is a defect of mvm, please report it"));
            for violation in violations {
                terminal.say(&format!("  {violation}"));
            }
            Status::DoesNotHold
        }
    }
}

/// What a plan with lower rates has over one without.
pub fn choice(plan: &Plan, other: &Plan) -> String {
    let figure = |plan: &Plan| {
        let first = plan.objectives.first();
        first.map_or_else(String::new, |first| {
            let value = amount::objective(first.goal, first.value);
            format!("{value} ({})", amount::quality(first))
        })
    };
    let goal = plan.objectives.first().map_or("value", |o| o.goal.name());
    format!(
        "note: with `bandwidth choose` in plan `{}` its {goal} is at most {}, not {}",
        plan.name,
        figure(other),
        figure(plan)
    )
}
