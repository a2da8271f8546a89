//! What comes when, against dates that are written out and a search minute by minute; and what is refused.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::time::{Duration, SystemTime};

use super::{Cron, from_seconds, seconds};
use crate::context::{Time, TimeKind};

fn cron(text: &str) -> Cron {
    Cron::parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"))
}

fn at(text: &str) -> SystemTime {
    let nanos = Time::parse(TimeKind::Instant, text).unwrap().nanos;
    from_seconds(i64::try_from(nanos / 1_000_000_000).unwrap()).unwrap()
}

/// The next so many, as text.
fn next(text: &str, after: &str, count: usize) -> Vec<String> {
    let (cron, mut now, mut found) = (cron(text), at(after), Vec::new());
    for _ in 0..count {
        now = cron.after(now).unwrap();
        found.push(Time::from(now).to_string());
    }
    found
}

#[test]
fn each_part_is_a_number_a_name_a_range_a_list_or_steps() {
    for (text, after, expected) in [
        ("0 8 * * 1-5", "2026-11-27T08:00:00Z", "2026-11-30T08:00:00Z"),
        ("0 8 * * MON-fri", "2026-11-27T08:00:00Z", "2026-11-30T08:00:00Z"),
        ("* * * * *", "2026-11-27T08:00:59Z", "2026-11-27T08:01:00Z"),
        ("*/15 * * * *", "2026-11-27T08:45:00Z", "2026-11-27T09:00:00Z"),
        ("7/20 * * * *", "2026-11-27T08:28:00Z", "2026-11-27T08:47:00Z"),
        ("5,35 8-10/2 * * *", "2026-11-27T08:35:00Z", "2026-11-27T10:05:00Z"),
        ("0 0 1 JAN *", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("0 0 29 2 *", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"),
        ("0 0 31 * *", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z"),
        ("0 0 * * 0", "2026-11-27T00:00:00Z", "2026-11-29T00:00:00Z"),
        ("0 0 * * 7", "2026-11-27T00:00:00Z", "2026-11-29T00:00:00Z"),
        ("0 0 * * 6-7", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z"),
        // Either of the two days will do.
        ("0 0 13 * FRI", "2026-11-01T00:00:00Z", "2026-11-06T00:00:00Z"),
        ("0 0 13 * FRI", "2026-12-11T00:00:00Z", "2026-12-13T00:00:00Z"),
        ("  0   8 * * *   UTC ", "1969-12-31T07:59:59Z", "1969-12-31T08:00:00Z"),
    ] {
        assert_eq!(next(text, after, 1), [expected], "{text}");
    }
    assert_eq!(cron("  0   8 * * *   UTC ").text(), "0 8 * * * UTC");
}

#[test]
fn what_is_wrong_is_told_where_it_is() {
    for (text, part, message, help) in [
        ("", "", "it has 0 parts, not five", "minute, hour"),
        ("0 8 * *", "0 8 * *", "it has 4 parts", "Europe/Berlin"),
        ("0 0 8 * * 1-5", "1-5", "`1-5` is no time zone", "seconds are not said"),
        ("0 0 8 * * MON", "MON", "is no time zone", "seconds are not said"),
        ("60 8 * * *", "60", "60 is not a minute", "a minute is from 0 to 59"),
        ("0 24 * * *", "24", "24 is not an hour", "from 0 to 23"),
        ("0 0 0 * *", "0", "0 is not a day of the month", "from 1 to 31"),
        ("0 0 1 13 *", "13", "13 is not a month", ""),
        ("0 0 * * 8", "8", "8 is not a day of the week", "from 0 to 7"),
        ("0 0 * * MNO", "MNO", "`MNO` is not a day of the week", "did you mean `MON`?"),
        ("0 0 * FBE *", "FBE", "is not a month", "did you mean `FEB`?"),
        ("a 0 * * *", "a", "`a` is not a minute", ""),
        ("1,,2 0 * * *", "", "`` is not a minute", ""),
        ("*/0 0 * * *", "0", "`0` is no step for a minute", ""),
        ("*/x 0 * * *", "x", "`x` is no step", ""),
        ("0 18-8 * * *", "18-8", "ends before it begins", "`18-23,0-8`"),
        ("-5 0 * * *", "", "is not a minute", ""),
        ("+5 0 * * *", "+5", "is not a minute", ""),
        ("0 0 30 2 *", "30 2", "it never comes", ""),
        ("0 0 31 4,6,9,11 *", "31 4,6,9,11", "it never comes", ""),
        ("@daily", "@daily", "is not known here", "\"0 0 * * *\""),
        ("@noon", "@noon", "is not known here", "minute, hour"),
        ("99999999999999999999 0 * * *", "99999999999999999999", "is not a minute", ""),
    ] {
        let wrong = Cron::parse(text).unwrap_err();
        let told = text[wrong.span.clone()].to_owned();
        assert!(wrong.message.contains(message) && wrong.help.contains(help), "{text}: {wrong:?}");
        assert_eq!(told, part, "{text}: {wrong:?}");
    }
    assert!(Cron::parse(&"1,".repeat(1_000)).unwrap_err().message.contains("longer than 256"));
    // The nearest that pass.
    for right in ["59 23 31 12 7", "0 0 29 2 *", "0 0 30 2 MON", "0 0 30 1-2 *", "0 18-23,0-8 * * *", "*/59 0 * * *"] {
        cron(right);
    }
}

#[test]
fn how_many_there_are_is_counted_and_of_very_many_about() {
    let daily = cron("0 8 * * *");
    assert_eq!(daily.between(at("2026-11-01T08:00:00Z"), at("2026-11-01T08:00:00Z")), 0);
    assert_eq!(daily.between(at("2026-11-01T08:00:00Z"), at("2026-11-04T08:00:00Z")), 3);
    assert_eq!(daily.between(at("2026-11-01T08:00:00Z"), at("2026-11-04T07:59:59Z")), 2);
    let each = cron("* * * * *").between(at("2000-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"));
    let exactly = 26 * 365 * 1_440 + 7 * 1_440;
    assert!(each.abs_diff(exactly) < exactly / 100, "{each} of {exactly}");
}

#[test]
fn dates_at_the_edge_of_what_there_is_are_none_and_no_panic() {
    let daily = cron("0 8 * * *");
    let far = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(i64::MAX.unsigned_abs())).unwrap();
    assert_eq!(daily.after(far), None);
    assert_eq!(seconds(SystemTime::UNIX_EPOCH - Duration::from_millis(1_500)), Some(-2));
    for seconds in [-1_i64 << 60, -(1 << 50), 1 << 50, 1 << 60, i64::MAX - 86_400] {
        if let Some(time) = from_seconds(seconds) {
            assert!(daily.after(time).is_none_or(|next| next > time));
        }
    }
}

#[cfg(feature = "zones")]
mod zones {
    use super::*;

    #[test]
    fn it_is_the_clock_of_the_place() {
        let berlin = next("0 8 * * 1-5 Europe/Berlin", "2026-03-27T00:00:00Z", 2);
        assert_eq!(berlin, ["2026-03-27T07:00:00Z", "2026-03-30T06:00:00Z"]);
        assert_eq!(next("0 8 * * * Asia/Kathmandu", "2026-01-01T00:00:00Z", 1), ["2026-01-01T02:15:00Z"]);
        // A day of the week is that of the place.
        assert_eq!(next("30 0 * * MON Pacific/Auckland", "2026-06-01T13:00:00Z", 1), ["2026-06-07T12:30:00Z"]);
        let wrong = Cron::parse("0 8 * * * Europe/Berln").unwrap_err();
        assert_eq!(
            (wrong.message.as_str(), wrong.help.as_str()),
            ("`Europe/Berln` is no time zone", "did you mean `Europe/Berlin`?")
        );
    }

    #[test]
    fn a_time_that_the_clock_leaves_out_comes_as_much_later() {
        // On 29 March 2026 it is put from 02:00 to 03:00.
        let days = next("30 2 * * * Europe/Berlin", "2026-03-27T12:00:00Z", 3);
        assert_eq!(days, ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]);
        // One that falls together with another comes once.
        let both = next("30 2,3 * * * Europe/Berlin", "2026-03-28T12:00:00Z", 2);
        assert_eq!(both, ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]);
        // What comes in each hour has no such hour that day.
        let hourly = next("30 * * * * Europe/Berlin", "2026-03-28T23:59:00Z", 3);
        assert_eq!(hourly, ["2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"]);
    }

    #[test]
    fn a_time_that_comes_twice_counts_once_but_for_what_comes_in_each_hour() {
        // On 25 October 2026 it is put from 03:00 to 02:00.
        let days = next("30 2 * * * Europe/Berlin", "2026-10-24T12:00:00Z", 2);
        assert_eq!(days, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
        let hourly = next("30 * * * * Europe/Berlin", "2026-10-24T23:00:00Z", 4);
        assert_eq!(
            hourly,
            ["2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"]
        );
    }

    #[test]
    fn a_clock_that_is_put_at_midnight_loses_nothing() {
        // In Havana 00:00 is 01:00 on 8 March 2026; on Apia the whole of 30 December 2011 was left out.
        assert_eq!(
            next("0 0 * * * America/Havana", "2026-03-07T12:00:00Z", 2),
            ["2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"]
        );
        let apia = next("0 12 * * * Pacific/Apia", "2011-12-29T12:00:00Z", 3);
        assert!(apia.windows(2).all(|pair| pair[0] < pair[1]), "{apia:?}");
    }

    /// Minute by minute, by another way from the clock to the calendar.
    fn naive(text: &str, zone: &str, after: i64, until: i64) -> Vec<i64> {
        let parts: Vec<&str> = text.split(' ').collect();
        let (minute, hour): (i8, Option<i8>) = (parts[0].parse().unwrap(), parts[1].parse().ok());
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        let mut found = Vec::new();
        let mut seen = None;
        for at in ((after / 60 + 1)..=until / 60).map(|minutes| minutes * 60) {
            let now = jiff::Timestamp::from_second(at).unwrap().to_zoned(zone.clone());
            let (date, time) = (now.date(), now.time());
            let comes = match hour {
                None => time.minute() == minute,
                Some(hour) => time.hour() == hour && time.minute() == minute && seen != Some(date),
            };
            if comes {
                found.push(at);
                seen = Some(date);
            }
        }
        found
    }

    #[test]
    fn years_of_it_are_those_that_a_search_minute_by_minute_finds() {
        // Times of day that no clock leaves out: a search that only looks does not see those.
        let begin = seconds(at("2025-12-31T22:00:00Z")).unwrap();
        let end = seconds(at("2026-12-31T22:00:00Z")).unwrap();
        for zone in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca"] {
            for text in ["30 * * * *", "17 5 * * *", "45 23 * * *"] {
                let cron = cron(&format!("{text} {zone}"));
                let (mut at, mut found) = (begin, Vec::new());
                while let Some(next) = cron.next(at).filter(|next| *next <= end) {
                    found.push(next);
                    at = next;
                }
                assert_eq!(found, naive(text, zone, begin, end), "{text} {zone}");
            }
        }
    }
}
