//! `mvm check`

use std::path::Path;

use super::Status;
use super::args::Check;
use super::disk::Disk;
use super::outcome;
use super::progress::Line;
use super::terminal::Terminal;
use super::tree;
use crate::compile::{self, Checked, Prospect};
use crate::schedule::{Monitor, Options};
use crate::show::show_count;

/// Checks each file, and all files of each folder, and says what it found.
pub fn run(args: &Check, terminal: &Terminal) -> Status {
    let options = Options {
        effort: args.effort.into(),
        time_limit: None,
    };
    let mut line = None;
    let mut status = Status::Done;
    for file in args.files.iter().flat_map(|named| tree::files(named)) {
        status = status.max(match file {
            Ok(file) => check(&file, &options, &mut line, terminal),
            Err(why) => {
                terminal.say(&format!("error: {why}"));
                Status::WrongInput
            }
        });
        if status == Status::Interrupted {
            break;
        }
    }
    status
}

fn check(file: &Path, options: &Options, line: &mut Option<Line>, terminal: &Terminal) -> Status {
    let (disk, entry) = match Disk::project_of(file) {
        Ok(found) => found,
        Err(why) => {
            terminal.say(&format!(
                "error: `{}` cannot be read: {why}",
                file.display()
            ));
            return Status::WrongInput;
        }
    };
    let checked = compile::check(&entry, &disk);
    let mut found = checked.impossible();
    let mut status = match (checked.has_errors(), found.is_empty()) {
        (true, _) => Status::WrongInput,
        (false, false) => Status::Impossible,
        (false, true) => Status::Done,
    };
    found.extend_from_slice(&checked.diagnostics);
    terminal.show(&checked.map, &found);
    if status != Status::WrongInput {
        status = status.max(expectations(&checked, options, line, terminal));
    }
    if status == Status::Done {
        let (datacenter, plans) = (&checked.analysis.datacenter, &checked.analysis.requests);
        terminal.say(&format!(
            "{}: {}, {}, {}",
            file.display(),
            show_count(datacenter.servers.len(), "server"),
            show_count(datacenter.vms.len(), "VM"),
            show_count(plans.len(), "plan")
        ));
    }
    status
}

/// Computes the plans of which something is expected, and says what is not so. The line is there from the first such plan
/// on: until then Ctrl-C just ends the program.
fn expectations(
    checked: &Checked,
    options: &Options,
    line: &mut Option<Line>,
    terminal: &Terminal,
) -> Status {
    let requests = checked.analysis.requests.iter().zip(&checked.prospects);
    let open = requests.enumerate().filter(|(_, (request, prospect))| {
        !request.expectations.is_empty()
            && matches!(prospect, Prospect::Open(_) | Prospect::After(_))
    });
    let mut status = Status::Done;
    for (index, _) in open {
        let line = line.get_or_insert_with(Line::new);
        line.start(&checked.analysis.requests[index].name);
        let outcome = checked.plan(index, options, line);
        if line.stop() {
            // Half a search says nothing of what was expected.
            return Status::Interrupted;
        }
        status = status.max(match outcome {
            Ok(plan) => outcome::expected(checked, index, &plan, terminal),
            Err(failure) => outcome::failed(checked, index, failure, options, line, terminal),
        });
    }
    status
}
