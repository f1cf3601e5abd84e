//! When an action may start: its windows, intersected, and the moments at which capacities rise.
//!
//! Some of these are told by the clock, others counted from the plan's start: apart they hold at whatever time the plan
//! is carried out.

use super::Order;
use super::together::Team;
use crate::formulation::{ActionId, Seconds, SourceId, Window};

/// A time in which an action may start, so that its planned length lies inside all of its windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chance {
    /// The first moment; [`Seconds::MIN`] where nothing begins it.
    pub from: Seconds,
    /// The last one; [`Seconds::MAX`] where nothing ends it.
    pub last: Seconds,
    /// What ends it.
    pub closed_by: Option<SourceId>,
    /// Whether the clock tells it; else it is counted from the plan's start.
    pub by_clock: bool,
}

const ALWAYS: Chance = Chance {
    from: Seconds::MIN,
    last: Seconds::MAX,
    closed_by: None,
    by_clock: false,
};

/// The chances of each action that the clock tells, or those that it does not, from that of its planned start on; none
/// where they never keep it.
pub(super) fn chances(order: &Order, teams: &[Team], by_clock: bool) -> Vec<Vec<Chance>> {
    let f = order.formulation;
    let always = Chance { by_clock, ..ALWAYS };
    let mut chances = vec![vec![always]; f.actions.len()];
    let told = f
        .windows
        .iter()
        .filter(|window| f[window.source].by_clock == by_clock);
    for window in told {
        let known = &mut chances[window.action.0 as usize];
        *known = both(known, &inside(order, window));
    }
    for (chances, &from) in chances.iter_mut().zip(&order.given[usize::from(by_clock)]) {
        if from > 0 {
            *chances = both(chances, &[Chance { from, ..always }]);
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
    for (action, chances) in f.ids().zip(&mut chances) {
        let start = order.start(action);
        chances.retain(|chance| chance.last >= start);
        for chance in chances
            .iter_mut()
            .filter(|chance| chance.from != Seconds::MIN)
        {
            chance.from = chance.from.max(0);
        }
        if chances[..] == [always] {
            chances.clear();
        }
    }
    chances
}

/// The starts with which the planned length lies in one of the window's intervals. Where it has several, such as around
/// a freeze, the first one is not known to reach back to before the plan's start: it begins there.
fn inside(order: &Order, window: &Window) -> Vec<Chance> {
    let length = order.end(window.action) - order.start(window.action);
    let by_clock = order.formulation[window.source].by_clock;
    let is_single = window.intervals.len() == 1;
    let intervals = window.intervals.iter().map(|&(from, to)| Chance {
        from: if is_single && from <= 0 {
            Seconds::MIN
        } else {
            from
        },
        last: match to {
            Seconds::MAX => Seconds::MAX,
            to => to.saturating_sub(length),
        },
        closed_by: (to != Seconds::MAX).then_some(window.source),
        by_clock,
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

fn shifted(chances: &[Chance], by: Seconds) -> Vec<Chance> {
    let shift = |chance: &Chance| Chance {
        from: match chance.from {
            Seconds::MIN => Seconds::MIN,
            from => from.saturating_add(by),
        },
        last: match chance.last {
            Seconds::MAX => Seconds::MAX,
            last => last.saturating_add(by),
        },
        ..*chance
    };
    chances.iter().map(shift).collect()
}
