//! The plan as a script in bash: what an operator reviews, and runs.
//!
//! The script stands alone (bash 4.4, coreutils, virsh, ipmitool) and has these parts: what the plan is; a
//! function for each action with its plain command; what a site may replace (`script/hooks.bash`); what an action looks
//! at before and after (`script/guards.bash`); who is asked before it goes on (`script/approval.bash`); what all begins with (`script/preflight.bash`); the dry run; the plan as rows (`table`, read by `script/rows.bash`);
//! the journal; what is done about those that are late; and the engine, which decides who starts when
//! (`script/engine.bash`); and one action alone (`script/alone.bash`).
//!
//! Names come from outside. Those that reach the shell go through `quote`; comments and titles have them
//! with nothing in them that ends a line.

mod actions;
mod obstacles;
mod platform;
mod quote;
mod table;
mod template;

pub use obstacles::obstacles;

use std::fmt::Write;

use sha2::{Digest, Sha256};

use self::actions::Actions;
use self::platform::Platforms;
pub(super) use self::quote::file_name;
use self::quote::quote;
#[cfg(all(unix, feature = "cli"))]
pub(crate) use self::quote::quote as shell_word;
use super::clock::Clock;
use super::text::printable;
use super::{amount, json};
use crate::datacenter::{CommandKind, Datacenter};
use crate::plan::Plan;
use crate::request::Task;

/// What all scripts have, in the order in which they have it; the table stands before the last line, the call.
const PARTS: [&str; 10] = [
    include_str!("script/hooks.bash"),
    include_str!("script/guards.bash"),
    include_str!("script/approval.bash"),
    include_str!("script/preflight.bash"),
    include_str!("script/dry.bash"),
    include_str!("script/rows.bash"),
    include_str!("script/journal.bash"),
    include_str!("script/late.bash"),
    include_str!("script/engine.bash"),
    include_str!("script/alone.bash"),
];

/// The plan as a script.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    let mut platforms = Platforms::new(datacenter);
    let mut actions = Actions::new(datacenter, Clock::new(plan), &mut platforms);
    let functions: String = plan
        .actions
        .iter()
        .enumerate()
        .map(|(at, action)| actions.function(&number(at), action))
        .collect();
    let rows = table::rows(datacenter, plan, &mut platforms);
    let templates = platforms.templates.functions();
    let mut out = header(plan);
    out += &constants(datacenter, plan);
    if !templates.is_empty() {
        out += &section("Commands that the datacenter gives");
        out += &templates;
    }
    out += &section("Actions");
    out += &functions;
    for part in PARTS {
        out.push('\n');
        out += part;
    }
    out += &section("The plan");
    out += &rows;
    out += "\nmain \"$@\"\n";
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
    if plan.start.as_ref().is_some_and(|s| s.instant.is_none()) {
        lines.push("            on no date: that is when its first run begins".to_owned());
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
To see what it does:  bash THIS --dry-run      To see whether all is ready:  bash THIS --preflight
To carry it out:      bash THIS                Again, to go on where it stopped: the same
All options and variables:  bash THIS --help

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
    let clock = Clock::new(plan).start().unwrap_or_default();
    let mut out = "\nset -u -o pipefail\n\n".to_owned();
    let _ = writeln!(out, "PLAN={}", quote(&printable(&plan.name)));
    let _ = writeln!(out, "PLAN_HASH={hash}");
    let _ = writeln!(out, "PLANNED_START={start}");
    let _ = writeln!(out, "PLANNED_CLOCK={}", quote(&clock));
    let _ = writeln!(out, "NIGHT={}", plan.night());
    let _ = writeln!(out, "TOOLS={}", quote(&tools(datacenter, plan)));
    let journal = format!("{}.journal", file_name(&plan.name));
    let _ = writeln!(out, "DEFAULT_JOURNAL={}", quote(&journal));
    out += "declare -a TEMPLATE=()\n";
    out
}

/// The programs that the plan's commands need, as far as they are the script's own.
fn tools(datacenter: &Datacenter, plan: &Plan) -> String {
    let uses = |kind: CommandKind| {
        let acts = |server| platform::choose(datacenter, server, kind).is_none();
        plan.actions.iter().any(|action| match (kind, action.task) {
            (CommandKind::Boot, Task::Boot(server)) => acts(server),
            (CommandKind::Shutdown, Task::Shutdown(server)) => acts(server),
            (CommandKind::Run, Task::Run(server)) => acts(server),
            (CommandKind::Guests | CommandKind::Clock, _) => action.from.is_some_and(acts),
            _ => false,
        })
    };
    let needed = [
        ("virsh", uses(CommandKind::Guests)),
        ("ssh", uses(CommandKind::Clock) || uses(CommandKind::Run)),
        (
            "ipmitool",
            uses(CommandKind::Boot) || uses(CommandKind::Shutdown),
        ),
    ];
    let needed: Vec<&str> = needed.iter().filter(|n| n.1).map(|n| n.0).collect();
    needed.join(" ")
}
