//! Another name for something, in all files that name it.

use std::collections::BTreeMap;

use super::View;
use super::declarations::{Declaration, DeclarationKind};
use crate::diag::{Diagnostic, Severity};
use crate::sema::quantity::Quantity;
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
        let Some(&only) = declared.first() else {
            return Err(NoRename::NoName);
        };
        let edits = self.edits(only, name)?;
        if !(self.is_apart(only, &edits) && self.is_fresh(name)) {
            self.try_out(only, name, &edits)?;
        }
        Ok(edits)
    }

    /// Everything that names a declaration, with another name.
    fn edits(&self, only: usize, name: &str) -> Result<Vec<Edit>, NoRename> {
        let mut edits = Vec::new();
        let declaration = &self.declarations[only];
        let old = &declaration.word.text;
        let is_class = matches!(declaration.kind, DeclarationKind::Class(_));
        for span in self.references_to(&[only], true) {
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

    /// Whether nothing that names a declaration names another one as well: `db[1..3]` may be what `vm db[1..2], db3` declares.
    fn is_apart(&self, declared: usize, edits: &[Edit]) -> bool {
        let mut named = edits
            .iter()
            .map(|edit| self.named(edit.span.file, edit.span.range().start));
        named.all(|named| named.is_some_and(|named| named.declared == [declared]))
    }

    /// Whether nothing begins with a name, neither what is written nor what has been made of that: whatever has the name, or has it
    /// with an index behind it, is then what is renamed, and nothing has to be tried out. False where that is not clear, as for
    /// words of the language and units, whose place decides, for what may be a time zone, and where `like` asks how names look.
    fn is_fresh(&self, name: &str) -> bool {
        let grammar = include_str!("../../grammar/mvm.pest");
        let is_clear = is_name(name)
            && name.contains(|c: char| c.is_ascii_lowercase())
            && !words(grammar).any(|word| word == name)
            && Quantity::from_number("1", Some(name)).is_err();
        let (map, datacenter) = (self.map(), &self.checked.analysis.datacenter);
        let own = map
            .ids()
            .filter(|file| !map.name_of(*file).starts_with("<std>"));
        let mut written = own.flat_map(|file| words(map.text(file)));
        let declared = self.declarations.iter().map(|it| &it.word.text);
        let switches = datacenter.switches.iter().map(|it| &it.name);
        let servers = datacenter.servers.iter().map(|it| &it.name);
        let vms = datacenter.vms.iter().map(|it| &it.name);
        let mut made = declared.chain(switches).chain(servers).chain(vms);
        is_clear
            && written.all(|word| !word.starts_with(name) && word != "like")
            && made.all(|text| !words(text).any(|word| word.starts_with(name)))
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

/// The words of a text, wherever they stand.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(examples: &mut Texts, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("it is a folder") {
            let path = entry.expect("it is readable").path();
            if path.is_dir() {
                read(examples, &path);
            } else if path.extension().is_some_and(|extension| extension == "mvm") {
                let text = std::fs::read_to_string(&path).expect("it is text");
                let path = path.to_string_lossy().into_owned();
                examples.0.insert(path, text);
            }
        }
    }

    /// A name that is fresh is not tried out: everything that the examples declare can have one.
    #[test]
    fn what_is_fresh_breaks_nothing() {
        let (mut renamed, mut taken) = (0, 0);
        let mut examples = Texts(BTreeMap::new());
        read(
            &mut examples,
            Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")),
        );
        for name in examples.0.keys() {
            let view = View::new(name, &examples);
            for (at, declaration) in view.declarations.iter().enumerate() {
                let span = declaration.span;
                if view.renameable(span.file, span.range().start).is_err() {
                    continue;
                }
                for new in ["afresh", "s1"] {
                    let Ok(edits) = view.edits(at, new) else {
                        continue;
                    };
                    match view.is_apart(at, &edits) && view.is_fresh(new) {
                        true => {
                            renamed += 1;
                            assert_eq!(view.try_out(at, new, &edits), Ok(()), "{name}: {new}");
                        }
                        false => taken += usize::from(view.try_out(at, new, &edits).is_err()),
                    }
                }
            }
        }
        assert!(
            renamed > 100 && taken > 10,
            "{renamed} renamed, {taken} taken"
        );
    }
}
