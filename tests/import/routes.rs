//! The paths that mvm plans with in an imported platform, against those that SimGrid itself finds.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mvm::compile::{Checked, Prospect};
use mvm::datacenter::Node;
use mvm::import::simgrid::import;
use mvm::request::Task;

use crate::support::{data, files, root};
use crate::{accepted, imported};

/// Hosts of one platform whose pairs are compared.
const HOSTS: usize = 12;

/// What a migration between two hosts meets.
#[derive(Debug, PartialEq)]
struct Met {
    from: String,
    to: String,
    /// bit/s that it can have.
    least: u64,
    /// bit/s of what all that passes shares, whatever its direction.
    shared: Vec<u64>,
}

/// What mvm finds between each two of the hosts.
fn planned(text: &str, hosts: &[String]) -> Vec<Met> {
    let mut file = text.to_owned();
    let mut steps = String::new();
    for (i, a) in hosts.iter().enumerate() {
        for (j, b) in hosts.iter().enumerate().filter(|(j, _)| *j != i) {
            file += &format!("vm \"{i} {j}\" {{ memory 1MiB idle on \"{a}\" }}\n");
            steps += &format!("  migrate \"{i} {j}\" to \"{b}\"\n");
        }
    }
    let Checked {
        analysis,
        prospects,
        ..
    } = accepted(&format!("{file}plan pairs {{\n{steps}}}\n"));
    let dc = &analysis.datacenter;
    let Prospect::Open(problem) = &prospects[0] else {
        panic!("every pair has a path")
    };
    let mut found = Vec::new();
    for (work, action) in problem.work.iter().zip(&problem.formulation.actions) {
        let Task::Migrate { to, .. } = work.task else {
            continue;
        };
        let nodes = work
            .path
            .iter()
            .map(|&(link, forward)| if forward { dc[link].b } else { dc[link].a });
        let shared = nodes.filter_map(|node| match node {
            Node::Switch(switch) => dc[switch].capacity.map(|capacity| capacity.value),
            Node::Server(_) => None,
        });
        let mut shared: Vec<u64> = shared.collect();
        shared.sort_unstable();
        found.push(Met {
            from: dc[work.from.expect("a VM is somewhere")].name.clone(),
            to: dc[to].name.clone(),
            least: action.modes[0].rate.unwrap_or_default(),
            shared,
        });
    }
    found
}

/// What SimGrid finds; links that the file declares with two directions, or for nobody to share, are not shared.
fn simulated(platform: &Path, hosts: &[String], apart: &BTreeSet<&str>) -> Vec<Met> {
    let output = Command::new("/usr/bin/python3")
        .arg(root().join("tests/import/simgrid/routes.py"))
        .arg(platform)
        .args(hosts)
        .output()
        .expect("Python runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |line: &str| {
        let mut cells = line.split('\t').map(str::to_owned);
        let (from, to) = (cells.next()?, cells.next()?);
        let links: Vec<(String, u64)> = cells
            .filter_map(|cell| {
                let (name, bytes) = cell.rsplit_once('=')?;
                Some((
                    name.to_owned(),
                    (bytes.parse::<f64>().ok()? * 8.0).round() as u64,
                ))
            })
            .collect();
        let halves = |name: &str| name.ends_with("_UP") || name.ends_with("_DOWN");
        let mut shared: Vec<u64> = links
            .iter()
            .filter(|(name, _)| !halves(name) && !apart.contains(name.as_str()))
            .map(|(_, rate)| *rate)
            .collect();
        shared.sort_unstable();
        Some(Met {
            from,
            to,
            least: links.iter().map(|(_, rate)| *rate).min()?,
            shared,
        })
    };
    text.lines().filter_map(line).collect()
}

fn has_simgrid() -> bool {
    let found = Command::new("/usr/bin/python3")
        .args(["-c", "import simgrid"])
        .output();
    let there = found.is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("skipped: SimGrid's Python module (python3-simgrid) is not here");
    }
    there
}

#[test]
fn paths_are_those_of_simgrid() {
    if !has_simgrid() {
        return;
    }
    let mut platforms: Vec<PathBuf> = files("tests/import/simgrid", ".xml")
        .iter()
        .map(|path| root().join(path))
        .collect();
    if let Some(folder) = data("simgrid") {
        platforms.extend(
            fs::read_dir(folder)
                .expect("the folder can be read")
                .flatten()
                .map(|e| e.path()),
        );
    }
    platforms.sort();
    let mut compared = 0;
    for platform in platforms {
        let text = fs::read_to_string(&platform).expect("the file is text");
        // SimGrid reads no version before 4.
        if !text.contains("version=\"4") {
            eprintln!(
                "skipped: {} is older than SimGrid reads",
                platform.display()
            );
            continue;
        }
        let (out, findings) = imported(import, "platform", &text);
        if out.is_empty() {
            continue;
        }
        let names: Vec<String> = accepted(&out)
            .analysis
            .datacenter
            .servers
            .iter()
            .map(|s| s.name.clone())
            .collect();
        let step = names.len().div_ceil(HOSTS);
        let hosts: Vec<String> = names.into_iter().step_by(step.max(1)).collect();
        let apart = BTreeSet::from(["wall", "dark"]);
        let simulated = simulated(&platform, &hosts, &apart);
        let planned = planned(&out, &hosts);
        for met in &simulated {
            assert!(
                planned.contains(met),
                "{}: {met:?}\n{planned:#?}\n{out}",
                platform.display()
            );
        }
        // Pairs that have a route in the text alone are told.
        if !findings.contains("the text has one") {
            let pairs = (planned.len(), simulated.len());
            assert_eq!(pairs.0, pairs.1, "{}: pairs", platform.display());
        }
        compared += simulated.len();
    }
    eprintln!("{compared} pairs are compared");
    assert!(compared > 50, "{compared} pairs");
}
