//! Sessions with the built program: what it prints, where, and how it ends.

mod support;

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use support::root;

const FILE: &str = "\
switch tor
server s[1..2] { memory 8GiB link 1Gbps to tor }
vm a { memory 2GiB idle on s1 }
vm b { memory 4GiB idle on s1 }

plan away {
  start 02:00 UTC
  migrate a, b to s2
  before b -> a
}
";

/// The same in two files.
const INVENTORY: &str = "\
switch tor
server s[1..2] { memory 8GiB link 1Gbps to tor }
vm a { memory 2GiB idle on s1 }
vm b { memory 4GiB idle on s1 }
";
const AWAY: &str = "\
use \"inventory.mvm\"
plan away { migrate a, b to s2 }
";

/// What the program says and how it ends, run in a folder.
fn session(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::cargo_bin("mvm")
        .expect("the program is built")
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .args(arguments)
        .output()
        .expect("the program runs");
    format!(
        "$ mvm {}\n{}--- stderr\n{}--- status {}\n",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        output.status.code().unwrap_or(-1)
    )
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    folder
}

#[test]
fn a_plan_is_checked_computed_and_verified() {
    let folder = folder(&[("away.mvm", FILE)]);
    let mut text = session(folder.path(), &["check", "away.mvm"]);
    text += &session(folder.path(), &["plan", "away.mvm"]);
    text += &session(
        folder.path(),
        &["plan", "away.mvm", "--emit", "json", "-o", "plan.json"],
    );
    text += &session(folder.path(), &["verify", "plan.json"]);
    insta::assert_snapshot!(text);
    let json = fs::read_to_string(folder.path().join("plan.json")).expect("the plan was written");
    insta::assert_snapshot!("plan_json", json);
    let again = session(folder.path(), &["plan", "away.mvm", "--emit", "json"]);
    assert!(again.contains(&json), "two runs give the same bytes");
}

#[test]
fn what_comes_through_a_pipe_is_read() {
    let folder = folder(&[("inventory.mvm", INVENTORY), ("away.mvm", AWAY)]);
    let run = |line: &str| {
        let output = std::process::Command::new("sh")
            .args(["-c", line])
            .arg(assert_cmd::cargo::cargo_bin("mvm"))
            .current_dir(folder.path())
            .output()
            .expect("the shell runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    for (line, says) in [
        ("\"$0\" check - < away.mvm", "-: 2 servers"),
        (
            "cat away.mvm | \"$0\" check /dev/stdin",
            "/dev/stdin: 2 servers",
        ),
        ("cat away.mvm | \"$0\" plan - --emit json > plan.json", ""),
        (
            "cat plan.json | \"$0\" verify - --source away.mvm",
            "-: the plan holds",
        ),
        (
            "cat away.mvm | \"$0\" verify plan.json --source -",
            "the plan holds",
        ),
    ] {
        let (status, said) = run(line);
        assert_eq!(status, Some(0), "{line}: {said}");
        assert!(said.contains(says), "{line}: {said}");
    }
    let (status, said) = run("echo 'server s1, s1' | \"$0\" --message-format short check -");
    assert_eq!(status, Some(1), "{said}");
    assert!(said.starts_with("-:1:8: error[E0202]"), "{said}");
}

#[test]
fn what_holds_the_end_is_told() {
    let folder = folder(&[("away.mvm", FILE)]);
    let mut text = session(folder.path(), &["plan", "away.mvm", "--why"]);
    text += &session(
        folder.path(),
        &["plan", "away.mvm", "--why", "--emit", "mermaid"],
    );
    insta::assert_snapshot!(text);
}

#[test]
fn a_plan_that_was_changed_does_not_hold() {
    let folder = folder(&[("away.mvm", FILE)]);
    session(
        folder.path(),
        &["plan", "away.mvm", "--emit", "json", "-o", "plan.json"],
    );
    let json = fs::read_to_string(folder.path().join("plan.json")).expect("the plan was written");
    let mut text = String::new();
    for (from, to) in [
        ("\"start\": 34, \"end\": 51", "\"start\": 30, \"end\": 47"),
        ("\"makespan\": 51", "\"makespan\": 50"),
        ("\"to\": \"s2\"", "\"to\": \"s1\""),
        ("\"migrate a\"", "\"migrate c\""),
        ("\"after\": [\"migrate b\"]", "\"after\": []"),
        ("mvm-plan/1", "mvm-plan/2"),
    ] {
        assert!(json.contains(from), "{from} is in {json}");
        fs::write(folder.path().join("plan.json"), json.replacen(from, to, 1))
            .expect("it can be written");
        text += &format!(
            "# {from} becomes {to}\n{}",
            session(folder.path(), &["verify", "plan.json"])
        );
    }
    insta::assert_snapshot!(text);
}

/// A plan says the same wherever it is asked for, and holds wherever it is looked at, also where it names another file.
#[test]
fn where_a_plan_is_made_changes_nothing() {
    let folder = folder(&[]);
    let at = |name: &str| folder.path().join(name);
    for inside in [".git", "night", "plans"] {
        fs::create_dir(at(inside)).expect("a folder can be made");
    }
    let inventory = "switch tor\nserver s[1..3] { memory 32GiB link 1Gbps to tor }\nvm a[1..2] { memory 2GiB idle on s1 }\n";
    fs::write(at("night/inventory.mvm"), inventory).expect("it can be written");
    let night = "use \"inventory.mvm\"\nplan away { migrate a1 to s2 migrate a2 to s3 }\n";
    fs::write(at("night/away.mvm"), night).expect("it can be written");
    let plan = |from: &Path, file: &Path| {
        let arguments = ["plan", &file.display().to_string(), "--emit", "json"];
        let said = session(from, &arguments);
        let (_, said) = said.split_once('\n').expect("a line with the command");
        said.to_owned()
    };
    let here = plan(&at("night"), Path::new("away.mvm"));
    assert!(here.contains("(night/inventory.mvm:2)"), "{here}");
    assert_eq!(plan(folder.path(), Path::new("night/away.mvm")), here);
    assert_eq!(plan(&at("plans"), &at("night/away.mvm")), here);
    let (json, _) = here.split_once("--- stderr").expect("both outputs");
    fs::write(at("plans/away.json"), json).expect("it can be written");
    let said = session(&at("plans"), &["verify", "away.json"]);
    assert!(said.contains("the plan holds"), "{said}");
}

/// VMs that make room for one another: no bound by multipliers is tight.
const ROTATE: &str = "\
switch tor
server s[1..3] { memory 8GiB link 1Gbps to tor }
vm a { memory 2GiB idle on s1 }
vm b { memory 5GiB idle on s2 }
vm c { memory 3GiB idle on s3 }
vm d { memory 2GiB idle on s1 }

plan rotate {
  migrate a to s2
  migrate b to s3
  migrate c to s1
  migrate d to s3
}
";

/// What dratify says of clauses in DIMACS and their refutation in DRAT.
fn refuted(cnf: &str, drat: &str) -> dratify::CheckResult {
    let literals = |line: &str| -> Vec<dratify::Lit> {
        let numbers = line.split_whitespace().filter(|&word| word != "d");
        let numbers = numbers.map(|word| word.parse::<i64>().expect("a literal"));
        let literals = numbers.take_while(|&literal| literal != 0);
        // A variable `v` is numbered from 0, and has the literals `2v` and `2v + 1`.
        literals
            .map(|literal| 2 * (literal.unsigned_abs() as u32 - 1) + u32::from(literal < 0))
            .collect()
    };
    let lines = cnf.lines().filter(|line| !line.starts_with(['c', 'p']));
    let clauses: Vec<_> = lines.map(literals).collect();
    let used = clauses.iter().flatten().map(|literal| literal / 2 + 1);
    let steps: Vec<_> = drat
        .lines()
        .map(|line| (line.starts_with('d'), literals(line)))
        .collect();
    dratify::Checker::new(used.max().unwrap_or(0), &clauses, true, true).check(&steps)
}

#[test]
fn bounds_are_proved_by_certificates() {
    let folder = folder(&[("rotate.mvm", ROTATE)]);
    let path = |name: &str| folder.path().join(name);
    let json = ["plan", "rotate.mvm", "--emit", "json"];
    let plain = session(folder.path(), &json);
    session(
        folder.path(),
        &[&json[..], &["-o", "plan.json", "--certificate", "proofs"]].concat(),
    );
    let plan = fs::read_to_string(path("plan.json")).expect("the plan was written");
    assert!(
        plain.contains(&plan),
        "the plan is the same without a certificate"
    );

    let verify = || {
        session(
            folder.path(),
            &["verify", "plan.json", "--certificate", "proofs"],
        )
    };
    let good = verify();
    assert!(
        good.contains("mttr: the bound holds (") && good.contains(" refuted in "),
        "{good}"
    );
    assert!(good.ends_with("--- status 0\n"), "{good}");

    // Checkers written by others agree.
    let proof = |name: &str| fs::read_to_string(path("proofs").join(name)).expect("written");
    let checked = refuted(&proof("rotate.mttr.cnf"), &proof("rotate.mttr.drat"));
    assert!(checked.ok && checked.reached_empty, "{checked:?}");
    let empty = refuted("p cnf 1 1\n1 0\n", &proof("rotate.mttr.drat"));
    assert!(!empty.ok, "{empty:?}");
    for checker in ["drat-trim", "rate"] {
        let files = ["proofs/rotate.mttr.cnf", "proofs/rotate.mttr.drat"];
        match std::process::Command::new(checker)
            .args(files.map(path))
            .output()
        {
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stdout).into_owned();
                assert!(said.contains("s VERIFIED"), "{checker}: {said}");
            }
            Err(_) => println!("skipped: no `{checker}` here"),
        }
    }

    let bound = plan
        .split("\"lower_bound\": ")
        .nth(1)
        .and_then(|rest| rest.split(',').next());
    let bound: i64 = bound.expect("a bound").parse().expect("an integer");
    let lower = (
        format!("\"lower_bound\": {bound}"),
        format!("\"lower_bound\": {}", bound - 1),
    );
    let changes = [
        (
            "rotate.certificate.json",
            (&*lower.0, &*lower.1),
            "the plan says",
            4,
        ),
        (
            "rotate.certificate.json",
            ("\"rotate\"", "\"other\""),
            "it is of the plan `other`",
            4,
        ),
        (
            "rotate.certificate.json",
            ("\"mttr\"", "\"ttrm\""),
            "objectives",
            4,
        ),
        (
            "rotate.certificate.json",
            ("rotate.mttr.cnf", "../plan.json"),
            "cannot be read",
            1,
        ),
        (
            "rotate.certificate.json",
            ("{", "["),
            "is not a certificate",
            1,
        ),
        (
            "rotate.certificate.json",
            ("certificate/1", "certificate/9"),
            "is not a certificate",
            1,
        ),
        (
            "rotate.problem.json",
            ("migrate a", "migrate b"),
            "is not the problem",
            4,
        ),
        (
            "rotate.mttr.cnf",
            ("p cnf ", "p cnf 1"),
            "the clauses in `rotate.mttr.cnf`",
            4,
        ),
        ("rotate.mttr.drat", (" 0\n", "\n"), "line 1", 4),
    ];
    for (file, (from, to), says, status) in changes {
        let file = path("proofs").join(file);
        let text = fs::read_to_string(&file).expect("it was written");
        assert!(text.contains(from), "{from} is in {}", file.display());
        fs::write(&file, text.replacen(from, to, 1)).expect("it can be written");
        let said = verify();
        fs::write(&file, text).expect("it can be written");
        assert!(said.contains(says), "{from} becomes {to}: {said}");
        assert!(
            said.ends_with(&format!("--- status {status}\n")),
            "{from} becomes {to}: {said}"
        );
    }
    fs::remove_file(path("proofs").join("rotate.mttr.drat")).expect("it is there");
    let gone = verify();
    assert!(
        gone.contains("`rotate.mttr.drat` cannot be read: there is no such file"),
        "{gone}"
    );
    assert!(gone.ends_with("--- status 1\n"), "{gone}");
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    let wrong = FILE
        .replace("4GiB on s1", "4Gib on s3")
        .replace("-> a", "-> c");
    let folder = folder(&[("away.mvm", &wrong)]);
    let mut text = session(folder.path(), &["check", "away.mvm"]);
    text += &session(
        folder.path(),
        &["--message-format", "short", "check", "away.mvm"],
    );
    text += &session(
        folder.path(),
        &["--message-format", "json", "check", "away.mvm"],
    );
    text += &session(
        folder.path(),
        &["plan", "away.mvm", "--emit", "json", "-o", "plan.json"],
    );
    insta::assert_snapshot!(text);
    assert!(
        !folder.path().join("plan.json").exists(),
        "nothing is written for a file with errors"
    );
}

#[test]
fn what_cannot_be_is_explained() {
    let impossible = FILE.replace("before b -> a", "before b -> a by 02:00:45");
    let folder = folder(&[("away.mvm", &impossible)]);
    let mut text = session(folder.path(), &["plan", "away.mvm"]);
    let expected = impossible.replace("by 02:00:45", "by 02:00:45\n  expect impossible");
    fs::write(folder.path().join("away.mvm"), expected).expect("it can be written");
    text += &session(folder.path(), &["plan", "away.mvm"]);
    insta::assert_snapshot!(text);
}

#[test]
fn the_exit_status_says_what_became_of_a_plan() {
    let with = |more: &str| FILE.replace("before b -> a", more);
    let folder = folder(&[
        ("missed.mvm", &with("expect makespan <= 10s")),
        ("kept.mvm", &with("expect makespan <= 1min")),
        ("never.mvm", &with("before a by 02:00:01")),
        ("exists.mvm", &with("expect impossible")),
        ("none.mvm", &with("before a by 02:00:01 expect impossible")),
        ("loose.mvm", &with("")),
    ]);
    let mut text = String::new();
    for arguments in [
        &["check", "missed.mvm"][..],
        &["plan", "missed.mvm"],
        &["check", "kept.mvm"],
        &["check", "never.mvm"],
        &["plan", "never.mvm"],
        &["check", "exists.mvm"],
        &["check", "none.mvm"],
        &["check", "loose.mvm", "missed.mvm", "never.mvm"],
    ] {
        text += &session(folder.path(), arguments);
    }
    insta::assert_snapshot!(text);
}

/// Whether a process has a handler of its own for Ctrl-C.
#[cfg(target_os = "linux")]
fn handles_interrupts(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // SIGINT is the second signal.
    caught.is_some_and(|mask| mask & 0b10 != 0)
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupted_plan_is_no_success() {
    let program = assert_cmd::cargo::cargo_bin("mvm");
    let mut run = std::process::Command::new(program)
        .args(["plan", "examples/decommission/budget-9kw.mvm"])
        .args(["--effort", "best", "--emit", "mermaid"])
        .current_dir(root())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program runs");
    // From then on the signal ends the search, which takes minutes, and not the program.
    while !handles_interrupts(run.id()) {
        assert!(matches!(run.try_wait(), Ok(None)), "it still runs");
        std::thread::yield_now();
    }
    let sent = std::process::Command::new("kill")
        .args(["-INT", &run.id().to_string()])
        .status();
    assert!(sent.is_ok_and(|status| status.success()));
    let output = run.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("interrupted"), "{said}");
}

/// Servers of two rates: full rates leave much over.
const MIXED: &str = "\
switch core
rack old link 16Gbps to core {
  server a[1..2] { link 10Gbps }
  server b[1..2] { link 4Gbps }
}
rack new link 40Gbps to core { server n[1..4] { link 40Gbps } }
vm v[1..8] { memory 32GiB hot 200MiB in 1s cold 10MiB/s on old.a[1..2], old.b[1..2] }
plan p { migrate vms on old to new minimize makespan }
";

#[test]
fn a_choice_of_rates_is_advised_where_it_was_better_and_can_stand_in_the_file() {
    let chosen = MIXED.replace("minimize", "bandwidth choose minimize");
    let folder = folder(&[("mixed.mvm", MIXED), ("chosen.mvm", &chosen)]);
    let plan = |arguments: &[&str]| {
        let fixed = ["plan", "--effort", "fast", "--emit", "json"];
        session(folder.path(), &[&fixed[..], arguments].concat())
    };
    let makespan = |said: &str| -> i64 {
        let rest = said.split("\"makespan\": ").nth(1).expect("it is there");
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().expect("a number")
    };
    let advice = "note: with `bandwidth choose`";
    let full = plan(&["mixed.mvm"]);
    assert!(full.contains(advice), "{full}");
    let in_file = plan(&["chosen.mvm"]);
    assert!(!in_file.contains(advice), "{in_file}");
    assert!(in_file.contains("\"bandwidth\": \"choose\""), "{in_file}");
    assert!(makespan(&in_file) < makespan(&full), "{in_file}");
    let overridden = plan(&["chosen.mvm", "--bandwidth", "max"]);
    assert_eq!(makespan(&overridden), makespan(&full));
}

#[test]
fn slack_is_said_with_what_it_is_in() {
    let slack = FILE.replace("before b -> a", "slack 20%");
    let unknown = FILE.replacen("idle", "hot unknown", 1);
    let folder = folder(&[("slack.mvm", &slack), ("unknown.mvm", &unknown)]);
    let said = session(folder.path(), &["plan", "slack.mvm", "--why"]);
    assert!(said.contains("\n20 % of slack in 2 migrations\n"), "{said}");
    assert!(
        said.contains("\nwhat is assumed\n  20 % of slack: `migrate"),
        "{said}"
    );
    let said = session(folder.path(), &["check", "unknown.mvm"]);
    assert!(said.contains("what is not known is left out"), "{said}");
    assert!(said.ends_with("--- status 1\n"), "{said}");
}

#[test]
fn wrong_usage_is_told_apart_from_wrong_input() {
    let folder = folder(&[("away.mvm", FILE), ("empty.mvm", "")]);
    let mut text = String::new();
    for arguments in [
        &["plan", "nowhere.mvm"][..],
        &["plan", "empty.mvm"],
        &["plan", "away.mvm", "--plan", "home"],
        &["plan", "away.mvm", "--emit", "poster"],
        &["plan", "away.mvm", "--emit", "json,script"],
        &["explain", "E9999"],
        &["import", "btrplace", "away.mvm"],
        &["verify", "away.mvm"],
    ] {
        text += &session(folder.path(), arguments);
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_script_says_whose_bmc_it_does_not_know() {
    const SILENT: &str = "\
switch tor
server s1 { link 1Gbps to tor address \"10.0.0.7\" }
server s2 { link 1Gbps to tor address \"10.0.0.8\" }
vm a { memory 1GiB idle on s1 }
plan p { migrate a to s2 shutdown s1 }
";
    let told = SILENT.replace("10.0.0.7\"", "10.0.0.7\" bmc \"10.0.1.7\"");
    let own = SILENT.replace("10.0.0.7\"", "10.0.0.7\" command shutdown \"off {server}\"");
    let folder = folder(&[
        ("silent.mvm", SILENT),
        ("told.mvm", &told),
        ("own.mvm", &own),
    ]);
    let script = |file| {
        let mut command = Command::cargo_bin("mvm").expect("the program is built");
        command.current_dir(folder.path());
        command
            .args(["plan", file, "--emit", "script"])
            .output()
            .expect("the program runs")
    };
    let refused = script("silent.mvm");
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.is_empty());
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        why.contains("E0740") && why.contains("shut down `s1`"),
        "{why}"
    );
    let written = String::from_utf8_lossy(&script("told.mvm").stdout).into_owned();
    assert!(
        written.contains("-H 10.0.1.7 ") && !written.contains("ipmi\""),
        "{written}"
    );
    let written = String::from_utf8_lossy(&script("own.mvm").stdout).into_owned();
    assert!(
        !written.contains("no_bmc\n") && written.contains("off \"$server\""),
        "{written}"
    );
}

#[test]
fn a_calendar_needs_a_date() {
    let dated = FILE.replace("start 02:00 UTC", "start 2026-11-28 02:00 UTC");
    let folder = folder(&[("away.mvm", FILE), ("dated.mvm", &dated)]);
    let said = session(folder.path(), &["plan", "away.mvm", "--emit", "ics"]);
    assert!(
        said.contains("E0741") && said.contains("away.mvm:7"),
        "{said}"
    );
    assert!(said.ends_with("--- status 1\n"), "{said}");
    let said = session(folder.path(), &["plan", "dated.mvm", "--emit", "ics"]);
    assert!(said.contains("\r\nDTSTART:20261128T020000Z\r\n"), "{said}");
    assert!(said.ends_with("--- status 0\n"), "{said}");
}

#[test]
fn the_schema_is_printed() {
    let said = session(root(), &["schema"]);
    assert!(said.contains("\"const\": \"mvm-plan/1\""), "{said}");
    assert!(said.ends_with("--- status 0\n"), "{said}");
}

#[test]
fn several_outputs_go_into_a_folder() {
    let folder = folder(&[("away.mvm", FILE)]);
    session(
        folder.path(),
        &[
            "plan",
            "away.mvm",
            "--emit",
            "table,json,script,svg,mermaid",
            "-o",
            "out",
        ],
    );
    let mut names: Vec<String> = fs::read_dir(folder.path().join("out"))
        .expect("the folder was made")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["away.json", "away.mmd", "away.sh", "away.svg", "away.txt"]
    );
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let program = assert_cmd::cargo::cargo_bin("mvm");
    let status = std::process::Command::new("sh")
        .args([
            "-c",
            "\"$0\" plan examples/figure2.mvm --emit svg | head -c 10 >/dev/null",
        ])
        .arg(program)
        .current_dir(root())
        .status()
        .expect("the shell runs");
    assert!(status.success());
}

/// Four servers at 2 Gbit/s over a switch that carries 3: two migrations share it best in halves.
const CROWDED: &str = "\
switch core capacity 3Gbps
server s[1..4] { link 2Gbps to core }
vm a { memory 2GB idle on s1 }
vm b { memory 2GB idle on s3 }
plan share {
  migrate a to s2
  migrate b to s4
}
";

#[test]
fn a_plan_with_chosen_rates_is_verified_with_the_same_choice() {
    let folder = folder(&[("share.mvm", CROWDED)]);
    let plan = |bandwidth: &str| {
        let arguments = ["plan", "share.mvm", "--bandwidth", bandwidth];
        let json = ["--emit", "json", "-o", "plan.json"];
        let said = session(folder.path(), &[&arguments[..], &json].concat());
        assert!(said.ends_with("status 0\n"), "{said}");
        fs::read_to_string(folder.path().join("plan.json")).expect("the plan was written")
    };
    let verify = || session(folder.path(), &["verify", "plan.json"]);
    let full = plan("max");
    assert!(full.contains("\"bandwidth_mbps\": 2000") && !full.contains("\"bandwidth\""));
    assert!(verify().ends_with("status 0\n"));
    let shared = plan("choose");
    assert_eq!(
        shared.matches("\"bandwidth_mbps\": 1500").count(),
        2,
        "{shared}"
    );
    let said = verify();
    assert!(said.ends_with("status 0\n"), "{said}");
    // Without the choice there is no such mode.
    let other = shared.replace("\"choose\"", "\"max\"");
    assert_ne!(other, shared);
    fs::write(folder.path().join("plan.json"), other).expect("the plan can be written");
    assert!(verify().ends_with("status 4\n"));
}
