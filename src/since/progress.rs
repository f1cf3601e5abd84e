//! How far a plan has come, and what is left of its request: the same steps and rules, from another moment on.

use std::collections::{BTreeMap, BTreeSet};

use super::Stand;
use crate::datacenter::{Datacenter, Manner, Pool, ServerId, VmId};
use crate::request::{Actor, Period, Request, RuleKind, Seconds, Start, Step, Task, Turn};

/// How far a plan has come that is carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Seconds from its start until now.
    pub elapsed: Seconds,
    /// Seconds from the date in its file until it really started; 0 where it has none.
    pub late: Seconds,
    /// What is done, in the order in which it ended.
    pub done: Vec<Task>,
    /// What runs, in the order in which it started.
    pub running: Vec<Running>,
    /// VMs that are not where that has brought them, run or do not, or are in a pool that is known.
    pub vms: BTreeMap<VmId, Stand>,
    /// Servers that are on or off against that.
    pub servers: BTreeMap<ServerId, bool>,
}

/// Something that has begun and not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// What.
    pub task: Task,
    /// Seconds that are left of it, at least 1.
    pub left: u32,
    /// bit/s of a migration.
    pub rate: Option<u64>,
    /// How a migration is done.
    pub manner: Option<Manner>,
    /// The pool that its VM comes to, where that is known.
    pub pool: Option<Pool>,
}

impl Progress {
    /// Puts everything where it is by now.
    pub fn make(&self, datacenter: &mut Datacenter) {
        self.carry_out(datacenter);
        for (&vm, stand) in &self.vms {
            stand.make(&mut datacenter.vms[vm.0 as usize]);
        }
        for (&server, &on) in &self.servers {
            datacenter.servers[server.0 as usize].on = on;
        }
    }

    /// Does what is done.
    fn carry_out(&self, datacenter: &mut Datacenter) {
        for &task in &self.done {
            match task {
                Task::Migrate { vm, to } => {
                    let data = &mut datacenter.vms[vm.0 as usize];
                    (data.host.value, data.pool) = (to, None);
                }
                Task::Start(vm) => {
                    let data = &mut datacenter.vms[vm.0 as usize];
                    (data.running, data.pool) = (true, None);
                }
                Task::Stop(vm) => datacenter.vms[vm.0 as usize].running = false,
                Task::Boot(server) => datacenter.servers[server.0 as usize].on = true,
                Task::Shutdown(server) => datacenter.servers[server.0 as usize].on = false,
                Task::Run(_) | Task::Pause => {}
            }
        }
    }

    /// The same, of what was declared so before the plan, where everything is as `actual` has it.
    #[must_use]
    pub fn seen(mut self, declared: &Datacenter, actual: &Datacenter) -> Progress {
        let mut expected = declared.clone();
        self.carry_out(&mut expected);
        let vms = (0..)
            .map(VmId)
            .zip(&actual.vms)
            .filter(|(vm, is)| Stand::of(&expected[*vm]) != Stand::of(is));
        self.vms = vms.map(|(vm, is)| (vm, Stand::of(is))).collect();
        let servers = (0..).map(ServerId).zip(&actual.servers);
        let servers = servers.filter(|(server, is)| expected[*server].on != is.on);
        self.servers = servers.map(|(server, is)| (server, is.on)).collect();
        self
    }

    /// What is left of a request, told from now on. What runs comes first; of a `sync` those are left that have come equally
    /// far; what the plan as a whole was expected to be is not asked of its rest.
    pub fn left(&self, request: &Request) -> Request {
        let (steps, met) = self.steps_left(request);
        let begun = |turn: &Turn| met.contains(&turn.id);
        let turns_left: BTreeSet<u32> = steps
            .iter()
            .filter_map(|step| step.turn.map(|turn| turn.id))
            .collect();
        let steps = steps.into_iter().map(|step| Step {
            turn: step.turn.map(|turn| Turn {
                is_begun: begun(&turn),
                ..turn
            }),
            ..step
        });
        let mut request = Request {
            start: request.start.as_ref().map(|start| self.later(start)),
            steps: steps.collect(),
            expectations: Vec::new(),
            ..request.clone()
        };
        let shut: BTreeSet<ServerId> = self
            .done
            .iter()
            .chain(self.running.iter().map(|r| &r.task))
            .filter_map(|task| match task {
                Task::Shutdown(server) => Some(*server),
                _ => None,
            })
            .collect();
        let steps = &mut request.steps;
        request.rules.retain_mut(|rule| {
            let late = if rule.by_clock { self.late } else { 0 };
            let is_left = shift(&mut rule.kind, self.elapsed + late);
            match &mut rule.kind {
                RuleKind::Sync { vms, .. } => even(vms, steps),
                RuleKind::Roll { turns, .. } => {
                    turns.retain(|turn| turns_left.contains(&turn.id));
                    for turn in turns.iter_mut() {
                        turn.is_begun = begun(turn);
                    }
                    !turns.is_empty()
                }
                RuleKind::Any {
                    count,
                    servers,
                    is_shutdown: true,
                    ..
                } => {
                    let all = servers.len();
                    servers.retain(|server| !shut.contains(server));
                    let done = (all - servers.len()) as u32;
                    *count = count.map(|count| count.saturating_sub(done));
                    let is_left = *count != Some(0) && !servers.is_empty();
                    if !is_left {
                        let of = |step: &Step| matches!(step.task, Task::Shutdown(server) if servers.contains(&server));
                        steps.retain(|step| !(step.is_optional && of(step)));
                    }
                    is_left
                }
                _ => is_left,
            }
        });
        request
    }

    /// The steps that are not done, and the turns of which some are done or run.
    fn steps_left(&self, request: &Request) -> (Vec<Step>, BTreeSet<u32>) {
        let mut of: BTreeMap<Actor, Vec<usize>> = BTreeMap::new();
        for (at, step) in request.steps.iter().enumerate().rev() {
            of.entry(step.task.actor()).or_default().push(at);
        }
        let mut is_left = vec![true; request.steps.len()];
        let mut met = BTreeSet::new();
        // The steps of one actor are done in their order: what stands before is done or was left out. What no step says was implied.
        let mut take = |task: Task| {
            let own = of.get_mut(&task.actor())?;
            let place = own.iter().rposition(|&at| fits(&request.steps[at], task))?;
            for at in own.drain(place..) {
                is_left[at] = false;
                met.extend(request.steps[at].turn.map(|turn| turn.id));
                if fits(&request.steps[at], task) {
                    return Some(&request.steps[at]);
                }
            }
            None
        };
        for &task in &self.done {
            take(task);
        }
        let begun = self.running.iter().map(|running| {
            let known = take(running.task).cloned();
            Step {
                task: running.task,
                among: None,
                takes: Some(running.left.max(1)),
                rate: running.rate,
                manner: running.manner,
                pool: running.pool,
                is_optional: false,
                is_begun: true,
                ..known.unwrap_or_else(|| Step::of(running.task, None))
            }
        });
        let mut steps: Vec<Step> = begun.collect();
        let left = request.steps.iter().zip(is_left);
        steps.extend(
            left.filter(|(_, is_left)| *is_left)
                .map(|(step, _)| step.clone()),
        );
        (steps, met)
    }

    /// The start of what is left.
    fn later(&self, start: &Start) -> Start {
        let now = self.elapsed + self.late;
        let (_, time) = start.on_clock(now);
        Start {
            time_of_day: u32::try_from(time).unwrap_or(0),
            instant: start.instant_at(now),
            origin: start.origin,
        }
    }

    /// What has come of a plan, declared so, that was itself the rest of one: this, and then what has come of that.
    pub fn then(&self, rest: &Progress, declared: &Datacenter) -> Progress {
        let mut actual = declared.clone();
        self.make(&mut actual);
        rest.make(&mut actual);
        let both = Progress {
            elapsed: self.elapsed + rest.elapsed,
            late: self.late + rest.late,
            done: [self.done.as_slice(), &rest.done].concat(),
            running: rest.running.clone(),
            ..Progress::default()
        };
        both.seen(declared, &actual)
    }
}

/// Whether a step says that this is done.
fn fits(step: &Step, task: Task) -> bool {
    match (step.task, task) {
        (Task::Migrate { vm, to }, Task::Migrate { vm: of, to: led }) => {
            let among = step.among.as_ref();
            vm == of && among.map_or(to == led, |among| among.contains(&led))
        }
        (known, task) => known == task,
    }
}

/// Tells a rule's times from so many seconds later on; whether any is left.
fn shift(kind: &mut RuleKind, elapsed: Seconds) -> bool {
    let is_left = |period: &mut Period| {
        period.from = (period.from - elapsed).max(0);
        period.to = period.to.map(|to| to - elapsed);
        period.to.is_none_or(|to| to > 0)
    };
    match kind {
        RuleKind::By { time, .. } => {
            *time -= elapsed;
            true
        }
        RuleKind::After { time, .. } => {
            *time -= elapsed;
            *time > 0
        }
        // Those whose every time is over may never act again.
        RuleKind::Allow { periods, .. } => {
            periods.retain_mut(is_left);
            true
        }
        kind => kind.periods_mut().iter_mut().all(is_left),
    }
}

/// Leaves those VMs that have as many migrations before them as any; whether several are left.
fn even(vms: &mut Vec<VmId>, steps: &[Step]) -> bool {
    let count = |vm: VmId| {
        let ahead = steps.iter().filter(|step| !step.is_begun);
        ahead
            .filter(|step| matches!(step.task, Task::Migrate { vm: of, .. } if of == vm))
            .count()
    };
    let most = vms.iter().map(|&vm| count(vm)).max().unwrap_or(0);
    vms.retain(|&vm| most > 0 && count(vm) == most);
    vms.len() > 1
}
