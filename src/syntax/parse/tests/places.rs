//! Every place of a tree lies inside that of its parent, behind that of its elder sibling, and begins and ends
//! with a token.

use crate::source::{FileId, Span};
use crate::syntax::ast::*;
use crate::syntax::parse;

struct Walk<'t> {
    text: &'t str,
    /// The end of the last sibling, for each open parent.
    ends: Vec<(Span, usize)>,
}

impl Walk<'_> {
    fn inside(&mut self, span: Span, children: impl FnOnce(&mut Self)) {
        let range = span.range();
        let snippet = &self.text[range.clone()];
        let trimmed = snippet.trim_matches([' ', '\t', '\r', '\n']);
        assert_eq!(snippet, trimmed, "a place has no blanks at its ends");
        if let Some((parent, end)) = self.ends.last_mut() {
            let parent = parent.range();
            assert!(
                parent.start <= range.start && range.end <= parent.end,
                "`{snippet}` lies outside of its parent `{}`",
                &self.text[parent]
            );
            assert!(
                *end <= range.start,
                "`{snippet}` overlaps its elder sibling"
            );
            *end = range.end;
        }
        self.ends.push((span, range.start));
        children(self);
        self.ends.pop();
    }

    fn leaf(&mut self, span: Span) {
        self.inside(span, |_| {});
    }

    fn expr(&mut self, expr: &Expr) {
        self.inside(expr.span, |walk| match &expr.kind {
            ExprKind::Quantity(numbers) => {
                for number in numbers {
                    walk.leaf(number.digits.span);
                    number.unit.iter().for_each(|unit| walk.leaf(unit.span));
                }
            }
            ExprKind::Path(path) => walk.path(path),
            ExprKind::Negated(inner) => walk.expr(inner),
            ExprKind::Sum(first, rest) => {
                walk.expr(first);
                rest.iter().for_each(|(_, expr)| walk.expr(expr));
            }
            ExprKind::Product(first, rest) => {
                walk.expr(first);
                rest.iter().for_each(|(_, expr)| walk.expr(expr));
            }
        });
    }

    fn path(&mut self, path: &Path) {
        self.inside(path.span, |walk| {
            path.words.iter().for_each(|word| walk.leaf(word.span));
        });
    }

    fn index(&mut self, index: &Index) {
        match index {
            Index::Any(span) => self.leaf(*span),
            Index::Text(word) => self.leaf(word.span),
            Index::One(expr) => self.expr(expr),
            Index::Padded { span, first, last } => self.inside(*span, |walk| {
                walk.leaf(first.span);
                last.iter().for_each(|last| walk.leaf(last.span));
            }),
            Index::Range {
                span,
                first,
                last,
                step,
            } => self.inside(*span, |walk| {
                walk.expr(first);
                walk.expr(last);
                step.iter().for_each(|step| walk.expr(step));
            }),
        }
    }

    fn names(&mut self, names: &Names) {
        self.inside(names.span, |walk| {
            for segment in &names.segments {
                walk.inside(segment.span, |walk| {
                    for part in &segment.parts {
                        match part {
                            Part::Text { word, .. } => walk.leaf(word.span),
                            Part::Indices { span, indices } => walk.inside(*span, |walk| {
                                indices.iter().for_each(|index| walk.index(index));
                            }),
                        }
                    }
                });
            }
        });
    }

    fn set(&mut self, set: &Set) {
        self.inside(set.span, |walk| {
            set.operands.iter().for_each(|chosen| walk.chosen(chosen));
        });
    }

    fn chosen(&mut self, chosen: &Chosen) {
        self.inside(chosen.span, |walk| {
            walk.atom(&chosen.atom);
            for filter in &chosen.filters {
                walk.inside(filter.span, |walk| match &filter.kind {
                    FilterKind::On(atoms)
                    | FilterKind::In(atoms)
                    | FilterKind::Except(atoms)
                    | FilterKind::And(atoms) => atoms.iter().for_each(|atom| walk.atom(atom)),
                    FilterKind::Of(path) => walk.path(path),
                    FilterKind::Like(word) => walk.leaf(word.span),
                    FilterKind::With { key, value } => {
                        walk.leaf(key.span);
                        walk.leaf(value.span);
                    }
                });
            }
        });
    }

    fn atom(&mut self, atom: &Atom) {
        match atom {
            Atom::Set(set) => self.set(set),
            Atom::All(span) | Atom::Kind { span, .. } => self.leaf(*span),
            Atom::Names(names) => self.names(names),
        }
    }

    fn timeout(&mut self, timeout: &Timeout) {
        match &timeout.limit {
            Limit::Times(word) => self.leaf(word.span),
            Limit::Time(expr) => self.expr(expr),
        }
    }

    fn retry(&mut self, retry: &Retry) {
        self.expr(&retry.times);
        retry.after.iter().for_each(|after| self.expr(after));
    }

    fn property(&mut self, property: &Property) {
        use PropertyKind::*;
        self.inside(property.span, |walk| match &property.kind {
            Memory(e) | Used(e) | Cpu(e) | Cold(e) | Slack(e) | Overhead(e) | Downtime(e)
            | Power(e) | Hosting(e) | Shutdown(e) | Capacity(e) | Rate(e) | Usable(e) | Bond(e)
            | Pools(e) => walk.expr(e),
            Hot { size, within } => {
                walk.expr(size);
                within.iter().for_each(|e| walk.expr(e));
            }
            Boot { takes, extra } => {
                walk.expr(takes);
                extra.iter().for_each(|e| walk.expr(e));
            }
            Migration { per_data, fixed } => {
                walk.expr(per_data);
                fixed.iter().for_each(|e| walk.expr(e));
            }
            Force { after, .. } => after.iter().for_each(|e| walk.expr(e)),
            Disk {
                size,
                filled,
                writes,
            } => {
                walk.expr(size);
                filled.iter().chain(writes).for_each(|e| walk.expr(e));
            }
            Placed { set, pool } => {
                walk.set(set);
                pool.iter().for_each(|e| walk.expr(e));
            }
            Label { key, value } => {
                walk.leaf(key.span);
                walk.leaf(value.span);
            }
            Has { key, value } | Needs { key, value } => {
                walk.leaf(key.span);
                match value {
                    Feature::Text(word) => walk.leaf(word.span),
                    Feature::Amount(expr) => walk.expr(expr),
                }
            }
            Overbook { key, factor } => {
                walk.leaf(key.span);
                walk.expr(factor);
            }
            Timeout(timeout) => walk.timeout(timeout),
            Retry(retry) => walk.retry(retry),
            Address(word) | Bmc(word) | MigrationAddress(word) => walk.leaf(word.span),
            Command(command) => walk.inside(command.span, |walk| {
                walk.leaf(command.kind.span);
                walk.leaf(command.template.span);
            }),
            Link(link) => {
                link.classes.iter().for_each(|path| walk.path(path));
                link.rate.iter().for_each(|e| walk.expr(e));
                // `to` may stand between the other parts.
                let to = link.to.as_ref().map_or(u32::MAX, |to| to.span.start);
                let (before, behind): (Vec<_>, Vec<_>) =
                    link.parts.iter().partition(|part| part.span.start < to);
                before.iter().for_each(|part| walk.property(part));
                link.to.iter().for_each(|to| walk.names(to));
                behind.iter().for_each(|part| walk.property(part));
            }
            Copy(_) | Off | Idle | Guests | Maintenance => {}
        });
    }

    fn decl(&mut self, decl: &Decl) {
        self.inside(decl.span, |walk| {
            decl.names.iter().for_each(|names| walk.names(names));
            decl.classes.iter().for_each(|path| walk.path(path));
            // Properties and children may alternate.
            let end = walk.ends.last().map(|(_, end)| *end);
            decl.properties.iter().for_each(|p| walk.property(p));
            if let (Some((_, last)), Some(end)) = (walk.ends.last_mut(), end) {
                *last = end;
            }
            decl.children.iter().for_each(|child| walk.decl(child));
        });
    }

    fn moment(&mut self, moment: &Moment) {
        self.inside(moment.span, |walk| match &moment.kind {
            MomentKind::Elapsed(expr) => walk.expr(expr),
            MomentKind::Clock { clock, offset } => {
                walk.clock(clock);
                offset.iter().for_each(|e| walk.expr(e));
            }
        });
    }

    fn clock(&mut self, clock: &Clock) {
        self.inside(clock.span, |walk| {
            match &clock.day {
                Some(Day::Date(word) | Day::Weekday(word)) => walk.leaf(word.span),
                None => {}
            }
            walk.leaf(clock.time.span);
        });
    }

    fn period(&mut self, period: &Period) {
        self.inside(period.span, |walk| {
            let moments = period.from.iter().chain(&period.to);
            moments.for_each(|moment| walk.moment(moment));
        });
    }

    fn bindings(&mut self, bindings: &[Binding]) {
        let walk = self;
        for binding in bindings {
            walk.inside(binding.span, |walk| {
                walk.leaf(binding.name.span);
                match &binding.over {
                    Over::Indices(indices) => indices.iter().for_each(|i| walk.index(i)),
                    Over::Each(set) => walk.chosen(set),
                    Over::GroupsOf { set, size: e } | Over::Groups { set, count: e } => {
                        walk.chosen(set);
                        walk.expr(e);
                    }
                }
            });
        }
    }

    fn statement(&mut self, statement: &Statement) {
        use StatementKind::*;
        let walk_bindings = |walk: &mut Self| walk.bindings(&statement.bindings);
        self.inside(statement.span, |walk| {
            let kind = match &statement.kind {
                Prefer { rule, .. } => rule,
                kind => kind,
            };
            match kind {
                Prefer { .. } => unreachable!("what is preferred is another statement"),
                StartAt { clock, zone } => {
                    walk.clock(clock);
                    zone.iter().for_each(|zone| walk.leaf(zone.span));
                }
                Migrate { vms, to, via, .. } => {
                    walk.set(vms);
                    walk.set(to);
                    via.iter().for_each(|via| walk.set(via));
                }
                Boot {
                    servers: set,
                    takes,
                }
                | Start { vms: set, takes }
                | Stop { vms: set, takes } => {
                    walk.set(set);
                    takes.iter().for_each(|e| walk.expr(e));
                }
                Shutdown {
                    any,
                    servers,
                    takes,
                } => {
                    any.iter()
                        .flat_map(|any| &any.count)
                        .for_each(|e| walk.expr(e));
                    walk.set(servers);
                    takes.iter().for_each(|e| walk.expr(e));
                }
                EmptyAny { count, servers, to } => {
                    walk.expr(count);
                    walk.set(servers);
                    to.iter().for_each(|to| walk.set(to));
                }
                Roll {
                    head,
                    servers,
                    by,
                    steps,
                    ..
                } => {
                    walk.inside(*head, |walk| {
                        walk.set(servers);
                        by.iter().for_each(|e| walk.expr(e));
                    });
                    walk_bindings(walk);
                    for step in steps {
                        walk.inside(step.span, |walk| match &step.kind {
                            RollStepKind::Drain { to } => to.iter().for_each(|to| walk.set(to)),
                            RollStepKind::Run { command, takes } => {
                                walk.leaf(command.span);
                                takes.iter().for_each(|e| walk.expr(e));
                            }
                            RollStepKind::Boot { takes } | RollStepKind::Shutdown { takes } => {
                                takes.iter().for_each(|e| walk.expr(e));
                            }
                            RollStepKind::Reboot | RollStepKind::Return => {}
                        });
                    }
                }
                Sync { vms: set, .. }
                | Seq(set)
                | Spread { vms: set, .. }
                | Gather(set)
                | Lonely(set)
                | Pin(set) => walk.set(set),
                Drain { servers, to } => {
                    walk.set(servers);
                    to.iter().for_each(|to| walk.set(to));
                }
                Keep { vms, servers, .. } => {
                    walk.set(vms);
                    walk.set(servers);
                }
                Downtime { vms, most } => {
                    walk.set(vms);
                    walk.expr(most);
                }
                Overbook { key, factor, on } => {
                    walk.leaf(key.span);
                    walk.expr(factor);
                    on.iter().for_each(|set| walk.set(set));
                }
                Reserve { count, servers } => {
                    walk.expr(count);
                    walk.set(servers);
                }
                AtMostVms {
                    count,
                    servers,
                    period,
                } => {
                    walk.expr(count);
                    walk.set(servers);
                    period.iter().for_each(|p| walk.period(p));
                }
                Before { chain, by } => {
                    chain.iter().for_each(|set| walk.set(set));
                    by.iter().for_each(|by| walk.moment(by));
                }
                After { subjects, from } => {
                    walk.set(subjects);
                    walk.moment(from);
                }
                Freeze { subjects, period } => {
                    walk.set(subjects);
                    period.iter().for_each(|p| walk.period(p));
                }
                Allow { subjects, periods } => {
                    walk.set(subjects);
                    periods.iter().for_each(|p| walk.period(p));
                }
                Budget { power, on, period } => {
                    walk.expr(power);
                    on.iter().for_each(|on| walk.set(on));
                    period.iter().for_each(|p| walk.period(p));
                }
                AtMostMigrations {
                    count,
                    scope,
                    period,
                } => {
                    walk.expr(count);
                    scope.iter().for_each(|(_, set)| walk.set(set));
                    period.iter().for_each(|p| walk.period(p));
                }
                AtMostOn {
                    count,
                    servers,
                    period,
                    ..
                } => {
                    walk.expr(count);
                    walk.set(servers);
                    period.iter().for_each(|p| walk.period(p));
                }
                Limit { on, rate, period } => {
                    walk.set(on);
                    walk.expr(rate);
                    period.iter().for_each(|p| walk.period(p));
                }
                Reboot(set) => walk.set(set),
                Run {
                    command,
                    servers,
                    takes,
                } => {
                    walk.leaf(command.span);
                    walk.set(servers);
                    takes.iter().for_each(|takes| walk.expr(takes));
                }
                Pause { question, takes } => {
                    walk.leaf(question.span);
                    takes.iter().for_each(|takes| walk.expr(takes));
                }
                Timeout { timeout, on } => {
                    walk.timeout(timeout);
                    on.iter().for_each(|set| walk.set(set));
                }
                Retry { retry, on } => {
                    walk.retry(retry);
                    on.iter().for_each(|set| walk.set(set));
                }
                Weight { factor, subjects } => {
                    walk.expr(factor);
                    walk.set(subjects);
                }
                Minimize(goals) => goals.iter().for_each(|(_, span)| walk.leaf(*span)),
                Expect(Expectation::EndBy(moment)) => walk.moment(moment),
                Expect(Expectation::AtMost { value, .. } | Expectation::OnTime(value)) => {
                    walk.expr(value);
                }
                Slack(share) => walk.expr(share),
                Expect(_) | Bandwidth(_) | Model(_) | Broken => {}
            }
            // Of a `roll` they stand before the braces.
            if !matches!(statement.kind, Roll { .. }) {
                walk_bindings(walk);
            }
        });
    }

    fn item(&mut self, item: &Item) {
        self.inside(item.span, |walk| match &item.kind {
            ItemKind::Resource { name, .. } => walk.leaf(name.span),
            ItemKind::Use(Use::File(word)) => walk.leaf(word.span),
            ItemKind::Use(Use::Path { path, names }) => {
                path.iter().for_each(|word| walk.leaf(word.span));
                match names {
                    UseNames::Last { rename } => {
                        rename.iter().for_each(|word| walk.leaf(word.span));
                    }
                    UseNames::Some(names) => names.iter().for_each(|n| walk.leaf(n.span)),
                    UseNames::All => {}
                }
            }
            ItemKind::Generations { key, values } => {
                walk.leaf(key.span);
                values.iter().for_each(|value| walk.leaf(value.span));
            }
            ItemKind::Let { name, value } => {
                walk.leaf(name.span);
                walk.expr(value);
            }
            ItemKind::Set { name, value } => {
                walk.leaf(name.span);
                walk.set(value);
            }
            ItemKind::Class(class) => {
                walk.leaf(class.name.span);
                class.parents.iter().for_each(|path| walk.path(path));
                class.properties.iter().for_each(|p| walk.property(p));
            }
            ItemKind::Decl(decl) => walk.decl(decl),
            ItemKind::Route { from, to, via } => {
                [from, to, via].into_iter().for_each(|set| walk.set(set));
            }
            ItemKind::Traffic {
                from,
                to,
                rate,
                bindings,
            } => {
                [from, to].into_iter().for_each(|set| walk.set(set));
                walk.expr(rate);
                walk.bindings(bindings);
            }
            ItemKind::Command(command) => walk.leaf(command.template.span),
            ItemKind::Plan(plan) => {
                walk.leaf(plan.name.span);
                plan.reverses.iter().for_each(|other| walk.leaf(other.span));
                plan.statements.iter().for_each(|s| walk.statement(s));
            }
            ItemKind::Broken { .. } => {}
        });
    }
}

pub fn check(text: &str) {
    let (ast, diagnostics) = parse(FileId(0), text);
    let whole = Span::new(FileId(0), 0..text.len());
    let mut walk = Walk {
        text,
        ends: vec![(whole, 0)],
    };
    ast.items.iter().for_each(|item| walk.item(item));
    for d in &diagnostics {
        let labels = d.primary.iter().chain(&d.secondary).map(|label| label.span);
        for span in labels.chain(d.fixes.iter().map(|fix| fix.span)) {
            assert!(text.get(span.range()).is_some(), "{d:?} is outside");
        }
    }
}
