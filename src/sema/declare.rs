//! Declarations: enters all names of the files, and makes the switches, servers and VMs that they declare.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::classes::{self, ClassEntry, Resolved};
use super::errors::{declarations as errors, names as name_errors};
use super::filters::class_kind;
use super::imports::{File, Role};
use super::names::{FullName, Symbol, add_numbers};
use super::network::PendingLinks;
use super::patterns::{self, Expanded};
use super::placement::PendingVms;
use super::properties::{self, Owner, Traits};
use super::world::{
    ConstantEntry, Inside, Kind, MAX_THINGS, Progress, Scope, SetEntry, Thing, World,
};
use super::{servers, stocks, uses};
use crate::datacenter::{ServerId, SwitchId, SwitchKind};
use crate::source::Span;
use crate::syntax::ast::{Decl, DeclKind, Item, ItemKind, Names, Part, Plan, Segment, Word};

/// What is left to do once everything has its name.
#[derive(Debug, Default)]
pub(super) struct Pending<'a> {
    /// Links of servers and switches.
    pub links: Vec<PendingLinks<'a>>,
    /// VMs that have no host yet.
    pub vms: Vec<PendingVms<'a>>,
    /// The plans of the entry, with their documentation.
    pub plans: Vec<(&'a Item, &'a Plan)>,
    /// The kinds of features whose generations are said, and where.
    generations: BTreeMap<&'a str, Span>,
}

/// Enters the names of constants, sets, classes and plans, then makes all things.
pub(super) fn collect<'a>(world: &mut World<'a>, files: &'a [File]) -> Pending<'a> {
    let mut pending = Pending::default();
    for file in files {
        for item in &file.ast.items {
            enter(world, file.role, item, &mut pending);
        }
    }
    for file in files {
        for item in &file.ast.items {
            if let ItemKind::Use(used) = &item.kind {
                uses::import(world, used);
            }
        }
    }
    for file in files {
        for item in &file.ast.items {
            if let ItemKind::Decl(decl) = &item.kind {
                declare(world, decl, &mut pending);
            }
        }
    }
    pending
}

/// Enters what an item names, unless it names things.
fn enter<'a>(world: &mut World<'a>, role: Role, item: &'a Item, pending: &mut Pending<'a>) {
    match &item.kind {
        ItemKind::Let { name, value } => {
            let symbol = Symbol::Constant(world.constants.len());
            let used = enter_word(world, role, name, symbol);
            world.constants.push(ConstantEntry {
                name: &name.text,
                span: name.span,
                role,
                expr: value,
                value: Progress::Waiting,
                used,
            });
        }
        ItemKind::Set { name, value } => {
            let symbol = Symbol::Set(world.sets.len());
            let used = enter_word(world, role, name, symbol);
            world.sets.push(SetEntry {
                name: &name.text,
                span: name.span,
                role,
                set: value,
                members: Progress::Waiting,
                used,
            });
        }
        ItemKind::Class(class) => {
            let symbol = Symbol::Class(world.classes.len(), class.kind);
            let used = enter_word(world, role, &class.name, symbol);
            world.classes.push(ClassEntry {
                name: full_name(role, &class.name),
                span: class.name.span,
                role,
                class,
                resolved: Progress::Waiting,
                used,
            });
        }
        ItemKind::Plan(plan) if role == Role::Entry => {
            enter_word(world, role, &plan.name, Symbol::Plan);
            pending.plans.push((item, plan));
        }
        ItemKind::Broken { names } => {
            for name in names {
                world.names.poison(&name.text);
            }
        }
        ItemKind::Generations { key, values } => {
            if let Some(&earlier) = pending.generations.get(key.text.as_str()) {
                let error = name_errors::generations_twice(&key.text, key.span, earlier);
                world.sink.push(error);
                return;
            }
            pending.generations.insert(&key.text, key.span);
            let values = values.iter().map(|value| value.text.clone()).collect();
            let generations = &mut world.datacenter.generations;
            generations.push((key.text.clone(), values));
        }
        ItemKind::Resource { name, in_bytes } => stocks::declare(world, name, *in_bytes),
        ItemKind::Use(_)
        | ItemKind::Decl(_)
        | ItemKind::Route { .. }
        | ItemKind::Traffic { .. }
        | ItemKind::Command(_)
        | ItemKind::Plan(_) => {}
    }
}

/// The name of a constant or class: in the standard library the full path.
fn full_name(role: Role, word: &Word) -> String {
    match role {
        Role::Library(module) => format!("{module}.{}", word.text),
        Role::Entry | Role::Used => word.text.clone(),
    }
}

/// Enters a name. Whether it is one that nobody can refer to, so that nobody need be told that it is not used.
fn enter_word(world: &mut World<'_>, role: Role, word: &Word, symbol: Symbol) -> bool {
    let name = full_name(role, word);
    match world.names.declare(&name, symbol, Some(word.span)) {
        Ok(()) => false,
        Err((_, earlier)) => {
            world
                .sink
                .push(name_errors::duplicate(&name, word.span, earlier));
            true
        }
    }
}

/// A declaration whose names and properties are worked out, ready to be made in each place.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    pub decl: &'a Decl,
    pub names: Vec<Expanded>,
    pub resolved: Resolved<'a>,
    children: Vec<Rc<Prepared<'a>>>,
    /// How many things it makes in one place.
    count: u64,
}

/// Makes what a top-level declaration declares.
fn declare<'a>(world: &mut World<'a>, decl: &'a Decl, pending: &mut Pending<'a>) {
    let Some(prepared) = prepare(world, decl, None) else {
        return;
    };
    let refused = world.things > MAX_THINGS;
    world.things = world.things.saturating_add(prepared.count);
    if world.things > MAX_THINGS {
        // The first declaration that is too much is told, those behind it are not.
        if !refused {
            world
                .sink
                .push(errors::too_many_things(names_span(decl), MAX_THINGS));
        }
        poison(world, decl);
        return;
    }
    make(world, &Rc::new(prepared), None, pending);
}

/// Works out names and properties, of its children too. None: an error was reported, its names are poisoned.
fn prepare<'a>(
    world: &mut World<'a>,
    decl: &'a Decl,
    parent: Option<DeclKind>,
) -> Option<Prepared<'a>> {
    if let Some(parent) = parent.filter(|parent| !may_contain(*parent, decl.kind)) {
        world
            .sink
            .push(errors::misplaced(names_span(decl), decl.kind, parent));
        poison(world, decl);
        return None;
    }
    let names = names_of(world, decl);
    let kind = class_kind(decl.kind);
    let owner = Owner {
        kind,
        what: Kind::Thing(decl.kind),
        name: first_text(decl),
    };
    let own = properties::evaluate(world, owner, &decl.properties);
    let classes = classes::resolve_all(world, &decl.classes, kind);
    let mut traits = Traits::default();
    let mut lineage = Rc::default();
    match classes {
        Some(classes) => {
            traits = (*classes.traits).clone();
            lineage = classes.lineage;
        }
        None => traits.broken = true,
    }
    traits.override_with(&own);
    let children: Vec<Rc<Prepared>> = decl
        .children
        .iter()
        .filter_map(|child| prepare(world, child, Some(decl.kind)).map(Rc::new))
        .collect();
    let Some(names) = names else {
        poison(world, decl);
        return None;
    };
    let inside = children
        .iter()
        .fold(1u64, |sum, child| sum.saturating_add(child.count));
    Some(Prepared {
        decl,
        count: inside.saturating_mul(names.len() as u64),
        names,
        resolved: Resolved {
            traits: Rc::new(traits),
            lineage,
        },
        children,
    })
}

/// Whether a place may have such a thing in its braces.
fn may_contain(parent: DeclKind, child: DeclKind) -> bool {
    match parent {
        DeclKind::Site => child != DeclKind::Vm,
        DeclKind::Rack => matches!(child, DeclKind::Server | DeclKind::Switch),
        DeclKind::Switch | DeclKind::Server | DeclKind::Vm => false,
    }
}

/// The names that a declaration declares in each place.
fn names_of<'a>(world: &mut World<'a>, decl: &'a Decl) -> Option<Vec<Expanded>> {
    let mut all = Vec::new();
    for names in &decl.names {
        if let [first, .., last] = names.segments.as_slice() {
            let error = errors::dotted(names.span, segment_text(first), segment_text(last));
            world.sink.push(error);
            return None;
        }
        if let Some(span) = any_index(names) {
            world.sink.push(errors::any_index(span));
            return None;
        }
        all.extend(patterns::names(
            world,
            &Scope::default(),
            names,
            MAX_THINGS,
        )?);
    }
    Some(all)
}

fn any_index(names: &Names) -> Option<Span> {
    let parts = names.segments.iter().flat_map(|segment| &segment.parts);
    parts
        .filter_map(|part| match part {
            Part::Indices { indices, .. } => Some(indices),
            Part::Text { .. } => None,
        })
        .flatten()
        .find_map(|index| match index {
            crate::syntax::ast::Index::Any(span) => Some(*span),
            _ => None,
        })
}

fn segment_text(segment: &Segment) -> &str {
    match segment.parts.first() {
        Some(Part::Text { word, .. }) => &word.text,
        _ => "",
    }
}

fn first_text(decl: &Decl) -> &str {
    let segment = decl.names.first().and_then(|names| names.segments.first());
    segment.map_or("", segment_text)
}

/// Where a declaration says its names.
pub(super) fn names_span(decl: &Decl) -> Span {
    match (decl.names.first(), decl.names.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => decl.span,
    }
}

/// Keeps quiet about all names that a declaration with an error would have declared.
fn poison(world: &mut World<'_>, decl: &Decl) {
    for names in &decl.names {
        if let Some(segment) = names.segments.last() {
            world.names.poison(segment_text(segment));
        }
    }
    for child in &decl.children {
        poison(world, child);
    }
}

/// Makes the things of a declaration in one place, and in each of them what is inside.
fn make<'a>(
    world: &mut World<'a>,
    prepared: &Rc<Prepared<'a>>,
    parent: Option<(SwitchId, &FullName)>,
    pending: &mut Pending<'a>,
) {
    let mut made = Vec::with_capacity(prepared.names.len());
    let decl = prepared.decl;
    let switch_kind = match decl.kind {
        DeclKind::Site => SwitchKind::Site,
        DeclKind::Rack => SwitchKind::Rack,
        DeclKind::Switch => SwitchKind::Switch,
        DeclKind::Server => {
            for own in &prepared.names {
                let name = full_name_of(parent, own);
                let id = ServerId(world.datacenter.servers.len() as u32);
                if enter_thing(world, &name, Thing::Server(id), decl) {
                    let server =
                        servers::server(world, prepared, name.text, own, parent.map(|p| p.0));
                    world.datacenter.servers.push(server);
                    made.push(Thing::Server(id));
                }
            }
            add_links(prepared, parent, made, pending);
            return;
        }
        DeclKind::Vm => {
            let names = prepared.names.iter();
            let names = names.map(|name| full_name_of(parent, name)).collect();
            super::placement::make(world, prepared, names, pending);
            return;
        }
    };
    for name in &prepared.names {
        let name = full_name_of(parent, name);
        let id = SwitchId(world.datacenter.switches.len() as u32);
        if !enter_thing(world, &name, Thing::Switch(id), decl) {
            continue;
        }
        made.push(Thing::Switch(id));
        let switch = servers::switch(prepared, &name.text, switch_kind, parent.map(|p| p.0));
        world.datacenter.switches.push(switch);
        world
            .switch_classes
            .push(prepared.resolved.lineage.to_vec());
        world.inside.push(Inside::default());
        let servers = world.datacenter.servers.len() as u32;
        for child in &prepared.children {
            make(world, child, Some((id, &name)), pending);
        }
        world.inside[id.0 as usize] = Inside {
            switches: id.0 + 1..world.datacenter.switches.len() as u32,
            servers: servers..world.datacenter.servers.len() as u32,
        };
    }
    add_links(prepared, parent, made, pending);
}

fn add_links<'a>(
    prepared: &Rc<Prepared<'a>>,
    parent: Option<(SwitchId, &FullName)>,
    things: Vec<Thing>,
    pending: &mut Pending<'a>,
) {
    if !prepared.resolved.traits.links.is_empty() && !things.is_empty() {
        pending.links.push(PendingLinks {
            prepared: Rc::clone(prepared),
            parent: parent.map(|(id, _)| id),
            things,
        });
    }
}

fn full_name_of(parent: Option<(SwitchId, &FullName)>, name: &Expanded) -> FullName {
    let Some((_, parent)) = parent else {
        let mut holes = name.holes.clone();
        add_numbers(&name.text, 0, &mut holes);
        return FullName {
            text: name.text.clone(),
            shorts: Vec::new(),
            holes,
        };
    };
    let text = format!("{}.{}", parent.text, name.text);
    let from = parent.text.len() + 1;
    let mut shorts = parent.shorts.clone();
    shorts.push(from);
    let mut holes = parent.holes.clone();
    holes.extend(name.holes.iter().map(|(a, b)| (a + from, b + from)));
    add_numbers(&text, from, &mut holes);
    FullName {
        text,
        shorts,
        holes,
    }
}

/// Enters the name of a thing. False where it is taken.
pub(super) fn enter_thing(
    world: &mut World<'_>,
    name: &FullName,
    thing: Thing,
    decl: &Decl,
) -> bool {
    let span = names_span(decl);
    match world
        .names
        .declare(&name.text, Symbol::Thing(thing), Some(span))
    {
        Ok(()) => {
            world.names.register(name, thing);
            true
        }
        Err((_, earlier)) => {
            world
                .sink
                .push(name_errors::duplicate(&name.text, span, earlier));
            false
        }
    }
}
