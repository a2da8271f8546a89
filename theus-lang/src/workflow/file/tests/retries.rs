//! Trying again: how it is read, what is refused, and how it is written again.

use std::time::Duration;

use super::{load, loads};
use crate::workflow::chart::{Jitter, Retry};

fn of(retry: &str) -> String {
    format!(
        "states:\n  A:\n    entry: {{ run: charge, with: {{ amount: 1, to: x }}, retry: {retry} }}\n    on_error: {{ \"*\": B }}\n    events: {{ EVT_CHAIN_DONE: B }}\n  B: {{ final: true }}\n"
    )
}

/// Where a part of the file stands, which is there once.
fn place(file: &str, part: &str) -> (usize, usize) {
    let found = file.lines().zip(1..).filter_map(|(line, number)| Some((number, line.find(part)? + 1)));
    let found: Vec<(usize, usize)> = found.collect();
    assert_eq!(found.len(), 1, "{part}");
    found[0]
}

fn read(retry: &str) -> Retry {
    let definition = loads(&of(retry));
    let state = definition.state(definition.initial()).unwrap();
    state.entry[0].runs()[0].retry.clone().unwrap()
}

#[test]
fn chance_and_time_are_said() {
    let plain = read("{ attempts: 2, backoff: 1s }");
    assert_eq!((plain.jitter, plain.max_elapsed, plain.attempts), (Jitter::Equal, None, 2));
    let full = read("{ jitter: full, max_elapsed: 1h, attempts: 7 }");
    let hour = Some(Duration::from_secs(3_600));
    assert_eq!((full.jitter, full.max_elapsed, full.attempts), (Jitter::Full, hour, 7));
    // Where time is the bound, how often is none.
    assert_eq!(read("{ jitter: none, max_elapsed: 1h }").attempts, Retry::UNBOUNDED);
    assert_eq!(read("{ max_elapsed: 1h, attempts: 2 }").attempts, 2);
}

#[test]
fn each_error_has_its_own_way_and_what_is_not_said_is_that_of_all() {
    let retry = read(
        "{ backoff: 2s, jitter: none, on: { InsufficientFunds: { attempts: 9 }, AccountClosed: { max_elapsed: 1m, factor: 1 } } }",
    );
    assert_eq!(retry.on, ["InsufficientFunds", "bank::AccountClosed"]);
    let funds = retry.after("InsufficientFunds").unwrap();
    assert_eq!((funds.attempts, funds.backoff, funds.max_elapsed), (9, Duration::from_secs(2), None));
    let closed = retry.after("bank::AccountClosed").unwrap();
    assert_eq!((closed.attempts, closed.jitter), (Retry::UNBOUNDED, Jitter::None));
    assert_eq!((closed.factor, closed.max_elapsed), (1.0, Some(Duration::from_secs(60))));
    assert_eq!(retry.after("Timeout"), None);
    assert_eq!(retry.ways().count(), 2);
    // Said of none: as of all.
    let one = read("{ attempts: 4, on: { AccountClosed: {} } }");
    assert_eq!((one.on.len(), one.after("bank::AccountClosed").map(|way| way.attempts)), (1, Some(4)));
    assert_eq!(one.after("InsufficientFunds"), None);
}

#[test]
fn what_is_wrong_with_it_is_told_at_its_place() {
    for (wrong, code, at, message) in [
        ("{ jitter: ful }", "W027", "ful }", "did you mean `full`?"),
        ("{ jitter: 0.5 }", "W002", "0.5", "`none`, `equal` or `full`"),
        ("{ max_elapsed: 30 }", "W028", "30 }", "has no unit"),
        ("{ max_elapsed: 10ms }", "W028", "{ max_elapsed", "the first wait alone takes 50ms"),
        ("{ max_elapsed: 0s, backoff: 0s }", "W028", "{ max_elapsed", "never tried again"),
        ("{ max_elapsed: 1s, backoff: 0s }", "W027", "{ max_elapsed", "say how often by `attempts`"),
        ("{ max_elapsd: 1s }", "W003", "max_elapsd", "did you mean `max_elapsed`?"),
        ("{ maxElapsedTime: 1s }", "W003", "maxElapsedTime", "here it is `max_elapsed`"),
        ("{ max: 3 }", "W003", "max:", "here it is `attempts`"),
        ("{ on: { AccountClosd: {} } }", "W025", "AccountClosd", "did you mean `AccountClosed`?"),
        (
            "{ on: { AccountClosed: { tries: 3 } } }",
            "W003",
            "tries: 3",
            "unknown key `tries` in `AccountClosed` in `on`",
        ),
        ("{ on: { AccountClosed: { on: [AccountClosed] } } }", "W003", "on: [Acc", "unknown key `on`"),
        ("{ on: { AccountClosed: 3 } }", "W002", "3 } }", "must be a map such as `{ attempts: 3"),
        ("{ on: { AccountClosed: { attempts: 0 } } }", "W002", "0 } }", "a whole number from 1 on"),
        ("{ on: { AccountClosed: {}, 'bank::AccountClosed': {} } }", "W014", "'bank", "is given twice"),
        ("{ on: {} }", "W027", "{} } }", "names no error"),
        ("{ on: { AccountClosed: { max_elapsed: 10ms } } }", "W028", "{ max_elapsed", "never tried again"),
    ] {
        let file = of(wrong);
        let (line, column) = place(&file, at);
        let told = load(&file).unwrap_err().to_string();
        for part in [format!("[{code}]"), format!("desk.yaml:{line}:{column}\n"), message.to_owned()] {
            assert!(told.contains(&part), "{wrong}: {part}\n{told}");
        }
    }
    for right in [
        "{ jitter: full }",
        "{ max_elapsed: 50ms }",
        "{ max_elapsed: 1s, backoff: 0s, attempts: 3 }",
        "{ on: { AccountClosed: {} } }",
        "{ on: { AccountClosed: { max_elapsed: 60ms } } }",
    ] {
        loads(&of(right));
    }
}

#[test]
fn an_error_says_how_long_to_wait_and_what_it_holds_is_checked() {
    for (wrong, code, at, message) in [
        (
            "{ on: { InsufficientFunds: { after: '${ error.retry_aftr }' } } }",
            "W012",
            "retry_aftr",
            "did you mean `retry_after`?",
        ),
        ("{ on: [InsufficientFunds], after: '${ error.note }' }", "W011", "'${ error.note", "this gives a string"),
        ("{ on: [InsufficientFunds], after: '${ error }' }", "W011", "'${ error }", "a number: of seconds"),
        ("{ on: [InsufficientFunds], after: 30s }", "W027", "30s }", "is its `backoff: 30s`"),
        ("{ on: [InsufficientFunds], after: 30 }", "W027", "30 }", "is its `backoff: 30s`"),
        (
            "{ on: [InsufficientFunds], after: error.pause }",
            "W027",
            "error.pause",
            "write `after: \"${ error.retry_after }\"`",
        ),
        ("{ on: [InsufficientFunds], after: [1] }", "W027", "[1]", "one expression in `${ }`"),
        ("{ on: [InsufficientFunds], after: '${ domain.total }' }", "W027", "'${ domain", "does not look at the error"),
        (
            "{ on: [InsufficientFunds], after: '${ event.wait }' }",
            "W012",
            "event.wait",
            "no event is being handled here",
        ),
        (
            "{ on: [InsufficientFunds], after: '${ item.wait }' }",
            "W012",
            "item.wait",
            "known: domain, global, now, error",
        ),
        // Whatever is retried has to say it.
        ("{ after: '${ error.pause }' }", "W027", "'${ error", "derive `serde::Serialize` for `bank::AccountClosed`"),
        ("{ on: { AccountClosed: { after: '${ error.pause }' } } }", "W027", "'${ error", "has no JSON"),
        (
            "{ after: '${ error.pause }', on: { InsufficientFunds: {}, AccountClosed: {} } }",
            "W027",
            "'${ error",
            "what `bank::AccountClosed` holds cannot be looked at",
        ),
        (
            "{ after: '${ error.pause }', on: { InsufficientFunds: { after: '${ error.perhaps }' } } }",
            "W027",
            "'${ error.pause",
            "no error of these says how long to wait",
        ),
        ("{ on: [InsufficientFunds], retry_after: 3 }", "W003", "retry_after", "here it is `after:"),
        ("{ on: [InsufficientFunds], aftr: 3 }", "W003", "aftr", "did you mean `after`?"),
    ] {
        let file = of(wrong);
        let (line, column) = place(&file, at);
        let told = load(&file).unwrap_err().to_string();
        for part in [format!("[{code}]"), format!("desk.yaml:{line}:{column}\n"), message.to_owned()] {
            assert!(told.contains(&part), "{wrong}: {part}\n{told}");
        }
    }
    for (right, says) in [
        ("{ on: [InsufficientFunds], after: '${ error.retry_after }' }", "error.retry_after"),
        ("{ on: [InsufficientFunds], after: '${ error.pause }' }", "error.pause"),
        ("{ on: [InsufficientFunds], after: '${ error.perhaps }' }", "error.perhaps"),
        (
            "{ on: [InsufficientFunds], after: '${ error.retry_after + double(domain.total) }' }",
            "error.retry_after + double(domain.total)",
        ),
        ("{ on: { InsufficientFunds: { after: '${ error.pause }' }, AccountClosed: {} } }", "error.pause"),
        ("{ after: '${ error.pause }', on: { InsufficientFunds: {} } }", "error.pause"),
    ] {
        let retry = read(right);
        assert_eq!(retry.least_after("InsufficientFunds").map(|wait| wait.text()), Some(says), "{right}");
        assert!(retry.least_after("bank::AccountClosed").is_none(), "{right}");
    }
    // That its time was over holds nothing.
    let of = |retry: &str| {
        format!(
            "states:\n  A:\n    entry: {{ run: fetch, timeout: 9s, retry: {retry} }}\n    on_error: {{ \"*\": B }}\n    events: {{ EVT_CHAIN_DONE: B }}\n  B: {{ final: true }}\n"
        )
    };
    let told = load(&of("{ on: { Timeout: { after: '${ error.x }' } } }")).unwrap_err().to_string();
    assert!(told.contains("[W027]") && told.contains("`Timeout` holds nothing"), "{told}");
    loads(&of("{ on: [Timeout, RateLimited], after: '${ error.x }' }"));
    loads(&of("{ after: '${ error.x }', on: { Timeout: {}, RateLimited: {} } }"));
}

#[test]
fn it_is_written_as_it_is_read() {
    for written in [
        "{ attempts: 2, on: [InsufficientFunds], after: '${ error.pause }' }",
        "{ attempts: 2, after: '${ error.pause }', on: { InsufficientFunds: {} } }",
        "{ max_elapsed: 1h, on: { InsufficientFunds: { after: '${ error.pause }' }, AccountClosed: {} } }",
        "{ attempts: 2, jitter: none }",
        "{ max_elapsed: 90s }",
        "{ max_elapsed: 90s, attempts: 2, on: [AccountClosed] }",
        "{ attempts: 2, on: { AccountClosed: { max_elapsed: 1h }, InsufficientFunds: {} } }",
        "{ max_elapsed: 1h, jitter: full, on: { AccountClosed: { jitter: equal, attempts: 3 }, InsufficientFunds: { max_elapsed: 2h } } }",
        "{ attempts: 4, max_elapsed: 1h, on: { AccountClosed: { max_elapsed: 2h }, InsufficientFunds: { backoff: 3s } } }",
    ] {
        let definition = loads(&of(written));
        let data = serde_json::to_string(&definition).unwrap();
        let again = loads(&data);
        let state = again.state(again.initial()).unwrap();
        assert_eq!(state.entry[0].runs()[0].retry.as_ref(), Some(&read(written)), "{data}");
        assert_eq!(serde_json::to_string(&again).unwrap(), data);
    }
}

#[test]
fn a_picture_has_it() {
    let picture = |retry: &str| loads(&of(retry)).to_mermaid();
    assert!(picture("{ attempts: 3 }").contains(" ×3"));
    assert!(picture("{ max_elapsed: 1h }").contains(" ×≤1h"));
    let after = picture("{ attempts: 3, on: [InsufficientFunds], after: '${ error.pause }' }");
    assert!(after.contains(" ×3 after error.pause"), "{after}");
    let each = picture("{ attempts: 3, on: { AccountClosed: { max_elapsed: 1h }, InsufficientFunds: {} } }");
    assert!(each.contains("AccountClosed ×≤1h, InsufficientFunds ×3"), "{each}");
}
