//! What stands in braces: the properties and children of a declaration, the statements of a plan.

use super::diagnose::Place;
use super::grammar::Rule;
use super::pieces::{Kin, Trouble};
use super::recover::first_text;
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
            names: self.names_of_broken(piece),
            ..self.empty_decl(token)
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
            self.skip_open_brace();
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
            if token.kind == Kind::Close(b'}') {
                self.at = token.end;
                break;
            }
            match self.word(token) {
                Some(word) if word != "command" && words::begins_item(word) => {
                    let outside = !words::is_decl(word) && self.missing_braces > 0;
                    if outside || self.seems_outside(first, token) {
                        self.report_unclosed(open);
                        is_whole = false;
                        break;
                    }
                    if words::is_decl(word) {
                        decl.children.extend(self.decl(token, lost));
                    } else {
                        self.misplaced_item(token, "the braces of a declaration", lost);
                    }
                }
                Some(word) if word == "command" || words::PROPERTIES.contains(&word) => {
                    is_whole &= self.entries(token, decl);
                }
                _ => {
                    is_whole = false;
                    let meant = self.unknown_beginning(token, Place::Braces);
                    self.behind_unknown(token, meant, lost);
                }
            }
        }
        self.depth -= 1;
        decl.span = decl.span.to(self.span(self.at..self.at));
        is_whole
    }

    /// A run of properties. Whether all could be read.
    fn entries(&mut self, token: Token, decl: &mut Decl) -> bool {
        let mut piece = self.cut(token.start, Kin::Entries);
        let mut is_whole = true;
        loop {
            let trouble = match self.read(Rule::entries, piece) {
                Ok(pairs) => {
                    let builder = self.builder(piece);
                    let entries = pairs.filter(|pair| pair.as_rule() != Rule::EOI);
                    decl.properties
                        .extend(entries.map(|pair| builder.entry(pair)));
                    self.at = piece.end;
                    return is_whole;
                }
                Err(trouble) => trouble,
            };
            is_whole = false;
            let failed_at = match &trouble {
                Trouble::Failure(failure) => piece.start + failure.at,
                Trouble::TooDeep(_) | Trouble::TooLong => piece.end,
            };
            let resume = self.report_trouble(piece, Kin::Entries, trouble);
            let next = self.next_property(piece.start, failed_at.max(resume), piece.end);
            match next.filter(|_| !self.has_given_up()) {
                Some(next) => piece.start = next,
                None => {
                    self.at = piece.end.max(resume);
                    return false;
                }
            }
        }
    }

    /// The next word after a failure that begins a property, before `end`.
    fn next_property(&self, start: usize, failed_at: usize, end: usize) -> Option<usize> {
        self.scanner
            .at(failed_at)
            .take_while(|token| token.start < end)
            .find(|token| {
                let word = self.word(*token);
                let is_property = word.is_some_and(|word| words::PROPERTIES.contains(&word));
                // `on` may also be a part of a set, so only one that begins a line is sure.
                let is_sure = word != Some("on") || self.begins_line(token.start);
                is_property && is_sure && token.start > start
            })
            .map(|token| token.start)
    }

    /// Reads the statements from `{` to its `}`.
    pub(super) fn statements(&mut self, open: Token, lost: &mut Vec<Word>) -> Vec<Statement> {
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
            if self.word(token) == Some("return") {
                let at = self.span(token.start..token.end);
                self.report(errors::misplaced_roll_step(at, "return"));
                self.at = self.cut(token.start, Kin::Statement).end;
                statements.push(self.broken(token.start, self.at));
                continue;
            }
            if self.begins_statement(token) {
                let statement = self.statement(token);
                let is_roll = self.word(token) == Some("roll");
                statements.push(match is_roll {
                    true => self.roll(token, statement, lost),
                    false => statement,
                });
                continue;
            }
            if !self.word(token).is_some_and(words::begins_item) {
                self.unknown_beginning(token, Place::Plan);
            } else if self.missing_braces > 0 {
                self.report_unclosed(open);
                break;
            } else {
                self.misplaced_item(token, "a plan", lost);
            }
            statements.push(self.broken(token.start, self.at));
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

/// `roll` and what stands in its braces.
impl Reader<'_> {
    /// Reads what stands in the braces behind a `roll`. Where some of it cannot be read, nothing is known of the whole.
    fn roll(&mut self, token: Token, head: Statement, lost: &mut Vec<Word>) -> Statement {
        let open = self.peek().filter(|next| next.kind == Kind::Open(b'{'));
        let Some(open) = open else {
            if matches!(head.kind, StatementKind::Roll { .. }) {
                self.report_missing_brace(self.cut(token.start, Kin::Statement), "roll");
            }
            return self.broken(token.start, self.at);
        };
        let (found, is_whole) = self.roll_steps(open, lost);
        let broken = self.broken(token.start, self.at);
        match head.kind {
            StatementKind::Roll {
                head: before_braces,
                servers,
                by,
                is_forward,
                ..
            } if is_whole => Statement {
                kind: StatementKind::Roll {
                    head: before_braces,
                    servers,
                    by,
                    is_forward,
                    steps: found,
                },
                span: broken.span,
                ..head
            },
            _ => broken,
        }
    }

    /// Reads the steps from `{` to its `}`. Whether all could be read.
    fn roll_steps(&mut self, open: Token, lost: &mut Vec<Word>) -> (Vec<RollStep>, bool) {
        self.at = open.end;
        let (mut steps, mut is_whole) = (Vec::new(), true);
        loop {
            let Some(token) = self.peek() else {
                self.report_unclosed(open);
                return (steps, false);
            };
            if token.kind == Kind::Close(b'}') {
                self.at = token.end;
                return (steps, is_whole);
            }
            let at = self.span(token.start..token.end);
            match self.word(token) {
                Some(word) if words::ROLL_STEPS.contains(&word) => {
                    let step = self.roll_step(token, word);
                    is_whole &= step.is_some();
                    steps.extend(step);
                    continue;
                }
                // Most likely the brace before it is missing.
                Some(word)
                    if self.missing_braces > 0
                        && (self.begins_statement(token) || words::begins_item(word)) =>
                {
                    self.report_unclosed(open);
                    return (steps, false);
                }
                Some(word) if self.begins_statement(token) => {
                    self.report(errors::misplaced_in_roll(at, word));
                    self.at = self.cut(token.start, Kin::Statement).end;
                }
                Some(word) if words::begins_item(word) => {
                    self.misplaced_item(token, "a `roll`", lost);
                }
                _ => _ = self.unknown_beginning(token, Place::Roll),
            }
            is_whole = false;
        }
    }

    fn roll_step(&mut self, token: Token, word: &str) -> Option<RollStep> {
        let piece = self.cut(token.start, Kin::Statement);
        let next = self
            .token_at(token.end)
            .filter(|next| next.start < piece.end);
        let names = next.filter(|next| match (word, next.kind) {
            ("run", _) => false,
            (_, Kind::Tail | Kind::Text { .. }) => true,
            (_, Kind::Word) => !matches!(self.text_of(*next), "to" | "takes"),
            _ => false,
        });
        if let Some(name) = names.filter(|name| !self.begins_line(name.start)) {
            let at = self.span(name.start..piece.end);
            self.report(errors::named_in_roll(at, word));
            self.at = piece.end;
            return None;
        }
        self.read_or_report(
            Rule::one_roll_step,
            piece,
            Kin::Statement,
            |builder, pair| builder.roll_step(pair),
        )
    }
}

/// Keeps the names that a declaration and its children would have declared.
fn lose(decl: &Decl, lost: &mut Vec<Word>) {
    lost.extend(decl.names.iter().filter_map(first_text));
    for child in &decl.children {
        lose(child, lost);
    }
}
