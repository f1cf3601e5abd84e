//! Texts that say the same in other layouts.

use mvm::syntax::lexeme::{Join, Lexeme, LexemeKind};
use mvm::syntax::lexemes;

/// Numbers that look like chance and are the same for a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % bound
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// The text with other blanks and line ends between its tokens, wherever that means nothing.
pub fn blanks(text: &str, seed: u64) -> String {
    let mut dice = Dice(seed);
    rebuilt(text, |before, between, lexeme| match (before, lexeme) {
        (None, _) => dice.one_of(&["", "\n", "\u{feff}", "  \r\n"]),
        (Some(_), None) => dice.one_of(&["", "\n", " \n\n\t", "\r\n"]),
        (Some(before), Some(next)) => {
            let line_ends = between.matches('\n').count();
            let is_comment = |lexeme: Lexeme| lexeme.kind == LexemeKind::Comment;
            if next.join == Join::Glued {
                ""
            } else if takes_any_word(&text[before.range()]) {
                dice.one_of(&[" ", "\t", "   "])
            } else if line_ends > 1 {
                dice.one_of(&["\n\n", "\n \n\t\n", "\r\n\r\n", "\n\n\n\n"])
            } else if is_comment(before) || (is_comment(next) && line_ends == 1) {
                dice.one_of(&["\n", "\r\n", "\n    ", " \n\t"])
            } else if is_comment(next) {
                dice.one_of(&["", " ", "\t", "        "])
            } else if is_sign(text, before) != is_sign(text, next) {
                dice.one_of(&["", " ", "\n", "  ", "\r\n\t"])
            } else {
                dice.one_of(&[" ", "\n", "   ", "\t", "\r\n  "])
            }
        }
    })
}

/// Whether a token ends where the next one begins, also without a blank. A word right behind or before a bracket belongs to it.
fn is_sign(text: &str, lexeme: Lexeme) -> bool {
    let is_bracket = matches!(&text[lexeme.range()], "[" | "]");
    matches!(
        lexeme.kind,
        LexemeKind::Sign | LexemeKind::Open | LexemeKind::Close
    ) && !is_bracket
}

/// Whether any word may stand behind a word, also one of the language, if it stands on the same line.
fn takes_any_word(word: &str) -> bool {
    ["plan", "label", "with", "has", "needs", "generations"].contains(&word)
}

/// The text with a few more comments, behind its tokens or on lines of their own.
pub fn comments(text: &str, seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut count = 0;
    rebuilt(text, |before, between, next| {
        let is_glued = next.is_some_and(|next| next.join == Join::Glued)
            || before.is_some_and(|before| takes_any_word(&text[before.range()]));
        if is_glued || dice.below(6) > 0 {
            return between.to_owned();
        }
        count += 1;
        let before = dice.one_of(&[" ", "\n", "\n\n"]);
        let behind = dice.one_of(&["\n", "\n\n", "\n  "]);
        format!("{before}// number {count}{behind}{between}")
    })
}

/// Each gap between two tokens, before the first and behind the last one, written anew.
fn rebuilt<T: AsRef<str>>(
    text: &str,
    mut gap: impl FnMut(Option<Lexeme>, &str, Option<Lexeme>) -> T,
) -> String {
    let lexemes = lexemes(text);
    let mut rebuilt = String::new();
    let mut before: Option<Lexeme> = None;
    for next in lexemes.iter().copied().map(Some).chain([None]) {
        let start = before.map_or(0, |before| before.end);
        let end = next.map_or(text.len(), |next| next.start);
        let between = &text[start..end];
        assert!(between.trim().is_empty(), "not all is read: {between:?}");
        rebuilt.push_str(gap(before, between, next).as_ref());
        rebuilt.push_str(next.map_or("", |next| &text[next.range()]));
        before = next;
    }
    rebuilt
}
