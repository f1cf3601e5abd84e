//! Quantities and what is wrong with them, in words.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

use super::convert::Wanted;
use super::unit::{UNITS, Unit};
use super::{Dimension, Quantity, QuantityError};
use crate::diag::{Code, Diagnostic};
use crate::source::Span;

impl std::fmt::Display for Dimension {
    /// With its article: `a duration`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match *self {
            Dimension::NUMBER => "a plain number",
            Dimension::TIME => "a duration",
            Dimension::DATA => "an amount of data",
            Dimension::RATE => "a rate",
            Dimension::ENERGY => "an energy",
            Dimension::POWER => "a power",
            Dimension::ENERGY_PER_DATA => "an energy per amount of data",
            Dimension { time, data, energy } => {
                f.write_str("a quantity in")?;
                for (unit, exponent) in [("s", time), ("B", data), ("J", energy)] {
                    match exponent {
                        0 => {}
                        1 => write!(f, " {unit}")?,
                        _ => write!(f, " {unit}^{exponent}")?,
                    }
                }
                return Ok(());
            }
        };
        f.write_str(name)
    }
}

impl std::fmt::Display for Quantity {
    /// As in a source text: in the unit that was written, or in the largest one that it fills.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.unit.or_else(|| self.fitting_unit()) {
            Some(unit) => write!(f, "{}{}", number(&(&self.value / unit.scale())), unit.name),
            None => f.write_str(&number(&self.value)),
        }
    }
}

impl Quantity {
    fn fitting_unit(&self) -> Option<&'static Unit> {
        let of_kind = || {
            UNITS
                .iter()
                .filter(|unit| unit.dimension == self.dimension && unit.name != "%")
        };
        of_kind()
            .filter(|unit| unit.scale() <= self.value.abs())
            .max_by_key(|unit| unit.scale())
            .or_else(|| of_kind().min_by_key(|unit| unit.scale()))
    }

    /// What was probably meant by a quantity of the wrong kind: the same number with another unit.
    fn meant_as(&self, wanted: Wanted) -> Option<String> {
        let Some(unit) = self.unit else {
            return (self.is_number() && self.value.is_positive())
                .then(|| wanted.unit_of_bare_numbers(&self.value))
                .flatten()
                .map(|unit| format!("{}{unit}", number(&self.value)));
        };
        let amount = unit.name.trim_end_matches("/s");
        let prefix = ["iB", "B", "bps"]
            .iter()
            .find_map(|end| amount.strip_suffix(end))
            .unwrap_or("");
        let other = match (unit.dimension, wanted) {
            (Dimension::RATE, Wanted::Bytes) if amount != unit.name => amount.to_owned(),
            (Dimension::RATE, Wanted::Bytes) => format!("{prefix}B"),
            (Dimension::DATA, Wanted::BitRate) => format!("{}bps", prefix.replace('K', "k")),
            (Dimension::DATA, Wanted::ByteRate) => format!("{}/s", unit.name),
            (Dimension::ENERGY, Wanted::Power) => unit.name.trim_end_matches('h').to_owned(),
            (Dimension::POWER, Wanted::Energy) => format!("{}h", unit.name),
            _ => return None,
        };
        let other = Unit::named(&other).filter(|other| other.dimension == wanted.dimension())?;
        let count = number(&(&self.value / unit.scale()));
        Some(format!("{count}{}", other.name))
    }
}

impl Wanted {
    /// What is expected, with its article.
    fn name(self) -> &'static str {
        match self {
            Wanted::Bytes => "an amount of data",
            Wanted::BitRate => "a rate in bits per second",
            Wanted::ByteRate => "a rate in bytes per second",
            Wanted::Milliseconds | Wanted::Seconds => "a duration",
            Wanted::Power => "a power",
            Wanted::Energy => "an energy",
            Wanted::EnergyPerByte => "an energy per amount of data",
            Wanted::Cpu => "a number of CPUs",
            Wanted::Count | Wanted::Index => "a plain number",
            Wanted::Share => "a part of a whole",
            Wanted::Millionths => "a ratio",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Wanted::Bytes => "2GiB",
            Wanted::BitRate => "10Gbps",
            Wanted::ByteRate => "3MiB/s",
            Wanted::Milliseconds => "30ms",
            Wanted::Seconds => "2min",
            Wanted::Power => "9kW",
            Wanted::Energy => "500J",
            Wanted::EnergyPerByte => "0.512J/MB",
            Wanted::Cpu => "0.5",
            Wanted::Count | Wanted::Index => "2",
            Wanted::Share => "8/9",
            Wanted::Millionths => "2%",
        }
    }

    /// The unit that prefixes such as `k` stand before.
    fn base_unit(self) -> &'static str {
        match self {
            Wanted::BitRate => "bps",
            Wanted::ByteRate => "B/s",
            Wanted::Power => "W",
            Wanted::Energy => "J",
            _ => "B",
        }
    }

    /// The unit that people mean most often when they leave it out behind such a number.
    fn unit_of_bare_numbers(self, value: &BigRational) -> Option<&'static str> {
        let is_below = |limit: i64| *value < BigRational::from_integer(limit.into());
        match self {
            Wanted::Bytes if is_below(256) => Some("GiB"),
            Wanted::Bytes => Some("MiB"),
            Wanted::BitRate if is_below(100) => Some("Gbps"),
            Wanted::BitRate => Some("Mbps"),
            Wanted::ByteRate => Some("MiB/s"),
            Wanted::Milliseconds if is_below(10) => Some("s"),
            Wanted::Milliseconds => Some("ms"),
            Wanted::Seconds => Some("s"),
            Wanted::Power => Some("W"),
            Wanted::Energy => Some("J"),
            Wanted::EnergyPerByte => Some("J/MB"),
            _ => None,
        }
    }

    fn limit(self, value: BigRational) -> Quantity {
        Quantity::of(value, self.dimension())
    }
}

impl QuantityError {
    /// The same error, where it is known what the place wants: of the likely units only those that fit are left.
    pub(crate) fn where_wanted(mut self, wanted: Wanted) -> QuantityError {
        if let QuantityError::UnknownUnit {
            candidates,
            unit,
            wanted: known,
            ..
        } = &mut self
        {
            *known = Some(wanted);
            let fits = |unit: &&Unit| unit.dimension == wanted.dimension();
            // `4G` of a rate is as likely as `4G` of memory.
            candidates.extend(Unit::with_prefix(unit, wanted.base_unit()));
            candidates.retain(fits);
        }
        self
    }

    /// The error at its place. Where the certain repair is another unit, `span` is that of the unit.
    pub(crate) fn diagnostic(&self, span: Span) -> Diagnostic {
        match self {
            QuantityError::NotANumber { digits } => Diagnostic::new(
                Code::BadNumber,
                span,
                format!("`{digits}` is no number"),
                "not a number",
            ),
            QuantityError::TooManyDigits => Diagnostic::new(
                Code::BadNumber,
                span,
                "the number is too long",
                format!("more than {} digits", super::MAX_DIGITS),
            )
            .with_help("use a larger unit"),
            QuantityError::UnknownUnit {
                digits,
                unit,
                candidates,
                wanted,
            } => unknown_unit(span, digits, unit, candidates, *wanted),
            QuantityError::MixedParts => Diagnostic::new(
                Code::BadCompound,
                span,
                "the parts of the quantity do not belong together",
                "does not continue what stands before it",
            )
            .with_help("write parts of one kind, each with its unit, as in `1h30min`"),
            QuantityError::PartsOutOfOrder { before, after } => Diagnostic::new(
                Code::BadCompound,
                span,
                format!(
                    "`{}` comes after the smaller unit `{}`",
                    after.name, before.name
                ),
                "not smaller than the unit before it",
            )
            .with_help("write each unit once, from the largest to the smallest, as in `1h30min`"),
            QuantityError::Mismatch { .. }
            | QuantityError::DivisionByZero
            | QuantityError::TooComplex => self.of_calculation(span),
            QuantityError::WrongDimension { wanted, found } => wrong_kind(span, *wanted, found),
            _ => self.of_size(span),
        }
    }

    fn of_calculation(&self, span: Span) -> Diagnostic {
        match self {
            QuantityError::Mismatch {
                adding,
                left,
                right,
            } => {
                let verb = if *adding { "add" } else { "subtract" };
                Diagnostic::new(
                    Code::UnitMismatch,
                    span,
                    format!("cannot {verb} {left} and {right}"),
                    format!("{left} and {right}"),
                )
                .with_help("only quantities of one kind can be added or subtracted")
            }
            QuantityError::DivisionByZero => Diagnostic::new(
                Code::DivisionByZero,
                span,
                "division by zero",
                "what it is divided by is zero",
            ),
            _ => Diagnostic::new(
                Code::BadNumber,
                span,
                "the calculation is too long to be carried out exactly",
                "its numbers become too long",
            )
            .with_help("write the result in its place"),
        }
    }

    fn of_size(&self, span: Span) -> Diagnostic {
        let out_of_range = |message: String, label: String| {
            Diagnostic::new(Code::OutOfRange, span, message, label)
        };
        match self {
            QuantityError::Negative { found } => out_of_range(
                format!("`{found}` is less than zero"),
                "cannot be negative".into(),
            ),
            QuantityError::TooSmall { wanted, found } => out_of_range(
                format!("`{found}` is too little"),
                format!("the least is `{}`", wanted.limit(wanted.smallest())),
            ),
            QuantityError::TooLarge { wanted, found } => out_of_range(
                format!("`{found}` is too much"),
                format!("the most is `{}`", wanted.limit(wanted.largest())),
            ),
            QuantityError::NotWhole { found } => Diagnostic::new(
                Code::NotWhole,
                span,
                format!("`{found}` is not a whole number"),
                "only whole numbers count here",
            ),
            _ => out_of_range("must be more than zero".into(), "this is zero".into()),
        }
    }
}

fn unknown_unit(
    span: Span,
    digits: &str,
    unit: &str,
    candidates: &[&Unit],
    wanted: Option<Wanted>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::UnknownUnit,
        span,
        format!("no unit is called `{unit}`"),
        "unknown unit",
    );
    match candidates {
        [] if wanted.is_some() => {
            let (name, example) = wanted.map_or(("", ""), |w| (w.name(), w.example()));
            diagnostic.with_help(format!("{name} is written like `{example}`"))
        }
        [] => diagnostic.with_help(
            "units are: time `ms s min h d`; data `B kB MB GB TB KiB MiB GiB TiB`; rates `kbps Mbps Gbps Tbps` and \
             `MB/s MiB/s`; power `mW W kW MW`; energy `J kJ MJ Wh kWh`; `J/MB`; `%`",
        ),
        [only] => diagnostic
            .with_help(format!("write `{digits}{}`", only.name))
            .with_fix(span, only.name),
        several => {
            let same = several.iter().all(|u| u.dimension == several[0].dimension);
            let choices: Vec<String> = several
                .iter()
                .map(|unit| match same {
                    true => format!("`{digits}{}`", unit.name),
                    false => format!("`{digits}{}` for {}", unit.name, unit.dimension),
                })
                .collect();
            let diagnostic = diagnostic.with_help(format!("write {}", choices.join(", or ")));
            // Units of one kind all fit; of several kinds perhaps one does.
            let fitting = several.iter().filter(|_| same);
            fitting.fold(diagnostic, |diagnostic, unit| {
                diagnostic.with_fix(span, unit.name)
            })
        }
    }
}

fn wrong_kind(span: Span, wanted: Wanted, found: &Quantity) -> Diagnostic {
    let name = wanted.name();
    let bare = found.is_number() && found.unit.is_none();
    let (code, label) = if bare && wanted.dimension() != Dimension::NUMBER {
        (Code::MissingUnit, "has no unit".to_owned())
    } else {
        (Code::WrongQuantity, format!("this is {}", found.dimension))
    };
    let meant = found.meant_as(wanted);
    let example = meant.as_deref().unwrap_or(wanted.example());
    let help = match (&meant, bare) {
        (Some(_), true) => format!("write the unit: `{example}`, if that is what is meant"),
        (Some(_), false) => format!("{name} is written `{example}`"),
        (None, _) => format!("{name} is written like `{example}`"),
    };
    let diagnostic = Diagnostic::new(
        code,
        span,
        format!("expected {name}, found `{found}`"),
        label,
    )
    .with_help(help);
    match meant {
        Some(meant) => diagnostic.with_fix(span, meant),
        None => diagnostic,
    }
}

/// A number as people write it: exact if that takes few decimals, else rounded to three.
fn number(value: &BigRational) -> String {
    let thousand = BigInt::from(1_000);
    let thousandths = (value.abs() * &thousand).round().to_integer();
    let (whole, rest) = (&thousandths / &thousand, &thousandths % &thousand);
    let sign = if value.is_negative() { "-" } else { "" };
    if rest.is_zero() {
        if whole.is_zero() && !value.is_zero() {
            return format!("{sign}{:e}", value.abs().to_f64().unwrap_or(0.0));
        }
        return format!("{sign}{whole}");
    }
    let rest = format!("{:03}", rest);
    format!("{sign}{whole}.{}", rest.trim_end_matches('0'))
}
