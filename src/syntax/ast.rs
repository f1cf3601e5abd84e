//! The syntax tree: what the file says, word for word, each part with its place.
//!
//! The tree owns its text and keeps the comments, since a formatter and an editor read it too.
//! It knows nothing of what names mean: that is `sema`'s work.

#![allow(missing_docs)] // Fields of a variant are explained by the variant.

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
    /// `traffic web to uplink 1Gbps`
    Traffic { from: Set, to: Set, rate: Expr },
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

/// A property with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// From its keyword to its last word.
    pub span: Span,
    /// What it says.
    pub kind: PropertyKind,
}

/// In which ways a VM may be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyKind {
    /// Pre-copy where it converges on the path, post-copy otherwise.
    Either,
    /// All of them.
    Any,
    /// One of these.
    OneOf(Vec<Manner>),
}

/// A way of moving a VM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Pre-copy.
    Pre,
    /// Post-copy.
    Post,
    /// Stopped and started.
    Cold,
}

/// What may be done to a migration that does not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForceKind {
    /// Nothing.
    Never,
    /// Suspend the VM, so that the rest is copied while it stands still.
    Suspend,
    /// Switch to post-copy.
    Post,
}

/// `3x then abort`: how long an action may take, and what is done then.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeout {
    /// How long.
    pub limit: Limit,
    /// What is done then.
    pub policy: Option<Policy>,
}

/// A limit in time.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    /// `3x`
    Times(Word),
    /// `20min`
    Time(Expr),
}

/// What is done about an action that takes too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// It is ended.
    Abort,
    /// The VM is suspended.
    Suspend,
    /// The migration is switched to post-copy.
    Post,
    /// It is waited for.
    Wait,
}

/// `2 after 1min`: how often an action is tried again.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// How often.
    pub times: Expr,
    /// How long after it has failed.
    pub after: Option<Expr>,
}

/// What a server `has` of a kind, or a VM `needs`.
#[derive(Debug, Clone, PartialEq)]
pub enum Feature {
    /// `"rtx 4090"`
    Text(Word),
    /// `icelake`, `96GiB`: a name, or an amount of a resource.
    Amount(Expr),
}

impl Feature {
    /// What it says as a single word or plain number; None where it is more than that.
    pub fn word(&self) -> Option<&Word> {
        match self {
            Feature::Text(word) => Some(word),
            Feature::Amount(expr) => match &expr.kind {
                ExprKind::Path(path) if path.words.len() == 1 => path.words.first(),
                ExprKind::Quantity(numbers) => match numbers.as_slice() {
                    [Number { digits, unit: None }] => Some(digits),
                    _ => None,
                },
                _ => None,
            },
        }
    }

    /// Its place.
    pub fn span(&self) -> Span {
        match self {
            Feature::Text(word) => word.span,
            Feature::Amount(expr) => expr.span,
        }
    }
}

/// What a property says.
#[derive(Debug, Clone, PartialEq)]
pub enum PropertyKind {
    /// `memory 4GiB`: of a server, what its VMs may share; of a VM, what it takes of that.
    Memory(Expr),
    /// `used 2000MB`: a VM's memory in use, which a migration copies.
    Used(Expr),
    /// `cpu 4`
    Cpu(Expr),
    /// `hot 96MiB in 2s`
    Hot { size: Expr, within: Option<Expr> },
    /// `cold 3MiB/s`
    Cold(Expr),
    /// `idle`: a VM that writes nothing.
    Idle,
    /// `slack 20%`: how much longer its migrations may take.
    Slack(Expr),
    /// `downtime 30ms`
    Downtime(Expr),
    /// `copy pre or cold`
    Copy(CopyKind),
    /// `disk 200GiB filled 80GiB writes 5MiB/s`
    Disk {
        size: Expr,
        filled: Option<Expr>,
        writes: Option<Expr>,
    },
    /// `force suspend after 10min`
    Force {
        kind: ForceKind,
        after: Option<Expr>,
    },
    /// `timeout 3x then abort`
    Timeout(Timeout),
    /// `retry 2 after 1min`
    Retry(Retry),
    /// `on r1.s[1..24]`: where a VM is.
    Placed(Set),
    /// `off`: a server that is down, a VM that is stopped.
    Off,
    /// `label tier gold`
    Label { key: Word, value: Word },
    /// `has cpu icelake`, `has hugepages 96GiB`: what a server offers.
    Has { key: Word, value: Feature },
    /// `needs cpu icelake`, `needs hugepages 8GiB`: what a VM runs only with.
    Needs { key: Word, value: Feature },
    /// `overbook cpu 4`: what a server gives its VMs of what it has.
    Overbook { key: Word, factor: Expr },
    /// `maintenance`: a server that no VM comes to.
    Maintenance,
    /// `power 110W`: of a server that is on.
    Power(Expr),
    /// `overhead 250ms`: what a migration from or to it takes besides the copy.
    Overhead(Expr),
    /// `hosting 16%` of the server's power, or `hosting 16W`: for each VM on it.
    Hosting(Expr),
    /// `boot 2min extra 20W`
    Boot { takes: Expr, extra: Option<Expr> },
    /// `shutdown 17s`
    Shutdown(Expr),
    /// `migration 0.512J/MB + 20.165J`: energy of a migration from the server.
    Migration { per_data: Expr, fixed: Option<Expr> },
    /// `address "10.0.0.1"`
    Address(Word),
    /// `bmc "{name}-bmc.example.com"`: host of a server's management controller.
    Bmc(Word),
    /// `migration-address "10.1.0.{index}"`: a server in the network that carries migrations.
    MigrationAddress(Word),
    /// `link 10Gbps to core`
    Link(Link),
    /// `capacity 10Gbps` of a switch.
    Capacity(Expr),
    /// `rate 1Gbps` in a class of links.
    Rate(Expr),
    /// `usable 8/9` in a class of links.
    Usable(Expr),
    /// `bond 2` in a class of links.
    Bond(Expr),
    /// `guests` in a class of links: not for migrations.
    Guests,
    /// `command boot "…"`
    Command(Command),
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

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is. Chains of one precedence are lists, so that a long one nests no deeper than a short one.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `9kW`, `1h30min`, `24`: numbers with their units.
    Quantity(Vec<Number>),
    /// A constant or a loop variable.
    Path(Path),
    /// `- x`
    Negated(Box<Expr>),
    /// `a + b - c`: the first operand and the others with their operator.
    Sum(Box<Expr>, Vec<(SumOp, Expr)>),
    /// `a * b / c`
    Product(Box<Expr>, Vec<(ProductOp, Expr)>),
}

/// `+` or `-`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SumOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
}

/// `*` or `/`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductOp {
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// A number and the unit behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Digits, with a decimal point perhaps; without `_`.
    pub digits: Word,
    /// `GiB`, `Mbps`, `J/MB`, `%`
    pub unit: Option<Word>,
}

// --------------------------------------------------------------------------------- time

/// A moment of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: MomentKind,
}

/// What a moment is.
#[derive(Debug, Clone, PartialEq)]
pub enum MomentKind {
    /// `Sat 22:00 + 1d`: the first such moment at or after the plan's start, and an offset.
    Clock { clock: Clock, offset: Option<Expr> },
    /// `90min`: so long after the plan's start.
    Elapsed(Expr),
}

/// `2026-11-28 22:00`, `Sat 22:00`, `22:00:30`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Its place.
    pub span: Span,
    /// A date or a weekday.
    pub day: Option<Day>,
    /// `22:00:30`, as written.
    pub time: Word,
    /// `CEST` or `+02:00`: which of two such times, where the clocks go back.
    pub which: Option<Word>,
}

/// The day of a clock time, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Day {
    /// `2026-11-28`
    Date(Word),
    /// `Sat`
    Weekday(Word),
}

/// `from 06:00 to 08:00`, `from 06:00`, `until 06:00`
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// Its place.
    pub span: Span,
    /// None: from the plan's start.
    pub from: Option<Moment>,
    /// None: to its end.
    pub to: Option<Moment>,
}

// -------------------------------------------------------------------------- names and sets

/// `r[1..2].s[*]`: a pattern of names.
#[derive(Debug, Clone, PartialEq)]
pub struct Names {
    /// Its place.
    pub span: Span,
    /// The parts between the dots; at least one.
    pub segments: Vec<Segment>,
}

/// `web[1..48]`, `"prod-web."[001..500]`
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its place.
    pub span: Span,
    /// Text and brackets, alternating as they come; the first is text.
    pub parts: Vec<Part>,
}

/// A piece of a name.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Literal text, and whether it was quoted.
    Text { word: Word, quoted: bool },
    /// `[1..3, 7]`
    Indices { span: Span, indices: Vec<Index> },
}

/// What stands between the commas of a bracket.
#[derive(Debug, Clone, PartialEq)]
pub enum Index {
    /// `*`: whatever is declared.
    Any(Span),
    /// `"frontend"`
    Text(Word),
    /// `001..500`, with the width of the first number; both bounds as written.
    Padded {
        span: Span,
        first: Word,
        last: Option<Word>,
    },
    /// `i + 1`
    One(Expr),
    /// `1..24 by 2`; descending where the first is the larger one.
    Range {
        span: Span,
        first: Expr,
        last: Expr,
        step: Option<Expr>,
    },
}

/// A set: what the operands choose, in order and without repetition.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    /// Its place.
    pub span: Span,
    /// At least one.
    pub operands: Vec<Chosen>,
}

/// An atom and the filters behind it, applied from left to right.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Its place.
    pub span: Span,
    /// What to filter.
    pub atom: Atom,
    /// The filters.
    pub filters: Vec<Filter>,
}

/// The simplest set.
#[derive(Debug, Clone, PartialEq)]
pub enum Atom {
    /// `( … )`
    Set(Box<Set>),
    /// `all`: everything that acts in the plan.
    All(Span),
    /// `vms`, `servers`, …
    Kind { kind: DeclKind, span: Span },
    /// Things, a named set, or a loop variable.
    Names(Names),
}

/// A filter with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Its place.
    pub span: Span,
    /// What it keeps.
    pub kind: FilterKind,
}

/// What a filter keeps.
#[derive(Debug, Clone, PartialEq)]
pub enum FilterKind {
    /// `on r1`: VMs that are there when the plan starts.
    On(Vec<Atom>),
    /// `in r1`: servers, racks and switches inside.
    In(Vec<Atom>),
    /// `of stressed`: what has that class.
    Of(Path),
    /// `with tier gold`
    With { key: Word, value: Word },
    /// `like "prod-*"`
    Like(Word),
    /// `except db1, db2`
    Except(Vec<Atom>),
    /// `and web[1..3]`: what is also there.
    And(Vec<Atom>),
}

/// `for i in 1..24`
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// Its place.
    pub span: Span,
    /// The variable.
    pub name: Word,
    /// What it runs over.
    pub over: Over,
}

/// What a loop variable runs over.
#[derive(Debug, Clone, PartialEq)]
pub enum Over {
    /// `1..24 by 2`, `[1, 3, 7..9]`
    Indices(Vec<Index>),
    /// The members of a set, one by one.
    Each(Chosen),
    /// `vms on r1 by 8`: groups of that size, the last one perhaps smaller.
    GroupsOf { set: Chosen, size: Expr },
    /// `vms on r1 into 3`: so many groups of equal size, the first ones larger by one where it does not divide.
    Groups { set: Chosen, count: Expr },
}

// -------------------------------------------------------------------------------- plans

/// `plan p { … }`, `plan home reverse tonight { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its name.
    pub name: Word,
    /// The plan whose way back it is.
    pub reverses: Option<Word>,
    /// Its statements.
    pub statements: Vec<Statement>,
}

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// From its first word to its last, the `for` included.
    pub span: Span,
    /// The text of the `///` lines before it.
    pub doc: Option<String>,
    /// What it says.
    pub kind: StatementKind,
    /// `for …`: the statement once for each combination, the last variable running fastest.
    pub bindings: Vec<Binding>,
}

/// A goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// The sum over all actions of their end.
    Mttr,
    /// The energy of the actions and of the servers while they are on.
    Energy,
    /// The last end.
    Makespan,
    /// How many migrations there are.
    Moves,
    /// How long VMs stand still.
    Downtime,
    /// What rules cost that are only preferred.
    Preferences,
    /// The largest share of a server's memory that is in use in the end.
    Balance,
    /// How many servers are on in the end.
    ServersOn,
}

/// `any 2 of`, `any of`: it is open which.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyOf {
    /// How many, where that is not open, too.
    pub count: Option<Expr>,
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    /// `start 2026-11-22 02:00 Europe/Paris`
    StartAt { clock: Clock, zone: Option<Word> },
    /// `migrate a to s2 via s3 takes 51s at 500Mbps`, `migrate a to any of s2, s3`
    Migrate {
        vms: Set,
        to: Set,
        is_open: bool,
        via: Option<Set>,
        takes: Option<Expr>,
        rate: Option<Expr>,
    },
    /// `boot r3.s[*] takes 2min`
    Boot { servers: Set, takes: Option<Expr> },
    /// `shutdown r1.s[*] takes 17s`, `shutdown any 2 of r1.s[*]`, `shutdown any of r1.s[*]`
    Shutdown {
        /// Where it is open which of them.
        any: Option<AnyOf>,
        servers: Set,
        takes: Option<Expr>,
    },
    /// `empty any 3 of r1.s[*] to r2`
    EmptyAny {
        count: Expr,
        servers: Set,
        to: Option<Set>,
    },
    /// `start vm3`
    Start { vms: Set, takes: Option<Expr> },
    /// `stop vm3`
    Stop { vms: Set, takes: Option<Expr> },
    /// `sync ends a, b`
    Sync { edge: Option<Edge>, vms: Set },
    /// `before a -> b -> c by 08:00`: at least one set; with one, `by` is there.
    Before { chain: Vec<Set>, by: Option<Moment> },
    /// `after db1 from 03:00`
    After { subjects: Set, from: Moment },
    /// `seq db[1..3]`
    Seq(Set),
    /// `freeze payroll from 01:00 to 03:00`; without a period it never acts.
    Freeze {
        subjects: Set,
        period: Option<Period>,
    },
    /// `allow all from 22:00 to 06:00 and from Sat 22:00 to Sun 06:00`
    Allow { subjects: Set, periods: Vec<Period> },
    /// `spread db1, db2 over racks`
    Spread { vms: Set, over: Shared },
    /// `gather web1, cache1`
    Gather(Set),
    /// `lonely vault`
    Lonely(Set),
    /// `keep db[1..3] off r4.s[*]`
    Keep {
        vms: Set,
        is_off: bool,
        servers: Set,
    },
    /// `pin vm7`
    Pin(Set),
    /// `reserve 1 of servers in r1`
    Reserve { count: Expr, servers: Set },
    /// `prefer spread db[1..3] weight 5`: a `spread`, `gather` or `keep`.
    Prefer {
        rule: Box<StatementKind>,
        weight: Option<Expr>,
    },
    /// `downtime of web <= 2s`
    Downtime { vms: Set, most: Expr },
    /// `overbook cpu 4 on r1`
    Overbook {
        key: Word,
        factor: Expr,
        on: Option<Set>,
    },
    /// `budget 9kW on r4 from 06:00`
    Budget {
        power: Expr,
        on: Option<Set>,
        period: Option<Period>,
    },
    /// `at most 2 migrations from s1`
    AtMostMigrations {
        count: Expr,
        scope: Option<(ScopeKind, Set)>,
        period: Option<Period>,
    },
    /// `at most 20 vms on r1.s1`
    AtMostVms {
        count: Expr,
        servers: Set,
        period: Option<Period>,
    },
    /// `at most 10 of servers with licence oracle on`
    AtMostOn {
        count: Expr,
        servers: Set,
        /// Whether those that are off are counted.
        is_off: bool,
        period: Option<Period>,
    },
    /// `limit core to 4Gbps until 03:30`
    Limit {
        on: Set,
        rate: Expr,
        period: Option<Period>,
    },
    /// `weight 10 on vms with tier gold`
    Weight { factor: Expr, subjects: Set },
    /// `drain r1.s1 to r2.s[*]`
    Drain { servers: Set, to: Option<Set> },
    /// `reboot r1.s[*]`
    Reboot(Set),
    /// `run "apt-get -y full-upgrade" on r1 takes 10min`
    Run {
        command: Word,
        servers: Set,
        takes: Option<Expr>,
    },
    /// `pause "look at the graphs"`
    Pause { question: Word, takes: Option<Expr> },
    /// `roll r1 by 2 forward { drain  reboot  return }`
    Roll {
        /// All that stands before the braces.
        head: Span,
        servers: Set,
        /// How many are worked on at once; None: one.
        by: Option<Expr>,
        is_forward: bool,
        steps: Vec<RollStep>,
    },
    /// `timeout 20min then wait on db1`
    Timeout { timeout: Timeout, on: Option<Set> },
    /// `retry 2 after 1min on all`
    Retry { retry: Retry, on: Option<Set> },
    /// `minimize mttr, energy`
    Minimize(Vec<(Goal, Span)>),
    /// `expect peak <= 9kW`
    Expect(Expectation),
    /// `bandwidth choose`
    Bandwidth(Bandwidth),
    /// `model fluid`
    Model(Model),
    /// `slack 20%`
    Slack(Expr),
    /// Text that could not be read; a diagnostic says why.
    Broken,
}

/// What is done with each server of a `roll`.
#[derive(Debug, Clone, PartialEq)]
pub struct RollStep {
    /// Its place.
    pub span: Span,
    /// What.
    pub kind: RollStepKind,
}

/// What is done with a server whose turn it is.
#[derive(Debug, Clone, PartialEq)]
pub enum RollStepKind {
    /// `drain to r2`
    Drain { to: Option<Set> },
    /// `run "apt-get -y full-upgrade" takes 10min`
    Run { command: Word, takes: Option<Expr> },
    /// `reboot`
    Reboot,
    /// `boot takes 2min`
    Boot { takes: Option<Expr> },
    /// `shutdown takes 17s`
    Shutdown { takes: Option<Expr> },
    /// `return`: the VMs that it was drained of come back.
    Return,
}

/// What the members of a `spread` never share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// A server.
    Server,
    /// A rack.
    Rack,
    /// A site.
    Site,
}

/// Which ends `sync` makes equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The starts.
    Starts,
    /// The ends.
    Ends,
}

/// Which migrations `at most` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// Those that leave.
    From,
    /// Those that arrive.
    To,
    /// Both.
    In,
}

/// How long a migration takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// The papers' formula.
    Papers,
    /// Dirty pages as a flow.
    Fluid,
    /// `entropy`
    Entropy,
    /// `cloudsim`
    Cloudsim,
    /// `simgrid`
    Simgrid,
}

/// Which rates migrations may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bandwidth {
    /// The most that their paths allow.
    Max,
    /// Also what others leave over.
    Choose,
}

/// What a plan is expected to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// `impossible`
    Impossible,
    /// `possible`
    Possible,
    /// `optimal`
    Optimal,
    /// `end by 06:00`
    EndBy(Moment),
    /// `on time in 99%`
    OnTime(Expr),
    /// `peak <= 9kW`
    AtMost { metric: Metric, value: Expr },
}

/// A figure of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// The last end.
    Makespan,
    /// The sum of ends.
    Mttr,
    /// Energy.
    Energy,
    /// Peak power.
    Peak,
    /// The gap between value and bound.
    Gap,
}
