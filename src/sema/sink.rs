//! Where diagnostics are collected: one for each code and place, and not without end.

use crate::diag::repeat::Findings;
use crate::diag::{Code, Diagnostic, Severity};

/// Diagnostics of each severity that are kept; a file with more has one systematic mistake.
const MAX_DIAGNOSTICS: usize = 1_000;

/// Searches for a similar name that are made; each one looks at many names.
const MAX_SUGGESTIONS: u32 = 20;

/// Collects diagnostics.
#[derive(Debug)]
pub(super) struct Sink {
    findings: Findings,
    errors: usize,
    warnings: usize,
    suggestions: u32,
}

impl Default for Sink {
    fn default() -> Self {
        Sink {
            findings: Findings::default(),
            errors: 0,
            warnings: 0,
            suggestions: MAX_SUGGESTIONS,
        }
    }
}

impl Sink {
    /// Adds a diagnostic. Of one code at one place there is only one, which counts the others: a loop or a range says
    /// it often.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let count = match diagnostic.severity() {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        if *count >= MAX_DIAGNOSTICS {
            return;
        }
        if self.findings.push(diagnostic) {
            *count += 1;
        }
    }

    /// How many there are so far.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Adds help to those of a code among what was added after the first `known` ones.
    pub fn advise(&mut self, known: usize, code: Code, help: &str) {
        for diagnostic in self.findings.since(known) {
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
        let mut needed = Vec::new();
        let mut diagnostics = self.findings.finish();
        for diagnostic in &diagnostics {
            if diagnostic.code == Code::EmptySet {
                needed.extend(diagnostic.primary.as_ref().map(|label| label.span));
            }
        }
        // That a set is empty is a warning only where nothing is needed.
        diagnostics.retain(|d| {
            let is_needed = d
                .primary
                .as_ref()
                .is_some_and(|label| needed.contains(&label.span));
            d.code != Code::EmptySelection || !is_needed
        });
        diagnostics.sort_by_key(|d| d.primary.as_ref().map(|label| label.span));
        diagnostics
    }
}
