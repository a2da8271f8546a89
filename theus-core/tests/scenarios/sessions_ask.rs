//! Asking a session: an event, and what has come of it when nothing follows any more.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use serde_json::json;
use theus_core::workflow::sessions::SessionError;
use theus_core::workflow::{Sessions, Status};

use super::workflow_world::{Outside, Ports, Shop, shop};

const LONG: Duration = Duration::from_secs(20);

type Pool = Sessions<Shop, (), Ports>;

const FLOW: &str = r#"
external: [CMD_PAY, CMD_ASK, CMD_WAIT, CMD_LATER, CMD_OPEN, CMD_END, CMD_WORK, CMD_LOOP]
states:
  OPEN:
    reply: "${ {'total': domain.total} }"
    defer: [CMD_LATER]
    events:
      CMD_PAY: { to: PAYING, steps: { run: charge, with: { amount: "${ event.amount }" }, on_error: { TooMuch: REFUSED } } }
      CMD_WAIT: { steps: [wait_too, { run: note, with: { text: waited for } }] }
      CMD_OPEN: READY
      CMD_END: DONE
      CMD_WORK: WORKING
      CMD_ASK: { steps: { run: note, with: { text: asked } }, when: event.again == true }
      CMD_LOOP: { steps: { flux: while, when: "true", do: { run: add, with: { n: 1 } } } }
  # What follows from the end of its chain is part of the answer.
  PAYING: { events: { EVT_CHAIN_DONE: { to: OPEN, steps: { run: note, with: { text: paid } } } } }
  REFUSED: { reply: { refused: true }, entry: { run: note, with: { text: refused } }, events: { CMD_OPEN: OPEN } }
  READY: { reply: ready, events: { CMD_LATER: { to: OPEN, steps: { run: note, with: { text: later } } } } }
  WORKING: { reply: "${ {'open': domain.open} }", invoke: { run: wait_too, done: WORKED }, events: { CMD_OPEN: OPEN } }
  WORKED: { reply: worked, events: { CMD_OPEN: OPEN } }
  DONE: { final: true, result: "${ domain.total }" }
"#;

fn pool() -> (Pool, Outside) {
    let (engine, outside) = shop(Shop::default());
    let pool = Sessions::of_text(&engine, "flow.yaml", FLOW).unwrap().workers(2).start().unwrap();
    pool.open("one", Shop::default()).unwrap();
    (pool, outside)
}

fn log(pool: &Pool) -> Vec<String> {
    pool.engine("one").unwrap().snapshot().unwrap().log.clone()
}

#[test]
fn the_answer_is_there_when_nothing_follows_any_more() {
    let (pool, _) = pool();
    for round in 1..50 {
        let answer = pool.ask("one", "CMD_PAY", json!({ "amount": 1 })).wait(LONG).unwrap();
        assert!(answer.is_well() && answer.is_in("OPEN"), "{answer:?}");
        assert_eq!((answer.reply, answer.status), (Some(json!({ "total": round })), Status::Running));
        assert_eq!(log(&pool).len(), 2 * round, "what came of the end of its chain has come");
    }
}

#[test]
fn what_fails_is_an_answer_and_so_is_that_nobody_has_a_use_for_it() {
    let (pool, _) = pool();
    let refused = pool.ask("one", "CMD_PAY", json!({ "amount": 500 })).wait(LONG).unwrap();
    let failure = refused.failure.clone().unwrap();
    assert_eq!((failure.process.as_deref(), failure.error.as_deref()), (Some("charge"), Some("TooMuch")));
    assert_eq!(failure.message, "too much: 500");
    assert!(!refused.is_well() && refused.is_in("REFUSED"), "{refused:?}");
    assert_eq!(refused.reply, Some(json!({ "refused": true })));
    assert_eq!(log(&pool), ["refused"], "what its error led to has come");
    // It is JSON as it is.
    let told = serde_json::to_value(&refused).unwrap();
    assert_eq!((&told["status"], &told["failure"]["error"]), (&json!({ "is": "running" }), &json!("TooMuch")));
    let unused = pool.ask("one", "CMD_PAY", json!({ "amount": 1 })).wait(LONG).unwrap();
    assert_eq!((unused.is_taken, unused.is_well(), unused.failure), (false, false, None));
    pool.ask("one", "CMD_OPEN", json!(null)).wait(LONG).unwrap();
    // A guard that has no value.
    let troubled = pool.ask("one", "CMD_ASK", json!({})).wait(LONG).unwrap();
    assert!(troubled.failure.is_some_and(|failure| failure.message.contains("again")), "the guard has no value");
    let endless = pool.ask("one", "CMD_LOOP", json!(null)).wait(LONG).unwrap();
    assert!(endless.failure.is_some_and(|failure| failure.message.contains("more than")));
}

#[test]
fn what_cannot_be_asked_is_an_error() {
    let (pool, _) = pool();
    let error = |session: &str, event: &str| pool.ask(session, event, json!(null)).wait(LONG).unwrap_err();
    assert!(matches!(error("two", "CMD_PAY"), SessionError::Unknown { .. }));
    assert!(matches!(error("one", "CMD_NO_SUCH"), SessionError::Emit { .. }));
    assert!(matches!(error("one", "no name"), SessionError::Emit { .. }));
    let ended = pool.ask("one", "CMD_END", json!(null)).wait(LONG).unwrap();
    assert_eq!((ended.status, ended.reply, ended.states), (Status::Finished, Some(json!(0)), vec!["DONE".to_owned()]));
    assert!(matches!(error("one", "CMD_PAY"), SessionError::Over { .. }));
}

#[test]
fn a_deferred_event_is_answered_when_it_was_handled() {
    let (pool, _) = pool();
    let mut later = pin!(pool.ask("one", "CMD_LATER", json!(null)));
    let mut poll = || later.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll().is_pending());
    assert!(pool.wait_until_idle(LONG));
    assert!(poll().is_pending(), "it is kept for later");
    let ready = pool.ask("one", "CMD_OPEN", json!(null)).wait(LONG).unwrap();
    assert!(ready.is_well(), "{ready:?}");
    assert!(pool.wait_until_idle(LONG));
    let Poll::Ready(Ok(answer)) = poll() else { panic!("no answer") };
    assert_eq!((answer.is_taken, answer.is_in("OPEN"), log(&pool)), (true, true, vec!["later".to_owned()]));
}

#[test]
fn it_waits_for_what_is_awaited_and_for_what_is_invoked_where_that_is_asked_for() {
    let (pool, outside) = pool();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| pool.ask("one", "CMD_WAIT", json!(null)).wait(LONG).unwrap());
        while outside.waiting() == 0 {
            std::thread::yield_now();
        }
        assert!(!waiting.is_finished());
        outside.open();
        assert!(waiting.join().unwrap().is_well());
    });
    assert_eq!(log(&pool), ["waited for"]);
    let (pool, outside) = self::pool();
    let begun = pool.ask("one", "CMD_WORK", json!(null)).wait(LONG).unwrap();
    assert_eq!((begun.is_in("WORKING"), begun.reply), (true, Some(json!({ "open": false }))));
    pool.ask("one", "CMD_OPEN", json!(null)).wait(LONG).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| pool.ask("one", "CMD_WORK", json!(null)).and_work().wait(LONG).unwrap());
        while outside.waiting() == 0 {
            std::thread::yield_now();
        }
        assert!(!waiting.is_finished());
        outside.open();
        let worked = waiting.join().unwrap();
        assert_eq!((worked.is_in("WORKED"), worked.reply), (true, Some(json!("worked"))));
    });
}

#[test]
fn who_waits_when_it_ends_is_told() {
    for closes in [true, false] {
        let (pool, outside) = pool();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| pool.ask("one", "CMD_WAIT", json!(null)).wait(LONG));
            let kept = scope.spawn(|| pool.ask("one", "CMD_LATER", json!(null)).wait(LONG));
            while outside.waiting() == 0 {
                std::thread::yield_now();
            }
            std::thread::sleep(Duration::from_millis(20));
            if closes {
                pool.close("one").unwrap();
                assert!(matches!(waiting.join().unwrap(), Err(SessionError::Unknown { .. })));
                assert!(matches!(kept.join().unwrap(), Err(SessionError::Unknown { .. })));
            } else {
                pool.cancel("one", "enough").unwrap();
                let answer = waiting.join().unwrap().unwrap();
                assert!(matches!(answer.status, Status::Cancelled { .. }), "{answer:?}");
                assert!(kept.join().unwrap().is_err(), "it was never handled");
            }
        });
    }
}

#[test]
fn who_gives_up_changes_nothing() {
    let (pool, outside) = pool();
    let late = pool.ask("one", "CMD_WAIT", json!(null)).wait(Duration::from_millis(20)).unwrap_err();
    assert!(matches!(late, SessionError::NoAnswer { .. }), "{late}");
    drop(pool.ask("one", "CMD_PAY", json!({ "amount": 1 })));
    outside.open();
    let answer = pool.ask("one", "CMD_PAY", json!({ "amount": 2 })).wait(LONG).unwrap();
    assert_eq!(answer.reply, Some(json!({ "total": 2 })), "what was never waited for was never sent");
    assert_eq!(log(&pool), ["waited for", "charge 2", "paid"]);
}

#[test]
fn many_ask_at_once_and_each_has_his_own_answer() {
    let (pool, _) = pool();
    std::thread::scope(|scope| {
        for thread in 0..4_i64 {
            let pool = &pool;
            scope.spawn(move || {
                for round in 0..50 {
                    let fails = (thread + round) % 5 == 0;
                    let answer = pool.ask("one", "CMD_ASK", json!({ "again": !fails })).wait(LONG).unwrap();
                    assert_eq!(answer.is_taken, !fails);
                }
            });
        }
    });
    assert_eq!(log(&pool).len(), 4 * 40);
}

#[test]
fn an_event_for_several_regions_is_answered_when_each_is_done_with_it_and_one_for_another_region_at_once() {
    let flow = "
external: [CMD_BOTH, CMD_RIGHT]
states:
  WORK:
    regions:
      LEFT: { states: { L: { events: { CMD_BOTH: { steps: wait_too } } } } }
      RIGHT: { states: { R: { reply: right, events: { CMD_BOTH: { steps: a }, CMD_RIGHT: { steps: b } } } } }
";
    let (engine, outside) = shop(Shop::default());
    let pool = Sessions::of_text(&engine, "flow.yaml", flow).unwrap().workers(2).start().unwrap();
    pool.open("one", Shop::default()).unwrap();
    std::thread::scope(|scope| {
        let both = scope.spawn(|| pool.ask("one", "CMD_BOTH", json!(null)).wait(LONG).unwrap());
        while outside.waiting() == 0 || log(&pool).is_empty() {
            std::thread::yield_now();
        }
        let right = pool.ask("one", "CMD_RIGHT", json!(null)).wait(LONG).unwrap();
        assert_eq!(
            (right.is_well(), right.reply, log(&pool)),
            (true, Some(json!("right")), vec!["a".to_owned(), "b".to_owned()])
        );
        assert!(!both.is_finished(), "the left region is not done with it");
        outside.open();
        let both = both.join().unwrap();
        assert!(both.is_well() && both.version > right.version, "{both:?}");
    });
}

#[test]
fn who_waits_for_what_is_invoked_is_not_told_of_what_others_have_failed_with_meanwhile() {
    let flow = FLOW.replace("WORKED: { reply: worked", "WORKED: { entry: ENTRY, reply: worked").replace(
        "invoke: { run: wait_too, done: WORKED }, events: {",
        "invoke: { run: wait_too, done: WORKED }, events: { CMD_WAIT: { steps: refuse },",
    );
    for entry in ["a", "refuse"] {
        let (engine, outside) = shop(Shop::default());
        let pool =
            Sessions::of_text(&engine, "flow.yaml", &flow.replace("ENTRY", entry)).unwrap().workers(2).start().unwrap();
        pool.open("one", Shop::default()).unwrap();
        std::thread::scope(|scope| {
            let works = scope.spawn(|| pool.ask("one", "CMD_WORK", json!(null)).and_work().wait(LONG).unwrap());
            while outside.waiting() == 0 {
                std::thread::yield_now();
            }
            let failed = pool.ask("one", "CMD_WAIT", json!(null)).wait(LONG).unwrap();
            assert!(failed.failure.is_some());
            outside.open();
            let worked = works.join().unwrap();
            assert!(worked.is_in("WORKED"), "{worked:?}");
            assert_eq!(worked.is_well(), entry == "a", "what comes of the end of what was invoked is told: {worked:?}");
        });
    }
}

#[test]
fn that_what_is_invoked_has_failed_is_told_to_who_waits_for_it_alone() {
    let flow = "
external: [CMD_WORK]
states:
  IDLE: { events: { CMD_WORK: WORKING } }
  WORKING: { invoke: { run: doubt, on_error: { TooMuch: IDLE } } }
";
    let (engine, _) = shop(Shop::default());
    let pool = Sessions::of_text(&engine, "flow.yaml", flow).unwrap().workers(2).start().unwrap();
    pool.open("one", Shop::default()).unwrap();
    let failed = pool.ask("one", "CMD_WORK", json!(null)).and_work().wait(LONG).unwrap();
    assert_eq!(failed.failure.as_ref().and_then(|failure| failure.error.as_deref()), Some("TooMuch"), "{failed:?}");
    assert!(failed.is_in("IDLE"), "where it led to has come");
    pool.wait_for("one", "IDLE", LONG).unwrap();
    let begun = pool.ask("one", "CMD_WORK", json!(null)).wait(LONG).unwrap();
    assert_eq!((begun.is_well(), begun.states), (true, vec!["WORKING".to_owned()]));
}
