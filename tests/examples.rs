//! Every example is checked without a finding but that something is guessed, planned, and is what it expects to be.

mod support;

use std::fmt::Write;

use boon::{Compiler, SchemaIndex, Schemas};
use mvm::compile::{self, Failure};
use mvm::diag::Code;
use mvm::emit::json;
use mvm::expect;
use mvm::schedule::{Effort, Options, Quiet};
use support::{Folder, files, root};

/// A line for each plan of the file, below what is guessed.
fn figures(path: &str, schemas: &Schemas, schema: SchemaIndex) -> String {
    let checked = compile::check(path, &Folder(root()));
    assert!(
        checked.diagnostics.iter().all(|d| d.code == Code::Guessed),
        "{path}: {:#?}",
        checked.diagnostics
    );
    let options = Options {
        effort: Effort::Fast,
        ..Options::default()
    };
    let mut text = String::new();
    for guessed in &checked.diagnostics {
        let _ = writeln!(text, "{}", guessed.message);
    }
    for (index, request) in checked.analysis.requests.iter().enumerate() {
        match checked.plan(index, &options, &mut Quiet) {
            Ok(plan) => {
                let unmet = checked.unmet(index, &plan);
                assert!(unmet.is_empty(), "{path}: {unmet:#?}");
                let written = json(&checked.analysis.datacenter, &plan);
                let written = serde_json::from_str(&written).expect("it is JSON");
                let invalid = schemas.validate(&written, schema).err();
                assert!(
                    invalid.is_none(),
                    "{path}: {}",
                    invalid.map(|e| e.to_string()).unwrap_or_default()
                );
                let _ = write!(
                    text,
                    "{}: {} actions, {} s, peak {} mW",
                    plan.name,
                    plan.actions.len(),
                    plan.makespan,
                    plan.peak_power
                );
                for objective in &plan.objectives {
                    let _ = write!(
                        text,
                        ", {} {} (bound {})",
                        objective.goal.name(),
                        objective.value,
                        objective.lower_bound
                    );
                }
                text.push('\n');
            }
            Err(Failure::Impossible(_)) if expect::expects_none(request) => {
                let _ = writeln!(text, "{}: impossible, as expected", request.name);
            }
            Err(failure) => panic!("{path}: `{}`: {failure:#?}", request.name),
        }
    }
    text
}

#[test]
fn examples_are_planned() {
    let schema = serde_json::from_str(&json::schema()).expect("the schema is JSON");
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler
        .add_resource("plan", schema)
        .expect("the schema has an address");
    let schema = compiler
        .compile("plan", &mut schemas)
        .expect("the schema is one");
    let paths = files("examples", ".mvm");
    // Two at a time: some take half a minute.
    let each = |first: usize| {
        let own = paths.iter().skip(first).step_by(2);
        own.map(|path| figures(path, &schemas, schema))
            .collect::<Vec<_>>()
    };
    let (even, odd) = std::thread::scope(|scope| {
        let other = scope.spawn(|| each(1));
        (each(0), other.join().expect("the other half is planned"))
    });
    let mut text = String::new();
    for (at, path) in paths.iter().enumerate() {
        let half = if at % 2 == 0 { &even } else { &odd };
        let figures = &half[at / 2];
        if !figures.is_empty() {
            let _ = writeln!(text, "{path}\n{figures}");
        }
    }
    insta::assert_snapshot!(text);
}
