//! What a script does when the machines are not as the plan believes. The clock moves only when somebody waits or works.

use super::*;
use mvm::compile;
use mvm::plan::Retry;
use mvm::schedule::{Effort, Options, Quiet};
use mvm::source::Loader;

struct Cases;

impl Loader for Cases {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/script/cases");
        fs::read(folder.join(path)).map_err(|e| e.to_string())
    }
}

/// The only plan of a file in `cases`.
pub fn planned(name: &str) -> (Datacenter, Plan) {
    let checked = compile::check(&format!("{name}.mvm"), &Cases);
    assert!(!checked.has_errors(), "{:#?}", checked.diagnostics);
    let options = Options {
        effort: Effort::Fast,
        ..Options::default()
    };
    let plan = checked.plan(0, &options, &mut Quiet).unwrap();
    (checked.analysis.datacenter, plan)
}

/// A night that begins at that second.
pub fn night(plan: (Datacenter, Plan), second: i64) -> Stage {
    let stage = Stage::new(plan);
    stage.program("fake/pass", include_str!("pass"));
    fs::write(stage.path("clock.bash"), include_str!("clock.bash")).unwrap();
    stage.tell("clock", &format!("{second}\n"));
    stage
}

/// Some second, where the date does not matter.
pub const SOME: i64 = 1_700_000_000;

impl Stage {
    /// Runs with that clock, with the preflight unless the arguments say otherwise.
    pub fn play(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("bash");
        let path = std::env::var("PATH").unwrap();
        command
            .arg(self.path("plan.sh"))
            .args(["--journal", self.path("journal").to_str().unwrap()])
            .args(["--site", self.path("clock.bash").to_str().unwrap()])
            .args(arguments)
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("FAKE", self.path("fake"))
            .env("MVM_POLL", "1")
            .env("MVM_ANSWER_TIMEOUT", "300")
            .stdin(Stdio::null())
            .process_group(0);
        command.output().unwrap()
    }

    /// Seconds of the clock at which the journal says that of an action.
    pub fn moment(&self, what: &str, action: &str) -> Option<i64> {
        let text = fs::read_to_string(self.path("journal")).unwrap_or_default();
        let lines = text
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>());
        let mut found = lines.filter(|f| f.len() > 3 && f[1] == what && f[3] == action);
        found.next().map(|fields| fields[0].parse().unwrap())
    }
}

pub fn assert_says(output: &Output, lines: &[&str]) {
    for line in lines {
        assert!(text(output).contains(line), "{line}\n{}", text(output));
    }
}

#[test]
fn a_server_with_a_guest_stays_up() {
    let stage = night(planned("unknown-guest"), SOME);
    stage.put("new-vm-999", "qemu+ssh://pve2/system", true);
    let output = stage.play(&[]);
    assert_status(&output, 1);
    assert_says(
        &output,
        &[
            "note     pve2      goes down, but has guests that the plan does not know: new-vm-999",
            "| pve2 stays up: the plan does not know of new-vm-999",
            "skip   boot pve2: it needs shutdown pve2",
            "2 done, 1 failed, 3 skipped, 0 left",
        ],
    );
    assert!(stage.path("fake/on-pve2").exists());

    // Once it is gone, the rest is done.
    fs::remove_file(stage.path(&format!("fake/vm-{}", hash("new-vm-999")))).unwrap();
    let output = stage.play(&[]);
    assert_status(&output, 0);
    assert_eq!(stage.migrations("vm-101").len(), 2);
    assert_status(&stage.play(&[]), 6);
}

#[test]
fn what_is_late_waits_until_its_freeze_is_over() {
    let stage = night(planned("freeze-when-late"), SOME);
    stage.tell(&format!("takes-{}", hash("a")), "6");
    assert_status(&stage.play(&[]), 0);
    let start = stage.moment("started", "migrate payroll").unwrap();
    assert!(start >= SOME + 60, "{}", start - SOME);
}

#[test]
fn what_is_too_late_for_its_deadline_fails_with_the_reason() {
    let stage = night(planned("freeze-when-late"), SOME);
    stage.tell(&format!("takes-{}", hash("a")), "150");
    let output = stage.play(&[]);
    assert_status(&output, 1);
    assert_says(
        &output,
        &["FAILED migrate payroll: too late: it had to start by"],
    );
    assert!(stage.migrations("payroll").is_empty());
}

#[test]
fn a_plan_with_a_date_waits_for_it_and_is_refused_after_its_night() {
    let plan = planned("dated-start");
    let start = plan.1.start.as_ref().unwrap().instant.as_ref().unwrap();
    let start = start.timestamp().as_second();

    let early = night(plan.clone(), start - 86_400);
    let output = early.play(&[]);
    assert_status(&output, 0);
    assert_says(&output, &["it starts at"]);
    for action in ["migrate a", "migrate payroll"] {
        assert!(early.moment("started", action).unwrap() >= start);
    }

    let late = night(plan, start + 86_400);
    let output = late.play(&[]);
    assert_status(&output, 5);
    assert_says(&output, &["this is not the plan's night"]);
    assert!(late.calls().is_empty() && !late.path("journal").exists());
    // The rules keep their clock times, whatever is told.
    let output = late.play(&["--now"]);
    assert_status(&output, 1);
    assert_says(&output, &["too late: it had to start by"]);
    assert!(late.migrations("payroll").is_empty());
}

#[test]
fn for_other_engines_an_action_waits_for_its_turn_and_nothing_else() {
    let plan = planned("dated-start");
    let start = plan.1.start.as_ref().unwrap().instant.as_ref().unwrap();
    let start = start.timestamp().as_second();
    let stage = night(plan, start - 20);
    assert_status(&stage.play(&["--action", "0001", "turn"]), 0);
    let clock = fs::read_to_string(stage.path("fake/clock")).unwrap();
    assert!(clock.trim().parse::<i64>().unwrap() >= start);
    assert!(stage.calls().is_empty());
}

#[test]
fn what_counts_from_the_start_moves_with_it_and_the_clock_stays() {
    let plan = planned("two-clocks");
    let start = plan.1.start.as_ref().unwrap().instant.as_ref().unwrap();
    let start = start.timestamp().as_second();
    let started = |stage: &Stage, vm: &str| stage.moment("started", &format!("migrate {vm}"));
    let minutes = 60;

    // An hour early: `later` ten minutes from then, the others when the clock says so.
    let early = night(plan.clone(), start - 60 * minutes);
    let output = early.play(&["--now"]);
    assert_status(&output, 0);
    assert!(started(&early, "soon").unwrap() < start - 50 * minutes);
    let later = started(&early, "later").unwrap();
    assert!((start - 50 * minutes..start - 30 * minutes).contains(&later));
    assert!(started(&early, "stays").unwrap() >= start + 20 * minutes);

    // An hour late: the deadline of the clock cannot be kept any more, which is said before anything starts.
    let late = night(plan, start + 60 * minutes);
    let output = late.play(&["--now"]);
    assert_status(&output, 1);
    assert_says(
        &output,
        &[
            "note     migrate falls  will be too late: it had to start by",
            "before falls by 22:30",
            "3 done, 1 failed, 0 skipped, 0 left",
        ],
    );
    assert!(late.migrations("falls").is_empty());
    let later = started(&late, "later").unwrap();
    assert!((start + 70 * minutes..start + 90 * minutes).contains(&later));
}

#[test]
fn a_plan_whose_files_have_changed_is_not_carried_out() {
    let stage = night(planned("overrun"), SOME);
    let source = stage.path("overrun.mvm");
    let cases = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/script/cases");
    fs::copy(cases.join("overrun.mvm"), &source).unwrap();
    let output = stage.play(&["--preflight"]);
    assert_status(&output, 0);
    assert_says(
        &output,
        &["ok       overrun.mvm", "is what the plan was made from"],
    );

    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, text + "// and more\n").unwrap();
    let output = stage.play(&[]);
    assert_status(&output, 4);
    assert_says(
        &output,
        &["PROBLEM  overrun.mvm  has changed since the plan was made"],
    );
    assert!(stage.migrations("a").is_empty());
}

#[test]
fn who_is_late_is_named_and_ended_at_the_limit() {
    let stage = night(planned("overrun"), SOME);
    stage.tell(&format!("hangs-{}", hash("a")), "");
    let output = stage.play(&[]);
    assert_status(&output, 1);
    assert_says(
        &output,
        &[
            "LATE   migrate a: 1 s were planned, it has run for",
            "LIMIT  migrate a: it has run for",
            "the plan says: abort",
            "| a runs on h1",
        ],
    );
}

#[test]
fn room_on_a_link_is_there_again_however_a_migration_ended() {
    let stage = night(planned("one-fails"), SOME);
    stage.tell("fail", "app1");
    let output = stage.play(&[]);
    assert_status(&output, 1);
    assert_says(&output, &["11 done, 1 failed, 0 skipped, 0 left"]);
}

#[test]
fn a_retry_comes_after_its_pause() {
    let (datacenter, mut plan) = planned("overrun");
    plan.actions[0].retry = Retry {
        times: 2,
        pause: 60,
    };
    let stage = night((datacenter, plan), SOME);
    stage.tell("fail", "a");
    stage.tell("once", "");
    let output = stage.play(&[]);
    assert_status(&output, 0);
    assert_says(&output, &["retry  migrate a in 60 s (1 more)"]);
    let (failed, ended) = (
        stage.moment("failed", "migrate a"),
        stage.moment("ended", "migrate a"),
    );
    assert!(ended.unwrap() >= failed.unwrap() + 60);
}

#[test]
fn where_a_guest_really_runs_is_what_is_recorded() {
    // The command fails, but the guest arrives.
    let stage = night(planned("overrun"), SOME);
    stage.tell("lies", "");
    let output = stage.play(&[]);
    assert_status(&output, 0);
    assert_says(
        &output,
        &["the command failed (status 1), but a runs on h2"],
    );

    // Somebody else has moved it before: nothing is left to do.
    let stage = night(planned("overrun"), SOME);
    stage.put("a", "qemu+ssh://h2/system", true);
    let output = stage.play(&["--no-preflight"]);
    assert_status(&output, 0);
    assert_says(&output, &["a runs on h2 already"]);
    assert!(stage.migrations("a").is_empty());

    // It is on neither.
    let stage = night(planned("overrun"), SOME);
    stage.put("a", "qemu+ssh://elsewhere/system", true);
    let output = stage.play(&["--no-preflight"]);
    assert_status(&output, 1);
    assert_says(&output, &["a runs neither on h1 nor on h2"]);
}

#[test]
fn no_guest_goes_where_it_does_not_fit_or_its_name_is_taken() {
    let stage = night(planned("overrun"), SOME);
    stage.tell("free-h2", "51200");
    let output = stage.play(&["--no-preflight"]);
    assert_status(&output, 1);
    assert_says(&output, &["h2 has 50 MiB free, a needs 100 MiB"]);
    assert!(stage.migrations("a").is_empty());

    let stage = night(planned("overrun"), SOME);
    stage.put("a", "qemu+ssh://h2/system", false);
    let output = stage.play(&["--no-preflight"]);
    assert_status(&output, 1);
    assert_says(&output, &["h2 has a guest of the name a already"]);
    assert!(stage.migrations("a").is_empty());
}

#[test]
fn a_preflight_names_all_problems_at_once_and_changes_nothing() {
    let stage = night(planned("unknown-guest"), SOME);
    fs::remove_file(stage.path("fake/on-pve3")).unwrap();
    stage.put("vm-101", "qemu+ssh://elsewhere/system", true);
    stage.tell(&format!("memory-{}", hash("vm-102")), "33554432");
    stage.tell("free-pve1", "1048576");
    for arguments in [&["--preflight"][..], &[]] {
        let output = stage.play(arguments);
        assert_says(
            &output,
            &[
                "PROBLEM  pve1      1024 MiB are free, the plan needs 16384 MiB",
                "PROBLEM  vm-101    does not run on pve2",
                "PROBLEM  vm-102    has 32768 MiB, the plan knows of 16384 MiB",
                "PROBLEM  pve3      does not answer",
                "4 problems",
            ],
        );
        assert_status(&output, 4);
        assert!(!stage.path("journal").exists());
    }
    let changes = ["migrate", "chassis power on", "chassis power soft"];
    let calls = stage.calls().into_iter().map(|call| call.words.join(" "));
    assert!(
        !calls
            .into_iter()
            .any(|call| changes.iter().any(|c| call.contains(c)))
    );
}

/// Its end and its loss may be told in one moment: the first one counts, and it is not started again.
#[test]
fn an_action_that_has_ended_is_not_lost_any_more() {
    let stage = Stage::new(fixture::upgrade());
    let text = r#"
        source <(sed '$d' "$0")
        WORK=$1 RUNNING=0 READY=()
        STATE[0001]=ended
        echo 77 >"$WORK/0001.begun"
        take_event 0001 '' lost
        printf '%s %s %s' "${STATE[0001]}" "${#READY[@]}" "$RUNNING"
    "#;
    let output = Command::new("bash")
        .args(["-c", text])
        .args([stage.path("plan.sh"), stage.folder.path().to_owned()])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "ended 0 0");
}
