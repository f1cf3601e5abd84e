//! Plans that others make: schedules that know less than the formulation, and need not hold.

use super::{Achieved, Dependencies, Plan, TimedLevel, Timeout, Wait, figures, planned, verify};
use crate::datacenter::Datacenter;
use crate::formulate::Problem;
use crate::formulation::{ActionId, Schedule};
use crate::request::Request;

/// Whose plan it is, and what it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Who made it.
    pub planner: String,
    /// What does not hold if all goes as this planner has it, in words.
    pub breaks: Vec<String>,
}

/// What another planner says of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Others {
    /// Its name.
    pub planner: String,
    /// When it has the actions start.
    pub schedule: Schedule,
    /// For each action those that it waits for, each with the reason.
    pub waits: Vec<Vec<(ActionId, String)>>,
    /// What it looks at before it starts an action, such as how many run.
    pub levels: Vec<TimedLevel>,
    /// For each action `(level, take, give)`.
    pub demands: Vec<Vec<(usize, i64, i64)>>,
    /// How long it lets each action take.
    pub timeouts: Vec<Timeout>,
}

/// The plan of another planner, of a request that leaves nothing open. Nothing is known of how good it is.
pub fn others(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    others: Others,
) -> Plan {
    let f = &problem.formulation;
    let schedule = &others.schedule;
    let place = super::places(f, schedule);
    // What the order of ours would be is not asked: its waits are its own.
    let nothing = Dependencies {
        waits: vec![Vec::new(); f.actions.len()],
        chances: vec![Vec::new(); f.actions.len()],
    };
    let mut actions = planned(datacenter, request, problem, schedule, &nothing);
    for id in f.ids() {
        let at = id.0 as usize;
        let action = &mut actions[place[at]];
        let waits = others.waits[at].iter().map(|(other, why)| Wait {
            action: place[other.0 as usize],
            until: super::Until::Done,
            why: why.clone(),
            origin: None,
        });
        action.after = waits.collect();
        action.after.sort_by_key(|wait| wait.action);
        action.demands = others.demands[at].clone();
        action.timeout = others.timeouts[at];
        action.retry = super::Retry::default();
    }
    let drawn = figures::drawn(datacenter, request, problem, schedule);
    let mut profiles = vec![drawn.profile];
    profiles.extend(figures::carried(datacenter, problem, schedule));
    profiles.extend(figures::taken(datacenter, problem, schedule));
    let value = |objective| f.value(objective, schedule).unwrap_or(i64::MAX);
    let achieved = request.goals.iter().zip(&f.objectives);
    let achieved = achieved.map(|(goal, objective)| Achieved {
        goal: goal.kind,
        value: value(objective),
        lower_bound: value(objective).min(0),
    });
    let breaks = verify(f, schedule);
    let breaks = breaks.iter().map(|violation| violation.words(f));
    Plan {
        name: request.name.clone(),
        since: None,
        doc: request.doc.clone(),
        start: request.start.clone(),
        objectives: achieved.collect(),
        slot: 1,
        reproducible: true,
        bandwidth: request.bandwidth,
        makespan: f.makespan(schedule),
        peak_power: drawn.peak,
        energy: drawn.energy,
        actions,
        profiles,
        kept: Vec::new(),
        held: Vec::new(),
        preferences: Vec::new(),
        timed_levels: others.levels,
        source: None,
        by: Some(By {
            planner: others.planner,
            breaks: breaks.collect(),
        }),
    }
}
