//! Every example is what the snapshot beside it says, and what it expects to be: `mvm test examples` says so, and
//! `mvm test examples --accept` takes the plans as they are, with as much effort as before.

mod support;

use std::process::Command;

use boon::{Compiler, Schemas};
use mvm::compile;
use mvm::diag::Code;
use mvm::emit::json::{emit, read, schema, write};
use mvm::schedule::{Effort, Options, Quiet};
use support::{Folder, files, root};

#[test]
fn examples_are_what_their_snapshots_say() {
    let said = Command::new(env!("CARGO_BIN_EXE_mvm"))
        .args(["test", "examples"])
        .current_dir(root())
        .output()
        .expect("it runs");
    let [told, noted] =
        [said.stdout, said.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert_eq!(said.status.code(), Some(0), "{told}{noted}");
    let paths = files("examples", ".mvm");
    let plans = paths.iter().map(|path| {
        let checked = compile::check(path, &Folder(root()));
        checked.analysis.requests.len()
    });
    let plans: usize = plans.sum();
    assert!(
        told.ends_with(&format!("{plans} plans, 0 failed\n")),
        "{told}"
    );
}

/// Nothing is found in them but that something is guessed.
#[test]
fn examples_have_no_mistakes() {
    for path in files("examples", ".mvm") {
        let checked = compile::check(&path, &Folder(root()));
        let guessed = checked.diagnostics.iter().all(|d| d.code == Code::Guessed);
        assert!(guessed, "{path}: {:#?}", checked.diagnostics);
    }
}

/// So are those of a few examples in full, with their reasons and sources.
#[test]
fn snapshots_are_plans_as_the_schema_says() {
    let schema = serde_json::from_str(&schema()).expect("the schema is JSON");
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler
        .add_resource("plan", schema)
        .expect("the schema has an address");
    let schema = compiler
        .compile("plan", &mut schemas)
        .expect("the schema is one");
    let paths = files("examples", ".plan.json").into_iter();
    let snapshots = paths.map(|path| {
        let text = std::fs::read_to_string(root().join(&path)).expect("it is there");
        let file = read(&text).expect("it is a plan");
        assert_eq!(write(&file), text, "{path}");
        (path, text)
    });
    let snapshots: Vec<(String, String)> = snapshots.collect();
    assert!(snapshots.len() >= 40, "{snapshots:?}");
    let few = ["07-two-nights", "25-the-way-back", "30-look-then-upgrade"];
    let full = few.iter().flat_map(|name| {
        let path = format!("examples/scenarios/{name}.mvm");
        let checked = compile::check(&path, &Folder(root()));
        let options = Options {
            effort: Effort::Instant,
            ..Options::default()
        };
        let plans = 0..checked.analysis.requests.len();
        let texts = plans.map(|index| {
            let plan = checked.plan(index, &options, &mut Quiet);
            emit(&checked.analysis.datacenter, &plan.expect("it has a plan"))
        });
        texts.map(|text| (path.clone(), text)).collect::<Vec<_>>()
    });
    for (path, text) in snapshots.into_iter().chain(full) {
        let value = serde_json::from_str(&text).expect("it is JSON");
        let invalid = schemas.validate(&value, schema).err();
        let invalid = invalid.map(|e| e.to_string());
        assert_eq!(invalid, None, "{path}");
    }
}
