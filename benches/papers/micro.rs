//! UCC'15, section V-B: ten VMs between four servers on one switch, two of the servers held to 500 Mbit/s; 50 random plans. Tables I and II,
//! figures 5 and 6.

use std::fmt::Write;

use mvm::baseline::Baseline;
use mvm::emit::{Curve, Labels, chart};
use mvm::schedule::Effort;
use mvm::simulate::Law;

use crate::page::Page;
use crate::planned::{Done, other, own, text};

/// A random plan of the experiment, with room for all everywhere, so that nobody waits for room: five VMs of 2 GB and five of 3, all busy, each from a random server to another one.
fn random(seed: u64, now: bool) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635;
    let mut below = |bound: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let mut out = String::from(
        "use std.workload.stressed\nswitch lan\n\
         server n[0..1] { link 500Mbps usable 8/9 to lan }\n\
         server n[2..3] { link 1Gbps usable 8/9 to lan }\n",
    );
    let mut plan = String::from("plan random {\n");
    for vm in 0..10 {
        let memory = 2 + u64::from(vm >= 5);
        let from = below(4);
        let to = (from + 1 + below(3)) % 4;
        let _ = writeln!(
            out,
            "vm v{vm} : stressed {{ memory {memory}GB on n{from} }}"
        );
        let _ = writeln!(plan, "  migrate v{vm} to n{to}");
    }
    let method = if now {
        "  model fluid\n  bandwidth choose\n"
    } else {
        ""
    };
    out + &plan + method + "}\n"
}

/// What one scheduler did in all plans.
#[derive(Default)]
struct Scheduler {
    /// Seconds of each migration, and seconds and share above what it takes alone.
    durations: Vec<f64>,
    slowdowns: Vec<(f64, f64)>,
    /// Seconds to the last end, and the share below one after the other.
    completions: Vec<f64>,
    speedups: Vec<f64>,
}

impl Scheduler {
    fn add(&mut self, done: &Done, alone: &Done) {
        let mut whole = 0.0;
        for (name, _, took) in done.moves() {
            let by_itself = alone.moves();
            let by_itself = by_itself.iter().find(|(other, ..)| *other == name);
            let by_itself = by_itself.map_or(took, |one| one.2);
            self.durations.push(took);
            self.slowdowns
                .push((took - by_itself, took / by_itself - 1.0));
            whole += by_itself;
        }
        let end = done.course.end as f64;
        self.completions.push(end);
        self.speedups.push(1.0 - end / whole);
    }
}

fn mean(all: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = all.len().max(1) as f64;
    all.sum::<f64>() / count
}

/// All schedulers, in the order MB-2, MB-3, MB-4, mvm.
fn measured(plans: u64, effort: Effort, now: bool) -> [Scheduler; 4] {
    let mut all: [Scheduler; 4] = Default::default();
    let law = now.then_some(Law::Pages);
    for seed in 1..=plans {
        let checked = text(&random(seed, now));
        let alone = other(&checked, Baseline::Sequential, seed, law);
        for (most, scheduler) in (2..=4).zip(&mut all) {
            scheduler.add(&other(&checked, Baseline::Buddies(most), seed, law), &alone);
        }
        all[3].add(&own(&checked, effort, law), &alone);
    }
    all
}

/// Tables I and II, figures 5 and 6.
pub fn tables(page: &mut Page, plans: u64, effort: Effort) {
    let paper = measured(plans, effort, false);
    let now = measured(plans, effort, true);
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let row = |name: &str, published: &str, of: &dyn Fn(&[Scheduler; 4]) -> String| {
        vec![name.to_owned(), published.to_owned(), of(&paper), of(&now)]
    };
    const NAMES: [&str; 4] = ["MB-2", "MB-3", "MB-4", "mvm"];
    let heads = ["", "published", "the papers' method", "now"];
    let duration = |s: &Scheduler| mean(s.durations.iter().copied());
    let slowdown = |s: &Scheduler| mean(s.slowdowns.iter().map(|one| one.1));
    let within = |s: &Scheduler| {
        let few = s.slowdowns.iter().filter(|one| one.0 <= 5.0).count();
        few as f64 / s.slowdowns.len().max(1) as f64
    };
    let mut rows = Vec::new();
    for (at, name) in NAMES.iter().enumerate() {
        rows.push(row(&format!("{name}: mean duration"), "", &|all| {
            format!("{:.1} s", duration(&all[at]))
        }));
    }
    rows.push(row("mvm below MB-2, duration", "20.4 %", &|all| {
        percent(1.0 - duration(&all[3]) / duration(&all[0]))
    }));
    rows.push(row("mvm: slowdown", "7.35 %", &|all| {
        percent(slowdown(&all[3]))
    }));
    rows.push(row("MB-2: slowdown", "4.5 times mVM's", &|all| {
        percent(slowdown(&all[0]))
    }));
    rows.push(row("mvm: at most 5 s slower", "88.8 %", &|all| {
        percent(within(&all[3]))
    }));
    rows.push(row("MB-2: at most 5 s slower", "52.8 %", &|all| {
        percent(within(&all[0]))
    }));
    page.table(
        &format!(
            "UCC'15, table I and figure 5: durations of {} migrations",
            10 * plans
        ),
        &heads,
        rows,
    );
    let completion = |s: &Scheduler| mean(s.completions.iter().copied());
    let speedup = |s: &Scheduler| mean(s.speedups.iter().copied());
    let mut rows = Vec::new();
    for (at, name) in NAMES.iter().enumerate() {
        rows.push(row(&format!("{name}: mean completion"), "", &|all| {
            format!("{:.1} s", completion(&all[at]))
        }));
    }
    rows.push(row("mvm before MB-2", "83.1 s", &|all| {
        format!("{:.1} s", completion(&all[0]) - completion(&all[3]))
    }));
    rows.push(row("the same, as a share", "28.1 %", &|all| {
        percent(1.0 - completion(&all[3]) / completion(&all[0]))
    }));
    rows.push(row("mvm: below one after the other", "54.18 %", &|all| {
        percent(speedup(&all[3]))
    }));
    rows.push(row("the same, over MB-2's", "1.49 times", &|all| {
        format!("{:.2} times", speedup(&all[3]) / speedup(&all[0]))
    }));
    page.table(
        &format!("UCC'15, table II and figure 6: completion of {plans} plans"),
        &heads,
        rows,
    );
    for (all, method) in [(&paper, "the papers' method"), (&now, "now")] {
        let curves = |of: &dyn Fn(&Scheduler) -> Vec<f64>| -> Vec<Curve> {
            let all = NAMES.iter().zip(all.iter());
            all.map(|(name, scheduler)| distribution(name, of(scheduler)))
                .collect()
        };
        let slower = curves(&|s| {
            s.slowdowns
                .iter()
                .map(|one| one.1 * 100.0)
                .filter(|&p| p <= 150.0)
                .collect()
        });
        page.figure(chart(
            &Labels {
                title: format!("UCC'15, figure 5 ({method}): slowdown of migrations"),
                x: String::from("% longer than alone"),
                y: String::from("share of migrations"),
                limit: None,
            },
            &slower,
        ));
        let sooner = curves(&|s| s.speedups.iter().map(|share| share * 100.0).collect());
        page.figure(chart(
            &Labels {
                title: format!("UCC'15, figure 6 ({method}): completion of plans"),
                x: String::from("% sooner than one after the other"),
                y: String::from("share of plans"),
                limit: None,
            },
            &sooner,
        ));
    }
}

/// The share of values up to each of them.
fn distribution(name: &str, mut values: Vec<f64>) -> Curve {
    values.sort_by(f64::total_cmp);
    let count = values.len().max(1) as f64;
    let points = values.iter().zip(1..);
    Curve {
        name: name.to_owned(),
        points: points
            .map(|(&value, rank)| (value, f64::from(rank) / count))
            .collect(),
        steps: true,
    }
}
