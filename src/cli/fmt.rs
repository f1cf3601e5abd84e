//! `mvm fmt`

use std::fs;
use std::path::Path;

use similar::TextDiff;

use super::Status;
use super::args::Fmt;
use super::terminal::Terminal;
use super::{disk, output, tree};
use crate::format::format;
use crate::source::SourceMap;

/// Formats each file, and all files of each folder.
pub fn run(args: &Fmt, terminal: &Terminal) -> Status {
    let mut status = Status::Done;
    for named in &args.files {
        for file in tree::files(named) {
            let done = file.and_then(|file| one(&file, args, terminal));
            status = status.max(done.unwrap_or_else(|why| {
                terminal.say(&format!("error: {why}"));
                Status::WrongInput
            }));
        }
    }
    status
}

/// Formats one file, or says how it would be.
fn one(file: &Path, args: &Fmt, terminal: &Terminal) -> Result<Status, String> {
    let shown = file.display().to_string();
    let is_piped = disk::is_piped(file);
    let text = disk::read_text(file).map_err(|why| format!("`{shown}` cannot be read: {why}"))?;
    let mut map = SourceMap::new();
    let id = map.add(&shown, text.as_str());
    let formatted = match format(id, &text) {
        Ok(formatted) => formatted,
        Err(errors) => {
            terminal.show(&map, &errors);
            return Err(format!(
                "`{shown}` is left as it is, since it cannot be read"
            ));
        }
    };
    let is_formatted = formatted == text;
    if args.diff {
        let diff = TextDiff::from_lines(&text, &formatted);
        let diff = diff.unified_diff().header(&shown, &shown).to_string();
        output::write(None, &diff)?;
    }
    match (args.check || args.diff, is_formatted) {
        (true, false) if args.check => {
            terminal.say(&format!("`{shown}` is not formatted"));
            return Ok(Status::WrongInput);
        }
        (true, _) => {}
        (false, _) if is_piped => output::write(None, &formatted)?,
        (false, true) => {}
        (false, false) => {
            // The file itself, where a link leads to it.
            let target = fs::canonicalize(file).map_err(|e| disk::why(&e))?;
            output::write(Some(&target), &formatted)?;
            terminal.say(&format!("`{shown}` is formatted"));
        }
    }
    Ok(Status::Done)
}
