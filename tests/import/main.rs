//! Foreign inventories become texts that people can read, that mvm itself accepts, and that say what the files say.

mod clouds;
mod program;
mod routes;
mod simgrid;
mod tables;
#[path = "../support/mod.rs"]
mod support;

use mvm::compile::{Checked, check};
use mvm::diag::Diagnostic;
use mvm::diag::render::{Style, human};
use mvm::import::{Imported, write};
use mvm::source::{FileId, SourceMap};
use support::Text;

/// A reader: of the file's text, with a name for it.
type Reader = fn(FileId, &str, &str) -> Result<Imported, Vec<Diagnostic>>;

/// The text that comes out, and the findings as they are drawn. The text has no errors.
fn imported(reader: Reader, name: &str, text: &str) -> (String, String) {
    let mut map = SourceMap::new();
    let file = map.add(name, text);
    let style = Style {
        color: false,
        ascii: false,
    };
    match reader(file, map.text(file), name) {
        Ok(Imported {
            inventory,
            findings,
        }) => {
            let text = write(&inventory);
            accepted(&text);
            (text, human(&map, &findings, style))
        }
        Err(errors) => (String::new(), human(&map, &errors, style)),
    }
}

/// What mvm makes of the text, which has no errors.
fn accepted(text: &str) -> Checked {
    let checked = check("test.mvm", &Text(text));
    assert!(!checked.has_errors(), "{:#?}\n{text}", checked.diagnostics);
    checked
}

/// Text and findings as a snapshot shows them.
fn shown(reader: Reader, name: &str, text: &str) -> String {
    let (text, findings) = imported(reader, name, text);
    format!("{text}--- findings\n{findings}")
}
