//! The one formulation that every stage after type checking reads: resource-constrained project
//! scheduling with modes, where every limit is a level over time.
//!
//! An action runs from its start `st` to its end `ed = st + d` in one of its modes. A resource has a
//! level: what actions have taken at their start and given back at their end. For every instant `t`
//!
//! ```text
//! initial + sum { take : actions with st <= t } - sum { give : actions with ed <= t }  <=  capacity(t)
//! ```
//!
//! A link (UCC'15, equation 1) takes the rate at the start and gives it back at the end. The memory of a
//! host is taken by an arriving VM at its start and given back by a leaving one at its end. Power, `seq`,
//! `spread`, caps on the number of migrations are levels too, and so is a precedence `a -> b`: `b` takes 1
//! at its start, `a` gives 1 back at its end, and the capacity is 0. At one instant ends come before starts.
//!
//! Times are whole seconds from the plan's start.

mod validate;

pub use crate::request::{LONGEST, Seconds};
use std::ops::Range;

use crate::source::Span;
pub use validate::Malformed;

/// Index into [`Formulation::actions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub u32);

/// Index into [`Formulation::resources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub u32);

/// Index into [`Formulation::sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A capacity that nothing exceeds: outside of a budget's period, say.
pub const UNLIMITED: i64 = i64::MAX / 4;

/// A scheduling problem.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Formulation {
    /// What is to be scheduled.
    pub actions: Vec<Action>,
    /// The levels that limit it.
    pub resources: Vec<Resource>,
    /// Orders between two actions.
    pub precedences: Vec<Precedence>,
    /// Actions that start or end together.
    pub groups: Vec<Group>,
    /// When an action may run.
    pub windows: Vec<Window>,
    /// What is minimised, the most important first; never empty.
    pub objectives: Vec<Objective>,
    /// What the constraints come from: the unit of explanation, each behind one assumption.
    pub sources: Vec<Source>,
}

/// What constraints come from: a line of a file in most cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// In words, for people: `budget 9 kW`, `memory of r1.s4`.
    pub label: String,
    /// Where it is written.
    pub span: Option<Span>,
    /// What it is.
    pub kind: SourceKind,
    /// Whether its times are told by the clock; else they are counted from the plan's start.
    pub by_clock: bool,
}

/// What a source of constraints is, as far as an explanation treats them differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// A rule of the plan: it can be changed or dropped.
    Rule,
    /// A property of the datacenter, such as a link's rate or a server's memory.
    Capacity,
    /// What the steps themselves imply: a server is up before a VM arrives, empty before it goes down.
    Implied,
}

/// Something to schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// Unique name, such as `migrate vm3`.
    pub name: String,
    /// The ways to do it; at least one.
    pub modes: Vec<Mode>,
    /// Where it is asked for.
    pub span: Option<Span>,
}

/// A way to do an action.
#[derive(Debug, Clone, PartialEq)]
pub struct Mode {
    /// Seconds; at least 1.
    pub duration: Seconds,
    /// bit/s of a migration.
    pub rate: Option<u64>,
    /// What it takes of resources and gives back; each resource at most once.
    pub demands: Vec<Demand>,
}

/// What a mode does to a resource's level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// The resource.
    pub resource: ResourceId,
    /// Added at the start; below 0 where that makes room.
    pub take: i64,
    /// Subtracted at the end; not always what was taken, and below 0 where that takes room.
    pub give: i64,
}

/// A level over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// In words, for people: `link r1 -> core`.
    pub name: String,
    /// What it measures, which charts want to know.
    pub unit: Unit,
    /// The level before anything has started.
    pub initial: i64,
    /// `(from, capacity)`: the capacity from that second on; ordered, the first at 0.
    pub capacity: Vec<(Seconds, i64)>,
    /// What it comes from. A capacity profile made of several lines has one resource for each.
    pub source: SourceId,
}

/// What a resource measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// bit/s
    Rate,
    /// bytes
    Memory,
    /// thousandths of a CPU
    Cpu,
    /// mW
    Power,
    /// things
    Count,
}

impl Resource {
    /// The capacity at a second.
    pub fn capacity_at(&self, at: Seconds) -> i64 {
        let next = self.capacity.partition_point(|&(from, _)| from <= at);
        self.capacity[next.saturating_sub(1)].1
    }
}

/// `first` ends before `then` starts (UCC'15, section III-D, Before).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precedence {
    /// What ends first.
    pub first: ActionId,
    /// What starts then.
    pub then: ActionId,
    /// What it comes from.
    pub source: SourceId,
}

/// Actions that start together, or end together (UCC'15, section III-D, Sync).
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// At least two.
    pub actions: Vec<ActionId>,
    /// Whether the ends are equal; the starts otherwise.
    pub ends: bool,
    /// What it comes from.
    pub source: SourceId,
}

/// The action runs wholly inside one of the intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// The action.
    pub action: ActionId,
    /// Those of its modes that this is asked of; None: all.
    pub modes: Option<Range<u32>>,
    /// `from <= st` and `ed <= to`; ordered and disjoint. `to` is [`Seconds::MAX`] where nothing ends it.
    pub intervals: Vec<(Seconds, Seconds)>,
    /// What it comes from.
    pub source: SourceId,
}

impl Window {
    /// Whether it asks anything of an action in a mode.
    pub fn is_of(&self, mode: usize) -> bool {
        let asked = self.modes.as_ref();
        asked.is_none_or(|asked| (asked.start as usize..asked.end as usize).contains(&mode))
    }
}

/// What is minimised: a weighted sum of starts, ends, modes and of the makespan.
///
/// `value = constant + makespan * C + sum over actions of (start * st + end * ed + modes[m])`
/// where `C` is the last end and `m` the mode chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// `mttr`, `energy`, `makespan`.
    pub name: String,
    /// Divides the value where it is shown (mJ to J).
    pub scale: i64,
    /// Fixed part.
    pub constant: i64,
    /// Weight of the last end; >= 0.
    pub makespan: i64,
    /// One for each action.
    pub terms: Vec<Term>,
}

/// An action's part in an objective.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Term {
    /// Weight of its start; negative where later is better.
    pub start: i64,
    /// Weight of its end.
    pub end: i64,
    /// Cost of each mode; empty: none costs anything.
    pub modes: Vec<i64>,
}

/// When and how each action runs, in the order of [`Formulation::actions`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Start of each action.
    pub start: Vec<Seconds>,
    /// Mode of each action.
    pub mode: Vec<u32>,
}

macro_rules! index {
    ($($id:ident $table:ident $item:ty;)*) => {$(
        impl std::ops::Index<$id> for Formulation {
            type Output = $item;
            fn index(&self, id: $id) -> &$item { &self.$table[id.0 as usize] }
        }
    )*};
}
index! {
    ActionId actions Action;
    ResourceId resources Resource;
    SourceId sources Source;
}

impl Formulation {
    /// The end of an action in a schedule.
    pub fn end(&self, schedule: &Schedule, action: ActionId) -> Seconds {
        let at = action.0 as usize;
        schedule.start[at] + self.actions[at].modes[schedule.mode[at] as usize].duration
    }

    /// The last end; 0 without actions.
    pub fn makespan(&self, schedule: &Schedule) -> Seconds {
        self.ids()
            .map(|action| self.end(schedule, action))
            .max()
            .unwrap_or(0)
    }

    /// All actions.
    pub fn ids(&self) -> impl Iterator<Item = ActionId> + use<> {
        (0..self.actions.len() as u32).map(ActionId)
    }

    /// The value of an objective; None where it leaves the range of integers.
    pub fn value(&self, objective: &Objective, schedule: &Schedule) -> Option<i64> {
        let mut sum = i128::from(objective.constant)
            + i128::from(objective.makespan) * i128::from(self.makespan(schedule));
        for (action, term) in self.ids().zip(&objective.terms) {
            let at = action.0 as usize;
            sum += i128::from(term.start) * i128::from(schedule.start[at])
                + i128::from(term.end) * i128::from(self.end(schedule, action));
            sum += i128::from(
                term.modes
                    .get(schedule.mode[at] as usize)
                    .copied()
                    .unwrap_or(0),
            );
        }
        i64::try_from(sum).ok()
    }
}
