//! The syntax tree: what the file says, word for word, each part with its place.
//!
//! The tree owns its text and keeps the comments, since a formatter and an editor read it too.
//! It knows nothing of what names mean: that is `sema`'s work.

#![allow(missing_docs)] // Fields of a variant are explained by the variant.

mod plan;
mod property;
mod set;
mod value;

pub use plan::*;
pub use property::*;
pub use set::*;
pub use value::*;

use crate::source::{FileId, Span};

/// One parsed file.
#[derive(Debug, Clone, PartialEq)]
pub struct Ast {
    /// The file.
    pub file: FileId,
    /// Declarations and plans, in order.
    pub items: Vec<Item>,
    /// All comments, in order, with their `//`.
    pub comments: Vec<Comment>,
}

/// A comment. Those that begin with `///` document the item, property or statement that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its place.
    pub span: Span,
    /// Its text with the slashes, without the line end.
    pub text: String,
}

/// A word with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word; for a quoted one, what the quotes hold, escapes resolved.
    pub text: String,
    /// Its place, quotes included.
    pub span: Span,
}

/// An item of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// From its first word to its last.
    pub span: Span,
    /// The text of the `///` lines before it, without the slashes.
    pub doc: Option<String>,
    /// What it is.
    pub kind: ItemKind,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// `use std.server.x3440`
    Use(Use),
    /// `let lean = 2GiB`
    Let { name: Word, value: Expr },
    /// `set gold = vms with tier gold`
    Set { name: Word, value: Set },
    /// `class server big : x3440 { … }`
    Class(Class),
    /// A site, rack, switch, server or VM.
    Decl(Decl),
    /// `route r1 to r2 via spine1`
    Route { from: Set, to: Set, via: Set },
    /// `traffic web[i] to db[i] 200Mbps for i in 1..4`
    Traffic {
        from: Set,
        to: Set,
        rate: Expr,
        bindings: Vec<Binding>,
    },
    /// `command boot "…"`
    Command(Command),
    /// `resource hugepages in bytes`
    Resource { name: Word, in_bytes: bool },
    /// `generations cpu haswell, icelake`
    Generations { key: Word, values: Vec<Word> },
    /// `plan p { … }`
    Plan(Plan),
    /// Text that could not be read; a diagnostic says why. The names that it seems to declare are kept (of a
    /// pattern its text before the first bracket or dot: `web` of `web[1..48]`), so that their uses are not
    /// reported as well. What was lost inside of another item follows that item, with an empty span.
    Broken { names: Vec<Word> },
}

/// An import.
#[derive(Debug, Clone, PartialEq)]
pub enum Use {
    /// `use "inventory.mvm"`: everything that the file declares, but for its plans.
    File(Word),
    /// `use std.workload.{idle, stressed}`
    Path { path: Vec<Word>, names: UseNames },
}

/// What an import takes from its module.
#[derive(Debug, Clone, PartialEq)]
pub enum UseNames {
    /// The last word of the path, as the name given or as it is.
    Last { rename: Option<Word> },
    /// `.*`
    All,
    /// `.{a, b}`
    Some(Vec<Word>),
}

/// What a class describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClassKind {
    /// Servers.
    Server,
    /// Virtual machines.
    Vm,
    /// Links.
    Link,
    /// Switches, racks and sites.
    Switch,
}

/// `class server big : x3440 { memory 64GiB }`
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// What it describes.
    pub kind: ClassKind,
    /// Its name.
    pub name: Word,
    /// The classes that it begins with; a later one overrides an earlier one.
    pub parents: Vec<Path>,
    /// Its properties.
    pub properties: Vec<Property>,
}

/// `std.server.x3440`, or a constant or loop variable: words between dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// At least one.
    pub words: Vec<Word>,
    /// Its place.
    pub span: Span,
}

/// What a declaration declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeclKind {
    /// A place with a switch of its own, and racks or switches in it.
    Site,
    /// A place with a top-of-rack switch, and servers in it.
    Rack,
    /// A switch.
    Switch,
    /// A server.
    Server,
    /// A virtual machine.
    Vm,
}

/// `rack r[1..2] : tor link 10Gbps to core { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Decl {
    /// From its first word to its last.
    pub span: Span,
    /// The text of the `///` lines before it.
    pub doc: Option<String>,
    /// What it declares.
    pub kind: DeclKind,
    /// Patterns of the names that it declares.
    pub names: Vec<Names>,
    /// Its classes; a later one overrides an earlier one.
    pub classes: Vec<Path>,
    /// Its own properties, which override those of its classes.
    pub properties: Vec<Property>,
    /// Declarations in its braces.
    pub children: Vec<Decl>,
}

/// `link : ethernet10 usable 94% bond 2 to core guests`
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its classes.
    pub classes: Vec<Path>,
    /// Its nominal rate.
    pub rate: Option<Expr>,
    /// The switch that it leads to; the enclosing one where it is not said.
    pub to: Option<Names>,
    /// `usable`, `bond`, `guests`.
    pub parts: Vec<Property>,
}

/// `command boot "ipmitool -H {address} chassis power on"`
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// What it is for: a word such as `boot`.
    pub kind: Word,
    /// Its text, with placeholders in braces.
    pub template: Word,
    /// Its place.
    pub span: Span,
}

// --------------------------------------------------------------------------- quantities
