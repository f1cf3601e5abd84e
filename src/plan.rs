//! The plan: a schedule with names, dependencies and figures, verified.

use crate::datacenter::{Datacenter, ServerId};
use crate::formulate::Problem;
use crate::formulation::{Seconds, Unit};
use crate::request::{GoalKind, Request, Start, Task};
use crate::schedule::Solution;
use crate::source::Span;

/// A plan that was verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// When it starts, as far as that is known.
    pub start: Option<Start>,
    /// The objectives, the most important first.
    pub objectives: Vec<Achieved>,
    /// Seconds in a slot of the encoding that was solved last.
    pub slot: Seconds,
    /// False where a time limit or an interrupt ended the search.
    pub reproducible: bool,
    /// The last end.
    pub makespan: Seconds,
    /// mW that all servers and actions draw at most at any second.
    pub peak_power: u64,
    /// mJ that all servers and actions take from the plan's start to its last end.
    pub energy: u64,
    /// The actions, by start, then by name.
    pub actions: Vec<Planned>,
    /// Levels over time: power first, then the network's.
    pub profiles: Vec<Profile>,
    /// What the plan was made from.
    pub source: Option<SourceFile>,
}

/// The file that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path, relative to the project's root.
    pub file: String,
    /// SHA-256 of it and of all files that it uses, in hexadecimal.
    pub sha256: String,
}

/// An objective's value and bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Achieved {
    /// Which.
    pub goal: GoalKind,
    /// Seconds, or mJ for energy.
    pub value: i64,
    /// No plan has less.
    pub lower_bound: i64,
}

impl Achieved {
    /// (value - bound) / value; 0 where both are 0.
    pub fn gap(&self) -> f64 {
        if self.value == self.lower_bound {
            return 0.0;
        }
        (self.value - self.lower_bound) as f64 / (self.value as f64).abs()
    }
}

/// An action with its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Unique: `migrate vm3`, `boot r3.s1`, and ` (2)` behind it for a second one.
    pub id: String,
    /// What it does.
    pub task: Task,
    /// Where the VM is before it, or the server itself.
    pub from: ServerId,
    /// Start.
    pub start: Seconds,
    /// End.
    pub end: Seconds,
    /// bit/s of a migration.
    pub rate: Option<u64>,
    /// mW drawn on top of what the servers draw.
    pub power: u64,
    /// Whether the migration is done by post-copy.
    pub post_copy: bool,
    /// Whether the plan implied it without saying it.
    pub inferred: bool,
    /// Indices of the actions that must really have ended before it starts: the transitive reduction.
    pub after: Vec<usize>,
    /// The clock keeps it from starting earlier than that.
    pub not_before: Option<Seconds>,
    /// Where it is asked for.
    pub origin: Option<Span>,
}

/// A level over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// `power`, `link r1 -> core`.
    pub name: String,
    /// What it measures.
    pub unit: Unit,
    /// `(from, level)`: ordered, each different from the one before.
    pub level: Vec<(Seconds, i64)>,
    /// `(from, capacity)`: ordered; empty where nothing limits it.
    pub capacity: Vec<(Seconds, i64)>,
}

/// Verifies a solution and makes a plan of it.
///
/// # Errors
/// What the checker found; a plan is never made of a solution that does not hold.
pub fn assemble(
    _datacenter: &Datacenter,
    _request: &Request,
    _problem: &Problem,
    _solution: &Solution,
) -> Result<Plan, Vec<String>> {
    Err(Vec::new())
}
