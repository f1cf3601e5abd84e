//! Who must really wait for whom: a partial order under which every level holds, however long actions take.
//!
//! A schedule says when actions start; an execution needs to know what each of them waits for, so that one
//! late migration delays only what depends on it. The levels are turned into an order by chaining (Policella,
//! Cesta, Oddi and Smith, "From precedence constraint posting to partial order schedules", 2007): the free
//! capacity of a resource is a stock of tokens; an action takes its tokens at its start from what is free or
//! from what ended actions have given back, and then waits for those. Each token is given before it is taken,
//! so no execution that respects the order can take more than there is.
//!
//! What the clock gives, such as a budget that rises at 08:00 or a window that opens, is a moment that an
//! action waits for. What the clock takes away again cannot be kept by waiting: a capacity that falls, and a
//! deadline, hold as long as the actions keep to their times.

use std::collections::BTreeSet;

use crate::formulation::{ActionId, Formulation, Resource, Schedule, Seconds, Window};

/// What each action waits for, in the order of [`Formulation::actions`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dependencies {
    /// The actions that must have ended: the transitive reduction, in order.
    pub after: Vec<Vec<ActionId>>,
    /// The moment before which it must not start.
    pub not_before: Vec<Option<Seconds>>,
}

/// Finds what each action of a schedule that holds (see [`super::verify()`]) waits for.
pub fn depend(formulation: &Formulation, schedule: &Schedule) -> Dependencies {
    let mut order = Order::new(formulation, schedule);
    order.precedences();
    order.windows();
    order.levels();
    order.groups();
    order.reduce()
}

/// Who gave a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Giver {
    /// It was free from the beginning.
    Nobody,
    /// The capacity rose then.
    Clock(Seconds),
    /// The action has ended.
    Action(ActionId),
}

/// What moves a level at an instant, in the order in which it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// An action gives back.
    End(ActionId, i128),
    /// The capacity changes by that much.
    Clock(i128),
    /// An action takes.
    Start(ActionId, i128),
}

struct Order<'a> {
    formulation: &'a Formulation,
    schedule: &'a Schedule,
    after: Vec<BTreeSet<ActionId>>,
    not_before: Vec<Option<Seconds>>,
}

impl<'a> Order<'a> {
    fn new(formulation: &'a Formulation, schedule: &'a Schedule) -> Self {
        let size = formulation.actions.len();
        Order {
            formulation,
            schedule,
            after: vec![BTreeSet::new(); size],
            not_before: vec![None; size],
        }
    }

    fn start(&self, action: ActionId) -> Seconds {
        self.schedule.start[action.0 as usize]
    }

    fn end(&self, action: ActionId) -> Seconds {
        self.formulation.end(self.schedule, action)
    }

    fn precedences(&mut self) {
        for precedence in &self.formulation.precedences {
            self.after[precedence.then.0 as usize].insert(precedence.first);
        }
    }

    fn wait_until(&mut self, action: ActionId, moment: Seconds) {
        let known = &mut self.not_before[action.0 as usize];
        if moment > 0 {
            *known = (*known).max(Some(moment));
        }
    }

    fn windows(&mut self) {
        for Window {
            action, intervals, ..
        } in &self.formulation.windows
        {
            let (start, end) = (self.start(*action), self.end(*action));
            let inside = |&&(from, to): &&(Seconds, Seconds)| from <= start && end <= to;
            if let Some(&(from, _)) = intervals.iter().find(inside) {
                self.wait_until(*action, from);
            }
        }
    }

    fn levels(&mut self) {
        let mut events: Vec<Vec<(Seconds, Event)>> =
            vec![Vec::new(); self.formulation.resources.len()];
        for action in self.formulation.ids() {
            let mode = self.schedule.mode[action.0 as usize] as usize;
            for demand in &self.formulation[action].modes[mode].demands {
                let events = &mut events[demand.resource.0 as usize];
                if demand.take > 0 {
                    events.push((
                        self.start(action),
                        Event::Start(action, i128::from(demand.take)),
                    ));
                }
                if demand.give > 0 {
                    events.push((
                        self.end(action),
                        Event::End(action, i128::from(demand.give)),
                    ));
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
        stock.put(Giver::Nobody, free);
        for &(at, event) in events {
            match event {
                Event::End(action, amount) => stock.put(Giver::Action(action), amount),
                Event::Clock(rise) if rise > 0 => stock.put(Giver::Clock(at), rise),
                Event::Clock(fall) => {
                    // The clock waits for nobody: it takes what was there first.
                    stock.take(-fall, |_| false);
                }
                Event::Start(action, amount) => {
                    let known = &self.after[action.0 as usize];
                    let givers = stock.take(amount, |giver| known.contains(&giver));
                    for giver in givers {
                        match giver {
                            Giver::Nobody => {}
                            Giver::Clock(moment) => self.wait_until(action, moment),
                            Giver::Action(giver) => {
                                self.after[action.0 as usize].insert(giver);
                            }
                        }
                    }
                }
            }
        }
    }

    /// A group waits as one: each member waits for what the others wait for, as far as that is over by its start.
    fn groups(&mut self) {
        for group in &self.formulation.groups {
            let all: BTreeSet<ActionId> = group
                .actions
                .iter()
                .flat_map(|member| self.after[member.0 as usize].iter().copied())
                .collect();
            let moments = group
                .actions
                .iter()
                .filter_map(|member| self.not_before[member.0 as usize]);
            let moments: Vec<Seconds> = moments.collect();
            for &member in &group.actions {
                let start = self.start(member);
                let over: Vec<ActionId> = all
                    .iter()
                    .copied()
                    .filter(|&action| self.end(action) <= start)
                    .collect();
                self.after[member.0 as usize].extend(over);
                if let Some(moment) = moments
                    .iter()
                    .copied()
                    .filter(|&moment| moment <= start)
                    .max()
                {
                    self.wait_until(member, moment);
                }
            }
        }
    }

    /// Drops what follows from the rest.
    fn reduce(self) -> Dependencies {
        let mut after: Vec<Vec<ActionId>> = vec![Vec::new(); self.after.len()];
        let mut by_start: Vec<ActionId> = self.formulation.ids().collect();
        by_start.sort_by_key(|&action| (self.start(action), action));
        let mut seen = vec![usize::MAX; self.after.len()];
        for (turn, &action) in by_start.iter().enumerate() {
            // An action starts after those that it waits for, so the latest one cannot follow from the others.
            let mut candidates: Vec<ActionId> =
                self.after[action.0 as usize].iter().copied().collect();
            candidates
                .sort_by_key(|&candidate| std::cmp::Reverse((self.start(candidate), candidate)));
            let earliest = candidates
                .last()
                .map_or(0, |&candidate| self.start(candidate));
            let mut kept = Vec::new();
            for candidate in candidates {
                if seen[candidate.0 as usize] == turn {
                    continue;
                }
                kept.push(candidate);
                let mut open = vec![candidate];
                while let Some(at) = open.pop() {
                    for &before in &after[at.0 as usize] {
                        // What started before all candidates leads to none of them.
                        if seen[before.0 as usize] != turn && self.start(before) >= earliest {
                            seen[before.0 as usize] = turn;
                            open.push(before);
                        }
                    }
                }
            }
            kept.sort_unstable();
            after[action.0 as usize] = kept;
        }
        Dependencies {
            after,
            not_before: self.not_before,
        }
    }
}

/// The free tokens of a resource, those that were given first in front.
#[derive(Default)]
struct Stock {
    tokens: std::collections::VecDeque<(Giver, i128)>,
}

impl Stock {
    fn put(&mut self, giver: Giver, amount: i128) {
        if amount > 0 {
            self.tokens.push_back((giver, amount));
        }
    }

    /// Takes an amount and says whose tokens these were: free ones first, then those of actions that are waited
    /// for anyway, then those that were given longest ago.
    fn take(&mut self, mut amount: i128, is_known: impl Fn(ActionId) -> bool) -> Vec<Giver> {
        let mut givers = Vec::new();
        let rank = |giver: Giver| match giver {
            Giver::Nobody => 0,
            Giver::Action(action) if is_known(action) => 1,
            Giver::Action(_) | Giver::Clock(_) => 2,
        };
        for wanted in 0..=2 {
            for (giver, left) in &mut self.tokens {
                if amount == 0 {
                    break;
                }
                if rank(*giver) == wanted {
                    let taken = amount.min(*left);
                    *left -= taken;
                    amount -= taken;
                    givers.push(*giver);
                }
            }
        }
        self.tokens.retain(|&(_, left)| left > 0);
        givers
    }
}
