//! The plan as a script in bash: what an operator reviews, and runs.
//!
//! The script stands alone (bash 4.4, coreutils, virsh, ipmitool) and has these parts: what the plan is; a
//! function for each action with its plain command; the table of what waits for what; and the engine, which is the
//! same in every script: `script/hooks.bash` and `script/engine.bash`.
//!
//! Names come from outside. Those that reach the shell go through `quote`; comments and titles have them
//! with nothing in them that ends a line.

mod actions;
mod quote;
mod template;

use std::fmt::Write;

use sha2::{Digest, Sha256};

use self::actions::Actions;
use self::quote::{file_name, quote};
use super::clock::Clock;
use super::text::printable;
use super::{amount, json};
use crate::datacenter::Datacenter;
use crate::plan::Plan;

/// How servers and VMs are acted upon, and asked.
const HOOKS: &str = include_str!("script/hooks.bash");
/// Options, journal, and the order of things.
const ENGINE: &str = include_str!("script/engine.bash");

/// The plan as a script.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    let mut actions = Actions::new(datacenter, Clock::new(plan));
    let functions: String = plan
        .actions
        .iter()
        .enumerate()
        .map(|(at, action)| actions.function(&number(at), action))
        .collect();
    let templates = actions.templates.functions();
    let mut out = header(plan);
    out += &constants(datacenter, plan);
    if !templates.is_empty() {
        out += &section("Commands that the datacenter gives");
        out += &templates;
    }
    out += &section("Actions");
    out += &functions;
    out.push('\n');
    out += HOOKS;
    out.push('\n');
    // The options need the constants, the table needs the engine: its last line, the call, comes after the table.
    let (engine, call) = ENGINE
        .split_once("\nmain \"$@\"\n")
        .map_or((ENGINE, ""), |(engine, _)| (engine, "main \"$@\"\n"));
    out += engine;
    out.push('\n');
    out += &section("Who waits for whom");
    out += &table(plan);
    out.push('\n');
    out += call;
    out
}

/// `0001` for the first.
fn number(at: usize) -> String {
    format!("{:04}", at + 1)
}

fn section(title: &str) -> String {
    let dashes = "─".repeat(105usize.saturating_sub(title.len()));
    format!("\n# ── {title} {dashes}\n")
}

fn header(plan: &Plan) -> String {
    let mut lines = vec![format!("Plan {}", printable(&plan.name))];
    for line in plan.doc.iter().flat_map(|doc| doc.lines()) {
        lines.push(format!("| {}", printable(line)));
    }
    lines.push(String::new());
    if let Some(source) = &plan.source {
        lines.push(format!("made from   {}", printable(&source.file)));
        lines.push(format!("sha256      {}", printable(&source.sha256)));
    }
    lines.push(format!("by          mvm {}", env!("CARGO_PKG_VERSION")));
    if let Some(start) = Clock::new(plan).start() {
        lines.push(format!("start       {start}"));
    }
    lines.push(format!("actions     {}", plan.actions.len()));
    lines.push(format!("makespan    {}", amount::duration(plan.makespan)));
    for achieved in &plan.objectives {
        let value = amount::objective(achieved.goal, achieved.value);
        let (name, quality) = (achieved.goal.name(), amount::quality(achieved));
        lines.push(format!("objective   {name} {value} ({quality})"));
    }
    lines.push(format!("peak power  {}", amount::power(plan.peak_power)));
    lines.extend(HOW_TO_RUN.lines().map(str::to_owned));
    let mut out = "#!/usr/bin/env bash\n".to_owned();
    for line in lines {
        out += format!("# {line}").trim_end();
        out.push('\n');
    }
    out
}

const HOW_TO_RUN: &str = "
To see what it does:  bash THIS --dry-run      All options:  bash THIS --help
To carry it out:      bash THIS                Again, to go on where it stopped: the same

It needs bash 4.4, coreutils and virsh, ssh keys that ask for nothing, and to boot or shut down servers ipmitool,
with the password in $IPMI_PASSWORD and the user in $MVM_BMC_USER.

Names are literal, whatever is in them; functions are called by computed names:
shellcheck disable=SC1003,SC1110,SC1111,SC2016,SC2088,SC2317,SC2329
";

fn constants(datacenter: &Datacenter, plan: &Plan) -> String {
    let hash = Sha256::digest(json::emit(datacenter, plan));
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let instant = plan.start.as_ref().and_then(|s| s.instant.as_ref());
    let start = instant.map_or_else(String::new, |at| at.timestamp().as_second().to_string());
    let mut out = "\nset -u -o pipefail\n\n".to_owned();
    let _ = writeln!(out, "PLAN={}", quote(&printable(&plan.name)));
    let _ = writeln!(out, "PLAN_HASH={hash}");
    let _ = writeln!(out, "PLANNED_START={start}");
    let journal = format!("{}.journal", file_name(&plan.name));
    let _ = writeln!(out, "DEFAULT_JOURNAL={}", quote(&journal));
    out
}

/// The actions in the order of their starts: number, start, end, the earliest start that the clock allows, what
/// must have ended before (all in seconds), title.
fn table(plan: &Plan) -> String {
    let mut out = "#      number  start    end  not before  after\n".to_owned();
    for (at, action) in plan.actions.iter().enumerate() {
        let after: Vec<String> = action.ended_before().map(number).collect();
        let _ = writeln!(
            out,
            "action {:>6} {:>6} {:>6} {:>11}  {:<11} {}",
            number(at),
            action.start,
            action.end,
            action.not_before().unwrap_or(0),
            format!("'{}'", after.join(" ")),
            quote(&printable(&action.id)),
        );
    }
    out
}
