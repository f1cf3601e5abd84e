//! A level that is too small for what lies between two moments.

use crate::formulation::Seconds;

/// A level that cannot hold what jobs must take of it between two moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overfull {
    /// Index of the level.
    pub level: usize,
    /// From that second on.
    pub from: Seconds,
    /// To before that one.
    pub to: Seconds,
}
