//! Places in a text that was changed: what stands before the change and behind it is where it was, but for the length.

use std::ops::Range;

/// Brings places from an old text to a new one and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carry {
    /// Bytes that both begin with.
    before: usize,
    /// Where what both end with begins in each.
    old_rest: usize,
    new_rest: usize,
}

impl Carry {
    /// Between two texts.
    pub fn between(old: &str, new: &str) -> Carry {
        let same = |(one, other): &(u8, u8)| one == other;
        let least = old.len().min(new.len());
        let before = old.bytes().zip(new.bytes()).take_while(same).count();
        let rest = old.bytes().rev().zip(new.bytes().rev());
        let rest = rest.take(least - before).take_while(same).count();
        Carry {
            before,
            old_rest: old.len() - rest,
            new_rest: new.len() - rest,
        }
    }

    /// Whether nothing was changed.
    pub fn is_same(self) -> bool {
        self.before == self.old_rest && self.before == self.new_rest
    }

    /// The place in the new text of one in the old text; None where that was changed.
    pub fn forward(self, at: usize) -> Option<usize> {
        match at {
            at if at <= self.before => Some(at),
            at if at >= self.old_rest => Some(at - self.old_rest + self.new_rest),
            _ => None,
        }
    }

    /// The place in the old text of one in the new text.
    pub fn back(self, at: usize) -> Option<usize> {
        let Carry {
            before,
            old_rest,
            new_rest,
        } = self;
        Carry {
            before,
            old_rest: new_rest,
            new_rest: old_rest,
        }
        .forward(at)
    }

    /// A range of the old text, where both its ends are still there and nothing between them was changed.
    pub fn range(self, range: Range<usize>) -> Option<Range<usize>> {
        let is_touched = range.start < self.old_rest && range.end > self.before;
        let untouched = self.is_same() || !is_touched;
        let range = self.forward(range.start)?..self.forward(range.end)?;
        (untouched && range.start <= range.end).then_some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_move_with_the_text() {
        let carry = Carry::between("let a = 1\nlet b = 2\n", "let a = 100\nlet b = 2\n");
        assert_eq!(carry.forward(4), Some(4));
        assert_eq!(carry.forward(14), Some(16));
        assert_eq!(carry.back(16), Some(14));
        assert_eq!(carry.range(14..15), Some(16..17));
        assert_eq!(Carry::between("abc", "abc").range(0..3), Some(0..3));
        let carry = Carry::between("a web b", "a wb b");
        assert_eq!(carry.range(2..5), None);
        assert_eq!(carry.range(6..7), Some(5..6));
        assert!(Carry::between("", "").is_same());
        assert_eq!(Carry::between("aa", "aaa").forward(2), Some(2));
    }
}
