//! The parser: alone knows pest.
//!
//! A file is cut into pieces first (items, and inside braces their properties and statements), which is safe since
//! the words that begin a piece cannot be names. Each piece is then parsed by its rule of `grammar/mvm.pest`.
//! So a broken piece hides no other, an error is told about few words, and time grows with the length of the text.

mod bodies;
mod build;
mod describe;
mod diagnose;
mod foreign;
mod habits;
mod grammar;
mod items;
mod lexemes;
mod next;
mod pieces;
mod recover;
mod scan;
mod words;

pub use self::lexemes::{lexeme_at, lexemes};
pub use self::next::{Next, Slot, next};

use self::grammar::Rule;
use self::scan::{Kind, Scanner, Token};
use super::ast::{Ast, Comment};
use super::{errors, text};
use crate::diag::Diagnostic;
use crate::source::{FileId, Span};

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 64 << 20;

/// Braces within braces, brackets within brackets: how deep text may nest. Everything that walks the tree may
/// recurse so often.
pub const MAX_DEPTH: usize = 128;

/// After so many errors in one file, the rest of it is not read: nobody mends more at once, and each one costs time.
const MAX_ERRORS: usize = 100;

/// Whether the language reads the text as a name, without quotes around it.
pub fn is_name(text: &str) -> bool {
    let name = grammar::parse(Rule::ident, text)
        .ok()
        .and_then(|mut pairs| pairs.next());
    name.is_some_and(|name| name.as_str().len() == text.len())
}

/// Reads a file. There is always a tree: text that cannot be read is left out of it, with a diagnostic each.
pub fn parse(file: FileId, text: &str) -> (Ast, Vec<Diagnostic>) {
    let mut reader = Reader::new(file, text);
    let mut items = Vec::new();
    if text.len() > MAX_FILE {
        let start = reader.span(0..0);
        reader.report(errors::file_too_large(start, text.len(), MAX_FILE));
    } else {
        reader.look_over();
        items = reader.items();
    }
    let rest = reader.span(reader.at..reader.at);
    let ast = Ast {
        file,
        items,
        comments: reader.comments,
    };
    let mut diagnostics = reader.diagnostics;
    diagnostics.sort_by_key(|d| d.primary.as_ref().map(|label| label.span));
    if diagnostics.len() >= MAX_ERRORS {
        diagnostics.push(errors::too_many(rest, MAX_ERRORS));
    }
    (ast, diagnostics)
}

/// Walks through the text of one file.
struct Reader<'t> {
    file: FileId,
    text: &'t str,
    scanner: Scanner<'t>,
    /// Everything before is read.
    at: usize,
    /// How many braces are open.
    depth: usize,
    /// How many more braces the file opens than it closes, less those that are reported.
    missing_braces: i64,
    /// A brace whose partner is indented less than it is, if there is one.
    suspect: Option<usize>,
    comments: Vec<Comment>,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Reader<'t> {
    fn new(file: FileId, text: &'t str) -> Self {
        Reader {
            file,
            text,
            scanner: Scanner::new(text),
            at: 0,
            depth: 0,
            missing_braces: 0,
            suspect: None,
            comments: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// The first look over the whole text: comments, strings, braces.
    fn look_over(&mut self) {
        let mut open = Vec::new();
        for token in self.scanner {
            let piece = &self.text[token.start..token.end];
            match token.kind {
                Kind::Comment => self.comments.push(Comment {
                    span: self.span(token.start..token.end),
                    text: piece.to_owned(),
                }),
                Kind::Text { closed: true } => {
                    for flaw in text::flaws(piece) {
                        self.report(errors::flawed_string(self.file, token.start, &flaw));
                    }
                }
                Kind::Open(b'{') => {
                    self.missing_braces += 1;
                    if open.len() < MAX_DEPTH {
                        open.push(token.start);
                    }
                }
                Kind::Close(b'}') => {
                    self.missing_braces -= 1;
                    let partner = open.pop().filter(|open| self.closes_oddly(*open, token));
                    self.suspect = self.suspect.or(partner);
                }
                _ => {}
            }
        }
    }

    /// Whether a closing brace that begins a line is indented less than the line of its opening one.
    fn closes_oddly(&self, open: usize, close: Token) -> bool {
        self.begins_line(close.start) && self.indentation(close.start) < self.indentation(open)
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.file, range)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.has_given_up() {
            self.diagnostics.push(diagnostic);
        }
    }

    fn has_given_up(&self) -> bool {
        self.diagnostics.len() >= MAX_ERRORS
    }

    /// The next token that is no comment, at or after a place.
    fn token_at(&self, at: usize) -> Option<Token> {
        self.scanner.at(at).find(|token| !token.kind.is_comment())
    }

    /// The next token that is no comment. None at the end, and after too many errors.
    fn peek(&self) -> Option<Token> {
        self.token_at(self.at).filter(|_| !self.has_given_up())
    }

    fn text_of(&self, token: Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    /// The word that a token is.
    fn word(&self, token: Token) -> Option<&'t str> {
        (token.kind == Kind::Word).then(|| self.text_of(token))
    }

    /// Whether nothing but blanks stands before a place on its line.
    fn begins_line(&self, at: usize) -> bool {
        let before = self.text[..at].trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with('\n')
    }

    /// How far the line of a place is indented, in bytes. Looks back so far only as anyone indents.
    fn indentation(&self, at: usize) -> usize {
        const FAR: usize = 4096;
        let bytes = self.text.as_bytes();
        let back = bytes[at.saturating_sub(FAR)..at]
            .iter()
            .rev()
            .take_while(|byte| **byte != b'\n')
            .count();
        bytes[at - back..]
            .iter()
            .take(FAR)
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count()
    }

    /// The text of the `///` lines right before a place.
    fn doc_before(&self, at: usize) -> Option<String> {
        let count = self
            .comments
            .partition_point(|comment| comment.span.range().start < at);
        let mut lines = Vec::new();
        let mut next = at;
        for comment in self.comments[..count].iter().rev() {
            let range = comment.span.range();
            let blank = self.text[range.end..next].trim().is_empty();
            let Some(line) = comment.text.strip_prefix("///").filter(|_| blank) else {
                break;
            };
            lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end());
            next = range.start;
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

#[cfg(test)]
mod tests;
