//! A serializer that takes one scalar, without allocating.

use std::fmt::{self, Write as _};
use std::marker::PhantomData;

use serde::ser::{Impossible, Serialize, Serializer};

use super::value::Value;
use super::via_serde::Written;

/// Takes one scalar and refuses everything else.
pub(super) struct Scalar<K>(PhantomData<K>);

impl<K> Scalar<K> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

/// What is written is not the scalar that was said.
#[derive(Debug)]
pub(super) struct Otherwise;

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
