//! From tokens to what stands on lines: sentences, properties and comments, with what is in their braces.

use std::ops::Range;

use super::blanks;
use crate::syntax::lexeme::{Join, Lexeme, LexemeKind};

/// A sentence, a property, or a comment on a line of its own.
#[derive(Debug)]
pub struct Entry<'t> {
    /// Whether an empty line stands before it.
    pub is_apart: bool,
    /// Whether it is a property: several may share a line.
    pub is_property: bool,
    /// What stands before its braces; of a comment, only that.
    pub head: Vec<Token<'t>>,
    /// What stands in its braces.
    pub body: Option<Body<'t>>,
    /// The comment behind it.
    pub comment: Option<&'t str>,
}

/// What stands in braces.
#[derive(Debug)]
pub struct Body<'t> {
    /// The comment behind the opening brace.
    pub comment: Option<&'t str>,
    /// What is inside.
    pub entries: Vec<Entry<'t>>,
}

/// A token of a head.
#[derive(Debug, Clone, Copy)]
pub struct Token<'t> {
    pub text: &'t str,
    pub kind: LexemeKind,
    /// Whether it begins a part of its sentence.
    pub begins_part: bool,
    /// Whether a blank stands before it. Before a comment: whether it stands behind something on its line.
    pub is_apart: bool,
}

impl Token<'_> {
    /// Whether it is a comment.
    pub fn is_comment(&self) -> bool {
        self.kind == LexemeKind::Comment
    }
}

/// All entries of a text without errors.
pub fn entries<'t>(text: &'t str, lexemes: &[Lexeme]) -> Vec<Entry<'t>> {
    let mut reader = Reader {
        text,
        lexemes,
        at: 0,
    };
    reader.entries()
}

struct Reader<'t, 'l> {
    text: &'t str,
    lexemes: &'l [Lexeme],
    /// The next one.
    at: usize,
}

impl<'t> Reader<'t, '_> {
    /// Up to the brace that closes them, or to the end.
    fn entries(&mut self) -> Vec<Entry<'t>> {
        let mut entries: Vec<Entry<'t>> = Vec::new();
        while let Some(&next) = self.lexemes.get(self.at)
            && next.kind != LexemeKind::Close
        {
            let line_ends = self.line_ends_before(self.at);
            if let Some(last) = entries.last_mut()
                && next.kind == LexemeKind::Comment
                && line_ends == 0
            {
                last.comment = Some(&self.text[next.range()]);
                self.at += 1;
                continue;
            }
            let begin = self.at;
            self.at = self.end_of_head(begin);
            let head = self.head(begin..self.at);
            let opens = self.lexemes.get(self.at).map(|next| next.kind) == Some(LexemeKind::Open);
            entries.push(Entry {
                is_apart: !entries.is_empty() && line_ends > 1,
                is_property: next.join == Join::Property,
                head,
                body: opens.then(|| self.body()),
                comment: None,
            });
        }
        entries
    }

    /// Behind the last token of the head that begins at a token; comments go on where the head does behind them.
    fn end_of_head(&self, begin: usize) -> usize {
        let mut end = begin + 1;
        if self.lexemes[begin].kind == LexemeKind::Comment {
            return end;
        }
        for (at, next) in self.lexemes.iter().enumerate().skip(end) {
            match next.kind {
                LexemeKind::Comment => {}
                // Comments between the head and its braces stand in the head.
                LexemeKind::Open => return at,
                LexemeKind::Close => return end,
                _ if matches!(next.join, Join::Sentence | Join::Property) => return end,
                _ => end = at + 1,
            }
        }
        end
    }

    /// From the brace that opens a body behind the one that closes it.
    fn body(&mut self) -> Body<'t> {
        self.at += 1;
        let next = self.lexemes.get(self.at);
        let comment = next
            .filter(|next| next.kind == LexemeKind::Comment && self.line_ends_before(self.at) == 0)
            .map(|comment| &self.text[comment.range()]);
        self.at += usize::from(comment.is_some());
        let entries = self.entries();
        self.at += 1;
        Body { comment, entries }
    }

    /// The tokens of a head.
    fn head(&self, range: Range<usize>) -> Vec<Token<'t>> {
        let begin = range.start;
        let is_comment = |lexeme: &Lexeme| lexeme.kind == LexemeKind::Comment;
        let words = self.lexemes[range.clone()].iter().copied();
        let words: Vec<Lexeme> = words.filter(|lexeme| !is_comment(lexeme)).collect();
        let mut blanks = (0..words.len()).map(|at| blanks::stands_before(self.text, &words, at));
        let tokens = range.map(|at| {
            let lexeme = self.lexemes[at];
            Token {
                text: &self.text[lexeme.range()],
                kind: lexeme.kind,
                begins_part: lexeme.join == Join::Part,
                is_apart: match is_comment(&lexeme) {
                    true => at > begin && self.line_ends_before(at) == 0,
                    false => blanks.next().unwrap_or_default(),
                },
            }
        });
        tokens.collect()
    }

    /// How many lines end between a token and the one before.
    fn line_ends_before(&self, at: usize) -> usize {
        let start = at
            .checked_sub(1)
            .map_or(0, |before| self.lexemes[before].end);
        let between = &self.text[start..self.lexemes[at].start];
        between.matches('\n').count()
    }
}
