//! What breaks on real hosts while the plan of `trouble.mvm` is carried out: what the operator sees, and what is left then.
//!
//! Whatever happens, no guest is lost, runs twice or goes down with its server, no action that had ended is done again, and
//! nothing hangs without a word.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use mvm::run::{Journal, What};

use crate::meter::proves_itself;
use crate::room::{Room, folder, root};

const FILE: &str = "tests/testbed/trouble.mvm";
/// Nothing takes longer than that without ending or having said why.
const PATIENCE: Duration = Duration::from_secs(240);

/// Something that breaks.
struct Case {
    name: &'static str,
    /// Done before the script starts.
    before: fn(&Room) -> Result<(), String>,
    /// Done while migrations go on.
    during: fn(&Room, &mut Evening) -> Result<(), String>,
    /// Statuses with which the script may end at last.
    ends: &'static [i32],
    /// Guests that are gone by the case itself.
    gone: &'static [&'static str],
}

const PLAIN: Case = Case {
    name: "",
    before: |_| Ok(()),
    during: |_, _| Ok(()),
    ends: &[0],
    gone: &[],
};

/// All cases, in the order in which they are played.
const CASES: [Case; 16] = [
    Case {
        name: "a migration refused by its destination",
        // No QEMU can be started there any more.
        before: |room| {
            inside(
                room,
                "h3",
                "mount --bind /bin/false /usr/bin/qemu-system-x86_64",
            )
        },
        ends: &[1],
        ..PLAIN
    },
    Case {
        name: "one that never converges",
        before: heavier,
        ends: &[1],
        ..PLAIN
    },
    Case {
        name: "libvirtd killed at the source",
        during: |room, _| inside(room, "h1", KILL_LIBVIRTD),
        ends: &[0, 1],
        ..PLAIN
    },
    Case {
        name: "libvirtd killed at the destination",
        during: |room, _| inside(room, "h3", KILL_LIBVIRTD),
        ends: &[0, 1],
        ..PLAIN
    },
    Case {
        name: "a destination without power",
        during: |room, _| run(room.testbed(&["host", "h3", "halt"])),
        ends: &[1],
        // It ran there: that is the failure.
        gone: &["c"],
        ..PLAIN
    },
    Case {
        name: "a link cut for 20 s",
        during: |room, _| {
            inside(room, "h3", LINK_DOWN)?;
            sleep(Duration::from_secs(20));
            inside(room, "h3", LINK_UP)
        },
        ends: &[0, 1],
        ..PLAIN
    },
    Case {
        name: "a link cut for ever",
        during: |room, _| inside(room, "h3", LINK_DOWN),
        ends: &[1],
        ..PLAIN
    },
    Case {
        name: "the script killed at 20 moments, and started again",
        during: |room, evening| {
            for moment in 0..20 {
                evening.kill();
                evening.start(room)?;
                sleep(Duration::from_millis(300 + 70 * moment));
            }
            Ok(())
        },
        // Where the plan was done before the last of them, that is what it says.
        ends: &[0, 6],
        ..PLAIN
    },
    Case {
        name: "its terminal closed",
        during: |_, evening| evening.signal("HUP"),
        ..PLAIN
    },
    Case {
        name: "two scripts at once",
        during: |room, evening| {
            let output = evening.command(room).output().map_err(|e| e.to_string())?;
            print!("{}", String::from_utf8_lossy(&output.stderr));
            match output.status.code() {
                Some(3) => Ok(()),
                status => Err(format!("the second ended with {status:?}")),
            }
        },
        ..PLAIN
    },
    Case {
        name: "a guest that is already at its destination",
        before: |room| {
            let words = [
                "virsh",
                "-q",
                "-c",
                "qemu+tcp://h1/system",
                "migrate",
                "--live",
                "--p2p",
            ];
            let rest = [
                "--persistent",
                "--undefinesource",
                "a",
                "qemu+tcp://h2/system",
            ];
            run(room.command(None, &[&words[..], &rest].concat()))
        },
        ..PLAIN
    },
    Case {
        name: "a guest that has vanished",
        before: |room| {
            virsh(room, "h1", &["destroy", "a"])?;
            virsh(room, "h1", &["undefine", "a"])
        },
        ends: &[1],
        gone: &["a"],
        ..PLAIN
    },
    Case {
        name: "a guest that the plan does not know",
        before: |room| {
            let xml =
                fs::read_to_string(folder().join("guests/a.xml")).map_err(|e| e.to_string())?;
            let stranger = folder().join("guests/stranger.xml");
            let xml = xml
                .replace("<name>a<", "<name>stranger<")
                .replace("guests/a'", "guests/stranger'");
            fs::write(&stranger, xml).map_err(|e| e.to_string())?;
            virsh(room, "h1", &["create", &stranger.to_string_lossy()])
        },
        ends: &[1],
        ..PLAIN
    },
    Case {
        name: "a host that does not boot",
        // Its first process finds no libvirtd.
        before: |_| {
            let path = folder().join("hosts/h4/dead");
            fs::write(path, "").map_err(|e| e.to_string())
        },
        ends: &[1],
        ..PLAIN
    },
    Case {
        name: "the disk of the journal full",
        before: |_| Ok(()),
        during: |_, evening| evening.fill(),
        ends: &[0, 1],
        ..PLAIN
    },
    Case {
        name: "nothing at all",
        ..PLAIN
    },
];

const KILL_LIBVIRTD: &str = "kill -9 $(cat /run/libvirt/libvirtd.pid)";
const LINK_DOWN: &str = "ip link set $(ls /sys/class/net | grep ^l[0-9]) down";
const LINK_UP: &str = "ip link set $(ls /sys/class/net | grep ^l[0-9]) up";

/// Plays those whose names have one of these words; all without. With `run` first by `mvm run`, else by the script.
pub fn play(words: &[&str]) -> Result<(), String> {
    let (by_run, words) = match words {
        ["run", words @ ..] => (true, words),
        words => (false, words),
    };
    let mut wrong = Vec::new();
    for case in &CASES {
        if !words.is_empty() && !words.iter().any(|word| case.name.contains(word)) {
            continue;
        }
        println!("\n══ {}", case.name);
        if let Err(why) = evening(case, by_run) {
            println!("WRONG: {why}");
            wrong.push(format!("{}: {why}", case.name));
        }
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong.join("\n")),
    }
}

fn evening(case: &Case, by_run: bool) -> Result<(), String> {
    let room = Room::up(FILE)?;
    let mut evening = Evening::new(&room, by_run)?;
    (case.before)(&room)?;
    evening.start(&room)?;
    // Until migrations go on, and have for a moment.
    evening.wait_for(|journal| journal.lines.iter().any(|line| line.what == What::Started))?;
    sleep(Duration::from_millis(1500));
    (case.during)(&room, &mut evening)?;
    let begun = Instant::now();
    let status = evening.end()?;
    println!(
        "it ended with {status:?}, {} s after that",
        begun.elapsed().as_secs()
    );
    evening.empty();
    print!("{}", evening.output());
    let mut wrong = Vec::new();
    if !status.is_some_and(|status| case.ends.contains(&status)) {
        wrong.push(format!("its status is {status:?}"));
    }
    wrong.extend(evening.repeated());
    let places = room.places();
    println!("{places:?}");
    for (guest, hosts) in &places {
        match (hosts.len(), case.gone.contains(&guest.as_str())) {
            (0, true) => {}
            (1, _) => wrong.extend(proves_itself(guest).err()),
            _ => wrong.push(format!("{guest} runs on {hosts:?}")),
        }
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong.join("; ")),
    }
}

/// What carries the plan out, and what it writes.
struct Evening {
    /// The plan's script, or the plan for `mvm run`.
    plan: String,
    by_run: bool,
    journal: String,
    child: Option<Child>,
}

impl Evening {
    fn new(room: &Room, by_run: bool) -> Result<Self, String> {
        let out = folder().join("evening");
        let _ = Command::new("umount")
            .arg(&out)
            .stderr(Stdio::null())
            .status();
        let _ = fs::remove_dir_all(&out);
        fs::create_dir_all(&out).map_err(|e| e.to_string())?;
        let path = |name: &str| out.join(name).to_string_lossy().into_owned();
        let (file, form) = (root().join(FILE), if by_run { "json" } else { "script" });
        let plan = path("plan");
        let words = [
            "mvm",
            "plan",
            &file.to_string_lossy(),
            "--emit",
            form,
            "-o",
            &plan,
        ];
        run(room.command(None, &words))?;
        Ok(Evening {
            plan,
            by_run,
            journal: path("journal"),
            child: None,
        })
    }

    fn command(&self, room: &Room) -> Command {
        let how: &[&str] = match self.by_run {
            true => &["mvm", "run"],
            false => &["bash"],
        };
        let rest = [&self.plan, "--no-preflight", "--journal", &self.journal];
        let mut command = room.command(None, &[how, &rest].concat());
        command
            .env("MVM_POLL", "1")
            .env("MVM_GRACE", "10")
            .process_group(0);
        command
    }

    fn start(&mut self, room: &Room) -> Result<(), String> {
        let output = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder().join("output"));
        let output = output.map_err(|e| e.to_string())?;
        let other = output.try_clone().map_err(|e| e.to_string())?;
        let child = self.command(room).stdout(output).stderr(other).spawn();
        self.child = Some(child.map_err(|e| e.to_string())?);
        Ok(())
    }

    fn signal(&mut self, name: &str) -> Result<(), String> {
        let group = format!("-{}", self.child.as_ref().map_or(0, Child::id));
        run(kill(name, &group))
    }

    /// The script's own processes, but not the commands of actions, which have groups of their own.
    fn kill(&mut self) {
        let _ = self.signal("KILL");
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
    }

    fn end(&mut self) -> Result<Option<i32>, String> {
        let begun = Instant::now();
        let Some(mut child) = self.child.take() else {
            return Ok(None);
        };
        while begun.elapsed() < PATIENCE {
            if let Some(status) = child.try_wait().map_err(|e| e.to_string())? {
                return Ok(status.code());
            }
            sleep(Duration::from_millis(100));
        }
        let group = format!("-{}", child.id());
        let _ = kill("KILL", &group).status();
        let _ = child.wait();
        print!("{}", self.output());
        Err(String::from("it hangs"))
    }

    fn journal(&self) -> Option<Journal> {
        Journal::read(&fs::read_to_string(&self.journal).ok()?).ok()
    }

    fn wait_for(&self, is_so: impl Fn(&Journal) -> bool) -> Result<(), String> {
        let begun = Instant::now();
        while !self.journal().is_some_and(|journal| is_so(&journal)) {
            if begun.elapsed() > Duration::from_secs(60) {
                return Err(format!("it does not begin: {}", self.output()));
            }
            sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Actions that were begun again after they had ended.
    fn repeated(&self) -> Vec<String> {
        let mut ended = BTreeMap::new();
        let mut wrong = Vec::new();
        for line in self.journal().into_iter().flat_map(|journal| journal.lines) {
            match line.what {
                What::Ended => drop(ended.insert(line.action, ())),
                What::Started if ended.contains_key(&line.action) => {
                    wrong.push(format!("{} was done again", line.title));
                }
                _ => {}
            }
        }
        wrong
    }

    /// From now on the disk of the journal is full.
    fn fill(&self) -> Result<(), String> {
        let full = || {
            fs::rename(&self.journal, self.kept())?;
            std::os::unix::fs::symlink("/dev/full", &self.journal)
        };
        full().map_err(|e| e.to_string())
    }

    /// And now it has room again.
    fn empty(&self) {
        if fs::exists(self.kept()).unwrap_or_default() {
            let _ = fs::rename(self.kept(), &self.journal);
        }
    }

    fn kept(&self) -> String {
        format!("{}.kept", self.journal)
    }

    fn output(&self) -> String {
        let path = folder().join("output");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        text
    }
}

fn shell(text: &str) -> Command {
    let mut command = Command::new("bash");
    command.args(["-c", text]);
    command
}

fn kill(name: &str, to: &str) -> Command {
    shell(&format!("kill -{name} -- {to}"))
}

fn run(mut command: Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} failed: {status}")),
        Err(why) => Err(why.to_string()),
    }
}

fn inside(room: &Room, host: &str, text: &str) -> Result<(), String> {
    run(room.command(Some(host), &["bash", "-c", text]))
}

fn virsh(room: &Room, host: &str, words: &[&str]) -> Result<(), String> {
    let uri = format!("qemu+tcp://{host}/system");
    run(room.command(None, &[&["virsh", "-q", "-c", &uri][..], words].concat()))
}

/// `b` rewrites more than its link carries, which the file does not know.
fn heavier(room: &Room) -> Result<(), String> {
    virsh(room, "h1", &["destroy", "b"])?;
    let xml = folder().join("guests/b.xml");
    let text = fs::read_to_string(&xml).map_err(|e| e.to_string())?;
    fs::write(
        &xml,
        text.replace("hot=4096 lap=1000", "hot=98304 lap=2000"),
    )
    .map_err(|e| e.to_string())?;
    fs::write(folder().join("guests/b"), "").map_err(|e| e.to_string())?;
    virsh(room, "h1", &["undefine", "b"])?;
    virsh(room, "h1", &["define", &xml.to_string_lossy()])?;
    virsh(room, "h1", &["start", "b"])?;
    sleep(Duration::from_secs(3));
    Ok(())
}
