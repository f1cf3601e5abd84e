//! A plan in JSON, and the checked file that it was made from.

use std::path::{Path, PathBuf};

use super::disk::{self, Disk};
use super::terminal::Terminal;
use crate::compile::{self, Checked};
use crate::emit::json::{PlanFile, Source, read};
use crate::plan::SourceFile;

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
    let checked = compile::check_with(&entry, &disk, Some(file.bandwidth));
    if checked.has_errors() {
        terminal.show(&checked.map, &checked.diagnostics);
        return Ok(None);
    }
    let made_from = file.source.as_ref();
    let other = made_from.filter(|then| then.sha256 != checked.source().sha256);
    let changed = other.map(|then| changed(then, checked.source()));
    let changed = changed.map(|what| format!("{what} since the plan was made"));
    Ok(Some(Opened {
        file,
        checked,
        changed,
    }))
}

/// Which files are not what the plan was made from, in words.
fn changed(then: &Source, now: &SourceFile) -> String {
    let known = |name: &str| then.files.iter().find(|input| input.file == name);
    let changed = now
        .files
        .iter()
        .filter(|(name, sha256)| known(name).is_some_and(|input| input.sha256 != *sha256));
    let added = now.files.iter().filter(|(name, _)| known(name).is_none());
    let gone = then
        .files
        .iter()
        .filter(|input| !now.files.iter().any(|(name, _)| *name == input.file));
    let quoted = |name: &str| format!("`{name}`");
    let lists = [
        (
            "changed",
            changed.map(|(name, _)| quoted(name)).collect::<Vec<_>>(),
        ),
        ("been added", added.map(|(name, _)| quoted(name)).collect()),
        ("gone", gone.map(|input| quoted(&input.file)).collect()),
    ];
    let said = lists.iter().filter(|(_, names)| !names.is_empty());
    let said: Vec<String> = said
        .map(|(how, names)| {
            let have = if names.len() == 1 { "has" } else { "have" };
            format!("{} {have} {how}", names.join(", "))
        })
        .collect();
    if said.is_empty() {
        return String::from("the standard library has changed");
    }
    said.join(", ")
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
