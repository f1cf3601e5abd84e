//! Source files, positions in them, and the one line index.
//!
//! Everything that has a place in a file carries a [`Span`]: a file and a range of bytes.
//! Lines and columns are computed here and nowhere else; the terminal renderers, the JSON
//! output and an editor all ask the same [`SourceMap`].

#[cfg(test)]
pub mod fixture;

pub mod lines;

use std::ops::Range;

use codespan_reporting::files::{Error as FilesError, Files, SimpleFile};

/// Identifies one file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one file: `start <= end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `range` of `file`.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        Span {
            file,
            start: range.start as u32,
            end: range.end as u32,
        }
    }

    /// The bytes of the span within its file.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest span that covers `self` and `other`; `self` when they lie in two files.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// Where the texts of files come from: the disc, an editor's buffers, a test's table.
pub trait Loader {
    /// The bytes of the file at `path`, which is relative to the project's root, has `/` between its
    /// parts and neither `.` nor `..` among them.
    ///
    /// # Errors
    /// Why the file cannot be had, in a few words for people.
    fn load(&self, path: &str) -> Result<Vec<u8>, String>;

    /// The path as messages show it.
    fn shown(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// A place of a diagnostic in lines and columns, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// All files that one compilation has read.
#[derive(Debug, Default, Clone)]
pub struct SourceMap {
    files: Vec<SimpleFile<String, String>>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file under the name that messages show. A byte order mark is dropped.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let mut text = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        self.files.push(SimpleFile::new(name.into(), text));
        FileId(self.files.len() as u32 - 1)
    }

    /// The name under which the file was added.
    pub fn name_of(&self, file: FileId) -> &str {
        self.files[file.0 as usize].name()
    }

    /// That name from the project's root on, which messages show as `root`.
    pub fn name_in(&self, file: FileId, root: &str) -> &str {
        let name = self.name_of(file);
        name.strip_prefix(root).unwrap_or(name)
    }

    /// The text of a file.
    pub fn text(&self, file: FileId) -> &str {
        self.files[file.0 as usize].source()
    }

    /// The text under a span.
    pub fn snippet(&self, span: Span) -> &str {
        let span = self.clamp(span);
        &self.text(span.file)[span.range()]
    }

    /// The files in the order in which they were added.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len() as u32).map(FileId)
    }

    /// The span moved to character boundaries inside the file, so that no renderer can fail on it.
    pub fn clamp(&self, span: Span) -> Span {
        let text = self.text(span.file);
        let floor = |at: u32| {
            let mut at = (at as usize).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(span.start);
        let end = floor(span.end).max(start);
        Span::new(span.file, start..end)
    }

    /// Line and column of the start of a span.
    pub fn position(&self, span: Span) -> Position {
        let span = self.clamp(span);
        match self.location(span.file, span.range().start) {
            Ok(at) => Position {
                line: at.line_number,
                column: at.column_number,
            },
            Err(_) => Position { line: 1, column: 1 },
        }
    }
}

impl<'a> Files<'a> for SourceMap {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, FilesError> {
        Ok(self.file(id)?.name())
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, FilesError> {
        Ok(self.file(id)?.source())
    }

    fn line_index(&'a self, id: FileId, byte: usize) -> Result<usize, FilesError> {
        self.file(id)?.line_index((), byte)
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, FilesError> {
        self.file(id)?.line_range((), line)
    }
}

impl SourceMap {
    fn file(&self, id: FileId) -> Result<&SimpleFile<String, String>, FilesError> {
        self.files.get(id.0 as usize).ok_or(FilesError::FileMissing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_spans_are_clamped() {
        let mut map = SourceMap::new();
        let file = map.add("a.mvm", "\u{feff}é1\nzwei");
        assert_eq!(
            map.position(Span::new(file, 2..3)),
            Position { line: 1, column: 2 }
        );
        assert_eq!(
            map.position(Span::new(file, 4..5)),
            Position { line: 2, column: 1 }
        );
        assert_eq!(map.clamp(Span::new(file, 1..900)), Span::new(file, 0..8));
        assert_eq!(map.snippet(Span::new(file, 4..8)), "zwei");
    }
}
