//! Times as records keep and write them: UTC, RFC 3339, to the nanosecond.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serializer};

use crate::context::{Time, TimeKind};

/// Nanoseconds.
const SECOND: u128 = 1_000_000_000;

/// The last second of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// Seconds and nanoseconds since the epoch. What a clock says outside of 1970 to 9999 is taken for the nearer end.
pub(crate) fn parts(time: SystemTime) -> (u64, u32) {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    if since.as_secs() > LAST_SECOND { (LAST_SECOND, 999_999_999) } else { (since.as_secs(), since.subsec_nanos()) }
}

/// Nanoseconds since the epoch, from it to the year 2554.
pub(crate) fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// The time that has these parts.
pub(crate) fn of((seconds, nanos): (u64, u32)) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos)
}

/// The time that is so many nanoseconds after the epoch.
#[cfg(feature = "recipes")]
pub(crate) fn of_nanos(nanos: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos)
}

/// The time as records keep it.
pub(crate) fn kept(time: SystemTime) -> SystemTime {
    of(parts(time))
}

/// `2013-12-16T15:35:00.000000000Z`.
pub(crate) fn text(time: SystemTime) -> String {
    format!("{:.9}", Time::from(kept(time)))
}

/// The time that [`text`] wrote; nothing else is read.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let nanos = u128::try_from(Time::parse(TimeKind::Instant, text)?.nanos).ok()?;
    let (seconds, nanos) = (u64::try_from(nanos / SECOND).ok()?, u32::try_from(nanos % SECOND).ok()?);
    let time = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
    // One way to write each time: whatever else the text holds, a time that is written the same is the same.
    (self::text(time) == text).then_some(time)
}

pub(crate) fn serialize<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*time))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SystemTime, D::Error> {
    let written = String::deserialize(deserializer)?;
    parse(&written).ok_or_else(|| serde::de::Error::custom(format!("`{written}` is no time")))
}

/// Of what need not be there.
#[cfg(feature = "recipes")]
pub(crate) mod maybe {
    use super::{Deserialize, Deserializer, Serializer, SystemTime, parse, text};

    #[expect(clippy::ref_option, reason = "as serde asks")]
    pub(crate) fn serialize<S: Serializer>(time: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.serialize_some(&text(*time)),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SystemTime>, D::Error> {
        let wrong = |written: &str| serde::de::Error::custom(format!("`{written}` is no time"));
        let written = Option::<String>::deserialize(deserializer)?;
        written.map(|written| parse(&written).ok_or_else(|| wrong(&written))).transpose()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn known_times_are_written_as_they_are_known() {
        assert_eq!(text(at(0)), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(text(at(951_782_400)), "2000-02-29T00:00:00.000000000Z");
        assert_eq!(text(at(1_387_208_100)), "2013-12-16T15:35:00.000000000Z");
        assert_eq!(text(at(4_107_542_399)), "2100-02-28T23:59:59.000000000Z");
        assert_eq!(text(at(4_107_542_400)), "2100-03-01T00:00:00.000000000Z");
    }

    #[test]
    fn times_outside_of_what_can_be_written_become_the_nearer_end() {
        assert_eq!(kept(at(0) - Duration::from_secs(5)), at(0));
        assert_eq!(text(at(LAST_SECOND + 9)), "9999-12-31T23:59:59.999999999Z");
    }

    #[test]
    fn every_time_comes_back_and_near_misses_do_not() {
        for step in 0..20_000_u64 {
            let time = at(step * 12_670_115) + Duration::from_nanos(step);
            assert_eq!(parse(&text(time)), Some(time));
        }
        for wrong in [
            "",
            "2013-02-30T00:00:00.000000000Z",
            "2013-01-01T24:00:00.000000000Z",
            "2013-01-01T00:00:00Z",
            "2013-01-01T00:00:00.000000000+00:00",
            "1969-12-31T23:59:59.000000000Z",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
