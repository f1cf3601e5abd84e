//! What is left of a way's starts.

use crate::formulation::Seconds;

use super::model::{Intervals, Way};

/// When a way changes the level of an order, after its start.
pub fn moment(way: &Way, level: usize) -> Seconds {
    way.changes
        .binary_search_by_key(&level, |change| change.level)
        .map_or(0, |at| way.changes[at].at)
}

/// Keeps the starts inside of an interval; whether any was dropped.
pub fn keep(way: &mut Way, (from, to): (Seconds, Seconds)) -> bool {
    let inside = |starts: &Intervals| {
        starts.first().is_none_or(|s| from <= s.0) && starts.last().is_none_or(|s| s.1 <= to)
    };
    if inside(&way.starts) {
        return false;
    }
    way.starts = both(&way.starts, &[(from, to)]);
    true
}

/// What lies in an interval of each list.
pub fn both(some: &[(Seconds, Seconds)], others: &[(Seconds, Seconds)]) -> Intervals {
    let mut kept = Intervals::new();
    for &(first, last) in some {
        for &(from, to) in others {
            if first.max(from) <= last.min(to) {
                kept.push((first.max(from), last.min(to)));
            }
        }
    }
    kept
}
