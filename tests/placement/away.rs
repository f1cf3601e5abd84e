//! Servers that are counted while they have a place: the counts follow from all the rest.

use mvm::compile::{Prospect, check};
use mvm::formulate::Problem;
use mvm::formulation::Unit;
use mvm::plan::verify;
use mvm::schedule::{Effort, Options, Outcome, Quiet, Solution, schedule};

use super::choices::Random;
use super::support::Text;

/// Servers, on links that differ.
fn servers(random: &mut Random, name: &str, count: u64, least: u64) -> String {
    let mut text = String::new();
    for at in 1..=count {
        let memory = least + random.below(8);
        let rate = [1, 2, 5, 10][random.below(4) as usize];
        text += &format!(
            "server {name}{at} {{ memory {memory}GiB boot {}s shutdown {}s link {rate}Gbps to core }}\n",
            2 + random.below(9),
            1 + random.below(3)
        );
    }
    text
}

fn rules(random: &mut Random) -> &'static str {
    [
        "",
        "  minimize makespan\n",
        "  bandwidth choose\n",
        "  bandwidth choose\n  minimize makespan\n",
    ][random.below(4) as usize]
}

/// Servers with guests, all of which wait on one or two others while theirs is booted again.
fn through_spares(random: &mut Random) -> String {
    let count = 2 + random.below(3);
    let spare = 1 + random.below(2);
    let mut text = String::from("switch core\n")
        + &servers(random, "s", count, 16)
        + &servers(random, "spare", spare, 8);
    if random.below(3) == 0 {
        text += "vm stays { memory 1GiB idle on spare1 }\n";
    }
    let mut steps = String::new();
    for server in 1..=count {
        let guests = 1 + random.below(4);
        for guest in 1..=guests {
            let memory = 1 + random.below(5);
            text += &format!("vm v{server}{guest} {{ memory {memory}GiB idle on s{server} }}\n");
            let to = 1 + random.below(spare);
            steps += &format!("  migrate v{server}{guest} to spare{to}\n");
        }
        steps += &format!("  reboot s{server}\n");
        for guest in 1..=guests {
            // Some stay where they waited.
            if random.below(5) > 0 {
                steps += &format!("  migrate v{server}{guest} to s{server}\n");
            }
        }
    }
    format!("{text}plan p {{\n{steps}{}}}\n", rules(random))
}

/// Servers that take turns, while their guests are on others.
fn in_turns(random: &mut Random) -> String {
    let count = 3 + random.below(2);
    let mut text = String::from("switch core\n") + &servers(random, "s", count, 8);
    for server in 1..=count {
        for guest in 0..random.below(3) {
            let memory = 1 + random.below(3);
            text += &format!("vm v{server}{guest} {{ memory {memory}GiB idle on s{server} }}\n");
        }
    }
    let by = 1 + random.below(2);
    let body = [
        "drain reboot return",
        "drain reboot",
        "drain run \"x\" takes 9s reboot return",
    ][random.below(3) as usize];
    let rules = rules(random).replace("  bandwidth choose\n", "");
    format!("{text}plan p {{\n  roll s[1..{count}] by {by} {{ {body} }}\n{rules}}}\n")
}

fn searched(formulation: &mvm::formulation::Formulation, effort: Effort) -> Option<Solution> {
    let options = Options {
        effort,
        ..Options::default()
    };
    match schedule(formulation, &options, &mut Quiet) {
        Outcome::Found(solution) => Some(solution),
        _ => None,
    }
}

fn problem(text: &str) -> Option<Box<Problem>> {
    let checked = check("test.mvm", &Text(text));
    assert!(!checked.has_errors(), "{:#?}\n{text}", checked.diagnostics);
    match checked.prospects.into_iter().next() {
        Some(Prospect::Open(problem)) => Some(problem),
        _ => None,
    }
}

/// Whatever a plan that does not know the counts does, it keeps them, and is no longer for them: tried with goals that pull in many
/// directions. Says how many counts and plans there were.
fn follow(random: &mut Random, texts: u64, text: fn(&mut Random) -> String) -> (usize, usize) {
    let (mut counts, mut plans) = (0, 0);
    for _ in 0..texts {
        let text = text(random);
        let Some(problem) = problem(&text) else {
            continue;
        };
        let (full, plain) = (&problem.formulation, problem.plain());
        let own = &full.resources[plain.formulation.resources.len()..];
        assert!(own.iter().all(|count| count.unit == Unit::Count));
        counts += own.len();
        for _ in 0..if own.is_empty() { 0 } else { 3 } {
            let mut without = plain.formulation.clone();
            for term in &mut without.objectives[0].terms {
                term.end = random.below(4) as i64;
            }
            let Some(found) = searched(&without, Effort::Instant) else {
                continue;
            };
            plans += 1;
            let mut schedule = found.schedule.clone();
            schedule.start.resize(full.actions.len(), 0);
            schedule.mode.resize(full.actions.len(), 0);
            for margin in &problem.implied.margins {
                margin.put(&mut schedule);
            }
            let violations = verify(full, &schedule);
            let words: Vec<String> = violations.iter().map(|v| v.words(full)).collect();
            assert_eq!(words, Vec::<String>::new(), "{text}");
            let ends = [full.makespan(&schedule), without.makespan(&found.schedule)];
            assert_eq!(ends[0], ends[1], "{text}");
        }
    }
    (counts, plans)
}

#[test]
fn who_is_away_is_counted_as_memory_has_it() {
    let (counts, plans) = follow(&mut Random(11), 60, through_spares);
    assert!(counts > 40 && plans > 60, "{counts} counts, {plans} plans");
}

#[test]
fn who_has_a_turn_is_counted_as_the_roll_has_it() {
    let (counts, plans) = follow(&mut Random(5), 25, in_turns);
    assert!(counts > 15 && plans > 30, "{counts} counts, {plans} plans");
}

/// One server after the other through a spare that holds the guests of one of them: each is away for 10 s of moves, but for the last
/// one's, 60 s and 180 s down, and 10 s until its guests are back.
#[test]
fn what_is_proved_is_what_each_takes_one_after_the_other() {
    let mut text = String::from(
        "switch core\nserver s[1..5] { memory 16GiB boot 3min shutdown 60s link 10Gbps to core }\n\
         server spare { memory 16GiB link 10Gbps to core }\n",
    );
    let mut steps = String::new();
    for at in 1..=5 {
        text += &format!("vm v{at}[1..2] {{ memory 8GiB idle on s{at} }}\n");
        steps += &format!(
            "  migrate v{at}[1..2] to spare\n  reboot s{at}\n  migrate v{at}[1..2] to s{at}\n"
        );
    }
    let text = format!("{text}plan p {{\n{steps}  minimize makespan\n}}\n");
    let found = searched(&problem(&text).unwrap().formulation, Effort::Fast).unwrap();
    assert!(found.is_optimal(), "{:?}", found.objectives);
}
