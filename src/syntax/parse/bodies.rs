//! What stands in braces: the properties and children of a declaration, the statements of a plan.

use super::grammar::Rule;
use super::pieces::{Kin, Piece, Trouble};
use super::scan::{Kind, Token};
use super::{MAX_DEPTH, Reader, words};
use crate::syntax::ast::*;
use crate::syntax::errors;

impl Reader<'_> {
    /// A declaration with what stands in its braces. None where it is broken itself; `lost` then has its names.
    pub(super) fn decl(&mut self, token: Token, lost: &mut Vec<Word>) -> Option<Decl> {
        let doc = self.doc_before(token.start);
        let piece = self.cut(token.start, Kin::Head);
        let head = self.read_or_report(Rule::one_decl_head, piece, Kin::Head, |builder, pair| {
            builder.decl_head(pair)
        });
        let is_whole = head.is_some();
        let mut decl = head.unwrap_or_else(|| Decl {
            span: self.span(piece.start..piece.end),
            doc: None,
            kind: DeclKind::Vm,
            names: self.names_of_broken(piece),
            classes: Vec::new(),
            properties: Vec::new(),
            children: Vec::new(),
        });
        decl.doc = doc;
        let body = match self.peek() {
            Some(open) if open.kind == Kind::Open(b'{') => self.body(open, token, &mut decl, lost),
            _ => true,
        };
        if is_whole && body {
            return Some(decl);
        }
        lose(&decl, lost);
        None
    }

    /// The names that a broken head seems to declare.
    fn names_of_broken(&self, piece: Piece) -> Vec<Names> {
        let Ok(pairs) = self.read(Rule::only_names, piece) else {
            return Vec::new();
        };
        let builder = self.builder(piece);
        pairs
            .filter(|pair| pair.as_rule() == Rule::names)
            .map(|pair| builder.names(pair))
            .collect()
    }

    /// Reads from `{` to its `}` into `decl`. Whether every property in it could be read.
    pub(super) fn body(
        &mut self,
        open: Token,
        first: Token,
        decl: &mut Decl,
        lost: &mut Vec<Word>,
    ) -> bool {
        if self.depth >= MAX_DEPTH {
            self.report(errors::too_deep(self.span(open.start..open.end), MAX_DEPTH));
            self.skip_braces(open);
            return false;
        }
        self.depth += 1;
        self.at = open.end;
        let mut is_whole = true;
        loop {
            let Some(token) = self.peek() else {
                self.report_unclosed(open);
                is_whole = false;
                break;
            };
            let word = self.word(token);
            if token.kind == Kind::Close(b'}') {
                self.at = token.end;
                break;
            }
            if word.is_some_and(|word| word != "command" && words::begins_item(word)) {
                if self.seems_outside(first, token) || !word.is_some_and(words::is_decl) {
                    is_whole &= self.misplaced_in_decl(open, token, lost);
                    if self.at == token.start {
                        break;
                    }
                } else {
                    decl.children.extend(self.decl(token, lost));
                }
            } else if word.is_some_and(|word| words::PROPERTIES.contains(&word))
                || word == Some("command")
            {
                is_whole &= self.entries(token, decl);
            } else {
                is_whole = false;
                self.no_property(token);
            }
        }
        self.depth -= 1;
        decl.span = decl.span.to(self.span(self.at..self.at));
        is_whole
    }

    /// A run of properties. Whether all could be read.
    fn entries(&mut self, token: Token, decl: &mut Decl) -> bool {
        let piece = self.cut(token.start, Kin::Entries);
        match self.read(Rule::entries, piece) {
            Ok(pairs) => {
                let builder = self.builder(piece);
                let entries = pairs.filter(|pair| pair.as_rule() != Rule::EOI);
                decl.properties
                    .extend(entries.map(|pair| builder.entry(pair)));
                self.at = piece.end;
                true
            }
            Err(trouble) => {
                let failed_at = match &trouble {
                    Trouble::Failure(failure) => piece.start + failure.at,
                    Trouble::TooDeep(_) | Trouble::TooLong => piece.end,
                };
                self.at = piece.end;
                self.report_trouble(piece, Kin::Entries, trouble);
                self.at = self.next_property(piece.start, failed_at, self.at);
                false
            }
        }
    }

    /// The next word after a failure that begins a property, before `end`.
    fn next_property(&self, start: usize, failed_at: usize, end: usize) -> usize {
        let mut previous: Option<Token> = None;
        for token in self.scanner.at(failed_at) {
            if token.start >= end {
                break;
            }
            let is_property = self
                .word(token)
                .is_some_and(|word| words::PROPERTIES.contains(&word));
            // `on` may also be a part of a set, so only one that begins a line is sure.
            let is_sure = self.word(token) != Some("on") || self.begins_line(token.start);
            if is_property && is_sure && token.start > start {
                return token.start;
            }
            previous = Some(token);
        }
        previous.map_or(end, |last| last.end.max(end))
    }

    /// Reads the statements from `{` to its `}`.
    pub(super) fn statements(
        &mut self,
        open: Token,
        first: Token,
        lost: &mut Vec<Word>,
    ) -> Vec<Statement> {
        self.at = open.end;
        let mut statements = Vec::new();
        loop {
            let Some(token) = self.peek() else {
                self.report_unclosed(open);
                break;
            };
            if token.kind == Kind::Close(b'}') {
                self.at = token.end;
                break;
            }
            if self.begins_statement(token) {
                statements.push(self.statement(token));
                continue;
            }
            if self.word(token).is_some_and(words::begins_item) {
                if self.seems_outside(first, token) {
                    self.report_unclosed(open);
                    break;
                }
                self.misplaced_in_plan(token, lost);
            } else {
                self.no_statement(token);
            }
            let end = self.at;
            statements.push(self.broken(token.start, end));
        }
        statements
    }

    fn broken(&self, start: usize, end: usize) -> Statement {
        Statement {
            span: self.span(start..end.max(start)),
            doc: None,
            kind: StatementKind::Broken,
            bindings: Vec::new(),
        }
    }

    fn statement(&mut self, token: Token) -> Statement {
        let doc = self.doc_before(token.start);
        let piece = self.cut(token.start, Kin::Statement);
        let statement = self.read_or_report(
            Rule::one_statement,
            piece,
            Kin::Statement,
            |builder, pair| builder.statement(pair),
        );
        match statement {
            Some(statement) => Statement { doc, ..statement },
            None => self.broken(token.start, self.at),
        }
    }
}

/// Keeps the names that a declaration and its children would have declared.
fn lose(decl: &Decl, lost: &mut Vec<Word>) {
    let texts = decl
        .names
        .iter()
        .filter_map(|names| names.segments.first()?.parts.first());
    lost.extend(texts.filter_map(|part| match part {
        Part::Text { word, .. } => Some(word.clone()),
        Part::Indices { .. } => None,
    }));
    for child in &decl.children {
        lose(child, lost);
    }
}
