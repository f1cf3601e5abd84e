//! `mvm test`

mod junit;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Status;
use super::args::Test;
use super::disk::{self, Disk};
use super::outcome;
use super::output;
use super::progress::Line;
use super::terminal::Terminal;
use super::tree;
use crate::compile::{self, Checked, Failure};
use crate::diff::{compare, lasting, text};
use crate::emit::json::{PlanFile, read, write};
use crate::expect;
use crate::schedule::{Monitor, Options};
use crate::show::show_count;

/// How the files of snapshots end: `night.move_the_shop.plan.json` lies beside `night.mvm`.
const SUFFIX: &str = ".plan.json";

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
    let options = Options {
        effort: args.effort.into(),
        time_limit: None,
    };
    let mut tester = Tester {
        options,
        accept: args.accept,
        line: Line::new(),
        terminal,
        cases: Vec::new(),
    };
    for file in &files {
        tester.file(file)?;
        if tester.line.stop() {
            return Ok(Status::Interrupted);
        }
    }
    let cases = tester.cases;
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

struct Tester<'a> {
    options: Options,
    accept: bool,
    line: Line,
    terminal: &'a Terminal,
    cases: Vec<Case>,
}

impl Tester<'_> {
    fn file(&mut self, file: &Path) -> Result<(), String> {
        let (disk, entry) = Disk::project_of(file)
            .map_err(|why| format!("`{}` cannot be read: {why}", file.display()))?;
        let checked = compile::check(&entry, &disk);
        self.terminal.show(&checked.map, &checked.diagnostics);
        if checked.has_errors() {
            let why = String::from("the file has errors");
            self.note(
                file,
                "",
                Duration::ZERO,
                Outcome::Failed(Status::WrongInput, why),
            )?;
            return Ok(());
        }
        let mut snapshots = Vec::new();
        for (index, request) in checked.analysis.requests.iter().enumerate() {
            let begun = Instant::now();
            let snapshot = snapshot_of(file, &request.name);
            let (outcome, has_plan) = self.plan(&checked, index, &snapshot)?;
            if self.line.stop() {
                return Ok(());
            }
            if has_plan {
                snapshots.push(snapshot);
            }
            self.note(file, &request.name, begun.elapsed(), outcome)?;
        }
        for left in left_over(file, &snapshots) {
            let name = left
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let outcome = match self.accept {
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
            self.note(file, &name, Duration::ZERO, outcome)?;
        }
        Ok(())
    }

    /// What became of a plan, and whether it is one.
    fn plan(
        &mut self,
        checked: &Checked,
        index: usize,
        snapshot: &Path,
    ) -> Result<(Outcome, bool), String> {
        let request = &checked.analysis.requests[index];
        self.line.start(&request.name);
        let plan = match checked.plan(index, &self.options, &mut self.line) {
            Ok(plan) => plan,
            Err(Failure::Impossible(_)) if expect::expects_none(request) => {
                return Ok((Outcome::Same, false));
            }
            Err(failure) => {
                let status = outcome::failed(
                    checked,
                    index,
                    failure,
                    &self.options,
                    &self.line,
                    self.terminal,
                );
                let why = match status {
                    Status::Impossible => "no plan exists",
                    _ => "no plan was found",
                };
                return Ok((Outcome::Failed(status, why.to_owned()), true));
            }
        };
        let unmet = checked.unmet(index, &plan);
        self.terminal.show(&checked.map, &unmet);
        // A comment in a source is no change of the plan.
        let file = lasting(PlanFile::new(&checked.analysis.datacenter, &plan));
        let changed = match self.accept {
            true => accept(snapshot, &file)?,
            false => against(snapshot, &file)?,
        };
        let mut why: Vec<String> = unmet
            .iter()
            .map(|finding| finding.message.clone())
            .collect();
        Ok((
            match (changed, why.is_empty()) {
                (Found::Same, true) => Outcome::Same,
                (Found::Accepted, true) => Outcome::Accepted,
                (Found::Different(words), _) => {
                    why.push(words);
                    Outcome::Failed(Status::Missed, why.join("\n"))
                }
                (_, false) => Outcome::Failed(Status::Missed, why.join("\n")),
            },
            true,
        ))
    }

    /// Says what became of a plan, and keeps it.
    fn note(
        &mut self,
        file: &Path,
        plan: &str,
        time: Duration,
        outcome: Outcome,
    ) -> Result<(), String> {
        let shown = file.display().to_string();
        let (word, why) = match &outcome {
            Outcome::Same => ("ok", ""),
            Outcome::Accepted => ("accepted", ""),
            Outcome::Failed(_, why) => ("FAILED", why.as_str()),
        };
        let mut text = format!("{word:<8} {shown} {plan}").trim_end().to_owned() + "\n";
        for line in why.lines() {
            text += &format!("  {line}\n");
        }
        self.cases.push(Case {
            file: shown,
            plan: plan.to_owned(),
            time,
            outcome,
        });
        output::write(None, &text)
    }
}

/// Where the snapshot of a plan lies.
fn snapshot_of(file: &Path, plan: &str) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}.{}{SUFFIX}", output::stem(plan)))
}

enum Found {
    Same,
    Accepted,
    /// In words.
    Different(String),
}

fn against(snapshot: &Path, file: &PlanFile) -> Result<Found, String> {
    let name = snapshot.file_name().unwrap_or_default().to_string_lossy();
    if !snapshot.exists() {
        return Ok(Found::Different(format!(
            "there is no snapshot `{name}`; `--accept` writes it"
        )));
    }
    let known = disk::read_text(snapshot)
        .map_err(|why| format!("`{}` cannot be read: {why}", snapshot.display()))?;
    let known = match read(&known) {
        Ok(known) => known,
        Err(why) => return Ok(Found::Different(format!("`{name}` is not a plan: {why}"))),
    };
    if known == *file {
        return Ok(Found::Same);
    }
    let difference = compare(&known, file);
    let words = text(&difference, &known, file);
    Ok(Found::Different(words + "`--accept` takes it"))
}

fn accept(snapshot: &Path, file: &PlanFile) -> Result<Found, String> {
    let text = write(file);
    if disk::read_text(snapshot).is_ok_and(|known| known == text) {
        return Ok(Found::Same);
    }
    output::write(Some(snapshot), &text)?;
    Ok(Found::Accepted)
}

/// Snapshots beside a file that none of its plans has.
fn left_over(file: &Path, snapshots: &[PathBuf]) -> Vec<PathBuf> {
    let stem = file
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let folder = file
        .parent()
        .filter(|f| !f.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let plan = name
                .strip_prefix(&stem)?
                .strip_prefix('.')?
                .strip_suffix(SUFFIX)?;
            // With a dot in it, it may be another file's.
            (!plan.is_empty() && !plan.contains('.')).then(|| file.with_file_name(&name))
        })
        .filter(|path| !snapshots.contains(path))
        .collect();
    found.sort();
    found
}
