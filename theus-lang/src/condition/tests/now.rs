//! What time it is, how long ago something was, and what the calendar says of it.

use std::time::Duration;

use super::*;

/// 2024-03-31T00:30:15.25Z: a Sunday, half an hour before clocks in Berlin are put forward.
const NOW: Duration = Duration::from_millis(1_711_845_015_250);

fn world() -> World {
    let now = SystemTime::UNIX_EPOCH + NOW;
    let desk = Desk { opened: Some(now - Duration::from_millis(600_500)), total: 600, ..Desk::default() };
    World { desk, now: Some(now), ..World::default() }
}

fn value(text: &str) -> String {
    match compile(text) {
        Err(problem) => problem.to_string(),
        Ok(expression) => match expression.evaluate(&world()) {
            Ok(value) => value.to_string(),
            Err(error) => error.problem.to_string(),
        },
    }
}

#[test]
fn it_is_a_time_as_any_field_is() {
    for (text, expected) in [
        ("now", "\"2024-03-31T00:30:15.25Z\""),
        ("now == timestamp('2024-03-31T02:30:15.25+02:00')", "true"),
        ("now > '2024-03-31T00:30:15Z' && now <= '2024-03-31T00:30:16Z'", "true"),
        ("domain.opened != null && domain.opened < now", "true"),
        ("string(now).startsWith('2024')", "true"),
        ("now == now", "true"),
        ("has(domain.opened) ? now - domain.opened : duration('0s')", "\"600.500000000\""),
        ("domain.opened != null && now - domain.opened > duration('10m')", "true"),
        ("domain.opened != null && now - domain.opened > duration('10m 1s')", "false"),
        ("domain.opened != null && now - domain.opened > domain.total", "true"),
        ("domain.opened != null && domain.opened + duration('10m 500ms') == now", "true"),
        ("domain.opened != null && duration('10m 500ms') + domain.opened == now", "true"),
        ("now - duration('1d') == timestamp('2024-03-30T00:30:15.25Z')", "true"),
        ("now + 15 == timestamp('2024-03-31T00:30:30.25Z') && now - 15 < now", "true"),
        ("duration('1h 30m') == 5400 && duration('500ms') == 0.5 && duration('1h') * 2 == duration('2h')", "true"),
        ("now + domain.big * domain.big", "\"2024-03-31T00:30:15.25Z\""),
        ("now + 170141183460469231731687303715884105727", "it is a time that no clock shows"),
    ] {
        let text = text.replace("170141183460469231731687303715884105727", "9223372036854775807 * 9223372036854775807");
        assert_eq!(value(&text), expected, "{text}");
    }
}

#[test]
fn the_calendar_is_that_of_a_zone() {
    for (text, expected) in [
        ("now.getFullYear()", "2024"),
        ("now.getMonth()", "2"),
        ("now.getDate()", "31"),
        ("now.getDayOfMonth()", "30"),
        ("now.getDayOfWeek()", "0"),
        ("now.getDayOfYear()", "90"),
        ("now.getHours()", "0"),
        ("now.getMinutes()", "30"),
        ("now.getSeconds()", "15"),
        ("now.getMilliseconds()", "250"),
        ("now.getHours('UTC')", "0"),
        ("now.getHours('Europe/Berlin')", "1"),
        ("(now + duration('30m')).getHours('Europe/Berlin')", "3"),
        ("now.getDayOfWeek('America/New_York')", "6"),
        ("timestamp('1969-12-31T23:59:59.999Z').getMilliseconds()", "999"),
        ("timestamp('2023-12-31T00:00:00Z').getDayOfYear()", "364"),
        ("now.getHours('UTC') in [0, 1] && now.getDayOfWeek() == 0", "true"),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn what_asks_for_it_says_so() {
    let asks = |text: &str| compile(text).unwrap().asks_now();
    assert!(asks("now > timestamp('2024-01-01T00:00:00Z')") && asks("domain.items.all(x, now.getHours() > x)"));
    assert!(!asks("domain.total > 3") && !asks("timestamp('2024-01-01T00:00:00Z').getHours() == 0"));
    assert!(compile("now == now").unwrap().reads().is_empty());
}

#[test]
fn what_is_called_so_comes_before_it() {
    let item = compile_with("now > 3", None, &[("now", i64::shape())]).unwrap();
    assert!(!item.asks_now());
    let variable = compile("domain.items.exists(now, now > 3)").unwrap();
    assert!(!variable.asks_now() && !variable.holds(&world()).unwrap());
}

#[test]
fn where_nobody_knows_the_time_there_is_no_value() {
    let now = compile("now > timestamp('2024-01-01T00:00:00Z')").unwrap();
    let error = now.holds(&World::default()).unwrap_err();
    assert_eq!(&*error.problem, "a value that cannot be looked into and a time have no order");
}

#[test]
fn wrong_uses_are_refused_and_say_what_to_write() {
    let said = |text: &str| {
        let problem = compile(text).unwrap_err();
        format!("{:?} {}; {}", problem.span, problem.message, problem.help.unwrap_or_default())
    };
    for (text, expected) in [
        (
            "now > 5",
            "0..7 `now` is a time and `5` is an integer: neither is less than the other; how long it is from one time to another is their difference: `now - domain.x > duration('10m')`",
        ),
        ("now + now == now", "0..9 `now` is a time and `now` is a time: they cannot be added; "),
        (
            "now * 2 == now",
            "0..7 `now` is a time and `2` is an integer: they cannot be multiplied; how long it is from one time to another is their difference: `now - domain.x > duration('10m')`",
        ),
        (
            "now - domain.ratio < now",
            "0..18 `now` is a time and `domain.ratio` is a float: one cannot be taken from the other; how long it is from one time to another is their difference: `now - domain.x > duration('10m')`",
        ),
        (
            "now - domain.opened > 3",
            "6..19 `domain.opened` need not be there; ask before: `has(domain.opened) && ..`, or `domain.opened != null && ..`",
        ),
        ("now() > domain.opened", "0..3 there is no function `now`; write `now`"),
        (
            "today > domain.opened",
            "0..5 `today` means nothing here; what time it is, is `now`; how long ago something was, `now - domain.x`; the hour, `now.getHours('UTC')`",
        ),
        ("nwo == null", "0..3 `nwo` means nothing here; did you mean `now`?"),
        (
            "now.hour > 5",
            "4..8 `now` is a time and has no field `hour`; what the calendar says of it is a function: `now.getHours('UTC')`",
        ),
        ("now.getHour() > 5", "4..11 there is no function `getHour`; the hour of a time is `now.getHours('UTC')`"),
        ("now.getHours('UTC', 1) > 5", "0..22 `getHours` takes 0 or 1 arguments, not 2; "),
        ("getHours(now) > 5", "0..8 `getHours` stands after what it is asked of: `value.getHours(..)`; "),
        ("now.getHours('Europe/Berln') > 5", "13..27 `Europe/Berln` is no time zone; did you mean `Europe/Berlin`?"),
        (
            "now.getHours(domain.owner) > 5",
            "13..25 the time zone is a text that is written out; such as 'UTC' or 'Europe/Berlin'",
        ),
        (
            "domain.total.getHours() > 5",
            "0..12 `domain.total` is an integer, and a moment in time is needed here; such as `now`, or a field that is one",
        ),
        (
            "duration('10') > 5",
            "9..13 \"10\" is no length of time: `10` has no unit; write whole numbers with units, such as '30s', '1h 30m' or '500ms'",
        ),
        (
            "duration(domain.total) > 5",
            "9..21 `duration` takes a text that is written out; a length of time is a number of seconds: a field that is one is compared as it is",
        ),
    ] {
        assert_eq!(said(text), expected, "{text}");
    }
}
