//! Classes: properties with a name, which declarations and other classes begin with.

use std::rc::Rc;

use super::errors::classes as errors;
use super::imports::Role;
use super::names::{Found, Symbol};
use super::properties::{self, Owner, Traits};
use super::stdlib;
use super::world::{Kind, MAX_DEPTH, Progress, World};
use crate::diag::suggest;
use crate::source::Span;
use crate::syntax::ast::{Class, ClassKind, Path};

/// `class server big : x3440 { … }`
#[derive(Debug)]
pub(super) struct ClassEntry<'a> {
    /// Its name; the full path of a class of the standard library.
    pub name: String,
    pub span: Span,
    pub role: Role,
    pub class: &'a Class,
    pub resolved: Progress<Resolved<'a>>,
    pub used: bool,
}

/// What a list of classes comes to.
#[derive(Debug, Clone, Default)]
pub(super) struct Resolved<'a> {
    /// All properties.
    pub traits: Rc<Traits<'a>>,
    /// The names of the classes and of theirs, in order and without repetition.
    pub lineage: Rc<[String]>,
}

/// The class that a path names, and its kind; `wanted` is the kind that it must have.
///
/// None: an error was reported.
pub(super) fn find(
    world: &mut World<'_>,
    path: &Path,
    wanted: Option<ClassKind>,
) -> Option<(usize, ClassKind)> {
    let words: Vec<&str> = path.words.iter().map(|word| word.text.as_str()).collect();
    let name = words.join(".");
    let other = match world.names.find(None, &name) {
        Found::Symbol(Symbol::Class(index, kind)) => {
            world.classes[index].used = true;
            world
                .recorder
                .declared(path.span, world.classes[index].span);
            if wanted.is_none_or(|wanted| wanted == kind) {
                return Some((index, kind));
            }
            Kind::Class(kind)
        }
        Found::Symbol(Symbol::Poisoned) => return None,
        Found::Symbol(Symbol::Thing(thing)) => Kind::Thing(world.kind_of(thing)),
        Found::Ambiguous(thing, _) => Kind::Thing(world.kind_of(thing)),
        Found::Symbol(Symbol::Set(_)) => Kind::Set,
        Found::Symbol(Symbol::Constant(_)) => Kind::Constant,
        Found::Symbol(Symbol::Plan) => Kind::Plan,
        Found::Nothing => {
            unknown(world, path.span, &name, wanted);
            return None;
        }
    };
    world
        .sink
        .push(errors::not_that_class(path.span, &name, other, wanted));
    None
}

/// Classes that are listed where a name is none of them.
const MANY: usize = 8;

/// Reports a class that does not exist, with the one that was probably meant.
pub(super) fn unknown(world: &mut World<'_>, span: Span, name: &str, wanted: Option<ClassKind>) {
    if world.names.is_poisoned(name) {
        return;
    }
    let module = name.rsplit_once('.').map(|(module, _)| module);
    if name.split('.').next() == Some("std") && !module.is_some_and(stdlib::is_module) {
        unknown_module(world, span, module.unwrap_or(name));
        return;
    }
    let in_library = module.is_some();
    let may_suggest = world.sink.may_suggest();
    let candidates = world.classes.iter().filter(|class| {
        wanted.is_none_or(|wanted| wanted == class.class.kind)
            && in_library == matches!(class.role, Role::Library(_))
    });
    let candidates = candidates.map(|class| class.name.as_str());
    let similar = may_suggest
        .then(|| suggest::closest(name, candidates))
        .flatten();
    // The class may be in the library under that very name, but was not imported, or is in another module.
    let last = name.rsplit('.').next().unwrap_or(name);
    let library = || {
        let classes = world.classes.iter();
        classes.filter(|class| matches!(class.role, Role::Library(_)))
    };
    let importable = library().find(|class| class.class.name.text == last);
    let importable = importable.map(|class| class.name.as_str());
    let others: Vec<&str> = match module {
        Some(module) => library()
            .filter(|class| class.name.rsplit_once('.').map(|(first, _)| first) == Some(module))
            .map(|class| class.name.as_str())
            .collect(),
        None => world
            .classes
            .iter()
            .filter(|class| !matches!(class.role, Role::Library(_)))
            .filter(|class| wanted.is_none_or(|wanted| wanted == class.class.kind))
            .map(|class| class.name.as_str())
            .take(MANY)
            .collect(),
    };
    let error = errors::unknown(span, name, wanted, similar, importable, &others);
    world.sink.push(error);
}

/// Reports a module that does not exist, with the one that was probably meant.
pub(super) fn unknown_module(world: &mut World<'_>, span: Span, module: &str) {
    let names = stdlib::MODULES.iter().map(|module| module.name);
    let similar = suggest::closest(module, names.clone());
    let names: Vec<&str> = names.collect();
    world
        .sink
        .push(errors::unknown_module(span, module, similar, &names));
}

/// What a list of classes comes to: a later one overrides an earlier one.
///
/// None: an error was reported.
pub(super) fn resolve_all<'a>(
    world: &mut World<'a>,
    paths: &'a [Path],
    kind: ClassKind,
) -> Option<Resolved<'a>> {
    let resolved: Vec<Option<Resolved<'a>>> = paths
        .iter()
        .map(|path| {
            let (index, _) = find(world, path, Some(kind))?;
            resolve(world, index)
        })
        .collect();
    let mut resolved = resolved.into_iter().collect::<Option<Vec<_>>>()?;
    if resolved.len() == 1 {
        return resolved.pop();
    }
    let mut traits = Traits::default();
    let mut lineage: Vec<String> = Vec::new();
    for parent in &resolved {
        traits.override_with(&parent.traits);
        for name in parent.lineage.iter() {
            if !lineage.contains(name) {
                lineage.push(name.clone());
            }
        }
    }
    Some(Resolved {
        traits: Rc::new(traits),
        lineage: lineage.into(),
    })
}

/// What a class comes to with those that it begins with. None: an error was reported.
pub(super) fn resolve<'a>(world: &mut World<'a>, index: usize) -> Option<Resolved<'a>> {
    let entry = &mut world.classes[index];
    let (class, span) = (entry.class, entry.span);
    match &entry.resolved {
        Progress::Done(resolved) => return resolved.clone(),
        Progress::Running => {
            world.sink.push(errors::cycle(span, &class.name.text));
            return None;
        }
        Progress::Waiting => entry.resolved = Progress::Running,
    }
    let resolved = if world.depth >= MAX_DEPTH {
        world
            .sink
            .push(errors::too_deep(span, &class.name.text, MAX_DEPTH));
        None
    } else {
        world.depth += 1;
        let resolved = with_parents(world, index, class);
        world.depth -= 1;
        resolved
    };
    world.classes[index].resolved = Progress::Done(resolved.clone());
    resolved
}

fn with_parents<'a>(world: &mut World<'a>, index: usize, class: &'a Class) -> Option<Resolved<'a>> {
    let parents = resolve_all(world, &class.parents, class.kind);
    let owner = Owner {
        kind: class.kind,
        what: Kind::Class(class.kind),
        name: &class.name.text,
    };
    let own = properties::evaluate(world, owner, &class.properties);
    let parents = parents?;
    let mut traits = (*parents.traits).clone();
    traits.override_with(&own);
    let name = world.classes[index].name.clone();
    let lineage = std::iter::once(name)
        .chain(parents.lineage.iter().cloned())
        .collect();
    Some(Resolved {
        traits: Rc::new(traits),
        lineage,
    })
}
