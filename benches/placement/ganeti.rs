//! Ganeti's tools: `hroller` and `hbal` of Debian's ganeti-htools.

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Stdio};

/// Servers that are rebooted at once, and where their VMs wait meanwhile: `(vm, server)`.
#[derive(Default)]
pub struct Wave {
    pub servers: Vec<usize>,
    pub moves: Vec<(usize, usize)>,
}

/// Whether a tool can be started.
pub fn is_here(tool: &str) -> bool {
    let version = Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// The waves of `hroller`.
pub fn waves(cluster: &str) -> Vec<Wave> {
    let text = run("hroller", cluster, &["--force", "--print-moves"], 600).expect("it ends");
    let mut waves: Vec<Wave> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("  ") {
            Some(moved) => {
                let (vm, to) = moved
                    .trim()
                    .split_once(' ')
                    .expect("a VM and where it goes");
                let wave = waves.last_mut().expect("a wave begins with its servers");
                wave.moves.push((number(vm), number(to)));
            }
            None if line.starts_with('s') => waves.push(Wave {
                servers: line.trim().split(',').map(number).collect(),
                moves: Vec::new(),
            }),
            None => {}
        }
    }
    waves
}

/// The moves of `hbal` in their order; None where it does not end within so many seconds.
pub fn balance(cluster: &str, options: &[String], seconds: u32) -> Option<Vec<(usize, usize)>> {
    let text = run("hbal", cluster, options, seconds)?;
    // `  1. v18 s18 => s2 7.09 a=fa:s2`
    let moves = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        words.next()?.strip_suffix('.')?.parse::<usize>().ok()?;
        let (vm, _, arrow, to) = (words.next()?, words.next()?, words.next()?, words.next()?);
        (arrow == "=>").then(|| (number(vm), number(to)))
    });
    Some(moves.collect())
}

/// The number in `s12` or `v7`.
fn number(name: &str) -> usize {
    name[1..].parse().expect("a letter and a number")
}

/// What a tool says about a cluster; None where it takes longer.
fn run(tool: &str, cluster: &str, options: &[impl AsRef<OsStr>], seconds: u32) -> Option<String> {
    let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
    file.write_all(cluster.as_bytes())
        .expect("a file can be written");
    let output = Command::new("timeout")
        .arg(seconds.to_string())
        .arg(tool)
        .arg("-t")
        .arg(file.path())
        .args(options)
        .output()
        .expect("it can be started");
    if output.status.code() == Some(124) {
        return None;
    }
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool}: {why}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
