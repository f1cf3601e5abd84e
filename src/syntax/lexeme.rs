//! The text as it is written, token by token, for those who lay it out or colour it: every word, sign and comment
//! once, in order, with blanks between them and nothing else.

use std::ops::Range;

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lexeme {
    /// What it is.
    pub kind: LexemeKind,
    /// How it stands to what is before it.
    pub join: Join,
    /// First byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

impl Lexeme {
    /// Its bytes in the text.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LexemeKind {
    /// `// …`, without the line end.
    Comment,
    /// A word of the language.
    Keyword,
    /// Any other word.
    Name,
    /// A string, with its quotes.
    Text,
    /// Digits.
    Number,
    /// What stands behind a number.
    Unit,
    /// A date, a time of day, a weekday, a zone.
    Time,
    /// A sign, also a brace that opens no body.
    Sign,
    /// The brace that opens the body of a declaration, class or plan.
    Open,
    /// The brace that closes a body.
    Close,
}

/// How a token stands to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// It begins an item, a declaration or a statement.
    Sentence,
    /// It begins a property or command inside of braces.
    Property,
    /// It begins a part of a sentence or property: a keyword such as `to`, a `:`, a property in the head of a declaration.
    Part,
    /// It goes on, behind a blank or none.
    Inside,
    /// It goes on, and a blank before it would change what is said.
    Glued,
}
