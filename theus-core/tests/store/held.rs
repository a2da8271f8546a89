//! Pools of several programs on one store: a session is driven by one of them at a time, and by another one when that is no more.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context as Task, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use theus_core::prelude::*;
use theus_core::store::{MemoryStore, Store, StoreError, decode};
use theus_core::workflow::Sessions;
use theus_core::workflow::sessions::{SessionError, SessionsBuilder};

#[derive(Clone, Default, Context)]
struct Card {
    spent: i64,
}

#[process(inputs = [domain.spent], outputs = [domain.spent])]
fn pay(ctx: Ctx<Card>, amount: i64) -> i64 {
    *ctx.domain.spent += amount;
    *ctx.domain.spent
}

/// Its moves to and fro have no commit.
const FLOW: &str = r#"
external: [CMD_PAY, CMD_LOCK, CMD_OPEN, CMD_REST, CMD_END]
states:
  OPEN:
    events:
      CMD_PAY: { steps: { run: pay, with: { amount: "${ event.amount }" } } }
      CMD_LOCK: LOCKED
      CMD_REST: RESTING
      CMD_END: GONE
  LOCKED: { events: { CMD_OPEN: OPEN, CMD_END: GONE } }
  RESTING: { after: { 150ms: RESTED } }
  RESTED: { entry: { run: pay, with: { amount: 1 } } }
  GONE: { final: true }
"#;

const LONG: Duration = Duration::from_secs(3_600);
const SHORT: Duration = Duration::from_millis(60);
const IN_TIME: Duration = Duration::from_secs(20);

fn builder(store: &MemoryStore, lasting: Option<Duration>) -> SessionsBuilder<Card> {
    let engine = Engine::builder(Card::default()).process::<Pay>().store(store.clone()).session_in_memory();
    let engine = match lasting {
        Some(lasting) => engine.lease_sessions(lasting),
        None => engine,
    };
    Sessions::of_text(&engine.build().unwrap(), "card.yaml", FLOW).unwrap()
}

fn program(store: &MemoryStore, lasting: Duration) -> Sessions<Card> {
    builder(store, Some(lasting)).workers(2).start().unwrap()
}

/// One that does nothing but when it is stepped: as one that is stopped, or killed.
fn stepped(store: &MemoryStore, lasting: Duration) -> Sessions<Card> {
    builder(store, Some(lasting)).stepped(1).start().unwrap()
}

fn spent(store: &MemoryStore, name: &str) -> i64 {
    let state = store.load(name).unwrap().unwrap();
    let field = state.fields.iter().find(|field| field.path == "spent").unwrap();
    decode(&field.merged().unwrap()).unwrap()
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + IN_TIME;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn is_leased<T: std::fmt::Debug>(answer: Result<T, SessionError>) -> bool {
    answer
        .is_err_and(|error| error.held_by().is_some_and(|owner| owner.starts_with("the program with the process id ")))
}

#[test]
fn what_another_program_has_gone_on_with_is_read_again() {
    let store = MemoryStore::new();
    // Without leases a conflict is found at the commit.
    let program = || builder(&store, None).workers(2).start().unwrap();
    let (one, two) = (program(), program());
    one.open("ann", Card::default()).unwrap();
    let pay = |cards: &Sessions<Card>| cards.ask("ann", "CMD_PAY", json!({ "amount": 1 })).wait(IN_TIME);
    pay(&one).unwrap();
    pay(&two).unwrap();
    // It has an older state, and finds that out.
    let refused = pay(&one);
    assert!(matches!(&refused, Err(SessionError::Store(StoreError::Conflict { .. }))), "{refused:?}");
    until("it is read again", || pay(&one).is_ok_and(|answer| answer.is_well()));
    assert_eq!(one.trouble("ann").unwrap(), None);
    assert!(spent(&store, "ann") >= 3);
}

#[test]
fn who_asks_another_program_is_told_whose_it_is_until_it_is_given_back() {
    let store = MemoryStore::new();
    let (one, two) = (program(&store, LONG), program(&store, LONG));
    one.open("ann", Card::default()).unwrap();
    assert!(is_leased(two.emit("ann", "CMD_LOCK")));
    assert!(is_leased(two.states("ann")));
    assert!(is_leased(two.ask("ann", "CMD_PAY", json!({ "amount": 5 })).once("a").wait(IN_TIME)));
    assert!(is_leased(two.open_or("ann", Card::default)));
    let refused = two.run("ann", Pay { amount: 5 }).wait(IN_TIME).unwrap_err();
    assert!(refused.held_by().is_some_and(|owner| owner.starts_with("the program with the process id ")), "{refused}");
    let answer = one.ask("ann", "CMD_PAY", json!({ "amount": 5 })).once("a").wait(IN_TIME).unwrap();
    assert_eq!(answer.reply, None);
    drop(one);
    // What it was asked under the key is known here too.
    assert!(two.ask("ann", "CMD_PAY", json!({ "amount": 5 })).once("a").wait(IN_TIME).unwrap().repeated.is_some());
    two.emit("ann", "CMD_LOCK").unwrap();
    two.wait_for("ann", "LOCKED", IN_TIME).unwrap();
    assert_eq!(spent(&store, "ann"), 5);
}

#[test]
fn one_that_is_over_is_nobodys() {
    let store = MemoryStore::new();
    let (one, two) = (program(&store, LONG), program(&store, LONG));
    one.open("ann", Card::default()).unwrap();
    one.ask("ann", "CMD_END", json!(null)).wait(IN_TIME).unwrap();
    until("it is given back", || two.states("ann").is_ok_and(|states| states == ["GONE"]));
    assert!(matches!(two.emit("ann", "CMD_LOCK"), Err(SessionError::Over { .. })));
    assert!(matches!(one.emit("ann", "CMD_LOCK"), Err(SessionError::Over { .. })));
}

#[test]
fn a_program_that_was_stopped_past_its_lease_moves_nothing_and_goes_on_from_there() {
    let store = MemoryStore::new();
    let one = stepped(&store, SHORT);
    one.open("ann", Card::default()).unwrap();
    one.step_until_idle(100);
    // It has taken an event, which has moved nothing yet.
    one.emit("ann", "CMD_END").unwrap();
    thread::sleep(2 * SHORT);
    let two = stepped(&store, LONG);
    two.step_until_idle(100);
    assert_eq!(two.states("ann").unwrap(), ["GONE"], "what came is handled, and once");
    // The other had it in hand, and neither writes nor tells what has become of it.
    one.step_until_idle(100);
    assert_eq!(one.states("ann").unwrap(), ["GONE"]);

    // So it is where both would move it without a commit.
    let three = stepped(&store, SHORT);
    three.open("bob", Card::default()).unwrap();
    three.step_until_idle(100);
    thread::sleep(2 * SHORT);
    two.emit("bob", "CMD_LOCK").unwrap();
    two.step_until_idle(100);
    assert!(is_leased(three.emit("bob", "CMD_PAY")));
    assert!(is_leased(three.states("bob")));
    three.step_until_idle(100);
    drop(two);
    assert_eq!(three.states("bob").unwrap(), ["LOCKED"]);
    assert_eq!((spent(&store, "ann"), spent(&store, "bob")), (0, 0));
}

#[test]
fn who_has_asked_a_program_that_was_stopped_is_told_whose_it_is() {
    let store = MemoryStore::new();
    let one = stepped(&store, SHORT);
    one.open("ann", Card::default()).unwrap();
    one.step_until_idle(100);
    thread::scope(|scope| {
        let asked = scope.spawn(|| one.ask("ann", "CMD_PAY", json!({ "amount": 5 })).once("a").wait(IN_TIME));
        until("the event is there", || !store.load("ann").unwrap().unwrap().events.is_empty());
        thread::sleep(2 * SHORT);
        let two = program(&store, LONG);
        until("it goes on in the other", || spent(&store, "ann") == 5);
        one.step_until_idle(100);
        assert!(is_leased(asked.join().unwrap()));
        // Asked there, under its key, it is not done again.
        assert!(two.ask("ann", "CMD_PAY", json!({ "amount": 5 })).once("a").wait(IN_TIME).unwrap().repeated.is_some());
    });
    assert_eq!(spent(&store, "ann"), 5);
}

#[test]
fn what_a_killed_program_had_in_hand_goes_on_in_another_one_that_nobody_asks() {
    let store = MemoryStore::new();
    let other = program(&store, SHORT);
    let killed = stepped(&store, SHORT);
    for name in ["event", "timer"] {
        killed.open(name, Card::default()).unwrap();
    }
    killed.step_until_idle(100);
    killed.emit("timer", "CMD_REST").unwrap();
    killed.step_until_idle(100);
    killed.emit_with("event", "CMD_PAY", json!({ "amount": 7 })).unwrap();
    let since = Instant::now();
    until("the event is handled", || spent(&store, "event") == 7);
    until("the timer rings", || spent(&store, "timer") == 1);
    // A lease has to run out, and somebody to look.
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    drop(other);
    drop(killed);
}

/// A commit says that its workflow goes on; where it comes to rest is written by who finds it, once.
#[test]
fn what_has_come_to_rest_is_taken_over_once_and_not_again() {
    let store = MemoryStore::new();
    let killed = stepped(&store, SHORT);
    killed.open("ann", Card::default()).unwrap();
    killed.emit_with("ann", "CMD_PAY", json!({ "amount": 7 })).unwrap();
    killed.step_until_idle(100);
    let now = std::time::SystemTime::now;
    let others = [program(&store, SHORT), program(&store, SHORT)];
    until("nothing is left to do", || store.unattended(now(), None, 9).unwrap().is_empty());
    thread::sleep(3 * SHORT);
    assert_eq!(store.unattended(now(), None, 9).unwrap(), Vec::<String>::new());
    assert_eq!(spent(&store, "ann"), 7);
    drop((others, killed));
}

#[test]
fn a_session_that_rests_for_longer_than_its_lease_goes_on_where_it_was() {
    let store = MemoryStore::new();
    let one = program(&store, SHORT);
    one.open("ann", Card::default()).unwrap();
    for times in 1..=3 {
        let answer = one.ask("ann", "CMD_PAY", json!({ "amount": 1 })).wait(IN_TIME).unwrap();
        assert!(answer.is_well(), "{answer:?}");
        assert_eq!(spent(&store, "ann"), times);
        thread::sleep(2 * SHORT);
    }
    one.emit("ann", "CMD_REST").unwrap();
    // The slot that is waited on is given up with its lease, and the one that is read again rings.
    let since = Instant::now();
    one.wait_for("ann", "RESTED", IN_TIME).unwrap();
    assert!(since.elapsed() < IN_TIME / 2, "{:?}", since.elapsed());
    until("it has rung", || spent(&store, "ann") == 4);
}

#[test]
fn who_waits_for_a_state_is_told_when_another_program_has_the_session() {
    let store = MemoryStore::new();
    let one = stepped(&store, SHORT);
    one.open("ann", Card::default()).unwrap();
    one.step_until_idle(100);
    let mut waits = pin!(one.wait_for_async("ann", "LOCKED"));
    let mut task = Task::from_waker(Waker::noop());
    assert!(waits.as_mut().poll(&mut task).is_pending());
    thread::sleep(2 * SHORT);
    let two = stepped(&store, LONG);
    assert_eq!(two.states("ann").unwrap(), ["OPEN"]);
    // Where it still has the slot it finds that out by whoever asks for the session next.
    assert!(is_leased(one.states("ann")));
    match waits.as_mut().poll(&mut task) {
        Poll::Ready(answer) => assert!(is_leased(answer)),
        Poll::Pending => panic!("it waits for what nobody tells it"),
    }
    drop(two);
}

#[test]
fn who_waits_for_the_first_of_several_hears_of_one_that_is_given_up() {
    let store = MemoryStore::new();
    let one = stepped(&store, SHORT);
    for name in ["ann", "bob", "cleo"] {
        one.open(name, Card::default()).unwrap();
    }
    one.step_until_idle(100);
    let mut task = Task::from_waker(Waker::noop());
    let mut of_two = pin!(one.wait_for_any_async(&["ann", "bob"], &["LOCKED"]));
    let mut of_another = pin!(one.wait_for_any_async(&["cleo"], &["LOCKED"]));
    assert!(of_two.as_mut().poll(&mut task).is_pending() && of_another.as_mut().poll(&mut task).is_pending());
    thread::sleep(2 * SHORT);
    // One is another program's by now, and one is read again, by whoever asks for it.
    let two = stepped(&store, LONG);
    assert_eq!(two.states("ann").unwrap(), ["OPEN"]);
    assert!(is_leased(one.states("ann")));
    one.emit("cleo", "CMD_LOCK").unwrap();
    match of_two.as_mut().poll(&mut task) {
        Poll::Ready(answer) => assert!(is_leased(answer)),
        Poll::Pending => panic!("it waits for what nobody tells it"),
    }
    one.step_until_idle(100);
    let first = (0..3).find_map(|_| match of_another.as_mut().poll(&mut task) {
        Poll::Ready(first) => Some(first.unwrap()),
        Poll::Pending => None,
    });
    assert_eq!(first.map(|first| (first.session, first.state)), Some(("cleo".to_owned(), "LOCKED".to_owned())));
    drop(two);
}

/// Each ask is done once, whoever is asked and however often: the sums are those of the books.
#[test]
fn programs_that_contend_do_each_ask_once() {
    let store = MemoryStore::new();
    let lasting = Duration::from_millis(15);
    let programs: Vec<Sessions<Card>> = (0..3).map(|_| program(&store, lasting)).collect();
    let names = ["a", "b", "c"];
    for name in names {
        programs[0].open(name, Card::default()).unwrap();
    }
    let books: Mutex<BTreeMap<&str, i64>> = Mutex::default();
    let refusals = AtomicU64::new(0);
    thread::scope(|scope| {
        for client in 0..6_u64 {
            let (programs, books, refusals) = (&programs, &books, &refusals);
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(client);
                for number in 0..25 {
                    let (name, key) = (names[random.usize(..names.len())], format!("{client}/{number}"));
                    let amount = random.i64(1..100);
                    let end = Instant::now() + IN_TIME;
                    loop {
                        let program = &programs[random.usize(..programs.len())];
                        match program.ask(name, "CMD_PAY", json!({ "amount": amount })).once(&key).wait(IN_TIME) {
                            Ok(_) => break,
                            Err(SessionError::Store(_) | SessionError::Emit { .. }) => {
                                refusals.fetch_add(1, Ordering::Relaxed);
                                assert!(Instant::now() < end, "{name} {key}");
                                thread::sleep(Duration::from_millis(random.u64(..4)));
                            }
                            Err(error) => panic!("{error}"),
                        }
                    }
                    *books.lock().unwrap().entry(name).or_default() += amount;
                    if random.u8(..4) == 0 {
                        thread::sleep(2 * lasting);
                    }
                }
            });
        }
    });
    let found: BTreeMap<&str, i64> = names.iter().map(|name| (*name, spent(&store, name))).collect();
    let books = books.into_inner().unwrap();
    until("all that was asked is done", || names.iter().all(|name| spent(&store, name) == books[name]));
    println!("{} refusals; at the end {found:?}", refusals.into_inner());
}
