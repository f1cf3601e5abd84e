//! What may stand next, for completion: the parser itself says which rules would fit, and the grammar's own text which words
//! those begin with. A new sentence of the grammar needs nothing here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use pest_meta::ast::Expr;
use pest_meta::parser::{self, Rule as Meta};

use super::Reader;
use super::grammar::{self, MAX_PIECE, Rule};
use super::lexemes::Walk;
use super::scan::Kind;
use super::words;
use crate::source::FileId;

/// A character that fits nowhere: the parser says what would have fitted in its place.
const NOTHING: char = '\u{1}';

/// What may stand at a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Next {
    /// Words of the language.
    pub words: BTreeSet<String>,
    /// Other things.
    pub slots: BTreeSet<Slot>,
    /// The tokens of the sentence or property so far.
    pub before: Vec<String>,
    /// What the braces around it belong to, the innermost last: the word that begins it, of a class its kind.
    pub inside: Vec<String>,
}

/// Something that is no word of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The name of a thing, or of a set.
    Things,
    /// A constant or a loop variable.
    Constant,
    /// A class.
    Class,
    /// A path of the standard library.
    Module,
    /// A file in quotes.
    File,
    /// The key of a label.
    LabelKey,
    /// The value of a label.
    LabelValue,
    /// A time zone.
    Zone,
    /// A unit, right behind a number.
    Unit,
}

/// What may stand behind a text.
pub fn next(before: &str) -> Next {
    let start = last_item(before);
    let mut walk = Walk::new(&before[start..]);
    walk.file();
    let (inside, open) = walk.state();
    let text = &before[start..];
    let mut next = Next {
        inside,
        ..Next::default()
    };
    let last = Reader::new(FileId(0), text).scanner.last();
    match last.map(|token| (token.kind, token.end)) {
        Some((Kind::Comment, end)) if !text[end..].contains('\n') => return next,
        Some((Kind::Text { closed: false }, _)) => {
            if last.is_some_and(|token| text[..token.start].trim_end().ends_with("use")) {
                next.slots.insert(Slot::File);
            }
            return next;
        }
        _ => {}
    }
    // What `at` or `downtime` begins is known only with the next word: `migrate a to s1 at` may go on with a rate, or be over.
    let in_plan = matches!(
        next.inside.last().map(String::as_str),
        Some("plan" | "roll")
    );
    let last = last.map(|token| &text[token.start..]).filter(|_| in_plan);
    let begun = last.filter(|rest| words::STATEMENTS.contains(&rest.trim_end()));
    let Some((rule, piece)) = open else {
        match begun {
            Some(begun) => next.expect(Rule::one_statement, begun),
            None => next.begin(),
        }
        return next;
    };
    next.before = Reader::new(FileId(0), &text[piece..])
        .scanner
        .filter(|token| !token.kind.is_comment())
        .map(|token| text[piece..][token.start..token.end].to_owned())
        .collect();
    next.expect(rule, &text[piece..]);
    if let Some(begun) = begun.filter(|begun| begun.len() < text.len() - piece) {
        next.expect(Rule::one_statement, begun);
    }
    next
}

impl Next {
    /// Adds what may stand behind a piece that a rule reads.
    fn expect(&mut self, rule: Rule, piece: &str) {
        if piece.len() > MAX_PIECE {
            return;
        }
        let tried = format!("{piece}{NOTHING}");
        let Err(failure) = grammar::parse(rule, &tried) else {
            return;
        };
        // Something before is wrong already: then nobody knows.
        if !tried[failure.at..].trim_start().starts_with(NOTHING) {
            return;
        }
        if failure.expected.contains(&Rule::EOI) {
            self.begin();
        }
        let is_quantity = failure.expected.iter().any(|rule| {
            matches!(
                rule,
                Rule::quantity | Rule::expr | Rule::term | Rule::factor
            )
        });
        let before: Vec<&str> = self.before.iter().map(String::as_str).collect();
        let slot = match (before.first(), before.last()) {
            (Some(&"use"), _) => Some(Slot::Module),
            _ if is_quantity => Some(Slot::Constant),
            (_, Some(&":" | &"of")) => Some(Slot::Class),
            (_, Some(&",")) if before.contains(&":") => Some(Slot::Class),
            _ => None,
        };
        for rule in &failure.expected {
            first(&format!("{rule:?}"), slot, self);
        }
    }

    /// A new sentence or property may begin.
    fn begin(&mut self) {
        let beginnings: [&[&str]; 3] = match self.inside.last().map(String::as_str) {
            None => [&words::DECLS, &words::ITEMS, &[]],
            Some("plan") => [&words::STATEMENTS, &[], &[]],
            Some("roll") => [&words::ROLL_STEPS, &[], &[]],
            Some(_) => [&words::PROPERTIES, &words::DECLS, &["command"]],
        };
        let in_roll = self.inside.last().is_some_and(|word| word == "roll");
        let words = beginnings.into_iter().flatten();
        // It is a step of a `roll` only.
        let words = words.filter(|word| in_roll || **word != "return");
        self.words.extend(words.map(|word| (*word).to_owned()));
    }
}

/// Where the last item begins that stands in no braces.
pub(super) fn last_item(text: &str) -> usize {
    let reader = Reader::new(FileId(0), text);
    let (mut depth, mut start) = (0_usize, 0);
    for token in reader.scanner {
        match token.kind {
            Kind::Open(b'{') => depth += 1,
            Kind::Close(b'}') => depth = depth.saturating_sub(1),
            Kind::Word if words::begins_item(&text[token.start..token.end]) => {
                // What begins a line without any blank is an item, whatever braces are open.
                let is_outmost = token.start == 0 || text[..token.start].ends_with('\n');
                if is_outmost || depth == 0 {
                    (depth, start) = (0, token.start);
                }
            }
            _ => {}
        }
    }
    start
}

/// The grammar's rules, by name.
static RULES: LazyLock<BTreeMap<String, Expr>> = LazyLock::new(|| {
    let text = include_str!("../../../grammar/mvm.pest");
    let rules = parser::parse(Meta::grammar_rules, text).ok();
    let rules = rules.and_then(|rules| parser::consume_rules(rules).ok());
    let rules = rules.into_iter().flatten();
    rules.map(|rule| (rule.name, rule.expr)).collect()
});

/// Adds what a rule may begin with. `slot`: what a name there would be.
fn first(rule: &str, slot: Option<Slot>, next: &mut Next) {
    let slot = match rule {
        "expr" | "factor" => Some(Slot::Constant),
        "names" | "atom" => Some(Slot::Things),
        "classes" | "f_of" => Some(Slot::Class),
        "use_path" => Some(Slot::Module),
        "label_key" => Some(Slot::LabelKey),
        "label_value" => Some(Slot::LabelValue),
        _ => slot,
    };
    match rule {
        "ident" | "word" => next.slots.extend(slot),
        "zone" => _ = next.slots.insert(Slot::Zone),
        "unit" => _ = next.slots.insert(Slot::Unit),
        "string" | "number" | "digits" | "date" | "time" | "which" | "tail" => {}
        _ => {
            if let Some(expr) = RULES.get(rule) {
                first_of(expr, slot, next);
            }
        }
    }
}

/// The same for a part of a rule. Whether it may be empty.
fn first_of(expr: &Expr, slot: Option<Slot>, next: &mut Next) -> bool {
    match expr {
        Expr::Str(word) => {
            if word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.len() > 1 {
                next.words.insert(word.clone());
            }
            false
        }
        Expr::Ident(rule) => {
            first(rule, slot, next);
            rule == "SOI"
        }
        Expr::Seq(one, other) => first_of(one, slot, next) && first_of(other, slot, next),
        Expr::Choice(one, other) => {
            let one = first_of(one, slot, next);
            first_of(other, slot, next) || one
        }
        Expr::Opt(inner) | Expr::Rep(inner) => {
            first_of(inner, slot, next);
            true
        }
        Expr::RepOnce(inner) | Expr::RepExact(inner, _) | Expr::Push(inner) => {
            first_of(inner, slot, next)
        }
        Expr::PosPred(_) | Expr::NegPred(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let next = next(text);
        let words: Vec<&str> = next.words.iter().map(String::as_str).collect();
        let words = match words.len() {
            0..=24 => words.join(" "),
            count => format!("{} … ({count})", words[..5].join(" ")),
        };
        format!(
            "{text:?}\n  {words} {:?} in {:?}\n",
            next.slots, next.inside
        )
    }

    #[test]
    fn the_grammar_says_what_may_stand_next() {
        let mut text = String::new();
        for before in [
            "",
            "vm a { memory 2GiB ",
            "vm a { memory ",
            "vm a : ",
            "vm a { on ",
            "vm a {\n  label ",
            "vm a {\n  label tier ",
            "class ",
            "class server x { ",
            "use ",
            "use std.",
            "use \"",
            "plan p {\n  ",
            "plan p { migrate ",
            "plan p { migrate a ",
            "plan p { migrate a to ",
            "plan p { migrate a to s1 ",
            "plan p { migrate vms to s1 for i ",
            "plan p { start 02:00 ",
            "plan p { at ",
            "plan p { migrate a to s1\n  at ",
            "plan p { migrate a to s1\n  downtime ",
            "plan p { at most 2 ",
            "plan p { expect ",
            "plan p { minimize mttr, ",
            "plan p { budget 9",
            "plan p { budget 9kW ",
            "plan p { before a ",
            "plan p { limit core ",
            "plan p { roll r1 ",
            "plan p { roll r1 {\n  ",
            "plan p { roll r1 { drain ",
            "plan p { shutdown any ",
            "let a = 2 * ",
            "vm a } // ",
            "site s {\n vm b {\n\nvm c { memory 1GiB } plan p { boot ",
        ] {
            text += &shown(before);
        }
        insta::assert_snapshot!(text);
    }
}
