//! Pausing, letting go on, ending.

use std::thread;
use std::time::Duration;

use theus_core::workflow::{Fault, Status, WorkflowError};

use super::workflow_world::{Shop, desk, is_cancelled, log, of, shop, state};

const FLOW: &str = "
external: [CMD_GO]
states:
  S: { after: { 10s: LATE }, events: { CMD_GO: E } }
  LATE: { final: true }
  E: { entry: a, final: true }
";

#[test]
fn while_it_is_paused_events_and_timers_wait() {
    let (mut desk, engine, _, clock) = desk(FLOW);
    desk.run_until_idle().unwrap();
    desk.pause();
    desk.emit("CMD_GO").unwrap();
    clock.advance(Duration::from_secs(11));
    assert!(desk.run_until_idle().unwrap().is_empty() && desk.process_event().unwrap().is_none());
    assert_eq!((desk.state(), engine.bus().len(), desk.is_paused()), ("S", 1, true));
    assert!(matches!(desk.run_until_final(), Err(WorkflowError::Paused { .. })));
    desk.resume();
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), engine.bus().len()), ("E", 0), "it came before the timer was due");
}

#[test]
fn a_workflow_that_is_cancelled_takes_nothing_more() {
    let (mut desk, engine, ..) = desk(FLOW);
    desk.run_until_idle().unwrap();
    desk.emit("CMD_GO").unwrap();
    desk.cancel("the customer has left");
    assert_eq!(desk.status(), Status::Cancelled { reason: "the customer has left".to_owned() });
    let refused = desk.emit("CMD_GO").unwrap_err().to_string();
    let why = "`CMD_GO` is not taken: the workflow is over, it was cancelled: the customer has left";
    assert_eq!((refused.as_str(), engine.bus().len()), (why, 1));
    let error = desk.run_until_idle().unwrap_err();
    assert_eq!(error.to_string(), "the workflow `flow` was cancelled in state S: the customer has left");
    assert_eq!((engine.bus().len(), log(&engine).len()), (1, 0));
    assert!(engine.run(super::workflow_world::A {}).is_ok(), "the engine lives");
}

const CHAIN: &str = "
states:
  S:
    entry:
      - { run: charge, with: { amount: 10 }, compensate: { run: refund, with: { amount: 10 } } }
      - { run: ask, retry: { attempts: 9, backoff: 1m } }
    exit: b
    events: { EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }
  LOST: { final: true }
  E: { final: true }
";

#[test]
fn cancelling_makes_good_what_the_chain_under_way_has_committed() {
    let (mut desk, engine, outside, clock) = desk(CHAIN);
    outside.refuse(100);
    desk.run_until_idle().unwrap();
    assert_eq!(log(&engine), ["charge 10"]);
    desk.cancel("enough");
    assert_eq!(desk.status(), Status::Running, "something is left to do");
    let handled = desk.run_until_idle().unwrap();
    assert!(is_cancelled(&desk) && outside.asked() == 1);
    assert_eq!((log(&engine), state(&engine).total), (vec!["charge 10".to_owned(), "refund 10".to_owned()], 0));
    assert_eq!(handled[0].fault, Some(Fault::Cancelled { reason: "enough".to_owned() }));
    clock.advance(Duration::from_secs(3_600));
    assert!(desk.run_until_idle().is_err() && outside.asked() == 1);
}

#[test]
fn another_thread_cancels_a_run_that_waits() {
    let flow = "
states:
  S: { entry: [{ run: a, compensate: b }, wait], events: { EVT_CHAIN_DONE: E } }
  E: { final: true }
";
    let (engine, outside) = shop(Shop::default());
    let mut desk = of(&engine, flow);
    let control = desk.control();
    thread::scope(|scope| {
        scope.spawn(|| {
            while outside.waiting() == 0 {
                thread::yield_now();
            }
            control.cancel("from afar");
        });
        desk.run_until_idle().unwrap();
    });
    assert!(is_cancelled(&desk));
    assert_eq!((log(&engine), outside.waiting()), (vec!["a".to_owned(), "b".to_owned()], 0));
}

#[test]
fn another_thread_pauses_between_two_steps() {
    let flow = "
states:
  S: { entry: [a, wait, b], events: { EVT_CHAIN_DONE: E } }
  E: { final: true }
";
    let (engine, outside) = shop(Shop::default());
    let mut desk = of(&engine, flow);
    let control = desk.control();
    thread::scope(|scope| {
        scope.spawn(|| {
            while outside.waiting() == 0 {
                thread::yield_now();
            }
            control.pause();
            outside.open();
        });
        desk.run_until_idle().unwrap();
    });
    assert_eq!(log(&engine), ["a", "waited"], "the run under way is finished first");
    control.resume();
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine).len()), ("E", 3));
}

#[test]
fn cancelling_a_workflow_that_is_paused_makes_good_what_its_chain_has_committed() {
    let (mut desk, engine, outside, _) = desk(CHAIN);
    outside.refuse(100);
    desk.run_until_idle().unwrap();
    desk.pause();
    assert!(desk.run_until_idle().unwrap().is_empty(), "it is held up");
    desk.cancel("enough");
    desk.run_until_idle().unwrap();
    assert!(is_cancelled(&desk) && !desk.is_paused(), "{:?}", desk.status());
    assert_eq!((log(&engine), state(&engine).total), (vec!["charge 10".to_owned(), "refund 10".to_owned()], 0));
}

#[test]
fn so_does_another_thread_that_pauses_and_cancels_it_at_once() {
    let (mut desk, engine, outside, _) = desk(CHAIN);
    outside.refuse(100);
    desk.run_until_idle().unwrap();
    let control = desk.control();
    control.pause();
    control.cancel("enough");
    desk.run_until_idle().unwrap();
    assert!(is_cancelled(&desk), "{:?}", desk.status());
    assert_eq!(log(&engine), ["charge 10", "refund 10"]);
}
