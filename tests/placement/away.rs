//! Servers that are counted while they are away: the counts follow from the memory of their guests.

use mvm::compile::{Prospect, check};
use mvm::formulation::Unit;
use mvm::plan::verify;
use mvm::schedule::{Effort, Options, Outcome, Quiet, schedule};

use super::choices::Random;
use super::support::Text;

/// Servers with guests, all of which wait on one or two others while theirs is booted again.
fn file(random: &mut Random) -> String {
    let servers = 2 + random.below(3);
    let spare = 1 + random.below(2);
    let mut text = format!(
        "switch core\nserver s[1..{servers}] {{ memory 16GiB boot {}s shutdown {}s link 10Gbps to core }}\n",
        2 + random.below(9),
        1 + random.below(3)
    );
    for at in 1..=spare {
        let room = 8 + random.below(8);
        text += &format!("server spare{at} {{ memory {room}GiB link 10Gbps to core }}\n");
    }
    if random.below(3) == 0 {
        text += "vm stays { memory 1GiB idle on spare1 }\n";
    }
    let mut steps = String::new();
    for server in 1..=servers {
        let guests = 1 + random.below(3);
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
    format!("{text}plan p {{\n{steps}}}\n")
}

/// Whatever a plan that knows only the guests does, it keeps the counts: tried with goals that pull in many directions.
#[test]
fn who_is_away_is_counted_as_memory_has_it() {
    let mut random = Random(11);
    let (mut levels, mut plans) = (0, 0);
    for _ in 0..40 {
        let text = file(&mut random);
        let checked = check("test.mvm", &Text(&text));
        assert!(!checked.has_errors(), "{:#?}\n{text}", checked.diagnostics);
        let Prospect::Open(problem) = &checked.prospects[0] else {
            continue;
        };
        let full = &problem.formulation;
        let is_count = |name: &str| name.starts_with("servers away");
        let counts = full.resources.iter().filter(|r| is_count(&r.name));
        levels += counts.clone().count();
        assert!(counts.clone().all(|count| count.unit == Unit::Count));
        if counts.count() == 0 {
            continue;
        }
        for _ in 0..4 {
            let mut without = full.clone();
            for resource in &mut without.resources {
                if is_count(&resource.name) {
                    resource.capacity = vec![(0, 1000)];
                }
            }
            for term in &mut without.objectives[0].terms {
                term.end = random.below(4) as i64;
            }
            let options = Options {
                effort: Effort::Fast,
                ..Options::default()
            };
            if let Outcome::Found(solution) = schedule(&without, &options, &mut Quiet) {
                plans += 1;
                let violations = verify(full, &solution.schedule);
                let words: Vec<String> = violations.iter().map(|v| v.words(full)).collect();
                assert_eq!(words, Vec::<String>::new(), "{text}");
            }
        }
    }
    assert!(levels > 30 && plans > 40, "{levels} levels, {plans} plans");
}
