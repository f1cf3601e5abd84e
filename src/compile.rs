//! The driver: from sources to plans and diagnostics, for the command line, tests and editors.

mod choice;
mod compare;
mod guesses;
mod following;
mod on_time;
mod others;
mod replan;
mod settled;
mod undecided;
mod verify;
mod why;

pub use on_time::USUAL;
pub use replan::{Nothing, Rest};
pub use settled::Settled;
pub use why::{Held, Watch};

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::diag::repeat::Findings;
use crate::diag::{Code, Diagnostic, Severity, has_errors};
use crate::expect::expects_none;
use crate::explain::{explain, outline};
use crate::formulate::{Problem, formulate};
use crate::plan::{Plan, SourceFile, SourceText, assemble};
use crate::request::{Bandwidth, Request};
use crate::schedule::{Core, Monitor, Options, Outcome, Solution, Written, certified, schedule};
use crate::sema::{Analysis, Index, analyse, analyse_indexed};
use crate::since::Since;
use crate::source::{Loader, SourceMap};

/// A file that was checked, with all that it uses.
pub struct Checked {
    /// The texts.
    pub map: SourceMap,
    /// What they say.
    pub analysis: Analysis,
    /// What became of each plan.
    pub prospects: Vec<Prospect>,
    /// What was found, errors and warnings, but for why plans are impossible.
    pub diagnostics: Vec<Diagnostic>,
    source: SourceFile,
    /// How messages show the project's root.
    root: String,
    /// From where its only plan starts, where that is not what the file declares.
    since: Option<Since>,
}

/// What became of a plan before it is scheduled.
pub enum Prospect {
    /// Its scheduling problem.
    Open(Box<Problem>),
    /// The model alone says that no plan exists; with the scheduling problem, where one can be written down.
    Impossible(Vec<Diagnostic>, Option<Box<Problem>>),
    /// It starts from where the plan at that index ends, and that one has things to choose.
    After(usize),
    /// The input has errors.
    Broken,
}

/// Checks the file at `entry` (relative to the loader's root) and formulates its plans, with the rates for their migrations
/// that the file says.
pub fn check(entry: &str, loader: &dyn Loader) -> Checked {
    check_with(entry, loader, None)
}

/// The same, with other rates for the migrations where some are given.
pub fn check_with(entry: &str, loader: &dyn Loader, bandwidth: Option<Bandwidth>) -> Checked {
    let mut map = SourceMap::new();
    let (analysis, diagnostics) = analyse(entry, loader, &mut map);
    formulated(entry, loader, map, (analysis, diagnostics), bandwidth)
}

/// The same as [`check`], with what stands where, for editors.
pub fn check_indexed(entry: &str, loader: &dyn Loader) -> (Checked, Index) {
    let mut map = SourceMap::new();
    let (analysis, index, diagnostics) = analyse_indexed(entry, loader, &mut map);
    let checked = formulated(entry, loader, map, (analysis, diagnostics), None);
    (checked, index)
}

/// Formulates the plans of what was analysed.
fn formulated(
    entry: &str,
    loader: &dyn Loader,
    map: SourceMap,
    (mut analysis, mut diagnostics): (Analysis, Vec<Diagnostic>),
    bandwidth: Option<Bandwidth>,
) -> Checked {
    if let Some(bandwidth) = bandwidth {
        for request in &mut analysis.requests {
            request.bandwidth = bandwidth;
        }
    }
    let mut prospects = Vec::new();
    // A VM on a server that is off is told here and there; it hides nothing of the steps of others.
    let stranded = |d: &Diagnostic| d.code == Code::RunsOnServerThatIsOff;
    let is_stranded = diagnostics.iter().any(stranded);
    let broken = diagnostics
        .iter()
        .any(|d| d.severity() == Severity::Error && !stranded(d));
    for request in &analysis.requests {
        // What a plan leaves open is known once it is made.
        let undone = request.reverses.map(|at| &analysis.requests[at]);
        let since = undone.map(|undone| following::declared(&analysis.datacenter, undone));
        prospects.push(if broken {
            Prospect::Broken
        } else if let (Some(first), Some(None)) = (request.reverses, &since) {
            Prospect::After(first)
        } else {
            let mut datacenter = Cow::Borrowed(&analysis.datacenter);
            if let Some(Some(since)) = &since {
                since.make(datacenter.to_mut());
            }
            let (problem, found) = formulate(&datacenter, request);
            let mut findings = Findings::default();
            for finding in found {
                findings.push(finding);
            }
            let found = findings.finish();
            let (impossible, found): (Vec<_>, Vec<_>) =
                found.into_iter().partition(|d| d.code.says_impossible());
            let wrong = has_errors(&found) || is_stranded;
            let found = found.into_iter().filter(|d| !(is_stranded && stranded(d)));
            diagnostics.extend(found);
            match problem {
                _ if wrong => Prospect::Broken,
                Some(_) if impossible.is_empty() && request.reverses.is_some() => {
                    Prospect::After(request.reverses.unwrap_or(0))
                }
                Some(problem) if impossible.is_empty() => Prospect::Open(Box::new(problem)),
                problem => Prospect::Impossible(impossible, problem.map(Box::new)),
            }
        });
    }
    diagnostics.extend(guesses::warning(&analysis.datacenter, &prospects));
    diagnostics.extend(guesses::pools(&analysis.datacenter, &prospects));
    let root = loader.shown("");
    let source = SourceFile {
        file: entry.to_owned(),
        sha256: digest(&map),
        files: files(&map, &root),
        texts: texts(&map, &root),
    };
    Checked {
        map,
        analysis,
        prospects,
        diagnostics,
        source,
        root,
        since: None,
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
    hexadecimal(&hasher.finalize())
}

/// The project's files, each with its SHA-256. What is no file has a name in angle brackets.
fn files(map: &SourceMap, root: &str) -> Vec<(String, String)> {
    let names = map.ids().map(|file| (file, map.name_in(file, root)));
    let own = names.filter(|(_, name)| !name.starts_with('<'));
    own.map(|(file, name)| {
        (
            name.to_owned(),
            hexadecimal(&Sha256::digest(map.text(file))),
        )
    })
    .collect()
}

fn texts(map: &SourceMap, root: &str) -> Vec<SourceText> {
    let text = |file| SourceText {
        file: map.name_in(file, root).to_owned(),
        text: map.text(file).into(),
    };
    map.ids().map(text).collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
    /// Another planner, which was asked in place of mvm, gets stuck.
    Stuck(String),
}

impl Checked {
    /// Whether the input has errors.
    pub fn has_errors(&self) -> bool {
        has_errors(&self.diagnostics)
    }

    /// Why plans are impossible by the model alone, but for those that are expected to be.
    pub fn impossible(&self) -> Vec<Diagnostic> {
        let plans = self.analysis.requests.iter().zip(&self.prospects);
        let why = plans.filter_map(|(request, prospect)| match prospect {
            Prospect::Impossible(why, _) if !expects_none(request) => Some(why.clone()),
            _ => None,
        });
        why.flatten().collect()
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
        if let Prospect::After(_) = self.prospects[index] {
            let following = self.following(index, None, options, monitor)?;
            return following.plan(index, options, monitor);
        }
        let problem = self.problem(index, options, monitor)?;
        let outcome = schedule(&problem.formulation, options, monitor);
        self.conclude(index, problem, outcome, monitor)
    }

    /// The same plan, and what shows its bounds; `stem` is how the names of the certificate's files begin.
    ///
    /// # Errors
    /// Why there is no plan.
    pub fn plan_certified(
        &self,
        index: usize,
        options: &Options,
        monitor: &mut dyn Monitor,
        stem: &str,
    ) -> Result<(Plan, Written), Failure> {
        if let Prospect::After(_) = self.prospects[index] {
            let following = self.following(index, None, options, monitor)?;
            return following.plan_certified(index, options, monitor, stem);
        }
        let problem = self.problem(index, options, monitor)?;
        let name = &self.analysis.requests[index].name;
        let (outcome, written) = certified(&problem.formulation, options, monitor, name, stem);
        let plan = self.conclude(index, problem, outcome, monitor)?;
        Ok((plan, written.ok_or(Failure::Unknown)?))
    }

    fn problem(
        &self,
        index: usize,
        options: &Options,
        monitor: &mut dyn Monitor,
    ) -> Result<&Problem, Failure> {
        let (why, problem) = match &self.prospects[index] {
            Prospect::Open(problem) => return Ok(problem),
            Prospect::Impossible(why, problem) => (why, problem),
            Prospect::Broken | Prospect::After(_) => return Err(Failure::Input),
        };
        let mut why = why.clone();
        // Whoever expects that no plan exists needs no way out.
        if let Some(problem) = problem
            && !expects_none(&self.analysis.requests[index])
            && let Outcome::Infeasible(core) = schedule(&problem.formulation, options, monitor)
        {
            self.add_help(index, problem, &core, &mut why, monitor);
        }
        Err(Failure::Impossible(why))
    }

    fn conclude(
        &self,
        index: usize,
        problem: &Problem,
        outcome: Outcome,
        monitor: &mut dyn Monitor,
    ) -> Result<Plan, Failure> {
        let request = &self.analysis.requests[index];
        match outcome {
            Outcome::Found(solution) => self
                .assemble(request, problem, &solution)
                .map_err(Failure::Unsound),
            Outcome::Infeasible(core) => {
                let datacenter = &self.analysis.datacenter;
                // Whoever expects that no plan exists needs no way out.
                let why = match expects_none(request) {
                    true => outline(problem, &core),
                    false => explain(datacenter, request, problem, &core, monitor),
                };
                Err(Failure::Impossible(vec![
                    why.draw(datacenter, request, problem),
                ]))
            }
            Outcome::Unknown => Err(Failure::Unknown),
        }
    }

    /// Adds the changes that help to the finding that is about the same conflict.
    fn add_help(
        &self,
        index: usize,
        problem: &Problem,
        core: &Core,
        why: &mut [Diagnostic],
        monitor: &mut dyn Monitor,
    ) {
        let (datacenter, request) = (&self.analysis.datacenter, &self.analysis.requests[index]);
        let explanation = explain(datacenter, request, problem, core, monitor);
        let spans: Vec<_> = core
            .sources
            .iter()
            .map(|&source| problem.formulation[source].span)
            .collect();
        let is_about = |finding: &Diagnostic| {
            let primary = finding.primary.as_ref().map(|label| label.span);
            primary.is_some() && spans.contains(&primary)
        };
        let at = why.iter().position(is_about).unwrap_or(0);
        if let Some(finding) = why.get_mut(at) {
            explanation.add_to(finding, datacenter, request, problem);
        }
    }

    /// The whole plan that a solution makes.
    fn assemble(
        &self,
        request: &Request,
        problem: &Problem,
        solution: &Solution,
    ) -> Result<Plan, Vec<String>> {
        let mut plan = assemble(&self.analysis.datacenter, request, problem, solution)?;
        plan.source = Some(self.source.clone());
        plan.since = self.since.clone();
        plan.name_lines(&self.map, &self.root, request.origin.map(|span| span.file));
        Ok(plan)
    }

    /// A file besides those of the language that plans are made from now, such as the state that was compared: its path and
    /// what it says.
    pub fn assume(&mut self, file: &str, bytes: &[u8]) {
        self.assume_as(file, &hexadecimal(&Sha256::digest(bytes)));
    }

    /// The same, by the SHA-256 of what it says.
    pub fn assume_as(&mut self, file: &str, sha256: &str) {
        self.source.files.push((file.to_owned(), sha256.to_owned()));
    }

    /// The file that was checked.
    pub fn source(&self) -> &SourceFile {
        &self.source
    }
}
