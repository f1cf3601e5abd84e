//! How time is cut: slots of equal length, and one long slot for all that comes after them.

use crate::formulation::Seconds;

/// Slots `[k * slot, (k + 1) * slot)` for `k < slots`, then one until the horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Seconds in a slot.
    pub slot: Seconds,
    /// How many slots there are before the last.
    pub slots: usize,
    /// Where the last one ends.
    pub horizon: Seconds,
}

impl Grid {
    /// Slots of a length that reach at least to a moment, or to the horizon.
    pub fn new(slot: Seconds, until: Seconds, horizon: Seconds) -> Grid {
        let slots = (until.clamp(1, horizon.max(1)) as u64).div_ceil(slot as u64) as usize;
        let end = slot * slots as Seconds;
        Grid {
            slot,
            slots,
            horizon: horizon.max(end + 1),
        }
    }

    /// Slots half as long, which is a whole number of seconds.
    pub fn halved(self) -> Grid {
        Grid {
            slot: self.slot / 2,
            slots: self.slots * 2,
            horizon: self.horizon,
        }
    }

    /// Where the last slot begins.
    pub fn end(&self) -> Seconds {
        self.slot * self.slots as Seconds
    }

    /// Seconds in a slot, the last one included.
    pub fn length(&self, slot: usize) -> Seconds {
        if slot < self.slots {
            self.slot
        } else {
            self.horizon - self.end()
        }
    }

    /// The slot that a moment lies in, and the seconds of it that are over; moments outside count as the nearest inside.
    pub fn locate(&self, at: Seconds) -> (usize, Seconds) {
        let at = at.clamp(0, self.horizon - 1);
        let slot = self.split(at).0.min(self.slots);
        (slot, at - self.slot * slot as Seconds)
    }

    /// A moment's slot as if there were no last one, and the seconds of it that are over.
    pub fn split(&self, at: Seconds) -> (usize, Seconds) {
        // Divisions take longer than all else that is done with the result.
        if self.slot == 1 {
            (at as usize, 0)
        } else {
            ((at / self.slot) as usize, at % self.slot)
        }
    }

    /// For each slot the sum of a step function over its seconds.
    pub fn sums(&self, steps: &[(Seconds, i64)]) -> Vec<i128> {
        let mut sums = vec![0; self.slots + 1];
        for (index, &(from, value)) in steps.iter().enumerate() {
            let to = steps.get(index + 1).map_or(self.horizon, |next| next.0);
            let (from, to) = (from.max(0), to.min(self.horizon));
            let mut at = from;
            while at < to {
                let (slot, over) = self.locate(at);
                let next = (at - over + self.length(slot)).min(to);
                sums[slot] += i128::from(value) * i128::from(next - at);
                at = next;
            }
        }
        sums
    }
}
