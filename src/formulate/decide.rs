//! An open request with its choices made: from what was planned to a request in which every destination and way is said.
//!
//! Whoever reads a plan reads it beside the request that it decides, so that nobody but the formulation knows what it
//! is to choose. The steps stand in the order in which they start: what came and went on a server that was switched in
//! between is then said by their order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Chosen, Led, Problem, formulate_chosen, turns};
use crate::datacenter::{Datacenter, Manner, Pool, ServerId, VmId};
use crate::diag::has_errors;
use crate::formulation::{ActionId, Formulation, Mode, Schedule, Seconds};
use crate::request::{Actor, Request, RuleKind, Step, Task};

/// A request without open destinations and ways, its problem and a schedule of that.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The request.
    pub request: Request,
    /// Its problem.
    pub problem: Problem,
    /// The schedule that was decided, of that problem.
    pub schedule: Schedule,
}

/// What somebody says about one action of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Where a VM is before it, or the server; None: it is of no server.
    pub from: Option<ServerId>,
    /// Where a migration leads.
    pub to: Option<ServerId>,
    /// How it is done.
    pub manner: Option<Manner>,
    /// The pool that its VM comes to.
    pub pool: Option<Pool>,
    /// When it starts.
    pub start: Seconds,
    /// How long it takes.
    pub length: Seconds,
    /// bit/s of a migration.
    pub rate: Option<u64>,
}

/// Makes the choices of a schedule in the request; None where they are none that the request leaves.
pub fn decide(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    schedule: &Schedule,
) -> Option<Decided> {
    let mut steps: BTreeMap<Actor, VecDeque<&Step>> = BTreeMap::new();
    for step in &request.steps {
        steps.entry(step.task.actor()).or_default().push_back(step);
    }
    let mut timed: Vec<(Seconds, Step)> = Vec::with_capacity(request.steps.len());
    for (at, work) in problem.work.iter().enumerate() {
        // What is inferred is inferred again.
        if work.inferred {
            continue;
        }
        let step = steps.get_mut(&work.task.actor())?.pop_front()?;
        // Who stays does nothing.
        if problem.is_left_out(ActionId(at as u32), schedule.mode[at]) {
            continue;
        }
        let (task, manner) = match (step.task, work.open.get(schedule.mode[at] as usize)) {
            (
                Task::Migrate { vm, .. },
                Some(Led {
                    to: Some(to),
                    manner,
                    ..
                }),
            ) => (Task::Migrate { vm, to: *to }, Some(*manner)),
            (task, _) => (task, step.manner),
        };
        let pools = work.pools.get(schedule.mode[at] as usize);
        let step = Step {
            task,
            manner,
            pool: pools.and_then(|pools| pools.entered),
            among: None,
            is_optional: false,
            ..step.clone()
        };
        timed.push((schedule.start[at], step));
    }
    timed.sort_by_key(|&(start, _)| start);
    let mut request = Request {
        steps: timed.into_iter().map(|(_, step)| step).collect(),
        ..request.clone()
    };
    let shut_down = request.steps.iter().filter_map(|step| match step.task {
        Task::Shutdown(server) => Some(server),
        _ => None,
    });
    let shut_down: BTreeSet<ServerId> = shut_down.collect();
    for rule in &mut request.rules {
        match &mut rule.kind {
            RuleKind::Roll {
                count,
                turns,
                order,
            } => {
                let own = problem.turns.iter();
                let own: Vec<_> = own.filter(|marks| turns.contains(&marks.turn)).collect();
                *order = Some(turns::order(&own, *count, &problem.formulation, schedule));
            }
            RuleKind::Any {
                servers,
                is_shutdown,
                chosen,
                ..
            } => {
                let is_chosen = |server: &&ServerId| match is_shutdown {
                    true => shut_down.contains(*server),
                    false => (problem.vacant.iter())
                        .filter(|vacancy| vacancy.server == **server)
                        .any(|it| it.is_empty(&problem.formulation, schedule)),
                };
                *chosen = Some(servers.iter().filter(is_chosen).copied().collect());
            }
            _ => {}
        }
    }
    let names = problem.formulation.actions.iter().map(|a| a.name.as_str());
    let said = (0..problem.work.len()).map(|at| said(problem, schedule, at));
    let acting = names.zip(said).zip((0..).map(ActionId));
    let acting = acting
        .filter(|&(_, action)| !problem.is_left_out(action, schedule.mode[action.0 as usize]));
    let acting: BTreeMap<&str, Said> = acting.map(|(said, _)| said).collect();
    // What guests may send elsewhere decides which rates there are: the one that was chosen is one of them in any case.
    let rates = acting.iter();
    let rates = rates.filter_map(|(&name, said)| Some((name, (said.length, said.rate?))));
    let chosen = Chosen {
        whereabouts: problem.loads.whereabouts.clone(),
        rates: rates.collect(),
    };
    let (decided, findings) = formulate_chosen(datacenter, &request, &chosen);
    let decided = decided.filter(|_| !has_errors(&findings))?;
    let decided = decided.plain().into_owned();
    let schedule = schedule_of(&decided, &acting)?;
    Some(Decided {
        request,
        problem: decided,
        schedule,
    })
}

fn said(problem: &Problem, schedule: &Schedule, at: usize) -> Said {
    let (work, mode_at) = (&problem.work[at], schedule.mode[at] as usize);
    let led = work.led(mode_at);
    let mode = &problem.formulation.actions[at].modes[mode_at];
    Said {
        from: led.map(|led| led.from),
        to: led.and_then(|led| led.to),
        manner: led.and_then(|led| led.to.map(|_| led.manner)),
        pool: work.pools.get(mode_at).and_then(|pools| pools.entered),
        start: schedule.start[at],
        length: mode.duration,
        rate: mode.rate,
    }
}

/// The schedule of a problem that does what is said of each action, by its name; who need not move and of whom nothing is
/// said stays. None where there is no such schedule, or something is said of an action that the problem does not have.
pub fn schedule_of(problem: &Problem, said: &BTreeMap<&str, Said>) -> Option<Schedule> {
    let f = &problem.formulation;
    let mut schedule = Schedule {
        start: Vec::with_capacity(f.actions.len()),
        mode: Vec::with_capacity(f.actions.len()),
    };
    let mut found = 0;
    // In which pool each VM is by then, as far as somebody has said it.
    let mut pools: BTreeMap<VmId, Option<Pool>> = BTreeMap::new();
    for (action, work) in f.actions.iter().zip(&problem.work) {
        let Some(said) = said.get(action.name.as_str()) else {
            if !work.may_stay {
                return None;
            }
            schedule.start.push(0);
            schedule.mode.push(action.modes.len() as u32 - 1);
            continue;
        };
        found += 1;
        let is_it = |&mode: &usize| {
            let led = work.led(mode);
            let to = led.and_then(|led| led.to);
            let is_way = (led.map(|led| led.from), to) == (said.from, said.to)
                && (to.is_none() || led.map(|led| led.manner) == said.manner);
            let way = work.pools.get(mode).copied().unwrap_or_default();
            let left = work.task.vm().and_then(|vm| pools.get(&vm));
            let is_way =
                is_way && way.entered == said.pool && left.is_none_or(|left| *left == way.left);
            let mode = &action.modes[mode];
            is_way && (mode.duration, mode.rate) == (said.length, said.rate)
        };
        let mode = (0..action.modes.len()).find(is_it)?;
        if let Some(vm) = work.task.vm() {
            pools.insert(vm, said.pool);
        }
        schedule.start.push(said.start);
        schedule.mode.push(mode as u32);
    }
    pay(f, &mut schedule);
    for marks in &problem.turns {
        marks.put(f, &mut schedule);
    }
    for vacancy in &problem.vacant {
        vacancy.put(f, &mut schedule);
    }
    for margin in &problem.implied.margins {
        margin.put(&mut schedule);
    }
    (found == said.len()).then_some(schedule)
}

/// Lets those actions that nothing is said of, since they only choose what preferences cost, choose the least that pays for what the
/// others do.
fn pay(f: &Formulation, schedule: &mut Schedule) {
    let said = schedule.mode.len();
    if said == f.actions.len() {
        return;
    }
    let mut level: Vec<i64> = f
        .resources
        .iter()
        .map(|resource| resource.initial)
        .collect();
    for (action, &mode) in f.actions.iter().zip(&schedule.mode) {
        for demand in &action.modes[mode as usize].demands {
            level[demand.resource.0 as usize] += demand.take;
        }
    }
    for chooser in &f.actions[said..] {
        let pays = |mode: &Mode| {
            mode.demands.iter().all(|demand| {
                let capacity = f[demand.resource].capacity_at(0);
                level[demand.resource.0 as usize] + demand.take <= capacity
            })
        };
        let cheapest = chooser.modes.iter().position(pays);
        let mode = cheapest.unwrap_or(chooser.modes.len() - 1);
        schedule.start.push(0);
        schedule.mode.push(mode as u32);
    }
}
