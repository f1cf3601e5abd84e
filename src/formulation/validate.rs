//! What every reader of a formulation takes for granted. [`crate::formulate`] asserts it where debug assertions are on;
//! whoever builds a formulation by hand asks for it.

use super::{ActionId, Formulation, LONGEST, ResourceId, SourceId, UNLIMITED};

/// What makes a formulation that was built by hand unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// There is nothing to minimise.
    #[error("there is no objective")]
    NoObjective,
    /// An action has no mode.
    #[error("action {} has no mode", .0.0)]
    NoMode(ActionId),
    /// A mode takes no time, or longer than [`LONGEST`].
    #[error("a duration of action {} is not between 1 and {LONGEST} s", .0.0)]
    Duration(ActionId),
    /// A demand is beyond [`UNLIMITED`], or the second one on its resource in one mode.
    #[error("a demand of action {} on resource {} is too large or repeated", .action.0, .resource.0)]
    Demand {
        /// The action.
        action: ActionId,
        /// The resource.
        resource: ResourceId,
    },
    /// A resource's capacities are not ordered from 0, or it has a value that is negative or beyond [`UNLIMITED`].
    #[error("the capacities of resource {} are not ordered from 0, or a value is out of range", .0.0)]
    Resource(ResourceId),
    /// No action has this id.
    #[error("there is no action {}", .0.0)]
    UnknownAction(ActionId),
    /// No resource has this id.
    #[error("there is no resource {}", .0.0)]
    UnknownResource(ResourceId),
    /// No source has this id.
    #[error("there is no source {}", .0.0)]
    UnknownSource(SourceId),
    /// A group has fewer than two members, or one twice.
    #[error("group {0} has fewer than two members, or one twice")]
    Group(usize),
    /// The intervals of a window are empty, overlap or are not ordered, or it is of modes that are not there.
    #[error(
        "the intervals of window {0} are empty, overlap or are not ordered, or its modes are not there"
    )]
    Window(usize),
    /// An objective has not one term for each action, not one cost for each mode, a scale below 1, or a negative
    /// weight of the makespan.
    #[error(
        "objective `{0}` does not fit the actions, or its scale or makespan weight is out of range"
    )]
    Objective(String),
}

impl Formulation {
    /// Checks what every reader of a formulation takes for granted.
    ///
    /// # Errors
    /// Everything that is malformed.
    pub fn validate(&self) -> Result<(), Vec<Malformed>> {
        let mut found = Vec::new();
        if self.objectives.is_empty() {
            found.push(Malformed::NoObjective);
        }
        for id in self.ids() {
            self.validate_action(id, &mut found);
        }
        for (id, resource) in (0..).map(ResourceId).zip(&self.resources) {
            let capacity = &resource.capacity;
            let ordered = capacity.first().is_some_and(|&(from, _)| from == 0)
                && capacity.windows(2).all(|pair| pair[0].0 < pair[1].0);
            let mut values = capacity
                .iter()
                .map(|&(_, value)| value)
                .chain([resource.initial]);
            if !ordered || values.any(|value| !(0..=UNLIMITED).contains(&value)) {
                found.push(Malformed::Resource(id));
            }
        }
        for precedence in &self.precedences {
            self.validate_actions(&[precedence.first, precedence.then], &mut found);
        }
        for (at, group) in self.groups.iter().enumerate() {
            self.validate_actions(&group.actions, &mut found);
            let mut members = group.actions.clone();
            members.sort_unstable();
            members.dedup();
            if members.len() < 2 || members.len() != group.actions.len() {
                found.push(Malformed::Group(at));
            }
        }
        for (at, window) in self.windows.iter().enumerate() {
            self.validate_actions(&[window.action], &mut found);
            let modes = self
                .actions
                .get(window.action.0 as usize)
                .map_or(0, |a| a.modes.len());
            let has_modes = window
                .modes
                .as_ref()
                .is_none_or(|asked| asked.end as usize <= modes);
            let disjoint = window
                .intervals
                .windows(2)
                .all(|pair| pair[0].1 <= pair[1].0);
            if !disjoint
                || !has_modes
                || window
                    .intervals
                    .iter()
                    .any(|&(from, to)| from < 0 || from >= to)
            {
                found.push(Malformed::Window(at));
            }
        }
        for objective in &self.objectives {
            let costs = self.actions.iter().zip(&objective.terms);
            let fits = costs
                .into_iter()
                .all(|(a, term)| term.modes.is_empty() || term.modes.len() == a.modes.len());
            let ranges = objective.scale >= 1 && objective.makespan >= 0;
            if objective.terms.len() != self.actions.len() || !fits || !ranges {
                found.push(Malformed::Objective(objective.name.clone()));
            }
        }
        let sources = self.resources.iter().map(|resource| resource.source);
        let sources = sources.chain(self.precedences.iter().map(|precedence| precedence.source));
        let sources = sources.chain(self.groups.iter().map(|group| group.source));
        let sources = sources.chain(self.windows.iter().map(|window| window.source));
        let unknown = sources.filter(|source| source.0 as usize >= self.sources.len());
        found.extend(unknown.map(Malformed::UnknownSource));
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    fn validate_actions(&self, ids: &[ActionId], found: &mut Vec<Malformed>) {
        let unknown = ids.iter().filter(|id| id.0 as usize >= self.actions.len());
        found.extend(unknown.map(|&id| Malformed::UnknownAction(id)));
    }

    fn validate_action(&self, id: ActionId, found: &mut Vec<Malformed>) {
        let modes = &self[id].modes;
        if modes.is_empty() {
            found.push(Malformed::NoMode(id));
        }
        for mode in modes {
            if !(1..=LONGEST).contains(&mode.duration) {
                found.push(Malformed::Duration(id));
            }
            let mut resources: Vec<ResourceId> =
                mode.demands.iter().map(|demand| demand.resource).collect();
            resources.sort_unstable();
            let repeated = resources
                .windows(2)
                .find(|pair| pair[0] == pair[1])
                .map(|pair| pair[0]);
            for demand in &mode.demands {
                let in_range = |amount: i64| (-UNLIMITED..=UNLIMITED).contains(&amount);
                let resource = demand.resource;
                if resource.0 as usize >= self.resources.len() {
                    found.push(Malformed::UnknownResource(resource));
                } else if !in_range(demand.take)
                    || !in_range(demand.give)
                    || repeated == Some(resource)
                {
                    found.push(Malformed::Demand {
                        action: id,
                        resource,
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulation::*;

    #[test]
    fn what_is_malformed_is_found() {
        let mode = |duration, demands: &[(u32, i64, i64)]| Mode {
            duration,
            rate: None,
            demands: demands
                .iter()
                .map(|&(resource, take, give)| Demand {
                    resource: ResourceId(resource),
                    take,
                    give,
                })
                .collect(),
        };
        let resource = |capacity: &[(Seconds, i64)]| Resource {
            name: "r".to_owned(),
            unit: Unit::Count,
            initial: 0,
            capacity: capacity.to_vec(),
            source: SourceId(0),
        };
        let good = Formulation {
            actions: vec![Action {
                name: "a".to_owned(),
                modes: vec![mode(1, &[(0, 1, 1)])],
                span: None,
            }],
            resources: vec![resource(&[(0, 1), (5, 0)])],
            windows: vec![Window {
                action: ActionId(0),
                modes: None,
                intervals: vec![(0, 3), (3, 9)],
                source: SourceId(0),
            }],
            objectives: vec![Objective {
                name: "mttr".to_owned(),
                scale: 1,
                constant: 0,
                makespan: 0,
                terms: vec![Term::default()],
            }],
            sources: vec![Source {
                label: "s".to_owned(),
                span: None,
                kind: SourceKind::Rule,
                by_clock: false,
            }],
            ..Formulation::default()
        };
        assert_eq!(good.validate(), Ok(()));

        let mut bad = good;
        bad.actions[0].modes = vec![
            mode(0, &[(0, UNLIMITED + 1, 0), (7, 0, 0)]),
            mode(1, &[(0, 1, 1), (0, 1, 1)]),
        ];
        bad.actions.push(Action {
            name: "b".to_owned(),
            modes: Vec::new(),
            span: None,
        });
        bad.resources.push(resource(&[(1, 1)]));
        bad.precedences.push(Precedence {
            first: ActionId(0),
            then: ActionId(9),
            source: SourceId(4),
        });
        bad.groups.push(Group {
            actions: vec![ActionId(0), ActionId(0)],
            ends: true,
            source: SourceId(0),
        });
        bad.windows[0].intervals.reverse();
        let twice = Malformed::Demand {
            action: ActionId(0),
            resource: ResourceId(0),
        };
        assert_eq!(
            bad.validate(),
            Err(vec![
                Malformed::Duration(ActionId(0)),
                twice.clone(),
                Malformed::UnknownResource(ResourceId(7)),
                twice.clone(),
                twice,
                Malformed::NoMode(ActionId(1)),
                Malformed::Resource(ResourceId(1)),
                Malformed::UnknownAction(ActionId(9)),
                Malformed::Group(0),
                Malformed::Window(0),
                Malformed::Objective("mttr".to_owned()),
                Malformed::UnknownSource(SourceId(4)),
            ])
        );
    }
}
