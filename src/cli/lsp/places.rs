//! Places of a view in the texts as they are by now.

use std::collections::BTreeMap;
use std::ops::Range as Bytes;

use lsp_types::{Location, Range, Uri};

use super::library;
use super::place::Placed;
use super::workspace::{Entry, Workspace};
use crate::editor::Carry;
use crate::source::lines::Encoding;
use crate::source::{FileId, Span};

/// Brings places of a view into the texts as they are by now. Each text is compared and its lines are found once, however many places
/// are asked for.
pub struct Places<'s> {
    workspace: &'s Workspace,
    encoding: Encoding,
    entry: &'s Entry,
    files: BTreeMap<FileId, Now<'s>>,
}

/// A file of the view as it is by now.
struct Now<'s> {
    /// None where it has no address.
    uri: Option<Uri>,
    carry: Carry,
    placed: Placed<'s>,
}

impl<'s> Places<'s> {
    pub fn new(workspace: &'s Workspace, encoding: Encoding, entry: &'s Entry) -> Places<'s> {
        Places {
            workspace,
            encoding,
            entry,
            files: BTreeMap::new(),
        }
    }

    /// From the text of the view to the one that is open.
    pub fn carry(&mut self, file: FileId) -> Carry {
        self.now(file).carry
    }

    /// A range of a file of the view; None where it was changed since.
    pub fn range(&mut self, file: FileId, range: Bytes<usize>) -> Option<Range> {
        let now = self.now(file);
        Some(now.placed.range(now.carry.range(range)?))
    }

    /// A place of the view; None where it was changed since.
    pub fn location(&mut self, span: Span) -> Option<Location> {
        let range = self.range(span.file, span.range())?;
        let uri = self.now(span.file).uri.clone()?;
        Some(Location { uri, range })
    }

    fn now(&mut self, file: FileId) -> &Now<'s> {
        let Places {
            workspace,
            encoding,
            entry,
            ..
        } = *self;
        self.files.entry(file).or_insert_with(|| {
            let path = entry.path_of(file);
            let old = entry.view.map().text(file);
            let new = workspace.text(&path).unwrap_or(old);
            library::write(&path);
            Now {
                uri: workspace.uri(&path),
                carry: Carry::between(old, new),
                placed: Placed::new(new, encoding),
            }
        })
    }
}
