//! Names, sets and the bindings of `for`.

use pest::iterators::Pair;

use super::{Builder, Parts};
use crate::syntax::ast::*;
use crate::syntax::parse::grammar::Rule;

impl Builder {
    pub(in crate::syntax::parse) fn names(self, pair: Pair<'_, Rule>) -> Names {
        Names {
            span: self.span(&pair),
            segments: Parts::of(pair)
                .map(|segment| self.segment(segment))
                .collect(),
        }
    }

    fn segment(self, pair: Pair<'_, Rule>) -> Segment {
        Segment {
            span: self.span(&pair),
            parts: Parts::of(pair).map(|part| self.part(part)).collect(),
        }
    }

    fn part(self, pair: Pair<'_, Rule>) -> Part {
        match pair.as_rule() {
            Rule::bracket => Part::Indices {
                span: self.span(&pair),
                indices: Parts::of(pair).map(|index| self.index(index)).collect(),
            },
            Rule::tail => self.part(Parts::of(pair).need()),
            rule => Part::Text {
                quoted: rule == Rule::string,
                word: self.word(pair),
            },
        }
    }

    fn index(self, pair: Pair<'_, Rule>) -> Index {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let first = parts.need();
        match first.as_rule() {
            Rule::star => Index::Any(span),
            Rule::string => Index::Text(self.word(first)),
            Rule::padded => {
                let mut bounds = Parts::of(first).map(|digits| self.word(digits));
                Index::Padded {
                    span,
                    first: bounds.next().expect("the grammar has a first bound"),
                    last: bounds.next(),
                }
            }
            _ => self.indices(first, parts),
        }
    }

    /// One index or a range, whose first bound is read already.
    fn indices(self, first: Pair<'_, Rule>, mut rest: Parts<'_>) -> Index {
        let first = self.expr(first);
        let Some(last) = rest.maybe(Rule::expr) else {
            return Index::One(first);
        };
        let last = self.expr(last);
        let step = rest
            .maybe(Rule::step)
            .map(|step| self.expr(Parts::of(step).need()));
        let end = step.as_ref().map_or(last.span, |step| step.span);
        Index::Range {
            span: first.span.to(end),
            first,
            last,
            step,
        }
    }

    pub(super) fn set(self, pair: Pair<'_, Rule>) -> Set {
        Set {
            span: self.span(&pair),
            operands: Parts::of(pair).map(|chosen| self.chosen(chosen)).collect(),
        }
    }

    fn chosen(self, pair: Pair<'_, Rule>) -> Chosen {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        Chosen {
            span,
            atom: self.atom(parts.need()),
            filters: parts.map(|filter| self.filter(filter)).collect(),
        }
    }

    fn atom(self, pair: Pair<'_, Rule>) -> Atom {
        let inner = Parts::of(pair).need();
        let span = self.span(&inner);
        match inner.as_rule() {
            Rule::set => Atom::Set(Box::new(self.set(inner))),
            Rule::all => Atom::All(span),
            Rule::kind_all => Atom::Kind {
                kind: match inner.as_str() {
                    "vms" => DeclKind::Vm,
                    "servers" => DeclKind::Server,
                    "racks" => DeclKind::Rack,
                    "sites" => DeclKind::Site,
                    _ => DeclKind::Switch,
                },
                span,
            },
            _ => Atom::Names(self.names(inner)),
        }
    }

    fn filter(self, pair: Pair<'_, Rule>) -> Filter {
        let span = self.span(&pair);
        let inner = Parts::of(pair).need();
        let rule = inner.as_rule();
        let mut parts = Parts::of(inner);
        let first = parts.need();
        let kind = match rule {
            Rule::f_on => FilterKind::On(self.atoms(first)),
            Rule::f_in => FilterKind::In(self.atoms(first)),
            Rule::f_except => FilterKind::Except(self.atoms(first)),
            Rule::f_and => FilterKind::And(self.atoms(first)),
            Rule::f_of => FilterKind::Of(self.path(first)),
            Rule::f_like => FilterKind::Like(self.word(first)),
            _ => FilterKind::With {
                key: self.word(first),
                value: self.word(parts.need()),
            },
        };
        Filter { span, kind }
    }

    /// A set of what is listed, without filters.
    pub(super) fn listed(self, pair: Pair<'_, Rule>) -> Set {
        let span = self.span(&pair);
        let each = Parts::of(pair).map(|atom| Chosen {
            span: self.span(&atom),
            atom: self.atom(atom),
            filters: Vec::new(),
        });
        Set {
            span,
            operands: each.collect(),
        }
    }

    fn atoms(self, pair: Pair<'_, Rule>) -> Vec<Atom> {
        Parts::of(pair).map(|atom| self.atom(atom)).collect()
    }

    /// The variables of a `for`, if there is one.
    pub(super) fn bindings(self, clause: Option<Pair<'_, Rule>>) -> Vec<Binding> {
        let pairs = clause.into_iter().flat_map(Parts::of);
        pairs.map(|pair| self.binding(pair)).collect()
    }

    fn binding(self, pair: Pair<'_, Rule>) -> Binding {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let name = self.word(parts.need());
        let over = parts.need();
        let over = match over.as_rule() {
            Rule::range => Over::Indices(self.range(over)),
            _ => self.groups(self.chosen(over), parts),
        };
        Binding { span, name, over }
    }

    fn range(self, pair: Pair<'_, Rule>) -> Vec<Index> {
        let mut parts = Parts::of(pair);
        if let Some(padded) = parts.maybe(Rule::padded_range) {
            return vec![self.index(padded)];
        }
        match parts.maybe(Rule::expr) {
            Some(first) => vec![self.indices(first, parts)],
            None => parts.map(|index| self.index(index)).collect(),
        }
    }

    fn groups(self, set: Chosen, mut rest: Parts<'_>) -> Over {
        let Some(groups) = rest.next() else {
            return Over::Each(set);
        };
        let rule = groups.as_rule();
        let number = self.expr(Parts::of(groups).need());
        match rule {
            Rule::group_size => Over::GroupsOf { set, size: number },
            _ => Over::Groups { set, count: number },
        }
    }
}
