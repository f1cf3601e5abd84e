//! Why no plan exists, in terms of the file.

use crate::diag::{Code, Diagnostic};
use crate::formulate::Problem;
use crate::formulation::{SourceId, SourceKind};
use crate::request::Request;

/// The sources that contradict one another, as one picture.
pub fn impossible(request: &Request, problem: &Problem, core: &[SourceId]) -> Vec<Diagnostic> {
    let formulation = &problem.formulation;
    let mut sources: Vec<_> = core.iter().map(|&id| &formulation[id]).collect();
    // Rules first: they are what can be changed.
    sources.sort_by_key(|source| (source.kind != SourceKind::Rule, source.span));
    let message = format!(
        "no plan exists for `{}`: these contradict one another",
        request.name
    );
    let mut places = sources
        .iter()
        .filter_map(|source| Some((source.span?, source.label.clone())));
    let mut diagnostic = match places
        .next()
        .or(request.origin.map(|span| (span, String::from("this plan"))))
    {
        Some((span, label)) => Diagnostic::new(Code::Impossible, span, message, label),
        None => Diagnostic::without_place(Code::Impossible, message),
    };
    for (span, label) in places {
        diagnostic = diagnostic.with_label(span, label);
    }
    for source in sources.iter().filter(|source| source.span.is_none()) {
        diagnostic = diagnostic.with_note(source.label.clone());
    }
    vec![diagnostic]
}
