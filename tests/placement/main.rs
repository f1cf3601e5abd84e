//! Destinations that the plan chooses: against all choices by hand, and sentence by sentence.

#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod away;
mod choices;
mod pools;
mod resources;
mod sentences;
mod stops;
mod turns;
mod ways;

use mvm::compile::{Failure, check};
use mvm::emit::json::PlanFile;
use mvm::plan::Plan;
use mvm::schedule::{Effort, Options, Quiet};

use support::Text;

/// The first plan of a text that has no errors; None where none exists.
fn plan(text: &str) -> Option<Plan> {
    let checked = check("test.mvm", &Text(text));
    assert!(!checked.has_errors(), "{:#?}\n{text}", checked.diagnostics);
    let options = Options {
        effort: Effort::Normal,
        ..Options::default()
    };
    match checked.plan(0, &options, &mut Quiet) {
        Ok(plan) => {
            let file = PlanFile::new(&checked.analysis.datacenter, &plan);
            assert_eq!(checked.verify(&file), [""; 0], "{text}");
            Some(plan)
        }
        Err(Failure::Impossible(_)) => None,
        Err(failure) => panic!("{failure:?}\n{text}"),
    }
}

/// What is wrong with a text, by code.
fn codes(text: &str) -> Vec<&'static str> {
    let checked = check("test.mvm", &Text(text));
    let impossible = checked
        .prospects
        .iter()
        .flat_map(|prospect| match prospect {
            mvm::compile::Prospect::Impossible(why, _) => why.as_slice(),
            _ => &[],
        });
    let all = checked.diagnostics.iter().chain(impossible);
    all.map(|found| found.code.as_str()).collect()
}

/// Where each VM of a plan goes, by name: `web1 s2`.
fn moves(text: &str, plan: &Plan) -> Vec<String> {
    let checked = check("test.mvm", &Text(text));
    let dc = &checked.analysis.datacenter;
    let moved = plan.actions.iter().filter_map(|action| {
        let to = action.task.to()?;
        let vm = action.task.vm()?;
        Some(format!("{} {}", dc[vm].name, dc[to].name))
    });
    let mut moved: Vec<String> = moved.collect();
    moved.sort();
    moved
}
