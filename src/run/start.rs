//! When a plan starts.

use super::{Journal, Time};
use crate::plan::Plan;

/// It is not the plan's night: that ended then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the night of the plan ended at {0}")]
pub struct TooLate(pub Time);

/// The plan's second 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zero {
    /// For the moments that the clock tells.
    pub clock: Time,
    /// For all others, and when it really starts.
    pub start: Time,
}

/// When the plan starts. One with a date waits for it and is not carried out after its night;
/// of one without, the first run is the start. `at_once`: all the same, now.
///
/// # Errors
/// If its night is over.
pub fn start(
    plan: &Plan,
    journal: Option<&Journal>,
    now: Time,
    at_once: bool,
) -> Result<Zero, TooLate> {
    let date = plan.start.as_ref().and_then(|start| start.instant.as_ref());
    let date = date.map(|at| at.timestamp().as_second());
    let started = match (journal, date) {
        (Some(journal), _) => journal.started,
        (None, Some(date)) if !at_once => date,
        (None, _) => now,
    };
    let end = started + plan.night();
    match date {
        Some(_) if !at_once && now > end => Err(TooLate(end)),
        date => Ok(Zero {
            clock: date.unwrap_or(started),
            start: started,
        }),
    }
}
