//! No highlighter is behind the grammar.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::read;

/// Every word that the grammar has between quotes, but for units and what is upper case.
pub fn words() -> BTreeSet<String> {
    let grammar = read("grammar/mvm.pest");
    let words: BTreeSet<String> = grammar
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .filter(|line| !line.starts_with("unit ") && !line.starts_with("times "))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|word| word.len() > 1 && word.starts_with(|c: char| c.is_ascii_alphabetic()))
        .map(str::to_owned)
        .collect();
    assert!(words.len() > 90, "only {} words", words.len());
    words
}

/// The words are those of the grammar, all of them and no others.
fn assert_all(known: impl IntoIterator<Item = impl Into<String>>) {
    let known: BTreeSet<String> = known.into_iter().map(Into::into).collect();
    let words = words();
    let missing: Vec<&String> = words.difference(&known).collect();
    let extra: Vec<&String> = known.difference(&words).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "missing: {missing:?}, no words any more: {extra:?}"
    );
}

#[test]
fn visual_studio_code_knows_every_word() {
    let grammar: Value =
        serde_json::from_str(&read("editors/vscode/syntaxes/mvm.tmLanguage.json")).expect("JSON");
    let patterns = grammar["patterns"].as_array().expect("patterns");
    let lists = patterns
        .iter()
        .filter_map(|pattern| pattern["match"].as_str())
        .filter_map(|pattern| pattern.split_once("\\b(?:")?.1.split_once(")\\b"))
        .map(|(words, _)| words);
    assert_all(lists.flat_map(|list| list.split('|')));
}

#[test]
fn vim_knows_every_word() {
    let syntax = read("editors/vim/syntax/mvm.vim");
    let lists = syntax
        .lines()
        .filter_map(|line| line.strip_prefix("syntax keyword "))
        .filter(|line| !line.starts_with("mvmTodo"));
    let words = lists.flat_map(|line| line.split(' ').skip(1));
    // What is a match, since it may have a hyphen.
    assert!(syntax.contains("\"\\<migration\\(-address\\)\\?\\>\""));
    assert_all(words.chain(["migration", "migration-address"]));
}

#[test]
fn emacs_knows_every_word() {
    let mode = read("editors/emacs/mvm-mode.el");
    let lists = mode
        .split("(defconst mvm-")
        .skip(1)
        .filter_map(|rest| rest.split_once("'(")?.1.split_once(")\n"));
    assert_all(lists.flat_map(|(list, _)| list.split('"').skip(1).step_by(2)));
}

#[test]
fn tree_sitter_knows_every_word() {
    let grammar: Value =
        serde_json::from_str(&read("editors/tree-sitter/src/grammar.json")).expect("JSON");
    let queries = read("editors/tree-sitter/queries/highlights.scm");
    let queries: String = queries
        .lines()
        .filter_map(|line| line.split(';').next())
        .collect();
    let mut shown: BTreeSet<String> = strings_of(&queries);
    for (name, rule) in grammar["rules"].as_object().expect("rules") {
        // Words that are one token are shown by its name.
        if rule["type"] == "TOKEN" && queries.contains(&format!("({name})")) {
            strings(rule, &mut shown);
        }
    }
    shown.retain(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
    assert_all(shown);
}

/// What stands in quotes.
fn strings_of(text: &str) -> BTreeSet<String> {
    text.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The words of a rule.
fn strings(rule: &Value, found: &mut BTreeSet<String>) {
    match rule {
        Value::Object(rule) if rule["type"] == "STRING" => {
            found.extend(rule["value"].as_str().map(str::to_owned));
        }
        Value::Object(rule) => rule.values().for_each(|child| strings(child, found)),
        Value::Array(rules) => rules.iter().for_each(|child| strings(child, found)),
        _ => {}
    }
}
