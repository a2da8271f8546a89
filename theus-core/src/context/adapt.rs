//! Foreign types: shown by an adapter, or by what `serde` says of them.

use std::fmt::{self, Write as _};
use std::marker::PhantomData;

use serde::ser::{Impossible, Serialize, Serializer};

use super::decimal::Decimal;
use super::shape::Shape;
use super::time::{Time, TimeKind};
use super::value::{Value, parse_uuid};

/// Shows values of a type that cannot implement [`Inspect`](crate::Inspect) itself, because it is a foreign one.
///
/// Name it on the field: `#[inspect(with = Adapter)]`, in a context or in a type that derives `Inspect`. For a type that
/// serde knows [`ViaSerde`] is one already.
///
/// ```
/// use theus_core::prelude::*;
/// use theus_core::context::InspectAs;
/// use std::net::Ipv4Addr;
///
/// struct AsNumber;
///
/// impl InspectAs<Ipv4Addr> for AsNumber {
///     fn shape() -> Shape { u32::shape() }
///     fn inspect(address: &Ipv4Addr) -> Value<'_> { Value::Int(u32::from(*address).into()) }
/// }
///
/// #[derive(Clone, Context)]
/// struct Session {
///     #[inspect(with = AsNumber)]
///     peer: Ipv4Addr,
/// }
/// assert_eq!(Session::schema().fields[0].shape, u32::shape());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not show values of `{T}`",
    label = "does not implement `InspectAs<{T}>`",
    note = "implement `theus_core::context::InspectAs<{T}>` for `{Self}`, or use `ViaSerde<..>` for a type that serde knows"
)]
pub trait InspectAs<T: ?Sized> {
    /// The shape of every value.
    fn shape() -> Shape;
    /// A borrowed look. It must not allocate.
    fn inspect(value: &T) -> Value<'_>;
}

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
        value.serialize(Scalar::<K>(PhantomData)).unwrap_or(Value::Opaque)
    }
}

/// Takes one scalar and refuses everything else.
struct Scalar<K>(PhantomData<K>);

/// What is written is not the scalar that was said.
#[derive(Debug)]
struct Otherwise;

impl fmt::Display for Otherwise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("written as something else")
    }
}

impl std::error::Error for Otherwise {}

impl serde::ser::Error for Otherwise {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

type Taken = Result<Value<'static>, Otherwise>;

/// Room for the longest text that stands for a scalar.
struct Line {
    bytes: [u8; 64],
    len: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

macro_rules! scalars {
    ($($name:ident($type:ty): |$value:ident| $make:expr),*) => {$(
        fn $name(self, $value: $type) -> Taken {
            K::scalar($make).ok_or(Otherwise)
        }
    )*};
}

impl<K: Written> Serializer for Scalar<K> {
    type Ok = Value<'static>;
    type Error = Otherwise;
    type SerializeSeq = Impossible<Value<'static>, Otherwise>;
    type SerializeTuple = Impossible<Value<'static>, Otherwise>;
    type SerializeTupleStruct = Impossible<Value<'static>, Otherwise>;
    type SerializeTupleVariant = Impossible<Value<'static>, Otherwise>;
    type SerializeMap = Impossible<Value<'static>, Otherwise>;
    type SerializeStruct = Impossible<Value<'static>, Otherwise>;
    type SerializeStructVariant = Impossible<Value<'static>, Otherwise>;

    scalars! {
        serialize_bool(bool): |value| Value::Bool(value),
        serialize_i8(i8): |value| Value::Int(value.into()),
        serialize_i16(i16): |value| Value::Int(value.into()),
        serialize_i32(i32): |value| Value::Int(value.into()),
        serialize_i64(i64): |value| Value::Int(value.into()),
        serialize_i128(i128): |value| Value::Int(value),
        serialize_u8(u8): |value| Value::Int(value.into()),
        serialize_u16(u16): |value| Value::Int(value.into()),
        serialize_u32(u32): |value| Value::Int(value.into()),
        serialize_u64(u64): |value| Value::Int(value.into()),
        serialize_u128(u128): |value| Value::unsigned(value),
        serialize_f32(f32): |value| Value::Float(value.into()),
        serialize_f64(f64): |value| Value::Float(value),
        serialize_char(char): |value| Value::Char(value)
    }

    fn serialize_str(self, text: &str) -> Taken {
        K::text(text).ok_or(Otherwise)
    }
    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Taken {
        let mut line = Line { bytes: [0; 64], len: 0 };
        write!(line, "{value}").map_err(|_| Otherwise)?;
        let text = std::str::from_utf8(&line.bytes[..line.len]).map_err(|_| Otherwise)?;
        K::text(text).ok_or(Otherwise)
    }
    fn serialize_none(self) -> Taken {
        Ok(Value::Missing)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Taken {
        value.serialize(self)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Taken {
        value.serialize(self)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Taken {
        K::variant(variant).ok_or(Otherwise)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> Taken {
        K::variant(variant).ok_or(Otherwise)
    }
    fn serialize_bytes(self, _: &[u8]) -> Taken {
        Err(Otherwise)
    }
    fn serialize_unit(self) -> Taken {
        Err(Otherwise)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Taken {
        Err(Otherwise)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Otherwise> {
        Err(Otherwise)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Otherwise> {
        Err(Otherwise)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Otherwise> {
        Err(Otherwise)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Otherwise> {
        Err(Otherwise)
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Otherwise> {
        Err(Otherwise)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Otherwise> {
        Err(Otherwise)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Otherwise> {
        Err(Otherwise)
    }
}

#[cfg(test)]
mod tests {
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
