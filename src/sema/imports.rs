//! Files: reads the entry, what it uses and the standard library, each once, and parses them.
//!
//! Paths are confined to the project's root, which is the loader's.

use std::collections::BTreeSet;

use super::errors::files as errors;
use super::sink::Sink;
use super::stdlib;
use crate::diag::Code;
use crate::source::{FileId, Loader, SourceMap, Span};
use crate::syntax;
use crate::syntax::ast::{Ast, ItemKind, Use};

/// Bytes of the largest file that is read.
const MAX_BYTES: usize = 64 << 20;

/// Files of the largest project.
const MAX_FILES: usize = 1_000;

/// How many files may use one another in a chain; it bounds the recursion.
const MAX_CHAIN: usize = 64;

/// What a file is to the compilation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The file that was asked for: its plans count.
    Entry,
    /// A file that another one uses.
    Used,
    /// A module of the standard library, such as `std.server`.
    Library(&'static str),
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct File {
    /// Its tree.
    pub ast: Ast,
    /// What it is to the compilation.
    pub role: Role,
}

/// All files of a compilation.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// The standard library, then each file after those that it uses: the entry is the last one.
    pub files: Vec<File>,
    /// Whether some file could not be had, so that names may be missing for no other reason.
    pub incomplete: bool,
}

/// Reads and parses all files.
pub(super) fn load(
    entry: &str,
    loader: &dyn Loader,
    map: &mut SourceMap,
    sink: &mut Sink,
) -> Files {
    let mut reader = Reader {
        loader,
        map,
        sink,
        chain: Vec::new(),
        done: BTreeSet::new(),
        loaded: Files::default(),
    };
    reader.visit(entry.to_owned(), None);
    let mut loaded = reader.loaded;
    let library = stdlib::MODULES.iter().map(|module| {
        let id = map.add(module.file, module.text);
        let (ast, diagnostics) = syntax::parse(id, map.text(id));
        sink.extend(diagnostics);
        File {
            ast,
            role: Role::Library(module.name),
        }
    });
    loaded.files.splice(0..0, library);
    loaded
}

struct Reader<'r> {
    loader: &'r dyn Loader,
    map: &'r mut SourceMap,
    sink: &'r mut Sink,
    /// The files that are being read, each used by the one before it.
    chain: Vec<String>,
    /// The files that were read, or could not be.
    done: BTreeSet<String>,
    loaded: Files,
}

impl Reader<'_> {
    /// Reads the file at `path` and what it uses. `user` is the place that names it; None for the entry.
    fn visit(&mut self, path: String, user: Option<Span>) {
        let Some(id) = self.read(&path, user) else {
            self.loaded.incomplete = true;
            return;
        };
        let (ast, diagnostics) = syntax::parse(id, self.map.text(id));
        // What was not read may have declared any name.
        self.loaded.incomplete |= diagnostics
            .iter()
            .any(|d| matches!(d.code, Code::TooManyErrors | Code::TooLarge));
        self.sink.extend(diagnostics);
        self.chain.push(path);
        let mut before = Span::new(id, 0..0);
        for item in &ast.items {
            match &item.kind {
                ItemKind::Use(Use::File(word)) => self.follow(&word.text, word.span),
                ItemKind::Broken { .. } if self.is_import(before, item.span) => {
                    // It may have brought any name.
                    self.loaded.incomplete = true;
                }
                _ => {}
            }
            before = item.span;
        }
        self.chain.pop();
        let role = match user {
            None => Role::Entry,
            Some(_) => Role::Used,
        };
        self.loaded.files.push(File { ast, role });
    }

    /// Whether the text that could not be read, between an item and the place behind itself, is an import.
    fn is_import(&self, before: Span, behind: Span) -> bool {
        let text = Span::new(behind.file, before.range().end..behind.range().end);
        let mut lines = self.map.snippet(text).lines();
        lines.any(|line| line.trim_start().starts_with("use "))
    }

    /// Reads what the file on top of the chain uses under the name `written`.
    fn follow(&mut self, written: &str, place: Span) {
        let user = self.chain.last().map_or("", String::as_str);
        let path = match resolve(user, written) {
            Ok(path) => path,
            Err(reason) => {
                self.sink.push(errors::outside(place, written, reason));
                self.loaded.incomplete = true;
                return;
            }
        };
        if let Some(at) = self.chain.iter().position(|file| *file == path) {
            self.sink.push(errors::cycle(place, &self.chain[at..]));
        } else if self.chain.len() >= MAX_CHAIN {
            self.sink.push(errors::chain_too_long(place, MAX_CHAIN));
            self.loaded.incomplete = true;
        } else if self.done.len() >= MAX_FILES {
            self.sink.push(errors::too_many_files(place, MAX_FILES));
            self.loaded.incomplete = true;
        } else if !self.done.contains(&path) {
            self.done.insert(path.clone());
            self.visit(path, Some(place));
        }
    }

    /// The text of a file, added to the map.
    fn read(&mut self, path: &str, user: Option<Span>) -> Option<FileId> {
        let shown = self.loader.shown(path);
        let bytes = match self.loader.load(path) {
            Ok(bytes) => bytes,
            Err(reason) => {
                self.sink.push(errors::not_read(user, &shown, &reason));
                return None;
            }
        };
        if bytes.len() > MAX_BYTES {
            self.sink.push(errors::too_large(user, &shown, MAX_BYTES));
            return None;
        }
        match String::from_utf8(bytes) {
            Ok(text) => Some(self.map.add(shown, text)),
            Err(error) => {
                self.sink.push(invalid_utf8(self.map, &shown, error));
                None
            }
        }
    }
}

/// Adds the file as far as it is text, and reports its first bad byte there.
fn invalid_utf8(
    map: &mut SourceMap,
    shown: &str,
    error: std::string::FromUtf8Error,
) -> crate::diag::Diagnostic {
    let at = error.utf8_error().valid_up_to();
    let bytes = error.into_bytes();
    let byte = bytes[at];
    // Up to the bad byte the lossy text is the same; the map drops a byte order mark.
    let bom = if bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let id = map.add(shown, String::from_utf8_lossy(&bytes));
    let start = at - bom;
    let span = Span::new(id, start..start + char::REPLACEMENT_CHARACTER.len_utf8());
    errors::invalid_utf8(span, shown, byte)
}

/// Why a path cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It names no file.
    Empty,
    /// It begins at the root of a file system.
    Absolute,
    /// It holds `\`, or another character that no portable path has.
    Character(char),
    /// It leads above the project's root.
    Above,
}

/// The path, from the project's root, of what the file at `user` calls `written`; None where that cannot be one.
pub fn used_path(user: &str, written: &str) -> Option<String> {
    resolve(user, written).ok()
}

/// The same, with why it cannot.
fn resolve(user: &str, written: &str) -> Result<String, Refusal> {
    if let Some(bad) = written.chars().find(|c| *c == '\\' || c.is_control()) {
        return Err(Refusal::Character(bad));
    }
    let drive = written.len() >= 2 && written.as_bytes()[1] == b':';
    if written.starts_with('/') || drive {
        return Err(Refusal::Absolute);
    }
    let mut parts: Vec<&str> = user.split('/').collect();
    parts.pop();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(Refusal::Above)?;
            }
            part => parts.push(part),
        }
    }
    match written.rsplit('/').next() {
        None | Some("" | "." | "..") => Err(Refusal::Empty),
        Some(_) => Ok(parts.join("/")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_user_and_stay_inside_the_root() {
        let ok = |user, written| resolve(user, written).map_err(|_| ());
        assert_eq!(ok("plan.mvm", "inv.mvm"), Ok("inv.mvm".into()));
        assert_eq!(ok("a/b/plan.mvm", "./../inv.mvm"), Ok("a/inv.mvm".into()));
        assert_eq!(ok("a/plan.mvm", "c//d.mvm"), Ok("a/c/d.mvm".into()));
        assert_eq!(resolve("a/p.mvm", "../../x.mvm"), Err(Refusal::Above));
        assert_eq!(resolve("p.mvm", "a/../../p.mvm"), Err(Refusal::Above));
        assert_eq!(resolve("p.mvm", "/etc/passwd"), Err(Refusal::Absolute));
        assert_eq!(resolve("p.mvm", "C:x.mvm"), Err(Refusal::Absolute));
        assert_eq!(resolve("p.mvm", "a\\b"), Err(Refusal::Character('\\')));
        assert_eq!(resolve("p.mvm", "a\0b"), Err(Refusal::Character('\0')));
        assert_eq!(resolve("p.mvm", ""), Err(Refusal::Empty));
        assert_eq!(resolve("p.mvm", "a/.."), Err(Refusal::Empty));
    }
}
