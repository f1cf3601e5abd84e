//! Commands on servers and pauses, carried out.

use super::cases::{SOME, assert_says, night};
use super::*;

/// What somebody or something does at each look at the clock of a pause that waits.
fn with_nap(stage: Stage, body: &str) -> Stage {
    let clock = include_str!("clock.bash");
    let nap = format!("{clock}\nnap() {{ \"$FAKE/pass\" 30; now; {body}; }}\n");
    fs::write(stage.path("clock.bash"), nap).unwrap();
    stage
}

/// Says yes once the clock has come to that second.
fn approved_at(stage: Stage, second: i64) -> Stage {
    let body = format!("(( NOW < {second} )) || : >\"$JOURNAL.$number.go\"");
    with_nap(stage, &body)
}

/// What was carried out on servers: the last word of each call of ssh that does not ask for the time.
fn carried_out(stage: &Stage) -> Vec<String> {
    let calls = stage.calls().into_iter();
    let own = calls.filter(|call| call.words[0] == "ssh" && !call.words.contains(&"+%s".into()));
    own.map(|call| call.words.last().unwrap().clone()).collect()
}

const COMMAND: &str =
    "DEBIAN_FRONTEND=noninteractive apt-get -y full-upgrade && echo \"it's done\"";

#[test]
fn a_pause_waits_for_its_file_and_says_that_it_is_late() {
    // Nobody answers before it was said to be late.
    let stage = with_nap(
        night(fixture::upgrade(), SOME),
        "[[ ! -e $FAKE/late ]] || : >\"$JOURNAL.$number.go\"",
    );
    let site = fs::read_to_string(stage.path("clock.bash")).unwrap();
    let told = "eval \"really_$(declare -f say)\"\n\
        say() { really_say \"$@\"; [[ $1 != LATE* ]] || : >\"$FAKE/late\"; }\n";
    fs::write(stage.path("clock.bash"), site + told).unwrap();
    // It was said before there was a question.
    fs::write(stage.path("journal.0002.go"), "").unwrap();
    let output = stage.play(&[]);
    assert_status(&output, 0);
    let question = "pause: look at the graphs: $(touch canary)\\u{a}<b>; ok?</b>";
    let go = stage.path("journal.0002.go");
    assert_says(
        &output,
        &[
            &format!("start  {question}"),
            &format!("to go on: touch '{}'", go.display()),
            &format!("LATE   {question}: 60 s were planned, it has run for"),
            "it holds up run s1",
            "5 done, 0 failed, 0 skipped, 0 left",
        ],
    );
    assert!(!go.exists() && !stage.path("canary").exists());
    let ended = stage.moment("ended", question).unwrap();
    assert!(ended >= SOME + 60);
    assert!(stage.moment("started", "run s1").unwrap() >= ended);
    assert_eq!(carried_out(&stage), [COMMAND]);
    let call = stage.calls().into_iter();
    let call = call.filter(|call| call.words.contains(&COMMAND.into()));
    let words: Vec<Vec<String>> = call.map(|call| call.words).collect();
    assert_eq!(
        words[0],
        ["ssh", "-o", "BatchMode=yes", "--", "root@s1", COMMAND]
    );
}

#[test]
fn a_pause_stays_open_when_the_script_is_told_to_end() {
    let once = "[[ -e $FAKE/told ]] || { : >\"$FAKE/told\"; kill -TERM $$; }";
    let mut stage = with_nap(night(fixture::upgrade(), SOME), once);
    let output = stage.play(&[]);
    assert_status(&output, 130);
    assert_says(&output, &["1 done, 0 failed, 0 skipped, 4 left"]);
    assert!(carried_out(&stage).is_empty());
    assert!(stage.journal("failed").is_empty());

    // It is asked again, and an answer from in between counts.
    fs::write(stage.path("journal.0002.go"), "").unwrap();
    stage = approved_at(stage, SOME + 100_000);
    let output = stage.play(&[]);
    assert_status(&output, 0);
    assert_says(&output, &["5 done"]);
    assert_eq!(stage.migrations("web").len(), 1);
}

#[test]
fn a_pause_is_refused_by_a_file_too() {
    let once = "[[ -e $FAKE/told ]] || { : >\"$FAKE/told\"; : >\"$JOURNAL.0002.no\"; }";
    let stage = with_nap(night(fixture::upgrade(), SOME), once);
    let output = stage.play(&[]);
    assert_status(&output, 1);
    assert_says(
        &output,
        &[
            &format!(
                "to refuse: touch '{}'",
                stage.path("journal.0002.no").display()
            ),
            "| the answer was no",
            "1 done, 1 failed, 3 skipped, 0 left",
        ],
    );
    assert!(carried_out(&stage).is_empty());
}

#[test]
fn a_command_that_fails_stops_what_comes_behind_it_and_is_given_again_by_the_next_run() {
    let stage = approved_at(night(fixture::upgrade(), SOME), SOME);
    stage.tell("ssh-status", "7");
    let output = stage.play(&[]);
    assert_status(&output, 1);
    assert_says(
        &output,
        &[
            "FAILED run s1",
            "| the command failed (status 7)",
            "skip   shutdown s1: it needs run s1",
            "2 done, 1 failed, 2 skipped, 0 left",
        ],
    );
    fs::remove_file(stage.path("fake/ssh-status")).unwrap();
    assert_status(&stage.play(&[]), 0);
    assert_eq!(carried_out(&stage), [COMMAND, COMMAND]);
}

#[test]
fn a_command_whose_end_nobody_knows_is_not_given_again_before_somebody_has_looked() {
    let stage = Stage::new(fixture::upgrade());
    // The process of the action dies while its command runs.
    let site = "WATCH=1\nnap() { : >\"$JOURNAL.$number.go\"; sleep 0.05; }\n\
        entered() { printf '%s\\n' \"$BASHPID\" >\"$FAKE/process\"; }\n";
    fs::write(stage.path("site.bash"), site).unwrap();
    let site = stage.path("site.bash");
    let arguments = ["--site", site.to_str().unwrap()];
    stage.tell("ssh-kills", "");
    let output = stage.run(&arguments);
    assert_status(&output, 1);
    assert_says(
        &output,
        &[
            "lost   run s1: its process was killed",
            "| nobody knows how its command ended: look at s1; the next start gives it again",
        ],
    );
    assert_eq!(carried_out(&stage), [COMMAND]);
    fs::remove_file(stage.path("fake/ssh-kills")).unwrap();
    assert_status(&stage.run(&arguments), 0);
    assert_eq!(carried_out(&stage), [COMMAND, COMMAND]);
}

#[test]
fn commands_reach_the_server_as_they_are_written() {
    let texts = fixture::HOSTILE.map(str::trim);
    let (mut datacenter, mut plan) = fixture::upgrade();
    let run = plan.actions[2].clone();
    plan.actions.clear();
    for (at, text) in texts.iter().enumerate() {
        let mut run = run.clone();
        run.id = format!("run {at}");
        run.text = Some((*text).into());
        run.after.clear();
        plan.actions.push(run);
    }
    let stage = Stage::new((datacenter.clone(), plan.clone()));
    assert_status(&stage.run(&["--dry-run"]), 0);
    assert_status(&stage.run(&[]), 0);
    let mut found = carried_out(&stage);
    let mut expected = texts.map(str::to_owned).to_vec();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);

    // Through a template of the datacenter's own too.
    let template = "ssh -p 22 admin@{address} sudo sh -c {command}";
    datacenter.commands.set(CommandKind::Run, template);
    let stage = Stage::new((datacenter, plan));
    assert_status(&stage.run(&[]), 0);
    let mut found = carried_out(&stage);
    found.sort();
    assert_eq!(found, expected);
    assert!(!stage.path("canary").exists());
}

/// The plan's script at a terminal of its own, where that line is typed.
fn at_a_terminal(stage: &Stage, line: &str) -> Option<Output> {
    let shell = format!(
        "bash {} --no-preflight --journal {}",
        stage.path("plan.sh").display(),
        stage.path("journal").display()
    );
    let path = std::env::var("PATH").unwrap();
    let mut command = crate::run::terminal(&shell);
    command
        .env("PATH", format!("{}:{path}", stage.path("bin").display()))
        .env("FAKE", stage.path("fake"))
        .env("FAKE_SLEEP", "0");
    crate::run::typed(command, 0, line)
}

#[test]
fn at_a_terminal_somebody_is_asked() {
    let stage = Stage::new(fixture::upgrade());
    let Some(output) = at_a_terminal(&stage, "what?\nyes\n") else {
        eprintln!("skipped: there is no `script` to make a terminal with");
        return;
    };
    assert_status(&output, 0);
    assert_says(&output, &["go on? (yes or no)", "yes or no?", "5 done"]);

    let stage = Stage::new(fixture::upgrade());
    let output = at_a_terminal(&stage, "no\n").unwrap();
    assert_status(&output, 1);
    assert_says(
        &output,
        &["| the answer was no", "1 done, 1 failed, 3 skipped"],
    );
    assert!(carried_out(&stage).is_empty());
    // Asked again by the next run.
    assert_status(&at_a_terminal(&stage, "yes\n").unwrap(), 0);
}
