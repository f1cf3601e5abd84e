//! The text token by token, as `grammar/mvm.pest` reads it. Text that it does not read is cut by the scanner alone.
//!
//! Everything here goes by the shape of pest's tree: a new sentence of the grammar needs nothing of its own.

use pest::iterators::Pair;

use super::build::is_mark;
use super::grammar::Rule;
use super::next::last_item;
use super::pieces::{Kin, Piece};
use super::scan::{Kind, Token};
use super::{Reader, words};
use crate::source::FileId;
use crate::syntax::lexeme::{Join, Lexeme, LexemeKind};

/// Rules inside of which no blank may stand between two tokens, `${ … }` in the grammar.
const GLUED: [Rule; 5] = [
    Rule::quantity,
    Rule::path,
    Rule::names,
    Rule::padded_range,
    Rule::padded,
];

/// Rules inside of which blanks may stand again, `!{ … }`.
const LOOSE: [Rule; 1] = [Rule::bracket];

/// All tokens of a text, right or wrong.
pub fn lexemes(text: &str) -> Vec<Lexeme> {
    let mut walk = Walk::new(text);
    walk.file();
    let mut found = walk.found;
    let comments = walk.reader.scanner.filter(|token| token.kind.is_comment());
    found.extend(comments.map(|token| Lexeme {
        kind: LexemeKind::Comment,
        join: Join::Inside,
        start: token.start,
        end: token.end,
    }));
    found.sort_by_key(|lexeme| lexeme.start);
    found
}

/// What a text has behind a place is read with it that far: a sentence ends before.
const AHEAD: usize = 4096;

/// The token that holds a byte, as it is read in its item; the rest of the text costs nothing.
pub fn lexeme_at(text: &str, at: usize) -> Option<Lexeme> {
    let start = last_item(&text[..at]);
    let mut end = (at + AHEAD).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let found = lexemes(&text[start..end]).into_iter();
    let mut holds = found.filter(|token| (token.start..=token.end).contains(&(at - start)));
    holds.next_back().map(|token| Lexeme {
        start: start + token.start,
        end: start + token.end,
        ..token
    })
}

/// Walks through a text, piece by piece.
pub(super) struct Walk<'t> {
    reader: Reader<'t>,
    /// What each brace that is open belongs to: the word that begins it.
    inside: Vec<String>,
    /// The last piece, where nothing has ended it.
    open: Option<(Rule, usize)>,
    /// Whether the last token was a keyword.
    behind_keyword: bool,
    /// All but the comments.
    found: Vec<Lexeme>,
}

/// Where a tree stands.
#[derive(Clone, Copy)]
struct Place {
    /// How its first token stands to the one before.
    join: Join,
    /// Whether its keywords begin parts of the sentence; those of a set or an expression in a sentence do not.
    is_spine: bool,
    /// Whether no blank may stand in it.
    is_glued: bool,
}

impl<'t> Walk<'t> {
    pub fn new(text: &'t str) -> Self {
        Walk {
            reader: Reader::new(FileId(0), text),
            inside: Vec::new(),
            open: None,
            behind_keyword: false,
            found: Vec::new(),
        }
    }

    /// What the braces that are open belong to, and the rule and start of the piece that the text ends with.
    pub fn state(self) -> (Vec<String>, Option<(Rule, usize)>) {
        (self.inside, self.open)
    }

    /// Goes through the whole text.
    pub fn file(&mut self) {
        let mut opener = String::new();
        while let Some(token) = self.reader.token_at(self.reader.at) {
            self.reader.at = token.end;
            match token.kind {
                Kind::Open(b'{') => {
                    self.push(LexemeKind::Open, Join::Part, token.start, token.end);
                    self.inside.push(std::mem::take(&mut opener));
                    self.open = None;
                }
                Kind::Close(b'}') => {
                    self.push(LexemeKind::Close, Join::Inside, token.start, token.end);
                    self.inside.pop();
                    self.open = None;
                }
                _ => {
                    opener = self.opener(token);
                    self.piece(token);
                }
            }
        }
    }

    /// What begins at a token, should it have braces: of a class its kind.
    fn opener(&self, token: Token) -> String {
        match self.reader.word(token) {
            Some("class") => {
                let kind = self.reader.token_at(token.end);
                kind.map_or("", |kind| self.reader.text_of(kind)).to_owned()
            }
            word => word.unwrap_or_default().to_owned(),
        }
    }

    /// The piece that begins at a token.
    fn piece(&mut self, token: Token) {
        self.open = None;
        let Some((rule, kin)) = self.rule(token) else {
            self.scanned(token, Join::Sentence);
            return;
        };
        let piece = self.reader.cut(token.start, kin);
        self.reader.at = piece.end;
        self.open = Some((rule, piece.start));
        let join = match rule {
            Rule::entries => Join::Property,
            _ => Join::Sentence,
        };
        match self.reader.read(rule, piece) {
            Ok(pairs) => {
                for pair in pairs.filter(|pair| pair.as_rule() != Rule::EOI) {
                    let place = Place {
                        join,
                        is_spine: true,
                        is_glued: false,
                    };
                    self.tree(pair, piece, place);
                }
            }
            Err(_) => {
                let tokens = self.reader.scanner.at(piece.start);
                let tokens = tokens.take_while(|token| token.start < piece.end);
                for (at, token) in tokens.filter(|t| !t.kind.is_comment()).enumerate() {
                    self.scanned(token, if at == 0 { join } else { Join::Inside });
                }
            }
        }
    }

    /// The rule of the piece that begins at a token; None where nothing does.
    fn rule(&self, token: Token) -> Option<(Rule, Kin)> {
        let word = self.reader.word(token)?;
        let inside = self.inside.last().map(String::as_str);
        let in_plan = inside.map(|word| matches!(word, "plan" | "roll"));
        match word {
            _ if inside == Some("roll") && words::ROLL_STEPS.contains(&word) => {
                Some((Rule::one_roll_step, Kin::Statement))
            }
            _ if in_plan == Some(true) && self.reader.begins_statement(token) => {
                Some((Rule::one_statement, Kin::Statement))
            }
            "command" if in_plan == Some(false) => Some((Rule::entries, Kin::Entries)),
            "plan" => Some((Rule::one_plan_head, Kin::Item)),
            "class" => Some((Rule::one_class_head, Kin::Item)),
            "use" => Some((Rule::one_item, Kin::Use)),
            word if words::is_decl(word) => Some((Rule::one_decl_head, Kin::Head)),
            word if words::begins_item(word) => Some((Rule::one_item, Kin::Item)),
            word if words::PROPERTIES.contains(&word) && in_plan == Some(false) => {
                Some((Rule::entries, Kin::Entries))
            }
            _ => None,
        }
    }

    /// The tokens of a tree.
    fn tree(&mut self, pair: Pair<'_, Rule>, piece: Piece, place: Place) {
        let rule = pair.as_rule();
        let mut children = pair.clone().into_inner();
        let Some(first) = children.next() else {
            let span = pair.as_span();
            let (start, end) = (piece.start + span.start(), piece.start + span.end());
            self.push(kind_of(rule), place.join, start, end);
            self.behind_keyword = is_keyword(&pair);
            return;
        };
        let is_glued = (place.is_glued || GLUED.contains(&rule)) && !LOOSE.contains(&rule);
        self.tree(first, piece, Place { is_glued, ..place });
        for child in children {
            let is_spine = place.is_spine && begins_part(&child);
            let is_property = child.as_rule() == Rule::property;
            let join = match is_spine && (is_property || !self.behind_keyword) {
                true => Join::Part,
                false if is_glued => Join::Glued,
                false => Join::Inside,
            };
            let place = Place {
                join,
                is_spine,
                is_glued,
            };
            self.tree(child, piece, place);
        }
    }

    /// A token that no rule reads.
    fn scanned(&mut self, token: Token, join: Join) {
        let kind = match token.kind {
            Kind::Word if words::KEYWORDS.contains(&self.reader.text_of(token)) => {
                LexemeKind::Keyword
            }
            Kind::Word | Kind::Tail => LexemeKind::Name,
            Kind::Number => LexemeKind::Number,
            Kind::Text { .. } => LexemeKind::Text,
            _ => LexemeKind::Sign,
        };
        self.push(kind, join, token.start, token.end);
    }

    fn push(&mut self, kind: LexemeKind, join: Join, start: usize, end: usize) {
        self.found.push(Lexeme {
            kind,
            join,
            start,
            end,
        });
    }
}

/// Whether a part of a sentence begins with the pair, if it stands in the sentence itself.
fn begins_part(pair: &Pair<'_, Rule>) -> bool {
    let mut first = pair.clone();
    while let Some(inner) = first.clone().into_inner().next() {
        first = inner;
    }
    matches!(pair.as_rule(), Rule::property | Rule::string)
        || matches!(first.as_rule(), Rule::colon | Rule::equals)
        || is_keyword(&first)
}

/// Whether it is a word that holds a sentence together, such as `to`.
fn is_keyword(leaf: &Pair<'_, Rule>) -> bool {
    is_mark(leaf.as_rule()) && leaf.as_str().starts_with(|c: char| c.is_ascii_lowercase())
}

fn kind_of(leaf: Rule) -> LexemeKind {
    use Rule::*;
    match leaf {
        ident | word | tail_word => LexemeKind::Name,
        string => LexemeKind::Text,
        number | digits | times => LexemeKind::Number,
        unit => LexemeKind::Unit,
        date | time | weekday | which | zone => LexemeKind::Time,
        lbrace | rbrace | lbracket | rbracket | lparen | rparen | comma | colon | dot | dots
        | arrow | equals | star | slash | plus | minus | at_most_op => LexemeKind::Sign,
        _ => LexemeKind::Keyword,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens, with what stands before each: `¶` sentence, `§` property, `|` part, blank or nothing.
    fn shown(text: &str) -> String {
        let mut shown = String::new();
        for lexeme in lexemes(text) {
            shown += match lexeme.join {
                Join::Sentence => "\n¶ ",
                Join::Property => " § ",
                Join::Part => " | ",
                Join::Inside => " ",
                Join::Glued => "",
            };
            shown += &text[lexeme.range()];
        }
        shown
    }

    #[test]
    fn a_sentence_has_parts() {
        insta::assert_snapshot!(shown(
            "use std.link.{a,b} use std.x as y\nlet a=2GiB+1h30min*8/9\nset s=vms on r[1..2].s[*],b except c\n\
             vm web[ i+1 , 2..3 by 2 ]x,\"a.\"[001..5]:idle off memory 2GiB{hot 96MiB in 2s link:e to core bond 2 off}\n\
             plan p{migrate vms on a to any of s2 takes 2s at 5Mbps for i in 01..08,j in[1,3]\n\
             at most 2 migrations from s until 02:00 CEST timeout 3x then wait on b // c\n}"
        ));
    }

    #[test]
    fn what_cannot_be_read_is_there_as_well() {
        insta::assert_snapshot!(shown(
            "vm a memory 2 GiB { on s1 §}\nfoo \"bar\nplan p { migrate a 3 b\n boot s }}"
        ));
    }

    /// A rule that holds its parts together must be known here.
    #[test]
    fn the_rules_that_glue_are_those_of_the_grammar() {
        let grammar = include_str!("../../../grammar/mvm.pest");
        let rules = |sign: &str| -> Vec<String> {
            let lines = grammar.lines().filter_map(|line| line.split_once(" = "));
            let lines = lines.filter(|(_, rule)| rule.trim_start().starts_with(sign));
            lines.map(|(name, _)| name.trim().to_owned()).collect()
        };
        let names = |rules: &[Rule]| -> Vec<String> {
            rules.iter().map(|rule| format!("{rule:?}")).collect()
        };
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        assert_eq!(sorted(rules("${")), sorted(names(&GLUED)));
        assert_eq!(sorted(rules("!{")), sorted(names(&LOOSE)));
    }
}
