//! How good and how fast the scheduler is on the BtrPlace instances and the plans in `.mvm` of a folder, as a table in Markdown; where a
//! plan has several goals, a row for each:
//!
//! ```text
//! cargo bench --bench table -- FOLDER [--effort instant|fast|normal|best] [--cp-sat PYTHON [--seconds 60]]
//! ```
//!
//! With `--readme` it also prints a row for each group of instances, as README.md has them, and fails where README says
//! something else.
//!
//! `PYTHON` is an interpreter that has Google's `ortools`; its CP-SAT then solves the same formulations beside us.

mod cpsat;
mod readme;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use mvm::compile::{Prospect, check};
use mvm::import::btrplace;
use mvm::schedule::{Bounded, Effort, Monitor, Options, Outcome, Progress, schedule};
use mvm::source::Loader;
use readme::Measured;

#[derive(Parser)]
struct Args {
    /// Where instances are looked for, folders within included.
    folder: PathBuf,
    /// How much work to spend.
    #[arg(long, default_value = "normal", value_parser = ["instant", "fast", "normal", "best"])]
    effort: String,
    /// A Python that has `ortools`.
    #[arg(long, value_name = "PYTHON")]
    cp_sat: Option<PathBuf>,
    /// Seconds that CP-SAT may take for an instance.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Compares the values with those that README.md gives.
    #[arg(long)]
    readme: bool,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    // `cargo test --benches` runs this without a folder; there is nothing to do then.
    if std::env::args()
        .skip(1)
        .all(|argument| argument.starts_with("--"))
    {
        println!("which folder? cargo bench --bench table -- FOLDER");
        return ExitCode::SUCCESS;
    }
    let args = Args::parse();
    let mut instances = Vec::new();
    collect(&args.folder, &mut instances);
    let scale = |path: &PathBuf| {
        let folder = path.parent().and_then(Path::file_name);
        let name = folder.map(|name| name.to_string_lossy().into_owned());
        let number = name.and_then(|name| name.strip_prefix('x')?.parse::<u32>().ok());
        (
            path.parent().and_then(Path::parent).map(Path::to_path_buf),
            number,
            path.clone(),
        )
    };
    instances.sort_by_key(scale);
    let theirs = if args.cp_sat.is_some() {
        " CP-SAT | bound | gap | s |"
    } else {
        ""
    };
    let rule = if args.cp_sat.is_some() {
        "---:|---:|---:|---:|"
    } else {
        ""
    };
    println!(
        "| instance | VMs | mvm | bound | gap | s |{theirs}\n|---|---:|---:|---:|---:|---:|{rule}"
    );
    let (mut measured, mut failed) = (Vec::new(), false);
    for path in &instances {
        match rows(path, &args) {
            Ok(own) => measured.extend(own),
            Err(why) => {
                eprintln!("{}: {why}", path.display());
                failed = true;
            }
        }
    }
    if args.readme && (failed || !is_true(&measured)) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Prints the groups of instances; whether README gives the same figures.
fn is_true(measured: &[Measured]) -> bool {
    println!("\n| instance | {} |", readme::COLUMNS.join(" | "));
    for row in readme::rows(measured) {
        println!("| {} | {} |", row.group, row.figures.join(" | "));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let found = readme::differences(&text, measured);
    for difference in &found {
        eprintln!("{difference}");
    }
    found.is_empty()
}

/// The instances in a folder and in those within it, or that one file.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        found.push(folder.to_path_buf());
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json" || extension == "mvm")
        {
            found.push(path);
        }
    }
}

struct Memory(String);

impl Loader for Memory {
    fn load(&self, _: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.clone().into_bytes())
    }
}

struct Disc;

impl Loader for Disc {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(path).map_err(|error| error.to_string())
    }
}

struct Quiet;

impl Monitor for Quiet {
    fn report(&mut self, _: &Progress) {}
    fn stop(&self) -> bool {
        false
    }
}

/// Plans whatever an instance asks for, and prints its rows.
fn rows(path: &Path, args: &Args) -> Result<Vec<Measured>, String> {
    let name = path.to_string_lossy();
    let checked = if name.ends_with(".mvm") {
        check(&name, &Disc)
    } else {
        let input = std::fs::read(path).map_err(|error| error.to_string())?;
        let text = btrplace::import(&input, &name).map_err(|found| found[0].message.clone())?;
        check("instance.mvm", &Memory(text))
    };
    let relative = match path.strip_prefix(&args.folder) {
        Ok(inside) if inside != Path::new("") => inside,
        _ => path,
    };
    let relative = relative.with_extension("");
    let vms = checked.analysis.datacenter.vms.len();
    let mut measured = Vec::new();
    for (prospect, request) in checked.prospects.iter().zip(&checked.analysis.requests) {
        let Prospect::Open(problem) = prospect else {
            continue;
        };
        let options = Options {
            effort: match args.effort.as_str() {
                "instant" => Effort::Instant,
                "fast" => Effort::Fast,
                "best" => Effort::Best,
                _ => Effort::Normal,
            },
            ..Options::default()
        };
        let begin = Instant::now();
        let outcome = schedule(&problem.formulation, &options, &mut Quiet);
        let seconds = begin.elapsed().as_secs_f64();
        let Outcome::Found(solution) = outcome else {
            return Err(String::from("no schedule was found"));
        };
        let goals = &problem.formulation.objectives;
        for (at, (&bounded, goal)) in solution.objectives.iter().zip(goals).enumerate() {
            let mut what = relative.display().to_string();
            if name.ends_with(".mvm") {
                what += &format!(" {} {}", request.name, goal.name);
            }
            print!("| {what} | {vms} | {} |", figures(bounded, seconds));
            if let Some(python) = args.cp_sat.as_ref().filter(|_| at == 0) {
                let begin = Instant::now();
                let answer = cpsat::solve(&problem.formulation, python, args.seconds)?;
                let seconds = begin.elapsed().as_secs_f64();
                let cells =
                    answer.map_or(String::from("none | | | "), |found| figures(found, seconds));
                print!(" {cells} |");
            }
            println!();
        }
        measured.push(Measured {
            group: readme::group(&name).unwrap_or_default(),
            vms,
            value: solution.objectives[0].value,
            lower_bound: solution.objectives[0].lower_bound,
        });
    }
    match measured.is_empty() {
        true => Err(String::from("cannot be planned")),
        false => Ok(measured),
    }
}

fn figures(objective: Bounded, seconds: f64) -> String {
    let Bounded { value, lower_bound } = objective;
    let gap = 100.0 * (value - lower_bound) as f64 / (value as f64).max(1.0);
    format!("{value} | {lower_bound} | {gap:.2} % | {seconds:.1}")
}
