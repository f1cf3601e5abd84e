//! What several planners count: migrations of all, of each source, of each server.

use std::collections::BTreeMap;

use super::{Cap, Move, View};
use crate::datacenter::ServerId;
use crate::formulation::ActionId;

/// All migrations.
pub(super) fn all(view: &View) -> Vec<ActionId> {
    view.moves().iter().map(|one| one.action).collect()
}

/// So many at once in all.
pub(super) fn in_all(view: &View, most: u32) -> Cap {
    Cap {
        name: String::from("migrations"),
        most,
        of: all(view),
    }
}

/// So many at once from each server.
pub(super) fn out_of_each(view: &View, most: impl Fn(ServerId) -> u32) -> Vec<Cap> {
    of_each(view, "migrations out of", most, |one| vec![one.from])
}

/// So many at once from and to each server.
pub(super) fn at_each(view: &View, most: impl Fn(ServerId) -> u32) -> Vec<Cap> {
    of_each(view, "migrations of", most, |one| vec![one.from, one.to])
}

fn of_each(
    view: &View,
    what: &str,
    most: impl Fn(ServerId) -> u32,
    servers: impl Fn(&Move) -> Vec<ServerId>,
) -> Vec<Cap> {
    let mut of: BTreeMap<ServerId, Vec<ActionId>> = BTreeMap::new();
    for one in view.moves() {
        for server in servers(&one) {
            of.entry(server).or_default().push(one.action);
        }
    }
    let caps = of.into_iter().map(|(server, of)| Cap {
        name: format!("{what} {}", view.dc[server].name),
        most: most(server),
        of,
    });
    caps.collect()
}
