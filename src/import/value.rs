//! What the readers of tools' JSON share: members by name, and what is missing said at its place.

use serde_json::Value;

use super::units;
use crate::diag::{Code, Diagnostic};

/// A value and its path in the file.
#[derive(Debug, Clone)]
pub struct Found<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Found<'a> {
    /// The outermost value.
    pub fn root(value: &'a Value) -> Self {
        Found {
            value,
            path: String::new(),
        }
    }

    /// The member of that name, where it is there and not null.
    pub fn get(&self, name: &str) -> Option<Found<'a>> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        let path = match self.path.is_empty() {
            true => name.to_owned(),
            false => format!("{}.{name}", self.path),
        };
        Some(Found { value, path })
    }

    /// The member behind several names.
    pub fn at(&self, names: &[&str]) -> Option<Found<'a>> {
        names
            .iter()
            .try_fold(self.clone(), |found, name| found.get(name))
    }

    /// The items of a list; nothing of all else.
    pub fn items(&self) -> Vec<Found<'a>> {
        let items = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        let item = |(at, value)| Found {
            value,
            path: format!("{}[{at}]", self.path),
        };
        items.iter().enumerate().map(item).collect()
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// Names and texts of an object whose values are texts.
    pub fn texts(&self) -> Vec<(String, String)> {
        let members = self.value.as_object().into_iter().flatten();
        let text =
            |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
        members.filter_map(text).collect()
    }

    /// The text, or the number as text.
    pub fn text(&self) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The text of a member that is not empty.
    pub fn text_of(&self, name: &str) -> Option<String> {
        self.get(name)?.text().filter(|text| !text.is_empty())
    }

    /// Bytes of a member, whose plain numbers have the unit.
    pub fn bytes_of(&self, name: &str, unit: &str) -> Option<u64> {
        units::bytes(&self.get(name)?.text()?, Some(unit)).filter(|&bytes| bytes > 0)
    }

    /// Thousandths of a member.
    pub fn thousandths_of(&self, name: &str) -> Option<u64> {
        units::thousandths(&self.get(name)?.text()?).filter(|&count| count > 0)
    }

    /// A finding at the value.
    pub fn finding(&self, code: Code, message: &str) -> Diagnostic {
        let place = match self.path.is_empty() {
            true => String::new(),
            false => format!("{}: ", self.path),
        };
        Diagnostic::without_place(code, format!("{place}{message}"))
    }

    /// A part that is left out, and why.
    pub fn left_out(&self, message: &str) -> Diagnostic {
        self.finding(Code::ImportLeftOut, message)
    }
}
