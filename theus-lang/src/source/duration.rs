//! Times as people write them: `30s`, `500ms`, `1h 30m`. Workflows and recipes have them.

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
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
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

/// `30s`, `1m 30s`, `500ms`: as files write it.
pub(crate) fn shown(duration: Duration) -> String {
    let mut rest = duration.as_nanos();
    let mut words = Vec::new();
    let units = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
        (1, "ns"),
    ];
    for (unit, name) in units {
        if rest >= unit {
            words.push(format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    if words.is_empty() { "0s".to_owned() } else { words.join(" ") }
}

/// The same as files here write it, of a time of ISO 8601, which BPMN and others have.
pub(crate) fn of_iso(text: &str) -> Option<String> {
    let ours = text.strip_prefix('P').map(|rest| rest.replacen('T', "", 1).to_ascii_lowercase())?;
    // Before the `T` an `M` is months.
    let has_months = text.split('T').next().is_some_and(|days| days.contains('M'));
    (!text.contains('.') && !has_months && parse(&ours).is_ok()).then_some(ours)
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
