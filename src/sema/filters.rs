//! Filters of sets: what they keep.

use super::classes;
use super::errors::sets as errors;
use super::sets::{self, Wanted};
use super::world::{Scope, Thing, World};
use crate::datacenter::{ServerId, SwitchId};
use crate::diag::suggest;
use crate::source::Span;
use crate::syntax::ast::{Atom, Chosen, ClassKind, DeclKind, Filter, FilterKind};

/// Keeps of `members` what the filter keeps.
pub(super) fn apply<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    filter: &'a Filter,
    members: &mut Vec<Thing>,
) -> Option<()> {
    match &filter.kind {
        FilterKind::On(atoms) => {
            refuse(world, filter.span, members, |kind| kind != DeclKind::Vm)?;
            let there = vms_on(world, scope, filter.span, atoms)?;
            world.retain(members, &there, true);
        }
        FilterKind::In(atoms) => {
            refuse(world, filter.span, members, |kind| kind == DeclKind::Vm)?;
            let inside = all_inside(world, scope, atoms)?;
            world.retain(members, &inside, true);
        }
        FilterKind::Of(path) => {
            let (index, kind) = classes::find(world, path, None)?;
            if let Some(other) = members
                .iter()
                .find(|thing| class_kind(world.kind_of(**thing)) != kind)
            {
                let error = errors::class_of_another_kind(world, path, kind, *other);
                world.sink.push(error);
                return None;
            }
            let name = world.classes[index].name.clone();
            members.retain(|thing| classes_of(world, *thing).contains(&name));
        }
        FilterKind::With { key, value } => members.retain(|thing| {
            labels_of(world, *thing)
                .iter()
                .any(|(k, v)| *k == key.text && *v == value.text)
        }),
        FilterKind::Like(word) => match globset::Glob::new(&word.text) {
            Ok(glob) => {
                let matcher = glob.compile_matcher();
                members.retain(|thing| matcher.is_match(world.name_of(*thing)));
            }
            Err(error) => {
                world.sink.push(errors::bad_glob(word, &error));
                return None;
            }
        },
        FilterKind::Except(atoms) => compare(world, scope, members, atoms, false)?,
        FilterKind::And(atoms) => compare(world, scope, members, atoms, true)?,
    }
    Some(())
}

/// `except` and `and`: where one side has servers, the places of the other stand for theirs.
fn compare<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    members: &mut Vec<Thing>,
    atoms: &'a [Atom],
    among: bool,
) -> Option<()> {
    let mut others = sets::atoms(world, scope, atoms, Wanted::Anything)?;
    let is_server = |thing: &Thing| matches!(thing, Thing::Server(_));
    if members.iter().chain(&others).any(is_server) {
        sets::open_places(world, members);
        sets::open_places(world, &mut others);
    }
    world.retain(members, &others, among);
    Some(())
}

/// Reports the first member of a kind that the filter cannot look at.
fn refuse(
    world: &mut World<'_>,
    span: Span,
    members: &[Thing],
    refused: impl Fn(DeclKind) -> bool,
) -> Option<()> {
    let Some(&other) = members.iter().find(|thing| refused(world.kind_of(**thing))) else {
        return Some(());
    };
    let error = errors::filter_of_another_kind(world, span, other);
    world.sink.push(error);
    None
}

/// The VMs that are on the servers and in the places when the plan starts, in the order of declaration.
pub(super) fn vms_on<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    span: Span,
    atoms: &'a [Atom],
) -> Option<Vec<Thing>> {
    let servers = sets::atoms(world, scope, atoms, Wanted::Servers)?;
    let Some(vms_on) = &world.vms_on else {
        world.sink.push(errors::not_placed_yet(span));
        return None;
    };
    let mut vms: Vec<Thing> = servers
        .iter()
        .filter_map(|thing| match thing {
            Thing::Server(id) => Some(&vms_on[id.0 as usize]),
            _ => None,
        })
        .flatten()
        .map(|vm| Thing::Vm(*vm))
        .collect();
    vms.sort_unstable();
    Some(vms)
}

/// The switches and servers inside the places, in the order of declaration.
pub(super) fn all_inside<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    atoms: &'a [Atom],
) -> Option<Vec<Thing>> {
    let places = sets::atoms(world, scope, atoms, Wanted::Places)?;
    let mut inside = Vec::new();
    for place in places {
        if let Thing::Switch(id) = place {
            let range = world.inside[id.0 as usize].clone();
            inside.extend(range.switches.map(|id| Thing::Switch(SwitchId(id))));
            inside.extend(range.servers.map(|id| Thing::Server(ServerId(id))));
        }
    }
    world.unique(&mut inside);
    inside.sort_unstable();
    Some(inside)
}

/// The kind of the classes that things of a kind have.
pub(super) fn class_kind(kind: DeclKind) -> ClassKind {
    match kind {
        DeclKind::Server => ClassKind::Server,
        DeclKind::Vm => ClassKind::Vm,
        DeclKind::Site | DeclKind::Rack | DeclKind::Switch => ClassKind::Switch,
    }
}

fn classes_of<'w>(world: &'w World<'_>, thing: Thing) -> &'w [String] {
    match thing {
        Thing::Switch(id) => &world.switch_classes[id.0 as usize],
        Thing::Server(id) => &world.datacenter[id].classes,
        Thing::Vm(id) => &world.datacenter[id].classes,
    }
}

fn labels_of<'w>(world: &'w World<'_>, thing: Thing) -> &'w [(String, String)] {
    match thing {
        Thing::Switch(id) => &world.datacenter[id].labels,
        Thing::Server(id) => &world.datacenter[id].labels,
        Thing::Vm(id) => &world.datacenter[id].labels,
    }
}

/// A label that was probably meant, where an operand selects nothing.
pub(super) fn why_empty(world: &mut World<'_>, operand: &Chosen) -> Option<(Span, String)> {
    let (span, key, value) = operand
        .filters
        .iter()
        .find_map(|filter| match &filter.kind {
            FilterKind::With { key, value } => Some((filter.span, &key.text, &value.text)),
            _ => None,
        })?;
    if !world.sink.may_suggest() {
        return None;
    }
    let kinds = [DeclKind::Vm, DeclKind::Server, DeclKind::Rack];
    let things: Vec<Thing> = kinds
        .into_iter()
        .flat_map(|kind| sets::everything(world, kind))
        .collect();
    let labels = || things.iter().flat_map(|thing| labels_of(world, *thing));
    let has_key = labels().any(|(k, _)| k == key);
    // What is more than a word stands in quotes.
    let written = |text: &str| match text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        true => text.to_owned(),
        false => format!("\"{text}\""),
    };
    let with = |key: &str, value: &str| (span, format!("with {} {}", written(key), written(value)));
    if has_key {
        let values = labels().filter(|(k, _)| k == key).map(|(_, v)| v.as_str());
        let similar = suggest::closest(value, values).filter(|similar| similar != value);
        similar.map(|value| with(key, value))
    } else {
        let keys = labels().map(|(k, _)| k.as_str());
        suggest::closest(key, keys).map(|key| with(key, value))
    }
}
