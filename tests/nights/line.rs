//! Connections with the processes of a script: lines in, answers out.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a tool prints, and its status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// Exit status.
    pub status: i32,
    /// What it prints.
    pub out: String,
    /// What it complains of.
    pub err: String,
}

impl Reply {
    /// Success, with that output.
    pub fn out(text: impl Into<String>) -> Self {
        Reply {
            out: text.into(),
            ..Reply::default()
        }
    }

    /// A failure, with that complaint.
    pub fn err(status: i32, text: impl Into<String>) -> Self {
        Reply {
            status,
            err: text.into(),
            ..Reply::default()
        }
    }
}

/// Something that a process did.
#[derive(Debug)]
pub enum Said {
    /// It sent a line, as words.
    Words(usize, Vec<String>),
    /// It has closed its connection: it and all that it has started are over.
    Closed(usize),
    /// The script of that run has ended, with that status; None: by a signal.
    Ended(usize, Option<i32>),
}

/// All connections.
pub struct Lines {
    port: u16,
    inbox: Receiver<Said>,
    outbox: Sender<Said>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Lines {
    /// Listens on a port of this machine.
    pub fn open() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let (outbox, inbox) = channel();
        let streams = Arc::new(Mutex::new(Vec::new()));
        let (known, sender) = (Arc::clone(&streams), outbox.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Ok(reader) = stream.try_clone() else {
                    return;
                };
                let Ok(mut all) = known.lock() else { return };
                let at = all.len();
                all.push(stream);
                drop(all);
                let sender = sender.clone();
                std::thread::spawn(move || listen(at, reader, &sender));
            }
        });
        Ok(Lines {
            port,
            inbox,
            outbox,
            streams,
        })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts a program whose end will be told.
    pub fn spawn(&self, run: usize, command: &mut Command) -> std::io::Result<u32> {
        let mut child: Child = command.spawn()?;
        let (pid, sender) = (child.id(), self.outbox.clone());
        std::thread::spawn(move || {
            let status = child.wait().ok().and_then(|status| status.code());
            let _ = sender.send(Said::Ended(run, status));
        });
        Ok(pid)
    }

    /// What is said next; None if nobody says anything for so long that something hangs.
    pub fn next(&self) -> Option<Said> {
        self.inbox.recv_timeout(Duration::from_secs(120)).ok()
    }

    /// Answers on a connection. Whoever has gone meanwhile does not hear it.
    pub fn answer(&self, line: usize, reply: &Reply) {
        let mut text = String::new();
        for out in reply.out.lines() {
            text += &format!("1{out}\n");
        }
        for err in reply.err.lines() {
            text += &format!("2{err}\n");
        }
        text += &format!("={}\n", reply.status);
        self.send(line, &text);
    }

    /// Sends text on a connection.
    pub fn send(&self, line: usize, text: &str) {
        if let Ok(streams) = self.streams.lock() {
            let _ = (&streams[line]).write_all(text.as_bytes());
        }
    }
}

impl Drop for Lines {
    /// Nobody who is still there waits for ever; the thread that listens ends with its next visitor.
    fn drop(&mut self) {
        if let Ok(streams) = self.streams.lock() {
            for stream in streams.iter() {
                let _ = stream.shutdown(std::net::Shutdown::Both);
            }
        }
    }
}

fn listen(at: usize, stream: TcpStream, sender: &Sender<Said>) {
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { break };
        let words = line.split('\x1f').map(|word| word.replace('\x1e', "\n"));
        if sender.send(Said::Words(at, words.collect())).is_err() {
            return;
        }
    }
    let _ = sender.send(Said::Closed(at));
}
