//! Driving a workflow as a task.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use theus_core::workflow::{Fault, VirtualClock, WorkflowManager};

use super::workflow_world::{A, Shop, desk, is_cancelled, log, of, seconds, shop, state};
use crate::executor;

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn it_awaits_runs_tries_and_timers() {
    let flow = "
states:
  S: { entry: [think, { run: ask, retry: { attempts: 3, backoff: 4s, factor: 1 } }], events: { EVT_CHAIN_DONE: T } }
  T: { after: { 1m: E } }
  E: { final: true }
";
    let (mut desk, engine, outside, clock) = desk(flow);
    outside.refuse(1);
    let handled = executor::block_on(desk.drive(&clock)).unwrap();
    assert_eq!((desk.state(), log(&engine)), ("E", vec!["thought".to_owned(), "asked".to_owned()]));
    assert_eq!(handled.len(), 3, "the start, the chain's end, the timer: {handled:?}");
    assert!((62.0..=64.0).contains(&seconds(&clock)));
}

#[test]
fn it_ends_where_only_events_are_left_to_wait_for() {
    let flow = "external: [CMD_GO]\nstates: { S: { events: { CMD_GO: E } }, E: { final: true } }";
    let (mut desk, _, _, clock) = desk(flow);
    assert_eq!(executor::block_on(desk.drive(&clock)).unwrap().len(), 1);
    desk.emit("CMD_GO").unwrap();
    executor::block_on(desk.drive(&clock)).unwrap();
    assert_eq!(desk.state(), "E");
}

const WAITING: &str = "
states:
  S:
    entry: [{ run: a, compensate: b }, STEP, { run: note, with: { text: last } }]
    events: { EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }
  LOST: { final: true }
  E: { final: true }
";

#[test]
fn dropping_it_rolls_back_and_a_run_without_effects_is_run_again() {
    let (engine, _) = shop(Shop::default());
    let mut desk = of(&engine, &WAITING.replace("STEP", "think"));
    let clock = VirtualClock::new();
    {
        let mut driven = pin!(desk.drive(&clock));
        while log(&engine).is_empty() {
            assert!(poll(driven.as_mut()).is_pending());
        }
    }
    assert_eq!(log(&engine), ["a"]);
    assert!(engine.run(A {}).is_ok(), "the session is free");
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine)), ("E", ["a", "a", "thought", "last"].map(str::to_owned).to_vec()));
}

#[test]
fn dropping_it_fails_the_chain_where_the_run_had_effects() {
    let (engine, outside) = shop(Shop::default());
    let mut desk = of(&engine, &WAITING.replace("STEP", "wait"));
    let clock = VirtualClock::new();
    {
        let mut driven = pin!(desk.drive(&clock));
        // It gives way where a step has taken long, as on a busy machine.
        while outside.waiting() == 0 {
            assert!(poll(driven.as_mut()).is_pending());
        }
    }
    assert_eq!((outside.waiting(), log(&engine)), (0, vec!["a".to_owned()]));
    outside.open();
    let handled = desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine)), ("LOST", vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(handled[0].fault, Some(Fault::Interrupted { process: "wait" }));
}

#[test]
fn what_is_stored_while_a_run_is_under_way_goes_on_where_the_run_had_no_effects_and_has_failed_where_it_had() {
    for (step, state, told) in [("think", "E", ["a", "thought", "last"].as_slice()), ("wait", "LOST", &["a", "b"])] {
        let (engine, outside) = shop(Shop::default());
        let mut desk = of(&engine, &WAITING.replace("STEP", step));
        let clock = VirtualClock::new();
        let position = {
            let mut driven = Box::pin(desk.drive(&clock));
            while log(&engine).is_empty() {
                assert!(poll(driven.as_mut()).is_pending());
            }
            drop(driven);
            desk.position()
        };
        let definition = desk.shared_definition();
        drop(desk);
        outside.open();
        let mut desk = WorkflowManager::restore(&engine, definition, &position).unwrap();
        let handled = desk.run_until_final().unwrap();
        assert_eq!((desk.state(), log(&engine)), (state, told.iter().map(|it| (*it).to_owned()).collect()));
        let fault = (step == "wait").then_some(Fault::Interrupted { process: "wait" });
        assert_eq!(handled.iter().find_map(|handled| handled.fault.clone()), fault);
    }
}

#[test]
fn a_run_that_is_late_is_given_up() {
    let (mut desk, engine, _, clock) = desk(&WAITING.replace("STEP", "{ run: wait, timeout: 5s }"));
    executor::block_on(desk.drive(&clock)).unwrap();
    assert_eq!((desk.state(), seconds(&clock), log(&engine).len()), ("LOST", 5.0, 2));
}

#[test]
fn what_is_said_to_it_wakes_it() {
    let (engine, outside) = shop(Shop::default());
    let mut desk = of(&engine, &WAITING.replace("STEP", "wait"));
    let (clock, control) = (VirtualClock::new(), desk.control());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while outside.waiting() == 0 {
                std::thread::yield_now();
            }
            control.cancel("enough");
        });
        executor::block_on(desk.drive(&clock)).unwrap();
    });
    assert!(is_cancelled(&desk));
    assert_eq!(log(&engine), ["a", "b"]);
}

#[test]
fn the_task_can_go_from_thread_to_thread() {
    fn is_send<T: Send>(_: &T) {}
    let (mut desk, _, _, clock) = desk("states: { S: { final: true } }");
    is_send(&desk.drive(&clock));
}

#[test]
fn times_that_come_one_after_the_other_are_no_runaway() {
    let flow = "
states:
  A: { after: { 1s: B } }
  B: { entry: { run: add, with: { n: 1 } }, events: { EVT_CHAIN_DONE: A }, always: { to: E, when: domain.total == 3000 } }
  E: { final: true }
";
    let (desk, engine, _, clock) = desk(flow);
    let mut desk = desk.event_limit(20).traced(0);
    executor::block_on(desk.drive(&clock)).unwrap();
    assert_eq!((state(&engine).total, desk.state()), (3_000, "E"));
}
