//! What a plan is expected to be: a file beside its source, with an action on each line, and nothing that changes where the plan does not.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::{disk, output};
use crate::diff::{compare, lasting, text};
use crate::emit::json::{PlanFile, read, write};
use crate::schedule::Effort;

/// How the files end: `night.move_the_shop.plan.json` lies beside `night.mvm`.
const SUFFIX: &str = ".plan.json";

/// The snapshot of a plan, as it is now.
pub struct Snapshot {
    /// Where it lies.
    path: PathBuf,
    /// What it says; None where it is not there, else why it cannot be read.
    known: Option<Result<PlanFile, String>>,
}

/// What a plan is beside its snapshot.
pub enum Found {
    Same,
    /// It was something else, or there was none.
    Accepted,
    /// In words.
    Different(String),
}

impl Snapshot {
    /// That of a plan of a file.
    pub fn of(file: &Path, plan: &str) -> Self {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let path = file.with_file_name(format!("{stem}.{}{SUFFIX}", output::stem(plan)));
        let known = path.exists().then(|| {
            let text = disk::read_text(&path)
                .map_err(|why| format!("`{}` cannot be read: {why}", path.display()))?;
            let is_no_plan = |why| format!("`{}` is not a plan: {why}", name(&path));
            Ok(lasting(&read(&text).map_err(is_no_plan)?))
        });
        Snapshot { path, known }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// With how much work it was made.
    pub fn effort(&self) -> Option<Effort> {
        self.known.as_ref()?.as_ref().ok()?.effort
    }

    /// What a plan is beside it.
    pub fn against(&self, file: PlanFile, effort: Effort) -> Found {
        let file = of(file, effort);
        let known = match &self.known {
            Some(Ok(known)) => known,
            Some(Err(why)) => return Found::Different(why.clone()),
            None => {
                let name = name(&self.path);
                return Found::Different(format!(
                    "there is no snapshot `{name}`; `--accept` writes it"
                ));
            }
        };
        if *known == file {
            return Found::Same;
        }
        let words = text(&compare(known, &file), known, &file);
        Found::Different(words + "`--accept` takes it")
    }

    /// Makes it say what a plan is.
    ///
    /// # Errors
    /// In words.
    pub fn accept(&self, file: PlanFile, effort: Effort) -> Result<Found, String> {
        let text = write(&of(file, effort));
        if disk::read_text(&self.path).is_ok_and(|known| known == text) {
            return Ok(Found::Same);
        }
        output::write(Some(&self.path), &text)?;
        Ok(Found::Accepted)
    }
}

/// A plan as its snapshot has it: a comment in a source is no change of it.
fn of(file: PlanFile, effort: Effort) -> PlanFile {
    PlanFile {
        effort: Some(effort),
        ..lasting(&file)
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Snapshots beside a file that none of its plans has.
pub fn left_over(file: &Path, known: &[PathBuf]) -> Vec<PathBuf> {
    let stem = file.file_stem().unwrap_or_default();
    let stem = stem.to_string_lossy().into_owned();
    let folder = file.parent().filter(|f| !f.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new(".")));
    let entries = entries.into_iter().flatten().flatten();
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
        .filter(|path| !known.contains(path))
        .collect();
    found.sort();
    found
}
