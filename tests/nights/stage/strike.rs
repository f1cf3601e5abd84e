//! Blows at the script: what kills it, or tells it to stop.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use super::process::{group, parent};
use super::{Actor, Stage, Stuck, TICK, Who};
use crate::log::Event;
use crate::tools;
use crate::trouble::Blow;

impl Stage {
    /// Strikes the script if it is time to; whether it did.
    pub(super) fn strike(&mut self) -> Result<bool, Stuck> {
        let moment = self.moments;
        let Some(at) = self.blows.iter().position(|&(after, _)| after <= moment) else {
            return Ok(false);
        };
        let Some(run) = self.runs.iter().position(|run| run.end.is_none()) else {
            return Ok(false);
        };
        let (_, blow) = self.blows.remove(at);
        let pid = self.runs[run].pid;
        match blow {
            Blow::KillAll => {
                self.runs[run].is_dying = true;
                // A command has a process group of its own.
                for actor in self
                    .actors
                    .values_mut()
                    .filter(|actor| actor.who.is_of(run))
                {
                    let asker = actor.request.as_ref().map_or(0, |request| request.asker);
                    actor.is_dying |= group(asker).is_none_or(|group| group == pid);
                }
                self.send("KILL", &format!("-{pid}"));
            }
            Blow::KillScript => {
                self.send("KILL", &pid.to_string());
                self.runs[run].is_dying = true;
            }
            Blow::KillAction => self.kill_action(run),
            Blow::Terminate | Blow::Interrupt => {
                let name = if blow == Blow::Terminate {
                    "TERM"
                } else {
                    "INT"
                };
                // A signal that comes right before it begins to read would be seen after that only, so it is woken too. After
                // a second one nobody may be there any more.
                if let Some(mut bed) = self.runs[run].bed()? {
                    self.send(name, &format!("-{pid}"));
                    let _ = bed.write_all(TICK);
                }
            }
            // One that waits for the lock itself may not have it.
            Blow::Second if self.runs[run].waits.is_none() => {}
            Blow::Second => self.second(),
        }
        Ok(true)
    }

    fn kill_action(&mut self, run: usize) {
        let is_action = |actor: &&mut Actor| matches!(&actor.who, Who::Action(of, _) if *of == run);
        let Some(actor) = self.actors.values_mut().find(is_action) else {
            return;
        };
        actor.is_dying = true;
        // All processes from the one that asks up to the main one.
        let mut pids = Vec::new();
        let mut at = actor.request.as_ref().map_or(0, |request| request.asker);
        while at > 1 && at != self.runs[run].pid {
            pids.push(at.to_string());
            at = parent(at).unwrap_or(1);
        }
        // Who waits for another one dies before it, and does not go on for a moment.
        pids.reverse();
        self.send("KILL", &pids.join(" "));
    }

    pub(super) fn send(&mut self, name: &str, to: &str) {
        self.world.note(Event::Signal {
            name: name.to_owned(),
            to: to.to_owned(),
        });
        let kill = format!("kill -{name} -- {to}");
        let _ = Command::new("bash")
            .args(["-c", &kill])
            .stderr(Stdio::null())
            .status();
    }

    /// Starts the script once more beside the one that runs: it must see that and leave everything alone.
    fn second(&mut self) {
        let output = self.command(0, 0, &[]).output();
        let status = output.ok().and_then(|output| output.status.code());
        let touched = fs::read_to_string(self.folder.join("touched")).unwrap_or_default();
        let is_change =
            |line: &&str| tools::changes(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let why = match touched.lines().find(is_change) {
            Some(change) => format!("it did `{change}`"),
            None if status == Some(3) => return,
            None => format!("its status was {status:?}"),
        };
        self.world.note(Event::Refused {
            what: "second start".into(),
            why,
        });
    }

    /// The script itself ends the command of an action: whoever waits for it is about to go on.
    pub(super) fn end_command(&mut self, target: &str) {
        let Ok(ended) = target.trim_start_matches('-').parse::<u32>() else {
            return;
        };
        for actor in self.actors.values_mut() {
            let is_hit = |asker: u32| asker == ended || group(asker) == Some(ended);
            if actor
                .request
                .as_ref()
                .is_some_and(|request| is_hit(request.asker))
            {
                actor.request = None;
            }
        }
    }
}
