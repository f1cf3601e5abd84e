//! Other names for things, in all files.

use serde_json::{Value, json};

use crate::client::edited;
use crate::{INVENTORY, PLAN, client, place};

#[test]
fn a_rename_goes_through_all_files() {
    let mut client = client();
    let mut text = String::new();
    for (piece, behind, new) in [
        ("web[i]", 1, "shop"),
        ("web3", 1, "front web"),
        ("r2.s[1..3]", 0, "left"),
        ("r2.s[1..3]", 3, "node"),
        ("precious", 0, "dear"),
        ("i in", 0, "k"),
    ] {
        let (line, column) = place(PLAN, piece, behind);
        let ready = client.at(
            "textDocument/prepareRename",
            "plan.mvm",
            line,
            column,
            Value::Null,
        );
        let edit = client.at(
            "textDocument/rename",
            "plan.mvm",
            line,
            column,
            json!({ "newName": new }),
        );
        text += &format!(
            "# {} becomes {new}\n",
            ready["placeholder"].as_str().unwrap_or_default()
        );
        for (name, file) in [("inventory.mvm", INVENTORY), ("plan.mvm", PLAN)] {
            let after = edited(file, &edit["changes"][client.uri(name)]);
            let changed = file
                .lines()
                .zip(after.lines())
                .filter(|(old, new)| old != new);
            text.extend(changed.map(|(_, new)| format!("{new}\n")));
        }
    }
    insta::assert_snapshot!(text);
    let (line, column) = place(INVENTORY, "x3440 {", 1);
    let params = client.params("inventory.mvm", line, column, json!({ "newName": "y" }));
    let why = client.refused("textDocument/rename", params);
    assert_eq!(why, "the standard library's names stay what they are");
    client.goodbye();
}

/// What is renamed means the same.
#[test]
fn a_renamed_project_has_no_mistakes() {
    let mut client = client();
    let (line, column) = place(PLAN, "r2.s[1..3]", 3);
    let edit = client.at(
        "textDocument/rename",
        "plan.mvm",
        line,
        column,
        json!({ "newName": "vm" }),
    );
    for (name, file) in [("inventory.mvm", INVENTORY), ("plan.mvm", PLAN)] {
        let after = edited(file, &edit["changes"][client.uri(name)]);
        assert!(after.contains("\"vm\"[1.."), "{after}");
        client.write(name, &after);
    }
    assert_eq!(
        client.shown("inventory.mvm") + &client.shown("plan.mvm"),
        ""
    );
    client.goodbye();
}

/// What is renamed is checked before: nothing may break, and nothing may come to mean something else.
#[test]
fn a_name_that_is_taken_is_refused() {
    let plan = PLAN
        .replace("plan away", "let base = 1\n\nplan away")
        .replace("from i * 10s", "from base * 10s");
    let mut client = client();
    client.write("plan.mvm", &plan);
    assert_eq!(client.shown("plan.mvm"), "");
    let mut refused = |piece: &str, behind: usize, name: &str| {
        let (line, column) = place(&plan, piece, behind);
        let params = client.params("plan.mvm", line, column, json!({ "newName": name }));
        client.refused("textDocument/rename", params)
    };
    let told = [
        refused("precious", 1, "db"),
        refused("db to", 1, "web1"),
        // Inside of the `for`, `i` is its variable.
        refused("base =", 1, "i"),
    ];
    insta::assert_snapshot!(told.join("\n"));
    // Elsewhere it is a name like another.
    let (line, column) = place(&plan, "base =", 1);
    let found = client.at(
        "textDocument/rename",
        "plan.mvm",
        line,
        column,
        json!({ "newName": "first" }),
    );
    assert_eq!(
        found["changes"][client.uri("plan.mvm")]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    client.goodbye();
}
