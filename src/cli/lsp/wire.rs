//! Messages on standard input and output. What is said is written as it is, without a tree of values in between: the outline of a large
//! inventory has megabytes.

use std::io::{self, Write};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use lsp_server::{ErrorCode, Message, RequestId};
use lsp_types::notification::{self, Notification as _};
use lsp_types::request;
use serde::Serialize;
use serde_json::value::RawValue;

/// The editor at the other end.
pub struct Wire {
    /// What it says, until it says nothing any more.
    pub heard: Receiver<Message>,
    said: Sender<String>,
}

/// The threads that read and write.
pub struct Threads {
    reader: JoinHandle<io::Result<()>>,
    writer: JoinHandle<io::Result<()>>,
}

/// What is sent, but for the version of JSON-RPC.
#[derive(Serialize)]
#[serde(untagged)]
enum Said<'a, P> {
    Answer {
        id: &'a RequestId,
        result: &'a RawValue,
    },
    Refusal {
        id: &'a RequestId,
        error: Reason<'a>,
    },
    Question {
        id: i32,
        method: &'static str,
    },
    Notice {
        method: &'static str,
        params: &'a P,
    },
}

#[derive(Serialize)]
struct Reason<'a> {
    code: i32,
    message: &'a str,
}

#[derive(Serialize)]
struct Versioned<'a, P> {
    jsonrpc: &'static str,
    #[serde(flatten)]
    said: Said<'a, P>,
}

impl Wire {
    /// On standard input and output. The writer ends when the wire is dropped, the reader with the editor's last word.
    pub fn stdio() -> (Wire, Threads) {
        let (sender, heard) = bounded(0);
        let reader = thread::spawn(move || {
            let mut input = io::stdin().lock();
            while let Some(message) = Message::read(&mut input)? {
                let is_last = matches!(&message, Message::Notification(said) if said.method == notification::Exit::METHOD);
                if sender.send(message).is_err() || is_last {
                    break;
                }
            }
            Ok(())
        });
        let (said, texts) = unbounded::<String>();
        let writer = thread::spawn(move || {
            let mut output = io::stdout().lock();
            for text in texts {
                write!(output, "Content-Length: {}\r\n\r\n", text.len())?;
                output.write_all(text.as_bytes())?;
                output.flush()?;
            }
            Ok(())
        });
        (Wire { heard, said }, Threads { reader, writer })
    }

    /// Answers a question; the result is JSON.
    pub fn answer(&self, id: &RequestId, result: &RawValue) {
        self.say::<()>(Said::Answer { id, result });
    }

    /// Says why a question has no answer.
    pub fn refuse(&self, id: &RequestId, code: ErrorCode, message: &str) {
        let code = code as i32;
        let error = Reason { code, message };
        self.say::<()>(Said::Refusal { id, error });
    }

    /// Says something unasked.
    pub fn notify<N: notification::Notification>(&self, params: &N::Params) {
        let method = N::METHOD;
        self.say(Said::Notice { method, params });
    }

    /// Asks a question without parameters.
    pub fn ask<R: request::Request<Params = ()>>(&self, id: i32) {
        let method = R::METHOD;
        self.say::<()>(Said::Question { id, method });
    }

    fn say<P: Serialize>(&self, said: Said<'_, P>) {
        let jsonrpc = "2.0";
        // All of it has texts for keys, which is all that could go wrong; when nobody listens, the loop ends by itself.
        if let Ok(text) = serde_json::to_string(&Versioned { jsonrpc, said }) {
            let _ = self.said.send(text);
        }
    }
}

impl Threads {
    /// Waits until both have ended.
    ///
    /// # Errors
    /// What was not a message, or could not be written.
    pub fn join(self) -> io::Result<()> {
        let panicked = |_| io::Error::other("a thread of the server has panicked");
        self.reader.join().map_err(panicked)??;
        self.writer.join().map_err(panicked)?
    }
}
