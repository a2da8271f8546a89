//! What becomes of a chain that fails.

use std::time::Duration;

use theus_core::workflow::{Cause, Fault, Status};

use super::workflow_world::{Shop, desk, log, of, runs, seconds, shop_with, state};

const RETRYING: &str = "
states:
  S:
    entry: [{ run: ask, retry: { attempts: 4, backoff: 1s, factor: 2, longest: 3s, on: [Busy] } }]
    events: { EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }
  E: { final: true }
  LOST: { final: true }
";

#[test]
fn a_declared_error_is_tried_again_with_longer_waits() {
    let (mut desk, engine, outside, clock) = desk(RETRYING);
    outside.refuse(3);
    let handled = desk.run_until_final().unwrap();
    assert_eq!((desk.state(), outside.asked(), runs(&handled).len()), ("E", 4, 4));
    assert_eq!(log(&engine), ["asked"]);
    // 1, 2 and 3 seconds, of each of which between a half and all is waited.
    assert!((3.0..=6.0).contains(&seconds(&clock)), "{}", seconds(&clock));
}

#[test]
fn the_same_seed_waits_the_same_and_another_one_otherwise() {
    let waited = |seed| {
        let (desk, _, outside, clock) = desk(RETRYING);
        outside.refuse(3);
        desk.seed(seed).run_until_final().unwrap();
        seconds(&clock)
    };
    assert_eq!(waited(1).to_bits(), waited(1).to_bits());
    assert_ne!(waited(1).to_bits(), waited(2).to_bits());
}

#[test]
fn tries_come_to_an_end() {
    let (mut desk, engine, outside, _) = desk(RETRYING);
    outside.refuse(9);
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), outside.asked()), ("LOST", 4));
    assert!(log(&engine).is_empty());
}

#[test]
fn until_idle_does_not_wait_for_a_try_and_the_chain_stays_where_it_is() {
    let (mut desk, _, outside, clock) = desk(RETRYING);
    outside.refuse(1);
    assert!(desk.run_until_idle().unwrap().is_empty(), "its chain is not over");
    assert_eq!((outside.asked(), desk.process_event().unwrap().is_none()), (1, true));
    clock.advance(Duration::from_secs(1));
    desk.run_until_idle().unwrap();
    assert_eq!((outside.asked(), desk.state()), (2, "E"));
}

#[test]
fn an_error_that_is_not_listed_is_not_tried_again() {
    let flow = "
states:
  S: { entry: [{ run: charge, with: { amount: 500 }, retry: { attempts: 5, backoff: 1s, on: [Busy] } }], events: { EVT_CHAIN_FAIL: E } }
  E: { final: true }
";
    let (mut desk, _, _, clock) = desk(flow);
    let handled = desk.run_until_final().unwrap();
    assert_eq!((runs(&handled), seconds(&clock)), (vec!["charge"], 0.0));
}

#[test]
fn a_process_that_takes_too_long_is_dropped_and_rolled_back() {
    let flow = "
states:
  S: { entry: [a, { run: wait, timeout: 5s }, b], events: { EVT_CHAIN_FAIL: LOST, EVT_CHAIN_DONE: E } }
  LOST: { final: true }
  E: { final: true }
";
    let (mut late, engine, outside, clock) = desk(flow);
    let handled = late.run_until_final().unwrap();
    assert_eq!((late.state(), log(&engine), outside.waiting()), ("LOST", vec!["a".to_owned()], 0));
    assert_eq!(seconds(&clock), 5.0);
    let fault = Fault::TimedOut { process: "wait", after: Duration::from_secs(5) };
    assert_eq!(handled[0].fault, Some(fault));
    let (mut in_time, engine, outside, _) = desk(flow);
    outside.open();
    in_time.run_until_final().unwrap();
    assert_eq!((in_time.state(), log(&engine)), ("E", ["a", "waited", "b"].map(str::to_owned).to_vec()));
}

#[test]
fn errors_lead_where_the_step_says_else_the_state_else_the_states_around_it() {
    let flow = |step: &str, inner: &str, outer: &str| {
        format!(
            "
states:
  OUT:
    initial: IN
    on_error: {{ {outer} }}
    events: {{ EVT_CHAIN_FAIL: FAILED, EVT_CHAIN_DONE: FAILED }}
    states: {{ IN: {{ entry: [{{ run: refuse, on_error: {{ {step} }} }}], on_error: {{ {inner} }} }} }}
  BY_STEP: {{ final: true }}
  BY_INNER: {{ final: true }}
  BY_OUTER: {{ final: true }}
  FAILED: {{ final: true }}
"
        )
    };
    for (step, inner, outer, expected) in [
        ("TooMuch: BY_STEP", "TooMuch: BY_INNER", "TooMuch: BY_OUTER", "BY_STEP"),
        ("", "TooMuch: BY_INNER", "TooMuch: BY_OUTER", "BY_INNER"),
        ("", "", "'*': BY_OUTER", "BY_OUTER"),
        ("", "", "", "FAILED"),
    ] {
        let (mut desk, ..) = desk(&flow(step, inner, outer));
        let handled = desk.run_until_final().unwrap();
        assert_eq!(desk.state(), expected);
        let by_error = handled.iter().any(|handled| handled.cause == Cause::Error);
        assert_eq!(by_error, expected != "FAILED");
    }
}

#[test]
fn a_panic_is_no_declared_error() {
    let flow = "
states:
  S: { entry: burst, on_error: { '*': LOST }, events: { EVT_CHAIN_FAIL: E } }
  LOST: { final: true }
  E: { final: true }
";
    let (mut desk, ..) = desk(flow);
    desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "E");
}

#[test]
fn the_end_of_a_failed_chain_says_what_failed() {
    let flow = "
states:
  S:
    entry: refuse
    events:
      EVT_CHAIN_FAIL:
        - { to: LOST, when: \"event.error == 'Busy'\" }
        - { to: E, when: \"event.error == 'TooMuch' && event.process == 'refuse' && event.message == 'too much: 0'\" }
  LOST: { final: true }
  E: { final: true }
";
    let (mut desk, ..) = desk(flow);
    desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "E");
}

const ORDER: &str = "
states:
  S:
    entry:
      - { run: charge, with: { amount: 10 }, compensate: { run: refund, with: { amount: '${ domain.total }' } } }
      - { run: charge, with: { amount: 20 }, compensate: { run: refund, with: { amount: 20 } } }
      - b
      - LAST
    events: { EVT_CHAIN_FAIL: LOST, EVT_CHAIN_DONE: E }
  LOST: { final: true }
  E: { final: true }
";

#[test]
fn what_a_chain_has_committed_is_made_good_the_latest_first() {
    let (mut failing, engine, ..) = desk(&ORDER.replace("LAST", "refuse"));
    let handled = failing.run_until_final().unwrap();
    assert_eq!(failing.state(), "LOST");
    // The first refund is of the total as it was right after its commit.
    assert_eq!(log(&engine), ["charge 10", "charge 20", "b", "refund 20", "refund 10"]);
    assert_eq!(state(&engine).total, 0);
    let made_good: Vec<_> = handled[0].compensations.iter().map(|step| step.process).collect();
    assert_eq!(made_good, ["refund", "refund"]);
    assert_eq!(handled[0].failure().unwrap().process, "refuse");
    let (mut well, engine, ..) = desk(&ORDER.replace("LAST", "a"));
    well.run_until_final().unwrap();
    assert_eq!((well.state(), state(&engine).total), ("E", 30));
}

#[test]
fn a_compensation_that_fails_is_on_record_and_the_others_run() {
    let flow = "
states:
  S:
    entry:
      - { run: charge, with: { amount: 10 }, compensate: { run: refund, with: { amount: 10 } } }
      - { run: a, compensate: burst }
      - refuse
    events: { EVT_CHAIN_FAIL: E }
  E: { final: true }
";
    let (mut desk, engine, ..) = desk(flow);
    let handled = desk.run_until_final().unwrap();
    assert_eq!(log(&engine), ["charge 10", "a", "refund 10"]);
    let ended: Vec<_> = handled[0].compensations.iter().map(|step| (step.process, step.result.is_ok())).collect();
    assert_eq!(ended, [("burst", false), ("refund", true)]);
    assert!(desk.trace().to_string().contains("compensation burst: rolled back"), "{}", desk.trace());
}

#[test]
fn elements_of_a_loop_are_made_good_each_with_its_own() {
    let flow = "
states:
  S:
    entry:
      - flux: for_each
        in: domain.items
        as: item
        do: [{ run: charge, with: { amount: '${ item }' }, compensate: { run: refund, with: { amount: '${ item }' } } }]
    events: { EVT_CHAIN_FAIL: E }
  E: { final: true }
";
    let (engine, _) = super::workflow_world::shop(Shop { items: vec![1, 2, 500], ..Shop::default() });
    of(&engine, flow).run_until_final().unwrap();
    assert_eq!(log(&engine), ["charge 1", "charge 2", "refund 2", "refund 1"]);
}

#[test]
fn one_of_several_side_by_side_that_fails_has_the_others_made_good() {
    let flow = "
states:
  S:
    entry:
      - parallel:
          - { run: add, with: { n: 7 }, compensate: { run: add, with: { n: -7 } } }
          - { run: refuse }
    on_error: { TooMuch: E }
  E: { final: true }
";
    let (mut desk, engine, ..) = desk(flow);
    let handled = desk.run_until_final().unwrap();
    assert_eq!((desk.state(), state(&engine).total), ("E", 0));
    assert_eq!(handled[0].failure().unwrap().process, "refuse");
}

#[test]
fn one_of_several_side_by_side_that_is_late_is_given_up_alone() {
    let flow = "
states:
  S:
    entry:
      - parallel:
          - { run: wait, timeout: 3s }
          - { run: add, with: { n: 7 }, compensate: { run: add, with: { n: -5 } } }
    on_error: { Timeout: E }
  E: { final: true }
";
    let (mut desk, engine, _, clock) = desk(flow);
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), state(&engine).total, seconds(&clock)), ("E", 2, 3.0));
}

const AUDITED: &str = "
states:
  S:
    entry:
      - { run: charge, with: { amount: 10 }, compensate: { run: refund, with: { amount: 10 } } }
      - { run: add, with: { n: 1000 } }
    events: { EVT_CHAIN_FAIL: E }
  E: { final: true }
";

#[test]
fn level_a_makes_good_what_was_committed_and_ends_the_workflow() {
    let recipe = "process_recipes: { add: { inputs: [ { field: n, max: 100, level: A } ] } }";
    let (engine, _) = shop_with(Shop::default(), recipe);
    let mut desk = of(&engine, AUDITED);
    desk.run_until_idle().unwrap();
    assert!(matches!(desk.status(), Status::Aborted { .. }), "{:?}", desk.status());
    assert_eq!(log(&engine), ["charge 10", "refund 10"]);
    assert!(desk.process_event().is_err());
}

#[test]
fn level_s_halts_and_what_was_committed_is_made_good_after_the_reset() {
    let recipe = "process_recipes: { add: { inputs: [ { field: n, max: 100, level: S } ] } }";
    let (engine, _) = shop_with(Shop::default(), recipe);
    let mut desk = of(&engine, AUDITED);
    desk.run_until_idle().unwrap();
    assert!(matches!(desk.status(), Status::Halted { .. }));
    assert_eq!(log(&engine), ["charge 10"]);
    assert!(desk.run_until_idle().is_err());
    engine.reset_interlock("R. Lee", "looked into it").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine)), ("E", ["charge 10", "refund 10"].map(str::to_owned).to_vec()));
}

/// How often a run that takes longer than 5 seconds is tried, and where that leads.
fn tries(step: &str) -> (usize, String) {
    let flow = format!(
        "
states:
  S: {{ entry: {step}, on_error: {{ Timeout: LATE }}, events: {{ EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: E }} }}
  LATE: {{ final: true }}
  E: {{ final: true }}
"
    );
    let (mut desk, ..) = desk(&flow);
    desk.run_until_final().unwrap();
    (desk.trace().to_string().matches("not done in time").count(), desk.state().to_owned())
}

/// A step that is never done in time, with a retry.
fn late(on: &str) -> String {
    format!("{{ run: wait_for, timeout: 5s, retry: {{ attempts: 3, backoff: 1s{on} }} }}")
}

fn is_tried_again_only_where_it_is_named(step: impl Fn(&str) -> String) {
    assert_eq!(tries(&step("")), (1, "LATE".to_owned()), "nobody knows what it had done outside by then");
    assert_eq!(tries(&step(", on: [Busy]")), (1, "LATE".to_owned()));
    assert_eq!(tries(&step(", on: [Busy, Timeout]")), (3, "LATE".to_owned()));
}

#[test]
fn a_retry_that_names_no_errors_is_for_declared_ones_and_not_for_a_time_that_is_over() {
    is_tried_again_only_where_it_is_named(late);
}

#[test]
fn so_it_is_with_one_of_several_side_by_side() {
    is_tried_again_only_where_it_is_named(|on| format!("{{ parallel: [{}, {{ run: a }}] }}", late(on)));
}

#[test]
fn of_several_side_by_side_that_fail_the_first_in_the_file_is_why_the_chain_does() {
    // One refuses at once, the other after it has thought.
    let (quick, slow) = ("{ run: refuse_too, on_error: { '*': QUICK } }", "{ run: doubt, on_error: { '*': SLOW } }");
    for (first, second, expected) in [(quick, slow, "QUICK"), (slow, quick, "SLOW")] {
        let flow = format!(
            "
states:
  S: {{ entry: [{{ parallel: [{first}, {second}] }}] }}
  QUICK: {{ final: true }}
  SLOW: {{ final: true }}
"
        );
        let (mut desk, ..) = desk(&flow);
        desk.run_until_final().unwrap();
        assert_eq!(desk.state(), expected);
    }
}

#[test]
fn a_violation_of_level_a_is_why_the_chain_fails_wherever_it_stands() {
    let recipe = "process_recipes: { add: { inputs: [ { field: n, max: 100, level: A } ] } }";
    let (bad, other) = ("{ run: add, with: { n: 500 } }", "{ run: refuse_too }");
    for (first, second) in [(bad, other), (other, bad)] {
        let flow = format!(
            "states: {{ S: {{ entry: [{{ parallel: [{first}, {second}] }}], events: {{ EVT_CHAIN_FAIL: E }} }}, E: {{ final: true }} }}"
        );
        let (engine, _) = shop_with(Shop::default(), recipe);
        let mut desk = of(&engine, &flow);
        desk.run_until_idle().unwrap();
        assert!(matches!(desk.status(), Status::Aborted { .. }), "{first}: {:?}", desk.status());
    }
}
