//! What each effort spends on each stage: counted, never timed.

use crate::schedule::Effort;
use crate::schedule::slots::{arrange, dive};

/// So many jobs are few.
pub const FEW: usize = 30;

/// Counted work of each stage.
pub struct Work {
    /// Looks at modes where what is done at once is packed.
    pub waves: u64,
    /// Rounds of relaxation and list scheduling.
    pub rounds: usize,
    /// Steps of the relaxation in a round.
    pub steps: usize,
    /// How much more than a first round each relaxation may cost.
    pub refine: usize,
    /// Numbers that may be touched to price jobs that take turns.
    pub cells: usize,
    /// Lists that are made of what a round has shown, the quick ones first.
    pub lists: usize,
    /// Steps of improvement, in all.
    pub moves: usize,
    /// The temperature at the beginning, in units of what a typical delay of one job costs: with few moves there
    /// is no time to come back from far.
    pub hottest: f64,
    /// Work for a schedule in long slots.
    pub arrange: arrange::Work,
    /// Effort of each search for a schedule with a lower value, where the first goals have no times.
    pub lower: u64,
    /// Windows of the schedule that are solved by SAT.
    pub windows: usize,
    /// Starts that an exact search may have.
    pub starts: usize,
    /// Effort of an exact search.
    pub proof: u64,
    /// Nodes of a branch and bound.
    pub nodes: u64,
}

/// What an effort does, one after the other, each from what those before it have found: so more effort is never worse.
pub fn passes(effort: Effort) -> &'static [Effort] {
    match effort {
        Effort::Instant => &[Effort::Instant],
        Effort::Brief => &[Effort::Brief],
        Effort::Fast => &[Effort::Fast],
        Effort::Normal => &[Effort::Fast, Effort::Normal],
        Effort::Best => &[Effort::Fast, Effort::Normal, Effort::Best],
    }
}

impl Work {
    /// Of an effort, for so many jobs.
    pub fn of(effort: Effort, jobs: usize) -> Work {
        // Beyond so many jobs more steps would take longer than people wait.
        let once = |most: usize| 4_000 + 150 * jobs.min(most);
        let (rounds, moves, proof) = match effort {
            Effort::Instant => (1, 0, 0),
            Effort::Brief => (2, once(1_000) / 4, 8_000_000),
            Effort::Fast => (5, once(1_000), 8_000_000),
            // Few jobs are worth more: a better one may be the best.
            Effort::Normal => (10, (10 * once(2_000)).max(30 * once(100)), 10_000_000),
            Effort::Best => (40, 150 * once(1_000), 400_000_000),
        };
        let (again, priced) = match effort {
            Effort::Instant | Effort::Brief => (0, 0),
            Effort::Fast => (0, 3_000_000_000),
            Effort::Normal => (30, 100_000_000_000),
            Effort::Best => (100, 600_000_000_000),
        };
        Work {
            waves: match effort {
                Effort::Instant => 20_000_000,
                Effort::Brief | Effort::Fast | Effort::Normal | Effort::Best => 2_000_000_000,
            },
            rounds,
            steps: match effort {
                // A moment for any number of jobs.
                Effort::Instant => (40_000 / jobs.max(1)).clamp(20, 200),
                _ => 100,
            },
            refine: if effort == Effort::Instant { 0 } else { rounds },
            cells: match effort {
                Effort::Instant | Effort::Brief => 0,
                Effort::Fast => 600_000_000,
                Effort::Normal => 10_000_000_000,
                Effort::Best => 100_000_000_000,
            },
            lists: if effort == Effort::Instant { 2 } else { 4 },
            moves,
            hottest: match effort {
                Effort::Instant | Effort::Brief | Effort::Fast => 0.2,
                Effort::Normal | Effort::Best => 0.8,
            },
            arrange: arrange::Work {
                steps: 2_000,
                dive: dive::Work {
                    steps: 300,
                    sets: 4,
                    batches: if effort == Effort::Fast { 1 } else { 8 },
                    trial: 60,
                    exchanges: 1_000,
                },
                again,
                priced,
            },
            lower: match effort {
                Effort::Instant => 100_000,
                Effort::Brief | Effort::Fast => 1_000_000,
                Effort::Normal => 4_000_000,
                Effort::Best => 20_000_000,
            },
            // After reinsertion they found nothing on the instances measured, and cost as much time again.
            windows: if effort == Effort::Best { 400 } else { 0 },
            starts: match effort {
                Effort::Instant => 0,
                Effort::Brief | Effort::Fast | Effort::Normal => 4_000,
                Effort::Best => 20_000,
            },
            nodes: match effort {
                Effort::Instant | Effort::Brief | Effort::Fast => 0,
                Effort::Normal => 1_000_000,
                Effort::Best => 20_000_000,
            },
            // Of few jobs, a proof finds the best schedule sooner than a search.
            proof: if jobs <= FEW { 4 * proof } else { proof },
        }
    }
}

/// The proof that may be written for that many starts: each byte of it takes longer where there are many.
pub fn affordable(effort: u64, starts: usize) -> u64 {
    const CHEAP: u64 = 2_000;
    let starts = (starts as u64).max(CHEAP);
    effort / starts * CHEAP / starts * CHEAP
}
