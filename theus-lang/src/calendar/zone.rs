//! How far the clock of a place is from UTC.

#[cfg(feature = "zones")]
use jiff::{Timestamp, tz::TimeZone};

use super::civil::DAY;
#[cfg(feature = "zones")]
use crate::source::did_you_mean;

/// A time zone.
#[derive(Clone, Debug)]
pub(crate) enum Zone {
    Utc,
    #[cfg(feature = "zones")]
    Named(TimeZone),
}

/// Why there is none of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NoZone {
    /// There is no such zone.
    #[cfg(feature = "zones")]
    Unknown,
    /// Names of zones are not known to this build.
    #[cfg(not(feature = "zones"))]
    NotBuilt,
}

impl Zone {
    fn named(name: &str) -> Result<Self, NoZone> {
        if matches!(name, "UTC" | "Etc/UTC" | "Z") {
            return Ok(Self::Utc);
        }
        #[cfg(feature = "zones")]
        return TimeZone::get(name).map(Self::Named).map_err(|_| NoZone::Unknown);
        #[cfg(not(feature = "zones"))]
        Err(NoZone::NotBuilt)
    }

    /// The one of a name; else what is wrong with it, and what to do.
    pub(crate) fn read(name: &str) -> Result<Self, (String, Option<String>)> {
        Self::named(name).map_err(|why| match why {
            #[cfg(feature = "zones")]
            NoZone::Unknown => {
                let known = Self::known();
                let help = did_you_mean(name, known.iter().map(String::as_str));
                (format!("`{name}` is no time zone"), help)
            }
            #[cfg(not(feature = "zones"))]
            NoZone::NotBuilt => {
                let help = "write UTC, or turn on the feature `zones`".to_owned();
                (format!("the time zone `{name}` is not known to this build"), Some(help))
            }
        })
    }

    /// The names of some zones, to compare one with.
    #[cfg(feature = "zones")]
    fn known() -> Vec<String> {
        jiff::tz::db().available().map(|name| name.to_string()).collect()
    }

    const fn is_utc(&self) -> bool {
        matches!(self, Self::Utc)
    }

    /// How many seconds the clock is ahead of UTC at this time, in seconds since 1970.
    #[cfg_attr(not(feature = "zones"), allow(unused_variables, reason = "UTC is what it is at any time"))]
    pub(super) fn offset(&self, at: i64) -> i64 {
        match self {
            Self::Utc => 0,
            #[cfg(feature = "zones")]
            Self::Named(zone) => {
                let at = at.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
                Timestamp::from_second(at).map_or(0, |at| i64::from(zone.to_offset(at).seconds()))
            }
        }
    }

    /// How far it is ahead before a local day, and behind it: the same where the clock is not put on that day.
    pub(super) fn around(&self, midnight: i64) -> Option<(i64, i64)> {
        if self.is_utc() {
            return Some((0, 0));
        }
        // No clock is further from UTC than a day; and none is put twice in three days.
        Some((self.offset(midnight.checked_sub(DAY)?), self.offset(midnight.checked_add(2 * DAY)?)))
    }
}
