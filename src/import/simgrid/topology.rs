//! Routes put together to a network of switches and links.
//!
//! SimGrid's links stand in routes, one behind the other, and join nothing by themselves. Each end of a link with two
//! directions is a *junction*; ends that follow one another on a route are one junction. A link whose directions share
//! its rate is a *node* that its neighbours on a route are joined to. The result is exact: each route loads what
//! it loads in SimGrid, or there is an error at it.

mod build;
mod glue;

use std::collections::BTreeMap;

use super::platform::{Platform, PointKind, Routing};
use super::routing::{Fault, Found, MAX_SEARCHED, Routes};
use crate::diag::{Code, Diagnostic};
use crate::import::inventory::{Link, Route, Switch};
use crate::source::Span;
use build::Builder;
use glue::Glue;

/// Lanes of a link that nobody shares: the most that the language has.
pub const LANES: u32 = 64;

/// Pairs of hosts whose routes are compared.
const MAX_PAIRS: usize = 500_000;

/// Findings that are told.
const MAX_TOLD: usize = 20;

/// The network as the text will tell it.
pub struct Network {
    pub switches: Vec<Switch>,
    /// Links of hosts, by point.
    pub links: BTreeMap<usize, Vec<Link>>,
    pub routes: Vec<Route>,
    /// Whether a link has lanes because nobody shares it.
    pub lanes: bool,
    pub findings: Vec<Diagnostic>,
}

/// A route between two hosts that stand for their classes.
pub(super) struct Pair {
    /// Classes of the two.
    pub classes: (usize, usize),
    pub from: usize,
    pub to: usize,
    pub found: Found,
}

/// Makes the network.
pub fn network(platform: &Platform) -> Result<Network, Vec<Diagnostic>> {
    let classes = classes(platform);
    let (pairs, unrouted) = pairs(platform, &classes)?;
    let glue = Glue::new(platform, &pairs);
    Builder::new(platform, &glue, &classes).build(&pairs, &unrouted)
}

/// Hosts in classes: those of one cluster are alike, but for gateways and others that routes name; every other host is alone.
fn classes(platform: &Platform) -> Vec<Vec<usize>> {
    let mut named = vec![false; platform.points.len()];
    for route in &platform.routes {
        for end in [route.from, route.to, route.gateway_from, route.gateway_to] {
            named[end] = true;
        }
    }
    let mut classes: Vec<Vec<usize>> = Vec::new();
    let mut of_cluster: BTreeMap<usize, usize> = BTreeMap::new();
    for (id, _) in platform.hosts() {
        let zone = platform.points[id].zone;
        let uniform = matches!(&platform.zones[zone].routing, Routing::Star(star) if star.uniform);
        if uniform && !named[id] {
            let class = *of_cluster.entry(zone).or_insert_with(|| {
                classes.push(Vec::new());
                classes.len() - 1
            });
            classes[class].push(id);
        } else {
            classes.push(vec![id]);
        }
    }
    classes
}

/// The routes between the classes, and inside each; and the pairs of hosts that have none.
#[allow(clippy::type_complexity)]
fn pairs(
    platform: &Platform,
    classes: &[Vec<usize>],
) -> Result<(Vec<Pair>, Vec<(usize, usize)>), Vec<Diagnostic>> {
    let count = classes.len() * (classes.len() + 1) / 2;
    if count > MAX_PAIRS {
        let message = format!(
            "the platform has {count} pairs of hosts that are not alike; {MAX_PAIRS} are read"
        );
        return Err(vec![Diagnostic::without_place(
            Code::ImportTooLarge,
            message,
        )]);
    }
    let routes = Routes::new(platform);
    let (mut pairs, mut unrouted, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for a in 0..classes.len() {
        for b in a..classes.len() {
            let Some(&to) = classes[b].get(usize::from(a == b)) else {
                continue;
            };
            let from = classes[a][0];
            match (routes.find(from, to), routes.find(to, from)) {
                (Err(Fault::None), Err(Fault::None)) => unrouted.push((from, to)),
                (Ok(there), Ok(back)) if platform.reversed(&there.uses) == back.uses => {
                    pairs.push(Pair {
                        classes: (a, b),
                        from,
                        to,
                        found: there,
                    })
                }
                (Ok(there), Ok(back)) => {
                    errors.push(unlike(platform, from, to, there.span, back.span))
                }
                (Ok(one), Err(Fault::None)) | (Err(Fault::None), Ok(one)) => {
                    errors.push(unlike(platform, from, to, one.span, None));
                }
                (Err(fault), _) | (_, Err(fault)) => {
                    errors.push(faulty(platform, from, to, fault));
                    return Err(errors);
                }
            }
            if errors.len() >= MAX_TOLD {
                return Err(errors);
            }
        }
    }
    match errors.is_empty() {
        true => Ok((pairs, unrouted)),
        false => Err(errors),
    }
}

/// The route there and the route back are different ones.
fn unlike(
    platform: &Platform,
    from: usize,
    to: usize,
    there: Option<Span>,
    back: Option<Span>,
) -> Diagnostic {
    let (a, b) = (&platform.points[from].name, &platform.points[to].name);
    let message = match back {
        None => format!("`{a}` and `{b}` have a route one way only"),
        Some(_) => format!("the route from `{a}` to `{b}` is not the way back"),
    };
    let span = there.or(back).unwrap_or(platform.points[from].span);
    let mut error = Diagnostic::new(Code::ImportUnknown, span, message, "of this route");
    if let Some(back) = back.filter(|&back| back != span) {
        error = error.with_label(back, "the way back");
    }
    error.with_help("the language knows one path for both ways: give both routes the same links, or leave one of the hosts out")
}

fn faulty(platform: &Platform, from: usize, to: usize, fault: Fault) -> Diagnostic {
    let (a, b) = (&platform.points[from].name, &platform.points[to].name);
    let zone_span = |zone: usize| platform.points[platform.zones[zone].point].span;
    let place = platform.points[from].span;
    match fault {
        Fault::Several(zone) => Diagnostic::new(
            Code::ImportUnknown,
            zone_span(zone),
            "several routes of the zone have equally few links, and the file does not say which one is taken",
            "this zone",
        )
        .with_help("give the routes themselves, with `routing=\"Full\"`"),
        Fault::TooLarge(zone) => Diagnostic::new(
            Code::ImportTooLarge,
            zone_span(zone),
            format!("the zone has more than {MAX_SEARCHED} members whose routes must be searched"),
            "this zone",
        ),
        Fault::Endless | Fault::None => Diagnostic::new(
            Code::ImportContradiction,
            place,
            format!("the route from `{a}` to `{b}` never ends: gateways lead to one another"),
            "it begins here",
        ),
    }
}

/// The route passes a place twice, or two links join the same places.
pub(super) fn tangled(platform: &Platform, pair: &Pair, why: &str) -> Diagnostic {
    let (a, b) = (
        &platform.points[pair.from].name,
        &platform.points[pair.to].name,
    );
    let span = pair.found.span.unwrap_or(platform.points[pair.from].span);
    let message = format!("the route from `{a}` to `{b}` {why}");
    Diagnostic::new(Code::ImportUnknown, span, message, "of this route").with_help(
        "a path of the language passes each switch once, over the one link between two switches",
    )
}

/// Hosts that have no route in the file, and one in the text.
pub(super) fn joined(platform: &Platform, pairs: &[(usize, usize)]) -> Option<Diagnostic> {
    let &(from, to) = pairs.first()?;
    let (a, b) = (&platform.points[from].name, &platform.points[to].name);
    let more = match pairs.len() {
        1 => String::new(),
        n => format!(", nor between {} more pairs", n - 1),
    };
    let message = format!(
        "the file has no route between `{a}` and `{b}`{more}; the text has one, over the links of others"
    );
    let is_host = |id: usize| matches!(platform.points[id].kind, PointKind::Host(_));
    debug_assert!(is_host(from) && is_host(to));
    Some(Diagnostic::new(
        Code::ImportLeftOut,
        platform.points[from].span,
        message,
        "one of them",
    ))
}
