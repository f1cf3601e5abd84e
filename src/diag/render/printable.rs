//! Text that a terminal shows and does not obey.

use std::borrow::Cow;

use crate::source::SourceMap;

/// The files with harmless names and texts, all places being what they were.
pub(super) fn sources(map: &SourceMap) -> SourceMap {
    let mut shown = SourceMap::new();
    for file in map.ids() {
        shown.add(line(map.name_of(file)), source(map.text(file)));
    }
    shown
}

/// The text with harmless characters in place of those that would steer a terminal, reverse the direction of
/// writing, or begin a line for one renderer and not for another. Each stands for as many bytes as it replaces, so
/// that places stay what they are. Tabs and line ends remain.
fn source(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_odd_in_source) && !has_lone_return(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let lone_return = c == '\r' && chars.peek() != Some(&'\n');
        out.push_str(match c {
            c if !is_odd_in_source(c) && !lone_return => {
                out.push(c);
                continue;
            }
            c if c.len_utf8() == 1 => "?",
            c if c.len_utf8() == 2 => "¿",
            _ => "\u{fffd}",
        });
    }
    out.into()
}

/// A message or name on one line.
pub(super) fn line(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' | '\t' | '\r' => ' ',
        c if is_odd(c) => '\u{fffd}',
        c => c,
    };
    text.chars().map(harmless).collect()
}

fn has_lone_return(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes
        .iter()
        .enumerate()
        .any(|(at, byte)| *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
}

fn is_odd_in_source(c: char) -> bool {
    is_odd(c) && !matches!(c, '\n' | '\t' | '\r')
}

/// Control characters, line separators, and marks of direction.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}'
        )
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stay_what_they_are() {
        let text = "a\u{1b}[31m\u{85}b\u{2028}c\u{202e}\r\n\td\re";
        let shown = source(text);
        assert_eq!(shown.len(), text.len());
        assert_eq!(shown, "a?[31m¿b\u{fffd}c\u{fffd}\r\n\td?e");
        assert!(matches!(source("vm é {\r\n\t}"), Cow::Borrowed(_)));
        assert_eq!(line("a\u{7}\nb"), "a\u{fffd} b");
    }
}
