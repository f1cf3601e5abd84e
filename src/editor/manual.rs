//! What the reference says about a word of the language: the rows of its tables that begin with it.

/// The rows about a keyword, in Markdown; None where there are none. Inside of a `vm` the rows of other things are left out. `head` begins
/// the sentence or property that the keyword stands in; None where it does so itself.
pub fn about(word: &str, head: Option<&str>, inside: Option<&str>) -> Option<String> {
    let begins = |row: &Row, word: &str| row.first.split(", ").any(|code| begins_with(code, word));
    let tell = |is_it: &dyn Fn(&Row) -> bool| {
        let found = rows(inside).into_iter().filter(is_it);
        let told: Vec<String> = found.map(|row| row.told()).collect();
        (!told.is_empty()).then(|| told.join("\n\n"))
    };
    let own = || tell(&|row| begins(row, word));
    let Some(head) = head else { return own() };
    // What `on` is in a `keep`, the row of `keep` says, which has it.
    tell(&|row| begins(row, head) && row.has(word))
        .or_else(own)
        .or_else(|| tell(&|row| begins(row, head)))
}

/// A row of a table.
struct Row {
    first: &'static str,
    rest: Vec<&'static str>,
}

impl Row {
    /// In Markdown, without links to what only the reference has.
    fn told(&self) -> String {
        let text = format!("{}: {}", self.first, self.rest.join("; "));
        let mut parts = text.split("](#");
        let mut told = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            if let Some(open) = told.rfind('[') {
                told.remove(open);
            }
            told += part.split_once(')').map_or("", |(_, rest)| rest);
        }
        told
    }

    /// Whether a word stands in its code.
    fn has(&self, word: &str) -> bool {
        let cells = std::iter::once(&self.first).chain(&self.rest);
        let mut codes = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
        let is_part = |c: char| !(c.is_alphanumeric() || c == '-' || c == '_');
        codes.any(|code| code.split(is_part).any(|part| part == word))
    }
}

/// The rows of all tables that may be about what braces belong to.
fn rows(inside: Option<&str>) -> Vec<Row> {
    let mut section = "";
    let mut rows = Vec::new();
    for line in include_str!("../../grammar/LANGUAGE.md").lines() {
        if let Some(title) = line
            .strip_prefix("**")
            .and_then(|rest| rest.split_once("**"))
        {
            section = title.0;
        } else if line.starts_with('#') {
            section = "";
        }
        let Some(cells) = line
            .strip_prefix("| ")
            .and_then(|row| row.strip_suffix(" |"))
        else {
            continue;
        };
        let mut cells = cells.split(" | ");
        let first = cells.next().unwrap_or_default();
        if belongs(section, inside) {
            let rest = cells.filter(|cell| !cell.is_empty()).collect();
            rows.push(Row { first, rest });
        }
    }
    rows
}

/// Whether what stands in `` `code` `` begins with a word.
fn begins_with(code: &str, word: &str) -> bool {
    let code = code.trim_start_matches('`').trim_start_matches("… ");
    let rest = code.strip_prefix(word);
    rest.is_some_and(|rest| {
        !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_')
    })
}

/// Whether a section of the reference is about what the braces belong to.
fn belongs(section: &str, inside: Option<&str>) -> bool {
    match inside {
        Some("vm") => section != "Servers",
        Some("server") => section != "VMs",
        Some("plan" | "roll") => !matches!(section, "Servers" | "VMs"),
        _ => true,
    }
}

/// Whether a word may stand in the braces of a server or VM, as far as the reference's tables say; `begins`: as the first of a
/// property, where only what the table has may stand in a VM.
pub fn fits(word: &str, inside: &str, begins: bool) -> bool {
    let of = |section: &str| {
        let text = include_str!("../../grammar/LANGUAGE.md");
        let table = text
            .split(&format!("**{section}**"))
            .nth(1)
            .unwrap_or_default();
        let rows = table
            .lines()
            .skip(1)
            .take_while(|line| line.is_empty() || line.starts_with('|'));
        let mut firsts = rows.filter_map(|row| row.strip_prefix("| ")?.split(" | ").next());
        firsts.any(|first| first.split(", ").any(|code| begins_with(code, word)))
    };
    match (inside, of("Servers"), of("VMs")) {
        ("server", false, true) | ("vm", true, false) => false,
        ("vm", false, false) => !begins,
        _ => true,
    }
}

/// The unit behind the number in what the reference shows of a keyword: `GiB` of `memory`.
pub fn unit_behind(word: &str) -> Option<&'static str> {
    let text = include_str!("../../grammar/LANGUAGE.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let row = rows
        .filter(|row| begins_with(row, word))
        .find(|row| row.contains(|c: char| c.is_ascii_digit()))?;
    let number = row[word.len()..].trim_start();
    let unit = number.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let end = unit
        .find(|c: char| !c.is_ascii_alphabetic() && c != '/' && c != '%')
        .unwrap_or(unit.len());
    (end > 0 && unit.len() < number.len()).then(|| &unit[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_looked_up_in_the_tables() {
        let memory = about("memory", None, Some("vm")).expect("it is a property");
        assert!(
            memory.contains("what it takes of its server's memory"),
            "{memory}"
        );
        assert!(!memory.contains("what its VMs may take"), "{memory}");
        assert!(
            about("seq", None, Some("plan"))
                .expect("it is a statement")
                .contains("one at a time")
        );
        assert_eq!(about("nonsense", None, None), None);
        let traffic = about("traffic", None, None).expect("it is an item");
        assert!(
            traffic.ends_with(": what guests send all the time, to VMs or switches"),
            "{traffic}"
        );
        let of = |word, head| about(word, Some(head), Some("plan")).unwrap_or_default();
        assert!(of("on", "keep").contains("only ever on these servers"));
        assert!(of("on", "migrate").contains("of VMs: those that are on server X"));
        assert!(of("on", "budget").contains("draw no more together"));
        assert!(of("forward", "roll").starts_with("`roll "));
        assert_eq!(unit_behind("memory"), Some("GiB"));
        assert_eq!(unit_behind("budget"), Some("kW"));
        assert_eq!(unit_behind("seq"), None);
        assert!(fits("hot", "vm", true) && !fits("hot", "server", true));
        assert!(fits("bmc", "server", true) && !fits("bmc", "vm", false));
        assert!(!fits("capacity", "vm", true) && fits("capacity", "rack", true));
        assert!(fits("in", "vm", false));
    }
}
