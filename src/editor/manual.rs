//! What the reference says about a word of the language: the rows of its tables that begin with it.

/// The rows about a keyword, in Markdown; None where there are none. Inside of a `vm` the rows of other things are left out.
pub fn about(word: &str, inside: Option<&str>) -> Option<String> {
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
        if first.split(", ").any(|code| begins_with(code, word)) && belongs(section, inside) {
            let rest: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
            rows.push(format!("{first}: {}", rest.join("; ")));
        }
    }
    (!rows.is_empty()).then(|| rows.join("\n\n"))
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
        Some("plan") => section.is_empty(),
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
        let memory = about("memory", Some("vm")).expect("it is a property");
        assert!(
            memory.contains("what it takes of its server's memory"),
            "{memory}"
        );
        assert!(!memory.contains("what its VMs may take"), "{memory}");
        assert!(
            about("seq", Some("plan"))
                .expect("it is a statement")
                .contains("one at a time")
        );
        assert_eq!(about("nonsense", None), None);
        assert_eq!(unit_behind("memory"), Some("GiB"));
        assert_eq!(unit_behind("budget"), Some("kW"));
        assert_eq!(unit_behind("seq"), None);
        assert!(fits("hot", "vm", true) && !fits("hot", "server", true));
        assert!(fits("bmc", "server", true) && !fits("bmc", "vm", false));
        assert!(!fits("capacity", "vm", true) && fits("capacity", "rack", true));
        assert!(fits("in", "vm", false));
    }
}
