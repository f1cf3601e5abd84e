//! Switches, links and routes of the network.

use std::collections::{BTreeMap, BTreeSet};

use super::glue::{Glue, Spot};
use super::{LANES, Network, Pair, joined, tangled};
use crate::diag::Diagnostic;
use crate::import::inventory::{Link, Route, Switch};
use crate::import::simgrid::paths::Graph;
use crate::import::simgrid::platform::{Platform, Policy, Use};

/// Switches that one route may name.
const MAX_VIA: usize = 16;

/// What joins two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// A link of the file.
    Link(usize),
    /// Nothing of the file: bit/s that never bind, and lanes.
    Join(u64, u32),
}

/// The network as it grows.
pub struct Builder<'a> {
    platform: &'a Platform,
    glue: &'a Glue<'a>,
    classes: &'a [Vec<usize>],
    edges: BTreeMap<(Spot, Spot), Edge>,
    /// The same in the order in which they were met.
    order: Vec<(Spot, Spot)>,
    spots: BTreeSet<Spot>,
}

impl<'a> Builder<'a> {
    pub fn new(platform: &'a Platform, glue: &'a Glue<'a>, classes: &'a [Vec<usize>]) -> Self {
        Builder {
            platform,
            glue,
            classes,
            edges: BTreeMap::new(),
            order: Vec::new(),
            spots: BTreeSet::new(),
        }
    }

    pub fn build(
        mut self,
        pairs: &[Pair],
        unrouted: &[(usize, usize)],
    ) -> Result<Network, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let mut paths = Vec::new();
        for pair in pairs {
            match self.path(pair.from, &pair.found.uses, Some(pair.to)) {
                Ok(path) => paths.push(path),
                Err(why) => {
                    errors.push(tangled(self.platform, pair, why));
                    if errors.len() >= super::MAX_TOLD {
                        break;
                    }
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        for class in self.classes.iter().filter(|class| class.len() > 1) {
            for &host in class {
                let point = &self.platform.points[host];
                let center = self
                    .platform
                    .center(point.zone)
                    .map(|link| Use { link, up: true });
                let uses: Vec<Use> = point.up.iter().copied().chain(center).collect();
                // Its class's first host took the same way, so that nothing is tangled.
                let _ = self.path(host, &uses, None);
            }
        }
        let numbers: BTreeMap<Spot, usize> = self.spots.iter().copied().zip(0..).collect();
        let graph = self.graph(&numbers);
        let names = self.names();
        let routes = self.routes(pairs, &paths, &graph, &numbers, &names)?;
        let number = |host: usize| numbers.get(&Spot::Host(host)).copied();
        let connected: Vec<(usize, usize)> = unrouted
            .iter()
            .copied()
            .filter(|&(a, b)| {
                number(a)
                    .zip(number(b))
                    .is_some_and(|(a, b)| graph.connects(a, b))
            })
            .collect();
        let (switches, links) = self.tell(&names);
        let lanes = |link: &Link| link.bond == LANES;
        Ok(Network {
            lanes: switches
                .iter()
                .flat_map(|s| &s.links)
                .chain(links.values().flatten())
                .any(lanes),
            switches,
            links,
            routes,
            findings: joined(self.platform, &connected).into_iter().collect(),
        })
    }

    /// The places of a route, joined as it goes.
    fn path(
        &mut self,
        from: usize,
        uses: &[Use],
        to: Option<usize>,
    ) -> Result<Vec<Spot>, &'static str> {
        let mut path = vec![Spot::Host(from)];
        for &used in uses {
            let (entry, exit) = self.glue.ends(used);
            let (entry, exit) = (self.glue.place(entry), self.glue.place(exit));
            self.join(&mut path, entry, None)?;
            if self.platform.links[used.link].policy == Policy::Duplex {
                if entry == exit {
                    return Err("goes over a link that begins and ends at one place");
                }
                self.join(&mut path, exit, Some(used.link))?;
            }
        }
        if let Some(to) = to {
            self.join(&mut path, Spot::Host(to), None)?;
        }
        let passed: BTreeSet<Spot> = path.iter().copied().collect();
        self.spots.extend(&passed);
        match passed.len() == path.len() {
            true => Ok(path),
            false => Err("passes a place twice"),
        }
    }

    /// Goes on to a place, over a link or over nothing.
    fn join(
        &mut self,
        path: &mut Vec<Spot>,
        to: Spot,
        link: Option<usize>,
    ) -> Result<(), &'static str> {
        let Some(&from) = path.last().filter(|&&from| from != to) else {
            return Ok(());
        };
        if matches!((from, to), (Spot::Host(_), Spot::Host(_))) {
            return Err("has no link that all its migrations share");
        }
        let edge = match link {
            Some(link) => Edge::Link(link),
            None => self.unbound(from, to),
        };
        let key = (from.min(to), from.max(to));
        match self.edges.insert(key, edge) {
            None => self.order.push(key),
            Some(known) if known != edge => {
                return Err("goes between two places that another link joins");
            }
            Some(_) => {}
        }
        path.push(to);
        Ok(())
    }

    /// A link that binds no more than the two places do.
    fn unbound(&self, a: Spot, b: Spot) -> Edge {
        let links = &self.platform.links;
        let rate = |policy: Policy| {
            let of = [a, b].into_iter().filter_map(move |spot| match spot {
                Spot::Node(link) if links[link].policy == policy => Some(links[link].rate),
                _ => None,
            });
            of.min()
        };
        match (rate(Policy::Shared), rate(Policy::Fatpipe)) {
            (Some(shared), Some(fat)) if fat < shared => Edge::Join(fat, LANES),
            (Some(shared), _) => Edge::Join(shared, 1),
            (None, Some(fat)) => Edge::Join(fat, LANES),
            (None, None) => {
                let rates = links
                    .iter()
                    .filter(|link| link.policy != Policy::Hub)
                    .map(|link| link.rate);
                Edge::Join(rates.max().unwrap_or(1), LANES)
            }
        }
    }

    fn graph(&self, numbers: &BTreeMap<Spot, usize>) -> Graph {
        let mut neighbours = vec![Vec::new(); numbers.len()];
        for (a, b) in self.edges.keys() {
            neighbours[numbers[a]].push(numbers[b]);
            neighbours[numbers[b]].push(numbers[a]);
        }
        let is_host = self
            .spots
            .iter()
            .map(|spot| matches!(spot, Spot::Host(_)))
            .collect();
        Graph::new(is_host, neighbours)
    }

    /// A name for each place that is a switch, none twice and none that a host has.
    fn names(&self) -> BTreeMap<Spot, String> {
        let platform = self.platform;
        let mut taken: BTreeSet<String> = platform
            .hosts()
            .map(|(id, _)| platform.points[id].name.clone())
            .collect();
        let mut names = BTreeMap::new();
        for &spot in &self.spots {
            let (name, otherwise) = match spot {
                Spot::Host(_) => continue,
                Spot::Node(link) => (&platform.links[link].name, "link"),
                Spot::Junction(root) => match self.glue.routers.get(&root) {
                    _ if platform.links[root / 2].policy == Policy::Hub => {
                        (&platform.links[root / 2].name, "switch")
                    }
                    Some(&router) => (&platform.points[router].name, "switch"),
                    None => (&platform.links[root / 2].name, "switch"),
                },
            };
            let mut free = name.clone();
            let mut number = 1;
            while !taken.insert(free.clone()) {
                free = match number {
                    1 => format!("{name}_{otherwise}"),
                    n => format!("{name}_{otherwise}{n}"),
                };
                number += 1;
            }
            names.insert(spot, free);
        }
        names
    }

    /// The routes that the text must give, since the language would take others.
    fn routes(
        &self,
        pairs: &[Pair],
        paths: &[Vec<Spot>],
        graph: &Graph,
        numbers: &BTreeMap<Spot, usize>,
        names: &BTreeMap<Spot, String>,
    ) -> Result<Vec<Route>, Vec<Diagnostic>> {
        let spots: Vec<Spot> = self.spots.iter().copied().collect();
        let hosts = |class: usize| {
            self.classes[class]
                .iter()
                .map(|&id| self.platform.points[id].name.clone())
        };
        let mut routes: Vec<Route> = Vec::new();
        for (pair, path) in pairs.iter().zip(paths) {
            let path: Vec<usize> = path.iter().map(|spot| numbers[spot]).collect();
            let stops = graph.stops(&path);
            if stops.is_empty() {
                continue;
            }
            let (a, b) = pair.classes;
            if stops.len() > MAX_VIA || a == b {
                return Err(vec![tangled(
                    self.platform,
                    pair,
                    "needs more words than a `route` has",
                )]);
            }
            let via: Vec<String> = stops
                .iter()
                .map(|&stop| names[&spots[stop]].clone())
                .collect();
            let from: Vec<String> = hosts(a).collect();
            match routes.last_mut() {
                Some(last) if last.from == from && last.via == via => last.to.extend(hosts(b)),
                _ => routes.push(Route {
                    from,
                    to: hosts(b).collect(),
                    via,
                }),
            }
        }
        Ok(routes)
    }

    /// Switches, those with the most switches around them first, each with its links to earlier ones; and the hosts' links.
    fn tell(&self, names: &BTreeMap<Spot, String>) -> (Vec<Switch>, BTreeMap<usize, Vec<Link>>) {
        let mut degree: BTreeMap<Spot, usize> = names.keys().map(|&spot| (spot, 0)).collect();
        for (a, b) in &self.order {
            if names.contains_key(a) && names.contains_key(b) {
                *degree.entry(*a).or_default() += 1;
                *degree.entry(*b).or_default() += 1;
            }
        }
        let mut order: Vec<Spot> = names.keys().copied().collect();
        order.sort_by_key(|spot| std::cmp::Reverse(degree[spot]));
        let rank: BTreeMap<Spot, usize> = order.iter().copied().zip(0..).collect();
        let mut switches: Vec<Switch> = order
            .iter()
            .map(|spot| Switch {
                name: names[spot].clone(),
                capacity: match spot {
                    Spot::Node(link) if self.platform.links[*link].policy == Policy::Shared => {
                        Some(self.platform.links[*link].rate)
                    }
                    _ => None,
                },
                links: Vec::new(),
            })
            .collect();
        let mut links: BTreeMap<usize, Vec<Link>> = BTreeMap::new();
        for key in &self.order {
            let (rate, bond) = match self.edges[key] {
                Edge::Link(link) => (self.platform.links[link].rate, 1),
                Edge::Join(rate, lanes) => (rate, lanes),
            };
            let link = |to: Spot| Link {
                to: names[&to].clone(),
                rate,
                bond,
            };
            match *key {
                (Spot::Host(host), to) | (to, Spot::Host(host)) => {
                    links.entry(host).or_default().push(link(to))
                }
                (a, b) if rank[&a] < rank[&b] => switches[rank[&b]].links.push(link(a)),
                (a, b) => switches[rank[&a]].links.push(link(b)),
            }
        }
        (switches, links)
    }
}
