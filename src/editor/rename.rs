//! Another name for something, in all files that name it.

use super::View;
use super::declarations::DeclarationKind;
use crate::source::{FileId, Span};
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
        Ok(edits)
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

/// A name as it is written, with quotes where it needs them or had them.
fn spelled(name: &str, is_quoted: bool) -> String {
    if is_name(name) && !is_quoted {
        return name.to_owned();
    }
    let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}
