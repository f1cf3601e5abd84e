//! What is really done: each action by a process of the plan's script (`--action`), which looks before and after, gives the
//! command and keeps the journal. Processes, signals and locks are here alone.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, IsTerminal, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use process_wrap::std::{ChildWrapper, CommandWrap, ProcessSession};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::approval::Approval;
use super::beside;
use super::screen::{Screen, Sight};
use crate::cli::replan;
use crate::datacenter::Policy;
use crate::emit::text::printable;
use crate::run::{End, Event};

/// Lines of what an action has said that are shown, and bytes that are read for them.
const SHOWN: usize = 20;
const READ: u64 = 64 << 10;
/// Between two looks at how a migration gets on.
const LOOK: Duration = Duration::from_secs(2);

/// Something that happens.
pub enum Happening {
    /// To an action.
    Event(Event),
    /// Somebody wants this program to end.
    Signal,
    /// The hypervisor did not want to do what a policy says.
    Refused(Policy),
    /// To whoever was asked at the terminal.
    Answered,
}

/// The plan's script, and with what it is always called.
#[derive(Clone)]
struct Script {
    path: PathBuf,
    journal: PathBuf,
    site: Option<PathBuf>,
}

impl Script {
    /// With such arguments. It has a session of its own: no Ctrl-C reaches it, it is one thing to end, and nothing that it calls finds a
    /// terminal to ask at (`virsh` would start an agent there, which writes across the screen). To be spawned once.
    fn with(&self, arguments: &[&str]) -> CommandWrap {
        let mut script = CommandWrap::with_new("bash", |command| {
            command.arg(&self.path).args(arguments);
            command.arg("--journal").arg(&self.journal);
            if let Some(site) = &self.site {
                command.arg("--site").arg(site);
            }
            command.stdin(Stdio::null());
        });
        script.wrap(ProcessSession);
        script
    }

    /// What it writes with such arguments, and how it ends.
    fn output(&self, arguments: &[&str]) -> std::io::Result<Output> {
        let mut script = self.with(arguments);
        let pipes = script.command_mut().stdout(Stdio::piped());
        pipes.stderr(Stdio::piped());
        script.spawn()?.wait_with_output()
    }
}

/// The script and what is running of it.
pub struct Hands {
    work: tempfile::TempDir,
    script: Script,
    lock: File,
    approval: Option<Approval>,
    outbox: Sender<Happening>,
    inbox: Receiver<Happening>,
}

impl Hands {
    /// With the plan's script; from now on signals are told.
    pub fn new(
        script: &str,
        journal: &Path,
        site: Option<&Path>,
        lock: File,
    ) -> std::io::Result<Self> {
        let work = tempfile::tempdir()?;
        let path = work.path().join("plan.sh");
        fs::write(&path, script)?;
        let (outbox, inbox) = channel();
        // The end of the terminal is not the end of the plan.
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let sender = outbox.clone();
        thread::spawn(move || {
            for signal in signals.forever().filter(|&signal| signal != SIGHUP) {
                let _ = (signal, sender.send(Happening::Signal));
            }
        });
        let site = site.map(fs::canonicalize).transpose()?;
        let journal = std::path::absolute(journal)?;
        Ok(Hands {
            work,
            script: Script {
                path,
                journal,
                site,
            },
            lock,
            approval: None,
            outbox,
            inbox,
        })
    }

    /// What happens next, within that time.
    pub fn next(&self, wait: Duration) -> Option<Happening> {
        self.inbox.recv_timeout(wait).ok()
    }

    /// Asks all servers; says what is not as it should be, and returns whether the plan can begin.
    pub fn preflight(&self, at_once: bool, screen: &mut Screen<'_>) -> bool {
        let arguments: &[&str] = match at_once {
            true => &["--preflight", "--now"],
            false => &["--preflight"],
        };
        let Ok(output) = self.script.output(arguments) else {
            screen.say("there is no bash");
            return false;
        };
        for text in [output.stdout, output.stderr] {
            let text = String::from_utf8_lossy(&text).into_owned();
            let lines = text.lines().filter(|line| !line.starts_with("ok "));
            lines.for_each(|line| screen.say(&printable(line)));
        }
        output.status.success()
    }

    /// Starts the process of an action, and looks how it gets on where somebody watches.
    ///
    /// # Errors
    /// If it cannot be started: it is told as lost, too.
    pub fn perform(&self, at: usize, sight: Option<Sight>) -> std::io::Result<()> {
        let begun = self.file(at, ".begun");
        let _ = fs::remove_file(&begun);
        let child = self.spawn(at);
        let sender = self.outbox.clone();
        let mut child = match child {
            Ok(child) => child,
            Err(why) => {
                let _ = sender.send(Happening::Event(Event::Ended(at, End::Failed)));
                return Err(why);
            }
        };
        let watch = sight.map(|sight| self.watch(at, sight));
        thread::spawn(move || {
            let mut end = None;
            for line in child
                .stdout()
                .take()
                .into_iter()
                .flat_map(|out| BufReader::new(out).lines())
            {
                let Ok(line) = line else { break };
                match line.split(' ').nth(2) {
                    Some("started") => drop(sender.send(Happening::Event(Event::Started(at)))),
                    Some("0") => end = Some(End::Done),
                    Some("1") => end = Some(End::Failed),
                    Some("open") => end = Some(End::Open),
                    _ => {}
                }
            }
            let _ = child.wait();
            drop(watch);
            let end = end.unwrap_or(End::Lost {
                begun: begun.exists(),
            });
            let _ = sender.send(Happening::Event(Event::Ended(at, end)));
        });
        Ok(())
    }

    fn spawn(&self, at: usize) -> std::io::Result<Box<dyn ChildWrapper>> {
        let mut script = self.script.with(&["--action", &number(at)]);
        // The lock goes to it: if only this process is killed, the next run waits until the action is over.
        let command = script.command_mut().stdin(self.lock.try_clone()?);
        command
            .stdout(Stdio::piped())
            .stderr(File::create(self.file(at, ""))?)
            .env("MVM_WORK", self.work.path());
        script.spawn()
    }

    /// Asks from time to time how a migration gets on, until what it returns is dropped.
    fn watch(&self, at: usize, sight: Sight) -> Arc<()> {
        let alive = Arc::new(());
        let watched = Arc::downgrade(&alive);
        let script = self.script.clone();
        thread::spawn(move || {
            while watched.upgrade().is_some() {
                if let Ok(output) = script.output(&["--action", &number(at), "progress"]) {
                    sight.see(&String::from_utf8_lossy(&output.stdout));
                }
                thread::sleep(LOOK);
            }
        });
        alive
    }

    /// Does with a migration what its policy says.
    pub fn ask(&self, at: usize, policy: Policy) {
        let script = self.script.clone();
        let sender = self.outbox.clone();
        thread::spawn(move || {
            let asked = script.output(&["--action", &number(at), policy.word()]);
            if !asked.is_ok_and(|output| output.status.success()) {
                let _ = sender.send(Happening::Refused(policy));
            }
        });
    }

    /// Tells an action that its limit is over, and its command to end.
    pub fn give_up(&self, at: usize) {
        let _ = File::create(self.file(at, ".over"));
        self.signal(at, Signal::TERM);
    }

    /// It may wait for something again.
    pub fn may_wait_again(&self, at: usize) {
        let _ = fs::remove_file(self.file(at, ".over"));
    }

    /// Kills the command of an action, with all that it has started.
    pub fn kill(&self, at: usize) {
        self.signal(at, Signal::KILL);
    }

    fn signal(&self, at: usize, signal: Signal) {
        let group = fs::read_to_string(self.file(at, ".group")).ok();
        let group = group.and_then(|text| Pid::from_raw(text.trim().parse().ok()?));
        if let Some(group) = group {
            let _ = kill_process_group(group, signal);
        }
    }

    /// Tells actions that wait for an answer that there will be none.
    pub fn stopping(&self) {
        let _ = File::create(self.work.path().join("stopping"));
    }

    /// Asks for an approval at the terminal; false where there is none.
    pub fn approve(&mut self, at: usize, what: String) -> bool {
        if !std::io::stdin().is_terminal() {
            return false;
        }
        let answers = self.answers(at);
        let outbox = &self.outbox;
        self.approval
            .get_or_insert_with(|| Approval::new(outbox.clone()))
            .ask(what, answers);
        true
    }

    /// The files that answer a pause: yes, and no.
    pub fn answers(&self, at: usize) -> [PathBuf; 2] {
        [".go", ".no"].map(|end| beside(&self.script.journal, &format!(".{}{end}", number(at))))
    }

    /// The last lines that an action has said.
    pub fn said(&self, at: usize) -> Vec<String> {
        let mut bytes = Vec::new();
        if let Ok(mut file) = File::open(self.file(at, "")) {
            let length = file.metadata().map_or(0, |about| about.len());
            let _ = file.seek(std::io::SeekFrom::Start(length.saturating_sub(READ)));
            let _ = file.take(READ).read_to_end(&mut bytes);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let lines: Vec<String> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(printable)
            .collect();
        lines[lines.len().saturating_sub(SHOWN)..].to_vec()
    }

    fn file(&self, at: usize, end: &str) -> PathBuf {
        self.work.path().join(format!("{}{end}", number(at)))
    }
}

/// `0001` for the first.
fn number(at: usize) -> String {
    format!("{:04}", at + 1)
}

/// The lock of a journal: one run at a time, be it of this program or of a script. What a killed run has started keeps it, and is waited
/// for.
///
/// # Errors
/// In words: another run has it.
pub fn lock(journal: &Path) -> Result<File, String> {
    let path = replan::lock(journal);
    let cannot = |e: std::io::Error| format!("`{}` cannot be written: {e}", path.display());
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(&path)
        .map_err(cannot)?;
    let mut holder = String::new();
    let _ = file.read_to_string(&mut holder);
    let holder = holder.trim().parse().ok().and_then(Pid::from_raw);
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        if let Some(holder) = holder.filter(|&holder| test_kill_process(holder).is_ok()) {
            return Err(format!(
                "process {} carries out this plan already",
                holder.as_raw_nonzero()
            ));
        }
        eprintln!("waiting for the end of what a killed run has started");
        flock(&file, FlockOperation::LockExclusive).map_err(|e| cannot(e.into()))?;
    }
    file.set_len(0).map_err(cannot)?;
    writeln!(file, "{}", std::process::id()).map_err(cannot)?;
    Ok(file)
}
