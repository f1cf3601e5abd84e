//! The rules of ARCHITECTURE.md that the compiler does not check.

mod support;

use std::collections::BTreeSet;
use std::fs;

use support::{files, root};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("the file is UTF-8 text")
}

fn modules() -> Vec<String> {
    let lib = read("src/lib.rs");
    let names = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// The lines of code of a file: no comments, no unit tests.
fn code(path: &str) -> Vec<String> {
    let text = read(path);
    let end = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    let lines = text[..end]
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.map(str::to_owned).collect()
}

/// Whether the file holds tests and nothing else.
fn is_test(path: &str) -> bool {
    let parts = path.split('/');
    parts
        .into_iter()
        .any(|part| part.starts_with("test") || part.contains("fixture"))
}

#[test]
fn a_module_uses_only_what_stands_above_it() {
    let order = modules();
    let place = |name: &str| order.iter().position(|module| module == name);
    let mut wrong = Vec::new();
    for path in files("src", ".rs").iter().filter(|path| !is_test(path)) {
        let module = path["src/".len()..]
            .split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs");
        let Some(at) = place(module) else { continue };
        for line in code(path) {
            for (start, found) in line.match_indices("crate::") {
                let rest = &line[start + found.len()..];
                let used: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if place(&used).is_some_and(|used| used > at) {
                    wrong.push(format!("{path} uses `{used}`: {}", line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rooms of the scheduler, in the order of ARCHITECTURE.md.
fn rooms() -> Vec<String> {
    let text = read("ARCHITECTURE.md");
    let table = text
        .lines()
        .skip_while(|line| *line != "| room | what it is |");
    let rows = table.skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let names = cells.flat_map(|cell| cell.split(','));
    names
        .map(|name| name.trim().trim_matches('`').to_owned())
        .collect()
}

#[test]
fn a_room_of_the_scheduler_uses_only_those_above_it() {
    let order = rooms();
    let place = |name: &str| order.iter().position(|room| room == name);
    let mut wrong = Vec::new();
    for path in files("src/schedule", ".rs")
        .iter()
        .filter(|path| !is_test(path))
    {
        let inside = &path["src/schedule/".len()..];
        let room = inside.split('/').next().unwrap_or_default();
        let at = place(room.trim_end_matches(".rs"));
        assert!(at.is_some(), "ARCHITECTURE.md does not name {path}");
        // In the file of a room itself, `super` is the scheduler.
        let ways: &[&str] = if inside.contains('/') {
            &["crate::schedule::"]
        } else {
            &["crate::schedule::", "super::"]
        };
        for (line, way) in code(path)
            .iter()
            .flat_map(|line| ways.iter().map(move |way| (line, way)))
        {
            for (start, found) in line.match_indices(way) {
                let rest =
                    line[start + found.len()..].split(|c: char| !c.is_alphanumeric() && c != '_');
                let used = rest.map(place).next().flatten();
                if used > at {
                    wrong.push(format!("{path}: {}", line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_third_party_boundary_is_where_the_architecture_says() {
    let walls = [
        ("pest", "src/syntax"),
        ("pest_meta", "src/syntax"),
        ("lsp_server", "src/cli"),
        ("lsp_types", "src/cli"),
        ("varisat", "src/schedule/exact/sat.rs"),
        ("ariadne", "src/diag/render"),
        ("roxmltree", "src/import"),
        ("comfy_table", "src/emit/table"),
        ("clap", "src/cli"),
        ("indicatif", "src/cli"),
        ("process_wrap", "src/cli/run"),
        ("svg", "src/emit"),
        ("maud", "src/emit"),
        ("quick_xml", "src/cli/test"),
        ("shlex", "src/emit"),
    ];
    let mut wrong = Vec::new();
    for path in files("src", ".rs").iter().filter(|path| !is_test(path)) {
        let lines = code(path);
        for (name, wall) in walls {
            let used = lines.iter().any(|line| {
                line.contains(&format!("use {name}::")) || line.contains(&format!(" {name}::"))
            });
            if used && !path.starts_with(wall) {
                wrong.push(format!("{path} uses {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_has_a_code() {
    let codes: BTreeSet<String> = mvm::diag::Code::ALL
        .iter()
        .map(|code| format!("src/diag/pages/{code}.md"))
        .collect();
    let pages: BTreeSet<String> = files("src/diag/pages", ".md").into_iter().collect();
    assert_eq!(pages, codes);
}

#[test]
fn every_snapshot_has_a_test() {
    let sources: String = files("src", ".rs")
        .iter()
        .chain(&files("tests", ".rs"))
        .map(|path| read(path))
        .collect();
    let mut orphans = Vec::new();
    for snapshot in files("src", ".snap")
        .into_iter()
        .chain(files("tests", ".snap"))
    {
        let text = read(&snapshot);
        let source = text
            .lines()
            .find_map(|line| line.strip_prefix("source: "))
            .expect("insta writes the source");
        let name = snapshot
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".snap");
        let name = name
            .rsplit("__")
            .next()
            .unwrap_or_default()
            .split('@')
            .next()
            .unwrap_or_default();
        // Names may be made of a case and a suffix, and insta numbers the further snapshots of a test.
        let name = name.split('.').next().unwrap_or_default();
        let test = name
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .trim_end_matches('-');
        if !root().join(source).exists() || !(sources.contains(name) || sources.contains(test)) {
            orphans.push(snapshot);
        }
    }
    assert!(orphans.is_empty(), "no test owns {}", orphans.join(", "));
}

#[test]
fn the_architecture_names_every_module() {
    let text = read("ARCHITECTURE.md");
    for module in modules() {
        assert!(
            text.contains(&format!("`{module}`")),
            "ARCHITECTURE.md does not name `{module}`"
        );
    }
}
