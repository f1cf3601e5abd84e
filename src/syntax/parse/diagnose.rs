//! What is wrong with text that cannot be read: looks at what was found and what was expected, and picks the
//! message. The words are in `syntax::errors`.

use super::describe::describe_all;
use super::grammar::{Failure, MAX_PIECE, Rule};
use super::pieces::{Kin, Piece, Trouble};
use super::scan::{Kind, Token};
use super::{MAX_DEPTH, Reader, foreign, words};
use crate::diag::Diagnostic;
use crate::syntax::errors::{self, Hint};

/// Where text stands that begins nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At the top level of the file.
    File,
    /// In the braces of a declaration or class.
    Braces,
    /// In a plan.
    Plan,
    /// In the braces of a `roll`.
    Roll,
}

impl Place {
    /// The kind of piece that such text is cut as.
    pub fn kin(self) -> Kin {
        match self {
            Place::File => Kin::Item,
            Place::Braces => Kin::Entries,
            Place::Plan | Place::Roll => Kin::Statement,
        }
    }

    fn words(self) -> Vec<&'static str> {
        match self {
            Place::File => [
                &words::DECLS[..],
                &words::ITEMS,
                &words::PROPERTIES,
                &words::STATEMENTS,
            ]
            .concat(),
            Place::Braces => [&words::PROPERTIES[..], &words::DECLS, &["command"]].concat(),
            Place::Plan => words::STATEMENTS.to_vec(),
            Place::Roll => words::ROLL_STEPS.to_vec(),
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Place::File => "a declaration or a plan",
            Place::Braces => "a property or a declaration",
            Place::Plan => "a statement",
            Place::Roll => "a step of a `roll`",
        }
    }
}

impl Reader<'_> {
    /// Reports why a piece could not be read. Where to go on at the earliest.
    pub(super) fn report_trouble(&mut self, piece: Piece, kin: Kin, trouble: Trouble) -> usize {
        let mut resume = piece.start;
        let diagnostic = match trouble {
            Trouble::TooDeep(at) => errors::too_deep(self.span(at..at + 1), MAX_DEPTH),
            Trouble::TooLong => {
                errors::piece_too_long(self.span(piece.start..piece.start + 1), MAX_PIECE)
            }
            Trouble::Failure(failure) => {
                let found = self.token_at(piece.start + failure.at);
                if let Some(word) =
                    found.filter(|found| self.is_name_by_mistake(piece, *found, &failure))
                {
                    // The word would begin a piece; as a name it belongs to this one.
                    if word.start >= piece.end {
                        resume = self.cut(word.start, kin).end;
                    }
                    self.reserved(word, &failure)
                } else {
                    self.failed(piece, kin, &failure, found)
                }
            }
        };
        self.report(diagnostic);
        resume
    }

    fn failed(
        &self,
        piece: Piece,
        kin: Kin,
        failure: &Failure,
        found: Option<Token>,
    ) -> Diagnostic {
        let previous = found.map_or_else(
            || self.last_token(piece.start, piece.end),
            |found| self.last_token(piece.start, found.start),
        );
        if let Some(found) = found
            && let Some(known) = self
                .dash_for_to(found, failure)
                .or_else(|| self.stray(found))
                .or_else(|| self.habit(previous, found, failure))
                .or_else(|| self.deadline_of_step(piece, found))
        {
            return known;
        }
        let ends_here = found.is_none_or(|found| found.start >= piece.end);
        // Many kinds of commands are words of the language, so any may have been meant as one.
        let wants_kind = failure.expected.contains(&Rule::command_kind);
        let is_reserved = |found: Token| {
            (!wants_kind || self.begins_line(found.start))
                && self
                    .word(found)
                    .is_some_and(|word| words::KEYWORDS.contains(&word))
        };
        let before = Piece {
            end: found.map_or(piece.end, |found| found.start.min(piece.end)),
            ..piece
        };
        if (ends_here || found.is_some_and(is_reserved))
            && let Some(open) = self.open_bracket(before)
        {
            return errors::unclosed(self.span(open.start..open.end), self.text_of(open));
        }
        if failure.expected.is_empty() {
            return errors::too_complex(self.span(piece.start..piece.start + 1));
        }
        let mut expected = describe_all(&failure.expected);
        if failure.expected.contains(&Rule::EOI) {
            expected.extend(match kin {
                Kin::Use | Kin::Item | Kin::Head => Some("the next declaration"),
                Kin::Entries => None,
                Kin::Statement => Some("the next statement"),
            });
        }
        match previous.filter(|_| ends_here || found.is_some_and(is_reserved)) {
            // A slip of the word that is missing.
            Some(_)
                if found.is_some_and(|found| {
                    !self.begins_line(found.start)
                        && self
                            .word(found)
                            .is_some_and(|word| hint_for(word, &expected, kin).is_some())
                }) =>
            {
                self.unexpected(&expected, kin, found)
            }
            // What is missing is missing behind the last word, wherever the next one stands.
            Some(last) => {
                let at = self.span(last.start..last.end);
                let next = found.map(|found| self.text_of(found));
                errors::incomplete(at, &expected, self.text_of(last), next)
            }
            None => self.unexpected(&expected, kin, found),
        }
    }

    fn unexpected(&self, expected: &[&str], kin: Kin, found: Option<Token>) -> Diagnostic {
        let text = found.map(|found| self.text_of(found));
        let at = found.map_or(self.text.len()..self.text.len(), |found| {
            found.start..found.end
        });
        let hint = found
            .and_then(|found| self.word(found))
            .and_then(|word| hint_for(word, expected, kin));
        let hint = found.and_then(|found| self.with_goals(found, hint));
        errors::unexpected(self.span(at), expected, text, hint)
    }

    /// In `minimise time` the first word is not all that is wrong.
    fn with_goals<'e>(&self, found: Token, hint: Option<Hint<'e>>) -> Option<Hint<'e>> {
        let is_goal = |token: Token| {
            words::GOALS.contains(&self.text_of(token)) || self.text_of(token) == "servers"
        };
        if hint != Some(Hint::Word("minimize")) || self.token_at(found.end).is_some_and(is_goal) {
            return hint;
        }
        Some(Hint::Advice(
            "write `minimize` and the goals, the most important first: `mttr`, `energy`, `makespan`, `moves`, `downtime`, `balance`, `power`, `preferences` or `servers on`",
        ))
    }

    /// A character that has no place in the language, whatever is expected.
    fn stray(&self, found: Token) -> Option<Diagnostic> {
        let at = self.span(found.start..found.end);
        match found.kind {
            Kind::Text { closed: false } => Some(errors::unclosed_string(at)),
            Kind::Block => Some(errors::block_comment(at, self.text_of(found))),
            Kind::Hash => Some(errors::hash_comment(
                at,
                self.span(found.start..found.start + 1),
            )),
            Kind::Other(';') => Some(errors::semicolon(at)),
            Kind::Other('\'') => Some(errors::single_quote(at)),
            Kind::Other('“' | '”' | '„' | '«' | '»' | '‘' | '’')
                if self.quoted(found).is_some() =>
            {
                let text = self.quoted(found)?;
                Some(errors::foreign_quotes(
                    self.span(text.clone()),
                    self.text[text].trim_matches(is_quote),
                ))
            }
            Kind::Other(sign) if sign.is_alphabetic() => {
                let word = self.foreign_word(found);
                Some(errors::foreign_letters(
                    self.span(word.clone()),
                    &self.text[word],
                ))
            }
            Kind::Other(sign) if !sign.is_ascii() || sign.is_control() => {
                Some(errors::foreign_sign(at, sign))
            }
            _ => None,
        }
    }

    /// The text in quotes of a typesetter, with them.
    fn quoted(&self, found: Token) -> Option<std::ops::Range<usize>> {
        let line = self.text[found.start..].lines().next()?;
        let text = line.strip_prefix(is_quote)?;
        let length = text.find(is_quote)?;
        let close = text[length..].chars().next()?;
        let end = line.len() - text.len() + length + close.len_utf8();
        let is_plain = |c: char| !matches!(c, '"' | '\\') && !c.is_control();
        text[..length]
            .chars()
            .all(is_plain)
            .then_some(found.start..found.start + end)
    }

    /// The word of letters of any alphabet around a token.
    fn foreign_word(&self, found: Token) -> std::ops::Range<usize> {
        /// Longer words are shown in part.
        const LONG: usize = 64;
        let is_part = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let length = |chars: &mut dyn Iterator<Item = char>| -> usize {
            chars
                .take(LONG)
                .take_while(is_part)
                .map(char::len_utf8)
                .sum()
        };
        let before = length(&mut self.text[..found.start].chars().rev());
        let after = length(&mut self.text[found.start..].chars());
        found.start - before..found.start + after
    }

    /// The innermost `(` or `[` that a piece leaves open.
    fn open_bracket(&self, piece: Piece) -> Option<Token> {
        let mut open = Vec::new();
        for token in self.scanner.at(piece.start) {
            if token.start >= piece.end {
                break;
            }
            match token.kind {
                Kind::Open(b'(' | b'[') => open.push(token),
                Kind::Close(b')' | b']') => {
                    open.pop();
                }
                _ => {}
            }
        }
        open.pop()
    }

    /// Whether a word of the language stands where a name is wanted, on the line of what is before it.
    fn is_name_by_mistake(&self, piece: Piece, found: Token, failure: &Failure) -> bool {
        let wants_name = failure.expected.iter().any(|rule| {
            use Rule::*;
            matches!(
                rule,
                ident
                    | names
                    | segment
                    | path
                    | chosen
                    | atom
                    | set
                    | atoms
                    | binding
                    | label_value
            )
        });
        let is_reserved = self
            .word(found)
            .is_some_and(|word| words::KEYWORDS.contains(&word));
        let optional = failure.expected.contains(&Rule::EOI);
        wants_name
            && is_reserved
            && !optional
            && found.start > piece.start
            && !self.begins_line(found.start)
    }

    fn reserved(&self, word: Token, failure: &Failure) -> Diagnostic {
        let may_be_quoted = failure.expected.iter().any(|rule| {
            use Rule::*;
            matches!(
                rule,
                string | names | segment | chosen | atom | set | atoms | label_value
            )
        });
        // In `vm vm-101` the word is only the beginning of the name.
        let name = self.whole_name(word.start);
        let name = match may_be_quoted && name.start == word.start && name.end > word.end {
            true => name,
            false => word.start..word.end,
        };
        errors::reserved(
            self.span(name.clone()),
            self.text_of(word),
            may_be_quoted.then(|| &self.text[name]),
        )
    }

    /// What is wrong with text that begins nothing, and the word that was likely meant.
    pub(super) fn no_beginning(
        &self,
        token: Token,
        place: Place,
    ) -> (Diagnostic, Option<&'static str>) {
        let at = self.span(token.start..token.end);
        if let Some(stray) = self.stray(token) {
            return (stray, None);
        }
        let text = self.text_of(token);
        let Some(word) = self.word(token) else {
            let diagnostic = match token.kind {
                Kind::Close(b'}') if place == Place::File => errors::unopened(at),
                _ => errors::unexpected(at, &[place.expected()], Some(text), None),
            };
            return (diagnostic, None);
        };
        if place != Place::Plan && self.begins_statement(token) {
            return (errors::misplaced_statement(at, word), None);
        }
        let foreign = foreign::meant(word, place);
        if foreign.is_none() && words::PROPERTIES.contains(&word) {
            return (errors::misplaced_property(at, word), None);
        }
        let hint = foreign.or_else(|| nearest(word, place.words().into_iter()).map(Hint::Word));
        let hint = match hint {
            // Where it stands, the right word would be wrong as well.
            Some(Hint::Word(word)) if place == Place::File && words::STATEMENTS.contains(&word) => {
                Some(Hint::Advice("the statements of a plan stand in its braces"))
            }
            hint => self.with_goals(token, hint),
        };
        let meant = match hint {
            Some(Hint::Word(word)) if !word.contains(' ') => Some(word),
            _ => None,
        };
        (
            errors::unknown_word(at, word, place.expected(), hint),
            meant,
        )
    }
}

/// Whether a character is a quote of a typesetter, or of the keyboard.
fn is_quote(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '"')
}

/// What was likely meant by a word where something else is expected.
fn hint_for<'e>(word: &str, expected: &[&'e str], kin: Kin) -> Option<Hint<'e>> {
    // Every second part of what is expected stands between backticks.
    let keywords = expected
        .iter()
        .flat_map(|text| text.split('`').skip(1).step_by(2))
        .filter(|word| !word.contains(' '));
    if expected.contains(&"a property") {
        let place = match kin {
            Kin::Statement => Place::Plan,
            _ => Place::Braces,
        };
        let keywords = keywords.chain(words::PROPERTIES);
        return foreign::meant(word, place).or_else(|| nearest(word, keywords).map(Hint::Word));
    }
    let slip = nearest(word, keywords).map(Hint::Word);
    match kin {
        Kin::Statement if slip.is_none() && expected.contains(&"the next statement") => {
            foreign::meant(word, Place::Plan)
        }
        _ => slip,
    }
}

/// The nearest of some words, where one is near enough to be what was meant.
fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    /// Longer words are no slips, and to compare them costs time.
    const LONG: usize = 32;
    if word.len() > LONG {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    known
        .map(|known| (strsim::osa_distance(&lower, known), known))
        .filter(|(distance, known)| *distance <= known.len().max(word.len()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
