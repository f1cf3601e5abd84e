//! The items of a file, one after the other.

use super::build::Builder;
use super::diagnose::Place;
use super::grammar::Rule;
use super::pieces::{Kin, Piece};
use super::scan::{Kind, Token};
use super::{Reader, words};
use crate::syntax::ast::*;
use crate::syntax::errors;

impl<'t> Reader<'t> {
    pub(super) fn builder(&self, piece: Piece) -> Builder {
        Builder {
            file: self.file,
            base: piece.start,
        }
    }

    /// All items up to the end of the file.
    pub(super) fn items(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        while let Some(token) = self.peek() {
            let mut lost = Vec::new();
            let item = self.item(token, &mut lost);
            let broken = match &item {
                None => Some(self.span(token.start..self.at.max(token.end))),
                // What was lost inside an item stands behind it, so that items stay in order.
                Some(item) if !lost.is_empty() => {
                    let end = item.span.range().end;
                    Some(self.span(end..end))
                }
                Some(_) => None,
            };
            items.extend(item);
            items.extend(broken.map(|span| Item {
                span,
                doc: None,
                kind: ItemKind::Broken { names: lost },
            }));
        }
        items
    }

    /// The item that begins at `token`. Names that it would declare, were it not broken, go to `lost`.
    fn item(&mut self, token: Token, lost: &mut Vec<Word>) -> Option<Item> {
        let doc = self.doc_before(token.start);
        let kind = match self.word(token) {
            Some("class") => self.class(token, lost),
            Some("plan") => self.plan(token, lost),
            Some(word) if words::is_decl(word) => {
                let decl = self.decl(token, lost)?;
                return Some(Item {
                    span: decl.span,
                    doc: decl.doc.clone(),
                    kind: ItemKind::Decl(decl),
                });
            }
            Some(word) if words::begins_item(word) => self.simple_item(token, word, lost),
            _ => {
                self.no_item(token, lost);
                None
            }
        }?;
        Some(Item {
            span: self.span(token.start..self.at),
            doc,
            kind,
        })
    }

    /// `use`, `let`, `set`, `route` or `command`.
    fn simple_item(&mut self, token: Token, word: &str, lost: &mut Vec<Word>) -> Option<ItemKind> {
        let kin = if word == "use" { Kin::Use } else { Kin::Item };
        let piece = self.cut(token.start, kin);
        let kind = self.read_or_report(Rule::one_item, piece, kin, |builder, pair| {
            builder.item(pair)
        });
        if kind.is_none() {
            self.lose_names(token, lost);
        }
        kind
    }

    fn class(&mut self, token: Token, lost: &mut Vec<Word>) -> Option<ItemKind> {
        let piece = self.cut(token.start, Kin::Item);
        let head = self.read_or_report(Rule::one_class_head, piece, Kin::Item, |builder, pair| {
            builder.class_head(pair)
        });
        let mut body = self.empty_decl(token);
        let mut is_whole = head.is_some();
        match self.peek().filter(|token| token.kind == Kind::Open(b'{')) {
            Some(open) => is_whole &= self.body(open, token, &mut body, lost),
            None if head.is_some() => {
                self.report_missing_brace(piece, "class");
                is_whole = false;
            }
            None => {}
        }
        for child in &body.children {
            self.report(errors::misplaced_in_class(child.span));
        }
        let class = head.filter(|_| is_whole && body.children.is_empty());
        if class.is_none() {
            self.lose_names(token, lost);
        }
        Some(ItemKind::Class(Class {
            properties: body.properties,
            ..class?
        }))
    }

    fn plan(&mut self, token: Token, lost: &mut Vec<Word>) -> Option<ItemKind> {
        let piece = self.cut(token.start, Kin::Item);
        let name = self.read_or_report(Rule::one_plan_head, piece, Kin::Item, |builder, pair| {
            builder.plan_head(pair)
        });
        let open = self.peek().filter(|token| token.kind == Kind::Open(b'{'));
        if open.is_none() && name.is_some() {
            self.report_missing_brace(piece, "plan");
        }
        let statements = open.map(|open| self.statements(open, lost));
        if name.is_none() || statements.is_none() {
            self.lose_names(token, lost);
        }
        let (name, reverses) = name?;
        Some(ItemKind::Plan(Plan {
            name,
            reverses,
            statements: statements?,
        }))
    }

    pub(super) fn report_missing_brace(&mut self, piece: Piece, what: &str) {
        let found = self.token_at(piece.end);
        let at = found.map_or(piece.end..piece.end, |token| token.start..token.end);
        let found = found.map(|token| self.text_of(token));
        self.report(errors::missing_brace(self.span(at), what, found));
    }

    /// Text that begins no item. What stands in braces behind it is read as what was likely meant.
    fn no_item(&mut self, token: Token, lost: &mut Vec<Word>) {
        let meant = self.unknown_beginning(token, Place::File);
        self.behind_unknown(token, meant, lost);
    }

    /// Goes behind the braces of a word that begins nothing, if there are any.
    pub(super) fn behind_unknown(
        &mut self,
        token: Token,
        meant: Option<&'static str>,
        lost: &mut Vec<Word>,
    ) {
        // `servr s1`: a word that begins nothing, and most likely the name of what it was to declare.
        if token.kind == Kind::Word && !self.begins_statement(token) {
            lost.extend(self.token_at(token.end).and_then(|name| self.name(name)));
        }
        let Some(open) = self.peek().filter(|token| token.kind == Kind::Open(b'{')) else {
            return;
        };
        match meant {
            Some("plan") => {
                self.statements(open, lost);
            }
            Some(word) if words::is_decl(word) => {
                let mut unknown = self.empty_decl(token);
                self.body(open, token, &mut unknown, lost);
            }
            _ => self.skip_open_brace(),
        }
    }

    /// A declaration of nothing, to hold what stands in braces.
    pub(super) fn empty_decl(&self, token: Token) -> Decl {
        Decl {
            span: self.span(token.start..token.end),
            doc: None,
            kind: DeclKind::Vm,
            names: Vec::new(),
            classes: Vec::new(),
            properties: Vec::new(),
            children: Vec::new(),
        }
    }
}
