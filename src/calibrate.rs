//! What executions measured, as figures of the model: the usable share of each class of links, and what both ends of a
//! migration need besides the copy.
//!
//! The fit minimises the mean of `|predicted - measured| / measured`, which one migration that hung for a minute does not move
//! as a sum of squares would. What it is worth is judged on parts of the measurements that it has not seen.

mod fit;
mod report;
pub mod runs;

pub use fit::{Calibration, ClassFit, calibrate};
pub use report::report;

use std::collections::BTreeMap;

use crate::datacenter::{Datacenter, LinkId};
use crate::formulate::Problem;
use crate::migration::Transfer;
use crate::request::{Model, Task};

/// Links that are alike: of one class, or of one nominal rate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkClass {
    /// bit/s of one lane as sold.
    pub nominal: u64,
    /// bit/s of it that migrations get so far.
    pub usable: u64,
    /// The class that they are of.
    pub name: Option<String>,
}

/// A migration that was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The class of the narrowest link on its path.
    pub class: LinkClass,
    /// What was planned, with what the file says that the ends need besides.
    pub transfer: Transfer,
    /// Seconds that it took; at least 1.
    pub seconds: u32,
    /// The part of the measurements that it belongs to: what was not seen is left out by parts.
    pub part: u32,
}

/// A migration of a plan, as far as its duration goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The class of the narrowest link on its path.
    pub class: LinkClass,
    /// What is transferred, with what the file says that the ends need besides.
    pub transfer: Transfer,
}

/// The migrations of a plan by their ids; `rate` is what the plan gives to each.
pub fn migrations(
    datacenter: &Datacenter,
    problem: &Problem,
    rate: &dyn Fn(&str) -> Option<u64>,
) -> BTreeMap<String, Planned> {
    let mut known = BTreeMap::new();
    for (action, work) in problem.formulation.actions.iter().zip(&problem.work) {
        let (Task::Migrate { vm, to }, Some(from), Some(rate)) =
            (work.task, work.from, rate(&action.name))
        else {
            continue;
        };
        let links = work.path.iter().map(|&(link, _)| link);
        let Some(narrowest) = links.min_by_key(|&link| datacenter[link].rate_per_migration())
        else {
            continue;
        };
        let planned = Planned {
            class: class(datacenter, narrowest),
            transfer: Transfer {
                workload: datacenter[vm].workload,
                rate,
                manner: work.manner,
                disk: datacenter[vm].disk,
                overhead_ms: datacenter[from].overhead_ms + datacenter[to].overhead_ms,
                restart: datacenter[vm].restart(),
            },
        };
        known.insert(action.name.clone(), planned);
    }
    known
}

fn class(datacenter: &Datacenter, link: LinkId) -> LinkClass {
    let link = &datacenter[link];
    LinkClass {
        nominal: link.nominal,
        usable: link.rate_per_migration(),
        name: link.class.clone(),
    }
}

/// Seconds that a model predicts; none where it says that the migration never ends.
fn predicted(model: Model, transfer: &Transfer) -> Option<f64> {
    use num_traits::ToPrimitive;
    crate::migration::exact_seconds(model, transfer)
        .ok()?
        .to_f64()
}

#[cfg(test)]
mod tests;
