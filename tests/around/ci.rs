//! The templates for CI, each step in a shell, as the services do it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use saphyr::{LoadableYamlNode, Yaml};

use crate::gitlab::{self, Gitlab, Note};
use crate::place::{PLAN, Place, slower};
use crate::support::root;

/// A branch with a slower plan, whose `origin` is the repository itself.
fn branch() -> Option<Place> {
    let place = Place::repository()?;
    let origin = place.path().join(".git").display().to_string();
    place.git(&["branch", "-M", "main"]);
    place.git(&["remote", "add", "origin", &origin]);
    place.git(&["fetch", "--quiet", "origin"]);
    assert_eq!(place.mvm(&["test", "--accept"]).1, 0);
    place.git(&["checkout", "--quiet", "-b", "topic"]);
    place.write("away.mvm", &slower());
    place.git(&["add", "."]);
    place.git(&["commit", "--quiet", "-m", "Slower"]);
    Some(place)
}

/// Puts a program there that writes down what it is called with, and says what is in a file `known`.
fn pretend(place: &Place, program: &str) {
    let folder = place.path().join("bin");
    fs::create_dir(&folder).expect("a folder can be made");
    let file = folder.join(program);
    let text = format!("#!/bin/sh\necho {program} \"$@\" >> called\n[ ! -e known ] || cat known\n");
    fs::write(&file, text).expect("a file can be written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it can be run");
}

/// What a script prints, and its status; its words come from the environment alone.
fn step(place: &Place, script: &str, environment: &[(&str, &str)]) -> (String, i32) {
    assert!(
        !script.contains("${{"),
        "put in by the service, so by anybody: {script}"
    );
    let words: Vec<String> = environment
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .chain(
            [
                "bash",
                "--noprofile",
                "--norc",
                "-eo",
                "pipefail",
                "-c",
                script,
            ]
            .map(String::from),
        )
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let said = place.call("env", &words);
    let texts = [said.stdout, said.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    (texts.concat(), said.status.code().unwrap_or(-1))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("it is there")
}

#[test]
fn the_action_for_github_tests_and_comments() {
    let Some(place) = branch() else {
        return;
    };
    pretend(&place, "gh");
    let action = read("action.yml");
    let action = Yaml::load_from_str(&action).expect("YAML");
    let steps = action[0]["runs"]["steps"].as_sequence().expect("steps");
    let scripts: Vec<&str> = steps
        .iter()
        .filter_map(|step| step["run"].as_str())
        .collect();
    let [install, test, say] = scripts.as_slice() else {
        panic!("{} steps", scripts.len())
    };
    // It is there already.
    assert_eq!(step(&place, install, &[]).1, 0);
    let (text, status) = step(&place, test, &[("PLANS", ".")]);
    assert!(status == 5 && text.contains("102.0 %"), "{text}");
    assert!(place.path().join("mvm-junit.xml").exists());
    let summary = place.path().join("summary").display().to_string();
    let environment = [
        ("BASE", "origin/main"),
        ("GITHUB_BASE_REF", "main"),
        ("GITHUB_STEP_SUMMARY", &summary),
        ("COMMENT", "true"),
        ("GITHUB_REPOSITORY", "some/thing"),
        ("NUMBER", "7"),
    ];
    let called = || {
        let called = place.path().join("called");
        let text = fs::read_to_string(&called).expect("it was called");
        fs::remove_file(called).expect("it is there");
        text
    };
    let (text, status) = step(&place, say, &environment);
    assert_eq!(status, 0, "{text}");
    let comment = fs::read_to_string(place.path().join("mvm-review.md")).expect("a comment");
    insta::assert_snapshot!("review", comment);
    assert_eq!(fs::read_to_string(&summary).expect("a summary"), comment);
    let comments = "repos/some/thing/issues/7/comments";
    let asked = "--jq .[] | select(.body | startswith(\"<!-- mvm -->\")) | .url";
    let asked = format!("gh api --paginate {comments} {asked}\n");
    let written = format!("gh api --silent {comments} -F body=@mvm-comment.md\n");
    assert_eq!(called(), asked.clone() + &written);
    let said = fs::read_to_string(place.path().join("mvm-comment.md")).expect("a comment");
    assert_eq!(said, format!("<!-- mvm -->\n{comment}"));
    // There is one already, and the plan is again what it was.
    place.write("known", "https://api/comments/1\nhttps://api/comments/2\n");
    place.write("away.mvm", PLAN);
    place.git(&["commit", "--quiet", "-am", "As it was"]);
    assert_eq!(step(&place, say, &environment).1, 0);
    let written = "gh api --silent --method PATCH https://api/comments/2 -F body=@mvm-comment.md\n";
    assert_eq!(called(), asked + written);
    let said = fs::read_to_string(place.path().join("mvm-comment.md")).expect("a comment");
    assert_eq!(said, "<!-- mvm -->\nNo plan is another one.\n");
    // What cannot be planned fails the step, but not the others' comment.
    place.write("away.mvm", "plan away {");
    place.git(&["commit", "--quiet", "-am", "Broken"]);
    assert_eq!(step(&place, say, &environment).1, 1);
}

#[test]
fn the_template_for_gitlab_tests_and_comments() {
    let has = |program| Command::new(program).arg("--version").output().is_ok();
    if !(has("curl") && has("jq")) {
        eprintln!("skipped: the template needs curl and jq");
        return;
    }
    let Some(place) = branch() else {
        return;
    };
    let template = read("examples/integrations/gitlab-ci.yml");
    let template = Yaml::load_from_str(&template).expect("YAML");
    let script = |name: &str| -> String {
        let lines = template[0]["mvm"][name].as_sequence().expect("lines");
        let lines: Vec<&str> = lines.iter().filter_map(Yaml::as_str).collect();
        lines.join("\n")
    };
    let (text, status) = step(&place, &script("script"), &[]);
    assert!(status == 5 && text.contains("102.0 %"), "{text}");
    // No merge request, then one that nobody may comment.
    let say = script("after_script");
    assert_eq!(step(&place, &say, &[]), (String::new(), 0));
    let base = place.git(&["rev-parse", "main"]);
    let base = ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.trim());
    let (text, status) = step(&place, &say, &[base]);
    assert!(status == 0 && text.contains("### Plan `away`"), "{text}");
    // Somebody quotes an earlier review.
    let note = |author, body: &str| Note {
        author,
        body: body.to_owned(),
    };
    let quote = note(9, "<!-- mvm -->\n> ### Plan `away`\n> \"quoted\" \\n");
    let gitlab = Gitlab::with(vec![quote.clone()]);
    let environment = [
        base,
        ("MVM_TOKEN", gitlab::TOKEN),
        ("CI_API_V4_URL", &gitlab.url),
        ("CI_PROJECT_ID", "3"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("NO_PROXY", "*"),
    ];
    let own = || -> Vec<String> {
        let (text, status) = step(&place, &say, &environment);
        assert_eq!(status, 0, "{text}");
        let notes = gitlab.notes();
        assert_eq!(notes[0], quote);
        let own = notes.into_iter().filter(|note| note.author == gitlab::ME);
        own.map(|note| note.body).collect()
    };
    let review = fs::read_to_string(place.path().join("mvm-review.md")).expect("a review");
    assert_eq!(own(), [format!("<!-- mvm -->\n{review}")]);
    // Then others have more to say than there is on a page; and the plan is again what it was.
    gitlab.add((0..150).map(|_| note(8, "added 1 commit")));
    assert_eq!(own(), [format!("<!-- mvm -->\n{review}")]);
    place.write("away.mvm", PLAN);
    place.git(&["commit", "--quiet", "-am", "As it was"]);
    assert_eq!(own(), ["<!-- mvm -->\nNo plan is another one.\n"]);
    // Where nothing was ever said, nothing is said of no change.
    let quiet = Gitlab::with(Vec::new());
    let mut environment = environment;
    environment[2].1 = &quiet.url;
    assert_eq!(step(&place, &say, &environment).1, 0);
    assert_eq!(quiet.notes(), []);
    // A token that is none fails, where somebody sees it.
    environment[1].1 = "wrong";
    assert_ne!(step(&place, &say, &environment).1, 0);
}
