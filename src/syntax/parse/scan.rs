//! Cuts text into tokens, coarsely: enough to find comments, strings, brackets and the words that begin
//! something, so that a broken piece of text can be told from its neighbours. It accepts any text.

/// A token of the scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub kind: Kind,
    /// First byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters, digits and underscores that begin with a letter.
    Word,
    /// A word right behind a dot or a closing bracket, or right before an opening one: part of a name, never a keyword.
    Tail,
    /// Digits and the letters right behind them.
    Number,
    /// A string; `closed` is false where the line ends first.
    Text { closed: bool },
    /// `// …`
    Comment,
    /// `/* … */`, which the language does not have.
    Block,
    /// `# …`, which the language does not have.
    Hash,
    /// `{`, `[` or `(`
    Open(u8),
    /// `}`, `]` or `)`
    Close(u8),
    /// A sign or character of its own.
    Other(char),
}

impl Kind {
    /// Whether it is a comment of the language.
    pub fn is_comment(self) -> bool {
        self == Kind::Comment
    }
}

/// Reads tokens one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// The last `*/` of the text, so that an unclosed `/*` is known without a search each.
    last_block_end: usize,
}

impl<'t> Scanner<'t> {
    /// A scanner at the start of `text`.
    pub fn new(text: &'t str) -> Self {
        Scanner {
            text,
            at: 0,
            last_block_end: text.rfind("*/").unwrap_or(0),
        }
    }

    /// The same scanner at another place.
    pub fn at(self, at: usize) -> Self {
        Scanner { at, ..self }
    }

    fn end_of_line(&self, from: usize) -> usize {
        self.text[from..]
            .find('\n')
            .map_or(self.text.len(), |at| from + at)
    }

    fn end_of_word(&self, from: usize) -> usize {
        let rest = &self.text.as_bytes()[from..];
        from + rest
            .iter()
            .position(|b| !is_word_byte(*b))
            .unwrap_or(rest.len())
    }

    /// The string that begins at `start`: whether it is closed, and its end.
    fn string(&self, start: usize) -> (bool, usize) {
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => return (true, at + 1),
                b'\n' => return (false, at),
                b'\\' if bytes.get(at + 1).is_some_and(|b| *b != b'\n') => at += 2,
                _ => at += 1,
            }
        }
        (false, bytes.len())
    }

    /// The block comment that begins at `start`: to its end, or only its `/*` where it has none.
    fn block_end(&self, start: usize) -> usize {
        if start + 2 > self.last_block_end {
            return start + 2;
        }
        self.text[start + 2..]
            .find("*/")
            .map_or(start + 2, |at| start + at + 4)
    }

    fn token(&self, start: usize) -> Option<Token> {
        let bytes = self.text.as_bytes();
        let byte = *bytes.get(start)?;
        let next = bytes.get(start + 1).copied();
        let glued = start > 0 && matches!(bytes[start - 1], b'.' | b']');
        let (kind, end) = match byte {
            b'/' if next == Some(b'/') => (Kind::Comment, self.end_of_line(start)),
            b'/' if next == Some(b'*') => (Kind::Block, self.block_end(start)),
            b'#' => (Kind::Hash, self.end_of_line(start)),
            b'"' => {
                let (closed, end) = self.string(start);
                (Kind::Text { closed }, end)
            }
            b'{' | b'[' | b'(' => (Kind::Open(byte), start + 1),
            b'}' | b']' | b')' => (Kind::Close(byte), start + 1),
            b'0'..=b'9' => (Kind::Number, self.end_of_word(start)),
            b if is_word_byte(b) => {
                let end = self.end_of_word(start);
                let is_part = glued || bytes.get(end) == Some(&b'[');
                (if is_part { Kind::Tail } else { Kind::Word }, end)
            }
            _ => {
                let sign = self.text[start..].chars().next()?;
                (Kind::Other(sign), start + sign.len_utf8())
            }
        };
        // What goes on to the end of its line ends before the blanks there.
        let end = match kind {
            Kind::Comment | Kind::Hash | Kind::Text { closed: false } => {
                let text = self.text[start..end].trim_end_matches([' ', '\t', '\r']);
                start + text.len()
            }
            _ => end,
        };
        Some(Token { kind, start, end })
    }
}

impl Iterator for Scanner<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let blank = rest
            .iter()
            .position(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n'))?;
        let token = self.token(self.at + blank)?;
        self.at = token.end;
        Some(token)
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> String {
        Scanner::new(text)
            .map(|t| format!("{:?}:{} ", t.kind, &text[t.start..t.end]))
            .collect()
    }

    #[test]
    fn tokens_are_told_apart() {
        insta::assert_snapshot!(
            kinds("vm web[1..48]a.on \"a // \\\" b\" 2GiB // x\n/* vm */ # vm\n“ \"open\n}"),
            @r#"Word:vm Tail:web Open(91):[ Number:1 Other('.'):. Other('.'):. Number:48 Close(93):] Tail:a Other('.'):. Tail:on Text { closed: true }:"a // \" b" Number:2GiB Comment:// x Block:/* vm */ Hash:# vm Other('“'):“ Text { closed: false }:"open Close(125):} "#
        );
    }

    #[test]
    fn an_unclosed_block_comment_hides_nothing() {
        assert_eq!(kinds("/* a"), "Block:/* Word:a ");
        assert_eq!(kinds("/*/"), "Block:/* Other('/'):/ ");
    }
}
