//! From a datacenter and a request to the scheduling problem: routes, durations, what the steps imply.

use crate::datacenter::{Datacenter, ServerId};
use crate::diag::Diagnostic;
use crate::formulation::Formulation;
use crate::request::{Request, Task};

/// A scheduling problem, and what its actions mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The problem.
    pub formulation: Formulation,
    /// What each action does, in the order of [`Formulation::actions`].
    pub work: Vec<Work>,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The task.
    pub task: Task,
    /// Where the VM is before it, or the server itself.
    pub from: ServerId,
    /// Whether the plan implies it without saying it, such as the boot of a server that is off.
    pub inferred: bool,
    /// Whether the migration is done by post-copy.
    pub post_copy: bool,
    /// mW drawn on top of what the servers draw, for each mode: what a budget sees (see `migration`).
    pub power: Vec<u64>,
    /// mJ of the action, for each mode.
    pub energy: Vec<u64>,
}

/// Builds the scheduling problem. None, with errors, where the model already says that no plan can exist.
pub fn formulate(
    _datacenter: &Datacenter,
    _request: &Request,
) -> (Option<Problem>, Vec<Diagnostic>) {
    (None, Vec::new())
}
