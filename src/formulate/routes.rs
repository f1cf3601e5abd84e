//! The path of a migration, or of what guests send: the one with the fewest links, or the one that a `route` gives.
//!
//! Switches forward, servers do not. One breadth-first search per access switch serves every pair of servers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::datacenter::{Datacenter, Link, LinkId, Node, ServerId, SwitchId};

/// A link in the direction in which it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hop {
    pub link: LinkId,
    /// From the link's `a` to its `b`.
    pub forward: bool,
}

impl Hop {
    /// The node that it leaves.
    pub fn from(self, dc: &Datacenter) -> Node {
        let Link { a, b, .. } = &dc[self.link];
        if self.forward { *a } else { *b }
    }

    /// The node that it reaches.
    pub fn to(self, dc: &Datacenter) -> Node {
        Hop {
            forward: !self.forward,
            ..self
        }
        .from(dc)
    }
}

/// The hops from one server to another.
pub(super) type Path = Vec<Hop>;

/// Why there is no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoPath {
    /// The node has no link that migrations may use.
    Unlinked(ServerId),
    /// Nothing connects the two.
    Unconnected,
    /// Several with the same number of links: two or more of them.
    Several(Vec<Path>),
    /// The route at that index passes a switch twice.
    Loop(usize, SwitchId),
}

/// How many of several paths are named.
const NAMED: usize = 4;

/// The links that may be used, and the searches done so far.
pub(super) struct Network<'a> {
    dc: &'a Datacenter,
    /// Hops that leave each switch for another one.
    trunks: Vec<Vec<Hop>>,
    /// Hops that leave each server.
    access: Vec<Vec<Hop>>,
    trees: BTreeMap<SwitchId, Tree>,
}

/// The shortest paths from one switch to all others.
struct Tree {
    /// Hops to each switch.
    distance: Vec<Option<u32>>,
    /// The last hops of the shortest paths to each switch.
    last: Vec<Vec<Hop>>,
}

/// How a segment of a path begins or ends: at a switch, over a server's own hop.
#[derive(Clone, Copy)]
struct Port {
    switch: SwitchId,
    hop: Option<Hop>,
}

impl<'a> Network<'a> {
    /// That of migrations.
    pub fn new(dc: &'a Datacenter) -> Self {
        Network::over(dc, |link| !link.guests)
    }

    /// That of guests: of a server that has links for them only those.
    pub fn of_guests(dc: &'a Datacenter) -> Self {
        let of_guests = dc.links.iter().filter(|link| link.guests);
        let ends = of_guests.flat_map(|link| [link.a, link.b]);
        let apart: BTreeSet<Node> = ends
            .filter(|node| matches!(node, Node::Server(_)))
            .collect();
        Network::over(dc, |link| {
            link.guests || !(apart.contains(&link.a) || apart.contains(&link.b))
        })
    }

    fn over(dc: &'a Datacenter, is_used: impl Fn(&Link) -> bool) -> Self {
        let mut network = Network {
            dc,
            trunks: vec![Vec::new(); dc.switches.len()],
            access: vec![Vec::new(); dc.servers.len()],
            trees: BTreeMap::new(),
        };
        for (id, _) in (0..)
            .map(LinkId)
            .zip(&dc.links)
            .filter(|(_, link)| is_used(link))
        {
            for forward in [true, false] {
                let hop = Hop { link: id, forward };
                match hop.from(dc) {
                    Node::Server(server) => network.access[server.0 as usize].push(hop),
                    Node::Switch(switch) if matches!(hop.to(dc), Node::Switch(_)) => {
                        network.trunks[switch.0 as usize].push(hop);
                    }
                    Node::Switch(_) => {}
                }
            }
        }
        network
    }

    /// How many links a server has.
    pub fn links(&self, server: ServerId) -> usize {
        self.access[server.0 as usize].len()
    }

    /// For each server the first one that all others reach over the same switches as it: both have one link, to the same switch, stand in the
    /// same place, and no route names either.
    pub fn alike(&self) -> Vec<ServerId> {
        let routes = self.dc.routes.iter();
        let named: BTreeSet<Node> = routes.flat_map(|route| [route.from, route.to]).collect();
        let mut first = BTreeMap::new();
        let servers = (0..)
            .map(ServerId)
            .zip(self.dc.servers.iter().zip(&self.access));
        let alike = servers.map(|(id, (server, hops))| match hops.as_slice() {
            [hop] if !named.contains(&Node::Server(id)) => match hop.to(self.dc) {
                Node::Switch(switch) => *first.entry((server.parent, switch)).or_insert(id),
                Node::Server(_) => id,
            },
            _ => id,
        });
        alike.collect()
    }

    /// The path from one server to another. Of several routes that are given for the two, the last one decides.
    pub fn path(&mut self, from: ServerId, to: ServerId) -> Result<Path, NoPath> {
        self.between(Node::Server(from), Node::Server(to))
    }

    /// The path from one node to another; none of hops where both are the same.
    pub fn between(&mut self, a: Node, b: Node) -> Result<Path, NoPath> {
        if a == b {
            return Ok(Path::new());
        }
        for node in [a, b] {
            match node {
                Node::Server(server) if self.access[server.0 as usize].is_empty() => {
                    return Err(NoPath::Unlinked(server));
                }
                _ => {}
            }
        }
        let dc = self.dc;
        let fits = |x: Node, y: Node| dc.is_within(a, x) && dc.is_within(b, y);
        let given = dc.routes.iter().enumerate().rev().find_map(|(at, route)| {
            if fits(route.from, route.to) {
                Some((at, route.via.clone()))
            } else if fits(route.to, route.from) {
                Some((at, route.via.iter().rev().copied().collect()))
            } else {
                None
            }
        });
        let Some((route, via)) = given else {
            return self.segment(a, b);
        };
        let mut stops = vec![a];
        stops.extend(via.into_iter().map(Node::Switch));
        stops.push(b);
        let mut path = Path::new();
        for pair in stops.windows(2) {
            path.extend(self.segment(pair[0], pair[1])?);
        }
        match repeated_switch(dc, &path) {
            Some(switch) => Err(NoPath::Loop(route, switch)),
            None => Ok(path),
        }
    }

    /// The one shortest path between two nodes.
    fn segment(&mut self, from: Node, to: Node) -> Result<Path, NoPath> {
        if from == to {
            return Ok(Path::new());
        }
        let (starts, ends) = (self.ports(from), self.ports(to));
        let mut best: Option<u32> = None;
        let mut pairs = Vec::new();
        let direct = self.direct(from, to);
        if !direct.is_empty() {
            best = Some(1);
        }
        for start in &starts {
            self.grow(start.switch);
            let tree = &self.trees[&start.switch];
            for end in &ends {
                let Some(between) = tree.distance[end.switch.0 as usize] else {
                    continue;
                };
                let length =
                    between + u32::from(start.hop.is_some()) + u32::from(end.hop.is_some());
                if best.is_none_or(|best| length < best) {
                    best = Some(length);
                    pairs.clear();
                }
                if best == Some(length) {
                    pairs.push((*start, *end));
                }
            }
        }
        let mut paths: Vec<Path> = direct.into_iter().map(|hop| vec![hop]).collect();
        for (start, end) in pairs {
            if paths.len() >= NAMED {
                break;
            }
            self.collect(start, end, &mut paths);
        }
        match paths.len() {
            0 => Err(NoPath::Unconnected),
            1 => Ok(paths.remove(0)),
            _ => Err(NoPath::Several(paths)),
        }
    }

    /// Links that connect two servers without a switch.
    fn direct(&self, from: Node, to: Node) -> Vec<Hop> {
        match from {
            Node::Server(server) => {
                let hops = self.access[server.0 as usize].iter().copied();
                hops.filter(|hop| hop.to(self.dc) == to && matches!(to, Node::Server(_)))
                    .collect()
            }
            Node::Switch(_) => Vec::new(),
        }
    }

    fn ports(&self, node: Node) -> Vec<Port> {
        match node {
            Node::Switch(switch) => vec![Port { switch, hop: None }],
            Node::Server(server) => {
                let hops = self.access[server.0 as usize].iter();
                let port = |&hop: &Hop| match hop.to(self.dc) {
                    Node::Switch(switch) => Some(Port {
                        switch,
                        hop: Some(hop),
                    }),
                    Node::Server(_) => None,
                };
                hops.filter_map(port).collect()
            }
        }
    }

    /// Adds the shortest paths between two ports, as long as there is room.
    fn collect(&self, start: Port, end: Port, paths: &mut Vec<Path>) {
        let tree = &self.trees[&start.switch];
        // Paths that are known from their end, and the switch where they go on backwards.
        let mut open = vec![(end.switch, Vec::new())];
        while let Some((at, behind)) = open.pop() {
            if paths.len() >= NAMED {
                return;
            }
            if at == start.switch {
                let mut path: Path = start.hop.into_iter().collect();
                path.extend(behind.iter().rev());
                path.extend(end.hop.map(|hop| Hop {
                    forward: !hop.forward,
                    ..hop
                }));
                paths.push(path);
                continue;
            }
            for &hop in tree.last[at.0 as usize].iter().rev() {
                if let Node::Switch(switch) = hop.from(self.dc) {
                    let mut longer = behind.clone();
                    longer.push(hop);
                    open.push((switch, longer));
                }
            }
        }
    }

    /// Searches from a switch, once.
    fn grow(&mut self, root: SwitchId) {
        if self.trees.contains_key(&root) {
            return;
        }
        let size = self.dc.switches.len();
        let mut tree = Tree {
            distance: vec![None; size],
            last: vec![Vec::new(); size],
        };
        tree.distance[root.0 as usize] = Some(0);
        let mut queue = VecDeque::from([root]);
        while let Some(at) = queue.pop_front() {
            let here = tree.distance[at.0 as usize].unwrap_or(0);
            for &hop in &self.trunks[at.0 as usize] {
                let Node::Switch(next) = hop.to(self.dc) else {
                    continue;
                };
                let known = tree.distance[next.0 as usize];
                if known.is_none() {
                    tree.distance[next.0 as usize] = Some(here + 1);
                    queue.push_back(next);
                }
                if known.is_none_or(|known| known == here + 1) {
                    tree.last[next.0 as usize].push(hop);
                }
            }
        }
        self.trees.insert(root, tree);
    }
}

/// The switches that a path passes, in order.
pub(super) fn switches<'a>(
    dc: &'a Datacenter,
    path: &'a [Hop],
) -> impl Iterator<Item = SwitchId> + 'a {
    path.iter().filter_map(|hop| match hop.to(dc) {
        Node::Switch(switch) => Some(switch),
        Node::Server(_) => None,
    })
}

fn repeated_switch(dc: &Datacenter, path: &[Hop]) -> Option<SwitchId> {
    let mut seen = BTreeSet::new();
    switches(dc, path).find(|&switch| !seen.insert(switch))
}
