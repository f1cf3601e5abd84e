//! What happened in a night, as somebody who stands in the machine room would write it down.

use std::fmt;

/// Unix seconds.
pub type Time = i64;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A migration began, at so many bit/s if it was told.
    MoveBegan {
        vm: String,
        from: String,
        to: String,
        rate: Option<u64>,
    },
    /// It ended; the guest arrived, or stayed where it was.
    MoveEnded {
        vm: String,
        from: String,
        to: String,
        arrived: bool,
    },
    /// A server was turned on.
    BootBegan { host: String },
    /// Its hypervisor answers, or it has given up and is off.
    BootEnded { host: String, works: bool },
    /// A server was told to go down, with these guests on it.
    HaltBegan { host: String, guests: Vec<String> },
    /// It is off, and was with these guests; or it stays on.
    HaltEnded {
        host: String,
        guests: Vec<String>,
        works: bool,
    },
    /// A guest was told to start, and did or did not.
    Started {
        vm: String,
        host: String,
        works: bool,
    },
    /// A guest was told to stop.
    StopBegan { vm: String, host: String },
    /// It is off, or runs on.
    Stopped {
        vm: String,
        host: String,
        works: bool,
    },
    /// A tool refused what it was asked: what could not be done then.
    Refused { what: String, why: String },
    /// Trouble that nobody asked for.
    Trouble(Trouble),
    /// A tool was asked something.
    Asked {
        who: String,
        words: String,
        status: i32,
    },
    /// The operator has mended what was broken: networks, servers that lost their power, guests that nobody knew.
    Mended,
    /// The script was started.
    ScriptBegan { arguments: String },
    /// The script ended by itself.
    ScriptEnded { status: i32 },
    /// A signal was sent to the script.
    Signal { name: String, to: String },
}

/// What goes wrong by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// A guest that no file knows was started on a server.
    Guest { host: String, vm: String },
    /// The server lost its power.
    Crash { host: String },
    /// The network to the server is cut: its guests run on.
    Cut { host: String },
    /// The network is back.
    Joined { host: String },
    /// An operation is going to fail, or never to end.
    Fails { what: String },
}

/// An event and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Time,
    /// What.
    pub event: Event,
}

impl fmt::Display for Entry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {:?}", self.at, self.event)
    }
}
