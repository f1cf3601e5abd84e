//! `mvm calibrate`

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Status;
use super::args::Calibrate;
use super::plan_file::{self, Opened};
use super::terminal::Terminal;
use super::{disk, output};
use crate::calibrate::{Sample, calibrate, migrations, report, runs};

/// Fits the model's figures to what was measured.
pub fn run(args: &Calibrate, terminal: &Terminal) -> Status {
    match fit(args, terminal) {
        Ok(Some(text)) => match output::write(args.output.as_deref(), &text) {
            Ok(()) => Status::Done,
            Err(why) => {
                terminal.say(&format!("error: {why}"));
                Status::WrongUsage
            }
        },
        Ok(None) => Status::WrongInput,
        Err(why) => {
            terminal.say(&format!("error: {why}"));
            Status::WrongInput
        }
    }
}

/// The lines that say what was found; None where a plan's source has errors, which were shown.
fn fit(args: &Calibrate, terminal: &Terminal) -> Result<Option<String>, String> {
    let plans = by_plan(&args.files)?;
    let mut samples = Vec::new();
    let mut planned = None;
    // Where there are several plans, those left out are whole plans: the figures are for plans that nobody has run yet.
    let by_plans = plans.len() > 1;
    for (plan, (file, measured)) in (0..).zip(&plans) {
        let Some(opened) = plan_file::open(file, None, terminal)? else {
            return Ok(None);
        };
        if let Some(what) = &opened.changed {
            terminal.say(&format!("note: {what}"));
        }
        let requests = &opened.checked.analysis.requests;
        let request = requests.iter().find(|r| r.name == opened.file.plan);
        planned = planned.or(request.map(|request| request.model));
        for (run, path) in (0..).zip(measured) {
            let part = if by_plans { plan } else { run };
            samples.extend(read(path, &opened, part, terminal)?);
        }
    }
    let model = args.model.or(planned).unwrap_or_default();
    let found = calibrate(model, &samples)
        .ok_or("none of the measured actions is a migration of the plan")?;
    Ok(Some(report(&found)))
}

/// The files of each plan: the plans are those that end in `.json`.
fn by_plan(files: &[PathBuf]) -> Result<Vec<(&Path, Vec<&Path>)>, String> {
    let mut plans: Vec<(&Path, Vec<&Path>)> = Vec::new();
    for file in files {
        if file.extension().is_some_and(|e| e == "json") {
            plans.push((file, Vec::new()));
        } else if let Some((_, runs)) = plans.last_mut() {
            runs.push(file);
        } else {
            let shown = file.display();
            return Err(format!(
                "`{shown}` comes before any plan: name the plan in JSON first, then what was measured"
            ));
        }
    }
    match plans.iter().find(|(_, runs)| runs.is_empty()) {
        Some((plan, _)) => Err(format!(
            "nothing that was measured stands behind `{}`",
            plan.display()
        )),
        None => Ok(plans),
    }
}

/// The migrations of one run; what is no migration of the plan is said once.
fn read(
    path: &Path,
    opened: &Opened,
    part: u32,
    terminal: &Terminal,
) -> Result<Vec<Sample>, String> {
    let shown = path.display();
    let text = disk::read_text(path).map_err(|why| format!("`{shown}` cannot be read: {why}"))?;
    let measured = runs::read(&text).map_err(|e| format!("`{shown}`: {e}"))?;
    let analysis = &opened.checked.analysis;
    let plan = &opened.file.plan;
    let at = analysis.requests.iter().position(|r| r.name == *plan);
    let at = at.ok_or_else(|| format!("`{plan}` is no plan of its source"))?;
    let settled = opened.checked.settled(at, &opened.file);
    let settled = settled.map_err(|mistakes| mistakes.join("; "))?;
    let actions = &opened.file.actions;
    // bit/s: what the file has in millionths of Mbit/s. None of an action that is no migration.
    let rates: BTreeMap<&str, Option<u64>> = actions
        .iter()
        .map(|action| {
            let rate = action
                .bandwidth_mbps
                .and_then(|rate| u64::try_from(rate.0).ok());
            (action.id.as_str(), rate)
        })
        .collect();
    let rate = |id: &str| rates.get(id).copied().flatten();
    let known = migrations(&analysis.datacenter, &settled.problem, &rate);
    let mut samples = Vec::new();
    let mut unknown = BTreeSet::new();
    for run in measured {
        match (known.get(&run.action), u32::try_from(run.seconds)) {
            (Some(planned), Ok(seconds)) if seconds > 0 => samples.push(Sample {
                class: planned.class.clone(),
                transfer: planned.transfer,
                seconds,
                part,
            }),
            (Some(_), _) => {
                unknown.insert(format!("`{}`, which ended before it began", run.action));
            }
            (None, _) if rates.contains_key(run.action.as_str()) => {}
            (None, _) => {
                unknown.insert(format!("`{}`", run.action));
            }
        }
    }
    if let Some(first) = unknown.first() {
        terminal.say(&format!(
            "warning: `{shown}`: {} of its actions are none of the plan's, such as {first}; they are left out",
            unknown.len()
        ));
    }
    Ok(samples)
}
