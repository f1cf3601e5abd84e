//! Cases: texts, and what the analysis says of them.
//!
//! `testdata/*.txt` holds cases under headings; the snapshot of each file shows every case with its outcome.

mod dump;
mod library;
mod robust;
mod scale;

use std::collections::BTreeMap;

use super::{Analysis, analyse};
use crate::diag::Diagnostic;
use crate::source::{Loader, SourceMap};

/// Files in memory.
pub(super) struct Files(pub BTreeMap<String, Vec<u8>>);

impl Loader for Files {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        let file = self.0.get(path);
        file.cloned().ok_or_else(|| "no such file".to_owned())
    }
}

/// Splits a case into files at lines such as `== name.mvm`; what stands before them is `main.mvm`.
fn files(case: &str) -> Files {
    let mut files = BTreeMap::new();
    let mut name = "main.mvm";
    let mut text = String::new();
    for line in case.lines() {
        if let Some(next) = line.strip_prefix("== ") {
            files.insert(name.to_owned(), std::mem::take(&mut text).into_bytes());
            name = next;
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    files.insert(name.to_owned(), text.into_bytes());
    Files(files)
}

/// What the analysis says of a case.
pub(super) fn analysed(case: &str) -> (Analysis, Vec<Diagnostic>, SourceMap) {
    let mut map = SourceMap::new();
    let (analysis, diagnostics) = analyse("main.mvm", &files(case), &mut map);
    (analysis, diagnostics, map)
}

/// The diagnostics of a case; without errors, what the case comes to.
pub(super) fn check(case: &str) -> String {
    let (analysis, diagnostics, map) = analysed(case);
    let mut out: String = diagnostics
        .iter()
        .map(|diagnostic| dump::diagnostic(diagnostic, &map))
        .collect();
    if !crate::diag::has_errors(&diagnostics) {
        out.push_str(&dump::analysis(&analysis));
    }
    out
}

/// Every case of a file, with its outcome.
fn outcomes(cases: &str) -> String {
    let mut out = String::new();
    for case in cases.split("\n# ") {
        let (title, text) = case.split_once('\n').unwrap_or((case, ""));
        let title = title.trim_start_matches("# ");
        let text = text.trim_end();
        out.push_str(&format!("# {title}\n{text}\n"));
        for line in check(text).lines() {
            out.push_str(&format!("    > {line}\n"));
        }
        out.push('\n');
    }
    out
}

macro_rules! cases {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            let cases = include_str!(concat!("testdata/", stringify!($name), ".txt"));
            insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(stringify!($name), outcomes(cases));
            });
        }
    )*};
}

cases! { names imports sets classes quantities datacenter steps rules scenarios }

#[test]
fn a_case_can_fail() {
    assert!(check("server s1 server s1").contains("E0202"));
    assert!(!check("server s1 server s2").contains("E0202"));
}

#[test]
fn bytes_that_are_no_text_are_told_at_the_first_of_them() {
    let mut map = SourceMap::new();
    let bytes = b"\xef\xbb\xbfserver s1\nserver caf\xe9\n".to_vec();
    let files = Files([("main.mvm".to_owned(), bytes)].into());
    let (_, diagnostics) = analyse("main.mvm", &files, &mut map);
    let shown: String = diagnostics
        .iter()
        .map(|diagnostic| dump::diagnostic(diagnostic, &map))
        .collect();
    insta::assert_snapshot!(shown, @r"
    E0213 `main.mvm` is not UTF-8 text
      2:11 [�] the byte 0xE9 does not belong here
      help: save the file in the encoding UTF-8
    ");
}

#[test]
fn an_entry_that_is_not_there_has_no_place() {
    let mut map = SourceMap::new();
    let (_, diagnostics) = analyse("plan.mvm", &files(""), &mut map);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].primary, None);
    assert_eq!(
        diagnostics[0].message,
        "cannot read `plan.mvm`: no such file"
    );
}
