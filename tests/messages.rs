//! `grammar/DIAGNOSTICS.md` says what the JSON of a finding is.

mod support;

use mvm::compile::check;
use mvm::diag::render::json;
use support::Text;

/// The keys of an object's text, in order: serde_json sorts them, so they are taken from the text.
fn keys(line: &str) -> Vec<String> {
    let value: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
    let object = value.as_object().expect("it is an object");
    let mut keys: Vec<String> = object.keys().cloned().collect();
    keys.sort_by_key(|key| line.find(&format!("\"{key}\":")));
    keys
}

#[test]
fn the_keys_are_those_of_the_page() {
    let page = include_str!("../grammar/DIAGNOSTICS.md");
    let documented: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(key, _)| key)
        .collect();
    let checked = check("test.mvm", &Text("let night = 9kw\nserver s, s\n"));
    let text = json(&checked.map, &checked.diagnostics);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), checked.diagnostics.len());
    assert!(lines.len() >= 2);
    for line in lines {
        assert_eq!(keys(line), documented, "{line}");
    }
}
