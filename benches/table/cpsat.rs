//! The same formulation, solved by CP-SAT.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use mvm::formulation::{Action, Formulation, Seconds, Window};
use mvm::schedule::Bounded;
use serde_json::{Value, json};

const PROGRAM: &str = include_str!("cpsat.py");

/// What CP-SAT finds for the first objective within a time, with two workers; None if it finds no schedule.
pub fn solve(
    formulation: &Formulation,
    python: &Path,
    seconds: u32,
) -> Result<Option<Bounded>, String> {
    let mut child = Command::new(python)
        .args(["-c", PROGRAM, &seconds.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", python.display()))?;
    let mut input = child.stdin.take().ok_or("no input")?;
    let written = input.write_all(problem(formulation).to_string().as_bytes());
    drop(input);
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    written.map_err(|error| error.to_string())?;
    let answer: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let whole = |name: &str| answer[name].as_f64().map(|figure| figure.round() as i64);
    Ok(whole("value")
        .zip(whole("bound"))
        .map(|(value, lower_bound)| Bounded { value, lower_bound }))
}

fn problem(formulation: &Formulation) -> Value {
    let objective = &formulation.objectives[0];
    let actions = formulation.actions.iter().map(modes);
    let resources = formulation.resources.iter();
    let precedences = formulation.precedences.iter();
    let groups = formulation.groups.iter();
    let windows = formulation.windows.iter();
    json!({
        "horizon": horizon(formulation),
        "actions": actions.collect::<Vec<_>>(),
        "resources": resources.map(|r| json!([r.initial, r.capacity])).collect::<Vec<_>>(),
        "precedences": precedences.map(|p| [p.first.0, p.then.0]).collect::<Vec<_>>(),
        "groups": groups.map(|g| json!([g.ends, g.actions.iter().map(|a| a.0).collect::<Vec<_>>()])).collect::<Vec<_>>(),
        "windows": windows.map(window).collect::<Vec<_>>(),
        "constant": objective.constant,
        "makespan": objective.makespan,
        "terms": objective.terms.iter().map(|t| json!([t.start, t.end, t.modes])).collect::<Vec<_>>(),
    })
}

fn window(window: &Window) -> Value {
    let modes = window.modes.as_ref().map(|modes| (modes.start, modes.end));
    json!([window.action.0, modes, window.intervals])
}

fn modes(action: &Action) -> Value {
    let modes = action.modes.iter().map(|mode| {
        let demands = mode.demands.iter().map(|d| (d.resource.0, d.take, d.give));
        json!([mode.duration, demands.collect::<Vec<_>>()])
    });
    modes.collect()
}

/// Everything one after the other ends by then, and so does some best schedule of a regular objective.
fn horizon(formulation: &Formulation) -> Seconds {
    let longest = |action: &Action| action.modes.iter().map(|mode| mode.duration).max();
    let serial: Seconds = formulation.actions.iter().filter_map(longest).sum();
    let opens = formulation
        .windows
        .iter()
        .flat_map(|w| &w.intervals)
        .map(|i| i.0);
    let changes = formulation
        .resources
        .iter()
        .flat_map(|r| &r.capacity)
        .map(|c| c.0);
    serial + opens.chain(changes).max().unwrap_or(0)
}
