//! Rates below the most of a path although nothing asks for them: what full rates leave over.
//!
//! Migrations that share a path take longer by more than their share (see [`crate::migration`]), so a lower rate can pay only
//! where full ones leave something unused. A place with room `C` that migrations of the rate `r` cross, `k` of them at
//! once, has room besides for one of `C mod r`; it can carry `k + 1` of `C / (k + 1)`; and one of another rate `q` leaves `C - q`.
//!
//! A budget is such a place, too: the servers leave some of it to the migrations, whose power grows with their rate. How
//! much they leave changes with boots and shutdowns; the plan's start, its end and the time with most servers on stand for
//! all others. Where not even one migration fits, the rate that does is another one.
//!
//! There are few such rates. Whether any of them pays is for the search to find out.

use std::collections::{BTreeMap, BTreeSet};

use super::levels::{Key, Level, Levels};
use super::modes::Method;
use super::scopes::Scopes;
use super::steps::Walk;
use super::traffic::Guests;
use crate::datacenter::{Datacenter, MigrationEnergy};
use crate::formulation::{ActionId, UNLIMITED};
use crate::request::{Request, Task};

/// A rate below that part of the full one makes a migration more than four times as long, whatever is left over.
const LEAST_PART: u64 = 4;
/// Of the rates of others at one place so many are looked at, the highest ones.
const OTHERS: usize = 4;

/// The lower rates that migrations could also have, where their methods begin with the highest rate.
pub(super) fn rates(
    dc: &Datacenter,
    request: &Request,
    walk: &Walk,
    methods: &[Method],
    scopes: &Scopes,
    guests: &Guests,
) -> BTreeMap<ActionId, BTreeSet<u64>> {
    let levels = Levels::of(dc, request, walk, methods, scopes, guests);
    let mut found: BTreeMap<ActionId, BTreeSet<u64>> = BTreeMap::new();
    let shared = levels.table.iter().filter(|(_, level)| level.can_bind());
    for (key, level) in shared.filter(|(key, _)| is_shared_by_rate(**key)) {
        let place = Place::of(level, walk);
        for &(action, full) in &place.takes {
            let at = action.0 as usize;
            let Some(most) = methods[at].modes.first().and_then(|mode| mode.rate) else {
                continue;
            };
            let rate = |take: i128| match key {
                Key::Power(_) => affordable(&dc[walk.deeds[at].from?].migration, take),
                _ => u64::try_from(i128::from(most) * take / full).ok(),
            };
            let spare = place.spare(full).into_iter().filter_map(rate);
            let spare = spare.filter(|rate| rate.saturating_mul(LEAST_PART) >= most);
            let only = place.only(full).into_iter().filter_map(rate);
            let lower = spare.chain(only).filter(|&rate| 0 < rate && rate < most);
            found.entry(action).or_default().extend(lower);
        }
    }
    found
}

/// Whether a migration takes more of it the higher its rate is.
fn is_shared_by_rate(key: Key) -> bool {
    matches!(
        key,
        Key::Link(..) | Key::Switch(_) | Key::Limit(..) | Key::Power(_)
    )
}

/// The highest rate in bit/s whose power is within so many mW (see [`crate::migration::power`]).
fn affordable(model: &MigrationEnergy, power: i128) -> Option<u64> {
    let left = power - i128::from(model.fixed_mj);
    let rate = (left * 8_000_000).checked_div(model.per_byte_nj.into())?;
    u64::try_from(rate).ok()
}

/// A level that migrations share.
struct Place {
    /// What each of them takes at its highest rate; more than 0.
    takes: Vec<(ActionId, i128)>,
    /// The highest ones, each once.
    different: Vec<i128>,
    /// What there is for them, at different times; more than 0.
    rooms: BTreeSet<i128>,
}

impl Place {
    fn of(level: &Level, walk: &Walk) -> Place {
        let is_migration =
            |action: ActionId| matches!(walk.deeds[action.0 as usize].task, Task::Migrate { .. });
        let migrations = level.changes.iter().filter(|c| is_migration(c.action));
        let takes: Vec<(ActionId, i128)> = migrations
            .filter(|change| change.is_certain)
            .filter_map(|change| Some((change.action, change.effects.first()?.1.take)))
            .filter(|&(_, take)| take > 0)
            .collect();
        let different: BTreeSet<i128> = takes.iter().map(|&(_, take)| take).collect();
        let lasting = || level.changes.iter().map(|change| change.lasting());
        let others = [
            level.initial,
            level.initial + lasting().sum::<i128>(),
            level.initial + lasting().map(|change| change.max(0)).sum::<i128>(),
        ];
        let limits = level.capacity.iter().map(|&(_, capacity)| capacity);
        let limits = limits.filter(|&capacity| capacity < i128::from(UNLIMITED));
        Place {
            takes,
            different: different.into_iter().rev().take(OTHERS).collect(),
            rooms: limits
                .flat_map(|capacity| others.map(|other| capacity - other))
                .filter(|&room| room > 0)
                .collect(),
        }
    }

    /// What one that takes `full` could take instead, of what full ones leave.
    fn spare(&self, full: i128) -> Vec<i128> {
        let mut spare = Vec::new();
        for &room in &self.rooms {
            let lanes = room / full;
            let is_crowded = self.takes.len() as i128 > lanes;
            if lanes > 0 && is_crowded && room % full > 0 {
                spare.extend([room % full, room / (lanes + 1)]);
            }
            let others = self.different.iter().filter(|&&other| other != full);
            spare.extend(others.map(|other| room - other));
        }
        spare.retain(|&take| 0 < take && take < full);
        spare
    }

    /// What one that takes `full` could take at most where that is too much.
    fn only(&self, full: i128) -> Vec<i128> {
        let rooms = self.rooms.iter().copied();
        rooms.filter(|&room| room < full).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(room: i128, takes: &[i128]) -> Place {
        let different: BTreeSet<i128> = takes.iter().copied().collect();
        Place {
            takes: (0..).map(ActionId).zip(takes.iter().copied()).collect(),
            different: different.into_iter().rev().collect(),
            rooms: BTreeSet::from([room]),
        }
    }

    #[test]
    fn what_full_rates_leave() {
        // Two lanes of 4 leave 2, and three would have 3 each.
        assert_eq!(place(10, &[4, 4, 4]).spare(4), [2, 3]);
        // Nothing is left, or nobody would take it.
        assert_eq!(place(8, &[4, 4, 4]).spare(4), []);
        assert_eq!(place(10, &[4, 4]).spare(4), []);
        // What the one of 3 leaves, and what one of 4 does.
        assert_eq!(place(5, &[4, 3]).spare(4), [1, 2, 2]);
        assert_eq!(place(5, &[4, 3]).spare(3), [2, 2, 1]);
        assert_eq!(place(5, &[4, 3]).only(4), []);
        assert_eq!(place(3, &[4]).only(4), [3]);
        assert_eq!(place(3, &[4]).spare(4), []);
    }

    #[test]
    fn a_rate_within_a_power() {
        let model = MigrationEnergy {
            per_byte_nj: 512,
            fixed_mj: 20_165,
        };
        for power in [20_166, 30_000, 84_165] {
            let rate = affordable(&model, power).unwrap();
            let draws = |rate| i128::from(crate::migration::power(&model, rate));
            assert!(draws(rate) <= power && draws(rate + 1) > power, "{power}");
        }
        assert_eq!(affordable(&model, 20_164), None);
        let free = MigrationEnergy {
            per_byte_nj: 0,
            fixed_mj: 0,
        };
        assert_eq!(affordable(&free, 1), None);
    }
}
