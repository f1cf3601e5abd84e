//! Properties: from what a block says to values in canonical units.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use num_rational::BigRational;

use super::classes;
use super::errors::properties as errors;
use super::expr;
use super::patience;
use super::stocks;
use super::templates;
use super::world::{Kind, Scope, World};
use crate::datacenter::{
    At, CommandKind, Commands, Copy, Force, Manner, MigrationEnergy, Patience, Retry, Stock,
};
use crate::diag::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{
    self, ClassKind, Command, CopyKind, Expr, Feature, ForceKind, Link, Names, Property,
    PropertyKind, Set, Word,
};

/// Interfaces of the widest bond.
const MAX_BOND: u32 = 64;

/// Pools of a server.
const MAX_POOLS: u32 = 16;

/// Whose properties they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'o> {
    /// The kind of classes that it can have.
    pub kind: ClassKind,
    /// What it is, for messages.
    pub what: Kind,
    /// Its name as written.
    pub name: &'o str,
}

/// What hosting one VM costs a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hosting {
    /// mW.
    Power(u64),
    /// A share of the server's own power.
    Share(BigRational),
}

/// `link : ethernet10 to core`, with the properties of its classes.
#[derive(Debug, Clone)]
pub(super) struct LinkSpec<'a> {
    pub span: Span,
    /// bit/s of each interface as sold.
    pub rate: Option<At<u64>>,
    pub usable: Option<BigRational>,
    pub bond: Option<u32>,
    pub guests: bool,
    /// The last of its classes.
    pub class: Option<&'a str>,
    pub to: Option<&'a Names>,
    /// Whether something about it was reported.
    pub broken: bool,
}

/// All that properties can say; what does not belong to a kind stays empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Traits<'a> {
    pub memory: Option<At<u64>>,
    pub used: Option<At<u64>>,
    pub cpu: Option<At<u64>>,
    /// Bytes, and the milliseconds in which they are rewritten.
    pub hot: Option<(u64, u64)>,
    /// Bytes per second.
    pub cold: Option<u64>,
    /// It writes nothing.
    pub idle: Option<Span>,
    /// Millionths of a duration.
    pub slack: Option<u32>,
    /// Milliseconds.
    pub downtime: Option<u64>,
    pub copy: Option<Copy>,
    /// Bytes that are in use, and bytes per second that are written, where that is said.
    pub disk: Option<(u64, Option<u64>)>,
    pub force: Option<Force>,
    pub timeout: Option<Patience>,
    pub retry: Option<Retry>,
    pub placed: Option<&'a Set>,
    pub pool: Option<At<u32>>,
    pub off: Option<Span>,
    pub labels: BTreeMap<&'a str, &'a str>,
    /// By kind: what a server offers, what a VM needs.
    pub has: BTreeSet<(&'a str, &'a str)>,
    pub needs: BTreeSet<(&'a str, &'a str)>,
    /// Of the datacenter's own resources, by their index: what a server has, what a VM takes.
    pub own: BTreeMap<u32, At<u64>>,
    /// Millionths.
    pub overbook: BTreeMap<Stock, u32>,
    pub maintenance: Option<Span>,
    pub pools: Option<At<u32>>,
    /// mW.
    pub power: Option<u64>,
    pub hosting: Option<At<Hosting>>,
    /// Seconds.
    pub boot: Option<At<u32>>,
    /// mW.
    pub boot_extra: Option<u64>,
    /// Seconds.
    pub shutdown: Option<At<u32>>,
    pub migration: Option<MigrationEnergy>,
    /// Milliseconds.
    pub overhead: Option<u64>,
    pub address: Option<&'a Word>,
    pub bmc: Option<&'a Word>,
    pub migration_address: Option<&'a Word>,
    pub links: Vec<LinkSpec<'a>>,
    /// bit/s.
    pub capacity: Option<At<u64>>,
    /// bit/s of a link as sold.
    pub rate: Option<At<u64>>,
    pub usable: Option<BigRational>,
    pub bond: Option<u32>,
    pub guests: Option<Span>,
    pub commands: Commands,
    /// Whether something about them was reported, so that nothing can be said to be missing.
    pub broken: bool,
}

macro_rules! prefer {
    ($self:expr, $other:expr, $($field:ident).+) => {
        if $other.$($field).+.is_some() {
            $self.$($field).+ = $other.$($field).+.clone();
        }
    };
}

impl<'a> Traits<'a> {
    /// Takes over what `other` says. Labels accumulate by key; links replace links.
    pub fn override_with(&mut self, other: &Traits<'a>) {
        // What is said of the rates replaces all that was said of them.
        if other.idle.is_some() {
            (self.hot, self.cold) = (None, None);
        } else if other.hot.is_some() || other.cold.is_some() {
            self.idle = None;
        }
        prefer!(self, other, memory);
        prefer!(self, other, used);
        prefer!(self, other, cpu);
        prefer!(self, other, hot);
        prefer!(self, other, cold);
        prefer!(self, other, idle);
        prefer!(self, other, slack);
        prefer!(self, other, downtime);
        prefer!(self, other, copy);
        prefer!(self, other, disk);
        prefer!(self, other, force);
        prefer!(self, other, timeout);
        prefer!(self, other, retry);
        prefer!(self, other, placed);
        prefer!(self, other, pool);
        prefer!(self, other, off);
        prefer!(self, other, power);
        prefer!(self, other, hosting);
        prefer!(self, other, boot);
        prefer!(self, other, boot_extra);
        prefer!(self, other, shutdown);
        prefer!(self, other, migration);
        prefer!(self, other, overhead);
        prefer!(self, other, address);
        prefer!(self, other, bmc);
        prefer!(self, other, migration_address);
        prefer!(self, other, capacity);
        prefer!(self, other, rate);
        prefer!(self, other, usable);
        prefer!(self, other, bond);
        prefer!(self, other, guests);
        self.commands.override_with(&other.commands);
        self.labels.extend(&other.labels);
        self.has.extend(&other.has);
        self.needs.extend(&other.needs);
        self.own.extend(&other.own);
        self.overbook.extend(&other.overbook);
        prefer!(self, other, maintenance);
        prefer!(self, other, pools);
        if !other.links.is_empty() {
            self.links = other.links.clone();
        }
        self.broken |= other.broken;
    }
}

/// The values of a block of properties. Errors are reported, and mark the result.
pub(super) fn evaluate<'a>(
    world: &mut World<'a>,
    owner: Owner<'_>,
    properties: &'a [Property],
) -> Traits<'a> {
    let mut traits = Traits::default();
    // Few properties can stand twice, and labels are told apart by their key.
    let mut seen: BTreeMap<(&str, Cow<'_, str>), Span> = BTreeMap::new();
    for property in properties {
        let (keyword, detail) = keyword(&property.kind);
        if !applies(&property.kind, owner.kind) {
            world
                .sink
                .push(errors::not_of_that_kind(property.span, keyword, owner));
            traits.broken = true;
            continue;
        }
        if let Some(earlier) = seen.insert((keyword, detail.clone()), property.span)
            && keyword != "link"
        {
            world
                .sink
                .push(errors::twice(property.span, keyword, &detail, earlier));
            continue;
        }
        if take(world, &mut traits, property, owner).is_none() {
            traits.broken = true;
        }
    }
    if let Some(idle) = traits.idle
        && (traits.hot.is_some_and(|(bytes, _)| bytes > 0)
            || traits.cold.is_some_and(|rate| rate > 0))
    {
        world.sink.push(errors::idle_that_writes(idle, owner.name));
        traits.broken = true;
    }
    traits
}

/// The word that a property begins with, and what tells those apart that may stand several times.
fn keyword(kind: &PropertyKind) -> (&'static str, Cow<'_, str>) {
    let feature = |key: &Word, value: &Feature| match value.word() {
        Some(word) => format!("{} {}", key.text, word.text),
        None => key.text.clone(),
    };
    let (keyword, detail) = match kind {
        PropertyKind::Has { key, value } => return ("has", feature(key, value).into()),
        PropertyKind::Needs { key, value } => return ("needs", feature(key, value).into()),
        PropertyKind::Overbook { key, .. } => ("overbook", key.text.as_str()),
        PropertyKind::Maintenance => ("maintenance", ""),
        PropertyKind::Pools(_) => ("pools", ""),
        PropertyKind::Memory(_) => ("memory", ""),
        PropertyKind::Used(_) => ("used", ""),
        PropertyKind::Cpu(_) => ("cpu", ""),
        PropertyKind::Hot { .. } => ("hot", ""),
        PropertyKind::Cold(_) => ("cold", ""),
        PropertyKind::Idle => ("idle", ""),
        PropertyKind::Slack(_) => ("slack", ""),
        PropertyKind::Downtime(_) => ("downtime", ""),
        PropertyKind::Copy(_) => ("copy", ""),
        PropertyKind::Disk { .. } => ("disk", ""),
        PropertyKind::Force { .. } => ("force", ""),
        PropertyKind::Timeout(_) => ("timeout", ""),
        PropertyKind::Retry(_) => ("retry", ""),
        PropertyKind::Placed { .. } => ("on", ""),
        PropertyKind::Off => ("off", ""),
        PropertyKind::Label { key, .. } => ("label", key.text.as_str()),
        PropertyKind::Power(_) => ("power", ""),
        PropertyKind::Hosting(_) => ("hosting", ""),
        PropertyKind::Overhead(_) => ("overhead", ""),
        PropertyKind::Boot { .. } => ("boot", ""),
        PropertyKind::Shutdown(_) => ("shutdown", ""),
        PropertyKind::Migration { .. } => ("migration", ""),
        PropertyKind::Address(_) => ("address", ""),
        PropertyKind::Bmc(_) => ("bmc", ""),
        PropertyKind::MigrationAddress(_) => ("migration-address", ""),
        PropertyKind::Link(_) => ("link", ""),
        PropertyKind::Capacity(_) => ("capacity", ""),
        PropertyKind::Rate(_) => ("rate", ""),
        PropertyKind::Usable(_) => ("usable", ""),
        PropertyKind::Bond(_) => ("bond", ""),
        PropertyKind::Guests => ("guests", ""),
        PropertyKind::Command(command) => ("command", command.kind.text.as_str()),
    };
    (keyword, detail.into())
}

/// Whether things or classes of a kind have that property.
fn applies(property: &PropertyKind, owner: ClassKind) -> bool {
    use ClassKind::{Link, Server, Switch, Vm};
    match property {
        PropertyKind::Memory(_)
        | PropertyKind::Cpu(_)
        | PropertyKind::Copy(_)
        | PropertyKind::Off
        | PropertyKind::Shutdown(_) => matches!(owner, Server | Vm),
        PropertyKind::Boot { extra, .. } => owner == Server || owner == Vm && extra.is_none(),
        PropertyKind::Used(_)
        | PropertyKind::Hot { .. }
        | PropertyKind::Cold(_)
        | PropertyKind::Idle
        | PropertyKind::Slack(_)
        | PropertyKind::Downtime(_)
        | PropertyKind::Disk { .. }
        | PropertyKind::Force { .. }
        | PropertyKind::Timeout(_)
        | PropertyKind::Retry(_)
        | PropertyKind::Placed { .. }
        | PropertyKind::Needs { .. } => owner == Vm,
        PropertyKind::Label { .. } => owner != Link,
        PropertyKind::Power(_)
        | PropertyKind::Has { .. }
        | PropertyKind::Overbook { .. }
        | PropertyKind::Maintenance
        | PropertyKind::Pools(_)
        | PropertyKind::Hosting(_)
        | PropertyKind::Overhead(_)
        | PropertyKind::Migration { .. }
        | PropertyKind::Address(_)
        | PropertyKind::Bmc(_)
        | PropertyKind::MigrationAddress(_)
        | PropertyKind::Command(_) => owner == Server,
        PropertyKind::Link(_) => matches!(owner, Server | Switch),
        PropertyKind::Capacity(_) => owner == Switch,
        PropertyKind::Rate(_)
        | PropertyKind::Usable(_)
        | PropertyKind::Bond(_)
        | PropertyKind::Guests => owner == Link,
    }
}

/// Evaluates one property. None: an error was reported.
fn take<'a>(
    world: &mut World<'a>,
    traits: &mut Traits<'a>,
    property: &'a Property,
    owner: Owner<'_>,
) -> Option<()> {
    let scope = &Scope::default();
    match &property.kind {
        PropertyKind::Memory(e) => traits.memory = Some(at(e, expr::memory(world, scope, e)?)),
        PropertyKind::Used(e) => traits.used = Some(at(e, expr::memory(world, scope, e)?)),
        PropertyKind::Cpu(e) => traits.cpu = Some(at(e, expr::cpu(world, scope, e)?)),
        PropertyKind::Hot { size, within } => traits.hot = Some(hot(world, size, within.as_ref())?),
        PropertyKind::Cold(e) => traits.cold = Some(expr::bytes_per_second(world, scope, e)?),
        PropertyKind::Idle => traits.idle = Some(property.span),
        PropertyKind::Slack(e) => traits.slack = Some(expr::millionths(world, scope, e)?),
        PropertyKind::Downtime(e) => traits.downtime = Some(expr::milliseconds(world, scope, e)?),
        PropertyKind::Copy(kind) => traits.copy = Some(copy(kind)),
        PropertyKind::Disk {
            size,
            filled,
            writes,
        } => traits.disk = Some(disk(world, size, filled.as_ref(), writes.as_ref())?),
        PropertyKind::Force { kind, after } => {
            traits.force = Some(force(world, property.span, *kind, after.as_ref())?);
        }
        PropertyKind::Timeout(timeout) => {
            traits.timeout = Some(patience::timeout(world, scope, timeout)?);
        }
        PropertyKind::Retry(retry) => traits.retry = Some(patience::retry(world, scope, retry)?),
        PropertyKind::Placed { set, pool } => {
            if matches!(owner.what, Kind::Class(_)) {
                world
                    .sink
                    .push(errors::placed_in_class(property.span, owner));
                return None;
            }
            traits.placed = Some(set);
            if let Some(pool) = pool {
                traits.pool = Some(at(pool, expr::count(world, scope, pool)?));
            }
        }
        PropertyKind::Off => traits.off = Some(property.span),
        PropertyKind::Label { key, value } => {
            traits.labels.insert(&key.text, &value.text);
        }
        PropertyKind::Has { key, value } => {
            if let Some(feature) = stocks::feature(world, &mut traits.own, key, value)? {
                traits.has.insert((&key.text, feature));
            }
        }
        PropertyKind::Needs { key, value } => {
            if let Some(feature) = stocks::feature(world, &mut traits.own, key, value)? {
                traits.needs.insert((&key.text, feature));
            }
        }
        PropertyKind::Overbook { key, factor } => {
            let (stock, factor) = stocks::overbook(world, scope, key, factor)?;
            traits.overbook.insert(stock, factor);
        }
        PropertyKind::Maintenance => traits.maintenance = Some(property.span),
        PropertyKind::Pools(e) => {
            let pools = count_up_to(world, e, MAX_POOLS, errors::too_many_pools)?;
            traits.pools = Some(at(e, pools));
        }
        PropertyKind::Power(e) => traits.power = Some(expr::power(world, scope, e)?),
        PropertyKind::Overhead(e) => traits.overhead = Some(expr::milliseconds(world, scope, e)?),
        PropertyKind::Hosting(e) => traits.hosting = Some(at(e, expr::hosting(world, scope, e)?)),
        PropertyKind::Boot { takes, extra } => {
            let duration = expr::seconds(world, scope, takes);
            if let Some(extra) = extra {
                traits.boot_extra = Some(expr::power(world, scope, extra)?);
            }
            traits.boot = Some(at(takes, duration?));
        }
        PropertyKind::Shutdown(e) => {
            traits.shutdown = Some(at(e, expr::seconds(world, scope, e)?));
        }
        PropertyKind::Migration { per_data, fixed } => {
            traits.migration = Some(migration(world, per_data, fixed.as_ref())?);
        }
        PropertyKind::Address(word) => traits.address = Some(word),
        PropertyKind::Bmc(word) => traits.bmc = Some(word),
        PropertyKind::MigrationAddress(word) => traits.migration_address = Some(word),
        PropertyKind::Link(link) => {
            let spec = link_spec(world, property.span, link, owner);
            traits.links.push(spec);
        }
        PropertyKind::Capacity(e) => traits.capacity = Some(at(e, expr::rate(world, scope, e)?)),
        PropertyKind::Rate(e) => traits.rate = Some(at(e, expr::rate(world, scope, e)?)),
        PropertyKind::Usable(e) => traits.usable = Some(expr::share(world, scope, e)?),
        PropertyKind::Bond(e) => {
            traits.bond = Some(count_up_to(world, e, MAX_BOND, errors::bond_out_of_range)?)
        }
        PropertyKind::Guests => traits.guests = Some(property.span),
        PropertyKind::Command(command) => set_command(world, &mut traits.commands, command),
    }
    Some(())
}

fn at<T>(expr: &Expr, value: T) -> At<T> {
    At {
        value,
        origin: Some(expr.span),
    }
}

/// `hot 96MiB in 2s`: one second where it is not said.
fn hot<'a>(world: &mut World<'a>, size: &'a Expr, within: Option<&'a Expr>) -> Option<(u64, u64)> {
    let scope = &Scope::default();
    let bytes = expr::memory_or_none(world, scope, size);
    let millis = match within {
        Some(within) => expr::positive_milliseconds(world, scope, within),
        None => Some(1_000),
    };
    Some((bytes?, millis?))
}

fn copy(kind: &CopyKind) -> Copy {
    match kind {
        CopyKind::Either => Copy::Either,
        CopyKind::Any => Copy::Any,
        CopyKind::OneOf(manners) => {
            let manners: Vec<Manner> = manners
                .iter()
                .map(|manner| match manner {
                    ast::Manner::Pre => Manner::Pre,
                    ast::Manner::Post => Manner::Post,
                    ast::Manner::Cold => Manner::Cold,
                })
                .collect();
            Copy::one_of(&manners).expect("the grammar has at least one")
        }
    }
}

/// `disk 200GiB filled 80GiB writes 5MiB/s`: full where nothing else is said.
fn disk<'a>(
    world: &mut World<'a>,
    size: &'a Expr,
    filled: Option<&'a Expr>,
    writes: Option<&'a Expr>,
) -> Option<(u64, Option<u64>)> {
    let scope = &Scope::default();
    let whole = expr::memory(world, scope, size);
    let used = match filled {
        Some(filled) => expr::memory_or_none(world, scope, filled),
        None => whole,
    };
    let rate = match writes {
        Some(writes) => Some(expr::bytes_per_second(world, scope, writes)?),
        None => None,
    };
    let (whole, used) = (whole?, used?);
    if let Some(filled) = filled.filter(|_| used > whole) {
        world
            .sink
            .push(errors::fuller_than_it_is(filled.span, size.span));
        return None;
    }
    Some((used, rate))
}

fn force<'a>(
    world: &mut World<'a>,
    span: Span,
    kind: ForceKind,
    after: Option<&'a Expr>,
) -> Option<Force> {
    let after = match after {
        Some(after) => Some(expr::seconds(world, &Scope::default(), after)?),
        None => None,
    };
    match (kind, after) {
        (ForceKind::Never, None) => Some(Force::Never),
        (ForceKind::Suspend, Some(after)) => Some(Force::Suspend(after)),
        (ForceKind::Post, Some(after)) => Some(Force::Post(after)),
        (ForceKind::Never, Some(_)) => {
            world.sink.push(errors::never_after(span));
            None
        }
        (ForceKind::Suspend | ForceKind::Post, None) => {
            world.sink.push(errors::force_without_after(span));
            None
        }
    }
}

fn migration<'a>(
    world: &mut World<'a>,
    per_data: &'a Expr,
    fixed: Option<&'a Expr>,
) -> Option<MigrationEnergy> {
    let scope = &Scope::default();
    let per_byte_nj = expr::energy_per_data(world, scope, per_data);
    let fixed_mj = match fixed {
        Some(fixed) => expr::energy(world, scope, fixed),
        None => Some(0),
    };
    Some(MigrationEnergy {
        per_byte_nj: per_byte_nj?,
        fixed_mj: fixed_mj?,
    })
}

/// A whole number from 1 on, of which there are only so many.
fn count_up_to<'a>(
    world: &mut World<'a>,
    expr: &'a Expr,
    most: u32,
    too_many: fn(Span, u32) -> Diagnostic,
) -> Option<u32> {
    let count = expr::positive_count(world, &Scope::default(), expr)?;
    if count > most {
        world.sink.push(too_many(expr.span, most));
        return None;
    }
    Some(count)
}

/// A link with what its classes say.
fn link_spec<'a>(
    world: &mut World<'a>,
    span: Span,
    link: &'a Link,
    owner: Owner<'_>,
) -> LinkSpec<'a> {
    let classes = classes::resolve_all(world, &link.classes, ClassKind::Link);
    let mut broken = classes.is_none();
    let mut traits = classes.map_or_else(Traits::default, |classes| (*classes.traits).clone());
    let name = Owner {
        kind: ClassKind::Link,
        what: owner.what,
        name: owner.name,
    };
    let own = evaluate(world, name, &link.parts);
    traits.override_with(&own);
    if let Some(rate) = &link.rate {
        match expr::rate(world, &Scope::default(), rate) {
            Some(value) => traits.rate = Some(at(rate, value)),
            None => broken = true,
        }
    }
    broken |= traits.broken;
    if traits.rate.is_none() && !broken {
        world.sink.push(errors::link_without_rate(span));
        broken = true;
    }
    LinkSpec {
        span,
        rate: traits.rate,
        usable: traits.usable,
        bond: traits.bond,
        guests: traits.guests.is_some(),
        class: link
            .classes
            .last()
            .and_then(|class| class.words.last())
            .map(|word| word.text.as_str()),
        to: link.to.as_ref(),
        broken,
    }
}

/// Sets the command that the file gives.
pub(super) fn set_command(world: &mut World<'_>, commands: &mut Commands, command: &Command) {
    let kind = CommandKind::of_word(&command.kind.text);
    let kind = kind.expect("the grammar has the words of all kinds");
    templates::check_command(world, kind, command);
    commands.set(kind, command.template.text.clone());
}
