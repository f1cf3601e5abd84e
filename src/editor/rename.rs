//! Another name for something, in all files that name it.

use std::collections::BTreeMap;

use super::View;
use super::declarations::{Declaration, DeclarationKind};
use crate::diag::{Diagnostic, Severity};
use crate::source::{FileId, Loader, Span};
use crate::syntax::is_name;

/// A piece of text that takes another's place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What it replaces.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// Why something cannot have another name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRename {
    /// Nothing that is declared has a name there.
    #[error("no name stands here")]
    NoName,
    /// It is the standard library's.
    #[error("the standard library's names stay what they are")]
    Library,
    /// The new name is empty or has a line end.
    #[error("this cannot be a name")]
    BadName,
    /// Some reference spells the name in another way, so that nobody knows what becomes of it.
    #[error("`{0}` refers to it, but does not begin with its name")]
    Spelled(String),
    /// The files would be in error then.
    #[error("then: {0}")]
    Wrong(String),
    /// Something of that name is there already, for some of the places.
    #[error("`{0}` means something else at one of the places already")]
    Taken(String),
}

impl View {
    /// The name at a place that can be changed, without brackets and quotes, and where it stands.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn renameable(&self, file: FileId, at: usize) -> Result<(Span, String), NoRename> {
        let named = self.named(file, at).ok_or(NoRename::NoName)?;
        let &[declared] = named.declared.as_slice() else {
            return Err(NoRename::NoName);
        };
        let declaration = &self.declarations[declared];
        if self
            .map()
            .name_of(declaration.span.file)
            .starts_with("<std>")
        {
            return Err(NoRename::Library);
        }
        let (span, _) = self.word_at(named.span);
        Ok((span, declaration.word.text.clone()))
    }

    /// What has to be changed for another name.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub fn rename(&self, file: FileId, at: usize, name: &str) -> Result<Vec<Edit>, NoRename> {
        self.renameable(file, at)?;
        if name.is_empty() || name.contains(char::is_control) {
            return Err(NoRename::BadName);
        }
        let declared = self
            .named(file, at)
            .map_or(Vec::new(), |named| named.declared);
        let mut edits = Vec::new();
        let Some(&only) = declared.first() else {
            return Err(NoRename::NoName);
        };
        let declaration = &self.declarations[only];
        let old = &declaration.word.text;
        let is_class = matches!(declaration.kind, DeclarationKind::Class(_));
        for span in self.references_to(&declared, true) {
            let (span, word) = self.word_at(span);
            // A class may have come under another name: `use … as`.
            let Some(rest) = word.strip_prefix(old.as_str()) else {
                if is_class {
                    continue;
                }
                return Err(NoRename::Spelled(word));
            };
            let is_quoted = self.map().snippet(span).starts_with('"');
            edits.push(Edit {
                span,
                text: spelled(&format!("{name}{rest}"), is_quoted),
            });
        }
        self.try_out(only, name, &edits)?;
        Ok(edits)
    }

    /// Checks the files as they would be: nothing is wrong that was right, and the same places mean the declaration.
    fn try_out(&self, declared: usize, name: &str, edits: &[Edit]) -> Result<(), NoRename> {
        let map = self.map();
        let texts = map.ids().map(|file| {
            let mut text = map.text(file).to_owned();
            let mut inside: Vec<&Edit> = edits.iter().filter(|e| e.span.file == file).collect();
            inside.sort_by_key(|edit| std::cmp::Reverse(edit.span));
            for edit in inside {
                text.replace_range(edit.span.range(), &edit.text);
            }
            (map.name_of(file).to_owned(), text)
        });
        let after = View::new(&self.checked.source().file, &Texts(texts.collect()));
        let is_error = |d: &&Diagnostic| d.severity() == Severity::Error;
        let before: Vec<&Diagnostic> = self.checked.diagnostics.iter().filter(is_error).collect();
        let wrong: Vec<&Diagnostic> = after.checked.diagnostics.iter().filter(is_error).collect();
        if wrong.len() > before.len() {
            let is_new = |d: &&&Diagnostic| !before.iter().any(|known| known.message == d.message);
            let new = wrong.iter().find(is_new).unwrap_or(&wrong[0]);
            return Err(NoRename::Wrong(new.message.clone()));
        }
        let span = self.declarations[declared].span;
        let moved: i64 = edits
            .iter()
            .filter(|edit| edit.span.file == span.file && edit.span.end <= span.start)
            .map(|edit| edit.text.len() as i64 - edit.span.range().len() as i64)
            .sum();
        let start = i64::from(span.start) + moved;
        let now = after.file(map.name_of(span.file)).and_then(|file| {
            let is_it = |d: &Declaration| d.span.file == file && i64::from(d.span.start) == start;
            after.declarations.iter().position(is_it)
        });
        let uses = self.references_to(&[declared], true).len();
        match now.is_some_and(|now| after.references_to(&[now], true).len() == uses) {
            true => Ok(()),
            false => Err(NoRename::Taken(name.to_owned())),
        }
    }

    /// The first word of a name, with its quotes, and what it says.
    fn word_at(&self, span: Span) -> (Span, String) {
        let text = self.map().snippet(span);
        let end = match text.strip_prefix('"') {
            Some(rest) => rest.find('"').map_or(text.len(), |at| at + 2),
            None => text.find('[').unwrap_or(text.len()),
        };
        let start = span.range().start;
        let word = text[..end].trim_matches('"').to_owned();
        (Span::new(span.file, start..start + end), word)
    }
}

/// Files that are held in memory, by their paths.
struct Texts(BTreeMap<String, String>);

impl Loader for Texts {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        let text = self.0.get(path).map(|text| text.clone().into_bytes());
        text.ok_or_else(|| String::from("there is no such file"))
    }
}

/// A name as it is written, with quotes where it needs them or had them.
fn spelled(name: &str, is_quoted: bool) -> String {
    if is_name(name) && !is_quoted {
        return name.to_owned();
    }
    let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}
