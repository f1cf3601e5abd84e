//! A mistake that a range or a loop repeats is one finding: those of one code at one place are told together.

use std::collections::HashMap;

use super::{Code, Diagnostic};
use crate::source::Span;

/// Messages of a repeated finding that are told, the first included.
const TOLD: usize = 3;

/// Findings of which those of one code at one place become one.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
    /// Where those with a place are in `found`.
    known: HashMap<(Code, Span), usize>,
}

#[derive(Debug)]
struct Finding {
    first: Diagnostic,
    /// The first messages after that of `first`, all different.
    next: Vec<String>,
    /// How many there were beside `first` that say something else.
    more: usize,
}

impl Findings {
    /// Adds a finding. Whether it is the first of its code at its place.
    pub fn push(&mut self, finding: Diagnostic) -> bool {
        if let Some(place) = &finding.primary {
            let next = self.found.len();
            let at = *self.known.entry((finding.code, place.span)).or_insert(next);
            if at < next {
                self.found[at].add(&finding);
                return false;
            }
        }
        self.found.push(Finding {
            first: finding,
            next: Vec::new(),
            more: 0,
        });
        true
    }

    /// How many there are so far.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Those that were added after the first `known` ones.
    pub fn since(&mut self, known: usize) -> impl Iterator<Item = &mut Diagnostic> {
        self.found
            .iter_mut()
            .skip(known)
            .map(|finding| &mut finding.first)
    }

    /// The findings in the order of the first of each.
    pub fn finish(self) -> Vec<Diagnostic> {
        self.found.into_iter().map(Finding::told).collect()
    }
}

impl Finding {
    fn add(&mut self, other: &Diagnostic) {
        let is_new = other.message != self.first.message && !self.next.contains(&other.message);
        if !is_new {
            return;
        }
        self.more += 1;
        if self.next.len() + 1 < TOLD {
            self.next.push(other.message.clone());
        }
    }

    fn told(self) -> Diagnostic {
        let mut finding = self.first;
        if self.more > 0 {
            let count = self.more + 1;
            let dots = if self.more > self.next.len() {
                "; …"
            } else {
                ""
            };
            finding.notes.insert(
                0,
                format!(
                    "so {count} times in all, also: {}{dots}",
                    self.next.join("; ")
                ),
            );
        }
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn finding(message: &str, at: usize) -> Diagnostic {
        Diagnostic::new(Code::Unused, Span::new(FileId(0), at..at + 1), message, "")
    }

    #[test]
    fn what_is_repeated_is_told_once_with_its_count() {
        let mut findings = Findings::default();
        assert!(findings.push(finding("a", 0)));
        assert!(findings.push(finding("a", 1)));
        for message in ["b", "a", "b", "c", "d"] {
            assert!(!findings.push(finding(message, 0)));
        }
        let told = findings.finish();
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].notes, ["so 4 times in all, also: b; c; …"]);
        assert!(told[1].notes.is_empty());
    }
}
