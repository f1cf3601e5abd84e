//! A plan that comes from elsewhere against the problem that it claims to solve: for `mvm verify`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Until, depend, figures, verify};
use crate::datacenter::Datacenter;
use crate::formulate::Problem;
use crate::formulation::{ActionId, Schedule, Seconds};
use crate::request::Request;
use crate::show::{show_energy, show_power, show_rate, show_seconds};

/// What a plan says of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its id.
    pub id: String,
    /// Start.
    pub start: Seconds,
    /// End.
    pub end: Seconds,
    /// bit/s of a migration.
    pub rate: Option<u64>,
    /// The ids of the actions that it waits for.
    pub after: Vec<String>,
    /// The moment before which it does not start.
    pub not_before: Option<Seconds>,
}

/// What a plan says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// The actions.
    pub actions: Vec<Claim>,
    /// The last end.
    pub makespan: Seconds,
    /// mW
    pub peak_power: u64,
    /// mJ
    pub energy: u64,
    /// Name, value and lower bound of each objective, the most important first.
    pub objectives: Vec<(String, i64, i64)>,
}

/// The schedule that a plan says, if all that it says holds.
///
/// # Errors
/// Everything that does not, in words.
pub fn replay(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    claims: &Claims,
) -> Result<Schedule, Vec<String>> {
    let f = &problem.formulation;
    let schedule = schedule(problem, claims)?;
    let violations = verify(f, &schedule);
    let mut mistakes: Vec<String> = violations
        .iter()
        .map(|violation| violation.words(f))
        .collect();
    mistakes.extend(figures_that_differ(
        datacenter, request, problem, &schedule, claims,
    ));
    // Who waits for whom means something only where the times hold.
    if violations.is_empty() {
        mistakes.extend(missing_waits(problem, &schedule, claims));
    }
    if mistakes.is_empty() {
        Ok(schedule)
    } else {
        Err(mistakes)
    }
}

/// The schedule that the actions make, where each is one of the problem's in one of its modes.
fn schedule(problem: &Problem, claims: &Claims) -> Result<Schedule, Vec<String>> {
    let f = &problem.formulation;
    let ids: BTreeMap<&str, ActionId> = f.ids().map(|id| (f[id].name.as_str(), id)).collect();
    let mut mistakes = Vec::new();
    let mut places: Vec<Option<(Seconds, u32)>> = vec![None; f.actions.len()];
    let mut seen = BTreeSet::new();
    for claim in &claims.actions {
        let id = &claim.id;
        let Some(&action) = ids.get(id.as_str()) else {
            mistakes.push(format!("`{id}` is no action of this plan"));
            continue;
        };
        if !seen.insert(action) {
            mistakes.push(format!("`{id}` is there twice"));
            continue;
        }
        match mode(problem, action, claim) {
            Ok(mode) => places[action.0 as usize] = Some((claim.start, mode)),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    let missing = f.ids().filter(|id| !seen.contains(id));
    mistakes.extend(missing.map(|id| format!("`{}` is missing", f[id].name)));
    let places: Option<Vec<(Seconds, u32)>> = places.into_iter().collect();
    match places {
        Some(places) if mistakes.is_empty() => {
            let (start, mode) = places.into_iter().unzip();
            Ok(Schedule { start, mode })
        }
        _ => Err(mistakes),
    }
}

/// The mode that has the duration and the rate of a claim.
fn mode(problem: &Problem, action: ActionId, claim: &Claim) -> Result<u32, String> {
    let modes = &problem.formulation[action].modes;
    let id = &claim.id;
    let Some(duration) = claim.end.checked_sub(claim.start) else {
        return Err(format!("`{id}` has impossible times"));
    };
    let fits = modes
        .iter()
        .position(|mode| mode.duration == duration && mode.rate == claim.rate);
    if let Some(at) = fits {
        return Ok(at as u32);
    }
    let lasts = |seconds: Seconds| show_seconds(seconds);
    let known: Vec<String> = modes
        .iter()
        .map(|mode| match mode.rate {
            Some(rate) => format!("{} at {}", lasts(mode.duration), show_rate(rate)),
            None => lasts(mode.duration),
        })
        .collect();
    let claimed = match claim.rate {
        Some(rate) => format!("{} at {}", lasts(duration), show_rate(rate)),
        None => lasts(duration),
    };
    Err(format!(
        "`{id}` takes {}, not {claimed}",
        known.join(" or ")
    ))
}

fn figures_that_differ(
    datacenter: &Datacenter,
    request: &Request,
    problem: &Problem,
    schedule: &Schedule,
    claims: &Claims,
) -> Vec<String> {
    let f = &problem.formulation;
    let mut mistakes = Vec::new();
    let mut differ = |what: &str, is: String, claimed: String| {
        if is != claimed {
            mistakes.push(format!("{what} is {is}, not {claimed}"));
        }
    };
    let seconds = |value: i64| format!("{value} s");
    let exact = |shown: String, value: u64, unit: &str| format!("{shown} ({value} {unit})");
    differ(
        "the makespan",
        seconds(f.makespan(schedule)),
        seconds(claims.makespan),
    );
    let drawn = figures::drawn(datacenter, request, problem, schedule);
    let power = |mw: u64| exact(show_power(mw), mw, "mW");
    differ(
        "the peak power",
        power(drawn.peak),
        power(claims.peak_power),
    );
    let energy = |mj: u64| exact(show_energy(mj), mj, "mJ");
    differ("the energy", energy(drawn.energy), energy(claims.energy));
    if claims.objectives.len() != f.objectives.len() {
        let (known, claimed) = (f.objectives.len(), claims.objectives.len());
        mistakes.push(format!("the plan has {claimed} objectives, not {known}"));
        return mistakes;
    }
    for (objective, (name, value, bound)) in f.objectives.iter().zip(&claims.objectives) {
        if *name != objective.name {
            mistakes.push(format!(
                "the objective is `{}`, not `{name}`",
                objective.name
            ));
            continue;
        }
        match f.value(objective, schedule) {
            Some(real) if real == *value => {}
            Some(real) => mistakes.push(format!("`{name}` is {real}, not {value}")),
            None => mistakes.push(format!("`{name}` is beyond the range of integers")),
        }
        if bound > value {
            mistakes.push(format!(
                "the bound of `{name}`, {bound}, is above its value, {value}"
            ));
        }
    }
    mistakes
}

/// What an action must wait for, and according to the plan does not, not even through others.
fn missing_waits(problem: &Problem, schedule: &Schedule, claims: &Claims) -> Vec<String> {
    let f = &problem.formulation;
    let at: BTreeMap<&str, &Claim> = claims
        .actions
        .iter()
        .map(|claim| (claim.id.as_str(), claim))
        .collect();
    let needed = depend(f, schedule);
    let mut mistakes = Vec::new();
    for action in f.ids() {
        let id = f[action].name.as_str();
        let Some(claim) = at.get(id) else { continue };
        for before in &claim.after {
            match at.get(before.as_str()) {
                None => mistakes.push(format!(
                    "`{id}` waits for `{before}`, which is no action of this plan"
                )),
                Some(before) if before.end > claim.start => {
                    mistakes.push(format!(
                        "`{id}` waits for `{}`, which ends only after it has started",
                        before.id
                    ));
                }
                Some(_) => {}
            }
        }
        let waits = waits_for(&at, claim);
        for before in &needed.waits[action.0 as usize] {
            // Who starts in step with another one is told by its times.
            if matches!(before.until, Until::Started(_)) {
                continue;
            }
            let before = f[before.action].name.as_str();
            if !waits.contains(before) {
                mistakes.push(format!("`{id}` must wait for `{before}`"));
            }
        }
        let chances = &needed.chances[action.0 as usize];
        let first = |by_clock| chances.iter().find(|chance| chance.by_clock == by_clock);
        let moments = [first(true), first(false)].into_iter().flatten();
        let moment = moments.map(|chance| chance.from).max().unwrap_or(0);
        if claim.not_before.unwrap_or(0) < moment {
            mistakes.push(format!("`{id}` must wait until {}", show_seconds(moment)));
        }
    }
    mistakes
}

/// Everything that an action waits for, directly or not.
fn waits_for<'c>(at: &BTreeMap<&str, &'c Claim>, claim: &'c Claim) -> BTreeSet<&'c str> {
    let mut waits = BTreeSet::new();
    let mut open: Vec<&str> = claim.after.iter().map(String::as_str).collect();
    while let Some(id) = open.pop() {
        if waits.insert(id)
            && let Some(claim) = at.get(id)
        {
            open.extend(claim.after.iter().map(String::as_str));
        }
    }
    waits
}
