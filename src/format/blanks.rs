//! Where a blank stands between two tokens of a line.

use crate::syntax::lexeme::{Join, Lexeme, LexemeKind};

/// Whether a blank stands before the token at `at` of a sentence.
pub fn stands_before(text: &str, sentence: &[Lexeme], at: usize) -> bool {
    let this = sentence[at];
    let Some(before) = at.checked_sub(1).map(|before| sentence[before]) else {
        return false;
    };
    let is_number = |at: Option<usize>| {
        let lexeme = at.and_then(|at| sentence.get(at));
        lexeme.is_some_and(|lexeme| lexeme.kind == LexemeKind::Number)
    };
    // `8/9` is one figure, but in `x / 8 / 9`.
    let is_fraction = |slash: usize| {
        let over = slash.checked_sub(2).map(|at| sign(text, sentence[at]));
        is_number(slash.checked_sub(1)) && is_number(Some(slash + 1)) && over != Some("/")
    };
    if this.join == Join::Glued {
        return false;
    }
    let tight_before = match sign(text, this) {
        "," | ")" | "]" | "}" | "." | ".." => true,
        "/" => is_fraction(at),
        _ => false,
    };
    let tight_behind = match sign(text, before) {
        "(" | "[" | "{" | "." | ".." => true,
        "-" | "+" => !is_operand(text, at.checked_sub(2).map(|at| sentence[at])),
        "/" => is_fraction(at - 1),
        _ => false,
    };
    !tight_before && !tight_behind
}

/// The sign that a token is; empty for any other.
fn sign(text: &str, lexeme: Lexeme) -> &str {
    match lexeme.kind {
        LexemeKind::Sign => &text[lexeme.range()],
        _ => "",
    }
}

/// Whether a token can stand to the left of an operator.
fn is_operand(text: &str, lexeme: Option<Lexeme>) -> bool {
    lexeme.is_some_and(|lexeme| match lexeme.kind {
        LexemeKind::Sign => matches!(&text[lexeme.range()], ")" | "]"),
        LexemeKind::Keyword => false,
        _ => true,
    })
}
