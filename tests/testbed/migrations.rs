//! Migrations of real guests, and how they compare with their plan: `twelve.mvm`, or the least that there can be, `small.mvm`.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::Instant;

use mvm::emit::json::{Action, Kind, PlanFile, read};

use crate::meter::{Meter, Peaks, proves_itself};
use crate::room::{Room, folder};

/// What is run in place of the plain migration: the same, with its times.
const SITE: &str = r#"
migrate_vm() {
  local began=$EPOCHREALTIME status=0
  "${@:4}" || status=$?
  printf '%s\t%s\t%s\n' "$1" "$began" "$EPOCHREALTIME" >>"$TESTBED/times"
  return "$status"
}
"#;

/// The file that has a plan.
pub fn file(name: &str) -> String {
    format!("tests/testbed/{name}.mvm")
}

/// Plans, carries out, looks at what came of it.
pub fn play(room: &Room, name: &str, how: &str) -> Result<(), String> {
    let plan = plan(room, name)?;
    let folder = folder();
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let [script, json, playbook, journal, lock] =
        ["sh", "json", "yaml", "journal", "journal.lock"].map(|end| path(&format!("{name}.{end}")));
    for old in [&path("times"), &journal, &lock] {
        let _ = fs::remove_file(old);
    }
    fs::write(path("site.bash"), SITE).map_err(|e| e.to_string())?;
    let hosts = room
        .datacenter
        .servers
        .iter()
        .map(|server| server.name.clone());
    let meter = Meter::start(hosts.collect());
    let (site, log) = (path("site.bash"), path("log"));
    let ansible = path("ansible/bin/ansible-playbook");
    let words: Vec<&str> = match how {
        "script" => vec!["bash", &script, "--journal", &journal],
        "run" => vec![
            "mvm",
            "run",
            &json,
            "--log",
            &log,
            "--journal",
            &journal,
            "--site",
            &site,
        ],
        "ansible" => {
            install_ansible()?;
            let _ = fs::remove_dir_all(format!("{script}.run"));
            vec![&ansible, "--forks", "20", &playbook]
        }
        other => {
            return Err(format!(
                "nothing carries plans out that is called `{other}`"
            ));
        }
    };
    let begun = Instant::now();
    let status = room
        .command(None, &words)
        .env("MVM_POLL", "1")
        .env("MVM_SITE", &site)
        .env("ANSIBLE_LOCALHOST_WARNING", "false")
        .status()
        .map_err(|e| e.to_string())?;
    let took = begun.elapsed().as_secs_f64();
    let peaks = meter.stop();
    if !status.success() {
        return Err(format!("the plan ended with {status}"));
    }
    let mut wrong = placed(room, &plan);
    wrong.extend(
        room.datacenter
            .vms
            .iter()
            .filter_map(|vm| proves_itself(&vm.name).err()),
    );
    let times = times(&fs::read_to_string(path("times")).unwrap_or_default());
    println!("{}", table(&plan, &times, took));
    wrong.extend(links(room, &plan, &peaks));
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong.join("\n")),
    }
}

/// Plans a file's only plan, in all forms that carry it out, into the testbed's folder.
pub fn plan(room: &Room, name: &str) -> Result<PlanFile, String> {
    let out = folder();
    let file = crate::room::root().join(file(name));
    let words = [
        "mvm",
        "plan",
        &file.to_string_lossy(),
        "--emit",
        "script,json,ansible",
        "-o",
        &out.to_string_lossy(),
    ];
    let status = room
        .command(None, &words)
        .status()
        .map_err(|e| e.to_string())?;
    if !status.success() {
        return Err(String::from("it cannot be planned"));
    }
    let text = fs::read_to_string(out.join(format!("{name}.json"))).map_err(|e| e.to_string())?;
    read(&text).map_err(|e| e.to_string())
}

/// Ansible from PyPI, once, into the testbed's folder.
fn install_ansible() -> Result<(), String> {
    let folder = folder().join("ansible");
    if folder.join("bin/ansible-playbook").exists() {
        return Ok(());
    }
    let calls: [(&str, &[&str]); 2] = [
        ("python3", &["-m", "venv"]),
        (
            "bin/pip",
            &["install", "--quiet", "ansible-core", "--prefix"],
        ),
    ];
    for (program, words) in calls {
        let program = match program.contains('/') {
            true => folder.join(program),
            false => program.into(),
        };
        let status = Command::new(&program).args(words).arg(&folder).status();
        let status = status.map_err(|e| format!("{}: {e}", program.display()))?;
        if !status.success() {
            return Err(format!("{} failed: {status}", program.display()));
        }
    }
    Ok(())
}

/// Each guest runs once, where the plan has brought it.
fn placed(room: &Room, plan: &PlanFile) -> Vec<String> {
    let moves = plan
        .actions
        .iter()
        .filter(|action| action.kind == Kind::Migrate);
    let goals: BTreeMap<_, _> = moves
        .map(|action| (action.vm.clone().unwrap(), action.to.clone().unwrap()))
        .collect();
    let places = room.places();
    let wrong = places.iter().filter(|(guest, hosts)| {
        goals
            .get(*guest)
            .is_some_and(|goal| **hosts != [goal.clone()])
    });
    wrong
        .map(|(guest, hosts)| format!("{guest} runs on {hosts:?}"))
        .collect()
}

/// Seconds that each guest's command took.
fn times(text: &str) -> BTreeMap<String, f64> {
    let time = |line: &str| {
        let words: Vec<&str> = line.split('\t').collect();
        let at = |i: usize| words.get(i)?.parse::<f64>().ok();
        Some((words.first()?.to_string(), at(2)? - at(1)?))
    };
    text.lines().filter_map(time).collect()
}

fn table(plan: &PlanFile, times: &BTreeMap<String, f64>, took: f64) -> String {
    let mut out = String::from(
        "| migration | MiB/s | planned s | took s | more |\n|---|---:|---:|---:|---:|\n",
    );
    let (mut sums, mut off, mut count) = ((0.0, 0.0), 0.0, 0.0);
    for action in plan
        .actions
        .iter()
        .filter(|action| action.kind == Kind::Migrate)
    {
        let (Some(vm), Some(rate)) = (&action.vm, action.bandwidth_mbps) else {
            continue;
        };
        let planned = (action.end - action.start) as f64;
        let took = times.get(vm).copied().unwrap_or(f64::NAN);
        let more = took / planned - 1.0;
        sums = (sums.0 + planned, sums.1 + took);
        (off, count) = (off + more.abs(), count + 1.0);
        let way = way(action);
        out += &format!(
            "| {way} | {:.0} | {planned} | {took:.2} | {:+.1} % |\n",
            rate.0 as f64 / 8.0 / 1_048_576.0,
            more * 100.0
        );
    }
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    out += &format!(
        "| {count} migrations | | {} | {:.2} | {:+.1} % (each off by {:.1} %) |\n| the plan | | {} | {took:.2} | {:+.1} % |\n\nThe machine's load was {load} at the end.\n",
        sums.0,
        sums.1,
        (sums.1 / sums.0 - 1.0) * 100.0,
        off / count * 100.0,
        plan.makespan,
        (took / plan.makespan as f64 - 1.0) * 100.0,
    );
    out
}

fn way(action: &Action) -> String {
    let end = |name: &Option<String>| name.clone().unwrap_or_default();
    format!(
        "{} {} to {}",
        end(&action.vm),
        end(&action.from),
        end(&action.to)
    )
}

/// What each host's interface has carried at most, against what the plan has it carry and what the link can.
fn links(room: &Room, plan: &PlanFile, peaks: &Peaks) -> Vec<String> {
    println!(
        "| link | received Mbit/s | planned | sent Mbit/s | planned | of |\n|---|---:|---:|---:|---:|---:|"
    );
    let mut wrong = Vec::new();
    for (host, &(received, sent)) in peaks {
        let most = |end: fn(&Action) -> &Option<String>| {
            let of_host = plan
                .actions
                .iter()
                .filter(|action| end(action).as_ref() == Some(host));
            let of_host: Vec<&Action> = of_host.collect();
            let at = |now: i64| {
                let running = of_host.iter().filter(|a| a.start <= now && now < a.end);
                running
                    .map(|a| a.bandwidth_mbps.map_or(0.0, |rate| rate.0 as f64))
                    .sum::<f64>()
            };
            of_host
                .iter()
                .map(|action| at(action.start))
                .fold(0.0, f64::max)
        };
        let (comes, goes) = (most(|a| &a.to), most(|a| &a.from));
        let capacity = room.datacenter.links.iter().find_map(|link| match link.a {
            mvm::datacenter::Node::Server(server) if room.datacenter[server].name == *host => {
                Some(link.nominal as f64)
            }
            _ => None,
        });
        let capacity = capacity.unwrap_or_default();
        let mega = |bits: f64| format!("{:.0}", bits / 1e6);
        println!(
            "| {host} | {} | {} | {} | {} | {} |",
            mega(received),
            mega(comes),
            mega(sent),
            mega(goes),
            mega(capacity)
        );
        if received > capacity || sent > capacity {
            wrong.push(format!("the link of {host} carried more than it can"));
        }
    }
    wrong
}
