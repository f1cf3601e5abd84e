//! Small plans, carried out: what is calculated by hand is what happens.

use super::*;
use crate::compile::{Checked, check};
use crate::emit::json::PlanFile;
use crate::schedule::{Options, Quiet};

struct Text<'a>(&'a str);

impl crate::source::Loader for Text<'_> {
    fn load(&self, _: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.as_bytes().to_vec())
    }
}

/// The plan of a text, changed as wanted, on its stage.
fn on_stage(text: &str, change: impl Fn(&mut Plan), look: impl Fn(&Stage)) {
    let checked: Checked = check("p.mvm", &Text(text));
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    let plan = checked.plan(0, &Options::default(), &mut Quiet);
    let mut plan = plan.expect("it has a plan");
    let dc = &checked.analysis.datacenter;
    let settled = checked.settled(0, &PlanFile::new(dc, &plan)).unwrap();
    change(&mut plan);
    let stage = Stage::new(dc, &settled.request, &settled.problem, &plan);
    look(&stage.expect("the plan is its source's"));
}

fn keep(_: &mut Plan) {}

/// All start at once, whatever that does to links.
fn at_once(plan: &mut Plan) {
    plan.actions
        .iter_mut()
        .for_each(|action| action.after.clear());
}

fn end(course: &Course, at: usize) -> Seconds {
    course.actions[at].end().expect("it ended well")
}

const PAIR: &str = "switch tor\n\
    server s[1..3] { memory 64GiB power 100W hosting 10W migration 0.5J/MB + 20J link 800Mbps to tor }\n\
    vm a { memory 1GB idle downtime 0ms on s1 }\n\
    vm b { memory 3GB idle downtime 0ms on s1 }\n";

#[test]
fn what_is_planned_happens() {
    on_stage(
        &format!("{PAIR}plan p {{ migrate a, b to s2 shutdown s1 }}"),
        keep,
        |stage| {
            let course = simulate(stage, stage.law(), &Trouble::NONE);
            for (planned, happened) in stage.plan.actions.iter().zip(&course.actions) {
                assert_eq!(happened.start(), Some(planned.start), "{}", planned.id);
                assert_eq!(happened.end(), Some(planned.end), "{}", planned.id);
            }
            let plan = stage.plan;
            assert_eq!(course.end, plan.makespan);
            assert_eq!(course.energy, plan.energy);
            assert_eq!(course.peak_power, plan.peak_power);
            assert_eq!(course.power[..], plan.profiles[0].level[..]);
            assert_eq!(judge(stage, &course), []);
            assert_eq!(stage.objective(0, &course), Some(plan.objectives[0].value));
        },
    );
}

/// 10 and 30 s alone; both at once have half of the link, and the longer one all of it again when the other one has ended.
#[test]
fn those_that_run_at_once_share_the_link() {
    let text = format!("{PAIR}plan p {{ migrate a, b to s2 }}");
    on_stage(&text, at_once, |stage| {
        for law in [stage.law(), Law::Pages] {
            let course = simulate(stage, law, &Trouble::NONE);
            let at = |id: &str| stage.plan.actions.iter().position(|a| a.id == id).unwrap();
            assert_eq!(end(&course, at("migrate a")), 20);
            assert_eq!(end(&course, at("migrate b")), 40);
            let rates = &course.actions[at("migrate b")].tries[0].rates;
            assert_eq!(rates[..], [(0, 4e8), (20, 8e8)]);
            // The link is overbooked, and the judge says so.
            let found = judge(stage, &course);
            let is_forbidden = |b: &Breach| matches!(b, Breach::Forbidden { .. });
            assert!(found.iter().any(is_forbidden), "{found:?}");
        }
    });
}

/// The papers' model ends it, but pages are made faster than they are sent: it is aborted at its limit, or suspended.
#[test]
fn what_never_ends_meets_its_limit() {
    let text = |force: &str| {
        format!(
            "switch tor\nserver s[1..2] {{ link 800Mbps to tor }}\n\
             vm a {{ memory 2GB hot 70MB in 1s cold 60MB/s on s1 {force} }}\n\
             plan p {{ migrate a to s2 }}"
        )
    };
    on_stage(&text(""), keep, |stage| {
        let course = simulate(stage, Law::Pages, &Trouble::NONE);
        assert_eq!(course.actions[0].fate, Fate::Failed);
        assert_eq!(course.end, stage.plan.actions[0].timeout.limit);
        assert!(course.actions[0].tries[0].rounds > 100);
    });
    on_stage(&text("force suspend after 6min"), keep, |stage| {
        let course = simulate(stage, Law::Pages, &Trouble::NONE);
        let told = &course.actions[0].tries[0];
        assert!(told.well && told.start == 0, "{told:?}");
        // What is dirty then is sent while it stands still.
        assert!(told.end > 360 && told.end < 381, "{told:?}");
        assert_eq!(told.downtime, (told.end - 360) as f64);
    });
    on_stage(&text("force post after 6min"), keep, |stage| {
        let course = simulate(stage, Law::Pages, &Trouble::NONE);
        let told = &course.actions[0].tries[0];
        assert!(told.well && told.end > 360 && told.end < 381, "{told:?}");
        assert!(told.downtime < 1.0 && told.faults > 0, "{told:?}");
    });
}

#[test]
fn rounds_and_stops_are_told() {
    let text = "switch tor\nserver s[1..2] { link 800Mbps to tor }\n\
         vm a { memory 2GB hot 50MB in 1s downtime 300ms on s1 }\n\
         vm b { memory 2GB hot 50MB in 1s copy post downtime 300ms on s2 }\n\
         plan p { migrate a to s2 migrate b to s1 }";
    on_stage(text, keep, |stage| {
        let course = simulate(stage, Law::Pages, &Trouble::NONE);
        let at = |id: &str| stage.plan.actions.iter().position(|a| a.id == id).unwrap();
        let (a, b) = (
            &course.actions[at("migrate a")],
            &course.actions[at("migrate b")],
        );
        // 20 s, then 50 MB, of which half are dirty again: they fit into 300 ms at 100 MB/s.
        assert_eq!((a.tries[0].rounds, a.tries[0].downtime), (3, 0.25));
        assert_eq!(a.end(), Some(21));
        assert_eq!((b.tries[0].rounds, b.tries[0].downtime), (0, 0.3));
        assert_eq!(b.end(), Some(20));
        assert!(b.tries[0].faults > 11_000 && a.tries[0].faults == 0);
    });
}

/// A VM with slack ends earlier than planned; and what waits for it starts earlier.
#[test]
fn slack_is_not_used_up() {
    let text = format!("{PAIR}plan p {{ migrate a, b to s2 slack 20% minimize makespan, mttr }}");
    on_stage(&text, keep, |stage| {
        let course = simulate(stage, stage.law(), &Trouble::NONE);
        assert_eq!((stage.plan.makespan, course.end), (48, 40));
    });
}

#[test]
fn a_start_that_fails_is_tried_again_and_what_needs_it_is_skipped() {
    let text = format!("{PAIR}plan p {{ migrate a, b to s2 shutdown s1 retry 1 after 5s }}");
    on_stage(&text, keep, |stage| {
        let down = stage
            .plan
            .actions
            .iter()
            .position(|a| a.id == "shutdown s1")
            .unwrap();
        let mut seen = (0, 0);
        for seed in 0..200 {
            let trouble = Trouble {
                seed,
                spread: 0.1,
                failures: 0.3,
            };
            let course = simulate(stage, stage.law(), &trouble);
            let moves = || {
                course
                    .actions
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| *at != down)
            };
            seen.0 += moves()
                .filter(|(_, a)| a.tries.len() == 2 && a.fate == Fate::Done)
                .count();
            let lost = moves().any(|(_, action)| action.fate == Fate::Failed);
            assert_eq!(course.actions[down].fate == Fate::Skipped, lost, "{seed}");
            seen.1 += usize::from(lost);
            for breach in judge(stage, &course) {
                assert!(
                    !matches!(breach, Breach::Forbidden { .. }),
                    "{seed}: {breach:?}"
                );
            }
        }
        assert!(seen.0 > 20 && seen.1 > 20, "{seen:?}");
    });
}

/// A deadline that the plan just keeps is missed by about every second seed, and what is too late is not begun.
#[test]
fn a_deadline_is_missed_as_often_as_chance_has_it() {
    let text = format!(
        "{PAIR}plan p {{ migrate a to s2 migrate b to s3 before all by 40s expect makespan <= 41s }}"
    );
    on_stage(&text, keep, |stage| {
        assert_eq!(stage.plan.makespan, 40);
        let trouble = Trouble {
            seed: 1,
            spread: 0.05,
            failures: 0.0,
        };
        let found = series(stage, stage.law(), &trouble, 400);
        assert!((120..280).contains(&found.on_time), "{found:?}");
        assert_eq!(found.missed.len(), 1, "{found:?}");
        assert!(found.missed[0].1 + found.on_time == 400, "{found:?}");
        assert!(found.end.least < 40 && found.end.most > 41, "{found:?}");
        assert_eq!(found, series(stage, stage.law(), &trouble, 400));
    });
}
