//! Rates below the most that a path allows, where that most cannot serve.
//!
//! Migrations of one `sync` run at the same time. Where a link cannot carry all of them at their highest rates,
//! each also gets its max-min fair share of it. A `limit` in a period is taken in the same way, so that a
//! migration that could have more fits into the period too. What guests send leaves less to share.

use std::collections::{BTreeMap, BTreeSet};

use super::levels::Key;
use super::modes::{Method, Way};
use super::order::root;
use super::scopes::Scopes;
use super::steps::Walk;
use super::traffic::Guests;
use crate::datacenter::Datacenter;
use crate::formulation::ActionId;
use crate::request::{Period, Request, RuleKind, Task};

/// Modes below the fastest, so that the choice stays small.
pub(super) const LOWER: usize = 3;

/// No group has more combinations of modes: the scheduler refuses more.
pub(super) const MOST_COMBINATIONS: usize = 4096;

/// What the migrations of a plan cross, and which of them run at the same time.
pub(super) struct Shares<'a> {
    dc: &'a Datacenter,
    request: &'a Request,
    walk: &'a Walk,
    scopes: &'a Scopes,
    guests: &'a Guests<'a>,
    /// The k-th migrations of each `sync`.
    groups: Vec<Vec<ActionId>>,
}

/// What limits traffic at some place.
#[derive(Clone, Copy)]
struct Offer {
    key: Key,
    /// bit/s
    capacity: u64,
    /// Whether it limits all the time.
    always: bool,
}

/// The traffic of migrations that run at the same time, at one place.
struct Contended {
    capacity: u64,
    /// What those take whose rate is given.
    fixed: u64,
    /// What each of the others takes at most.
    wanted: Vec<u64>,
}

impl Contended {
    /// The max-min fair share: what each has at most so that all fit, and those that take less have what they
    /// take. None where all fit as they are, or where nothing is left to share.
    fn share(mut self) -> Option<u64> {
        let mut left = self.capacity.checked_sub(self.fixed)?;
        self.wanted.sort_unstable();
        let mut sharing = self.wanted.len() as u64;
        for wanted in self.wanted {
            let share = left / sharing;
            if wanted > share {
                return (share > 0).then_some(share);
            }
            left -= wanted;
            sharing -= 1;
        }
        None
    }
}

impl<'a> Shares<'a> {
    pub fn of(
        dc: &'a Datacenter,
        request: &'a Request,
        walk: &'a Walk,
        scopes: &'a Scopes,
        guests: &'a Guests<'a>,
    ) -> Self {
        let rounds = request.rules.iter().flat_map(|rule| match &rule.kind {
            RuleKind::Sync { vms, .. } => walk.rounds(vms),
            _ => Vec::new(),
        });
        Shares {
            dc,
            request,
            walk,
            scopes,
            guests,
            groups: rounds.filter(|round| round.len() > 1).collect(),
        }
    }

    /// The lower rates that migrations also get, the highest first, where their methods are those of the
    /// highest rate.
    pub fn lower_rates(&self, fastest: &[Method]) -> Vec<(ActionId, Vec<u64>)> {
        let highest = self.guests.highest(fastest);
        let mut lower = Vec::new();
        for set in self.sets() {
            let of_set = set.iter().filter_map(|action| {
                let method = &fastest[action.0 as usize];
                Some((*action, method.modes.first()?.rate?, method.only_way()?))
            });
            let of_set: Vec<(ActionId, u64, &Way)> = of_set.collect();
            let ways: Vec<&Way> = of_set.iter().map(|&(_, _, way)| way).collect();
            let mut found: BTreeMap<ActionId, Vec<u64>> = BTreeMap::new();
            for sent in self.sent_beside(&ways, &highest) {
                let offers = |way| self.offers(way, &sent);
                let offers = of_set
                    .iter()
                    .map(|&(at, rate, way)| (at, rate, offers(way)));
                let offers: Vec<(ActionId, u64, Vec<Offer>)> = offers.collect();
                let shares = self.fair(&offers);
                for (action, rate, offers) in &offers {
                    let rates = rates(*rate, offers, &shares);
                    found.entry(*action).or_default().extend(rates);
                }
            }
            for (action, mut rates) in found {
                rates.sort_unstable_by(|a, b| b.cmp(a));
                rates.dedup();
                few(&mut rates, LOWER);
                if !rates.is_empty() && !self.is_fixed(action) {
                    lower.push((action, rates));
                }
            }
        }
        lower
    }

    /// What guests may send while migrations run that hang together, from little to much: what those of their VMs send beside what always
    /// flows; what flows before anything else happens; all that ever flows at once.
    fn sent_beside(&self, ways: &[&Way], highest: &BTreeMap<Key, u64>) -> Vec<BTreeMap<Key, u64>> {
        let keys = ways.iter().flat_map(|way| Key::carried(self.dc, &way.path));
        let keys: BTreeSet<Key> = keys.collect();
        let table = |sent: &dyn Fn(Key) -> u64| keys.iter().map(|&key| (key, sent(key))).collect();
        if ways.len() < 2 {
            return vec![table(&|key| self.guests.standing(key))];
        }
        let sum = |key: Key, of: &dyn Fn(&Way) -> u64| {
            ways.iter().fold(self.guests.standing(key), |sum, way| {
                sum.saturating_add(of(way))
            })
        };
        let comes = |key: Key| {
            let sum = sum(key, &|way| way.guests.comes(key));
            sum - self.guests.standing(key) + self.guests.initial(key)
        };
        vec![
            table(&|key| sum(key, &|way| way.guests.own(key))),
            table(&comes),
            table(&|key| highest.get(&key).copied().unwrap_or(0)),
        ]
    }

    /// The migrations that hang together by `sync`; any other is a set by itself.
    fn sets(&self) -> Vec<Vec<ActionId>> {
        let deeds = &self.walk.deeds;
        let mut parent: Vec<usize> = (0..deeds.len()).collect();
        for group in &self.groups {
            let first = root(&mut parent, group[0].0 as usize);
            for action in group {
                let other = root(&mut parent, action.0 as usize);
                parent[other] = first;
            }
        }
        let mut sets = vec![Vec::new(); deeds.len()];
        for (at, deed) in deeds.iter().enumerate() {
            if matches!(deed.task, Task::Migrate { .. }) {
                sets[root(&mut parent, at)].push(ActionId(at as u32));
            }
        }
        sets.retain(|set| !set.is_empty());
        sets
    }

    /// The fair share of each place that cannot carry all at once.
    fn fair(&self, offers: &[(ActionId, u64, Vec<Offer>)]) -> BTreeMap<Key, u64> {
        let mut contended: BTreeMap<Key, Contended> = BTreeMap::new();
        for (action, rate, offers) in offers {
            for offer in offers {
                let place = contended.entry(offer.key).or_insert(Contended {
                    capacity: offer.capacity,
                    fixed: 0,
                    wanted: Vec::new(),
                });
                if self.is_fixed(*action) {
                    place.fixed = place.fixed.saturating_add(*rate);
                } else {
                    place.wanted.push(*rate);
                }
            }
        }
        let shares = contended
            .into_iter()
            .filter_map(|(key, place)| Some((key, place.share()?)));
        shares.collect()
    }

    /// Whether a migration may have any rate: no step gives it, and no `sync` ties it to others.
    pub fn is_free(&self, action: ActionId) -> bool {
        let is_tied = self.groups.iter().any(|group| group.contains(&action));
        !is_tied && !self.is_fixed(action)
    }

    /// Leaves out modes until migrations that hang together by `sync` have no more combinations than the scheduler
    /// takes. Each keeps its lowest rate, with which all fit.
    ///
    /// Places to choose are never left out: the first of each set that has some and too many is told instead.
    pub fn thin(&self, methods: &mut [Method]) -> Vec<ActionId> {
        let mut open = Vec::new();
        for set in self.sets() {
            let modes =
                |methods: &[Method], action: ActionId| methods[action.0 as usize].modes.len();
            let is_open = |action: &&ActionId| methods[action.0 as usize].only_way().is_none();
            let first_open = set.iter().find(is_open).copied();
            while set
                .iter()
                .try_fold(1_usize, |all, &action| {
                    all.checked_mul(modes(methods, action))
                })
                .is_none_or(|all| all > MOST_COMBINATIONS)
            {
                if let Some(action) = first_open.filter(|_| set.len() > 1) {
                    open.push(action);
                    break;
                }
                let widest = set.iter().max_by_key(|&&action| modes(methods, action));
                let Some(&widest) = widest else { break };
                let own = &mut methods[widest.0 as usize].modes;
                few(own, own.len() - 1);
            }
        }
        open
    }

    /// Whether the step gives the rate or the duration, or leaves the way open: then there is no choice of rates.
    fn is_fixed(&self, action: ActionId) -> bool {
        let deed = &self.walk.deeds[action.0 as usize];
        deed.rate.is_some() || deed.takes.is_some() || !deed.open.is_empty()
    }

    fn offers(&self, way: &Way, sent: &BTreeMap<Key, u64>) -> Vec<Offer> {
        let keys = Key::network(self.dc, self.scopes, &way.path);
        let offer = |key| {
            let (capacity, period) = match key {
                Key::Link(..) | Key::Switch(_) => {
                    let sent = sent.get(&key).copied().unwrap_or(0);
                    (key.carries(self.dc)?.saturating_sub(sent), Period::ALWAYS)
                }
                Key::Limit(rule, ..) => match self.request.rules[rule].kind {
                    RuleKind::Limit { rate, period, .. } => (rate, period),
                    _ => return None,
                },
                _ => return None,
            };
            let from = period.from.max(Period::ALWAYS.from);
            period.to.is_none_or(|to| to > from).then_some(Offer {
                key,
                capacity,
                always: from == Period::ALWAYS.from && period.to.is_none(),
            })
        };
        keys.into_iter().filter_map(offer).collect()
    }

    /// Leaves out the modes with which a `sync` cannot hold: whatever the others of the group do, they run at
    /// the same instant, and some place cannot carry them all. Where that is true of every mode, all stay, and
    /// the search tells which rules contradict one another.
    pub fn prune(&self, methods: &mut [Method]) {
        for group in &self.groups {
            // What all take at least, at each place that limits all the time.
            let mut least: BTreeMap<Key, u64> = BTreeMap::new();
            let offers: Vec<Vec<Offer>> = group
                .iter()
                .map(|action| {
                    let way = methods[action.0 as usize].only_way();
                    let offers = |way: &Way| {
                        let keys = Key::carried(self.dc, &way.path);
                        let sent = keys.map(|key| (key, self.guests.standing(key))).collect();
                        self.offers(way, &sent)
                    };
                    way.map(offers).unwrap_or_default()
                })
                .collect();
            for (action, offers) in group.iter().zip(&offers) {
                let rate = lowest(&methods[action.0 as usize]);
                for offer in offers.iter().filter(|offer| offer.always) {
                    let sum = least.entry(offer.key).or_default();
                    *sum = sum.saturating_add(rate);
                }
            }
            for (action, offers) in group.iter().zip(&offers) {
                let method = &mut methods[action.0 as usize];
                let own = lowest(method);
                let fits = |rate: u64| {
                    let mut always = offers.iter().filter(|offer| offer.always);
                    always.all(|o| least[&o.key].saturating_add(rate - own) <= o.capacity)
                };
                if fits(own) {
                    method.modes.retain(|mode| mode.rate.is_none_or(fits));
                }
            }
        }
    }
}

fn lowest(method: &Method) -> u64 {
    let rates = method.modes.iter().filter_map(|mode| mode.rate);
    rates.min().unwrap_or(0)
}

/// The rates below `most` that one migration gets: its share of what limits it all the time, and that of each
/// `limit` in a period.
fn rates(most: u64, offers: &[Offer], shares: &BTreeMap<Key, u64>) -> Vec<u64> {
    let share = |offer: &Offer| shares.get(&offer.key).copied();
    let always = offers.iter().filter(|offer| offer.always);
    let usual = always.filter_map(share).fold(most, u64::min);
    let limited = offers.iter().filter(|offer| !offer.always);
    let limited = limited.filter_map(share).map(|share| share.min(usual));
    let mut rates: Vec<u64> = limited.chain([usual]).filter(|&rate| rate < most).collect();
    rates.sort_unstable_by(|a, b| b.cmp(a));
    rates.dedup();
    few(&mut rates, LOWER);
    rates
}

/// Leaves no more than so many rates, the highest of which come first. The lowest one fits everywhere; of the others
/// the highest count.
pub(super) fn few<T>(rates: &mut Vec<T>, most: usize) {
    while rates.len() > most {
        rates.remove(rates.len().saturating_sub(2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(capacity: u64, fixed: u64, wanted: &[u64]) -> Option<u64> {
        let wanted = wanted.to_vec();
        Contended {
            capacity,
            fixed,
            wanted,
        }
        .share()
    }

    #[test]
    fn max_min_fair_shares() {
        assert_eq!(share(10, 0, &[10, 10]), Some(5));
        assert_eq!(share(10, 0, &[10, 10, 10]), Some(3));
        // Those that take less leave more to the others.
        assert_eq!(share(10, 0, &[10, 1, 10]), Some(4));
        assert_eq!(share(10, 4, &[10, 10]), Some(3));
        assert_eq!(share(10, 0, &[5, 5]), None);
        assert_eq!(share(4, 0, &[10]), Some(4));
        assert_eq!(share(4, 0, &[1, 2]), None);
        // Nothing is left.
        assert_eq!(share(4, 4, &[1]), None);
        assert_eq!(share(4, 5, &[1]), None);
        assert_eq!(share(1, 0, &[1, 1]), None);
    }
}
