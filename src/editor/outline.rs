//! What a file declares, and what its sets come to.

use super::View;
use super::declarations::{Declaration, DeclarationKind};
use crate::show::show_count;
use crate::source::{FileId, Span};

/// A declaration in the outline of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// What it is.
    pub kind: DeclarationKind,
    /// Its name as it is written.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// Its whole sentence.
    pub whole: Span,
    /// What it declares in its braces.
    pub children: Vec<Outline>,
}

/// A few words behind a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The place, in its file.
    pub at: usize,
    /// The words.
    pub text: String,
}

impl View {
    /// What a file declares, in order.
    pub fn outline(&self, file: FileId) -> Vec<Outline> {
        let is_shown = |declaration: &&Declaration| {
            declaration.span.file == file && declaration.kind != DeclarationKind::Variable
        };
        // Parents stand before their children.
        let mut open: Vec<(usize, Outline)> = Vec::new();
        let mut all = Vec::new();
        let close = |open: &mut Vec<(usize, Outline)>, all: &mut Vec<Outline>| {
            if let Some((_, done)) = open.pop() {
                match open.last_mut() {
                    Some((_, parent)) => parent.children.push(done),
                    None => all.push(done),
                }
            }
        };
        for (at, declaration) in self
            .declarations
            .iter()
            .enumerate()
            .filter(|(_, d)| is_shown(d))
        {
            while open
                .last()
                .is_some_and(|(parent, _)| declaration.parent != Some(*parent))
            {
                close(&mut open, &mut all);
            }
            open.push((
                at,
                Outline {
                    kind: declaration.kind,
                    name: declaration.name.clone(),
                    span: declaration.span,
                    whole: declaration.whole,
                    children: Vec::new(),
                },
            ));
        }
        while !open.is_empty() {
            close(&mut open, &mut all);
        }
        all
    }

    /// The sizes of the sets in a range of a file that hold more than one name says.
    pub fn hints(&self, span: Span) -> Vec<Hint> {
        let inside = Span::new(span.file, span.range().start..span.range().start)..;
        let sets = self.index.sets.range(inside);
        let sets = sets.take_while(|(set, _)| set.file == span.file && set.start <= span.end);
        let mut hints: Vec<Hint> = Vec::new();
        for (set, members) in sets {
            let text = self.map().snippet(*set);
            // Ranges in brackets can be read; what a filter leaves cannot.
            if members.is_empty() || !text.contains(' ') {
                continue;
            }
            let kinds: Vec<_> = members.iter().map(std::mem::discriminant).collect();
            let one = match members[0] {
                _ if kinds.iter().any(|kind| *kind != kinds[0]) => "thing",
                crate::sema::Thing::Vm(_) => "VM",
                crate::sema::Thing::Server(_) => "server",
                crate::sema::Thing::Switch(_) => "place",
            };
            let hint = Hint {
                at: set.range().end,
                text: show_count(members.len(), one),
            };
            match hints.last_mut() {
                // The widest of those that end at one place.
                Some(last) if last.at == hint.at => {}
                _ => hints.push(hint),
            }
        }
        hints
    }
}
