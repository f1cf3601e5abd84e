//! Rules: what must hold while the steps are done.

use std::collections::BTreeSet;

use super::acting::Acting;
use super::errors::plans as errors;
use super::expr;
use super::moments;
use super::network;
use super::sets::{self, Wanted};
use super::steps;
use super::world::{MAX_THINGS, Scope, Thing, World};
use crate::datacenter::{Node, ServerId, VmId};
use crate::request::{Direction, Edge, Period, Rule, RuleKind, Shared, Start, Subject};
use crate::source::Span;
use crate::syntax::ast::{self, Atom, Moment, ScopeKind, Set, Statement, StatementKind};

/// The largest weight.
const MAX_WEIGHT: u32 = 1_000_000;

/// What the reading of a rule needs to know.
struct Reading<'r, 's> {
    scope: &'r Scope<'s>,
    start: Option<&'r Start>,
    acting: &'r Acting,
    span: Span,
}

/// Adds the rules that a statement asks for. None: an error was reported.
pub(super) fn add<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    start: Option<&Start>,
    statement: &'a Statement,
    acting: &Acting,
    rules: &mut Vec<Rule>,
) -> Option<()> {
    let reading = Reading {
        scope,
        start,
        acting,
        span: statement.span,
    };
    let kinds = read(world, &reading, &statement.kind)?;
    if (rules.len() + kinds.len()) as u64 > MAX_THINGS {
        world
            .sink
            .push(errors::too_many_rules(statement.span, MAX_THINGS));
        return None;
    }
    let by_clock = moments::by_clock(&statement.kind);
    rules.extend(kinds.into_iter().map(|kind| Rule {
        kind,
        by_clock,
        origin: Some(statement.span),
    }));
    Some(())
}

fn read<'a>(
    world: &mut World<'a>,
    reading: &Reading<'_, '_>,
    kind: &'a StatementKind,
) -> Option<Vec<RuleKind>> {
    match kind {
        StatementKind::Sync { edge, vms } => sync(world, reading, *edge, vms),
        StatementKind::Before { chain, by } => before(world, reading, chain, by.as_ref()),
        StatementKind::After { subjects, from } => {
            let time = moments::moment(world, reading.scope, reading.start, from);
            let subjects = self::subjects(world, reading, subjects)?;
            let time = time?;
            Some(some(!subjects.is_empty(), || RuleKind::After {
                subjects,
                time,
            }))
        }
        StatementKind::Seq(set) => {
            let subjects = self::subjects(world, reading, set)?;
            // Much may happen on a single server at once, but a VM does one thing after the other anyway.
            let enough = match subjects.as_slice() {
                [Subject::Server(_)] => true,
                _ => several(world, reading, "seq", set, subjects.len()),
            };
            Some(some(enough, || RuleKind::Seq { subjects }))
        }
        StatementKind::Freeze { subjects, period } => {
            let periods = reading.periods(world, period.as_ref());
            let subjects = self::subjects(world, reading, subjects)?;
            let periods = periods?;
            if subjects.is_empty() {
                return Some(Vec::new());
            }
            Some(each(periods, |period| RuleKind::Freeze {
                subjects: subjects.clone(),
                period,
            }))
        }
        StatementKind::Allow { subjects, periods } => {
            let periods: Vec<Option<Period>> = periods
                .iter()
                .map(|period| reading.period(world, Some(period)))
                .collect();
            let subjects = self::subjects(world, reading, subjects)?;
            let periods = periods.into_iter().collect::<Option<Vec<Period>>>()?;
            Some(some(!subjects.is_empty(), || RuleKind::Allow {
                subjects,
                periods,
            }))
        }
        StatementKind::Spread { vms: set, over } => {
            let vms = steps::vms(world, reading.scope, set)?;
            // Those that stay keep others away, so they need not act.
            let enough = several(world, reading, "spread", set, vms.len());
            let over = match over {
                ast::Shared::Server => Shared::Server,
                ast::Shared::Rack => Shared::Rack,
                ast::Shared::Site => Shared::Site,
            };
            Some(some(enough, || RuleKind::Spread { vms, over }))
        }
        StatementKind::Gather(set) => {
            let vms = steps::vms(world, reading.scope, set)?;
            let enough = several(world, reading, "gather", set, vms.len());
            Some(some(enough, || RuleKind::Gather { vms }))
        }
        StatementKind::Lonely(set) => {
            let vms = steps::vms(world, reading.scope, set)?;
            Some(some(!vms.is_empty(), || RuleKind::Lonely { vms }))
        }
        StatementKind::Prefer { rule, weight } => {
            let weight = match weight {
                Some(factor) => self::weight(world, reading.scope, factor),
                None => Some(1),
            };
            let kinds = read(world, reading, rule)?;
            let weight = weight?;
            let preferred = kinds.into_iter().map(|kind| RuleKind::Prefer {
                rule: Box::new(kind),
                weight,
            });
            Some(preferred.collect())
        }
        StatementKind::Downtime { vms, most } => {
            let most = expr::milliseconds(world, reading.scope, most);
            let vms = steps::vms(world, reading.scope, vms)?;
            let most = most?;
            Some(some(!vms.is_empty(), || RuleKind::Downtime { vms, most }))
        }
        StatementKind::Pin(set) => {
            let vms = steps::vms(world, reading.scope, set)?;
            Some(some(!vms.is_empty(), || RuleKind::Pin { vms }))
        }
        StatementKind::Keep {
            vms,
            is_off,
            servers,
        } => {
            let vms = steps::vms(world, reading.scope, vms);
            let servers = steps::servers(world, reading.scope, servers)?;
            let vms = vms?;
            let is_rule = !vms.is_empty() && !servers.is_empty();
            Some(some(is_rule, || RuleKind::Keep {
                vms,
                servers,
                is_off: *is_off,
            }))
        }
        StatementKind::Weight { factor, subjects } => {
            let factor = weight(world, reading.scope, factor);
            let subjects = self::subjects(world, reading, subjects)?;
            let factor = factor?;
            Some(some(!subjects.is_empty(), || RuleKind::Weight {
                subjects,
                factor,
            }))
        }
        _ => read_limit(world, reading, kind),
    }
}

/// Budgets and other upper limits.
fn read_limit<'a>(
    world: &mut World<'a>,
    reading: &Reading<'_, '_>,
    kind: &'a StatementKind,
) -> Option<Vec<RuleKind>> {
    let scope = reading.scope;
    Some(match kind {
        StatementKind::Budget { power, on, period } => {
            let power = expr::positive_power(world, scope, power);
            let periods = reading.periods(world, period.as_ref());
            let servers = match on {
                None => None,
                Some(on) => match steps::servers(world, scope, on)? {
                    servers if servers.is_empty() => return Some(Vec::new()),
                    servers => Some(servers),
                },
            };
            let power = power?;
            each(periods?, |period| RuleKind::Budget {
                power,
                servers: servers.clone(),
                period,
            })
        }
        StatementKind::AtMostMigrations {
            count,
            scope: direction,
            period,
        } => {
            let count = expr::count(world, scope, count);
            let periods = reading.periods(world, period.as_ref());
            let direction = match direction {
                None => None,
                Some((kind, set)) => match steps::servers(world, scope, set)? {
                    servers if servers.is_empty() => return Some(Vec::new()),
                    servers => Some((self::direction(*kind), servers)),
                },
            };
            let count = count?;
            each(periods?, |period| RuleKind::AtMostMigrations {
                count,
                scope: direction.clone(),
                period,
            })
        }
        StatementKind::AtMostOn {
            count,
            servers,
            is_off,
            period,
        } => at_most(world, reading, (count, servers, period.as_ref()), {
            |count, servers, period| match is_off {
                false => RuleKind::AtMostOn {
                    count,
                    servers,
                    period,
                },
                true => RuleKind::AtMostOff {
                    count,
                    servers,
                    period,
                },
            }
        })?,
        StatementKind::AtMostVms {
            count,
            servers,
            period,
        } => at_most(world, reading, (count, servers, period.as_ref()), {
            |count, servers, period| RuleKind::AtMostVms {
                count,
                servers,
                period,
            }
        })?,
        StatementKind::Reserve { count, servers } => {
            let count = expr::count(world, scope, count);
            let servers = steps::servers(world, scope, servers)?;
            let count = count?;
            some(!servers.is_empty(), || RuleKind::Reserve { count, servers })
        }
        StatementKind::Limit { on, rate, period } => {
            let rate = expr::rate(world, scope, rate);
            let periods = reading.periods(world, period.as_ref());
            let things = sets::set(world, scope, on, Wanted::Nodes)?;
            let nodes: Vec<Node> = things.into_iter().filter_map(network::node).collect();
            if nodes.is_empty() {
                return Some(Vec::new());
            }
            let rate = rate?;
            each(periods?, |period| RuleKind::Limit {
                nodes: nodes.clone(),
                rate,
                period,
            })
        }
        // Steps, goals and expectations are read elsewhere.
        _ => Vec::new(),
    })
}

/// A rule about so many of servers, for each period.
fn at_most<'a>(
    world: &mut World<'a>,
    reading: &Reading<'_, '_>,
    (count, servers, period): (&'a ast::Expr, &'a Set, Option<&'a ast::Period>),
    rule: impl Fn(u32, Vec<ServerId>, Period) -> RuleKind,
) -> Option<Vec<RuleKind>> {
    let count = expr::count(world, reading.scope, count);
    let periods = reading.periods(world, period);
    let servers = steps::servers(world, reading.scope, servers)?;
    if servers.is_empty() {
        return Some(Vec::new());
    }
    let count = count?;
    Some(each(periods?, |period| {
        rule(count, servers.clone(), period)
    }))
}

/// A rule for each period.
fn each(periods: Vec<Period>, rule: impl FnMut(Period) -> RuleKind) -> Vec<RuleKind> {
    periods.into_iter().map(rule).collect()
}

/// A rule, if there is something that it is about.
fn some(there: bool, rule: impl FnOnce() -> RuleKind) -> Vec<RuleKind> {
    there.then(rule).into_iter().collect()
}

fn direction(kind: ScopeKind) -> Direction {
    match kind {
        ScopeKind::From => Direction::From,
        ScopeKind::To => Direction::To,
        ScopeKind::In => Direction::In,
    }
}

fn weight<'a>(world: &mut World<'a>, scope: &Scope<'_>, factor: &'a ast::Expr) -> Option<u32> {
    let value = expr::positive_count(world, scope, factor)?;
    if value > MAX_WEIGHT {
        world
            .sink
            .push(errors::weight_too_large(factor.span, MAX_WEIGHT));
        return None;
    }
    Some(value)
}

impl Reading<'_, '_> {
    fn period<'a>(&self, world: &mut World<'a>, period: Option<&'a ast::Period>) -> Option<Period> {
        moments::period(world, self.scope, self.start, period)
    }

    /// Of a rule that forbids something.
    fn periods<'a>(
        &self,
        world: &mut World<'a>,
        period: Option<&'a ast::Period>,
    ) -> Option<Vec<Period>> {
        moments::periods(world, self.scope, self.start, period)
    }
}

/// `sync a, b`: VMs that all migrate.
fn sync<'a>(
    world: &mut World<'a>,
    reading: &Reading<'_, '_>,
    edge: Option<ast::Edge>,
    set: &'a Set,
) -> Option<Vec<RuleKind>> {
    let vms = steps::vms(world, reading.scope, set)?;
    let still = |vm: &&VmId| reading.acting.migrations[vm.0 as usize] == 0;
    if reading.acting.complete
        && let Some(vm) = vms.iter().find(still)
    {
        let name = world.datacenter[*vm].name.clone();
        let place = operand_of(world, reading, set, Thing::Vm(*vm));
        world.sink.push(errors::never_migrates(place, &name));
        return None;
    }
    let enough = several(world, reading, "sync", set, vms.len());
    let edge = edge.map(|edge| match edge {
        ast::Edge::Starts => Edge::Starts,
        ast::Edge::Ends => Edge::Ends,
    });
    Some(some(enough, || RuleKind::Sync { vms, edge }))
}

/// `before a -> b -> c by 08:00`
fn before<'a>(
    world: &mut World<'a>,
    reading: &Reading<'_, '_>,
    chain: &'a [Set],
    by: Option<&'a Moment>,
) -> Option<Vec<RuleKind>> {
    let time = by.map(|by| moments::moment(world, reading.scope, reading.start, by));
    let links: Vec<Option<Vec<Subject>>> = chain
        .iter()
        .map(|set| {
            let link = silent_subjects(world, reading, set)?;
            let acts = |subject: &Subject| reading.acting.acts(thing(*subject));
            if reading.acting.complete && !link.is_empty() && !link.iter().any(acts) {
                world.sink.push(errors::never_acts(set.span));
                return None;
            }
            note_idle(world, reading, set);
            Some(link)
        })
        .collect();
    let links = links.into_iter().collect::<Option<Vec<_>>>()?;
    let mut rules = Vec::new();
    for (pair, sets) in links.windows(2).zip(chain.windows(2)) {
        let [first, then] = pair else { continue };
        if let Some(both) = common(world, first, then) {
            let name = world.name_of(both).to_owned();
            world
                .sink
                .push(errors::before_itself(sets[1].span, &name, sets[0].span));
            return None;
        }
        if !first.is_empty() && !then.is_empty() {
            rules.push(RuleKind::Before {
                first: first.clone(),
                then: then.clone(),
            });
        }
    }
    if let (Some(time), Some(last)) = (time, links.last()) {
        let time = time?;
        if !last.is_empty() {
            rules.push(RuleKind::By {
                subjects: last.clone(),
                time,
            });
        }
    }
    Some(rules)
}

/// Something that is in both.
fn common(world: &mut World<'_>, one: &[Subject], other: &[Subject]) -> Option<Thing> {
    let mut things: Vec<Thing> = one.iter().copied().map(thing).collect();
    let others: Vec<Thing> = other.iter().copied().map(thing).collect();
    world.retain(&mut things, &others, true);
    things.first().copied()
}

fn thing(subject: Subject) -> Thing {
    match subject {
        Subject::Vm(id) => Thing::Vm(id),
        Subject::Server(id) | Subject::Own(id) => Thing::Server(id),
    }
}

/// The VMs and servers of a set; those that are named one by one and never act are noted.
fn subjects<'a>(
    world: &mut World<'a>,
    reading: &Reading<'_, '_>,
    set: &'a Set,
) -> Option<Vec<Subject>> {
    let subjects = silent_subjects(world, reading, set)?;
    note_idle(world, reading, set);
    Some(subjects)
}

/// The VMs and servers of a set in a statement that is no rule. None: an error was reported.
pub(super) fn subjects_of<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    acting: &Acting,
    span: Span,
    set: &'a Set,
) -> Option<Vec<Subject>> {
    let reading = Reading {
        scope,
        start: None,
        acting,
        span,
    };
    subjects(world, &reading, set)
}

/// The VMs and servers of a set. What `all` holds acts for itself: in `all except web`, the server that `web` moves to
/// does not bring it back.
fn silent_subjects<'a>(
    world: &mut World<'a>,
    reading: &Reading<'_, '_>,
    set: &'a Set,
) -> Option<Vec<Subject>> {
    let things = sets::set(world, reading.scope, set, Wanted::Subjects)?;
    let mut own = Vec::new();
    for operand in set.operands.iter().filter(|operand| is_all(&operand.atom)) {
        own.extend(sets::chosen(
            world,
            reading.scope,
            operand,
            Wanted::Subjects,
        )?);
    }
    let own: BTreeSet<Thing> = own.into_iter().collect();
    let subjects = things.into_iter().filter_map(|thing| match thing {
        Thing::Vm(id) => Some(Subject::Vm(id)),
        Thing::Server(id) if own.contains(&thing) => Some(Subject::Own(id)),
        Thing::Server(id) => Some(Subject::Server(id)),
        Thing::Switch(_) => None,
    });
    Some(subjects.collect())
}

/// Whether a set begins with `all`, in parentheses or not.
fn is_all(atom: &Atom) -> bool {
    match atom {
        Atom::All(_) => true,
        Atom::Set(set) => set.operands.iter().any(|operand| is_all(&operand.atom)),
        Atom::Kind { .. } | Atom::Names(_) => false,
    }
}

/// Warns of operands that name VMs which never act. What a filter or a set chooses may do so honestly.
fn note_idle<'a>(world: &mut World<'a>, reading: &Reading<'_, '_>, set: &'a Set) {
    if !reading.acting.complete || !reading.scope.variables.is_empty() {
        return;
    }
    for operand in &set.operands {
        let named = match &operand.atom {
            Atom::Names(names) => operand.filters.is_empty() && !is_set(world, names),
            _ => false,
        };
        if !named {
            continue;
        }
        let Some(things) = sets::chosen(world, reading.scope, operand, Wanted::Subjects) else {
            continue;
        };
        let idle: Vec<Thing> = things
            .iter()
            .copied()
            .filter(|thing| matches!(thing, Thing::Vm(_)) && !reading.acting.acts(*thing))
            .collect();
        if let Some(first) = idle.first() {
            let name = world.name_of(*first).to_owned();
            let counts = (idle.len(), things.len());
            world.sink.push(errors::idle(operand.span, &name, counts));
        }
    }
}

/// Whether a name is that of a declared set.
fn is_set(world: &World<'_>, names: &ast::Names) -> bool {
    use super::names::{Found, Symbol};
    super::refer::single_word(names)
        .is_some_and(|word| matches!(world.names.find(None, word), Found::Symbol(Symbol::Set(_))))
}

/// The place of the operand that a thing comes from.
fn operand_of<'a>(
    world: &mut World<'a>,
    reading: &Reading<'_, '_>,
    set: &'a Set,
    thing: Thing,
) -> Span {
    for operand in &set.operands {
        let members = sets::chosen(world, reading.scope, operand, Wanted::Subjects);
        if members.is_some_and(|members| members.contains(&thing)) {
            return operand.span;
        }
    }
    set.span
}

/// Whether a rule that is about several has several; warns where it does not.
fn several(
    world: &mut World<'_>,
    reading: &Reading<'_, '_>,
    rule: &str,
    set: &Set,
    count: usize,
) -> bool {
    if count == 1 && reading.scope.variables.is_empty() {
        world
            .sink
            .push(errors::only_one(reading.span, rule, set.span));
    }
    count > 1
}
