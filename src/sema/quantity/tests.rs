use super::*;
use crate::source::{FileId, Span};
use crate::syntax::ast::Word;

fn q(text: &str) -> Quantity {
    let cut = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (digits, unit) = text.split_at(cut.unwrap_or(text.len()));
    let unit = Some(unit).filter(|unit| !unit.is_empty());
    Quantity::from_number(digits, unit).expect(text)
}

fn span() -> Span {
    Span::new(FileId(0), 0..1)
}

/// Message and help of an error.
fn said(error: QuantityError) -> String {
    let diagnostic = error.diagnostic(span());
    format!("{}; {}", diagnostic.message, diagnostic.help.join("; "))
}

fn literal(parts: &[(&str, &str)]) -> Result<Quantity, QuantityError> {
    let word = |text: &str| Word {
        text: text.to_owned(),
        span: span(),
    };
    let numbers: Vec<Number> = parts
        .iter()
        .map(|(digits, unit)| Number {
            digits: word(digits),
            unit: Some(word(unit)).filter(|unit| !unit.text.is_empty()),
        })
        .collect();
    Quantity::from_literal(&numbers).map_err(|(_, error)| error)
}

#[test]
fn canonical_integers() {
    assert_eq!(q("2GiB").bytes(), Ok(2 << 30));
    assert_eq!(q("10Gbps").bit_rate(), Ok(10_000_000_000));
    assert_eq!(q("3MiB/s").byte_rate(), Ok(3 << 20));
    assert_eq!(q("1MB/s").bit_rate(), Ok(8_000_000));
    assert_eq!(q("0.5s").milliseconds(), Ok(500));
    assert_eq!(q("2min").seconds(), Ok(120));
    assert_eq!(q("1.5s").seconds(), Ok(2));
    assert_eq!(q("9kW").milliwatts(), Ok(9_000_000));
    assert_eq!(q("20.165J").millijoules(), Ok(20_165));
    assert_eq!(q("1kWh").millijoules(), Ok(3_600_000_000));
    assert_eq!(q("0.512J/MB").nanojoules_per_byte(), Ok(512));
    assert_eq!(q("0.25").milli_cpus(), Ok(250));
    assert_eq!(q("2%").millionths(), Ok(20_000));
    assert_eq!(q("48").count(), Ok(48));
}

#[test]
fn arithmetic_respects_dimensions() {
    let energy = q("9kW").multiply(&q("2h")).expect("power times time");
    assert_eq!(energy, q("18kWh"));
    assert_eq!(q("2GiB").divide(&q("1s")), Ok(q("2GiB/s")));
    assert_eq!(q("1h").add(&q("30min")), Ok(q("5400s")));
    assert_eq!(q("16%").multiply(&q("110W")), Ok(q("17.6W")));
    let share = q("8").divide(&q("9")).expect("not zero");
    let rate = q("1Gbps").multiply(share.share().expect("a share"));
    assert_eq!(rate.and_then(|rate| rate.bit_rate()), Ok(888_888_889));
    assert_eq!(q("1").divide(&q("0")), Err(QuantityError::DivisionByZero));
    let error = q("9kW").add(&q("2h")).expect_err("no such sum");
    assert!(said(error).starts_with("cannot add a power and a duration"));
}

#[test]
fn numbers_do_not_grow_without_bound() {
    let mut value = q("1.00000000000000000000000000001");
    let steps = (0..100).find(|_| match value.multiply(&value) {
        Ok(next) => {
            value = next;
            false
        }
        Err(error) => error == QuantityError::TooComplex,
    });
    assert!(steps.is_some());
    let long = "1".repeat(MAX_DIGITS + 1);
    assert_eq!(
        Quantity::from_number(&long, None),
        Err(QuantityError::TooManyDigits)
    );
    assert!(Quantity::from_number(&long[1..], None).is_ok());
    let mut square = q("1s");
    for _ in 0..126 {
        square = square.multiply(&q("1s")).expect("small enough");
    }
    assert_eq!(square.multiply(&q("1s")), Err(QuantityError::TooComplex));
}

#[test]
fn compound_literals_go_from_large_to_small() {
    assert_eq!(literal(&[("1", "h"), ("30", "min")]), Ok(q("90min")));
    assert!(matches!(
        literal(&[("30", "min"), ("1", "h")]),
        Err(QuantityError::PartsOutOfOrder { .. })
    ));
    assert_eq!(
        literal(&[("1", "h"), ("2", "GiB")]),
        Err(QuantityError::MixedParts)
    );
    assert_eq!(
        literal(&[("1", "h"), ("2", "")]),
        Err(QuantityError::MixedParts)
    );
}

#[test]
fn slips_get_the_unit_that_was_meant() {
    let repairs = |unit: &str| -> Vec<String> {
        let error = Quantity::from_number("9", Some(unit)).expect_err(unit);
        let fixes = error.diagnostic(span()).fixes.into_iter();
        fixes.map(|fix| fix.replacement).collect()
    };
    for (unit, meant) in [
        ("kw", "kW"),
        ("Gbit/s", "Gbps"),
        ("gib", "GiB"),
        ("kbit/s", "kbps"),
        ("hours", "h"),
        ("kwh", "kWh"),
        ("GiBs", "GiB"),
        ("Go", "GB"),
    ] {
        assert_eq!(repairs(unit), [meant], "{unit}");
    }
    assert_eq!(repairs("mw"), ["mW", "MW"], "which, nobody knows");
    assert_eq!(repairs("GBps"), ["GB/s", "Gbps"], "which, nobody knows");
    assert!(repairs("Gb").is_empty(), "of two kinds");
    let error = Quantity::from_number("1", Some("Gb")).expect_err("no unit");
    assert_eq!(
        said(error.clone()),
        "no unit is called `Gb`; write `1Gbps` for a rate, or `1GB` for an amount of data"
    );
    assert_eq!(
        said(error.where_wanted(Wanted::Bytes)),
        "no unit is called `Gb`; write `1GB`"
    );
    let error = Quantity::from_number("1", Some("furlong")).expect_err("no unit");
    assert!(said(error).contains("units are: time"));
}

#[test]
fn a_wrong_kind_says_what_was_probably_meant() {
    let cases = [
        (
            q("10GB").bit_rate(),
            "a rate in bits per second is written `10Gbps`",
        ),
        (q("10GiB").bit_rate(), "`10Gbps`"),
        (q("2Gbps").bytes(), "an amount of data is written `2GB`"),
        (q("3MiB").byte_rate(), "`3MiB/s`"),
        (q("9kWh").milliwatts(), "`9kW`"),
        (q("2").bytes(), "write the unit: `2GiB`"),
        (q("16%").bytes(), "an amount of data is written like `2GiB`"),
        (q("2GiB").bit_rate().and(q("2s").bytes()), "`2Gbps`"),
        (
            q("2GiB").count().map(u64::from),
            "a plain number is written like `2`",
        ),
    ];
    for (result, part) in cases {
        let text = said(result.expect_err(part));
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn sizes_have_limits() {
    let message = |error: QuantityError| error.diagnostic(span()).message;
    assert_eq!(
        message(q("2000000TiB").bytes().expect_err("too much")),
        "`2000000TiB` is too much"
    );
    assert_eq!(q("366d").seconds(), Ok(31_622_400));
    assert!(q("367d").seconds().is_err());
    assert_eq!(
        message(q("5s").negate().seconds().expect_err("negative")),
        "`-5s` is less than zero"
    );
    assert!(matches!(
        q("0.4ms").milliseconds(),
        Err(QuantityError::TooSmall { .. })
    ));
    assert!(matches!(
        q("2.5").count(),
        Err(QuantityError::NotWhole { .. })
    ));
    assert_eq!(q("0W").positive(), Err(QuantityError::Zero));
    assert!(q("101%").share().is_err());
    assert!(q("0%").share().is_err());
    assert!(q("100%").share().is_ok());
    let largest = Quantity::from_number(&"9".repeat(MAX_DIGITS), Some("TiB")).expect("a number");
    assert!(matches!(
        largest.bytes(),
        Err(QuantityError::TooLarge { .. })
    ));
}

#[test]
fn quantities_are_shown_as_they_are_written() {
    assert_eq!(q("0.5GiB").to_string(), "0.5GiB");
    assert_eq!(q("1h").add(&q("30min")).expect("a sum").to_string(), "1.5h");
    assert_eq!(q("1").divide(&q("3")).expect("a part").to_string(), "0.333");
    let strange = q("2s").multiply(&q("2s")).expect("a square");
    assert_eq!(strange.dimension.to_string(), "a quantity in s^2");
}
