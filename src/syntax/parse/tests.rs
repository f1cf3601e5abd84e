use std::fmt::Write;

use super::grammar::{self, Rule};
use super::*;
use crate::source::SourceMap;

const EVERYTHING: &str = include_str!("testdata/everything.mvm");

/// `line:column code message`, with what else is said below.
fn show(text: &str) -> String {
    let mut map = SourceMap::new();
    let file = map.add("a.mvm", text);
    let mut shown = String::new();
    for d in parse(file, text).1 {
        let label = d.primary.expect("an error of syntax has a place");
        let at = map.position(label.span);
        let under = map.snippet(label.span).escape_debug().to_string();
        let _ = writeln!(
            shown,
            "  {}:{} {} {}  [{under}] {}",
            at.line, at.column, d.code, d.message, label.text
        );
        for help in d.notes.iter().chain(&d.help) {
            let _ = writeln!(shown, "      {help}");
        }
    }
    shown
}

#[test]
fn every_construct_is_read() {
    assert_eq!(show(EVERYTHING), "");
    grammar::parse(Rule::file, EVERYTHING).expect("the whole grammar accepts what the pieces do");
    let (ast, _) = parse(FileId(0), EVERYTHING);
    assert_eq!(ast.items.len(), 23);
    assert_eq!(ast.comments.len(), 4);
}

#[test]
fn mistakes_are_told_at_their_place() {
    let mut shown = String::new();
    for mistake in include_str!("testdata/mistakes.txt").lines() {
        let text = mistake.replace('⏎', "\n");
        let _ = write!(shown, "{mistake}\n{}", show(&text));
    }
    insta::assert_snapshot!(shown);
}
