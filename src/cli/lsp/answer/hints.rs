//! Words behind places: the sizes of sets, and when steps end in the plan that was computed last.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use lsp_types::*;

use super::Refusal;
use crate::cli::lsp::place::Placed;
use crate::cli::lsp::server::Server;
use crate::show::show_seconds;
use crate::source::{FileId, Span};

pub fn hints(server: &Server<'_>, params: InlayHintParams) -> Result<Vec<InlayHint>, Refusal> {
    let Some(here) = server.here(&params.text_document.uri) else {
        return Ok(Vec::new());
    };
    let Some((entry, file)) = here.entry else {
        return Ok(Vec::new());
    };
    let placed = Placed::new(here.text, server.encoding);
    let carry = server.places(entry).carry(file);
    let range = placed.bytes(params.range);
    let old = carry.back(range.start).unwrap_or(0)
        ..carry
            .back(range.end)
            .unwrap_or(entry.view.map().text(file).len());
    let hints = entry.view.hints(Span::new(file, old.clone()));
    let mut words: Vec<(usize, String)> =
        hints.into_iter().map(|hint| (hint.at, hint.text)).collect();
    words.extend(
        ends(server, &here.path, file)
            .into_iter()
            .filter(|(at, _)| old.contains(at)),
    );
    let hints = words.into_iter().filter_map(|(at, text)| {
        Some(InlayHint {
            position: placed.position(carry.range(at..at)?.start),
            label: InlayHintLabel::String(text),
            kind: None,
            text_edits: None,
            tooltip: None,
            padding_left: Some(true),
            padding_right: None,
            data: None,
        })
    });
    Ok(hints.collect())
}

/// When the steps of the plans that were computed last end, behind each.
fn ends(server: &Server<'_>, path: &Path, file: FileId) -> Vec<(usize, String)> {
    let Some((entry, outcomes)) = server.plans.get(path) else {
        return Vec::new();
    };
    let is_same = server
        .workspace
        .entries
        .get(path)
        .is_some_and(|now| Arc::ptr_eq(now, entry));
    let mut last: BTreeMap<Span, i64> = BTreeMap::new();
    let plans = outcomes
        .iter()
        .filter(|_| is_same)
        .filter_map(|outcome| outcome.plan.as_ref());
    for action in plans.flat_map(|plan| &plan.actions) {
        if let Some(origin) = action.origin.filter(|origin| origin.file == file) {
            let end = last.entry(origin).or_default();
            *end = action.end.max(*end);
        }
    }
    last.into_iter()
        .map(|(span, end)| {
            (
                span.range().end,
                format!("ends after {}", show_seconds(end)),
            )
        })
        .collect()
}
