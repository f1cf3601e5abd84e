//! What guests send all the time.

use std::collections::BTreeSet;

use super::errors::traffic as errors;
use super::expr;
use super::sets::{self, Wanted};
use super::world::{MAX_THINGS, Scope, Thing, World};
use crate::datacenter::{End, Traffic};
use crate::source::Span;
use crate::syntax::ast::{Expr, Set};

/// Enters `traffic A to B RATE`: one for each pair of ends. None: an error was reported.
pub(super) fn traffic<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    span: Span,
    (from, to): (&'a Set, &'a Set),
    rate: &'a Expr,
) -> Option<()> {
    let (from, to) = (ends(world, scope, from), ends(world, scope, to));
    let rate = expr::rate(world, scope, rate);
    let (from, to, rate) = (from?, to?, rate?);
    let pairs = (from.len() as u64).saturating_mul(to.len() as u64);
    let total = pairs.saturating_add(world.datacenter.traffic.len() as u64);
    if total > MAX_THINGS {
        world.sink.push(errors::too_many(span, MAX_THINGS));
        return None;
    }
    for &from in &from {
        for &to in &to {
            if from == to {
                world.sink.push(errors::to_itself(span));
                return None;
            }
            world.datacenter.traffic.push(Traffic {
                from,
                to,
                rate,
                origin: Some(span),
            });
        }
    }
    Some(())
}

/// VMs and switches; None: an error was reported.
fn ends<'a>(world: &mut World<'a>, scope: &Scope<'_>, set: &'a Set) -> Option<BTreeSet<End>> {
    let things = sets::set(world, scope, set, Wanted::Anything)?;
    let mut ends = BTreeSet::new();
    for thing in things {
        ends.insert(match thing {
            Thing::Vm(vm) => End::Vm(vm),
            Thing::Switch(switch) => End::Switch(switch),
            Thing::Server(_) => {
                let error = errors::of_a_server(world, set.span, thing);
                world.sink.push(error);
                return None;
            }
        });
    }
    Some(ends)
}
