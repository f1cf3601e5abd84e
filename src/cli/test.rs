//! `mvm test`

mod junit;
mod snapshot;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use self::snapshot::{Found, Snapshot, left_over};
use super::Status;
use super::args::Test;
use super::disk::{self, Disk};
use super::outcome;
use super::output;
use super::progress::Line;
use super::terminal::Terminal;
use super::tree;
use crate::compile::{self, Checked, Failure};
use crate::emit::json::PlanFile;
use crate::expect;
use crate::schedule::{Effort, Monitor, Options};
use crate::show::show_count;

/// What became of one plan.
struct Case {
    file: String,
    plan: String,
    time: Duration,
    outcome: Outcome,
}

enum Outcome {
    /// It is what the snapshot says, and what is expected.
    Same,
    /// It is what is now in the snapshot.
    Accepted,
    /// It is not, with what is not so.
    Failed(Status, String),
}

/// Plans every file of the trees and compares each plan with the snapshot beside it.
pub fn run(args: &Test, terminal: &Terminal) -> Status {
    match test(args, terminal) {
        Ok(status) => status,
        Err(why) => {
            terminal.say(&format!("error: {why}"));
            Status::WrongInput
        }
    }
}

fn test(args: &Test, terminal: &Terminal) -> Result<Status, String> {
    let files = args.paths.iter().flat_map(|path| tree::files(path));
    let files: Vec<PathBuf> = files.collect::<Result<_, _>>()?;
    let mut line = Line::new();
    line.start(&show_count(files.len(), "file"));
    let mut cases = Vec::new();
    each(args, &files, terminal, &line, |told| {
        output::write(None, &told.iter().map(words).collect::<String>())?;
        cases.extend(told);
        Ok(())
    })?;
    if line.stop() {
        return Ok(Status::Interrupted);
    }
    let count = |is: fn(&Outcome) -> bool| cases.iter().filter(|case| is(&case.outcome)).count();
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(..)));
    let accepted = count(|outcome| matches!(outcome, Outcome::Accepted));
    let mut summary = format!("{}, {failed} failed", show_count(cases.len(), "plan"));
    if accepted > 0 {
        summary += &format!(", {accepted} accepted");
    }
    output::write(None, &format!("{summary}\n"))?;
    if let Some(path) = &args.junit {
        output::write(Some(path), &junit::report(&cases)?)?;
    }
    let status = cases.iter().map(|case| match &case.outcome {
        Outcome::Failed(status, _) => *status,
        Outcome::Same | Outcome::Accepted => Status::Done,
    });
    Ok(status.max().unwrap_or(Status::Done))
}

/// Plans the files, on each core one at a time, and tells what became of them in their order.
fn each(
    args: &Test,
    files: &[PathBuf],
    terminal: &Terminal,
    line: &Line,
    mut tell: impl FnMut(Vec<Case>) -> Result<(), String>,
) -> Result<(), String> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (next, (send, told)) = (AtomicUsize::new(0), mpsc::channel());
    let work = |send: mpsc::Sender<_>| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(at) else { return };
            let mut tester = Tester {
                args,
                file,
                line,
                terminal: terminal.keeping(),
                cases: Vec::new(),
            };
            let done = tester.file();
            let is_heard = send.send((at, done.map(|()| (tester.cases, tester.terminal))));
            if is_heard.is_err() || line.stop() {
                return;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..cores.min(files.len()) {
            let send = send.clone();
            scope.spawn(|| work(send));
        }
        drop(send);
        let mut waiting = BTreeMap::new();
        let mut shown = 0;
        for (at, done) in told {
            waiting.insert(at, done);
            line.say(format!(
                "{} of {}",
                shown + waiting.len(),
                show_count(files.len(), "file")
            ));
            while let Some(done) = waiting.remove(&shown) {
                let (cases, kept) = done?;
                terminal.say_kept(kept);
                tell(cases)?;
                shown += 1;
            }
        }
        Ok(())
    })
}

/// What is printed of a plan.
fn words(case: &Case) -> String {
    let (word, why) = match &case.outcome {
        Outcome::Same => ("ok", ""),
        Outcome::Accepted => ("accepted", ""),
        Outcome::Failed(_, why) => ("FAILED", why.as_str()),
    };
    let mut text = format!("{word:<8} {} {}", case.file, case.plan)
        .trim_end()
        .to_owned()
        + "\n";
    for line in why.lines() {
        text += &format!("  {line}\n");
    }
    text
}

/// Who plans one file.
struct Tester<'a> {
    args: &'a Test,
    file: &'a Path,
    line: &'a Line,
    terminal: Terminal,
    cases: Vec<Case>,
}

impl Tester<'_> {
    fn file(&mut self) -> Result<(), String> {
        let file = self.file;
        let (disk, entry) = Disk::project_of(file)
            .map_err(|why| format!("`{}` cannot be read: {why}", file.display()))?;
        let checked = compile::check(&entry, &disk);
        self.terminal.show(&checked.map, &checked.diagnostics);
        if checked.has_errors() {
            let why = String::from("the file has errors");
            self.note("", Duration::ZERO, Outcome::Failed(Status::WrongInput, why));
            return Ok(());
        }
        let mut snapshots = Vec::new();
        for (index, request) in checked.analysis.requests.iter().enumerate() {
            let begun = Instant::now();
            let snapshot = Snapshot::of(file, &request.name);
            let (outcome, has_plan) = self.plan(&checked, index, &snapshot)?;
            if self.line.stop() {
                return Ok(());
            }
            if has_plan {
                snapshots.push(snapshot.path().to_path_buf());
            }
            self.note(&request.name, begun.elapsed(), outcome);
        }
        for left in left_over(file, &snapshots) {
            let name = left.file_name().unwrap_or_default();
            let name = name.to_string_lossy().into_owned();
            let outcome = match self.args.accept {
                true => {
                    fs::remove_file(&left).map_err(|e| {
                        format!("`{}` cannot be removed: {}", left.display(), disk::why(&e))
                    })?;
                    Outcome::Accepted
                }
                false => Outcome::Failed(
                    Status::Missed,
                    format!("`{name}` is the snapshot of no plan; `--accept` removes it"),
                ),
            };
            self.note(&name, Duration::ZERO, outcome);
        }
        Ok(())
    }

    /// With how much work a plan is computed: that of its snapshot, where nobody accepts it with another one.
    fn effort(&self, snapshot: &Snapshot) -> Effort {
        let asked = self.args.effort.map(Effort::from);
        let (first, second) = match self.args.accept {
            true => (asked, snapshot.effort()),
            false => (snapshot.effort(), asked),
        };
        first.or(second).unwrap_or_default()
    }

    /// What became of a plan, and whether it is one.
    fn plan(
        &self,
        checked: &Checked,
        index: usize,
        snapshot: &Snapshot,
    ) -> Result<(Outcome, bool), String> {
        let request = &checked.analysis.requests[index];
        let effort = self.effort(snapshot);
        let options = Options {
            effort,
            time_limit: None,
        };
        let plan = match checked.plan(index, &options, &mut self.line.beside()) {
            Ok(plan) => plan,
            Err(Failure::Impossible(_)) if expect::expects_none(request) => {
                return Ok((Outcome::Same, false));
            }
            Err(failure) => {
                let (line, terminal) = (self.line, &self.terminal);
                let status = outcome::failed(checked, index, failure, &options, line, terminal);
                let why = match status {
                    Status::Impossible => "no plan exists",
                    _ => "no plan was found",
                };
                return Ok((Outcome::Failed(status, why.to_owned()), true));
            }
        };
        let unmet = checked.unmet(index, &plan);
        self.terminal.show(&checked.map, &unmet);
        let file = PlanFile::new(&checked.analysis.datacenter, &plan);
        let found = match self.args.accept {
            true => snapshot.accept(file, effort)?,
            false => snapshot.against(file, effort),
        };
        let why = unmet.iter().map(|finding| finding.message.clone());
        let mut why: Vec<String> = why.collect();
        let (is_new, different) = match found {
            Found::Same => (false, None),
            Found::Accepted => (true, None),
            Found::Different(words) => (false, Some(words)),
        };
        why.extend(different);
        let outcome = match (why.is_empty(), is_new) {
            (true, false) => Outcome::Same,
            (true, true) => Outcome::Accepted,
            (false, _) => Outcome::Failed(Status::Missed, why.join("\n")),
        };
        Ok((outcome, true))
    }

    fn note(&mut self, plan: &str, time: Duration, outcome: Outcome) {
        self.cases.push(Case {
            file: self.file.display().to_string(),
            plan: plan.to_owned(),
            time,
            outcome,
        });
    }
}
