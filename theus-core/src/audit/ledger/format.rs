//! The format that records and checkpoints are written in, which each of them says of itself before all else.

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The format that is written, and the one that is read. It is raised with every change by which a program that reads the
/// format before could not read what is written, or would hash it otherwise.
pub(super) const FORMAT: u8 = 1;

/// How everything begins that says its format, in this format and in every later one.
const BEGINS: &[u8] = b"{\"format\":";

/// In a record or a checkpoint: that it is in the format which this program reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Format;

/// It is in another format than this program reads. 0 is that of records from before they said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnknownFormat(pub(super) u64);

/// Whether what begins like this can be in the format that this program reads. `unnumbered` is how it began before formats
/// had a number.
pub(super) fn check(text: &[u8], unnumbered: &[u8]) -> Result<(), UnknownFormat> {
    let Some(behind) = text.strip_prefix(BEGINS) else {
        return if text.starts_with(unnumbered) { Err(UnknownFormat(0)) } else { Ok(()) };
    };
    let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = behind.split_at(digits);
    // Not as a number is written: nothing that any format begins with.
    let Some(found) = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()) else { return Ok(()) };
    let known = match rest.first() {
        Some(b',') => found == u64::from(FORMAT),
        Some(_) => true,
        // Torn: more digits may have been to come.
        None => FORMAT.to_string().as_bytes().starts_with(digits),
    };
    if known { Ok(()) } else { Err(UnknownFormat(found)) }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(FORMAT)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            found if found == u64::from(FORMAT) => Ok(Self),
            found => Err(D::Error::invalid_value(Unexpected::Unsigned(found), &"format 1 of the ledger")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn another_format_is_known_by_its_number_alone_and_by_nothing_less() {
        let check = |text: &str| check(text.as_bytes(), b"{\"sequence\":").map_err(|UnknownFormat(found)| found);
        for other in ["{\"format\":2,\"anything\":[]}", "{\"format\":2,", "{\"format\":2"] {
            assert_eq!(check(other), Err(2), "{other}");
        }
        assert_eq!(check("{\"format\":10,\"sequence\":1"), Err(10));
        assert_eq!(check("{\"format\":0,\"sequence\":1"), Err(0));
        assert_eq!(check("{\"format\":18446744073709551615,"), Err(u64::MAX));
        assert_eq!(check("{\"sequence\":1,\"time\""), Err(0), "before it was said");
        // What is in this format, may be the beginning of it, or is in none.
        for this in ["{\"format\":1,\"sequence\":1", "{\"format\":1,", "{\"format\":1", "{\"format\":", "{\"form", ""] {
            assert_eq!(check(this), Ok(()), "{this}");
        }
        for none in ["no record", "{\"formats\":2,", "{\"format\":\"2\",", "{\"format\":2}", "{\"format\":-2,"] {
            assert_eq!(check(none), Ok(()), "{none}");
        }
        assert_eq!(check("{\"format\":18446744073709551616,"), Ok(()), "no number of a format");
    }

    #[test]
    fn it_is_written_as_its_number_and_no_other_is_read() {
        assert_eq!(serde_json::to_string(&Format).unwrap(), "1");
        assert_eq!(serde_json::from_str::<Format>("1").unwrap(), Format);
        let error = serde_json::from_str::<Format>("2").unwrap_err().to_string();
        assert!(error.starts_with("invalid value: integer `2`, expected format 1 of the ledger"), "{error}");
        assert!(serde_json::from_str::<Format>("\"1\"").is_err());
    }
}
