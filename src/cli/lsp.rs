//! `mvm lsp`: the language server. It speaks the protocol on standard input and output; what it says comes from
//! [`crate::editor`].
//!
//! One thread reads and answers, from what was found out last, carried over to the text as it is by now: no request waits for
//! a check, but for those that change files. Checks and plans have threads of their own (`worker`).

mod answer;
mod capabilities;
mod diagnostics;
mod library;
mod place;
mod places;
mod server;
mod wire;
mod worker;
mod workspace;

use super::Status;
use super::terminal::Terminal;

/// Serves one editor until it says goodbye.
pub fn run(terminal: &Terminal) -> Status {
    let (wire, threads) = wire::Wire::stdio();
    let served = server::serve(&wire).map_err(|e| e.to_string());
    // The writer ends when nobody can send any more.
    drop(wire);
    let joined = threads.join().map_err(|e| e.to_string());
    match served.and(joined) {
        Ok(()) => Status::Done,
        Err(why) => {
            terminal.say(&format!("error: {why}"));
            Status::WrongInput
        }
    }
}
