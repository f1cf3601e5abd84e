//! Where diagnostics are collected: one for each code and place, and not without end.

use std::collections::HashSet;

use crate::diag::{Code, Diagnostic, Severity};
use crate::source::Span;

/// Diagnostics of each severity that are kept; a file with more has one systematic mistake.
const MAX_DIAGNOSTICS: usize = 1_000;

/// Searches for a similar name that are made; each one looks at many names.
const MAX_SUGGESTIONS: u32 = 20;

/// Collects diagnostics.
#[derive(Debug)]
pub(super) struct Sink {
    diagnostics: Vec<Diagnostic>,
    seen: HashSet<(Code, Option<Span>)>,
    errors: usize,
    warnings: usize,
    suggestions: u32,
}

impl Default for Sink {
    fn default() -> Self {
        Sink {
            diagnostics: Vec::new(),
            seen: HashSet::new(),
            errors: 0,
            warnings: 0,
            suggestions: MAX_SUGGESTIONS,
        }
    }
}

impl Sink {
    /// Adds a diagnostic, unless one of its code is already at its place: a loop or a range says it often.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let count = match diagnostic.severity() {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        if *count >= MAX_DIAGNOSTICS {
            return;
        }
        let place = diagnostic.primary.as_ref().map(|label| label.span);
        if place.is_none() || self.seen.insert((diagnostic.code, place)) {
            *count += 1;
            self.diagnostics.push(diagnostic);
        }
    }

    /// How many there are so far.
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Adds help to those of a code among what was added after the first `known` ones.
    pub fn advise(&mut self, known: usize, code: Code, help: &str) {
        for diagnostic in self.diagnostics.iter_mut().skip(known) {
            if diagnostic.code == code {
                diagnostic.help.push(help.to_owned());
            }
        }
    }

    /// Adds those of another stage.
    pub fn extend(&mut self, diagnostics: Vec<Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }

    /// Whether there are errors.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether another search for a similar name is worth its time.
    pub fn may_suggest(&mut self) -> bool {
        let left = self.suggestions > 0;
        self.suggestions = self.suggestions.saturating_sub(1);
        left
    }

    /// All diagnostics, file by file and from top to bottom.
    pub fn finish(self) -> Vec<Diagnostic> {
        let seen = self.seen;
        let mut diagnostics = self.diagnostics;
        // That a set is empty is a warning only where nothing is needed.
        diagnostics.retain(|d| {
            let place = d.primary.as_ref().map(|label| label.span);
            d.code != Code::EmptySelection || !seen.contains(&(Code::EmptySet, place))
        });
        diagnostics.sort_by_key(|d| d.primary.as_ref().map(|label| label.span));
        diagnostics
    }
}
