//! Actions that wait for one another's place in a circle, as VMs do that swap their servers while no memory is free.
//!
//! Optimistically, whatever can run when nothing else takes anything gives back all that it ever gives. What cannot
//! run even so waits, whatever the order; who waits for whom is a graph, and a shortest circle in it says why.

use std::collections::VecDeque;

use crate::formulation::{ActionId, Formulation, ResourceId, SourceId};

/// An action that waits for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// What waits.
    pub action: ActionId,
    /// What it waits for.
    pub other: ActionId,
    /// Why.
    pub why: Why,
}

/// Why an action waits for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It needs what the other one gives back.
    Place(ResourceId),
    /// The other one ends first.
    Order(SourceId),
    /// They start or end together.
    Together(SourceId),
}

/// Actions from which a circle is searched.
const MOST_STARTS: usize = 100;

/// Edges of the graph that are looked at.
const MOST_EDGES: usize = 200_000;

/// A shortest circle of actions of which each waits for the next, by the constraints whose source is kept; some wait
/// in it is for a place.
pub(super) fn deadlock(f: &Formulation, keep: &dyn Fn(SourceId) -> bool) -> Option<Vec<Wait>> {
    let stuck = Stuck::of(f, keep);
    let waits = stuck.waits();
    let starts = stuck.actions().take(MOST_STARTS);
    let circles = starts.filter_map(|start| circle(&waits, start));
    let for_a_place = |circle: &Vec<Wait>| circle.iter().any(|w| matches!(w.why, Why::Place(_)));
    circles.filter(for_a_place).min_by_key(Vec::len)
}

/// What can never run.
struct Stuck<'a> {
    f: &'a Formulation,
    keep: &'a dyn Fn(SourceId) -> bool,
    is_stuck: Vec<bool>,
    /// The most room that there ever is of each resource.
    room: Vec<i64>,
}

impl<'a> Stuck<'a> {
    fn of(f: &'a Formulation, keep: &'a dyn Fn(SourceId) -> bool) -> Self {
        let room = f.resources.iter().map(|resource| {
            let most = resource
                .capacity
                .iter()
                .map(|&(_, capacity)| capacity)
                .max();
            match most {
                Some(most) if keep(resource.source) => most.saturating_sub(resource.initial),
                _ => i64::MAX,
            }
        });
        let mut stuck = Stuck {
            f,
            keep,
            is_stuck: vec![true; f.actions.len()],
            room: room.collect(),
        };
        while stuck.release() {}
        stuck
    }

    /// Lets run what can; says whether anything could.
    fn release(&mut self) -> bool {
        let mut free: Vec<bool> = self.f.ids().map(|action| self.fits(action)).collect();
        for precedence in self.f.precedences.iter().filter(|p| (self.keep)(p.source)) {
            free[precedence.then.0 as usize] &= !self.is_stuck[precedence.first.0 as usize];
        }
        // Actions of a group run together or not at all; groups may share members.
        loop {
            let mut changed = false;
            for group in self.f.groups.iter().filter(|g| (self.keep)(g.source)) {
                let held = |a: &ActionId| self.is_stuck[a.0 as usize] && !free[a.0 as usize];
                if group.actions.iter().any(held) {
                    for action in &group.actions {
                        changed |= std::mem::replace(&mut free[action.0 as usize], false);
                    }
                }
            }
            if !changed {
                break;
            }
        }
        let mut any = false;
        for action in self.f.ids().filter(|action| free[action.0 as usize]) {
            if std::mem::replace(&mut self.is_stuck[action.0 as usize], false) {
                any = true;
                for (resource, gain) in self.gains(action) {
                    let room = &mut self.room[resource.0 as usize];
                    *room = room.saturating_add(gain);
                }
            }
        }
        any
    }

    /// Whether some mode of an action finds room.
    fn fits(&self, action: ActionId) -> bool {
        self.f[action].modes.iter().any(|mode| {
            let mut demands = mode.demands.iter();
            demands.all(|demand| demand.take <= self.room[demand.resource.0 as usize])
        })
    }

    /// What an action gives back beyond what it takes.
    fn gains(&self, action: ActionId) -> Vec<(ResourceId, i64)> {
        let modes = self.f[action].modes.iter();
        let demands = modes.flat_map(|mode| &mode.demands);
        let mut gains: Vec<(ResourceId, i64)> = demands
            .filter(|demand| demand.give > demand.take)
            .map(|demand| (demand.resource, demand.give - demand.take))
            .collect();
        gains.sort_unstable_by_key(|&(resource, gain)| (resource, -gain));
        gains.dedup_by_key(|&mut (resource, _)| resource);
        gains
    }

    fn actions(&self) -> impl Iterator<Item = ActionId> {
        let is_stuck = |action: &ActionId| self.is_stuck[action.0 as usize];
        self.f.ids().filter(is_stuck)
    }

    /// For each action what it waits for.
    fn waits(&self) -> Vec<Vec<Wait>> {
        let mut givers: Vec<Vec<ActionId>> = vec![Vec::new(); self.f.resources.len()];
        for action in self.actions() {
            for (resource, _) in self.gains(action) {
                givers[resource.0 as usize].push(action);
            }
        }
        let mut waits: Vec<Vec<Wait>> = vec![Vec::new(); self.f.actions.len()];
        let mut left = MOST_EDGES;
        let mut add = |action: ActionId, other: ActionId, why: Why| {
            if action != other && left > 0 {
                left -= 1;
                waits[action.0 as usize].push(Wait { action, other, why });
            }
        };
        for action in self.actions() {
            let demands = self.f[action].modes.iter().flat_map(|mode| &mode.demands);
            for demand in demands.filter(|d| d.take > self.room[d.resource.0 as usize]) {
                for &giver in &givers[demand.resource.0 as usize] {
                    add(action, giver, Why::Place(demand.resource));
                }
            }
        }
        let is_stuck = |action: ActionId| self.is_stuck[action.0 as usize];
        for p in self.f.precedences.iter().filter(|p| (self.keep)(p.source)) {
            if is_stuck(p.first) && is_stuck(p.then) {
                add(p.then, p.first, Why::Order(p.source));
            }
        }
        for group in self.f.groups.iter().filter(|g| (self.keep)(g.source)) {
            for &action in group.actions.iter().filter(|&&a| is_stuck(a)) {
                for &other in group.actions.iter().filter(|&&a| is_stuck(a)) {
                    add(action, other, Why::Together(group.source));
                }
            }
        }
        waits
    }
}

/// A shortest way from an action back to itself.
fn circle(waits: &[Vec<Wait>], start: ActionId) -> Option<Vec<Wait>> {
    let mut came: Vec<Option<Wait>> = vec![None; waits.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for &wait in &waits[at.0 as usize] {
            let seen = &mut came[wait.other.0 as usize];
            if seen.is_some() {
                continue;
            }
            *seen = Some(wait);
            if wait.other != start {
                queue.push_back(wait.other);
                continue;
            }
            let mut way = vec![wait];
            while let Some(before) = way.last().filter(|w| w.action != start) {
                way.push(came[before.action.0 as usize]?);
            }
            way.reverse();
            return Some(way);
        }
    }
    None
}
