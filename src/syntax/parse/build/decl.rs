//! Imports, constants, classes, declarations and their properties.

use pest::iterators::Pair;

use super::{Builder, Parts};
use crate::syntax::ast::*;
use crate::syntax::parse::grammar::Rule;

impl Builder {
    /// `use`, `let`, `set`, `route`, `traffic` or `command`.
    pub(in crate::syntax::parse) fn item(self, pair: Pair<'_, Rule>) -> ItemKind {
        let rule = pair.as_rule();
        if rule == Rule::command {
            return ItemKind::Command(self.command(pair));
        }
        let mut parts = Parts::of(pair);
        let first = parts.need();
        match rule {
            Rule::use_item => ItemKind::Use(self.use_item(first)),
            Rule::let_item => ItemKind::Let {
                name: self.word(first),
                value: self.expr(parts.need()),
            },
            Rule::set_item => ItemKind::Set {
                name: self.word(first),
                value: self.set(parts.need()),
            },
            Rule::resource => ItemKind::Resource {
                name: self.word(first),
                in_bytes: parts.next().is_some(),
            },
            Rule::generations => ItemKind::Generations {
                key: self.word(first),
                values: parts.map(|value| self.word(value)).collect(),
            },
            Rule::traffic_item => ItemKind::Traffic {
                from: self.set(first),
                to: self.set(parts.need()),
                rate: self.expr(parts.need()),
                bindings: self.bindings(parts.next()),
            },
            _ => ItemKind::Route {
                from: self.set(first),
                to: self.set(parts.need()),
                via: self.set(parts.need()),
            },
        }
    }

    fn use_item(self, pair: Pair<'_, Rule>) -> Use {
        if pair.as_rule() == Rule::string {
            return Use::File(self.word(pair));
        }
        let mut parts = Parts::of(pair);
        let path = self.path(parts.need()).words;
        let names = match parts.next() {
            None => UseNames::Last { rename: None },
            Some(all) if all.as_rule() == Rule::use_all => UseNames::All,
            Some(group) if group.as_rule() == Rule::use_group => {
                UseNames::Some(Parts::of(group).map(|name| self.word(name)).collect())
            }
            Some(rename) => UseNames::Last {
                rename: Some(self.word(Parts::of(rename).need())),
            },
        };
        Use::Path { path, names }
    }

    /// A class without its properties.
    pub(in crate::syntax::parse) fn class_head(self, pair: Pair<'_, Rule>) -> Class {
        let mut parts = Parts::of(pair);
        let kind = match parts.need().as_str() {
            "server" => ClassKind::Server,
            "vm" => ClassKind::Vm,
            "link" => ClassKind::Link,
            _ => ClassKind::Switch,
        };
        Class {
            kind,
            name: self.word(parts.need()),
            parents: self.classes(parts.next()),
            properties: Vec::new(),
        }
    }

    fn classes(self, pair: Option<Pair<'_, Rule>>) -> Vec<Path> {
        pair.map(|classes| Parts::of(classes).map(|path| self.path(path)).collect())
            .unwrap_or_default()
    }

    /// A declaration without what stands in its braces.
    pub(in crate::syntax::parse) fn decl_head(self, pair: Pair<'_, Rule>) -> Decl {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let kind = match parts.need().as_str() {
            "site" => DeclKind::Site,
            "rack" => DeclKind::Rack,
            "switch" => DeclKind::Switch,
            "server" => DeclKind::Server,
            _ => DeclKind::Vm,
        };
        let mut names = Vec::new();
        while let Some(name) = parts.maybe(Rule::names) {
            names.push(self.names(name));
        }
        Decl {
            span,
            doc: None,
            kind,
            names,
            classes: self.classes(parts.maybe(Rule::classes)),
            properties: parts.map(|property| self.entry(property)).collect(),
            children: Vec::new(),
        }
    }

    fn command(self, pair: Pair<'_, Rule>) -> Command {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        Command {
            kind: self.word(parts.need()),
            template: self.word(parts.need()),
            span,
        }
    }

    /// A property, or a command template among them.
    pub(in crate::syntax::parse) fn entry(self, pair: Pair<'_, Rule>) -> Property {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::command => PropertyKind::Command(self.command(pair)),
            _ => self.property(Parts::of(pair).need()),
        };
        Property { span, kind }
    }

    fn property(self, pair: Pair<'_, Rule>) -> PropertyKind {
        let rule = pair.as_rule();
        match rule {
            Rule::p_off => return PropertyKind::Off,
            Rule::p_maintenance => return PropertyKind::Maintenance,
            Rule::p_idle => return PropertyKind::Idle,
            Rule::p_guests => return PropertyKind::Guests,
            Rule::p_link => return PropertyKind::Link(self.link(pair)),
            Rule::p_copy => return PropertyKind::Copy(copy(Parts::of(pair))),
            Rule::p_disk => return self.disk(Parts::of(pair)),
            Rule::p_timeout => return PropertyKind::Timeout(self.timeout(&mut Parts::of(pair))),
            Rule::p_retry => return PropertyKind::Retry(self.retry(&mut Parts::of(pair))),
            _ => {}
        }
        let mut parts = Parts::of(pair);
        let first = parts.need();
        let second = parts.next();
        let optional = |pair: Option<Pair<'_, Rule>>| pair.map(|pair| self.value(pair));
        match rule {
            Rule::p_memory => PropertyKind::Memory(self.value(first)),
            Rule::p_used => PropertyKind::Used(self.value(first)),
            Rule::p_cpu => PropertyKind::Cpu(self.value(first)),
            Rule::p_hot => PropertyKind::Hot {
                size: self.value(first),
                within: optional(second),
            },
            Rule::p_cold => PropertyKind::Cold(self.value(first)),
            Rule::p_slack => PropertyKind::Slack(self.value(first)),
            Rule::p_downtime => PropertyKind::Downtime(self.value(first)),
            Rule::p_force => PropertyKind::Force {
                kind: match first.as_str() {
                    "never" => ForceKind::Never,
                    "suspend" => ForceKind::Suspend,
                    _ => ForceKind::Post,
                },
                after: optional(second),
            },
            Rule::p_placed => PropertyKind::Placed {
                set: self.set(first),
                pool: optional(second),
            },
            Rule::p_label | Rule::p_has | Rule::p_needs | Rule::p_overbook => {
                let key = self.word(first);
                let value = second.expect("the grammar has a value behind a key");
                match rule {
                    Rule::p_has => PropertyKind::Has {
                        key,
                        value: self.feature(value),
                    },
                    Rule::p_needs => PropertyKind::Needs {
                        key,
                        value: self.feature(value),
                    },
                    Rule::p_overbook => PropertyKind::Overbook {
                        key,
                        factor: self.expr(value),
                    },
                    _ => PropertyKind::Label {
                        key,
                        value: self.word(value),
                    },
                }
            }
            Rule::p_power => PropertyKind::Power(self.value(first)),
            Rule::p_overhead => PropertyKind::Overhead(self.value(first)),
            Rule::p_hosting => PropertyKind::Hosting(self.value(first)),
            Rule::p_boot => PropertyKind::Boot {
                takes: self.value(first),
                extra: optional(second),
            },
            Rule::p_pools => PropertyKind::Pools(self.value(first)),
            Rule::p_shutdown => PropertyKind::Shutdown(self.value(first)),
            Rule::p_migration => PropertyKind::Migration {
                per_data: self.value(first),
                // The part behind it is the `+`.
                fixed: optional(parts.next()),
            },
            Rule::p_address => PropertyKind::Address(self.word(first)),
            Rule::p_bmc => PropertyKind::Bmc(self.word(first)),
            Rule::p_migration_address => PropertyKind::MigrationAddress(self.word(first)),
            Rule::p_capacity => PropertyKind::Capacity(self.value(first)),
            Rule::p_rate => PropertyKind::Rate(self.value(first)),
            Rule::p_usable => PropertyKind::Usable(self.value(first)),
            _ => PropertyKind::Bond(self.value(first)),
        }
    }

    /// `200GiB filled 80GiB writes 5MiB/s`
    fn disk(self, mut parts: Parts<'_>) -> PropertyKind {
        let size = self.expr(parts.need());
        let mut part = |rule| {
            let part = parts.maybe(rule);
            part.map(|part| self.expr(Parts::of(part).need()))
        };
        PropertyKind::Disk {
            size,
            filled: part(Rule::disk_filled),
            writes: part(Rule::disk_writes),
        }
    }

    /// `3x then abort`
    pub(super) fn timeout(self, parts: &mut Parts<'_>) -> Timeout {
        let limit = Parts::of(parts.need()).need();
        Timeout {
            limit: match limit.as_rule() {
                Rule::times => Limit::Times(self.word(limit)),
                _ => Limit::Time(self.expr(limit)),
            },
            policy: parts
                .maybe(Rule::policy)
                .map(|policy| match policy.as_str() {
                    "suspend" => Policy::Suspend,
                    "post" => Policy::Post,
                    "wait" => Policy::Wait,
                    _ => Policy::Abort,
                }),
        }
    }

    /// `2 after 1min`
    pub(super) fn retry(self, parts: &mut Parts<'_>) -> Retry {
        Retry {
            times: self.expr(parts.need()),
            after: parts.maybe(Rule::expr).map(|after| self.expr(after)),
        }
    }

    /// A feature's name, or an amount.
    fn feature(self, pair: Pair<'_, Rule>) -> Feature {
        let value = Parts::of(pair).need();
        match value.as_rule() {
            Rule::string => Feature::Text(self.word(value)),
            _ => Feature::Amount(self.expr(value)),
        }
    }

    fn value(self, pair: Pair<'_, Rule>) -> Expr {
        match pair.as_rule() {
            Rule::term => self.term(pair),
            _ => self.expr(pair),
        }
    }

    fn link(self, pair: Pair<'_, Rule>) -> Link {
        let mut parts = Parts::of(pair);
        let mut link = Link {
            classes: self.classes(parts.maybe(Rule::classes)),
            rate: None,
            to: None,
            parts: Vec::new(),
        };
        for part in parts {
            match part.as_rule() {
                Rule::link_rate => link.rate = Some(self.expr(Parts::of(part).need())),
                Rule::link_to => link.to = Some(self.names(Parts::of(part).need())),
                _ => link.parts.push(self.entry(part)),
            }
        }
        link
    }
}

/// `pre or cold`
fn copy(parts: Parts<'_>) -> CopyKind {
    let mut manners = Vec::new();
    for part in parts {
        manners.push(match part.as_str() {
            "either" => return CopyKind::Either,
            "any" => return CopyKind::Any,
            "pre" => Manner::Pre,
            "post" => Manner::Post,
            _ => Manner::Cold,
        });
    }
    CopyKind::OneOf(manners)
}
