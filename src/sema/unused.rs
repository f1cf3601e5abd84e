//! Warnings about what the entry file declares and nothing uses.
//!
//! Inventories and libraries offer more than one plan needs, so that only the entry itself is looked at.

use super::imports::Role;
use super::world::{Kind, World};
use crate::source::Span;
use crate::syntax::ast::Ast;

/// Warns of constants, classes and sets of the entry, whose tree and text these are, that are not used; only where all else is
/// well, since an error may hide a use.
pub(super) fn warn(world: &mut World<'_>, entry: &Ast, text: &str) {
    if world.sink.has_errors() {
        return;
    }
    let constants = world
        .constants
        .iter()
        .filter(|constant| constant.role == Role::Entry && !constant.used)
        .map(|constant| (constant.span, constant.name.to_owned(), Kind::Constant));
    let classes = world
        .classes
        .iter()
        .filter(|class| class.role == Role::Entry && !class.used)
        .map(|class| {
            let kind = Kind::Class(class.class.kind);
            (class.span, class.name.clone(), kind)
        });
    let sets = world
        .sets
        .iter()
        .filter(|set| set.role == Role::Entry && !set.used)
        .map(|set| (set.span, set.name.to_owned(), Kind::Set));
    let found: Vec<(Span, String, Kind)> = constants.chain(classes).chain(sets).collect();
    for (span, name, kind) in found {
        let warning = super::errors::declarations::unused(span, &name, kind);
        let holds = |sentence: &&Span| sentence.start <= span.start && span.end <= sentence.end;
        let sentence = entry.items.iter().map(|item| &item.span).find(holds);
        world.sink.push(match sentence {
            Some(sentence) => warning.with_fix(all_of(*sentence, text), ""),
            None => warning,
        });
    }
}

/// A sentence with what belongs to it: the `///` lines above and, where nothing else stands on its lines, all of them.
fn all_of(sentence: Span, text: &str) -> Span {
    let range = sentence.range();
    let mut start = range.start;
    let (above, beside) = match text[..start].rfind('\n') {
        Some(end) => (&text[..=end], &text[end + 1..start]),
        None => ("", &text[..start]),
    };
    let after = text[range.end..].split_inclusive('\n').next();
    let after = after.unwrap_or_default();
    let is_alone = beside.trim().is_empty()
        && (after.trim().is_empty() || after.trim_start().starts_with("//"));
    if !is_alone {
        return sentence;
    }
    start -= beside.len();
    for line in above.split_inclusive('\n').rev() {
        if !line.trim_start().starts_with("///") {
            break;
        }
        start -= line.len();
    }
    Span::new(sentence.file, start..range.end + after.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    /// What is left of a text without all that belongs to the sentence in it.
    fn without(text: &str, sentence: &str) -> String {
        let at = text.find(sentence).expect("it is there");
        let sentence = Span::new(FileId(0), at..at + sentence.len());
        let mut left = text.to_owned();
        left.replace_range(all_of(sentence, text).range(), "");
        left
    }

    #[test]
    fn whole_lines_go_with_what_is_said_of_them() {
        for (text, left) in [
            ("let a = 1\nvm b\n", "vm b\n"),
            ("vm b\n\n  let a = 1 // one\r\nvm c", "vm b\n\nvm c"),
            ("vm b\n/// One,\n/// no more.\nlet a = 1", "vm b\n"),
            ("// no doc\nlet a = 1\n", "// no doc\n"),
            ("let a = 1 vm b\n", " vm b\n"),
            ("/// of b\nvm b let a = 1\n", "/// of b\nvm b \n"),
        ] {
            assert_eq!(without(text, "let a = 1"), left, "{text:?}");
        }
        let class = "class vm w {\n  memory 1GiB\n}";
        assert_eq!(
            without(&format!("let a = 1\n{class}\n\nvm b\n"), class),
            "let a = 1\n\nvm b\n"
        );
    }
}
