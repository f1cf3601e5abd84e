//! How much of a level is in use, second by second: for levels with constant and small room, of which nothing is
//! taken for good.
//!
//! The numbers of 64 seconds lie across words, a word for each binary digit, and are added to and compared all at
//! once. That is several times as fast as a step function where jobs take tens of seconds.

use crate::formulation::Seconds;

const BITS: usize = u64::BITS as usize;

/// The most digits of a room: each costs time, and steps take none for it.
const DIGITS: u32 = 8;

/// What is in use of a level's room.
#[derive(Debug, Clone)]
pub struct Counts {
    room: u64,
    /// Digits of a number.
    digits: usize,
    /// How many times 64 seconds are counted, from 0 on: as far as anything was ever in use.
    blocks: usize,
    /// For each of them a word for each digit, the lowest first.
    words: Vec<u64>,
}

/// The bits that stand for seconds between two moments, of which some are among those 64.
fn mask(block: usize, from: usize, to: usize) -> u64 {
    let first = from.saturating_sub(block * BITS);
    let after = (to - block * BITS).min(BITS);
    (u64::MAX << first) & (u64::MAX >> (BITS - after))
}

fn index(moment: Seconds) -> usize {
    usize::try_from(moment).unwrap_or(0)
}

impl Counts {
    /// Nothing in use; None if there is too much room to count.
    pub fn new(room: i64) -> Option<Counts> {
        let room = u64::try_from(room).ok()?;
        let digits = u64::BITS - room.leading_zeros();
        (1..=DIGITS).contains(&digits).then_some(Counts {
            room,
            digits: digits as usize,
            blocks: 0,
            words: Vec::new(),
        })
    }

    /// The second until which something may be in use.
    fn end(&self) -> usize {
        self.blocks * BITS
    }

    /// Uses an amount, for which there is room, from one moment to before another; a negative amount gives it back.
    pub fn take(&mut self, from: Seconds, to: Seconds, amount: i64) {
        let (from, to) = (index(from), index(to));
        if self.end() < to {
            self.blocks = to.div_ceil(BITS);
            self.words.resize(self.blocks * self.digits, 0);
        }
        // To give back is to take from what is free, whose digits are the opposite.
        let flip = if amount < 0 { u64::MAX } else { 0 };
        let amount = amount.unsigned_abs();
        for block in from / BITS..to.div_ceil(BITS) {
            let words = &mut self.words[block * self.digits..][..self.digits];
            let mask = mask(block, from, to);
            let mut carry = 0;
            for (digit, word) in words.iter_mut().enumerate() {
                let add = if amount >> digit & 1 == 1 { mask } else { 0 };
                let old = *word ^ flip;
                *word ^= add ^ carry;
                carry = (old & (add | carry)) | (add & carry);
            }
            debug_assert_eq!(carry, 0, "more than there is");
        }
    }

    /// Of 64 seconds those with more than that in use.
    fn above(&self, block: usize, most: u64) -> u64 {
        let words = &self.words[block * self.digits..][..self.digits];
        let (mut above, mut equal) = (0, u64::MAX);
        for (digit, &word) in words.iter().enumerate().rev() {
            let limit = (most >> digit & 1).wrapping_neg();
            above |= equal & word & !limit;
            equal &= !(word ^ limit);
        }
        above
    }

    fn first_above(&self, most: u64, from: usize, to: usize) -> Option<usize> {
        let to = to.min(self.end());
        (from / BITS..to.div_ceil(BITS)).find_map(|block| {
            let found = self.above(block, most) & mask(block, from, to);
            (found != 0).then(|| block * BITS + found.trailing_zeros() as usize)
        })
    }

    fn last_above(&self, most: u64, from: usize, to: usize) -> Option<usize> {
        let to = to.min(self.end());
        (from / BITS..to.div_ceil(BITS)).rev().find_map(|block| {
            let found = self.above(block, most) & mask(block, from, to);
            (found != 0).then(|| block * BITS + BITS - 1 - found.leading_zeros() as usize)
        })
    }

    /// The first second from one on with no more than that in use.
    fn free_from(&self, most: u64, from: usize) -> usize {
        let end = self.end();
        let free = (from / BITS..self.blocks).find_map(|block| {
            let found = !self.above(block, most) & mask(block, from, end);
            (found != 0).then(|| block * BITS + found.trailing_zeros() as usize)
        });
        free.unwrap_or(from.max(end))
    }

    /// The end of the last second before one with no more than that in use; 0 if there is none.
    fn free_until(&self, most: u64, before: usize) -> usize {
        let free = (0..before.div_ceil(BITS)).rev().find_map(|block| {
            let found = !self.above(block, most) & mask(block, 0, before);
            (found != 0).then(|| block * BITS + BITS - found.leading_zeros() as usize)
        });
        free.unwrap_or(0)
    }

    /// What may be in use so that an amount still fits; None if it never does.
    fn most(&self, amount: i64) -> Option<u64> {
        self.room.checked_sub(u64::try_from(amount).unwrap_or(0))
    }

    /// The earliest begin at or after a moment from which on there is an amount of room for so many seconds.
    pub fn fit(&self, from: Seconds, length: Seconds, amount: i64) -> Option<Seconds> {
        let most = self.most(amount)?;
        let mut begin = from;
        while let Some(last) = self.last_above(most, index(begin), index(begin + length)) {
            begin = self.free_from(most, last + 1) as Seconds;
        }
        Some(begin)
    }

    /// The latest such begin at or before a moment; before second 0 all is free.
    pub fn fit_back(&self, from: Seconds, length: Seconds, amount: i64) -> Option<Seconds> {
        let most = self.most(amount)?;
        let mut begin = from;
        while let Some(first) = self.first_above(most, index(begin), index(begin + length)) {
            begin = self.free_until(most, first) as Seconds - length;
        }
        Some(begin)
    }

    /// From when on there is an amount of room for good; [`Seconds::MIN`] if always, None if never.
    pub fn settled(&self, amount: i64) -> Option<Seconds> {
        let last = self.last_above(self.most(amount)?, 0, usize::MAX);
        Some(last.map_or(Seconds::MIN, |last| last as Seconds + 1))
    }

    /// The room that is left: `(from, room)`, the first at 0.
    pub fn room(&self) -> Vec<(Seconds, i64)> {
        let left = |second: usize| {
            let words = &self.words[second / BITS * self.digits..][..self.digits];
            let digits = words.iter().enumerate();
            let used = digits.map(|(digit, word)| (word >> (second % BITS) & 1) << digit);
            (second as Seconds, (self.room - used.sum::<u64>()) as i64)
        };
        let mut room: Vec<_> = (0..self.end()).map(left).collect();
        room.push((self.end() as Seconds, self.room as i64));
        room.dedup_by_key(|&mut (_, room)| room);
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::construct::profile::Profile;
    use crate::schedule::random::Random;

    #[test]
    fn they_are_a_profile() {
        let mut random = Random::new(5);
        for round in 0..300 {
            let room = 1 + random.below([1, 2, 11, 255][round % 4]) as i64;
            let longest = [20, 64, 200][round % 3];
            let mut counts = Counts::new(room).expect("small");
            let mut profile = Profile::new(&[(0, room)]);
            let mut uses = Vec::new();
            for _ in 0..80 {
                let length = 1 + random.below(longest) as Seconds;
                let from = random.below(600) as Seconds;
                let amount = 1 + random.below(room as usize + 1) as i64;
                assert_eq!(counts.room(), profile.room());
                assert_eq!(counts.settled(amount), profile.settled(amount));
                let begin = counts.fit(from, length, amount);
                assert_eq!(begin, profile.fit(from, length, amount));
                assert_eq!(
                    counts.fit_back(from, length, amount),
                    profile.fit_back(from, length, amount)
                );
                let begin = begin.filter(|_| random.below(3) > 0);
                let (from, to, amount) = match begin {
                    Some(begin) => (begin, begin + length, amount),
                    None if uses.is_empty() => continue,
                    None => uses.swap_remove(random.below(uses.len())),
                };
                counts.take(from, to, amount);
                profile.take(from, to, amount);
                if amount > 0 {
                    uses.push((from, to, -amount));
                }
            }
        }
    }

    #[test]
    fn too_much_room_is_not_counted() {
        assert!(Counts::new(255).is_some());
        assert!(Counts::new(256).is_none());
        assert!(Counts::new(0).is_none());
        assert!(Counts::new(-1).is_none());
    }
}
