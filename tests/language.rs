//! Every block of `grammar/LANGUAGE.md` that is marked `mvm` is a whole file without a mistake.

use std::collections::BTreeSet;

use mvm::editor::View;
use mvm::source::{FileId, Loader, SourceMap};
use mvm::syntax::lexeme::LexemeKind;
use mvm::syntax::lexemes;

const REFERENCE: &str = include_str!("../grammar/LANGUAGE.md");

/// The blocks with the line on which each begins.
fn blocks() -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in REFERENCE.lines().enumerate() {
        match (&mut open, line.trim_end()) {
            (None, "```mvm") => open = Some((number + 2, String::new())),
            (Some(_), "```") => blocks.extend(open.take()),
            (Some((_, text)), line) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, _) => {}
        }
    }
    blocks
}

/// The only file there is.
struct One(String);

impl Loader for One {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            "block.mvm" => Ok(self.0.clone().into_bytes()),
            _ => Err("there is no such file".to_owned()),
        }
    }
}

#[test]
fn every_block_is_read_without_a_mistake() {
    let blocks = blocks();
    assert!(blocks.len() >= 15, "only {} blocks", blocks.len());
    for (line, text) in blocks {
        let (ast, diagnostics) = mvm::syntax::parse(FileId(0), &text);
        assert_eq!(diagnostics, [], "block at line {line}");
        assert!(!ast.items.is_empty(), "block at line {line} is empty");
    }
}

#[test]
fn every_block_means_something() {
    let mut found = Vec::new();
    for (line, text) in blocks() {
        let mut map = SourceMap::new();
        let (_, diagnostics) = mvm::sema::analyse("block.mvm", &One(text), &mut map);
        found.extend(diagnostics.into_iter().map(|d| (line, d)));
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Whatever sentence the reference has, an editor offers each of its words at its place, and explains it there.
#[test]
fn an_editor_knows_every_sentence() {
    let (mut wrong, mut known) = (Vec::new(), BTreeSet::new());
    for (line, text) in blocks() {
        let view = View::new("block.mvm", &One(text.clone()));
        let file = view.file("block.mvm").expect("it was read");
        // Of sentences that are alike one is enough.
        let mut before: Vec<&str> = Vec::new();
        for token in lexemes(&text) {
            let word = &text[token.range()];
            match token.kind {
                LexemeKind::Keyword => {}
                LexemeKind::Open | LexemeKind::Close => {
                    before.clear();
                    continue;
                }
                _ => continue,
            }
            before.push(word);
            if before.len() > 3 {
                before.remove(0);
            }
            if !known.insert(before.join(" ")) {
                continue;
            }
            let at = text[..token.start].matches('\n').count() + line;
            let place = format!(
                "line {at}: `{word}` in `{}`",
                text.lines().nth(at - line).unwrap_or_default().trim()
            );
            let offered = view.complete(&text, token.start, &[]).candidates;
            if !offered.iter().any(|candidate| candidate.text == word) {
                wrong.push(format!("{place} is not offered"));
            }
            if view
                .hover(file, token.start + 1)
                .is_none_or(|(_, about)| about.is_empty())
            {
                wrong.push(format!("{place} is not explained"));
            }
        }
    }
    assert!(known.len() > 200, "{}", known.len());
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        known.len(),
        wrong.join("\n")
    );
}

/// Every word of the language is explained somewhere.
#[test]
fn every_keyword_is_explained() {
    let grammar = include_str!("../grammar/mvm.pest");
    let words: Vec<&str> = grammar
        .lines()
        .filter_map(|line| line.split_once("= @{ \"")?.1.split_once('"'))
        .map(|(word, _)| word)
        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
        .collect();
    assert!(words.len() > 50, "only {} words", words.len());
    let in_code: String = REFERENCE
        .split('`')
        .skip(1)
        .step_by(2)
        .map(|code| format!(" {code} "))
        .collect();
    let all: Vec<&str> = in_code
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
        .collect();
    let missing: Vec<_> = words.iter().filter(|word| !all.contains(word)).collect();
    assert!(missing.is_empty(), "not explained: {missing:?}");
}
