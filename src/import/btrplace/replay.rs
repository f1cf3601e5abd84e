//! The plan of a file against what was written of it.

use std::collections::{BTreeMap, VecDeque};

use super::{Instance, StepKind};
use crate::datacenter::Datacenter;
use crate::diag::{Code, Diagnostic, has_errors};
use crate::formulate::{Problem, formulate};
use crate::formulation::{Mode, Schedule, Seconds};
use crate::plan::verify;
use crate::request::Task;
use crate::sema::analyse;
use crate::source::{Loader, SourceMap};

/// The name under which the text is read.
const FILE: &str = "imported.mvm";

struct Text<'a>(&'a str);

impl Loader for Text<'_> {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            FILE => Ok(self.0.as_bytes().to_vec()),
            _ => Err(String::from("there is no such file")),
        }
    }
}

/// Replays the plan of the file, if it is one.
///
/// # Errors
/// Why the plan cannot be what happens in the datacenter of the file.
pub fn replay(instance: &Instance, text: &str) -> Result<(), Vec<Diagnostic>> {
    if instance.steps.is_empty() || instance.steps.iter().any(|step| step.time.is_none()) {
        return Ok(());
    }
    let mut map = SourceMap::new();
    let (analysis, mut found) = analyse(FILE, &Text(text), &mut map);
    let mut problem = None;
    if let ([request], false) = (&analysis.requests[..], has_errors(&found)) {
        let formulated = formulate(&analysis.datacenter, request);
        problem = formulated.0;
        found.extend(formulated.1);
    }
    let Some(problem) = problem.filter(|_| !has_errors(&found)) else {
        let errors = found
            .iter()
            .filter(|finding| has_errors(std::slice::from_ref(finding)));
        return Err(errors.map(|error| contradiction(&error.message)).collect());
    };
    let f = &problem.formulation;
    let schedule = schedule(instance, &analysis.datacenter, &problem)?;
    let violations = verify(f, &schedule);
    if violations.is_empty() {
        return Ok(());
    }
    let words = violations
        .iter()
        .map(|violation| contradiction(&violation.words(f)));
    Err(words.collect())
}

fn contradiction(why: &str) -> Diagnostic {
    Diagnostic::without_place(
        Code::ImportContradiction,
        format!("the plan does not hold in its own datacenter: {why}"),
    )
}

/// The times of the plan, for each action that was written.
fn schedule(
    instance: &Instance,
    datacenter: &Datacenter,
    problem: &Problem,
) -> Result<Schedule, Vec<Diagnostic>> {
    let mut times: BTreeMap<(u8, String), VecDeque<(u64, u64)>> = BTreeMap::new();
    for step in &instance.steps {
        let key = match step.kind {
            StepKind::Boot(node) => (0, format!("node{node}")),
            StepKind::Migrate { vm, .. } => (1, format!("vm{vm}")),
            StepKind::Shutdown(node) => (2, format!("node{node}")),
        };
        times.entry(key).or_default().extend(step.time);
    }
    let f = &problem.formulation;
    let mut schedule = Schedule {
        start: Vec::new(),
        mode: Vec::new(),
    };
    let mut wrong = Vec::new();
    for (action, work) in f.actions.iter().zip(&problem.work) {
        let key = match work.task {
            Task::Boot(server) => (0, datacenter[server].name.clone()),
            Task::Migrate { vm, .. } => (1, datacenter[vm].name.clone()),
            Task::Shutdown(server) => (2, datacenter[server].name.clone()),
            _ => continue,
        };
        let own = times.get_mut(&key).and_then(VecDeque::pop_front);
        let Some((start, takes)) = own else {
            wrong.push(contradiction(&format!("`{}` is not in it", action.name)));
            continue;
        };
        let lasts = |mode: &Mode| u64::try_from(mode.duration) == Ok(takes);
        let mode = action.modes.iter().position(lasts);
        if let (Ok(start), Some(mode)) = (Seconds::try_from(start), mode) {
            schedule.start.push(start);
            schedule.mode.push(mode as u32);
        } else {
            wrong.push(contradiction(&format!(
                "`{}` cannot take {takes} s from second {start} on",
                action.name
            )));
        }
    }
    if wrong.is_empty() {
        Ok(schedule)
    } else {
        Err(wrong)
    }
}
