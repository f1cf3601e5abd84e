//! From a name to where it is declared, and to everything that refers to it.

use super::View;
use super::view::Named;
use crate::sema::{Referent, Thing, used_path};
use crate::source::{FileId, Span};
use crate::syntax::ast::{ItemKind, Use};

impl View {
    /// Where what stands at a place is declared: names, or the beginning of a file that is used.
    pub fn definition(&self, file: FileId, at: usize) -> Vec<Span> {
        if let Some(used) = self.used_file(file, at) {
            return vec![Span::new(used, 0..0)];
        }
        let declared = self.named(file, at).map(|named| named.declared);
        declared
            .unwrap_or_default()
            .into_iter()
            .map(|at| self.declarations[at].span)
            .collect()
    }

    /// The file that a `use "…"` at a place brings.
    fn used_file(&self, file: FileId, at: usize) -> Option<FileId> {
        let items = self
            .index
            .files
            .iter()
            .find(|ast| ast.file == file)?
            .items
            .iter();
        let used = items.filter_map(|item| match &item.kind {
            ItemKind::Use(Use::File(word)) => Some(word),
            _ => None,
        });
        let word = used.into_iter().find(|word| {
            let range = word.span.range();
            range.start <= at && at <= range.end
        })?;
        let user = self.map().name_of(file);
        let path = used_path(user, &word.text)?;
        self.file(&path)
    }

    /// Everything that refers to what stands at a place, and with `declaration` where that is declared, in order.
    pub fn references(&self, file: FileId, at: usize, declaration: bool) -> Vec<Span> {
        let Some(Named { declared, .. }) = self.named(file, at) else {
            return Vec::new();
        };
        self.references_to(&declared, declaration)
    }

    /// Everything that refers to what some declarations declare.
    pub(super) fn references_to(&self, declared: &[usize], declaration: bool) -> Vec<Span> {
        let mut found = Vec::new();
        if declaration {
            found.extend(declared.iter().map(|at| self.declarations[*at].span));
        }
        let wanted: Vec<Span> = declared
            .iter()
            .map(|at| self.declarations[*at].span)
            .collect();
        for (span, referent) in &self.index.references {
            match referent {
                Referent::Declared(name) if wanted.contains(name) => found.push(*span),
                Referent::Declared(_) => {}
                Referent::Things(things) => found.extend(self.part_for(*span, things, declared)),
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The part of a path that names what one of the declarations declares: the last one, or one before for a place.
    fn part_for(&self, span: Span, things: &[Thing], declared: &[usize]) -> Option<Span> {
        let is_declared =
            |thing: &Thing| self.maker(*thing).is_some_and(|at| declared.contains(&at));
        let parts = self.parts(span);
        let mut things = things.to_vec();
        for part in parts.iter().rev() {
            if things.iter().any(is_declared) {
                return Some(Span::new(span.file, part.clone()));
            }
            things = self.around(&things);
            if things.is_empty() {
                break;
            }
        }
        None
    }
}
