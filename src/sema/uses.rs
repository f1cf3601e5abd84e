//! `use std.…`: names of the standard library, made known under their last word or another one.

use super::classes;
use super::errors::{declarations as errors, names as name_errors};
use super::imports::Role;
use super::names::{Found, Symbol};
use super::stdlib;
use super::world::World;
use crate::source::Span;
use crate::syntax::ast::{Use, UseNames, Word};

/// Makes names of the standard library known under their last word, or another one.
pub(super) fn import(world: &mut World<'_>, used: &Use) {
    let Use::Path { path, names } = used else {
        return;
    };
    let (Some(first), Some(last)) = (path.first(), path.last()) else {
        return;
    };
    let joined = |words: &[Word]| {
        let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        words.join(".")
    };
    let span = first.span.to(last.span);
    match names {
        UseNames::Last { rename } => {
            let module = joined(&path[..path.len() - 1]);
            if stdlib::is_module(&joined(path)) {
                world
                    .sink
                    .push(errors::module_without_names(span, &joined(path)));
                return;
            }
            let alias = rename.as_ref().unwrap_or(last);
            import_one(world, &module, last, alias, span);
        }
        UseNames::Some(list) => {
            for word in list {
                import_one(world, &joined(path), word, word, span);
            }
        }
        UseNames::All => {
            let module = joined(path);
            if !stdlib::is_module(&module) {
                classes::unknown_module(world, span, &module);
                world.names.incomplete = true;
                return;
            }
            let of_module: Vec<(usize, String)> = world
                .classes
                .iter()
                .enumerate()
                .filter(|(_, class)| matches!(class.role, Role::Library(name) if name == module))
                .map(|(index, class)| (index, class.class.name.text.clone()))
                .collect();
            for (index, name) in of_module {
                let symbol = Symbol::Class(index, world.classes[index].class.kind);
                alias(world, &name, symbol, span);
            }
        }
    }
}

fn import_one(world: &mut World<'_>, module: &str, word: &Word, name: &Word, path: Span) {
    if !stdlib::is_module(module) {
        classes::unknown_module(world, path, module);
        world.names.poison(&name.text);
        return;
    }
    let full = format!("{module}.{}", word.text);
    match world.names.find(None, &full) {
        Found::Symbol(symbol) => {
            if let Symbol::Class(index, _) = symbol {
                world
                    .recorder
                    .declared(word.span, world.classes[index].span);
            }
            alias(world, &name.text, symbol, name.span);
        }
        _ => {
            classes::unknown(world, word.span, &full, None);
            world.names.poison(&name.text);
        }
    }
}

fn alias(world: &mut World<'_>, name: &str, symbol: Symbol, span: Span) {
    if let Err((_, earlier)) = world.names.declare(name, symbol, Some(span)) {
        world.sink.push(name_errors::duplicate(name, span, earlier));
    }
}
