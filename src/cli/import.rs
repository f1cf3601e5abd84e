//! `mvm import`

use super::Status;
use super::args::{Import, ImportKind};
use super::terminal::Terminal;
use super::{disk, output};
use crate::import::btrplace;
use crate::source::SourceMap;

/// Imports the file.
pub fn run(args: &Import, terminal: &Terminal) -> Status {
    let bytes = match disk::read(&args.input) {
        Ok(bytes) => bytes,
        Err(why) => {
            terminal.say(&format!(
                "error: `{}` cannot be read: {why}",
                args.input.display()
            ));
            return Status::WrongInput;
        }
    };
    let name = args
        .input
        .file_stem()
        .map(|stem| stem.to_string_lossy())
        .unwrap_or_default();
    let imported = match args.kind {
        ImportKind::Btrplace => btrplace::import(&bytes, &name),
    };
    match imported {
        Ok(text) => match output::write(args.output.as_deref(), &text) {
            Ok(()) => Status::Done,
            Err(why) => {
                terminal.say(&format!("error: {why}"));
                Status::WrongUsage
            }
        },
        Err(diagnostics) => {
            terminal.show(&SourceMap::new(), &diagnostics);
            Status::WrongInput
        }
    }
}
