//! Sets: what their operands choose, in order and without repetition.

use std::rc::Rc;

use super::errors::sets as errors;
use super::filters;
use super::refer;
use super::world::{MAX_DEPTH, Progress, Scope, Thing, World};
use crate::datacenter::{ServerId, SwitchId, VmId};
use crate::source::Span;
use crate::syntax::ast::{Atom, Chosen, DeclKind, FilterKind, Set};

/// What a set has to consist of where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// VMs.
    Vms,
    /// Servers; a place stands for those inside it.
    Servers,
    /// Switches, racks and sites.
    Switches,
    /// Racks and sites.
    Places,
    /// Servers, switches, racks and sites.
    Nodes,
    /// What acts in a plan: VMs and servers; a place stands for the servers inside it.
    Subjects,
    /// Anything.
    Anything,
}

impl Wanted {
    /// Whether a thing of that kind is wanted as it is.
    pub fn takes(self, kind: DeclKind) -> bool {
        use DeclKind::{Rack, Server, Site, Switch, Vm};
        match self {
            Wanted::Vms => kind == Vm,
            Wanted::Servers => kind == Server,
            Wanted::Switches => matches!(kind, Site | Rack | Switch),
            Wanted::Places => matches!(kind, Site | Rack),
            Wanted::Nodes => kind != Vm,
            Wanted::Subjects => matches!(kind, Server | Vm),
            Wanted::Anything => true,
        }
    }

    /// Whether a place stands for the servers inside it.
    pub fn opens_places(self) -> bool {
        matches!(self, Wanted::Servers | Wanted::Subjects)
    }
}

/// The members of a set. None: an error was reported.
pub(super) fn set<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    set: &'a Set,
    wanted: Wanted,
) -> Option<Vec<Thing>> {
    let mut all = Some(Vec::new());
    for operand in &set.operands {
        // Each operand is looked at, so that all their errors show.
        let members = chosen(world, scope, operand, wanted);
        all = match (all, members) {
            (Some(mut all), Some(members)) => {
                all.extend(members);
                Some(all)
            }
            _ => None,
        };
    }
    let mut all = all?;
    if set.operands.len() > 1 {
        world.unique(&mut all);
        world.recorder.set(set.span, &all);
    }
    Some(all)
}

/// The members of an operand: its atom, filtered.
pub(super) fn chosen<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    operand: &'a Chosen,
    wanted: Wanted,
) -> Option<Vec<Thing>> {
    let mut filters = operand.filters.as_slice();
    let mut members = match (&operand.atom, filters) {
        (Atom::Kind { kind, .. }, [first, rest @ ..]) => {
            let quick = match (kind, &first.kind) {
                (DeclKind::Vm, FilterKind::On(atoms)) => {
                    Some(filters::vms_on(world, scope, first.span, atoms)?)
                }
                (DeclKind::Vm, _) => None,
                (kind, FilterKind::In(atoms)) => {
                    let mut inside = filters::all_inside(world, scope, atoms)?;
                    inside.retain(|thing| world.kind_of(*thing) == *kind);
                    Some(inside)
                }
                _ => None,
            };
            if quick.is_some() {
                filters = rest;
            }
            match quick {
                Some(members) => members,
                None => atom(world, scope, &operand.atom, Wanted::Anything)?,
            }
        }
        (single, []) => atom(world, scope, single, wanted)?,
        (single, _) => atom(world, scope, single, Wanted::Anything)?,
    };
    for filter in filters {
        filters::apply(world, scope, filter, &mut members)?;
    }
    let in_loop = !scope.variables.is_empty();
    let honest = !operand.filters.is_empty() || matches!(operand.atom, Atom::Kind { .. });
    if members.is_empty() && honest && !in_loop {
        let hint = filters::why_empty(world, operand);
        world.sink.push(errors::selects_nothing(operand.span, hint));
    }
    if !world.count_members(members.len()) {
        world.sink.push(errors::too_much_work(operand.span));
        return None;
    }
    let members = fit(world, operand.span, members, wanted)?;
    world.recorder.set(operand.span, &members);
    Some(members)
}

/// The members of several atoms.
pub(super) fn atoms<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    list: &'a [Atom],
    wanted: Wanted,
) -> Option<Vec<Thing>> {
    let mut all = Vec::new();
    for single in list {
        all.extend(atom(world, scope, single, wanted)?);
    }
    if list.len() > 1 {
        world.unique(&mut all);
    }
    Some(all)
}

/// The members of an atom.
fn atom<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    atom: &'a Atom,
    wanted: Wanted,
) -> Option<Vec<Thing>> {
    match atom {
        Atom::Set(inner) => set(world, scope, inner, wanted),
        Atom::All(span) => match scope.acting {
            Some(acting) => fit(world, *span, acting.to_vec(), wanted_of_all(wanted)),
            None => {
                world.sink.push(errors::all_outside_rules(*span));
                None
            }
        },
        Atom::Kind { kind, span } => {
            let members = everything(world, *kind);
            fit(world, *span, members, wanted)
        }
        Atom::Names(names) => {
            let members = refer::things(world, scope, names, wanted)?;
            fit(world, names.span, members, wanted)
        }
    }
}

/// `all` names VMs and servers at once: where only one of them is wanted it means those.
fn wanted_of_all(wanted: Wanted) -> Wanted {
    match wanted {
        Wanted::Vms | Wanted::Servers => wanted,
        _ => Wanted::Subjects,
    }
}

/// All things of a kind, in the order of declaration.
pub(super) fn everything(world: &World<'_>, kind: DeclKind) -> Vec<Thing> {
    let datacenter = &world.datacenter;
    match kind {
        DeclKind::Server => (0..datacenter.servers.len() as u32)
            .map(|id| Thing::Server(ServerId(id)))
            .collect(),
        DeclKind::Vm => (0..datacenter.vms.len() as u32)
            .map(|id| Thing::Vm(VmId(id)))
            .collect(),
        _ => (0..datacenter.switches.len() as u32)
            .map(|id| Thing::Switch(SwitchId(id)))
            .filter(|thing| world.kind_of(*thing) == kind)
            .collect(),
    }
}

/// Makes members what is wanted, or reports the first that is something else.
fn fit(
    world: &mut World<'_>,
    span: Span,
    mut members: Vec<Thing>,
    wanted: Wanted,
) -> Option<Vec<Thing>> {
    if wanted.opens_places() {
        open_places(world, &mut members);
    }
    let misfit = |thing: &&Thing| !wanted.takes(world.kind_of(**thing));
    match members.iter().find(misfit) {
        None => Some(members),
        Some(&thing) => {
            let error = errors::wrong_kind(world, span, thing, wanted);
            world.sink.push(error);
            None
        }
    }
}

/// Puts the servers inside racks and sites in their place. A switch that is no place stays.
pub(super) fn open_places(world: &mut World<'_>, members: &mut Vec<Thing>) {
    let is_place = |thing: &Thing| matches!(world.kind_of(*thing), DeclKind::Site | DeclKind::Rack);
    if !members.iter().any(is_place) {
        return;
    }
    let mut opened = Vec::new();
    for thing in members.iter() {
        match thing {
            Thing::Switch(id) if is_place(thing) => opened.extend(
                world.inside[id.0 as usize]
                    .servers
                    .clone()
                    .map(|server| Thing::Server(ServerId(server))),
            ),
            thing => opened.push(*thing),
        }
    }
    world.unique(&mut opened);
    *members = opened;
}

/// The members of a declared set. `used_at` is the place that refers to it.
pub(super) fn declared(
    world: &mut World<'_>,
    index: usize,
    used_at: Option<Span>,
) -> Option<Rc<[Thing]>> {
    let entry = &mut world.sets[index];
    let (name, span, expression) = (entry.name, entry.span, entry.set);
    match &entry.members {
        Progress::Done(members) => return members.clone(),
        Progress::Running => {
            world.sink.push(errors::set_cycle(span, name, used_at));
            return None;
        }
        Progress::Waiting => entry.members = Progress::Running,
    }
    let members = if world.depth >= MAX_DEPTH {
        world.sink.push(errors::too_deep(span, name, MAX_DEPTH));
        None
    } else {
        world.depth += 1;
        let members = set(world, &Scope::default(), expression, Wanted::Anything);
        world.depth -= 1;
        members.map(Rc::from)
    };
    world.sets[index].members = Progress::Done(members.clone());
    members
}

/// Which target each of `left` things goes to, of `right` ones: equally many for each, in order.
/// None where that does not come out even.
pub(super) fn pairing(left: usize, right: usize) -> Option<usize> {
    let share = left.checked_div(right)?;
    (share * right == left && share > 0).then_some(share)
}

#[cfg(test)]
mod tests {
    use super::pairing;

    #[test]
    fn consecutive_blocks_share_a_target() {
        assert_eq!(pairing(96, 96), Some(1));
        assert_eq!(pairing(96, 1), Some(96));
        assert_eq!(pairing(96, 48), Some(2));
        assert_eq!(pairing(96, 47), None);
        assert_eq!(pairing(1, 2), None);
        assert_eq!(pairing(3, 0), None);
        assert_eq!(pairing(0, 3), None);
    }
}
