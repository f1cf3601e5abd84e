//! Places of the protocol: addresses of files, lines and columns.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::{Position, Range as LspRange, Uri};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::source::lines::{Encoding, Lines, Walk};

/// What has to be escaped in the path of an address.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The file that an address names; of one that is no file's, a path that no file has.
pub fn path_of(uri: &Uri) -> PathBuf {
    let text = uri.as_str();
    let Some(path) = text.strip_prefix("file://") else {
        return PathBuf::from(text);
    };
    // What stands before the path is a host, if anything.
    let path = path.find('/').map_or(path, |at| &path[at..]);
    let path = percent_decode_str(path).decode_utf8_lossy();
    // `/C:/x` on Windows.
    let is_drive = path.as_bytes().get(2) == Some(&b':') && cfg!(windows);
    PathBuf::from(if is_drive { &path[1..] } else { &path[..] })
}

/// The address of a file.
pub fn uri_of(path: &Path) -> Option<Uri> {
    let shown = path.to_str()?;
    if !path.is_absolute() {
        return Uri::from_str(shown).ok();
    }
    let shown = shown.replace('\\', "/");
    let slash = if shown.starts_with('/') { "" } else { "/" };
    let path = utf8_percent_encode(&shown, ESCAPED);
    Uri::from_str(&format!("file://{slash}{path}")).ok()
}

/// A text with the positions of the protocol.
pub struct Placed<'t> {
    lines: Lines<'t>,
    encoding: Encoding,
}

impl<'t> Placed<'t> {
    pub fn new(text: &'t str, encoding: Encoding) -> Self {
        let lines = Lines::new(text);
        Placed { lines, encoding }
    }

    pub fn position(&self, at: usize) -> Position {
        let (line, column) = self.lines.position(at, self.encoding);
        Position::new(line as u32, column as u32)
    }

    pub fn range(&self, range: Range<usize>) -> LspRange {
        LspRange::new(self.position(range.start), self.position(range.end))
    }

    /// Finds positions that come in order.
    pub fn walk(&self) -> Walk<'_, 't> {
        self.lines.walk(self.encoding)
    }

    pub fn offset(&self, position: Position) -> usize {
        self.lines.offset(
            position.line as usize,
            position.character as usize,
            self.encoding,
        )
    }

    pub fn bytes(&self, range: LspRange) -> Range<usize> {
        let start = self.offset(range.start);
        start..self.offset(range.end).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn addresses_go_both_ways() {
        for path in ["/a/b.mvm", "/a b/é#%.mvm", "/x/[1]{2}.mvm"] {
            let uri = uri_of(Path::new(path)).expect("it is an address");
            assert_eq!(path_of(&uri), Path::new(path), "{}", uri.as_str());
        }
        let uri = Uri::from_str("untitled:Untitled-1").expect("it is an address");
        assert_eq!(uri_of(&path_of(&uri)), Some(uri));
    }
}
