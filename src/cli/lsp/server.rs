//! The loop: messages of the editor, and what the workers found.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId};
use lsp_types::notification::{self, Notification as _};
use lsp_types::request::{self, Request as _};
use lsp_types::{
    CancelParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    ExecuteCommandParams, InitializeParams, InitializeResult, MessageType, NumberOrString,
    PositionEncodingKind, PublishDiagnosticsParams, ServerInfo, ShowMessageParams, Uri,
};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::to_raw_value;

use super::capabilities::capabilities;
use super::place::{Placed, path_of};
use super::wire::Wire;
use super::worker::{self, Found, Job, Outcome};
use super::workspace::{Document, Entry, Workspace};
use super::{answer, diagnostics, library};
use crate::source::lines::Encoding;

/// The command that computes a plan: the address of its file, and its name.
pub const PLAN: &str = "mvm.plan";

/// What the loop knows.
pub struct Server<'w> {
    wire: &'w Wire,
    pub encoding: Encoding,
    pub workspace: Workspace,
    /// The plans of a file that were computed last, and from what.
    pub plans: BTreeMap<PathBuf, (Arc<Entry>, Vec<Outcome>)>,
    checker: Sender<Job>,
    found: Sender<Found>,
    /// Jobs that were given out, and the last that is done.
    given: u64,
    done: u64,
    /// Requests for which not enough is known yet.
    waiting: Vec<Request>,
    /// What ends the computation of a file's plans.
    planning: BTreeMap<PathBuf, Planning>,
    published: BTreeMap<PathBuf, PublishDiagnosticsParams>,
    /// Whether the editor colours anew when it is told to.
    refreshes: bool,
    /// The same for words behind places.
    refreshes_hints: bool,
    asked: i32,
    is_leaving: bool,
}

/// A computation of plans.
struct Planning {
    stop: Arc<AtomicBool>,
    /// The request that waits for it.
    request: Option<RequestId>,
}

/// Serves until the editor says goodbye.
///
/// # Errors
/// Where the protocol is not kept.
pub fn serve(wire: &Wire) -> Result<(), Box<dyn Error + Send + Sync>> {
    let Request { id, params, .. } = first_request(wire)?;
    let params: InitializeParams = serde_json::from_value(params)?;
    let general = params.capabilities.general.as_ref();
    let encodings = general.and_then(|general| general.position_encodings.as_ref());
    let encoding = match encodings {
        Some(encodings) if encodings.contains(&PositionEncodingKind::UTF8) => Encoding::Utf8,
        _ => Encoding::Utf16,
    };
    let result = InitializeResult {
        capabilities: capabilities(encoding),
        server_info: Some(ServerInfo {
            name: String::from("mvm"),
            version: Some(String::from(env!("CARGO_PKG_VERSION"))),
        }),
    };
    wire.answer(&id, &to_raw_value(&result)?);
    let (found, results) = unbounded();
    let workspace = params.capabilities.workspace.as_ref();
    let hints = workspace.and_then(|workspace| workspace.inlay_hint.as_ref());
    let tokens = workspace.and_then(|workspace| workspace.semantic_tokens.as_ref());
    let mut server = Server {
        wire,
        encoding,
        workspace: Workspace::default(),
        plans: BTreeMap::new(),
        checker: worker::checker(found.clone()),
        found,
        given: 0,
        done: 0,
        waiting: Vec::new(),
        planning: BTreeMap::new(),
        published: BTreeMap::new(),
        refreshes: tokens
            .and_then(|tokens| tokens.refresh_support)
            .unwrap_or_default(),
        refreshes_hints: hints
            .and_then(|hints| hints.refresh_support)
            .unwrap_or_default(),
        asked: 0,
        is_leaving: false,
    };
    let folders = params.workspace_folders.unwrap_or_default();
    server.workspace.folders = folders.iter().map(|folder| real(&folder.uri)).collect();
    let files = server.workspace.files();
    server.check(files);
    server.listen(&results)
}

/// The request to initialise; none comes before it.
fn first_request(wire: &Wire) -> Result<Request, Box<dyn Error + Send + Sync>> {
    loop {
        match wire.heard.recv() {
            Ok(Message::Request(request)) if request.method == request::Initialize::METHOD => {
                return Ok(request);
            }
            Ok(Message::Request(request)) => {
                let (code, why) = (ErrorCode::ServerNotInitialized, "`initialize` comes first");
                wire.refuse(&request.id, code, why);
            }
            Ok(Message::Notification(said)) if said.method == notification::Exit::METHOD => break,
            Ok(_) => {}
            Err(_) => break,
        }
    }
    Err("the editor left before it said who it is".into())
}

impl Server<'_> {
    fn listen(&mut self, results: &Receiver<Found>) -> Result<(), Box<dyn Error + Send + Sync>> {
        loop {
            select! {
                recv(self.wire.heard) -> message => match message {
                    Ok(Message::Request(request)) if request.method == request::Shutdown::METHOD => {
                        self.is_leaving = true;
                        self.respond(&request.id, &());
                    }
                    Ok(Message::Request(request)) if self.is_leaving => {
                        let why = "it was told to end";
                        self.wire.refuse(&request.id, ErrorCode::InvalidRequest, why);
                    }
                    Ok(Message::Request(request)) => self.request(request),
                    Ok(Message::Notification(said)) if said.method == notification::Exit::METHOD => {
                        return match self.is_leaving {
                            true => Ok(()),
                            false => Err("the editor left without a word".into()),
                        };
                    }
                    Ok(Message::Notification(notification)) => self.notification(notification),
                    Ok(Message::Response(_)) => {}
                    Err(_) => return Ok(()),
                },
                recv(results) -> found => match found {
                    Ok(found) => self.found(found),
                    Err(_) => return Ok(()),
                },
            }
        }
    }

    /// Has files checked, the first of them first.
    fn check(&mut self, files: Vec<PathBuf>) {
        self.given += 1;
        // The thread lives as long as this.
        let _ = self.checker.send(Job {
            generation: self.given,
            buffers: self.workspace.buffers(),
            files,
        });
    }

    fn found(&mut self, found: Found) {
        match found {
            Found::Entry(path, entry) => {
                let mut files = entry.paths();
                if let Some(before) = self.workspace.entries.insert(path, entry) {
                    files.extend(before.paths());
                }
                for file in files {
                    self.publish(&file);
                }
            }
            Found::Done(generation) => {
                self.done = generation;
                if self.refreshes && self.is_fresh() {
                    self.ask::<request::SemanticTokensRefresh>();
                }
            }
            Found::Planned(path, entry, outcomes) => self.planned(path, entry, outcomes),
        }
        for request in std::mem::take(&mut self.waiting) {
            self.request(request);
        }
    }

    fn planned(&mut self, path: PathBuf, entry: Arc<Entry>, outcomes: Vec<Outcome>) {
        let asked = self
            .planning
            .remove(&path)
            .and_then(|planning| planning.request);
        if let Some(id) = asked {
            let said = outcomes
                .iter()
                .map(answer::told)
                .collect::<Vec<_>>()
                .join("\n");
            self.wire
                .notify::<notification::ShowMessage>(&ShowMessageParams {
                    typ: MessageType::INFO,
                    message: said.clone(),
                });
            self.respond(&id, &said);
        }
        self.plans
            .insert(path.clone(), (Arc::clone(&entry), outcomes));
        for file in entry.paths() {
            self.publish(&file);
        }
        if self.refreshes_hints {
            self.ask::<request::InlayHintRefreshRequest>();
        }
    }

    /// Whether everything that was given out is done.
    fn is_fresh(&self) -> bool {
        self.done == self.given
    }

    /// Tells the editor what is wrong in a file, if that is news.
    fn publish(&mut self, path: &Path) {
        let Some(params) = diagnostics::of(self, path) else {
            return;
        };
        let is_empty = params.diagnostics.is_empty();
        let known = self.published.get(path);
        // A file that is not open and has nothing wrong is no news, unless there was.
        let is_news = match known {
            Some(known) => *known != params,
            None => !is_empty || self.workspace.documents.contains_key(path),
        };
        if is_news {
            self.wire
                .notify::<notification::PublishDiagnostics>(&params);
            self.published.insert(path.to_path_buf(), params);
        }
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            notification::DidOpenTextDocument::METHOD => {
                if let Some(DidOpenTextDocumentParams { text_document: it }) = read(params) {
                    self.edited(it.uri, it.version, it.text);
                }
            }
            notification::DidChangeTextDocument::METHOD => {
                if let Some(params) = read(params) {
                    self.changed(params);
                }
            }
            notification::DidCloseTextDocument::METHOD => {
                if let Some(DidCloseTextDocumentParams { text_document: it }) = read(params) {
                    let path = real(&it.uri);
                    self.workspace.documents.remove(&path);
                    let affected = self.workspace.affected(&path);
                    if !path.is_file() {
                        self.workspace.entries.remove(&path);
                        self.publish(&path);
                    }
                    self.check(affected);
                }
            }
            notification::DidSaveTextDocument::METHOD => {
                if let Some(DidSaveTextDocumentParams {
                    text_document: it, ..
                }) = read(params)
                {
                    self.plan(real(&it.uri), None, None);
                }
            }
            notification::DidChangeWatchedFiles::METHOD => {
                if let Some(DidChangeWatchedFilesParams { changes }) = read(params) {
                    let paths = changes.iter().map(|change| real(&change.uri));
                    let affected = paths
                        .flat_map(|path| self.workspace.affected(&path))
                        .collect();
                    self.check(affected);
                }
            }
            notification::Cancel::METHOD => {
                if let Some(CancelParams { id }) = read(params) {
                    self.cancel(&match id {
                        NumberOrString::Number(id) => id.into(),
                        NumberOrString::String(id) => id.into(),
                    });
                }
            }
            _ => {}
        }
    }

    fn changed(&mut self, params: DidChangeTextDocumentParams) {
        let path = real(&params.text_document.uri);
        let Some(document) = self.workspace.documents.get(&path) else {
            return;
        };
        let mut text = document.text.to_string();
        for change in params.content_changes {
            match change.range {
                None => text = change.text,
                Some(range) => {
                    let range = Placed::new(&text, self.encoding).bytes(range);
                    text.replace_range(range, &change.text);
                }
            }
        }
        self.edited(params.text_document.uri, params.text_document.version, text);
    }

    fn edited(&mut self, uri: Uri, version: i32, text: String) {
        let path = real(&uri);
        let text = text.into();
        self.workspace
            .documents
            .insert(path.clone(), Document { uri, version, text });
        // What is being planned is out of date.
        if let Some(planning) = self.planning.remove(&path) {
            planning.stop.store(true, Ordering::Relaxed);
            if let Some(id) = planning.request {
                let why = "the file was changed";
                self.wire.refuse(&id, ErrorCode::ContentModified, why);
            }
        }
        let affected = self.workspace.affected(&path);
        self.check(affected);
    }

    /// Gives up what was asked for; what has its answer already keeps it.
    fn cancel(&mut self, id: &RequestId) {
        let before = self.waiting.len();
        self.waiting.retain(|request| request.id != *id);
        let mut is_open = self.waiting.len() < before;
        self.planning.retain(|_, planning| {
            let is_it = planning.request.as_ref() == Some(id);
            if is_it {
                planning.stop.store(true, Ordering::Relaxed);
                is_open = true;
            }
            !is_it
        });
        if is_open {
            let (code, why) = (ErrorCode::RequestCanceled, "cancelled");
            self.wire.refuse(id, code, why);
        }
    }

    /// Computes a file's plans; None: those of which something is expected.
    fn plan(&mut self, path: PathBuf, name: Option<String>, request: Option<RequestId>) {
        let Some(entry) = self.workspace.entries.get(&path).cloned() else {
            return;
        };
        let stop = worker::plan(path.clone(), entry, name, self.found.clone());
        if let Some(before) = self.planning.insert(path, Planning { stop, request }) {
            before.stop.store(true, Ordering::Relaxed);
            if let Some(id) = before.request {
                let why = "it is computed anew";
                self.wire.refuse(&id, ErrorCode::RequestCanceled, why);
            }
        }
    }

    fn request(&mut self, request: Request) {
        let changes_files = [
            request::Rename::METHOD,
            request::PrepareRenameRequest::METHOD,
            request::References::METHOD,
            // What is known by then need not be read once more.
            request::Formatting::METHOD,
        ];
        if changes_files.contains(&request.method.as_str()) && !self.is_fresh() {
            self.waiting.push(request);
            return;
        }
        // Nothing at all is known of a file that was opened right now.
        if let Some(path) = answer::file_of(&request)
            && self.workspace.documents.contains_key(&path)
            && !self.workspace.entries.contains_key(&path)
            && !self.is_fresh()
        {
            self.waiting.push(request);
            return;
        }
        if request.method == request::ExecuteCommand::METHOD {
            self.command(request);
            return;
        }
        let id = request.id.clone();
        match answer::answer(self, request) {
            Ok(result) => self.wire.answer(&id, &result),
            Err(why) => self.wire.refuse(&id, why.code, &why.message),
        }
    }

    fn command(&mut self, request: Request) {
        let Request { id, params, .. } = request;
        let params: Option<ExecuteCommandParams> = read(params);
        let arguments = params
            .filter(|params| params.command == PLAN)
            .map(|params| params.arguments);
        let texts = arguments.map(|arguments| -> Vec<String> {
            arguments
                .iter()
                .filter_map(|text| text.as_str().map(str::to_owned))
                .collect()
        });
        let wire = self.wire;
        let invalid = |why| wire.refuse(&id, ErrorCode::InvalidParams, why);
        match texts.as_deref() {
            Some([uri, name]) => match uri.parse::<Uri>().map(|uri| real(&uri)) {
                Ok(path) if self.workspace.entries.contains_key(&path) => {
                    self.plan(path, Some(name.clone()), Some(id.clone()));
                }
                _ => invalid("there is no such file"),
            },
            _ => invalid("a file and the name of a plan are wanted"),
        }
    }

    fn respond(&self, id: &RequestId, result: &impl Serialize) {
        match to_raw_value(result) {
            Ok(result) => self.wire.answer(id, &result),
            Err(why) => self
                .wire
                .refuse(id, ErrorCode::InternalError, &why.to_string()),
        }
    }

    fn ask<R: request::Request<Params = ()>>(&mut self) {
        self.asked += 1;
        self.wire.ask::<R>(self.asked);
    }
}

/// The file that an address names, as the compiler calls it.
pub fn real(uri: &Uri) -> PathBuf {
    let path = path_of(uri);
    library::write(&path);
    std::fs::canonicalize(&path).unwrap_or(path)
}

fn read<P: serde::de::DeserializeOwned>(params: Value) -> Option<P> {
    serde_json::from_value(params).ok()
}
