//! What mvm is in git, in CI and in a shell: differences, snapshots, hooks, completions, each tried for real.

mod ci;
mod gitlab;
mod place;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::process::Command;

use place::{PLAN, Place, slower};
use saphyr::{LoadableYamlNode, Yaml};
use support::root;

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

/// Without a file, all that the changes touch: an inventory's reach the plans that use it, and no others are computed.
#[test]
fn all_plans_that_a_change_touches_are_compared() {
    let Some(place) = Place::repository() else {
        return;
    };
    let (inventory, plan) = PLAN.split_at(PLAN.find("plan").expect("it has one"));
    place.write("inventory.mvm", inventory);
    fs::create_dir(place.path().join("nights")).expect("a folder can be made");
    for name in ["one", "two"] {
        let text = format!("use \"../inventory.mvm\"\n\n{}", plan.replace("away", name));
        place.write(&format!("nights/{name}.mvm"), &text);
    }
    place.write("broken.mvm", PLAN);
    place.git(&["add", "."]);
    place.git(&["commit", "--quiet", "-m", "Two nights"]);
    place.write("inventory.mvm", &inventory.replace("1Gbps", "500Mbps"));
    place.write("broken.mvm", "plan away {");
    place.write("new.mvm", PLAN);
    let (text, status) = place.mvm(&["diff", "HEAD"]);
    assert_eq!(status, 1, "{text}");
    insta::assert_snapshot!(text);
    place.git(&["checkout", "--quiet", "broken.mvm"]);
    let (text, status) = place.mvm(&["diff", "HEAD", "--format", "markdown"]);
    assert!(
        status == 0 && text.contains("**nights/one.mvm**\n\n### Plan `one`"),
        "{text}"
    );
    place.git(&["checkout", "--quiet", "."]);
    let (text, status) = place.mvm(&["diff", "HEAD"]);
    assert_eq!(
        (text.as_str(), status),
        ("note: no plan is another one than in HEAD\n", 0)
    );
    let (text, status) = place.mvm(&["diff", "away.mvm"]);
    assert!(
        status == 1 && text.contains("`away.mvm` is a file"),
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
    // A name that another file uses goes; a name that git writes in quotes is no other one.
    let (inventory, plan) = PLAN.split_once("\nplan").expect("it has one");
    place.write("inventäry.mvm", inventory);
    place.write("away.mvm", &format!("use \"inventäry.mvm\"\n\nplan{plan}"));
    place.git(&["add", "."]);
    place.git(&["commit", "--quiet", "-m", "Two files"]);
    place.write("inventäry.mvm", &inventory.replace("vm b", "vm c"));
    let said = place.call("git", &["commit", "-am", "Gone"]);
    let errors = String::from_utf8_lossy(&said.stderr);
    assert!(!said.status.success() && errors.contains("`b`"), "{errors}");
    place.git(&["checkout", "--quiet", "HEAD", "--", "."]);
    place.write("inventäry.mvm", &inventory.replace("vm b ", "vm  b"));
    let said = place.call("git", &["commit", "-am", "Untidy"]);
    let errors = String::from_utf8_lossy(&said.stderr);
    assert!(
        !said.status.success() && errors.contains("is not formatted"),
        "{errors}"
    );
}

/// Each hook for pre-commit is a command that passes on a good file and stops a bad one.
#[test]
fn the_hooks_for_pre_commit_are_commands() {
    let Some(place) = Place::repository() else {
        return;
    };
    let hooks = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("it is there");
    let hooks = Yaml::load_from_str(&hooks).expect("YAML");
    let hooks = hooks[0].as_sequence().expect("hooks");
    // What pre-commit calls where `away.mvm` is committed.
    let entries = hooks.iter().map(|hook| {
        let entry = hook["entry"].as_str().expect("an entry");
        let entry = entry.strip_prefix("mvm ").expect("it calls mvm");
        match hook
            .as_mapping_get("pass_filenames")
            .and_then(Yaml::as_bool)
        {
            Some(false) => entry.to_owned(),
            _ => format!("{entry} away.mvm"),
        }
    });
    let entries: Vec<String> = entries.collect();
    assert_eq!(entries.len(), 3);
    assert_eq!(place.mvm(&["test", "--accept", "--effort", "fast"]).1, 0);
    for text in [
        PLAN.to_owned(),
        PLAN.replace("  start", " start").replace("2GiB", "2Gibs"),
    ] {
        place.write("away.mvm", &text);
        for entry in &entries {
            let words: Vec<&str> = entry.split(' ').collect();
            let (said, status) = place.mvm(&words);
            assert_eq!(status == 0, text == PLAN, "{entry}: {said}");
        }
    }
}

#[test]
fn plans_are_held_against_their_snapshots() {
    let place = Place::empty();
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
    // As much work as the snapshot is of is spent, whatever else is asked for.
    let snapshot = || {
        let path = place.path().join("away.gone.plan.json");
        fs::read_to_string(path).expect("it is there")
    };
    insta::assert_snapshot!("snapshot", snapshot());
    assert_eq!(place.mvm(&["test", "--accept", "--effort", "instant"]).1, 0);
    assert!(snapshot().contains("\"effort\": \"instant\""));
    assert_eq!(place.mvm(&["test", "--effort", "best"]).1, 0);
    assert_eq!(
        place
            .mvm(&["test", "--accept"])
            .0
            .matches("accepted")
            .count(),
        0
    );
}

#[test]
fn shells_complete_and_man_has_pages() {
    let place = Place::empty();
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
