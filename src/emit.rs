//! From a plan to text: each form a pure function of the datacenter and the plan, in a file of its own.
//!
//! What is common to them: how moments and amounts are written (`clock`, `amount`), and how names that come
//! from outside are kept from meaning anything (`text`).

pub(crate) mod amount;
mod ansible;
mod argo;
mod begin;
mod btrplace;
mod calendar;
pub(crate) mod clock;
mod csv;
mod html;
mod graph;
pub mod json;
mod mermaid;
mod script;
mod svg;
mod table;
pub(crate) mod text;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use ansible::emit as ansible;
pub use argo::emit as argo;
pub use btrplace::emit as btrplace;
pub use calendar::emit as calendar;
pub use csv::emit as csv;
pub use html::emit as html;
pub use json::emit as json;
pub use mermaid::emit as mermaid;
pub use script::emit as script;
#[cfg(all(unix, feature = "cli"))]
pub(crate) use script::shell_word;
pub use svg::{Curve, Labels, Pair, Panel, PanelBar, chart, emit as svg, pairs, panels};
pub(crate) use table::ruled;
pub use table::{Page, emit as table};

use crate::datacenter::{Datacenter, ServerId, VmId};
use crate::diag::Diagnostic;
use crate::plan::{Plan, Planned};
use crate::request::Task;

/// The forms of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// For people at a terminal.
    Table,
    /// For programs: `mvm-plan/1`.
    Json,
    /// Bash that carries the plan out.
    Script,
    /// A playbook of Ansible that carries the plan out.
    Ansible,
    /// A workflow of Argo that carries the plan out.
    Argo,
    /// A chart of the actions, the power and the busiest links.
    Svg,
    /// A page with all of it, for whoever approves it.
    Html,
    /// A Gantt chart as text that web pages draw.
    Mermaid,
    /// A table for spreadsheets.
    Csv,
    /// A calendar of the actions.
    Ics,
    /// A reconfiguration plan of BtrPlace.
    Btrplace,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 11] = [
        Kind::Table,
        Kind::Json,
        Kind::Script,
        Kind::Ansible,
        Kind::Argo,
        Kind::Svg,
        Kind::Html,
        Kind::Mermaid,
        Kind::Csv,
        Kind::Ics,
        Kind::Btrplace,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::Json => "json",
            Kind::Script => "script",
            Kind::Ansible => "ansible",
            Kind::Argo => "argo",
            Kind::Svg => "svg",
            Kind::Html => "html",
            Kind::Mermaid => "mermaid",
            Kind::Csv => "csv",
            Kind::Ics => "ics",
            Kind::Btrplace => "btrplace",
        }
    }

    /// The suffix of its files, without the dot.
    pub fn suffix(self) -> &'static str {
        match self {
            Kind::Table => "txt",
            Kind::Json => "json",
            Kind::Script => "sh",
            Kind::Ansible => "yaml",
            Kind::Argo => "argo.yaml",
            Kind::Svg => "svg",
            Kind::Html => "html",
            Kind::Mermaid => "mmd",
            Kind::Csv => "csv",
            Kind::Ics => "ics",
            Kind::Btrplace => "btrplace.json",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The plan in this form, as it stands in a file.
    pub fn emit(self, datacenter: &Datacenter, plan: &Plan) -> String {
        match self {
            Kind::Table => table(datacenter, plan, &Page::default()),
            Kind::Json => json(datacenter, plan),
            Kind::Script => script(datacenter, plan),
            Kind::Ansible => ansible(datacenter, plan),
            Kind::Argo => argo(datacenter, plan),
            Kind::Svg => svg(datacenter, plan),
            Kind::Html => html(datacenter, plan),
            Kind::Mermaid => mermaid(datacenter, plan),
            Kind::Csv => csv(datacenter, plan),
            Kind::Ics => calendar(datacenter, plan),
            Kind::Btrplace => btrplace(datacenter, plan),
        }
    }

    /// Why the plan, although it holds, cannot be in this form: nothing where it can.
    pub fn obstacles(self, datacenter: &Datacenter, plan: &Plan) -> Vec<Diagnostic> {
        match self {
            Kind::Script | Kind::Ansible => script::obstacles(datacenter, plan),
            Kind::Argo => argo::obstacles(datacenter, plan),
            Kind::Ics => calendar::obstacles(plan),
            Kind::Btrplace => btrplace::obstacles(datacenter, plan),
            Kind::Table | Kind::Json | Kind::Svg | Kind::Html | Kind::Mermaid | Kind::Csv => {
                Vec::new()
            }
        }
    }
}

/// What an action does, in a word: the kinds of `mvm-plan/1`.
pub(crate) fn kind_of(task: Task) -> &'static str {
    match task {
        Task::Migrate { .. } => "migrate",
        Task::Boot(_) => "boot",
        Task::Shutdown(_) => "shutdown",
        Task::Start(_) => "start",
        Task::Stop(_) => "stop",
        Task::Run(_) => "run",
        Task::Pause => "pause",
    }
}

/// The VM that an action is about.
fn vm_of(task: Task) -> Option<VmId> {
    match task {
        Task::Migrate { vm, .. } | Task::Start(vm) | Task::Stop(vm) => Some(vm),
        Task::Boot(_) | Task::Shutdown(_) | Task::Run(_) | Task::Pause => None,
    }
}

/// The server that an action ends at: the destination of a migration, the place of all else; none of a pause.
fn server_of(action: &Planned) -> Option<ServerId> {
    match action.task {
        Task::Migrate { to, .. } => Some(to),
        _ => action.from,
    }
}
