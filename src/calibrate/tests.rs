//! Figures that are known, put into measurements and found again.

use super::*;
use crate::datacenter::Workload;
use crate::migration::exact_seconds;
use num_traits::ToPrimitive;

fn lan(nominal: u64) -> LinkClass {
    LinkClass {
        nominal,
        usable: nominal / 9 * 8,
        name: Some("lan".to_owned()),
    }
}

/// Migrations of several sizes over a link, each taking what the model says at that share and overhead, and `more(at)` on top.
fn measured(
    class: &LinkClass,
    model: Model,
    share: f64,
    overhead: f64,
    more: impl Fn(u32) -> f64,
) -> Vec<Sample> {
    let sample = |at: u32| {
        let workload = Workload {
            used: u64::from(2 + at % 7) * 1_000_000_000,
            hot: u64::from(at % 3) * 20_000_000,
            hot_ms: 2000,
            cold: u64::from(at % 2) * 2_000_000,
            unknown: false,
            downtime_ms: 30,
        };
        let transfer = |rate| Transfer {
            workload,
            rate,
            manner: crate::datacenter::Manner::Pre,
            disk: None,
            restart: 0,
            overhead_ms: 0,
        };
        let real = transfer((class.nominal as f64 * share) as u64);
        let seconds = exact_seconds(model, &real).unwrap().to_f64().unwrap() + overhead + more(at);
        Sample {
            class: class.clone(),
            transfer: transfer(class.usable),
            seconds: seconds.round() as u32,
            part: at % 5,
        }
    };
    (0..70).map(sample).collect()
}

#[test]
fn shares_and_overhead_are_found_again() {
    for model in [Model::Papers, Model::Fluid] {
        let mut samples = measured(&lan(1_000_000_000), model, 0.93, 3.0, |_| 0.0);
        samples.extend(measured(&lan(500_000_000), model, 0.81, 3.0, |_| 0.0));
        let found = calibrate(model, &samples).unwrap();
        let shares: Vec<u32> = found.classes.iter().filter_map(|c| c.share).collect();
        assert!(
            (805..=815).contains(&shares[0]) && (925..=940).contains(&shares[1]),
            "{shares:?}"
        );
        assert!(
            (2500..=3500).contains(&found.overhead_ms),
            "{}",
            found.overhead_ms
        );
        // Whole seconds are what is left.
        assert!(
            found.after < 0.012 && found.unseen.unwrap() < 0.015,
            "{found:?}"
        );
        assert!(found.before > 4.0 * found.after, "{found:?}");
    }
}

#[test]
fn a_migration_that_hung_moves_nothing() {
    let model = Model::Papers;
    let clean = calibrate(
        model,
        &measured(&lan(1_000_000_000), model, 0.93, 0.0, |_| 0.0),
    )
    .unwrap();
    let hung = measured(&lan(1_000_000_000), model, 0.93, 0.0, |at| {
        if at % 10 == 3 { 300.0 } else { 0.0 }
    });
    let hung = calibrate(model, &hung).unwrap();
    let share = |c: &Calibration| c.classes[0].share.unwrap();
    assert!(
        share(&clean).abs_diff(share(&hung)) <= 5,
        "{clean:?} {hung:?}"
    );
}

#[test]
fn of_few_migrations_nothing_is_told() {
    let model = Model::Papers;
    let samples = measured(&lan(1_000_000_000), model, 0.5, 0.0, |_| 0.0);
    let few = calibrate(model, &samples[..5]).unwrap();
    assert_eq!(few.classes[0].share, None);
    assert!(report(&few).contains("5 migrations are too few to tell; 88.8 % as before"));
    assert_eq!(calibrate(model, &[]), None);
}
