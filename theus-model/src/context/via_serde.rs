//! Foreign types shown by what `serde` says of them.

use std::marker::PhantomData;

use serde::Serialize;

use super::adapt::InspectAs;
use super::decimal::Decimal;
use super::scalar::Scalar;
use super::shape::Shape;
use super::time::{Time, TimeKind};
use super::value::{Value, parse_uuid};

/// Shows a foreign type as the scalar that serde writes for it, without allocating.
///
/// Say what it is written as: [`i64`], [`u64`], [`f64`], [`bool`], [`char`], [`Decimal`], [`Variant`] for a plain enum, or one
/// of [`Instant`], [`DateTime`], [`Date`], [`TimeOfDay`], [`Uuid`](AsUuid) for what is written as text. What serde writes
/// otherwise satisfies no condition.
///
/// ```
/// use theus_core::prelude::*;
/// use theus_core::context::ViaSerde;
///
/// mod foreign {
///     #[derive(Clone, Default, serde::Serialize)]
///     pub struct Celsius(pub f64);
/// }
///
/// #[derive(Clone, Default, Context)]
/// struct Oven {
///     #[inspect(with = ViaSerde<f64>)]
///     temperature: foreign::Celsius,
/// }
/// assert_eq!(Oven::schema().fields[0].shape, Shape::Float64);
/// ```
#[derive(Debug)]
pub struct ViaSerde<Kind>(PhantomData<Kind>);

/// A plain enum, shown by the name that serde writes for its variant.
#[derive(Debug)]
pub enum Variant {}
/// An RFC 3339 time with an offset, written as text.
#[derive(Debug)]
pub enum Instant {}
/// A date and time without an offset, written as text.
#[derive(Debug)]
pub enum DateTime {}
/// A date, written as text.
#[derive(Debug)]
pub enum Date {}
/// A time of day, written as text.
#[derive(Debug)]
pub enum TimeOfDay {}
/// A UUID, written as text with hyphens.
#[derive(Debug)]
pub enum AsUuid {}

/// What a foreign type can be written as.
pub trait Written {
    /// The shape of what is written.
    #[doc(hidden)]
    fn shape() -> Shape;
    /// What a text stands for.
    #[doc(hidden)]
    fn text(text: &str) -> Option<Value<'static>> {
        let _ = text;
        None
    }
    /// The name of a variant.
    #[doc(hidden)]
    fn variant(name: &'static str) -> Option<Value<'static>> {
        let _ = name;
        None
    }
    /// What a number, a boolean or a character stands for.
    #[doc(hidden)]
    fn scalar(value: Value<'static>) -> Option<Value<'static>> {
        let _ = value;
        None
    }
}

macro_rules! written {
    ($($type:ty: $shape:expr, |$value:ident| $keep:expr;)*) => {$(
        impl Written for $type {
            fn shape() -> Shape {
                $shape
            }
            fn scalar($value: Value<'static>) -> Option<Value<'static>> {
                $keep
            }
        }
    )*};
}

fn within(value: Value<'static>, least: i128, most: i128) -> Option<Value<'static>> {
    matches!(value, Value::Int(number) if (least..=most).contains(&number)).then_some(value)
}

written! {
    i64: <i64 as super::Inspect>::shape(), |value| within(value, i64::MIN.into(), i64::MAX.into());
    u64: <u64 as super::Inspect>::shape(), |value| within(value, 0, u64::MAX.into());
    f64: Shape::Float64, |value| matches!(value, Value::Float(_)).then_some(value);
    bool: Shape::Bool, |value| matches!(value, Value::Bool(_)).then_some(value);
    char: Shape::Char, |value| matches!(value, Value::Char(_)).then_some(value);
}

impl Written for Decimal {
    fn shape() -> Shape {
        Shape::Decimal
    }
    fn text(text: &str) -> Option<Value<'static>> {
        Self::parse(text).map(Value::from)
    }
    fn scalar(value: Value<'static>) -> Option<Value<'static>> {
        match value {
            Value::Int(mantissa) => Some(Value::Decimal { mantissa, scale: 0 }),
            _ => None,
        }
    }
}

impl Written for Variant {
    fn shape() -> Shape {
        Shape::Text
    }
    fn variant(name: &'static str) -> Option<Value<'static>> {
        Some(Value::Text(name))
    }
}

impl Written for AsUuid {
    fn shape() -> Shape {
        Shape::Uuid
    }
    fn text(text: &str) -> Option<Value<'static>> {
        parse_uuid(text).map(Value::Uuid)
    }
}

macro_rules! times {
    ($($type:ty: $kind:ident),*) => {$(
        impl Written for $type {
            fn shape() -> Shape {
                Shape::Time(TimeKind::$kind)
            }
            fn text(text: &str) -> Option<Value<'static>> {
                Time::parse(TimeKind::$kind, text).map(Value::from)
            }
        }
    )*};
}

times!(Instant: Instant, DateTime: DateTime, Date: Date, TimeOfDay: TimeOfDay);

impl<K: Written, T: Serialize> InspectAs<T> for ViaSerde<K> {
    fn shape() -> Shape {
        // A foreign `Option` may be written as nothing.
        K::shape()
    }
    fn inspect(value: &T) -> Value<'_> {
        value.serialize(Scalar::<K>::new()).unwrap_or(Value::Opaque)
    }
}

#[cfg(test)]
mod tests {
    use serde::Serializer;

    use super::*;

    #[derive(serde::Serialize)]
    enum Phase {
        #[serde(rename = "warm-up")]
        Warm,
        Hot(u8),
    }

    #[derive(serde::Serialize)]
    struct Nested {
        a: u8,
    }

    struct Shown(&'static str);

    impl Serialize for Shown {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self.0)
        }
    }

    fn look<K: Written, T: Serialize>(value: T) -> String {
        <ViaSerde<K> as InspectAs<T>>::inspect(&value).to_string()
    }

    #[test]
    fn what_serde_writes_is_what_is_seen() {
        assert_eq!(look::<u64, _>(u64::MAX), "18446744073709551615");
        assert_eq!(look::<f64, _>(0.5_f32), "0.5");
        assert_eq!(look::<Variant, _>(Phase::Warm), "\"warm-up\"");
        assert_eq!(look::<Variant, _>(Phase::Hot(1)), "\"Hot\"");
        assert_eq!(look::<Decimal, _>("12.50"), "12.5");
        assert_eq!(look::<Decimal, _>(Shown("0.1")), "0.1");
        assert_eq!(look::<Instant, _>(Shown("2024-05-01T14:00:00+02:00")), "2024-05-01T12:00:00Z");
        assert_eq!(look::<AsUuid, _>("67e55044-10b1-426f-9247-bb680e5fe0c8"), "67e55044-10b1-426f-9247-bb680e5fe0c8");
        assert_eq!(look::<bool, _>(None::<bool>), "none");
    }

    #[test]
    fn what_is_written_otherwise_cannot_be_seen() {
        assert_eq!(look::<i64, _>(u64::MAX), "(opaque)");
        assert_eq!(look::<u64, _>(-1), "(opaque)");
        assert_eq!(look::<i64, _>(1.0), "(opaque)", "a float is no integer");
        assert_eq!(look::<f64, _>(1), "(opaque)");
        assert_eq!(look::<Date, _>("today"), "(opaque)");
        assert_eq!(look::<Variant, _>("warm-up"), "(opaque)");
        assert_eq!(look::<u64, _>(Nested { a: 1 }), "(opaque)");
        assert_eq!(look::<u64, _>(vec![1]), "(opaque)");
        const LONG: &str = "0000000000000000000000000000000000000000000000000000000000000000001";
        assert_eq!(look::<Decimal, _>(Shown(LONG)), "(opaque)");
    }
}
