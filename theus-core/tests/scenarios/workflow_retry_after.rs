//! How long an error says to wait before the next try.

use std::time::{Duration, SystemTime};

use theus_core::workflow::{Position, VirtualClock, WorkflowManager};

use super::workflow_world::{desk, of, seconds, shop, state};

/// A call that is told to wait for so long, and what the file makes of that.
fn calling(seconds: &str, retry: &str) -> String {
    format!(
        "
states:
  S:
    entry: {{ run: call, with: {{ seconds: {seconds} }}, retry: {retry} }}
    events: {{ EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }}
  E: {{ final: true }}
  LOST: {{ final: true }}
"
    )
}

/// How long it has taken in all, how often it was asked, where that led to, and what the trace says of the waits.
fn played(seconds_said: &str, retry: &str, refusals: u32) -> (f64, u32, &'static str, Vec<String>) {
    let (desk, _, outside, clock) = desk(&calling(seconds_said, retry));
    let mut desk = desk.traced(100);
    outside.refuse(refusals);
    desk.run_until_final().unwrap();
    let told = desk.trace().to_string();
    let told = told.lines().filter(|line| line.contains("has no value")).map(str::to_owned).collect();
    (seconds(&clock), outside.asked(), if desk.state() == "E" { "E" } else { "LOST" }, told)
}

#[test]
fn it_is_waited_for_as_long_as_the_error_says() {
    let on = |after: &str| {
        format!(
            "{{ attempts: 9, backoff: 1s, factor: 1, jitter: none, on: {{ RateLimited: {{ after: '{after}' }} }} }}"
        )
    };
    for (after, waits) in [
        ("${ error.retry_after }", 90.5),
        // A length of time as the language has it.
        ("${ error.pause }", 90.5),
        ("${ error.retry_after * 2.0 }", 181.0),
        // The data have their say too.
        ("${ error.retry_after + double(domain.total) }", 90.5),
    ] {
        let (took, asked, end, told) = played("90.5", &on(after), 2);
        assert_eq!((took, asked, end, told), (2.0 * waits, 3, "E", Vec::new()), "{after}");
    }
    // What the backoff waits is the least.
    assert_eq!(played("0.25", &on("${ error.retry_after }"), 2).0, 2.0);
    // Of all errors at once; and of an error that says nothing as the backoff has it.
    let all =
        "{ attempts: 9, backoff: 1s, jitter: none, factor: 1, on: [RateLimited], after: '${ error.retry_after }' }";
    assert_eq!(played("30", all, 3).0, 90.0);
    let both = "{ attempts: 9, backoff: 1s, jitter: none, factor: 1, on: { RateLimited: { after: '${ error.retry_after }' }, Busy: {} } }";
    assert_eq!(played("30", both, 3).0, 90.0);
    // What is the longest wait of a backoff bounds no error.
    let longest =
        "{ attempts: 9, backoff: 1s, longest: 2s, jitter: none, on: [RateLimited], after: '${ error.retry_after }' }";
    assert_eq!(played("30", longest, 2).0, 60.0);
    let nothing = "{ attempts: 9, backoff: 0s, on: [RateLimited], after: '${ error.retry_after }' }";
    assert_eq!(played("30", nothing, 2).0, 60.0);
}

#[test]
fn what_is_left_to_chance_comes_on_top_of_it() {
    let waited = |jitter: &str, seed| {
        let retry = format!(
            "{{ attempts: 2, backoff: 8s, jitter: {jitter}, on: {{ RateLimited: {{ after: '${{ error.retry_after }}' }} }} }}"
        );
        let (desk, _, outside, clock) = desk(&calling("20", &retry));
        outside.refuse(1);
        desk.seed(seed).run_until_final().unwrap();
        seconds(&clock)
    };
    let all = |jitter| (0..64).map(|seed| waited(jitter, seed)).collect::<Vec<f64>>();
    assert!(all("none").iter().all(|waited| *waited == 20.0));
    let equal = all("equal");
    assert!(equal.iter().all(|waited| (20.0..=24.0).contains(waited)), "{equal:?}");
    assert!(equal.iter().any(|waited| *waited > 23.0) && equal.iter().any(|waited| *waited < 21.0), "{equal:?}");
    let full = all("full");
    assert!(full.iter().all(|waited| (20.0..=28.0).contains(waited)), "{full:?}");
    assert!(full.iter().any(|waited| *waited > 26.0), "{full:?}");
}

#[test]
fn the_time_of_all_tries_is_over_all_the_same() {
    let retry =
        "{ backoff: 1s, jitter: none, max_elapsed: 1m, on: { RateLimited: { after: '${ error.retry_after }' } } }";
    // At 0, 25 and 50 seconds; at 75 it would be too late, and nothing is waited for.
    assert_eq!(played("25", retry, 99), (50.0, 3, "LOST", Vec::new()));
    assert_eq!(played("61", retry, 99), (0.0, 1, "LOST", Vec::new()));
}

#[test]
fn what_is_no_time_is_waited_as_the_backoff_says_and_told() {
    let on = |after: &str| {
        format!("{{ attempts: 2, backoff: 3s, jitter: none, on: {{ RateLimited: {{ after: '{after}' }} }} }}")
    };
    for (seconds, after, why) in [
        ("-5", "${ error.retry_after }", "-5, which is no length of time in seconds"),
        ("1", "${ error.whole }", "a negative length of time"),
        ("1", "${ error.perhaps }", "it gives nothing"),
        // JSON has no NaN.
        ("-1000", "${ error.retry_after }", "it gives nothing"),
        ("1e300", "${ error.retry_after }", "no length of time"),
        ("31622401", "${ error.retry_after }", "it gives 31622401 seconds, which is more than 366 days"),
        ("1", "${ 1 / (error.whole + 7) }", "division by zero"),
    ] {
        let (took, asked, end, told) = played(seconds, &on(after), 1);
        assert_eq!((took, asked, end), (3.0, 2, "E"), "{seconds} {after}");
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("call: ") && told[0].contains(why), "{told:?}");
    }
    // The nearest that can be waited for.
    assert_eq!(played("31622400", &on("${ error.retry_after }"), 1), (31_622_400.0, 2, "E", Vec::new()));
    assert_eq!(played("0", &on("${ error.retry_after }"), 1), (3.0, 2, "E", Vec::new()));
}

#[test]
fn a_restart_waits_for_what_is_left_of_it() {
    let flow = calling(
        "600",
        "{ attempts: 2, backoff: 1s, jitter: none, on: [RateLimited], after: '${ error.retry_after }' }",
    );
    for (back_at, tried_at) in [(1, 600.0), (599, 600.0), (700, 700.0)] {
        let (mut before, engine, outside, _) = desk(&flow);
        outside.refuse(1);
        before.run_until_idle().unwrap();
        let stored = serde_json::to_string(&before.position()).unwrap();
        let position: Position = serde_json::from_str(&stored).unwrap();
        let (engine, outside) = shop(state(&engine));
        let clock = VirtualClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(back_at));
        let after = WorkflowManager::restore(&engine, before.shared_definition(), &position).unwrap();
        let mut after = after.clock(clock.clone());
        after.run_until_final().unwrap();
        assert_eq!((after.state(), outside.asked(), seconds(&clock)), ("E", 1, tried_at), "back at {back_at}");
    }
}

#[test]
fn invoked_work_and_steps_side_by_side_and_what_makes_good_know_it_too() {
    let retry = "{ attempts: 3, backoff: 1s, jitter: none, on: { RateLimited: { after: '${ error.retry_after }' } } }";
    let invoked = format!(
        "
states:
  S:
    invoke: {{ run: call, with: {{ seconds: 40 }}, retry: {retry}, done: E, on_error: {{ '*': LOST }} }}
  E: {{ final: true }}
  LOST: {{ final: true }}
"
    );
    let several = format!(
        "
states:
  S:
    entry: {{ parallel: [{{ run: call, with: {{ seconds: 40 }}, retry: {retry} }}, {{ run: add, with: {{ n: 1 }} }}] }}
    events: {{ EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }}
  E: {{ final: true }}
  LOST: {{ final: true }}
"
    );
    let good = format!(
        "
states:
  S:
    entry: [{{ run: add, with: {{ n: 1 }}, compensate: {{ run: call, with: {{ seconds: 40 }}, retry: {retry} }} }}, refuse]
    events: {{ EVT_CHAIN_DONE: LOST, EVT_CHAIN_FAIL: E }}
  E: {{ final: true }}
  LOST: {{ final: true }}
"
    );
    for flow in [invoked, several, good] {
        let (mut desk, _, outside, clock) = desk(&flow);
        outside.refuse(2);
        desk.run_until_final().unwrap();
        assert_eq!((desk.state(), outside.asked(), seconds(&clock)), ("E", 3, 80.0), "{flow}");
    }
}

#[test]
fn the_loader_knows_what_the_errors_of_a_program_hold() {
    let (engine, _) = shop(Default::default());
    let refused = |retry: &str| {
        let flow = calling("1", retry);
        WorkflowManager::from_text(&engine, "flow.yaml", &flow).map(drop).unwrap_err().to_string()
    };
    let slip = refused("{ on: { RateLimited: { after: '${ error.retry_aftr }' } } }");
    assert!(slip.contains("retry_aftr") && slip.contains("did you mean `retry_after`?"), "{slip}");
    let hidden = refused("{ on: { Busy: { after: '${ error.retry_after }' } } }");
    assert!(hidden.contains("derive `serde::Serialize` for `Busy`"), "{hidden}");
    of(&engine, &calling("1", "{ on: { RateLimited: { after: '${ error.retry_after }' } } }"));
}
