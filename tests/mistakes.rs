//! Files with ten independent mistakes each: ten errors, at their lines, and no eleventh that follows from another.
//!
//! Each line with a mistake ends in `//~` and its code. Warnings are none of them.

mod support;

use mvm::compile::check;
use mvm::diag::Severity;
use mvm::diag::render::plain;
use support::{Folder, files, root};

const MANY: usize = 10;

/// Line and code of each mistake that a file says it has.
fn marked(text: &str) -> Vec<(usize, String)> {
    let lines = (1..).zip(text.lines());
    lines
        .filter_map(|(line, text)| Some((line, text.split_once("//~ ")?.1.trim().to_owned())))
        .collect()
}

#[test]
fn ten_mistakes_are_ten_errors() {
    let mut wrong = Vec::new();
    let paths = files("tests/mistakes", ".mvm");
    assert!(paths.len() >= 7, "{paths:?}");
    for path in paths {
        let text = std::fs::read_to_string(root().join(&path)).expect("the file can be read");
        let expected = marked(&text);
        assert_eq!(expected.len(), MANY, "{path}");
        let checked = check(&path, &Folder(root()));
        let mut found: Vec<(usize, String)> = Vec::new();
        for finding in &checked.diagnostics {
            if finding.severity() == Severity::Error {
                let place = finding.primary.as_ref().expect("an error has its place");
                let line = checked.map.position(place.span).line;
                found.push((line, finding.code.to_string()));
            }
        }
        found.sort();
        if found != expected {
            let shown = plain(&checked.map, &checked.diagnostics);
            wrong.push(format!("{path}: {found:?}\n{expected:?}\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
