//! From exact quantities to the integers of the datacenter, each within limits.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{Dimension, Quantity, QuantityError};

/// Seconds of the longest duration: 366 days.
pub(crate) const MAX_SECONDS: u64 = 366 * 86_400;

/// What a place in the language wants, and the integer that it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wanted {
    /// An amount of data, in bytes.
    Bytes,
    /// A rate, in bit/s.
    BitRate,
    /// A rate of memory that is rewritten, in bytes per second.
    ByteRate,
    /// A short duration, in ms.
    Milliseconds,
    /// A duration, in s.
    Seconds,
    /// Power, in mW.
    Power,
    /// Energy, in mJ.
    Energy,
    /// Energy per data, in nJ per byte.
    EnergyPerByte,
    /// CPUs, in thousandths.
    Cpu,
    /// How many.
    Count,
    /// The number in a name.
    Index,
    /// A part of a whole, more than 0 and at most 1.
    Share,
    /// A ratio, in millionths.
    Millionths,
}

/// What a wanted thing measures, and its integers.
struct Scale {
    dimension: Dimension,
    /// Integers per second, byte or joule.
    per_unit: u64,
    /// The largest integer that is taken.
    largest: u64,
}

impl Wanted {
    fn scale(self) -> Scale {
        let (dimension, per_unit, largest) = match self {
            // 1 EiB.
            Wanted::Bytes => (Dimension::DATA, 1, 1 << 60),
            // 1 Pbit/s.
            Wanted::BitRate => (Dimension::RATE, 8, 1_000_000_000_000_000),
            Wanted::ByteRate => (Dimension::RATE, 1, 1_000_000_000_000_000 / 8),
            Wanted::Milliseconds => (Dimension::TIME, 1_000, MAX_SECONDS * 1_000),
            Wanted::Seconds => (Dimension::TIME, 1, MAX_SECONDS),
            // 1 GW.
            Wanted::Power => (Dimension::POWER, 1_000, 1_000_000_000_000),
            // 1 TJ.
            Wanted::Energy => (Dimension::ENERGY, 1_000, 1_000_000_000_000_000),
            // 1 kJ per MB.
            Wanted::EnergyPerByte => (Dimension::ENERGY_PER_DATA, 1_000_000_000, 1_000_000),
            // A million CPUs.
            Wanted::Cpu => (Dimension::NUMBER, 1_000, 1_000_000_000),
            Wanted::Count => (Dimension::NUMBER, 1, 1_000_000),
            Wanted::Index => (Dimension::NUMBER, 1, 1_000_000_000_000_000_000),
            Wanted::Share => (Dimension::NUMBER, 1, 1),
            // 100,000 %.
            Wanted::Millionths => (Dimension::NUMBER, 1_000_000, 1_000_000_000),
        };
        Scale {
            dimension,
            per_unit,
            largest,
        }
    }

    /// What it measures.
    pub(crate) fn dimension(self) -> Dimension {
        self.scale().dimension
    }

    fn must_be_whole(self) -> bool {
        matches!(self, Wanted::Count | Wanted::Index)
    }

    /// The largest quantity that is taken, in base units.
    pub(super) fn largest(self) -> BigRational {
        let scale = self.scale();
        BigRational::new(scale.largest.into(), scale.per_unit.into())
    }

    /// The smallest quantity but zero, in base units.
    pub(super) fn smallest(self) -> BigRational {
        BigRational::new(BigInt::one(), self.scale().per_unit.into())
    }
}

impl Quantity {
    /// Bytes, to the nearest.
    pub(crate) fn bytes(&self) -> Result<u64, QuantityError> {
        self.integer(Wanted::Bytes)
    }

    /// bit/s, to the nearest.
    pub(crate) fn bit_rate(&self) -> Result<u64, QuantityError> {
        self.integer(Wanted::BitRate)
    }

    /// Bytes per second, to the nearest.
    pub(crate) fn byte_rate(&self) -> Result<u64, QuantityError> {
        self.integer(Wanted::ByteRate)
    }

    /// ms, to the nearest.
    pub(crate) fn milliseconds(&self) -> Result<u64, QuantityError> {
        self.integer(Wanted::Milliseconds)
    }

    /// Whole seconds, to the nearest.
    pub(crate) fn seconds(&self) -> Result<u32, QuantityError> {
        self.small_integer(Wanted::Seconds)
    }

    /// mW, to the nearest.
    pub(crate) fn milliwatts(&self) -> Result<u64, QuantityError> {
        self.integer(Wanted::Power)
    }

    /// mJ, to the nearest.
    pub(crate) fn millijoules(&self) -> Result<u64, QuantityError> {
        self.integer(Wanted::Energy)
    }

    /// nJ per byte, to the nearest.
    pub(crate) fn nanojoules_per_byte(&self) -> Result<u64, QuantityError> {
        self.integer(Wanted::EnergyPerByte)
    }

    /// Thousandths of a CPU, to the nearest.
    pub(crate) fn milli_cpus(&self) -> Result<u64, QuantityError> {
        self.integer(Wanted::Cpu)
    }

    /// How many: a whole number up to a million.
    pub(crate) fn count(&self) -> Result<u32, QuantityError> {
        self.small_integer(Wanted::Count)
    }

    /// The number in a name: a whole number.
    pub(crate) fn index(&self) -> Result<u64, QuantityError> {
        self.integer(Wanted::Index)
    }

    /// Millionths of a ratio, to the nearest.
    pub(crate) fn millionths(&self) -> Result<u32, QuantityError> {
        self.small_integer(Wanted::Millionths)
    }

    /// A part of a whole, more than 0 and at most 1, by which another quantity can be multiplied.
    pub(crate) fn share(&self) -> Result<&Quantity, QuantityError> {
        self.within(Wanted::Share)?;
        self.positive()
    }

    /// The quantity itself, if it is more than zero.
    pub(crate) fn positive(&self) -> Result<&Quantity, QuantityError> {
        if self.value.is_negative() {
            return Err(QuantityError::Negative {
                found: self.clone(),
            });
        }
        if self.value.is_zero() {
            return Err(QuantityError::Zero);
        }
        Ok(self)
    }

    /// Checks dimension, sign and size.
    fn within(&self, wanted: Wanted) -> Result<(), QuantityError> {
        let found = || self.clone();
        if self.dimension != wanted.dimension() {
            return Err(QuantityError::WrongDimension {
                wanted,
                found: found(),
            });
        }
        if self.value.is_negative() {
            return Err(QuantityError::Negative { found: found() });
        }
        if self.value > wanted.largest() {
            return Err(QuantityError::TooLarge {
                wanted,
                found: found(),
            });
        }
        Ok(())
    }

    fn integer(&self, wanted: Wanted) -> Result<u64, QuantityError> {
        self.within(wanted)?;
        let scaled = &self.value / wanted.smallest();
        if wanted.must_be_whole() && !scaled.is_integer() {
            return Err(QuantityError::NotWhole {
                found: self.clone(),
            });
        }
        let rounded = scaled.round().to_integer();
        if rounded.is_zero() && !scaled.is_zero() {
            return Err(QuantityError::TooSmall {
                wanted,
                found: self.clone(),
            });
        }
        // `within` has seen that it is small enough.
        Ok(rounded.to_u64().unwrap_or(u64::MAX))
    }

    fn small_integer(&self, wanted: Wanted) -> Result<u32, QuantityError> {
        let integer = self.integer(wanted)?;
        // The largest value of these kinds fits.
        Ok(u32::try_from(integer).unwrap_or(u32::MAX))
    }
}
