//! References: from a pattern of names to the things that it names.

use super::errors::{names as errors, sets as set_errors};
use super::names::{Found, HOLE, Symbol};
use super::patterns::{self, Expanded};
use super::sets::{self, Wanted};
use super::world::{Kind, MAX_THINGS, Scope, Thing, Value, World};
use crate::diag::{Diagnostic, suggest};
use crate::source::Span;
use crate::syntax::ast::{DeclKind, Names, Part, Segment};

/// What a pattern of names refers to: things, the members of a named set, or of a loop variable.
///
/// `wanted` only guides suggestions. None: an error was reported.
pub(super) fn things<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    names: &'a Names,
    wanted: Wanted,
) -> Option<Vec<Thing>> {
    if let Some(word) = single_word(names)
        && let Some(variable) = scope.variable(word)
    {
        world.recorder.declared(names.span, variable.span);
        return match &variable.value {
            Value::Group(group) => Some(group.to_vec()),
            Value::Index { .. } => {
                world
                    .sink
                    .push(errors::number_for_a_set(names.span, word, variable.span));
                None
            }
        };
    }
    let expanded = patterns::names(world, scope, names, MAX_THINGS)?;
    if !world.count_members(expanded.len()) {
        world.sink.push(set_errors::too_much_work(names.span));
        return None;
    }
    let mut found = Vec::with_capacity(expanded.len());
    let mut complete = true;
    for name in &expanded {
        let members = if name.text.contains(HOLE) {
            family(world, scope, names.span, name, wanted)
        } else {
            one(world, scope, names.span, &name.text, wanted)
        };
        match members {
            Some(members) => found.extend(members),
            // One error for a pattern is enough.
            None => {
                complete = false;
                break;
            }
        }
    }
    if expanded.len() > 1 || found.len() > 1 {
        world.unique(&mut found);
    }
    if complete {
        world.recorder.things(names.span, &found);
    }
    complete.then_some(found)
}

/// The word of a pattern that is nothing but a word.
pub(super) fn single_word(names: &Names) -> Option<&str> {
    let [Segment { parts, .. }] = names.segments.as_slice() else {
        return None;
    };
    match parts.as_slice() {
        [
            Part::Text {
                word,
                quoted: false,
            },
        ] => Some(&word.text),
        _ => None,
    }
}

/// What a name refers to.
fn one(
    world: &mut World<'_>,
    scope: &Scope<'_>,
    span: Span,
    name: &str,
    wanted: Wanted,
) -> Option<Vec<Thing>> {
    let place = scope.place.map(|id| world.datacenter[id].name.as_str());
    let kind = match world.names.find(place, name) {
        Found::Symbol(Symbol::Thing(thing)) => return Some(vec![thing]),
        Found::Symbol(Symbol::Set(index)) => {
            world.sets[index].used = true;
            world.recorder.declared(span, world.sets[index].span);
            return sets::declared(world, index, Some(span)).map(|members| members.to_vec());
        }
        Found::Symbol(Symbol::Poisoned) => return None,
        Found::Symbol(Symbol::Constant(index)) => {
            world.constants[index].used = true;
            Kind::Constant
        }
        Found::Symbol(Symbol::Class(index, kind)) => {
            world.classes[index].used = true;
            Kind::Class(kind)
        }
        Found::Symbol(Symbol::Plan) => Kind::Plan,
        Found::Ambiguous(a, b) => {
            let error = errors::ambiguous(world, span, name, a, b);
            world.sink.push(error);
            return None;
        }
        Found::Nothing => {
            unknown(world, span, name, wanted);
            return None;
        }
    };
    world
        .sink
        .push(errors::not_a_thing(span, name, kind, wanted));
    None
}

/// What a name with `[*]` refers to.
fn family(
    world: &mut World<'_>,
    scope: &Scope<'_>,
    span: Span,
    name: &Expanded,
    wanted: Wanted,
) -> Option<Vec<Thing>> {
    let place = scope.place.map(|id| world.datacenter[id].name.as_str());
    let Some((things, short)) = world.names.family(place, &name.text) else {
        if !world.names.is_poisoned(&name.text) {
            let pattern = name.text.replace(HOLE, "[*]");
            world.sink.push(errors::no_family(span, &pattern, wanted));
        }
        return None;
    };
    let things = things.to_vec();
    if short {
        let clash = things.iter().find_map(|thing| {
            let full = world.name_of(*thing);
            let shorts = full.match_indices('.').map(|(at, _)| &full[at + 1..]);
            let named = shorts.filter(|short| is_instance(short, &name.text));
            named
                .filter_map(|short| Some((short.to_owned(), world.names.is_ambiguous(short)?)))
                .next()
        });
        if let Some((short, (a, b))) = clash {
            let error = errors::ambiguous(world, span, &short, a, b);
            world.sink.push(error);
            return None;
        }
    }
    Some(things)
}

/// Whether a name is a key with text in its holes, as far as its ends tell.
fn is_instance(name: &str, key: &str) -> bool {
    let mut ends = key.split(HOLE);
    let (first, last) = (ends.next().unwrap_or(""), ends.next_back().unwrap_or(""));
    name.starts_with(first) && name.ends_with(last)
}

/// Reports a name that stands for nothing, with the one that was probably meant.
fn unknown(world: &mut World<'_>, span: Span, name: &str, wanted: Wanted) {
    if world.names.is_poisoned(name) {
        return;
    }
    let mut error = errors::unknown(span, name, wanted);
    if world.sink.may_suggest() {
        error = with_similar(world, error, span, name, wanted);
    }
    world.sink.push(error);
}

/// Adds what has a similar name among the things and sets of the wanted kind.
fn with_similar(
    world: &World<'_>,
    error: Diagnostic,
    span: Span,
    name: &str,
    wanted: Wanted,
) -> Diagnostic {
    let takes = |thing: Thing| {
        let kind = world.kind_of(thing);
        wanted.takes(kind) || wanted.opens_places() && Wanted::Places.takes(kind)
    };
    let kinds = [
        DeclKind::Site,
        DeclKind::Rack,
        DeclKind::Switch,
        DeclKind::Server,
        DeclKind::Vm,
    ];
    let things: Vec<Thing> = kinds
        .into_iter()
        .flat_map(|kind| sets::everything(world, kind))
        .filter(|thing| takes(*thing))
        .collect();
    let names = things.iter().map(|thing| world.name_of(*thing));
    let sets = world.sets.iter().map(|set| set.name);
    let shorts = things.iter().filter_map(|thing| {
        let full = world.name_of(*thing);
        let short = &full[full.rfind('.')? + 1..];
        world.names.is_ambiguous(short).is_none().then_some(short)
    });
    let all: Vec<&str> = sets.chain(names).chain(shorts).collect();
    match suggest::closest(name, all.iter().copied()) {
        Some(similar) => errors::did_you_mean(error, span, similar),
        None => match suggest::siblings(name, all) {
            Some(siblings) => errors::there_are(error, siblings),
            None => error,
        },
    }
}
