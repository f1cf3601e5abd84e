//! What each planner knows, on plans small enough to be followed by hand.

use super::*;
use crate::compile::{Checked, check};
use crate::emit::json::PlanFile;
use crate::schedule::{Options, Quiet};
use crate::simulate::{Stage, Trouble, simulate};

struct Text<'a>(&'a str);

impl crate::source::Loader for Text<'_> {
    fn load(&self, _: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.as_bytes().to_vec())
    }
}

/// Four VMs of 10 s each leave two servers for two others, over links of 800 Mbit/s.
const FOUR: &str = "switch tor\n\
    server s[1..4] { memory 64GiB power 100W link 800Mbps to tor }\n\
    vm a[1..2] { memory 1GB idle downtime 0ms on s1 }\n\
    vm b[1..2] { memory 1GB idle downtime 0ms on s2 }\n\
    plan p { migrate a[1..2] to s3 migrate b[1..2] to s4 budget 450W at most 1 migration }";

/// The starts by name, when all has ended with links that are shared, and the plan.
type Planned = (Vec<(String, Seconds)>, Seconds, Plan);

fn planned(text: &str, baseline: Baseline) -> Result<Planned, Stuck> {
    let checked: Checked = check("p.mvm", &Text(text));
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    let own = checked.plan(0, &Options::default(), &mut Quiet).unwrap();
    let dc = &checked.analysis.datacenter;
    let settled = checked.settled(0, &PlanFile::new(dc, &own)).unwrap();
    let plan = plan(baseline, dc, &settled.request, &settled.problem, 1)?;
    let stage = Stage::new(dc, &settled.request, &settled.problem, &plan).unwrap();
    let course = simulate(&stage, stage.law(), &Trouble::NONE);
    assert!(course.is_done());
    let mut starts: Vec<(String, Seconds)> = plan
        .actions
        .iter()
        .map(|a| (a.id.clone(), a.start))
        .collect();
    starts.sort();
    Ok((starts, course.end, plan))
}

#[test]
fn each_caps_what_it_knows() {
    let found = Baseline::ALL.map(|baseline| {
        let (starts, end, plan) = planned(FOUR, baseline).unwrap();
        let starts: Vec<Seconds> = starts.into_iter().map(|(_, at)| at).collect();
        (baseline.name(), starts, plan.makespan, end)
    });
    let lines = found.map(|line| format!("{line:?}\n"));
    insta::assert_snapshot!(lines.concat());
}

/// Neither the budget nor the count of the file is known to any of them: what they break is said.
#[test]
fn what_it_breaks_is_said() {
    let (_, _, plan) = planned(FOUR, Baseline::Btrplace).unwrap();
    let by = plan.by.unwrap();
    assert_eq!(by.planner, "btrplace");
    assert!(
        by.breaks.iter().any(|what| what.contains("link s1 -> tor")),
        "{by:?}"
    );
    assert!(
        by.breaks.iter().any(|what| what.contains("migration")),
        "{by:?}"
    );
    let (_, _, plan) = planned(FOUR, Baseline::Sequential).unwrap();
    assert_eq!(plan.by.unwrap().breaks, Vec::<String>::new());
}

/// Rooms of hosts are known: a VM waits for the one that leaves. Of a swap without room nobody gets out.
#[test]
fn rooms_are_kept_and_a_deadlock_is_told() {
    let text = |third: &str| {
        format!(
            "switch tor\nserver s[1..3] {{ memory 2GB link 800Mbps to tor }}\n\
             vm a {{ memory 2GB idle downtime 0ms on s1 }}\nvm b {{ memory 2GB idle downtime 0ms on s2 }}\n\
             plan p {{ migrate a to s2 migrate b to {third} }}"
        )
    };
    let (starts, end, _) = planned(&text("s3"), Baseline::Btrplace).unwrap();
    assert_eq!(
        starts,
        [("migrate a".to_owned(), 20), ("migrate b".to_owned(), 0)]
    );
    assert_eq!(end, 40);
}

/// Nodes with a destination in common are emptied one after the other, others at once; each instance by instance.
#[test]
fn hroller_empties_groups() {
    let text = "switch tor\nserver s[1..5] { memory 64GiB link 800Mbps to tor }\n\
        vm a[1..2] { memory 1GB idle downtime 0ms on s1 }\nvm b { memory 1GB idle downtime 0ms on s2 }\n\
        vm c { memory 1GB idle downtime 0ms on s3 }\n\
        plan p { migrate a[1..2], b to s4 migrate c to s5 }";
    let (starts, ..) = planned(text, Baseline::Hroller).unwrap();
    let at: Vec<Seconds> = starts.iter().map(|&(_, at)| at).collect();
    // a1, a2 and c are of the larger group; b comes when it is done.
    assert_eq!(at, [0, 10, 20, 0]);
}
