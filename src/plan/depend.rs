//! Who must really wait for whom: a partial order under which every level holds, however long actions take and
//! whichever of them fail.
//!
//! A schedule says when actions start; an execution needs to know what each of them waits for, so that one
//! late migration delays only what depends on it. The levels are turned into an order by chaining (Policella,
//! Cesta, Oddi and Smith, "From precedence constraint posting to partial order schedules", 2007): the free
//! capacity of a resource is a stock of tokens; an action takes its tokens at its start from what is free or
//! from what ended actions have given back, and then waits for those. Each token is given before it is taken,
//! so no execution that respects the order can take more than there is.
//!
//! An action that fails gives back what it took, and nothing else. So a token that an action only had for a
//! while comes back however the action ends: the next one waits until it is over. A token that an action makes,
//! as a shutdown makes power, is there only if that action succeeds: all who ever take it wait until it is done.
//!
//! What the clock gives, such as a budget that rises at 08:00, is a moment that an action waits for. What the
//! clock takes away again cannot be kept by waiting: a capacity that falls is checked right before a start
//! ([`timed`]), and so are windows and deadlines ([`Chance`]).

mod chances;
mod reduce;
mod stock;
mod together;

use std::collections::BTreeMap;

use super::execution::Until;
use crate::formulation::{
    ActionId, Formulation, Resource, ResourceId, Schedule, Seconds, SourceId,
};
pub use chances::Chance;
use stock::{Stock, Token};

/// What each action waits for, in the order of [`Formulation::actions`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dependencies {
    /// The actions that it waits for: the transitive reduction, in order.
    pub waits: Vec<Vec<Needed>>,
    /// When its rules let it start, from its planned start's chances on: those that the clock tells, then those that are
    /// counted from the plan's start. It starts in one of each; where there is none of a kind, at any time.
    pub chances: Vec<Vec<Chance>>,
}

/// An action that another one waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needed {
    /// The one that is waited for.
    pub action: ActionId,
    /// How far it must have got.
    pub until: Until,
    /// What says so.
    pub source: SourceId,
}

/// Finds what each action of a schedule that holds (see [`super::verify()`]) waits for.
pub fn depend(formulation: &Formulation, schedule: &Schedule) -> Dependencies {
    let mut order = Order::new(formulation, schedule);
    order.precedences();
    order.levels();
    let teams = together::teams(&order);
    order.share(&teams);
    let by_clock = chances::chances(&order, &teams, true).into_iter();
    let from_start = chances::chances(&order, &teams, false);
    let chances = by_clock
        .zip(from_start)
        .map(|(clock, start)| [clock, start].concat());
    Dependencies {
        waits: reduce::reduce(&order),
        chances: chances.collect(),
    }
}

/// The resources whose capacity falls at some time: no order alone keeps them.
pub fn timed(formulation: &Formulation) -> Vec<ResourceId> {
    let falls = |resource: &Resource| resource.capacity.windows(2).any(|two| two[1].1 < two[0].1);
    let all = (0..).map(ResourceId).zip(&formulation.resources);
    all.filter(|(_, resource)| falls(resource))
        .map(|(id, _)| id)
        .collect()
}

/// What moves a level at an instant, in the order in which it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// An action gives back so much of what it took, and so much beyond that.
    End(ActionId, i128, i128),
    /// The capacity changes by that much.
    Clock(i128),
    /// An action takes.
    Start(ActionId, i128),
}

/// What is known so far of who waits for whom.
struct Order<'a> {
    formulation: &'a Formulation,
    schedule: &'a Schedule,
    /// For each action those that must be over or done before it, and what says so.
    ended: Vec<BTreeMap<ActionId, (Ended, SourceId)>>,
    /// For each action the one that it starts a fixed time after.
    started: Vec<Option<(ActionId, Seconds, SourceId)>>,
    /// The moment at which time gives what it takes, of what is counted from the start and of what the clock tells.
    given: [Vec<Seconds>; 2],
}

/// How an action must have ended; the second says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ended {
    Over,
    Done,
}

impl<'a> Order<'a> {
    fn new(formulation: &'a Formulation, schedule: &'a Schedule) -> Self {
        let size = formulation.actions.len();
        Order {
            formulation,
            schedule,
            ended: vec![BTreeMap::new(); size],
            started: vec![None; size],
            given: [vec![0; size], vec![0; size]],
        }
    }

    fn start(&self, action: ActionId) -> Seconds {
        self.schedule.start[action.0 as usize]
    }

    fn end(&self, action: ActionId) -> Seconds {
        self.formulation.end(self.schedule, action)
    }

    fn wait_for(&mut self, action: ActionId, other: ActionId, how: Ended, source: SourceId) {
        let known = self.ended[action.0 as usize]
            .entry(other)
            .or_insert((how, source));
        if known.0 < how {
            *known = (how, source);
        }
    }

    fn wait_until(&mut self, action: ActionId, moment: Seconds, source: SourceId) {
        let by_clock = self.formulation[source].by_clock;
        let known = &mut self.given[usize::from(by_clock)][action.0 as usize];
        *known = moment.max(*known);
    }

    fn precedences(&mut self) {
        for precedence in &self.formulation.precedences {
            self.wait_for(
                precedence.then,
                precedence.first,
                Ended::Done,
                precedence.source,
            );
        }
    }

    fn levels(&mut self) {
        let mut events: Vec<Vec<(Seconds, Event)>> =
            vec![Vec::new(); self.formulation.resources.len()];
        for action in self.formulation.ids() {
            let mode = self.schedule.mode[action.0 as usize] as usize;
            for demand in &self.formulation[action].modes[mode].demands {
                let events = &mut events[demand.resource.0 as usize];
                let (take, give) = (i128::from(demand.take), i128::from(demand.give));
                if take > 0 {
                    events.push((self.start(action), Event::Start(action, take)));
                }
                if give > 0 {
                    let back = take.min(give);
                    events.push((self.end(action), Event::End(action, back, give - back)));
                }
            }
        }
        for (resource, mut events) in self.formulation.resources.iter().zip(events) {
            for pair in resource.capacity.windows(2) {
                let change = i128::from(pair[1].1) - i128::from(pair[0].1);
                events.push((pair[1].0, Event::Clock(change)));
            }
            events.sort_unstable();
            self.chain(resource, &events);
        }
    }

    /// Moves the tokens of one resource through its events.
    fn chain(&mut self, resource: &Resource, events: &[(Seconds, Event)]) {
        let free = i128::from(resource.capacity[0].1) - i128::from(resource.initial);
        let mut stock = Stock::default();
        stock.put(Token::default(), free);
        // What each action that runs has taken.
        let mut held: BTreeMap<ActionId, Vec<(Token, i128)>> = BTreeMap::new();
        for &(at, event) in events {
            match event {
                Event::End(action, back, more) => {
                    let taken = held.remove(&action).unwrap_or_default();
                    stock.put_back(action, taken, back);
                    stock.put(Token::made_by(action), more);
                }
                Event::Clock(rise) if rise > 0 => stock.put(Token::given_at(at), rise),
                Event::Clock(fall) => {
                    // The clock waits for nobody: it takes what was there first.
                    stock.take(-fall, |_| None);
                }
                Event::Start(action, amount) => {
                    let known = &self.ended[action.0 as usize];
                    let taken = stock.take(amount, |other| known.get(&other).map(|known| known.0));
                    for &(token, _) in &taken {
                        if let Some(maker) = token.maker {
                            self.wait_for(action, maker, Ended::Done, resource.source);
                        }
                        if let Some(holder) = token.holder {
                            self.wait_for(action, holder, Ended::Over, resource.source);
                        }
                        if let Some(moment) = token.moment {
                            self.wait_until(action, moment, resource.source);
                        }
                    }
                    held.insert(action, taken);
                }
            }
        }
    }
}
