//! The clients in `editors/`: that they know every word of the grammar, that they show files as the compiler reads them, and what they
//! do in real editors.
//!
//! `.ci/run` brings the editors and what drives them; where one is not there, its test says so.

mod corpus;
mod emacs;
mod neovim;
mod paint;
#[cfg(unix)]
mod story;
#[path = "../support/mod.rs"]
mod support;
mod tree_sitter;
mod vscode;
mod words;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use support::root;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("the file is UTF-8 text")
}

/// A program; None, with a word, where it is not here.
fn program(name: &str) -> Option<Command> {
    let said = Command::new(name).arg("--version").output();
    if said.is_ok_and(|said| said.status.success()) {
        return Some(Command::new(name));
    }
    eprintln!("skipped: {name} is not here");
    None
}

/// What was installed below the project for these tests; None, with a word, where it was not.
fn installed(path: &str) -> Option<PathBuf> {
    let path = root().join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here", path.display());
    None
}

/// What a program prints, which has to succeed.
fn output(command: &mut Command) -> String {
    let said = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let [text, errors] =
        [said.stdout, said.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(said.status.success(), "{command:?}\n{text}{errors}");
    text
}
