//! The plan as a playbook of Ansible: its graph of dependencies as hosts of an inventory that wait for one another.
//!
//! The playbook stands alone: it has the plan's script in it, writes it into a folder, and makes an entry of its inventory for each
//! action. With the strategy `free`, each of these waits for those that its action waits for and then carries it out by the script
//! (`--action`), which looks before and after and keeps the journal. What Ansible cannot do is said in the playbook's head.

use std::fmt::Write;

use super::script;
use super::text::printable;
use crate::datacenter::{Datacenter, Policy};
use crate::plan::{Plan, Planned, Until};
use crate::request::Task;

/// The plan as a playbook.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    let folder = format!("{}.run", script::file_name(&plan.name));
    let count = plan.actions.len().to_string();
    let entries: String = plan
        .actions
        .iter()
        .enumerate()
        .map(|(at, action)| entry(at, action))
        .collect();
    let lines = script(datacenter, plan);
    let mut indented = String::new();
    for line in lines.lines() {
        let _ = writeln!(indented, "{}", format!("          {line}").trim_end());
    }
    include_str!("ansible/playbook.yaml")
        .replace("@PLAN@", &text(&format!("Plan {}", printable(&plan.name))))
        .replace("@FOLDER@", &folder)
        .replace("@COUNT@", &count)
        .replace("@ENTRIES@\n", &entries)
        .replace("@SCRIPT@\n", &indented)
}

/// An action as an entry of the inventory.
fn entry(at: usize, action: &Planned) -> String {
    let those = |wanted: fn(Until) -> bool| {
        let waits = action.after.iter().filter(|wait| wanted(wait.until));
        let numbers: Vec<String> = waits
            .map(|wait| format!("'{}'", number(wait.action)))
            .collect();
        format!("[{}]", numbers.join(", "))
    };
    let starts = action.after.iter().filter_map(|wait| match wait.until {
        Until::Started(lag) => Some(format!("{{other: '{}', lag: {lag}}}", number(wait.action))),
        Until::Done | Until::Over => None,
    });
    let starts: Vec<String> = starts.collect();
    let migrates = matches!(action.task, Task::Migrate { .. });
    // Without a limit, a year.
    let limit = match action.timeout.policy {
        Policy::Wait => 31_536_000,
        _ => action.timeout.limit,
    };
    format!(
        "          - number: '{}'\n            title: {}\n            over: {}\n            needs: {}\n            starts: [{}]\n            \
         limit: {limit}\n            retries: {}\n            pause: {}\n            migrates: {migrates}\n",
        number(at),
        text(&printable(&action.title())),
        those(|until| !matches!(until, Until::Started(_))),
        those(|until| until == Until::Done),
        starts.join(", "),
        action.retry.times,
        action.retry.pause.max(1),
    )
}

/// `0001` for the first.
fn number(at: usize) -> String {
    format!("{:04}", at + 1)
}

/// A text that Ansible takes as it is, whatever braces it has: JSON's strings are YAML's.
fn text(text: &str) -> String {
    format!("!unsafe {}", serde_json::Value::from(text))
}
