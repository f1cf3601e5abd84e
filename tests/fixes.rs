//! Every fix that is offered, of every code, is applied to the very text that it was offered for: it removes its error
//! and makes no other.

mod support;

use std::collections::BTreeMap;

use mvm::compile::check;
use mvm::diag::page::{Part, parts};
use mvm::diag::render::plain;
use mvm::diag::{Code, Diagnostic, Severity};
use support::{Text, files, root};

/// Every text with mistakes that the tests know.
fn texts() -> Vec<String> {
    let read = |path: &String| std::fs::read_to_string(root().join(path)).expect("a text");
    let mut texts = Vec::new();
    for folder in ["tests/mistakes", "tests/meaning", "examples"] {
        texts.extend(files(folder, ".mvm").iter().map(read));
    }
    for path in files("tests/impossible/cases", ".mvm") {
        let cases = read(&path);
        let cases = cases
            .split("//# ")
            .skip(1)
            .filter_map(|case| case.split_once('\n'));
        texts.extend(cases.map(|(_, text)| text.to_owned()));
    }
    for path in files("src/sema/testdata", ".txt") {
        let cases = read(&path);
        let cases = cases
            .split("\n# ")
            .filter_map(|case| Some(case.split_once('\n')?.1.to_owned()));
        // Those of several files load what is not here.
        texts.extend(cases.filter(|case| !case.contains("\n== ")));
    }
    let lines = read(&"src/syntax/parse/testdata/mistakes.txt".to_owned());
    texts.extend(lines.lines().map(|line| line.replace('⏎', "\n")));
    for &code in Code::ALL {
        for part in parts(code.page()) {
            if let Part::Example(_, text) = part {
                texts.push(text.to_owned());
            }
        }
    }
    texts
}

/// Which errors hide which: a text that cannot be read has no names, and one whose names are wrong no plan.
fn stage(code: Code) -> u8 {
    match code.as_str() {
        text if text.starts_with("E01") => 0,
        text if text < "E0451" || text.starts_with("E050") => 1,
        _ => 2,
    }
}

fn errors(text: &str) -> Vec<Diagnostic> {
    let checked = check("test.mvm", &Text(text));
    let impossible = checked.impossible();
    let all = checked.diagnostics.into_iter().chain(impossible);
    all.collect()
}

/// How often the same is found.
fn count(found: &[Diagnostic], finding: &Diagnostic) -> usize {
    let same = |other: &&Diagnostic| other.code == finding.code && other.message == finding.message;
    found.iter().filter(same).count()
}

#[test]
fn every_fix_mends_what_it_is_offered_for() {
    let (mut wrong, mut applied) = (Vec::new(), BTreeMap::new());
    for text in texts() {
        let before = errors(&text);
        for finding in &before {
            for fix in &finding.fixes {
                let mut mended = text.clone();
                mended.replace_range(fix.span.range(), &fix.replacement);
                let after = errors(&mended);
                *applied.entry(finding.code).or_insert(0) += 1;
                let (start, end) = (
                    fix.span.start as usize,
                    fix.span.start as usize + fix.replacement.len(),
                );
                // What was hidden by the mistake may show elsewhere, but nothing is wrong with the text that was proposed.
                let is_made = |other: &&Diagnostic| {
                    let place = other.primary.as_ref().map(|label| label.span.range());
                    let inside =
                        place.is_some_and(|place| place.start >= start && place.start < end);
                    inside
                        && other.severity() == Severity::Error
                        && stage(other.code) <= stage(finding.code)
                };
                let made = after.iter().find(is_made);
                let mends = count(&after, finding) < count(&before, finding);
                if made.is_some() || !mends {
                    let checked = check("test.mvm", &Text(&mended));
                    wrong.push(format!(
                        "{} `{}`:\n{mended}\n{}",
                        finding.message,
                        fix.replacement,
                        plain(&checked.map, &checked.diagnostics)
                    ));
                }
            }
        }
    }
    assert!(applied.len() >= 10, "fixes of only {applied:?}");
    assert!(
        wrong.is_empty(),
        "{} fixes:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The text between the first two backticks, where a sentence is nothing but the proposal to write it.
fn proposed(help: &str) -> Option<&str> {
    let rest = ["did you mean `", "write `", "put it in quotes: `"]
        .iter()
        .find_map(|beginning| help.strip_prefix(beginning))?;
    let (text, rest) = rest.split_once('`')?;
    matches!(rest, "" | "?").then_some(text)
}

#[test]
fn every_text_that_is_proposed_can_be_applied() {
    let mut wrong = Vec::new();
    for text in texts() {
        for finding in errors(&text) {
            for help in &finding.help {
                if proposed(help).is_some() && finding.fixes.is_empty() {
                    wrong.push(format!("{}: {}: {help}", finding.code, finding.message));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
