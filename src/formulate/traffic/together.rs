//! What carries a flow while both of its ends migrate in one `sync`.

use std::collections::BTreeSet;

use super::super::levels::Key;

/// The levels on the paths between the places of the two ends.
pub(super) struct Paths {
    /// Before both have moved.
    pub before: BTreeSet<Key>,
    /// From where the sender arrives to where the receiver leaves.
    pub sender_first: BTreeSet<Key>,
    /// From where the sender leaves to where the receiver arrives.
    pub receiver_first: BTreeSet<Key>,
    /// After both have moved.
    pub after: BTreeSet<Key>,
}

/// What the migrations of both ends change, the sender's first.
#[derive(Debug, Clone, Default)]
pub(super) struct Together {
    /// What counts before either starts.
    pub initial: BTreeSet<Key>,
    pub takes: [BTreeSet<Key>; 2],
    pub gives: [BTreeSet<Key>; 2],
    /// What counts at some time.
    pub all: BTreeSet<Key>,
}

impl Together {
    /// Both migrations end at the same time, and start when they like; or, if not `ends`, the other way round.
    ///
    /// Those that end together: what only a sender that has arrived uses counts from its start, and what only a receiver that has arrived uses
    /// from the receiver's. Both go at the common end. What either uses, which no link of a tree is, would count twice: it counts from the
    /// plan's start. Those that start together are the same, looked at backwards.
    pub fn of(paths: &Paths, ends: bool) -> Self {
        let Paths {
            before,
            sender_first,
            receiver_first,
            after,
        } = paths;
        let all: BTreeSet<Key> = [before, sender_first, receiver_first, after]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        let either: BTreeSet<Key> = sender_first.intersection(receiver_first).copied().collect();
        // The common moment, and what counts on its other side.
        let (at, beyond) = if ends {
            (after, before)
        } else {
            (before, after)
        };
        let beyond: BTreeSet<Key> = beyond.union(&either).copied().collect();
        let common: BTreeSet<Key> = all.difference(at).copied().collect();
        // What is used from the receiver's start on, or up to its end.
        let receivers = if ends { receiver_first } else { sender_first };
        let receivers: BTreeSet<Key> = receivers.difference(&beyond).copied().collect();
        let senders = all.difference(&beyond).copied();
        let senders = senders.filter(|key| !receivers.contains(key)).collect();
        let each = [senders, receivers];
        let common = [common, BTreeSet::new()];
        let (takes, gives) = if ends { (each, common) } else { (common, each) };
        Together {
            initial: if ends { beyond } else { before.clone() },
            takes,
            gives,
            all,
        }
    }
}
