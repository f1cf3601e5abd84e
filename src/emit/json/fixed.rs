//! Numbers with a fixed number of decimals, exact from end to end.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

/// So many `SCALE`-ths: written as an integer where it is one, otherwise as the shortest decimal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fixed<const SCALE: u32>(pub i128);

impl<const SCALE: u32> Serialize for Fixed<SCALE> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let scale = i128::from(SCALE);
        match i64::try_from(self.0 / scale) {
            Ok(whole) if self.0 % scale == 0 => serializer.serialize_i64(whole),
            _ => serializer.serialize_f64(self.0 as f64 / f64::from(SCALE)),
        }
    }
}

impl<'de, const SCALE: u32> Deserialize<'de> for Fixed<SCALE> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number<const SCALE: u32>;

        impl<const SCALE: u32> Visitor<'_> for Number<SCALE> {
            type Value = Fixed<SCALE>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number")
            }

            fn visit_i64<E: Error>(self, whole: i64) -> Result<Self::Value, E> {
                Ok(Fixed(i128::from(whole) * i128::from(SCALE)))
            }

            fn visit_u64<E: Error>(self, whole: u64) -> Result<Self::Value, E> {
                Ok(Fixed(i128::from(whole) * i128::from(SCALE)))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
                // Beyond 2^53 a float no longer tells neighbours apart.
                let scaled = (number * f64::from(SCALE)).round();
                if scaled.abs() < 9e15 {
                    Ok(Fixed(scaled as i128))
                } else {
                    Err(E::custom("the number is too large"))
                }
            }
        }

        deserializer.deserialize_f64(Number)
    }
}

impl<const SCALE: u32> JsonSchema for Fixed<SCALE> {
    fn schema_name() -> Cow<'static, str> {
        Cow::from("number")
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "number" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_no_noise_and_come_back() {
        for (millionths, text) in [
            (0, "0"),
            (1_000_000_000, "1000"),
            (888_888_888, "888.888888"),
            (1, "1e-6"),
            (-2_500_000, "-2.5"),
        ] {
            let fixed = Fixed::<1_000_000>(millionths);
            assert_eq!(serde_json::to_string(&fixed).expect("a number"), text);
            assert_eq!(
                serde_json::from_str::<Fixed<1_000_000>>(text).expect("a number"),
                fixed
            );
        }
    }

    #[test]
    fn what_is_no_number_or_too_large_is_refused() {
        for text in ["\"5\"", "null", "0.1e30", "[]"] {
            assert!(
                serde_json::from_str::<Fixed<1_000>>(text).is_err(),
                "{text}"
            );
        }
    }
}
