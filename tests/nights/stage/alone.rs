//! The machine in the place of the script's main process: `mvm run` without its program.

use std::fs::{self, File};
use std::io::Write;
use std::process::{Command, Stdio};

use mvm::datacenter::Policy;
use mvm::plan::Plan;
use mvm::run::{Decision, End, Event, Journal, Line, Machine, What, Zero};

use super::{Outcome, Run, Stage, Stuck};
use crate::line::Said;
use crate::log::Event as Logged;

/// The script's own.
const GRACE: i64 = 60;

impl Stage {
    /// Carries the plan out by the machine, each action by a process of the script.
    ///
    /// # Errors
    /// When nothing moves any more.
    pub fn run_machine(&mut self, plan: &Plan) -> Result<Outcome, Stuck> {
        let run = self.runs.len();
        // No process is behind it.
        self.runs.push(Run {
            has_spoken: true,
            ..Run::default()
        });
        let arguments = String::from("--no-preflight");
        self.world.note(Logged::ScriptBegan { arguments });
        let zero = mvm::run::start(plan, None, self.world.now, true);
        let zero = zero.map_err(|late| Stuck(late.to_string()))?;
        let work = self.folder.join("work");
        let journal = self.journal(plan, zero)?;
        fs::create_dir(&work).map_err(|e| Stuck(e.to_string()))?;
        let mut machine = Machine::new(plan, &journal, zero, GRACE).looking_each(self.watch);
        let mut decisions = machine.proceed(self.world.now);
        loop {
            for decision in decisions {
                self.output_line(&decision.words(plan, &|at| at.to_string()));
                self.do_alone(run, &decision, plan)?;
            }
            if machine.is_over() {
                break;
            }
            let wake = machine.wake(self.world.now);
            self.runs[run].waits = Some((wake, String::new()));
            self.play(|stage| stage.world.now >= wake || !stage.told.is_empty())?;
            decisions = match self.told.pop_front().and_then(|said| self.event(said)) {
                Some(event) => machine.take(self.world.now, event),
                None => machine.proceed(self.world.now),
            };
        }
        let status = i32::from(machine.not_done().next().is_some());
        self.runs[run].end = Some(Some(status));
        self.world.note(Logged::ScriptEnded { status });
        Ok(Outcome::Status(status))
    }

    fn journal(&self, plan: &Plan, zero: Zero) -> Result<Journal, Stuck> {
        // The hash is in the script.
        let script = fs::read_to_string(self.script.join("plan.sh")).unwrap_or_default();
        let hash = script
            .lines()
            .find_map(|line| line.strip_prefix("PLAN_HASH="));
        let journal = Journal {
            hash: hash.unwrap_or_default().to_owned(),
            started: zero.start,
            plan: plan.name.clone(),
            lines: Vec::new(),
        };
        let written = fs::write(self.folder.join("journal"), journal.head());
        written.map_err(|e| Stuck(e.to_string()))?;
        Ok(journal)
    }

    fn do_alone(&mut self, run: usize, decision: &Decision, plan: &Plan) -> Result<(), Stuck> {
        let at = decision.action();
        let number = format!("{:04}", at + 1);
        let file = |end: &str| self.folder.join("work").join(format!("{number}{end}"));
        match decision {
            Decision::Start { .. } => {
                let mut command = self.alone(run, &number, &[]);
                let stderr = File::create(file("")).map_err(|e| Stuck(e.to_string()))?;
                command.env("NIGHT_ACTION", &number).stderr(stderr);
                self.runs[run].unborn.insert(number.clone());
                let spawned = self.lines.spawn_alone(run, Some(number), &mut command);
                spawned.map_err(|e| Stuck(e.to_string()))?;
            }
            Decision::GiveUp { .. } => {
                let title = plan.actions[at].title();
                let line = Line {
                    at: self.world.now,
                    what: What::Failed,
                    action: at,
                    title,
                };
                let journal = self.folder.join("journal");
                let journal = fs::OpenOptions::new().append(true).open(journal);
                let _ = journal.and_then(|mut journal| writeln!(journal, "{line}"));
            }
            Decision::Retry { .. } => drop(fs::remove_file(file(".over"))),
            Decision::Limit { policy: None, .. } => {
                let _ = File::create(file(".over"));
                self.end_alone(&number, "TERM");
            }
            Decision::Kill { .. } => self.end_alone(&number, "KILL"),
            Decision::Limit {
                policy: Some(policy),
                ..
            } if *policy != Policy::Wait => {
                let mut command = self.alone(run, &number, &[policy.word()]);
                command.stderr(Stdio::null());
                let spawned = self.lines.spawn_alone(run, None, &mut command);
                spawned.map_err(|e| Stuck(e.to_string()))?;
                // It is answered at once, as the main process is.
                while !self
                    .told
                    .iter()
                    .any(|said| matches!(said, Said::Gone(_, None)))
                {
                    let said = self.lines.next();
                    let said = said.ok_or_else(|| self.stuck("nobody speaks"))?;
                    self.hear(said)?;
                }
                self.told
                    .retain(|said| !matches!(said, Said::Gone(_, None)));
            }
            _ => {}
        }
        Ok(())
    }

    /// A process of the script for one action.
    fn alone(&self, run: usize, number: &str, what: &[&str]) -> Command {
        let arguments = [&["--action", number], what].concat();
        let mut command = self.command(run, self.lines.port(), &arguments);
        command.env("MVM_WORK", self.folder.join("work"));
        command
    }

    fn end_alone(&mut self, number: &str, signal: &str) {
        let group = self.folder.join("work").join(format!("{number}.group"));
        let Ok(group) = fs::read_to_string(group) else {
            return;
        };
        let group = format!("-{}", group.trim());
        self.end_command(&group);
        self.send(signal, &group);
    }

    fn output_line(&self, line: &str) {
        let output = self.folder.join("output");
        let output = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(output);
        let _ = output.and_then(|mut output| writeln!(output, "{} {line}", self.world.now));
    }

    /// What the machine is told of.
    fn event(&mut self, said: Said) -> Option<Event> {
        let at = |number: &str| number.parse::<usize>().ok()?.checked_sub(1);
        match said {
            Said::Told(_, line) => {
                let mut words = line.split(' ');
                let action = at(words.next()?)?;
                match words.nth(1)? {
                    "started" => Some(Event::Started(action)),
                    "0" => Some(Event::Ended(action, End::Done)),
                    "1" => Some(Event::Ended(action, End::Failed)),
                    _ => Some(Event::Ended(action, End::Open)),
                }
            }
            _ => None,
        }
    }
}
