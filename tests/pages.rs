//! Every page of `mvm explain` tells the truth: its example triggers its code and no other error, and what it says
//! is fixed has no findings at all.

mod support;

use std::fmt::Write;

use mvm::compile::{Checked, Failure, check};
use mvm::diag::page::{Kind, Part, parts};
use mvm::diag::render::{Style, human, plain};
use mvm::diag::{Code, Diagnostic, Severity};
use mvm::expect;
use mvm::schedule::{Effort, Options, Quiet};
use support::Text;

/// What is found in a file that stands alone and is planned.
fn found(text: &str) -> (Checked, Vec<Diagnostic>) {
    let checked = check("test.mvm", &Text(text));
    let mut found = checked.diagnostics.clone();
    if !checked.has_errors() {
        let options = Options {
            effort: Effort::Fast,
            time_limit: None,
        };
        for (index, request) in checked.analysis.requests.iter().enumerate() {
            match checked.plan(index, &options, &mut Quiet) {
                Ok(plan) => found.extend(expect::unmet(request, &plan)),
                Err(Failure::Impossible(why)) => found.extend(why),
                Err(failure) => panic!("{text}\n{failure:?}"),
            }
        }
    }
    (checked, found)
}

/// What is wrong with an example of the page of `code`.
fn verdict(code: Code, kind: Kind, text: &str) -> Option<String> {
    let (checked, found) = found(text);
    let shown = plain(&checked.map, &found);
    let is_right = match kind {
        Kind::Wrong => {
            found.iter().any(|finding| finding.code == code)
                && found
                    .iter()
                    .all(|finding| finding.code == code || finding.severity() == Severity::Warning)
        }
        Kind::Fixed => found.is_empty(),
        Kind::Other => true,
    };
    (!is_right).then(|| format!("{code}, {kind:?}:\n{text}\n{shown}"))
}

#[test]
fn every_example_is_what_its_page_says() {
    let mut wrong = Vec::new();
    for &code in Code::ALL {
        for part in parts(code.page()) {
            if let Part::Example(kind, text) = part {
                wrong.extend(verdict(code, kind, text));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} examples:\n\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// How the examples of the codes that begin so are drawn, each behind its code.
fn drawn(beginning: &str) -> String {
    let style = Style {
        color: false,
        ascii: false,
    };
    let mut text = String::new();
    for &code in Code::ALL {
        if !code.as_str().starts_with(beginning) {
            continue;
        }
        for part in parts(code.page()) {
            if let Part::Example(Kind::Wrong, example) = part {
                let (checked, found) = found(example);
                let _ = writeln!(text, "# {code}\n{}", human(&checked.map, &found, style));
            }
        }
    }
    text
}

#[test]
fn every_diagnostic_is_drawn() {
    for (name, beginning) in [
        ("drawn_syntax", "E01"),
        ("drawn_names", "E02"),
        ("drawn_quantities", "E03"),
        ("drawn_datacenter", "E04"),
        ("drawn_plan", "E05"),
        ("drawn_impossible", "E06"),
        ("drawn_warnings", "W"),
    ] {
        insta::assert_snapshot!(name, drawn(beginning));
    }
}
