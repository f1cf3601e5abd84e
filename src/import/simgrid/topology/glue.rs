//! Which ends of links are one place.

use std::collections::{BTreeMap, BTreeSet};

use super::Pair;
use crate::import::simgrid::platform::{Platform, PointKind, Policy, Use};

/// A place on a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// A host.
    Host(usize),
    /// A link whose rate all that passes it has together, or each by itself.
    Node(usize),
    /// A place without a rate, by its root in the union.
    Junction(usize),
}

/// The places of all ends.
pub struct Glue<'a> {
    platform: &'a Platform,
    /// Two for each link: the lower and the higher end of a duplex link; both the same for a hub.
    parent: Vec<usize>,
    /// Links with one rate for each flow that is never the least of a route.
    idle: BTreeSet<usize>,
    /// What a junction is, where it is no switch of its own.
    is: BTreeMap<usize, Spot>,
    /// Routers at a junction, by its root.
    pub routers: BTreeMap<usize, usize>,
}

impl<'a> Glue<'a> {
    pub fn new(platform: &'a Platform, pairs: &[Pair]) -> Self {
        let mut glue = Glue {
            platform,
            parent: (0..platform.links.len() * 2).collect(),
            idle: BTreeSet::new(),
            is: BTreeMap::new(),
            routers: BTreeMap::new(),
        };
        glue.find_idle(pairs);
        let mut touching: BTreeSet<(Spot, Spot)> = BTreeSet::new();
        for pair in pairs {
            glue.walk(
                Some(pair.from),
                &pair.found.uses,
                Some(pair.to),
                &mut touching,
            );
        }
        // Hosts of a cluster that stand behind its first two.
        for (id, point) in platform
            .points
            .iter()
            .enumerate()
            .filter(|(_, point)| !point.up.is_empty())
        {
            let center = platform
                .center(point.zone)
                .map(|link| Use { link, up: true });
            let uses: Vec<Use> = point.up.iter().copied().chain(center).collect();
            glue.walk(Some(id), &uses, None, &mut touching);
        }
        let mut transit = BTreeSet::new();
        for &(a, b) in &touching {
            if let (Spot::Junction(a), Spot::Junction(b)) = (a, b) {
                glue.union(a, b);
                transit.insert(a);
                transit.insert(b);
            }
        }
        let transit: BTreeSet<usize> = transit.iter().map(|&end| glue.root(end)).collect();
        let mut beside: BTreeMap<usize, BTreeSet<Spot>> = BTreeMap::new();
        for &(a, b) in &touching {
            for (end, other) in [(a, b), (b, a)] {
                if let (Spot::Junction(end), Spot::Host(_) | Spot::Node(_)) = (end, other) {
                    beside.entry(glue.root(end)).or_default().insert(other);
                }
            }
        }
        for (root, spots) in beside {
            let mut spots = spots.into_iter();
            let (Some(spot), None, false) = (
                spots.next(),
                spots.next(),
                transit.contains(&root) || glue.is_hub(root),
            ) else {
                continue;
            };
            // What ends at one thing alone is that thing. A link with lanes keeps its own rate to itself.
            let merges = match spot {
                Spot::Node(link) => platform.links[link].policy == Policy::Shared,
                _ => true,
            };
            if merges {
                glue.is.insert(root, spot);
            }
        }
        glue.part_hosts();
        glue.name_routers();
        glue
    }

    /// The places where a link is entered and left.
    pub fn ends(&self, used: Use) -> (Spot, Spot) {
        let Use { link, up } = used;
        match self.platform.links[link].policy {
            Policy::Shared => (Spot::Node(link), Spot::Node(link)),
            Policy::Fatpipe if !self.idle.contains(&link) => (Spot::Node(link), Spot::Node(link)),
            Policy::Fatpipe | Policy::Hub => (Spot::Junction(link * 2), Spot::Junction(link * 2)),
            Policy::Duplex => {
                let (low, high) = (Spot::Junction(link * 2), Spot::Junction(link * 2 + 1));
                if up { (low, high) } else { (high, low) }
            }
        }
    }

    /// What the place is in the network.
    pub fn place(&self, spot: Spot) -> Spot {
        match spot {
            Spot::Junction(end) => {
                let root = self.root(end);
                self.is.get(&root).copied().unwrap_or(Spot::Junction(root))
            }
            other => other,
        }
    }

    fn walk(
        &self,
        from: Option<usize>,
        uses: &[Use],
        to: Option<usize>,
        touching: &mut BTreeSet<(Spot, Spot)>,
    ) {
        let mut at = from.map(Spot::Host);
        for &used in uses {
            let (entry, exit) = self.ends(used);
            if let Some(at) = at.filter(|&at| at != entry) {
                touching.insert((at, entry));
            }
            at = Some(exit);
        }
        touching.extend(at.zip(to.map(Spot::Host)));
    }

    fn find_idle(&mut self, pairs: &[Pair]) {
        let links = &self.platform.links;
        let fat = |link: usize| links[link].policy == Policy::Fatpipe;
        let mut binding = BTreeSet::new();
        for pair in pairs {
            let rates = pair.found.uses.iter().map(|used| used.link);
            let least = rates
                .clone()
                .filter(|&link| !fat(link))
                .map(|link| links[link].rate)
                .min();
            binding.extend(
                rates.filter(|&link| {
                    fat(link) && least.is_none_or(|least| links[link].rate < least)
                }),
            );
        }
        self.idle = (0..links.len())
            .filter(|&link| fat(link) && !binding.contains(&link))
            .collect();
    }

    fn is_hub(&self, root: usize) -> bool {
        self.platform.links[root / 2].policy != Policy::Duplex
    }

    /// A link between two hosts gets a switch at its higher end.
    fn part_hosts(&mut self) {
        for link in 0..self.platform.links.len() {
            let ends = [link * 2, link * 2 + 1].map(|end| self.root(end));
            let host = |end: usize| matches!(self.is.get(&end), Some(Spot::Host(_)));
            if self.platform.links[link].policy == Policy::Duplex && host(ends[0]) && host(ends[1])
            {
                self.is.remove(&ends[1]);
            }
        }
    }

    /// A route that is given between routers, or from one, tells where they stand.
    fn name_routers(&mut self) {
        for route in &self.platform.routes {
            let (Some(&first), Some(&last)) = (route.uses.first(), route.uses.last()) else {
                continue;
            };
            let ends = [
                (route.gateway_from, self.ends(first).0),
                (route.gateway_to, self.ends(last).1),
            ];
            for (point, spot) in ends {
                if let (PointKind::Router, Spot::Junction(root)) =
                    (&self.platform.points[point].kind, self.place(spot))
                {
                    self.routers.entry(root).or_insert(point);
                }
            }
        }
    }

    fn root(&self, mut end: usize) -> usize {
        while self.parent[end] != end {
            end = self.parent[end];
        }
        end
    }

    /// Joins two junctions; a hub is the root, then the smaller number.
    fn union(&mut self, a: usize, b: usize) {
        let mut roots = [self.root(a), self.root(b)];
        roots.sort_by_key(|&root| (!self.is_hub(root), root));
        self.parent[roots[1]] = roots[0];
    }
}

impl Platform {
    /// The centre of a zone that has one.
    pub fn center(&self, zone: usize) -> Option<usize> {
        match &self.zones[zone].routing {
            crate::import::simgrid::platform::Routing::Star(star) => Some(star.center),
            _ => None,
        }
    }
}
