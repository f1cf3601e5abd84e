//! `mvm simulate`, from outside.

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

fn mvm(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("mvm").unwrap();
    let command = command.args(arguments).current_dir(folder);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const NIGHT: &str = "\
switch tor
server old { power 110W hosting 16W link 1Gbps to tor }
server new { power 110W hosting 16W boot 2min extra 20W link 1Gbps to tor off }
vm web : busy { memory 4GiB on old }
vm db  : busy { memory 8GiB on old retry 1 after 10s }
class vm busy { hot 64MiB in 2s cold 2MiB/s }
plan night {
  start 22:00
  migrate web, db to new
  shutdown old
  before all by 22:06
  expect energy <= 100kJ
}
";

fn planned() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("night.mvm"), NIGHT).unwrap();
    let arguments = ["plan", "night.mvm", "--emit", "json", "-o", "night.json"];
    let made = mvm(folder.path(), &arguments);
    assert!(made.status.success(), "{}", text(&made.stderr));
    folder
}

#[test]
fn a_plan_is_carried_out_once_and_many_times() {
    let folder = planned();
    let mut all = String::new();
    for arguments in [
        "",
        "--model pages",
        "--seed 3 --failures 30%",
        "--seeds 200 --failures 2%",
        "--seed 3 --failures 30% --emit json",
        "--seeds 200 --failures 2% --emit json",
        "--seed 3 --emit mermaid",
    ] {
        let mut words = vec!["simulate", "night.json"];
        words.extend(arguments.split_whitespace());
        let told = mvm(folder.path(), &words);
        all += &format!(
            "$ mvm simulate night.json {arguments}\n{}{}status {:?}\n\n",
            text(&told.stdout),
            text(&told.stderr),
            told.status.code()
        );
    }
    insta::assert_snapshot!(all);
    let picture = mvm(
        folder.path(),
        &["simulate", "night.json", "--seed", "3", "--emit", "svg"],
    );
    assert!(text(&picture.stdout).contains("above: planned, below: carried out"));
}

#[test]
fn what_cannot_be_simulated_is_told() {
    let folder = planned();
    let plan = folder.path().join("night.json");
    let refused = |arguments: &[&str]| {
        let told = mvm(folder.path(), arguments);
        (told.status.code(), text(&told.stderr))
    };
    let (status, why) = refused(&["simulate", "night.json", "--seeds", "9", "--emit", "svg"]);
    assert_eq!(status, Some(2), "{why}");
    assert!(why.contains("many seeds make no chart"), "{why}");
    let (status, why) = refused(&["simulate", "night.json", "--seed", "1", "--spread", "200%"]);
    assert_eq!(status, Some(2), "{why}");
    assert!(why.contains("not a share"), "{why}");
    // A plan that was changed by hand is no plan of its file.
    let changed =
        fs::read_to_string(&plan)
            .unwrap()
            .replacen("\"start\": 120", "\"start\": 100", 1);
    fs::write(&plan, changed).unwrap();
    let (status, why) = refused(&["simulate", "night.json"]);
    assert_eq!(status, Some(4), "{why}");
}

#[test]
fn plans_of_others_say_whose_they_are_and_what_they_break() {
    let folder = planned();
    let mut all = String::new();
    for arguments in [
        "plan night.mvm --as btrplace",
        "plan night.mvm --as btrplace --emit json -o other.json",
        "simulate other.json",
        "verify other.json",
        "run other.json",
        "plan night.mvm --as nova --emit script",
        "compare night.mvm",
        "compare night.mvm --models",
        "compare night.mvm --plan day",
    ] {
        let words: Vec<&str> = arguments.split_whitespace().collect();
        let told = mvm(folder.path(), &words);
        all += &format!(
            "$ mvm {arguments}\n{}{}status {:?}\n\n",
            text(&told.stdout),
            text(&told.stderr),
            told.status.code()
        );
    }
    insta::assert_snapshot!(all);
    let told = mvm(folder.path(), &["compare", "night.mvm", "--emit", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["rows"].as_array().unwrap().len(), 11);
    let told = mvm(folder.path(), &["compare", "night.mvm", "--emit", "svg"]);
    assert!(text(&told.stdout).contains("memory-buddies-3"));
    // Changed by hand, it is no longer what the planner makes.
    let path = folder.path().join("other.json");
    let changed = fs::read_to_string(&path)
        .unwrap()
        .replacen("\"end\": 191", "\"end\": 190", 1);
    fs::write(&path, changed).unwrap();
    assert_eq!(
        mvm(folder.path(), &["simulate", "other.json"])
            .status
            .code(),
        Some(4)
    );
}
