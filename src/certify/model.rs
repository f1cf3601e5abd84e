//! Blocks that start in intervals and change levels, as plain data: what all parts of the checker talk through.

use std::collections::BTreeMap;

use crate::formulation::{ActionId, Seconds};

use super::format::Kind;

/// The name of the block for the last end.
pub const END: &str = "the last end";

/// Ordered, disjoint intervals, both ends included.
pub type Intervals = Vec<(Seconds, Seconds)>;

/// The formulation under a hypothesis.
#[derive(Debug)]
pub struct Problem {
    /// What gets a start; the last end comes last, if it is there.
    pub blocks: Vec<Block>,
    /// What limits them.
    pub levels: Vec<Level>,
    /// For each objective its fixed part.
    pub constants: Vec<i64>,
}

/// Actions that move together.
#[derive(Debug)]
pub struct Block {
    /// Its actions, ordered; none for the last end.
    pub members: Vec<ActionId>,
    /// The first one's name.
    pub name: String,
    /// The ways to do it; none where it is shown that there is none.
    pub ways: Vec<Way>,
}

/// A way to do a block.
#[derive(Debug)]
pub struct Way {
    /// For each member the index of its mode.
    pub choice: Vec<usize>,
    /// For each member its start after the block's, and its duration.
    pub runs: Vec<(Seconds, Seconds)>,
    /// From its start to its last end.
    pub span: Seconds,
    /// What it does to levels, ordered by level, then time.
    pub changes: Vec<Change>,
    /// When it may start.
    pub starts: Intervals,
    /// For each objective what it costs at start 0, and with each second later.
    pub costs: Vec<(i128, i128)>,
}

/// A change of a level, from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Index of the level.
    pub level: usize,
    /// Seconds after the block's start.
    pub at: Seconds,
    /// Added from then on.
    pub by: i128,
}

/// What blocks may add up to.
#[derive(Debug)]
pub struct Level {
    /// What it is.
    pub kind: Kind,
    /// Index of the resource, of the precedence, or of the first action of the block that ends.
    pub index: usize,
    /// In words.
    pub name: String,
    /// `(from, room)`, ordered, the first at 0.
    pub room: Vec<(Seconds, i128)>,
}

impl Problem {
    /// The index of each level.
    pub fn places(&self) -> BTreeMap<(Kind, usize), usize> {
        self.levels
            .iter()
            .enumerate()
            .map(|(at, level)| ((level.kind, level.index), at))
            .collect()
    }
}
