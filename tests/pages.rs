//! Every page of `mvm explain` tells the truth: its example triggers its code and no other error, and what it says
//! is fixed has no findings at all.

mod support;

use mvm::compile::{Failure, check};
use mvm::diag::page::{Kind, Part, parts};
use mvm::diag::render::plain;
use mvm::diag::{Code, Diagnostic, Severity};
use mvm::expect;
use mvm::schedule::{Effort, Options, Quiet};
use support::Text;

/// What is found in a file that stands alone and is planned, and how that is shown.
fn findings(text: &str) -> (Vec<Diagnostic>, String) {
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
    let shown = plain(&checked.map, &found);
    (found, shown)
}

/// What is wrong with an example of the page of `code`.
fn verdict(code: Code, kind: Kind, text: &str) -> Option<String> {
    let (found, shown) = findings(text);
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
