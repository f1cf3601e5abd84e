//! What to do with text that cannot be read: tell what is wrong, and find where to go on.

use pest::iterators::Pair;

use super::build::Builder;
use super::describe::describe;
use super::grammar::{Failure, MAX_PIECE, Rule};
use super::pieces::{Kin, Piece, Trouble};
use super::scan::{Kind, Token};
use super::{MAX_DEPTH, Reader, words};
use crate::syntax::ast::Word;
use crate::syntax::errors;

impl<'t> Reader<'t> {
    /// Reads a piece by its rule and goes behind it; reports it where it is broken.
    ///
    /// A word at the beginning of a line that could not belong to the piece is left for what comes next: most
    /// likely it was to begin something.
    pub(super) fn read_or_report<T>(
        &mut self,
        rule: Rule,
        piece: Piece,
        kin: Kin,
        build: impl FnOnce(Builder, Pair<'t, Rule>) -> T,
    ) -> Option<T> {
        let builder = self.builder(piece);
        let trouble = match self.read(rule, piece) {
            Ok(mut pairs) => {
                self.at = piece.end;
                return pairs.next().map(|pair| build(builder, pair));
            }
            Err(trouble) => trouble,
        };
        if let Trouble::Failure(failure) = &trouble
            && let Some(good) = self.before_failure(piece, failure)
            && let Ok(mut pairs) = self.read(rule, good)
        {
            self.at = good.end;
            return pairs.next().map(|pair| build(builder, pair));
        }
        self.at = piece.end;
        self.report_trouble(piece, kin, trouble);
        None
    }

    /// The part of a piece before a failure that begins a line or is a semicolon.
    fn before_failure(&self, piece: Piece, failure: &Failure) -> Option<Piece> {
        let found = self.token_at(piece.start + failure.at)?;
        let is_semicolon = found.kind == Kind::Other(';');
        let fresh_word = found.kind == Kind::Word && self.begins_line(found.start);
        if found.start >= piece.end || !(is_semicolon || fresh_word) {
            return None;
        }
        let last = self
            .scanner
            .at(piece.start)
            .take_while(|token| token.start < found.start)
            .filter(|token| !token.kind.is_comment())
            .last()?;
        Some(Piece {
            end: last.end,
            ..piece
        })
    }

    pub(super) fn report_trouble(&mut self, piece: Piece, _kin: Kin, trouble: Trouble) {
        let diagnostic = match trouble {
            Trouble::TooDeep(at) => errors::too_deep(self.span(at..at + 1), MAX_DEPTH),
            Trouble::TooLong => {
                errors::piece_too_long(self.span(piece.start..piece.start + 1), MAX_PIECE)
            }
            Trouble::Failure(failure) => self.unexpected(piece, &failure),
        };
        self.report(diagnostic);
    }

    fn unexpected(&self, piece: Piece, failure: &Failure) -> crate::diag::Diagnostic {
        let expected: Vec<&str> = failure
            .expected
            .iter()
            .map(|rule| describe(*rule))
            .collect();
        match self.token_at(piece.start + failure.at) {
            Some(found) => errors::unexpected(
                self.span(found.start..found.end),
                &expected,
                Some(self.text_of(found)),
            ),
            None => {
                errors::unexpected(self.span(self.text.len()..self.text.len()), &expected, None)
            }
        }
    }

    pub(super) fn report_missing_brace(&mut self, piece: Piece, what: &str) {
        let found = self.token_at(piece.end);
        let at = found.map_or(piece.end..piece.end, |token| token.start..token.end);
        let found = found.map(|token| self.text_of(token));
        self.report(errors::missing_brace(self.span(at), what, found));
    }

    pub(super) fn report_unclosed(&mut self, open: Token) {
        self.report(errors::unclosed(
            self.span(open.start..open.end),
            self.text_of(open),
        ));
    }

    /// Whether a word that begins an item seems to stand outside of the braces that are open, since one is missing.
    pub(super) fn seems_outside(&self, first: Token, token: Token) -> bool {
        self.lacks_brace
            && self.begins_line(token.start)
            && self.indentation(token.start) <= self.indentation(first.start)
    }

    /// An item that cannot stand in a declaration's braces. Whether the declaration is whole without it.
    /// Stays before the item where it belongs outside.
    pub(super) fn misplaced_in_decl(
        &mut self,
        open: Token,
        token: Token,
        lost: &mut Vec<Word>,
    ) -> bool {
        if self.lacks_brace {
            self.report_unclosed(open);
            return false;
        }
        self.report(errors::misplaced_item(
            self.span(token.start..token.end),
            self.text_of(token),
            "the braces of a declaration",
        ));
        self.skip_item(token, lost);
        true
    }

    pub(super) fn misplaced_in_plan(&mut self, token: Token, lost: &mut Vec<Word>) {
        self.report(errors::misplaced_item(
            self.span(token.start..token.end),
            self.text_of(token),
            "a plan",
        ));
        self.skip_item(token, lost);
    }

    /// Goes behind an item without reading it; keeps the name that it declares.
    fn skip_item(&mut self, token: Token, lost: &mut Vec<Word>) {
        let piece = self.cut(token.start, Kin::Use);
        let _ = lost;
        self.at = piece.end;
        if let Some(open) = self.peek().filter(|t| t.kind == Kind::Open(b'{')) {
            self.skip_braces(open);
        }
    }

    /// Goes behind the brace that closes `open`, or to the end.
    pub(super) fn skip_braces(&mut self, open: Token) {
        let mut depth = 0_usize;
        for token in self.scanner.at(open.start) {
            match token.kind {
                Kind::Open(b'{') => depth += 1,
                Kind::Close(b'}') => depth -= 1,
                _ => {}
            }
            self.at = token.end;
            if depth == 0 {
                return;
            }
        }
    }

    /// Text where an item should begin.
    pub(super) fn no_item(&mut self, token: Token, _lost: &mut Vec<Word>) {
        self.unknown_beginning(token, "a declaration or a plan");
        if let Some(open) = self.peek().filter(|t| t.kind == Kind::Open(b'{')) {
            self.skip_braces(open);
        }
    }

    /// Text where a property should begin.
    pub(super) fn no_property(&mut self, token: Token) {
        self.unknown_beginning(token, "a property, a declaration or `}`");
        if let Some(open) = self.peek().filter(|t| t.kind == Kind::Open(b'{')) {
            self.skip_braces(open);
        }
    }

    /// Text where a statement should begin.
    pub(super) fn no_statement(&mut self, token: Token) {
        self.unknown_beginning(token, "a statement or `}`");
        if let Some(open) = self.peek().filter(|t| t.kind == Kind::Open(b'{')) {
            self.skip_braces(open);
        }
    }

    fn unknown_beginning(&mut self, token: Token, expected: &str) {
        self.report(errors::unexpected(
            self.span(token.start..token.end),
            &[expected],
            Some(self.text_of(token)),
        ));
        self.at = token.end;
        if token.kind == Kind::Word {
            self.at = self.cut(token.start, Kin::Item).end;
        }
        let _ = words::PROPERTIES;
    }
}
