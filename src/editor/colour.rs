//! What each token of a file is, for colours: more than a highlighter without the compiler can tell.

use super::View;
use super::declarations::DeclarationKind;
use crate::diag::Diagnostic;
use crate::format::laid_out;
use crate::sema::{Referent, Thing};
use crate::source::{FileId, Span};
use crate::syntax::ast::DeclKind;
use crate::syntax::lexeme::{Lexeme, LexemeKind};
use crate::syntax::lexemes;

/// A kind of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// A word of the language.
    Keyword,
    /// A comment.
    Comment,
    /// A text in quotes.
    Text,
    /// A number with its unit, a date, a time.
    Number,
    /// A sign.
    Sign,
    /// A VM.
    Vm,
    /// A server.
    Server,
    /// A switch, rack or site.
    Place,
    /// A class.
    Class,
    /// A constant.
    Constant,
    /// A set.
    Set,
    /// A loop variable.
    Variable,
    /// A plan.
    Plan,
    /// A name whose meaning is not known.
    Name,
}

/// The tokens of a text that are told by their form alone.
pub fn colours(text: &str) -> Vec<(std::ops::Range<usize>, Colour)> {
    by_form(&lexemes(text))
}

fn by_form(lexemes: &[Lexeme]) -> Vec<(std::ops::Range<usize>, Colour)> {
    lexemes
        .iter()
        .map(|lexeme| {
            let colour = match lexeme.kind {
                LexemeKind::Comment => Colour::Comment,
                LexemeKind::Keyword => Colour::Keyword,
                LexemeKind::Name => Colour::Name,
                LexemeKind::Text => Colour::Text,
                LexemeKind::Number | LexemeKind::Unit | LexemeKind::Time => Colour::Number,
                LexemeKind::Sign | LexemeKind::Open | LexemeKind::Close => Colour::Sign,
            };
            (lexeme.range(), colour)
        })
        .collect()
}

impl View {
    /// The tokens of the entry, in order, with what its names mean; of another file none. The first call takes as long as
    /// reading the file.
    pub fn colours(&self, file: FileId) -> &[(std::ops::Range<usize>, Colour)] {
        match self.index.files.last() {
            Some(entry) if entry.file == file => self.painted.get_or_init(|| self.paint(file)),
            _ => &[],
        }
    }

    /// The layout of the entry, where it can be read; of another file none. The first call writes it.
    pub fn layout(&self, file: FileId) -> Option<&str> {
        let is_entry = self.index.files.last().is_some_and(|ast| ast.file == file);
        let is_syntax = |found: &Diagnostic| found.code.as_str().starts_with("E01");
        let is_readable = !self.checked.diagnostics.iter().any(is_syntax);
        let write = || laid_out(self.map().text(file), self.lexemes(file));
        (is_entry && is_readable).then(|| self.laid.get_or_init(write).as_str())
    }

    /// The tokens of the entry.
    fn lexemes(&self, file: FileId) -> &[Lexeme] {
        self.cut.get_or_init(|| lexemes(self.map().text(file)))
    }

    fn paint(&self, file: FileId) -> Vec<(std::ops::Range<usize>, Colour)> {
        let mut tokens = by_form(self.lexemes(file));
        let mut meant: Vec<(Span, Colour)> = Vec::new();
        let own = self.declarations.iter().filter(|d| d.span.file == file);
        meant.extend(own.map(|d| (d.span, of_declaration(d.kind))));
        let from = Span::new(file, 0..0);
        let to = Span::new(FileId(file.0 + 1), 0..0);
        for (span, referent) in self.index.references.range(from..to) {
            let colour = match referent {
                Referent::Declared(name) => self.kind_at(*name).map(of_declaration),
                Referent::Things(things) => things.first().map(|thing| match thing {
                    Thing::Vm(_) => Colour::Vm,
                    Thing::Server(_) => Colour::Server,
                    Thing::Switch(_) => Colour::Place,
                }),
            };
            meant.extend(colour.map(|colour| (*span, colour)));
        }
        meant.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        for (span, colour) in meant {
            let first = tokens.partition_point(|(range, _)| range.start < span.range().start);
            let inside = tokens[first..]
                .iter_mut()
                .take_while(|(range, _)| range.end <= span.range().end);
            for (_, token) in inside.filter(|(_, token)| {
                matches!(token, Colour::Name | Colour::Text) || of_name(*token)
            }) {
                *token = colour;
            }
        }
        tokens
    }

    fn kind_at(&self, name: Span) -> Option<DeclarationKind> {
        self.declared_at(name).map(|at| self.declarations[at].kind)
    }
}

/// Whether it tells what a name means.
fn of_name(colour: Colour) -> bool {
    use Colour::*;
    matches!(
        colour,
        Vm | Server | Place | Class | Constant | Set | Variable | Plan
    )
}

fn of_declaration(kind: DeclarationKind) -> Colour {
    match kind {
        DeclarationKind::Thing(DeclKind::Vm) => Colour::Vm,
        DeclarationKind::Thing(DeclKind::Server) => Colour::Server,
        DeclarationKind::Thing(_) => Colour::Place,
        DeclarationKind::Constant => Colour::Constant,
        DeclarationKind::Set => Colour::Set,
        DeclarationKind::Class(_) => Colour::Class,
        DeclarationKind::Plan => Colour::Plan,
        DeclarationKind::Variable => Colour::Variable,
    }
}
