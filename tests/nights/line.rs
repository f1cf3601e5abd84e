//! Connections with the processes of a script: lines in, answers out.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::dice::Dice;

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
    /// An action alone has told what happens to it.
    Told(usize, String),
    /// The process of an action alone has ended; or, without a number, one that only asks.
    Gone(usize, Option<String>),
    /// Nobody can be heard any more, for that reason.
    Deaf(String),
}

/// The connections that are open, by their numbers.
type Streams = Arc<Mutex<BTreeMap<usize, TcpStream>>>;

/// All connections.
pub struct Lines {
    port: u16,
    inbox: Receiver<Said>,
    outbox: Sender<Said>,
    streams: Streams,
    is_over: Arc<AtomicBool>,
    shake: Shake,
}

/// How long nobody has to say anything before something hangs: no script works for so long without asking, however busy the
/// machine is.
const SILENCE: Duration = Duration::from_secs(180);

impl Lines {
    /// Listens on a port of this machine.
    pub fn open(shake: Shake) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let (outbox, inbox) = channel();
        let streams = Streams::default();
        let is_over = Arc::new(AtomicBool::new(false));
        let lines = Lines {
            port,
            inbox,
            outbox: outbox.clone(),
            streams: Arc::clone(&streams),
            is_over: Arc::clone(&is_over),
            shake,
        };
        std::thread::spawn(move || {
            for (at, stream) in listener.incoming().enumerate() {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                if let Err(why) = stream.and_then(|s| welcome(at, s, &streams, &outbox, shake)) {
                    let _ = outbox.send(Said::Deaf(why.to_string()));
                    return;
                }
            }
        });
        Ok(lines)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts a program whose end will be told.
    pub fn spawn(&self, run: usize, command: &mut Command) -> std::io::Result<u32> {
        let mut child: Child = command.spawn()?;
        let (pid, sender, shake) = (child.id(), self.outbox.clone(), self.shake);
        std::thread::spawn(move || {
            let status = child.wait().ok().and_then(|status| status.code());
            shake.wait(usize::MAX, 0);
            let _ = sender.send(Said::Ended(run, status));
        });
        Ok(pid)
    }

    /// Starts the process of an action alone, or one that only asks: what it tells and its end will be told.
    pub fn spawn_alone(
        &self,
        run: usize,
        number: Option<String>,
        command: &mut Command,
    ) -> std::io::Result<()> {
        let mut child: Child = command.stdout(std::process::Stdio::piped()).spawn()?;
        let (sender, shake) = (self.outbox.clone(), self.shake);
        std::thread::spawn(move || {
            let lines = child.stdout.take().into_iter();
            let lines = lines.flat_map(|out| BufReader::new(out).lines());
            for (at, line) in lines.map_while(Result::ok).enumerate() {
                shake.wait(usize::MAX, at);
                let _ = sender.send(Said::Told(run, line));
            }
            let _ = child.wait();
            let _ = sender.send(Said::Gone(run, number));
        });
        Ok(())
    }

    /// What is said next; None if nobody says anything for so long that something hangs.
    pub fn next(&self) -> Option<Said> {
        self.inbox.recv_timeout(SILENCE).ok()
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
        if let Ok(streams) = self.streams.lock()
            && let Some(mut stream) = streams.get(&line)
        {
            let _ = stream.write_all(text.as_bytes());
        }
    }
}

impl Drop for Lines {
    /// Nobody who is still there waits for ever, and nobody listens any more.
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Ok(streams) = self.streams.lock() {
            for stream in streams.values() {
                let _ = stream.shutdown(std::net::Shutdown::Both);
            }
        }
    }
}

/// Listens to a visitor until he closes.
fn welcome(
    at: usize,
    stream: TcpStream,
    streams: &Streams,
    sender: &Sender<Said>,
    shake: Shake,
) -> std::io::Result<()> {
    let (reader, sender, open) = (stream.try_clone()?, sender.clone(), Arc::clone(streams));
    if let Ok(mut all) = streams.lock() {
        all.insert(at, stream);
    }
    std::thread::Builder::new().spawn(move || {
        for (number, line) in BufReader::new(reader).lines().enumerate() {
            let Ok(line) = line else { break };
            shake.wait(at, number);
            let words = line.split('\x1f').map(|word| word.replace('\x1e', "\n"));
            if sender.send(Said::Words(at, words.collect())).is_err() {
                break;
            }
        }
        if let Ok(mut all) = open.lock() {
            all.remove(&at);
        }
        shake.wait(at, usize::MAX);
        let _ = sender.send(Said::Closed(at));
    })?;
    Ok(())
}

/// Makes messages late, each by itself, as a busy machine does: nothing may come of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shake {
    dice: Option<Dice>,
}

impl Shake {
    /// Late by chance.
    pub fn by(dice: Dice) -> Self {
        Shake { dice: Some(dice) }
    }

    fn wait(self, line: usize, message: usize) {
        if let Some(dice) = self.dice {
            let late = dice.between(&format!("{line} {message}"), -20, 20);
            std::thread::sleep(Duration::from_millis(late.max(0) as u64));
        }
    }
}
