//! An editor, as far as the protocol goes.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::str::FromStr;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use lsp_server::{Message, Notification, Request, RequestId, Response};
use lsp_types::Uri;
use serde_json::{Value, json};

/// A watchdog only, far above what any answer takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server that runs in a folder of its own.
pub struct Client {
    folder: tempfile::TempDir,
    server: Child,
    input: ChildStdin,
    messages: Receiver<Message>,
    next: i32,
    /// What was last said to be wrong in each file, by its name.
    pub wrong: BTreeMap<String, Value>,
    versions: BTreeMap<String, i32>,
    /// What the server can, as it said.
    pub capabilities: Value,
}

impl Client {
    /// Starts a server on some files; `encodings` are those of positions that the editor knows.
    pub fn new(files: &[(&str, &str)], encodings: &[&str]) -> Client {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("a file can be written");
        }
        let mut server = Command::new(assert_cmd::cargo::cargo_bin("mvm"))
            .arg("lsp")
            .env("XDG_CACHE_HOME", folder.path().join("cache"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let input = server.stdin.take().expect("it has an input");
        let output = server.stdout.take().expect("it has an output");
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Ok(Some(message)) = Message::read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut client = Client {
            folder,
            server,
            input,
            messages,
            next: 0,
            wrong: BTreeMap::new(),
            versions: BTreeMap::new(),
            capabilities: Value::Null,
        };
        let uri = client.uri("");
        let initialized = client.ask(
            "initialize",
            json!({
                "processId": null,
                "rootUri": uri,
                "workspaceFolders": [{ "uri": uri, "name": "test" }],
                "capabilities": { "general": { "positionEncodings": encodings } },
            }),
        );
        client.capabilities = initialized["capabilities"].clone();
        client.tell("initialized", json!({}));
        client
    }

    /// The address of a file.
    pub fn uri(&self, name: &str) -> String {
        let folder = fs::canonicalize(self.folder.path()).expect("it is there");
        let uri = format!("file://{}/{name}", folder.display());
        assert!(Uri::from_str(&uri).is_ok());
        uri.trim_end_matches('/').to_owned()
    }

    /// Where the files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(Notification::new(method.to_owned(), params).into());
    }

    fn send(&mut self, message: Message) {
        message.write(&mut self.input).expect("the server listens");
    }

    /// Asks, without waiting for the answer.
    pub fn begin(&mut self, method: &str, params: Value) -> RequestId {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.send(Request::new(id.clone(), method.to_owned(), params).into());
        id
    }

    /// The answer to a question.
    pub fn end(&mut self, id: &RequestId) -> Response {
        loop {
            if let Message::Response(response) = self.next_message()
                && response.id == *id
            {
                return response;
            }
        }
    }

    /// The questions that are answered until one is, in order.
    pub fn answered(&mut self, last: &RequestId) -> Vec<RequestId> {
        let mut answered = Vec::new();
        while answered.last() != Some(last) {
            if let Message::Response(response) = self.next_message() {
                answered.push(response.id);
            }
        }
        answered
    }

    /// Asks, and waits for the result.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        let response = self.end(&id);
        assert!(response.error.is_none(), "{method}: {:?}", response.error);
        response.result.unwrap_or_default()
    }

    /// Asks what must be refused, and says why it is.
    pub fn refused(&mut self, method: &str, params: Value) -> String {
        let id = self.begin(method, params);
        self.end(&id).error.expect("it is refused").message
    }

    /// Waits for something that the server says by itself.
    pub fn hear(&mut self) {
        self.next_message();
    }

    /// The next message, answered where the server asks.
    fn next_message(&mut self) -> Message {
        let message = self
            .messages
            .recv_timeout(PATIENCE)
            .expect("the server goes on");
        match &message {
            Message::Notification(said) if said.method == "textDocument/publishDiagnostics" => {
                let uri = said.params["uri"].as_str().unwrap_or_default();
                let name = uri.rsplit('/').next().unwrap_or_default().to_owned();
                self.wrong.insert(name, said.params.clone());
            }
            Message::Request(asked) => {
                let answer = Response::new_ok(asked.id.clone(), Value::Null);
                self.send(answer.into());
            }
            _ => {}
        }
        message
    }

    /// Opens a file, and waits until it was looked at.
    pub fn open(&mut self, name: &str, text: &str) {
        let document =
            json!({ "uri": self.uri(name), "languageId": "mvm", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        self.versions.insert(name.to_owned(), 1);
        self.settle(name);
    }

    /// Writes another text into an open file, and waits until it was looked at.
    pub fn write(&mut self, name: &str, text: &str) {
        self.change(name, json!([{ "text": text }]));
    }

    /// Changes an open file, and waits until it was looked at.
    pub fn change(&mut self, name: &str, changes: Value) {
        let version = self.versions[name] + 1;
        self.versions.insert(name.to_owned(), version);
        let document = json!({ "uri": self.uri(name), "version": version });
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
        self.settle(name);
    }

    /// Waits until everything is up to date: questions about names wait for that.
    pub fn settle(&mut self, name: &str) {
        self.at(
            "textDocument/references",
            name,
            0,
            0,
            json!({ "context": { "includeDeclaration": false } }),
        );
    }

    /// Asks about a place, with further parameters.
    pub fn at(&mut self, method: &str, name: &str, line: u32, column: u32, more: Value) -> Value {
        let params = self.params(name, line, column, more);
        self.ask(method, params)
    }

    pub fn params(&self, name: &str, line: u32, column: u32, more: Value) -> Value {
        let mut params = json!({
            "textDocument": { "uri": self.uri(name) },
            "position": { "line": line, "character": column },
        });
        if let (Some(params), Value::Object(more)) = (params.as_object_mut(), more) {
            params.extend(more);
        }
        params
    }

    /// What is wrong in a file: `line:column code message`, a line each.
    pub fn shown(&self, name: &str) -> String {
        let found = self
            .wrong
            .get(name)
            .and_then(|said| said["diagnostics"].as_array());
        let lines = found.into_iter().flatten().map(|one| {
            let start = &one["range"]["start"];
            let message = one["message"].as_str().unwrap_or_default();
            let first = message.lines().next().unwrap_or_default();
            format!(
                "{}:{} {} {first}\n",
                start["line"],
                start["character"],
                one["code"].as_str().unwrap_or_default()
            )
        });
        lines.collect()
    }

    /// Says goodbye; the server has to end by itself.
    pub fn goodbye(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        let status = self.server.wait().expect("it ends");
        assert!(status.success(), "{status}");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Where a test has failed; otherwise it has ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The text after edits of the protocol, whose columns count bytes here.
pub fn edited(text: &str, edits: &Value) -> String {
    let at = |place: &Value| -> usize {
        let line = place["line"].as_u64().unwrap_or_default() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + place["character"].as_u64().unwrap_or_default() as usize
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .into_iter()
        .flatten()
        .map(|edit| {
            (
                at(&edit["range"]["start"]),
                at(&edit["range"]["end"]),
                edit["newText"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}
