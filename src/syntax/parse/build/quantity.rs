//! Expressions, moments and periods.

use pest::iterators::Pair;

use super::{Builder, Parts};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::parse::grammar::Rule;

impl Builder {
    pub(super) fn expr(self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let first = self.term(parts.need());
        let mut rest = Vec::new();
        while let Some(sign) = parts.next() {
            let op = match sign.as_rule() {
                Rule::minus => SumOp::Subtract,
                _ => SumOp::Add,
            };
            rest.push((op, self.term(parts.need())));
        }
        if rest.is_empty() {
            return first;
        }
        Expr {
            span,
            kind: ExprKind::Sum(Box::new(first), rest),
        }
    }

    pub(super) fn term(self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let first = self.factor(parts.need());
        let mut rest = Vec::new();
        while let Some(sign) = parts.next() {
            let op = match sign.as_rule() {
                Rule::slash => ProductOp::Divide,
                _ => ProductOp::Multiply,
            };
            rest.push((op, self.factor(parts.need())));
        }
        if rest.is_empty() {
            return first;
        }
        Expr {
            span,
            kind: ExprKind::Product(Box::new(first), rest),
        }
    }

    fn factor(self, pair: Pair<'_, Rule>) -> Expr {
        let whole = self.span(&pair);
        let mut parts = Parts::of(pair);
        let mut signs: Vec<Span> = Vec::new();
        while let Some(minus) = parts.maybe(Rule::minus) {
            signs.push(self.span(&minus));
        }
        let operand = parts.need();
        let mut expr = match operand.as_rule() {
            Rule::expr => self.expr(operand),
            Rule::quantity => self.quantity(operand),
            _ => {
                let path = self.path(operand);
                Expr {
                    span: path.span,
                    kind: ExprKind::Path(path),
                }
            }
        };
        for sign in signs.into_iter().rev() {
            expr = Expr {
                span: sign.to(whole),
                kind: ExprKind::Negated(Box::new(expr)),
            };
        }
        expr
    }

    fn quantity(self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let numbers = Parts::of(pair).map(|amount| self.number(amount)).collect();
        Expr {
            span,
            kind: ExprKind::Quantity(numbers),
        }
    }

    fn number(self, amount: Pair<'_, Rule>) -> Number {
        let mut parts = Parts::of(amount);
        let mut digits = self.word(parts.need());
        digits.text.retain(|c| c != '_');
        Number {
            digits,
            unit: parts.next().map(|unit| self.word(unit)),
        }
    }

    pub(super) fn moment(self, pair: Pair<'_, Rule>) -> Moment {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let kind = match parts.maybe(Rule::clock) {
            Some(clock) => MomentKind::Clock {
                clock: self.clock(clock),
                offset: parts.maybe(Rule::plus).map(|_| self.term(parts.need())),
            },
            None => {
                parts.maybe(Rule::plus);
                MomentKind::Elapsed(self.expr(parts.need()))
            }
        };
        Moment { span, kind }
    }

    pub(super) fn clock(self, pair: Pair<'_, Rule>) -> Clock {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let date = parts
            .maybe(Rule::date)
            .map(|date| Day::Date(self.word(date)));
        let weekday = parts
            .maybe(Rule::weekday)
            .map(|day| Day::Weekday(self.word(day)));
        Clock {
            span,
            day: date.or(weekday),
            time: self.word(parts.need()),
            which: parts.maybe(Rule::which).map(|which| self.word(which)),
        }
    }

    pub(super) fn period(self, pair: Pair<'_, Rule>) -> Period {
        let span = self.span(&pair);
        let bounds = Parts::of(pair).need();
        let is_until = bounds.as_rule() == Rule::period_until;
        let mut parts = Parts::of(bounds);
        let first = self.moment(parts.need());
        let second = parts.next().map(|moment| self.moment(moment));
        let (from, to) = if is_until {
            (None, Some(first))
        } else {
            (Some(first), second)
        };
        Period { span, from, to }
    }
}
