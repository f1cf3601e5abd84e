//! What `mvm fmt` does to a text: it is laid out the same way however it was typed, means the same, and keeps its comments.

mod disturb;
mod program;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::sync::LazyLock;

use mvm::compile::{Prospect, check};
use mvm::diag::Code;
use mvm::diag::page::{Part, parts};
use mvm::format::{WIDTH, format};
use mvm::source::{FileId, Loader};
use mvm::syntax::ast::Ast;
use mvm::syntax::parse;
use proptest::prelude::*;
use support::{Folder, files, root};

/// Texts of the language that can be read, each with what it is: all that the project has.
fn texts() -> &'static [(String, String)] {
    static TEXTS: LazyLock<Vec<(String, String)>> = LazyLock::new(read_texts);
    &TEXTS
}

fn read_texts() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for folder in ["examples", "stdlib", "tests"] {
        for path in files(folder, ".mvm") {
            let text = fs::read_to_string(root().join(&path)).expect("it is there");
            texts.push((path, text));
        }
    }
    for page in ["README.md", "grammar/LANGUAGE.md"] {
        let text = fs::read_to_string(root().join(page)).expect("it is there");
        let blocks = text.split("```").skip(1).step_by(2);
        let blocks = blocks.filter_map(|block| block.strip_prefix("mvm\n"));
        texts.extend(blocks.map(|block| (page.to_owned(), block.to_owned())));
    }
    for code in Code::ALL {
        for part in parts(code.page()) {
            if let Part::Example(_, text) = part {
                texts.push((code.to_string(), text.to_owned()));
            }
        }
    }
    texts.retain(|(_, text)| parse(FileId(0), text).1.is_empty());
    assert!(texts.len() > 150, "only {} texts", texts.len());
    texts
}

fn formatted(text: &str) -> String {
    format(FileId(0), text).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"))
}

fn tree(text: &str) -> Ast {
    parse(FileId(0), text).0
}

fn comments(text: &str) -> Vec<String> {
    let comments = tree(text).comments.into_iter();
    comments.map(|comment| comment.text).collect()
}

/// What a value says, but for its places in the text.
fn without_places(value: &impl std::fmt::Debug) -> String {
    let shown = format!("{value:?}");
    let mut pieces = shown.split("Span {");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(piece.split_once('}').map_or("", |(_, rest)| rest));
    }
    text
}

fn items(text: &str) -> String {
    without_places(&tree(text).items)
}

#[test]
fn what_is_formatted_stays_and_says_the_same() {
    for (name, text) in texts() {
        let once = formatted(text);
        assert_eq!(formatted(&once), once, "{name}");
        assert_eq!(items(&once), items(text), "{name}");
        assert_eq!(comments(&once), comments(text), "{name}");
        for line in once.lines() {
            assert_eq!(line, line.trim_end(), "{name}");
        }
    }
}

/// Reads a file in its canonical layout, also where another one uses it.
struct Formatted<'a>(&'a dyn Loader);

impl Loader for Formatted<'_> {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        let bytes = self.0.load(path)?;
        Ok(formatted(&String::from_utf8_lossy(&bytes)).into_bytes())
    }
}

#[test]
fn the_datacenter_and_the_requests_stay_what_they_are() {
    let project = Folder(root());
    let mut checked = 0;
    for path in [files("examples", ".mvm"), files("tests", ".mvm")].concat() {
        if !parse(
            FileId(0),
            &fs::read_to_string(root().join(&path)).expect("it is there"),
        )
        .1
        .is_empty()
        {
            continue;
        }
        let (was, is) = (check(&path, &project), check(&path, &Formatted(&project)));
        let codes = |found: &[mvm::diag::Diagnostic]| -> Vec<(Code, String)> {
            let mut found: Vec<_> = found.iter().map(|d| (d.code, d.message.clone())).collect();
            found.sort();
            found
        };
        assert_eq!(codes(&was.diagnostics), codes(&is.diagnostics), "{path}");
        assert_eq!(
            without_places(&was.analysis),
            without_places(&is.analysis),
            "{path}"
        );
        checked += usize::from(was.prospects.iter().any(|p| matches!(p, Prospect::Open(_))));
    }
    assert!(checked > 50, "only {checked} files have plans");
}

/// Whoever changes one runs `cargo run -- fmt examples stdlib`.
#[test]
fn examples_and_the_standard_library_are_formatted() {
    for path in [files("examples", ".mvm"), files("stdlib", ".mvm")].concat() {
        let text = fs::read_to_string(root().join(&path)).expect("it is there");
        assert_eq!(text, formatted(&text), "{path}");
    }
}

#[test]
fn lines_are_short_where_they_can_be() {
    for (name, text) in texts() {
        for line in formatted(text).lines() {
            let is_sentence = !line.contains("//") && !line.contains('"');
            assert!(!is_sentence || line.len() <= WIDTH, "{name}: {line}");
        }
    }
}

#[test]
fn each_layout() {
    insta::glob!("cases/*.txt", |path| {
        let text = fs::read_to_string(path).expect("it is there");
        insta::assert_snapshot!(formatted(&text));
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// However blanks and line ends are typed, the layout is the same.
    #[test]
    fn blanks_and_line_ends_do_not_matter(at in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let (name, text) = at.get(texts());
        let canonical = formatted(text);
        let disturbed = disturb::blanks(&canonical, seed);
        prop_assert_eq!(formatted(&disturbed), canonical, "{}: {}", name, disturbed);
    }

    /// Wherever comments are put, they stay, in order, and what is formatted is formatted.
    #[test]
    fn comments_stay_wherever_they_are(at in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let (name, text) = at.get(texts());
        let commented = disturb::comments(text, seed);
        let once = formatted(&commented);
        prop_assert_eq!(comments(&once), comments(&commented), "{}: {}", name, commented);
        prop_assert_eq!(items(&once), items(&commented), "{}: {}", name, commented);
        prop_assert_eq!(formatted(&once), once, "{}: {}", name, commented);
    }
}
