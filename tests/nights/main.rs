//! Nights: plan scripts, played against a machine room with a clock of its own, in which things are late, fail, are
//! lost, and the script itself is killed. Afterwards a judge who knows only the file looks at what happened.
//!
//! A night is its number: everything that goes wrong in it follows from that, and nothing from how busy this machine is.
//! 300 are played; `NIGHTS=1000 cargo test --test nights` plays so many, `NIGHT=rolling:17` one, and prints what happened.

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

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use dice::Dice;
use line::Shake;
use night::{Night, by_both};
use scenario::Scenario;
use trouble::{Blow, Mood};

/// Nights that are played if nobody says how many.
const NIGHTS: usize = 300;

/// Nights to play.
fn nights() -> usize {
    std::env::var("NIGHTS").map_or(NIGHTS, |n| n.parse().expect("NIGHTS is a number"))
}

#[test]
fn nothing_forbidden_happens_in_any_night() {
    if let Ok(wanted) = std::env::var("NIGHT") {
        let (name, number) = wanted.split_once(':').expect("NIGHT=scenario:number");
        let scenario = Scenario::load(name);
        let night = Night::play(&scenario, number.parse().unwrap(), Shake::default());
        print!("{}", night.transcript());
        assert!(night.wrong.is_empty(), "{:#?}", night.wrong);
        return;
    }
    let nights = nights();
    let scenarios: Vec<Scenario> = scenario::NAMES.into_iter().map(Scenario::load).collect();
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let ends = Mutex::new(BTreeMap::<_, usize>::new());
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
                    let night = Night::play(scenario, number, Shake::default());
                    let end = (night.was_troubled(), night.status);
                    *ends.lock().unwrap().entry(end).or_default() += 1;
                    if !night.wrong.is_empty() {
                        let name = format!("NIGHT={}:{number}", scenario.name);
                        wrong.lock().unwrap().push((name, night.wrong));
                    }
                }
            });
        }
    });
    for ((troubled, status), count) in ends.into_inner().unwrap() {
        println!("{count} nights ended with {status:?}, troubled: {troubled}");
    }
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    assert!(
        wrong.is_empty(),
        "{} of {nights} nights: {wrong:#?}",
        wrong.len()
    );
    // A night that left its connections open would end the files that a process may have.
    let open = std::fs::read_dir("/proc/self/fd").unwrap().count();
    assert!(
        open < 100 + nights,
        "{open} files are open after {nights} nights"
    );
}

/// What a killed script has begun gives up at its limit, so that the next run gets the lock: here a guest that never stops.
#[test]
fn what_a_killed_script_leaves_ends() {
    let night = trouble::Night {
        dice: Dice(0),
        mood: Mood {
            fails: &["stop batch 1"],
            ..Mood::default()
        },
        troubles: Vec::new(),
        blows: vec![(20, Blow::KillScript)],
        mends: true,
    };
    let night = Night::with(&Scenario::load("halt"), &night, Shake::default());
    assert!(night.transcript().contains("KILL"));
    assert_eq!((night.wrong, night.status), (vec![], Some(0)));
}

/// Each message comes late by itself, as on a busy machine, and the same happens. The script is not killed in these nights: when
/// exactly a killed one's processes are gone is Linux's affair.
#[test]
fn a_night_is_its_number() {
    for name in ["rolling", "sync", "halt", "fewer-later"] {
        let scenario = Scenario::load(name);
        let mut troubles = scenario.troubles(3);
        troubles.blows.clear();
        let night = Night::with(&scenario, &troubles, Shake::default());
        for seed in 0..2 {
            let shaken = Night::with(&scenario, &troubles, Shake::by(Dice(seed)));
            assert_eq!(night.events(), shaken.events(), "{name}, {seed}");
        }
    }
}

/// `mvm run` decides as the script does: the same happens, at the same moments.
#[test]
fn the_machine_does_what_the_script_does() {
    for (name, number) in scenario::NAMES.into_iter().zip(0..) {
        let scenario = Scenario::load(name);
        let [by_script, by_machine] = by_both(&scenario, number);
        assert!(by_script.0.is_some(), "{name}, {number} gets stuck");
        assert_eq!(by_script, by_machine, "{name}, {number}");
    }
}

/// A night that the script did not bring to its end, for whatever reason, ends with a new plan for what is left: nothing
/// forbidden happens in either, and what neither could do is excused. One in a hundred of each scenario.
#[test]
fn a_half_done_night_ends_with_a_new_plan() {
    let mut wrong = Vec::new();
    let mut ends = BTreeMap::<_, usize>::new();
    for name in scenario::NAMES {
        let scenario = Scenario::load(name);
        for number in 0..nights().div_ceil(100) as u64 {
            let Some(night) = Night::replanned(&scenario, number) else {
                continue;
            };
            *ends.entry(night.status).or_default() += 1;
            if !night.wrong.is_empty() {
                println!("{name}:{number}\n{}", night.transcript());
                wrong.push((name, number, night.wrong));
            }
        }
    }
    println!("{ends:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    let done = ends.get(&Some(0)).copied().unwrap_or_default();
    assert!(done * 2 > ends.values().sum(), "{ends:?}");
}
