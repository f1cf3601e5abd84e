//! The grammar for Helix, Zed, Neovim and GitHub.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::corpus::corpus;
use crate::neovim::at_home;
use crate::{output, program, read, support};

/// Builds the parser into a library; None, with a word, where there is no compiler of C.
fn build(library: &Path) -> Option<()> {
    let mut compiler = program("cc")?;
    let sources = support::root().join("editors/tree-sitter/src");
    compiler
        .args(["-shared", "-fPIC", "-O0", "-I"])
        .arg(&sources)
        .arg(sources.join("parser.c"))
        .arg("-o")
        .arg(library);
    output(&mut compiler);
    Some(())
}

/// A command that reads files with the parser, which is built into a folder; None, with a word, where something for it is not here.
pub fn parser(folder: &Path) -> Option<Command> {
    let packages = support::root().join("target/editors/python");
    let python = || {
        let mut python = Command::new("python3");
        python.env("PYTHONPATH", &packages);
        python
    };
    let found = python().args(["-c", "import tree_sitter"]).output();
    if !found.is_ok_and(|found| found.status.success()) {
        eprintln!("skipped: the Python package tree-sitter is not here");
        return None;
    }
    let library = folder.join("mvm.so");
    build(&library)?;
    let mut python = python();
    python
        .arg(support::root().join("tests/editors/paint.py"))
        .arg(library)
        .arg(support::root().join("editors/tree-sitter/queries"));
    Some(python)
}

#[test]
fn every_file_is_read_without_an_error() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let Some(mut parser) = parser(folder.path()) else {
        return;
    };
    let corpus = corpus();
    let files = corpus.files.iter().map(|(path, _)| path);
    assert_eq!(output(parser.arg("check").args(files)), "");
}

/// One broken sentence leaves those around it as they are.
#[test]
fn a_break_is_found_around() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let Some(mut parser) = parser(folder.path()) else {
        return;
    };
    let file = folder.path().join("broken.mvm");
    let text = "vm a { memory 2GiB on }\nplan p {\n  start 02:00 UTC\n  migrate a at\n  budget 9kW\n  seq a\n}\n";
    fs::write(&file, text).expect("a file can be written");
    let painted = output(parser.arg("paint").arg(&file));
    let lines: Vec<&str> = painted.lines().collect();
    assert_eq!(lines[0], "kk.....kkkkkk.nnnn.kk..");
    assert_eq!(&lines[1..3], ["kkkk....", "..kkkkk.nnnnn.nnn"]);
    assert_eq!(&lines[5..7], ["..kkk..", "."]);
}

/// Neovim takes the parser and the queries as `editors/README.md` lays them.
#[test]
fn neovim_reads_and_colours_with_it() {
    let Some(neovim) = program("nvim") else {
        return;
    };
    let home = tempfile::tempdir().expect("a folder can be made");
    let site = home.path().join(".local/share/nvim/site");
    fs::create_dir_all(site.join("parser")).expect("a folder can be made");
    fs::create_dir_all(site.join("queries")).expect("a folder can be made");
    if build(&site.join("parser/mvm.so")).is_none() {
        return;
    }
    let queries = support::root().join("editors/tree-sitter/queries");
    std::os::unix::fs::symlink(queries, site.join("queries/mvm")).expect("a link can be made");
    let script = "lua
        local parser = vim.treesitter.get_parser(0, 'mvm')
        assert(not parser:parse()[1]:root():has_error())
        local get = vim.treesitter.query and vim.treesitter.query.get or vim.treesitter.get_query
        for _, name in ipairs({ 'highlights', 'folds', 'indents', 'locals' }) do
          assert(get('mvm', name), name)
        end
        vim.treesitter.highlighter.new(parser)
        vim.cmd('redraw | qall!')";
    let mut neovim = at_home(neovim, home.path());
    neovim
        .arg("--headless")
        .arg(support::root().join("examples/scenarios/13-waves.mvm"))
        .args([
            "-c",
            &script.split_whitespace().collect::<Vec<_>>().join(" "),
        ])
        // After an error it would wait for somebody.
        .args(["-c", "cquit"]);
    assert_eq!(output(&mut neovim), "");
}

/// The parser comes from the grammar as it is.
#[test]
fn what_is_generated_is_of_the_grammar() {
    let Some(mut node) = program("node") else {
        return;
    };
    let root = support::root();
    let grammar = output(
        node.arg(root.join("tests/editors/grammar.cjs"))
            .arg(root.join("editors/tree-sitter/grammar.js")),
    );
    let grammar: Value = serde_json::from_str(&grammar).expect("JSON");
    let generated: Value =
        serde_json::from_str(&read("editors/tree-sitter/src/grammar.json")).expect("JSON");
    for key in ["rules", "extras", "conflicts", "word"] {
        assert_eq!(
            grammar[key], generated[key],
            "`tree-sitter generate --abi 14` in editors/tree-sitter"
        );
    }
}
