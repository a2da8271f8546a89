//! Timers.

use std::time::Duration;

use theus_core::workflow::{Cause, WorkflowError};

use super::workflow_world::{Shop, desk, log, of, seconds, shop};

#[test]
fn a_state_that_is_not_left_in_time_is_left_by_its_timer() {
    let flow = "
external: [CMD_GO]
states:
  S: { after: { 30s: LATE }, events: { CMD_GO: E } }
  LATE: { final: true }
  E: { final: true }
";
    let (mut late, _, _, clock) = desk(flow);
    let handled = late.run_until_final().unwrap();
    assert_eq!((late.state(), seconds(&clock), handled[1].cause), ("LATE", 30.0, Cause::Timer));
    let (mut in_time, _, _, clock) = desk(flow);
    in_time.run_until_idle().unwrap();
    clock.advance(Duration::from_secs(29));
    in_time.emit("CMD_GO").unwrap();
    in_time.run_until_final().unwrap();
    assert_eq!(in_time.state(), "E");
}

#[test]
fn until_idle_handles_what_is_due_and_does_not_wait() {
    let (mut desk, _, _, clock) = desk("states: { S: { after: { 30s: E } }, E: { final: true } }");
    desk.run_until_idle().unwrap();
    clock.advance(Duration::from_millis(29_999));
    assert!(desk.run_until_idle().unwrap().is_empty());
    clock.advance(Duration::from_millis(1));
    assert_eq!(desk.run_until_idle().unwrap().len(), 1);
    assert_eq!(desk.state(), "E");
}

#[test]
fn timers_that_are_due_are_handled_in_the_order_in_which_they_were_due() {
    let flow = "
external: [CMD_NOW]
states:
  S:
    after: { 20s: { steps: [b] }, 10s: { steps: [a] }, 30s: E }
    events: { CMD_NOW: { steps: [{ run: note, with: { text: bus } }] } }
  E: { final: true }
";
    let (mut desk, engine, _, clock) = desk(flow);
    desk.run_until_idle().unwrap();
    clock.advance(Duration::from_secs(15));
    desk.emit("CMD_NOW").unwrap();
    clock.advance(Duration::from_secs(10));
    desk.run_until_idle().unwrap();
    assert_eq!(log(&engine), ["a", "bus", "b"], "and an event among them as it came");
    desk.run_until_final().unwrap();
    assert_eq!(seconds(&clock), 30.0);
}

#[test]
fn a_timer_ends_with_its_state_and_begins_anew_with_it() {
    let flow = "
external: [CMD_AGAIN]
states:
  S: { after: { 10s: E }, events: { CMD_AGAIN: S } }
  E: { final: true }
";
    let (mut desk, _, _, clock) = desk(flow);
    desk.run_until_idle().unwrap();
    clock.advance(Duration::from_secs(9));
    desk.emit("CMD_AGAIN").unwrap();
    desk.run_until_idle().unwrap();
    clock.advance(Duration::from_secs(9));
    assert!(desk.run_until_idle().unwrap().is_empty());
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), seconds(&clock)), ("E", 19.0));
}

#[test]
fn a_timer_whose_guard_does_not_hold_is_over() {
    let flow = "
states:
  S: { after: { 10s: { to: LATE, when: domain.total > 0 }, 20s: E } }
  LATE: { final: true }
  E: { final: true }
";
    let (mut desk, _, _, clock) = desk(flow);
    let handled = desk.run_until_final().unwrap();
    assert_eq!((desk.state(), seconds(&clock)), ("E", 20.0));
    assert!(handled[1].cause == Cause::Timer && handled[1].to.is_none());
}

#[test]
fn by_real_time_it_waits() {
    let (engine, _) = shop(Shop::default());
    let mut desk = of(&engine, "states: { S: { after: { 30ms: E } }, E: { final: true } }");
    let begin = std::time::Instant::now();
    desk.run_until_final().unwrap();
    assert!(desk.state() == "E" && begin.elapsed() >= Duration::from_millis(30));
}

#[test]
fn what_can_only_come_from_outside_is_not_waited_for() {
    let flow = "external: [CMD_GO]\nstates: { S: { events: { CMD_GO: E } }, E: { final: true } }";
    let (mut desk, ..) = desk(flow);
    let error = desk.run_until_final().unwrap_err();
    assert!(matches!(error, WorkflowError::Idle { .. }), "{error}");
    assert!(!desk.wait_for("E", Duration::from_secs(60)).unwrap());
    desk.emit("CMD_GO").unwrap();
    assert!(desk.wait_for("E", Duration::from_secs(60)).unwrap());
}

#[test]
fn waiting_for_a_state_ends_when_it_is_entered_or_the_time_is_over() {
    let flow = "
states:
  A: { after: { 10s: B } }
  B: { after: { 10s: C } }
  C: { final: true }
";
    let (mut desk, _, _, clock) = desk(flow);
    assert!(desk.wait_for("A", Duration::ZERO).unwrap());
    assert!(!desk.wait_for("B", Duration::from_secs(4)).unwrap());
    assert_eq!(seconds(&clock), 4.0);
    assert!(desk.wait_for("B", Duration::from_secs(6)).unwrap());
    assert_eq!((desk.state(), seconds(&clock)), ("B", 10.0));
    let error = desk.wait_for("CC", Duration::ZERO).unwrap_err();
    assert_eq!(error.to_string(), "the workflow `flow` has no state `CC`; did you mean `C`?");
}

#[test]
fn a_process_without_errors_is_tried_again_when_its_time_is_over() {
    let flow = "
states:
  S:
    entry:
      - { run: a, compensate: b }
      - { run: wait, timeout: 5s, retry: { attempts: 3, backoff: 0s, on: Timeout }, on_error: { Timeout: E } }
    events: { EVT_CHAIN_DONE: E }
  E: { final: true }
";
    let (mut desk, engine, outside, clock) = desk(flow);
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), seconds(&clock), outside.waiting()), ("E", 15.0, 0));
    assert_eq!(log(&engine), ["a", "b"]);
    assert_eq!(desk.trace().to_string().matches("not done in time").count(), 3);
}
