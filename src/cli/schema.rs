//! `mvm schema`

use super::Status;
use super::output;
use super::terminal::Terminal;
use crate::emit::json::schema;

/// Prints the JSON schema of plans.
pub fn run(terminal: &Terminal) -> Status {
    match output::write(None, &schema()) {
        Ok(()) => Status::Done,
        Err(why) => {
            terminal.say(&format!("error: {why}"));
            Status::WrongUsage
        }
    }
}
