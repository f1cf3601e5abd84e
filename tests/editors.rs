//! The editors know every word of the grammar, and the lines in which errors come.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(root.join(path)).expect("the file is UTF-8 text")
}

/// Every word that the grammar has between quotes.
fn words() -> BTreeSet<String> {
    let grammar = read("grammar/mvm.pest");
    let words: BTreeSet<String> = grammar
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .filter(|line| !line.starts_with("unit ") && !line.starts_with("zone "))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|word| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic()))
        .map(str::to_owned)
        .collect();
    assert!(words.len() > 90, "only {} words", words.len());
    words
}

fn missing(known: &BTreeSet<&str>) -> Vec<String> {
    let words = words().into_iter();
    words
        .filter(|word| !known.contains(word.as_str()))
        .collect()
}

#[test]
fn visual_studio_code_highlights_every_word() {
    let grammar = read("editors/vscode/syntaxes/mvm.tmLanguage.json");
    let grammar: serde_json::Value = serde_json::from_str(&grammar).expect("JSON");
    let patterns = grammar["patterns"].as_array().expect("patterns");
    let lists: Vec<&str> = patterns
        .iter()
        .filter_map(|pattern| pattern["match"].as_str())
        .filter_map(|pattern| pattern.split_once("\\b(?:")?.1.split_once(")\\b"))
        .map(|(words, _)| words)
        .collect();
    let known = lists.iter().flat_map(|list| list.split('|')).collect();
    assert_eq!(missing(&known), [""; 0]);
}

#[test]
fn vim_highlights_every_word() {
    let syntax = read("editors/vim/syntax/mvm.vim");
    let known = syntax
        .lines()
        .filter_map(|line| line.strip_prefix("syntax keyword "))
        .flat_map(|line| line.split(' ').skip(1))
        .collect();
    assert_eq!(missing(&known), [""; 0]);
}

#[test]
fn the_files_of_the_extension_exist_and_are_json() {
    let package: serde_json::Value =
        serde_json::from_str(&read("editors/vscode/package.json")).expect("JSON");
    let contributes = &package["contributes"];
    for path in [
        &contributes["languages"][0]["configuration"],
        &contributes["grammars"][0]["path"],
    ] {
        let path = path.as_str().expect("a path").trim_start_matches("./");
        let text = read(&format!("editors/vscode/{path}"));
        serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
    }
}
