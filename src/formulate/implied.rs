//! Counts of those that have a place, which follow from all the rest: without them a plan is the same, but a relaxation knows less.
//!
//! Each has its place for some time at least, which begins so long before an action of its own starts. That time is a mark: an action that is no
//! part of any plan, costs nothing, and takes the place. Another mark, which ends together with that action and starts together with this one, puts it
//! there.
//!
//! That the time is one action, of a length that is known, makes more of it than a place that one action takes and another one gives back: of
//! rolling reboots through a spare, 200 steps of the relaxation came to 84,265 with it and to 66,343 without.
//!
//! How long it is follows from what has to be done meanwhile. What takes of a link for some time fits into no less time than
//! all of it together takes of the whole link.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::levels::{Key, Levels};
use super::rules::Sources;
use super::turns::{demand, level, mark_of};
use super::{Cause, Problem};
use crate::formulation::{ActionId, Formulation, Group, Mode, Schedule, Seconds, SourceId};

/// Where that begins which a formulation says though it follows from the rest: it stands behind the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Implied {
    /// The first such action; from there on all are marks.
    pub actions: usize,
    /// The first such level.
    pub resources: usize,
    /// The first such group.
    pub groups: usize,
    /// The marks.
    pub margins: Vec<Margin>,
}

/// A mark that starts before an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    /// The mark.
    pub mark: ActionId,
    /// The action.
    pub of: ActionId,
    /// So long before the action it starts.
    pub lead: Seconds,
}

/// At most so many have a place at once.
pub(super) struct Count {
    /// What its level is called.
    pub name: String,
    pub most: u64,
    pub source: SourceId,
    pub held: Vec<Held>,
}

/// A place is held from so long before the start of an action, for so long in all.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub action: ActionId,
    /// How long before, and what puts that before the action which takes so long.
    pub lead: Option<(Seconds, Cause)>,
    pub length: Seconds,
}

/// Adds counts, and the marks that they need.
pub(super) fn add(
    levels: &Levels,
    counts: Vec<Count>,
    sources: &mut Sources,
    out: &mut Formulation,
) -> Implied {
    let mut implied = Implied {
        actions: out.actions.len(),
        resources: out.resources.len(),
        groups: out.groups.len(),
        margins: Vec::new(),
    };
    // The marks that lead to an action, and those of a time.
    let mut leads: BTreeMap<(ActionId, Seconds), ActionId> = BTreeMap::new();
    let mut times: BTreeMap<(ActionId, Seconds), ActionId> = BTreeMap::new();
    for count in counts {
        let place = level(out, &count.name, count.most as i64, count.source);
        for held in count.held {
            let Held { action: of, .. } = held;
            let (lead, source) = match held.lead {
                Some((lead, cause)) => {
                    let then = &levels.walk().deeds[of.0 as usize];
                    (lead, sources.implied(cause, then, out))
                }
                None => (0, count.source),
            };
            let mut margin = |out: &mut Formulation, with, ends, length| {
                let mark = mark(out, with, ends, length, source);
                implied.margins.push(Margin { mark, of, lead });
                mark
            };
            let first = match lead {
                0 => of,
                _ => *leads.entry((of, lead)).or_insert_with(|| {
                    let length = lead + out[of].modes[0].duration;
                    margin(out, of, true, length)
                }),
            };
            let time = times.entry((first, held.length));
            let time = *time.or_insert_with(|| margin(out, first, false, held.length));
            demand(&mut out.actions[time.0 as usize].modes[0], place, (1, 1));
        }
    }
    implied
}

/// A mark that starts or ends together with an action.
fn mark(
    out: &mut Formulation,
    with: ActionId,
    ends: bool,
    length: Seconds,
    source: SourceId,
) -> ActionId {
    let side = if ends { "until the end of" } else { "from" };
    let name = format!("{length} s {side} {}", out[with].name);
    let mode = Mode {
        duration: length,
        rate: None,
        demands: Vec::new(),
    };
    let mark = mark_of(out, name, vec![mode], source);
    out.groups.push(Group {
        actions: vec![with, mark],
        ends,
        source,
    });
    mark
}

impl Margin {
    /// Puts the mark where its action is.
    pub fn put(&self, schedule: &mut Schedule) {
        let (at, of) = (self.mark.0 as usize, self.of.0 as usize);
        (schedule.start[at], schedule.mode[at]) = (schedule.start[of] - self.lead, 0);
    }
}

impl Problem {
    /// The problem without what follows from the rest.
    pub fn plain(&self) -> Cow<'_, Problem> {
        let implied = &self.implied;
        if implied.resources == self.formulation.resources.len() {
            return Cow::Borrowed(self);
        }
        let mut plain = self.clone();
        let f = &mut plain.formulation;
        f.actions.truncate(implied.actions);
        f.resources.truncate(implied.resources);
        f.groups.truncate(implied.groups);
        for objective in &mut f.objectives {
            objective.terms.truncate(implied.actions);
        }
        let known = |resource: u32| (resource as usize) < implied.resources;
        for mode in f.actions.iter_mut().flat_map(|action| &mut action.modes) {
            mode.demands.retain(|demand| known(demand.resource.0));
        }
        plain.implied.margins.clear();
        Cow::Owned(plain)
    }
}

/// Pieces of the time of a link into which the times that are added up are cut: more are more exact.
const PIECES: u64 = 4_096;

/// The least time that passes until some of these have ended that bring so much, if none begins before: each brings its amount, and all of
/// them as much at least.
pub(super) fn least_time(levels: &Levels, moves: &[(u64, ActionId)], wanted: u64) -> Seconds {
    if wanted == 0 {
        return 0;
    }
    let sum = |moves: &[(u64, u64)]| -> u64 { moves.iter().map(|&(amount, _)| amount).sum() };
    let mut lengths: Vec<(u64, u64)> = Vec::new();
    // Of each link that a move takes, whatever its mode, how long it would take all of it, in ms.
    let mut links: BTreeMap<Key, Vec<(u64, u64)>> = BTreeMap::new();
    for &(amount, action) in moves {
        lengths.push((amount, levels.shortest(action).unsigned_abs()));
        for (key, busy) in busy(levels, action) {
            links.entry(key).or_default().push((amount, busy));
        }
    }
    lengths.sort_unstable_by_key(|&(_, length)| length);
    let enough = (1..=lengths.len()).find(|&some| sum(&lengths[..some]) >= wanted);
    let longest = enough.map_or(0, |enough| lengths[enough - 1].1);
    let all = sum(&lengths);
    let one_by_one = links.values().map(|own| {
        // Those that do not take it are no matter.
        let others = all - sum(own);
        least_busy(own, wanted.saturating_sub(others)).div_ceil(1000)
    });
    let least = one_by_one.max().unwrap_or(0).max(longest);
    Seconds::try_from(least).unwrap_or(0)
}

/// The ms of each link or switch that an action takes in any case, were it to have all of it.
fn busy(levels: &Levels, action: ActionId) -> BTreeMap<Key, u64> {
    let mut busy: BTreeMap<Key, (u64, usize)> = BTreeMap::new();
    let mut modes = 0;
    for (_, mode, way) in levels.ways(action) {
        modes += 1;
        for key in Key::carried(levels.dc(), &way.path) {
            let Some(capacity) = key.carries(levels.dc()) else {
                continue;
            };
            let bits =
                u128::from(mode.rate.unwrap_or(0)) * u128::from(mode.duration.unsigned_abs());
            let ms = u64::try_from(1000 * bits / u128::from(capacity.max(1))).unwrap_or(u64::MAX);
            let (least, count) = busy.entry(key).or_insert((ms, 0));
            *least = ms.min(*least);
            *count += 1;
        }
    }
    let certain = busy.into_iter().filter(|(_, (_, count))| *count == modes);
    certain.map(|(key, (least, _))| (key, least)).collect()
}

/// The least sum of times with which amounts come to so much: a knapsack of all times of one link, cut into pieces.
fn least_busy(all: &[(u64, u64)], wanted: u64) -> u64 {
    if wanted == 0 {
        return 0;
    }
    let sum: u64 = all.iter().map(|&(_, busy)| busy).sum();
    let piece = sum / PIECES + 1;
    // The most that comes within so many pieces.
    let mut most = vec![0_u64; (sum / piece) as usize + 1];
    for &(amount, busy) in all {
        let pieces = (busy / piece) as usize;
        for at in (pieces..most.len()).rev() {
            most[at] = most[at].max(most[at - pieces] + amount);
        }
    }
    let least = most.iter().position(|&amount| amount >= wanted);
    least.unwrap_or(most.len() - 1) as u64 * piece
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By trying all subsets.
    fn exactly(all: &[(u64, u64)], wanted: u64) -> u64 {
        let subsets = (0..1_u32 << all.len()).filter_map(|some| {
            let own = || {
                (0..all.len())
                    .filter(|at| some >> at & 1 == 1)
                    .map(|at| all[at])
            };
            let amount: u64 = own().map(|(amount, _)| amount).sum();
            (amount >= wanted).then(|| own().map(|(_, busy)| busy).sum())
        });
        subsets.min().unwrap_or(0)
    }

    #[test]
    fn the_least_time_of_a_link_is_never_too_long_and_hardly_too_short() {
        let mut state = 7_u64;
        let mut below = |bound: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % bound
        };
        for _ in 0..200 {
            let count = 1 + below(6);
            let all: Vec<(u64, u64)> = (0..count)
                .map(|_| (1 + below(9), 1 + below(9_000)))
                .collect();
            let sum: u64 = all.iter().map(|&(amount, _)| amount).sum();
            let wanted = below(sum + 1);
            let (least, exact) = (least_busy(&all, wanted), exactly(&all, wanted));
            assert!(
                least <= exact && least + 100 >= exact,
                "{least} {exact} {all:?} {wanted}"
            );
        }
    }
}
