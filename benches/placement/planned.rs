//! A text, planned.

use std::time::Instant;

use mvm::compile::{Checked, Prospect, check};
use mvm::formulation::Formulation;
use mvm::plan::Plan;
use mvm::request::Task;
use mvm::schedule::{Effort, Options, Quiet};
use mvm::source::Loader;

struct Memory<'a>(&'a str);

impl Loader for Memory<'_> {
    fn load(&self, _: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.as_bytes().to_vec())
    }
}

/// A text without errors.
pub fn checked(text: &str) -> Checked {
    let checked = check("bench.mvm", &Memory(text));
    let found = &checked.diagnostics;
    assert!(!checked.has_errors(), "{found:?}\n{text}");
    checked
}

/// What is to be scheduled for its only plan.
pub fn formulation(checked: &Checked) -> &Formulation {
    match &checked.prospects[..] {
        [Prospect::Open(problem)] => &problem.formulation,
        _ => panic!("there is nothing to schedule"),
    }
}

/// A plan, and the seconds that it took from the text on.
pub struct Planned {
    pub plan: Plan,
    pub seconds: f64,
}

pub fn planned(text: &str, effort: Effort) -> Planned {
    let begin = Instant::now();
    let options = Options {
        effort,
        ..Options::default()
    };
    let plan = checked(text).plan(0, &options, &mut Quiet);
    Planned {
        plan: plan.unwrap_or_else(|why| panic!("{why:?}\n{text}")),
        seconds: begin.elapsed().as_secs_f64(),
    }
}

/// How many migrations there are.
pub fn moves(plan: &Plan) -> usize {
    let tasks = plan.actions.iter().map(|action| &action.task);
    tasks
        .filter(|task| matches!(task, Task::Migrate { .. }))
        .count()
}
