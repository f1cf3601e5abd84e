//! Plays a script in a world. The clock moves only when every process of the script waits for the world, so nothing
//! depends on how fast this machine is; what several ask at one moment is answered in the order of the actions.

mod alone;
mod process;
mod strike;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::line::{Lines, Reply, Said, Shake};
use crate::log::{Event, Time};
use crate::tools::{self, Answer, Wait};
use crate::trouble::Blow;
use crate::world::World;

/// Who speaks on a connection: runs are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Main(usize),
    Action(usize, String),
    Question,
}

impl Who {
    fn is_of(&self, run: usize) -> bool {
        match self {
            Who::Main(of) | Who::Action(of, _) => *of == run,
            Who::Question => false,
        }
    }

    /// While the main process is at work no time passes, so that it gets its answers at once.
    fn may_wait(&self, words: &[String]) -> bool {
        matches!(self, Who::Action(..)) || words[0] == "nap"
    }
}

/// Something that a process waits for.
#[derive(Debug)]
struct Request {
    words: Vec<String>,
    /// The process that asks.
    asker: u32,
    /// Whoever asks does not wait longer.
    limit: Option<Time>,
    wait: Option<Wait>,
}

/// A connection that is open.
#[derive(Debug)]
struct Actor {
    who: Who,
    request: Option<Request>,
    /// Whether it has been killed, and is about to close.
    is_dying: bool,
}

/// A start of the script.
#[derive(Debug, Default)]
struct Run {
    pid: u32,
    /// When its main process wants to be woken, and how, if it waits for an event.
    waits: Option<(Time, String)>,
    /// Lines of its actions that its main process has not taken yet. It takes one of its own after a signal.
    untaken: i64,
    /// Ends of each action that the main process has not taken yet; below 0 where it was faster than the end of the
    /// process.
    unsettled: BTreeMap<String, i32>,
    /// Actions whose processes were killed: nobody tells their end.
    killed: BTreeSet<String>,
    /// Actions that were started and have not spoken yet.
    unborn: BTreeSet<String>,
    has_spoken: bool,
    /// Whether its main process still has its connection.
    is_open: bool,
    /// Whether it has been killed, and is about to end.
    is_dying: bool,
    /// Its end: a status, or a signal.
    end: Option<Option<i32>>,
}

impl Run {
    /// Where its main process waits for an event, if it does: whoever writes there wakes it.
    fn bed(&mut self) -> Result<Option<fs::File>, Stuck> {
        let Some((_, path)) = self.waits.take() else {
            return Ok(None);
        };
        let fifo = fs::OpenOptions::new().write(true).open(&path);
        fifo.map(Some).map_err(|e| Stuck(format!("{path}: {e}")))
    }

    /// Wakes its main process, if it waits for an event.
    fn wake(&mut self) -> Result<(), Stuck> {
        match self.bed()? {
            Some(mut bed) => bed.write_all(TICK).map_err(|e| Stuck(e.to_string())),
            None => Ok(()),
        }
    }
}

/// What wakes a script when the time has come.
const TICK: &[u8] = b"tick\n";

/// How a start of the script came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It ended with that status.
    Status(i32),
    /// It was killed.
    Killed,
}

/// Why a night cannot be played to its end.
#[derive(Debug)]
pub struct Stuck(pub String);

/// A script, and the world around it.
pub struct Stage {
    /// The world.
    pub world: World,
    /// Blows at the script that are still to come: after how many moments at which everything waits.
    pub blows: Vec<(u32, Blow)>,
    script: PathBuf,
    folder: PathBuf,
    lines: Lines,
    actors: BTreeMap<usize, Actor>,
    runs: Vec<Run>,
    moments: u32,
    /// A moment at which the clock stops.
    alarm: Option<Time>,
    /// Seconds between two looks of the script at what runs.
    watch: Time,
    /// What actions alone have told, and which have ended.
    told: VecDeque<Said>,
}

/// No night needs more moments at which everything waits.
const MOST_MOMENTS: u32 = 30_000;

impl Stage {
    /// Over a folder that has `plan.sh`, `site.bash`, `bin`, and one for what the script writes.
    pub fn new(
        world: World,
        script: &Path,
        folder: &Path,
        shake: Shake,
        watch: Time,
    ) -> std::io::Result<Self> {
        Ok(Stage {
            world,
            blows: Vec::new(),
            script: script.to_owned(),
            folder: folder.to_owned(),
            lines: Lines::open(shake)?,
            actors: BTreeMap::new(),
            runs: Vec::new(),
            moments: 0,
            alarm: None,
            watch,
            told: VecDeque::new(),
        })
    }

    /// Goes on with the script of another folder, and another one for what that writes.
    pub fn follow(&mut self, script: &Path, folder: &Path) {
        (self.script, self.folder) = (script.to_owned(), folder.to_owned());
    }

    /// Where the script keeps what was done.
    pub fn journal_path(&self) -> PathBuf {
        self.folder.join("journal")
    }

    fn command(&self, run: usize, port: u16, arguments: &[&str]) -> Command {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new("bash");
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .arg(self.script.join("plan.sh"))
            .arg("--journal")
            .arg(self.journal_path())
            .arg("--site")
            .arg(self.script.join("site.bash"))
            .args(arguments)
            .current_dir(&self.folder)
            .env(
                "PATH",
                format!("{}:{path}", self.script.join("bin").display()),
            )
            .env("NIGHT_PORT", port.to_string())
            .env("NIGHT_RUN", run.to_string())
            .env("NIGHT_NOW", self.world.now.to_string())
            .env("NIGHT_WATCH", self.watch.to_string())
            .env("NIGHT_TOUCHED", self.folder.join("touched"))
            .env("TMPDIR", &self.folder)
            .env("MVM_POLL", "45")
            .env("IPMI_PASSWORD", "secret")
            .env("OS_CLOUD", "night")
            .stdin(Stdio::null())
            .process_group(0);
        command
    }

    /// Runs the script until it has ended, and whatever it had started.
    ///
    /// # Errors
    /// When nothing moves any more.
    pub fn run(&mut self, arguments: &[&str]) -> Result<Outcome, Stuck> {
        let outcome = self.run_alone(arguments)?;
        // What a killed script has left goes on.
        self.play(|stage| {
            stage
                .actors
                .values()
                .all(|actor| actor.who == Who::Question)
        })?;
        Ok(outcome)
    }

    /// Runs the script until it has ended; what it had started may go on.
    ///
    /// # Errors
    /// When nothing moves any more.
    pub fn run_alone(&mut self, arguments: &[&str]) -> Result<Outcome, Stuck> {
        let run = self.runs.len();
        let arguments_text = arguments.join(" ");
        self.world.note(Event::ScriptBegan {
            arguments: arguments_text,
        });
        let output = self.folder.join("output");
        let open = || {
            fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(&output)
        };
        let (Ok(out), Ok(err)) = (open(), open()) else {
            return Err(Stuck("no output file".into()));
        };
        let mut command = self.command(run, self.lines.port(), arguments);
        command.stdout(out).stderr(err);
        let pid = self
            .lines
            .spawn(run, &mut command)
            .map_err(|e| Stuck(e.to_string()))?;
        self.runs.push(Run {
            pid,
            is_open: true,
            ..Run::default()
        });
        self.play(|stage| stage.runs[run].end.is_some())?;
        let end = self.runs[run].end.flatten();
        if let Some(status) = end {
            self.world.note(Event::ScriptEnded { status });
        }
        Ok(end.map_or(Outcome::Killed, Outcome::Status))
    }

    /// Lets the world go on until a moment, with what a killed script has left.
    ///
    /// # Errors
    /// When nothing moves any more.
    pub fn pass(&mut self, until: Time) -> Result<(), Stuck> {
        self.alarm = Some(until);
        let passed = self.play(|stage| stage.world.now >= until);
        self.alarm = None;
        passed
    }

    /// Everything that the script has said.
    pub fn output(&self) -> String {
        let bytes = fs::read(self.folder.join("output")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn play(&mut self, is_over: impl Fn(&Self) -> bool) -> Result<(), Stuck> {
        loop {
            while !self.is_quiet() {
                let said = self
                    .lines
                    .next()
                    .ok_or_else(|| self.stuck("nobody speaks"))?;
                self.hear(said)?;
            }
            if is_over(self) {
                return Ok(());
            }
            self.moments += 1;
            if self.moments > MOST_MOMENTS {
                return Err(self.stuck("the night does not end"));
            }
            if self.strike()? || self.answer() {
                continue;
            }
            self.move_clock()?;
        }
    }

    /// Whether everything waits for the world.
    fn is_quiet(&self) -> bool {
        let rests = self.runs.iter().enumerate().all(|(at, run)| match run.end {
            Some(_) => !run.is_open && run.unborn.is_empty(),
            None if run.is_dying => false,
            None => {
                let main = self
                    .actors
                    .values()
                    .find(|actor| actor.who == Who::Main(at));
                let asks = main.is_some_and(|actor| actor.request.is_some());
                let waits = run.waits.is_some() && run.untaken == 0;
                let waits = waits && run.unsettled.values().all(|&ends| ends == 0);
                run.unborn.is_empty() && (asks || waits)
            }
        });
        let waits = |actor: &Actor| match actor.who {
            _ if actor.is_dying => false,
            Who::Main(_) => true,
            Who::Action(..) | Who::Question => actor.request.is_some(),
        };
        rests && self.actors.values().all(waits)
    }

    fn hear(&mut self, said: Said) -> Result<(), Stuck> {
        match said {
            Said::Told(run, _) => {
                self.runs[run].untaken -= 1;
                self.told.push_back(said);
            }
            Said::Gone(run, ref number) => {
                if let Some(number) = number {
                    *self.runs[run].unsettled.entry(number.clone()).or_default() -= 1;
                }
                self.told.push_back(said);
            }
            Said::Deaf(why) => return Err(Stuck(format!("nobody can be heard: {why}"))),
            Said::Ended(run, status) => {
                let run = &mut self.runs[run];
                run.end = Some(status);
                run.is_open &= run.has_spoken;
                // Nobody is there to take them.
                run.untaken = 0;
            }
            Said::Closed(line) => {
                let Some(actor) = self.actors.remove(&line) else {
                    return Ok(());
                };
                match actor.who {
                    Who::Main(run) => self.runs[run].is_open = false,
                    Who::Action(run, number) if actor.is_dying => {
                        self.runs[run].killed.insert(number);
                    }
                    Who::Action(run, number) if self.runs[run].end.is_none() => {
                        *self.runs[run].unsettled.entry(number).or_default() += 1;
                    }
                    Who::Action(..) | Who::Question => {}
                }
            }
            Said::Words(line, words) => self.hear_words(line, &words),
        }
        Ok(())
    }

    fn hear_words(&mut self, line: usize, words: &[String]) {
        let word = |at: usize| words.get(at).cloned().unwrap_or_default();
        if words[0] == "hello" {
            let run = word(2).parse().unwrap_or(0);
            let who = match word(1).as_str() {
                "main" => Who::Main(run),
                "action" => Who::Action(run, word(4)),
                _ => Who::Question,
            };
            match &who {
                Who::Main(run) => self.runs[*run].has_spoken = true,
                Who::Action(run, number) => {
                    self.runs[*run].unborn.remove(number);
                }
                Who::Question => {}
            }
            self.actors.insert(
                line,
                Actor {
                    who,
                    request: None,
                    is_dying: false,
                },
            );
            return;
        }
        let Some(who) = self.actors.get(&line).map(|actor| actor.who.clone()) else {
            return;
        };
        let run = match &who {
            Who::Main(run) | Who::Action(run, _) => Some(*run),
            Who::Question => None,
        };
        match (words[0].as_str(), run) {
            ("now", _) => self.lines.send(line, &format!("{}\n", self.world.now)),
            ("launched", Some(run)) => {
                self.runs[run].unborn.insert(word(1));
                self.lines.answer(line, &Reply::default());
            }
            ("ended", _) => {
                self.end_command(&word(1));
                self.lines.answer(line, &Reply::default());
            }
            ("settled", Some(run)) => {
                if !self.runs[run].killed.remove(&word(1)) {
                    *self.runs[run].unsettled.entry(word(1)).or_default() -= 1;
                }
            }
            ("told", Some(run)) => {
                if self.runs[run].end.is_none() {
                    self.runs[run].untaken += 1;
                }
                self.lines.answer(line, &Reply::default());
            }
            ("took", Some(run)) => {
                let left = &mut self.runs[run].untaken;
                *left = (*left - 1).max(0);
                self.runs[run].waits = None;
            }
            ("wait", Some(run)) => {
                let seconds: Time = word(1).parse().unwrap_or(1).max(1);
                let path = format!("/proc/{}/fd/{}", word(2), word(3));
                self.runs[run].waits = Some((self.world.now + seconds, path));
            }
            _ => self.hear_request(line, words, who.may_wait(words)),
        }
    }

    /// A request for the world. What the main process asks is answered at once: no time passes while it is at work.
    fn hear_request(&mut self, line: usize, words: &[String], may_wait: bool) {
        let mut request = Request {
            words: words.to_vec(),
            asker: words.get(2).and_then(|pid| pid.parse().ok()).unwrap_or(0),
            limit: None,
            wait: None,
        };
        if words[0] == "call" {
            request.words = words.get(3..).unwrap_or_default().to_vec();
            let limit = words.get(1).and_then(|limit| limit.parse::<Time>().ok());
            request.limit = limit.map(|seconds| self.world.now + seconds);
        }
        if may_wait {
            if let Some(actor) = self.actors.get_mut(&line) {
                actor.request = Some(request);
            }
            return;
        }
        let reply = match tools::call(&mut self.world, &request.words) {
            Answer::Now(reply) => reply,
            Answer::When(Wait::Until(_, reply)) => reply,
            Answer::When(Wait::Move(_)) => Reply::err(124, ""),
        };
        self.asked("main", &request.words, reply.status);
        self.lines.answer(line, &reply);
    }

    fn asked(&mut self, who: &str, words: &[String], status: i32) {
        let (who, words) = (who.to_owned(), words.join(" "));
        self.world.note(Event::Asked { who, words, status });
    }

    /// Answers the first who can be answered now; whether anybody was. Only one is at work at a time, so that nothing depends on
    /// who is faster.
    fn answer(&mut self) -> bool {
        let mut waiting: Vec<(Who, usize)> = self
            .actors
            .iter()
            .filter(|(_, actor)| actor.request.is_some())
            .map(|(&line, actor)| (actor.who.clone(), line))
            .collect();
        waiting.sort();
        for (who, line) in waiting {
            let Some(mut request) = self.actors.get_mut(&line).and_then(|a| a.request.take())
            else {
                continue;
            };
            let reply = match request.wait.take() {
                None => match request.words[0].as_str() {
                    "nap" => {
                        let seconds = request.words.get(1).and_then(|s| s.parse().ok());
                        let until = self.world.now + seconds.unwrap_or(1).max(1);
                        Err(Wait::Until(until, Reply::default()))
                    }
                    _ => match tools::call(&mut self.world, &request.words) {
                        Answer::Now(reply) => Ok(reply),
                        Answer::When(wait) => Err(wait),
                    },
                },
                Some(wait) => match wait.is_over(&self.world) {
                    Some(reply) => Ok(reply),
                    None => Err(wait),
                },
            };
            let late = request.limit.is_some_and(|end| end <= self.world.now);
            match reply {
                Err(_) if late => {
                    self.asked(&format!("{who:?}"), &request.words, 124);
                    self.lines.answer(line, &Reply::err(124, ""));
                    return true;
                }
                Err(wait) => {
                    request.wait = Some(wait);
                    if let Some(actor) = self.actors.get_mut(&line) {
                        actor.request = Some(request);
                    }
                }
                Ok(reply) => {
                    if request.words[0] != "nap" {
                        self.asked(&format!("{who:?}"), &request.words, reply.status);
                    }
                    self.lines.answer(line, &reply);
                    return true;
                }
            }
        }
        false
    }

    /// Moves the clock to the next moment at which something happens or somebody is to be woken.
    fn move_clock(&mut self) -> Result<(), Stuck> {
        let waits = self
            .actors
            .values()
            .filter_map(|actor| actor.request.as_ref());
        let waits = waits.flat_map(|r| {
            r.wait
                .as_ref()
                .and_then(Wait::at)
                .into_iter()
                .chain(r.limit)
        });
        let mains = self.runs.iter().filter(|run| run.end.is_none());
        let mains = mains.filter_map(|run| run.waits.as_ref().map(|&(at, _)| at));
        let all = waits
            .chain(mains)
            .chain(self.world.next())
            .chain(self.alarm);
        let next = all.filter(|&at| at > self.world.now).min();
        let next =
            next.ok_or_else(|| self.stuck("everybody waits for something that never comes"))?;
        self.world.advance(next);
        let due = |run: &&mut Run| {
            run.end.is_none() && run.waits.as_ref().is_some_and(|&(at, _)| at <= next)
        };
        for run in self.runs.iter_mut().filter(due).filter(|run| run.pid != 0) {
            run.wake()?;
        }
        Ok(())
    }

    fn stuck(&self, why: &str) -> Stuck {
        let mut text = format!(
            "{why}\nruns: {:#?}\nactors: {:#?}\nprocesses:\n{}",
            self.runs,
            self.actors,
            process::list(&self.folder)
        );
        text += &self.output();
        Stuck(text)
    }
}

impl Drop for Stage {
    /// Nothing of the script outlives a night that was given up.
    fn drop(&mut self) {
        for run in 0..self.runs.len() {
            if self.runs[run].end.is_none() && self.runs[run].pid != 0 {
                self.send("KILL", &format!("-{}", self.runs[run].pid));
            }
        }
    }
}
