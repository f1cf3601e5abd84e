//! Switches and servers as the datacenter keeps them, from their properties.

use super::declare::{Prepared, names_span};
use super::errors::declarations as errors;
use super::expr;
use super::patterns::Expanded;
use super::properties::{Hosting, Traits};
use super::templates::{self, Names};
use super::world::World;
use std::collections::BTreeSet;

use crate::datacenter::{At, Copy, Server, Switch, SwitchId, SwitchKind};
use crate::syntax::ast::Word;

/// Labels as the datacenter keeps them: by key.
pub(super) fn labels(traits: &Traits<'_>) -> Vec<(String, String)> {
    let labels = traits.labels.iter();
    labels
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// What is offered or needed as the datacenter keeps it: by kind.
pub(super) fn features(features: &BTreeSet<(&str, &str)>) -> Vec<(String, String)> {
    let features = features.iter();
    features
        .map(|&(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// Amounts of the datacenter's own resources as it keeps them: by index.
pub(super) fn amounts(traits: &Traits<'_>) -> Vec<(u32, At<u64>)> {
    traits.own.clone().into_iter().collect()
}

pub(super) fn switch(
    prepared: &Prepared<'_>,
    name: &str,
    kind: SwitchKind,
    parent: Option<SwitchId>,
) -> Switch {
    let traits = &prepared.resolved.traits;
    Switch {
        name: name.to_owned(),
        kind,
        parent,
        capacity: traits.capacity,
        labels: labels(traits),
        origin: Some(names_span(prepared.decl)),
    }
}

/// Seconds that a server takes to boot where nobody says it, and to shut down.
const BOOT: u32 = 120;
const SHUTDOWN: u32 = 30;

pub(super) fn server(
    world: &mut World<'_>,
    prepared: &Prepared<'_>,
    name: String,
    own: &Expanded,
    parent: Option<SwitchId>,
) -> Server {
    let traits = &prepared.resolved.traits;
    let origin = names_span(prepared.decl);
    let by_default = |value| At {
        value,
        origin: None,
    };
    let mut address = |template| address(world, prepared, &name, own, parent, template);
    let (reached, bmc) = (address(traits.address), address(traits.bmc));
    let migration_address = address(traits.migration_address);
    Server {
        name,
        parent,
        memory: traits.memory,
        cpu: traits.cpu,
        own: amounts(traits),
        overbook: traits.overbook.clone().into_iter().collect(),
        pools: traits.pools.unwrap_or(by_default(1)),
        maintenance: traits.maintenance.map(|span| At {
            value: (),
            origin: Some(span),
        }),
        on: traits.off.is_none(),
        power: traits.power.unwrap_or(0),
        hosting: hosting(world, traits),
        boot_power: traits.boot_extra.unwrap_or(0),
        boot: traits.boot.unwrap_or(by_default(BOOT)),
        shutdown: traits.shutdown.unwrap_or(by_default(SHUTDOWN)),
        migration: traits.migration.unwrap_or_default(),
        overhead_ms: traits.overhead.unwrap_or(0),
        address: reached,
        bmc,
        migration_address,
        commands: traits.commands.clone(),
        copy: traits.copy.unwrap_or(Copy::Any),
        classes: prepared.resolved.lineage.to_vec(),
        labels: labels(traits),
        has: features(&traits.has),
        origin: Some(origin),
    }
}

/// The address that a template gives to one of the declared servers.
fn address(
    world: &mut World<'_>,
    prepared: &Prepared<'_>,
    full: &str,
    own: &Expanded,
    parent: Option<SwitchId>,
    template: Option<&Word>,
) -> Option<String> {
    let template = template?;
    if prepared.names.len() > 1 && templates::is_constant(&template.text) {
        let error = errors::shared_address(template.span, prepared.names.len());
        world.sink.push(error);
        return None;
    }
    let place = parent.map(|place| {
        let name = world.datacenter[place].name.as_str();
        let around = world.datacenter[place].parent;
        let inside = around.and_then(|around| name.strip_prefix(&*world.datacenter[around].name));
        let inside = inside.and_then(|inside| inside.strip_prefix('.'));
        inside.unwrap_or(name).to_owned()
    });
    let names = Names {
        own: &own.text,
        index: own.holes.last().map(|&(from, to)| &own.text[from..to]),
        full,
        place: place.as_deref(),
    };
    templates::address(world, template, names)
}

/// mW for each VM: a share is one of the server's own power.
fn hosting(world: &mut World<'_>, traits: &Traits<'_>) -> u64 {
    let Some(hosting) = &traits.hosting else {
        return 0;
    };
    match (&hosting.value, traits.power) {
        (Hosting::Power(power), _) => *power,
        (Hosting::Share(share), Some(power)) => expr::part(power, share),
        (Hosting::Share(_), None) => {
            if let Some(span) = hosting.origin.filter(|_| !traits.broken) {
                world.sink.push(errors::share_of_no_power(span));
            }
            0
        }
    }
}
