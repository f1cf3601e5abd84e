//! In which order the same is done to several servers, such as the turns of a `roll`.

use std::collections::BTreeMap;

use super::Order;
use crate::emit::json::{Kind, PlanFile};

/// What is done to servers of both plans and in another order: some server comes behind one that came behind it. What follows from
/// that, such as the boots behind shutdowns, is not said again.
pub fn orders(old: &PlanFile, new: &PlanFile) -> Vec<Order> {
    let mut found: Vec<Order> = Vec::new();
    for kind in [Kind::Run, Kind::Shutdown, Kind::Boot] {
        let (before, after) = (starts(old, kind), starts(new, kind));
        let both: Vec<&str> = before
            .keys()
            .filter(|server| after.contains_key(*server))
            .copied()
            .collect();
        let (was, is) = (groups(&both, &before), groups(&both, &after));
        if !is_turned(&was, &after) {
            continue;
        }
        let order = Order {
            kind,
            old: was,
            new: is,
        };
        if !found
            .iter()
            .any(|known| known.old == order.old && known.new == order.new)
        {
            found.push(order);
        }
    }
    found
}

/// When it is first done to each server.
fn starts(file: &PlanFile, kind: Kind) -> BTreeMap<&str, i64> {
    let mut starts = BTreeMap::new();
    for action in file.actions.iter().filter(|action| action.kind == kind) {
        if let Some(server) = &action.server {
            let start: &mut i64 = starts.entry(server.as_str()).or_insert(action.start);
            *start = (*start).min(action.start);
        }
    }
    starts
}

/// Servers by start, those that start at once together.
fn groups(servers: &[&str], starts: &BTreeMap<&str, i64>) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for server in servers {
        groups
            .entry(starts[server])
            .or_default()
            .push((*server).to_owned());
    }
    groups.into_values().collect()
}

/// Whether some server starts before one of an earlier group.
fn is_turned(groups: &[Vec<String>], starts: &BTreeMap<&str, i64>) -> bool {
    let mut latest = i64::MIN;
    groups.iter().any(|group| {
        let of = group.iter().map(|server| starts[server.as_str()]);
        let turned = of.clone().any(|start| start < latest);
        latest = of.chain([latest]).max().unwrap_or(latest);
        turned
    })
}
