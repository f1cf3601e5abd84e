//! Quantities whose unit is their type.

/// Bytes; made from [`B`], [`MB`], [`GB`], [`MiB`], [`GiB`] or [`TiB`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Data(pub(super) u64);

/// bit/s; made from [`Bps`], [`Mbps`] or [`Gbps`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(pub(super) u64);

/// mW; made from [`MilliWatts`], [`Watts`] or [`KiloWatts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Power(pub(super) u64);

/// Milliseconds; made from [`Millis`], [`Secs`], [`Mins`] or [`Hours`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub(super) u64);

impl Time {
    /// Whole seconds, to the nearest.
    pub(super) fn seconds(self) -> u32 {
        u32::try_from(self.0.saturating_add(500) / 1000).unwrap_or(u32::MAX)
    }
}

/// Thousandths of a CPU; made from [`Cpus`] or [`MilliCpus`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cpu(pub(super) u64);

macro_rules! units {
    ($($(#[$doc:meta])* $unit:ident $kind:ident $factor:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $unit(pub u64);

        impl From<$unit> for $kind {
            // What does not fit is refused as too large when it is formulated.
            fn from(value: $unit) -> $kind {
                $kind(value.0.saturating_mul($factor))
            }
        }
    )*};
}

units! {
    /// Bytes.
    B Data 1;
    /// 10^6 bytes.
    MB Data 1_000_000;
    /// 10^9 bytes.
    GB Data 1_000_000_000;
    /// 2^20 bytes.
    MiB Data 1 << 20;
    /// 2^30 bytes.
    GiB Data 1 << 30;
    /// 2^40 bytes.
    TiB Data 1 << 40;
    /// bit/s
    Bps Rate 1;
    /// 10^6 bit/s
    Mbps Rate 1_000_000;
    /// 10^9 bit/s
    Gbps Rate 1_000_000_000;
    /// Thousandths of a watt.
    MilliWatts Power 1;
    /// Watts.
    Watts Power 1000;
    /// 1000 watts.
    KiloWatts Power 1_000_000;
    /// Milliseconds.
    Millis Time 1;
    /// Seconds.
    Secs Time 1000;
    /// Minutes.
    Mins Time 60_000;
    /// Hours.
    Hours Time 3_600_000;
    /// CPUs.
    Cpus Cpu 1000;
    /// Thousandths of a CPU.
    MilliCpus Cpu 1;
}
