//! The driver: from sources to plans and diagnostics, for the command line, tests and editors.

use sha2::{Digest, Sha256};

use crate::diag::{Diagnostic, has_errors};
use crate::explain;
use crate::formulate::{Problem, formulate};
use crate::plan::{Plan, SourceFile, assemble};
use crate::schedule::{Monitor, Options, Outcome, schedule};
use crate::sema::{Analysis, analyse};
use crate::source::{Loader, SourceMap};

/// A file that was checked, with all that it uses.
pub struct Checked {
    /// The texts.
    pub map: SourceMap,
    /// What they say.
    pub analysis: Analysis,
    /// The scheduling problem of each plan; None where its errors leave none.
    pub problems: Vec<Option<Problem>>,
    /// What was found, errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
    source: SourceFile,
}

/// Checks the file at `entry` (relative to the loader's root) and formulates its plans.
pub fn check(entry: &str, loader: &dyn Loader) -> Checked {
    let mut map = SourceMap::new();
    let (analysis, mut diagnostics) = analyse(entry, loader, &mut map);
    let mut problems = Vec::new();
    if has_errors(&diagnostics) {
        problems.resize(analysis.requests.len(), None);
    } else {
        for request in &analysis.requests {
            let (problem, found) = formulate(&analysis.datacenter, request);
            problems.push(problem.filter(|_| !has_errors(&found)));
            diagnostics.extend(found);
        }
    }
    let source = SourceFile {
        file: entry.to_owned(),
        sha256: digest(&map),
    };
    Checked {
        map,
        analysis,
        problems,
        diagnostics,
        source,
    }
}

/// SHA-256 of all texts, each with its length before it.
fn digest(map: &SourceMap) -> String {
    let mut hasher = Sha256::new();
    for file in map.ids() {
        let text = map.text(file);
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Why there is no plan.
#[derive(Debug)]
pub enum Failure {
    /// The input has errors, which are among [`Checked::diagnostics`].
    Input,
    /// No plan exists.
    Impossible(Vec<Diagnostic>),
    /// The effort was spent before a plan was found or excluded.
    Unknown,
    /// The checker refused the schedule: a defect of mvm.
    Unsound(Vec<String>),
}

impl Checked {
    /// Whether the input has errors.
    pub fn has_errors(&self) -> bool {
        has_errors(&self.diagnostics)
    }

    /// Plans the request at `index`.
    ///
    /// # Errors
    /// Why there is no plan.
    pub fn plan(
        &self,
        index: usize,
        options: &Options,
        monitor: &mut dyn Monitor,
    ) -> Result<Plan, Failure> {
        let problem = self.problems[index].as_ref().ok_or(Failure::Input)?;
        let request = &self.analysis.requests[index];
        match schedule(&problem.formulation, options, monitor) {
            Outcome::Found(solution) => {
                let mut plan = assemble(&self.analysis.datacenter, request, problem, &solution)
                    .map_err(Failure::Unsound)?;
                plan.source = Some(self.source.clone());
                Ok(plan)
            }
            Outcome::Infeasible(core) => Err(Failure::Impossible(explain::impossible(
                request, problem, &core,
            ))),
            Outcome::Unknown => Err(Failure::Unknown),
        }
    }

    /// The file that was checked.
    pub fn source(&self) -> &SourceFile {
        &self.source
    }
}
