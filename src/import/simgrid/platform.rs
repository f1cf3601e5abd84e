//! A SimGrid platform as plain tables, resolved by index.

use crate::source::Span;

/// What the file says.
#[derive(Debug, Default)]
pub struct Platform {
    pub version: String,
    /// Zones, each before those inside it.
    pub zones: Vec<Zone>,
    /// What routes may begin and end at.
    pub points: Vec<Point>,
    pub links: Vec<Link>,
    pub routes: Vec<Route>,
    /// Parts that mean nothing here, in the order in which they were met.
    pub left_out: Vec<&'static str>,
    /// Facts about hosts that the text can only tell in words.
    pub remarks: Vec<String>,
}

/// A zone, called AS before version 4.
#[derive(Debug)]
pub struct Zone {
    pub parent: Option<usize>,
    pub routing: Routing,
    /// The point that stands for it in its parent's routes.
    pub point: usize,
    /// The points directly in it, in order.
    pub members: Vec<usize>,
}

/// How a zone finds the routes between its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routing {
    /// Every route is given.
    Full,
    /// The fewest links, by Floyd and Warshall.
    Floyd,
    /// The fewest links, by Dijkstra.
    Dijkstra,
    /// Everybody has links of their own to a centre.
    Star(Star),
    /// There are no routes.
    None,
}

/// A cluster: links of each host, and what stands between them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Star {
    /// The backbone, or a hub that never blocks.
    pub center: usize,
    /// Whether its hosts are all alike.
    pub uniform: bool,
}

#[derive(Debug)]
pub struct Point {
    pub name: String,
    pub kind: PointKind,
    /// The zone that it stands in; of the outermost zone, itself.
    pub zone: usize,
    /// Links of its own on the way to the centre of its zone, and from it.
    pub up: Vec<Use>,
    pub down: Vec<Use>,
    pub span: Span,
}

#[derive(Debug, PartialEq)]
pub enum PointKind {
    Host(Host),
    Router,
    Zone(usize),
}

/// What of a host means something here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Host {
    /// Cores, where the file says so.
    pub cores: Option<u64>,
    /// mW while it is on and idle.
    pub power: Option<u64>,
}

#[derive(Debug)]
pub struct Link {
    pub name: String,
    /// bit/s.
    pub rate: u64,
    pub policy: Policy,
}

/// Who shares a link's rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// All traffic, whichever way it goes.
    Shared,
    /// The traffic of each direction.
    Duplex,
    /// Nobody: each flow has the whole rate.
    Fatpipe,
    /// A centre that never blocks, and has no rate.
    Hub,
}

/// A link on a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    pub link: usize,
    /// The direction of a duplex link; true for all others.
    pub up: bool,
}

/// A route in one direction.
#[derive(Debug, Clone)]
pub struct Route {
    pub from: usize,
    pub to: usize,
    /// Where it leaves the zone that it begins at, or `from`.
    pub gateway_from: usize,
    pub gateway_to: usize,
    pub uses: Vec<Use>,
    /// Whether it replaces what the zones' routing finds.
    pub bypass: bool,
    pub span: Span,
}

impl Platform {
    /// The same uses the other way.
    pub fn reversed(&self, uses: &[Use]) -> Vec<Use> {
        let turn = |used: &Use| Use {
            up: !used.up || self.links[used.link].policy != Policy::Duplex,
            ..*used
        };
        uses.iter().rev().map(turn).collect()
    }

    /// The points that are hosts.
    pub fn hosts(&self) -> impl Iterator<Item = (usize, &Host)> {
        self.points
            .iter()
            .enumerate()
            .filter_map(|(id, point)| match &point.kind {
                PointKind::Host(host) => Some((id, host)),
                _ => None,
            })
    }
}
