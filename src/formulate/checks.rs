//! What the levels say before anything is searched: too much at the start, at the end, all the time, or
//! for one action alone.

use super::errors;
use super::levels::{Change, Level, Levels};
use super::steps::Walk;
use crate::datacenter::Datacenter;
use crate::diag::Diagnostic;
use crate::formulation::{ActionId, Seconds, UNLIMITED};
use crate::request::{Request, RuleKind};

/// No single quantity may be larger, so that sums over a million things and a year stay in 64 bits:
/// a gigawatt, an exabyte, a petabit per second in their units are below it.
const LARGEST: u64 = 1 << 60;

/// When there is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Before anything starts.
    Start,
    /// When everything has ended.
    End,
    /// At that time at the latest, whatever is done before.
    At(Seconds),
    /// Whenever that action runs.
    During(ActionId),
}

/// More on a level than its capacity, in every schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Excess {
    pub when: When,
    pub level: i128,
    pub capacity: i128,
}

/// Refuses quantities that no one has and that sums could not hold, and limits that allow nothing.
pub(super) fn quantities(dc: &Datacenter, request: &Request, findings: &mut Vec<Diagnostic>) {
    for server in &dc.servers {
        let stocks = dc.stocks().map(|stock| {
            let most = request.most_overbooked(stock).max(server.overbooked(stock));
            server.gives(stock, most).map_or(0, |at| at.value)
        });
        let mut all = stocks.chain([server.power, server.hosting, server.boot_power]);
        if all.any(|value| value > LARGEST) {
            findings.push(errors::too_large(&server.name, server.origin));
        }
    }
    for vm in &dc.vms {
        if dc.stocks().any(|stock| vm.takes_of(stock) > LARGEST) {
            findings.push(errors::too_large(&vm.name, vm.origin));
        }
    }
    for link in dc.links.iter().filter(|link| link.rate.value > LARGEST) {
        findings.push(errors::too_large(
            dc.node_name(link.a),
            link.rate.origin.or(link.origin),
        ));
    }
    for rule in &request.rules {
        if matches!(rule.kind, RuleKind::Limit { rate: 0, .. }) {
            findings.push(errors::limit_of_nothing(dc, request, rule));
        }
    }
}

/// Finds the levels that no schedule can keep.
pub(super) fn levels(levels: &Levels, walk: &Walk, findings: &mut Vec<Diagnostic>) {
    for (&key, level) in &levels.table {
        if level.highest() > i128::from(UNLIMITED) {
            let described = levels.describe(key);
            findings.push(errors::too_large(&described.name, None));
        } else if let Some(excess) = excess(level) {
            findings.push(errors::too_much(levels, walk, key, &excess));
        }
    }
}

fn excess(level: &Level) -> Option<Excess> {
    let (_, first) = *level.capacity.first()?;
    let (_, last) = *level.capacity.last()?;
    let highest = level.capacity.iter().map(|&(_, capacity)| capacity).max()?;
    if level.initial > first {
        return Some(Excess {
            when: When::Start,
            level: level.initial,
            capacity: first,
        });
    }
    let total: i128 = level.changes.iter().map(Change::lasting).sum();
    if level.initial + total > last {
        return Some(Excess {
            when: When::End,
            level: level.initial + total,
            capacity: last,
        });
    }
    // What is left when everything that lowers the level has ended and nothing that raises it has started.
    let lowering = |change: &Change| change.lasting().min(0);
    let floor = level.initial + level.changes.iter().map(lowering).sum::<i128>();
    if let Some(&(from, capacity)) = level
        .capacity
        .iter()
        .find(|&&(_, capacity)| floor > capacity)
    {
        return Some(Excess {
            when: When::At(from),
            level: floor,
            capacity,
        });
    }
    level.changes.iter().find_map(|change| {
        let during = floor - lowering(change) + change.least();
        (during > highest).then_some(Excess {
            when: When::During(change.action),
            level: during,
            capacity: highest,
        })
    })
}
