//! From names to their declarations and uses, and other names for them.

use std::collections::HashMap;

use lsp_types::*;

use super::{Refusal, refused};
use crate::cli::lsp::place::Placed;
use crate::cli::lsp::server::Server;
use crate::cli::lsp::workspace::{Entry, strip};
use crate::source::FileId;

pub fn definition(
    server: &Server<'_>,
    params: GotoDefinitionParams,
) -> Result<Vec<Location>, Refusal> {
    let found = server.at(&params.text_document_position_params);
    let spans = found.map(|(_, entry, file, at)| (entry, entry.view.definition(file, at)));
    let Some((entry, spans)) = spans else {
        return Ok(Vec::new());
    };
    Ok(spans
        .into_iter()
        .filter_map(|span| server.location(entry, span))
        .collect())
}

pub fn references(server: &Server<'_>, params: ReferenceParams) -> Result<Vec<Location>, Refusal> {
    let declaration = params.context.include_declaration;
    let mut all: Vec<Location> = Vec::new();
    for (entry, file, at) in everywhere(server, &params.text_document_position) {
        let spans = entry.view.references(file, at, declaration);
        all.extend(
            spans
                .into_iter()
                .filter_map(|span| server.location(entry, span)),
        );
    }
    all.sort_by(|one, other| {
        (one.uri.as_str(), one.range.start).cmp(&(other.uri.as_str(), other.range.start))
    });
    all.dedup();
    Ok(all)
}

/// A place of a declaration in every view that has its file: others may use it as well.
fn everywhere<'s>(
    server: &'s Server<'_>,
    params: &TextDocumentPositionParams,
) -> Vec<(&'s Entry, FileId, usize)> {
    let Some((here, entry, file, at)) = server.at(params) else {
        return Vec::new();
    };
    // From a reference to what it refers to, which more files may know.
    let declared = entry.view.definition(file, at);
    let (path, at) = match declared.as_slice() {
        [only] if !only.range().is_empty() => (entry.path_of(only.file), only.range().start),
        _ => (here.path, at),
    };
    let entries = server.workspace.entries.values();
    entries
        .filter_map(|entry| Some((entry.as_ref(), entry.file(&path)?, at)))
        .collect()
}

pub fn prepare_rename(
    server: &Server<'_>,
    params: TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>, Refusal> {
    let Some((here, entry, file, at)) = server.at(&params) else {
        return Ok(None);
    };
    let (span, placeholder) = entry.view.renameable(file, at).map_err(refused)?;
    let range = Placed::new(strip(&here.text), server.encoding).range(span.range());
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder {
        range,
        placeholder,
    }))
}

pub fn rename(server: &Server<'_>, params: RenameParams) -> Result<Option<WorkspaceEdit>, Refusal> {
    let Some((_, entry, file, at)) = server.at(&params.text_document_position) else {
        return Ok(None);
    };
    entry.view.renameable(file, at).map_err(refused)?;
    // The protocol has this as a hash map, whose order the editor does not see.
    #[allow(clippy::mutable_key_type)]
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (entry, file, at) in everywhere(server, &params.text_document_position) {
        for edit in entry
            .view
            .rename(file, at, &params.new_name)
            .map_err(refused)?
        {
            let Some(Location { uri, range }) = server.location(entry, edit.span) else {
                continue;
            };
            let edits = changes.entry(uri).or_default();
            let edit = TextEdit {
                range,
                new_text: edit.text,
            };
            if !edits.contains(&edit) {
                edits.push(edit);
            }
        }
    }
    Ok(Some(WorkspaceEdit::new(changes)))
}
