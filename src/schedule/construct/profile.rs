//! How much room a level has left over time.

use crate::formulation::Seconds;

/// A step function of time: the room that is left; the first step is at the beginning of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    steps: Vec<(Seconds, i64)>,
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

    /// `(from, room)`, the first at 0.
    pub fn room(&self) -> Vec<(Seconds, i64)> {
        let mut steps = self.steps.clone();
        steps.drain(..self.at(0));
        if let Some(first) = steps.first_mut() {
            first.0 = 0;
        }
        steps
    }

    /// The step that a moment is in.
    fn at(&self, moment: Seconds) -> usize {
        self.steps
            .partition_point(|&(from, _)| from <= moment)
            .saturating_sub(1)
    }

    /// The step that begins at a moment, made if there is none.
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
        // Few steps lie between the two moments: the end is found on the way.
        let mut last = first;
        while let Some((_, room)) = self.steps.get_mut(last).filter(|step| step.0 < to) {
            *room -= amount;
            last += 1;
        }
        let next = self.steps.get(last).map_or(Seconds::MAX, |step| step.0);
        if to < next {
            let room = self.steps[last - 1].1 + amount;
            self.steps.insert(last, (to, room));
        }
        self.join(last);
        self.join(first);
    }

    /// The earliest begin at or after a moment from which on there is an amount of room for so many seconds.
    pub fn fit(&self, from: Seconds, length: Seconds, amount: i64) -> Option<Seconds> {
        let mut begin = from;
        let mut fits = true;
        for &(start, room) in &self.steps[self.at(from)..] {
            if fits && start >= begin + length {
                break;
            }
            if !fits && room >= amount {
                begin = start;
            }
            fits = room >= amount;
        }
        fits.then_some(begin)
    }

    /// The latest such begin at or before a moment.
    pub fn fit_back(&self, from: Seconds, length: Seconds, amount: i64) -> Option<Seconds> {
        let mut end = from + length;
        for &(start, room) in self.steps[..=self.at(end - 1)].iter().rev() {
            if room < amount {
                end = start;
            } else if start <= end - length {
                return Some(end - length);
            }
        }
        None
    }

    /// From when on there is an amount of room for good; [`Seconds::MIN`] if always, None if never.
    pub fn settled(&self, amount: i64) -> Option<Seconds> {
        match self.steps.iter().rposition(|&(_, room)| room < amount) {
            None => Some(Seconds::MIN),
            Some(last) => self.steps.get(last + 1).map(|&(start, _)| start),
        }
    }

    /// When there is less than no room for the first time.
    pub fn overdrawn(&self) -> Option<Seconds> {
        self.steps
            .iter()
            .find(|&&(_, room)| room < 0)
            .map(|&(from, _)| from.max(0))
    }
}
