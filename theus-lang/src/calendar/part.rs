//! What the calendar says of a moment: its hour, its day of the week, by the names that CEL has for them.

use super::civil;
use super::zone::Zone;

const SECOND: i128 = 1_000_000_000;

/// What is asked of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CalendarPart {
    FullYear,
    /// From 0 on, as CEL has it.
    Month,
    /// The day of the month, from 1 on.
    Date,
    /// The same, from 0 on.
    DayOfMonth,
    /// From Sunday on, which is 0.
    DayOfWeek,
    /// From 0 on.
    DayOfYear,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
}

impl CalendarPart {
    /// The one of this function.
    pub(crate) fn named(function: &str) -> Option<Self> {
        Some(match function {
            "getFullYear" => Self::FullYear,
            "getMonth" => Self::Month,
            "getDate" => Self::Date,
            "getDayOfMonth" => Self::DayOfMonth,
            "getDayOfWeek" => Self::DayOfWeek,
            "getDayOfYear" => Self::DayOfYear,
            "getHours" => Self::Hours,
            "getMinutes" => Self::Minutes,
            "getSeconds" => Self::Seconds,
            "getMilliseconds" => Self::Milliseconds,
            _ => return None,
        })
    }

    /// The least and the greatest that there is of it.
    pub(crate) const fn bounds(self) -> (i64, i64) {
        match self {
            Self::FullYear => (i64::MIN, i64::MAX),
            Self::Month => (0, 11),
            Self::Date => (1, 31),
            Self::DayOfMonth => (0, 30),
            Self::DayOfWeek => (0, 6),
            Self::DayOfYear => (0, 365),
            Self::Hours => (0, 23),
            Self::Minutes | Self::Seconds => (0, 59),
            Self::Milliseconds => (0, 999),
        }
    }

    /// Of so many nanoseconds since 1970; `None` where no calendar has them.
    pub(crate) fn of(self, nanos: i128, zone: &Zone) -> Option<i64> {
        let utc = i64::try_from(nanos.div_euclid(SECOND)).ok()?;
        let local = utc.checked_add(zone.offset(utc))?;
        let (days, seconds) = (local.div_euclid(civil::DAY), local.rem_euclid(civil::DAY));
        let date = || civil::date(days);
        Some(match self {
            Self::FullYear => date().0,
            Self::Month => date().1 - 1,
            Self::Date => date().2,
            Self::DayOfMonth => date().2 - 1,
            // 1970-01-01 was a Thursday.
            Self::DayOfWeek => (days + 4).rem_euclid(7),
            Self::DayOfYear => {
                let (year, month, day) = date();
                let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
                let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
                let before = usize::try_from(month - 1).ok().and_then(|month| before.get(month))?;
                before + day - 1 + i64::from(is_leap && month > 2)
            }
            Self::Hours => seconds / 3_600,
            Self::Minutes => seconds / 60 % 60,
            Self::Seconds => seconds % 60,
            Self::Milliseconds => i64::try_from(nanos.rem_euclid(SECOND) / 1_000_000).ok()?,
        })
    }
}
