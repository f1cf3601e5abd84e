//! From syntax trees to a datacenter and the plans asked for: names, units, types.
//!
//! [`analyse`] goes through the files in steps, each over all of them: it enters every name, makes switches,
//! servers and VMs, ties them together by links and placement, and then reads the plans. So the order of
//! declarations never matters. What has an error is reported once, at its place, and left out; whatever
//! depends on it is left out quietly.

mod index;
mod world;
mod sink;
mod stdlib;
mod imports;
mod names;
pub(crate) mod quantity;
pub(crate) mod clock;
mod crowded;
mod expr;
mod patterns;
mod refer;
mod sets;
mod filters;
mod patience;
mod stocks;
mod templates;
mod traffic;
mod properties;
mod choosing;
mod classes;
mod uses;
mod servers;
mod declare;
mod network;
mod placement;
mod bindings;
mod moments;
mod steps;
mod acting;
mod rolls;
mod rules;
mod plans;
mod unused;
mod errors;
#[cfg(test)]
mod tests;

use self::declare::Pending;
use self::imports::File;
pub use self::imports::used_path;
use self::index::Recorder;
pub use self::index::{Index, Referent};
pub use self::stdlib::library_text;
pub use self::world::Thing;
use self::world::{Progress, World};
use crate::datacenter::Datacenter;
use crate::diag::Diagnostic;
use crate::request::Request;
use crate::source::{Loader, SourceMap};
use crate::syntax::ast::{Command, ItemKind};

/// What a file and those that it uses say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Analysis {
    /// What there is.
    pub datacenter: Datacenter,
    /// The plans of the entry file, in order.
    pub requests: Vec<Request>,
}

/// Reads `entry` and what it uses, and checks names, units and types.
///
/// With errors among the diagnostics, the analysis holds what could be understood and must not be planned.
pub fn analyse(
    entry: &str,
    loader: &dyn Loader,
    map: &mut SourceMap,
) -> (Analysis, Vec<Diagnostic>) {
    let (analysis, _, diagnostics) = analysed(entry, loader, map, Recorder::default());
    (analysis, diagnostics)
}

/// The same, with what stands where.
pub fn analyse_indexed(
    entry: &str,
    loader: &dyn Loader,
    map: &mut SourceMap,
) -> (Analysis, Index, Vec<Diagnostic>) {
    analysed(entry, loader, map, Recorder::listening())
}

fn analysed(
    entry: &str,
    loader: &dyn Loader,
    map: &mut SourceMap,
    recorder: Recorder,
) -> (Analysis, Index, Vec<Diagnostic>) {
    let mut world = World::default();
    world.recorder = recorder;
    let files = imports::load(entry, loader, map, &mut world.sink);
    world.names.incomplete = files.incomplete;
    let pending = declare::collect(&mut world, &files.files);
    datacenter(&mut world, &files.files, &pending);
    let mut requests: Vec<Request> = Vec::with_capacity(pending.plans.len());
    for (item, plan) in &pending.plans {
        let request = plans::request(&mut world, item, plan, &requests);
        requests.push(request);
    }
    // A file without plans is an inventory: it offers more than any one plan needs.
    if let Some(File { ast, .. }) = files.files.last()
        && !pending.plans.is_empty()
    {
        unused::warn(&mut world, ast, map.text(ast.file));
    }
    crowded::warn(&mut world, &requests);
    let analysis = Analysis {
        datacenter: world.datacenter,
        requests,
    };
    let mut recorder = world.recorder;
    for constant in &world.constants {
        if let Progress::Done(Some(value)) = &constant.value {
            recorder.value(constant.span, value);
        }
    }
    let diagnostics = world.sink.finish();
    let files = files.files.into_iter().map(|file| file.ast).collect();
    (analysis, recorder.finish(files), diagnostics)
}

/// Ties together what was declared, and looks at all that no plan may ever ask for.
fn datacenter<'a>(world: &mut World<'a>, files: &'a [File], pending: &Pending<'a>) {
    for index in 0..world.constants.len() {
        expr::constant(world, index, None);
    }
    for index in 0..world.classes.len() {
        classes::resolve(world, index);
    }
    for links in &pending.links {
        network::link(world, links);
    }
    placement::place(world, &pending.vms);
    for index in 0..world.sets.len() {
        sets::declared(world, index, None);
    }
    let items = files.iter().flat_map(|file| &file.ast.items);
    let mut commands: Vec<&Command> = Vec::new();
    for item in items {
        match &item.kind {
            ItemKind::Route { from, to, via } => network::route(world, item.span, from, to, via),
            ItemKind::Traffic {
                from,
                to,
                rate,
                bindings,
            } => {
                // What is wrong was reported.
                let _ = bindings::each(world, bindings, None, &mut |world, scope| {
                    traffic::traffic(world, scope, item.span, (from, to), rate)
                });
            }
            ItemKind::Command(command) => {
                if let Some(earlier) = commands.iter().find(|c| c.kind.text == command.kind.text) {
                    let name = &command.kind.text;
                    let error =
                        errors::properties::twice(command.span, "command", name, earlier.span);
                    world.sink.push(error);
                    continue;
                }
                commands.push(command);
                let mut known = std::mem::take(&mut world.datacenter.commands);
                properties::set_command(world, &mut known, command);
                world.datacenter.commands = known;
            }
            _ => {}
        }
    }
}
