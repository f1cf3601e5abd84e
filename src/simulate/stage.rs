//! What of a plan does not depend on chance: how long each action takes, what it copies, over which channels.

use std::cell::RefCell;
use std::collections::BTreeMap;

use num_traits::ToPrimitive;

use super::copying::{Going, Memory, Once, Rounds};
use super::sent::Sent;
use super::{Course, Law};
use crate::datacenter::{Datacenter, LinkId, Manner, Node};
use crate::formulate::{Carrier, Cause, Problem};
use crate::formulation::{ActionId, Seconds, SourceId};
use crate::migration::{Transfer, exact_seconds, seconds, with_slack};
use crate::plan::{Plan, Planned};
use crate::request::{Model, Request, Task};

/// A plan, and all that it needs to be carried out.
pub struct Stage<'a> {
    pub(super) datacenter: &'a Datacenter,
    pub(super) request: &'a Request,
    pub(super) plan: &'a Plan,
    pub(super) problem: &'a Problem,
    /// In the order of the plan's actions.
    pub(super) jobs: Vec<Job>,
    /// Where each action of the formulation stands among them.
    pub(super) places: Vec<Option<usize>>,
    /// bit/s of each channel: a link in one direction, or a switch.
    pub(super) capacity: Vec<f64>,
    /// What guests send over them.
    pub(super) sent: Sent,
    /// Seconds by a model at a rate, each computed once.
    lengths: RefCell<BTreeMap<(Model, Transfer), Option<f64>>>,
}

/// An action, as far as it is known before.
pub(super) struct Job {
    /// The action of the formulation, and its mode.
    pub action: ActionId,
    pub mode: u32,
    /// Seconds as planned, without slack.
    pub length: f64,
    pub copies: Option<Copies>,
}

/// What a migration copies.
pub(super) struct Copies {
    pub memory: Memory,
    /// At its planned rate.
    pub transfer: Transfer,
    /// Channels, each as often as it is crossed.
    pub path: Vec<usize>,
    /// Whether the file gives its length in place of the model's.
    is_given: bool,
}

/// The channels that are used, with their numbers.
#[derive(Default)]
pub(super) struct Channels {
    numbers: BTreeMap<Carrier, usize>,
    capacity: Vec<f64>,
}

impl Channels {
    pub fn number(&mut self, dc: &Datacenter, channel: Carrier) -> usize {
        let capacity = match channel {
            Carrier::Link(link, _) => dc[link].rate.value as f64,
            Carrier::Switch(switch) => {
                let capacity = dc[switch].capacity;
                capacity.map_or(f64::INFINITY, |at| at.value as f64)
            }
        };
        *self.numbers.entry(channel).or_insert_with(|| {
            self.capacity.push(capacity);
            self.capacity.len() - 1
        })
    }

    fn path(&mut self, dc: &Datacenter, path: &[(LinkId, bool)]) -> Vec<usize> {
        let mut numbers = Vec::new();
        for &(link, forward) in path {
            numbers.push(self.number(dc, Carrier::Link(link, forward)));
            let to = if forward { dc[link].b } else { dc[link].a };
            if let Node::Switch(switch) = to
                && dc[switch].capacity.is_some()
            {
                numbers.push(self.number(dc, Carrier::Switch(switch)));
            }
        }
        numbers
    }
}

impl<'a> Stage<'a> {
    /// A plan of a request that leaves nothing open, and its problem; None where the plan is none of it.
    pub fn new(
        datacenter: &'a Datacenter,
        request: &'a Request,
        problem: &'a Problem,
        plan: &'a Plan,
    ) -> Option<Self> {
        let f = &problem.formulation;
        let ids: BTreeMap<&str, ActionId> = f.ids().map(|id| (f[id].name.as_str(), id)).collect();
        let mut channels = Channels::default();
        let jobs = plan.actions.iter().map(|planned| {
            let action = *ids.get(planned.id.as_str())?;
            let length = planned.end - planned.start;
            let mut modes = f[action].modes.iter();
            let mode = modes.position(|m| m.duration == length && m.rate == planned.rate)?;
            let work = &problem.work[action.0 as usize];
            let copies = copies(datacenter, request.model, planned);
            let (copies, length) = match copies {
                Some((copies, length)) => {
                    let path = channels.path(datacenter, &work.path);
                    (Some(Copies { path, ..copies }), length)
                }
                None => (None, length as f64),
            };
            Some(Job {
                action,
                mode: mode as u32,
                length,
                copies,
            })
        });
        let jobs = jobs.collect::<Option<Vec<Job>>>()?;
        let mut places = vec![None; f.actions.len()];
        for (at, job) in jobs.iter().enumerate() {
            places[job.action.0 as usize] = Some(at);
        }
        let sent = Sent::of(datacenter, plan, &mut channels);
        Some(Stage {
            datacenter,
            request,
            plan,
            problem,
            jobs,
            places,
            capacity: channels.capacity,
            sent,
            lengths: RefCell::default(),
        })
    }

    /// What there is.
    pub fn datacenter(&self) -> &'a Datacenter {
        self.datacenter
    }

    /// The plan that is carried out.
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// What a constraint of its problem comes from.
    pub fn cause(&self, source: SourceId) -> Cause {
        self.problem.causes[source.0 as usize]
    }

    /// The same, in words.
    pub fn words(&self, source: SourceId) -> String {
        self.problem.formulation[source].label.clone()
    }

    /// Whether a constraint of its problem is a level.
    pub fn is_level(&self, source: SourceId) -> bool {
        let mut levels = self.problem.formulation.resources.iter();
        levels.any(|level| level.source == source)
    }

    /// The law by which it was planned.
    pub fn law(&self) -> Law {
        Law::Model(self.request.model)
    }

    /// How an action begins.
    pub(super) fn begin(&self, at: usize, law: Law) -> Going {
        let job = &self.jobs[at];
        match (&job.copies, law) {
            (None, _) => Going::Lasts(job.length),
            (Some(copies), Law::Pages) if !copies.is_given => {
                let overhead = copies.transfer.overhead_ms as f64 / 1e3;
                match copies.transfer.manner == Manner::Post {
                    true => Going::Once(Once::new(
                        copies.memory.used,
                        overhead + copies.memory.downtime,
                    )),
                    false => Going::Rounds(Rounds::new(&copies.memory, overhead)),
                }
            }
            (Some(_), _) => Going::Share(1.0),
        }
    }

    /// Seconds of a whole migration at a rate; None where it never ends, and where no model is asked.
    pub(super) fn length(&self, at: usize, law: Law, rate: f64) -> Option<f64> {
        let job = &self.jobs[at];
        let copies = job.copies.as_ref()?;
        let planned = copies.transfer.rate as f64;
        if copies.is_given {
            return (rate > 0.0).then(|| job.length * planned / rate);
        }
        let Law::Model(model) = law else { return None };
        let is_as_planned = (rate - planned).abs() < 0.5;
        if is_as_planned && model == self.request.model {
            return Some(job.length);
        }
        let rate = match is_as_planned {
            true => copies.transfer.rate,
            false => rate as u64,
        };
        if rate == 0 {
            return None;
        }
        let transfer = Transfer {
            rate,
            ..copies.transfer
        };
        let mut known = self.lengths.borrow_mut();
        *known
            .entry((model, transfer))
            .or_insert_with(|| exact_seconds(model, &transfer).ok()?.to_f64())
    }

    /// What an objective comes to, where all has ended well.
    pub(super) fn objective(&self, at: usize, course: &Course) -> Option<i64> {
        let f = &self.problem.formulation;
        let objective = f.objectives.get(at)?;
        let mut sum = i128::from(objective.constant)
            + i128::from(objective.makespan) * i128::from(course.end);
        for (job, happened) in self.jobs.iter().zip(&course.actions) {
            let term = &objective.terms[job.action.0 as usize];
            let (start, end) = (happened.start()?, happened.end()?);
            sum +=
                i128::from(term.start) * i128::from(start) + i128::from(term.end) * i128::from(end);
            let cost = term.modes.get(job.mode as usize).copied();
            sum += i128::from(cost.unwrap_or(0));
        }
        i64::try_from(sum).ok()
    }
}

/// What a migration copies, and how long it takes without slack.
fn copies(dc: &Datacenter, model: Model, planned: &Planned) -> Option<(Copies, f64)> {
    let (Task::Migrate { vm, to }, Some(from), Some(rate)) =
        (planned.task, planned.from, planned.rate)
    else {
        return None;
    };
    let transfer = Transfer {
        workload: dc[vm].workload,
        rate,
        manner: planned.manner,
        disk: dc[vm].disk,
        restart: dc[vm].restart(),
        overhead_ms: dc[from].overhead_ms.saturating_add(dc[to].overhead_ms),
    };
    let length: Seconds = planned.end - planned.start;
    let known = seconds(model, &transfer).ok();
    let slack = planned.assumed.slack;
    let with = known.and_then(|known| with_slack(known, slack).ok());
    // Pages are those of memory: a disk, or a VM that stands still, takes as long as it is planned with.
    let is_live = transfer.disk.is_none() && transfer.manner != Manner::Cold;
    let is_given = !is_live || with.is_none_or(|with| Seconds::from(with) != length);
    let bare = match known {
        Some(known) if !is_given => f64::from(known),
        _ => length as f64,
    };
    let copies = Copies {
        memory: Memory::of(&transfer.workload),
        transfer,
        path: Vec::new(),
        is_given,
    };
    Some((copies, bare))
}
