//! Values as bytes: MessagePack with names, in one form only.
//!
//! The same value gives the same bytes: entries of maps and elements of sets stand in the order of their bytes, floats keep
//! their bits. What the form cannot tell apart is refused: `Some` of what is written as nil.

use rmp::encode as rmp;
use serde::ser::{self, Serialize};

use super::error::EncodeError;

/// How deep values may be nested.
const DEEPEST: usize = 128;

/// The value in its one form.
///
/// # Errors
/// Where the value's own code refuses or panics, where it is nested deeper than 128, or has `Some(None)` or `Some(())`.
///
/// ```
/// use std::collections::HashMap;
/// use theus_core::store::{decode, encode};
///
/// let one: HashMap<&str, i64> = [("a", 1), ("b", 2), ("c", 3)].into();
/// let two: HashMap<&str, i64> = [("c", 3), ("a", 1), ("b", 2)].into();
/// assert_eq!(encode(&one)?, encode(&two)?);
/// assert_eq!(decode::<HashMap<String, i64>>(&encode(&one)?)?.get("b"), Some(&2));
/// assert!(encode(&Some(None::<u8>)).is_err(), "it would come back as `None`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    encode_into(value, &mut bytes)?;
    Ok(bytes)
}

pub(crate) fn encode_into<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
    let begun = bytes.len();
    let written = crate::panics::caught(|| value.serialize(Encoder { bytes, depth: 0 }));
    let refused = match written {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error,
        Err(panic) => EncodeError::refused(format!("its code panicked: {}", panic.message())),
    };
    bytes.truncate(begun);
    Err(refused)
}

/// Several values as one list, each of which writes itself.
pub(crate) fn list(
    length: usize,
    mut write: impl FnMut(usize, &mut Vec<u8>) -> Result<(), EncodeError>,
) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    Kind::Array.header(&mut bytes, self::length(length)?)?;
    (0..length).try_for_each(|place| write(place, &mut bytes))?;
    Ok(bytes)
}

/// Writes one value to the end of the bytes.
struct Encoder<'a> {
    bytes: &'a mut Vec<u8>,
    depth: usize,
}

const NIL: u8 = 0xc0;

impl ser::Error for EncodeError {
    fn custom<T: std::fmt::Display>(reason: T) -> Self {
        Self::refused(reason.to_string())
    }
}

/// Writing into memory does not fail.
fn written<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<(), EncodeError> {
    match result {
        Ok(_) => Ok(()),
        Err(error) => Err(EncodeError::refused(error.to_string())),
    }
}

fn length(length: usize) -> Result<u32, EncodeError> {
    u32::try_from(length).map_err(|_| EncodeError::refused(format!("{length} elements are more than MessagePack has")))
}

impl<'a> Encoder<'a> {
    fn deeper(&mut self) -> Result<Encoder<'_>, EncodeError> {
        match self.depth < DEEPEST {
            true => Ok(Encoder { bytes: self.bytes, depth: self.depth + 1 }),
            false => Err(EncodeError::refused(format!("it is nested deeper than {DEEPEST}"))),
        }
    }

    /// A map of one entry: how a variant that has something is written.
    fn variant(&mut self, name: &str) -> Result<(), EncodeError> {
        written(rmp::write_map_len(self.bytes, 1))?;
        written(rmp::write_str(self.bytes, name))
    }

    fn begun(self, kind: Kind, fixed: Option<usize>) -> Result<Compound<'a>, EncodeError> {
        let start = self.bytes.len();
        if let Some(count) = fixed {
            kind.header(self.bytes, length(count)?)?;
        }
        Ok(Compound { encoder: self, kind, start, fixed: fixed.is_some(), entries: Vec::new(), count: 0 })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Array,
    /// In the order of its bytes.
    Map,
    /// In the order of its declaration.
    Struct,
}

impl Kind {
    fn header(self, bytes: &mut Vec<u8>, count: u32) -> Result<(), EncodeError> {
        match self {
            Self::Array => written(rmp::write_array_len(bytes, count)),
            Self::Map | Self::Struct => written(rmp::write_map_len(bytes, count)),
        }
    }
}

/// A list, a map or a struct under way. Where its length is not known, or its order is not its own, the header comes last.
struct Compound<'a> {
    encoder: Encoder<'a>,
    kind: Kind,
    start: usize,
    fixed: bool,
    /// Where each entry of a map begins, and where its value does.
    entries: Vec<(usize, usize)>,
    count: usize,
}

impl Compound<'_> {
    fn put<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.count += 1;
        value.serialize(self.encoder.deeper()?)
    }

    fn entry<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), EncodeError> {
        self.count += 1;
        written(rmp::write_str(self.encoder.bytes, name))?;
        value.serialize(self.encoder.deeper()?).map_err(|error| error.inside(name))
    }

    fn end(self) -> Result<(), EncodeError> {
        let Self { encoder, kind, start, fixed, entries, count } = self;
        if kind == Kind::Map {
            return sorted(encoder.bytes, start, &entries);
        }
        if !fixed {
            let mut header = Vec::with_capacity(5);
            kind.header(&mut header, length(count)?)?;
            encoder.bytes.splice(start..start, header);
        }
        Ok(())
    }
}

/// Puts the entries behind `start` in the order of their bytes, behind a header.
fn sorted(bytes: &mut Vec<u8>, start: usize, entries: &[(usize, usize)]) -> Result<(), EncodeError> {
    let ends = entries.iter().skip(1).map(|(begin, _)| *begin).chain([bytes.len()]);
    let mut ranges: Vec<_> = entries.iter().zip(ends).map(|((begin, value), end)| (*begin, *value, end)).collect();
    let key = |(begin, value, _): &(usize, usize, usize)| bytes.get(*begin..*value).unwrap_or_default();
    ranges.sort_by(|one, two| key(one).cmp(key(two)));
    if ranges.windows(2).any(|pair| key(&pair[0]) == key(&pair[1])) {
        return Err(EncodeError::refused("two keys of a map are written alike".to_owned()));
    }
    let mut all = Vec::with_capacity(bytes.len() - start + 5);
    Kind::Map.header(&mut all, length(ranges.len())?)?;
    for (begin, _, end) in ranges {
        all.extend_from_slice(bytes.get(begin..end).unwrap_or_default());
    }
    bytes.truncate(start);
    bytes.extend_from_slice(&all);
    Ok(())
}

macro_rules! scalars {
    ($($method:ident $type:ty => $write:expr;)*) => {$(
        fn $method(self, value: $type) -> Result<(), EncodeError> {
            let write: fn(&mut Vec<u8>, $type) -> Result<(), EncodeError> = $write;
            write(self.bytes, value)
        }
    )*};
}

impl<'a> ser::Serializer for Encoder<'a> {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Compound<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    scalars! {
        serialize_bool bool => |bytes, value| written(rmp::write_bool(bytes, value));
        serialize_i8 i8 => |bytes, value| written(rmp::write_sint(bytes, value.into()));
        serialize_i16 i16 => |bytes, value| written(rmp::write_sint(bytes, value.into()));
        serialize_i32 i32 => |bytes, value| written(rmp::write_sint(bytes, value.into()));
        serialize_i64 i64 => |bytes, value| written(rmp::write_sint(bytes, value));
        serialize_u8 u8 => |bytes, value| written(rmp::write_uint(bytes, value.into()));
        serialize_u16 u16 => |bytes, value| written(rmp::write_uint(bytes, value.into()));
        serialize_u32 u32 => |bytes, value| written(rmp::write_uint(bytes, value.into()));
        serialize_u64 u64 => |bytes, value| written(rmp::write_uint(bytes, value));
        serialize_f32 f32 => |bytes, value| written(rmp::write_f32(bytes, value));
        serialize_f64 f64 => |bytes, value| written(rmp::write_f64(bytes, value));
        serialize_str &str => |bytes, value| written(rmp::write_str(bytes, value));
        serialize_bytes &[u8] => |bytes, value| written(rmp::write_bin(bytes, value));
    }

    fn serialize_i128(self, value: i128) -> Result<(), EncodeError> {
        written(rmp::write_bin(self.bytes, &value.to_be_bytes()))
    }

    fn serialize_u128(self, value: u128) -> Result<(), EncodeError> {
        written(rmp::write_bin(self.bytes, &value.to_be_bytes()))
    }

    fn serialize_char(self, value: char) -> Result<(), EncodeError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_none(self) -> Result<(), EncodeError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(mut self, value: &T) -> Result<(), EncodeError> {
        let start = self.bytes.len();
        value.serialize(self.deeper()?)?;
        match self.bytes.get(start) {
            Some(&NIL) => Err(EncodeError::refused(
                "`Some` of nothing, as `Some(None)` and `Some(())` are, would come back as `None`".to_owned(),
            )),
            _ => Ok(()),
        }
    }

    fn serialize_unit(self) -> Result<(), EncodeError> {
        self.bytes.push(NIL);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), EncodeError> {
        // As `rmp-serde` reads it.
        written(rmp::write_array_len(self.bytes, 0))
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), EncodeError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        value.serialize(self.deeper()?)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        self.variant(variant)?;
        value.serialize(self.deeper()?).map_err(|error| error.inside(variant))
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Compound<'a>, EncodeError> {
        self.begun(Kind::Array, len)
    }

    fn serialize_tuple(self, len: usize) -> Result<Compound<'a>, EncodeError> {
        self.begun(Kind::Array, Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Compound<'a>, EncodeError> {
        self.begun(Kind::Array, Some(len))
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Compound<'a>, EncodeError> {
        self.variant(variant)?;
        self.begun(Kind::Array, Some(len))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'a>, EncodeError> {
        self.begun(Kind::Map, None)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, EncodeError> {
        // What a field's attributes leave out is not in the length that is told.
        self.begun(Kind::Struct, None)
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, EncodeError> {
        self.variant(variant)?;
        self.begun(Kind::Struct, None)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

macro_rules! lists {
    ($($trait:ident $method:ident),*) => {$(
        impl ser::$trait for Compound<'_> {
            type Ok = ();
            type Error = EncodeError;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
                self.put(value)
            }
            fn end(self) -> Result<(), EncodeError> {
                Self::end(self)
            }
        }
    )*};
}

lists!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

macro_rules! structs {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Compound<'_> {
            type Ok = ();
            type Error = EncodeError;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), EncodeError> {
                self.entry(name, value)
            }
            fn end(self) -> Result<(), EncodeError> {
                Self::end(self)
            }
        }
    )*};
}

structs!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), EncodeError> {
        let begin = self.encoder.bytes.len();
        key.serialize(self.encoder.deeper()?)?;
        self.entries.push((begin, self.encoder.bytes.len()));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        value.serialize(self.encoder.deeper()?)
    }

    fn end(self) -> Result<(), EncodeError> {
        Self::end(self)
    }
}
