//! What people write from the habit of other languages.

use super::describe::describe_all;
use super::diagnose::Place;
use super::grammar::{Failure, Rule};
use super::pieces::Piece;
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
            Kind::Other('*')
                if expects(Rule::k_to) || expects(Rule::arrow) || expects(Rule::filter) =>
            {
                self.wildcard(previous, found)
            }
            Kind::Other('>') if expects(Rule::arrow) => Some(errors::other_sign(at, ">", "->")),
            Kind::Other('=') if expects(Rule::arrow) && self.text[found.end..].starts_with('>') => {
                Some(errors::other_sign(
                    self.span(found.start..found.end + 1),
                    "=>",
                    "->",
                ))
            }
            Kind::Word if self.text_of(found) == "then" && expects(Rule::arrow) => {
                Some(errors::other_sign(at, "then", "->"))
            }
            Kind::Word if expects(Rule::k_migrations) => self.needless_word(found),
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

    /// `web*`
    fn wildcard(&self, previous: Token, found: Token) -> Option<Diagnostic> {
        let is_name =
            matches!(previous.kind, Kind::Word | Kind::Tail) && previous.end == found.start;
        let at = self.span(previous.start..found.end);
        is_name.then(|| errors::wildcard(at, self.text_of(previous)))
    }

    /// `at most 2 parallel migrations`
    fn needless_word(&self, found: Token) -> Option<Diagnostic> {
        const WORDS: [&str; 7] = [
            "parallel",
            "concurrent",
            "simultaneous",
            "live",
            "running",
            "vm",
            "active",
        ];
        let word = self.text_of(found);
        let next = self.token_at(found.end)?;
        let is_before = self.text_of(next).starts_with("migration");
        (is_before && WORDS.contains(&word.to_ascii_lowercase().as_str()))
            .then(|| errors::meant_already(self.span(found.start..next.start), word))
    }

    /// `from 22:00 - 06:00`, with whatever dash.
    pub(super) fn dash_for_to(&self, found: Token, failure: &Failure) -> Option<Diagnostic> {
        let is_dash = matches!(found.kind, Kind::Other('-' | '–' | '—'));
        let rest = self.text[found.end..].trim_start_matches([' ', '\t']);
        let hour = rest.bytes().take_while(u8::is_ascii_digit).count();
        let is_time = (1..=2).contains(&hour) && rest[hour..].starts_with(':');
        let at = self.span(found.start..found.end);
        (is_dash && is_time && failure.expected.contains(&Rule::k_to))
            .then(|| errors::dash_for_to(at, self.text_of(found)))
    }

    /// `migrate web1 to s2 by 23:00`: the rule that says so, where it can mean one thing only.
    pub(super) fn deadline_of_step(&self, piece: Piece, found: Token) -> Option<Diagnostic> {
        if self.text_of(found) != "by" {
            return None;
        }
        let mut tokens = self
            .scanner
            .at(piece.start)
            .filter(|token| !token.kind.is_comment());
        let verb = tokens.next()?;
        if !["migrate", "boot", "shutdown", "start", "stop"].contains(&self.text_of(verb)) {
            return None;
        }
        let until = |word: &str| {
            let mut tokens = self
                .scanner
                .at(verb.end)
                .take_while(|token| token.start < found.start);
            tokens.find(|token| self.text_of(*token) == word)
        };
        let end = until("to")
            .or_else(|| until("takes"))
            .map_or(found.start, |to| to.start);
        let subjects = self.text[verb.end..end].trim();
        // The loop of the statement would be that of the rule, and the step had none.
        let line = self.text[found.end..].lines().next().unwrap_or_default();
        let is_repeated = line.split_whitespace().any(|word| word == "for");
        Some(errors::deadline_of_step(
            self.span(found.start..found.end),
            subjects,
            !is_repeated,
        ))
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
        let name = self.whole_name(found.start);
        let text = &self.text[name.clone()];
        let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.ends_with('-');
        is_name.then(|| errors::hyphen(self.span(name), text))
    }

    /// The name around a place as its writer sees it: `kvm-01.example.com`.
    pub(super) fn whole_name(&self, at: usize) -> std::ops::Range<usize> {
        let is_part = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let before = self.text[..at].chars().rev().take_while(is_part);
        let start = at - before.count();
        let end = at + self.text[at..].chars().take_while(is_part).count();
        // Two dots are a range, and a last one belongs to a bracket.
        let text = &self.text[start..end];
        let length = text.find("..").unwrap_or(text.len());
        start..start + text[..length].trim_end_matches('.').len()
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
