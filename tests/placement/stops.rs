//! VMs that stop, and start again, where the plan has brought them.

use std::fmt::Write as _;

use super::choices::{Random, values};
use super::plan;
use mvm::request::Task;

/// What is done to each VM after it has left `s1`.
const THEN: [&[&str]; 5] = [
    &[],
    &["stop"],
    &["stop", "start"],
    &["stop", "start", "stop"],
    &["stop", "start", "migrate to last"],
];

/// VMs that leave `s1` for one of three servers, and what follows there.
struct Case {
    inventory: String,
    then: Vec<&'static [&'static str]>,
    rules: String,
}

fn case(random: &mut Random) -> Case {
    let mut inventory = String::from(
        "switch core\nserver s1 { memory 64GiB link 1Gbps to core }\nserver last { memory 64GiB link 1Gbps to core }\n",
    );
    for server in 1..=3 {
        let memory = [2, 3, 4][random.below(3) as usize];
        let pools = if random.below(4) == 0 { "pools 2 " } else { "" };
        let rate = [500, 1000][random.below(2) as usize];
        let _ = writeln!(
            inventory,
            "server t{server} {{ memory {memory}GiB {pools}link {rate}Mbps to core }}"
        );
    }
    let mut then = Vec::new();
    for vm in 1..=2 {
        let memory = 1 + random.below(3);
        let _ = writeln!(
            inventory,
            "vm v{vm} {{ memory {memory}GiB idle boot 10s shutdown 5s on s1 }}"
        );
        then.push(THEN[random.below(THEN.len() as u64) as usize]);
    }
    let mut rules = String::new();
    for (rule, of) in [
        ("  spread v1, v2\n", 3),
        ("  keep v2 off t2\n", 3),
        ("  at most 1 vms on t3\n", 4),
        ("  seq v1, v2\n", 3),
        ("  shutdown s1\n", 3),
        ("  minimize makespan\n", 3),
    ] {
        if random.below(of) == 0 {
            rules += rule;
        }
    }
    Case {
        inventory,
        then,
        rules,
    }
}

/// The plan of a case in which the VMs leave `s1` as is said.
fn text(case: &Case, leave: &str) -> String {
    let mut steps = leave.to_owned();
    for (vm, then) in (1..).zip(&case.then) {
        for step in *then {
            let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
            let _ = writeln!(steps, "  {verb} v{vm} {rest}");
        }
    }
    format!("{}plan p {{\n{steps}{}}}\n", case.inventory, case.rules)
}

/// The best values, first things first, over all ways to say where each VM goes.
fn best(case: &Case) -> Option<Vec<i64>> {
    let mut all = vec![String::new()];
    for vm in 1..=case.then.len() {
        let longer = all.iter().flat_map(|steps| {
            (1..=3).map(move |server| format!("{steps}  migrate v{vm} to t{server}\n"))
        });
        all = longer.collect();
    }
    all.iter()
        .filter_map(|leave| values(&text(case, leave)))
        .min()
}

#[test]
fn stops_and_starts_where_the_plan_chooses_are_as_good_as_where_all_is_said() {
    let mut random = Random(3);
    let (mut found, mut none) = (0, 0);
    for _ in 0..24 {
        let case = case(&mut random);
        let open = text(&case, "  drain s1 to t1, t2, t3\n");
        let chosen = values(&open);
        assert_eq!(chosen, best(&case), "{open}");
        match chosen {
            Some(_) => found += 1,
            None => none += 1,
        }
    }
    // Both happen, or the test says little.
    assert!(found >= 10 && none >= 2, "{found} found, {none} impossible");
}

#[test]
fn who_fits_beside_nobody_stops_each_on_a_server_of_its_own() {
    let text = "switch core
server s1 { memory 64GiB link 1Gbps to core }
server t[1..2] { memory 32GiB link 1Gbps to core }
vm a, b { memory 18GiB idle on s1 }
plan p { drain s1  shutdown s1  stop a  stop b  start a  start b }
";
    let plan = plan(text).unwrap();
    let place = |id: &str| {
        let action = plan.actions.iter().find(|action| action.id == id);
        let action = action.unwrap();
        match action.task {
            Task::Migrate { to, .. } => Some(to),
            _ => action.from,
        }
    };
    assert_ne!(place("migrate a"), place("migrate b"));
    for vm in ["a", "b"] {
        let at = |verb: &str| place(&format!("{verb} {vm}"));
        assert_eq!(at("migrate"), at("stop"));
        assert_eq!(at("stop"), at("start"));
    }
}

/// What is stopped is on its disk while its server is off, or comes there later, and starts once that is up again.
#[test]
fn who_stops_on_a_chosen_server_starts_there_once_it_is_up() {
    let text = |memory: u64| {
        format!(
            "switch core
server s1, s2 {{ memory 64GiB link 1Gbps to core }}
server t {{ memory {memory}GiB link 1Gbps to core  boot 60s shutdown 10s }}
vm a {{ memory 18GiB idle on s1 }}
vm c {{ memory 50GiB idle on s2 }}
plan p {{ drain s1 to t, s2  stop a  reboot t  start a }}
"
        )
    };
    let held = plan(&text(32)).unwrap();
    let at = |id: &str| held.actions.iter().find(|action| action.id == id).unwrap();
    let is_up_before = at("stop a").end <= at("shutdown t").start;
    assert!(is_up_before || at("boot t").end <= at("migrate a").start);
    assert!(at("boot t").end <= at("start a").start);
    assert_eq!(at("start a").from, at("boot t").from);
    // Nor is there room elsewhere.
    assert!(plan(&text(16)).is_none());
}
