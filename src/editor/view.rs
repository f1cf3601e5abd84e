//! What is known of a file and all that it uses, as of one moment.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::colour::Colour;
use super::declarations::{Declaration, DeclarationKind, declarations};
use crate::compile::{Checked, check_indexed};
use crate::diag::Diagnostic;
use crate::sema::{Index, Referent, Thing};
use crate::source::{FileId, Loader, SourceMap, Span};
use crate::syntax::lexeme::Lexeme;

/// What is known of a file and all that it uses.
pub struct View {
    /// What the compiler says.
    pub(super) checked: Checked,
    pub(super) index: Index,
    /// Everything that is declared, in order.
    pub(super) declarations: Vec<Declaration>,
    /// Indices of the declarations, by where the names of their sentence stand.
    by_names: BTreeMap<Span, Vec<usize>>,
    /// Indices of the declarations, by where their name stands.
    by_span: BTreeMap<Span, usize>,
    /// The tokens of the entry, once somebody has asked for them.
    pub(super) cut: OnceLock<Vec<Lexeme>>,
    /// The colours of the entry, once somebody has asked for them.
    pub(super) painted: OnceLock<Vec<(Range<usize>, Colour)>>,
    /// The layout of the entry, once somebody has asked for it.
    pub(super) laid: OnceLock<String>,
}

/// What a name under the cursor is.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// Where it stands: of a path only the part under the cursor.
    pub span: Span,
    /// Its declarations.
    pub declared: Vec<usize>,
    /// The things that it refers to, where it does.
    pub things: Vec<Thing>,
}

impl View {
    /// Checks a file; `entry` and the names of files are paths from the loader's root.
    pub fn new(entry: &str, loader: &dyn Loader) -> View {
        let (checked, index) = check_indexed(entry, loader);
        let snippet = |span| checked.map.snippet(span).to_owned();
        let declarations = declarations(&index.files, snippet);
        let mut by_names: BTreeMap<Span, Vec<usize>> = BTreeMap::new();
        let mut by_span = BTreeMap::new();
        for (at, declaration) in declarations.iter().enumerate() {
            by_names.entry(declaration.names).or_default().push(at);
            by_span.insert(declaration.span, at);
        }
        View {
            checked,
            index,
            declarations,
            by_names,
            by_span,
            cut: OnceLock::new(),
            painted: OnceLock::new(),
            laid: OnceLock::new(),
        }
    }

    /// The texts as they were.
    pub fn map(&self) -> &SourceMap {
        &self.checked.map
    }

    /// The compiler's result.
    pub fn checked(&self) -> &Checked {
        &self.checked
    }

    /// A file that was read, by its path from the root; those of the standard library are called `<std>/…`.
    pub fn file(&self, path: &str) -> Option<FileId> {
        let map = self.map();
        map.ids().find(|file| map.name_of(*file) == path)
    }

    /// What is wrong, in all files, also why plans are impossible as far as that is known without a search.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut all = self.checked.impossible();
        all.extend_from_slice(&self.checked.diagnostics);
        all
    }

    /// A declaration.
    pub fn declaration(&self, at: usize) -> &Declaration {
        &self.declarations[at]
    }

    /// The declaration whose name stands at a place.
    pub(super) fn declared_at(&self, name: Span) -> Option<usize> {
        self.by_span.get(&name).copied()
    }

    /// The innermost key that holds a place.
    pub(super) fn innermost<T>(
        table: &BTreeMap<Span, T>,
        file: FileId,
        at: usize,
    ) -> Option<(Span, &T)> {
        let up_to = Span::new(file, at..usize::try_from(u32::MAX).unwrap_or(at));
        let holds =
            |span: &Span| span.file == file && span.range().start <= at && at <= span.range().end;
        // Sentences are short and names hardly ever nest: the nearest few before the place are enough.
        let near = table.range(..=up_to).rev().take(64);
        near.filter(|(span, _)| holds(span))
            .min_by_key(|(span, _)| span.range().len())
            .map(|(span, value)| (*span, value))
    }

    /// The name at a place.
    pub(super) fn named(&self, file: FileId, at: usize) -> Option<Named> {
        if let Some((span, &declared)) = Self::innermost(&self.by_span, file, at)
            && Self::innermost(&self.index.references, file, at)
                .is_none_or(|(inner, _)| inner.range().len() >= span.range().len())
        {
            return Some(Named {
                span,
                declared: vec![declared],
                things: self.things_of(declared),
            });
        }
        let (span, referent) = Self::innermost(&self.index.references, file, at)?;
        match referent {
            Referent::Declared(declared) => Some(Named {
                span,
                declared: vec![*self.by_span.get(declared)?],
                things: self.set_at(*declared),
            }),
            Referent::Things(things) => {
                let parts = self.parts(span);
                let index = parts.iter().position(|part| at <= part.end)?;
                let things = self.lifted(things, parts.len() - 1 - index);
                Some(Named {
                    span: Span::new(file, parts[index].clone()),
                    declared: self.declared_by(&things),
                    things,
                })
            }
        }
    }

    /// The members of a set that is declared by the name at a place.
    fn set_at(&self, name: Span) -> Vec<Thing> {
        let Some(&declared) = self.by_span.get(&name) else {
            return Vec::new();
        };
        let declaration = &self.declarations[declared];
        let inside = |span: &Span| {
            span.file == name.file && span.start >= name.end && span.end <= declaration.whole.end
        };
        let sets = self
            .index
            .sets
            .range(name..)
            .take_while(|(span, _)| inside(span) || **span == name);
        let widest = sets.max_by_key(|(span, _)| span.range().len());
        match declaration.kind {
            DeclarationKind::Set => widest.map_or(Vec::new(), |(_, members)| members.clone()),
            _ => Vec::new(),
        }
    }

    /// The things, or the places around them so many levels up.
    fn lifted(&self, things: &[Thing], levels: usize) -> Vec<Thing> {
        (0..levels).fold(things.to_vec(), |things, _| self.around(&things))
    }

    /// The places around things.
    pub(super) fn around(&self, things: &[Thing]) -> Vec<Thing> {
        let datacenter = &self.checked.analysis.datacenter;
        let parents = things.iter().filter_map(|thing| match thing {
            Thing::Server(id) => datacenter[*id].parent,
            Thing::Switch(id) => datacenter[*id].parent,
            Thing::Vm(_) => None,
        });
        let mut places: Vec<Thing> = parents.map(Thing::Switch).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Where the parts between the dots of a reference stand.
    pub(super) fn parts(&self, span: Span) -> Vec<Range<usize>> {
        let text = self.map().snippet(span);
        let (mut depth, mut quoted, mut start) = (0_usize, false, 0);
        let mut parts = Vec::new();
        for (at, c) in text.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '[' if !quoted => depth += 1,
                ']' if !quoted => depth = depth.saturating_sub(1),
                '.' if !quoted && depth == 0 => {
                    parts.push(start..at);
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(start..text.len());
        let base = span.range().start;
        parts
            .into_iter()
            .map(|part| base + part.start..base + part.end)
            .collect()
    }

    /// The declarations that made things, in order.
    pub(super) fn declared_by(&self, things: &[Thing]) -> Vec<usize> {
        let mut declared: Vec<usize> = things
            .iter()
            .filter_map(|thing| self.maker(*thing))
            .collect();
        declared.sort_unstable();
        declared.dedup();
        declared
    }

    /// The declaration that made a thing.
    pub(super) fn maker(&self, thing: Thing) -> Option<usize> {
        let datacenter = &self.checked.analysis.datacenter;
        let (origin, name) = match thing {
            Thing::Switch(id) => (datacenter[id].origin, &datacenter[id].name),
            Thing::Server(id) => (datacenter[id].origin, &datacenter[id].name),
            Thing::Vm(id) => (datacenter[id].origin, &datacenter[id].name),
        };
        let candidates = self.by_names.get(&origin?)?;
        if let [only] = candidates.as_slice() {
            return Some(*only);
        }
        // `vm a, ab[1..2]`: the longest word that the thing's own name begins with.
        let begins = |&&at: &&usize| {
            let word = &self.declarations[at].word.text;
            name.starts_with(word.as_str())
                || name.rsplit('.').any(|own| own.starts_with(word.as_str()))
        };
        let fitting = candidates.iter().filter(begins);
        fitting
            .max_by_key(|at| self.declarations[**at].word.text.len())
            .copied()
    }

    /// The things that a declaration made.
    pub(super) fn things_of(&self, declared: usize) -> Vec<Thing> {
        let declaration = &self.declarations[declared];
        let datacenter = &self.checked.analysis.datacenter;
        if let DeclarationKind::Set = declaration.kind {
            return self.set_at(declaration.span);
        }
        if !matches!(declaration.kind, DeclarationKind::Thing(_)) {
            return Vec::new();
        }
        let names = Some(declaration.names);
        let switches = (0..)
            .map(crate::datacenter::SwitchId)
            .zip(&datacenter.switches);
        let servers = (0..)
            .map(crate::datacenter::ServerId)
            .zip(&datacenter.servers);
        let vms = (0..).map(crate::datacenter::VmId).zip(&datacenter.vms);
        let things = switches
            .filter(|(_, s)| s.origin == names)
            .map(|(id, _)| Thing::Switch(id));
        let things = things.chain(
            servers
                .filter(|(_, s)| s.origin == names)
                .map(|(id, _)| Thing::Server(id)),
        );
        let things = things.chain(
            vms.filter(|(_, v)| v.origin == names)
                .map(|(id, _)| Thing::Vm(id)),
        );
        things
            .filter(|thing| self.maker(*thing) == Some(declared))
            .collect()
    }

    /// The full name of a thing.
    pub(super) fn name_of(&self, thing: Thing) -> &str {
        let datacenter = &self.checked.analysis.datacenter;
        match thing {
            Thing::Switch(id) => &datacenter[id].name,
            Thing::Server(id) => &datacenter[id].name,
            Thing::Vm(id) => &datacenter[id].name,
        }
    }
}
