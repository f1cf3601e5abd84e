//! Names that come from outside, made harmless for those who read them.

/// The text with everything that is invisible, or that moves the cursor, written as `\u{…}`: on one line,
/// and meaning nothing to a terminal.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_format(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters without a picture of their own that change how their neighbours are shown: marks of direction,
/// spaces of no width, ends of lines and paragraphs.
fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// At most `length` characters, the last of which is `…` where some were left out.
pub fn shorten(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let kept: String = text.chars().take(length.saturating_sub(1)).collect();
    kept + "…"
}

/// At most `length` characters: the first `begin` ones and the last ones, with `mark` between them where some were left out.
pub fn shorten_within(text: &str, length: usize, begin: usize, mark: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    if all.len() <= length {
        return text.to_owned();
    }
    let kept = length.saturating_sub(mark.chars().count());
    let begin = begin.min(kept);
    let first: String = all[..begin].iter().collect();
    let last: String = all[all.len() - (kept - begin)..].iter().collect();
    first + mark + &last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_the_cursor_is_written_out() {
        assert_eq!(printable("prod-web.01 ü 虚拟机"), "prod-web.01 ü 虚拟机");
        assert_eq!(
            printable("a\nb\u{1b}[2J\u{202e}"),
            r"a\u{a}b\u{1b}[2J\u{202e}"
        );
    }

    #[test]
    fn long_names_end_in_an_ellipsis() {
        assert_eq!(shorten("äöü", 3), "äöü");
        assert_eq!(shorten("äöüß", 3), "äö…");
    }

    #[test]
    fn names_are_shortened_within() {
        assert_eq!(shorten_within("äöü", 3, 1, "…"), "äöü");
        assert_eq!(shorten_within("prod-web-17", 8, 3, "…"), "pro…b-17");
        assert_eq!(shorten_within("prod-web-17", 8, 0, ".."), "..web-17");
        assert_eq!(shorten_within("prod-web-17", 8, 9, ".."), "prod-w..");
        assert_eq!(shorten_within("prod-web-17", 1, 1, ".."), "..");
    }
}
