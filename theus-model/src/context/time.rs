//! Times as the audit compares them.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What kind of time a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeKind {
    /// A point in time: `2024-05-01T12:00:00Z`, in any offset.
    Instant,
    /// A date and a time of day, somewhere: `2024-05-01T12:00:00`.
    DateTime,
    /// A date: `2024-05-01`.
    Date,
    /// A time of day: `12:00:00`.
    TimeOfDay,
}

/// A time: nanoseconds since 1970-01-01T00:00:00 (of the time's own place where it has no offset), or since midnight.
///
/// ```
/// use theus_core::context::{Time, TimeKind};
/// let noon = Time::parse(TimeKind::Instant, "2024-05-01T12:00:00Z");
/// assert_eq!(noon, Time::parse(TimeKind::Instant, "2024-05-01T14:00:00+02:00"));
/// assert_eq!(Time::parse(TimeKind::Date, "2024-02-30"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Time {
    /// What kind of time it is.
    pub kind: TimeKind,
    /// The nanoseconds.
    pub nanos: i128,
}

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

impl TimeKind {
    /// How a time of this kind is written in a recipe.
    #[doc(hidden)]
    pub const fn example(self) -> &'static str {
        match self {
            Self::Instant => "an RFC 3339 time such as \"2024-05-01T12:00:00Z\"",
            Self::DateTime => "a date and time such as \"2024-05-01T12:00:00\"",
            Self::Date => "a date such as \"2024-05-01\"",
            Self::TimeOfDay => "a time of day such as \"12:00:00\"",
        }
    }
}

impl Time {
    /// Reads RFC 3339, or the part of it that this kind of time has.
    #[must_use]
    pub fn parse(kind: TimeKind, text: &str) -> Option<Self> {
        let mut rest = text.as_bytes();
        let mut nanos = 0;
        if kind != TimeKind::TimeOfDay {
            nanos = date(&mut rest)? * DAY;
        }
        if matches!(kind, TimeKind::Instant | TimeKind::DateTime) {
            let (mark, after) = rest.split_first()?;
            if !matches!(mark, b'T' | b't' | b' ') {
                return None;
            }
            rest = after;
        }
        if kind != TimeKind::Date {
            nanos += time_of_day(&mut rest)?;
        }
        if kind == TimeKind::Instant {
            nanos -= offset(&mut rest)?;
        }
        rest.is_empty().then_some(Self { kind, nanos })
    }
}

/// The next `count` digits.
fn digits(rest: &mut &[u8], count: usize) -> Option<i128> {
    let (digits, after) = rest.split_at_checked(count)?;
    *rest = after;
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i128::from(digit - b'0')))
}

fn literal(rest: &mut &[u8], byte: u8) -> Option<()> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    (*first == byte).then_some(())
}

/// `2024-05-01` as days since 1970-01-01.
fn date(rest: &mut &[u8]) -> Option<i128> {
    let year = digits(rest, 4)?;
    literal(rest, b'-')?;
    let month = digits(rest, 2)?;
    literal(rest, b'-')?;
    let day = digits(rest, 2)?;
    if !(1..=12).contains(&month) {
        return None;
    }
    let days = days(year, month, day);
    // A day that the month does not have would be one of the next month.
    (day >= 1 && civil(days) == (year, month, day)).then_some(days)
}

/// `12:30:00.25` as nanoseconds. A leap second is refused: no clock that is compared with it knows it.
fn time_of_day(rest: &mut &[u8]) -> Option<i128> {
    let hour = digits(rest, 2)?;
    literal(rest, b':')?;
    let minute = digits(rest, 2)?;
    literal(rest, b':')?;
    let second = digits(rest, 2)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut nanos = 0;
    if let Some((b'.', after)) = rest.split_first() {
        let length = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&length) {
            return None;
        }
        *rest = after;
        nanos = digits(rest, length)?;
        for _ in length..9 {
            nanos *= 10;
        }
    }
    Some(((hour * 60 + minute) * 60 + second) * SECOND + nanos)
}

/// `Z` or `+02:00` as nanoseconds.
fn offset(rest: &mut &[u8]) -> Option<i128> {
    let (sign, after) = rest.split_first()?;
    *rest = after;
    let sign = match sign {
        b'Z' | b'z' => return Some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours = digits(rest, 2)?;
    literal(rest, b':')?;
    let minutes = digits(rest, 2)?;
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes) * 60 * SECOND)
}

/// Days since 1970-01-01 in the Gregorian calendar, by eras of 400 years that begin in March.
const fn days(year: i128, month: i128, day: i128) -> i128 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The year, month and day of so many days since 1970-01-01.
const fn civil(days: i128) -> (i128, i128, i128) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// With a precision, as `{:.9}`, so many digits of a second's fraction, cut off and not rounded; without one as many as say
/// anything.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, nanos } = *self;
        if kind != TimeKind::TimeOfDay {
            let (year, month, day) = civil(nanos.div_euclid(DAY));
            write!(f, "{year:04}-{month:02}-{day:02}")?;
        }
        if matches!(kind, TimeKind::Instant | TimeKind::DateTime) {
            f.write_str("T")?;
        }
        if kind != TimeKind::Date {
            let seconds = nanos.rem_euclid(DAY) / SECOND;
            write!(f, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
            let fraction = format!("{:09}", nanos.rem_euclid(SECOND));
            let shown = match f.precision() {
                Some(digits) => &fraction[..digits.min(9)],
                None => fraction.trim_end_matches('0'),
            };
            if !shown.is_empty() {
                write!(f, ".{shown}")?;
            }
        }
        if kind == TimeKind::Instant { f.write_str("Z") } else { Ok(()) }
    }
}

impl From<SystemTime> for Time {
    fn from(time: SystemTime) -> Self {
        // A duration holds at most 2^64 seconds.
        let nanos = |duration: Duration| i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX);
        let nanos = time.duration_since(UNIX_EPOCH).map_or_else(|before| -nanos(before.duration()), nanos);
        Self { kind: TimeKind::Instant, nanos }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn instant(text: &str) -> Time {
        Time::parse(TimeKind::Instant, text).unwrap()
    }

    #[test]
    fn what_is_read_is_shown_again() {
        for text in [
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999999Z",
            "2000-02-29T12:34:56.5Z",
            "0000-03-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(instant(text).to_string(), text);
        }
        assert_eq!(format!("{:.9}", instant("2000-02-29T12:34:56.5Z")), "2000-02-29T12:34:56.500000000Z");
        assert_eq!(format!("{:.12}", instant("1970-01-01T00:00:00Z")), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(format!("{:.1}", instant("1970-01-01T00:00:00.19Z")), "1970-01-01T00:00:00.1Z");
        assert_eq!(format!("{:.0}", instant("1970-01-01T00:00:00.19Z")), "1970-01-01T00:00:00Z");
        assert_eq!(Time::parse(TimeKind::Date, "2024-02-29").unwrap().to_string(), "2024-02-29");
        assert_eq!(Time::parse(TimeKind::TimeOfDay, "23:00:01.25").unwrap().to_string(), "23:00:01.25");
        assert_eq!(Time::parse(TimeKind::DateTime, "2024-05-01 07:08:09").unwrap().to_string(), "2024-05-01T07:08:09");
    }

    #[test]
    fn every_day_of_eight_centuries_follows_the_one_before() {
        let mut expected = days(1599, 12, 31);
        for year in 1600..2400 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let february = if leap { 29 } else { 28 };
            for (month, length) in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate() {
                for day in 1..=length {
                    expected += 1;
                    let month = month as i128 + 1;
                    assert_eq!((days(year, month, day), civil(expected)), (expected, (year, month, day)));
                }
            }
        }
    }

    #[test]
    fn offsets_are_one_instant_and_what_is_no_time_is_refused() {
        assert_eq!(instant("2024-05-01T00:30:00+02:00").to_string(), "2024-04-30T22:30:00Z");
        assert_eq!(instant("2024-05-01t00:30:00-00:30"), instant("2024-05-01T01:00:00z"));
        for wrong in [
            "2024-05-01T12:00:00",
            "2024-13-01T12:00:00Z",
            "2023-02-29T12:00:00Z",
            "2024-00-10T12:00:00Z",
            "2024-05-00T12:00:00Z",
            "2024-05-01T24:00:00Z",
            "2024-05-01T12:00:60Z",
            "2024-05-01T12:00:00.Z",
            "2024-05-01T12:00:00.1234567890Z",
            "2024-05-01T12:00:00+24:00",
            "2024-05-01T12:00Z",
            "2024-05-01T12:00:00Zx",
            "2024-05-0",
            "ü024-05-01T12:00:00Z",
            "",
        ] {
            assert_eq!(Time::parse(TimeKind::Instant, wrong), None, "{wrong:?}");
        }
        let now = Time::from(UNIX_EPOCH - Duration::from_millis(1_500));
        assert_eq!(now.to_string(), "1969-12-31T23:59:58.5Z");
    }
}
