//! The turns of servers in a `roll`: at most so many are begun and not over at once.
//!
//! A turn begins with the first of its actions that starts and is over when all have ended. Where several may be the first
//! or the last, two marks say when that is: actions of one second that are no part of any plan, cost nothing and take
//! nothing but this. The first one starts no later than any action of the turn, the second one ends no earlier. Levels say so,
//! of which a mark *gives* at its start, or takes at its end: less than 0 of each is the only way to say it.
//!
//! A server's turn lasts longer than it is down: whoever leaves it in its turn does so before, whoever comes back does so behind. That is
//! counted too, since a relaxation does not see it.
//!
//! Once the order is decided, the last actions of a turn come before the first ones of the turn that has its place.

use std::collections::BTreeMap;

use super::Cause;
use super::implied::{Count, Held, least_time};
use super::levels::Levels;
use super::rules::Sources;
use super::scopes::RuleAt;
use super::steps::{Order, Walk};
use crate::formulation::{
    Action, ActionId, Demand, Formulation, Mode, Resource, ResourceId, Schedule, Seconds, SourceId,
    Term, Unit,
};
use crate::request::{Request, RuleKind, Subject, Turn};

/// When a turn begins and when it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// The turn.
    pub turn: Turn,
    /// Its actions.
    pub actions: Vec<ActionId>,
    /// The mark of its beginning, where several actions may be the first.
    pub begins: Option<ActionId>,
    /// The mark of its end, where several actions may be the last.
    pub is_over: Option<ActionId>,
}

/// The actions of each turn.
pub(super) struct Turns {
    of: BTreeMap<u32, Ends>,
}

#[derive(Default)]
struct Ends {
    all: Vec<ActionId>,
    /// Those that no other one of the turn comes before, and those that no other one comes after.
    first: Vec<ActionId>,
    last: Vec<ActionId>,
}

impl Turns {
    pub fn of(walk: &Walk) -> Self {
        let turn = |action: ActionId| walk.deeds[action.0 as usize].turn;
        let (mut early, mut late) = (vec![false; walk.deeds.len()], vec![false; walk.deeds.len()]);
        for order in &walk.orders {
            if turn(order.first).is_some() && turn(order.first) == turn(order.then) {
                early[order.then.0 as usize] = true;
                late[order.first.0 as usize] = true;
            }
        }
        let mut of: BTreeMap<u32, Ends> = BTreeMap::new();
        for action in (0..walk.deeds.len() as u32).map(ActionId) {
            let Some(turn) = turn(action) else { continue };
            let ends = of.entry(turn.id).or_default();
            ends.all.push(action);
            if !early[action.0 as usize] {
                ends.first.push(action);
            }
            if !late[action.0 as usize] {
                ends.last.push(action);
            }
        }
        Turns { of }
    }

    pub fn first(&self, turn: u32) -> &[ActionId] {
        self.of.get(&turn).map_or(&[], |ends| &ends.first)
    }

    pub fn last(&self, turn: u32) -> &[ActionId] {
        self.of.get(&turn).map_or(&[], |ends| &ends.last)
    }
}

/// The rolls whose order is open: each with how many turns there may be at once, and its turns.
fn open(request: &Request) -> impl Iterator<Item = (RuleAt, u32, &[Turn])> {
    let rules = request.rules.iter().enumerate();
    rules.filter_map(|(at, rule)| match &rule.kind {
        RuleKind::Roll {
            count,
            turns,
            order: None,
        } => Some((at, *count, turns.as_slice())),
        _ => None,
    })
}

/// Adds the levels that count turns whose order is open, and the marks that they need.
pub(super) fn count(
    request: &Request,
    walk: &Walk,
    sources: &mut Sources,
    out: &mut Formulation,
) -> Vec<Marks> {
    let mut found = Vec::new();
    for (at, count, turns) in open(request) {
        let known = Turns::of(walk);
        let source = sources.rule(at, out);
        let label = out[source].label.clone();
        let begun = (count as usize) < turns.len();
        let begun = begun.then(|| level(out, &label, i64::from(count), source));
        if let Some(level) = begun {
            let at_first = turns.iter().filter(|turn| turn.is_begun).count();
            out.resources[level.0 as usize].initial = at_first as i64;
        }
        for turn in turns {
            let Some(ends) = known.of.get(&turn.id) else {
                continue;
            };
            let mut marks = Marks {
                turn: *turn,
                actions: ends.all.clone(),
                begins: None,
                is_over: None,
            };
            if let Some(begun) = begun {
                if !turn.is_begun {
                    marks.begins = mark(out, (&ends.first, "begin"), *turn, (sources, source));
                    let begins = marks.begins.unwrap_or(ends.first[0]);
                    demand_of(out, begins, begun, (1, 0));
                }
                marks.is_over = mark(out, (&ends.last, "end"), *turn, (sources, source));
                let is_over = marks.is_over.unwrap_or(ends.last[0]);
                demand_of(out, is_over, begun, (0, 1));
            }
            found.push(marks);
        }
    }
    found
}

/// Counts the turns from so long before the first thing that each server does until so long after the last one as what its guests do takes
/// at least.
pub(super) fn held(
    request: &Request,
    levels: &Levels,
    sources: &mut Sources,
    out: &mut Formulation,
) -> Vec<Count> {
    let within = within(levels.walk());
    let mut counts = Vec::new();
    for (at, count, turns) in open(request) {
        let turns = turns.iter().filter(|turn| !turn.is_begun);
        let held = turns.filter_map(|turn| turn_held(levels, *turn, within.get(&turn.id)?));
        let held: Vec<Held> = held.collect();
        if (count as usize) < held.len() {
            let source = sources.rule(at, out);
            counts.push(Count {
                name: format!("servers down for {}", out[source].label),
                most: u64::from(count),
                source,
                held,
            });
        }
    }
    counts
}

/// The orders between actions of each turn.
fn within(walk: &Walk) -> BTreeMap<u32, Vec<Order>> {
    let turn = |action: ActionId| walk.deeds[action.0 as usize].turn;
    let mut within: BTreeMap<u32, Vec<Order>> = BTreeMap::new();
    for order in &walk.orders {
        if let Some(own) = turn(order.first).filter(|_| turn(order.first) == turn(order.then)) {
            within.entry(own.id).or_default().push(*order);
        }
    }
    within
}

/// From when to when a turn lasts in any case; None where its server does nothing itself.
fn turn_held(levels: &Levels, turn: Turn, within: &[Order]) -> Option<Held> {
    let walk = levels.walk();
    let own = walk.actions(Subject::Own(turn.server)).iter().copied();
    let own = own.filter(|action| walk.deeds[action.0 as usize].turn == Some(turn));
    let own: Vec<ActionId> = own.collect();
    let time = |others: &BTreeMap<ActionId, Cause>| {
        let moves: Vec<(u64, ActionId)> = others.keys().map(|&other| (1, other)).collect();
        least_time(levels, &moves, moves.len() as u64)
    };
    let (&first, &last) = (own.first()?, own.last()?);
    let before = within.iter().filter(|order| order.then == first);
    let before = before.map(|order| (order.first, order.cause)).collect();
    let behind = within.iter().filter(|order| order.first == last);
    let behind = behind.map(|order| (order.then, order.cause)).collect();
    let lead = time(&before);
    let down: Seconds = own.iter().map(|&action| levels.shortest(action)).sum();
    Some(Held {
        action: first,
        lead: before.values().next().map(|&cause| (lead, cause)),
        length: lead + down + time(&behind),
    })
}

/// The mark before or behind some actions, if there are several.
fn mark(
    out: &mut Formulation,
    (actions, word): (&[ActionId], &str),
    turn: Turn,
    (sources, source): (&Sources, SourceId),
) -> Option<ActionId> {
    if actions.len() < 2 {
        return None;
    }
    let count = actions.len() as i64;
    let name = format!("{word} the turn of {}", sources.dc()[turn.server].name);
    let level = level(out, &name, 0, source);
    let begins = word == "begin";
    let mode = Mode {
        duration: 1,
        rate: None,
        demands: Vec::new(),
    };
    let mark = mark_of(out, name, vec![mode], source);
    let (of_mark, of_others) = match begins {
        true => ((-count, 0), (1, 0)),
        false => ((0, -count), (0, 1)),
    };
    demand_of(out, mark, level, of_mark);
    for &action in actions {
        demand_of(out, action, level, of_others);
    }
    Some(mark)
}

/// An action that is no part of any plan and costs nothing.
pub(super) fn mark_of(
    out: &mut Formulation,
    name: String,
    modes: Vec<Mode>,
    source: SourceId,
) -> ActionId {
    let span = out[source].span;
    out.actions.push(Action { name, modes, span });
    for objective in &mut out.objectives {
        objective.terms.push(Term::default());
    }
    ActionId(out.actions.len() as u32 - 1)
}

/// A level that is empty at first.
pub(super) fn level(
    out: &mut Formulation,
    name: &str,
    capacity: i64,
    source: SourceId,
) -> ResourceId {
    out.resources.push(Resource {
        name: name.to_owned(),
        unit: Unit::Count,
        initial: 0,
        capacity: vec![(0, capacity)],
        source,
    });
    ResourceId(out.resources.len() as u32 - 1)
}

/// Each mode of an action takes and gives that much.
fn demand_of(out: &mut Formulation, action: ActionId, resource: ResourceId, effect: (i64, i64)) {
    for mode in &mut out.actions[action.0 as usize].modes {
        demand(mode, resource, effect);
    }
}

/// A mode takes and gives that much; where it does so already, that much more.
pub(super) fn demand(mode: &mut Mode, resource: ResourceId, (take, give): (i64, i64)) {
    match mode.demands.iter_mut().find(|d| d.resource == resource) {
        Some(known) => {
            known.take += take;
            known.give += give;
        }
        None => mode.demands.push(Demand {
            resource,
            take,
            give,
        }),
    }
}

impl Marks {
    /// From the first start to the last end; one that has begun before is there from the beginning.
    pub fn span(&self, formulation: &Formulation, schedule: &Schedule) -> (Seconds, Seconds) {
        let starts = self.actions.iter().map(|a| schedule.start[a.0 as usize]);
        let ends = self.actions.iter().map(|&a| formulation.end(schedule, a));
        let start = match self.turn.is_begun {
            true => 0,
            false => starts.min().unwrap_or(0),
        };
        (start, ends.max().unwrap_or(0))
    }

    /// Puts the marks where the turn begins and where it is over.
    pub fn put(&self, formulation: &Formulation, schedule: &mut Schedule) {
        let (start, end) = self.span(formulation, schedule);
        for (mark, at) in [(self.begins, start), (self.is_over, end - 1)] {
            if let Some(mark) = mark {
                schedule.start[mark.0 as usize] = at;
                schedule.mode[mark.0 as usize] = 0;
            }
        }
    }
}

/// Which turn is over before which other one begins: each that waits for a place takes one that has been free for the
/// shortest time.
pub(super) fn order(
    marks: &[&Marks],
    count: u32,
    formulation: &Formulation,
    schedule: &Schedule,
) -> Vec<(u32, u32)> {
    let spans = marks
        .iter()
        .map(|marks| (marks.span(formulation, schedule), marks.turn.id));
    let mut spans: Vec<((Seconds, Seconds), u32)> = spans.collect();
    spans.sort_unstable();
    // The end of the turn that had each place last, and which one that was.
    let mut places: Vec<(Seconds, u32)> = Vec::new();
    let mut order = Vec::new();
    for ((start, end), turn) in spans {
        let free = (0..places.len()).filter(|&place| places[place].0 <= start);
        match free.max_by_key(|&place| places[place].0) {
            _ if places.len() < count as usize => places.push((end, turn)),
            Some(place) => {
                order.push((places[place].1, turn));
                places[place] = (end, turn);
            }
            None => places.push((end, turn)),
        }
    }
    order
}
