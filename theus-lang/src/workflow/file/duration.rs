//! Times as people write them: `30s`, `500ms`, `1h 30m`.

use std::time::Duration;

/// What each unit is, in nanoseconds.
const UNITS: [(&[&str], u64); 8] = [
    (&["ns", "nsec", "nanos"], 1),
    (&["us", "µs", "usec", "micros"], 1_000),
    (&["ms", "msec", "millis"], 1_000_000),
    (&["s", "sec", "secs", "second", "seconds"], 1_000_000_000),
    (&["m", "min", "mins", "minute", "minutes"], 60_000_000_000),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600_000_000_000),
    (&["d", "day", "days"], 86_400_000_000_000),
    (&["w", "week", "weeks"], 604_800_000_000_000),
];

/// Reads a sum of whole numbers with units; says why it is none.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let mut rest = text.trim();
    let mut nanos = 0_u64;
    if rest.is_empty() {
        return Err("there is no time in it".to_owned());
    }
    while !rest.is_empty() {
        let (number, after) = split(rest, |c| c.is_ascii_digit());
        let (unit, after) = split(after.trim_start(), char::is_alphabetic);
        if number.is_empty() {
            return Err(format!("`{rest}` does not begin with a whole number"));
        }
        if unit.is_empty() {
            return Err(match after.chars().next() {
                Some('.' | ',') => format!("`{text}` is a fraction: write it in a smaller unit"),
                _ => format!("`{number}` has no unit"),
            });
        }
        let Some((_, factor)) = UNITS.iter().find(|(names, _)| names.contains(&unit)) else {
            return Err(format!("`{unit}` is no unit of time"));
        };
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*factor));
        match part.and_then(|part| nanos.checked_add(part)) {
            Some(sum) => nanos = sum,
            None => return Err("it is too long".to_owned()),
        }
        rest = after.trim_start();
    }
    Ok(Duration::from_nanos(nanos))
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_units_are_times() {
        let millis = |text| parse(text).map(|time| time.as_millis());
        assert_eq!(millis("30s"), Ok(30_000));
        assert_eq!(millis("500ms"), Ok(500));
        assert_eq!(millis(" 1h 30m 2 sec"), Ok(5_402_000));
        assert_eq!(millis("2weeks1d"), Ok(15 * 86_400_000));
        assert_eq!(parse("7µs").map(|time| time.as_nanos()), Ok(7_000));
    }

    #[test]
    fn anything_else_says_why() {
        let why = |text| parse(text).map_or_else(|why| why, |time| format!("{time:?}"));
        assert_eq!(why(""), "there is no time in it");
        assert_eq!(why("30"), "`30` has no unit");
        assert_eq!(why("1.5s"), "`1.5s` is a fraction: write it in a smaller unit");
        assert_eq!(why("5 lightyears"), "`lightyears` is no unit of time");
        assert_eq!(why("soon"), "`soon` does not begin with a whole number");
        assert_eq!(why("-3s"), "`-3s` does not begin with a whole number");
        assert_eq!(why("99999999999w"), "it is too long");
        assert_eq!(why("99999999999999999999999s"), "it is too long");
    }
}
