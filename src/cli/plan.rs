//! `mvm plan`

use std::path::PathBuf;

use super::Status;
use super::args::{self, Plan as Args};
use super::certificate;
use super::disk::Disk;
use super::outcome;
use super::output;
use super::progress::Line;
use super::state;
use super::terminal::Terminal;
use crate::baseline;
use crate::compile::{self, Checked, Failure};
use crate::datacenter::Datacenter;
use crate::emit::{Kind, table};
use crate::plan::Plan;
use crate::request::Bandwidth;
use crate::schedule::{Monitor, Options, Written};

/// A plan that was computed.
struct Made {
    index: usize,
    plan: Plan,
    /// What holds its end, where that is asked for.
    why: Option<String>,
    /// A better plan with lower rates, where the file says nothing of them.
    choice: Option<Plan>,
    /// The file as the plan sees it, where it starts from elsewhere than that declares.
    seen: Option<Checked>,
}

impl Made {
    fn datacenter<'a>(&'a self, checked: &'a Checked) -> &'a Datacenter {
        &self.seen.as_ref().unwrap_or(checked).analysis.datacenter
    }
}

/// Computes the plans and writes them.
pub fn run(args: &Args, terminal: &Terminal) -> Status {
    plan(args, terminal).unwrap_or_else(|status| status)
}

fn plan(args: &Args, terminal: &Terminal) -> Result<Status, Status> {
    let wrong_usage = |why: String| {
        terminal.say(&format!("error: {why}"));
        Status::WrongUsage
    };
    let kinds = kinds(&args.emit).map_err(wrong_usage)?;
    if let (Some(baseline), Some(kind)) = (
        args.planner,
        kinds.iter().find(|kind| !is_for_comparison(**kind)),
    ) {
        let (name, kind) = (baseline.name(), kind.name());
        return Err(wrong_usage(format!(
            "a plan as `{name}` makes it is for comparison, and need not hold: there is no {kind} of it"
        )));
    }
    let (disk, entry) = Disk::project_of(&args.file).map_err(|why| {
        terminal.say(&format!(
            "error: `{}` cannot be read: {why}",
            args.file.display()
        ));
        Status::WrongInput
    })?;
    let bandwidth = args.bandwidth.map(|bandwidth| match bandwidth {
        args::Bandwidth::Max => Bandwidth::Max,
        args::Bandwidth::Choose => Bandwidth::Choose,
    });
    let mut checked = compile::check_with(&entry, &disk, bandwidth);
    terminal.show(&checked.map, &checked.diagnostics);
    if checked.has_errors() {
        return Err(Status::WrongInput);
    }
    if let Some(state) = &args.state {
        state::compare(&checked, state, terminal)?;
        for (file, bytes) in state::files(state, &disk) {
            checked.assume(&file, &bytes);
        }
    }
    let chosen = chosen(&checked, args).map_err(wrong_usage)?;
    if chosen.len() * kinds.len() > 1 && args.output.is_none() && kinds != [Kind::Table] {
        return Err(wrong_usage(String::from(
            "several texts do not go into one output: name a folder with `-o`, or choose with `--plan` and `--emit`",
        )));
    }
    let options = Options {
        effort: args.effort.into(),
        time_limit: args.time_limit,
    };
    let mut worst = Status::Done;
    let mut plans = Vec::new();
    let mut line = Line::new();
    for index in chosen {
        // The way back of a plan that was made just now starts from where that ends.
        let undone = checked.analysis.requests[index].reverses;
        let undone = plans.iter().find(|made: &&Made| Some(made.index) == undone);
        let following = undone.and_then(|undone| {
            let made = Some(&undone.plan);
            checked.following(index, made, &options, &mut line).ok()
        });
        let of = following.as_ref().unwrap_or(&checked);
        match make(of, index, args, &options, &mut line) {
            Ok((made, written)) => {
                if let (Some(folder), Some(written)) = (&args.certificate, written) {
                    certificate::write(folder, &made.plan, &written, terminal)
                        .map_err(wrong_usage)?;
                }
                plans.push(made);
            }
            Err(failure) => {
                let hints = match failure {
                    Failure::Unknown => checked.late_enough(index, &options, &mut line),
                    _ => Vec::new(),
                };
                worst = worst.max(outcome::failed(
                    &checked, index, failure, &options, &line, terminal,
                ));
                hints
                    .iter()
                    .for_each(|hint| terminal.say(&format!("  {hint}")));
            }
        }
        if line.stop() {
            // What is printed below is the best so far, and plans that were still to come are not begun.
            worst = Status::Interrupted;
            terminal.say("interrupted: what is written is the best so far");
            break;
        }
    }
    drop(line);
    for made in &mut plans {
        if kinds.contains(&Kind::Html) {
            checked.hold(made.index, &mut made.plan);
        }
        if made.plan.by.is_none() {
            worst = worst.max(outcome::expected(
                &checked, made.index, &made.plan, terminal,
            ));
        }
        if let Some(other) = &made.choice {
            terminal.say(&outcome::choice(&made.plan, other));
        }
        // Below a table, the reasons are a part of the result; anywhere else they would spoil it.
        if (kinds != [Kind::Table] || args.output.is_some())
            && let Some(why) = made.why.take()
        {
            terminal.say(why.trim_end());
        }
    }
    let found = plans.iter().flat_map(|made| {
        let kinds = kinds.iter();
        kinds.flat_map(|kind| kind.obstacles(made.datacenter(&checked), &made.plan))
    });
    let found: Vec<_> = found.collect();
    if !found.is_empty() {
        terminal.show(&checked.map, &found);
        return Ok(Status::WrongInput);
    }
    write(&checked, &plans, &kinds, args).map_err(wrong_usage)?;
    Ok(worst)
}

/// Computes one plan, with its certificate and the reasons for its end where they are asked for.
fn make(
    checked: &Checked,
    index: usize,
    args: &Args,
    options: &Options,
    line: &mut Line,
) -> Result<(Made, Option<Written>), Failure> {
    let name = &checked.analysis.requests[index].name;
    line.start(name);
    if let Some(baseline) = args.planner {
        let settled = checked.for_others(index, options, line)?;
        let (request, problem) = (&*settled.request, &*settled.problem);
        let made = Made {
            index,
            plan: checked.plan_of(baseline, request, problem, baseline::SEED)?,
            why: None,
            choice: None,
            seen: None,
        };
        return Ok((made, None));
    }
    let (plan, written) = match &args.certificate {
        None => (checked.plan(index, options, line)?, None),
        Some(_) => {
            let stem = output::stem(name);
            let (plan, written) = checked.plan_certified(index, options, line, &stem)?;
            (plan, Some(written))
        }
    };
    let why = match args.why {
        true => checked.why(index, &plan, options, line),
        false => None,
    };
    let why = why.map(|held| held.text);
    let choice = match args.bandwidth {
        None => checked.with_choice(index, &plan, options, line),
        Some(_) => None,
    };
    let seen = plan.since.as_ref().map(|since| checked.since(index, since));
    let made = Made {
        index,
        plan,
        why,
        choice,
        seen,
    };
    Ok((made, written))
}

/// What there is of the plans of other planners: nothing that carries them out or approves them.
fn is_for_comparison(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Table | Kind::Json | Kind::Svg | Kind::Mermaid | Kind::Csv
    )
}

fn kinds(names: &[String]) -> Result<Vec<Kind>, String> {
    let mut kinds = Vec::new();
    for name in names {
        let known = || {
            Kind::ALL
                .iter()
                .map(|k| k.name())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let kind = Kind::parse(name)
            .ok_or_else(|| format!("there is no output `{name}`: choose among {}", known()))?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

/// Indices of the plans to compute.
fn chosen(checked: &Checked, args: &Args) -> Result<Vec<usize>, String> {
    let requests = &checked.analysis.requests;
    let all = || {
        requests
            .iter()
            .map(|r| format!("`{}`", r.name))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match &args.name {
        _ if requests.is_empty() => Err(format!("`{}` has no plan", args.file.display())),
        None => Ok((0..requests.len()).collect()),
        Some(name) => match requests.iter().position(|r| r.name == *name) {
            Some(index) => Ok(vec![index]),
            None => Err(format!(
                "`{}` has no plan `{name}`: there is {}",
                args.file.display(),
                all()
            )),
        },
    }
}

fn write(checked: &Checked, plans: &[Made], kinds: &[Kind], args: &Args) -> Result<(), String> {
    let several = plans.len() * kinds.len() > 1;
    for (at, made) in plans.iter().enumerate() {
        let Made { plan, why, .. } = made;
        for kind in kinds {
            let datacenter = made.datacenter(checked);
            let mut text = match kind {
                Kind::Table if args.output.is_none() => table(datacenter, plan, &Terminal::page()),
                _ => kind.emit(datacenter, plan),
            };
            if let Some(why) = why {
                text += &format!("\n{why}");
            }
            if at > 0 && args.output.is_none() {
                text.insert(0, '\n');
            }
            match &args.output {
                Some(folder) if several => {
                    std::fs::create_dir_all(folder)
                        .map_err(|e| format!("`{}` cannot be made: {e}", folder.display()))?;
                    output::write(Some(&folder.join(file_name(plan, *kind))), &text)?;
                }
                to => output::write(to.as_deref(), &text)?,
            }
        }
    }
    Ok(())
}

/// `decommission.json`
fn file_name(plan: &Plan, kind: Kind) -> PathBuf {
    PathBuf::from(format!("{}.{}", output::stem(&plan.name), kind.suffix()))
}
