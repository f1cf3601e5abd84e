//! `roll`, `shutdown any` and `empty any` against all orders and all servers by hand.

use mvm::compile::check;
use mvm::schedule::{Effort, Options, Quiet};

use super::choices::{Random, values};
use super::support::Text;
use super::{codes, moves, plan};

/// Servers with guests of their own, and spare ones.
fn rolled(random: &mut Random, servers: u64) -> String {
    let mut text = String::from("switch core\n");
    for server in 1..=servers {
        let (boot, down) = (3 + random.below(6), 1 + random.below(3));
        text += &format!(
            "server s{server} {{ memory 8GiB boot {boot}s shutdown {down}s link 10Gbps to core }}\n"
        );
    }
    let room = 6 + random.below(6);
    text += &format!("server spare {{ memory {room}GiB link 10Gbps to core }}\n");
    for server in 1..=servers {
        for guest in 1..=1 + random.below(2) {
            let memory = 2 + random.below(4);
            text += &format!("vm v{server}{guest} {{ memory {memory}GiB idle on s{server} }}\n");
        }
    }
    text
}

/// The same turns as steps, with orders between them.
fn by_hand(inventory: &str, servers: u64, orders: &[(u64, u64)], goal: &str) -> String {
    let mut steps = String::new();
    for s in 1..=servers {
        steps += &format!("  drain s{s} to spare  reboot s{s}\n");
        steps += &format!("  migrate vms on s{s} to s{s}\n");
    }
    for (first, then) in orders {
        steps += &format!("  before vms on s{first} -> vms on s{then}\n");
    }
    format!("{inventory}plan p {{\n{steps}{goal}}}\n")
}

#[test]
fn turns_are_as_good_as_the_best_order() {
    let mut random = Random(5);
    let (mut found, mut none) = (0, 0);
    for at in 0..6 {
        let goal = ["  minimize makespan\n", ""][at % 2];
        // Two servers one after the other, or three of which two at a time.
        let (servers, by) = [(2, 1), (3, 2)][usize::from(at > 2)];
        let inventory = rolled(&mut random, servers);
        let pairs = (1..=servers).flat_map(|a| (1..=servers).map(move |b| (a, b)));
        let pairs = pairs.filter(|(a, b)| a != b);
        let all = pairs.filter_map(|pair| values(&by_hand(&inventory, servers, &[pair], goal)));
        let best = all.min();
        let text = format!(
            "{inventory}plan p {{\n  roll s[1..{servers}] by {by} {{ drain to spare  reboot  return }}\n{goal}}}\n"
        );
        let chosen = values(&text);
        assert_eq!(chosen, best, "{text}");
        match chosen {
            Some(_) => found += 1,
            None => none += 1,
        }
    }
    assert!(found >= 3, "{found} found, {none} impossible");
}

/// A few servers that may be shut down, some of them with guests.
fn shut(random: &mut Random) -> String {
    let mut text = String::from("switch core\n");
    for server in 1..=3 {
        let (memory, down) = (4 + 2 * random.below(3), 1 + random.below(20));
        text += &format!(
            "server s{server} {{ memory {memory}GiB power 100W shutdown {down}s link 1Gbps to core }}\n"
        );
    }
    for vm in 1..=3 {
        let (memory, on) = (1 + random.below(3), 1 + random.below(3));
        text += &format!("vm v{vm} {{ memory {memory}GiB idle on s{on} }}\n");
    }
    text
}

/// All ways to choose, by hand: the guests of those that are not chosen may stay.
fn chosen_by_hand(
    inventory: &str,
    count: usize,
    is_shutdown: bool,
    goal: &str,
) -> Option<Vec<i64>> {
    let subsets = (0..8_u32).filter(|set| match is_shutdown {
        true => set.count_ones() as usize == count,
        false => set.count_ones() as usize >= count,
    });
    let all = subsets.filter_map(|set| {
        let is_in = |server: u32| set & (1 << (server - 1)) != 0;
        let others: Vec<String> = (1..=3)
            .filter(|&s| !is_in(s))
            .map(|s| format!("s{s}"))
            .collect();
        let others = others.join(", ");
        let mut steps = String::new();
        for server in 1..=3 {
            if !inventory.contains(&format!("on s{server} ")) {
                continue;
            }
            match (is_in(server), others.is_empty()) {
                (_, true) => return None,
                (true, _) => steps += &format!("  drain s{server} to {others}\n"),
                (false, _) => steps += &format!("  migrate vms on s{server} to any of {others}\n"),
            }
        }
        for server in (1..=3).filter(|&s| is_in(s) && is_shutdown) {
            steps += &format!("  shutdown s{server}\n");
        }
        if steps.is_empty() {
            return None;
        }
        values(&format!("{inventory}plan p {{\n{steps}{goal}}}\n"))
    });
    all.min()
}

#[test]
fn servers_are_chosen_as_well_as_by_hand() {
    let mut random = Random(3);
    let (mut found, mut none) = (0, 0);
    for at in 0..6 {
        let inventory = shut(&mut random);
        let goals = [
            "",
            "  minimize makespan\n",
            "  minimize energy\n",
            "  minimize moves, mttr\n",
        ];
        let (goal, is_shutdown) = (goals[at % 4], at % 3 != 0);
        let count = 1 + random.below(2) as usize;
        let best = chosen_by_hand(&inventory, count, is_shutdown, goal);
        let word = if is_shutdown { "shutdown" } else { "empty" };
        let text = format!("{inventory}plan p {{\n  {word} any {count} of s[1..3]\n{goal}}}\n");
        let chosen = values(&text);
        assert_eq!(chosen, best, "{text}");
        match chosen {
            Some(_) => found += 1,
            None => none += 1,
        }
    }
    assert!(found >= 5, "{found} found, {none} impossible");
}

#[test]
fn as_many_servers_are_shut_down_as_can_be() {
    let mut random = Random(5);
    let mut fewest = std::collections::BTreeSet::new();
    for at in 0..6 {
        let inventory = shut(&mut random);
        let goal = ["servers on, mttr", "moves, servers on", "servers on, moves"][at % 3];
        let goal = format!("  minimize {goal}\n");
        // None is one of the choices, too.
        let none = values(&format!(
            "{inventory}plan p {{\n  pause \"go\" takes 1s\n{goal}}}\n"
        ));
        let mut best = none.map(|mut values| {
            // The pause has an end, the plan without any step has none.
            if at % 3 == 0 {
                values[1] -= 1;
            }
            values
        });
        for count in 1..=3 {
            let some = chosen_by_hand(&inventory, count, true, &goal);
            best = best.into_iter().chain(some).min();
        }
        let text = format!("{inventory}plan p {{\n  shutdown any of s[1..3]\n{goal}}}\n");
        let chosen = values(&text);
        assert_eq!(chosen, best, "{text}");
        fewest.extend(chosen.map(|values| values[usize::from(at % 3 == 1)]));
    }
    assert!(fewest.len() > 1, "{fewest:?}");
}

#[test]
fn how_many_are_shut_down_comes_first() {
    let plan = plan(&format!(
        "{RACK}plan p {{ shutdown any of s[1..3], spare }}\n"
    ))
    .unwrap();
    let goals: Vec<&str> = plan.objectives.iter().map(|o| o.goal.name()).collect();
    assert_eq!(goals, ["servers on", "mttr"]);
    assert_eq!(
        (plan.objectives[0].value, plan.objectives[0].lower_bound),
        (3, 3)
    );
    let energy =
        format!("{RACK}plan p {{ shutdown any of s[1..3]  minimize servers on, energy }}\n");
    assert_eq!(codes(&energy), ["E0577"]);
}

const RACK: &str = "\
switch core
server s[1..3] { memory 16GiB boot 20s shutdown 10s link 10Gbps to core }
server spare { memory 16GiB link 10Gbps to core }
vm v[1..3] { memory 12GiB idle on s[1..3] }
";

#[test]
fn a_turn_lasts_from_its_first_step_to_its_last() {
    let text = format!(
        "{RACK}plan p {{ roll s[1..3] {{ drain  run \"x\" takes 5s  reboot  return }} minimize makespan }}\n"
    );
    let plan = plan(&text).unwrap();
    // Of each server: from the first start to the last end of what is done with it.
    let spans = (1..=3).map(|at| {
        let own = plan.actions.iter().filter(|action| {
            action.id.contains(&format!(" v{at}")) || action.id.ends_with(&format!(" s{at}"))
        });
        let (starts, ends): (Vec<i64>, Vec<i64>) = own.map(|a| (a.start, a.end)).unzip();
        assert_eq!(starts.len(), 5);
        (
            starts.into_iter().min().unwrap(),
            ends.into_iter().max().unwrap(),
        )
    });
    let mut spans: Vec<(i64, i64)> = spans.collect();
    spans.sort_unstable();
    assert!(
        spans.windows(2).all(|pair| pair[0].1 <= pair[1].0),
        "{spans:?}"
    );
    // Whoever is next waits for it, whenever that really ends.
    let waits = |action: &mvm::plan::Planned| !action.after.is_empty();
    assert_eq!(plan.actions.iter().filter(|a| !waits(a)).count(), 1);
}

/// All servers have a turn, so guests have to wait on servers whose turn is still to come, or is over.
#[test]
fn guests_wait_where_they_are_in_nobodys_way() {
    let text = "\
switch core
server s[1..8] { memory 64GiB boot 4min shutdown 1min link 10Gbps to core }
vm v[1..24] { memory 8GiB idle on s[1..8] }
plan p { roll s[1..8] by 4 { drain reboot return } minimize makespan }
";
    let checked = check("test.mvm", &Text(text));
    let options = Options {
        effort: Effort::Instant,
        ..Options::default()
    };
    let plan = checked.plan(0, &options, &mut Quiet).unwrap();
    // Two reboots one after the other, and the time to leave and come back; no third one.
    assert!(plan.makespan < 3 * 5 * 60, "{} s", plan.makespan);
}

#[test]
fn guests_go_where_turns_are_over() {
    // Nobody comes back: the first one goes to the spare server, the others follow to what is done.
    let text = format!("{RACK}plan p {{ roll s[1..3] {{ drain  reboot }} }}\n");
    let plan = plan(&text).unwrap();
    let moved = moves(&text, &plan);
    assert_eq!(moved.len(), 3, "{moved:?}");
    let boots = |server: &str| {
        let boot = plan
            .actions
            .iter()
            .find(|a| a.id == format!("boot {server}"));
        boot.map(|boot| boot.end)
    };
    for action in &plan.actions {
        let (Some(to), Some(vm)) = (action.task.to(), action.task.vm()) else {
            continue;
        };
        let to = ["s1", "s2", "s3", "spare"][to.0 as usize];
        assert!(boots(to).unwrap_or(0) <= action.start, "{vm:?} to {to}");
    }
    // Without a spare server there is nowhere to go.
    let text = text.replace("server spare { memory 16GiB link 10Gbps to core }\n", "");
    assert_eq!(super::plan(&text), None);
    // Those that come back may wait where the turn is still to come, unless the roll leads forward only.
    let text = text
        .replace("memory 12GiB", "memory 8GiB")
        .replace("reboot }", "reboot  return }");
    assert!(super::plan(&text).is_some());
    assert_eq!(
        super::plan(&text.replace("roll s[1..3]", "roll s[1..3] forward")),
        None
    );
}

#[test]
fn what_is_wrong_with_a_roll_is_said() {
    let with = |steps: &str| format!("{RACK}plan p {{ {steps} }}\n");
    assert_eq!(codes(&with("roll s[1..3] { drain  return }")), ["E0403"]);
    assert_eq!(codes(&with("roll s[1..3] { reboot  return }")), ["E0403"]);
    assert_eq!(codes(&with("roll s[1..3] { drain s1  reboot }")), ["E0106"]);
    assert_eq!(codes(&with("roll s[1..3] { drain  seq v1 }")), ["E0106"]);
    assert_eq!(codes(&with("drain s1  return")), ["E0106"]);
    assert_eq!(codes(&with("shutdown any 4 of s[1..3]")), ["E0305"]);
    assert_eq!(
        codes(&with("shutdown any 1 of s[1..3]  boot s1")),
        ["E0579"]
    );
    let unlike =
        with("shutdown any 1 of s1, spare  minimize energy").replace("spare {", "spare { power 5W");
    assert_eq!(codes(&unlike), ["E0577"]);
}
