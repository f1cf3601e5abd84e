//! What a layout changes, as lines that take the place of others. It moves nothing but blanks, so that the lines of both texts are found
//! side by side in one pass: those that begin and end at the same signs belong together.

use std::ops::Range;

/// What has to be written in place of which lines of `old`, as ranges of bytes in both, so that it becomes `new`, which differs from it
/// in blanks and line ends alone; lines that stay are not touched. Where more is different, all from there on is replaced.
pub fn changes(old: &str, new: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let mut both = [Lines::of(old), Lines::of(new)];
    let mut found: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    while both.iter().any(|lines| !lines.next().is_empty()) {
        let [one, other] = both.each_ref().map(|lines| lines.next());
        let [before, new_before] = both.each_ref().map(|lines| lines.at);
        if one == other {
            both.iter_mut().for_each(Lines::take);
            continue;
        }
        let blank = [one, other].map(|line| line.trim().is_empty());
        match blank {
            // An empty line goes, or comes.
            [true, false] if !one.is_empty() => both[0].take(),
            [false, true] if !other.is_empty() => both[1].take(),
            _ => {
                both.iter_mut().for_each(Lines::take);
                let mut signs = [one, other].map(signs_of);
                while signs[0] != signs[1] {
                    let behind = &mut both[usize::from(signs[1] < signs[0])];
                    let line = behind.next();
                    if line.is_empty() {
                        both.iter_mut()
                            .for_each(|lines| lines.at = lines.text.len());
                        break;
                    }
                    behind.take();
                    signs[usize::from(signs[1] < signs[0])] += signs_of(line);
                }
            }
        }
        let (to, new_to) = (both[0].at, both[1].at);
        match found.last_mut() {
            Some((was, becomes)) if was.end == before && becomes.end == new_before => {
                (was.end, becomes.end) = (to, new_to);
            }
            _ => found.push((before..to, new_before..new_to)),
        }
    }
    found
}

/// Bytes of a line that are no blanks.
fn signs_of(line: &str) -> usize {
    line.split_whitespace().map(str::len).sum()
}

/// The lines of a text that are left.
struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Lines<'t> {
        Lines { text, at: 0 }
    }

    /// The next line with its end; empty behind the last one.
    fn next(&self) -> &'t str {
        let rest = &self.text[self.at..];
        rest.split_inclusive('\n').next().unwrap_or_default()
    }

    fn take(&mut self) {
        self.at += self.next().len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn changed(old: &str, new: &str) -> String {
        let mut text = old.to_owned();
        for (was, becomes) in changes(old, new).into_iter().rev() {
            text.replace_range(was, &new[becomes]);
        }
        text
    }

    #[test]
    fn lines_that_stay_are_not_touched() {
        let of = |old: &str, new: &str| -> Vec<(String, String)> {
            assert_eq!(changed(old, new), new);
            let found = changes(old, new).into_iter();
            found
                .map(|(was, becomes)| (old[was].to_owned(), new[becomes].to_owned()))
                .collect()
        };
        let one = |was: &str, becomes: &str| vec![(was.to_owned(), becomes.to_owned())];
        assert_eq!(of("a\nb\n", "a\nb\n"), []);
        assert_eq!(of("a\n\n\nb\n", "a\n\nb\n"), one("\n", ""));
        assert_eq!(of("a\nb\n", "a\n\nb\n"), one("", "\n"));
        assert_eq!(of("a  b\nc\n", "a b\nc\n"), one("a  b\n", "a b\n"));
        assert_eq!(of("a\n  b\nc\n", "a b\nc\n"), one("a\n  b\n", "a b\n"));
        assert_eq!(of("a b\nc\n", "a\n  b\nc\n"), one("a b\n", "a\n  b\n"));
        assert_eq!(of("a", "a\n"), one("a", "a\n"));
        assert_eq!(of("\r\na\r\n", "a\n"), one("\r\na\r\n", "a\n"));
        assert_eq!(of("a\nx\nb\n", "a\ny z\nb\n").len(), 1);
        assert_eq!(of("", "a\n"), one("", "a\n"));
        assert_eq!(of("a\n", ""), one("a\n", ""));
    }

    proptest! {
        #[test]
        fn what_is_changed_is_the_other(old in "[ab \n]{0,40}", new in "[ab \n]{0,40}") {
            prop_assert_eq!(changed(&old, &new), new);
        }

        #[test]
        fn blanks_alone_are_found(words in prop::collection::vec("[ab]{1,3}", 0..12), gaps in prop::collection::vec("[ \n]{1,3}", 12), others in prop::collection::vec("[ \n]{1,3}", 12)) {
            let text = |gaps: &[String]| -> String {
                words.iter().zip(gaps).flat_map(|(word, gap)| [&word[..], &gap[..]]).collect()
            };
            prop_assert_eq!(changed(&text(&gaps), &text(&others)), text(&others));
        }
    }
}
