//! Every token of every file is shown as what the compiler takes it for.
//!
//! Each highlighter paints the files in its own engine: a letter for each byte. What the letters should be follows from the tokens of
//! [`mvm::syntax::lexemes`].

use std::process::Command;

use mvm::syntax::lexeme::LexemeKind;
use mvm::syntax::lexemes;

use crate::corpus::{Corpus, corpus};
use crate::words::words;
use crate::{installed, output, program, support, tree_sitter};

/// What a token is to be shown as: a word of the language, a literal, a text, a comment, anything else.
fn letter(kind: LexemeKind) -> char {
    match kind {
        LexemeKind::Keyword => 'k',
        LexemeKind::Number | LexemeKind::Unit | LexemeKind::Time => 'n',
        LexemeKind::Text => 's',
        LexemeKind::Comment => 'c',
        LexemeKind::Name | LexemeKind::Sign | LexemeKind::Open | LexemeKind::Close => '.',
    }
}

/// Compares what was painted with the tokens. One that goes by words alone shows a name as a word of the language if it is one
/// elsewhere (`label power high`).
fn compare(corpus: &Corpus, painted: &str, goes_by_words: bool) {
    let words = words();
    let mut files = painted.split_terminator("=\n");
    let mut wrong = Vec::new();
    for (path, text) in &corpus.files {
        let painted = files.next().expect("each file is painted");
        let lines: Vec<&str> = painted.lines().collect();
        assert_eq!(lines.len(), text.lines().count(), "{}", path.display());
        for lexeme in lexemes(text) {
            let before = &text[..lexeme.start];
            let line = before.matches('\n').count();
            let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
            let token = &text[lexeme.range()];
            let shown = &lines[line][column..column + token.len()];
            let expected = letter(lexeme.kind);
            let is_right = shown.chars().all(|c| c == expected)
                || goes_by_words
                    && lexeme.kind == LexemeKind::Name
                    && words.contains(token)
                    && shown.chars().all(|c| c == 'k');
            if !is_right {
                wrong.push(format!(
                    "{}:{}:{}: `{token}` is shown as {shown}, not {expected}",
                    path.display(),
                    line + 1,
                    column + 1
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn paint(command: &mut Command, corpus: &Corpus) -> String {
    output(command.args(corpus.files.iter().map(|(path, _)| path)))
}

#[test]
fn vim_and_neovim() {
    for editor in ["vim", "nvim"] {
        let Some(mut command) = program(editor) else {
            continue;
        };
        let corpus = corpus();
        let folder = tempfile::tempdir().expect("a folder can be made");
        let painted = folder.path().join("painted");
        let runtime = support::root().join("editors/vim");
        command
            .args(["-es", "-u", "NONE", "-i", "NONE", "-N", "--cmd"])
            .arg(format!("set runtimepath^={}", runtime.display()))
            .args(["--cmd", "filetype plugin on", "-S"])
            .arg(support::root().join("tests/editors/paint.vim"))
            .env("PAINTED", &painted);
        paint(&mut command, &corpus);
        let painted = std::fs::read_to_string(painted).expect("it has painted");
        compare(&corpus, &painted, true);
    }
}

#[test]
fn visual_studio_code() {
    let engine = installed("tests/editors/node_modules/vscode-textmate");
    let (Some(_), Some(mut node)) = (engine, program("node")) else {
        return;
    };
    let corpus = corpus();
    let root = support::root();
    node.arg(root.join("tests/editors/paint.mjs"))
        .arg(root.join("editors/vscode/syntaxes/mvm.tmLanguage.json"));
    compare(&corpus, &paint(&mut node, &corpus), true);
}

#[test]
fn emacs() {
    let Some(mut emacs) = program("emacs") else {
        return;
    };
    let corpus = corpus();
    let root = support::root();
    emacs
        .args(["--batch", "-L"])
        .arg(root.join("editors/emacs"))
        .arg("-l")
        .arg(root.join("tests/editors/paint.el"));
    compare(&corpus, &paint(&mut emacs, &corpus), true);
}

#[test]
fn tree_sitter() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let Some(mut parser) = tree_sitter::parser(folder.path()) else {
        return;
    };
    let corpus = corpus();
    compare(&corpus, &paint(parser.arg("paint"), &corpus), false);
}
