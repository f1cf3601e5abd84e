//! `mvm check`

use super::Status;
use super::args::Check;
use super::disk::Disk;
use super::terminal::Terminal;
use crate::compile;
use crate::show::show_count;

/// Checks each file and says what it found.
pub fn run(args: &Check, terminal: &Terminal) -> Status {
    let mut status = Status::Done;
    for file in &args.files {
        let (disk, entry) = match Disk::project_of(file) {
            Ok(found) => found,
            Err(why) => {
                terminal.say(&format!(
                    "error: `{}` cannot be read: {why}",
                    file.display()
                ));
                status = Status::WrongInput;
                continue;
            }
        };
        let checked = compile::check(&entry, &disk);
        let mut found = checked.impossible();
        let wrong = checked.has_errors() || !found.is_empty();
        found.extend_from_slice(&checked.diagnostics);
        terminal.show(&checked.map, &found);
        if wrong {
            status = Status::WrongInput;
        } else {
            let (datacenter, plans) = (&checked.analysis.datacenter, &checked.analysis.requests);
            terminal.say(&format!(
                "{}: {}, {}, {}",
                file.display(),
                show_count(datacenter.servers.len(), "server"),
                show_count(datacenter.vms.len(), "VM"),
                show_count(plans.len(), "plan")
            ));
        }
    }
    status
}
