//! The plan script, run: with programs in the place of virsh and ipmitool that note what they are asked.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use mvm::datacenter::{CommandKind, Datacenter, ServerId};
use mvm::plan::{Plan, Until, Wait};
use mvm::request::Task;

#[path = "script/cases.rs"]
mod cases;
#[path = "script/cold.rs"]
mod cold;
#[path = "script/run.rs"]
mod run;
#[path = "script/steps.rs"]
mod steps;
#[path = "../src/emit/fixture.rs"]
mod fixture;

/// A folder with a plan's script, the programs that it calls, and what those know.
struct Stage {
    folder: tempfile::TempDir,
    datacenter: Datacenter,
    plan: Plan,
}

/// A call of a program: its time in ns, and its arguments.
#[derive(Debug, Clone)]
struct Call {
    start: u64,
    end: Option<u64>,
    words: Vec<String>,
}

impl Stage {
    fn new((datacenter, plan): (Datacenter, Plan)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage {
            folder,
            datacenter,
            plan,
        };
        let script = mvm::emit::script(&stage.datacenter, &stage.plan);
        fs::write(stage.path("plan.sh"), script).unwrap();
        fs::create_dir(stage.path("bin")).unwrap();
        for (name, text) in [
            ("virsh", include_str!("script/virsh")),
            ("ipmitool", include_str!("script/ipmitool")),
            ("ssh", include_str!("script/ssh")),
        ] {
            stage.program(&format!("bin/{name}"), text);
        }
        stage.populate();
        stage.tell("common", include_str!("script/common"));
        stage
    }

    fn program(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Which servers are on, and where each VM is.
    fn populate(&self) {
        fs::create_dir(self.path("fake")).unwrap();
        let servers = (0..self.datacenter.servers.len() as u32).map(ServerId);
        for server in servers.filter(|&server| self.datacenter[server].on) {
            let address = self.address(server);
            if !address.contains('/') {
                fs::write(self.path(&format!("fake/on-{address}")), "").unwrap();
            }
        }
        for vm in &self.datacenter.vms {
            self.put(&vm.name, &self.uri(vm.host.value), vm.running);
        }
    }

    /// Puts a guest on the server of that URI.
    fn put(&self, name: &str, uri: &str, runs: bool) {
        let kind = if runs { "vm" } else { "off" };
        self.tell(
            &format!("{kind}-{}", hash(name)),
            &format!("{uri}\n{name}\0"),
        );
    }

    /// The URI of a server's hypervisor.
    fn uri(&self, server: ServerId) -> String {
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:@[]".contains(&byte);
        let address: String = (self.address(server).bytes())
            .map(|byte| match safe(byte) {
                true => char::from(byte).to_string(),
                false => format!("%{byte:02X}"),
            })
            .collect();
        format!("qemu+ssh://{address}/system")
    }

    fn address(&self, server: ServerId) -> &str {
        let own = self.datacenter.address(server);
        let servers = (0..self.datacenter.servers.len() as u32).map(ServerId);
        match servers
            .filter(|&s| self.datacenter.address(s) == own)
            .count()
        {
            1 => own,
            _ => &self.datacenter[server].name,
        }
    }

    /// Tells the programs something.
    fn tell(&self, name: &str, text: &str) {
        fs::write(self.path("fake").join(name), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("bash");
        let path = std::env::var("PATH").unwrap();
        command
            .arg(self.path("plan.sh"))
            .args(["--journal", self.path("journal").to_str().unwrap()])
            .arg("--no-preflight")
            .args(arguments)
            .current_dir(self.folder.path())
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("FAKE", self.path("fake"))
            .env("FAKE_SLEEP", "0.1")
            .env("MVM_POLL", "0.05")
            .env("MVM_ANSWER_TIMEOUT", "300")
            .stdin(Stdio::null())
            .process_group(0);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs until something is so.
    fn run_until(&self, is_so: impl Fn() -> bool) -> Child {
        let mut command = self.command(&[]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        while !is_so() {
            assert!(child.try_wait().unwrap().is_none(), "it has ended before");
            std::thread::sleep(Duration::from_millis(10));
        }
        child
    }

    /// Lets no change of that kind end.
    fn hold(&self, what: &str) {
        self.tell(&format!("hold-{what}"), "");
    }

    fn let_go(&self, what: &str) {
        fs::remove_file(self.path(&format!("fake/hold-{what}"))).unwrap();
    }

    /// The processes of migrations so far.
    fn migrating(&self) -> Vec<String> {
        let pids = fs::read_to_string(self.path("fake/pids")).unwrap_or_default();
        pids.lines().map(str::to_owned).collect()
    }

    /// The actions of which the journal says that.
    fn journal(&self, what: &str) -> Vec<String> {
        let text = fs::read_to_string(self.path("journal")).unwrap_or_default();
        let lines = text.lines().skip(1).map(|l| l.split('\t').collect());
        lines
            .filter(|fields: &Vec<&str>| fields[1] == what)
            .map(|fields| fields[3].to_owned())
            .collect()
    }

    /// All calls so far, by start.
    fn calls(&self) -> Vec<Call> {
        let log = fs::read_to_string(self.path("fake/log")).unwrap_or_default();
        let mut calls: Vec<Call> = Vec::new();
        // One that is just being written may be seen in part.
        let whole = log.rfind('\x1e').map_or("", |end| &log[..end]);
        for record in whole.split_terminator('\x1e') {
            let mut fields = record.split_terminator('\x1f');
            let (edge, time) = (fields.next().unwrap(), fields.next().unwrap());
            let (time, words): (u64, Vec<String>) = (
                time.parse().unwrap(),
                fields.map(|word| word.replace('\x1d', "\n")).collect(),
            );
            let open = calls
                .iter_mut()
                .find(|c| c.end.is_none() && c.words == words);
            match (edge, open) {
                ("end", Some(call)) => call.end = Some(time),
                _ => calls.push(Call {
                    start: time,
                    end: None,
                    words,
                }),
            }
        }
        calls
    }

    /// The calls that migrate a VM.
    fn migrations(&self, vm: &str) -> Vec<Call> {
        let is =
            |c: &Call| c.words.iter().any(|w| w == "migrate") && c.words[c.words.len() - 2] == vm;
        self.calls().into_iter().filter(is).collect()
    }

    /// When each action really began and ended, as far as the programs saw it.
    fn spans(&self) -> BTreeMap<String, (u64, u64)> {
        let mut spans = BTreeMap::new();
        for action in &self.plan.actions {
            let (verb, name) = match action.task {
                Task::Migrate { vm, .. } => ("migrate", self.datacenter[vm].name.as_str()),
                Task::Start(vm) => ("start", self.datacenter[vm].name.as_str()),
                Task::Stop(vm) => ("shutdown", self.datacenter[vm].name.as_str()),
                Task::Boot(server) => ("on", self.address(server)),
                Task::Shutdown(server) => ("soft", self.address(server)),
                Task::Run(server) => ("--", self.address(server)),
                Task::Pause => continue,
            };
            let is = |call: &&Call| {
                let has = |word: &str| call.words.iter().any(|w| w == word);
                has(verb) && (has(name) || has(&format!("{name}-ipmi")))
            };
            let calls = self.calls();
            let call = calls
                .iter()
                .find(is)
                .unwrap_or_else(|| panic!("{}", action.id));
            spans.insert(action.id.clone(), (call.start, call.end.unwrap()));
        }
        spans
    }

    fn assert_every_after_is_respected(&self) {
        let spans = self.spans();
        for action in &self.plan.actions {
            for before in action.ended_before() {
                let before = &self.plan.actions[before].id;
                assert!(
                    spans[before].1 <= spans[&action.id].0,
                    "`{}` came before the end of `{before}`",
                    action.id
                );
            }
        }
    }
}

impl Drop for Stage {
    /// Nothing that a killed script has started outlives its test.
    fn drop(&mut self) {
        let name = format!("FAKE={}", self.path("fake").display());
        let is_ours = |pid: &String| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|&b| b == 0).any(|v| v == name.as_bytes())
        };
        loop {
            let all = fs::read_dir("/proc").into_iter().flatten().flatten();
            let pids = all.filter_map(|entry| entry.file_name().into_string().ok());
            let ours: Vec<String> = pids.filter(is_ours).collect();
            if ours.is_empty() {
                return;
            }
            let kill = format!("kill -KILL -- {}", ours.join(" "));
            // Some may have ended by themselves.
            let _ = Command::new("bash")
                .args(["-c", &kill])
                .stderr(Stdio::null())
                .status();
        }
    }
}

/// What stands for a name in the programs' files.
fn hash(name: &str) -> String {
    use sha2::{Digest, Sha256};
    let bytes = Sha256::digest(name);
    bytes
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn assert_status(output: &Output, status: i32) {
    assert_eq!(output.status.code(), Some(status), "{}", text(output));
}

fn signal(signal: &str, target: &str) {
    let command = format!("kill -{signal} -- {target}");
    assert!(
        Command::new("bash")
            .args(["-c", &command])
            .status()
            .unwrap()
            .success()
    );
}

/// The evening on no date, with the clock's limit close enough to wait for.
fn evening() -> (Datacenter, Plan) {
    let (datacenter, mut plan) = fixture::evening();
    plan.start.as_mut().unwrap().instant = None;
    for action in &mut plan.actions {
        if action.not_before().is_some() {
            action.openings = fixture::from_then(2);
        }
    }
    (datacenter, plan)
}

/// What only asks.
const ASKED: [&str; 6] = [
    "version",
    "power status",
    "list",
    "nodememstats",
    "domjobinfo",
    "dominfo",
];

#[test]
fn each_action_runs_after_those_that_it_depends_on_with_the_right_arguments() {
    let stage = Stage::new(evening());
    let output = stage.run(&[]);
    assert_status(&output, 0);
    assert!(text(&output).contains("8 done, 0 failed, 0 skipped, 0 left"));
    stage.assert_every_after_is_respected();

    let journal = fs::read_to_string(stage.path("journal")).unwrap();
    let begun: u64 = journal.split('\t').nth(2).unwrap().parse().unwrap();
    let off = stage.spans()["shutdown r1.s1"].0;
    assert!(off >= (begun + 2) * 1_000_000_000, "{off} {begun}");

    let mut changes: Vec<String> = stage
        .calls()
        .into_iter()
        .map(|call| call.words.join(" "))
        .filter(|call| !ASKED.iter().any(|word| call.contains(word)))
        .collect();
    changes.sort();
    insta::assert_snapshot!(changes.join("\n"));
}

#[test]
fn what_may_run_side_by_side_does() {
    let stage = Stage::new(fixture::racks(4));
    // None of them ends before all have begun.
    stage.tell("meet-boot", "4");
    stage.tell("meet-migrate", "4");
    assert_status(&stage.run(&[]), 0);
    stage.assert_every_after_is_respected();
    let spans = stage.spans();
    let at_once = |verb: &str| {
        let of = |id: &&String| id.starts_with(verb);
        let overlap = |a: &String| {
            let (start, end) = spans[a];
            spans
                .keys()
                .filter(of)
                .filter(|b| spans[*b].0 < end && start < spans[*b].1)
                .count()
        };
        spans.keys().filter(of).map(overlap).max().unwrap()
    };
    assert_eq!(at_once("boot"), 4);
    assert!(at_once("migrate") >= 4);
}

#[test]
fn a_dry_run_prints_everything_in_order_and_does_nothing() {
    let stage = Stage::new(fixture::evening());
    let output = stage.run(&["--dry-run"]);
    assert_status(&output, 0);
    assert!(stage.calls().is_empty());
    assert!(!stage.path("journal").exists() && !stage.path("journal.lock").exists());
    insta::assert_snapshot!(text(&output));
}

#[test]
fn a_killed_script_goes_on_and_repeats_nothing() {
    let stage = Stage::new(fixture::racks(4));
    stage.hold("migrate");
    let mut child = stage.run_until(|| stage.migrating().len() >= 2);
    signal("KILL", &format!("-{}", child.id()));
    child.wait().unwrap();
    stage.let_go("migrate");
    let ended: BTreeSet<String> = stage.journal("ended").into_iter().collect();
    assert!(ended.len() < stage.plan.actions.len());
    let lost = stage.journal("started").len() - ended.len();
    assert!(lost > 0, "something ran");

    let output = stage.run(&[]);
    assert_status(&output, 0);
    // What the hypervisors went on with is waited for, not done again.
    for vm in &stage.datacenter.vms {
        assert_eq!(stage.migrations(&vm.name).len(), 1, "{}", text(&output));
    }
    assert_eq!(stage.journal("ended").len(), stage.plan.actions.len());
    stage.assert_every_after_is_respected();

    let calls = stage.calls().len();
    let third = stage.run(&[]);
    assert_status(&third, 6);
    assert!(text(&third).contains("was finished at"));
    assert_eq!(stage.calls().len(), calls, "a third run has nothing to do");
}

#[test]
fn what_was_lost_with_the_hypervisor_is_done_again() {
    let (datacenter, mut plan) = fixture::racks(2);
    plan.actions
        .retain(|a| matches!(a.task, Task::Migrate { .. }));
    plan.actions.iter_mut().for_each(|a| a.after.clear());
    let stage = Stage::new((datacenter, plan));
    stage.tell("all-are-on", "");
    stage.hold("migrate");
    let mut child = stage.run_until(|| stage.migrating().len() == 4);
    signal("KILL", &format!("-{}", child.id()));
    child.wait().unwrap();
    for pid in stage.migrating() {
        signal("KILL", &pid);
    }
    stage.let_go("migrate");
    for file in fs::read_dir(stage.path("fake")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|e| e == "moving") {
            fs::remove_file(path).unwrap();
        }
    }
    assert_status(&stage.run(&[]), 0);
    for vm in &stage.datacenter.vms {
        assert_eq!(stage.migrations(&vm.name).len(), 2);
    }
}

#[test]
fn a_failure_stops_what_depends_on_it_and_nothing_else() {
    let stage = Stage::new(fixture::racks(3));
    fs::write(stage.path("fake/fail"), "web2").unwrap();
    let output = stage.run(&[]);
    assert_status(&output, 1);
    let said = text(&output);
    for line in [
        "failed   migrate web2",
        "skipped  migrate db2",
        "skipped  shutdown r1.s2",
        "9 done, 1 failed, 2 skipped, 0 left",
        "| error: operation failed: as it was told",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    assert!(stage.migrations("db2").is_empty());
    assert_eq!(stage.migrations("db3").len(), 1);

    // Once what was wrong is mended, the rest is done.
    fs::remove_file(stage.path("fake/fail")).unwrap();
    let output = stage.run(&[]);
    assert_status(&output, 0);
    assert_eq!(stage.migrations("web2").len(), 2);
    assert_eq!(stage.migrations("web1").len(), 1);
    assert_eq!(stage.migrations("db2").len(), 1);
}

/// Three take turns on a link, the middle one done in an earlier run: the last still waits for the first, though what says so
/// leads through the middle.
#[test]
fn after_a_failure_the_next_run_keeps_the_turns_on_a_link() {
    let mut made = fixture::Made::new("turns");
    let rack = made.rack("r1");
    let (from, to) = (made.server("a1", rack, true), made.server("a2", rack, true));
    for (turn, name) in (0..).zip(["first", "middle", "last"]) {
        let vm = made.vm(name, from);
        let time = [10 * turn, 10 * turn + 10];
        made.act(Task::Migrate { vm, to }, from, time, &[]);
    }
    let (datacenter, mut plan) = made.done();
    for turn in [1, 2] {
        let wait = Wait {
            until: Until::Over,
            ..fixture::wait(turn - 1)
        };
        plan.actions[turn].after = vec![wait];
    }
    let stage = Stage::new((datacenter, plan));
    let script = fs::read_to_string(stage.path("plan.sh")).unwrap();
    let hash = script
        .split("PLAN_HASH=")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap();
    let journal = format!(
        "mvm-journal/1\t{hash}\t100\tturns\n\
         100\tstarted\t0001\tmigrate first\n101\tfailed\t0001\tmigrate first\n\
         101\tstarted\t0002\tmigrate middle\n111\tended\t0002\tmigrate middle\n\
         111\tstarted\t0003\tmigrate last\n112\tfailed\t0003\tmigrate last\n"
    );
    fs::write(stage.path("journal"), journal).unwrap();
    stage.put("middle", &stage.uri(to), true);
    assert_status(&stage.run(&[]), 0);
    let only = |vm| {
        let calls = stage.migrations(vm);
        assert_eq!(calls.len(), 1, "{vm}");
        calls[0].clone()
    };
    assert!(stage.migrations("middle").is_empty());
    assert!(only("first").end.unwrap() <= only("last").start);
}

#[test]
fn a_signal_stops_the_start_of_anything_new() {
    let stage = Stage::new(fixture::racks(3));
    stage.hold("migrate");
    let child = stage.run_until(|| !stage.migrating().is_empty());
    signal("HUP", &child.id().to_string());
    signal("TERM", &format!("-{}", child.id()));
    stage.let_go("migrate");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let (started, ended) = (stage.journal("started"), stage.journal("ended"));
    assert_eq!(started.len(), ended.len(), "what ran was waited for");
    assert!(ended.len() < stage.plan.actions.len());
    assert_status(&stage.run(&[]), 0);
    assert_eq!(stage.journal("ended").len(), stage.plan.actions.len());
}

#[test]
fn no_name_runs_anything() {
    let stage = Stage::new(fixture::hostile());
    stage.tell("all-are-on", "");
    let output = stage.run(&[]);
    assert_status(&output, 0);
    assert_status(&stage.run(&["--dry-run"]), 0);
    for name in fixture::HOSTILE {
        assert_eq!(stage.migrations(name).len(), 1, "{name:?}");
    }
    assert!(!stage.path("canary").exists());
}

#[test]
fn no_name_runs_anything_through_a_template() {
    let (mut datacenter, mut plan) = fixture::hostile();
    datacenter.commands.set(
        CommandKind::Stop,
        r#"virsh -c x note {server} "{address}" 'as {vm}' "$(virsh -c x note "{vm}")" && virsh -c {uri} shutdown -- {vm}"#,
    );
    for action in &mut plan.actions {
        let Task::Migrate { vm, .. } = action.task else {
            unreachable!()
        };
        action.task = Task::Stop(vm);
    }
    let stage = Stage::new((datacenter, plan));
    stage.tell("all-are-on", "");
    assert_status(&stage.run(&["--dry-run"]), 0);
    assert_status(&stage.run(&[]), 0);
    for name in fixture::HOSTILE {
        let said = [
            format!("{name} from"),
            format!("{name} from"),
            format!("as {name}"),
        ];
        assert!(
            stage
                .calls()
                .iter()
                .any(|c| c.words.windows(3).any(|w| w == said)),
            "{name:?}"
        );
    }
    assert!(!stage.path("canary").exists());
}

#[test]
fn the_journal_of_another_plan_is_refused() {
    let stage = Stage::new(fixture::racks(1));
    let other = Stage::new(fixture::racks(2));
    assert_status(&other.run(&[]), 0);
    fs::copy(other.path("journal"), stage.path("journal")).unwrap();
    let output = stage.run(&[]);
    assert_status(&output, 3);
    assert!(text(&output).contains("is the journal of another plan"));
    assert!(stage.calls().is_empty());

    fs::write(stage.path("journal"), "something else\n").unwrap();
    assert_status(&stage.run(&[]), 3);
}

#[test]
fn two_do_not_run_at_once() {
    let stage = Stage::new(fixture::racks(1));
    stage.hold("migrate");
    let mut first = stage.run_until(|| !stage.migrating().is_empty());
    let second = stage.run(&[]);
    stage.let_go("migrate");
    assert_status(&second, 3);
    assert!(text(&second).contains("carries out this plan already"));
    assert!(first.wait().unwrap().success());
}

#[test]
fn a_site_file_replaces_functions() {
    let stage = Stage::new(fixture::racks(1));
    let site = "migrate_vm() { printf '%s\\n' \"$1 $2 $3\" >>moved; \"${@:4}\"; }\n";
    fs::write(stage.path("site.sh"), site).unwrap();
    assert_status(&stage.run(&["--site", "site.sh"]), 0);
    assert_eq!(stage.migrations("web1").len(), 1);
    assert_eq!(
        fs::read_to_string(stage.path("moved")).unwrap(),
        "web1 qemu+ssh://r1.s1/system qemu+ssh://n1.s1/system\n\
         db1 qemu+ssh://r1.s1/system qemu+ssh://n1.s1/system\n"
    );
}

/// The functions and the variables of the script's own help are the examples that are tried here.
#[test]
fn the_help_says_what_a_site_can_do() {
    let help = text(&Stage::new(fixture::empty()).run(&["--help"]));
    let lines = || help.lines().map(str::trim);
    let functions: Vec<&str> = lines().filter(|line| line.contains("() { ")).collect();
    let names = functions.iter().map(|line| line.split('(').next().unwrap());
    let hooks = include_str!("../src/emit/script/hooks.bash").lines();
    let known = hooks.filter_map(|line| {
        line.strip_suffix("() { \"${@:3}\"; }")
            .or(line.strip_suffix("() { \"${@:4}\"; }"))
    });
    assert_eq!(names.collect::<BTreeSet<_>>(), known.collect());

    let mut said = String::new();
    for plan in [evening(), fixture::upgrade()] {
        let stage = Stage::new(plan);
        stage.program("bin/logger", "echo \"$*\" >>\"$FAKE/said\"\n");
        fs::write(
            stage.path("site.sh"),
            functions.join("\n") + "\napproval() { :; }\n",
        )
        .unwrap();
        let mut command = stage.command(&[]);
        command
            .env("MVM_SITE", stage.path("site.sh"))
            .env("MVM_BMC_USER", "ops");
        assert_status(&command.output().unwrap(), 0);
        said += &fs::read_to_string(stage.path("fake/said")).unwrap();
        let mut bmcs = stage
            .calls()
            .into_iter()
            .filter(|call| call.words[0] == "ipmitool");
        assert!(bmcs.all(|call| call.words.windows(2).any(|two| two == ["-U", "ops"])));
    }
    for what in [
        " goes from ",
        " boots",
        " goes down",
        " starts",
        " stops",
        ": DEBIAN",
    ] {
        assert!(said.contains(what), "{what}: {said}");
    }

    let named = lines().filter_map(|line| line.split('=').next()?.strip_prefix("MVM_"));
    let tried = ["ANSWER_TIMEOUT", "BMC_USER", "GRACE", "POLL"];
    assert_eq!(
        named.collect::<Vec<_>>(),
        ["ANSWER_TIMEOUT", "POLL", "GRACE", "BMC_USER"]
    );
    for name in tried {
        let used = [
            include_str!("../src/emit/script/hooks.bash"),
            include_str!("../src/emit/script/guards.bash"),
            include_str!("../src/emit/script/late.bash"),
        ];
        assert!(
            used.iter()
                .any(|part| part.contains(&format!("MVM_{name}"))),
            "{name}"
        );
    }
}

#[test]
fn wrong_usage_says_so() {
    let stage = Stage::new(fixture::empty());
    for arguments in [&["--fast"][..], &["--site"], &["--on-time"]] {
        assert_status(&stage.run(arguments), 2);
    }
    assert_status(&stage.run(&["--help"]), 0);
    assert_status(&stage.run(&[]), 0);
}

#[test]
fn shellcheck_finds_nothing() {
    if Command::new("shellcheck")
        .arg("--version")
        .output()
        .is_err()
    {
        eprintln!("skipped: shellcheck is not there");
        return;
    }
    let mut plans = fixture::all();
    plans[0].0.commands.set(CommandKind::Boot, "wake {server}");
    plans[0].0.commands.set(CommandKind::Stop, "halt {vm}");
    for plan in plans {
        let stage = Stage::new(plan);
        let output = Command::new("shellcheck")
            .arg(stage.path("plan.sh"))
            .output();
        assert_status(&output.unwrap(), 0);
    }
}
