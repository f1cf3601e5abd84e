//! Actions that keep a fixed distance in time, since they start or end together: a team, which waits as one.

use std::collections::BTreeMap;

use super::{Ended, Order};
use crate::formulation::{ActionId, Seconds, SourceId};

/// Actions at fixed distances from the one of them that starts first.
pub(super) struct Team {
    /// The one that starts first.
    pub leader: ActionId,
    /// All others, how long after the leader each starts, and what says so.
    pub others: Vec<(ActionId, Seconds, SourceId)>,
}

/// The teams that the groups make; groups that share an action make one team.
pub(super) fn teams(order: &Order) -> Vec<Team> {
    let groups = &order.formulation.groups;
    let mut team_of: BTreeMap<ActionId, usize> = BTreeMap::new();
    // Each action of a team, and the first group that it is in.
    let mut members: Vec<BTreeMap<ActionId, SourceId>> = Vec::new();
    for group in groups {
        let mut merged: BTreeMap<ActionId, SourceId> = group
            .actions
            .iter()
            .map(|&action| (action, group.source))
            .collect();
        let known: Vec<usize> = group
            .actions
            .iter()
            .filter_map(|action| team_of.get(action).copied())
            .collect();
        for team in known {
            merged.extend(std::mem::take(&mut members[team]));
        }
        team_of.extend(merged.keys().map(|&action| (action, members.len())));
        members.push(merged);
    }
    let teams = members.into_iter().filter(|members| !members.is_empty());
    teams
        .map(|members| {
            let first = members
                .keys()
                .copied()
                .min_by_key(|&at| (order.start(at), at));
            let leader = first.expect("a team has members");
            let others = members.into_iter().filter(|&(action, _)| action != leader);
            let others = others.map(|(action, source)| {
                (action, order.start(action) - order.start(leader), source)
            });
            Team {
                leader,
                others: others.collect(),
            }
        })
        .collect()
}

impl Order<'_> {
    /// Each member waits for what the others wait for, as far as that is over by its start: all are ready when
    /// the first one starts, and then none waits for anything but the distance.
    pub(super) fn share(&mut self, teams: &[Team]) {
        for team in teams {
            let others = team.others.iter().map(|&(action, ..)| action);
            let members: Vec<ActionId> = std::iter::once(team.leader).chain(others).collect();
            let mut all: BTreeMap<ActionId, (Ended, SourceId)> = BTreeMap::new();
            for member in &members {
                for (&other, &(how, source)) in &self.ended[member.0 as usize] {
                    let known = all.entry(other).or_insert((how, source));
                    if known.0 < how {
                        *known = (how, source);
                    }
                }
            }
            for &member in &members {
                let start = self.start(member);
                for (&other, &(how, source)) in &all {
                    if self.end(other) <= start {
                        self.wait_for(member, other, how, source);
                    }
                }
            }
            for &(action, lag, source) in &team.others {
                self.started[action.0 as usize] = Some((team.leader, lag, source));
            }
        }
    }
}
