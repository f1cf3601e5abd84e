//! `mvm verify`

use super::Status;
use super::args::Verify;
use super::certificate;
use super::plan_file::{self, Opened};
use super::terminal::Terminal;

/// Replays a plan against the file that it was made from.
pub fn run(args: &Verify, terminal: &Terminal) -> Status {
    match verify(args, terminal) {
        Ok(status) => status,
        Err(why) => {
            terminal.say(&format!("error: {why}"));
            Status::WrongInput
        }
    }
}

fn verify(args: &Verify, terminal: &Terminal) -> Result<Status, String> {
    let shown = args.plan.display();
    let Some(Opened {
        file,
        checked,
        changed,
    }) = plan_file::open(&args.plan, args.source.as_deref(), terminal)?
    else {
        return Ok(Status::WrongInput);
    };
    match changed {
        // Who names a file wants it to be held against that.
        Some(what) if args.source.is_some() => terminal.say(&format!("note: {what}")),
        Some(what) => {
            return Err(format!(
                "{what}: plan again, or name the file with `--source` to replay the plan against what it says now"
            ));
        }
        None => {}
    }
    let mistakes = checked.verify(&file);
    for mistake in &mistakes {
        terminal.say(&format!("error: {mistake}"));
    }
    if mistakes.is_empty() {
        terminal.say(&format!(
            "{shown}: the plan holds ({} actions, {} s)",
            file.actions.len(),
            file.makespan
        ));
        match &args.certificate {
            Some(folder) => certificate::check(folder, &file, &checked, terminal),
            None => Ok(Status::Done),
        }
    } else {
        Ok(Status::DoesNotHold)
    }
}
