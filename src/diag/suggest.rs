//! "Did you mean": the one existing name that a wrong one was most likely meant to be.

use strsim::damerau_levenshtein;

/// Candidates that are looked at; the first ones of a longer list.
const MAX_CANDIDATES: usize = 50_000;

/// Names longer than this are compared without edits, so that the work stays small.
const MAX_LENGTH: usize = 64;

/// The candidate that `name` was most likely meant to be, if one is likely at all.
///
/// Equal but for case or for zeros in front of numbers comes first, then the fewest edits, where a swap of
/// neighbours is one. The shorter the name, the fewer edits are taken for a slip. Names that differ in nothing
/// but the digits of their numbers are different things, not slips: `s49` never suggests `s48`. Among equals the
/// first candidate wins.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let folded = Folded::of(&lower);
    let limit = edits_of_a_slip(lower.chars().count());
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.into_iter().take(MAX_CANDIDATES) {
        let other = candidate.to_lowercase();
        let edits = if other == lower {
            0
        } else {
            let other_folded = Folded::of(&other);
            if other_folded == folded {
                0
            } else if other_folded.letters == folded.letters
                || other.len().abs_diff(lower.len()) > limit * 4
                || other.len().max(lower.len()) > MAX_LENGTH
            {
                continue;
            } else {
                damerau_levenshtein(&lower, &other)
            }
        };
        if edits <= limit && best.is_none_or(|(fewest, _)| edits < fewest) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The candidates that differ from `name` in the digits of their numbers alone: how many there are, the first
/// and the last one.
pub fn siblings<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<(usize, &'a str, &'a str)> {
    let letters = Folded::of(&name.to_lowercase()).letters;
    let is_sibling = |candidate: &&str| {
        candidate.len() <= MAX_LENGTH && Folded::of(&candidate.to_lowercase()).letters == letters
    };
    let mut found = candidates
        .into_iter()
        .take(MAX_CANDIDATES)
        .filter(is_sibling);
    let first = letters.contains('#').then(|| found.next()).flatten()?;
    let (count, last) = found.fold((1, first), |(count, _), last| (count + 1, last));
    Some((count, first, last))
}

/// How many edits of a name with so many characters may be a slip.
fn edits_of_a_slip(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    }
}

/// A name taken apart: `web007.a` is `web#.a` with the number `7`.
#[derive(PartialEq, Eq)]
struct Folded {
    letters: String,
    numbers: Vec<String>,
}

impl Folded {
    fn of(name: &str) -> Folded {
        let mut folded = Folded {
            letters: String::new(),
            numbers: Vec::new(),
        };
        let mut in_number = false;
        for c in name.chars() {
            if !c.is_ascii_digit() {
                folded.letters.push(c);
                in_number = false;
                continue;
            }
            if !in_number {
                folded.letters.push('#');
                folded.numbers.push(String::new());
                in_number = true;
            }
            if let Some(number) = folded.numbers.last_mut() {
                if number == "0" {
                    number.clear();
                }
                number.push(c);
            }
        }
        folded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_zeros_come_before_edits() {
        assert_eq!(closest("KW", ["mW", "kW", "kWh"]), Some("kW"));
        assert_eq!(closest("web01", ["web10", "web1", "wex01"]), Some("web1"));
        assert_eq!(closest("web100", ["web001", "web0100"]), Some("web0100"));
    }

    #[test]
    fn a_slip_is_few_edits_for_the_length() {
        assert_eq!(closest("stresed", ["idle", "stressed"]), Some("stressed"));
        assert_eq!(closest("iddle", ["idle", "stressed"]), Some("idle"));
        assert_eq!(closest("cro", ["core"]), None);
        assert_eq!(closest("ocre", ["core"]), Some("core"));
        assert_eq!(closest("payroll", ["idle", "core"]), None);
        assert_eq!(closest("s", ["h"]), None);
    }

    #[test]
    fn another_number_is_another_thing() {
        assert_eq!(closest("r1.s49", ["r1.s48", "r1.s4"]), None);
        assert_eq!(closest("rr1.s4", ["r1.s48", "r1.s4"]), Some("r1.s4"));
    }

    #[test]
    fn siblings_have_other_numbers() {
        let names = ["web1", "db1", "web2", "web10", "webs"];
        assert_eq!(siblings("web11", names), Some((3, "web1", "web10")));
        assert_eq!(siblings("DB7", names), Some((1, "db1", "db1")));
        assert_eq!(siblings("cache1", names), None);
        assert_eq!(siblings("web", names), None);
    }

    #[test]
    fn the_first_of_equals_wins() {
        assert_eq!(closest("bata", ["beta", "data"]), Some("beta"));
        assert_eq!(closest("bata", ["data", "beta"]), Some("data"));
    }

    #[test]
    fn odd_input_is_harmless() {
        assert_eq!(closest("", ["", "a"]), Some(""));
        assert_eq!(closest("é", ["É"]), Some("É"));
        let long = "x".repeat(100_000);
        assert_eq!(closest(&long, ["x"]), None);
    }
}
