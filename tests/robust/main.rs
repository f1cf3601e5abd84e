//! No input makes the compiler panic, hang, or eat the machine's memory: hundreds of malformed files, made the same
//! way on every run, go through everything up to the formulation and through every renderer.

mod inputs;
mod mutants;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use mvm::compile::check;
use mvm::diag::render::{Style, human, json, plain, short};
use mvm::diag::{Diagnostic, has_errors};
use mvm::source::{Loader, SourceMap};
use support::{files, root};

/// A file that is checked, beside the examples.
pub struct Case {
    /// For people.
    pub name: String,
    /// Where it lies, so that what it uses is found.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it must be refused; otherwise it may happen to be valid.
    pub is_wrong: bool,
}

/// A watchdog only, far above what any of them takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the whole run may ever have resident, in KiB.
const MAX_RESIDENT: u64 = 2 << 20;

struct Table<'a> {
    files: &'a BTreeMap<String, Vec<u8>>,
    case: &'a Case,
}

impl Loader for Table<'_> {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        if path == self.case.path {
            return Ok(self.case.bytes.clone());
        }
        self.files.get(path).cloned().ok_or("no such file".into())
    }
}

/// The project's own `.mvm` files, by path.
fn own_files() -> BTreeMap<String, Vec<u8>> {
    let paths = [files("examples", ".mvm"), files("stdlib", ".mvm")].concat();
    assert!(paths.len() > 5, "the examples are gone");
    let read = |path: String| {
        let bytes = std::fs::read(root().join(&path)).expect("a file of the project");
        (path, bytes)
    };
    paths.into_iter().map(read).collect()
}

/// Checks and renders a case; what is wrong with the outcome.
fn examine(files: &BTreeMap<String, Vec<u8>>, case: &Case) -> Result<(), String> {
    let checked = check(&case.path, &Table { files, case });
    let map = &checked.map;
    let found = &[checked.diagnostics.clone(), checked.impossible()].concat();
    if case.is_wrong && !has_errors(found) {
        return Err("is taken for valid".into());
    }
    for diagnostic in found {
        well_formed(map, diagnostic)?;
    }
    let lines = short(map, found).lines().count();
    if lines > found.len() || json(map, found).lines().count() != lines {
        return Err("not one line for each finding".into());
    }
    let shown = human(map, found, Style::default());
    if shown.len() > 1 << 20 || plain(map, found).len() > 64 << 20 {
        return Err(format!("{} bytes of output", shown.len()));
    }
    Ok(())
}

fn well_formed(map: &SourceMap, diagnostic: &Diagnostic) -> Result<(), String> {
    let message = &diagnostic.message;
    if message.is_empty() || message.contains('\n') || message.len() > 1_000 {
        let start: String = message.chars().take(200).collect();
        return Err(format!("the message is no line: {start:?}"));
    }
    let labels = diagnostic.primary.iter().chain(&diagnostic.secondary);
    for label in labels {
        if map.clamp(label.span) != label.span {
            return Err(format!("{message}: the place {:?} is none", label.span));
        }
    }
    Ok(())
}

/// The most that this process has ever had resident, in KiB, where the system tells.
fn most_resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Runs the cases on a thread of the usual stack, and gives up on one that takes too long.
fn run(cases: Vec<Case>) {
    let files = own_files();
    let (sender, results) = mpsc::channel();
    let names: Vec<String> = cases.iter().map(|case| case.name.clone()).collect();
    let worker = thread::spawn(move || {
        for case in cases {
            let started = Instant::now();
            let outcome = examine(&files, &case);
            let sent = sender.send((outcome, started.elapsed()));
            sent.expect("the test waits for it");
        }
    });
    let mut wrong = Vec::new();
    for name in &names {
        match results.recv_timeout(PATIENCE) {
            Ok((Ok(()), _)) => {}
            Ok((Err(why), _)) => wrong.push(format!("{name}: {why}")),
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("{name} takes too long"),
            Err(mpsc::RecvTimeoutError::Disconnected) => panic!("{name} panics"),
        }
    }
    worker.join().expect("it has sent everything");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if let Some(most) = most_resident() {
        assert!(most < MAX_RESIDENT, "{most} KiB resident");
    }
}

#[test]
fn malformed_files_by_hand() {
    let cases = inputs::all();
    assert!(cases.len() > 200, "{}", cases.len());
    run(cases);
}

#[test]
fn examples_cut_short() {
    run(mutants::truncated(&own_files()));
}

#[test]
fn examples_with_changed_bytes() {
    run(mutants::mutated(&own_files()));
}
