//! A lower bound of the last end: the latest moment by which it is plain that not everything can be over. Domains are
//! cut off at a moment, and what follows from that empties one of them, or overfills a level.

use crate::formulation::Seconds;

use super::overfull::Overfull;
use super::{overfull, tighten};
use crate::schedule::instance::{Instance, Job};

/// What bounds the last end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// No schedule ends earlier.
    pub least: Seconds,
    /// The level that would be overfull a second earlier; None where some job could not start any more.
    pub overfull: Option<Overfull>,
}

/// No schedule ends earlier.
pub fn least(instance: &Instance) -> Seconds {
    bound(instance).least
}

/// The same, and why.
pub fn bound(instance: &Instance) -> Bound {
    let earliest = |job: &Job| {
        let ends = job.modes.iter();
        let ends = ends.filter_map(|mode| Some(mode.starts.first()? + mode.span));
        ends.min()
    };
    let path = instance.jobs.iter().filter_map(earliest).max();
    let mut bound = Bound {
        least: path.unwrap_or(0),
        overfull: None,
    };
    // Farther and farther until nothing speaks against it, then nearer to where that begins.
    let (mut step, mut farther) = (1, true);
    while step > 0 {
        let by = bound.least + step - 1;
        match over_by(instance, by) {
            Verdict::Possible => farther = false,
            Verdict::Impossible(overfull) => {
                bound = Bound {
                    least: by + 1,
                    overfull,
                }
            }
        }
        step = if farther { 2 * step } else { step / 2 };
    }
    bound
}

/// Whether everything can be over by a moment, as far as is plain; if not, which level would be overfull.
enum Verdict {
    Possible,
    Impossible(Option<Overfull>),
}

fn over_by(instance: &Instance, by: Seconds) -> Verdict {
    if by >= instance.horizon {
        return Verdict::Possible;
    }
    let mut short = instance.clone();
    for mode in short.jobs.iter_mut().flat_map(|job| &mut job.modes) {
        mode.starts.intersect(&[(0, by - mode.span)]);
    }
    if tighten(&mut short).is_err() {
        return Verdict::Impossible(None);
    }
    overfull(&short).map_or(Verdict::Possible, |overfull| {
        Verdict::Impossible(Some(overfull))
    })
}
