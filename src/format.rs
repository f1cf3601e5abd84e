//! The canonical layout of a file.
//!
//! [`format()`] goes by the tokens alone, as [`crate::syntax::lexemes`] cuts them, never by what a sentence means: what the
//! language learns is laid out without a line here. Of the blanks and line ends that somebody typed three things count:
//! an empty line between two sentences, of several one; a comment on a line of its own; a comment behind something.
//!
//! - A sentence stands on one line, with two blanks of indentation for each brace around it. One that is longer than
//!   [`WIDTH`] has each of its parts on a line of its own.
//! - What stands in braces shares the line where it fits: properties, or one thing alone. Otherwise each has a line.
//! - Like sentences in a row have their like parts below each other, and comments behind lines are aligned.

mod align;
mod blanks;
mod break_up;
mod changes;
mod lay_out;
mod line;
mod tree;

use crate::diag::Diagnostic;
use crate::source::FileId;
use crate::syntax;
use crate::syntax::lexeme::Lexeme;
pub use changes::changes;

/// The longest line that is written where it can be broken, in columns.
pub const WIDTH: usize = 100;

/// The text in its canonical layout, with line feeds at the ends of its lines. `file` is what diagnostics call it.
///
/// # Errors
/// What cannot be read: such a text is left alone.
pub fn format(file: FileId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (_, diagnostics) = syntax::parse(file, text);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    Ok(laid_out(text, &syntax::lexemes(text)))
}

/// The same of a text that can be read, from its tokens.
pub(crate) fn laid_out(text: &str, lexemes: &[Lexeme]) -> String {
    lay_out::lay_out(&tree::entries(text, lexemes))
}
