//! Quantities as the language writes them: exact, in the largest unit that needs few decimals.

/// Decimals that a figure may have before a smaller unit is taken.
const DECIMALS: u32 = 6;

/// bit/s: `10Gbps`, `330.233Mbps`.
pub fn rate(bits: u64) -> String {
    decimal(bits, &[("Gbps", 9), ("Mbps", 6), ("kbps", 3), ("bps", 0)])
}

/// mW: `110W`, `95.5W`.
pub fn power(milliwatts: u64) -> String {
    decimal(milliwatts, &[("W", 3), ("mW", 0)])
}

/// Thousandths of a CPU: `16`, `0.5`.
pub fn cpus(thousandths: u64) -> String {
    decimal(thousandths, &[("", 3)])
}

/// ms: `30ms`, `2s`.
pub fn duration(ms: u64) -> String {
    match ms.is_multiple_of(1_000) {
        true => format!("{}s", ms / 1_000),
        false => format!("{ms}ms"),
    }
}

/// Bytes: `64GiB`, `2GB`, `1023KiB`.
pub fn data(bytes: u64) -> String {
    const BINARY: [(&str, u32); 4] = [("GiB", 30), ("MiB", 20), ("KiB", 10), ("B", 0)];
    const DECIMAL: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    let binary = BINARY
        .iter()
        .find(|(_, bits)| bytes.is_multiple_of(1 << bits) && bytes >> bits > 0);
    let decimal = DECIMAL
        .iter()
        .find(|(_, scale)| bytes > 0 && bytes.is_multiple_of(*scale));
    match (binary, decimal) {
        (Some((unit, bits)), _) if *bits >= 20 => format!("{}{unit}", bytes >> bits),
        (_, Some((unit, scale))) => format!("{}{unit}", bytes / scale),
        (Some((unit, bits)), None) => format!("{}{unit}", bytes >> bits),
        (None, None) => String::from("0B"),
    }
}

/// In the largest unit, a power of ten, that the value fills and shows exactly with few decimals.
fn decimal(value: u64, units: &[(&str, u32)]) -> String {
    let fits = |&&(_, power): &&(&str, u32)| {
        let spare = power.saturating_sub(DECIMALS);
        value >= 10u64.pow(power) && value.is_multiple_of(10u64.pow(spare))
    };
    let last = units.last().copied().unwrap_or(("", 0));
    let (unit, power) = units.iter().find(fits).copied().unwrap_or(last);
    let scale = 10u64.pow(power);
    let digits = power as usize;
    let text = match power {
        0 => value.to_string(),
        _ => format!("{}.{:0digits$}", value / scale, value % scale)
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
    };
    text + unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_exact() {
        assert_eq!(rate(10_000_000_000), "10Gbps");
        assert_eq!(rate(330_233_000), "330.233Mbps");
        assert_eq!(rate(1_000_000_001), "1000.000001Mbps");
        assert_eq!(rate(7), "7bps");
        assert_eq!(power(95_500), "95.5W");
        assert_eq!(cpus(500), "0.5");
        assert_eq!(cpus(16_000), "16");
        assert_eq!(duration(2_000), "2s");
        assert_eq!(data(64 << 30), "64GiB");
        assert_eq!(data(2_000_000_000), "2GB");
        assert_eq!(data(1536), "1536B");
        assert_eq!(data(1023 << 10), "1023KiB");
        assert_eq!(data(0), "0B");
    }
}
