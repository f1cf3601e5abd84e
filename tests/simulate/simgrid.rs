//! Bandwidth is shared as SimGrid shares it: its example `s4u-cloud-migration` on its platform `small_platform`, which lies beside the project
//! on some machines only, against what it prints.

use std::fs;

use mvm::baseline::{self, Baseline};
use mvm::compile::{Prospect, check};
use mvm::import::{simgrid, write};
use mvm::simulate::{Stage, Trouble, simulate};
use mvm::source::SourceMap;

use crate::support::{Text, data};

/// Of a link its model of TCP leaves 97 %, and a 21st part of that is for acknowledgements.
const TCP: f64 = 1.05 / 0.97;

/// Seconds to the ends of migrations from Fafard, all at once, each of so many MB to a server.
fn ends(platform: &str, moves: &[(u64, &str)]) -> Vec<f64> {
    let mut text = platform.to_owned();
    let mut plan = String::from("plan p {\n");
    for (at, (megabytes, to)) in moves.iter().enumerate() {
        text += &format!("vm VM{at} {{ memory {megabytes}MB idle downtime 0ms on Fafard }}\n");
        plan += &format!("migrate VM{at} to {to}\n");
    }
    let checked = check("test.mvm", &Text(&(text + &plan + "}\n")));
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    let Prospect::Open(problem) = &checked.prospects[0] else {
        panic!("it cannot be planned");
    };
    let (dc, request) = (&checked.analysis.datacenter, &checked.analysis.requests[0]);
    let plan = baseline::plan(Baseline::Btrplace, dc, request, problem, 1).unwrap();
    let stage = Stage::new(dc, request, problem, &plan).unwrap();
    let course = simulate(&stage, stage.law(), &Trouble::NONE);
    let named = |at: usize| format!("migrate VM{at}");
    let end = |at: usize| {
        let place = plan
            .actions
            .iter()
            .position(|action| action.id == named(at));
        course.actions[place.unwrap()].end().unwrap() as f64 * TCP
    };
    (0..moves.len()).map(end).collect()
}

#[test]
fn migrations_end_when_simgrid_has_them_end() {
    let Some(file) = data("simgrid/small_platform.xml") else {
        return;
    };
    let text = fs::read_to_string(file).unwrap();
    let file = SourceMap::new().add("small_platform.xml", text.clone());
    let found = simgrid::import(file, &text, "small_platform").unwrap();
    let platform = write(&found.inventory);
    // Whole seconds here, and latencies there.
    let near = |is: f64, printed: f64| (is - printed).abs() <= 1.5;
    let alone = ends(&platform, &[(1000, "Tremblay")]);
    assert!(near(alone[0], 132.766), "{alone:?}");
    let small = ends(&platform, &[(100, "Tremblay")]);
    assert!(near(small[0], 13.346), "{small:?}");
    let both = ends(&platform, &[(1000, "Tremblay"), (1000, "Tremblay")]);
    assert!(both.iter().all(|&end| near(end, 265.454)), "{both:?}");
    // To different servers the two share their first link. SimGrid gives more of it to the one with the shorter way (216.5 s), since TCP
    // does; here both have the same, and the last one ends when it does there.
    let apart = ends(&platform, &[(1000, "Tremblay"), (1000, "Bourassa")]);
    assert!(
        near(apart[0], 265.436) && apart[1] <= apart[0] + 1.5,
        "{apart:?}"
    );
}
