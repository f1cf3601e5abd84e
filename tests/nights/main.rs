//! Nights: plan scripts, played against a machine room with a clock of its own, in which things are late, fail, are
//! lost, and the script itself is killed. Afterwards a judge who knows only the file looks at what happened.
//!
//! A night is its number: everything that goes wrong in it follows from that. `NIGHTS=300 cargo test --test nights`
//! plays so many of them, `NIGHT=rolling:17` one, and prints what happened. Without either none is played: the room itself
//! was seen to wait for ever, three times in one run on a busy machine, and what can fail by chance is no test.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod dice;
mod judge;
mod line;
mod log;
mod night;
mod scenario;
mod stage;
mod tools;
mod trouble;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use night::Night;
use scenario::Scenario;

#[test]
fn nothing_forbidden_happens_in_any_night() {
    if let Ok(wanted) = std::env::var("NIGHT") {
        let (name, number) = wanted.split_once(':').expect("NIGHT=scenario:number");
        let scenario = Scenario::load(name);
        let night = Night::play(&scenario, number.parse().unwrap());
        print!("{}", night.transcript());
        assert!(night.wrong.is_empty(), "{:#?}", night.wrong);
        return;
    }
    let Ok(nights) = std::env::var("NIGHTS") else {
        println!("skipped: no nights are played; NIGHTS=300 plays so many");
        return;
    };
    let nights = nights.parse().expect("NIGHTS is a number");
    let scenarios: Vec<Scenario> = scenario::NAMES.into_iter().map(Scenario::load).collect();
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get() + 1);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= nights {
                        return;
                    }
                    let scenario = &scenarios[at % scenarios.len()];
                    let number = (at / scenarios.len()) as u64;
                    let night = Night::play(scenario, number);
                    if !night.wrong.is_empty() {
                        let name = format!("NIGHT={}:{number}", scenario.name);
                        wrong.lock().unwrap().push((name, night.wrong));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    assert!(
        wrong.is_empty(),
        "{} of {nights} nights: {wrong:#?}",
        wrong.len()
    );
}
