//! A sentence on several lines.

use unicode_width::UnicodeWidthStr;

use super::WIDTH;
use super::tree::Token;
use crate::syntax::lexeme::LexemeKind;

/// Further blanks before what goes on with a sentence: more than a brace brings, so that its body stands out.
const FURTHER: usize = 4;

/// The same for a part that goes on.
const FURTHER_STILL: usize = 6;

/// Where the line of a part may end. Of these the first is taken that does, and with it all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seam {
    /// Beside a comment.
    Comment,
    /// Before an arrow.
    Arrow,
    /// Behind a comma.
    Comma,
    /// Before a keyword.
    Keyword,
}

/// Writes a head and the brace behind it: on one line where that fits and no comment is among it, otherwise each part on a
/// line of its own, and on several where it is too long by itself.
pub fn break_up(text: &mut String, head: &[Token<'_>], brace: Option<&str>, indent: usize) {
    let end = brace.map_or(0, |brace| 1 + brace.len());
    let is_short = indent + width(head) + end <= WIDTH && !head.iter().any(Token::is_comment);
    let mut line = Line {
        text,
        column: 0,
        is_behind_comment: false,
    };
    line.put(indent, "");
    let parts = head.chunk_by(|_, token| is_short || !begins_line(token));
    for (at, part) in parts.enumerate() {
        if at == 0 {
            line.part(part, indent + FURTHER);
        } else {
            line.end(indent + FURTHER);
            line.part(part, indent + FURTHER_STILL);
        }
    }
    match brace {
        Some(brace) if line.is_behind_comment => {
            line.end(indent);
            line.put(0, brace);
        }
        Some(brace) => line.put(1, brace),
        None => {}
    }
}

/// Whether a sentence can be written on several lines.
pub fn can_break(head: &[Token<'_>]) -> bool {
    let pairs = head.windows(2);
    pairs
        .into_iter()
        .any(|pair| begins_line(&pair[1]) || seam(&pair[0], &pair[1]).is_some())
}

struct Line<'t> {
    text: &'t mut String,
    column: usize,
    is_behind_comment: bool,
}

impl Line<'_> {
    /// A part, which goes on behind so many blanks.
    fn part(&mut self, part: &[Token<'_>], further: usize) {
        let fits = |chunk: &[Token<'_>]| further + width(chunk) <= WIDTH;
        let seams = [Seam::Comment, Seam::Arrow, Seam::Comma];
        let does = |&last: &Seam| chunks(part, last).all(fits);
        let last = seams.into_iter().find(does).unwrap_or(Seam::Keyword);
        for (at, chunk) in chunks(part, last).enumerate() {
            self.chunk(chunk, at == 0, further);
        }
    }

    /// Tokens that stay on one line.
    fn chunk(&mut self, chunk: &[Token<'_>], is_first: bool, further: usize) {
        for (at, token) in chunk.iter().enumerate() {
            let blanks = match token.is_comment() {
                true => 2,
                false => usize::from(token.is_apart),
            };
            let is_alone = self.is_behind_comment || token.is_comment() && !token.is_apart;
            let is_full = !token.is_comment() && self.column + width(chunk) > WIDTH;
            if at > 0 {
                self.put(blanks, token.text);
            } else if is_first {
                self.put(0, token.text);
            } else if is_alone || is_full {
                self.end(further);
                self.put(0, token.text);
            } else {
                self.put(blanks, token.text);
            }
            self.is_behind_comment = token.is_comment();
        }
    }

    fn put(&mut self, blanks: usize, token: &str) {
        self.text.extend(std::iter::repeat_n(' ', blanks));
        self.text.push_str(token);
        self.column += blanks + token.width();
    }

    /// Goes on with the next line.
    fn end(&mut self, indent: usize) {
        self.text.push('\n');
        self.column = 0;
        self.put(indent, "");
    }
}

/// Columns of tokens on one line, the blank before them included.
fn width(tokens: &[Token<'_>]) -> usize {
    let widths = tokens
        .iter()
        .map(|token| usize::from(token.is_apart) + token.text.width());
    widths.sum()
}

/// Whether a token begins a part that gets a line of its own. A string stays: most are longer than a line anyway.
fn begins_line(token: &Token<'_>) -> bool {
    token.begins_part && token.kind != LexemeKind::Text
}

/// The pieces of a part between its seams up to the last kind.
fn chunks<'p, 't>(part: &'p [Token<'t>], last: Seam) -> impl Iterator<Item = &'p [Token<'t>]> {
    part.chunk_by(move |before, token| seam(before, token).is_none_or(|seam| seam > last))
}

/// The seam between two tokens, if a line may end there.
fn seam(before: &Token<'_>, token: &Token<'_>) -> Option<Seam> {
    let is_keyword = |token: &Token<'_>| token.kind == LexemeKind::Keyword;
    if before.is_comment() || token.is_comment() {
        Some(Seam::Comment)
    } else if !token.is_apart {
        None
    } else if token.text == "->" {
        Some(Seam::Arrow)
    } else if before.text == "," {
        Some(Seam::Comma)
    } else if is_keyword(token) && !is_keyword(before) {
        Some(Seam::Keyword)
    } else {
        None
    }
}
