//! A sentence on one line, as parts that can be aligned with those of its neighbours.

use unicode_width::UnicodeWidthStr;

use super::break_up::can_break;
use super::tree::{Body, Entry};

/// A line, without its indentation.
#[derive(Debug, Default)]
pub struct Line {
    /// With a blank between two.
    pub parts: Vec<Part>,
    /// The comment behind it.
    pub comment: Option<Part>,
}

/// A part of a line.
#[derive(Debug)]
pub struct Part {
    /// What it says.
    pub text: String,
    /// Further blanks before it.
    pub shift: usize,
}

impl Part {
    fn new(text: &str, shift: usize) -> Self {
        let text = text.to_owned();
        Part { text, shift }
    }

    /// What it begins with: parts of two lines are alike where that is the same, or where both are strings.
    pub fn word(&self) -> &str {
        match self.text.split(' ').next() {
            Some(text) if !text.starts_with('"') => text,
            _ => "\"",
        }
    }

    /// Columns, with the blanks before it.
    fn width(&self) -> usize {
        1 + self.shift + self.text.width()
    }
}

impl Line {
    /// The whole entry on one line, where it may stand on one and needs no more than that many columns, or has to.
    pub fn of(entry: &Entry<'_>, room: usize) -> Option<Line> {
        let can_break = entry.body.is_some() || can_break(&entry.head);
        let mut room = if can_break { room + 1 } else { usize::MAX };
        let mut line = Line::default();
        line.put(entry, &mut room)?;
        line.comment = entry.comment.map(|comment| Part::new(comment, 1));
        Some(line)
    }

    /// Columns of the first so many parts.
    pub fn width(&self, parts: usize) -> usize {
        let width: usize = self.parts[..parts].iter().map(Part::width).sum();
        width.saturating_sub(1)
    }

    /// Adds an entry, and takes its columns from the room that is left.
    fn put(&mut self, entry: &Entry<'_>, room: &mut usize) -> Option<()> {
        for (at, token) in entry.head.iter().enumerate() {
            if token.is_comment() {
                return None;
            }
            *room =
                room.checked_sub(token.text.width() + usize::from(token.is_apart || at == 0))?;
            match self.parts.last_mut() {
                Some(part) if at > 0 && !token.begins_part => {
                    if token.is_apart {
                        part.text.push(' ');
                    }
                    part.text.push_str(token.text);
                }
                _ => self.parts.push(Part::new(token.text, 0)),
            }
        }
        match &entry.body {
            Some(body) => self.put_braces(body, room),
            None => Some(()),
        }
    }

    fn put_braces(&mut self, body: &Body<'_>, room: &mut usize) -> Option<()> {
        let entries = &body.entries;
        // Several sentences read better below each other.
        let may_share = entries.len() < 2 || entries.iter().all(|entry| entry.is_property);
        if !may_share || body.comment.is_some() || entries.iter().any(|e| e.comment.is_some()) {
            return None;
        }
        *room = room.checked_sub(" { }".len())?;
        self.parts.push(Part::new("{", 0));
        for entry in entries {
            self.put(entry, room)?;
        }
        let last = self.parts.last_mut()?;
        last.text
            .push_str(if entries.is_empty() { "}" } else { " }" });
        Some(())
    }
}
