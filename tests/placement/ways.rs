//! Ways of moving VMs that the plan chooses, and what is only preferred, against all choices by hand.

use super::choices::{Random, values};
use super::{codes, moves, plan};

const TWO: &str = "\
switch core
server s[1..3] { memory 64GiB link 1Gbps to core }
vm big { memory 32GiB hot 64MiB in 2s cold 20MiB/s copy pre or cold boot 20s shutdown 10s on s1 }
vm files { memory 2GiB idle disk 40GiB filled 20GiB writes 10MiB/s copy any boot 20s shutdown 10s on s1 }
";

fn with(statements: &str) -> String {
    format!("{TWO}plan p {{ {statements} }}\n")
}

/// How each VM of a plan is moved: `big cold`.
fn ways(text: &str) -> Vec<String> {
    let found = plan(text).unwrap();
    let migrations = found.actions.iter().filter(|a| a.task.to().is_some());
    let mut ways: Vec<String> = migrations
        .map(|a| format!("{} {}", &a.id["migrate ".len()..], a.manner.word()))
        .collect();
    ways.sort();
    ways
}

#[test]
fn the_way_is_chosen_by_length_and_by_downtime() {
    // 32 GiB take minutes; a restart takes 30 s and sends nothing.
    let quick = with("migrate big to s2  minimize makespan");
    assert_eq!(ways(&quick), ["big cold"]);
    let found = plan(&quick).unwrap();
    assert_eq!(found.makespan, 30);
    assert_eq!(found.actions[0].rate, None);
    let gentle = with("migrate big to s2  minimize downtime, makespan");
    assert_eq!(ways(&gentle), ["big pre"]);
    assert_eq!(plan(&gentle).unwrap().objectives[0].value, 30);
    let limited = with("migrate big to s2  downtime of big <= 2s  minimize makespan");
    assert_eq!(ways(&limited), ["big pre"]);
    // A disk has to be sent in any case, and writes cost more live.
    let disk = with("migrate files to s2  minimize makespan");
    let found = plan(&disk).unwrap();
    // 20 GiB at 1 Gbit/s are 171.8 s, and 30 s of restart; live there are 10 MiB/s less for all.
    assert_eq!(found.makespan, 202);
    assert_eq!(ways(&disk), ["files cold"]);
    let live = with("migrate files to s2  downtime of files <= 1s  minimize makespan");
    assert_eq!(plan(&live).unwrap().makespan, 206);
    assert_eq!(ways(&live).len(), 1);
    assert!(!ways(&live)[0].contains("cold"));
}

#[test]
fn a_stop_and_the_next_start_are_downtime_too() {
    let text = with("stop big  start big  migrate files to s2  minimize downtime, mttr");
    let found = plan(&text).unwrap();
    // 10 s to stop, 20 s to start, nothing between; the other one moves live.
    assert_eq!(found.objectives[0].value, 30_030);
    assert_eq!(found.objectives[0].lower_bound, 30_030);
}

#[test]
fn no_way_that_is_left_is_an_error() {
    let text = with("migrate big to s2  downtime of big <= 10ms");
    assert_eq!(codes(&text), ["E0580"]);
    let platform = |copy: &str| {
        format!(
            "use std.platform.proxmox\nswitch core\nserver s[1..2] : proxmox {{ memory 64GiB link 1Gbps to core }}\n\
             vm a {{ memory 2GiB idle copy {copy} on s1 }}\nplan p {{ migrate a to s2 }}\n"
        )
    };
    assert_eq!(codes(&platform("post")), ["E0580"]);
    assert_eq!(ways(&platform("post or cold")), ["a cold"]);
    assert_eq!(ways(&platform("either")), ["a pre"]);
    let full = TWO.replace("filled 20GiB", "filled 50GiB");
    assert_eq!(
        codes(&format!("{full}plan p {{ migrate big to s2 }}\n")),
        ["E0407"]
    );
    // More is written than the link carries.
    let busy = TWO.replace("writes 10MiB/s copy any", "writes 200MiB/s copy pre");
    assert_eq!(
        codes(&format!("{busy}plan p {{ migrate files to s2 }}\n")),
        ["E0651"]
    );
    let unknown = TWO.replace(
        " idle disk 40GiB filled 20GiB writes 10MiB/s",
        " hot 0MiB disk 40GiB",
    );
    assert_eq!(
        codes(&format!("{unknown}plan p {{ migrate files to s2 }}\n")),
        ["W0013"]
    );
}

#[test]
fn ways_are_as_good_as_the_best_that_are_said() {
    let mut random = Random(31);
    let mut chosen = [0; 3];
    for at in 0..24 {
        let servers = 2 + random.below(2);
        let vms = 2 + random.below(2);
        let mut text = String::from("switch core\n");
        for server in 1..=servers {
            let rate = [500, 1000][random.below(2) as usize];
            text += &format!("server s{server} {{ memory 16GiB link {rate}Mbps to core }}\n");
        }
        let mut copies = Vec::new();
        for vm in 1..=vms {
            let disk = ["", "disk 10GiB filled 2GiB writes 8MiB/s"][random.below(2) as usize];
            let boot = [5, 20, 60][random.below(3) as usize];
            let memory = 1 + random.below(4);
            let copy = ["pre or cold", "post or cold", "any", "pre"][random.below(4) as usize];
            copies.push(copy);
            text += &format!(
                "vm v{vm} {{ memory {memory}GiB hot 32MiB in 2s cold 4MiB/s {disk} copy {copy} boot {boot}s shutdown 5s on s1 }}\n"
            );
        }
        let goal = ["makespan, downtime", "downtime, mttr", "mttr"][at % 3];
        let rule = ["", "seq vms", "downtime of v1 <= 1s"][random.below(3) as usize];
        let plan_of = |inventory: &str, steps: &str| {
            format!("{inventory}plan p {{\n{steps}  {rule}\n  minimize {goal}\n}}\n")
        };
        // All that can be said: each VM's way and its destination.
        let mut all = vec![(text.clone(), String::new())];
        for (vm, copy) in (1..=vms).zip(&copies) {
            let manners: Vec<&str> = match *copy {
                "any" => vec!["pre", "post", "cold"],
                copy => copy.split(" or ").collect(),
            };
            let mut longer = Vec::new();
            for (inventory, steps) in &all {
                for manner in &manners {
                    for to in 2..=servers {
                        let line = inventory
                            .lines()
                            .find(|l| l.starts_with(&format!("vm v{vm} ")));
                        let line = line.unwrap();
                        let said = line.replace(&format!("copy {copy}"), &format!("copy {manner}"));
                        let steps = format!("{steps}  migrate v{vm} to s{to}\n");
                        longer.push((inventory.replace(line, &said), steps));
                    }
                }
            }
            all = longer;
        }
        let said = all
            .iter()
            .filter_map(|(inventory, steps)| values(&plan_of(inventory, steps)));
        let open = plan_of(&text, "  drain s1\n");
        assert_eq!(values(&open), said.min(), "{open}");
        if let Some(found) = values(&open).and_then(|_| plan(&open)) {
            for action in &found.actions {
                chosen[action.manner as usize] += 1;
            }
        }
    }
    assert!(chosen.iter().all(|&times| times >= 3), "{chosen:?}");
}

const RACKS: &str = "\
switch core
rack r[1..3] link 10Gbps to core { server s[1..2] { memory 32GiB link 1Gbps } }
vm db[1..3] { memory 8GiB idle on r1.s1 }
vm web      { memory 4GiB idle on r1.s1 }
";

#[test]
fn what_is_preferred_is_kept_where_it_can_be_and_costs_what_it_says() {
    let text = |steps: &str| format!("{RACKS}plan p {{ {steps} }}\n");
    let kept = text("drain r1  prefer spread db[1..3] weight 5");
    let found = plan(&kept).unwrap();
    assert_eq!(found.objectives[0].value, 0);
    assert_eq!(found.objectives[0].lower_bound, 0);
    // Two racks for three of them.
    let broken = text("drain r1  prefer spread db[1..3] over racks weight 5");
    let found = plan(&broken).unwrap();
    assert_eq!(found.objectives[0].value, 5);
    assert_eq!(found.objectives[0].lower_bound, 5);
    assert_eq!(found.preferences.len(), 1);
    assert_eq!(found.preferences[0].cost, 5);
    let gathered = text("drain r1  prefer gather db[1..3]  prefer keep web on r3.s2");
    let moved = moves(&gathered, &plan(&gathered).unwrap());
    let to: std::collections::BTreeSet<&str> = moved
        .iter()
        .filter(|m| m.starts_with("db"))
        .map(|m| &m[4..])
        .collect();
    assert_eq!(to.len(), 1, "{moved:?}");
    assert!(moved.contains(&"web r3.s2".to_owned()), "{moved:?}");
    // What is said costs what it costs.
    let said = text("migrate db[1..2] to r2.s1  prefer spread db[1..3] weight 7");
    assert_eq!(plan(&said).unwrap().objectives[0].value, 7);
    // Time first: what costs some is not kept.
    let later = text("drain r1  prefer gather db[1..3]  minimize mttr, preferences");
    assert!(plan(&later).unwrap().objectives[1].value >= 0);
}

#[test]
fn balance_is_the_largest_share_in_the_end() {
    let text = format!("{RACKS}plan p {{ drain r1  minimize balance, mttr }}\n");
    let found = plan(&text).unwrap();
    // One of 8 GiB on each of three servers of 32 GiB, and the small one on the fourth.
    assert_eq!(found.objectives[0].value, 25);
    assert_eq!(found.objectives[0].lower_bound, 25);
    let said = format!("{RACKS}plan p {{ migrate db[1..2] to r2.s1  minimize balance }}\n");
    assert_eq!(plan(&said).unwrap().objectives[0].value, 50);
}

#[test]
fn preferences_are_as_good_as_the_best_that_are_said() {
    let mut random = Random(41);
    let mut broken = 0;
    for at in 0..6 {
        let servers = 3 + random.below(2);
        let vms = 3;
        let mut text = String::from("switch core\n");
        for server in 1..=servers {
            let memory = [8, 10, 12][random.below(3) as usize];
            text += &format!("server s{server} {{ memory {memory}GiB link 1Gbps to core }}\n");
        }
        for vm in 1..=vms {
            text += &format!(
                "vm v{vm} {{ memory {}GiB idle on s1 }}\n",
                1 + random.below(3)
            );
        }
        text += &format!("vm w {{ memory {}GiB idle on s2 }}\n", 1 + random.below(6));
        let mut rules = String::new();
        for rule in [
            "spread v1, v2, v3",
            "spread v1, w",
            "gather v1, v2",
            "keep v1, v2 off s2",
            "keep v3 on s3",
            "lonely v2",
            "lonely v1, v3",
        ] {
            if random.below(2) == 0 {
                rules += &format!("  prefer {rule} weight {}\n", 1 + random.below(5));
            }
        }
        rules += [
            "  minimize balance, mttr\n",
            "  minimize mttr, balance\n",
            "",
        ][at % 3];
        let plan_of = |steps: &str| format!("{text}plan p {{\n{steps}{rules}}}\n");
        let mut all = vec![String::new()];
        for vm in 1..=vms {
            let longer = all.iter().flat_map(|steps| {
                let more = move |to| format!("{steps}  migrate v{vm} to s{to}\n");
                (2..=servers).map(more)
            });
            all = longer.collect();
        }
        let best = all.iter().filter_map(|steps| values(&plan_of(steps))).min();
        let open = plan_of("  drain s1\n");
        let found = values(&open);
        assert_eq!(found, best, "{open}");
        broken += usize::from(found.is_some_and(|values| values[0] > 0));
    }
    assert!(broken >= 2, "{broken}");
}
