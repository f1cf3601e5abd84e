//! What is left of a plan that is being carried out, from what really happened until now.

mod machines;

use std::collections::BTreeMap;

use super::Checked;
use crate::datacenter::{At, Datacenter, Pool};
use crate::diff;
use crate::emit::json::{Kind, PlanFile};
use crate::plan::Plan;
use crate::request::{LONGEST, Request, Seconds, Task};
use crate::run::{Journal, Line, Time, What};
use crate::show::show_count;
use crate::since::{Ends, Progress, Running, Since};

/// Of what has run for longer than planned, that share of its planned length is taken to be left.
const OVERRUN: Seconds = 10;

/// What is left of a plan.
pub struct Rest {
    /// The file, for that plan alone, which starts now.
    pub checked: Checked,
    /// The plan.
    pub index: usize,
    /// The plan of which that is left.
    old: PlanFile,
    /// Where the machines are not as the journal says.
    pub surprises: Vec<String>,
    /// How many actions have failed.
    failed: usize,
    /// When that started which runs.
    begun: BTreeMap<Task, Time>,
    /// The moment from which the rest counts.
    now: Time,
}

/// Why nothing is left to plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nothing {
    /// All is done, or runs.
    Finished,
    /// In words.
    Wrong(Vec<String>),
}

impl From<Vec<String>> for Nothing {
    fn from(mistakes: Vec<String>) -> Self {
        Nothing::Wrong(mistakes)
    }
}

impl Checked {
    /// What is left of a plan in a file at a moment, by its journal and, where that is known, by what the machines say.
    ///
    /// # Errors
    /// That nothing is left, or that the plan or the journal is none of this file.
    pub fn rest(
        &self,
        file: &PlanFile,
        journal: &Journal,
        live: Option<&Datacenter>,
        now: Time,
    ) -> Result<Rest, Nothing> {
        let requests = &self.analysis.requests;
        let index = requests.iter().position(|r| r.name == file.plan);
        let index = index.ok_or_else(|| {
            vec![format!(
                "`{}` is no plan of `{}`",
                file.plan, self.source.file
            )]
        })?;
        let declared = &self.analysis.datacenter;
        let tasks = file.tasks(declared)?;
        let mut since = match file.since(declared)? {
            Some(since) => since,
            None => self.begins(index)?,
        };
        let elapsed = now - journal.started;
        if !(0..=LONGEST).contains(&elapsed) {
            let why = "by its journal the plan starts later, or started more than a year ago";
            return Err(vec![why.to_owned()].into());
        }
        let planned = file.start.as_deref().map(str::parse::<jiff::Timestamp>);
        let planned = planned.and_then(Result::ok).map(jiff::Timestamp::as_second);
        let mut began = declared.clone();
        since.make(&mut began);
        let so_far = Progress {
            late: planned.map_or(0, |planned| journal.started - planned),
            ..so_far(file, (&tasks, &began), journal, elapsed)
        };
        let mut progress = match &since.progress {
            Some(before) => before.then(&so_far, &self.start_of(&since)),
            None => so_far,
        };
        // As the journal has it.
        since.progress = None;
        let start = self.start_of(&since);
        let request = self.request_of(index, &since);
        let mut surprises = Vec::new();
        if let Some(live) = live {
            let failed = that_are(What::Failed, &tasks, journal);
            let failed = failed.into_iter().map(|(_, at)| tasks[at]).collect();
            progress =
                machines::confronted(progress, failed, &request, (&start, live), &mut surprises);
        }
        machines::skip_what_is_so(&mut progress, &request, &start, &mut surprises);
        let begun = begun(&tasks, journal);
        since.progress = Some(progress);
        let checked = self.since(index, &since);
        let steps = &checked.analysis.requests[index].steps;
        if steps.iter().all(|step| step.is_begun) {
            return Err(Nothing::Finished);
        }
        Ok(Rest {
            checked,
            index,
            old: file.clone(),
            surprises,
            failed: last(journal)
                .values()
                .filter(|line| line.what == What::Failed)
                .count(),
            begun,
            now,
        })
    }

    /// From where a plan of the file starts that was not begun.
    fn begins(&self, index: usize) -> Result<Since, Vec<String>> {
        let request = &self.analysis.requests[index];
        let Some(first) = request.reverses else {
            return Ok(Since {
                after: request.name.clone(),
                ..Since::default()
            });
        };
        let undone = &self.analysis.requests[first];
        Ends::of(&self.analysis.datacenter, &undone.steps)
            .since(&undone.name)
            .ok_or_else(|| {
                vec![format!(
                    "`{}` does not say from where it starts",
                    request.name
                )]
            })
    }

    /// Where everything is when a plan starts that begins there.
    fn start_of(&self, since: &Since) -> Datacenter {
        let mut datacenter = self.analysis.datacenter.clone();
        let since = Since {
            progress: None,
            ..since.clone()
        };
        since.make(&mut datacenter);
        datacenter
    }

    /// All that is asked of a plan that starts there.
    fn request_of(&self, index: usize, since: &Since) -> Request {
        let mut request = self.analysis.requests[index].clone();
        if request.reverses.is_some() {
            request.steps = since.back(&self.analysis.datacenter, None);
        }
        request
    }
}

impl Rest {
    /// What is different in a plan of the rest from what was planned, in words.
    pub fn difference(&self, plan: &PlanFile) -> String {
        let mut difference = diff::compare(&self.old, plan);
        difference.inputs.clear();
        diff::text(&difference, &self.old, plan)
    }

    /// How far the plan has come: `12 actions done, 2 running, 1 failed, 30 left`.
    pub fn standing(&self) -> String {
        let request = &self.checked.analysis.requests[self.index];
        let since = self.checked.since.as_ref();
        let progress = since.and_then(|since| since.progress.as_ref());
        let (done, running) = progress.map_or((0, 0), |p| (p.done.len(), p.running.len()));
        let failed = match self.failed {
            0 => String::new(),
            failed => format!("{failed} failed, "),
        };
        format!(
            "{} done, {running} running, {failed}{} to plan",
            show_count(done, "action"),
            request.steps.len() - running
        )
    }

    /// The journal with which the plan of the rest, of which this is the hash, is gone on with: what runs is begun in it.
    pub fn journal(&self, plan: &Plan, hash: String) -> Journal {
        let lines = plan.actions.iter().enumerate().filter_map(|(at, action)| {
            let started = *self.begun.get(&action.task)?;
            (action.start == 0).then(|| Line {
                at: started,
                what: What::Started,
                action: at,
                title: action.title(),
            })
        });
        Journal {
            hash,
            started: self.now,
            plan: plan.name.clone(),
            lines: lines.collect(),
        }
    }
}

/// The last that the journal says of each action.
fn last(journal: &Journal) -> BTreeMap<usize, &Line> {
    journal
        .lines
        .iter()
        .map(|line| (line.action, line))
        .collect()
}

/// When those actions started that have not ended.
fn begun(tasks: &[Task], journal: &Journal) -> BTreeMap<Task, Time> {
    let begun = that_are(What::Started, tasks, journal).into_iter();
    begun.map(|(started, at)| (tasks[at], started)).collect()
}

/// The actions of which the journal says that last, by when.
fn that_are(what: What, tasks: &[Task], journal: &Journal) -> Vec<(Time, usize)> {
    let last = last(journal).into_iter();
    let mut are: Vec<(Time, usize)> = last
        .filter(|&(at, line)| line.what == what && at < tasks.len())
        .map(|(at, line)| (line.at, at))
        .collect();
    are.sort_unstable();
    are
}

/// What has come of a plan, as its journal says.
fn so_far(
    file: &PlanFile,
    (tasks, start): (&[Task], &Datacenter),
    journal: &Journal,
    elapsed: Seconds,
) -> Progress {
    let of = |what| that_are(what, tasks, journal).into_iter();
    let running = of(What::Started).map(|(started, at)| {
        let action = &file.actions[at];
        let planned = action.end - action.start;
        let left = match planned - (journal.started + elapsed - started) {
            left @ 1.. => left,
            _ => (planned / OVERRUN).max(1),
        };
        let is_migration = action.kind == Kind::Migrate;
        Running {
            task: tasks[at],
            left: u32::try_from(left).unwrap_or(u32::MAX),
            rate: action
                .bandwidth_mbps
                .and_then(|rate| u64::try_from(rate.0).ok()),
            manner: is_migration.then_some(action.copy),
            pool: action.pool.map(Pool),
        }
    });
    let progress = Progress {
        elapsed,
        running: running.collect(),
        done: of(What::Ended).map(|(_, at)| tasks[at]).collect(),
        ..Progress::default()
    };
    // A plan says which pool a VM came to.
    let mut actual = start.clone();
    progress.make(&mut actual);
    for (_, at) in of(What::Ended) {
        if let Some(vm) = tasks[at].vm() {
            let pool = file.actions[at].pool.map(|pool| At {
                value: Pool(pool),
                origin: None,
            });
            actual.vms[vm.0 as usize].pool = pool;
        }
    }
    progress.seen(start, &actual)
}
