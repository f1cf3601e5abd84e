//! Files that the compiler reads without a complaint.

use std::fs;
use std::path::PathBuf;

use mvm::source::FileId;
use mvm::syntax;

use crate::{read, support};

/// All that the project has.
pub struct Corpus {
    /// Holds what are no files elsewhere.
    _folder: tempfile::TempDir,
    /// Path and text.
    pub files: Vec<(PathBuf, String)>,
}

/// The examples, the standard library, the cases of all tests, the blocks of the reference, and one file with all units.
pub fn corpus() -> Corpus {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut files: Vec<(PathBuf, String)> = ["examples", "stdlib", "tests", "src", "fuzz"]
        .iter()
        .flat_map(|folder| support::files(folder, ".mvm"))
        .map(|path| (support::root().join(&path), read(&path)))
        .collect();
    let reference = read("grammar/LANGUAGE.md");
    let blocks = reference.split("```mvm\n").skip(1);
    let blocks = blocks.filter_map(|rest| Some(rest.split_once("```")?.0.to_owned()));
    let units: String = units()
        .iter()
        .enumerate()
        .map(|(at, unit)| format!("let u{at} = 1{unit} + 2.5{unit}\n"))
        .collect();
    for (at, text) in blocks.chain([units]).enumerate() {
        let path = folder.path().join(format!("block-{at}.mvm"));
        fs::write(&path, &text).expect("a file can be written");
        files.push((path, text));
    }
    files.retain(|(_, text)| syntax::parse(FileId(0), text).1.is_empty());
    assert!(files.len() > 100, "only {} files", files.len());
    Corpus {
        _folder: folder,
        files,
    }
}

/// The units of the reference's table.
fn units() -> Vec<String> {
    let reference = read("grammar/LANGUAGE.md");
    let table = reference
        .lines()
        .skip_while(|line| *line != "| what | units |");
    let rows = table.skip(2).take_while(|line| line.starts_with('|'));
    let codes = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    let units: Vec<String> = codes
        .filter(|code| !code.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect();
    assert!(units.len() > 30, "only {} units", units.len());
    units
}
