//! What to do with text that cannot be read: find where to go on. `diagnose` tells what is wrong.

use pest::iterators::Pair;

use super::build::Builder;
use super::diagnose::Place;
use super::grammar::{Failure, Rule};
use super::pieces::{Kin, Piece, Trouble};
use super::scan::{Kind, Token};
use super::{Reader, words};
use crate::syntax::ast::{Names, Part, Word};
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
        self.at = piece.end.max(self.report_trouble(piece, kin, trouble));
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
        let last = self.last_token(piece.start, found.start)?;
        Some(Piece {
            end: last.end,
            ..piece
        })
    }

    /// The last token that is no comment, from `start` to before `end`.
    pub(super) fn last_token(&self, start: usize, end: usize) -> Option<Token> {
        self.scanner
            .at(start)
            .take_while(|token| token.start < end)
            .filter(|token| !token.kind.is_comment())
            .last()
    }

    /// The names that a broken item seems to declare.
    pub(super) fn names_of_broken(&self, piece: Piece) -> Vec<Names> {
        let Ok(pairs) = self.read(Rule::only_names, piece) else {
            return Vec::new();
        };
        let builder = self.builder(piece);
        pairs
            .filter(|pair| pair.as_rule() == Rule::names)
            .map(|pair| builder.names(pair))
            .collect()
    }

    /// The names that the broken item at `token` would have declared.
    pub(super) fn lose_names(&self, token: Token, lost: &mut Vec<Word>) {
        let second = self.token_at(token.end);
        match self.word(token) {
            Some(word) if words::is_decl(word) => {
                let names = self.names_of_broken(self.cut(token.start, Kin::Head));
                lost.extend(names.iter().filter_map(first_text));
            }
            Some("let" | "set" | "plan") => lost.extend(second.and_then(|name| self.name(name))),
            Some("class") => {
                let third = second.and_then(|kind| self.token_at(kind.end));
                lost.extend(third.and_then(|name| self.name(name)));
            }
            _ => {}
        }
    }

    /// A word or string as the name that it seems to be.
    pub(super) fn name(&self, token: Token) -> Option<Word> {
        let text = match token.kind {
            Kind::Word | Kind::Tail => self.text_of(token).to_owned(),
            Kind::Text { closed: true } => super::text::unquote(self.text_of(token)),
            _ => return None,
        };
        Some(Word {
            text,
            span: self.span(token.start..token.end),
        })
    }

    /// Whether a word that begins an item seems to stand outside of the braces that are open, since one is missing.
    pub(super) fn seems_outside(&self, first: Token, token: Token) -> bool {
        self.missing_braces > 0
            && self.begins_line(token.start)
            && self.indentation(token.start) <= self.indentation(first.start)
    }

    /// The brace `open` was never closed.
    pub(super) fn report_unclosed(&mut self, open: Token) {
        self.missing_braces -= 1;
        // At the end of the file, the brace whose partner stands oddly is the likelier one.
        let suspect = self.suspect.take().filter(|_| self.peek().is_none());
        let at = suspect.unwrap_or(open.start);
        self.report(errors::unclosed(self.span(at..at + 1), "{"));
    }

    /// An item that cannot stand in the braces that are open: goes behind it without reading it.
    pub(super) fn misplaced_item(&mut self, token: Token, place: &str, lost: &mut Vec<Word>) {
        let at = self.span(token.start..token.end);
        self.report(errors::misplaced_item(at, self.text_of(token), place));
        self.lose_names(token, lost);
        let kin = match self.word(token) {
            Some("use") => Kin::Use,
            Some(word) if words::is_decl(word) => Kin::Head,
            _ => Kin::Item,
        };
        self.at = self.cut(token.start, kin).end;
        self.skip_open_brace();
    }

    /// Goes behind the brace that closes the one that comes next, if one does.
    pub(super) fn skip_open_brace(&mut self) {
        let Some(open) = self.peek().filter(|t| t.kind == Kind::Open(b'{')) else {
            return;
        };
        let mut depth = 0_usize;
        for token in self.scanner.at(open.start) {
            match token.kind {
                Kind::Open(b'{') => depth += 1,
                Kind::Close(b'}') => depth -= 1,
                Kind::Word
                    if words::begins_item(self.text_of(token))
                        && self.seems_outside(open, token) =>
                {
                    return;
                }
                _ => {}
            }
            self.at = token.end;
            if depth == 0 {
                return;
            }
        }
    }

    /// Text that begins nothing: reports it and goes behind it. The word that was likely meant.
    pub(super) fn unknown_beginning(&mut self, token: Token, place: Place) -> Option<&'static str> {
        let (diagnostic, meant) = self.no_beginning(token, place);
        self.report(diagnostic);
        self.at = token.end;
        match token.kind {
            Kind::Word if self.begins_statement(token) => {
                // A statement outside of a plan: those that follow it are no news.
                let mut next = Some(token);
                while let Some(statement) = next.filter(|next| self.begins_statement(*next)) {
                    self.at = self.cut(statement.start, Kin::Statement).end;
                    next = self.peek();
                }
            }
            Kind::Word => self.at = self.cut(token.start, place.kin()).end,
            Kind::Open(b'{') => {
                self.at = token.start;
                self.skip_open_brace();
                self.at = self.at.max(token.end);
            }
            _ => {}
        }
        meant
    }
}

/// The text that a name begins with.
pub(super) fn first_text(names: &Names) -> Option<Word> {
    match names.segments.first()?.parts.first()? {
        Part::Text { word, .. } => Some(word.clone()),
        Part::Indices { .. } => None,
    }
}
