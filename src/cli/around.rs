//! `mvm completions` and `mvm manual`, from the definition of the command line.

use std::path::Path;

use clap::CommandFactory;

use super::Status;
use super::args::{Args, Completions, Manual};
use super::output;
use super::terminal::Terminal;

/// Prints what a shell needs to complete commands.
pub fn completions(args: &Completions, terminal: &Terminal) -> Status {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "mvm", &mut text);
    written(
        output::write(None, &String::from_utf8_lossy(&text)),
        terminal,
    )
}

/// Writes a manual page for each command into a folder.
pub fn manual(args: &Manual, terminal: &Terminal) -> Status {
    written(pages(&args.folder), terminal)
}

fn pages(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Args::command(), folder))
        .map_err(|e| {
            format!(
                "`{}` cannot be written: {}",
                folder.display(),
                super::disk::why(&e)
            )
        })
}

fn written(done: Result<(), String>, terminal: &Terminal) -> Status {
    match done {
        Ok(()) => Status::Done,
        Err(why) => {
            terminal.say(&format!("error: {why}"));
            Status::WrongUsage
        }
    }
}
