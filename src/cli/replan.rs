//! `mvm replan`

use std::fmt::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Status;
use super::args::Replan as Args;
use super::disk;
use super::outcome;
use super::output;
use super::plan_file;
use super::progress::Line;
use super::state;
use super::terminal::Terminal;
use crate::compile::{Nothing, Rest};
use crate::datacenter::Datacenter;
use crate::emit::json::PlanFile;
use crate::emit::text::printable;
use crate::emit::{Kind, json, script, shell_word};
use crate::plan::Plan;
use crate::run::{Journal, Time};
use crate::schedule::{Effort, Options};

/// The rest of a plan, planned.
pub struct Replanned {
    /// The rest.
    pub rest: Rest,
    /// Its plan.
    pub plan: Plan,
}

/// Plans the rest, says what is different, and writes it.
pub fn run(args: &Args, terminal: &Terminal) -> Status {
    replan(args, terminal).unwrap_or_else(|status| status)
}

fn replan(args: &Args, terminal: &Terminal) -> Result<Status, Status> {
    let beside = args.plan.with_extension("journal");
    let from = From {
        plan: &args.plan,
        source: args.source.as_deref(),
        journal: args.journal.as_deref().unwrap_or(&beside),
        state: args.state.as_deref(),
    };
    let now = args.at.unwrap_or_else(jiff::Timestamp::now).as_second();
    let new = args.output.as_deref();
    let new = new.map(|path| (path, path.with_extension("journal")));
    if let Some((path, journal)) = &new
        && let Some(there) = [*path, journal.as_path()]
            .into_iter()
            .find(|path| path.exists())
    {
        let there = there.display();
        terminal.say(&format!(
            "error: `{there}` is there already: a plan that is carried out is never written over"
        ));
        return Err(Status::WrongUsage);
    }
    let Some(replanned) = from.replan(now, args.effort.into(), terminal)? else {
        return Ok(Status::Done);
    };
    let cannot = |why: String| {
        terminal.say(&format!("error: {why}"));
        Status::WrongUsage
    };
    output::write(None, &replanned.difference()).map_err(cannot)?;
    if let Some((path, journal)) = &new {
        replanned
            .write(path, journal, from.journal)
            .map_err(cannot)?;
        let word = |path: &Path| shell_word(&path.to_string_lossy()).to_string();
        let mut how = format!("to go on: mvm run {}", word(path));
        if let Some(path) = &args.script {
            let datacenter = replanned.datacenter();
            let obstacles = Kind::Script.obstacles(datacenter, &replanned.plan);
            if !obstacles.is_empty() {
                terminal.show(&replanned.rest.checked.map, &obstacles);
                return Err(Status::WrongInput);
            }
            output::write(Some(path), &script(datacenter, &replanned.plan)).map_err(cannot)?;
            let _ = write!(how, ", or bash {} --journal {}", word(path), word(journal));
        }
        terminal.say(&how);
    }
    Ok(Status::Done)
}

/// What a rest is planned from.
pub struct From<'a> {
    /// The plan.
    pub plan: &'a Path,
    /// Its source, where that is named.
    pub source: Option<&'a Path>,
    /// What was done.
    pub journal: &'a Path,
    /// What the machines say, where that is known.
    pub state: Option<&'a Path>,
}

impl From<'_> {
    /// Plans what is left at a moment; None where nothing is, which is said.
    ///
    /// # Errors
    /// Why there is no plan, which is said.
    pub fn replan(
        &self,
        now: Time,
        effort: Effort,
        terminal: &Terminal,
    ) -> Result<Option<Replanned>, Status> {
        let wrong = |why: String| {
            terminal.say(&format!("error: {why}"));
            Status::WrongInput
        };
        let opened = plan_file::open(self.plan, self.source, terminal).map_err(wrong)?;
        let opened = opened.ok_or(Status::WrongInput)?;
        let shown = self.journal.display();
        let text = disk::read_text(self.journal)
            .map_err(|why| wrong(format!("`{shown}` cannot be read: {why}")))?;
        let journal = Journal::read(&text).map_err(|e| wrong(format!("`{shown}`: {e}")))?;
        if journal.plan != printable(&opened.file.plan) {
            let why = format!("`{shown}` is the journal of plan {}", journal.plan);
            return Err(wrong(why));
        }
        if let Some(changed) = &opened.changed {
            terminal.say(&format!("note: {changed}"));
        }
        let live = self.state.map(|state| state::read(state, terminal));
        let live = live.transpose()?;
        let rest = opened
            .checked
            .rest(&opened.file, &journal, live.as_ref(), now);
        let rest = match rest {
            Ok(rest) => rest,
            Err(Nothing::Finished) => {
                terminal.say("nothing is left to plan: all is done, or runs");
                return Ok(None);
            }
            Err(Nothing::Wrong(mistakes)) => {
                for mistake in mistakes {
                    terminal.say(&format!("error: {mistake}"));
                }
                return Err(Status::WrongInput);
            }
        };
        terminal.say(&rest.standing());
        for surprise in &rest.surprises {
            terminal.say(&format!("note: {surprise}"));
        }
        terminal.show(&rest.checked.map, &rest.checked.diagnostics);
        if rest.checked.has_errors() {
            return Err(Status::WrongInput);
        }
        let options = Options {
            effort,
            time_limit: None,
        };
        let mut line = Line::new();
        line.start(&opened.file.plan);
        match rest.checked.plan(rest.index, &options, &mut line) {
            Ok(plan) => Ok(Some(Replanned { rest, plan })),
            Err(failure) => {
                let (checked, index) = (&rest.checked, rest.index);
                let status = outcome::failed(checked, index, failure, &options, &line, terminal);
                Err(status)
            }
        }
    }
}

impl Replanned {
    /// The datacenter as the plan sees it.
    pub fn datacenter(&self) -> &Datacenter {
        &self.rest.checked.analysis.datacenter
    }

    /// What is different from what was planned, in words.
    pub fn difference(&self) -> String {
        let plan = PlanFile::new(self.datacenter(), &self.plan);
        self.rest.difference(&plan)
    }

    /// Writes the plan and the journal with which it is gone on with. It has the lock of the `old` journal: whatever still runs
    /// of that one ends before the new plan begins.
    ///
    /// # Errors
    /// In words.
    pub fn write(&self, plan: &Path, journal: &Path, old: &Path) -> Result<(), String> {
        let text = json(self.datacenter(), &self.plan);
        let begun = self.rest.journal(&self.plan, hash(&text));
        output::write(Some(plan), &text)?;
        output::write(Some(journal), &begun.to_string())?;
        share(&lock(old), &lock(journal)).map_err(|why| {
            let journal = journal.display();
            format!("`{journal}` cannot have the lock of the old one: {why}")
        })
    }
}

/// What is locked while a plan with that journal is carried out.
pub fn lock(journal: &Path) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// Makes a lock that is there the same as another one.
#[cfg(unix)]
fn share(old: &Path, new: &Path) -> std::io::Result<()> {
    match std::fs::canonicalize(old) {
        Ok(old) => std::os::unix::fs::symlink(old, new),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(why) => Err(why),
    }
}

/// Plans are carried out on Unix only.
#[cfg(not(unix))]
fn share(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}

/// The hash by which a journal knows its plan: SHA-256 of its JSON, in hexadecimal.
pub fn hash(plan: &str) -> String {
    let hash = Sha256::digest(plan);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
