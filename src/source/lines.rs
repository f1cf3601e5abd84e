//! Lines and columns as editors count them: both from 0, columns in the units of an encoding.

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// 16-bit units, of which some characters take two.
    #[default]
    Utf16,
}

impl Encoding {
    fn width(self, c: char) -> usize {
        match self {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
        }
    }
}

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Of a text.
    pub fn new(text: &'t str) -> Self {
        let behind = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines {
            text,
            starts: std::iter::once(0).chain(behind).collect(),
        }
    }

    /// Line and column of a byte, which is moved to the start of its character and into the text.
    pub fn position(&self, at: usize, encoding: Encoding) -> (usize, usize) {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= at) - 1;
        let before = &self.text[self.starts[line]..at];
        (line, before.chars().map(|c| encoding.width(c)).sum())
    }

    /// The same for places that mostly come in order, each within a line or a few behind the one before.
    pub fn walk(&self, encoding: Encoding) -> Walk<'_, 't> {
        Walk {
            lines: self,
            encoding,
            line: 0,
            at: 0,
            column: 0,
        }
    }

    /// The byte at a line and column. A column behind the end of its line is the end of the line, a line behind the end of the
    /// text the end of the text, and what lies within a character its start.
    pub fn offset(&self, line: usize, column: usize, encoding: Encoding) -> usize {
        let Some(&start) = self.starts.get(line) else {
            return self.text.len();
        };
        let end = self
            .starts
            .get(line + 1)
            .map_or(self.text.len(), |next| next - 1);
        let line = self.text[start..end].trim_end_matches('\r');
        let mut left = column;
        for (at, c) in line.char_indices() {
            match left.checked_sub(encoding.width(c)) {
                Some(rest) if left > 0 => left = rest,
                _ => return start + at,
            }
        }
        start + line.len()
    }
}

/// Finds places one after the other.
#[derive(Debug, Clone)]
pub struct Walk<'l, 't> {
    lines: &'l Lines<'t>,
    encoding: Encoding,
    /// Line, byte and column of the place before.
    line: usize,
    at: usize,
    column: usize,
}

impl Walk<'_, '_> {
    /// Line and column of a byte, which has to be within the text and at the start of a character.
    pub fn position(&mut self, at: usize) -> (usize, usize) {
        let Lines { text, starts } = self.lines;
        if at < self.at {
            (self.line, self.column) = self.lines.position(at, self.encoding);
        } else {
            while starts.get(self.line + 1).is_some_and(|next| *next <= at) {
                self.line += 1;
                (self.at, self.column) = (starts[self.line], 0);
            }
            let between = &text[self.at..at];
            self.column += match between.is_ascii() {
                true => between.len(),
                false => between.chars().map(|c| self.encoding.width(c)).sum(),
            };
        }
        self.at = at;
        (self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_what_the_encoding_says() {
        let text = "a\u{e9}\u{1F600}b\r\nc\n";
        let lines = Lines::new(text);
        for (at, utf8, utf16) in [
            (0, (0, 0), (0, 0)),
            (1, (0, 1), (0, 1)),
            (3, (0, 3), (0, 2)),
            (7, (0, 7), (0, 4)),
            (8, (0, 8), (0, 5)),
            (10, (1, 0), (1, 0)),
            (12, (2, 0), (2, 0)),
        ] {
            for (encoding, (line, column)) in [(Encoding::Utf8, utf8), (Encoding::Utf16, utf16)] {
                assert_eq!(lines.position(at, encoding), (line, column), "{at}");
                let mut walk = lines.walk(encoding);
                for place in [0, 1, at, 3, at, at, 12, at] {
                    let expected = lines.position(place, encoding);
                    assert_eq!(walk.position(place), expected, "{place}");
                }
                assert_eq!(lines.offset(line, column, encoding), at, "{line}:{column}");
            }
        }
        assert_eq!(
            lines.position(5, Encoding::Utf16),
            (0, 2),
            "within a character"
        );
        assert_eq!(lines.offset(0, 3, Encoding::Utf16), 3, "within a character");
        assert_eq!(lines.offset(0, 99, Encoding::Utf8), 8, "behind its line");
        assert_eq!(lines.offset(9, 0, Encoding::Utf8), text.len());
        assert_eq!(lines.position(99, Encoding::Utf8), (2, 0));
    }
}
