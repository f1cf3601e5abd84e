//! Figures as people read them: the one wording of quantities in messages, tables and charts.
//!
//! Each function takes the canonical integer of [`crate::datacenter`] and picks the unit. What has no short
//! decimal form is rounded to three decimals (memory to two).

/// bit/s: `10 Gbit/s`, `562.5 Mbit/s`.
pub fn show_rate(bits_per_second: u64) -> String {
    const UNITS: [(u64, &str); 5] = [
        (1_000_000_000_000, "Tbit/s"),
        (1_000_000_000, "Gbit/s"),
        (1_000_000, "Mbit/s"),
        (1_000, "kbit/s"),
        (1, "bit/s"),
    ];
    rounded(bits_per_second, fitting(bits_per_second, &UNITS), 1_000)
}

/// mW: `9 kW`, `110 W`, `9.13 kW`.
pub fn show_power(milliwatts: u64) -> String {
    const UNITS: [(u64, &str); 4] = [
        (1_000_000_000, "MW"),
        (1_000_000, "kW"),
        (1_000, "W"),
        (1, "mW"),
    ];
    decimal(milliwatts, &UNITS)
}

/// mJ: `20.165 J`, `3.5 MJ`.
pub fn show_energy(millijoules: u64) -> String {
    const UNITS: [(u64, &str); 5] = [
        (1_000_000_000_000, "GJ"),
        (1_000_000_000, "MJ"),
        (1_000_000, "kJ"),
        (1_000, "J"),
        (1, "mJ"),
    ];
    decimal(millijoules, &UNITS)
}

/// ms: `30 ms`, `1.5 s`; whole seconds from ten on: `2 min`.
pub fn show_milliseconds(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..10_000 if !ms.is_multiple_of(1_000) => decimal(ms, &[(1_000, "s"), (1, "ms")]),
        _ => show_seconds(i64::try_from(ms.saturating_add(500) / 1_000).unwrap_or(i64::MAX)),
    }
}

/// Thousandths of a CPU: `1 CPU`, `2.5 CPUs`.
pub fn show_cpus(thousandths: u64) -> String {
    let (whole, rest) = (thousandths / 1000, thousandths % 1000);
    let decimals = format!("{rest:03}");
    match decimals.trim_end_matches('0') {
        "" => show_count(usize::try_from(whole).unwrap_or(usize::MAX), "CPU"),
        decimals => format!("{whole}.{decimals} CPUs"),
    }
}

/// Bytes: `1.5 GiB`; in decimal units where only those give a short figure: `2 GB`.
pub fn show_bytes(bytes: u64) -> String {
    const BINARY: [(u64, &str); 7] = [
        (1 << 60, "EiB"),
        (1 << 50, "PiB"),
        (1 << 40, "TiB"),
        (1 << 30, "GiB"),
        (1 << 20, "MiB"),
        (1 << 10, "KiB"),
        (1, "B"),
    ];
    const DECIMAL: [(u64, &str); 7] = [
        (1_000_000_000_000_000_000, "EB"),
        (1_000_000_000_000_000, "PB"),
        (1_000_000_000_000, "TB"),
        (1_000_000_000, "GB"),
        (1_000_000, "MB"),
        (1_000, "kB"),
        (1, "B"),
    ];
    exact(bytes, fitting(bytes, &BINARY), 100)
        .or_else(|| exact(bytes, fitting(bytes, &DECIMAL), 100))
        .unwrap_or_else(|| rounded(bytes, fitting(bytes, &BINARY), 100))
}

/// Seconds: `90 s`, `2 min 30 s`, `1 h 30 min`, `2 d`.
pub fn show_seconds(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let total = seconds.unsigned_abs();
    if total < 120 {
        return format!("{sign}{total} s");
    }
    let parts = [
        (total / 86_400, "d"),
        (total / 3_600 % 24, "h"),
        (total / 60 % 60, "min"),
        (total % 60, "s"),
    ];
    let words: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    format!("{sign}{}", words.join(" "))
}

/// A count with its noun: `1 VM`, `3 VMs`.
pub fn show_count(count: usize, one: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {one}{plural}")
}

/// In the largest unit that the value fills, or the next smaller one where only that shows it exactly: a figure
/// just above a budget does not look like the budget.
fn decimal(value: u64, units: &[(u64, &str)]) -> String {
    let unit = fitting(value, units);
    let smaller = units.iter().copied().find(|(scale, _)| *scale < unit.0);
    exact(value, unit, 1_000)
        .or_else(|| smaller.and_then(|unit| exact(value, unit, 1_000)))
        .unwrap_or_else(|| rounded(value, unit, 1_000))
}

/// The largest unit that the value fills, else the smallest one.
fn fitting<'a>(value: u64, units: &[(u64, &'a str)]) -> (u64, &'a str) {
    let fits = units.iter().copied().find(|(scale, _)| *scale <= value);
    fits.or(units.last().copied()).unwrap_or((1, ""))
}

/// The value in the unit if as many decimals as `parts` (a power of ten) has zeros show it exactly.
fn exact(value: u64, unit: (u64, &str), parts: u64) -> Option<String> {
    let scaled = u128::from(value) * u128::from(parts);
    (scaled % u128::from(unit.0) == 0).then(|| rounded(value, unit, parts))
}

/// The value in the unit, rounded to the nearest of `1 / parts`.
fn rounded(value: u64, (scale, unit): (u64, &str), parts: u64) -> String {
    let scale = u128::from(scale);
    let scaled = (u128::from(value) * u128::from(parts) + scale / 2) / scale;
    let parts = u128::from(parts);
    let digits = parts.ilog10() as usize;
    let number = format!("{}.{:0digits$}", scaled / parts, scaled % parts);
    let number = number.trim_end_matches('0').trim_end_matches('.');
    format!("{number} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates() {
        assert_eq!(show_rate(0), "0 bit/s");
        assert_eq!(show_rate(10_000_000_000), "10 Gbit/s");
        assert_eq!(show_rate(888_888_888), "888.889 Mbit/s");
        assert_eq!(show_rate(562_500_000), "562.5 Mbit/s");
        assert_eq!(show_rate(u64::MAX), "18446744.074 Tbit/s");
    }

    #[test]
    fn a_figure_just_above_a_budget_does_not_look_like_it() {
        assert_eq!(show_power(9_000_000), "9 kW");
        assert_eq!(show_power(9_000_100), "9000.1 W");
        assert_eq!(show_power(130_000), "130 W");
        assert_eq!(show_energy(20_165), "20.165 J");
    }

    #[test]
    fn memory_is_binary_unless_decimal_is_shorter() {
        assert_eq!(show_bytes(3 << 29), "1.5 GiB");
        assert_eq!(show_bytes(2_000_000_000), "2 GB");
        assert_eq!(show_bytes(1_234_567_891), "1.15 GiB");
        assert_eq!(show_bytes(0), "0 B");
        assert_eq!(show_bytes(u64::MAX), "16 EiB");
    }

    #[test]
    fn durations_and_counts() {
        assert_eq!(show_milliseconds(30), "30 ms");
        assert_eq!(show_milliseconds(1_500), "1.5 s");
        assert_eq!(show_milliseconds(2_000), "2 s");
        assert_eq!(show_milliseconds(150_400), "2 min 30 s");
        assert_eq!(show_cpus(1500), "1.5 CPUs");
        assert_eq!(show_cpus(1000), "1 CPU");
        assert_eq!(show_seconds(90), "90 s");
        assert_eq!(show_seconds(150), "2 min 30 s");
        assert_eq!(show_seconds(5_400), "1 h 30 min");
        assert_eq!(show_seconds(172_800), "2 d");
        assert_eq!(show_seconds(-61), "-61 s");
        assert_eq!(show_seconds(i64::MIN).chars().next(), Some('-'));
        assert_eq!(show_count(1, "VM"), "1 VM");
        assert_eq!(show_count(3, "server"), "3 servers");
    }
}
