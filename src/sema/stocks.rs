//! Resources of one's own, and how far what servers have is overbooked.

use std::collections::BTreeMap;

use super::acting::Acting;
use super::bindings;
use super::errors::{names as name_errors, properties as errors};
use super::expr;
use super::steps;
use super::world::{Scope, World};
use crate::datacenter::{At, Measure, OwnResource, Stock};
use crate::request::Overbook;
use crate::syntax::ast::{Expr, Feature, Set, Statement, Word};

/// Enters a resource that a file declares.
pub(super) fn declare(world: &mut World<'_>, name: &Word, in_bytes: bool) {
    if let Some(stock) = find(world, &name.text) {
        let earlier = match stock {
            Stock::Own(own) => world.datacenter.resources[own as usize].origin,
            Stock::Memory | Stock::Cpu => None,
        };
        let error = name_errors::resource_twice(&name.text, name.span, earlier);
        world.sink.push(error);
        return;
    }
    world.datacenter.resources.push(OwnResource {
        name: name.text.clone(),
        measure: match in_bytes {
            true => Measure::Bytes,
            false => Measure::Count,
        },
        origin: Some(name.span),
    });
}

/// What is called so in files.
fn find(world: &World<'_>, name: &str) -> Option<Stock> {
    match name {
        "memory" => return Some(Stock::Memory),
        "cpu" => return Some(Stock::Cpu),
        _ => {}
    }
    let own = &world.datacenter.resources;
    let at = own.iter().position(|resource| resource.name == name)?;
    Some(Stock::Own(at as u32))
}

/// What stands behind `has` or `needs`: the name of a feature, or an amount of a resource, which is kept.
///
/// None: an error was reported.
pub(super) fn feature<'a>(
    world: &mut World<'a>,
    own: &mut BTreeMap<u32, At<u64>>,
    key: &'a Word,
    value: &'a Feature,
) -> Option<Option<&'a str>> {
    let scope = &Scope::default();
    let resource = match (find(world, &key.text), value.word()) {
        (Some(Stock::Own(resource)), _) => resource,
        // `cpu` is also a kind of features, with generations.
        (_, Some(word)) => return Some(Some(&word.text)),
        (Some(_), None) => {
            world.sink.push(errors::has_its_own_word(key));
            return None;
        }
        (None, None) => {
            world.sink.push(errors::no_resource(key, value.span()));
            return None;
        }
    };
    let Feature::Amount(expr) = value else {
        world.sink.push(errors::no_amount(key, value.span()));
        return None;
    };
    let amount = match world.datacenter.resources[resource as usize].measure {
        Measure::Bytes => expr::memory(world, scope, expr)?,
        _ => expr::positive_count(world, scope, expr)?.into(),
    };
    let amount = At {
        value: amount,
        origin: Some(expr.span),
    };
    if let Some(At {
        origin: Some(earlier),
        ..
    }) = own.insert(resource, amount)
    {
        let error = errors::twice(key.span.to(expr.span), &key.text, "", earlier);
        world.sink.push(error);
        return None;
    }
    Some(None)
}

/// What is overbooked, and the factor in millionths. None: an error was reported.
pub(super) fn overbook<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    key: &'a Word,
    factor: &'a Expr,
) -> Option<(Stock, u32)> {
    let factor = expr::positive_millionths(world, scope, factor);
    let Some(stock) = find(world, &key.text) else {
        let names = world.datacenter.resources.iter();
        let names: Vec<String> = names.map(|resource| resource.name.clone()).collect();
        world.sink.push(errors::unknown_stock(key, &names));
        return None;
    };
    Some((stock, factor?))
}

/// `overbook cpu 4 on r1` of a plan, in each of its repetitions.
pub(super) fn overbook_in_plan<'a>(
    world: &mut World<'a>,
    statement: &'a Statement,
    acting: &Acting,
    (key, factor, on): (&'a Word, &'a Expr, Option<&'a Set>),
    known: &mut Vec<Overbook>,
) {
    let all = Some(acting.all());
    bindings::each(world, &statement.bindings, all, &mut |world, scope| {
        let asked = overbook(world, scope, key, factor);
        let servers = match on {
            Some(on) => Some(steps::servers(world, scope, on)?),
            None => None,
        };
        let (stock, factor) = asked?;
        known.push(Overbook {
            stock,
            factor,
            servers,
        });
        Some(())
    });
}
