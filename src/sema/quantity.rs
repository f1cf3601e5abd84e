//! Quantities: exact numbers with a dimension, and the arithmetic that respects it.
//!
//! Nothing is rounded until [`convert`] turns a quantity into one of the integers of the datacenter. Numbers cannot
//! grow without bound: literals have at most [`MAX_DIGITS`] digits and every result at most [`MAX_BITS`] bits.

pub(crate) mod convert;
pub(crate) mod unit;
pub(crate) mod words;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use self::convert::Wanted;
use self::unit::Unit;
use crate::source::Span;
use crate::syntax::ast::Number;

/// Digits that a literal may have.
pub(crate) const MAX_DIGITS: usize = 30;

/// Bits that numerator and denominator of a result may have: enough for products of several literals.
const MAX_BITS: u64 = 512;

/// Exponents over time, data and energy. Power is energy / time; a plain number has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Dimension {
    /// Of time.
    pub time: i8,
    /// Of an amount of data.
    pub data: i8,
    /// Of energy.
    pub energy: i8,
}

impl Dimension {
    const fn new(time: i8, data: i8, energy: i8) -> Self {
        Dimension { time, data, energy }
    }

    /// A plain number, percentages included.
    pub(crate) const NUMBER: Dimension = Dimension::new(0, 0, 0);
    /// A duration.
    pub(crate) const TIME: Dimension = Dimension::new(1, 0, 0);
    /// An amount of data.
    pub(crate) const DATA: Dimension = Dimension::new(0, 1, 0);
    /// Data per time.
    pub(crate) const RATE: Dimension = Dimension::new(-1, 1, 0);
    /// Energy.
    pub(crate) const ENERGY: Dimension = Dimension::new(0, 0, 1);
    /// Energy per time.
    pub(crate) const POWER: Dimension = Dimension::new(-1, 0, 1);
    /// Energy per data.
    pub(crate) const ENERGY_PER_DATA: Dimension = Dimension::new(0, -1, 1);

    fn checked(self, other: Dimension, combine: fn(i8, i8) -> Option<i8>) -> Option<Dimension> {
        Some(Dimension {
            time: combine(self.time, other.time)?,
            data: combine(self.data, other.data)?,
            energy: combine(self.energy, other.energy)?,
        })
    }
}

/// An exact number with a dimension, in seconds, bytes and joules.
#[derive(Debug, Clone)]
pub(crate) struct Quantity {
    /// The number.
    pub value: BigRational,
    /// What it measures.
    pub dimension: Dimension,
    /// The unit of a literal, for messages; None of a result.
    unit: Option<&'static Unit>,
}

/// Two quantities are equal when they measure the same, however they are written.
impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.dimension == other.dimension
    }
}

/// What is wrong with a quantity; [`words`] says it in words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum QuantityError {
    /// The digits are no number.
    NotANumber { digits: String },
    /// The number has too many digits.
    TooManyDigits,
    /// No unit has that name. The candidates are likely ones, the best first.
    UnknownUnit {
        digits: String,
        unit: String,
        candidates: Vec<&'static Unit>,
        /// What the place wants, where that is known.
        wanted: Option<Wanted>,
    },
    /// The parts of `1h30min` measure different things, or not all have a unit.
    MixedParts,
    /// The parts of `1h30min` do not go from large units to small ones.
    PartsOutOfOrder {
        before: &'static Unit,
        after: &'static Unit,
    },
    /// A sum or difference of two things that do not add up.
    Mismatch {
        adding: bool,
        left: Dimension,
        right: Dimension,
    },
    /// A division by zero.
    DivisionByZero,
    /// The numbers of a calculation became too long, or its dimension too strange.
    TooComplex,
    /// It measures something else than what is wanted.
    WrongDimension { wanted: Wanted, found: Quantity },
    /// Less than zero.
    Negative { found: Quantity },
    /// Zero where something must be there.
    Zero,
    /// Not zero, but less than half of the smallest unit that counts.
    TooSmall { wanted: Wanted, found: Quantity },
    /// More than anything of its kind.
    TooLarge { wanted: Wanted, found: Quantity },
    /// A fraction where only whole numbers count.
    NotWhole { found: Quantity },
}

impl Quantity {
    /// A plain whole number.
    pub(crate) fn whole(value: i64) -> Quantity {
        Quantity::of(BigRational::from_integer(value.into()), Dimension::NUMBER)
    }

    fn of(value: BigRational, dimension: Dimension) -> Quantity {
        Quantity {
            value,
            dimension,
            unit: None,
        }
    }

    /// A literal: digits with a decimal point perhaps, and the name of a unit.
    pub(crate) fn from_number(digits: &str, unit: Option<&str>) -> Result<Quantity, QuantityError> {
        let value = parse_decimal(digits)?;
        let Some(name) = unit else {
            return Ok(Quantity::of(value, Dimension::NUMBER));
        };
        let unit = Unit::named(name).ok_or_else(|| QuantityError::UnknownUnit {
            digits: digits.to_owned(),
            unit: name.to_owned(),
            candidates: Unit::likely(name),
            wanted: None,
        })?;
        Ok(Quantity {
            value: value * unit.scale(),
            dimension: unit.dimension,
            unit: Some(unit),
        })
    }

    /// A literal as the tree has it: one number, or several as in `1h30min`, of one dimension and from large units to
    /// small ones.
    ///
    /// # Errors
    /// What is wrong, and at which place.
    pub(crate) fn from_literal(numbers: &[Number]) -> Result<Quantity, (Span, QuantityError)> {
        let mut total: Option<Quantity> = None;
        for number in numbers {
            let name = number.unit.as_ref().map(|word| word.text.as_str());
            let place = number.digits.span;
            let end = number.unit.as_ref().map_or(place, |word| word.span);
            let part = Quantity::from_number(&number.digits.text, name).map_err(|error| {
                let at_unit = matches!(error, QuantityError::UnknownUnit { .. });
                (if at_unit { end } else { place }, error)
            })?;
            total = Some(match total {
                None => part,
                Some(before) => before.followed_by(part).map_err(|e| (place.to(end), e))?,
            });
        }
        Ok(total.unwrap_or_else(|| Quantity::whole(0)))
    }

    /// `1h` followed by `30min`.
    fn followed_by(self, part: Quantity) -> Result<Quantity, QuantityError> {
        let (Some(before), Some(after)) = (self.unit, part.unit) else {
            return Err(QuantityError::MixedParts);
        };
        if self.dimension != part.dimension {
            return Err(QuantityError::MixedParts);
        }
        if after.scale() >= before.scale() {
            return Err(QuantityError::PartsOutOfOrder { before, after });
        }
        Ok(Quantity {
            value: self.value + part.value,
            dimension: self.dimension,
            unit: Some(after),
        })
    }

    /// `self + other`
    pub(crate) fn add(&self, other: &Quantity) -> Result<Quantity, QuantityError> {
        self.same_dimension(other, true)?;
        Quantity::of(&self.value + &other.value, self.dimension).bounded()
    }

    /// `self - other`
    pub(crate) fn subtract(&self, other: &Quantity) -> Result<Quantity, QuantityError> {
        self.same_dimension(other, false)?;
        Quantity::of(&self.value - &other.value, self.dimension).bounded()
    }

    /// `self * other`
    pub(crate) fn multiply(&self, other: &Quantity) -> Result<Quantity, QuantityError> {
        let dimension = self
            .dimension
            .checked(other.dimension, i8::checked_add)
            .ok_or(QuantityError::TooComplex)?;
        Quantity::of(&self.value * &other.value, dimension).bounded()
    }

    /// `self / other`
    pub(crate) fn divide(&self, other: &Quantity) -> Result<Quantity, QuantityError> {
        if other.value.is_zero() {
            return Err(QuantityError::DivisionByZero);
        }
        let dimension = self
            .dimension
            .checked(other.dimension, i8::checked_sub)
            .ok_or(QuantityError::TooComplex)?;
        Quantity::of(&self.value / &other.value, dimension).bounded()
    }

    /// `-self`
    pub(crate) fn negate(&self) -> Quantity {
        Quantity {
            value: -&self.value,
            ..self.clone()
        }
    }

    /// Whether it is a plain number or a percentage.
    pub(crate) fn is_number(&self) -> bool {
        self.dimension == Dimension::NUMBER
    }

    fn same_dimension(&self, other: &Quantity, adding: bool) -> Result<(), QuantityError> {
        if self.dimension == other.dimension {
            return Ok(());
        }
        Err(QuantityError::Mismatch {
            adding,
            left: self.dimension,
            right: other.dimension,
        })
    }

    fn bounded(self) -> Result<Quantity, QuantityError> {
        let bits = self.value.numer().bits().max(self.value.denom().bits());
        if bits > MAX_BITS {
            return Err(QuantityError::TooComplex);
        }
        Ok(self)
    }
}

/// `12.5` as an exact number.
fn parse_decimal(digits: &str) -> Result<BigRational, QuantityError> {
    let not_a_number = || QuantityError::NotANumber {
        digits: digits.to_owned(),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = [whole, fraction].concat();
    if whole.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(not_a_number());
    }
    if all.len() > MAX_DIGITS {
        return Err(QuantityError::TooManyDigits);
    }
    let number: BigInt = all.parse().map_err(|_| not_a_number())?;
    let parts = BigInt::from(10).pow(fraction.len() as u32);
    Ok(BigRational::new(number, parts))
}

#[cfg(test)]
mod tests;
