//! What people write from the habit of other languages.

use super::describe::describe_all;
use super::diagnose::Place;
use super::grammar::{Failure, Rule};
use super::scan::{Kind, Token};
use super::{Reader, foreign, words};
use crate::diag::Diagnostic;
use crate::syntax::errors;

impl Reader<'_> {
    /// The message for text that shows such a habit.
    pub(super) fn habit(
        &self,
        previous: Option<Token>,
        found: Token,
        failure: &Failure,
    ) -> Option<Diagnostic> {
        let previous = previous?;
        let at = self.span(found.start..found.end);
        let between = self.span(previous.end..found.end);
        let expects = |rule: Rule| failure.expected.contains(&rule);
        match found.kind {
            Kind::Other('.') if self.text[..found.start].ends_with("..") => Some(
                errors::other_sign(self.span(found.start - 2..found.end), "...", ".."),
            ),
            Kind::Other(':') if expects(Rule::dots) => Some(errors::other_sign(at, ":", "..")),
            Kind::Other('<' | '=') if expects(Rule::at_most_op) => {
                let signs = self.text[found.start..].bytes();
                let length = signs.take_while(|b| matches!(b, b'<' | b'=')).count();
                let end = found.start + length;
                let written = &self.text[found.start..end];
                Some(errors::other_sign(
                    self.span(found.start..end),
                    written,
                    "<=",
                ))
            }
            Kind::Other(',') if may_be_property(failure) && !expects(Rule::comma) => {
                Some(errors::needless_comma(at))
            }
            Kind::Word if self.text_of(found) == "and" && expects(Rule::comma) => {
                Some(errors::other_sign(at, "and", ","))
            }
            Kind::Word | Kind::Tail
                if expects(Rule::class_kind)
                    && self
                        .token_at(found.end)
                        .is_none_or(|t| t.kind != Kind::Word) =>
            {
                Some(errors::class_of_what(at, self.text_of(found)))
            }
            Kind::Word | Kind::Tail if expects(Rule::k_to) => self.to_left_out(previous, found),
            Kind::Number => self
                .weekday(previous)
                .or_else(|| self.misplaced_number(found, failure)),
            Kind::Other(':') if self.text[found.end..].starts_with('=') => {
                Some(errors::colon_equals(self.span(found.start..found.end + 1)))
            }
            Kind::Other(':') if previous.kind == Kind::Number => {
                self.misplaced_number(previous, failure)
            }
            Kind::Other(sign @ ('=' | ':')) => {
                let word = self.word(previous)?;
                (words::PROPERTIES.contains(&word) || words::STATEMENTS.contains(&word))
                    .then(|| errors::needless_sign(at, word, sign))
            }
            Kind::Other('-') if self.text[found.end..].starts_with('>') => failure
                .expected
                .contains(&Rule::k_to)
                .then(|| errors::arrow_for_to(self.span(found.start..found.end + 1))),
            Kind::Other('-') if previous.end == found.start => self.hyphen(found),
            Kind::Word if previous.kind == Kind::Number && self.is_unit(found) => {
                let number = self.text_of(previous);
                Some(errors::apart(between, number, self.text_of(found)))
            }
            Kind::Other('%') if previous.kind == Kind::Number => {
                Some(errors::apart(between, self.text_of(previous), "%"))
            }
            _ => None,
        }
    }

    /// `migrate web1 s2`
    fn to_left_out(&self, previous: Token, found: Token) -> Option<Diagnostic> {
        let is_name = |token: Token| {
            !self.begins_line(token.start)
                && match token.kind {
                    Kind::Word => !words::KEYWORDS.contains(&self.text_of(token)),
                    kind => kind == Kind::Tail,
                }
        };
        let text = self.text_of(found);
        let is_foreign = foreign::meant(text, Place::Braces).is_some();
        // In `migrate web1 ot s2` the word is a slip, and has its own suggestion.
        let is_slip = self.token_at(found.end).is_some_and(is_name)
            && !self.text[found.end..].starts_with(['.', '[']);
        let names = is_name(found) && previous.kind != Kind::Other(',');
        (names && !is_slip && !is_foreign)
            .then(|| errors::word_left_out(self.span(found.start..found.end), "to", text))
    }

    /// `sat 08:00`, `Saturday 08:00`
    fn weekday(&self, previous: Token) -> Option<Diagnostic> {
        const DAYS: [&str; 7] = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        let word = self.word(previous)?;
        let lower = word.to_ascii_lowercase();
        let day = DAYS
            .into_iter()
            .find(|day| lower.len() >= 3 && day.starts_with(&lower))?;
        let short = format!("{}{}", day[..1].to_ascii_uppercase(), &day[1..3]);
        let at = self.span(previous.start..previous.end);
        (word != short).then(|| errors::other_sign(at, word, &short))
    }

    /// A time of day without its `from` or `by`, or where none can stand; a rate behind the place of a link.
    fn misplaced_number(&self, found: Token, failure: &Failure) -> Option<Diagnostic> {
        let expects = |rule: Rule| failure.expected.contains(&rule);
        let rest = &self.text[found.start..];
        let length = rest
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b':')
            .count();
        let (text, at) = (&rest[..length], found.start..found.start + length);
        if !text.contains(':') || text.ends_with(':') {
            let is_rate = expects(Rule::link_to) || expects(Rule::k_to) && may_be_property(failure);
            return is_rate.then(|| {
                let at = self.span(found.start..found.end);
                errors::rate_behind_place(at, self.text_of(found))
            });
        }
        let word = [(Rule::k_from, "from"), (Rule::k_by, "by")]
            .into_iter()
            .find(|(rule, _)| expects(*rule));
        Some(match word {
            Some((_, word)) => errors::word_left_out(self.span(at), word, text),
            None => errors::time_here(self.span(at), text),
        })
    }

    /// A name such as `prod-web`.
    fn hyphen(&self, found: Token) -> Option<Diagnostic> {
        let is_part = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let before = self.text[..found.start].chars().rev().take_while(is_part);
        let start = found.start - before.count();
        let end = found.start + self.text[found.start..].chars().take_while(is_part).count();
        let name = &self.text[start..end];
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.ends_with('-');
        is_name.then(|| errors::hyphen(self.span(start..end), name))
    }

    /// Whether a word looks like a unit behind the number on its line.
    fn is_unit(&self, found: Token) -> bool {
        const UNITS: [&str; 34] = [
            "ms", "s", "sec", "min", "h", "d", "b", "kb", "mb", "gb", "tb", "kib", "mib", "gib",
            "tib", "bps", "kbps", "mbps", "gbps", "tbps", "bit", "kbit", "mbit", "gbit", "mw", "w",
            "kw", "mj", "j", "kj", "wh", "kwh", "g", "m",
        ];
        let word = self.text_of(found).to_ascii_lowercase();
        !self.begins_line(found.start) && UNITS.contains(&word.as_str())
    }
}

fn may_be_property(failure: &Failure) -> bool {
    describe_all(&failure.expected).contains(&"a property")
}
