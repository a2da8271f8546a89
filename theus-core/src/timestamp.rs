//! Times as records keep and write them: UTC, RFC 3339, to the nanosecond.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serializer};

/// The last second of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// Seconds and nanoseconds since the epoch. What a clock says outside of 1970 to 9999 is taken for the nearer end.
pub(crate) fn parts(time: SystemTime) -> (u64, u32) {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    if since.as_secs() > LAST_SECOND { (LAST_SECOND, 999_999_999) } else { (since.as_secs(), since.subsec_nanos()) }
}

/// The time as records keep it.
pub(crate) fn kept(time: SystemTime) -> SystemTime {
    let (seconds, nanos) = parts(time);
    SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos)
}

/// `2013-12-16T15:35:00.000000000Z`.
pub(crate) fn text(time: SystemTime) -> String {
    let (seconds, nanos) = parts(time);
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z")
}

/// The date of a day counted from 1970-01-01: years begin in March, so that the leap day is the last of its year.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

/// The day of a date, counted from 1970-01-01.
fn day_of(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = if month <= 2 { year.checked_sub(1)? } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted_month + 2) / 5 + day - 1;
    (era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year).checked_sub(719_468)
}

/// The time that [`text`] wrote; nothing else is read.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    if !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let seconds = day_of(year, month, day)? * 86_400 + hour * 3_600 + minute * 60 + second;
    let time = SystemTime::UNIX_EPOCH + Duration::new(seconds, u32::try_from(number(20..29)?).ok()?);
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
        for wrong in ["", "2013-02-30T00:00:00.000000000Z", "2013-01-01T24:00:00.000000000Z", "2013-01-01T00:00:00Z"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
