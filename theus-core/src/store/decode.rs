//! Bytes as values.

use serde::de::DeserializeOwned;

use super::error::DecodeError;
use crate::panics::caught;

/// The value of these bytes.
///
/// # Errors
/// Where they are no value of that type, or more than one.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    let read = caught(|| {
        let mut left = bytes;
        let mut reader = rmp_serde::Deserializer::new(&mut left);
        reader.set_max_depth(DEEPEST);
        let value = T::deserialize(&mut reader)?;
        Ok((value, left.len()))
    });
    match read {
        Ok(Ok((value, 0))) => Ok(value),
        Ok(Ok((_, left))) => Err(DecodeError::new(format!("{left} bytes are left behind the value"))),
        Ok(Err::<_, rmp_serde::decode::Error>(error)) => Err(DecodeError::new(error.to_string())),
        Err(panic) => Err(DecodeError::new(format!("its code panicked: {}", panic.message()))),
    }
}

/// More than any value that was written has: a value of several levels of Rust's can be one of MessagePack's.
const DEEPEST: usize = 512;

/// As [`decode`], where the type keeps all that was written: what it lets fall without a word would be lost with the next
/// commit.
///
/// # Errors
/// As [`decode`], and where the value is written otherwise than the bytes are.
pub(crate) fn decode_whole<T: DeserializeOwned>(
    bytes: &[u8],
    written: impl FnOnce(&T) -> Result<Vec<u8>, super::EncodeError>,
) -> Result<T, DecodeError> {
    let value = decode::<T>(bytes)?;
    match written(&value) {
        Ok(again) if again == bytes => Ok(value),
        Ok(_) => Err(DecodeError::new(
            "its type reads it and writes something else: what was stored has parts that this program does not know"
                .to_owned(),
        )),
        Err(error) => Err(DecodeError::new(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::{BTreeMap, BTreeSet, HashMap};

    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    use super::super::{encode, shown};
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Kind {
        Unit,
        New(i64),
        Pair(String, Option<u8>),
        Named { at: f64, tags: Vec<String> },
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Nothing;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct All {
        huge: i128,
        wide: u128,
        letter: char,
        unit: (),
        nothing: Nothing,
        pair: (i8, u64),
        by_key: BTreeMap<(u8, String), Kind>,
        set: BTreeSet<i32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left_out: Option<String>,
        flag: bool,
        small: f32,
    }

    fn kinds() -> impl Strategy<Value = Kind> {
        prop_oneof![
            Just(Kind::Unit),
            any::<i64>().prop_map(Kind::New),
            (".*", any::<Option<u8>>()).prop_map(|(text, byte)| Kind::Pair(text, byte)),
            (any::<f64>(), prop::collection::vec(".*", 0..4)).prop_map(|(at, tags)| Kind::Named { at, tags }),
        ]
    }

    fn all() -> impl Strategy<Value = All> {
        let scalars = (any::<i128>(), any::<u128>(), any::<char>(), any::<(i8, u64)>(), any::<bool>(), any::<f32>());
        let grouped = (
            prop::collection::btree_map((any::<u8>(), ".{0,40}"), kinds(), 0..40),
            prop::collection::btree_set(any::<i32>(), 0..40),
            prop::option::of(".*"),
        );
        (scalars, grouped).prop_map(|((huge, wide, letter, pair, flag, small), (by_key, set, left_out))| All {
            huge,
            wide,
            letter,
            unit: (),
            nothing: Nothing,
            pair,
            by_key,
            set,
            left_out,
            flag,
            small,
        })
    }

    proptest! {
        #[test]
        fn what_is_written_comes_back_to_the_bit(all in all()) {
            let bytes = encode(&all).unwrap();
            let back = decode_whole::<All>(&bytes, encode).unwrap();
            prop_assert_eq!(encode(&back).unwrap(), bytes);
            prop_assert_eq!(format!("{back:?}"), format!("{all:?}"));
        }

        #[test]
        fn the_order_of_a_hash_map_is_not_seen(entries in prop::collection::hash_map(any::<u32>(), ".*", 0..50)) {
            let other: HashMap<u32, String> = entries.iter().map(|(key, value)| (*key, value.clone())).collect();
            prop_assert_eq!(encode(&entries).unwrap(), encode(&other).unwrap());
            let sorted: BTreeMap<u32, String> = entries.into_iter().collect();
            prop_assert_eq!(decode::<BTreeMap<u32, String>>(&encode(&other).unwrap()).unwrap(), sorted);
        }

        #[test]
        fn bytes_of_any_kind_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode::<All>(&bytes);
            let _ = decode::<Kind>(&bytes);
            let _ = shown(&bytes);
        }
    }

    #[test]
    fn nan_and_the_infinities_keep_their_bits() {
        for bits in [f64::NAN.to_bits(), f64::NAN.to_bits() | 1, f64::INFINITY.to_bits(), (-0.0_f64).to_bits()] {
            let back: f64 = decode(&encode(&f64::from_bits(bits)).unwrap()).unwrap();
            assert_eq!(back.to_bits(), bits);
        }
    }

    #[test]
    fn what_would_come_back_as_none_is_refused() {
        assert!(encode(&Some(None::<u8>)).is_err());
        assert!(encode(&Some(())).is_err());
        assert!(encode(&vec![Some(Some(1)), None]).is_ok());
        let error = encode(&All {
            by_key: BTreeMap::new(),
            set: BTreeSet::new(),
            huge: 0,
            wide: 0,
            letter: 'a',
            unit: (),
            nothing: Nothing,
            pair: (0, 0),
            left_out: None,
            flag: true,
            small: 0.0,
        });
        assert!(error.is_ok());
        #[derive(Serialize)]
        struct Inner {
            twice: Option<Option<u8>>,
        }
        #[derive(Serialize)]
        struct Outer {
            inner: Inner,
        }
        let error = encode(&Outer { inner: Inner { twice: Some(None) } }).unwrap_err().to_string();
        assert!(error.starts_with("inner.twice: `Some` of nothing"), "{error}");
    }

    #[test]
    fn what_a_type_lets_fall_is_told() {
        #[derive(Serialize)]
        struct Now {
            kept: i64,
            new: i64,
        }
        #[derive(Serialize, Deserialize)]
        struct Before {
            kept: i64,
        }
        let bytes = encode(&Now { kept: 1, new: 2 }).unwrap();
        assert!(decode::<Before>(&bytes).is_ok());
        assert!(decode_whole::<Before>(&bytes, encode).is_err());
        assert!(decode_whole::<Before>(&encode(&Before { kept: 1 }).unwrap(), encode).is_ok());
    }

    #[test]
    fn what_is_too_deep_is_refused_in_both_directions() {
        #[derive(Serialize, Deserialize)]
        struct Deep(Vec<Deep>);
        let deep = |levels: usize| (0..levels).fold(Deep(Vec::new()), |inner, _| Deep(vec![inner]));
        assert!(decode::<Deep>(&encode(&deep(50)).unwrap()).is_ok());
        assert!(encode(&deep(100)).is_err());
        let mut bytes = vec![0x91; 100_000];
        bytes.push(0x90);
        assert!(decode::<Deep>(&bytes).is_err());
    }

    #[test]
    fn what_is_left_behind_a_value_is_told() {
        let mut bytes = encode(&7_u8).unwrap();
        bytes.push(1);
        assert!(decode::<u8>(&bytes).is_err());
    }
}
