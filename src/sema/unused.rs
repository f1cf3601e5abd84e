//! Warnings about what the entry file declares and nothing uses.
//!
//! Inventories and libraries offer more than one plan needs, so that only the entry itself is looked at.

use super::imports::Role;
use super::world::{Kind, World};
use crate::source::Span;

/// Warns of constants, classes and sets that are not used; only where all else is well, since an error may
/// hide a use.
pub(super) fn warn(world: &mut World<'_>) {
    if world.sink.has_errors() {
        return;
    }
    let constants = world
        .constants
        .iter()
        .filter(|constant| constant.role == Role::Entry && !constant.used)
        .map(|constant| (constant.span, constant.name.to_owned(), Kind::Constant));
    let classes = world
        .classes
        .iter()
        .filter(|class| class.role == Role::Entry && !class.used)
        .map(|class| {
            let kind = Kind::Class(class.class.kind);
            (class.span, class.name.clone(), kind)
        });
    let sets = world
        .sets
        .iter()
        .filter(|set| set.role == Role::Entry && !set.used)
        .map(|set| (set.span, set.name.to_owned(), Kind::Set));
    let found: Vec<(Span, String, Kind)> = constants.chain(classes).chain(sets).collect();
    for (span, name, kind) in found {
        world
            .sink
            .push(super::errors::declarations::unused(span, &name, kind));
    }
}
