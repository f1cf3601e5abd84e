//! Why an action of a schedule cannot begin one second earlier while all else stays where it is.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Reason;
use crate::formulation::{
    ActionId, Formulation, Mode, ResourceId, Schedule, Seconds, SourceId, SourceKind,
};

/// A schedule, and its levels over time.
pub(super) struct Timeline<'a> {
    formulation: &'a Formulation,
    schedule: &'a Schedule,
    /// For each resource its level from each second on at which it changes.
    levels: Vec<Vec<(Seconds, i128)>>,
    /// For each resource the ends that give back, in order.
    gives: Vec<Vec<(Seconds, ActionId)>>,
    /// For each action what must end before it.
    before: Vec<Vec<(ActionId, SourceId)>>,
    /// For each action the groups that it is in.
    groups: Vec<Vec<usize>>,
    /// For each action its windows.
    windows: Vec<Vec<usize>>,
}

/// What holds an action.
pub(super) struct Held {
    /// The action that runs until the moment that was asked about.
    pub action: ActionId,
    /// The action that cannot begin earlier: the same one, or one that it is in step with.
    pub holder: ActionId,
    /// Why.
    pub reason: Reason,
    /// The action that it is in step with, where that makes the difference, and what says so.
    pub with: Option<(ActionId, SourceId)>,
}

impl<'a> Timeline<'a> {
    pub fn new(formulation: &'a Formulation, schedule: &'a Schedule) -> Self {
        let actions = formulation.actions.len();
        let mut timeline = Timeline {
            formulation,
            schedule,
            levels: Vec::new(),
            gives: vec![Vec::new(); formulation.resources.len()],
            before: vec![Vec::new(); actions],
            groups: vec![Vec::new(); actions],
            windows: vec![Vec::new(); actions],
        };
        for precedence in &formulation.precedences {
            let before = &mut timeline.before[precedence.then.0 as usize];
            before.push((precedence.first, precedence.source));
        }
        for (at, group) in formulation.groups.iter().enumerate() {
            for member in &group.actions {
                timeline.groups[member.0 as usize].push(at);
            }
        }
        for (at, window) in formulation.windows.iter().enumerate() {
            timeline.windows[window.action.0 as usize].push(at);
        }
        timeline.fill();
        timeline
    }

    /// The levels: at one instant ends and starts count together, since the level holds after both.
    fn fill(&mut self) {
        let mut changes: Vec<BTreeMap<Seconds, i128>> =
            vec![BTreeMap::new(); self.formulation.resources.len()];
        for action in self.formulation.ids() {
            let (start, end) = (self.start(action), self.end(action));
            for demand in &self.mode(action).demands {
                let resource = demand.resource.0 as usize;
                *changes[resource].entry(start).or_default() += i128::from(demand.take);
                *changes[resource].entry(end).or_default() -= i128::from(demand.give);
                if demand.give > 0 {
                    self.gives[resource].push((end, action));
                }
            }
        }
        for gives in &mut self.gives {
            gives.sort_unstable();
        }
        for (resource, changes) in self.formulation.resources.iter().zip(changes) {
            let mut level = i128::from(resource.initial);
            let steps = changes.into_iter().map(|(at, change)| {
                level += change;
                (at, level)
            });
            self.levels.push(steps.collect());
        }
    }

    pub fn start(&self, action: ActionId) -> Seconds {
        self.schedule.start[action.0 as usize]
    }

    pub fn end(&self, action: ActionId) -> Seconds {
        self.formulation.end(self.schedule, action)
    }

    fn mode(&self, action: ActionId) -> &'a Mode {
        let mode = self.schedule.mode[action.0 as usize] as usize;
        &self.formulation[action].modes[mode]
    }

    /// What holds an action: its own reason, or that of an action that it starts or ends together with.
    pub fn held(&self, action: ActionId) -> Held {
        let own = self.reason(action);
        if own != Reason::Nothing {
            return Held {
                action,
                holder: action,
                reason: own,
                with: None,
            };
        }
        for (peer, source) in self.in_step_with(action) {
            let reason = self.reason(peer);
            if reason == Reason::Nothing {
                continue;
            }
            // Where the ends are equal, the chain goes on with the other one, which ends at the same moment.
            let (action, with) = if self.end(peer) == self.end(action) {
                (peer, action)
            } else if self.start(peer) == self.start(action) {
                (action, peer)
            } else {
                continue;
            };
            return Held {
                action,
                holder: peer,
                reason,
                with: Some((with, source)),
            };
        }
        Held {
            action,
            holder: action,
            reason: Reason::Nothing,
            with: None,
        }
    }

    /// The actions of its groups, and of their groups, with what ties each of them.
    fn in_step_with(&self, action: ActionId) -> Vec<(ActionId, SourceId)> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::from([action]);
        let mut open = vec![action];
        while let Some(at) = open.pop() {
            for &group in &self.groups[at.0 as usize] {
                let group = &self.formulation.groups[group];
                for &member in &group.actions {
                    if seen.insert(member) {
                        found.push((member, group.source));
                        open.push(member);
                    }
                }
            }
        }
        found
    }

    /// Why an action cannot begin a second earlier, as far as it is not for the sake of others.
    ///
    /// Where there are several reasons, what is written as an order says more than a level, a level more than the
    /// clock, an action that began early leads further back than a late one, and a level that many actions share says
    /// more than one that few do.
    fn reason(&self, action: ActionId) -> Reason {
        let start = self.start(action);
        if start == 0 {
            return Reason::Beginning;
        }
        let orders = self.before[action.0 as usize]
            .iter()
            .filter(|(first, _)| self.end(*first) == start)
            .map(|&(first, source)| {
                let implied = self.formulation[source].kind != SourceKind::Rule;
                let rank = (usize::from(implied), self.start(first), Reverse(0));
                (rank, Reason::Order { first, source })
            });
        let levels = self.full(action).map(|resource| {
            let shared = Reverse(self.gives[resource.0 as usize].len());
            match self.giver(resource, start, action) {
                Some(until) => {
                    let rank = (2, self.start(until), shared);
                    (rank, Reason::Full { resource, until })
                }
                None => {
                    let source = self.formulation[resource].source;
                    ((3, 0, shared), Reason::Moment { source })
                }
            }
        });
        let end = self.end(action);
        let windows = self.windows[action.0 as usize].iter().filter_map(|&at| {
            let window = &self.formulation.windows[at];
            let mut around = window.intervals.iter();
            let is_early = around.any(|&(from, to)| from < start && end - 1 <= to);
            let source = window.source;
            (!is_early).then_some(((3, 0, Reverse(0)), Reason::Moment { source }))
        });
        let all = orders.chain(levels).chain(windows);
        all.min().map_or(Reason::Nothing, |(_, reason)| reason)
    }

    /// The levels that have no room for an action a second before it begins.
    pub fn full(&self, action: ActionId) -> impl Iterator<Item = ResourceId> {
        let before = self.start(action) - 1;
        self.mode(action)
            .demands
            .iter()
            .filter(move |demand| i128::from(demand.take) > self.room(demand.resource, before))
            .map(|demand| demand.resource)
    }

    /// What is left of a capacity in a second.
    fn room(&self, resource: ResourceId, at: Seconds) -> i128 {
        let data = &self.formulation[resource];
        let levels = &self.levels[resource.0 as usize];
        let next = levels.partition_point(|&(from, _)| from <= at);
        let level = match next {
            0 => i128::from(data.initial),
            next => levels[next - 1].1,
        };
        i128::from(data.capacity_at(at)) - level
    }

    /// The action that gives back at that moment: of several the one that began first.
    fn giver(&self, resource: ResourceId, at: Seconds, but: ActionId) -> Option<ActionId> {
        let gives = &self.gives[resource.0 as usize];
        let first = gives.partition_point(|&(end, _)| end < at);
        gives[first..]
            .iter()
            .take_while(|&&(end, _)| end == at)
            .map(|&(_, action)| action)
            .filter(|&action| action != but)
            .min_by_key(|&action| (self.start(action), action))
    }

    /// Since when a resource has had no room for an action that begins when it gives back.
    pub fn full_since(&self, resource: ResourceId, action: ActionId) -> Seconds {
        let start = self.start(action);
        let demands = &self.mode(action).demands;
        let take = demands
            .iter()
            .find(|demand| demand.resource == resource)
            .map_or(0, |demand| i128::from(demand.take));
        let levels = self.levels[resource.0 as usize].iter();
        let capacities = self.formulation[resource].capacity.iter();
        let mut moments: Vec<Seconds> = levels
            .map(|&(at, _)| at)
            .chain(capacities.map(|&(at, _)| at))
            .filter(|&at| at < start)
            .chain([0])
            .collect();
        moments.sort_unstable_by(|a, b| b.cmp(a));
        moments.dedup();
        let full = moments
            .into_iter()
            .take_while(|&at| self.room(resource, at) < take);
        full.last().unwrap_or(start)
    }

    /// The last action to have ended before another one starts, of those that have to do with it: it takes or gives
    /// of the same resource, or comes first.
    pub fn related_before(&self, action: ActionId) -> Option<ActionId> {
        let start = self.start(action);
        let of_resources = self.mode(action).demands.iter().flat_map(|demand| {
            let gives = &self.gives[demand.resource.0 as usize];
            let next = gives.partition_point(|&(end, _)| end <= start);
            gives[..next]
                .iter()
                .rev()
                .take(1)
                .map(|&(_, action)| action)
        });
        let before = self.before[action.0 as usize]
            .iter()
            .map(|&(first, _)| first);
        of_resources
            .chain(before)
            .filter(|&other| other != action && self.end(other) <= start)
            .max_by_key(|&other| (self.end(other), Reverse(other)))
    }
}
