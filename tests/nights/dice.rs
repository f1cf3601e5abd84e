//! Chance that a night's number decides: the same question has the same answer, in whatever order questions come.

/// The chances of one night.
#[derive(Debug, Clone, Copy)]
pub struct Dice(pub u64);

impl Dice {
    /// The chances of the night of that number of a scenario.
    pub fn of(scenario: &str, number: u64) -> Self {
        Dice(Dice(number).roll(scenario))
    }

    /// Something between 0 and 2^64 - 1 for a question.
    pub fn roll(self, question: &str) -> u64 {
        // FNV-1a over the question, then the finalizer of splitmix64.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in question.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        hash ^ (hash >> 31)
    }

    /// Yes in so many of 100 nights.
    pub fn chance(self, question: &str, percent: u64) -> bool {
        self.roll(question) % 100 < percent
    }

    /// A number from `from` to `to`.
    pub fn between(self, question: &str, from: i64, to: i64) -> i64 {
        let span = (to - from).max(0) as u64 + 1;
        from + (self.roll(question) % span) as i64
    }

    /// One of several.
    pub fn pick<'a, T>(self, question: &str, of: &'a [T]) -> &'a T {
        &of[(self.roll(question) % of.len() as u64) as usize]
    }
}
