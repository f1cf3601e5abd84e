//! Every block of `grammar/LANGUAGE.md` that is marked `mvm` is a whole file without a mistake.

use mvm::source::{FileId, Loader, SourceMap};

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
