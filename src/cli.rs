//! The command line: arguments, files, terminal.

mod args;
mod around;
mod calibrate;
mod certificate;
mod check;
mod compare;
mod diff;
mod disk;
mod explain;
mod fmt;
mod git;
mod import;
mod lsp;
mod outcome;
mod output;
mod plan;
mod plan_file;
mod progress;
mod replan;
#[cfg(unix)]
mod run;
mod schema;
mod simulate;
mod state;
mod status;
mod terminal;
mod test;
mod tree;
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
    /// A plan is not what its file expects, or not what its snapshot says.
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
        // They end as the script does, which has a table of its own.
        #[cfg(unix)]
        Command::Run(run) => return ExitCode::from(run::run(run, &terminal)),
        #[cfg(not(unix))]
        Command::Run(_) => {
            terminal.say("error: plans are carried out on Unix only");
            Status::WrongUsage
        }
        Command::Replan(replan) => replan::run(replan, &terminal),
        Command::Status(status) => status::run(status, &terminal),
        Command::Simulate(simulate) => simulate::run(simulate, &terminal),
        Command::Lsp => lsp::run(&terminal),
        Command::Explain(explain) => explain::run(explain, &terminal),
        Command::Compare(args) => compare::run(args, &terminal),
        Command::Diff(args) => diff::run(args, &terminal),
        Command::Show(args) => diff::show(args, &terminal),
        Command::Test(args) => test::run(args, &terminal),
        Command::Completions(args) => around::completions(args, &terminal),
        Command::Manual(args) => around::manual(args, &terminal),
        Command::Schema => schema::run(&terminal),
    };
    ExitCode::from(status as u8)
}
