//! Names as the language writes them: quoted where they are no identifiers, many as ranges.

use crate::syntax::is_name;

/// The name, in quotes where it is no identifier.
pub fn name(text: &str) -> String {
    if is_name(text) {
        text.to_owned()
    } else {
        string(text)
    }
}

/// The text in quotes.
pub fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// An identifier that is like the text.
pub fn identifier(text: &str) -> String {
    let word = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    let text: String = text.chars().map(word).collect();
    if is_name(&text) {
        text
    } else {
        format!("x_{text}")
    }
}

/// Names that follow one another as few patterns: `node[1..4]`, `"n-"[01..12]".example"`, each with how many it stands for.
pub fn patterns<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut runs: Vec<Run> = Vec::new();
    for name in names {
        if !runs.last_mut().is_some_and(|run| run.take(name)) {
            runs.push(Run {
                names: vec![name.to_owned()],
                range: None,
            });
        }
    }
    runs.iter().map(Run::text).collect()
}

/// Names that differ in one number.
struct Run {
    names: Vec<String>,
    range: Option<Range>,
}

struct Range {
    prefix: String,
    suffix: String,
    /// Digits of each number, where zeros fill them up.
    width: Option<usize>,
    numbers: Vec<u64>,
}

impl Run {
    /// Takes the name in if it belongs to the run.
    fn take(&mut self, name: &str) -> bool {
        let fits = match &mut self.range {
            Some(range) => match range.number(name) {
                Some(number) => {
                    range.numbers.push(number);
                    true
                }
                None => false,
            },
            None => {
                self.range = Range::of(&self.names[0], name);
                self.range.is_some()
            }
        };
        if fits {
            self.names.push(name.to_owned());
        }
        fits
    }

    fn text(&self) -> String {
        match &self.range {
            Some(range) => range.text(),
            None => name(&self.names[0]),
        }
    }
}

impl Range {
    /// The range of two names that differ in one number.
    fn of(a: &str, b: &str) -> Option<Range> {
        let (left, right) = (pieces(a), pieces(b));
        let differs: Vec<usize> = (0..left.len())
            .filter(|&i| left.get(i) != right.get(i))
            .collect();
        let (&[at], true) = (differs.as_slice(), left.len() == right.len()) else {
            return None;
        };
        let (x, y) = (left[at], right[at]);
        let padded = |digits: &str| digits.len() > 1 && digits.starts_with('0');
        let width = (padded(x) || padded(y)).then_some(x.len());
        let prefix = left[..at].concat();
        let mut range = Range {
            suffix: left[at + 1..].concat(),
            width,
            numbers: Vec::new(),
            prefix,
        };
        for name in [a, b] {
            let number = range.number(name)?;
            range.numbers.push(number);
        }
        // A pattern begins with text.
        (!range.prefix.is_empty()).then_some(range)
    }

    /// The number of a name of the range that is not in it yet, and may stand behind the last one.
    fn number(&self, name: &str) -> Option<u64> {
        let digits = name
            .strip_prefix(&self.prefix)?
            .strip_suffix(&self.suffix)?;
        let plain = digits == "0" || !digits.starts_with('0');
        let fits = match self.width {
            Some(width) => digits.len() == width,
            None => plain,
        };
        let number =
            digits.bytes().all(|b| b.is_ascii_digit()) && (1..=15).contains(&digits.len()) && fits;
        let number: u64 = number.then(|| digits.parse().ok())??;
        self.numbers
            .last()
            .is_none_or(|&last| last < number)
            .then_some(number)
    }

    fn text(&self) -> String {
        let mut spans: Vec<(u64, u64)> = Vec::new();
        for &number in &self.numbers {
            match spans.last_mut() {
                Some((_, last)) if *last + 1 == number => *last = number,
                _ => spans.push((number, number)),
            }
        }
        let width = self.width.unwrap_or(1);
        let span = |&(first, last): &(u64, u64)| match first == last {
            true => format!("{first:0width$}"),
            false => format!("{first:0width$}..{last:0width$}"),
        };
        let spans: Vec<String> = spans.iter().map(span).collect();
        // Any word may stand right before a bracket, also one of the language.
        let head = match is_name(&format!("{}_", self.prefix)) {
            true => self.prefix.clone(),
            false => string(&self.prefix),
        };
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let tail = match self.suffix.chars().all(word) {
            true => self.suffix.clone(),
            false => string(&self.suffix),
        };
        format!("{head}[{}]{tail}", spans.join(", "))
    }
}

/// The name cut between digits and other text.
fn pieces(name: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let bytes = name.as_bytes();
    for at in 1..=bytes.len() {
        if at == bytes.len() || bytes[at].is_ascii_digit() != bytes[at - 1].is_ascii_digit() {
            pieces.push(&name[start..at]);
            start = at;
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> String {
        patterns(names.iter().copied()).join(" ")
    }

    #[test]
    fn neighbours_become_ranges() {
        assert_eq!(of(&["s1", "s2", "s3", "s7"]), "s[1..3, 7]");
        assert_eq!(of(&["n-08.x", "n-09.x", "n-10.x"]), "\"n-\"[08..10]\".x\"");
        assert_eq!(of(&["s8", "s9", "s10"]), "s[8..10]");
        assert_eq!(of(&["r1s1", "r1s2", "r2s1"]), "r1s[1..2] r2s1");
        assert_eq!(of(&["vm1b", "vm2b"]), "vm[1..2]b");
    }

    #[test]
    fn what_no_range_says_stands_alone() {
        assert_eq!(of(&["s2", "s1"]), "s2 s1");
        assert_eq!(of(&["1", "2"]), "\"1\" \"2\"");
        assert_eq!(of(&["s09", "s10", "s100"]), "s[09..10] s100");
        assert_eq!(of(&["s9", "s010"]), "s9 s010");
        assert_eq!(of(&["a1b1", "a2b2"]), "a1b1 a2b2");
        assert_eq!(of(&["s1", "s1"]), "s1 s1");
    }

    #[test]
    fn names_that_are_no_identifiers_are_quoted() {
        assert_eq!(name("link"), "\"link\"");
        assert_eq!(name("web_1"), "web_1");
        assert_eq!(name("a\"b\\\n"), "\"a\\\"b\\\\\\u{a}\"");
        assert_eq!(identifier("web tier.1"), "web_tier_1");
        assert_eq!(identifier("link"), "x_link");
        assert_eq!(identifier("1a"), "x_1a");
    }
}
