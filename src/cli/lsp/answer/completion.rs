//! What could be written.

use std::path::Path;

use lsp_types::*;

use super::{Refusal, markdown};
use crate::cli::lsp::place::Placed;
use crate::cli::lsp::server::Server;
use crate::editor::{Candidate, CandidateKind, DeclarationKind};

pub fn completion(
    server: &Server<'_>,
    params: CompletionParams,
) -> Result<Option<CompletionList>, Refusal> {
    let position = &params.text_document_position;
    let Some(here) = server.here(&position.text_document.uri) else {
        return Ok(None);
    };
    let Some((entry, _)) = here.entry else {
        return Ok(None);
    };
    let text = here.text;
    let placed = Placed::new(text, server.encoding);
    let at = placed.offset(position.position);
    let found = entry.view.complete(text, at, &beside(server, &here.path));
    let range = placed.range(found.start..at);
    let is_quoted = text[found.start..at].starts_with('"');
    let items = found
        .candidates
        .into_iter()
        .map(|candidate| item(candidate, range, is_quoted))
        .collect();
    Ok(Some(CompletionList {
        is_incomplete: found.is_cut,
        items,
    }))
}

/// The other files that a file could use, as it would call them.
fn beside(server: &Server<'_>, path: &Path) -> Vec<String> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let others = server
        .workspace
        .entries
        .keys()
        .filter(|other| *other != path);
    let below = others.filter_map(|other| other.strip_prefix(folder).ok()?.to_str());
    below.map(str::to_owned).collect()
}

/// `is_quoted`: the word so far begins with a quote, which editors compare.
fn item(candidate: Candidate, range: Range, is_quoted: bool) -> CompletionItem {
    let Candidate {
        text,
        kind,
        detail,
        about,
        is_likely,
    } = candidate;
    let kind = match kind {
        CandidateKind::Keyword => CompletionItemKind::KEYWORD,
        CandidateKind::Module => CompletionItemKind::FILE,
        CandidateKind::Value => CompletionItemKind::VALUE,
        CandidateKind::Unit => CompletionItemKind::UNIT,
        CandidateKind::Name(kind) => match kind {
            DeclarationKind::Class(_) => CompletionItemKind::CLASS,
            DeclarationKind::Constant => CompletionItemKind::CONSTANT,
            DeclarationKind::Set => CompletionItemKind::ENUM,
            DeclarationKind::Plan => CompletionItemKind::FUNCTION,
            DeclarationKind::Variable | DeclarationKind::Thing(_) => CompletionItemKind::VARIABLE,
        },
    };
    // Names before words of the language, what is likely first.
    let class = match (kind, is_likely) {
        (CompletionItemKind::KEYWORD, _) => 1,
        (_, true) => 0,
        (_, false) => 2,
    };
    CompletionItem {
        sort_text: Some(format!("{class}{text}")),
        // Where it is the text it is left out: Neovim 0.7 takes the whole path for what is completed only then.
        filter_text: (!is_quoted && text.starts_with('"'))
            .then(|| text.trim_start_matches('"').to_owned()),
        detail: (!detail.is_empty()).then_some(detail),
        documentation: about.map(|about| Documentation::MarkupContent(markdown(about))),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range,
            new_text: text.clone(),
        })),
        label: text,
        kind: Some(kind),
        ..CompletionItem::default()
    }
}
