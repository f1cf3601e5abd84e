//! JSON in lines: what changed between two plans is what a comparison of lines shows.

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::Formatter;

/// A key of the document on each line, and an item of its lists on each.
pub fn document(document: &Value) -> String {
    let keys = document.as_object().into_iter().flatten();
    let lines: Vec<String> = keys
        .map(|(key, value)| match value.as_array() {
            Some(items) if !items.is_empty() => {
                let items: Vec<String> = items.iter().map(|i| format!("    {}", line(i))).collect();
                format!("  {}: [\n{}\n  ]", line(key), items.join(",\n"))
            }
            _ => format!("  {}: {}", line(key), line(value)),
        })
        .collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// On one line, with a space after each comma and colon.
pub(super) fn line(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Spaced);
    value
        .serialize(&mut serializer)
        .expect("a plan is plain data with text keys");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
    ) -> std::io::Result<()> {
        writer.write_all(b": ")
    }
}
