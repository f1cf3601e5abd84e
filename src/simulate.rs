//! What happens when a plan is carried out: bandwidth that is really shared, copies round by round, delays and failures.
//!
//! [`crate::run::Machine`] decides who starts when, as it does for `mvm run`; this module is the world that it acts in. It has no
//! clock and no thread, and all chance follows from a seed.
//!
//! **Time** is in whole seconds, as for the machine: an action ends at the second that is nearest to its end, at least one after its
//! start. Between two events nothing changes its rate, so each piece of a copy is calculated in one step.
//!
//! **Bandwidth** is shared as TCP does it, by max-min fairness on each link and direction and on each switch with a capacity
//! ([`share`]); a migration never has more than its planned rate. What guests send comes first, on the paths between where they are at that
//! moment, whatever more the plan counts (`sent`).
//!
//! **A migration** goes on by a [`Law`]: at each moment as fast as its model says for the rate that it has then, or page by page
//! (`copying`).
//!
//! **Without chance, by the plan's own model, a plan happens as it is planned**, to the second, but for two things. A migration with
//! `slack` takes what the model says and ends earlier. And an action starts as soon as all that it waits for lets it, which is
//! earlier than planned where the plan leaves a gap that no rule asks for, such as a boot that is late to save energy.

mod copying;
mod dice;
mod drive;
mod judge;
mod power;
mod sent;
mod series;
mod share;
mod stage;
mod tell;
#[cfg(test)]
mod tests;

pub use dice::Trouble;
pub use drive::simulate;
pub use judge::{Breach, judge};
pub use series::{Quantiles, Series, series};
pub use share::share;
pub use stage::Stage;
pub use tell::{Told, json, picture, series_json, series_table, table};

use crate::formulation::Seconds;
use crate::plan::Plan;
use crate::request::Model;

/// How a migration goes on at the rate that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// At each moment as far as the model says for a whole migration at that rate.
    Model(Model),
    /// Page by page: rounds of what has become dirty meanwhile, a stop for the last one; after the VM has moved, each page once.
    Pages,
}

impl Law {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Law::Model(model) => model.name(),
            Law::Pages => "pages",
        }
    }
}

/// What happened to a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// To each action, in the order of [`Plan::actions`].
    pub actions: Vec<Happened>,
    /// The last end; 0 where nothing was done.
    pub end: Seconds,
    /// mW at most at any second.
    pub peak_power: u64,
    /// mJ from the start to the last end.
    pub energy: u64,
    /// `(from, mW)`: ordered, the first at 0.
    pub power: Vec<(Seconds, i64)>,
}

/// What happened to an action.
#[derive(Debug, Clone, PartialEq)]
pub struct Happened {
    /// Each time that it was started.
    pub tries: Vec<Try>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It has ended well.
    Done,
    /// It has failed, or was given up.
    Failed,
    /// It was never started, since another one failed.
    Skipped,
    /// It had not ended when the simulation did.
    Open,
}

impl Fate {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Fate::Done => "done",
            Fate::Failed => "failed",
            Fate::Skipped => "skipped",
            Fate::Open => "open",
        }
    }
}

/// A start of an action and what came of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Try {
    /// Start.
    pub start: Seconds,
    /// End.
    pub end: Seconds,
    /// Whether it ended well.
    pub well: bool,
    /// Bits that were sent.
    pub bits: f64,
    /// `(from, bit/s)` of a migration.
    pub rates: Vec<(Seconds, f64)>,
    /// Seconds for which the VM stood still.
    pub downtime: f64,
    /// Times that dirty pages were sent, the first copy included; 0 where pages are not followed.
    pub rounds: u32,
    /// Pages that the VM missed after it had moved and that were sent for.
    pub faults: u64,
}

impl Happened {
    /// The start that led to its end.
    pub fn start(&self) -> Option<Seconds> {
        self.tries.last().map(|last| last.start)
    }

    /// When it ended well.
    pub fn end(&self) -> Option<Seconds> {
        let well = self.tries.iter().rfind(|last| last.well);
        well.map(|last| last.end)
    }
}

impl Course {
    /// Whether each action has ended well.
    pub fn is_done(&self) -> bool {
        self.actions.iter().all(|action| action.fate == Fate::Done)
    }

    /// Seconds for which VMs stood still: all together, and the longest.
    pub fn downtime(&self) -> (f64, f64) {
        let tries = self.actions.iter().flat_map(|action| &action.tries);
        tries.fold((0.0, 0.0), |(sum, most), one| {
            (sum + one.downtime, one.downtime.max(most))
        })
    }

    /// The plan with what really happened in place of what was planned, for charts and expectations. What was never started
    /// keeps its times.
    pub fn as_plan(&self, stage: &Stage) -> Plan {
        let mut plan = stage.plan.clone();
        for (action, happened) in plan.actions.iter_mut().zip(&self.actions) {
            if let Some(last) = happened.tries.last() {
                (action.start, action.end) = (last.start, last.end.max(last.start));
            }
        }
        for (at, achieved) in plan.objectives.iter_mut().enumerate() {
            if let Some(value) = stage.objective(at, self) {
                achieved.value = value;
                achieved.lower_bound = achieved.lower_bound.min(value);
            }
        }
        (plan.makespan, plan.peak_power, plan.energy) = (self.end, self.peak_power, self.energy);
        if let Some(power) = plan.profiles.iter_mut().find(|p| p.name == "power") {
            power.level = self.power.clone();
        }
        plan.profiles.retain(|profile| profile.name == "power");
        plan
    }
}
