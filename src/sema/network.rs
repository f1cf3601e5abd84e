//! The network: links of servers and switches, and given routes.

use std::rc::Rc;

use super::declare::Prepared;
use super::errors::{network as errors, sets as set_errors};
use super::expr;
use super::properties::LinkSpec;
use super::refer;
use super::sets::{self, Wanted};
use super::world::{MAX_THINGS, Scope, Thing, World};
use crate::datacenter::{At, Link, Node, Route, SwitchId};
use crate::source::Span;
use crate::syntax::ast::{Names, Set};

/// Switches that a route may name; each pair of its ends keeps them.
const MAX_VIA: usize = 16;

/// Things whose links are still to be made: what one declaration made in one place.
#[derive(Debug)]
pub(super) struct PendingLinks<'a> {
    pub prepared: Rc<Prepared<'a>>,
    pub parent: Option<SwitchId>,
    pub things: Vec<Thing>,
}

/// Makes the links of one declaration in one place.
pub(super) fn link<'a>(world: &mut World<'a>, pending: &PendingLinks<'a>) {
    for spec in &pending.prepared.resolved.traits.links {
        if !spec.broken {
            links_of_spec(world, pending, spec);
        }
    }
}

fn links_of_spec<'a>(world: &mut World<'a>, pending: &PendingLinks<'a>, spec: &LinkSpec<'a>) {
    let Some(rate) = spec.rate else {
        return;
    };
    let targets = match spec.to {
        Some(names) => targets(world, pending.parent, names),
        None => match pending.parent {
            Some(parent) => Some(vec![parent]),
            None => {
                world.sink.push(errors::leads_nowhere(spec.span));
                None
            }
        },
    };
    let Some(targets) = targets else {
        return;
    };
    let Some(share) = sets::pairing(pending.things.len(), targets.len()) else {
        let span = spec.to.map_or(spec.span, |to| to.span);
        let (left, right) = (pending.things.len(), targets.len());
        let error = set_errors::unpaired(span, left, right, set_errors::LINKS_AND_SWITCHES);
        world.sink.push(error);
        return;
    };
    let lanes = spec.bond.unwrap_or(1);
    let nominal = rate.value;
    let each = expr::usable(nominal, spec.usable.as_ref());
    let rate = At {
        value: each.max(1).saturating_mul(u64::from(lanes)),
        origin: rate.origin,
    };
    for (thing, target) in pending.things.iter().zip(
        targets
            .iter()
            .flat_map(|target| std::iter::repeat_n(*target, share)),
    ) {
        let a = match thing {
            Thing::Server(id) => Node::Server(*id),
            Thing::Switch(id) => Node::Switch(*id),
            Thing::Vm(_) => continue,
        };
        let b = Node::Switch(target);
        if a == b {
            let name = world.name_of(*thing).to_owned();
            world.sink.push(errors::to_itself(spec.span, &name));
            return;
        }
        world.datacenter.links.push(Link {
            a,
            b,
            rate,
            nominal,
            class: spec.class.map(str::to_owned),
            lanes,
            guests: spec.guests,
            origin: Some(spec.span),
        });
    }
}

/// The switches that `to` names, seen from inside the place.
fn targets<'a>(
    world: &mut World<'a>,
    place: Option<SwitchId>,
    names: &'a Names,
) -> Option<Vec<SwitchId>> {
    let scope = Scope {
        place,
        ..Scope::default()
    };
    let things = refer::things(world, &scope, names, Wanted::Switches)?;
    let mut switches = Vec::with_capacity(things.len());
    for thing in things {
        match thing {
            Thing::Switch(id) => switches.push(id),
            other => {
                let error = errors::to_no_switch(world, names.span, other);
                world.sink.push(error);
                return None;
            }
        }
    }
    Some(switches)
}

/// Enters `route A to B via X, Y`: one for each pair of ends.
pub(super) fn route<'a>(
    world: &mut World<'a>,
    span: Span,
    from: &'a Set,
    to: &'a Set,
    via: &'a Set,
) {
    let scope = Scope::default();
    let from_nodes = nodes(world, from);
    let to_nodes = nodes(world, to);
    let via_nodes = sets::set(world, &scope, via, Wanted::Switches);
    let (Some(from_nodes), Some(to_nodes), Some(via_nodes)) = (from_nodes, to_nodes, via_nodes)
    else {
        return;
    };
    let via: Vec<SwitchId> = via_nodes
        .iter()
        .filter_map(|thing| match thing {
            Thing::Switch(id) => Some(*id),
            _ => None,
        })
        .collect();
    if via.len() > MAX_VIA {
        world.sink.push(errors::too_long_route(span, MAX_VIA));
        return;
    }
    let pairs = (from_nodes.len() as u64).saturating_mul(to_nodes.len() as u64);
    let total = pairs.saturating_add(world.datacenter.routes.len() as u64);
    if total > MAX_THINGS {
        world.sink.push(errors::too_many_routes(span, MAX_THINGS));
        return;
    }
    for &from in &from_nodes {
        for &to in &to_nodes {
            if from == to {
                world.sink.push(errors::route_to_itself(span));
                return;
            }
            world.datacenter.routes.push(Route {
                from,
                to,
                via: via.clone(),
                origin: Some(span),
            });
        }
    }
}

fn nodes<'a>(world: &mut World<'a>, set: &'a Set) -> Option<Vec<Node>> {
    let things = sets::set(world, &Scope::default(), set, Wanted::Nodes)?;
    Some(things.into_iter().filter_map(node).collect())
}

/// The node that a server or switch is.
pub(super) fn node(thing: Thing) -> Option<Node> {
    match thing {
        Thing::Server(id) => Some(Node::Server(id)),
        Thing::Switch(id) => Some(Node::Switch(id)),
        Thing::Vm(_) => None,
    }
}
