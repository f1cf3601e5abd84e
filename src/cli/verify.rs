//! `mvm verify`

use std::path::{Path, PathBuf};

use super::Status;
use super::args::Verify;
use super::certificate;
use super::disk::{self, Disk};
use super::terminal::Terminal;
use crate::compile;
use crate::emit::json::{PlanFile, read};

/// Replays a plan against the file that it was made from.
pub fn run(args: &Verify, terminal: &Terminal) -> Status {
    match verify(args, terminal) {
        Ok(status) => status,
        Err(why) => {
            terminal.say(&format!("error: {why}"));
            Status::WrongInput
        }
    }
}

fn verify(args: &Verify, terminal: &Terminal) -> Result<Status, String> {
    let shown = args.plan.display();
    let text =
        disk::read_text(&args.plan).map_err(|why| format!("`{shown}` cannot be read: {why}"))?;
    let file = read(&text).map_err(|e| format!("`{shown}` is not a plan: {e}"))?;
    let source = source(args, &file)?;
    let (disk, entry) = Disk::project_of(&source)
        .map_err(|why| format!("`{}` cannot be read: {why}", source.display()))?;
    let checked = compile::check_with(&entry, &disk, Some(file.bandwidth));
    if checked.has_errors() {
        terminal.show(&checked.map, &checked.diagnostics);
        return Ok(Status::WrongInput);
    }
    if file
        .source
        .as_ref()
        .is_some_and(|s| s.sha256 != checked.source().sha256)
    {
        terminal.say(&format!(
            "note: `{}` has changed since the plan was made",
            source.display()
        ));
    }
    let mistakes = checked.verify(&file);
    for mistake in &mistakes {
        terminal.say(&format!("error: {mistake}"));
    }
    if mistakes.is_empty() {
        terminal.say(&format!(
            "{shown}: the plan holds ({} actions, {} s)",
            file.actions.len(),
            file.makespan
        ));
        match &args.certificate {
            Some(folder) => certificate::check(folder, &file, &checked, terminal),
            None => Ok(Status::Done),
        }
    } else {
        Ok(Status::DoesNotHold)
    }
}

/// The file that the plan was made from: the one given, or the one that the plan names, looked for in the project that
/// holds the plan and in the one that holds the working directory.
fn source(args: &Verify, file: &PlanFile) -> Result<PathBuf, String> {
    if let Some(source) = &args.source {
        return Ok(source.clone());
    }
    let Some(named) = &file.source else {
        return Err(String::from(
            "the plan does not say what it was made from: name the file with `--source`",
        ));
    };
    let folder = args.plan.parent().unwrap_or(Path::new(""));
    let folders = [folder, Path::new(".")].into_iter().filter_map(|f| {
        std::fs::canonicalize(if f.as_os_str().is_empty() {
            Path::new(".")
        } else {
            f
        })
        .ok()
    });
    let mut candidates = folders.flat_map(|f| {
        f.ancestors()
            .map(|a| a.join(&named.file))
            .collect::<Vec<_>>()
    });
    candidates.find(|path| path.is_file()).ok_or_else(|| {
        format!(
            "`{}`, which the plan was made from, is not here: name it with `--source`",
            named.file
        )
    })
}
