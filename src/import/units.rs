//! Quantities of foreign files: exact integers, in every spelling that people and tools use.

/// bit/s of `125MBps`, `1Gbps`, `1.25e8` (bytes per second without a unit). None: not a bandwidth, or too large a one.
pub fn bandwidth(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c)))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim();
    let (per_second, bits) = match unit {
        "" => ("", 8),
        unit => match (unit.strip_suffix("Bps"), unit.strip_suffix("bps")) {
            (Some(prefix), _) => (prefix, 8),
            (_, Some(prefix)) => (prefix, 1),
            _ => return None,
        },
    };
    scaled(number, scale(per_second)?.checked_mul(bits)?)
}

/// mW of a number of watts, or of `1.2kW`, `110W`.
pub fn watts(text: &str) -> Option<u64> {
    let (number, unit) = parts(text);
    match unit {
        "" | "W" => scaled(number, 1_000),
        "kW" => scaled(number, 1_000_000),
        _ => None,
    }
}

fn scale(prefix: &str) -> Option<u128> {
    const PREFIXES: &str = "kMGTPE";
    let (letter, base) = match prefix.strip_suffix('i') {
        Some(letter) => (if letter == "K" { "k" } else { letter }, 1024u128),
        None => (prefix, 1000),
    };
    match (letter.is_empty(), prefix.is_empty()) {
        (true, true) => return Some(1),
        (true, false) => return None,
        _ => {}
    }
    let power = PREFIXES.find(letter).filter(|_| letter.len() == 1)?;
    base.checked_pow(power as u32 + 1)
}

/// Bytes of `64GiB`, `64 GB`, `2Gi` (Kubernetes), or of a number whose unit is `plain`, where that is given.
pub fn bytes(text: &str, plain: Option<&str>) -> Option<u64> {
    let (number, unit) = parts(text);
    let unit = if unit.is_empty() { plain? } else { unit };
    scaled(number, scale(unit.strip_suffix('B').unwrap_or(unit))?)
}

/// Bytes per second of `3MiB/s`, or of a number whose unit is `plain`.
pub fn bytes_per_second(text: &str, plain: Option<&str>) -> Option<u64> {
    let (number, unit) = parts(text);
    let unit = if unit.is_empty() { plain? } else { unit };
    scaled(
        number,
        scale(unit.strip_suffix("B/s").or(unit.strip_suffix("Bps"))?)?,
    )
}

/// ms of `30ms`, `2s`, `1.5 min`, or of a number whose unit is `plain`.
pub fn milliseconds(text: &str, plain: Option<&str>) -> Option<u64> {
    let (number, unit) = parts(text);
    let scale = match if unit.is_empty() { plain? } else { unit } {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    scaled(number, scale)
}

/// Thousandths of `16`, `0.5`, `500m` (Kubernetes).
pub fn thousandths(text: &str) -> Option<u64> {
    match text.trim().strip_suffix('m') {
        Some(number) => scaled(number, 1),
        None => scaled(text.trim(), 1_000),
    }
}

/// A number and the unit behind it.
fn parts(text: &str) -> (&str, &str) {
    let text = text.trim();
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c)))
        .unwrap_or(text.len());
    let exponent = text[digits..]
        .strip_prefix(['e', 'E'])
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+'));
    let end = match exponent {
        Some(rest) => {
            text.len()
                - rest
                    .trim_start_matches(|c: char| c.is_ascii_digit() || "+-".contains(c))
                    .len()
        }
        None => digits,
    };
    (&text[..end], text[end..].trim())
}

/// A decimal number times a factor, rounded down.
fn scaled(number: &str, factor: u128) -> Option<u64> {
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (number, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || digits.len() > 25 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value = digits.parse::<u128>().ok()?.checked_mul(factor)?;
    let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let power = |by: i32| 10u128.checked_pow(by.unsigned_abs());
    let value = match exponent {
        0.. => value.checked_mul(power(exponent)?)?,
        _ => power(exponent).map_or(0, |by| value / by),
    };
    u64::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bandwidths_in_every_spelling() {
        for text in [
            "125MBps",
            "1Gbps",
            "1.25e8",
            "125000kBps",
            "125e6",
            "125000000",
            " 1000Mbps ",
            "1.25E+8",
            "0.125GBps",
        ] {
            assert_eq!(bandwidth(text), Some(1_000_000_000), "{text}");
        }
        assert_eq!(bandwidth("41.279125MBps"), Some(330_233_000));
        assert_eq!(bandwidth("1KiBps"), Some(8_192));
        assert_eq!(bandwidth("1kiBps"), Some(8_192));
        assert_eq!(bandwidth("1Mibps"), Some(1 << 20));
        assert_eq!(bandwidth("8bps"), Some(8));
        assert_eq!(bandwidth("1Bps"), Some(8));
        for wrong in [
            "", "fast", "1Gb", "1iBps", "1XBps", "-1Gbps", "1e99Gbps", "1..2", "1kMBps", "0x10",
        ] {
            assert_eq!(bandwidth(wrong), None, "{wrong}");
        }
        assert_eq!(bandwidth("1e-99Gbps"), Some(0));
    }

    #[test]
    fn other_quantities() {
        assert_eq!(bytes("64GiB", None), Some(64 << 30));
        assert_eq!(bytes("64 GB", None), Some(64_000_000_000));
        assert_eq!(bytes("2Gi", None), Some(2 << 30));
        assert_eq!(bytes("1.5e3", Some("MiB")), Some(1_500 << 20));
        assert_eq!(bytes("123", Some("")), Some(123));
        assert_eq!(bytes("123", None), None);
        assert_eq!(bytes_per_second("3MiB/s", None), Some(3 << 20));
        assert_eq!(milliseconds("1.5min", None), Some(90_000));
        assert_eq!(milliseconds("30", Some("ms")), Some(30));
        assert_eq!(thousandths("500m"), Some(500));
        assert_eq!(thousandths("1.5"), Some(1_500));
        assert_eq!(watts("1.2kW"), Some(1_200_000));
        for wrong in ["", "GiB", "-1GiB", "1GiX", "1e", "nan"] {
            assert_eq!(bytes(wrong, Some("")), None, "{wrong}");
        }
    }
}
