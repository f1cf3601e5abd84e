//! `for`: a statement once for each combination of its variables' values, the last one running fastest.

use std::cell::Cell;
use std::rc::Rc;

use super::errors::statements as errors;
use super::expr;
use super::patterns::{self, Run};
use super::sets::{self, Wanted};
use super::world::{MAX_THINGS, Scope, Thing, Value, Variable, World};
use crate::syntax::ast::{Binding, Chosen, Index, Over};

/// Variables of one statement; it bounds the recursion.
const MAX_VARIABLES: usize = 8;

/// What a variable runs over, counted but not written out.
#[derive(Debug)]
enum Domain {
    Indices(Vec<Run>),
    Groups(Vec<Rc<[Thing]>>),
}

impl Domain {
    fn count(&self) -> Option<u64> {
        match self {
            Domain::Indices(runs) => patterns::total(runs),
            Domain::Groups(groups) => Some(groups.len() as u64),
        }
    }

    fn values(&self) -> Box<dyn Iterator<Item = Value> + '_> {
        match self {
            Domain::Indices(runs) => Box::new(runs.iter().flat_map(|run| {
                run.values().map(|(text, number)| Value::Index {
                    text: text.into(),
                    number,
                    width: run.width(),
                })
            })),
            Domain::Groups(groups) => Box::new(groups.iter().cloned().map(Value::Group)),
        }
    }
}

/// Calls `body` for each combination; once, without variables, where there are none.
///
/// None: an error was reported, by `body` too.
pub(super) fn each<'a>(
    world: &mut World<'a>,
    bindings: &'a [Binding],
    acting: Option<&[Thing]>,
    body: &mut dyn FnMut(&mut World<'a>, &Scope<'_>) -> Option<()>,
) -> Option<()> {
    if bindings.len() > MAX_VARIABLES {
        let span = bindings[MAX_VARIABLES].span;
        world
            .sink
            .push(errors::too_many_variables(span, MAX_VARIABLES));
        return None;
    }
    if let Some((one, other)) = same_name(bindings) {
        world
            .sink
            .push(errors::variable_twice(&other.name, one.name.span));
        return None;
    }
    let mut count = 0;
    let mut walk = Walk {
        bindings,
        acting,
        variables: Vec::new(),
        used: vec![false; bindings.len()],
    };
    walk.count(world, &mut count)?;
    walk.visit(world, body)?;
    for (binding, used) in bindings.iter().zip(&walk.used) {
        if !used && count > 1 {
            world.sink.push(errors::unused_variable(&binding.name));
        }
    }
    Some(())
}

fn same_name(bindings: &[Binding]) -> Option<(&Binding, &Binding)> {
    bindings.iter().enumerate().find_map(|(at, other)| {
        let one = bindings[..at]
            .iter()
            .find(|one| one.name.text == other.name.text)?;
        Some((one, other))
    })
}

struct Walk<'w, 'a> {
    bindings: &'a [Binding],
    acting: Option<&'w [Thing]>,
    variables: Vec<Variable>,
    used: Vec<bool>,
}

impl<'a> Walk<'_, 'a> {
    /// Adds up how many combinations there are, and refuses too many of them.
    fn count(&mut self, world: &mut World<'a>, sum: &mut u64) -> Option<()> {
        let Some(binding) = self.bindings.get(self.variables.len()) else {
            *sum += 1;
            return Some(());
        };
        let domain = self.domain(world, binding)?;
        let last = self.variables.len() + 1 == self.bindings.len();
        let more = match domain.count() {
            Some(count) if last => sum.checked_add(count),
            // Combinations of further variables are at least as many.
            Some(count) if count <= MAX_THINGS => Some(*sum),
            _ => None,
        };
        match more {
            Some(more) if more <= MAX_THINGS => *sum = more,
            _ => {
                world
                    .sink
                    .push(errors::too_many_repetitions(binding.span, MAX_THINGS));
                return None;
            }
        }
        if !last {
            for value in domain.values() {
                self.with(binding, value, |walk| walk.count(world, sum))?;
            }
        }
        Some(())
    }

    fn visit(
        &mut self,
        world: &mut World<'a>,
        body: &mut dyn FnMut(&mut World<'a>, &Scope<'_>) -> Option<()>,
    ) -> Option<()> {
        let Some(binding) = self.bindings.get(self.variables.len()) else {
            return body(world, &self.scope());
        };
        let domain = self.domain(world, binding)?;
        for value in domain.values() {
            self.with(binding, value, |walk| walk.visit(world, body))?;
        }
        Some(())
    }

    /// Runs `inner` with one variable more.
    fn with<T>(
        &mut self,
        binding: &Binding,
        value: Value,
        inner: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let depth = self.variables.len();
        self.variables.push(Variable {
            name: binding.name.text.clone(),
            span: binding.name.span,
            value,
            used: Cell::new(self.used[depth]),
        });
        let result = inner(self);
        if let Some(variable) = self.variables.pop() {
            self.used[depth] = variable.used.get();
        }
        result
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            place: None,
            variables: &self.variables,
            acting: self.acting,
        }
    }

    fn domain(&self, world: &mut World<'a>, binding: &'a Binding) -> Option<Domain> {
        let scope = &self.scope();
        match &binding.over {
            Over::Indices(indices) => indices_of(world, scope, indices),
            Over::Each(chosen) => {
                let members = members(world, scope, chosen)?;
                let groups = members.iter().map(|thing| Rc::from([*thing]));
                Some(Domain::Groups(groups.collect()))
            }
            Over::GroupsOf { set, size } => {
                let members = members(world, scope, set)?;
                let size = expr::positive_count(world, scope, size)? as usize;
                let groups = members.chunks(size).map(Rc::from);
                Some(Domain::Groups(groups.collect()))
            }
            Over::Groups { set, count } => {
                let members = members(world, scope, set)?;
                let count = expr::positive_count(world, scope, count)? as usize;
                Some(Domain::Groups(split(&members, count)))
            }
        }
    }
}

fn indices_of<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    indices: &'a [Index],
) -> Option<Domain> {
    if let Some(Index::Any(span)) = indices.iter().find(|i| matches!(i, Index::Any(_))) {
        world.sink.push(errors::any_index_in_for(*span));
        return None;
    }
    patterns::runs(world, scope, indices).map(Domain::Indices)
}

fn members<'a>(world: &mut World<'a>, scope: &Scope<'_>, chosen: &'a Chosen) -> Option<Vec<Thing>> {
    sets::chosen(world, scope, chosen, Wanted::Anything)
}

/// Splits into `count` groups of equal size; the first ones are larger by one where it does not divide.
fn split(members: &[Thing], count: usize) -> Vec<Rc<[Thing]>> {
    let (size, larger) = (members.len() / count, members.len() % count);
    let mut rest = members;
    let mut groups = Vec::new();
    while !rest.is_empty() {
        let take = size + usize::from(groups.len() < larger);
        let (group, others) = rest.split_at(take);
        groups.push(Rc::from(group));
        rest = others;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datacenter::VmId;

    #[test]
    fn groups_differ_by_one_at_most() {
        let members: Vec<Thing> = (0..8).map(|id| Thing::Vm(VmId(id))).collect();
        let sizes =
            |count| -> Vec<usize> { split(&members, count).iter().map(|g| g.len()).collect() };
        assert_eq!(sizes(3), [3, 3, 2]);
        assert_eq!(sizes(8), [1; 8]);
        assert_eq!(sizes(20), [1; 8]);
        assert_eq!(sizes(1), [8]);
    }
}
