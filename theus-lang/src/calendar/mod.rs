//! Times by the calendar, as `cron` writes them: `0 8 * * 1-5 Europe/Berlin`.
//!
//! Pure: whoever has a clock asks for the next one after a time.

mod civil;
mod field;
mod parse;
mod part;
mod zone;

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) use parse::Wrong;
pub(crate) use part::CalendarPart;
pub(crate) use zone::Zone;

use civil::DAY;
use field::{Field, Minutes};

const MINUTE: i64 = 60;
/// The longest that there can be between two: from one 29 February to the next across a year such as 2100, and a day more.
const LONGEST_DAYS: i64 = 8 * 366 + 2;
/// How many that were missed are counted one by one.
const MOST_COUNTED: u64 = 10_000;

/// Minutes of the calendar in a time zone, as `cron` says them.
///
/// Each of minute, hour, day of the month, month and day of the week (0 and 7 are Sunday) is `*`, a number, a name (`MON`, `JAN`), a range
/// `1-5`, a list `1,15`, or steps `*/15`, `8-18/2`. Where both the day of the month and the day of the week are said, either will do. The
/// zone is a name of the IANA's, else UTC.
///
/// Where the clock is put forward, a time of day that it leaves out comes as much later as it was put forward: 02:30 at 03:30. Where it is put
/// back, a time of day that comes twice counts the first time. Of what comes in each hour (`*` for the hour) nothing is left out and
/// nothing is put off: it comes in each hour that there is.
#[derive(Clone, Debug)]
pub struct Cron {
    text: String,
    minute: Minutes,
    hour: Field,
    day: Field,
    month: Field,
    weekday: Field,
    zone: Zone,
}

impl Cron {
    /// The text that it was made of, with one blank between its parts.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first one after this time; `None` where no clock shows it.
    #[must_use]
    pub fn after(&self, time: SystemTime) -> Option<SystemTime> {
        from_seconds(self.next(seconds(time)?)?)
    }

    /// How many there are after the first time, up to the second: of very many, about how many.
    #[must_use]
    pub fn between(&self, after: SystemTime, until: SystemTime) -> u64 {
        let (Some(begin), Some(until)) = (seconds(after), seconds(until)) else { return 0 };
        let (mut at, mut count) = (begin, 0);
        while let Some(next) = self.next(at).filter(|next| *next <= until) {
            (at, count) = (next, count + 1);
            if count == MOST_COUNTED {
                let per = at.saturating_sub(begin).max(1).unsigned_abs();
                return count.saturating_mul(until.saturating_sub(begin).unsigned_abs()) / per;
            }
        }
        count
    }

    /// In seconds since 1970.
    fn next(&self, after: i64) -> Option<i64> {
        let local = after.checked_add(self.zone.offset(after))?;
        // A day earlier: what a clock that is put forward leaves out comes later than it says.
        let first = local.div_euclid(DAY).checked_sub(1)?;
        let (day, found) = (first..first + LONGEST_DAYS).find_map(|day| Some((day, self.of_day(day, after)?)))?;
        // What a clock that is put forward at midnight leaves out comes on the next day.
        Some(self.of_day(day + 1, after).map_or(found, |next| next.min(found)))
    }

    fn has_day(&self, day: i64) -> bool {
        let (_, month, of_month) = civil::date(day);
        if !self.month.has(month) {
            return false;
        }
        // 1970-01-01 was a Thursday.
        let (by_month, by_week) = (self.day.has(of_month), self.weekday.has((day + 4).rem_euclid(7)));
        match (self.day.is_any, self.weekday.is_any) {
            (false, false) => by_month || by_week,
            _ => by_month && by_week,
        }
    }

    /// The first of a day that is after this time.
    fn of_day(&self, day: i64, after: i64) -> Option<i64> {
        let midnight = day.checked_mul(DAY).filter(|_| self.has_day(day))?;
        let (before, behind) = self.zone.around(midnight)?;
        let minutes = || {
            let hours = (0..24).filter(|hour| self.hour.has(*hour));
            hours.flat_map(|hour| self.minute.each().map(move |minute| (hour * 60 + minute) * MINUTE))
        };
        if before == behind {
            // The clock is not put on that day: its times are in order.
            return minutes().map(|minute| midnight + minute - before).find(|at| *at > after);
        }
        let local = minutes().map(|minute| midnight + minute);
        local.flat_map(|local| self.instants(local, before, behind)).filter(|at| *at > after).min()
    }

    /// When the clock shows this time of a day on which it is put.
    fn instants(&self, local: i64, before: i64, behind: i64) -> impl Iterator<Item = i64> {
        let shows = |offset: i64| Some(local - offset).filter(|at| self.zone.offset(*at) == offset);
        let is_each_hour = self.hour.is_any;
        let (first, second) = match (shows(before), shows(behind)) {
            (Some(first), Some(second)) => (Some(first), is_each_hour.then_some(second)),
            // It leaves it out.
            (None, None) => ((!is_each_hour).then_some(local - before), None),
            (one, other) => (one.or(other), None),
        };
        first.into_iter().chain(second)
    }
}

/// By what they say.
impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Cron {}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whole seconds since 1970, of the second that it is in.
fn seconds(time: SystemTime) -> Option<i64> {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).ok(),
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).ok()?.checked_neg()?;
            whole.checked_sub(i64::from(before.subsec_nanos() > 0))
        }
    }
}

fn from_seconds(seconds: i64) -> Option<SystemTime> {
    let apart = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { UNIX_EPOCH.checked_sub(apart) } else { UNIX_EPOCH.checked_add(apart) }
}

#[cfg(test)]
mod tests;
