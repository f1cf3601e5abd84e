//! Statements of plans.

use pest::iterators::Pair;

use super::{Builder, Parts};
use crate::syntax::ast::*;
use crate::syntax::parse::grammar::Rule;

impl Builder {
    /// The name of a plan, and that of the one whose way back it is.
    pub(in crate::syntax::parse) fn plan_head(self, pair: Pair<'_, Rule>) -> (Word, Option<Word>) {
        let mut parts = Parts::of(pair);
        let name = self.word(parts.need());
        (name, parts.next().map(|other| self.word(other)))
    }

    pub(in crate::syntax::parse) fn statement(self, pair: Pair<'_, Rule>) -> Statement {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let inner = parts.need();
        let bindings = self.bindings(parts.next());
        Statement {
            span,
            doc: None,
            kind: match inner.as_rule() {
                Rule::s_start_at
                | Rule::s_migrate
                | Rule::s_boot
                | Rule::s_shutdown
                | Rule::s_drain
                | Rule::s_reboot
                | Rule::s_start
                | Rule::s_stop
                | Rule::s_run
                | Rule::s_pause
                | Rule::s_roll
                | Rule::s_empty => self.step(inner),
                _ => self.rule(inner),
            },
            bindings,
        }
    }

    /// What is to be done.
    fn step(self, pair: Pair<'_, Rule>) -> StatementKind {
        let (rule, span) = (pair.as_rule(), self.span(&pair));
        let mut parts = Parts::of(pair);
        if rule == Rule::s_start_at {
            return StatementKind::StartAt {
                clock: self.clock(parts.need()),
                zone: parts.next().map(|zone| self.word(zone)),
            };
        }
        if rule == Rule::s_pause {
            return StatementKind::Pause {
                question: self.word(parts.need()),
                takes: self.takes(parts.next()),
            };
        }
        if rule == Rule::s_run {
            let command = self.word(parts.need());
            return StatementKind::Run {
                command,
                servers: self.set(parts.need()),
                takes: self.takes(parts.next()),
            };
        }
        if rule == Rule::s_empty {
            let count = self.expr(Parts::of(parts.need()).need());
            let servers = self.set(parts.need());
            parts.maybe(Rule::any_of);
            return StatementKind::EmptyAny {
                count,
                servers,
                to: parts.next().map(|to| self.set(to)),
            };
        }
        let any = parts.maybe(Rule::any_so_many).map(|any| AnyOf {
            count: Parts::of(any).next().map(|count| self.expr(count)),
        });
        let subjects = self.set(parts.need());
        if rule == Rule::s_roll {
            return StatementKind::Roll {
                head: span,
                servers: subjects,
                by: parts.maybe(Rule::expr).map(|by| self.expr(by)),
                is_forward: parts.next().is_some(),
                steps: Vec::new(),
            };
        }
        if rule == Rule::s_migrate {
            return self.migrate(subjects, parts);
        }
        if rule == Rule::s_drain {
            // Without `any of` it means the same.
            parts.maybe(Rule::any_of);
            return StatementKind::Drain {
                servers: subjects,
                to: parts.next().map(|to| self.set(to)),
            };
        }
        if rule == Rule::s_reboot {
            return StatementKind::Reboot(subjects);
        }
        let takes = self.takes(parts.maybe(Rule::takes));
        match rule {
            Rule::s_boot => StatementKind::Boot {
                servers: subjects,
                takes,
            },
            Rule::s_shutdown => StatementKind::Shutdown {
                any,
                servers: subjects,
                takes,
            },
            Rule::s_start => StatementKind::Start {
                vms: subjects,
                takes,
            },
            _ => StatementKind::Stop {
                vms: subjects,
                takes,
            },
        }
    }

    /// What is done with each server of a `roll`.
    pub(in crate::syntax::parse) fn roll_step(self, pair: Pair<'_, Rule>) -> RollStep {
        let span = self.span(&pair);
        let step = Parts::of(pair).need();
        let rule = step.as_rule();
        let mut parts = Parts::of(step);
        let kind = match rule {
            Rule::r_drain => {
                parts.maybe(Rule::any_of);
                RollStepKind::Drain {
                    to: parts.next().map(|to| self.set(to)),
                }
            }
            Rule::r_run => RollStepKind::Run {
                command: self.word(parts.need()),
                takes: self.takes(parts.next()),
            },
            Rule::r_boot => RollStepKind::Boot {
                takes: self.takes(parts.next()),
            },
            Rule::r_shutdown => RollStepKind::Shutdown {
                takes: self.takes(parts.next()),
            },
            Rule::r_return => RollStepKind::Return,
            _ => RollStepKind::Reboot,
        };
        RollStep { span, kind }
    }

    fn migrate(self, vms: Set, mut parts: Parts<'_>) -> StatementKind {
        let is_open = parts.maybe(Rule::any_of).is_some();
        let to = self.set(parts.need());
        let via = parts.maybe(Rule::set).map(|via| self.set(via));
        let (mut takes, mut rate) = (None, None);
        for part in parts {
            match part.as_rule() {
                Rule::takes => takes = self.takes(Some(part)),
                _ => rate = self.takes(Some(part)),
            }
        }
        StatementKind::Migrate {
            vms,
            to,
            is_open,
            via,
            takes,
            rate,
        }
    }

    /// The expression in `takes 17s` or `at 500Mbps`.
    fn takes(self, pair: Option<Pair<'_, Rule>>) -> Option<Expr> {
        pair.map(|takes| self.expr(Parts::of(takes).need()))
    }

    /// What must hold, or is wished.
    fn rule(self, pair: Pair<'_, Rule>) -> StatementKind {
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        match rule {
            Rule::s_sync => StatementKind::Sync {
                edge: parts.maybe(Rule::edge).map(|edge| match edge.as_str() {
                    "starts" => Edge::Starts,
                    _ => Edge::Ends,
                }),
                vms: self.set(parts.need()),
            },
            Rule::s_before => {
                let mut chain = Vec::new();
                while let Some(set) = parts.maybe(Rule::set) {
                    chain.push(self.set(set));
                }
                StatementKind::Before {
                    chain,
                    by: parts.next().map(|by| self.moment(by)),
                }
            }
            Rule::s_after => StatementKind::After {
                subjects: self.set(parts.need()),
                from: self.moment(parts.need()),
            },
            Rule::s_seq => StatementKind::Seq(self.set(parts.need())),
            Rule::s_freeze => StatementKind::Freeze {
                subjects: self.set(parts.need()),
                period: self.last_period(parts),
            },
            Rule::s_allow => StatementKind::Allow {
                subjects: self.set(parts.need()),
                periods: parts.map(|period| self.period(period)).collect(),
            },
            Rule::s_spread
            | Rule::s_gather
            | Rule::s_lonely
            | Rule::s_keep
            | Rule::s_pin
            | Rule::s_reserve => self.placement(rule, parts),
            Rule::s_prefer => {
                let rule = self.rule(parts.need());
                let weight = parts.next().map(|weight| self.expr(weight));
                StatementKind::Prefer {
                    rule: Box::new(rule),
                    weight,
                }
            }
            Rule::s_downtime => StatementKind::Downtime {
                vms: self.set(parts.need()),
                most: self.expr(parts.need()),
            },
            Rule::s_overbook => StatementKind::Overbook {
                key: self.word(parts.need()),
                factor: self.expr(parts.need()),
                on: parts.next().map(|on| self.set(on)),
            },
            Rule::s_minimize => {
                StatementKind::Minimize(parts.map(|objective| self.objective(objective)).collect())
            }
            Rule::s_expect => StatementKind::Expect(self.expectation(parts.need())),
            Rule::s_bandwidth => StatementKind::Bandwidth(match parts.need().as_str() {
                "max" => Bandwidth::Max,
                _ => Bandwidth::Choose,
            }),
            Rule::s_model => StatementKind::Model(match parts.need().as_str() {
                "papers" => Model::Papers,
                "fluid" => Model::Fluid,
                "entropy" => Model::Entropy,
                "cloudsim" => Model::Cloudsim,
                "simgrid" => Model::Simgrid,
                "comma" => Model::Comma,
                _ => Model::Liu,
            }),
            Rule::s_slack => StatementKind::Slack(self.expr(parts.need())),
            Rule::s_timeout => StatementKind::Timeout {
                timeout: self.timeout(&mut parts),
                on: parts.next().map(|on| self.set(on)),
            },
            Rule::s_retry => StatementKind::Retry {
                retry: self.retry(&mut parts),
                on: parts.next().map(|on| self.set(on)),
            },
            _ => self.limit(rule, parts),
        }
    }

    /// Where VMs are, all the time.
    fn placement(self, rule: Rule, mut parts: Parts<'_>) -> StatementKind {
        match rule {
            Rule::s_spread => StatementKind::Spread {
                vms: self.set(parts.need()),
                over: match parts.next().map(|over| over.as_str()) {
                    None => Shared::Server,
                    Some("racks") => Shared::Rack,
                    Some(_) => Shared::Site,
                },
            },
            Rule::s_gather => StatementKind::Gather(self.set(parts.need())),
            Rule::s_lonely => StatementKind::Lonely(self.set(parts.need())),
            Rule::s_pin => StatementKind::Pin(self.set(parts.need())),
            Rule::s_keep => StatementKind::Keep {
                vms: self.listed(parts.need()),
                is_off: parts.need().as_rule() == Rule::kept_off,
                servers: self.set(parts.need()),
            },
            _ => StatementKind::Reserve {
                count: self.expr(parts.need()),
                servers: self.set(parts.need()),
            },
        }
    }

    /// Limits of power, number and rate, and weights.
    fn limit(self, rule: Rule, mut parts: Parts<'_>) -> StatementKind {
        match rule {
            Rule::s_budget => StatementKind::Budget {
                power: self.expr(parts.need()),
                on: parts.maybe(Rule::set).map(|on| self.set(on)),
                period: self.last_period(parts),
            },
            Rule::s_at_most => self.at_most(parts),
            Rule::s_limit => StatementKind::Limit {
                on: self.set(parts.need()),
                rate: self.expr(parts.need()),
                period: self.last_period(parts),
            },
            _ => StatementKind::Weight {
                factor: self.expr(parts.need()),
                subjects: self.set(parts.need()),
            },
        }
    }

    fn at_most(self, mut parts: Parts<'_>) -> StatementKind {
        let count = self.expr(parts.need());
        let of = parts.need();
        let what = of.as_rule();
        let mut inner = Parts::of(of);
        let period = self.last_period(parts);
        match what {
            Rule::of_vms => {
                return StatementKind::AtMostVms {
                    count,
                    servers: self.set(inner.need()),
                    period,
                };
            }
            Rule::of_servers => {
                return StatementKind::AtMostOn {
                    count,
                    servers: self.set(inner.need()),
                    is_off: inner.need().as_rule() == Rule::kept_off,
                    period,
                };
            }
            _ => {}
        }
        let scope = inner.next().map(|scope| {
            let kind = match scope.as_rule() {
                Rule::scope_from => ScopeKind::From,
                Rule::scope_to => ScopeKind::To,
                _ => ScopeKind::In,
            };
            (kind, self.set(Parts::of(scope).need()))
        });
        StatementKind::AtMostMigrations {
            count,
            scope,
            period,
        }
    }

    fn last_period(self, mut parts: Parts<'_>) -> Option<Period> {
        parts.next().map(|period| self.period(period))
    }

    fn objective(self, pair: Pair<'_, Rule>) -> (Goal, crate::source::Span) {
        let goal = match pair.as_str() {
            "mttr" => Goal::Mttr,
            "energy" => Goal::Energy,
            "moves" => Goal::Moves,
            "downtime" => Goal::Downtime,
            "preferences" => Goal::Preferences,
            "balance" => Goal::Balance,
            "power" => Goal::Power,
            "makespan" => Goal::Makespan,
            _ => Goal::ServersOn,
        };
        (goal, self.span(&pair))
    }

    fn expectation(self, pair: Pair<'_, Rule>) -> Expectation {
        match pair.as_rule() {
            Rule::ends_by => Expectation::EndBy(self.moment(Parts::of(pair).need())),
            Rule::on_time => Expectation::OnTime(self.expr(Parts::of(pair).need())),
            Rule::figure => {
                let mut parts = Parts::of(pair);
                let metric = match parts.need().as_str() {
                    "makespan" => Metric::Makespan,
                    "mttr" => Metric::Mttr,
                    "energy" => Metric::Energy,
                    "peak" => Metric::Peak,
                    _ => Metric::Gap,
                };
                Expectation::AtMost {
                    metric,
                    value: self.expr(parts.need()),
                }
            }
            _ => match pair.as_str() {
                "impossible" => Expectation::Impossible,
                "possible" => Expectation::Possible,
                _ => Expectation::Optimal,
            },
        }
    }
}
