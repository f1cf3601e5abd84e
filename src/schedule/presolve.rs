//! Presolve: from a formulation to jobs and levels.

pub mod seal;
pub mod sink;

use crate::formulation::{ActionId, Demand, Formulation, Group, Objective, Seconds, SourceId};

use super::instance::domain::Domain;
use super::instance::{
    Event, Goal, Instance, Job, Level, Linear, Mode, Origin, Refusal, segments, worst,
};
use super::propagate;

/// The most combinations of modes that a group may have.
const MOST_COMBINATIONS: usize = 4096;

impl Instance {
    /// Presolves the constraints whose source is kept.
    pub fn new(
        formulation: &Formulation,
        keep: &dyn Fn(SourceId) -> bool,
    ) -> Result<Instance, Refusal> {
        let groups: Vec<&Group> = formulation
            .groups
            .iter()
            .filter(|group| keep(group.source))
            .collect();
        let mut jobs = Vec::new();
        for component in components(formulation.actions.len(), &groups) {
            jobs.push(job(formulation, component, &groups)?);
        }
        let horizon = horizon(formulation, &jobs, keep)?;
        let mut instance = Instance {
            jobs,
            levels: Vec::new(),
            horizon,
            goals: formulation.objectives.iter().map(goal).collect(),
            actions: formulation.actions.len(),
        };
        instance.add_levels(formulation, keep)?;
        instance.open_windows(formulation, keep);
        instance.check_range()?;
        instance.drop_slack_levels();
        propagate::reachable(&mut instance)?;
        for mode in instance.jobs.iter_mut().flat_map(|job| &mut job.modes) {
            mode.segments = segments(&mode.events);
        }
        propagate::tighten(&mut instance)?;
        match propagate::is_hopeless(&instance) {
            true => Err(Refusal::Infeasible),
            false => Ok(instance),
        }
    }

    fn add_levels(
        &mut self,
        formulation: &Formulation,
        keep: &dyn Fn(SourceId) -> bool,
    ) -> Result<(), Refusal> {
        let mut level_of = vec![None; formulation.resources.len()];
        for (index, resource) in formulation.resources.iter().enumerate() {
            if !keep(resource.source) {
                continue;
            }
            let room = resource.capacity.iter().map(|&(from, capacity)| {
                let room = capacity.checked_sub(resource.initial);
                room.map(|room| (from, room)).ok_or(Refusal::TooLarge)
            });
            level_of[index] = Some(self.levels.len() as u32);
            self.levels.push(Level {
                room: room.collect::<Result<_, _>>()?,
                unit: 1,
                origin: Origin::Resource(index),
                parts: 1,
            });
        }
        let mut events = vec![Vec::new(); formulation.actions.len()];
        for (index, precedence) in formulation.precedences.iter().enumerate() {
            if keep(precedence.source) {
                let level = self.levels.len() as u32;
                events[precedence.first.0 as usize].push((level, false));
                events[precedence.then.0 as usize].push((level, true));
                self.levels.push(Level {
                    room: vec![(0, 0)],
                    unit: 1,
                    origin: Origin::Precedence(index),
                    parts: 1,
                });
            }
        }
        for job in &mut self.jobs {
            for mode in &mut job.modes {
                collect_events(formulation, &job.members, mode, &level_of, &events)?;
            }
        }
        self.divide();
        Ok(())
    }

    /// Divides each level by the greatest common divisor of its changes, which tightens its room.
    fn divide(&mut self) {
        let mut divisor = vec![0; self.levels.len()];
        for event in self.events() {
            let divisor = &mut divisor[event.level as usize];
            *divisor = gcd(*divisor, event.change.unsigned_abs());
        }
        for (level, &divisor) in self.levels.iter_mut().zip(&divisor) {
            level.unit = divisor.max(1) as i64;
            for (_, room) in &mut level.room {
                *room = room.div_euclid(level.unit);
            }
            level.room.dedup_by_key(|&mut (_, room)| room);
        }
        for job in &mut self.jobs {
            for event in job.modes.iter_mut().flat_map(|mode| &mut mode.events) {
                event.change /= divisor[event.level as usize] as i64;
            }
        }
    }

    fn open_windows(&mut self, formulation: &Formulation, keep: &dyn Fn(SourceId) -> bool) {
        let mut windows = vec![Vec::new(); formulation.actions.len()];
        for window in formulation.windows.iter().filter(|w| keep(w.source)) {
            windows[window.action.0 as usize].push(window);
        }
        for job in &mut self.jobs {
            for mode in &mut job.modes {
                mode.starts = Domain::interval(0, self.horizon - mode.span);
                for (at, action) in job.members.iter().enumerate() {
                    let modes = &formulation.actions[action.0 as usize].modes;
                    let duration = modes[mode.choice[at] as usize].duration;
                    let chosen = mode.choice[at] as usize;
                    let own = windows[action.0 as usize].iter();
                    for window in own.filter(|window| window.is_of(chosen)) {
                        let starts = window.intervals.iter().map(|&(from, to)| {
                            let last = to.saturating_sub(duration);
                            (from - mode.offset[at], last.saturating_sub(mode.offset[at]))
                        });
                        mode.starts.intersect(&starts.collect::<Vec<_>>());
                    }
                }
            }
        }
    }

    /// Forgets the levels that no schedule can exceed.
    fn drop_slack_levels(&mut self) {
        let mut peak = vec![0; self.levels.len()];
        for job in &self.jobs {
            for (level, change) in worst(job, |change| change.peak) {
                peak[level as usize] += change;
            }
        }
        let mut renamed = Vec::new();
        let mut kept = Vec::new();
        for (level, peak) in self.levels.drain(..).zip(peak) {
            let least = level.room.iter().map(|&(_, room)| room).min();
            let binds = least.is_some_and(|room| peak > room);
            renamed.push(binds.then_some(kept.len() as u32));
            if binds {
                kept.push(level);
            }
        }
        self.levels = kept;
        for job in &mut self.jobs {
            for mode in &mut job.modes {
                mode.events.retain_mut(|event| {
                    renamed[event.level as usize].is_some_and(|level| {
                        event.level = level;
                        true
                    })
                });
            }
        }
    }
}

/// The actions that groups tie together, in the order of the first of each.
fn components(actions: usize, groups: &[&Group]) -> Vec<Vec<ActionId>> {
    let mut parent: Vec<usize> = (0..actions).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    for group in groups {
        for pair in group.actions.windows(2) {
            let a = root(&mut parent, pair[0].0 as usize);
            let b = root(&mut parent, pair[1].0 as usize);
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut members = vec![Vec::new(); actions];
    for action in 0..actions {
        members[root(&mut parent, action)].push(ActionId(action as u32));
    }
    members.retain(|members| !members.is_empty());
    members
}

/// A job with the combinations of modes that its groups allow.
fn job(
    formulation: &Formulation,
    members: Vec<ActionId>,
    groups: &[&Group],
) -> Result<Job, Refusal> {
    let counts = members
        .iter()
        .map(|a| formulation.actions[a.0 as usize].modes.len());
    let total = counts
        .clone()
        .try_fold(1_usize, |product, count| product.checked_mul(count));
    if total.is_none_or(|total| total > MOST_COMBINATIONS) {
        return Err(Refusal::TooLarge);
    }
    let own: Vec<&Group> = groups
        .iter()
        .copied()
        .filter(|group| {
            group
                .actions
                .iter()
                .any(|a| members.binary_search(a).is_ok())
        })
        .collect();
    let counts: Vec<u32> = counts.map(|count| count as u32).collect();
    let mut choice = vec![0_u32; members.len()];
    let mut modes = Vec::new();
    loop {
        modes.extend(mode(formulation, &members, &own, &choice)?);
        let Some(next) = (0..choice.len()).rfind(|&at| choice[at] + 1 < counts[at]) else {
            break;
        };
        choice[next] += 1;
        choice[next + 1..].fill(0);
    }
    if modes.is_empty() {
        return Err(Refusal::Infeasible);
    }
    Ok(Job { members, modes })
}

/// A combination of modes, unless the groups contradict one another in it.
fn mode(
    formulation: &Formulation,
    members: &[ActionId],
    groups: &[&Group],
    choice: &[u32],
) -> Result<Option<Mode>, Refusal> {
    let chosen =
        |at: usize| &formulation.actions[members[at].0 as usize].modes[choice[at] as usize];
    let place = |action: &ActionId| members.binary_search(action).ok();
    let mut offset: Vec<Option<Seconds>> = vec![None; members.len()];
    offset[0] = Some(0);
    // Each round places at least one more member: a component is connected.
    for _ in 0..members.len() {
        for group in groups {
            let ends = |at: usize| if group.ends { chosen(at).duration } else { 0 };
            let places: Vec<usize> = group.actions.iter().filter_map(place).collect();
            let known = places.iter().find_map(|&at| Some(offset[at]? + ends(at)));
            for &at in places.iter().filter(|_| known.is_some()) {
                let expected = known.map(|moment| moment - ends(at));
                if offset[at].is_some() && offset[at] != expected {
                    return Ok(None);
                }
                offset[at] = expected;
            }
        }
    }
    let offset: Vec<Seconds> = offset.into_iter().map(|o| o.unwrap_or(0)).collect();
    let first = offset.iter().copied().min().unwrap_or(0);
    let offset: Vec<Seconds> = offset.iter().map(|o| o - first).collect();
    let ends = (0..members.len()).map(|at| offset[at] + chosen(at).duration);
    let span = ends.max().unwrap_or(0);
    let mut cost = Vec::new();
    for objective in &formulation.objectives {
        cost.push(linear(formulation, objective, members, choice, &offset)?);
    }
    Ok(Some(Mode {
        choice: choice.to_vec(),
        offset,
        span,
        events: Vec::new(),
        segments: Vec::new(),
        starts: Domain::default(),
        cost,
    }))
}

/// What a combination of modes costs.
fn linear(
    formulation: &Formulation,
    objective: &Objective,
    members: &[ActionId],
    choice: &[u32],
    offset: &[Seconds],
) -> Result<Linear, Refusal> {
    let mut slope = 0_i128;
    let mut constant = 0_i128;
    for (at, action) in members.iter().enumerate() {
        let Some(term) = objective.terms.get(action.0 as usize) else {
            continue;
        };
        let duration = formulation.actions[action.0 as usize].modes[choice[at] as usize].duration;
        let (start, end) = (i128::from(term.start), i128::from(term.end));
        slope += start + end;
        constant += (start + end) * i128::from(offset[at]) + end * i128::from(duration);
        constant += i128::from(term.modes.get(choice[at] as usize).copied().unwrap_or(0));
    }
    let narrow = |wide: i128| i64::try_from(wide).map_err(|_| Refusal::TooLarge);
    Ok(Linear {
        slope: narrow(slope)?,
        constant: narrow(constant)?,
    })
}

fn goal(objective: &Objective) -> Goal {
    Goal {
        constant: objective.constant,
        makespan: objective.makespan,
    }
}

/// By when some schedule ends, if any exists: from the last change of a capacity or window on, a time in which
/// nothing runs can be cut out, so all jobs in a row are enough. That cut makes no objective worse unless
/// lateness is rewarded without limit, and then this horizon is the limit.
fn horizon(
    formulation: &Formulation,
    jobs: &[Job],
    keep: &dyn Fn(SourceId) -> bool,
) -> Result<Seconds, Refusal> {
    let resources = formulation.resources.iter().filter(|r| keep(r.source));
    let changes = resources.flat_map(|r| r.capacity.iter().map(|&(from, _)| from));
    let windows = formulation.windows.iter().filter(|w| keep(w.source));
    let edges = windows.flat_map(|w| w.intervals.iter().flat_map(|&(from, to)| [from, to]));
    let finite = |&moment: &Seconds| moment < Seconds::MAX;
    let settled = changes
        .chain(edges)
        .filter(finite)
        .max()
        .unwrap_or(0)
        .max(0);
    let spans = jobs
        .iter()
        .map(|job| job.modes.iter().map(|m| m.span).max().unwrap_or(0));
    let total = i128::from(settled) + spans.map(i128::from).sum::<i128>();
    // Far beyond any plan, and small enough that times can be added up.
    i64::try_from(total)
        .ok()
        .filter(|&total| total < 1 << 40)
        .ok_or(Refusal::TooLarge)
}

/// The events of a mode, in order, those of one level and moment added up.
fn collect_events(
    formulation: &Formulation,
    members: &[ActionId],
    mode: &mut Mode,
    level_of: &[Option<u32>],
    precedences: &[Vec<(u32, bool)>],
) -> Result<(), Refusal> {
    let mut events = Vec::new();
    let mut push = |level, at, change| {
        events.push(Event { level, at, change });
    };
    for (at, action) in members.iter().enumerate() {
        let action = action.0 as usize;
        let chosen = &formulation.actions[action].modes[mode.choice[at] as usize];
        let (start, end) = (mode.offset[at], mode.offset[at] + chosen.duration);
        for &Demand {
            resource,
            take,
            give,
        } in &chosen.demands
        {
            if let Some(level) = level_of[resource.0 as usize] {
                push(level, start, take);
                push(level, end, -give);
            }
        }
        for &(level, takes) in &precedences[action] {
            push(
                level,
                if takes { start } else { end },
                if takes { 1 } else { -1 },
            );
        }
    }
    events.sort_unstable();
    for event in events {
        match mode.events.last_mut() {
            Some(last) if (last.level, last.at) == (event.level, event.at) => {
                last.change = last
                    .change
                    .checked_add(event.change)
                    .ok_or(Refusal::TooLarge)?;
            }
            _ => mode.events.push(event),
        }
    }
    mode.events.retain(|event| event.change != 0);
    Ok(())
}

pub(super) fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
