//! From a datacenter and a request to the scheduling problem: routes, rates, durations, what the steps imply.

mod away;
mod checks;
mod decide;
mod errors;
mod implied;
mod levels;
mod loose;
mod modes;
mod objectives;
mod order;
mod placement;
mod places;
mod preferences;
mod routes;
mod rules;
mod scopes;
mod shares;
mod spare;
mod stays;
mod steps;
mod traffic;
mod turns;
mod vacant;
mod words;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use decide::{Decided, Said, decide, schedule_of};
pub use implied::{Implied, Margin};
pub use turns::Marks;
pub use vacant::Vacancy;

use crate::datacenter::{Datacenter, LinkId, Manner, ServerId, Stock, SwitchId, VmId};
use crate::diag::{Diagnostic, Severity, has_errors};
use crate::formulation::{
    Action, ActionId, Demand, Formulation, Mode, Resource, ResourceId, Seconds, UNLIMITED,
};
use crate::request::{Request, Rule, Task};

use levels::{Key, Level, Levels};
use rules::Sources;
use scopes::Scopes;
use steps::Deed;
pub use steps::Pools;
pub use traffic::{Carrier, GuestPaths, LoadChange, Loads};
use traffic::{Guests, Whereabouts};

/// A scheduling problem, and what its actions mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The problem.
    pub formulation: Formulation,
    /// What each action does, in the order of [`Formulation::actions`]. Those behind do nothing: they choose what preferences
    /// cost (see `formulate::preferences`), and then come the marks of [`Problem::turns`], [`Problem::vacant`] and
    /// [`Problem::implied`].
    pub work: Vec<Work>,
    /// The turns of servers whose order is open.
    pub turns: Vec<Marks>,
    /// The servers of which so many are empty in the end, where it is open which.
    pub vacant: Vec<Vacancy>,
    /// What the formulation says though it follows from the rest.
    pub implied: Implied,
    /// What each source is, in the order of [`Formulation::sources`].
    pub causes: Vec<Cause>,
    /// The rules that are only preferred, by their index, and what each costs in any case: all that it costs, where no destination is
    /// open.
    pub preferred: Vec<(usize, i64)>,
    /// What guests put on the network.
    pub loads: Loads,
}

impl Problem {
    /// Whether an action is left out of a plan in a mode.
    pub fn is_left_out(&self, action: ActionId, mode: u32) -> bool {
        let at = action.0 as usize;
        let work = self.work.get(at);
        let last = self.formulation[action].modes.len() as u32 - 1;
        work.is_none_or(|work| work.may_stay && mode == last)
    }
}

/// What constraints come from, in terms of the request and the datacenter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Index into [`Request::rules`].
    Rule(usize),
    /// What a link carries, in either direction.
    Link(LinkId),
    /// What a switch carries.
    Switch(SwitchId),
    /// What a server has of a stock: its memory, say.
    Stock(Stock, ServerId),
    /// The actions of a VM happen as they are written.
    VmInOrder(VmId),
    /// The boots, shutdowns and commands of a server happen as they are written, and commands as well among what else
    /// happens on it.
    ServerInOrder(ServerId),
    /// Index into [`Request::steps`] of a pause: what is written before it comes before it, and the rest after it.
    Pause(usize),
    /// A server is up before a VM arrives or starts on it.
    Up(ServerId),
    /// A server is empty before it is shut down.
    Empty(ServerId),
    /// Those that need not move are where they are.
    Stays,
    /// What has begun goes on.
    Begun,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The task.
    pub task: Task,
    /// What a `run` carries out, and what a `pause` asks.
    pub text: Option<Arc<str>>,
    /// Where the VM is before it, or the server itself; None: it is of no server. Of what is open, like all else but
    /// [`Work::open`], that of the first mode.
    pub from: Option<ServerId>,
    /// For each mode from where to where it leads, and how, where that is open; else empty.
    pub open: Vec<Led>,
    /// For each mode the pools of servers that the VM leaves and enters; empty where there are none.
    pub pools: Vec<Pools>,
    /// Whether the VM need not move, or the server need not be shut down: its last mode is then not in the plan.
    pub may_stay: bool,
    /// Whether the plan implies it without saying it, such as the boot of a server that is off.
    pub inferred: bool,
    /// Whether it runs when the plan starts.
    pub is_begun: bool,
    /// How the VM is migrated.
    pub manner: Manner,
    /// What its duration assumes.
    pub assumed: Assumed,
    /// The links that a migration uses, forward (from the link's `a` to its `b`) or not.
    pub path: Vec<(LinkId, bool)>,
    /// mW drawn on top of what the servers draw, for each mode: what a budget sees (see `migration`).
    pub power: Vec<u64>,
    /// mJ of the action, for each mode.
    pub energy: Vec<u64>,
}

impl Problem {
    /// Whether it leaves open where some migration leads, or how, or which pool a VM has.
    pub fn is_open(&self) -> bool {
        let choice =
            |work: &Work| !work.open.is_empty() || work.pools.iter().any(|of| *of != work.pools[0]);
        self.work.iter().any(choice)
    }
}

/// Where a mode of an action happens, and where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Led {
    /// Where the VM is before it, or the server itself.
    pub from: ServerId,
    /// Where a migration brings its VM; None: it is none.
    pub to: Option<ServerId>,
    /// How a migration does that.
    pub manner: Manner,
}

impl Work {
    /// Where a mode happens, and where it leads; None: it is of no server.
    pub fn led(&self, mode: usize) -> Option<Led> {
        let settled = || {
            Some(Led {
                from: self.from?,
                to: self.task.to(),
                manner: self.manner,
            })
        };
        self.open.get(mode).copied().or_else(settled)
    }
}

/// What the duration of a migration assumes besides the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Assumed {
    /// Nothing is known of what the VM rewrites, in its memory or on its disk.
    pub guessed: bool,
    /// Millionths that were added.
    pub slack: u32,
}

impl Assumed {
    fn of(datacenter: &Datacenter, request: &Request, deed: &Deed, manner: Manner) -> Self {
        match deed.task {
            Task::Migrate { vm, .. } if deed.takes.is_none() => Assumed {
                guessed: datacenter[vm].is_guessed(manner),
                slack: datacenter[vm].slack.unwrap_or(request.slack),
            },
            _ => Assumed::default(),
        }
    }
}

/// Builds the scheduling problem; None, with errors, where it cannot be written down.
///
/// Errors beside a problem say that no schedule exists, as far as that is clear without a search.
pub fn formulate(datacenter: &Datacenter, request: &Request) -> (Option<Problem>, Vec<Diagnostic>) {
    formulate_chosen(datacenter, request, &Chosen::default())
}

/// What was chosen where a request was open, beyond what the request says that was made of it.
#[derive(Default)]
struct Chosen<'a> {
    /// Where VMs might have been.
    whereabouts: Whereabouts,
    /// The length of each migration and its rate in bit/s, by the name of its action.
    rates: BTreeMap<&'a str, (Seconds, u64)>,
}

fn formulate_chosen(
    datacenter: &Datacenter,
    request: &Request,
    chosen: &Chosen,
) -> (Option<Problem>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    checks::quantities(datacenter, request, &mut findings);
    if has_errors(&findings) {
        return (None, findings);
    }
    let walk = steps::walk(datacenter, request, &mut findings);
    let scopes = Scopes::of(request);
    let whereabouts = &chosen.whereabouts;
    let mut guests = Guests::of(datacenter, request, &walk, whereabouts, &mut findings);
    let mut methods = modes::methods(
        datacenter,
        request,
        &walk,
        &scopes,
        &mut guests,
        &mut findings,
    );
    for (deed, method) in walk.deeds.iter().zip(&mut methods) {
        if let Some(&(length, rate)) = chosen.rates.get(deed.name.as_str()) {
            method.allow(datacenter, deed, length, rate);
        }
    }
    if has_errors(&findings) {
        return (None, findings);
    }
    let mut out = Formulation::default();
    for (deed, method) in walk.deeds.iter().zip(&methods) {
        let modes = method.modes.iter().map(|mode| Mode {
            duration: mode.duration,
            rate: mode.rate,
            demands: Vec::new(),
        });
        out.actions.push(Action {
            name: deed.name.clone(),
            modes: modes.collect(),
            span: deed.origin,
        });
    }
    let mut sources = Sources::new(datacenter, request);
    rules::constrain(
        request,
        &walk,
        &methods,
        &mut sources,
        &mut out,
        &mut findings,
    );
    let may_stay = stays::hold(
        datacenter,
        &walk,
        &methods,
        &mut sources,
        &mut out,
        &mut findings,
    );
    order::check(&out, request, &mut findings);
    let levels = Levels::of(datacenter, request, &walk, &methods, &scopes, &guests);
    placement::check_energy(datacenter, request, &walk, &methods, &mut findings);
    placement::check_room(datacenter, request, &walk, &methods, &mut findings);
    checks::levels(&levels, &walk, &mut findings);
    let is_wrong = |f: &Diagnostic| f.severity() == Severity::Error && !f.code.says_impossible();
    if findings.iter().any(is_wrong) {
        return (None, findings);
    }
    loose::check(datacenter, request, &walk, &levels, &mut findings);
    for (&key, level) in levels.table.iter().filter(|(_, level)| level.can_bind()) {
        add_resource(&levels, key, level, &mut sources, &mut out);
    }
    for goal in &request.goals {
        let mut objective = objectives::objective(goal.kind, datacenter, request, &walk, &methods);
        stays::free(&mut objective, &methods);
        out.objectives.push(objective);
    }
    let preferred = preferences::add(&levels, &mut sources, &mut out);
    let turns = turns::count(request, &walk, &mut sources, &mut out);
    let vacant = vacant::mark(request, &levels, &mut sources, &mut out);
    let mut counts = levels.away(&mut sources, &mut out);
    counts.extend(turns::held(request, &levels, &mut sources, &mut out));
    let implied = implied::add(&levels, counts, &mut sources, &mut out);
    let work = walk
        .deeds
        .iter()
        .zip(&methods)
        .zip(may_stay)
        .map(|((deed, method), may_stay)| Work {
            may_stay,
            task: deed.task,
            text: deed.text.clone(),
            from: deed.from,
            inferred: deed.inferred,
            is_begun: deed.is_begun,
            open: method
                .modes
                .iter()
                .filter_map(|mode| method.way(mode))
                .filter(|_| method.is_open(deed))
                .map(|way| Led {
                    from: way.from,
                    to: way.to,
                    manner: way.manner,
                })
                .collect(),
            pools: method
                .modes
                .iter()
                .filter_map(|mode| Some(method.way(mode)?.pools))
                .filter(|_| {
                    let none = Pools::default();
                    method.ways.iter().any(|way| way.pools != none)
                })
                .collect(),
            manner: method.first_manner(),
            assumed: Assumed::of(datacenter, request, deed, method.first_manner()),
            path: method
                .ways
                .iter()
                .take(1)
                .flat_map(|way| way.path.iter().map(|hop| (hop.link, hop.forward)))
                .collect(),
            power: method.modes.iter().map(|mode| mode.power).collect(),
            energy: method.modes.iter().map(|mode| mode.energy).collect(),
        });
    let work = work.collect();
    debug_assert_eq!(out.validate(), Ok(()), "{}", request.name);
    (
        Some(Problem {
            formulation: out,
            work,
            turns,
            vacant,
            implied,
            causes: sources.causes,
            preferred,
            loads: guests.loads(&methods),
        }),
        findings,
    )
}

/// A rule as it could be written: `budget 9 kW`.
pub fn rule_in_words(datacenter: &Datacenter, request: &Request, rule: &Rule) -> String {
    words::rule(datacenter, request, rule)
}

/// What helps where the traffic of two VMs that both act is in the way.
pub(crate) fn say_when(datacenter: &Datacenter, [one, other]: [VmId; 2]) -> String {
    let (a, b) = (&datacenter[one].name, &datacenter[other].name);
    format!(
        "`sync {a}, {b}` or `before {a} -> {b}`: what flows between them then counts only while they may be apart"
    )
}

fn add_resource(
    levels: &Levels,
    key: Key,
    level: &Level,
    sources: &mut Sources,
    out: &mut Formulation,
) {
    let described = levels.describe(key);
    let source = sources.level(&described, out);
    let resource = ResourceId(out.resources.len() as u32);
    let capacity = level
        .capacity
        .iter()
        .map(|&(from, capacity)| (from, narrow(capacity)));
    out.resources.push(Resource {
        name: described.name,
        unit: described.unit,
        initial: narrow(level.initial),
        capacity: capacity.collect::<Vec<(Seconds, i64)>>(),
        source,
    });
    for change in &level.changes {
        let modes = &mut out.actions[change.action.0 as usize].modes;
        for &(mode, effect) in &change.effects {
            modes[mode as usize].demands.push(Demand {
                resource,
                take: narrow(effect.take),
                give: narrow(effect.give),
            });
        }
    }
}

/// Levels that leave this range are refused before (see [`checks::levels`]).
fn narrow(value: i128) -> i64 {
    value.clamp(0, i128::from(UNLIMITED)) as i64
}
