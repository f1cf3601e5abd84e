//! Precedences between two jobs, and how what follows of them is cut off.

use crate::formulation::Seconds;
use crate::schedule::instance::{Instance, Mode, Origin};

/// The precedences between two jobs: level, first, then.
pub fn links(instance: &Instance) -> Vec<(u32, usize, usize)> {
    let mut ends = vec![(None, None); instance.levels.len()];
    for (index, job) in instance.jobs.iter().enumerate() {
        for event in job.modes.iter().flat_map(|mode| &mode.events) {
            if let Origin::Precedence(_) = instance.levels[event.level as usize].origin {
                let (first, then) = &mut ends[event.level as usize];
                *(if event.change < 0 { first } else { then }) = Some(index);
            }
        }
    }
    let ends = ends.iter().enumerate();
    ends.filter_map(|(level, &(first, then))| Some((level as u32, first?, then?)))
        .filter(|&(_, first, then)| first != then)
        .collect()
}

/// Leaves a mode the starts between two moments, both included; says whether it had others.
pub fn cut(mode: &mut Mode, to: (Seconds, Seconds)) -> bool {
    let before = mode.starts.count();
    mode.starts.intersect(&[to]);
    mode.starts.count() != before
}
