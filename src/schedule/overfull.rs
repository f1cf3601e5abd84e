//! Whether some level cannot hold what lies between two moments, wherever jobs start inside of their domains.

use crate::formulation::Seconds;

use super::instance::Instance;
use super::{energy, timetable};

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

/// Such a level, if there is one.
pub fn find(instance: &Instance) -> Option<Overfull> {
    timetable::overfull(instance).or_else(|| energy::overfull(instance))
}
