//! Answers to requests: from the editor library's words to the protocol's.

mod completion;
mod hints;
mod names;
mod symbols;
mod tokens;

use std::borrow::Cow;
use std::path::PathBuf;

use lsp_server::{ErrorCode, Request};
use lsp_types::request::{self, Request as _};
use lsp_types::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::diagnostics;
use super::place::Placed;
use super::places::Places;
use super::server::{PLAN, Server, real};
use super::worker::Outcome;
use super::workspace::Entry;
use crate::editor::DeclarationKind;
use crate::format;
use crate::show::show_seconds;
use crate::source::FileId;
pub use tokens::legend;

/// Why a request has no answer.
pub struct Refusal {
    pub code: ErrorCode,
    pub message: String,
}

type Answer = Result<Box<RawValue>, Refusal>;

/// The answer to a request, as JSON.
///
/// # Errors
/// Why there is none.
pub fn answer(server: &Server<'_>, request: Request) -> Answer {
    let Request { method, params, .. } = request;
    match method.as_str() {
        request::HoverRequest::METHOD => with(params, |params| hover(server, params)),
        request::Completion::METHOD => {
            with(params, |params| completion::completion(server, params))
        }
        request::GotoDefinition::METHOD => with(params, |params| names::definition(server, params)),
        request::References::METHOD => with(params, |params| names::references(server, params)),
        request::PrepareRenameRequest::METHOD => {
            with(params, |params| names::prepare_rename(server, params))
        }
        request::Rename::METHOD => with(params, |params| names::rename(server, params)),
        request::DocumentSymbolRequest::METHOD => {
            with(params, |params| symbols::symbols(server, params))
        }
        request::WorkspaceSymbolRequest::METHOD => {
            with(params, |params| symbols::workspace_symbols(server, params))
        }
        request::SemanticTokensFullRequest::METHOD => {
            with(params, |params: SemanticTokensParams| {
                tokens::tokens(server, &params.text_document.uri, None)
            })
        }
        request::SemanticTokensRangeRequest::METHOD => {
            with(params, |params: SemanticTokensRangeParams| {
                tokens::tokens(server, &params.text_document.uri, Some(params.range))
            })
        }
        request::Formatting::METHOD => with(params, |params| formatting(server, params)),
        request::CodeActionRequest::METHOD => with(params, |params| actions(server, params)),
        request::CodeLensRequest::METHOD => with(params, |params| lenses(server, params)),
        request::InlayHintRequest::METHOD => with(params, |params| hints::hints(server, params)),
        _ => Err(Refusal {
            code: ErrorCode::MethodNotFound,
            message: format!("`{method}` is not known"),
        }),
    }
}

/// The file that a request is about.
pub fn file_of(request: &Request) -> Option<PathBuf> {
    let uri = request.params.get("textDocument")?.get("uri")?.as_str()?;
    uri.parse().ok().map(|uri| real(&uri))
}

fn with<P: DeserializeOwned, R: Serialize>(
    params: Value,
    answer: impl FnOnce(P) -> Result<R, Refusal>,
) -> Answer {
    let wrong = |e: serde_json::Error| Refusal {
        code: ErrorCode::InvalidParams,
        message: e.to_string(),
    };
    let params = serde_json::from_value(params).map_err(wrong)?;
    to_raw_value(&answer(params)?).map_err(wrong)
}

/// A file as it is and as it was when it was looked at.
struct Here<'s> {
    path: PathBuf,
    text: &'s str,
    entry: Option<(&'s Entry, FileId)>,
}

impl Server<'_> {
    fn here(&self, uri: &Uri) -> Option<Here<'_>> {
        let path = real(uri);
        let entry = self.workspace.entries.get(&path);
        let entry = entry.and_then(|entry| Some((entry.as_ref(), entry.file(&path)?)));
        let text = self.workspace.text(&path);
        let text = text.or_else(|| Some(entry?.0.view.map().text(entry?.1)))?;
        Some(Here { path, text, entry })
    }

    /// The view of a file, its places, and the byte in it that a position of the text as it is means.
    fn at(&self, params: &TextDocumentPositionParams) -> Option<At<'_>> {
        let here = self.here(&params.text_document.uri)?;
        let (entry, file) = here.entry?;
        let now = Placed::new(here.text, self.encoding).offset(params.position);
        let mut places = self.places(entry);
        let at = places.carry(file).back(now)?;
        Some(At {
            path: here.path,
            entry,
            file,
            at,
            places,
        })
    }

    /// The places of a view as they are by now.
    pub fn places<'s>(&'s self, entry: &'s Entry) -> Places<'s> {
        Places::new(&self.workspace, self.encoding, entry)
    }
}

/// What a position of the protocol means.
struct At<'s> {
    path: PathBuf,
    entry: &'s Entry,
    file: FileId,
    at: usize,
    places: Places<'s>,
}

fn hover(server: &Server<'_>, params: HoverParams) -> Result<Option<Hover>, Refusal> {
    let Some(mut it) = server.at(&params.text_document_position_params) else {
        return Ok(None);
    };
    let found = it.entry.view.hover(it.file, it.at);
    Ok(found.map(|(range, value)| Hover {
        contents: HoverContents::Markup(markdown(value)),
        range: it.places.range(it.file, range),
    }))
}

fn markdown(value: String) -> MarkupContent {
    let kind = MarkupKind::Markdown;
    MarkupContent { kind, value }
}

fn refused(why: impl std::fmt::Display) -> Refusal {
    Refusal {
        code: ErrorCode::RequestFailed,
        message: why.to_string(),
    }
}

fn formatting(
    server: &Server<'_>,
    params: DocumentFormattingParams,
) -> Result<Option<Vec<TextEdit>>, Refusal> {
    let Some(here) = server.here(&params.text_document.uri) else {
        return Ok(None);
    };
    let text = here.text;
    // What was looked at as it is need not be read again.
    let known = here.entry.and_then(|(entry, file)| {
        let is_same = server.places(entry).carry(file).is_same();
        is_same.then(|| entry.view.layout(file))?
    });
    let new = || format::format(FileId(0), text).ok().map(Cow::Owned);
    let Some(formatted) = known.map(Cow::Borrowed).or_else(new) else {
        return Err(refused("a file that cannot be read is left as it is"));
    };
    let placed = Placed::new(text, server.encoding);
    let edits = format::changes(text, &formatted).into_iter();
    let edits = edits.map(|(was, becomes)| TextEdit {
        range: placed.range(was),
        new_text: formatted[becomes].to_owned(),
    });
    Ok(Some(edits.collect()))
}

fn actions(
    server: &Server<'_>,
    params: CodeActionParams,
) -> Result<Vec<CodeActionOrCommand>, Refusal> {
    let path = real(&params.text_document.uri);
    let mut actions: Vec<CodeActionOrCommand> = Vec::new();
    for (entry, diagnostic, shown) in diagnostics::all(server, &path) {
        // Editors ask about the cursor, which need not stand on the very word that is wrong.
        let is_asked = shown.range.start.line <= params.range.end.line
            && params.range.start.line <= shown.range.end.line;
        if !is_asked {
            continue;
        }
        let mut places = server.places(entry);
        for fix in &diagnostic.fixes {
            let Some(Location { uri, range }) = places.location(fix.span) else {
                continue;
            };
            let edit = TextEdit {
                range,
                new_text: fix.replacement.clone(),
            };
            #[allow(clippy::mutable_key_type)] // The protocol's type.
            let changes = std::iter::once((uri, vec![edit])).collect();
            let action = CodeActionOrCommand::CodeAction(CodeAction {
                title: title(entry.view.map().snippet(fix.span), &fix.replacement),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![shown.clone()]),
                edit: Some(WorkspaceEdit::new(changes)),
                // Of several somebody has to choose.
                is_preferred: Some(diagnostic.fixes.len() == 1),
                ..CodeAction::default()
            });
            if !actions.contains(&action) {
                actions.push(action);
            }
        }
    }
    Ok(actions)
}

/// What a change does, in words: of several lines the first one that is no comment.
fn title(old: &str, new: &str) -> String {
    let shown = |text: &str| {
        let mut lines = text.trim().lines().map(str::trim);
        let first = lines
            .find(|line| !line.starts_with("//"))
            .unwrap_or_default();
        let more = if lines.next().is_some() { " …" } else { "" };
        format!("`{first}{more}`")
    };
    match (old, new) {
        (old, "") => format!("Remove {}", shown(old)),
        ("", new) => format!("Insert {}", shown(new)),
        (_, new) => format!("Write {}", shown(new)),
    }
}

fn lenses(server: &Server<'_>, params: CodeLensParams) -> Result<Vec<CodeLens>, Refusal> {
    let uri = params.text_document.uri;
    let Some((entry, file)) = server.here(&uri).and_then(|here| here.entry) else {
        return Ok(Vec::new());
    };
    let mut places = server.places(entry);
    let plans = entry
        .view
        .outline(file)
        .into_iter()
        .filter(|outline| outline.kind == DeclarationKind::Plan);
    let lenses = plans.filter_map(|plan| {
        let name = plan.name.trim_matches('"').to_owned();
        Some(CodeLens {
            range: places.range(file, plan.span.range())?,
            command: Some(Command {
                title: String::from("compute this plan"),
                command: PLAN.to_owned(),
                arguments: Some(vec![uri.as_str().into(), name.into()]),
            }),
            data: None,
        })
    });
    Ok(lenses.collect())
}

/// What became of a plan, in words.
pub fn told(outcome: &Outcome) -> String {
    match &outcome.plan {
        Some(plan) => {
            let gap = plan
                .objectives
                .first()
                .map_or(0.0, |objective| objective.gap() * 100.0);
            format!(
                "{}: ends after {}, within {gap:.2} % of its bound",
                plan.name,
                show_seconds(plan.makespan)
            )
        }
        None => format!("{}: there is no plan", outcome.name),
    }
}
