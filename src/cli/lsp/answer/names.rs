//! From names to their declarations and uses, and other names for them.

use std::collections::HashMap;

use lsp_types::*;

use super::{At, Refusal, refused};
use crate::cli::lsp::server::Server;
use crate::cli::lsp::workspace::Entry;
use crate::source::FileId;

pub fn definition(
    server: &Server<'_>,
    params: GotoDefinitionParams,
) -> Result<Vec<Location>, Refusal> {
    let Some(mut it) = server.at(&params.text_document_position_params) else {
        return Ok(Vec::new());
    };
    let spans = it.entry.view.definition(it.file, it.at).into_iter();
    Ok(spans.filter_map(|span| it.places.location(span)).collect())
}

pub fn references(server: &Server<'_>, params: ReferenceParams) -> Result<Vec<Location>, Refusal> {
    let declaration = params.context.include_declaration;
    let mut all: Vec<Location> = Vec::new();
    for (entry, file, at) in everywhere(server, &params.text_document_position) {
        let spans = entry.view.references(file, at, declaration).into_iter();
        let mut places = server.places(entry);
        all.extend(spans.filter_map(|span| places.location(span)));
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
    let Some(it) = server.at(params) else {
        return Vec::new();
    };
    // From a reference to what it refers to, which more files may know.
    let declared = it.entry.view.definition(it.file, it.at);
    let (path, at) = match declared.as_slice() {
        [only] if !only.range().is_empty() => (it.entry.path_of(only.file), only.range().start),
        _ => (it.path, it.at),
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
    let Some(At {
        entry,
        file,
        at,
        mut places,
        ..
    }) = server.at(&params)
    else {
        return Ok(None);
    };
    let (span, placeholder) = entry.view.renameable(file, at).map_err(refused)?;
    let range = places.range(span.file, span.range());
    Ok(range.map(|range| PrepareRenameResponse::RangeWithPlaceholder { range, placeholder }))
}

pub fn rename(server: &Server<'_>, params: RenameParams) -> Result<Option<WorkspaceEdit>, Refusal> {
    let Some(it) = server.at(&params.text_document_position) else {
        return Ok(None);
    };
    it.entry.view.renameable(it.file, it.at).map_err(refused)?;
    // The protocol has this as a hash map, whose order the editor does not see.
    #[allow(clippy::mutable_key_type)]
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (entry, file, at) in everywhere(server, &params.text_document_position) {
        let mut places = server.places(entry);
        let edits = entry.view.rename(file, at, &params.new_name);
        for edit in edits.map_err(refused)? {
            if let Some(Location { uri, range }) = places.location(edit.span) {
                let new_text = edit.text;
                let edits = changes.entry(uri).or_default();
                edits.push(TextEdit { range, new_text });
            }
        }
    }
    // Several views may have the same file.
    for edits in changes.values_mut() {
        edits.sort_by(|one, other| {
            let key = |edit: &TextEdit| (edit.range.start, edit.range.end);
            (key(one), &one.new_text).cmp(&(key(other), &other.new_text))
        });
        edits.dedup();
    }
    Ok(Some(WorkspaceEdit::new(changes)))
}
