//! `mvm run` on a server whose commands are all of this machine; `tests/nights` compares its decisions with the script's.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const FILE: &str = r#"
switch core
server s1 {
  memory 4GiB
  link 1Gbps to core
  command run     "bash -c {command}"
  command answers "true"
  command guests  "true"
  command defined "true"
  command clock   "date +%s"
}

plan look {
  // What is carried out finds no terminal at which it could ask.
  run "echo one >> done; (: </dev/tty) 2>/dev/null && echo terminal >> done; true" on s1 takes 1s
  pause "look at it"
  run "echo two >> done" on s1 takes 1s
}
"#;

/// A command at a terminal that `script` makes.
pub fn terminal(shell: &str) -> Command {
    let mut command = Command::new("script");
    command
        .args(["-q", "-e", "-c", shell, "/dev/null"])
        .env("MVM_POLL", "1");
    command
}

/// What comes of it where somebody types that, so many ms later; None where it is not there.
pub fn typed(mut command: Command, pause: u64, text: &str) -> Option<Output> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take().unwrap();
    // Whatever does not wait for the answer has gone on by then.
    std::thread::sleep(std::time::Duration::from_millis(pause));
    std::io::Write::write_all(&mut input, text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(input);
    Some(output)
}

/// A folder with a plan.
struct Night(tempfile::TempDir);

impl Night {
    fn new() -> Self {
        let night = Night(tempfile::tempdir().unwrap());
        fs::write(night.path("look.mvm"), FILE).unwrap();
        let output = night.mvm(&["plan", "look.mvm", "--emit", "json", "-o", "look.json"]);
        assert_eq!(night.end(output), 0);
        night
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn mvm(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mvm"));
        command
            .args(words)
            .current_dir(&self.0)
            .env("MVM_POLL", "1");
        command.stdin(Stdio::null()).output().unwrap()
    }

    /// Somebody types answers while it runs.
    fn answered(&self, text: &str) -> Option<Output> {
        let shell = format!("{} run look.json --log log", env!("CARGO_BIN_EXE_mvm"));
        let mut command = terminal(&shell);
        command.current_dir(&self.0);
        typed(command, 1500, text)
    }

    fn end(&self, output: Output) -> i32 {
        output.status.code().unwrap()
    }
}

#[test]
fn somebody_at_the_terminal_is_asked_by_mvm_run_too() {
    let night = Night::new();
    let Some(output) = night.answered("what?\nyes\n") else {
        eprintln!("skipped: there is no `script` to make a terminal with");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(night.end(output), 0, "{said}");
    for part in [
        "go on? (yes or no)",
        "yes or no?",
        "3 done, 0 failed, 0 skipped, 0 left",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(night.text("done"), "one\ntwo\n");
    assert_eq!(night.text("look.times.csv").lines().count(), 4);
    let events = night.text("log");
    let events = events.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        format!(
            "{} {}",
            line["event"].as_str().unwrap(),
            line["action"].as_str().unwrap()
        )
    });
    let events: Vec<String> = events.filter(|event| !event.starts_with("late")).collect();
    assert_eq!(
        events,
        [
            "start run s1",
            "done run s1",
            "start pause",
            "done pause",
            "start run s1 (2)",
            "done run s1 (2)",
        ]
    );
    // Once more, and nothing is done.
    assert_eq!(night.end(night.mvm(&["run", "look.json"])), 6);
    assert_eq!(night.text("done"), "one\ntwo\n");
}

/// What is no journal is not read for ever.
#[test]
#[cfg(target_os = "linux")]
fn a_journal_without_an_end_is_refused() {
    let night = Night::new();
    std::os::unix::fs::symlink("/dev/zero", night.path("endless")).unwrap();
    let output = night.mvm(&["run", "look.json", "--journal", "endless"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("`endless` cannot be read: it has more than"),
        "{said}"
    );
    assert_eq!(night.end(output), 3);
}

#[test]
fn a_no_ends_mvm_run_and_the_next_one_asks_again() {
    let night = Night::new();
    let Some(output) = night.answered("no\n") else {
        eprintln!("skipped: there is no `script` to make a terminal with");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(night.end(output), 1, "{said}");
    assert!(said.contains("the answer was no"), "{said}");
    assert_eq!(night.text("done"), "one\n");
    let output = night.answered("yes\n").unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(night.end(output), 0, "{said}");
    assert_eq!(night.text("done"), "one\ntwo\n");
    // The file that it has changed is not the one that was planned.
    fs::write(night.path("look.mvm"), FILE.replace("two", "three")).unwrap();
    let output = night.mvm(&["run", "look.json", "--journal", "other"]);
    assert_eq!(night.end(output), 1);
    assert_eq!(night.text("done"), "one\ntwo\n");
}

/// What failed is planned again, and carried out once somebody has said yes; what was done is not done again.
#[test]
fn what_could_not_be_done_is_planned_again() {
    let night = Night::new();
    let second = "(test -e tried || (touch tried; false)) && echo two >> done";
    let file = FILE.replace("echo two >> done", second);
    fs::write(night.path("look.mvm"), file.replace("pause", "// pause")).unwrap();
    let plan = ["plan", "look.mvm", "--emit", "json", "-o", "look.json"];
    assert_eq!(night.end(night.mvm(&plan)), 0);
    let run = ["run", "look.json", "--replan"];
    // Nobody says yes.
    assert_eq!(night.end(night.mvm(&run)), 1);
    assert_eq!(night.text("done"), "one\n");
    assert!(!night.path("look-2.json").exists());
    let said = night.mvm(&[
        "replan",
        "look.json",
        "-o",
        "rest.json",
        "--script",
        "rest.sh",
    ]);
    let err = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(
        err.contains("1 action done, 0 running, 1 failed, 1 to plan"),
        "{err}"
    );
    assert!(err.contains("bash rest.sh --journal rest.journal"), "{err}");
    assert_eq!(night.end(said), 0);
    assert_eq!(night.end(night.mvm(&["verify", "rest.json"])), 0);
    // Never over a plan that is there.
    assert_eq!(
        night.end(night.mvm(&["replan", "look.json", "-o", "rest.json"])),
        2
    );
    // It is tried again, and fails; then it is planned anew.
    fs::remove_file(night.path("tried")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mvm"));
    command.args(run).current_dir(&night.0).env("MVM_POLL", "1");
    let output = typed(command, 0, "yes\n").unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(night.end(output), 0, "{said}");
    assert_eq!(night.text("done"), "one\ntwo\n");
    assert!(night.path("look-2.json").exists());
    assert_eq!(night.end(night.mvm(&["run", "look-2.json"])), 6);
}
