//! Diagnostics as data: what went wrong, where, and what to do.
//!
//! A stage of the compiler returns its result and a `Vec<Diagnostic>`; nothing is printed below
//! the command line. [`render`] alone knows the crates that draw them.

pub mod code;
mod json;
pub mod page;
pub mod render;
pub mod repeat;
pub mod suggest;

pub use code::Code;

use crate::source::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input can be used, but probably does not say what was meant.
    Warning,
    /// The input cannot be used.
    Error,
}

/// A place and what to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words, drawn beside the place.
    pub text: String,
}

/// A change of the source that certainly mends the problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What to replace; an empty span inserts.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code, which `mvm explain` documents.
    pub code: Code,
    /// One line that stands on its own.
    pub message: String,
    /// The place that it is about. None only when no file is to blame (a file that cannot be read, say).
    pub primary: Option<Label>,
    /// Other places that matter, most important first.
    pub secondary: Vec<Label>,
    /// Facts that help to understand.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// Changes each of which certainly helps, the likeliest first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A diagnostic with a place. The label says what is at the place, in a few words.
    pub fn new(
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Diagnostic {
            primary: Some(Label {
                span,
                text: label.into(),
            }),
            ..Self::without_place(code, message)
        }
    }

    /// A diagnostic that no place in a file is to blame for.
    pub fn without_place(code: Code, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Adds another place.
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a fact.
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds what to do.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds a change that certainly helps.
    pub fn with_fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fixes.push(Fix {
            span,
            replacement: replacement.into(),
        });
        self
    }

    /// The severity, which the code decides.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// Whether any of them is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity() == Severity::Error)
}
