//! The units of the language, and the slips that people make with them.

use num_bigint::BigInt;
use num_rational::BigRational;

use super::Dimension;
use crate::diag::suggest;

/// A unit: `numerator / denominator` of the second, the byte or the joule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// As it is written.
    pub name: &'static str,
    /// What it measures.
    pub dimension: Dimension,
    numerator: u64,
    denominator: u64,
}

const fn unit(name: &'static str, dimension: Dimension, numerator: u64, denominator: u64) -> Unit {
    Unit {
        name,
        dimension,
        numerator,
        denominator,
    }
}

const K: u64 = 1_000;
const M: u64 = K * K;
const G: u64 = K * M;
const T: u64 = K * G;

/// Every unit.
pub(crate) static UNITS: &[Unit] = &[
    unit("ms", Dimension::TIME, 1, K),
    unit("s", Dimension::TIME, 1, 1),
    unit("min", Dimension::TIME, 60, 1),
    unit("h", Dimension::TIME, 3_600, 1),
    unit("d", Dimension::TIME, 86_400, 1),
    unit("B", Dimension::DATA, 1, 1),
    unit("kB", Dimension::DATA, K, 1),
    unit("MB", Dimension::DATA, M, 1),
    unit("GB", Dimension::DATA, G, 1),
    unit("TB", Dimension::DATA, T, 1),
    unit("KiB", Dimension::DATA, 1 << 10, 1),
    unit("MiB", Dimension::DATA, 1 << 20, 1),
    unit("GiB", Dimension::DATA, 1 << 30, 1),
    unit("TiB", Dimension::DATA, 1 << 40, 1),
    unit("bps", Dimension::RATE, 1, 8),
    unit("kbps", Dimension::RATE, K, 8),
    unit("Mbps", Dimension::RATE, M, 8),
    unit("Gbps", Dimension::RATE, G, 8),
    unit("Tbps", Dimension::RATE, T, 8),
    unit("B/s", Dimension::RATE, 1, 1),
    unit("kB/s", Dimension::RATE, K, 1),
    unit("MB/s", Dimension::RATE, M, 1),
    unit("GB/s", Dimension::RATE, G, 1),
    unit("KiB/s", Dimension::RATE, 1 << 10, 1),
    unit("MiB/s", Dimension::RATE, 1 << 20, 1),
    unit("GiB/s", Dimension::RATE, 1 << 30, 1),
    unit("mW", Dimension::POWER, 1, K),
    unit("W", Dimension::POWER, 1, 1),
    unit("kW", Dimension::POWER, K, 1),
    unit("MW", Dimension::POWER, M, 1),
    unit("mJ", Dimension::ENERGY, 1, K),
    unit("J", Dimension::ENERGY, 1, 1),
    unit("kJ", Dimension::ENERGY, K, 1),
    unit("MJ", Dimension::ENERGY, M, 1),
    unit("Wh", Dimension::ENERGY, 3_600, 1),
    unit("kWh", Dimension::ENERGY, 3_600 * K, 1),
    unit("J/MB", Dimension::ENERGY_PER_DATA, 1, M),
    unit("J/MiB", Dimension::ENERGY_PER_DATA, 1, 1 << 20),
    unit("J/GB", Dimension::ENERGY_PER_DATA, 1, G),
    unit("%", Dimension::NUMBER, 1, 100),
];

/// What people write, in lower case, and what they mean.
const SLIPS: &[(&str, &[&str])] = &[
    ("m", &["min", "ms"]),
    ("mins", &["min"]),
    ("minute", &["min"]),
    ("minutes", &["min"]),
    ("sec", &["s"]),
    ("secs", &["s"]),
    ("second", &["s"]),
    ("seconds", &["s"]),
    ("msec", &["ms"]),
    ("hr", &["h"]),
    ("hrs", &["h"]),
    ("hour", &["h"]),
    ("hours", &["h"]),
    ("day", &["d"]),
    ("days", &["d"]),
    ("k", &["KiB", "kB"]),
    ("g", &["GiB", "GB"]),
    ("t", &["TiB", "TB"]),
    ("ki", &["KiB"]),
    ("mi", &["MiB"]),
    ("gi", &["GiB"]),
    ("ti", &["TiB"]),
    ("byte", &["B"]),
    ("bytes", &["B"]),
    ("watt", &["W"]),
    ("watts", &["W"]),
    ("joule", &["J"]),
    ("joules", &["J"]),
    ("percent", &["%"]),
];

impl Unit {
    /// The unit of that name.
    pub(crate) fn named(name: &str) -> Option<&'static Unit> {
        UNITS.iter().find(|unit| unit.name == name)
    }

    /// How many seconds, bytes or joules (or their quotients) it is.
    pub(crate) fn scale(&self) -> BigRational {
        BigRational::new(BigInt::from(self.numerator), BigInt::from(self.denominator))
    }

    /// The unit that a prefix alone stands for, where another is its base: `4G` of a rate is `4Gbps`.
    pub(crate) fn with_prefix(name: &str, base: &str) -> Option<&'static Unit> {
        let mut letters = name.chars();
        let (prefix, None) = (letters.next()?, letters.next()) else {
            return None;
        };
        let prefix = match prefix {
            'k' | 'K' => 'k',
            'm' | 'M' => 'M',
            'g' | 'G' => 'G',
            't' | 'T' => 'T',
            _ => return None,
        };
        let unit = Unit::named(&format!("{prefix}{base}"));
        // Of bytes there are two kinds, which are known as slips already.
        unit.filter(|unit| unit.dimension != Dimension::DATA)
    }

    /// The units that a name which is none was most likely meant to be, the best first.
    pub(crate) fn likely(name: &str) -> Vec<&'static Unit> {
        let slips = slips(name);
        if !slips.is_empty() {
            return slips;
        }
        let same: Vec<&Unit> = UNITS
            .iter()
            .filter(|unit| unit.name.eq_ignore_ascii_case(name))
            .collect();
        if !same.is_empty() {
            return same;
        }
        suggest::closest(name, UNITS.iter().map(|unit| unit.name))
            .and_then(Unit::named)
            .into_iter()
            .collect()
    }
}

/// The units that a well-known wrong name stands for.
fn slips(name: &str) -> Vec<&'static Unit> {
    let lower = name.to_ascii_lowercase();
    let meant = match name {
        "M" => Some(&["MiB", "MB"][..]),
        _ => SLIPS
            .iter()
            .find(|(slip, _)| *slip == lower)
            .map(|(_, meant)| *meant),
    };
    if let Some(meant) = meant {
        return meant.iter().filter_map(|name| Unit::named(name)).collect();
    }
    let Some(prefix) = name.chars().next().filter(|c| "kKMmGgTt".contains(*c)) else {
        return Vec::new();
    };
    let prefix = match prefix {
        'k' | 'K' => 'k',
        other => other.to_ascii_uppercase(),
    };
    let rate = Unit::named(&format!("{prefix}bps"));
    let amount = Unit::named(&format!("{prefix}B"));
    let amount_rate = Unit::named(&format!("{prefix}B/s"));
    let meant = match &name[1..] {
        // Bits per second in other spellings, and bytes per second with a `p`.
        "b/s" | "bit/s" | "bits/s" | "bits" | "bit" | "bitps" => [rate, None],
        "b" => [rate, amount],
        "Bps" => [amount_rate, rate],
        // The octets of French data sheets.
        "o" => [amount, None],
        "o/s" => [amount_rate, None],
        _ => [None, None],
    };
    meant.into_iter().flatten().collect()
}
