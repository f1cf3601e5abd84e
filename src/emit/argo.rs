//! The plan as a workflow of Argo: its graph of dependencies, in which each action is a container that the plan's script carries out
//! (`--action`), with what it looks at before and after, and with the journal on a volume that all of them share.
//!
//! The script is in a ConfigMap beside the workflow, where Argo expands nothing in it. What Argo cannot do is said in the head.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::graph::{Node, nodes};
use super::script;
use super::text::printable;
use crate::datacenter::Datacenter;
use crate::diag::{Code, Diagnostic};
use crate::plan::Plan;
use crate::request::Task;

/// Kubernetes holds no object above that many bytes; something is left for what it adds.
const LARGEST: usize = 1_000_000;

/// Seconds after an action's limit within which its container must have ended it.
const GRACE: i64 = 120;

/// Why no cluster would take the workflow.
pub fn obstacles(datacenter: &Datacenter, plan: &Plan) -> Vec<Diagnostic> {
    let mut found = script::obstacles(datacenter, plan);
    let size = script(datacenter, plan).len();
    if size > LARGEST {
        let message = format!(
            "Kubernetes holds no object above 1 MiB, and the script of the plan `{}` has {size} bytes",
            printable(&plan.name)
        );
        let finding = Diagnostic::without_place(Code::NotForArgo, message);
        found.push(finding.with_help(
            "use `--emit script` or `mvm run`, or cut the plan into several that follow one another",
        ));
    }
    found
}

/// The plan as a workflow, with what it needs.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    let script = script(datacenter, plan);
    let hash = Sha256::digest(&script);
    let hash: String = hash
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tasks: String = nodes(plan).map(|node| task(plan, &node)).collect();
    let mut indented = String::new();
    for line in script.lines() {
        let _ = writeln!(indented, "{}", format!("    {line}").trim_end());
    }
    include_str!("argo/workflow.yaml")
        .replace("@NAME@", &format!("mvm-{}-{hash}", slug(&plan.name)))
        .replace("@PLAN@", &printable(&plan.name))
        .replace("@TASKS@\n", &tasks)
        .replace("@SCRIPT@\n", &indented)
}

/// What Kubernetes takes as a part of a name.
fn slug(name: &str) -> String {
    let plain = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() => c,
        _ => '-',
    };
    let all: String = name.chars().map(plain).take(30).collect();
    all.trim_matches('-').to_owned()
}

/// An action as a task of the graph.
fn task(plan: &Plan, node: &Node<'_>) -> String {
    let mut depends: Vec<String> = vec![String::from("ready.Succeeded")];
    for other in &node.over {
        depends.push(match node.needs.contains(other) {
            true => format!("a{other}.Succeeded"),
            false => format!(
                "(a{other}.Succeeded || a{other}.Failed || a{other}.Errored || a{other}.Skipped || a{other}.Omitted)"
            ),
        });
    }
    let starts = node
        .starts
        .iter()
        .map(|(number, lag)| format!("{number}+{lag}"));
    let starts: Vec<String> = starts.collect();
    let mut out = format!("          # {}\n", printable(&node.action.title()));
    // What stands before it, as a task of its own.
    let mut first = |name: &str, rest: &str| {
        let waits = std::mem::take(&mut depends).join(" && ");
        let own = format!("a{}-{name}", node.number);
        let _ = writeln!(
            out,
            "          - {{name: {own}, template: {name}, depends: {waits:?}{rest}}}"
        );
        depends.push(format!("{own}.Succeeded"));
    };
    let dated = plan
        .start
        .as_ref()
        .is_some_and(|start| start.instant.is_some());
    if !node.action.openings.is_empty() || dated && node.over.is_empty() {
        let number = format!(
            ", arguments: {{parameters: [{{name: number, value: {:?}}}]}}",
            node.number
        );
        first("turn", &number);
    }
    if node.action.task == Task::Pause {
        first("approval", "");
    }
    let parameters = [
        ("number", node.number.clone()),
        ("starts", starts.join(" ")),
        ("limit", node.limit.to_string()),
        ("deadline", (node.limit + GRACE).to_string()),
        ("retries", node.action.retry.times.to_string()),
        ("pause", node.action.retry.pause.max(1).to_string()),
        ("kind", super::kind_of(node.action.task).to_owned()),
    ];
    let _ = write!(
        out,
        "          - name: a{}\n            template: action\n            depends: {:?}\n            arguments:\n              parameters:\n",
        node.number,
        depends.join(" && ")
    );
    for (name, value) in parameters {
        let _ = writeln!(out, "                - {{name: {name}, value: {value:?}}}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::fixture;

    #[test]
    fn names_are_what_kubernetes_takes() {
        assert_eq!(slug("Night of r1/r2"), "night-of-r1-r2");
        assert_eq!(slug("\u{e9}t\u{e9}"), "t");
    }

    #[test]
    fn what_no_cluster_holds_is_refused() {
        let (datacenter, plan) = fixture::racks(4);
        assert_eq!(obstacles(&datacenter, &plan), []);
        let (datacenter, plan) = fixture::racks(2_000);
        let found = obstacles(&datacenter, &plan);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("1 MiB"), "{}", found[0].message);
    }
}
