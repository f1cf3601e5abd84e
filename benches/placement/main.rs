//! Where VMs go and when, beside what others do: Ganeti's `hroller` and `hbal`, the usual two steps, and CP-SAT on the same problems.
//!
//! ```text
//! cargo bench --bench placement [-- --only rolling|balance|drain] [--smallest 20] [--largest 200] [--effort fast|normal|best]
//!     [--cp-sat PYTHON [--seconds 60]]
//! ```
//!
//! Clusters come from a seed. Tables go to standard output as Markdown. `hroller` and `hbal` are of Debian's package ganeti-htools, `PYTHON` is
//! an interpreter that has Google's `ortools`; what is not there is skipped, with a word.

mod balance;
mod cluster;
#[path = "../table/cpsat.rs"]
mod cpsat;
mod drain;
mod ganeti;
mod planned;
mod rolling;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use mvm::schedule::Effort;

#[derive(Parser)]
struct Args {
    /// One of the tables.
    #[arg(long, value_parser = ["rolling", "balance", "drain"])]
    only: Option<String>,
    /// The fewest servers of a cluster that is rebooted.
    #[arg(long, default_value_t = 0)]
    smallest: usize,
    /// The most servers of a cluster.
    #[arg(long, default_value_t = 200)]
    largest: usize,
    /// How much work to spend on each plan.
    #[arg(long, default_value = "fast", value_parser = ["fast", "normal", "best"])]
    effort: String,
    /// A Python that has `ortools`.
    #[arg(long, value_name = "PYTHON")]
    cp_sat: Option<PathBuf>,
    /// Seconds that CP-SAT may take for a problem.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    // `cargo test --benches` runs this without being told to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("cargo bench --bench placement");
        return ExitCode::SUCCESS;
    }
    let args = Args::parse();
    let effort = match args.effort.as_str() {
        "fast" => Effort::Fast,
        "best" => Effort::Best,
        _ => Effort::Normal,
    };
    let is_asked = |table: &str| args.only.as_deref().is_none_or(|only| only == table);
    if is_asked("rolling") {
        println!("\n### All servers are rebooted\n");
        rolling::table(args.smallest..=args.largest, effort);
    }
    if is_asked("balance") {
        println!("\n### A cluster is repaired\n");
        balance::table(args.largest, effort);
    }
    if is_asked("drain") {
        println!("\n### A quarter of each rack is drained\n");
        let cp_sat = args.cp_sat.as_deref().map(|python| (python, args.seconds));
        if let Err(why) = drain::table(args.largest, effort, cp_sat) {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
