//! The plan as a Gantt chart in Mermaid's language, which repositories draw where they show Markdown.

use std::fmt::Write;

use super::clock::Clock;
use super::kind_of;
use super::text::{printable, shorten};
use crate::datacenter::Datacenter;
use crate::formulation::Seconds;
use crate::plan::{Plan, Planned};
use crate::request::Task;

/// Names are cut there: a chart does not wrap them.
const NAME_LENGTH: usize = 60;

/// The kinds of actions, each a section, in the order in which a maintenance usually goes; with the tag that
/// gives each a look of its own.
const SECTIONS: [(&str, &str, &str); 7] = [
    ("boot", "boot servers", "active, "),
    ("migrate", "migrate VMs", ""),
    ("stop", "stop VMs", "done, "),
    ("start", "start VMs", "active, "),
    ("shutdown", "shut down servers", "done, "),
    ("run", "run commands", "active, "),
    ("pause", "pauses", "crit, "),
];

/// The plan as a Gantt chart.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    let mut out = format!("gantt\n  title {}", escape(&plan.name));
    let clock = Clock::new(plan);
    if let Some(start) = clock.start() {
        let _ = write!(out, ", {start}");
    }
    if let Some(offset) = clock.steady_offset() {
        let _ = write!(out, " (all times in {offset})");
    }
    out.push('\n');
    out += "  dateFormat YYYY-MM-DDTHH:mm:ss\n  axisFormat %H:%M:%S\n";
    for (kind, section, tag) in SECTIONS {
        let mut header = Some(section);
        for (at, action) in plan.actions.iter().enumerate() {
            if kind_of(action.task) != kind {
                continue;
            }
            if let Some(section) = header.take() {
                let _ = writeln!(out, "  section {section}");
            }
            let (name, start) = (name(datacenter, action), moment(&clock, action.start));
            let seconds = action.end - action.start;
            let _ = writeln!(out, "  {name} :{tag}a{}, {start}, {seconds}s", at + 1);
        }
    }
    out
}

fn name(datacenter: &Datacenter, action: &Planned) -> String {
    let name = match action.task {
        Task::Migrate { to, .. } => format!("{} → {}", action.id, datacenter[to].name),
        Task::Run(_) | Task::Pause => {
            let text = action.text.as_deref().unwrap_or_default();
            format!("{}: {text}", action.id)
        }
        _ => action.id.clone(),
    };
    escape(&name)
}

/// The moment as a time on the wall at the place of the plan. Mermaid takes it as one of the reader's wall, and so
/// shows the same digits everywhere. A plan without a date has one all the same, which the axis does not show.
fn moment(clock: &Clock, seconds: Seconds) -> String {
    let moment = clock.steady(seconds);
    moment.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The text with all that Mermaid or a page could take as their own written as entities.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in shorten(&printable(text), NAME_LENGTH).chars() {
        match c {
            ':' | ';' | '#' | '%' | '<' | '>' | '&' | '"' | '\'' | '`' | '\\' | '{' | '}' | '$' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}
