//! What a file declares, and what all files do.

use lsp_types::*;

use super::Refusal;
use crate::cli::lsp::place::Placed;
use crate::cli::lsp::server::Server;
use crate::cli::lsp::workspace::strip;
use crate::editor::{DeclarationKind, Outline};
use crate::source::Span;
use crate::syntax::ast::DeclKind;

pub fn symbols(
    server: &Server<'_>,
    params: DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>, Refusal> {
    let Some((here, entry, file)) = server.here(&params.text_document.uri).and_then(|here| {
        let (entry, file) = here.entry?;
        Some((here, entry, file))
    }) else {
        return Ok(None);
    };
    let carry = server.workspace.carry(entry, file);
    let placed = Placed::new(strip(&here.text), server.encoding);
    let place = |span: Span| carry.range(span.range()).map(|range| placed.range(range));
    let outline = entry.view.outline(file);
    let symbols = outline
        .iter()
        .filter_map(|outline| symbol(outline, &place))
        .collect();
    Ok(Some(DocumentSymbolResponse::Nested(symbols)))
}

fn symbol(outline: &Outline, place: &dyn Fn(Span) -> Option<Range>) -> Option<DocumentSymbol> {
    let selection_range = place(outline.span)?;
    #[allow(deprecated)] // The field has to be there.
    Some(DocumentSymbol {
        name: outline.name.clone(),
        detail: Some(outline.kind.words().to_owned()),
        kind: symbol_kind(outline.kind),
        tags: None,
        deprecated: None,
        range: place(outline.whole).unwrap_or(selection_range),
        selection_range,
        children: Some(
            outline
                .children
                .iter()
                .filter_map(|child| symbol(child, place))
                .collect(),
        ),
    })
}

fn symbol_kind(kind: DeclarationKind) -> SymbolKind {
    match kind {
        DeclarationKind::Thing(DeclKind::Vm) => SymbolKind::OBJECT,
        DeclarationKind::Thing(DeclKind::Server) => SymbolKind::STRUCT,
        DeclarationKind::Thing(_) => SymbolKind::NAMESPACE,
        DeclarationKind::Constant => SymbolKind::CONSTANT,
        DeclarationKind::Set => SymbolKind::ARRAY,
        DeclarationKind::Class(_) => SymbolKind::CLASS,
        DeclarationKind::Plan => SymbolKind::FUNCTION,
        DeclarationKind::Variable => SymbolKind::VARIABLE,
    }
}

pub fn workspace_symbols(
    server: &Server<'_>,
    params: WorkspaceSymbolParams,
) -> Result<Vec<SymbolInformation>, Refusal> {
    const MANY: usize = 500;
    let query = params.query.to_lowercase();
    let mut found: Vec<SymbolInformation> = Vec::new();
    for (path, entry) in &server.workspace.entries {
        let Some(file) = entry.file(path) else {
            continue;
        };
        let mut open = entry.view.outline(file);
        while let Some(outline) = open.pop() {
            if outline.name.to_lowercase().contains(&query)
                && let Some(location) = server.location(entry, outline.span)
            {
                #[allow(deprecated)] // The field has to be there.
                found.push(SymbolInformation {
                    name: outline.name,
                    kind: symbol_kind(outline.kind),
                    tags: None,
                    deprecated: None,
                    location,
                    container_name: None,
                });
            }
            open.extend(outline.children);
        }
    }
    found.sort_by(|one, other| {
        (one.location.uri.as_str(), one.location.range.start)
            .cmp(&(other.location.uri.as_str(), other.location.range.start))
    });
    found.truncate(MANY);
    Ok(found)
}
