//! How much room a level has left over time.

use crate::formulation::Seconds;

/// A step function of time: the room that is left; the first step is at the beginning of time.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Profile {
    steps: Vec<(Seconds, i64)>,
}

impl Clone for Profile {
    fn clone(&self) -> Profile {
        let steps = self.steps.clone();
        Profile { steps }
    }

    // The derived one would not use the memory again.
    fn clone_from(&mut self, other: &Profile) {
        self.steps.clone_from(&other.steps);
    }
}

impl Profile {
    /// All the room; before second 0 it is that of second 0.
    pub fn new(room: &[(Seconds, i64)]) -> Profile {
        let mut steps = room.to_vec();
        if let Some(first) = steps.first_mut() {
            first.0 = Seconds::MIN;
        }
        Profile { steps }
    }

    /// From a moment on, which counts as 0: `(from, room)`, the first at 0.
    pub fn room(&self, from: Seconds) -> Vec<(Seconds, i64)> {
        let steps = self.steps[self.at(from)..].iter();
        let moved = steps.map(|&(at, room)| (at.saturating_sub(from).max(0), room));
        moved.collect()
    }

    fn at(&self, moment: Seconds) -> usize {
        self.steps
            .partition_point(|&(from, _)| from <= moment)
            .saturating_sub(1)
    }

    fn split(&mut self, moment: Seconds) -> usize {
        let at = self.at(moment);
        if self.steps[at].0 == moment {
            return at;
        }
        self.steps.insert(at + 1, (moment, self.steps[at].1));
        at + 1
    }

    fn join(&mut self, at: usize) {
        if at > 0 && at < self.steps.len() && self.steps[at].1 == self.steps[at - 1].1 {
            self.steps.remove(at);
        }
    }

    /// Uses an amount of room from one moment to before another; a negative amount gives it back.
    pub fn take(&mut self, from: Seconds, to: Seconds, amount: i64) {
        let first = self.split(from);
        let last = if to == Seconds::MAX {
            self.steps.len()
        } else {
            self.split(to)
        };
        for (_, room) in &mut self.steps[first..last] {
            *room -= amount;
        }
        self.join(last);
        self.join(first);
    }

    /// Where an amount does not fit between two moments: when there is room for it again after the first such place,
    /// [`Seconds::MAX`] if never.
    pub fn obstacle(&self, from: Seconds, to: Seconds, amount: i64) -> Option<Seconds> {
        let mut steps = self.steps[self.at(from)..].iter();
        let &(start, _) = steps.find(|&&(start, room)| room < amount || start >= to)?;
        if start >= to {
            return None;
        }
        let after = steps.find(|&&(_, room)| room >= amount);
        Some(after.map_or(Seconds::MAX, |&(start, _)| start))
    }

    /// The same from the other side: the last step that has too little room.
    pub fn last_obstacle(&self, from: Seconds, to: Seconds, amount: i64) -> Option<Seconds> {
        let last = if to == Seconds::MAX {
            self.steps.len() - 1
        } else {
            self.at(to - 1)
        };
        for &(start, room) in self.steps[..=last].iter().rev() {
            if room < amount {
                return Some(start);
            }
            if start <= from {
                return None;
            }
        }
        None
    }

    /// When there is less than no room for the first time.
    pub fn overdrawn(&self) -> Option<Seconds> {
        self.steps
            .iter()
            .find(|&&(_, room)| room < 0)
            .map(|&(from, _)| from.max(0))
    }
}
