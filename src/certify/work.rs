//! How much a check may cost.

/// Steps that are counted, and how many there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Done so far.
    pub spent: u64,
    /// The most there may be.
    pub most: u64,
}

/// Steps for each byte of the clauses that are compared; those of most proofs that hold take less than one.
const PER_BYTE: u64 = 20;

impl Work {
    /// As much as writing a certificate may take.
    pub fn of_writing() -> Work {
        Work {
            spent: 0,
            most: 200_000_000,
        }
    }

    /// As much as is worth while for a file of so many bytes.
    pub fn of_reading(bytes: usize) -> Work {
        Work {
            spent: 0,
            most: PER_BYTE * bytes as u64,
        }
    }

    /// Counts some steps; None where these are too many.
    pub fn spend(&mut self, steps: usize) -> Option<()> {
        self.spent = self.spent.saturating_add(steps as u64);
        (self.spent <= self.most).then_some(())
    }
}
