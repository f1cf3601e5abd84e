//! The same over the protocol: `mvm lsp`, asked as an editor asks, from the first byte of a question to the last one of its answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How often each question is asked; the one in the middle counts.
const TIMES: usize = 5;

/// A file that uses the inventory, so that the server has two views of it.
const PLAN: &str = "use \"inventory.mvm\"\nplan away {\n  migrate vms on r1 to r2\n  seq vms with tier gold on r1.s0\n}\n";

struct Editor {
    folder: tempfile::TempDir,
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    asked: u64,
}

impl Editor {
    /// An editor with both files open, of which the server knows all there is to know.
    fn new(inventory: &str) -> Editor {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut server = Command::new(env!("CARGO_BIN_EXE_mvm"))
            .arg("lsp")
            .env("XDG_CACHE_HOME", folder.path().join("cache"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let input = server.stdin.take().expect("it has an input");
        let output = BufReader::new(server.stdout.take().expect("it has an output"));
        let mut editor = Editor {
            folder,
            server,
            input,
            output,
            asked: 0,
        };
        let encodings = json!({ "general": { "positionEncodings": ["utf-8"] } });
        editor.ask("initialize", &json!({ "capabilities": encodings }));
        editor.tell("initialized", &json!({}));
        for (name, text) in [("inventory.mvm", inventory), ("plan.mvm", PLAN)] {
            let uri = editor.uri(name);
            let document = json!({ "uri": uri, "languageId": "mvm", "version": 1, "text": text });
            editor.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        }
        editor.settle();
        editor
    }

    fn uri(&self, name: &str) -> String {
        let folder = std::fs::canonicalize(self.folder.path()).expect("it is there");
        format!("file://{}/{name}", folder.display())
    }

    /// A question about a place in a file, with whatever else it needs.
    fn about(&self, name: &str, text: &str, at: usize, more: Value) -> Value {
        let line = text[..at].matches('\n').count();
        let column = at - text[..at].rfind('\n').map_or(0, |end| end + 1);
        let mut all = json!({
            "textDocument": { "uri": self.uri(name) },
            "position": { "line": line, "character": column },
        });
        if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
            all.extend(more);
        }
        all
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len())
            .expect("the server listens");
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The answer to a question, with how long it took and how many bytes it has.
    fn ask(&mut self, method: &str, params: &Value) -> (Value, Duration, usize) {
        self.asked += 1;
        let id = self.asked;
        let question = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let start = Instant::now();
        self.send(&question);
        loop {
            let bytes = self.hear();
            let taken = start.elapsed();
            let said: Value = serde_json::from_slice(&bytes).expect("JSON");
            if said["id"] == id && said.get("method").is_none() {
                assert!(said.get("error").is_none(), "{method}: {}", said["error"]);
                return (said["result"].clone(), taken, bytes.len());
            }
        }
    }

    /// The next message.
    fn hear(&mut self) -> Vec<u8> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).expect("a header");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", number)) => length = number.parse().expect("a number"),
                Some(_) => {}
                None => break,
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).expect("a message");
        bytes
    }

    /// Waits until all that was written is checked: questions about uses wait for that.
    fn settle(&mut self) {
        let context = json!({ "context": { "includeDeclaration": false } });
        let params = self.about("plan.mvm", PLAN, 0, context);
        self.ask("textDocument/references", &params);
    }

    /// Types a character at the end of the inventory, or takes it back, so that a check begins.
    fn change(&mut self, text: &str, version: usize) {
        let end = json!({ "line": text.matches('\n').count(), "character": 0 });
        let behind = json!({ "line": text.matches('\n').count(), "character": 1 });
        let change = match version % 2 {
            0 => json!({ "range": { "start": end, "end": end }, "text": " " }),
            _ => json!({ "range": { "start": end, "end": behind }, "text": "" }),
        };
        let document = json!({ "uri": self.uri("inventory.mvm"), "version": version });
        let params = json!({ "textDocument": document, "contentChanges": [change] });
        self.tell("textDocument/didChange", &params);
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Prints what each question takes, and fails where one takes longer than it may.
pub fn measure(text: &str, longest: Duration) {
    let mut editor = Editor::new(text);
    let at = |piece: &str| text.find(piece).expect("it is there") + 1;
    let (server, class, vm) = (at("r12.s3 "), at("stressed {"), at("\"prod-web.005000\""));
    let about = |editor: &Editor, at, more| editor.about("inventory.mvm", text, at, more);
    let lines = text.matches('\n').count();
    let whole =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": lines, "character": 0 } });
    let screen = json!({ "start": { "line": 5000, "character": 0 }, "end": { "line": 5060, "character": 0 } });
    let all = json!({ "context": { "includeDeclaration": true } });
    let options = json!({ "options": { "tabSize": 2, "insertSpaces": true } });
    let context = json!({ "range": screen, "context": { "diagnostics": [] } });
    let questions = [
        ("hover", "a server", about(&editor, server, Value::Null)),
        ("hover", "a VM", about(&editor, vm, Value::Null)),
        (
            "definition",
            "a server",
            about(&editor, server, Value::Null),
        ),
        (
            "references",
            "a server",
            about(&editor, server, all.clone()),
        ),
        (
            "references",
            "a class of 5,000 VMs",
            about(&editor, class, all),
        ),
        (
            "prepareRename",
            "a server",
            about(&editor, server, Value::Null),
        ),
        (
            "completion",
            "a VM",
            about(&editor, at("vms on r0"), Value::Null),
        ),
        ("documentSymbol", "all", about(&editor, 0, Value::Null)),
        ("semanticTokens/full", "all", about(&editor, 0, Value::Null)),
        (
            "semanticTokens/range",
            "a screen",
            about(&editor, 0, json!({ "range": screen })),
        ),
        (
            "inlayHint",
            "all",
            about(&editor, 0, json!({ "range": whole })),
        ),
        ("codeLens", "all", about(&editor, 0, Value::Null)),
        ("codeAction", "a screen", about(&editor, 0, context)),
        ("formatting", "all", about(&editor, 0, options)),
        ("workspace/symbol", "every VM", json!({ "query": "prod" })),
        (
            "rename",
            "a server",
            about(&editor, server, json!({ "newName": "node" })),
        ),
    ];
    println!("over the protocol, the middle of {TIMES} (the shortest, the longest)");
    let mut late = Vec::new();
    let mut version = 1;
    for is_typing in [false, true] {
        for (kind, what, params) in &questions {
            let method = match kind.contains("symbol") {
                true => (*kind).to_owned(),
                false => format!("textDocument/{kind}"),
            };
            // These wait for the check, since they change files or speak of all uses.
            let waits = ["rename", "prepareRename", "references", "formatting"].contains(kind);
            if is_typing && waits {
                continue;
            }
            let mut taken: Vec<Duration> = Vec::new();
            let mut size = 0;
            for _ in 0..TIMES {
                if is_typing {
                    version += 1;
                    editor.change(text, version);
                }
                let (_, time, bytes) = editor.ask(&method, params);
                taken.push(time);
                size = bytes;
                if is_typing {
                    editor.settle();
                }
            }
            taken.sort_unstable();
            let (first, middle, last) = (taken[0], taken[TIMES / 2], taken[TIMES - 1]);
            let when = if is_typing {
                ", while it is checked"
            } else {
                ""
            };
            let name = format!("{kind}, {what}{when}");
            println!("  {name:60} {size:9} B {middle:>10.2?} ({first:.2?}, {last:.2?})");
            if middle > longest {
                late.push(name);
            }
        }
    }
    assert!(late.is_empty(), "these take too long: {late:#?}");
}
