//! Cuts pieces out of the text: from a word that begins something to before the next one.

use super::grammar::{self, Failure, MAX_PIECE, Rule};
use super::scan::{Kind, Token};
use super::{MAX_DEPTH, Reader, words};
use pest::iterators::Pairs;

/// What kind of piece it is, which decides the words that end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kin {
    /// `use …`, with braces of its own.
    Use,
    /// `let`, `set`, `route`, `traffic`, `command`, the head of a class or a plan.
    Item,
    /// The head of a declaration, with properties.
    Head,
    /// Properties inside braces.
    Entries,
    /// A statement of a plan.
    Statement,
}

/// A piece of the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Its first byte.
    pub start: usize,
    /// One past the last byte of its last token.
    pub end: usize,
    /// Where it nests too deep.
    pub too_deep: Option<usize>,
}

/// Why a piece could not be read.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It does not fit its rule.
    Failure(Failure),
    /// It nests too deep at that byte of the file.
    TooDeep(usize),
    /// It is longer than [`MAX_PIECE`].
    TooLong,
}

/// Brackets and minus signs that are open in a piece.
#[derive(Default)]
struct Nesting {
    brackets: usize,
    minuses: usize,
}

impl Nesting {
    /// Counts a token; whether the depth is still allowed.
    fn allows(&mut self, kind: Kind) -> bool {
        match kind {
            Kind::Open(_) => self.brackets += 1,
            Kind::Close(_) => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
        self.minuses = match kind {
            Kind::Other('-') => self.minuses + 1,
            _ => 0,
        };
        self.brackets + self.minuses <= MAX_DEPTH
    }
}

impl<'t> Reader<'t> {
    /// The piece that begins at `start`.
    pub(super) fn cut(&self, start: usize, kin: Kin) -> Piece {
        let mut piece = Piece {
            start,
            end: start,
            too_deep: None,
        };
        let mut nesting = Nesting::default();
        let mut braces = 0_usize;
        let mut previous: Option<Token> = None;
        for token in self
            .scanner
            .at(start)
            .filter(|token| !token.kind.is_comment())
        {
            if let Some(previous) = previous
                && self.ends(previous, token, kin, &mut braces)
                && !self.is_weight_of(&piece, token)
            {
                break;
            }
            if !nesting.allows(token.kind) {
                piece.too_deep.get_or_insert(token.start);
            }
            piece.end = token.end;
            previous = Some(token);
        }
        piece
    }

    /// Whether a piece ends before `token`.
    fn ends(&self, previous: Token, token: Token, kin: Kin, braces: &mut usize) -> bool {
        match token.kind {
            Kind::Open(b'{') if kin == Kin::Use => *braces += 1,
            Kind::Close(b'}') if *braces > 0 => *braces -= 1,
            Kind::Open(b'{') | Kind::Close(b'}') => return true,
            Kind::Word => {
                return !self.takes_any_word(previous, token) && self.stops(token, kin);
            }
            _ => {}
        }
        false
    }

    /// Whether any word may follow the word `previous`.
    fn takes_any_word(&self, previous: Token, token: Token) -> bool {
        match self.word(previous) {
            // What follows `prefer` is always a rule, which begins a statement where it stands alone.
            Some("class" | "command" | "prefer") => true,
            Some(
                "plan" | "reverse" | "label" | "with" | "has" | "needs" | "generations"
                | "resource" | "overbook",
            ) => !self.text[previous.end..token.start].contains('\n'),
            _ => false,
        }
    }

    /// Whether a word begins the next piece.
    fn stops(&self, token: Token, kin: Kin) -> bool {
        let word = self.text_of(token);
        let in_properties = matches!(kin, Kin::Head | Kin::Entries);
        match word {
            "command" => kin != Kin::Entries,
            "boot" | "shutdown" | "timeout" | "retry" | "overbook" => !in_properties,
            "downtime" => self.begins_downtime(token),
            "after" => !in_properties && self.begins_after(token),
            "at" => self.begins_at_most(token),
            _ => words::begins_item(word) || words::STATEMENTS.contains(&word),
        }
    }

    /// `at most …` begins a statement, `at 500Mbps` does not.
    pub(super) fn begins_at_most(&self, at: Token) -> bool {
        self.token_at(at.end)
            .is_some_and(|next| self.word(next) == Some("most"))
    }

    /// `downtime of …` begins a statement; the property and the goal of that name do not.
    fn begins_downtime(&self, downtime: Token) -> bool {
        self.token_at(downtime.end)
            .is_some_and(|next| self.word(next) == Some("of"))
    }

    /// `after web from 02:00` begins a statement, `after 1min` does not.
    fn begins_after(&self, after: Token) -> bool {
        let next = self.token_at(after.end);
        !next.is_some_and(|next| self.text_of(next).starts_with(|c: char| c.is_ascii_digit()))
    }

    /// Whether `weight` belongs to the `prefer` that begins the piece: it begins a statement where an `on` follows it.
    fn is_weight_of(&self, piece: &Piece, weight: Token) -> bool {
        let is_preference = self.text[piece.start..].starts_with("prefer");
        if !is_preference || self.text_of(weight) != "weight" {
            return false;
        }
        let mut behind = self.scanner.at(weight.end);
        let next = behind.find(|token| match token.kind {
            Kind::Open(b'{') | Kind::Close(b'}') => true,
            Kind::Word => self.text_of(*token) == "on" || self.stops(*token, Kin::Statement),
            _ => false,
        });
        next.is_none_or(|token| self.text_of(token) != "on")
    }

    /// Whether a token begins a statement.
    pub(super) fn begins_statement(&self, token: Token) -> bool {
        match self.word(token) {
            Some("at") => self.begins_at_most(token),
            Some("after") => self.begins_after(token),
            Some("downtime") => self.begins_downtime(token),
            Some(word) => words::STATEMENTS.contains(&word),
            None => false,
        }
    }

    /// Parses a piece by its rule.
    pub(super) fn read(&self, rule: Rule, piece: Piece) -> Result<Pairs<'t, Rule>, Trouble> {
        if let Some(at) = piece.too_deep {
            return Err(Trouble::TooDeep(at));
        }
        if piece.end - piece.start > MAX_PIECE {
            return Err(Trouble::TooLong);
        }
        let mut whole =
            grammar::parse(rule, &self.text[piece.start..piece.end]).map_err(Trouble::Failure)?;
        Ok(whole.next().map_or(whole, |pair| pair.into_inner()))
    }
}
