//! What is wrong in a file, of all entries that use it.

use std::path::Path;
use std::sync::Arc;

use lsp_types::{
    Diagnostic as LspDiagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    NumberOrString, PublishDiagnosticsParams, Range,
};

use super::places::Places;
use super::server::Server;
use super::workspace::Entry;
use crate::diag::{Code, Diagnostic, Severity};

/// What is told about a file; None where it has no address.
pub fn of(server: &Server<'_>, path: &Path) -> Option<PublishDiagnosticsParams> {
    let uri = server.workspace.uri(path)?;
    let mut diagnostics: Vec<LspDiagnostic> = Vec::new();
    for (_, _, shown) in all(server, path) {
        if !diagnostics.contains(&shown) {
            diagnostics.push(shown);
        }
    }
    diagnostics.sort_by_key(|d| (d.range.start, d.range.end));
    let document = server.workspace.documents.get(path);
    Some(PublishDiagnosticsParams {
        uri,
        diagnostics,
        version: document.map(|document| document.version),
    })
}

/// What was found in a file, each with the entry that it was found in and as it is shown.
pub fn all<'s>(server: &'s Server<'_>, path: &Path) -> Vec<(&'s Entry, Diagnostic, LspDiagnostic)> {
    let mut all = Vec::new();
    let known = server.workspace.entries.iter();
    for (entry_path, entry) in known {
        let Some(file) = entry.file(path) else {
            continue;
        };
        let mut places = server.places(entry);
        let planned = server
            .plans
            .get(entry_path)
            .filter(|(of, _)| Arc::ptr_eq(of, entry));
        let planned = planned.iter().flat_map(|(_, outcomes)| outcomes);
        let planned = planned.flat_map(|outcome| outcome.diagnostics.iter().cloned());
        for diagnostic in entry.view.diagnostics().into_iter().chain(planned) {
            let is_here = match &diagnostic.primary {
                Some(label) => label.span.file == file,
                None => entry_path == path,
            };
            if is_here && let Some(shown) = shown(&mut places, &diagnostic) {
                all.push((entry.as_ref(), diagnostic, shown));
            }
        }
    }
    all
}

fn shown(places: &mut Places<'_>, diagnostic: &Diagnostic) -> Option<LspDiagnostic> {
    let range = match &diagnostic.primary {
        None => Range::default(),
        Some(label) => places.range(label.span.file, label.span.range())?,
    };
    let mut message = diagnostic.message.clone();
    for (what, lines) in [("note", &diagnostic.notes), ("help", &diagnostic.help)] {
        for line in lines {
            message.push_str(&format!("\n{what}: {line}"));
        }
    }
    let related = diagnostic.secondary.iter().filter_map(|label| {
        Some(DiagnosticRelatedInformation {
            location: places.location(label.span)?,
            message: label.text.clone(),
        })
    });
    let related = related.collect();
    // Editors fade it.
    let tags = (diagnostic.code == Code::Unused).then(|| vec![DiagnosticTag::UNNECESSARY]);
    Some(LspDiagnostic {
        range,
        severity: Some(match diagnostic.severity() {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(diagnostic.code.to_string())),
        code_description: None,
        source: Some(String::from("mvm")),
        message,
        related_information: Some(related),
        tags,
        data: None,
    })
}
