//! When the clock lets an action start: its windows, intersected, and the moments at which capacities rise.

use super::together::Team;
use super::{Moment, Order};
use crate::formulation::{ActionId, Seconds, SourceId, Window};

/// A time in which an action may start, so that its planned length lies inside all of its windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chance {
    /// The first moment.
    pub from: Seconds,
    /// The last one; [`Seconds::MAX`] where nothing ends it.
    pub last: Seconds,
    /// What ends it.
    pub closed_by: Option<SourceId>,
}

const ALWAYS: Chance = Chance {
    from: 0,
    last: Seconds::MAX,
    closed_by: None,
};

/// The chances of each action, from that of its planned start on; none where the clock never keeps it.
pub(super) fn chances(order: &Order, teams: &[Team]) -> Vec<Vec<Chance>> {
    let mut chances = vec![vec![ALWAYS]; order.formulation.actions.len()];
    for window in &order.formulation.windows {
        let known = &mut chances[window.action.0 as usize];
        *known = both(known, &inside(order, window));
    }
    for (chances, given) in chances.iter_mut().zip(&order.given) {
        if let Some(moment) = *given {
            from_then(chances, moment);
        }
    }
    for team in teams {
        let at = |action: ActionId| action.0 as usize;
        // The first one starts when the clock lets all of them start in their turn.
        let mut common = chances[at(team.leader)].clone();
        for &(action, lag, _) in &team.others {
            common = both(&common, &shifted(&chances[at(action)], -lag));
        }
        for &(action, lag, _) in &team.others {
            chances[at(action)] = shifted(&common, lag);
        }
        chances[at(team.leader)] = common;
    }
    for (action, chances) in order.formulation.ids().zip(&mut chances) {
        let start = order.start(action);
        chances.retain(|chance| chance.last >= start);
        for chance in chances.iter_mut() {
            chance.from = chance.from.max(0);
        }
        if chances[..] == [ALWAYS] {
            chances.clear();
        }
    }
    chances
}

/// The starts with which the planned length lies in one of the window's intervals.
fn inside(order: &Order, window: &Window) -> Vec<Chance> {
    let length = order.end(window.action) - order.start(window.action);
    let intervals = window.intervals.iter().map(|&(from, to)| match to {
        Seconds::MAX => Chance { from, ..ALWAYS },
        to => Chance {
            from,
            last: to.saturating_sub(length),
            closed_by: Some(window.source),
        },
    });
    intervals
        .filter(|chance| chance.from <= chance.last)
        .collect()
}

/// What lies in a chance of both.
fn both(a: &[Chance], b: &[Chance]) -> Vec<Chance> {
    let (mut i, mut j) = (0, 0);
    let mut common = Vec::new();
    while let (Some(one), Some(other)) = (a.get(i), b.get(j)) {
        let first = if other.last < one.last { other } else { one };
        let from = one.from.max(other.from);
        if from <= first.last {
            common.push(Chance { from, ..*first });
        }
        if one.last <= other.last {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

fn from_then(chances: &mut Vec<Chance>, (moment, _): Moment) {
    *chances = both(
        chances,
        &[Chance {
            from: moment,
            ..ALWAYS
        }],
    );
}

fn shifted(chances: &[Chance], by: Seconds) -> Vec<Chance> {
    let shift = |chance: &Chance| Chance {
        from: chance.from.saturating_add(by),
        last: match chance.last {
            Seconds::MAX => Seconds::MAX,
            last => last.saturating_add(by),
        },
        closed_by: chance.closed_by,
    };
    chances.iter().map(shift).collect()
}
