//! A plan in JSON, and the checked file that it was made from.

use std::path::{Path, PathBuf};

use super::disk::{self, Disk};
use super::terminal::Terminal;
use crate::compile::{self, Checked};
use crate::diff::{self, Became, InputChange};
use crate::emit::json::{Input, PlanFile, Source, read};
use crate::source::Loader;

/// What a plan's file holds, and what its source says today.
pub struct Opened {
    /// The plan.
    pub file: PlanFile,
    /// Its source.
    pub checked: Checked,
    /// What has changed since the plan was made, in words.
    pub changed: Option<String>,
}

/// Reads a plan and checks its source: the one given, or the one that the plan names. None where the source has errors,
/// which are shown.
///
/// # Errors
/// In words.
pub fn open(
    plan: &Path,
    source: Option<&Path>,
    terminal: &Terminal,
) -> Result<Option<Opened>, String> {
    let shown = plan.display();
    let text = disk::read_text(plan).map_err(|why| format!("`{shown}` cannot be read: {why}"))?;
    let file = read(&text).map_err(|e| format!("`{shown}` is not a plan: {e}"))?;
    let source = find(plan, source, &file)?;
    let (disk, entry) = Disk::project_of(&source)
        .map_err(|why| format!("`{}` cannot be read: {why}", source.display()))?;
    let mut checked = compile::check_with(&entry, &disk, Some(file.bandwidth));
    if checked.has_errors() {
        terminal.show(&checked.map, &checked.diagnostics);
        return Ok(None);
    }
    let then = file.source.as_ref();
    for input in then.iter().flat_map(|then| &then.files) {
        recall(&mut checked, input, &disk);
    }
    let now = Source::from(checked.source());
    let changed = told(&diff::inputs(then, Some(&now)));
    let changed = changed.map(|what| format!("{what} since the plan was made"));
    Ok(Some(Opened {
        file,
        checked,
        changed,
    }))
}

/// Looks again at what a plan was made from besides its source, the state; what is not here any more counts as unchanged.
fn recall(checked: &mut Checked, input: &Input, disk: &Disk) {
    let known = &checked.source().files;
    if known.iter().any(|(file, _)| *file == input.file) {
        return;
    }
    let path = Path::new(&input.file);
    let now = match path.is_absolute() {
        true if path.is_file() => disk::read(path),
        true => Err(String::from("it is not here")),
        false => disk.load(&input.file),
    };
    match now {
        Ok(bytes) => checked.assume(&input.file, &bytes),
        Err(_) => checked.assume_as(&input.file, &input.sha256),
    }
}

/// Which files are not what the plan was made from, in words; None where all are.
fn told(changes: &[InputChange]) -> Option<String> {
    let ways = [
        ("changed", Became::Changed),
        ("been added", Became::Added),
        ("gone", Became::Removed),
    ];
    let said = ways.iter().filter_map(|(how, became)| {
        let files = changes.iter().filter(|change| change.is == *became);
        let names: Vec<String> = files.map(|change| format!("`{}`", change.file)).collect();
        let have = if names.len() == 1 { "has" } else { "have" };
        (!names.is_empty()).then(|| format!("{} {have} {how}", names.join(", ")))
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// The file that the plan was made from: the one given, or the one that the plan names, looked for in the project that
/// holds the plan and in the one that holds the working directory.
fn find(plan: &Path, source: Option<&Path>, file: &PlanFile) -> Result<PathBuf, String> {
    if let Some(source) = source {
        return Ok(source.to_path_buf());
    }
    let Some(named) = &file.source else {
        return Err(String::from(
            "the plan does not say what it was made from: name the file with `--source`",
        ));
    };
    let folder = plan.parent().unwrap_or(Path::new(""));
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
