//! At which end of a flow a link is counted, where both ends act and nothing says when.
//!
//! Whether a link carries the flow depends on where both ends are, but a level can only count what one action does. So each link, in each
//! direction, belongs to one of the two ends, and carries the flow whenever that end is anywhere from where it may do so: it never
//! carries it otherwise. A server's own links belong to the end that is there. What is between the switches belongs to the end at which the
//! count is nearer to the truth: not counted before anything happens if it carries nothing then, and counted in fewer places.
//!
//! The servers at one switch are alike in all but their own links. So what is looked at are pairs of switches rather than of servers.

use std::collections::{BTreeMap, BTreeSet};

use super::super::levels::Key;
use crate::datacenter::{Datacenter, Node, ServerId};

/// Places of both ends of a flow, the sender's first: of servers that are alike the first one; None: it does not run.
pub(super) type Places = [BTreeSet<Option<ServerId>>; 2];

/// From where each level between the switches is used: the places of either end.
pub(super) type Users = BTreeMap<Key, [BTreeSet<ServerId>; 2]>;

/// Servers that differ in their own links alone.
pub(super) struct Alike {
    /// For each server the first one that is like it.
    first: Vec<ServerId>,
    /// For each first one another one.
    second: BTreeMap<ServerId, ServerId>,
}

impl Alike {
    pub fn of(first: Vec<ServerId>) -> Self {
        let mut second = BTreeMap::new();
        for (server, &like) in (0..).map(ServerId).zip(&first) {
            if server != like {
                second.entry(like).or_insert(server);
            }
        }
        Alike { first, second }
    }

    pub fn first(&self, server: ServerId) -> ServerId {
        self.first[server.0 as usize]
    }

    /// One of those that are like `like`, but not the server itself, if there is any.
    pub fn beside(&self, server: ServerId, like: ServerId) -> Option<ServerId> {
        if server == like {
            return self.second.get(&like).copied();
        }
        Some(like)
    }
}

/// A flow of which each level is counted at one end.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared {
    /// Where the ends may be.
    pub places: Places,
    /// What is between the switches, by the end that it is counted at and where that is.
    trunks: [BTreeMap<ServerId, Vec<Key>>; 2],
}

impl Shared {
    /// Gives each level to an end: where the ends are at the start, and what carries the flow then.
    pub fn of(
        places: Places,
        users: &Users,
        starts: [Option<ServerId>; 2],
        carrying: &BTreeSet<Key>,
    ) -> Self {
        let mut trunks: [BTreeMap<ServerId, Vec<Key>>; 2] = Default::default();
        for (&key, used_from) in users {
            let is_untrue = |end: usize| {
                let counts = starts[end].is_some_and(|start| used_from[end].contains(&start));
                counts && !carrying.contains(&key)
            };
            let part = |end: usize| used_from[end].len() * places[1 - end].len();
            let end = usize::from((is_untrue(1), part(1)) < (is_untrue(0), part(0)));
            for &place in &used_from[end] {
                trunks[end].entry(place).or_default().push(key);
            }
        }
        Shared { places, trunks }
    }

    /// What counts between the switches while one end is at a place.
    pub fn trunks(&self, end: usize, place: ServerId) -> impl Iterator<Item = Key> + '_ {
        self.trunks[end].get(&place).into_iter().flatten().copied()
    }

    /// All that counts at some time.
    pub fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.trunks
            .iter()
            .flat_map(BTreeMap::values)
            .flatten()
            .copied()
    }
}

/// Whether a level is a link of that server itself.
pub(super) fn is_own(dc: &Datacenter, key: Key, server: ServerId) -> bool {
    match key {
        Key::Link(link, _) => [dc[link].a, dc[link].b].contains(&Node::Server(server)),
        _ => false,
    }
}

/// Whether a level is a link of any server.
pub(super) fn is_access(dc: &Datacenter, key: Key) -> bool {
    match key {
        Key::Link(link, _) => {
            let ends = [dc[link].a, dc[link].b];
            ends.iter().any(|end| matches!(end, Node::Server(_)))
        }
        _ => false,
    }
}
