//! The objective `energy` against what the checker counts that a plan draws, over all schedules of a small plan.

use super::*;
use crate::formulation::{Schedule, Seconds};
use crate::plan::{assemble, verify};
use crate::schedule::{Bounded, Options, Outcome, Quiet, Solution, schedule};

/// Three servers that are on and one that is not, and VMs that move to where they draw more, or less, or that start.
fn uneven() -> (Datacenter, Request) {
    let mut dc = DatacenterBuilder::new();
    let core = dc.switch("core").id();
    let mut server = |name: &str, hosting: u64, on: bool| {
        let server = dc.server(name).power(Watts(100)).hosting(Watts(hosting));
        let server = server.boot(Secs(2), Watts(5)).link(core, Gbps(1));
        if on { server.id() } else { server.off().id() }
    };
    let a = server("a", 10, true);
    let b = server("b", 30, true);
    let c = server("c", 20, true);
    let d = server("d", 20, false);
    let x = dc.vm("x", a).memory(MB(1)).id();
    let y = dc.vm("y", c).memory(MB(1)).id();
    let z = dc.vm("z", c).memory(MB(1)).off().id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, b).takes(Secs(3));
    plan.migrate(y, a).takes(Secs(2));
    plan.migrate(y, b).takes(Secs(1));
    plan.start(z).takes(Secs(1));
    plan.boot(d);
    plan.minimize(GoalKind::Energy);
    let dc = dc.build().unwrap();
    let request = plan.build(&dc).unwrap();
    (dc, request)
}

/// What no plan saves, in mW: three servers, and each VM where it draws least.
const ALWAYS: i64 = 1000 * (3 * 100 + 10 + 10);

#[test]
fn energy_is_what_a_plan_draws() {
    const LATEST: Seconds = 5;
    let (dc, request) = uneven();
    let (problem, findings) = formulate(&dc, &request);
    assert_eq!(findings, []);
    let problem = problem.unwrap();
    let f = &problem.formulation;
    let mut best = i64::MAX;
    let mut compared = 0;
    for code in 0..(LATEST + 1).pow(f.actions.len() as u32) {
        let digit = |at: u32| code / (LATEST + 1).pow(at) % (LATEST + 1);
        let tried = Schedule {
            start: (0..f.actions.len() as u32).map(digit).collect(),
            mode: vec![0; f.actions.len()],
        };
        if !verify(f, &tried).is_empty() {
            continue;
        }
        let value = f.value(&f.objectives[0], &tried).unwrap();
        let last_end = f.makespan(&tried);
        let objective = Bounded {
            value,
            lower_bound: value,
        };
        let solution = Solution {
            schedule: tried,
            objectives: vec![objective],
            slot: 1,
            reproducible: true,
        };
        let plan = assemble(&dc, &request, &problem, &solution).unwrap();
        assert_eq!(
            plan.energy as i64,
            value + ALWAYS * last_end,
            "{solution:?}"
        );
        assert!(value >= 0, "{solution:?}");
        best = best.min(value);
        compared += 1;
    }
    assert!(compared > 1000, "{compared}");
    let outcome = schedule(f, &Options::default(), &mut Quiet);
    let Outcome::Found(solution) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(solution.objectives[0].value, best);
    assert!(solution.is_optimal());
}
