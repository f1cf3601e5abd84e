//! From pest's pairs to the syntax tree. The grammar decides the shape; nothing here can fail on text that it accepts.

mod decl;
mod plan;
mod quantity;
mod set;

use pest::iterators::{Pair, Pairs};

use super::grammar::Rule;
use crate::source::{FileId, Span};
use crate::syntax::ast::*;
use crate::syntax::text;

/// Knows where the piece lies that the pairs come from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Builder {
    /// The file.
    pub file: FileId,
    /// The piece's first byte.
    pub base: usize,
}

impl Builder {
    /// The place of a pair, from its first token to its last: pest's own span may take blanks and comments
    /// behind it in, where an optional part could have followed.
    fn span(self, pair: &Pair<'_, Rule>) -> Span {
        let start = pair.as_span().start();
        let mut last = pair.clone();
        while let Some(inner) = last.clone().into_inner().next_back() {
            last = inner;
        }
        Span::new(
            self.file,
            self.base + start..self.base + last.as_span().end(),
        )
    }

    /// A bare word, a number's digits, a time.
    fn word(self, pair: Pair<'_, Rule>) -> Word {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::string => Word {
                text: text::unquote(pair.as_str()),
                span,
            },
            Rule::label_key | Rule::label_value | Rule::tail => self.word(Parts::of(pair).need()),
            _ => Word {
                text: pair.as_str().to_owned(),
                span,
            },
        }
    }

    fn path(self, pair: Pair<'_, Rule>) -> Path {
        Path {
            span: self.span(&pair),
            words: Parts::of(pair).map(|word| self.word(word)).collect(),
        }
    }
}

/// The parts of a pair that mean something, in order: keywords and punctuation are left out.
struct Parts<'t> {
    inner: Pairs<'t, Rule>,
}

impl<'t> Parts<'t> {
    fn of(pair: Pair<'t, Rule>) -> Self {
        Parts {
            inner: pair.into_inner(),
        }
    }

    /// The next part, where it is a `rule`.
    fn maybe(&mut self, rule: Rule) -> Option<Pair<'t, Rule>> {
        let mut ahead = Parts {
            inner: self.inner.clone(),
        };
        let pair = ahead.next().filter(|pair| pair.as_rule() == rule)?;
        self.inner = ahead.inner;
        Some(pair)
    }

    /// The next part, which the grammar demands.
    fn need(&mut self) -> Pair<'t, Rule> {
        self.next().expect("the grammar has a part here")
    }
}

impl<'t> Iterator for Parts<'t> {
    type Item = Pair<'t, Rule>;

    fn next(&mut self) -> Option<Self::Item> {
        self.inner.find(|pair| !is_mark(pair.as_rule()))
    }
}

/// Whether the rule is a keyword or punctuation that only holds other parts together.
pub(super) fn is_mark(rule: Rule) -> bool {
    use Rule::*;
    matches!(
        rule,
        lbrace
            | rbrace
            | lbracket
            | rbracket
            | lparen
            | rparen
            | comma
            | colon
            | dot
            | dots
            | arrow
            | equals
            | at_most_op
            | EOI
            | k_use
            | k_as
            | k_let
            | k_set
            | k_class
            | k_route
            | k_traffic
            | k_command
            | k_plan
            | k_start
            | k_stop
            | k_migrate
            | k_boot
            | k_shutdown
            | k_sync
            | k_before
            | k_after
            | k_seq
            | k_budget
            | k_at
            | k_most
            | k_limit
            | k_freeze
            | k_allow
            | k_spread
            | k_weight
            | k_minimize
            | k_expect
            | k_bandwidth
            | k_model
            | k_overhead
            | k_on
            | k_in
            | k_of
            | k_with
            | k_like
            | k_except
            | k_and
            | k_for
            | k_by
            | k_into
            | k_from
            | k_to
            | k_until
            | k_via
            | k_takes
            | k_end
            | k_time
            | k_migrations
            | k_memory
            | k_used
            | k_cpu
            | k_hot
            | k_cold
            | k_idle
            | k_slack
            | k_downtime
            | k_copy
            | k_force
            | k_prefer
            | k_or
            | k_disk
            | k_filled
            | k_writes
            | k_off
            | k_label
            | k_has
            | k_needs
            | k_generations
            | k_resource
            | k_overbook
            | k_maintenance
            | k_pools
            | k_pool
            | k_power
            | k_hosting
            | k_extra
            | k_migration
            | k_address
            | k_link
            | k_capacity
            | k_rate
            | k_usable
            | k_bond
            | k_guests
            | k_timeout
            | k_then
            | k_retry
            | k_reboot
            | k_drain
            | k_any
            | k_keep
            | k_gather
            | k_lonely
            | k_pin
            | k_reserve
            | k_over
            | k_vms
            | k_roll
            | k_reverse
            | k_empty
            | k_return
            | k_run
            | k_pause
            | k_bmc
            | k_migration_address
    )
}
