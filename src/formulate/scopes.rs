//! Which rules are about a server or node, so that an action need not ask all of them.

use std::collections::BTreeMap;

use crate::datacenter::{Node, ServerId};
use crate::request::{Direction, Request, RuleKind};

/// Index of a rule in the request.
pub(super) type RuleAt = usize;

/// The rules about each server or node.
pub(super) struct Scopes {
    pub limits: BTreeMap<Node, Vec<RuleAt>>,
    pub on: BTreeMap<ServerId, Vec<RuleAt>>,
    /// Budgets on all servers.
    budgets: Vec<RuleAt>,
    budgets_on: BTreeMap<ServerId, Vec<RuleAt>>,
    /// Caps on all migrations.
    migrations: Vec<RuleAt>,
    leaving: BTreeMap<ServerId, Vec<RuleAt>>,
    arriving: BTreeMap<ServerId, Vec<RuleAt>>,
}

impl Scopes {
    pub fn of(request: &Request) -> Self {
        let mut scopes = Scopes {
            limits: BTreeMap::new(),
            on: BTreeMap::new(),
            budgets: Vec::new(),
            budgets_on: BTreeMap::new(),
            migrations: Vec::new(),
            leaving: BTreeMap::new(),
            arriving: BTreeMap::new(),
        };
        for (at, rule) in request.rules.iter().enumerate() {
            match &rule.kind {
                RuleKind::Limit { nodes, .. } => index(&mut scopes.limits, nodes, at),
                RuleKind::AtMostOn { servers, .. } => index(&mut scopes.on, servers, at),
                RuleKind::Budget { servers: None, .. } => scopes.budgets.push(at),
                RuleKind::Budget {
                    servers: Some(servers),
                    ..
                } => {
                    index(&mut scopes.budgets_on, servers, at);
                }
                RuleKind::AtMostMigrations { scope: None, .. } => scopes.migrations.push(at),
                RuleKind::AtMostMigrations {
                    scope: Some((direction, servers)),
                    ..
                } => {
                    if matches!(direction, Direction::From | Direction::In) {
                        index(&mut scopes.leaving, servers, at);
                    }
                    if matches!(direction, Direction::To | Direction::In) {
                        index(&mut scopes.arriving, servers, at);
                    }
                }
                RuleKind::Sync { .. }
                | RuleKind::Before { .. }
                | RuleKind::By { .. }
                | RuleKind::After { .. }
                | RuleKind::Seq { .. }
                | RuleKind::Freeze { .. }
                | RuleKind::Allow { .. }
                | RuleKind::Spread { .. }
                | RuleKind::Gather { .. }
                | RuleKind::Lonely { .. }
                | RuleKind::Keep { .. }
                | RuleKind::Pin { .. }
                | RuleKind::Downtime { .. }
                | RuleKind::Prefer { .. }
                | RuleKind::Reserve { .. }
                | RuleKind::AtMostVms { .. }
                | RuleKind::AtMostOff { .. }
                | RuleKind::Roll { .. }
                | RuleKind::Any { .. }
                | RuleKind::Weight { .. } => {}
            }
        }
        scopes
    }

    pub fn budgets_of(&self, from: ServerId, to: Option<ServerId>) -> Vec<RuleAt> {
        let here = [Some(from), to].into_iter().flatten();
        let scoped = here
            .filter_map(|server| self.budgets_on.get(&server))
            .flatten();
        union(self.budgets.iter().chain(scoped))
    }

    pub fn budget_covers(&self, rule: RuleAt, server: ServerId) -> bool {
        let scoped = self.budgets_on.get(&server);
        self.budgets.binary_search(&rule).is_ok()
            || scoped.is_some_and(|rules| rules.binary_search(&rule).is_ok())
    }

    pub fn migrations_of(&self, from: ServerId, to: Option<ServerId>) -> Vec<RuleAt> {
        let leaving = self.leaving.get(&from).into_iter().flatten();
        let arriving = to.and_then(|to| self.arriving.get(&to));
        let arriving = arriving.into_iter().flatten();
        union(self.migrations.iter().chain(leaving).chain(arriving))
    }
}

fn index<K: Ord + Copy>(map: &mut BTreeMap<K, Vec<RuleAt>>, keys: &[K], rule: RuleAt) {
    for &key in keys {
        let rules = map.entry(key).or_default();
        if rules.last() != Some(&rule) {
            rules.push(rule);
        }
    }
}

fn union<'r>(rules: impl Iterator<Item = &'r RuleAt>) -> Vec<RuleAt> {
    let mut rules: Vec<RuleAt> = rules.copied().collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}
