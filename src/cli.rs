//! The command line: arguments, files, terminal.

mod args;
mod calibrate;
mod certificate;
mod check;
mod disk;
mod explain;
mod fmt;
mod import;
mod outcome;
mod output;
mod plan;
mod plan_file;
mod progress;
mod schema;
mod state;
mod terminal;
mod verify;
mod virsh;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// How a command ended: the exit status (see `--help`). Of several files or plans, the highest tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    /// Done.
    Done = 0,
    /// The input is wrong; diagnostics say why.
    WrongInput = 1,
    /// The command was called in a wrong way.
    WrongUsage = 2,
    /// No plan exists; the explanation says why.
    Impossible = 3,
    /// The plan that was verified does not hold.
    DoesNotHold = 4,
    /// A plan is not what its file expects.
    Missed = 5,
    /// The effort was spent before a plan was found or excluded.
    Undecided = 6,
    /// Ctrl-C ended the search before it was done.
    Interrupted = 130,
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let args = Args::parse();
    let terminal = terminal::Terminal::new(args.color, args.message_format);
    let status = match &args.command {
        Command::Check(check) => check::run(check, &terminal),
        Command::Plan(plan) => plan::run(plan, &terminal),
        Command::Verify(verify) => verify::run(verify, &terminal),
        Command::Import(import) => import::run(import, &terminal),
        Command::Calibrate(calibrate) => calibrate::run(calibrate, &terminal),
        Command::Fmt(fmt) => fmt::run(fmt, &terminal),
        Command::Explain(explain) => explain::run(explain, &terminal),
        Command::Schema => schema::run(&terminal),
    };
    ExitCode::from(status as u8)
}
