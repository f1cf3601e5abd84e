//! `mvm lsp` as an editor meets it: the program, over its standard input and output.

mod client;
mod rename;

use client::{Client, edited};
use serde_json::{Value, json};

const INVENTORY: &str = "\
use std.server.x3440
use std.link.ethernet10

/// By the door.
switch core
rack r[1..2] link 40Gbps to core {
  server s[1..4] : x3440 { memory 64GiB link : ethernet10 }
}

let lean = 2GiB + 512MiB

/// What customers see.
vm web[1..8] { memory lean idle on r1.s[1..4] label tier front }
vm db        { memory 16GiB idle on r1.s1 label tier gold }

set precious = vms with tier gold
";

const PLAN: &str = "\
use \"inventory.mvm\"

plan away {
  start 02:00 Europe/Paris
  migrate web[1..2], db to r2.s[1..3]
  migrate web3 to r2.s4
  after web[i] from i * 10s for i in 1..2
  before precious -> web3
  budget 2kW
}
";

/// An editor with both files open, on one that counts bytes.
fn client() -> Client {
    let mut client = Client::new(
        &[("inventory.mvm", INVENTORY), ("plan.mvm", PLAN)],
        &["utf-8", "utf-16"],
    );
    client.open("inventory.mvm", INVENTORY);
    client.open("plan.mvm", PLAN);
    client
}

/// Line and column of the first `|` in a text, and the text without it.
fn cursor(text: &str) -> (String, u32, u32) {
    let at = text.find('|').expect("it has a cursor");
    let line = text[..at].matches('\n').count() as u32;
    let column = text[..at].rfind('\n').map_or(at, |start| at - start - 1) as u32;
    (text.replacen('|', "", 1), line, column)
}

/// The place of a piece of text, so many bytes behind its start.
fn place(text: &str, piece: &str, behind: usize) -> (u32, u32) {
    let at = text.find(piece).expect("it is there") + behind;
    let (_, line, column) = cursor(&format!("{}|{}", &text[..at], &text[at..]));
    (line, column)
}

fn hover(client: &mut Client, name: &str, (line, column): (u32, u32)) -> String {
    let found = client.at("textDocument/hover", name, line, column, Value::Null);
    found["contents"]["value"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// `file:line:column`, a line each.
fn places(found: &Value) -> String {
    let lines = found.as_array().into_iter().flatten().map(|place| {
        let start = &place["range"]["start"];
        let uri = place["uri"].as_str().unwrap_or_default();
        format!(
            "{}:{}:{}\n",
            uri.rsplit('/').next().unwrap_or_default(),
            start["line"],
            start["character"]
        )
    });
    lines.collect()
}

fn labels(found: &Value) -> Vec<String> {
    let items = found["items"].as_array().into_iter().flatten();
    let mut items: Vec<(&str, &str)> = items
        .map(|item| {
            (
                item["sortText"].as_str().unwrap_or_default(),
                item["label"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    items.sort_unstable();
    items
        .into_iter()
        .map(|(_, label)| label.to_owned())
        .collect()
}

#[test]
fn what_is_wrong_is_told_while_one_types_in_all_files() {
    let mut client = client();
    assert_eq!(client.shown("plan.mvm"), "", "nothing is wrong");
    let mut text = String::new();
    client.write(
        "plan.mvm",
        &PLAN.replace("2kW", "9GiB").replace("r2.s4", "r2.s5"),
    );
    text += &client.shown("plan.mvm");
    client.write("plan.mvm", PLAN);
    assert_eq!(client.shown("plan.mvm"), "");
    // A name that another file uses goes.
    client.write(
        "inventory.mvm",
        &INVENTORY.replace("set precious", "set dear"),
    );
    text += &client.shown("plan.mvm");
    client.write(
        "inventory.mvm",
        &INVENTORY.replace("64GiB link", "64Gib lnk"),
    );
    text += &client.shown("inventory.mvm");
    insta::assert_snapshot!(text);
    client.goodbye();
}

#[test]
fn what_stands_under_the_cursor_is_explained() {
    let mut client = client();
    let mut text = String::new();
    for (name, file, piece, behind) in [
        ("plan.mvm", PLAN, "web[i]", 1),
        ("plan.mvm", PLAN, "r2.s[1..3]", 0),
        ("plan.mvm", PLAN, "r2.s[1..3]", 4),
        ("plan.mvm", PLAN, "web3", 2),
        ("plan.mvm", PLAN, "precious", 2),
        ("plan.mvm", PLAN, "before", 2),
        ("plan.mvm", PLAN, "for i", 4),
        ("inventory.mvm", INVENTORY, "lean idle", 1),
        ("inventory.mvm", INVENTORY, "x3440 {", 1),
        ("inventory.mvm", INVENTORY, "memory 64GiB", 1),
        ("inventory.mvm", INVENTORY, "memory 16GiB", 1),
        ("inventory.mvm", INVENTORY, "core\n", 1),
    ] {
        text += &format!(
            "# {piece} + {behind}\n{}\n\n",
            hover(&mut client, name, place(file, piece, behind))
        );
    }
    insta::assert_snapshot!(text);
    client.goodbye();
}

#[test]
fn names_lead_to_their_declarations_and_their_uses() {
    let mut client = client();
    let mut text = String::new();
    for (name, file, piece, behind) in [
        ("plan.mvm", PLAN, "web[i]", 1),
        ("plan.mvm", PLAN, "r2.s[1..3]", 1),
        ("plan.mvm", PLAN, "r2.s[1..3]", 4),
        ("plan.mvm", PLAN, "precious", 2),
        ("plan.mvm", PLAN, "web[i]", 4),
        ("plan.mvm", PLAN, "inventory", 2),
        ("inventory.mvm", INVENTORY, "x3440 {", 1),
        ("inventory.mvm", INVENTORY, "lean =", 1),
        ("inventory.mvm", INVENTORY, "tier front", 1),
    ] {
        let (line, column) = place(file, piece, behind);
        let found = client.at("textDocument/definition", name, line, column, Value::Null);
        text += &format!("# {piece} + {behind}\n{}", places(&found));
        let all = json!({ "context": { "includeDeclaration": true } });
        let found = client.at("textDocument/references", name, line, column, all);
        text += &format!("uses\n{}\n", places(&found));
    }
    insta::assert_snapshot!(text);
    let (line, column) = place(INVENTORY, "x3440 {", 1);
    let found = client.at(
        "textDocument/definition",
        "inventory.mvm",
        line,
        column,
        Value::Null,
    );
    let uri = found[0]["uri"].as_str().expect("an address");
    let library = std::fs::read_to_string(uri.trim_start_matches("file://")).expect("it is a file");
    assert!(library.contains("class server x3440"), "{library}");
    client.goodbye();
}

#[test]
fn completion_knows_the_place() {
    let mut client = client();
    let mut text = String::new();
    for (name, line) in [
        ("plan.mvm", "plan p {\n  migrate we|"),
        ("plan.mvm", "plan p {\n  migrate web1 to |"),
        ("plan.mvm", "plan p {\n  migrate web1 to r2.s|"),
        ("plan.mvm", "plan p {\n  migrate web1 to r[1..2].s|"),
        ("plan.mvm", "plan p {\n  migrate web1 to r2.s1 t|"),
        ("plan.mvm", "plan p {\n  exp|"),
        ("plan.mvm", "plan p {\n  expect |"),
        ("plan.mvm", "plan p {\n  budget 9|"),
        ("plan.mvm", "plan p {\n  migrate vms with |"),
        ("plan.mvm", "plan p {\n  migrate vms with tier |"),
        ("plan.mvm", "plan p {\n  start 02:00 Europe/Par|"),
        (
            "plan.mvm",
            "plan p {\n  migrate vms on r1.s[i] to s[|] for i in 1..2",
        ),
        ("plan.mvm", "use \"|"),
        ("plan.mvm", "// use |"),
        ("inventory.mvm", "vm a { me|"),
        ("inventory.mvm", "vm a { memory |"),
        ("inventory.mvm", "vm a { memory 4|"),
        ("inventory.mvm", "vm a {\n  |\n}"),
        ("inventory.mvm", "vm a : |"),
        ("inventory.mvm", "server a : x|"),
        ("inventory.mvm", "server a { link : |"),
        ("inventory.mvm", "use std.w|"),
        ("inventory.mvm", "use std.workload.{idle, s|}"),
        ("inventory.mvm", "c|"),
    ] {
        let (added, _, _) = cursor(line);
        let file = if name == "plan.mvm" { PLAN } else { INVENTORY };
        let (all, at, column) = cursor(&format!("{file}\n{line}"));
        assert!(all.ends_with(&added));
        client.write(name, &all);
        let found = client.at("textDocument/completion", name, at, column, Value::Null);
        let labels = labels(&found);
        let shown = if labels.len() > 16 {
            format!("{} … ({})", labels[..12].join(" "), labels.len())
        } else {
            labels.join(" ")
        };
        text += &format!("{}\n  {shown}\n", line.replace('\n', " "));
        client.write(name, file);
    }
    insta::assert_snapshot!(text);
    client.goodbye();
}

#[test]
fn a_broken_file_is_helped_around_the_break() {
    let broken = PLAN.replace("  budget 2kW\n", "  budgt 2kW {\n  shutdown r1.s[*]\n");
    let mut client = client();
    client.write("plan.mvm", &broken);
    let mut text = client.shown("plan.mvm");
    text += &hover(&mut client, "plan.mvm", place(&broken, "web3", 1));
    let (line, column) = place(&broken, "precious", 1);
    text += &places(&client.at(
        "textDocument/definition",
        "plan.mvm",
        line,
        column,
        Value::Null,
    ));
    let (line, column) = place(&broken, "migrate web3 to ", 16);
    let found = client.at(
        "textDocument/completion",
        "plan.mvm",
        line,
        column,
        Value::Null,
    );
    text += &labels(&found).join(" ");
    let symbols = client.ask(
        "textDocument/documentSymbol",
        json!({ "textDocument": { "uri": client.uri("plan.mvm") } }),
    );
    text += &format!("\n{}", symbols[0]["name"]);
    insta::assert_snapshot!(text);
    let params = json!({ "textDocument": { "uri": client.uri("plan.mvm") }, "options": { "tabSize": 2, "insertSpaces": true } });
    let why = client.refused("textDocument/formatting", params);
    assert_eq!(why, "a file that cannot be read is left as it is");
    client.goodbye();
}

#[test]
fn fixes_are_offered_and_mend() {
    let wrong = PLAN
        .replace("budget 2kW", "budget 2 kW")
        .replace("precious", "precius");
    let mut client = client();
    client.write("plan.mvm", &wrong);
    let mut text = client.shown("plan.mvm");
    let whole =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let params = json!({
        "textDocument": { "uri": client.uri("plan.mvm") },
        "range": whole,
        "context": { "diagnostics": [] },
    });
    let actions = client.ask("textDocument/codeAction", params.clone());
    let mut mended = wrong.clone();
    for action in actions.as_array().into_iter().flatten() {
        text += &format!("{} {}\n", action["title"], action["isPreferred"]);
        mended = edited(&mended, &action["edit"]["changes"][client.uri("plan.mvm")]);
    }
    // The same with the cursor at the beginning of the line.
    let (line, _) = place(&wrong, "budget", 0);
    let start = json!({ "line": line, "character": 0 });
    let mut there = params.clone();
    there["range"] = json!({ "start": start, "end": start });
    let found = client.ask("textDocument/codeAction", there);
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    client.write("plan.mvm", &mended);
    let again = client.ask("textDocument/codeAction", params);
    for action in again.as_array().into_iter().flatten() {
        text += &format!("then {}\n", action["title"]);
        mended = edited(&mended, &action["edit"]["changes"][client.uri("plan.mvm")]);
    }
    client.write("plan.mvm", &mended);
    insta::assert_snapshot!(text);
    assert_eq!(client.shown("plan.mvm"), "", "{mended}");
    client.goodbye();
}

#[test]
fn what_is_not_used_is_faded_and_can_be_removed() {
    let unused = format!("{PLAN}\n/// Of nobody.\nclass vm lone : idle {{\n  memory 1GiB\n}}\n")
        .replacen("\n", "\nuse std.workload.idle\n", 1);
    let mut client = client();
    client.write("plan.mvm", &unused);
    let found = client.wrong["plan.mvm"]["diagnostics"].clone();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(found[0]["code"], "W0001");
    assert_eq!(found[0]["tags"], json!([1]));
    let params = json!({
        "textDocument": { "uri": client.uri("plan.mvm") },
        "range": found[0]["range"],
        "context": { "diagnostics": [] },
    });
    let actions = client.ask("textDocument/codeAction", params);
    assert_eq!(actions.as_array().map(Vec::len), Some(1), "{actions}");
    assert_eq!(actions[0]["title"], "Remove `class vm lone : idle { …`");
    let mended = edited(
        &unused,
        &actions[0]["edit"]["changes"][client.uri("plan.mvm")],
    );
    assert!(mended.ends_with("  budget 2kW\n}\n\n"), "{mended}");
    client.write("plan.mvm", &mended);
    assert_eq!(client.shown("plan.mvm"), "", "{mended}");
    client.goodbye();
}

#[test]
fn what_has_its_answer_is_not_cancelled() {
    let mut client = client();
    let params = client.params("plan.mvm", 3, 3, Value::Null);
    let first = client.begin("textDocument/hover", params.clone());
    client.end(&first);
    let id: i32 = first.to_string().parse().expect("a number");
    client.tell("$/cancelRequest", json!({ "id": id }));
    let second = client.begin("textDocument/hover", params);
    let answered = client.answered(&second);
    assert_eq!(answered, [second]);
    client.goodbye();
}

#[test]
fn files_are_formatted_outlined_coloured_and_hinted() {
    let untidy = PLAN.replace("  migrate web3 to", "  migrate   web3\n     to");
    let mut client = client();
    client.write("plan.mvm", &untidy);
    let document = json!({ "textDocument": { "uri": client.uri("plan.mvm") } });
    let params = json!({ "textDocument": { "uri": client.uri("plan.mvm") }, "options": { "tabSize": 2, "insertSpaces": true } });
    let edits = client.ask("textDocument/formatting", params);
    assert_eq!(
        edits.as_array().map(Vec::len),
        Some(1),
        "only what changes: {edits}"
    );
    let formatted = edited(&untidy, &edits);
    assert_eq!(
        mvm::format::format(mvm::source::FileId(0), &untidy)
            .ok()
            .as_deref(),
        Some(&formatted[..])
    );
    client.write("plan.mvm", PLAN);
    let mut text = String::new();
    let inventory = json!({ "textDocument": { "uri": client.uri("inventory.mvm") } });
    let symbols = client.ask("textDocument/documentSymbol", inventory.clone());
    for symbol in symbols.as_array().into_iter().flatten() {
        let children = symbol["children"].as_array().into_iter().flatten();
        let children: Vec<&str> = children
            .filter_map(|child| child["name"].as_str())
            .collect();
        text += &format!("{} {} {children:?}\n", symbol["detail"], symbol["name"]);
    }
    let found = client.ask("workspace/symbol", json!({ "query": "WEB" }));
    text += &format!(
        "workspace: {} {}\n",
        found[0]["name"],
        found.as_array().map_or(0, Vec::len)
    );
    let whole =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    for name in ["inventory.mvm", "plan.mvm"] {
        let params = json!({ "textDocument": { "uri": client.uri(name) }, "range": whole });
        let hints = client.ask("textDocument/inlayHint", params);
        for hint in hints.as_array().into_iter().flatten() {
            text += &format!(
                "{name}:{}:{} {}\n",
                hint["position"]["line"], hint["position"]["character"], hint["label"]
            );
        }
    }
    let tokens = client.ask("textDocument/semanticTokens/full", document);
    text += &coloured(
        PLAN,
        &tokens["data"],
        &client.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"],
    );
    insta::assert_snapshot!(text);
    client.goodbye();
}

/// The text with the kind of each token behind it.
fn coloured(text: &str, data: &Value, legend: &Value) -> String {
    let numbers: Vec<usize> = data
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|n| Some(n.as_u64()? as usize))
        .collect();
    let lines: Vec<&str> = text.lines().collect();
    let (mut line, mut column) = (0, 0);
    let mut shown = String::new();
    for token in numbers.chunks(5) {
        if token[0] > 0 {
            shown.push('\n');
            column = 0;
        }
        line += token[0];
        column += token[1];
        let kind = legend[token[3]].as_str().unwrap_or_default();
        let kind = if matches!(kind, "keyword" | "operator" | "number") {
            String::new()
        } else {
            format!("<{kind}>")
        };
        shown += &format!("{}{kind} ", &lines[line][column..column + token[2]]);
    }
    shown
}

#[test]
fn plans_are_computed_on_demand_and_when_a_file_is_saved() {
    let hopeless = PLAN.replace("  budget 2kW\n", "  expect makespan <= 5s\n");
    let mut client = client();
    client.write("plan.mvm", &hopeless);
    assert_eq!(
        client.shown("plan.mvm"),
        "",
        "no plan is computed while one types"
    );
    let document = json!({ "textDocument": { "uri": client.uri("plan.mvm") } });
    let lenses = client.ask("textDocument/codeLens", document.clone());
    let arguments = &lenses[0]["command"]["arguments"];
    let said = client.ask(
        "workspace/executeCommand",
        json!({ "command": "mvm.plan", "arguments": arguments }),
    );
    assert!(
        said.as_str()
            .is_some_and(|said| said.starts_with("away: ends after ")),
        "{said}"
    );
    client.settle("plan.mvm");
    let shown = client.shown("plan.mvm");
    assert!(shown.contains("E0506"), "{shown}");
    let params = json!({ "textDocument": { "uri": client.uri("plan.mvm") }, "range": { "start": { "line": 4, "character": 0 }, "end": { "line": 6, "character": 0 } } });
    let hints = client.ask("textDocument/inlayHint", params).to_string();
    assert!(hints.contains("ends after"), "{hints}");
    // What is typed takes it back; saving brings it again.
    client.write("plan.mvm", &hopeless.replace("5s", "6s"));
    assert_eq!(client.shown("plan.mvm"), "");
    client.tell("textDocument/didSave", document);
    while client.shown("plan.mvm").is_empty() {
        client.hear();
    }
    client.goodbye();
}

#[test]
fn positions_count_what_the_editor_counts() {
    let text = "vm \"\u{e9}\u{1F600}\" { memory 2GiB idle on s1 }\nswitch tor server s1 { link 1Gbps to tor }\nplan p { stop \"\u{e9}\u{1F600}\", s2 }\n";
    for (encodings, column) in [(&["utf-16"][..], 21), (&["utf-16", "utf-8"], 24), (&[], 21)] {
        let mut client = Client::new(&[], encodings);
        client.open("a.mvm", text);
        let start = client.wrong["a.mvm"]["diagnostics"][0]["range"]["start"].clone();
        assert_eq!(
            start,
            json!({ "line": 2, "character": column }),
            "{encodings:?}"
        );
        // `s2` becomes `s1` by a change of one character.
        let range = json!({ "start": { "line": 2, "character": column + 1 }, "end": { "line": 2, "character": column + 2 } });
        client.change("a.mvm", json!([{ "range": range, "text": "1" }]));
        let found = client.at("textDocument/definition", "a.mvm", 2, column, Value::Null);
        assert_eq!(places(&found), "a.mvm:1:18\n", "{encodings:?}");
        client.goodbye();
    }
}

#[test]
fn what_makes_no_sense_is_refused_and_survived() {
    let mut client = client();
    assert!(
        client
            .refused("textDocument/nonsense", json!({}))
            .contains("is not known")
    );
    client.refused("textDocument/hover", json!({ "textDocument": 7 }));
    client.refused(
        "workspace/executeCommand",
        json!({ "command": "mvm.plan", "arguments": ["nowhere", "p"] }),
    );
    let found = client.at("textDocument/hover", "nowhere.mvm", 3, 3, Value::Null);
    assert_eq!(found, Value::Null);
    let far = client.at("textDocument/hover", "plan.mvm", 9999, 9999, Value::Null);
    assert_eq!(far, Value::Null);
    client.tell("textDocument/didChange", json!({ "textDocument": { "uri": client.uri("nowhere.mvm"), "version": 4 }, "contentChanges": [] }));
    assert!(client.folder().is_dir());
    client.goodbye();
}
