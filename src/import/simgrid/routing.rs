//! The route from one host to another, as SimGrid's own routing finds it: by zones, gateways and bypasses.
//!
//! Source: `NetZoneImpl::get_global_route` and the zones of SimGrid 3.32 to 4.1.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::platform::{Platform, PointKind, Routing, Use, Zone};
use crate::source::Span;

/// Gateways within gateways.
const MAX_DEPTH: usize = 64;

/// Links on one route.
const MAX_LENGTH: usize = 1_000;

/// Members of a zone whose routes are searched.
pub const MAX_SEARCHED: usize = 600;

/// A route from host to host.
#[derive(Debug, Default, PartialEq)]
pub struct Found {
    pub uses: Vec<Use>,
    /// The last element that contributed to it.
    pub span: Option<Span>,
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The file gives none.
    None,
    /// It never ends: gateways lead to one another.
    Endless,
    /// Several are equally short, and what SimGrid takes depends on its version.
    Several(usize),
    /// A zone is too large to be searched.
    TooLarge(usize),
}

/// For each pair of a zone's members, the member before the last one on the way.
type Table = Vec<Vec<Option<usize>>>;

/// The routes of a platform.
pub struct Routes<'a> {
    platform: &'a Platform,
    /// Routes by their ends.
    given: BTreeMap<(usize, usize), usize>,
    bypasses: BTreeMap<(usize, usize), usize>,
    searched: RefCell<BTreeMap<usize, Rc<Table>>>,
}

/// A route inside one zone, between the gateways.
struct Local {
    from: usize,
    to: usize,
    uses: Vec<Use>,
    span: Option<Span>,
}

impl<'a> Routes<'a> {
    pub fn new(platform: &'a Platform) -> Self {
        let table = |bypass: bool| {
            let routes = platform
                .routes
                .iter()
                .enumerate()
                .filter(|(_, r)| r.bypass == bypass);
            routes
                .map(|(at, route)| ((route.from, route.to), at))
                .collect()
        };
        Routes {
            platform,
            given: table(false),
            bypasses: table(true),
            searched: RefCell::default(),
        }
    }

    /// The route from one point to another.
    pub fn find(&self, from: usize, to: usize) -> Result<Found, Fault> {
        let mut found = Found::default();
        self.add(from, to, 0, &mut found)?;
        Ok(found)
    }

    fn add(&self, from: usize, to: usize, depth: usize, found: &mut Found) -> Result<(), Fault> {
        if depth > MAX_DEPTH || found.uses.len() > MAX_LENGTH {
            return Err(Fault::Endless);
        }
        let (up, down) = (self.chain(from), self.chain(to));
        let shared = up
            .iter()
            .rev()
            .zip(down.iter().rev())
            .take_while(|(a, b)| a.0 == b.0)
            .count();
        let Some(&(common, _)) = shared.checked_sub(1).and_then(|i| up.get(up.len() - 1 - i))
        else {
            return Err(Fault::None);
        };
        let local = match self.bypass(&up, &down, shared) {
            Some(local) => local,
            None => {
                let inside = |chain: &[(usize, usize)]| chain[chain.len() - shared].1;
                self.local(common, inside(&up), inside(&down), depth)?
            }
        };
        if local.from != from {
            self.add(from, local.from, depth + 1, found)?;
        }
        found.uses.extend(local.uses);
        found.span = local.span.or(found.span);
        if local.to != to {
            self.add(local.to, to, depth + 1, found)?;
        }
        Ok(())
    }

    /// The zones around a point, inner ones first, each with its member that is or holds the point.
    fn chain(&self, point: usize) -> Vec<(usize, usize)> {
        let zones = &self.platform.zones;
        let mut chain = Vec::new();
        let mut member = point;
        let mut zone = Some(self.platform.points[point].zone);
        while let Some(at) = zone {
            chain.push((at, member));
            member = zones[at].point;
            zone = zones[at].parent;
        }
        chain
    }

    /// The bypass between the two points or zones around them, inner ones first.
    fn bypass(
        &self,
        up: &[(usize, usize)],
        down: &[(usize, usize)],
        shared: usize,
    ) -> Option<Local> {
        if self.bypasses.is_empty() {
            return None;
        }
        let ends = |chain: &[(usize, usize)]| -> Vec<usize> {
            chain[..=chain.len() - shared]
                .iter()
                .map(|&(_, member)| member)
                .collect()
        };
        let (up, down) = (ends(up), ends(down));
        for reach in 0..up.len().max(down.len()) {
            let pairs = (0..reach).flat_map(|inner| [(inner, reach), (reach, inner)]);
            for (i, j) in pairs.chain([(reach, reach)]) {
                let key = up.get(i).zip(down.get(j)).map(|(&a, &b)| (a, b));
                if let Some(&at) = key.and_then(|key| self.bypasses.get(&key)) {
                    return Some(self.given(at));
                }
            }
        }
        None
    }

    fn given(&self, at: usize) -> Local {
        let route = &self.platform.routes[at];
        Local {
            from: route.gateway_from,
            to: route.gateway_to,
            uses: route.uses.clone(),
            span: Some(route.span),
        }
    }

    /// The route between two members of a zone.
    fn local(&self, zone: usize, from: usize, to: usize, depth: usize) -> Result<Local, Fault> {
        match &self.platform.zones[zone].routing {
            Routing::Full => {
                let at = self.given.get(&(from, to)).ok_or(Fault::None)?;
                Ok(self.given(*at))
            }
            Routing::None => Err(Fault::None),
            Routing::Star(star) => {
                let (first, last) = (self.gateway(from)?, self.gateway(to)?);
                let points = &self.platform.points;
                let mut uses = points[from].up.clone();
                uses.push(Use {
                    link: star.center,
                    up: true,
                });
                uses.extend(&points[to].down);
                Ok(Local {
                    from: first,
                    to: last,
                    uses,
                    span: None,
                })
            }
            Routing::Floyd | Routing::Dijkstra => {
                let table = self.search(zone)?;
                let members = &self.platform.zones[zone].members;
                let place = |point| members.iter().position(|&m| m == point).ok_or(Fault::None);
                let (source, mut at) = (place(from)?, place(to)?);
                let mut stack = Vec::new();
                while at != source {
                    let before = table[source][at].ok_or(Fault::None)?;
                    let route = self
                        .given
                        .get(&(members[before], members[at]))
                        .ok_or(Fault::None)?;
                    stack.push(self.given(*route));
                    at = before;
                }
                self.join(stack, depth)
            }
        }
    }

    /// A zone in a star of zones is entered at `router_ZONE`.
    fn gateway(&self, point: usize) -> Result<usize, Fault> {
        let points = &self.platform.points;
        match points[point].kind {
            PointKind::Zone(_) => {
                let name = format!("router_{}", points[point].name);
                points
                    .iter()
                    .position(|p| p.name == name)
                    .ok_or(Fault::None)
            }
            _ => Ok(point),
        }
    }

    /// Routes one behind the other, the first one last; between two gateways of a zone, its own route.
    fn join(&self, mut stack: Vec<Local>, depth: usize) -> Result<Local, Fault> {
        let mut joined = stack.pop().ok_or(Fault::None)?;
        while let Some(next) = stack.pop() {
            if joined.to != next.from {
                let mut between = Found::default();
                self.add(joined.to, next.from, depth + 1, &mut between)?;
                joined.uses.extend(between.uses);
            }
            joined.uses.extend(next.uses);
            joined.to = next.to;
            joined.span = next.span.or(joined.span);
        }
        Ok(joined)
    }

    /// The routes of a zone whose members search for them.
    fn search(&self, zone: usize) -> Result<Rc<Table>, Fault> {
        if let Some(table) = self.searched.borrow().get(&zone) {
            return Ok(Rc::clone(table));
        }
        let Zone {
            members, routing, ..
        } = &self.platform.zones[zone];
        if members.len() > MAX_SEARCHED {
            return Err(Fault::TooLarge(zone));
        }
        let length = |a: usize, b: usize| {
            let at = self.given.get(&(members[a], members[b]))?;
            Some(self.platform.routes[*at].uses.len())
        };
        let (table, several) = floyd(members.len(), length);
        if several && *routing == Routing::Dijkstra {
            return Err(Fault::Several(zone));
        }
        let table = Rc::new(table);
        self.searched.borrow_mut().insert(zone, Rc::clone(&table));
        Ok(table)
    }
}

/// Shortest ways by their last step but one, in the order of SimGrid's `FloydZone`, and whether another way is as short.
fn floyd(size: usize, length: impl Fn(usize, usize) -> Option<usize>) -> (Table, bool) {
    let mut cost = vec![vec![None; size]; size];
    let mut before = vec![vec![None; size]; size];
    for a in 0..size {
        for b in 0..size {
            if a == b {
                (cost[a][b], before[a][b]) = (Some(0), Some(a));
            } else if let Some(length) = length(a, b) {
                (cost[a][b], before[a][b]) = (Some(length), Some(a));
            }
        }
    }
    for via in 0..size {
        for a in 0..size {
            for b in 0..size {
                let (Some(first), Some(second)) = (cost[a][via], cost[via][b]) else {
                    continue;
                };
                if cost[a][b].is_none_or(|known| first + second < known) {
                    cost[a][b] = Some(first + second);
                    before[a][b] = before[via][b];
                }
            }
        }
    }
    let several = (0..size).any(|a| {
        (0..size).filter(|&b| b != a).any(|b| {
            let ways = (0..size).filter(|&last| {
                last != b
                    && length(last, b)
                        .zip(cost[a][last])
                        .is_some_and(|(step, way)| Some(step + way) == cost[a][b])
            });
            ways.count() > 1
        })
    });
    (before, several)
}
