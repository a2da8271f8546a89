//! Asking under a key: asked again, the same answer.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use serde_json::json;
use theus_core::workflow::sessions::SessionError;
use theus_core::workflow::{Answer, Repeated, Sessions};

use super::workflow_world::{Outside, Ports, Shop, shop};

const LONG: Duration = Duration::from_secs(20);

type Pool = Sessions<Shop, (), Ports>;

const FLOW: &str = r#"
external: [CMD_PAY, CMD_WAIT, CMD_LATER, CMD_OPEN, CMD_END]
states:
  OPEN:
    reply: "${ domain.total }"
    defer: [CMD_LATER]
    events:
      CMD_PAY: { steps: { run: charge, with: { amount: "${ event.amount }" } } }
      CMD_WAIT: { steps: wait_too }
      CMD_OPEN: READY
      CMD_END: DONE
  READY: { events: { CMD_LATER: OPEN } }
  DONE: { final: true, result: "${ domain.total }" }
"#;

fn pool() -> (Pool, Outside) {
    let (engine, outside) = shop(Shop::default());
    let pool = Sessions::of_text(&engine, "flow.yaml", FLOW).unwrap().workers(2).start().unwrap();
    for session in ["one", "two"] {
        pool.open(session, Shop::default()).unwrap();
    }
    (pool, outside)
}

fn pay(pool: &Pool, session: &str, key: &str, amount: i64) -> Result<Answer, SessionError> {
    pool.ask(session, "CMD_PAY", json!({ "amount": amount })).once(key).wait(LONG)
}

fn total(pool: &Pool, session: &str) -> i64 {
    *pool.engine(session).unwrap().snapshot().unwrap().total
}

#[test]
fn the_same_key_has_the_same_answer() {
    let (pool, _) = pool();
    let first = pay(&pool, "one", "a", 5).unwrap();
    assert_eq!((&first.reply, first.repeated), (&Some(json!(5)), None));
    pay(&pool, "one", "b", 1).unwrap();
    for _ in 0..3 {
        let again = pay(&pool, "one", "a", 5).unwrap();
        assert_eq!((again.reply, again.version, again.repeated), (Some(json!(5)), first.version, Some(Repeated::Kept)));
    }
    // What fails is an answer, and told again.
    let declined = pay(&pool, "one", "c", 500).unwrap();
    let again = pay(&pool, "one", "c", 500).unwrap();
    assert_eq!((again.failure, again.repeated), (declined.failure, Some(Repeated::Kept)));
    assert_eq!(serde_json::to_value(pay(&pool, "one", "a", 5).unwrap()).unwrap()["repeated"], "kept");
    // Another request needs another key, and another session has its own.
    for other in [pay(&pool, "one", "a", 6), pool.ask("one", "CMD_OPEN", json!({ "amount": 5 })).once("a").wait(LONG)] {
        let error = other.unwrap_err();
        assert!(
            matches!(&error, SessionError::KeyReused { session, key } if session == "one" && key == "a"),
            "{error}"
        );
    }
    assert_eq!(pay(&pool, "two", "a", 7).unwrap().reply, Some(json!(7)));
    assert_eq!((total(&pool, "one"), total(&pool, "two")), (6, 7));
    assert_eq!(pool.census().handled, 2 + 4, "two began, and four events came");
}

#[test]
fn what_is_refused_leaves_nothing_under_the_key() {
    let (pool, _) = pool();
    let unused = pool.ask("one", "CMD_NO_SUCH", json!(null)).once("a").wait(LONG).unwrap_err();
    assert!(matches!(unused, SessionError::Emit { .. }), "{unused}");
    assert!(matches!(pay(&pool, "nobody", "a", 5), Err(SessionError::Unknown { .. })));
    drop(pool.ask("one", "CMD_OPEN", json!(null)).once("a"));
    assert_eq!(pay(&pool, "one", "a", 5).unwrap().repeated, None);
}

#[test]
fn who_asks_while_it_is_under_way_is_told_the_same() {
    let (pool, outside) = pool();
    std::thread::scope(|scope| {
        let wait = || pool.ask("one", "CMD_WAIT", json!(null)).once("a").wait(LONG).unwrap();
        let all: Vec<_> = (0..4).map(|_| scope.spawn(wait)).collect();
        while outside.waiting() == 0 {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(20));
        assert!(matches!(pay(&pool, "one", "a", 5), Err(SessionError::KeyReused { .. })));
        outside.open();
        let answers: Vec<Answer> = all.into_iter().map(|asked| asked.join().unwrap()).collect();
        assert_eq!(answers.iter().filter(|answer| answer.repeated.is_none()).count(), 1);
        assert!(answers.iter().all(|answer| answer.version == answers[0].version && answer.is_well()));
    });
    assert_eq!(pool.census().handled, 2 + 1);
}

#[test]
fn the_answer_is_there_though_who_asked_first_gave_up() {
    let (pool, outside) = pool();
    let late = pool.ask("one", "CMD_WAIT", json!(null)).once("a").wait(Duration::from_millis(20)).unwrap_err();
    assert!(matches!(late, SessionError::NoAnswer { .. }), "{late}");
    let mut follows = pin!(pool.ask("one", "CMD_WAIT", json!(null)).once("a"));
    let mut poll = || follows.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll().is_pending());
    outside.open();
    assert!(pool.wait_until_idle(LONG));
    let Poll::Ready(Ok(answer)) = poll() else { panic!("no answer") };
    assert_eq!((answer.is_well(), answer.repeated), (true, Some(Repeated::Kept)));
    assert_eq!(pool.census().handled, 2 + 1);
}

#[test]
fn what_a_session_has_answered_stays_when_it_is_over_and_goes_when_it_is_closed() {
    let (pool, _) = pool();
    pay(&pool, "one", "a", 5).unwrap();
    let end = || pool.ask("one", "CMD_END", json!(null)).once("end").wait(LONG);
    assert_eq!(end().unwrap().reply, Some(json!(5)));
    assert_eq!(end().unwrap().repeated, Some(Repeated::Kept));
    assert_eq!(pay(&pool, "one", "a", 5).unwrap().repeated, Some(Repeated::Kept));
    assert!(matches!(pay(&pool, "one", "new", 5), Err(SessionError::Over { .. })));
    pool.close("one").unwrap();
    assert!(matches!(pay(&pool, "one", "a", 5), Err(SessionError::Unknown { .. })));
    pool.open("one", Shop::default()).unwrap();
    assert_eq!(pay(&pool, "one", "a", 5).unwrap().repeated, None, "it is another session");
}

#[test]
fn who_waits_when_it_ends_is_told() {
    for ends in ["close", "cancel", "shut down", "drop"] {
        let (pool, _) = pool();
        let ask = || pool.ask("one", "CMD_LATER", json!(null)).once("a");
        let (mut first, mut follows) = (Box::pin(ask()), Box::pin(ask()));
        let mut poll = || {
            let mut task = Context::from_waker(Waker::noop());
            (first.as_mut().poll(&mut task), follows.as_mut().poll(&mut task))
        };
        assert!(matches!(poll(), (Poll::Pending, Poll::Pending)));
        assert!(pool.wait_until_idle(LONG));
        match ends {
            "close" => drop(pool.close("one").unwrap()),
            "cancel" => {
                pool.cancel("one", "enough").unwrap();
                while !pool.status("one").unwrap().is_over() {
                    std::thread::yield_now();
                }
                assert!(pool.wait_until_idle(LONG));
            }
            "shut down" => assert!(pool.shut_down(LONG)),
            _ => drop(pool),
        }
        let (Poll::Ready(Err(first)), Poll::Ready(Err(follows))) = poll() else { panic!("they wait: {ends}") };
        for error in [first, follows] {
            let is_it = match ends {
                "close" => matches!(error, SessionError::Unknown { .. }),
                "cancel" => matches!(error, SessionError::Over { .. }),
                _ => matches!(error, SessionError::ShutDown),
            };
            assert!(is_it, "{ends}: {error}");
        }
    }
}
