//! What a file declares, and what all files do.

use lsp_types::*;

use super::Refusal;
use crate::cli::lsp::places::Places;
use crate::cli::lsp::server::Server;
use crate::editor::{DeclarationKind, Outline};
use crate::syntax::ast::DeclKind;

pub fn symbols(
    server: &Server<'_>,
    params: DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>, Refusal> {
    let here = server.here(&params.text_document.uri);
    let Some((entry, file)) = here.and_then(|here| here.entry) else {
        return Ok(None);
    };
    let mut places = server.places(entry);
    let outline = entry.view.outline(file).into_iter();
    let symbols = outline
        .filter_map(|outline| symbol(outline, &mut places))
        .collect();
    Ok(Some(DocumentSymbolResponse::Nested(symbols)))
}

fn symbol(outline: Outline, places: &mut Places<'_>) -> Option<DocumentSymbol> {
    let Outline { span, whole, .. } = outline;
    let selection_range = places.range(span.file, span.range())?;
    let whole = places.range(whole.file, whole.range());
    let children = outline.children.into_iter();
    let children: Vec<DocumentSymbol> =
        children.filter_map(|child| symbol(child, places)).collect();
    #[allow(deprecated)] // The field has to be there.
    Some(DocumentSymbol {
        name: outline.name,
        detail: Some(outline.kind.words().to_owned()),
        kind: symbol_kind(outline.kind),
        tags: None,
        deprecated: None,
        range: whole.unwrap_or(selection_range),
        selection_range,
        children: (!children.is_empty()).then_some(children),
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
        let mut named: Vec<Outline> = Vec::new();
        while let Some(mut outline) = open.pop() {
            open.append(&mut outline.children);
            if outline.name.to_lowercase().contains(&query) {
                named.push(outline);
            }
        }
        // Of each file no more are shown than of all.
        named.sort_by_key(|outline| outline.span);
        named.truncate(MANY);
        let mut places = server.places(entry);
        found.extend(named.into_iter().filter_map(|outline| {
            #[allow(deprecated)] // The field has to be there.
            Some(SymbolInformation {
                location: places.location(outline.span)?,
                name: outline.name,
                kind: symbol_kind(outline.kind),
                tags: None,
                deprecated: None,
                container_name: None,
            })
        }));
    }
    found.sort_by(|one, other| {
        (one.location.uri.as_str(), one.location.range.start)
            .cmp(&(other.location.uri.as_str(), other.location.range.start))
    });
    found.truncate(MANY);
    Ok(found)
}
