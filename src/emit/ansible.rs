//! The plan as a playbook of Ansible: its graph of dependencies as hosts of an inventory that wait for one another.
//!
//! The playbook stands alone: it has the plan's script in it, writes it into a folder, and makes an entry of its inventory for each
//! action. With the strategy `free`, each of these waits for those that its action waits for and then carries it out by the script
//! (`--action`), which looks before and after and keeps the journal. What Ansible cannot do is said in the playbook's head.

use std::fmt::Write;

use super::graph::{Node, nodes};
use super::script;
use super::text::printable;
use crate::datacenter::Datacenter;
use crate::plan::Plan;

/// The plan as a playbook.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    let folder = format!("{}.run", script::file_name(&plan.name));
    let count = plan.actions.len().to_string();
    let entries: String = nodes(plan).map(|node| entry(&node)).collect();
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
fn entry(node: &Node<'_>) -> String {
    let list = |numbers: &[String]| {
        let numbers: Vec<String> = numbers.iter().map(|number| format!("'{number}'")).collect();
        format!("[{}]", numbers.join(", "))
    };
    let starts = node.starts.iter();
    let starts = starts.map(|(number, lag)| format!("{{other: '{number}', lag: {lag}}}"));
    let starts: Vec<String> = starts.collect();
    format!(
        "          - number: '{}'\n            title: {}\n            over: {}\n            needs: {}\n            starts: [{}]\n            \
         limit: {}\n            retries: {}\n            pause: {}\n            migrates: {}\n",
        node.number,
        text(&printable(&node.action.title())),
        list(&node.over),
        list(&node.needs),
        starts.join(", "),
        node.limit,
        node.action.retry.times,
        node.action.retry.pause.max(1),
        node.is_migration(),
    )
}

/// A text that Ansible takes as it is, whatever braces it has: JSON's strings are YAML's.
fn text(text: &str) -> String {
    format!("!unsafe {}", serde_json::Value::from(text))
}
