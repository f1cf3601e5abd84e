//! Strings of the language: their escapes, both ways.

use std::ops::Range;

/// What is wrong inside a quoted string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A backslash with something behind it that is no escape.
    Escape(Range<usize>),
    /// A control character.
    Control(Range<usize>, char),
}

/// The content of a quoted string. A flawed escape becomes U+FFFD; [`flaws`] reports it.
pub(super) fn unquote(quoted: &str) -> String {
    let mut content = String::with_capacity(quoted.len());
    read(quoted, |piece| match piece {
        Ok(c) => content.push(c),
        Err(_) => content.push(char::REPLACEMENT_CHARACTER),
    });
    content
}

/// What is wrong in a quoted string, by bytes of it.
pub(super) fn flaws(quoted: &str) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    read(quoted, |piece| flaws.extend(piece.err()));
    flaws
}

/// Gives each character between the quotes, escapes resolved, or what is wrong with it.
fn read(quoted: &str, mut each: impl FnMut(Result<char, Flaw>)) {
    let body = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(quoted);
    let offset = quoted.len() - body.len() - usize::from(quoted.len() > body.len());
    let mut rest = body;
    while let Some(c) = rest.chars().next() {
        let at = offset + body.len() - rest.len();
        let (piece, taken) = match c {
            '\\' => escape(rest, at),
            c if c.is_control() => (Err(Flaw::Control(at..at + c.len_utf8(), c)), c.len_utf8()),
            c => (Ok(c), c.len_utf8()),
        };
        each(piece);
        rest = &rest[taken..];
    }
}

/// The escape at the start of `rest`, and its length.
fn escape(rest: &str, at: usize) -> (Result<char, Flaw>, usize) {
    let simple = |c| (Ok(c), 2);
    match rest[1..].chars().next() {
        Some('"') => simple('"'),
        Some('\\') => simple('\\'),
        Some('n') => simple('\n'),
        Some('t') => simple('\t'),
        Some('u') => unicode_escape(rest, at),
        other => {
            let taken = 1 + other.map_or(0, char::len_utf8);
            (Err(Flaw::Escape(at..at + taken)), taken)
        }
    }
}

/// `\u{1F600}` at the start of `rest`.
fn unicode_escape(rest: &str, at: usize) -> (Result<char, Flaw>, usize) {
    let Some((digits, taken)) = rest
        .strip_prefix("\\u{")
        .and_then(|hex| hex.split_once('}'))
        .map(|(digits, _)| (digits, digits.len() + 4))
    else {
        return (Err(Flaw::Escape(at..at + 2)), 2);
    };
    let is_hex = (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let code = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex);
    match code.and_then(char::from_u32) {
        Some(c) => (Ok(c), taken),
        None if is_hex => (Err(Flaw::Escape(at..at + taken)), taken),
        None => (Err(Flaw::Escape(at..at + 2)), 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(
            unquote(r#""a\"b\\c\n\té\u{e9}\u{1F600}""#),
            "a\"b\\c\n\téé😀"
        );
        assert_eq!(flaws(r#""plain""#), []);
    }

    #[test]
    fn flaws_have_their_place() {
        assert_eq!(flaws(r#""a\q""#), [Flaw::Escape(2..4)]);
        assert_eq!(flaws(r#""\u{d800}""#), [Flaw::Escape(1..9)]);
        assert_eq!(flaws(r#""\u{}""#), [Flaw::Escape(1..3)]);
        assert_eq!(flaws(r#""\u12""#), [Flaw::Escape(1..3)]);
        assert_eq!(flaws("\"a\tb\""), [Flaw::Control(2..3, '\t')]);
        assert_eq!(unquote(r#""a\q""#), "a\u{fffd}");
    }
}
