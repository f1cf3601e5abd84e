//! `mvm diff` and `mvm show`

use std::path::{Path, PathBuf};

use super::Status;
use super::args::{Diff, DiffFormat, Show};
use super::disk::{self, Disk};
use super::git::Revision;
use super::outcome;
use super::output;
use super::progress::Line;
use super::terminal::Terminal;
use super::tree;
use crate::compile::{self, Checked};
use crate::diff::{self, Difference, compare};
use crate::emit::json::{PlanFile, read};
use crate::schedule::Options;
use crate::source::Loader;

/// Says what is different between two plans, of each plan of two sources, or of two revisions of one.
pub fn run(args: &Diff, terminal: &Terminal) -> Status {
    or_say(difference(args, terminal), terminal)
}

/// Prints a plan as lines, for `textconv`.
pub fn show(args: &Show, terminal: &Terminal) -> Status {
    let shown = open_plan(&args.plan).and_then(|file| output::write(None, &diff::listing(&file)));
    or_say(
        shown.map(|()| Status::Done).map_err(Failed::Input),
        terminal,
    )
}

/// Why there is nothing to compare.
enum Failed {
    /// In words.
    Input(String),
    /// It was said already.
    Said(Status),
}

fn or_say(done: Result<Status, Failed>, terminal: &Terminal) -> Status {
    match done {
        Ok(status) | Err(Failed::Said(status)) => status,
        Err(Failed::Input(why)) => {
            terminal.say(&format!("error: {why}"));
            Status::WrongInput
        }
    }
}

fn difference(args: &Diff, terminal: &Terminal) -> Result<Status, Failed> {
    let options = Options {
        effort: args.effort.into(),
        time_limit: None,
    };
    let mut planner = Planner {
        options,
        line: None,
        name: args.name.as_deref(),
        terminal,
    };
    let (out, status) = match &args.new {
        Some(new) => (of_file(args, new, &mut planner)?, Status::Done),
        None => of_all(args, &mut planner)?,
    };
    drop(planner);
    if out.len() > 1 && matches!(args.format, DiffFormat::Json | DiffFormat::Svg) {
        let why = "several plans do not go into one output: choose with `--plan`";
        return Err(Failed::Input(why.to_owned()));
    }
    let text = out.join("\n");
    output::write(args.output.as_deref(), &text).map_err(Failed::Input)?;
    Ok(status)
}

/// What is different in the plans of one file.
fn of_file(args: &Diff, file: &Path, planner: &mut Planner<'_>) -> Result<Vec<String>, Failed> {
    let (old, new) = sides(&args.old, file).map_err(Failed::Input)?;
    let (old, new) = (planner.plans(&old)?, planner.plans(&new)?);
    let both = pairs(&old, &new, planner.terminal);
    if both.is_empty() {
        return Err(Failed::Input(String::from("no plan is in both")));
    }
    let told = both
        .iter()
        .map(|(old, new)| tell(&compare(old, new), old, new, args.format));
    Ok(told.collect())
}

/// What is different in all plans below the folder at hand that the changes since a revision touch: of those of which neither
/// the file nor what it uses has changed, none is computed. One that cannot be computed does not keep the others from being told.
fn of_all(args: &Diff, planner: &mut Planner<'_>) -> Result<(Vec<String>, Status), Failed> {
    if args.old.exists() {
        let old = args.old.display();
        return Err(Failed::Input(format!(
            "`{old}` is a file: what is to be compared with it stands behind it"
        )));
    }
    let (mut out, mut status) = (Vec::new(), Status::Done);
    for file in tree::files(Path::new(".")) {
        let file = file.map_err(Failed::Input)?;
        let file = file.strip_prefix(".").unwrap_or(&file);
        let (old, new) = sides(&args.old, file).map_err(Failed::Input)?;
        let is_new =
            matches!(&old.revision, Some(revision) if revision.load(&revision.entry).is_err());
        if is_new {
            continue;
        }
        let plans = planner.changed(&old, &new);
        let (old, new) = match plans {
            Ok(Some(plans)) => plans,
            Ok(None) => continue,
            Err(Failed::Said(Status::Interrupted)) => {
                return Err(Failed::Said(Status::Interrupted));
            }
            Err(failed) => {
                status = status.max(or_say(Err(failed), planner.terminal));
                continue;
            }
        };
        for (old, new) in pairs(&old, &new, planner.terminal) {
            let found = compare(old, new);
            if !found.is_none() {
                let title = match args.format {
                    DiffFormat::Text => format!("{}\n", file.display()),
                    DiffFormat::Markdown => format!("**{}**\n\n", file.display()),
                    DiffFormat::Json | DiffFormat::Svg => String::new(),
                };
                out.push(title + &tell(&found, old, new, args.format));
            }
        }
    }
    if out.is_empty() && status == Status::Done {
        let old = args.old.display();
        planner
            .terminal
            .say(&format!("note: no plan is another one than in {old}"));
    }
    Ok((out, status))
}

/// The plans of both sides that have one name; others are said.
fn pairs<'p>(
    old: &'p [PlanFile],
    new: &'p [PlanFile],
    terminal: &Terminal,
) -> Vec<(&'p PlanFile, &'p PlanFile)> {
    let mut pairs = Vec::new();
    for file in new {
        match old.iter().find(|known| known.plan == file.plan) {
            Some(known) => pairs.push((known, file)),
            None => terminal.say(&format!("note: `{}` is new", file.plan)),
        }
    }
    for gone in old
        .iter()
        .filter(|known| !new.iter().any(|file| file.plan == known.plan))
    {
        terminal.say(&format!("note: `{}` is no longer there", gone.plan));
    }
    pairs
}

fn tell(found: &Difference, old: &PlanFile, new: &PlanFile, format: DiffFormat) -> String {
    match format {
        DiffFormat::Text => diff::text(found, old, new),
        DiffFormat::Markdown => diff::markdown(found, old, new),
        DiffFormat::Json => diff::json(found),
        DiffFormat::Svg => diff::picture(found, old, new),
    }
}

/// A plan, or a file that has plans, now or in a revision.
struct Side {
    file: PathBuf,
    revision: Option<Revision>,
}

/// What is to be compared: two files, or `REVISION FILE`, or `REVISION..REVISION FILE`.
fn sides(old: &Path, new: &Path) -> Result<(Side, Side), String> {
    let at = |revision: Option<Revision>, file: &Path| Side {
        file: file.to_path_buf(),
        revision,
    };
    if old.exists() || old == Path::new("-") {
        return Ok((at(None, old), at(None, new)));
    }
    let named = old.to_str().ok_or("a revision is UTF-8")?;
    let (first, second) = match named.split_once("..") {
        Some((first, second)) => (first, Some(second)),
        None => (named, None),
    };
    let first = Revision::of(first, new)?;
    let second = second.map(|name| Revision::of(name, new)).transpose()?;
    Ok((at(Some(first), new), at(second, new)))
}

/// The plans of both sides.
type Both = (Vec<PlanFile>, Vec<PlanFile>);

/// Reads plans, and computes those of sources.
struct Planner<'a> {
    options: Options,
    line: Option<Line>,
    name: Option<&'a str>,
    terminal: &'a Terminal,
}

impl Planner<'_> {
    fn plans(&mut self, side: &Side) -> Result<Vec<PlanFile>, Failed> {
        let is_plan = side.file.extension().is_some_and(|suffix| suffix == "json");
        let shown = side.file.display();
        match (&side.revision, is_plan) {
            (None, true) => Ok(vec![open_plan(&side.file).map_err(Failed::Input)?]),
            (Some(revision), true) => {
                let bytes = revision.load(&revision.entry).map_err(Failed::Input)?;
                let text = String::from_utf8(bytes)
                    .map_err(|_| Failed::Input(format!("`{shown}` is not UTF-8 text")))?;
                let file = read(&text).map_err(|e| {
                    Failed::Input(format!("`{shown}` in {} is not a plan: {e}", revision.name))
                })?;
                Ok(vec![file])
            }
            (_, false) => {
                let checked = self.check(side)?;
                self.compute(&checked)
            }
        }
    }

    /// The plans of both sides; None where they come from the same text.
    fn changed(&mut self, old: &Side, new: &Side) -> Result<Option<Both>, Failed> {
        let (old, new) = (self.check(old)?, self.check(new)?);
        if old.source().sha256 == new.source().sha256 {
            return Ok(None);
        }
        Ok(Some((self.compute(&old)?, self.compute(&new)?)))
    }

    fn check(&self, side: &Side) -> Result<Checked, Failed> {
        let checked = match &side.revision {
            Some(revision) => compile::check(&revision.entry, revision),
            None => {
                let shown = side.file.display();
                let (disk, entry) = Disk::project_of(&side.file)
                    .map_err(|why| Failed::Input(format!("`{shown}` cannot be read: {why}")))?;
                compile::check(&entry, &disk)
            }
        };
        if checked.has_errors() {
            self.terminal.show(&checked.map, &checked.diagnostics);
            return Err(Failed::Said(Status::WrongInput));
        }
        Ok(checked)
    }

    fn compute(&mut self, checked: &Checked) -> Result<Vec<PlanFile>, Failed> {
        let mut plans = Vec::new();
        for (index, request) in checked.analysis.requests.iter().enumerate() {
            if self.name.is_none_or(|name| name == request.name) {
                plans.extend(self.plan(checked, index)?);
            }
        }
        Ok(plans)
    }

    /// None where no plan is what the file expects.
    fn plan(&mut self, checked: &Checked, index: usize) -> Result<Option<PlanFile>, Failed> {
        let line = self.line.get_or_insert_with(Line::new);
        line.start(&checked.analysis.requests[index].name);
        match checked.plan(index, &self.options, line) {
            Ok(plan) => Ok(Some(PlanFile::new(&checked.analysis.datacenter, &plan))),
            Err(failure) => {
                let status =
                    outcome::failed(checked, index, failure, &self.options, line, self.terminal);
                match status {
                    Status::Done => Ok(None),
                    status => Err(Failed::Said(status)),
                }
            }
        }
    }
}

fn open_plan(path: &Path) -> Result<PlanFile, String> {
    let shown = path.display();
    let text = disk::read_text(path).map_err(|why| format!("`{shown}` cannot be read: {why}"))?;
    read(&text).map_err(|e| format!("`{shown}` is not a plan: {e}"))
}
