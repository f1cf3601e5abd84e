//! The starts that a job may have: ordered intervals of seconds.

use crate::formulation::Seconds;

/// Ordered, disjoint, inclusive intervals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Domain {
    intervals: Vec<(Seconds, Seconds)>,
}

impl Domain {
    /// All seconds from the first to the last.
    pub fn interval(first: Seconds, last: Seconds) -> Domain {
        let intervals = if first <= last {
            vec![(first, last)]
        } else {
            vec![]
        };
        Domain { intervals }
    }

    /// Keeps what is in one of the intervals too; they are ordered.
    pub fn intersect(&mut self, others: &[(Seconds, Seconds)]) {
        let mut kept = Vec::new();
        for &(first, last) in &self.intervals {
            for &(other_first, other_last) in others {
                let (from, to) = (first.max(other_first), last.min(other_last));
                if from <= to {
                    kept.push((from, to));
                }
            }
        }
        self.intervals = kept;
    }

    /// Moves all by as many seconds to the front.
    pub fn advance(&mut self, by: Seconds) {
        for (first, last) in &mut self.intervals {
            (*first, *last) = (*first - by, *last - by);
        }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.intervals.is_empty()
    }

    /// The earliest.
    pub fn first(&self) -> Option<Seconds> {
        self.intervals.first().map(|&(first, _)| first)
    }

    /// The latest.
    pub fn last(&self) -> Option<Seconds> {
        self.intervals.last().map(|&(_, last)| last)
    }

    /// The earliest at or after a moment.
    pub fn next(&self, at: Seconds) -> Option<Seconds> {
        let index = self.intervals.partition_point(|&(_, last)| last < at);
        self.intervals.get(index).map(|&(first, _)| first.max(at))
    }

    /// The latest at or before a moment.
    pub fn previous(&self, at: Seconds) -> Option<Seconds> {
        let index = self.intervals.partition_point(|&(first, _)| first <= at);
        let &(_, last) = self.intervals.get(index.checked_sub(1)?)?;
        Some(last.min(at))
    }

    /// The intervals, both ends included.
    pub fn intervals(&self) -> &[(Seconds, Seconds)] {
        &self.intervals
    }

    /// How many seconds there are.
    pub fn count(&self) -> Seconds {
        self.intervals
            .iter()
            .map(|&(first, last)| last - first + 1)
            .sum()
    }
}
