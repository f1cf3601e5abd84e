//! The extension for Visual Studio Code.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::{installed, output, program, read, support};

fn json(path: &str) -> Value {
    serde_json::from_str(&read(path)).expect("JSON")
}

#[test]
fn the_files_that_it_names_are_there() {
    let package = json("editors/vscode/package.json");
    let contributes = &package["contributes"];
    for path in [
        &contributes["languages"][0]["configuration"],
        &contributes["grammars"][0]["path"],
        &contributes["snippets"][0]["path"],
    ] {
        let path = path.as_str().expect("a path").trim_start_matches("./");
        json(&format!("editors/vscode/{path}"));
    }
}

/// What the snippets write, with what they suggest, is read without a complaint where it belongs.
#[test]
fn snippets_are_of_the_language() {
    let snippets = json("editors/vscode/snippets/mvm.json");
    for (name, snippet) in snippets.as_object().expect("snippets") {
        let lines = snippet["body"].as_array().expect("lines").iter();
        let lines: Vec<&str> = lines.filter_map(Value::as_str).collect();
        let text = filled(&lines.join("\n"));
        let item =
            ["server", "vm", "rack", "plan"].contains(&snippet["prefix"].as_str().expect("a word"));
        let text = if item {
            text
        } else {
            format!("plan p {{\n{text}\n}}\n")
        };
        let (_, wrong) = mvm::syntax::parse(mvm::source::FileId(0), &text);
        assert!(wrong.is_empty(), "{name}: {text}: {wrong:?}");
    }
}

/// `${1:web}` as `web`, `${1|a,b|}` as `a`, `$0` as nothing.
fn filled(snippet: &str) -> String {
    let mut text = String::new();
    let mut rest = snippet;
    while let Some((before, behind)) = rest.split_once('$') {
        text += before;
        rest = match behind.strip_prefix('{') {
            None => behind.trim_start_matches(|c: char| c.is_ascii_digit()),
            Some(behind) => {
                let (inside, behind) = behind.split_once('}').expect("it ends");
                let inside = inside.trim_start_matches(|c: char| c.is_ascii_digit());
                text += match inside.strip_prefix('|') {
                    Some(choices) => choices.split(',').next().unwrap_or_default(),
                    None => inside.trim_start_matches(':'),
                };
                behind
            }
        };
    }
    text + rest
}

/// `npm run package` makes an extension with all that it needs.
#[test]
fn it_can_be_packaged() {
    let home = support::root().join("editors/vscode");
    let (Some(_), Some(_)) = (
        installed("editors/vscode/node_modules/.bin/vsce"),
        program("npm"),
    ) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let package = folder.path().join("mvm.vsix");
    output(
        Command::new("npm")
            .current_dir(&home)
            .args(["run", "--silent", "package", "--", "--out"])
            .arg(&package),
    );
    let list = "import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep='\\n')";
    let names = output(Command::new("python3").args(["-c", list]).arg(&package));
    for file in [
        "extension/package.json",
        "extension/dist/extension.js",
        "extension/language-configuration.json",
        "extension/syntaxes/mvm.tmLanguage.json",
        "extension/snippets/mvm.json",
        "extension/readme.md",
        "extension/LICENSE.txt",
    ] {
        assert!(
            names.lines().any(|name| name == file),
            "{file} is not in {names}"
        );
    }
    assert!(!names.contains("node_modules"), "{names}");
    let size = fs::metadata(&package).expect("it is there").len();
    assert!(size < 400_000, "{size} bytes");
}
