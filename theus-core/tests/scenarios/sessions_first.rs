//! The first of several sessions that comes to one of several states.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use theus_core::workflow::Sessions;
use theus_core::workflow::sessions::{Among, Reached, SessionError};

use super::workflow_world::{Ports, Shop, shop};
use crate::executor::block_on;

const LONG: Duration = Duration::from_secs(20);
const FLOW: &str = "
external: [CMD_ON, CMD_PASS, CMD_END, CMD_FAIL]
states:
  IDLE: { events: { CMD_ON: ON, CMD_PASS: PASSED, CMD_END: DONE, CMD_FAIL: FAILED } }
  ON: { states: { INNER: {} }, events: { CMD_END: DONE } }
  PASSED: { always: { to: IDLE } }
  DONE: { final: true }
  FAILED: { final: true }
";

fn pool(workers: Option<usize>) -> Sessions<Shop, (), Ports> {
    let (engine, _) = shop(Shop::default());
    let builder = Sessions::of_text(&engine, "flow.yaml", FLOW).unwrap();
    let pool = workers.map_or_else(
        || Sessions::of_text(&engine, "flow.yaml", FLOW).unwrap().stepped(3),
        |workers| builder.workers(workers),
    );
    let pool = pool.start().unwrap();
    for name in ["a", "b", "c"] {
        pool.open(name, Shop::default()).unwrap();
    }
    pool
}

fn is(reached: &Reached, session: &str, state: &str) -> bool {
    reached.session == session && reached.state == state
}

#[test]
fn the_first_that_comes_there_is_told_and_no_state_is_passed_unseen() {
    for workers in [Some(2), None] {
        let pool = pool(workers);
        let wait = |among: Among<'_>, states: &[&str]| pool.wait_for_any(among, states, LONG).unwrap();
        pool.emit("b", "CMD_ON").unwrap();
        let reached = wait(Among::Named(&["a", "b", "c"]), &["DONE", "INNER", "ON"]);
        assert!(reached.session == "b" && ["INNER", "ON"].contains(&reached.state.as_str()), "{reached:?}");
        // One that is there already is the first.
        assert!(is(&wait(Among::All, &["ON"]), "b", "ON"));
        pool.emit("c", "CMD_FAIL").unwrap();
        assert!(is(&wait(Among::Named(&["c", "a", "c"]), &["DONE", "FAILED"]), "c", "FAILED"));
        assert!(is(&wait(Among::Named(&["c"]), &["FAILED"]), "c", "FAILED"), "one that is over is there");
    }
}

#[test]
fn of_all_those_too_that_come_later() {
    let pool = pool(Some(2));
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| pool.wait_for_any(Among::All, &["DONE"], LONG).unwrap());
        let mut waits_async = pin!(pool.wait_for_any_async(Among::All, &["FAILED"]));
        let mut poll = || waits_async.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(poll().is_pending());
        for name in ["a", "b", "c"] {
            pool.emit(name, "CMD_PASS").unwrap();
        }
        assert!(pool.wait_until_idle(LONG));
        pool.open("later", Shop::default()).unwrap();
        pool.emit("later", "CMD_FAIL").unwrap();
        assert!(pool.wait_until_idle(LONG));
        let Poll::Ready(Ok(failed)) = poll() else { panic!("it has failed") };
        assert!(is(&failed, "later", "FAILED"));
        assert!(!waits.is_finished());
        pool.open("last", Shop::default()).unwrap();
        pool.emit("last", "CMD_END").unwrap();
        assert!(is(&waits.join().unwrap(), "last", "DONE"));
    });
}

#[test]
fn where_none_comes_there_that_is_told() {
    let pool = pool(Some(2));
    let error = |among: Among<'_>, states: &[&str], at_most| pool.wait_for_any(among, states, at_most).unwrap_err();
    let late = error(Among::All, &["DONE", "ON"], Duration::from_millis(20));
    assert!(late.to_string().starts_with("no session is in DONE or ON after "), "{late}");
    let unknown = error(Among::All, &["DOEN"], LONG).to_string();
    assert!(unknown.contains("did you mean `DONE`?"), "{unknown}");
    assert!(matches!(error((&["a", "nobody"]).into(), &["DONE"], LONG), SessionError::Unknown { .. }));
    assert!(
        matches!(error((&[]).into(), &["DONE"], LONG), SessionError::NoneInTime { .. }),
        "there is none to wait for"
    );
    // All that were named are over elsewhere: at once, however they ended.
    pool.emit("a", "CMD_END").unwrap();
    assert!(pool.wait_until_idle(LONG));
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| error((&["a", "b", "c"]).into(), &["FAILED", "ON"], LONG));
        std::thread::sleep(Duration::from_millis(20));
        pool.emit("b", "CMD_END").unwrap();
        std::thread::sleep(Duration::from_millis(20));
        assert!(!waits.is_finished(), "one is left");
        pool.close("c").unwrap();
        assert!(matches!(waits.join().unwrap(), SessionError::NoneInTime { .. }));
    });
    let over = block_on(pool.wait_for_any_async(&["a", "b"], &["FAILED"])).unwrap_err();
    assert!(matches!(over, SessionError::NoneInTime { .. }), "{over}");
}
