//! A map as it was last written whole, with the entries that are another since: put together on their bytes, whose order the one
//! form fixes. No type is needed for it.

use std::cmp::Ordering;

use rmp::{Marker, decode, encode};

use super::error::DecodeError;
use super::write::{Entry, Field};

/// So many entries beside a value are worth making one with it.
const MANY: usize = 1024;

/// How deep stored values are looked into.
const DEEPEST: usize = 512;

impl Field {
    /// Its whole value, with the entries that are another since.
    ///
    /// # Errors
    /// Where there are entries and the value is no map.
    pub fn merged(&self) -> Result<Vec<u8>, DecodeError> {
        match self.entries.as_slice() {
            [] => Ok(self.value.clone()),
            entries => merged(&self.value, entries),
        }
    }

    /// Whether there are so many entries that are another since, those that are gone too, that a store should keep the
    /// [whole](Self::merged) in their place: at least as many as the value has, so that an entry is written twice at most in the long
    /// run, and at least 1,024.
    #[must_use]
    pub fn has_outgrown(&self) -> bool {
        self.entries.len() >= MANY
            && decode::read_map_len(&mut self.value.as_slice()).is_ok_and(|whole| self.entries.len() >= whole as usize)
    }
}

fn merged(map: &[u8], entries: &[Entry]) -> Result<Vec<u8>, DecodeError> {
    let mut rest = map;
    let count = decode::read_map_len(&mut rest).map_err(|_| bad("entries of it were written, and it is no map"))?;
    let mut written = Vec::with_capacity(map.len());
    let mut kept = 0_u32;
    let mut later = entries.iter().peekable();
    let mut put = |key: &[u8], value: &[u8]| {
        kept += 1;
        written.extend_from_slice(key);
        written.extend_from_slice(value);
    };
    for _ in 0..count {
        let key = value(&mut rest)?;
        let there = value(&mut rest)?;
        let mut is_other = false;
        while let Some(entry) = later.peek() {
            match entry.key.as_slice().cmp(key) {
                Ordering::Greater => break,
                Ordering::Equal => is_other = true,
                Ordering::Less => {}
            }
            if let Some(value) = &entry.value {
                put(&entry.key, value);
            }
            later.next();
        }
        if !is_other {
            put(key, there);
        }
    }
    for entry in later {
        if let Some(value) = &entry.value {
            put(&entry.key, value);
        }
    }
    if !rest.is_empty() {
        return Err(bad("bytes are left behind the map"));
    }
    let mut whole = Vec::with_capacity(written.len() + 5);
    encode::write_map_len(&mut whole, kept).map_err(|_| bad("it cannot be written"))?;
    whole.extend_from_slice(&written);
    Ok(whole)
}

/// The bytes of the next value.
fn value<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], DecodeError> {
    let all = *rest;
    skip(rest, 0)?;
    let length = all.len() - rest.len();
    all.get(..length).ok_or_else(|| bad("it ends early"))
}

fn skip(rest: &mut &[u8], depth: usize) -> Result<(), DecodeError> {
    if depth > DEEPEST {
        return Err(bad("it is nested too deep"));
    }
    let early = |_| bad("it ends early");
    let marker = decode::read_marker(rest).map_err(|_| bad("it ends early"))?;
    let (bytes, values) = match marker {
        Marker::FixPos(_) | Marker::FixNeg(_) | Marker::Null | Marker::True | Marker::False => (0, 0),
        Marker::U8 | Marker::I8 => (1, 0),
        Marker::U16 | Marker::I16 => (2, 0),
        Marker::U32 | Marker::I32 | Marker::F32 => (4, 0),
        Marker::U64 | Marker::I64 | Marker::F64 => (8, 0),
        Marker::FixStr(length) => (usize::from(length), 0),
        Marker::Str8 | Marker::Bin8 => (usize::from(number::<1>(rest)? as u8), 0),
        Marker::Str16 | Marker::Bin16 => (number::<2>(rest)?, 0),
        Marker::Str32 | Marker::Bin32 => (number::<4>(rest)?, 0),
        Marker::FixArray(length) => (0, usize::from(length)),
        Marker::Array16 => (0, number::<2>(rest)?),
        Marker::Array32 => (0, number::<4>(rest)?),
        Marker::FixMap(length) => (0, 2 * usize::from(length)),
        Marker::Map16 => (0, 2 * number::<2>(rest)?),
        Marker::Map32 => (0, 2 * number::<4>(rest)?),
        Marker::FixExt1 => (2, 0),
        Marker::FixExt2 => (3, 0),
        Marker::FixExt4 => (5, 0),
        Marker::FixExt8 => (9, 0),
        Marker::FixExt16 => (17, 0),
        Marker::Ext8 => (number::<1>(rest)? + 1, 0),
        Marker::Ext16 => (number::<2>(rest)? + 1, 0),
        Marker::Ext32 => (number::<4>(rest)? + 1, 0),
        Marker::Reserved => return Err(bad("it has a byte that means nothing")),
    };
    *rest = rest.get(bytes..).ok_or(()).map_err(early)?;
    (0..values).try_for_each(|_| skip(rest, depth + 1))
}

fn number<const N: usize>(rest: &mut &[u8]) -> Result<usize, DecodeError> {
    let (bytes, left) = rest.split_first_chunk::<N>().ok_or_else(|| bad("it ends early"))?;
    *rest = left;
    Ok(bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

fn bad(reason: &str) -> DecodeError {
    DecodeError::new(reason.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::Value as Json;

    use super::super::{decode, encode};
    use super::*;

    proptest! {
        /// Whatever entries were written since: the bytes are those of the map that has them.
        #[test]
        fn a_map_with_its_entries_is_written_as_the_map_that_has_them(
            before in proptest::collection::btree_map(any::<i64>(), ".{0,40}", 0..40),
            changes in proptest::collection::btree_map(-20_i64..20, proptest::option::of(".{0,40}"), 0..40),
        ) {
            let mut after = before.clone();
            let mut field = Field::whole("map", encode(&before).unwrap(), false);
            for (key, value) in changes {
                match &value {
                    Some(value) => drop(after.insert(key, value.clone())),
                    None => drop(after.remove(&key)),
                }
                let value = value.map(|value| encode(&value).unwrap());
                let entry = Entry { key: encode(&key).unwrap(), value };
                field.take(&crate::store::Part { path: "map".to_owned(), value: None, entries: vec![entry] });
            }
            prop_assert_eq!(field.merged().unwrap(), encode(&after).unwrap());
        }

        /// Bytes that are no map, or are cut, are an error or another value; never a panic.
        #[test]
        fn whatever_the_bytes_are_there_is_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let entry = Entry { key: vec![1], value: Some(vec![2]) };
            let field = Field { path: String::new(), value: bytes, entries: vec![entry], written: true };
            drop(field.merged());
        }
    }

    #[test]
    fn entries_that_are_more_than_the_whole_are_made_one_with_it() {
        let entry = |key: u32, value: Option<u8>| Entry {
            key: encode(&key).unwrap(),
            value: value.map(|value| encode(&value).unwrap()),
        };
        let mut queue = Field::whole("queue", encode(&BTreeMap::<u32, u8>::new()).unwrap(), true);
        let mut large = Field::whole(
            "large",
            encode(&(0..5_000_u32).map(|key| (key, 0)).collect::<BTreeMap<_, u8>>()).unwrap(),
            true,
        );
        for key in 0..4_000 {
            for (field, entries) in [
                (&mut queue, vec![entry(key, Some(1)), entry(key.wrapping_sub(7), None)]),
                (&mut large, vec![entry(key, Some(1))]),
            ] {
                let path = field.path.clone();
                field.take(&crate::store::Part { path, value: None, entries });
            }
            assert!(queue.entries.len() < 1_030);
        }
        assert_eq!(large.entries.len(), 4_000, "writing 5,000 again for 1,024 is not worth it");
        let left: BTreeMap<u32, u8> = decode(&queue.merged().unwrap()).unwrap();
        assert_eq!(left, (3_993..4_000).map(|key| (key, 1)).collect());
    }

    #[test]
    fn values_of_every_form_are_passed_over_whole() {
        let value: Json = serde_json::json!({
            "a": [1, -1, 300, 70_000, 5_000_000_000_u64, -40_000, 1.5, null, true, "x".repeat(40), "x".repeat(300), "x".repeat(70_000)],
            "b": {"c": {"d": vec![0; 20]}, "e": vec![0; 70_000]},
        });
        let mut map = BTreeMap::from([("one", value.clone()), ("two", value)]);
        let entry = Entry { key: encode(&"one").unwrap(), value: None };
        let merged = merged(&encode(&map).unwrap(), &[entry]).unwrap();
        map.remove("one");
        assert_eq!(decode::<Json>(&merged).unwrap(), serde_json::to_value(&map).unwrap());
    }
}
