//! One night: the script is started, and started again after whatever has befallen it, until it ends by itself.

use std::path::Path;

use mvm::compile::{Failure, Nothing};
use mvm::emit::json::PlanFile;
use mvm::run::Journal;
use mvm::schedule::{Effort, Options, Quiet};
use sha2::{Digest, Sha256};

use crate::judge::{File, judge};
use crate::line::Shake;
use crate::log::{Entry, Event, Time};
use crate::scenario::{Scenario, script};
use crate::stage::{Outcome, Stage};
use crate::trouble;
use crate::world::World;

/// The start of a night whose plan has no date.
const EVENING: Time = 1_795_816_800;

/// What became of a night.
pub struct Night {
    /// Everything that was wrong.
    pub wrong: Vec<String>,
    /// How the script ended at last.
    pub status: Option<i32>,
    log: Vec<Entry>,
    output: String,
    start: Time,
}

impl Night {
    /// Plays the night of that number.
    pub fn play(scenario: &Scenario, number: u64, shake: Shake) -> Self {
        let troubles = scenario.troubles(number);
        Self::with(scenario, &troubles, shake)
    }

    /// Plays a night in which that goes wrong.
    pub fn with(scenario: &Scenario, troubles: &trouble::Night, shake: Shake) -> Self {
        Self::through(scenario, troubles, shake, |stage| {
            carry_out(stage, troubles)
        })
    }

    /// Plays the night of that number up to the first end of the script; then everything is mended, and what is left is planned
    /// again and carried out. None where the script ends well at once, or before its journal begins.
    pub fn replanned(scenario: &Scenario, number: u64) -> Option<Self> {
        let troubles = scenario.troubles(number);
        let mut is_replanned = false;
        let night = Self::through(scenario, &troubles, Shake::default(), |stage| {
            let first = stage.run_alone(&["--no-preflight"]);
            if first.map_err(|stuck| stuck.0)? == Outcome::Status(0) {
                return Ok(0);
            }
            stage.blows.clear();
            stage.world.mend();
            let Some(again) = Again::of(scenario, stage)? else {
                return Ok(0);
            };
            is_replanned = true;
            stage.follow(again.script.path(), again.folder.path());
            carry_out(
                stage,
                &trouble::Night {
                    mends: false,
                    ..troubles.clone()
                },
            )
        });
        is_replanned.then_some(night)
    }

    fn through(
        scenario: &Scenario,
        troubles: &trouble::Night,
        shake: Shake,
        play: impl FnOnce(&mut Stage) -> Result<i32, String>,
    ) -> Self {
        let start = scenario.date().unwrap_or(EVENING);
        let folder = tempfile::tempdir().unwrap();
        let mut stage = stage(scenario, troubles, shake, folder.path());
        stage.blows = troubles.blows.clone();
        let mut wrong = Vec::new();
        let status = match play(&mut stage) {
            Ok(status) => Some(status),
            Err(why) => {
                wrong.push(why);
                None
            }
        };
        if let Some(status) = status {
            let file = File {
                datacenter: &scenario.datacenter,
                request: &scenario.request,
                duties: &scenario.duties,
                start,
            };
            wrong.extend(judge(file, &stage.world.log, status));
        }
        let output = stage.output();
        Night {
            wrong,
            status,
            log: std::mem::take(&mut stage.world.log),
            output,
            start,
        }
    }

    /// Whether anything went wrong by itself, or the script was hit.
    pub fn was_troubled(&self) -> bool {
        let troubles =
            |entry: &Entry| matches!(entry.event, Event::Trouble(_) | Event::Signal { .. });
        self.log.iter().any(troubles)
    }

    /// What happened, but for what was only asked.
    pub fn events(&self) -> Vec<String> {
        let happened = self
            .log
            .iter()
            .filter(|entry| !matches!(entry.event, Event::Asked { .. } | Event::Signal { .. }));
        happened.map(Entry::to_string).collect()
    }

    /// What happened, and what the script said.
    pub fn transcript(&self) -> String {
        let lines = self
            .log
            .iter()
            .map(|entry| format!("{:>7} {:?}\n", entry.at - self.start, entry.event));
        lines.collect::<String>() + &self.output
    }
}

/// What is left of a night, planned again.
struct Again {
    script: tempfile::TempDir,
    folder: tempfile::TempDir,
}

impl Again {
    /// None where nothing is left to plan.
    fn of(scenario: &Scenario, stage: &Stage) -> Result<Option<Self>, String> {
        let Ok(text) = std::fs::read_to_string(stage.journal_path()) else {
            return Ok(None);
        };
        let begun = Journal::read(&text).ok();
        // Of one that waits for its date nothing is left.
        let Some(journal) = begun.filter(|begun| begun.started <= stage.world.now) else {
            return Ok(None);
        };
        let file = PlanFile::new(&scenario.datacenter, &scenario.plan);
        let live = scenario.seen(&stage.world);
        let rest = scenario
            .checked
            .rest(&file, &journal, Some(&live), stage.world.now);
        let rest = match rest {
            Ok(rest) => rest,
            Err(Nothing::Finished) => return Ok(None),
            Err(Nothing::Wrong(why)) => return Err(format!("nothing to plan: {why:?}")),
        };
        let options = Options {
            effort: Effort::Fast,
            ..Options::default()
        };
        let plan = match rest.checked.plan(rest.index, &options, &mut Quiet) {
            Ok(plan) => plan,
            // What cannot be kept any more is said.
            Err(Failure::Impossible(_)) => return Ok(None),
            Err(failure) => return Err(format!("no plan: {failure:#?}")),
        };
        let datacenter = &rest.checked.analysis.datacenter;
        let file = PlanFile::new(datacenter, &plan);
        let mistakes = scenario.checked.verify(&file);
        if !mistakes.is_empty() {
            return Err(format!("the new plan does not hold: {mistakes:?}"));
        }
        let folder = tempfile::tempdir().unwrap();
        let hash = Sha256::digest(mvm::emit::json(datacenter, &plan));
        let hash = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let journal = rest.journal(&plan, hash);
        std::fs::write(folder.path().join("journal"), journal.to_string()).unwrap();
        // What the first script has left has its lock.
        let lock = |journal: &Path| journal.with_extension("lock");
        let own = lock(&folder.path().join("journal"));
        std::os::unix::fs::symlink(lock(&stage.journal_path()), own).unwrap();
        Ok(Some(Again {
            script: script(datacenter, &plan),
            folder,
        }))
    }
}

/// The scenario, at the moment at which somebody starts the plan.
fn stage(scenario: &Scenario, troubles: &trouble::Night, shake: Shake, folder: &Path) -> Stage {
    let start = scenario.date().unwrap_or(EVENING);
    // Somebody starts a plan that has a date up to a day before, or once it is over.
    let first = match scenario.date() {
        Some(date) if troubles.dice.chance("too late", 15) => date + 8 * 86_400,
        Some(date) => date - troubles.dice.between("early", 0, 86_400),
        None => start,
    };
    let mut world = World::new(first, scenario.hosts(), troubles.dice, troubles.mood);
    world.lengths = scenario.lengths();
    world.troubles = troubles
        .troubles
        .iter()
        .map(|(at, what)| (start + at, what.clone()))
        .collect();
    // A week is not looked at every few minutes.
    let watch = (scenario.plan.makespan / 40).max(300);
    Stage::new(world, scenario.folder.path(), folder, shake, watch).unwrap()
}

/// What happens in a night in which the script is left alone, by the script and by the machine: both once.
pub fn by_both(scenario: &Scenario, number: u64) -> [(Option<Outcome>, Vec<String>); 2] {
    let mut troubles = scenario.troubles(number);
    troubles.blows.clear();
    [true, false].map(|by_script| {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = stage(scenario, &troubles, Shake::default(), folder.path());
        let outcome = match by_script {
            true => stage.run(&["--no-preflight", "--now"]),
            false => stage.run_machine(&scenario.plan),
        };
        let happened = |entry: &&Entry| {
            let is_own = matches!(
                entry.event,
                Event::ScriptBegan { .. } | Event::Signal { .. }
            );
            !is_own && !matches!(entry.event, Event::Asked { .. })
        };
        let log = stage.world.log.iter().filter(happened);
        (outcome.ok(), log.map(Entry::to_string).collect())
    })
}

/// Starts the script until it ends by itself in a world that is whole, or is given up: its last status.
fn carry_out(stage: &mut Stage, night: &trouble::Night) -> Result<i32, String> {
    let mut mended = !night.mends;
    let mut arguments: &[&str] = &[];
    for round in 0..12 {
        let question = format!("round {round}");
        let began = stage.world.log.len();
        let waits_for_rest = night.dice.chance(&format!("{question} rests"), 60);
        let outcome = match waits_for_rest {
            true => stage.run(arguments),
            false => stage.run_alone(arguments),
        };
        match outcome.map_err(|stuck| stuck.0)? {
            Outcome::Killed | Outcome::Status(130) => {
                let pause = night.dice.between(&format!("{question} pause"), 0, 120);
                stage
                    .pass(stage.world.now + pause)
                    .map_err(|stuck| stuck.0)?;
            }
            // Everything is done: another start does nothing.
            Outcome::Status(0) => {
                let before = stage.world.log.len();
                let again = stage.run(&[]).map_err(|stuck| stuck.0)?;
                if again != Outcome::Status(6) || has_changes(&stage.world.log[before..]) {
                    return Err(format!("started again after its end: {again:?}"));
                }
                return Ok(0);
            }
            // It is not the plan's night: the operator wants it all the same.
            Outcome::Status(5) if !arguments.contains(&"--now") => {
                if has_changes(&stage.world.log[began..]) {
                    return Err("it is not its night, but it did something".into());
                }
                arguments = match arguments {
                    [] => &["--now"],
                    _ => &["--now", "--no-preflight"],
                };
            }
            Outcome::Status(1 | 4) if !mended => {
                mended = true;
                stage.blows.clear();
                stage.world.mend();
                let pause = night.dice.between(&format!("{question} pause"), 0, 600);
                stage
                    .pass(stage.world.now + pause)
                    .map_err(|stuck| stuck.0)?;
            }
            // What the preflight does not like is known.
            Outcome::Status(4) if !arguments.contains(&"--no-preflight") => {
                arguments = match arguments {
                    [] => &["--no-preflight"],
                    _ => &["--now", "--no-preflight"],
                };
            }
            Outcome::Status(status) => return Ok(status),
        }
    }
    Err("it never ends".into())
}

/// Whether anything was done to machines.
fn has_changes(log: &[Entry]) -> bool {
    let is_change = |entry: &Entry| {
        !matches!(
            entry.event,
            Event::Asked { .. }
                | Event::ScriptBegan { .. }
                | Event::ScriptEnded { .. }
                | Event::Signal { .. }
                | Event::Trouble(_)
        )
    };
    log.iter().any(is_change)
}
