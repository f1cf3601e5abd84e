//! What a changed interface breaks, from both as lists of items.

use std::collections::BTreeSet;

/// What is gone or different, and what is new where others may have listed all there is: variants of an enum, fields of a struct, items
/// of a trait. (That an item of a trait has a default cannot be seen here.)
pub fn between(before: &str, now: &str) -> Vec<String> {
    let (before, now): (BTreeSet<&str>, BTreeSet<&str>) =
        (before.lines().collect(), now.lines().collect());
    let gone = before.difference(&now).map(|item| format!("gone: {item}"));
    let known: BTreeSet<Whole<'_>> = before.iter().filter_map(|item| whole(item)).collect();
    let new = now.difference(&before);
    let more = new.filter(|item| whole_of(item).is_some_and(|whole| known.contains(&whole)));
    gone.chain(more.map(|item| format!("new:  {item}")))
        .collect()
}

/// By Cargo's rule: what stands before the first number that is not 0, and that number, are the same.
pub fn are_compatible(before: &str, now: &str) -> bool {
    let leading = |version: &str| -> Vec<u64> {
        let mut numbers = Vec::new();
        for number in version.split('.').map_while(|number| number.parse().ok()) {
            numbers.push(number);
            if number > 0 {
                break;
            }
        }
        numbers
    };
    leading(before) == leading(now)
}

/// What others may have listed all parts of.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Whole<'a> {
    /// An enum, a struct, or a variant, by its path.
    Data(&'a str),
    /// A trait.
    Trait(&'a str),
}

/// What an item is itself, with all of its parts.
fn whole(item: &str) -> Option<Whole<'_>> {
    let item = item.strip_prefix("pub ")?;
    if let Some(named) = item.strip_prefix("trait ") {
        return path(named).map(Whole::Trait);
    }
    let named = ["enum ", "struct "]
        .iter()
        .find_map(|kind| item.strip_prefix(kind));
    path(named.unwrap_or(item)).map(Whole::Data)
}

/// What an item would be a part of.
fn whole_of(item: &str) -> Option<Whole<'_>> {
    let item = item.strip_prefix("pub ")?;
    let parent = |item| Some(path(item)?.rsplit_once("::")?.0);
    let named = ["fn ", "type ", "const "]
        .iter()
        .find_map(|kind| item.strip_prefix(kind));
    match named {
        Some(named) => parent(named).map(Whole::Trait),
        None => parent(item).map(Whole::Data),
    }
}

/// The path that a text begins with.
fn path(text: &str) -> Option<&str> {
    if !text.starts_with("mvm::") {
        return None;
    }
    let is_of_it = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let path = text.split(|c| !is_of_it(c)).next()?;
    Some(path.trim_end_matches(':'))
}

#[cfg(test)]
mod tests {
    use super::{are_compatible, between};

    const BEFORE: &str = "\
pub enum mvm::Colour
pub mvm::Colour::Red
pub struct mvm::Point
pub mvm::Point::x: i64
pub fn mvm::Point::new() -> mvm::Point
pub trait mvm::Draw
pub fn mvm::Draw::draw(&self)
#[non_exhaustive] pub enum mvm::Error
pub fn mvm::twice(i64) -> i64";

    fn with(item: &str) -> Vec<String> {
        between(BEFORE, &format!("{BEFORE}\n{item}"))
    }

    #[test]
    fn more_breaks_only_what_was_listed_in_full() {
        for item in [
            "pub fn mvm::thrice(i64) -> i64",
            "pub fn mvm::Point::length(&self) -> i64",
            "pub enum mvm::Size",
            "pub mvm::Error::Io",
            "pub mvm::Size::Large",
        ] {
            assert_eq!(with(item), Vec::<String>::new(), "{item}");
        }
        for item in [
            "pub mvm::Colour::Green",
            "pub mvm::Colour::Red::0: u8",
            "pub mvm::Point::y: i64",
            "pub fn mvm::Draw::erase(&self)",
        ] {
            assert_eq!(with(item), [format!("new:  {item}")]);
        }
    }

    #[test]
    fn what_is_gone_or_different_breaks() {
        let less = BEFORE.replace("pub fn mvm::twice(i64) -> i64", "");
        assert_eq!(
            between(BEFORE, &less),
            ["gone: pub fn mvm::twice(i64) -> i64"]
        );
        let other = BEFORE.replace("x: i64", "x: u64");
        let found = between(BEFORE, &other);
        assert_eq!(
            found,
            [
                "gone: pub mvm::Point::x: i64",
                "new:  pub mvm::Point::x: u64"
            ]
        );
    }

    #[test]
    fn versions_are_compatible_as_cargo_has_it() {
        assert!(are_compatible("0.1.0", "0.1.7"));
        assert!(!are_compatible("0.1.0", "0.2.0"));
        assert!(are_compatible("1.2.0", "1.9.3"));
        assert!(!are_compatible("0.9.0", "1.0.0"));
        assert!(!are_compatible("0.0.1", "0.0.2"));
    }
}
