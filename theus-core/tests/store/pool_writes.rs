//! What a session of a pool costs its store, and what a store has of an event that somebody waits for.

use std::future::Future;
use std::pin::pin;
use std::task::{Context as Task, Waker};
use std::time::Duration;

use serde_json::json;
use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore, Store};
use theus_core::workflow::sessions::{SessionError, SessionsBuilder};
use theus_core::workflow::{Answer, Sessions};

use super::pool_asks::{Card, Pay};

const LONG: Duration = Duration::from_secs(20);

const FLOW: &str = r#"
external: [CMD_PAY, CMD_LOCK, CMD_OPEN]
states:
  OPEN:
    events:
      CMD_PAY: { steps: { run: pay, with: { amount: "${ event.amount }" } } }
      CMD_LOCK: LOCKED
  LOCKED: { defer: [CMD_PAY], events: { CMD_OPEN: OPEN } }
"#;

fn builder(store: &MemoryStore) -> SessionsBuilder<Card> {
    let engine = Engine::builder(Card::default()).process::<Pay>().store(store.clone()).build().unwrap();
    Sessions::of_text(&engine, "card.yaml", FLOW).unwrap()
}

fn pool(store: &MemoryStore) -> Sessions<Card> {
    builder(store).workers(2).start().unwrap()
}

fn ask(cards: &Sessions<Card>, event: &str, amount: i64) -> Result<Answer, SessionError> {
    cards.ask("ann", event, json!({ "amount": amount })).wait(LONG)
}

fn spent(cards: &Sessions<Card>) -> i64 {
    *cards.engine("ann").unwrap().snapshot().unwrap().spent
}

#[test]
fn a_session_is_begun_in_one_write_and_an_event_that_is_waited_for_is_handled_in_one() {
    let store = MemoryStore::new();
    let cards = pool(&store);
    let calls = |what: &str, expected: u64, done: &mut dyn FnMut()| {
        assert!(cards.wait_until_idle(LONG));
        let before = store.calls();
        done();
        assert!(cards.wait_until_idle(LONG));
        assert_eq!(store.calls() - before, expected, "{what}");
    };
    calls("it begins", 1, &mut || cards.open("ann", Card::default()).unwrap());
    calls("one is looked for before", 2, &mut || assert!(cards.open_or("bob", Card::default).unwrap()));
    calls("it is there", 0, &mut || assert!(!cards.open_or("bob", Card::default).unwrap()));
    calls("a step", 2, &mut || assert!(ask(&cards, "CMD_PAY", 70).unwrap().is_well()));
    calls("a step that fails", 1, &mut || assert!(!ask(&cards, "CMD_PAY", 70).unwrap().is_well()));
    calls("a move", 1, &mut || assert!(ask(&cards, "CMD_LOCK", 0).unwrap().is_in("LOCKED")));
    // Nobody waits: then it is stored when it is taken.
    calls("an event", 2, &mut || cards.emit("ann", "CMD_OPEN").unwrap());
    // Another program goes on from there.
    drop(cards);
    let cards = pool(&store);
    assert_eq!((cards.states("ann").unwrap(), spent(&cards)), (vec!["OPEN".to_owned()], 70));
    assert_eq!(cards.states("bob").unwrap(), ["OPEN"]);
}

#[test]
fn a_session_that_could_not_be_begun_is_none_or_whole() {
    for (fault, is_begun) in [
        (Fault::Unavailable, false),
        (Fault::Full, false),
        (Fault::Panics, false),
        (Fault::LostInDoubt, false),
        (Fault::DoneInDoubt, true),
    ] {
        let store = MemoryStore::new();
        let cards = pool(&store);
        store.fail(store.calls() + 1, fault);
        let error = cards.open("ann", Card { spent: 3 }).unwrap_err();
        assert!(matches!(error, SessionError::Store(_)), "{fault:?}: {error}");
        assert_eq!(store.load("ann").unwrap().is_some(), is_begun, "{fault:?}");
        let again = cards.open_or("ann", || Card { spent: 3 }).unwrap();
        assert_eq!((again, spent(&cards)), (!is_begun, 3), "{fault:?}");
        assert!(ask(&cards, "CMD_PAY", 4).unwrap().is_well());
        assert!(matches!(cards.open("ann", Card::default()), Err(SessionError::Exists { .. })));
        let state = store.load("ann").unwrap().unwrap();
        assert_eq!((state.step, state.position.is_some()), (1, true));
    }
}

#[test]
fn what_others_have_begun_does_not_begin_again() {
    let store = MemoryStore::new();
    let [one, other] = [pool(&store), pool(&store)];
    one.open("ann", Card { spent: 3 }).unwrap();
    assert!(matches!(other.open("ann", Card::default()), Err(SessionError::Exists { .. })));
    assert!(!other.open_or("ann", Card::default).unwrap());
    assert_eq!(spent(&other), 3);
    // A state without a workflow is begun with it, and only where that is said.
    one.pool_engine().hydrate_or("bob", || Card { spent: 5 }).unwrap();
    assert!(matches!(one.open("bob", Card::default()), Err(SessionError::Exists { .. })));
    assert!(matches!(one.states("bob"), Err(SessionError::Unknown { .. })));
    assert!(!one.open_or("bob", Card::default).unwrap());
    assert_eq!(one.states("bob").unwrap(), ["OPEN"]);
}

#[test]
fn where_the_store_has_failed_an_event_is_refused_before_its_steps_are() {
    for fault in [Fault::Unavailable, Fault::Full] {
        let store = MemoryStore::new();
        let cards = pool(&store);
        cards.open("ann", Card::default()).unwrap();
        assert!(cards.wait_until_idle(LONG));
        let calls = |expected: u64, amount: i64| {
            let before = store.calls();
            assert!(ask(&cards, "CMD_PAY", amount).unwrap().is_well());
            assert_eq!(store.calls() - before, expected, "{fault:?}, {amount}");
        };
        // This one is under way when it becomes known: its step is made again.
        store.fail(store.calls() + 1, fault);
        calls(3, 1);
        // It has written since: it is well again.
        calls(2, 2);
        store.fail(store.calls() + 1, fault);
        assert!(matches!(cards.emit("ann", "CMD_PAY"), Err(SessionError::Emit { .. })));
        // From now on an event is stored first, or refused, and changes nothing then.
        store.fail(store.calls() + 1, fault);
        assert!(matches!(ask(&cards, "CMD_PAY", 4), Err(SessionError::Emit { .. })));
        assert_eq!(spent(&cards), 3);
        calls(3, 8);
        calls(2, 16);
        assert_eq!(spent(&cards), 27);
    }
}

#[test]
fn an_event_that_is_deferred_is_stored_with_the_state_that_defers_it() {
    let store = MemoryStore::new();
    let cards = builder(&store).stepped(1).start().unwrap();
    cards.open("ann", Card::default()).unwrap();
    cards.emit("ann", "CMD_LOCK").unwrap();
    cards.step_until_idle(100);
    {
        let mut asked = pin!(cards.ask("ann", "CMD_PAY", json!({ "amount": 5 })));
        assert!(asked.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_pending());
        cards.step_until_idle(100);
        assert!(asked.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_pending());
    }
    drop(cards);
    let cards = pool(&store);
    cards.emit("ann", "CMD_OPEN").unwrap();
    assert!(cards.wait_until_idle(LONG));
    assert_eq!(spent(&cards), 5);
}

#[test]
fn a_session_whose_event_waits_stays_in_memory() {
    let store = MemoryStore::new();
    let cards = builder(&store).workers(1).warm(1).start().unwrap();
    cards.open("ann", Card::default()).unwrap();
    assert!(cards.wait_until_idle(LONG));
    cards.pause("ann").unwrap();
    // Who has asked waits no more, and the event does.
    assert!(matches!(
        cards.ask("ann", "CMD_PAY", json!({ "amount": 5 })).wait(Duration::from_millis(20)),
        Err(SessionError::NoAnswer { .. })
    ));
    for number in 0..20 {
        cards.open(&format!("other {number}"), Card::default()).unwrap();
        assert!(cards.wait_until_idle(LONG));
    }
    cards.resume("ann").unwrap();
    assert!(cards.wait_until_idle(LONG));
    assert_eq!(spent(&cards), 5);
}
