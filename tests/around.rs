//! What mvm is in git, in CI and in a shell: differences, snapshots, hooks, completions, each tried for real.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::root;

const PLAN: &str = "\
switch tor
server s[1..2] { memory 8GiB link 1Gbps to tor }
vm a { memory 2GiB idle on s1 }
vm b { memory 4GiB idle on s1 }

plan away {
  start 02:00 UTC
  migrate a to s2
  migrate b to s2
  before b -> a
}
";

/// A folder in which the program and git are called.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// A repository of git with a file with a plan; None, with a word, where there is no git.
    fn repository() -> Option<Place> {
        let place = Place {
            folder: tempfile::tempdir().expect("a folder can be made"),
        };
        if Command::new("git").arg("--version").output().is_err() {
            eprintln!("skipped: there is no git");
            return None;
        }
        place.git(&["init", "--quiet"]);
        place.write("away.mvm", PLAN);
        place.git(&["add", "."]);
        place.git(&["commit", "--quiet", "-m", "One"]);
        Some(place)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("a file can be written");
    }

    /// A program in the folder, which finds `mvm`; git has nobody's settings.
    fn call(&self, program: &str, words: &[&str]) -> Output {
        let bin = Path::new(env!("CARGO_BIN_EXE_mvm"))
            .parent()
            .expect("a folder");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let all: Vec<PathBuf> = std::iter::once(bin.to_path_buf())
            .chain(std::env::split_paths(&path))
            .collect();
        let mut command = Command::new(program);
        command
            .current_dir(self.path())
            .args(words)
            .env("PATH", std::env::join_paths(all).expect("paths"))
            .env("HOME", self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("NO_COLOR");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Nobody");
            command.env(format!("GIT_{who}_EMAIL"), "nobody@localhost");
        }
        // A hook that runs this test has its own repository in the environment.
        for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
            command.env_remove(name);
        }
        command
            .output()
            .unwrap_or_else(|e| panic!("{program}: {e}"))
    }

    fn git(&self, words: &[&str]) -> String {
        let said = self.call("git", words);
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(
            said.status.success(),
            "git {words:?}: {}",
            String::from_utf8_lossy(&said.stderr)
        );
        text
    }

    /// What mvm prints, and its status.
    fn mvm(&self, words: &[&str]) -> (String, i32) {
        let said = self.call(env!("CARGO_BIN_EXE_mvm"), words);
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr)
        );
        (text, said.status.code().unwrap_or(-1))
    }
}

/// The plan with half the rate, and without the order.
fn slower() -> String {
    PLAN.replace("1Gbps", "500Mbps")
        .replace("  before b -> a\n", "")
}

#[test]
fn two_revisions_are_compared() {
    let Some(place) = Place::repository() else {
        return;
    };
    place.write("away.mvm", &slower());
    place.git(&["commit", "--quiet", "-am", "Two"]);
    let (text, status) = place.mvm(&["diff", "HEAD~1", "away.mvm"]);
    assert_eq!(status, 0, "{text}");
    insta::assert_snapshot!("two_revisions", text);
    // The same between the two commits, whatever lies in the folder; and from a folder below.
    place.write("away.mvm", "broken");
    assert_eq!(place.mvm(&["diff", "HEAD~1..HEAD", "away.mvm"]), (text, 0));
    let (text, status) = place.mvm(&["diff", "--", "--output=x", "away.mvm"]);
    assert_eq!(status, 1);
    assert!(
        text.contains("`--output=x` is neither a file nor a revision"),
        "{text}"
    );
}

#[test]
fn plans_in_files_are_compared_and_say_whose_inputs_changed() {
    let Some(place) = Place::repository() else {
        return;
    };
    for name in ["old.json", "new.json"] {
        let (text, status) = place.mvm(&["plan", "away.mvm", "--emit", "json", "-o", name]);
        assert_eq!(status, 0, "{text}");
        place.write("away.mvm", &slower());
    }
    let (text, _) = place.mvm(&["diff", "old.json", "new.json"]);
    assert!(text.contains("input away.mvm changed"), "{text}");
    let (text, status) = place.mvm(&["diff", "old.json", "new.json", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (status, json["change"][0]["new"]["id"].as_str()),
        (0, Some("migrate a"))
    );
    let (svg, _) = place.mvm(&["diff", "old.json", "new.json", "--format", "svg"]);
    assert!(svg.starts_with("<svg") && svg.contains("migrate b"));
    // Whoever replays a plan whose inputs have changed is told which.
    let (text, status) = place.mvm(&["verify", "old.json"]);
    assert!(
        status == 1 && text.contains("`away.mvm` has changed since"),
        "{text}"
    );
    let (text, status) = place.mvm(&["verify", "old.json", "--source", "away.mvm"]);
    assert!(
        status == 4 && text.contains("note: `away.mvm` has changed since"),
        "{text}"
    );
}

#[test]
fn git_shows_plans_as_lines_that_people_read() {
    let Some(place) = Place::repository() else {
        return;
    };
    let attributes = fs::read_to_string(root().join("examples/integrations/gitattributes"))
        .expect("it is there");
    place.write(".gitattributes", &attributes);
    let setting = attributes
        .lines()
        .find_map(|line| line.split_once("git config "))
        .expect("what to set")
        .1;
    let (key, value) = setting.split_once(' ').expect("a key and a value");
    place.git(&["config", key, value.trim_matches('"')]);
    assert_eq!(place.mvm(&["test", "--accept"]).1, 0);
    place.git(&["add", "."]);
    place.git(&["commit", "--quiet", "-m", "Snapshot"]);
    place.write("away.mvm", &slower());
    assert_eq!(place.mvm(&["test", "--accept"]).1, 0);
    let shown = place.git(&["diff", "--", "*.plan.json"]);
    assert!(
        shown.contains("\n-migrate a s1 → s2, +0:34 to +0:51")
            && shown.contains("\n+migrate a s1 → s2, +0:00 to "),
        "{shown}"
    );
    assert!(!shown.contains("\"id\""), "{shown}");
}

#[test]
fn a_commit_with_a_mistake_is_stopped_by_the_hook() {
    let Some(place) = Place::repository() else {
        return;
    };
    let hook = place.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().expect("a folder")).expect("it can be made");
    fs::copy(root().join("examples/integrations/pre-commit"), &hook).expect("it can be copied");
    place.write("away.mvm", &PLAN.replace("2GiB", "2Gibs"));
    let said = place.call("git", &["commit", "-am", "Mistake"]);
    let errors = String::from_utf8_lossy(&said.stderr);
    assert!(
        !said.status.success() && errors.contains("2Gibs"),
        "{errors}"
    );
    place.write("away.mvm", &PLAN.replace("2GiB", "3GiB"));
    let said = place.call("git", &["commit", "-am", "No mistake"]);
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
}

/// Each hook for pre-commit is a command that passes on a good file and stops a bad one.
#[test]
fn the_hooks_for_pre_commit_are_commands() {
    let Some(place) = Place::repository() else {
        return;
    };
    let hooks = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("it is there");
    let entries: Vec<&str> = hooks
        .lines()
        .filter_map(|line| line.trim().strip_prefix("entry: mvm "))
        .collect();
    assert_eq!(entries.len(), 3);
    assert_eq!(
        place
            .mvm(&["test", "--accept", "--effort", "fast", "away.mvm"])
            .1,
        0
    );
    for text in [
        PLAN.to_owned(),
        PLAN.replace("  start", " start").replace("2GiB", "2Gibs"),
    ] {
        place.write("away.mvm", &text);
        for entry in &entries {
            let words: Vec<&str> = entry.split(' ').chain(["away.mvm"]).collect();
            let (said, status) = place.mvm(&words);
            assert_eq!(status == 0, text == PLAN, "{entry}: {said}");
        }
    }
}

#[test]
fn a_review_says_what_a_branch_does_to_the_plans() {
    let Some(place) = Place::repository() else {
        return;
    };
    place.git(&["checkout", "--quiet", "-b", "topic"]);
    place.write("away.mvm", &slower());
    place.write("notes.mvm", "switch alone\n");
    place.git(&["add", "."]);
    place.git(&["commit", "--quiet", "-m", "Slower"]);
    let review = root().join("examples/integrations/review");
    let said = place.call(&review.to_string_lossy(), &["HEAD~1"]);
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    insta::assert_snapshot!("review", String::from_utf8_lossy(&said.stdout));
}

#[test]
fn plans_are_held_against_their_snapshots() {
    let place = Place {
        folder: tempfile::tempdir().expect("a folder"),
    };
    place.write("away.mvm", PLAN);
    place.write(
        "never.mvm",
        &PLAN
            .replace("8GiB", "5GiB")
            .replace("away {", "never {\n  expect impossible"),
    );
    let mut told = Vec::new();
    let mut session = |what: &str, words: &[&str], expected: i32| {
        let (text, status) = place.mvm(words);
        assert_eq!(status, expected, "{what}: {text}");
        told.push(format!("# {what}\n{text}"));
    };
    session("no snapshot yet", &["test", "."], 5);
    session("taken", &["test", ".", "--accept"], 0);
    session("as it was", &["test", "."], 0);
    place.write("away.mvm", &format!("// A comment.\n{PLAN}"));
    session("a comment changes nothing", &["test", "."], 0);
    place.write("away.mvm", &slower());
    session("changed", &["test", ".", "--junit", "out.xml"], 5);
    let xml = fs::read_to_string(place.path().join("out.xml")).expect("a report");
    let document = roxmltree::Document::parse(&xml).expect("XML");
    let failures = document
        .descendants()
        .filter(|node| node.has_tag_name("failure"))
        .count();
    assert_eq!(failures, 1, "{xml}");
    place.write(
        "away.mvm",
        &PLAN.replace("  start", "  expect makespan <= 1s\n  start"),
    );
    session("not what is expected", &["test", "away.mvm"], 5);
    place.write("away.mvm", &PLAN.replace("plan away", "plan gone"));
    session("another name", &["test", "away.mvm"], 5);
    session("another name, taken", &["test", "away.mvm", "--accept"], 0);
    session("as it is", &["test", "away.mvm"], 0);
    insta::assert_snapshot!("snapshots", told.join("\n"));
}

#[test]
fn shells_complete_and_man_has_pages() {
    let place = Place {
        folder: tempfile::tempdir().expect("a folder"),
    };
    let (script, status) = place.mvm(&["completions", "bash"]);
    assert_eq!(status, 0);
    place.write("mvm.bash", &script);
    let asked = "source ./mvm.bash; COMP_WORDS=(mvm pl); COMP_CWORD=1; _mvm mvm pl mvm; echo \"${COMPREPLY[@]}\"";
    let said = place.call("bash", &["-c", asked]);
    assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), "plan");
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(
            place.mvm(&["completions", shell]).0.contains("plan"),
            "{shell}"
        );
    }
    assert_eq!(place.mvm(&["manual", "man"]).1, 0);
    let page = fs::read_to_string(place.path().join("man/mvm-plan.1")).expect("a page");
    assert!(page.contains(".TH"));
    if Command::new("groff").arg("--version").output().is_err() {
        eprintln!("skipped: there is no groff");
        return;
    }
    let said = place.call(
        "groff",
        &["-Kutf8", "-man", "-Tutf8", "-ww", "man/mvm-plan.1"],
    );
    assert!(
        said.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
}
