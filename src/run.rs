//! What carrying a plan out does next: events in, decisions out.
//!
//! [`Machine`] decides as the emitted script does: who starts when, what is done about those that are late, what follows where one
//! fails. It does nothing itself and reads no clock, so a test can play a night of eight hours in a moment. Whoever drives it
//! gives it what happened, carries its decisions out, and wakes it when it asks for that.
//!
//! [`Journal`] is what is kept of a run, in the format of the script: one can go on where the other stopped.

mod journal;
mod machine;
mod start;
mod words;

pub use journal::{Journal, Line, NotAJournal, What};
pub use machine::Machine;
pub use start::{TooLate, Zero, start};

use crate::datacenter::Policy;

/// Seconds since 1970.
pub type Time = i64;

/// Something that happened to an action, by its index in [`crate::plan::Plan::actions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Its command was given.
    Started(usize),
    /// It has ended.
    Ended(usize, End),
    /// Somebody wants it all to end: nothing new is started.
    Stop,
}

/// How an action has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Well.
    Done,
    /// Not.
    Failed,
    /// It stays open: nobody has answered, and nobody is waited for.
    Open,
    /// Its process was lost before it could say; whether its command was given.
    Lost {
        /// Whether it had got as far as its looks before the command.
        begun: bool,
    },
}

/// Why an action will never be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It had to start by then.
    TooLate {
        /// Then.
        by: Time,
        /// The rule that says so.
        rule: Option<String>,
    },
    /// A level has no room, and nothing runs that will give some back.
    NoRoom {
        /// Which.
        level: String,
    },
}

/// What is to be done or said. Actions are indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The action starts; whether it was begun before.
    Start {
        /// Which.
        action: usize,
        /// Whether its command was given before.
        resumed: bool,
    },
    /// It has ended well.
    Done {
        /// Which.
        action: usize,
    },
    /// It has failed: by itself, or with its process.
    Failed {
        /// Which.
        action: usize,
        /// Whether its process was lost.
        lost: bool,
    },
    /// It is tried again.
    Retry {
        /// Which.
        action: usize,
        /// Seconds before that.
        pause: u32,
        /// How often more after that.
        left: u32,
    },
    /// Its process was lost: it is started again to look what became of it.
    LookFor {
        /// Which.
        action: usize,
    },
    /// It is never started: the journal says that it failed.
    GiveUp {
        /// Which.
        action: usize,
        /// Why.
        reason: Reason,
    },
    /// It is never started, since another one failed that it needs.
    Skip {
        /// Which.
        action: usize,
        /// The one that it needs.
        cause: usize,
    },
    /// It waits for the clock.
    Wait {
        /// Which.
        action: usize,
        /// Until then.
        until: Time,
    },
    /// It has run for longer than planned.
    Late {
        /// Which.
        action: usize,
        /// Seconds.
        ran: i64,
        /// Whether what was planned is said once more.
        first: bool,
    },
    /// It is past its limit: its policy is asked of its hypervisor, but for `wait`; what is no migration is ended (TERM), and told not to wait
    /// any longer.
    Limit {
        /// Which.
        action: usize,
        /// Seconds.
        ran: i64,
        /// What the plan says to do; None: it is given up.
        policy: Option<Policy>,
    },
    /// It goes on after that: its command is killed (KILL).
    Kill {
        /// Which.
        action: usize,
    },
}
