//! What the analysis knows so far: the state that its steps share.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use super::classes::ClassEntry;
use super::imports::Role;
use super::index::Recorder;
use super::names::Names;
use super::quantity::Quantity;
use super::sink::Sink;
use crate::datacenter::{Datacenter, ServerId, SwitchId, SwitchKind, VmId};
use crate::source::Span;
use crate::syntax::ast::{ClassKind, DeclKind, Expr, Set};

/// Things that one project may declare, and repetitions that one statement may have.
pub(super) const MAX_THINGS: u64 = 200_000;

/// Members that all sets of a compilation may have together, so that nested loops end early.
const MAX_MEMBERS: u64 = 20_000_000;

/// How deep classes, constants and sets may refer to one another; it bounds the recursion.
pub(super) const MAX_DEPTH: u32 = 100;

/// Something that can be in a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A switch, rack or site.
    Switch(SwitchId),
    /// A server.
    Server(ServerId),
    /// A VM.
    Vm(VmId),
}

/// What a name is, in words for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A site, rack, switch, server or VM.
    Thing(DeclKind),
    /// A set.
    Set,
    /// A constant.
    Constant,
    /// A class.
    Class(ClassKind),
    /// A plan.
    Plan,
    /// A loop variable.
    Variable,
}

/// How far something that may refer to itself has been worked out.
#[derive(Debug, Clone)]
pub(super) enum Progress<T> {
    /// Not begun.
    Waiting,
    /// Begun: to come here again is a cycle.
    Running,
    /// Done; None where an error was reported.
    Done(Option<T>),
}

/// `let name = value`
#[derive(Debug)]
pub(super) struct ConstantEntry<'a> {
    pub name: &'a str,
    pub span: Span,
    pub role: Role,
    pub expr: &'a Expr,
    pub value: Progress<Quantity>,
    pub used: bool,
}

/// `set name = members`
#[derive(Debug)]
pub(super) struct SetEntry<'a> {
    pub name: &'a str,
    pub span: Span,
    pub role: Role,
    pub set: &'a Set,
    pub members: Progress<Rc<[Thing]>>,
    pub used: bool,
}

/// What stands inside a switch, rack or site: identifiers follow the declarations, so each is a range.
#[derive(Debug, Clone, Default)]
pub(super) struct Inside {
    pub switches: Range<u32>,
    pub servers: Range<u32>,
}

/// The shared state.
#[derive(Debug, Default)]
pub(super) struct World<'a> {
    pub sink: Sink,
    pub recorder: Recorder,
    pub names: Names,
    pub constants: Vec<ConstantEntry<'a>>,
    pub sets: Vec<SetEntry<'a>>,
    pub classes: Vec<ClassEntry<'a>>,
    pub datacenter: Datacenter,
    /// What stands inside each switch.
    pub inside: Vec<Inside>,
    /// The classes of each switch, with theirs; servers and VMs keep them in the datacenter.
    pub switch_classes: Vec<Vec<String>>,
    /// The VMs on each server when the plans start; None until all are placed.
    pub vms_on: Option<Vec<Vec<VmId>>>,
    /// How many things were declared.
    pub things: u64,
    /// How many members all sets have had.
    members: u64,
    /// How deep the constants, classes or sets that are being worked out refer to one another.
    pub depth: u32,
    marks: Marks,
}

impl World<'_> {
    /// What a thing is.
    pub fn kind_of(&self, thing: Thing) -> DeclKind {
        match thing {
            Thing::Switch(id) => match self.datacenter[id].kind {
                SwitchKind::Site => DeclKind::Site,
                SwitchKind::Rack => DeclKind::Rack,
                SwitchKind::Switch => DeclKind::Switch,
            },
            Thing::Server(_) => DeclKind::Server,
            Thing::Vm(_) => DeclKind::Vm,
        }
    }

    /// The full name of a thing.
    pub fn name_of(&self, thing: Thing) -> &str {
        match thing {
            Thing::Switch(id) => &self.datacenter[id].name,
            Thing::Server(id) => &self.datacenter[id].name,
            Thing::Vm(id) => &self.datacenter[id].name,
        }
    }

    /// Where a thing is declared.
    pub fn origin_of(&self, thing: Thing) -> Option<Span> {
        match thing {
            Thing::Switch(id) => self.datacenter[id].origin,
            Thing::Server(id) => self.datacenter[id].origin,
            Thing::Vm(id) => self.datacenter[id].origin,
        }
    }

    /// Counts the members of a set. False once all sets together are too much to work with.
    pub fn count_members(&mut self, count: usize) -> bool {
        self.members = self.members.saturating_add(count as u64 + 1);
        self.members <= MAX_MEMBERS
    }

    /// Keeps the first of equal things.
    pub fn unique(&mut self, things: &mut Vec<Thing>) {
        self.marks.begin(&self.datacenter);
        things.retain(|thing| self.marks.mark(*thing));
    }

    /// Keeps the things that are among `others`, or those that are not.
    pub fn retain(&mut self, things: &mut Vec<Thing>, others: &[Thing], among: bool) {
        self.marks.begin(&self.datacenter);
        for other in others {
            self.marks.mark(*other);
        }
        things.retain(|thing| self.marks.has(*thing) == among);
    }
}

/// A set of things as marks in tables: cleared by taking another mark.
#[derive(Debug, Default)]
struct Marks {
    mark: u32,
    tables: [Vec<u32>; 3],
}

impl Marks {
    /// Forgets all marks.
    fn begin(&mut self, datacenter: &Datacenter) {
        let sizes = [
            datacenter.switches.len(),
            datacenter.servers.len(),
            datacenter.vms.len(),
        ];
        self.mark = self.mark.wrapping_add(1);
        for (table, size) in self.tables.iter_mut().zip(sizes) {
            if self.mark == 0 {
                table.fill(0);
            }
            table.resize(size, 0);
        }
        self.mark = self.mark.max(1);
    }

    /// Marks a thing; false where it is marked already.
    fn mark(&mut self, thing: Thing) -> bool {
        let mark = self.mark;
        std::mem::replace(self.cell(thing), mark) != mark
    }

    fn has(&mut self, thing: Thing) -> bool {
        *self.cell(thing) == self.mark
    }

    fn cell(&mut self, thing: Thing) -> &mut u32 {
        match thing {
            Thing::Switch(id) => &mut self.tables[0][id.0 as usize],
            Thing::Server(id) => &mut self.tables[1][id.0 as usize],
            Thing::Vm(id) => &mut self.tables[2][id.0 as usize],
        }
    }
}

/// What a name means where it stands, besides what is declared.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scope<'s> {
    /// The place in whose braces it stands: its name may be left out.
    pub place: Option<SwitchId>,
    /// Loop variables.
    pub variables: &'s [Variable],
    /// What `all` stands for; None outside the rules of a plan.
    pub acting: Option<&'s [Thing]>,
}

/// A loop variable in one of the repetitions.
#[derive(Debug)]
pub(super) struct Variable {
    pub name: String,
    pub span: Span,
    pub value: Value,
    /// Whether the statement has asked for it.
    pub used: Cell<bool>,
}

/// The value of a loop variable.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// An index: as it stands in names, its number, and the width that zeros fill up (0: none do).
    Index {
        text: Rc<str>,
        number: Option<i64>,
        width: usize,
    },
    /// Members of a set.
    Group(Rc<[Thing]>),
}

impl<'s> Scope<'s> {
    /// The loop variable of that name.
    pub fn variable(&self, name: &str) -> Option<&'s Variable> {
        let variable = self.variables.iter().rev().find(|v| v.name == name)?;
        variable.used.set(true);
        Some(variable)
    }
}

/// `a server`, `a class of links`
pub(super) fn a_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Thing(kind) => a_thing(kind),
        Kind::Set => "a set",
        Kind::Constant => "a constant",
        Kind::Class(ClassKind::Server) => "a class of servers",
        Kind::Class(ClassKind::Vm) => "a class of VMs",
        Kind::Class(ClassKind::Link) => "a class of links",
        Kind::Class(ClassKind::Switch) => "a class of switches",
        Kind::Plan => "a plan",
        Kind::Variable => "a loop variable",
    }
}

/// `a server`, `a VM`
pub(super) fn a_thing(kind: DeclKind) -> &'static str {
    match kind {
        DeclKind::Site => "a site",
        DeclKind::Rack => "a rack",
        DeclKind::Switch => "a switch",
        DeclKind::Server => "a server",
        DeclKind::Vm => "a VM",
    }
}
