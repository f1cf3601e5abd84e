//! Everything that files declare, with its documentation.

use crate::source::Span;
use crate::syntax::ast::{
    Ast, Binding, Class, ClassKind, Decl, DeclKind, Item, ItemKind, Names, Part, Plan, Word,
};

/// Something that has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// What it is.
    pub kind: DeclarationKind,
    /// Its name as it is written: `web[1..48]`.
    pub name: String,
    /// The same without what is in brackets behind it: what a rename changes.
    pub word: Word,
    /// Where its name stands.
    pub span: Span,
    /// Where the names of its sentence stand, all together: by that place a thing knows its declaration.
    pub names: Span,
    /// Its whole sentence.
    pub whole: Span,
    /// Its documentation.
    pub doc: Option<String>,
    /// The declaration in whose braces it stands.
    pub parent: Option<usize>,
}

/// What is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclarationKind {
    /// A site, rack, switch, server or VM.
    Thing(DeclKind),
    /// A constant.
    Constant,
    /// A set.
    Set,
    /// A class.
    Class(ClassKind),
    /// A plan.
    Plan,
    /// A loop variable.
    Variable,
}

impl DeclarationKind {
    /// What it is, in words.
    pub fn words(self) -> &'static str {
        use DeclarationKind::*;
        match self {
            Thing(DeclKind::Site) => "site",
            Thing(DeclKind::Rack) => "rack",
            Thing(DeclKind::Switch) => "switch",
            Thing(DeclKind::Server) => "server",
            Thing(DeclKind::Vm) => "vm",
            Constant => "let",
            Set => "set",
            Class(ClassKind::Server) => "class server",
            Class(ClassKind::Vm) => "class vm",
            Class(ClassKind::Link) => "class link",
            Class(ClassKind::Switch) => "class switch",
            Plan => "plan",
            Variable => "for",
        }
    }
}

/// All declarations of the files, in order.
pub fn declarations(files: &[Ast], snippet: impl Fn(Span) -> String) -> Vec<Declaration> {
    let mut all = Collector {
        snippet: &snippet,
        found: Vec::new(),
    };
    for item in files.iter().flat_map(|file| &file.items) {
        all.item(item);
    }
    all.found
}

struct Collector<'s> {
    snippet: &'s dyn Fn(Span) -> String,
    found: Vec<Declaration>,
}

impl Collector<'_> {
    fn item(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Let { name, .. } => self.word(DeclarationKind::Constant, name, item),
            ItemKind::Set { name, .. } => self.word(DeclarationKind::Set, name, item),
            ItemKind::Class(Class { kind, name, .. }) => {
                self.word(DeclarationKind::Class(*kind), name, item);
            }
            ItemKind::Plan(plan) => self.plan(plan, item),
            ItemKind::Traffic { bindings, .. } => self.variables(bindings, item.span, None),
            ItemKind::Decl(decl) => self.decl(decl, None),
            _ => {}
        }
    }

    fn word(&mut self, kind: DeclarationKind, word: &Word, item: &Item) {
        self.found.push(Declaration {
            kind,
            name: (self.snippet)(word.span),
            word: word.clone(),
            span: word.span,
            names: word.span,
            whole: item.span,
            doc: item.doc.clone(),
            parent: None,
        });
    }

    fn plan(&mut self, plan: &Plan, item: &Item) {
        let at = self.found.len();
        self.word(DeclarationKind::Plan, &plan.name, item);
        for statement in &plan.statements {
            self.variables(&statement.bindings, statement.span, Some(at));
        }
    }

    /// The variables of a `for`, which are known in all that it is written behind.
    fn variables(&mut self, bindings: &[Binding], whole: Span, parent: Option<usize>) {
        for binding in bindings {
            let variable = Item {
                span: binding.span,
                doc: None,
                kind: ItemKind::Broken { names: Vec::new() },
            };
            self.word(DeclarationKind::Variable, &binding.name, &variable);
            if let Some(variable) = self.found.last_mut() {
                (variable.parent, variable.whole) = (parent, whole);
            }
        }
    }

    fn decl(&mut self, decl: &Decl, parent: Option<usize>) {
        let (Some(first), Some(last)) = (decl.names.first(), decl.names.last()) else {
            return;
        };
        let at = self.found.len();
        for names in &decl.names {
            let Some(word) = first_word(names) else {
                continue;
            };
            self.found.push(Declaration {
                kind: DeclarationKind::Thing(decl.kind),
                name: (self.snippet)(names.span),
                word: word.clone(),
                span: names.span,
                names: first.span.to(last.span),
                whole: decl.span,
                doc: decl.doc.clone(),
                parent,
            });
        }
        for child in &decl.children {
            self.decl(child, Some(at));
        }
    }
}

fn first_word(names: &Names) -> Option<&Word> {
    match names.segments.first()?.parts.first()? {
        Part::Text { word, .. } => Some(word),
        Part::Indices { .. } => None,
    }
}
