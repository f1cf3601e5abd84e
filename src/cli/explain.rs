//! `mvm explain`

use super::Status;
use super::args::Explain;
use super::output;
use super::terminal::Terminal;
use crate::diag::suggest::closest;
use crate::diag::{Code, page};

/// Prints the page of a code, or the list of codes.
pub fn run(args: &Explain, terminal: &Terminal) -> Status {
    let text = match args.code.as_deref() {
        None => Code::ALL
            .iter()
            .map(|code| format!("{code}  {}\n", code.title()))
            .collect(),
        Some(text) => match Code::parse(text) {
            Some(code) => page::explain(code),
            None => {
                let near = closest(text, Code::ALL.iter().map(|code| code.as_str()));
                let hint = near
                    .map(|code| format!(" (did you mean {code}?)"))
                    .unwrap_or_default();
                terminal.say(&format!(
                    "error: there is no code `{text}`{hint}; `mvm explain` lists them all"
                ));
                return Status::WrongUsage;
            }
        },
    };
    match output::write(None, &text) {
        Ok(()) => Status::Done,
        Err(why) => {
            terminal.say(&format!("error: {why}"));
            Status::WrongUsage
        }
    }
}
