//! Amounts with their units, for people: as many digits as help, no more.

use crate::formulation::Seconds;
use crate::plan::Achieved;
use crate::request::GoalKind;
use crate::show::show_milliseconds;

/// `45 s`, `2 min`, `1 h 3 min 20 s`.
pub fn duration(seconds: Seconds) -> String {
    let parts = [
        (seconds / 3600, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let shown: Vec<String> = parts
        .iter()
        .filter(|(value, _)| *value != 0)
        .map(|(value, unit)| format!("{value} {unit}"))
        .collect();
    if shown.is_empty() {
        "0 s".to_owned()
    } else {
        shown.join(" ")
    }
}

/// bit/s: `1 Gbit/s`, `888.9 Mbit/s`.
pub fn rate(bits: u64) -> String {
    scaled(
        bits as f64,
        &["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"],
    )
}

/// Millionths: `20 %`, `12.5 %`.
pub fn share(millionths: u32) -> String {
    format!("{} %", decimals(f64::from(millionths) / 1e4))
}

/// mW: `110 W`, `9 kW` from 10 kW on, so that budgets are read as they are written.
pub fn power(milliwatts: u64) -> String {
    let watts = milliwatts as f64 / 1e3;
    if watts < 1e4 {
        format!("{} W", decimals(watts))
    } else {
        scaled(watts, &["W", "kW", "MW", "GW"])
    }
}

/// mJ: `20.2 J`, `3.5 MJ`.
pub fn energy(millijoules: i128) -> String {
    let joules = millijoules as f64 / 1e3;
    scaled(joules, &["J", "kJ", "MJ", "GJ", "TJ"])
}

/// A value of an objective, in the unit that it has.
pub fn objective(goal: GoalKind, value: i64) -> String {
    match goal {
        GoalKind::Mttr => format!("{value} s"),
        GoalKind::Makespan => duration(value),
        GoalKind::Energy => energy(i128::from(value)),
        GoalKind::Moves | GoalKind::Preferences | GoalKind::ServersOn => format!("{value}"),
        GoalKind::Balance => format!("{value} %"),
        GoalKind::Power => power(u64::try_from(value).unwrap_or(0)),
        GoalKind::Downtime => match u64::try_from(value) {
            Ok(ms) => show_milliseconds(ms),
            Err(_) => format!("{} s", value as f64 / 1e3),
        },
    }
}

/// How far an objective may be from the optimum: `proved optimal`, `at most 0.94 % above the optimum`.
pub fn quality(achieved: &Achieved) -> String {
    if achieved.value == achieved.lower_bound {
        return "proved optimal".to_owned();
    }
    let bound = objective(achieved.goal, achieved.lower_bound);
    // Rounded up: never said to be better than it is.
    let percent = (achieved.gap() * 1e4).ceil() / 1e2;
    if percent.is_finite() {
        format!("bound {bound}, gap {percent:.2} %")
    } else {
        format!("bound {bound}")
    }
}

/// In the largest of the units, each a thousand of the one before, that leaves at least 1.
fn scaled(value: f64, units: &[&str]) -> String {
    let mut value = value;
    let mut at = 0;
    while value.abs() >= 999.95 && at + 1 < units.len() {
        value /= 1e3;
        at += 1;
    }
    format!("{} {}", decimals(value), units[at])
}

/// With one decimal, two below 10, and without zeros at the end.
fn decimals(value: f64) -> String {
    let text = if value.abs() < 9.995 {
        format!("{value:.2}")
    } else {
        format!("{value:.1}")
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_name_the_parts_that_are_not_zero() {
        assert_eq!(duration(0), "0 s");
        assert_eq!(duration(120), "2 min");
        assert_eq!(duration(3800), "1 h 3 min 20 s");
    }

    #[test]
    fn amounts_take_the_unit_that_reads_best() {
        assert_eq!(rate(1_000_000_000), "1 Gbit/s");
        assert_eq!(rate(888_888_888), "888.9 Mbit/s");
        assert_eq!(rate(999_999_999), "1 Gbit/s");
        assert_eq!(rate(0), "0 bit/s");
        assert_eq!(power(9_000_000), "9000 W");
        assert_eq!(power(12_345_000), "12.3 kW");
        assert_eq!(power(36_165), "36.2 W");
        assert_eq!(energy(3_500_000_000), "3.5 MJ");
        assert_eq!(energy(20_165), "20.2 J");
    }

    #[test]
    fn a_gap_is_rounded_up() {
        let achieved = Achieved {
            goal: GoalKind::Mttr,
            value: 1_000_000,
            lower_bound: 999_999,
        };
        assert_eq!(quality(&achieved), "bound 999999 s, gap 0.01 %");
    }
}
