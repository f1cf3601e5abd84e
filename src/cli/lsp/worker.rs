//! What takes longer than an answer may: checking files, and computing plans. Each has a thread of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::workspace::{Buffers, Entry};
use crate::compile::{Failure, Prospect};
use crate::diag::Diagnostic;
use crate::expect;
use crate::plan::Plan;
use crate::schedule::{Effort, Monitor, Options, Progress};

/// Files to check.
pub struct Job {
    pub generation: u64,
    pub buffers: Arc<Buffers>,
    /// In the order in which they are wanted.
    pub files: Vec<PathBuf>,
}

/// What was found.
pub enum Found {
    /// What is known of a file.
    Entry(PathBuf, Arc<Entry>),
    /// All files of a job, and of those before it, are done.
    Done(u64),
    /// The plans of a file, with what is wrong with them.
    Planned(PathBuf, Arc<Entry>, Vec<Outcome>),
}

/// What became of a plan.
pub struct Outcome {
    pub name: String,
    pub plan: Option<Plan>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Starts the thread that checks. A new job goes first: what an older one has not begun stays behind its files.
pub fn checker(found: Sender<Found>) -> Sender<Job> {
    let (sender, jobs): (Sender<Job>, Receiver<Job>) = unbounded();
    thread::spawn(move || {
        let mut waiting: Vec<PathBuf> = Vec::new();
        while let Ok(mut job) = jobs.recv() {
            loop {
                while let Ok(newer) = jobs.try_recv() {
                    let older = std::mem::replace(&mut job, newer).files;
                    waiting.splice(0..0, older);
                }
                let mut files = std::mem::take(&mut job.files);
                files.append(&mut waiting);
                let mut seen = std::collections::BTreeSet::new();
                files.retain(|file| seen.insert(file.clone()));
                if files.is_empty() {
                    break;
                }
                let file = files.remove(0);
                job.files = files;
                let entry = Entry::new(&file, Arc::clone(&job.buffers));
                // Of a file that is open the colours will be wanted next, and perhaps the layout.
                let open = entry.file(&file);
                let open = open.filter(|_| job.buffers.contains_key(&file));
                if let Some(id) = open {
                    entry.view.colours(id);
                }
                let entry = Arc::new(entry);
                if found.send(Found::Entry(file, Arc::clone(&entry))).is_err() {
                    return;
                }
                if let Some(id) = open {
                    entry.view.layout(id);
                }
            }
            if found.send(Found::Done(job.generation)).is_err() {
                return;
            }
        }
    });
    sender
}

/// Computes plans of a file; `name`: one of them, or all of which something is expected. Raise the flag that is returned to
/// end it.
pub fn plan(
    path: PathBuf,
    entry: Arc<Entry>,
    name: Option<String>,
    found: Sender<Found>,
) -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut flag = Flag(Arc::clone(&stop));
    thread::spawn(move || {
        let checked = entry.view.checked();
        let mut outcomes = Vec::new();
        let requests = checked
            .analysis
            .requests
            .iter()
            .zip(&checked.prospects)
            .enumerate();
        for (index, (request, prospect)) in requests {
            let is_wanted = match &name {
                Some(name) => *name == request.name,
                None => !request.expectations.is_empty(),
            };
            if !is_wanted || !matches!(prospect, Prospect::Open(_) | Prospect::After(_)) {
                continue;
            }
            let options = Options {
                effort: Effort::Normal,
                time_limit: None,
            };
            let (plan, diagnostics) = match checked.plan(index, &options, &mut flag) {
                Ok(plan) => {
                    let unmet = checked.unmet(index, &plan);
                    (Some(plan), unmet)
                }
                Err(Failure::Impossible(why)) if !expect::expects_none(request) => (None, why),
                Err(_) => (None, Vec::new()),
            };
            if flag.stop() {
                return;
            }
            outcomes.push(Outcome {
                name: request.name.clone(),
                plan,
                diagnostics,
            });
        }
        let _ = found.send(Found::Planned(path, entry, outcomes));
    });
    stop
}

/// Stops where somebody says so.
struct Flag(Arc<AtomicBool>);

impl Monitor for Flag {
    fn report(&mut self, _: &Progress) {}

    fn stop(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl crate::compile::Watch for Flag {
    fn begin(&mut self, _: &str) {}
}
